"""The built HTML, page by page, and the faults that these checks are for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from booktools.notebooks.chapter import written
from booktools.site import pages
from booktools.site.build import ROOT, SITE
from lossbook.catalog import SECTIONS

PAGES = pages.pages(SITE)
CHAPTERS = [page for page in PAGES if "chapters" in page.parts]
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))


def name(page: Path) -> str:
    return page.stem


def test_the_site_is_complete():
    sections = {section.stem for section in written()}
    guides = {path.stem for path in (ROOT / "chapters" / "guides").glob("*.md")}
    assert {page.stem for page in CHAPTERS} == sections | guides | {"introduction"}
    assert {SITE / "index.html", SITE / "api.html"} <= set(PAGES)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_page(page):
    faults = [
        *pages.rendering_faults(page),
        *pages.english_interface(page),
        *pages.broken_links(page, SITE),
        *pages.external_resources(page),
    ]
    assert not faults, "\n".join(map(str, faults))


@pytest.mark.parametrize("page", CHAPTERS, ids=name)
def test_buttons_lead_to_the_right_notebook(page):
    repository = CONFIG["repository"]
    faults = [
        *pages.notebook_faults(page, SITE),
        *pages.colab_faults(page, SITE, repository["url"], repository["branch"]),
    ]
    assert not faults, "\n".join(map(str, faults))


def test_formulas_are_set_when_the_book_is_built():
    for page in CHAPTERS:
        with_formulas = "guides" not in page.parts
        assert not with_formulas or pages.soup(page).select_one(".katex-html") is not None
        assert pages.soup(page).select_one("script[src*=mathjax i]") is None


def test_the_landing_page_lists_every_section():
    text = pages.soup(SITE / "index.html").get_text(" ")
    for section in SECTIONS:
        assert section.korean in text
    links = {str(a["href"]) for a in pages.soup(SITE / "index.html").select("article a[href]")}
    for section in SECTIONS:
        linked = any(link.endswith(f"{section.part}/{section.stem}.html") for link in links)
        assert linked == (section in written())


def test_the_pages_use_the_bundled_font():
    for weight in ("Regular", "Bold"):
        assert (SITE / "_static" / "fonts" / f"Pretendard-{weight}.woff2").stat().st_size > 10_000


PLANTED = {
    "katex": ('<p><span class="katex-error">\\frac</span></p>', pages.rendering_faults),
    "traceback": ("<p>Traceback (most recent call last)</p>", pages.rendering_faults),
    "reference": ("<p>식 ??를 보세요</p>", pages.rendering_faults),
    "directive": ("<p>:::{note}</p>", pages.rendering_faults),
    "english": ("<button>Show code cell source</button>", pages.english_interface),
    "script": ('<script src="https://example.org/x.js"></script>', pages.external_resources),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_planted_fault_is_red(fault, tmp_path):
    body, check = PLANTED[fault]
    page = tmp_path / "page.html"
    page.write_text(f"<html><body>{body}</body></html>", encoding="utf-8")
    assert list(check(page))
    page.write_text("<html><body><p>손실 함수</p></body></html>", encoding="utf-8")
    pages.soup.cache_clear()
    assert not list(check(page))


@pytest.mark.parametrize("href", ["missing.html", "page.html#missing"])
def test_broken_link_is_red(href, tmp_path):
    page = tmp_path / "page.html"
    page.write_text(f'<p id="here"><a href="{href}">x</a></p>', encoding="utf-8")
    assert list(pages.broken_links(page, tmp_path))


def test_anchors_are_ids_of_elements(tmp_path):
    page = tmp_path / "page.html"
    text = 'id="text" <!-- <p id="comment"> --><script>"<p id=\\"x\\" id="script">"</script>'
    page.write_text(f'<p class="a" id="여기&amp;">{text}</p>', encoding="utf-8")
    assert pages.targets(page) == {"여기&"}


def test_wrong_buttons_are_red(tmp_path):
    page = tmp_path / "page.html"
    page.write_text('<a href="_sources/other.ipynb">x</a>', encoding="utf-8")
    assert list(pages.notebook_faults(page, tmp_path))
    assert list(pages.colab_faults(page, tmp_path, "https://github.com/a/b", "main"))
    right = tmp_path / "right.html"
    right.write_text('<a href="_sources/right.ipynb">x</a>', encoding="utf-8")
    (tmp_path / "_sources").mkdir()
    cells = [{"cell_type": "markdown", "source": [":::{note}\n", "x\n", ":::"]}]
    (tmp_path / "_sources" / "right.ipynb").write_text(json.dumps({"cells": cells}), "utf-8")
    assert list(pages.notebook_faults(right, tmp_path))
