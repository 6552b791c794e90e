"""Open a page in a browser and name everything a reader would trip over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

PHONE = {"width": 390, "height": 844}
THEMES = ("light", "dark")
LOCAL = ("file:", "data:", "blob:", "about:")
AXE_OPTIONS = {
    "resultTypes": ["violations"],
    "preload": False,  # axe would fetch style sheets again, which file:// forbids
}
ALL_BUT_CONTRAST = AXE_OPTIONS | {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"],
    "rules": {"color-contrast": {"enabled": False}},
}
CONTRAST = AXE_OPTIONS | {"runOnly": {"type": "rule", "values": ["color-contrast"]}}

REMEMBER_THEME = "for (const key of ['mode', 'theme']) localStorage.setItem(key, '{}')"
SET_THEME = "theme => Object.assign(document.documentElement.dataset, {mode: theme, theme})"
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
CUT_ELEMENTS = """() => {
  const cut = (e, edge) => {
    for (let p = e; p && p !== document.body; p = p.parentElement) {
      const flow = getComputedStyle(p).overflowX;
      if ((flow === 'auto' || flow === 'scroll') && p.scrollWidth > p.clientWidth) return false;
      if (flow !== 'visible' && edge > p.getBoundingClientRect().right + 1) return true;
    }
    return false;
  };
  const edge = e => {
    // KaTeX draws accents from pictures far wider than what is shown: its own box counts.
    if (e.matches('.base')) return e.getBoundingClientRect().right;
    const range = document.createRange();
    range.selectNodeContents(e);
    return range.getBoundingClientRect().right;
  };
  return [...document.querySelectorAll('.katex-html .base, pre, code')]
    .filter(e => e.checkVisibility() && cut(e, edge(e)))
    .slice(0, 5).map(e => e.textContent.trim().slice(0, 80));
}"""
ONE_OF_EACH_LOOK = """() => {
  const above = e => e.parentElement ?? e.getRootNode().host;
  const backgrounds = new Map();
  const background = e => {
    if (!e) return '';
    if (!backgrounds.has(e)) {
      const {backgroundColor, backgroundImage, opacity} = getComputedStyle(e);
      const own = [backgroundColor, backgroundImage, opacity].join();
      const outer = background(above(e));
      backgrounds.set(e, own === 'rgba(0, 0, 0, 0),none,1' ? outer : outer + own);
    }
    return backgrounds.get(e);
  };
  const looks = new Map();
  const visit = root => {
    for (const e of root.querySelectorAll('*')) {
      if (e.shadowRoot) visit(e.shadowRoot);
      const letters = [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data.trim()).join('');
      if (!letters && !e.matches('input, select, textarea') || !e.checkVisibility()) continue;
      const {color, fontSize, fontWeight, textShadow} = getComputedStyle(e);
      const tags = [e.localName, e.className, e.disabled, above(e)?.className, letters.length > 1];
      const look = [...tags, color, fontSize, fontWeight, textShadow, background(e)].join('|');
      // axe judges no single letter: it must not stand for words.
      looks.set(look, [...(looks.get(look) ?? []), e].slice(0, 2));
    }
  };
  visit(document);
  return [...looks.values()].flat();
}"""
PICTURE = """figure => {
  const root = figure.shadowRoot;
  const shapes = [...root.querySelectorAll('svg path, svg use')];
  return shapes.map(e => ['d', 'x', 'y'].map(name => e.getAttribute(name))).join(';');
}"""
VALUE = "figure => figure.shadowRoot.querySelector('label').textContent"


def audit(browser: Browser, path: Path, themes: Sequence[str] = THEMES) -> list[str]:
    """Return one sentence for every fault of a page, by default in both themes.

    The page is loaded once, in the first theme; what no theme can change is checked there alone.
    """
    faults: dict[str, None] = {}
    where = path.name
    context = browser.new_context(viewport=PHONE, color_scheme=themes[0])  # type: ignore[arg-type]
    context.add_init_script(REMEMBER_THEME.format(themes[0]))
    context.set_offline(True)
    page = context.new_page()

    def note(fault: str) -> None:
        faults[f"{where}: {fault}"] = None

    def on_request(request: Request) -> None:
        if not request.url.startswith(LOCAL):
            note(f"requests {request.url}; a page works from a folder: keep a copy in the site")

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            note(f"console: {message.text}")

    page.on("request", on_request)
    page.on("requestfailed", lambda request: note(f"{request.url} cannot be loaded"))
    page.on("pageerror", lambda error: note(f"script error: {error}"))
    page.on("console", on_console)
    for theme in themes:
        where = f"{path.name} ({theme})"
        if theme == themes[0]:
            page.goto(path.as_uri(), wait_until="load")
            page.add_style_tag(content=STILL)
            page.evaluate(OPEN_ALL)
        else:
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            page.evaluate(SET_THEME, theme)
        page.wait_for_timeout(SETTLE_MS)
        for fault in (*_faults_of_a_theme(page), *(_faults(page) if theme == themes[0] else ())):
            note(fault)
    context.close()
    return list(faults)


MOST_STEPS = 25
SETTLE_MS = 300
STILL = "* { transition: none !important; animation: none !important; }"
"""Colours are judged at rest: a box that fades in has less contrast for a moment."""


def _faults_of_a_theme(page: Page) -> Iterator[str]:
    yield from too_wide(page)
    yield from _axe_faults(page, CONTRAST, f"{{include: ({ONE_OF_EACH_LOOK})()}}")


def too_wide(page: Page) -> Iterator[str]:
    """What pushes the page sideways, and formulas and code that are cut and cannot be scrolled."""
    assert page.viewport_size
    for element in page.evaluate(WIDE_ELEMENTS):
        yield f"too wide at {page.viewport_size['width']} px: {element}"
    yield from (f"cut: {element}" for element in page.evaluate(CUT_ELEMENTS))


def _faults(page: Page) -> Iterator[str]:
    yield from (f"katex-error: {text}" for text in page.locator(".katex-error").all_inner_texts())
    yield from _axe_faults(page, ALL_BUT_CONTRAST, "document")
    yield from _slider_faults(page)


def _axe_faults(page: Page, options: dict[str, Any], context: str) -> Iterator[str]:
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    run = f"options => axe.run({context}, options).then(found => found.violations)"
    for violation in page.evaluate(run, options):
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
