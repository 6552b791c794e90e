"""What a built page must not contain, and where its links must lead."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, NavigableString, Tag

ENGLISH_INTERFACE = re.compile(
    r"\b(Click to|Show code|Hide code|Skip to|Back to top|Search this|On this page|Contents|"
    r"previous page|next page|By the|Copyright|Solution|Exercise|Table of|Toggle|Download|Print|"
    r"Fullscreen|Light|Dark|System Settings|Source|Last updated|Powered by|Permalink|Launch on)\b"
)
RENDERING_FAULTS = {
    "katex-error": "a formula that KaTeX could not set",
    "Traceback (most recent call last)": "a traceback",
    "{eq}": "a role that was not rendered",
    "{cite": "a citation that was not rendered",
    ":::": "a directive that was not rendered",
}


NOT_PROSE = {"script", "style", "pre", "code", "annotation", "loss-figure"}
NOT_MARKUP = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1>", re.S)
ANCHOR = re.compile(r'<\w[^<>]*?\sid="([^"]+)"')


@dataclass(frozen=True)
class Fault:
    page: str
    found: str
    advice: str

    def __str__(self) -> str:
        return f"{self.page}: found {self.found!r}; {self.advice}"


@cache
def soup(page: Path) -> BeautifulSoup:
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


def pages(site: Path) -> list[Path]:
    return sorted(page for page in site.rglob("*.html") if "_static" not in page.parts)


def rendering_faults(page: Path) -> Iterator[Fault]:
    """Traces of something that failed to render."""
    document = soup(page)
    if document.select_one(".katex-error"):
        message = document.select_one(".katex-error")
        assert message is not None
        yield Fault(page.name, message.get_text()[:80], "mend the formula: KaTeX cannot set it")
    text = " ".join(prose(document))
    for mark, meaning in RENDERING_FAULTS.items():
        if mark in text:
            yield Fault(page.name, mark, f"this is {meaning}; mend the source of the page")
    for match in re.finditer(r"\S*\?\?\S*", text):
        yield Fault(page.name, match.group(), "an unresolved reference; mend the label")


def prose(element: Tag) -> Iterator[str]:
    """Texts that are neither code nor data."""
    for child in element.children:
        if isinstance(child, Tag):
            if child.name not in NOT_PROSE:
                yield from prose(child)
        elif type(child) is NavigableString:
            yield child


def interface_texts(document: BeautifulSoup) -> Iterator[str]:
    """Words of the interface: everything outside the article, and titles of controls."""
    for element in document.select("header, nav, footer, .bd-sidebar-primary, .bd-sidebar-secondary, dialog"):
        yield from (text.strip() for text in element.stripped_strings)
    for element in document.select("button, summary, .admonition-title, [data-bs-title], label"):
        yield element.get_text(" ", strip=True)
    for attribute in ("aria-label", "title", "placeholder", "data-bs-title", "data-bs-original-title"):
        for element in document.select(f"[{attribute}]"):
            yield str(element[attribute])


def english_interface(page: Path) -> Iterator[Fault]:
    """English left in the interface."""
    for text in sorted(set(interface_texts(soup(page)))):
        if ENGLISH_INTERFACE.search(text):
            yield Fault(page.name, text, "translate it in booktools/site/locale/ko or _config.yml")


@cache
def targets(page: Path) -> set[str]:
    """Anchors of a page; parsing every page that a link leads to would take minutes."""
    return set(map(unescape, ANCHOR.findall(NOT_MARKUP.sub("", page.read_text(encoding="utf-8")))))


def has_anchor(page: Path, fragment: str) -> bool:
    return not fragment or unquote(fragment) in targets(page)


def broken_links(page: Path, site: Path) -> Iterator[Fault]:
    """Links inside the site whose file or anchor does not exist."""
    for link in soup(page).select("a[href]"):
        href = urlsplit(str(link["href"]))
        if href.scheme or href.netloc or href.path.startswith("#"):
            continue
        target = (page.parent / unquote(href.path)).resolve() if href.path else page
        if not target.exists():
            yield Fault(page.name, str(link["href"]), "no such file in the site")
        elif target.suffix == ".html" and not has_anchor(target, href.fragment):
            yield Fault(page.name, str(link["href"]), "no such anchor on that page")


def external_resources(page: Path) -> Iterator[Fault]:
    """Scripts, styles, images and frames from another machine; links to read on are fine."""
    for tag, attribute in (("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src")):
        for element in soup(page).select(f"{tag}[{attribute}]"):
            if re.match(r"(https?:)?//", str(element[attribute])) and not _is_metadata(element):
                yield Fault(page.name, str(element[attribute]), "ship it with the site instead")


def _is_metadata(element: Tag) -> bool:
    return "canonical" in (element.get("rel") or [])


def notebook_faults(page: Path, site: Path) -> Iterator[Fault]:
    """The download button of a chapter leads to the notebook that readers open."""
    name = page.relative_to(site).with_suffix(".ipynb")
    source = site / "_sources" / name
    buttons = [str(a["href"]) for a in soup(page).select("a[href$='.ipynb']")]
    if not any(button.endswith(str(name)) for button in buttons):
        yield Fault(page.name, str(buttons), f"no button leads to {name}")
        return
    cells = json.loads(source.read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown" and re.search(r"^(:::|```\{)|\{(eq|cite|ref)", text, re.M):
            yield Fault(str(name), text[:60], "a raw directive is left in the reader's notebook")


def colab_faults(page: Path, site: Path, repository: str, branch: str) -> Iterator[Fault]:
    """The Colab button leads to the committed notebook of this page."""
    path = page.relative_to(site).with_suffix(".ipynb").as_posix()
    expected = repository.replace("https://github.com", "https://colab.research.google.com/github")
    wanted = f"{expected}/blob/{branch}/{path}"
    found = [str(a["href"]) for a in soup(page).select("a[href*='colab.research']")]
    if found != [wanted]:
        yield Fault(page.name, str(found), f"the Colab button should lead to {wanted}")
