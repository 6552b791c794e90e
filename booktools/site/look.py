"""Pictures of a built page, in pieces that can be read, and what overflows in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from booktools.site.audit import OPEN_ALL, REMEMBER_THEME, SETTLE_MS, STILL, too_wide
from booktools.site.browser import FLAGS, MISSING, find
from booktools.site.build import ROOT, SITE
from booktools.site.pages import pages

OUT = ROOT / "_build" / "look"
PIECE = 1600
HEIGHT = "document.documentElement.scrollHeight"


def look(name: str, widths: Sequence[int], themes: Sequence[str], out: Path = OUT) -> int:
    """Write and print the pictures; 1 when there is no such page or no browser."""
    page, chromium = find_page(name), find()
    if page is None or chromium is None:
        print(MISSING if page else f"{name}: {SITE} holds no such page, or several")
        return 1
    out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for width in widths:
            for theme in themes:
                photograph(browser, page, width, theme, out)
        browser.close()
    return 0


def find_page(name: str, site: Path = SITE) -> Path | None:
    """The page of a chapter's path, a catalog's slug or a file of the site."""
    stem = Path(name).stem
    named = [page for page in pages(site) if page.stem == stem or page.stem[3:] == stem]
    exact = [page for page in named if page.with_suffix("").as_posix().endswith(name.split(".")[0])]
    found = exact if len(exact) == 1 else named
    return found[0] if len(found) == 1 else None


def photograph(browser: Browser, path: Path, width: int, theme: str, out: Path) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": PIECE},
        color_scheme=theme,  # type: ignore[arg-type]
    )
    context.add_init_script(REMEMBER_THEME.format(theme))
    page = context.new_page()
    page.goto(path.as_uri(), wait_until="load")
    page.add_style_tag(content=STILL)
    page.evaluate(OPEN_ALL)
    page.wait_for_timeout(SETTLE_MS)
    for fault in too_wide(page):
        print(f"{width} px, {theme}: {fault}")
    for number, piece in enumerate(pieces(page, width), 1):
        target = out / f"{path.stem}-{width}-{theme}-{number:02}.png"
        page.screenshot(path=target, clip=piece, full_page=True)  # type: ignore[arg-type]
        print(target)
    context.close()


def pieces(page: Page, width: int) -> list[dict[str, int]]:
    height = int(page.evaluate(HEIGHT))
    return [
        {"x": 0, "y": top, "width": width, "height": min(PIECE, height - top)}
        for top in range(0, height, PIECE)
    ]
