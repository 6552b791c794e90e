"""A slider figure in the browser: it draws what Python computed, and a picture without scripts."""

from __future__ import annotations

import re

import numpy as np
import pytest

from lossbook.plots.figure import figure, panel
from lossbook.plots.slider import Slider, frames_figure, slider_figure

ALT = "온도에 따라 기울기가 달라지는 직선 하나와 점 하나의 그림"
TEMPERATURES = np.array([0.5, 1, 2])


def slider():
    readout = [f"기울기 {value:g}" for value in TEMPERATURES]
    return Slider("온도 T", TEMPERATURES, start=1, format="{:.1f}", readout=readout)


def moving():
    control = slider()
    ax = panel(title="직선", xlabel="입력 x", ylabel="출력 y")
    control.line(ax, [1, 10], TEMPERATURES[:, None] * [1, 10])
    control.points(ax, [5, 6], np.stack([TEMPERATURES * 5, [np.nan, 6, 12]], 1))
    ax.set_yscale("log")
    return slider_figure(ax, slider=control, alt=ALT)


def frames():
    made = []
    for value in TEMPERATURES:
        ax = panel(title=f"T = {value:g}", xlabel="입력 x", ylabel="출력 y")
        ax.plot([0, 1], [0, value])
        made.append(figure(ax, alt=ALT))
    return frames_figure(made, slider=slider(), alt=ALT)


@pytest.fixture
def open_figure(browser, tmp_path):
    contexts = []

    def open_page(html, **options):
        path = tmp_path / "page.html"
        path.write_text(f'<!doctype html><meta charset="utf-8">{html}', encoding="utf-8")
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


def shapes(page):
    """Coordinates of the moving line and of the moving points."""
    data = page.evaluate("() => document.querySelector('loss-figure').data.views[0]")
    line, points = data["ids"]
    path = page.locator(f"[id='{line}'] > path").get_attribute("d")
    uses = page.locator(f"[id='{points}'] use").all()
    at = [[float(use.get_attribute(name)) for name in "xy"] for use in uses]
    return data, np.array(re.findall(r"[\d.]+", path), float).reshape(-1, 2), np.array(at)


@pytest.mark.parametrize(("key", "index"), [("Home", 0), ("ArrowLeft", 0), ("End", 2)])
def test_the_browser_draws_the_rows(open_figure, key, index):
    page = open_figure(moving().html)
    page.locator("loss-figure input").focus()
    page.keyboard.press(key)
    view, line, points = shapes(page)
    (x_slope, x_offset, _), (y_slope, y_offset, logarithmic) = view["x"], view["y"]
    assert logarithmic
    temperature = TEMPERATURES[index]

    def place(x, y):
        return [x_offset + x_slope * x, y_offset + y_slope * np.log10(y)]

    expected = [place(x, temperature * x) for x in (1, 10)]
    np.testing.assert_allclose(line, expected, atol=0.1)
    there = [(5, temperature * 5)] + ([(6, 12)] if index == 2 else [])
    np.testing.assert_allclose(points, [place(*point) for point in there], atol=0.1)
    assert page.locator("loss-figure label").inner_text() == f"온도 T = {temperature:.1f}"
    assert page.locator("loss-figure output").inner_text() == f"기울기 {temperature:g}"


def test_the_start_is_what_matplotlib_drew(open_figure):
    html = moving().html
    with_script = open_figure(html)
    data, line, _ = shapes(with_script)
    source = with_script.locator("loss-figure > .loss-views img").get_attribute("src")
    drawn = re.search(rf"{next(iter(data['ids']))}%22%3E%3Cpath d=%22(.*?)%22", source)[1]
    original = np.array(re.findall(r"[\d.]+", drawn), float).reshape(-1, 2)
    np.testing.assert_allclose(line, original, atol=0.1)


def test_frames_change_and_come_back(open_figure):
    page = open_figure(frames().html)
    picture = page.locator("loss-figure .live .loss-views")
    start = picture.inner_html()
    page.locator("loss-figure input").focus()
    seen = []
    for key in ("ArrowRight", "ArrowLeft", "Home"):
        page.keyboard.press(key)
        seen.append(picture.inner_html())
    assert len({start, seen[0], seen[2]}) == 3
    assert seen[1] == start


def test_without_scripts_there_is_a_picture(open_figure):
    page = open_figure(moving().html, java_script_enabled=False)
    assert page.get_by_alt_text(ALT).is_visible()
    assert page.get_by_alt_text(ALT).bounding_box()["height"] > 100


def test_print_shows_the_picture(open_figure):
    page = open_figure(moving().html)
    picture = page.locator("loss-figure > .loss-views")
    assert not picture.is_visible()
    page.emulate_media(media="print")
    assert picture.is_visible()
    assert not page.locator("loss-figure input").is_visible()


def test_keys_do_not_reach_the_page(open_figure):
    page = open_figure(moving().html)
    page.evaluate("() => document.addEventListener('keydown', () => document.title = 'leaked')")
    page.locator("loss-figure input").focus()
    page.keyboard.press("ArrowRight")
    assert page.title() != "leaked"


def test_a_wide_panel_shows_one_drawing(open_figure):
    ax = panel(title="넓은 칸", xlabel="입력 x", ylabel="출력 y", wide=True)
    ax.plot([0, 1])
    html = figure(ax, alt=ALT).html
    for width, widths in ((390, (374, 0)), (1280, (0, 860))):
        page = open_figure(html, viewport={"width": width, "height": 800})
        shown = [svg.bounding_box()["width"] for svg in page.locator("svg").all()]
        np.testing.assert_allclose(shown, widths, atol=1)
