"""Every page in a browser: nothing external, no error, no overflow, live sliders, axe content."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from booktools.site.audit import audit
from booktools.site.pages import pages
from lossbook.plots.figure import panel
from lossbook.plots.slider import Slider, slider_figure

SITE = Path(__file__).parents[2] / "_build" / "html"
PAGES = pages(SITE)


def test_there_is_a_site():
    assert PAGES, f"{SITE} holds no page: run 'make book' first"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(SITE)))
def test_page(browser, page):
    faults = audit(browser, page)
    assert not faults, "\n".join(faults)


def moving_figure(rows):
    slider = Slider("온도 T", [0.5, 1, 2], start=1, format="{:.1f}")
    ax = panel(title="직선", xlabel="입력 x", ylabel="출력 y")
    slider.line(ax, [0, 1], rows)
    return slider_figure(
        ax, slider=slider, alt="온도에 따라 기울기가 달라지는 직선 하나의 그림"
    ).html


MOVING = moving_figure(np.array([[0, 0.5], [0, 1], [0, 2]]))

FAULTS = {
    "requests https://example.org/x.js": '<script src="https://example.org/x.js"></script>',
    "gone.css cannot be loaded": '<link rel="stylesheet" href="gone.css">',
    "console: 손실": "<script>console.error('손실')</script>",
    "script error: 손실": "<script>throw new Error('손실')</script>",
    'too wide at 390 px: <p id="wide"': '<p id="wide" style="width:500px">넓은 글</p>',
    "cut: 긴 코드": '<pre style="width:200px;overflow:hidden">긴 코드 ' + "x" * 200 + "</pre>",
    "cut: 긴 식": '<p style="width:90px;overflow:hidden"><span class="katex-html"><span class="base" '
    'style="white-space:nowrap">긴 식 ' + "x " * 200 + "</span></span></p>",
    "axe image-alt": '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=">',
    "axe color-contrast": '<p style="color:#999;background:#fff">흐린 글</p>',
    "katex-error: \\fraq": '<span class="katex-error">\\fraq</span>',
    "its script did not run": MOVING.replace("<script>", "<template>"),
    "key End does not change the picture": moving_figure(np.ones((3, 2))),
    "does not change the value beside": MOVING.replace("= ${values[k]}`", "`"),
}


def html(body):
    return (
        '<!doctype html><html lang="ko"><head><meta charset="utf-8"><title>시험</title>'
        '<meta name="viewport" content="width=device-width"><style>:root{color-scheme:light dark}'
        f"</style></head><body><main><h1>시험</h1>{body}</main></body></html>"
    )


def faults_of(browser, folder, body, themes=("light",)):
    page = folder / "page.html"
    page.write_text(html(body), encoding="utf-8")
    return audit(browser, page, themes)


def test_a_sound_page(browser, tmp_path):
    scrolls = '<div style="overflow-x:auto" tabindex="0"><p style="width:500px">넓은 글</p></div>'
    assert faults_of(browser, tmp_path, MOVING + scrolls + MOVING, ("light", "dark")) == []


@pytest.mark.parametrize("message", FAULTS)
def test_planted_fault(browser, tmp_path, message):
    faults = faults_of(browser, tmp_path, FAULTS[message])
    assert any(message in fault for fault in faults), faults


def test_a_fault_of_the_dark_theme_only(browser, tmp_path):
    dark = "p { color: #333; background: #121212 }"
    style = f"<style>@media (prefers-color-scheme: dark) {{ {dark} }}</style>"
    faults = faults_of(browser, tmp_path, f"{style}<p>어두운 곳의 글</p>", ("light", "dark"))
    assert faults
    assert all("page.html (dark): axe color-contrast" in fault for fault in faults)


def test_the_theme_is_switched_in_place(browser, tmp_path):
    style = "<style>html[data-theme='dark'] p { color: #333; background: #121212 }</style>"
    faults = faults_of(browser, tmp_path, f"{style}<p>어두운 곳의 글</p>", ("light", "dark"))
    assert faults
    assert all("page.html (dark): axe color-contrast" in fault for fault in faults)


SHADOW = """<div id="host"></div><script>
document.querySelector('#host').attachShadow({mode: 'open'}).innerHTML = '<p style="color:#999">흐린 글</p>'
</script>"""
FAINT = {
    "background of an ancestor": '<section style="background:#666"><p>흐린 글</p></section>',
    "opacity of an ancestor": '<section style="opacity:.4"><p>흐린 글</p></section>',
    "inside a shadow root": SHADOW,
    "in a field": '<label>이름 <input style="color:#999" value="흐린 글"></label>',
    "hidden elsewhere": '<p style="color:#999" hidden>글</p><p style="color:#999">흐린 글</p>',
}


@pytest.mark.parametrize("faint", FAINT)
def test_each_look_of_a_text_is_measured(browser, tmp_path, faint):
    faults = faults_of(browser, tmp_path, "<p>진한 글</p>" * 3 + FAINT[faint])
    assert any("axe color-contrast" in fault for fault in faults), faults


def test_what_only_the_dark_theme_requests(browser, tmp_path):
    image = "url(https://example.org/night.png)"
    style = f"<style>html[data-theme='dark'] p {{ background-image: {image} }}</style>"
    faults = faults_of(browser, tmp_path, f"{style}<p>글</p>", ("light", "dark"))
    assert any("(dark): requests https://example.org/night.png" in fault for fault in faults)
