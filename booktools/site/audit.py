"""Open a page in a browser and name everything a reader would trip over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Route

PHONE = {"width": 390, "height": 844}
THEMES = ("light", "dark")
LOCAL = ("file:", "data:", "blob:", "about:")
AXE_OPTIONS = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"],
    "preload": False,  # axe would fetch style sheets again, which file:// forbids
}

SET_THEME = "for (const key of ['mode', 'theme']) localStorage.setItem(key, '{}')"
OPEN_ALL = """() => {
  for (const closed of document.querySelectorAll('details')) closed.open = true;
  const hidden = document.querySelectorAll('.toggle-hidden');
  for (const closed of hidden) closed.classList.remove('toggle-hidden');
}"""
WIDE_ELEMENTS = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const clipped = e => {
    for (let p = e.parentElement; p && p !== document.body; p = p.parentElement)
      if (getComputedStyle(p).overflowX !== 'visible') return true;
    return false;
  };
  const wide = [...document.body.querySelectorAll('*')].filter(e =>
    e.getBoundingClientRect().right > width + 1 && !clipped(e));
  const outermost = wide.filter(e => !wide.includes(e.parentElement));
  return (outermost.length ? outermost : [document.body]).slice(0, 5).map(e =>
    `${e.outerHTML.slice(0, 120)} reaches ${Math.round(e.getBoundingClientRect().right)} px`);
}"""
PICTURE = """figure => {
  const root = figure.shadowRoot;
  const shapes = [...root.querySelectorAll('svg path, svg use')];
  return shapes.map(e => ['d', 'x', 'y'].map(name => e.getAttribute(name))).join(';');
}"""
VALUE = "figure => figure.shadowRoot.querySelector('label').textContent"


def audit(browser: Browser, path: Path, themes: Sequence[str] = THEMES) -> list[str]:
    """Return one sentence for every fault of a page, by default in both themes."""
    return [fault for theme in themes for fault in _audit_theme(browser, path, theme)]


def _audit_theme(browser: Browser, path: Path, theme: Any) -> Iterator[str]:
    where = f"{path.name} ({theme})"
    faults: list[str] = []
    context = browser.new_context(viewport=PHONE, color_scheme=theme)  # type: ignore[arg-type]
    context.add_init_script(SET_THEME.format(theme))
    page = context.new_page()

    def only_local(route: Route) -> None:
        url = route.request.url
        if url.startswith(LOCAL):
            route.continue_()
        else:
            faults.append(f"requests {url}; a page works from a folder: keep a copy in the site")
            route.abort()

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            faults.append(f"console: {message.text}")

    page.route("**/*", only_local)
    page.on("requestfailed", lambda request: faults.append(f"{request.url} cannot be loaded"))
    page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
    page.on("console", on_console)
    page.goto(path.as_uri(), wait_until="load")
    page.add_style_tag(content=STILL)
    page.evaluate(OPEN_ALL)
    page.wait_for_timeout(SETTLE_MS)
    faults += [f"katex-error: {text}" for text in page.locator(".katex-error").all_inner_texts()]
    faults += [f"too wide at 390 px: {element}" for element in page.evaluate(WIDE_ELEMENTS)]
    faults += _axe_faults(page)
    if theme == THEMES[0]:
        faults += _slider_faults(page)
    context.close()
    yield from (f"{where}: {fault}" for fault in dict.fromkeys(faults))


MOST_STEPS = 25
SETTLE_MS = 300
STILL = "* { transition: none !important; animation: none !important; }"
"""Colours are judged at rest: a box that fades in has less contrast for a moment."""


def _axe_faults(page: Page) -> Iterator[str]:
    for violation in Axe().run(page, options=AXE_OPTIONS).response["violations"]:
        if violation["impact"] in ("serious", "critical"):
            for node in violation["nodes"][:3]:
                yield f"axe {violation['id']}: {violation['help']}: {node['html'][:160]}"


def _slider_faults(page: Page) -> Iterator[str]:
    for number, figure in enumerate(page.locator("loss-figure").all(), 1):
        name = f"slider {number} ({figure.get_attribute('aria-label')})"
        slider = figure.locator("input[type=range]")
        if slider.count() != 1:
            yield f"{name} is not there: its script did not run"
            continue
        slider.focus()
        page.keyboard.press("Home")
        picture, value = figure.evaluate(PICTURE), figure.evaluate(VALUE)
        # A loss may hardly move at one end: the arrow key must move the picture on its way back.
        for key, presses in (("End", 1), ("ArrowLeft", MOST_STEPS)):
            for press in range(presses):
                page.keyboard.press(key)
                if press == 0 and figure.evaluate(VALUE) == value:
                    yield f"{name}: key {key} does not change the value beside the slider"
                if figure.evaluate(PICTURE) != picture:
                    break
            else:
                yield f"{name}: key {key} does not change the picture"
            picture, value = figure.evaluate(PICTURE), figure.evaluate(VALUE)
