"""Figures with a slider: the rows are Python's, the fallback picture is complete."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest

from booktools.figures.data import series, slider_values
from lossbook import huber_loss
from lossbook.plots.figure import figure, panel
from lossbook.plots.slider import Slider, frames_figure, slider_figure

ALT = "δ를 키우면 후버 손실의 포물선 부분이 넓어지는 것을 보여 주는 그림"
DELTAS = np.geomspace(0.1, 4, 5)
ERROR = np.linspace(-4, 4, 33)


def loss(delta):
    return huber_loss(ERROR, 0 * ERROR, delta=delta, reduction="none")


def slider(**changes):
    given = {"label": "δ", "values": DELTAS, "start": DELTAS[2], "format": "{:.2f}", **changes}
    return Slider(**given)


def moving(**changes):
    control = slider(**changes)
    ax = panel(title="후버 손실", xlabel="오차 e", ylabel="손실", wide=True)
    ax.plot(ERROR, ERROR**2 / 2, label="½e²")
    control.line(ax, ERROR, [loss(delta) for delta in DELTAS], label="후버")
    control.points(ax, DELTAS[:, None], DELTAS[:, None] ** 2 / 2, label="경계")
    ax.legend()
    bars = panel(title="막대", xlabel="클래스", ylabel="확률")
    control.bars(bars, [0, 1], np.stack([DELTAS / 4, 1 - DELTAS / 4], 1), label="예측")
    control.area(bars, [0, 1], [0, 0], DELTAS[:, None] * [0.1, 0.2], label="_띠")
    return slider_figure(ax, bars, slider=control, alt=ALT)


def rows(made):
    return json.loads(
        re.search(r'<script type="application/json">(.*?)</script>', made.html, re.DOTALL)[1]
    )


def test_rows_are_what_lossbook_computes():
    x, y = series(moving(), "후버", axes=("오차 e", "손실"))
    np.testing.assert_allclose(x, ERROR, atol=1e-3)
    np.testing.assert_allclose(y, [loss(delta) for delta in DELTAS], atol=4e-3)
    x, y = series(moving(), "예측", panel=1)
    np.testing.assert_allclose(x, [0, 1])
    np.testing.assert_allclose(y[:, 0], DELTAS / 4, atol=1e-3)
    assert slider_values(moving()) == ["0.10", "0.25", "0.63", "1.59", "4.00"]


def test_a_series_that_stays_has_one_row():
    named = {mark["name"]: mark for mark in rows(moving())["marks"]}
    assert (len(named["후버"]["x"]), len(named["후버"]["y"])) == (1, 5)


def test_views_of_a_wide_panel_move_together():
    views = rows(moving())["views"]
    assert [sorted(set(view["ids"].values())) for view in views] == [[0, 1], [0, 1], [2, 3, 4]]


def test_transform_puts_points_where_matplotlib_does():
    made = moving()
    view = rows(made)["views"][1]
    axes = made.panels[0]
    slope, offset, log = view["x"]
    expected = axes.transData.transform((1.5, 0))[0]
    assert (slope * 1.5 + offset, log) == (pytest.approx(expected, abs=0.01), False)


def test_log_axis():
    control = slider()
    ax = panel(title="로그", xlabel="δ", ylabel="손실")
    control.points(ax, DELTAS[:, None], DELTAS[:, None] ** 3)
    ax.set_xscale("log")
    ax.set_yscale("log")
    made = slider_figure(ax, slider=control, alt=ALT)
    slope, offset, log = rows(made)["views"][0]["y"]
    expected = 72 * ax.figure.get_figheight() - ax.transData.transform((1, 0.2))[1]
    assert (slope * np.log10(0.2) + offset, log) == (pytest.approx(expected, abs=0.01), True)
    assert rows(made)["marks"][0]["y"][0] == [0.001]


def test_fallback_picture_and_element():
    made = moving()
    assert made.html == moving().html
    images = re.findall(r'<img alt="([^"]*)" src="data:image/svg\+xml,([^"]*)"', made.html)
    assert [alt for alt, _ in images] == [ALT, "", ""]
    for _, source in images:
        assert not set('<>#"') & set(source)
        ElementTree.fromstring(unquote(source))
    assert 'aria-label="움직이는 그림: δ"' in made.html
    assert made.html.count("customElements.get") == 1


def test_processes_agree():
    command = [sys.executable, "-c", "import test_slider_module as t; print(t.moving().html)"]
    made = [
        subprocess.run(
            command, cwd=Path(__file__).parent, capture_output=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[2])},
        ).stdout
        for seed in "12"
    ]  # fmt: skip
    assert made[0] == made[1]
    assert made[0].decode().strip() == moving().html


def test_no_formula_in_the_script():
    made = moving()
    script = made.html.rpartition("<script>")[2]
    assert set(re.findall(r"Math\.(\w+)", script)) == {"log10"}


def test_html_in_a_readout_stays_text():
    made = moving(readout=["</script><b>"] * 5)
    assert "</script><b>" not in made.html
    assert rows(made)["readout"][0] == "</script><b>"


def test_gaps_are_null():
    control = slider()
    ax = panel(title="빈 곳", xlabel="x", ylabel="y")
    control.line(ax, [0, 1, 2], DELTAS[:, None] * [1, np.nan, np.inf])
    ax.set_ylim(0, 1)
    assert rows(slider_figure(ax, slider=control, alt=ALT))["marks"][0]["y"][0][1:] == [None, None]


def frames(count=5):
    made = []
    for number in range(count):
        ax = panel(title=f"{number}번째", xlabel="시각", ylabel="기호")
        ax.imshow(np.eye(4) * number, aspect="auto")
        made.append(figure(ax, alt=ALT))
    return made


def test_frames():
    made = frames_figure(frames(), slider=slider(), alt=ALT)
    pictures = rows(made)["frames"]
    assert [picture is None for picture in pictures] == [False, False, True, False, False]
    assert pictures[1].startswith('<div style="flex:1 1 320px')
    assert "loss-views" not in pictures[1]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"label": " "}, "^label:"),
        ({"values": [1]}, "^values: 모양이"),
        ({"values": np.ones((2, 2))}, "^values: 모양이"),
        ({"start": 0.5}, "^start: 0.5은"),
        ({"readout": ["하나"]}, "^readout: 글이 1개"),
    ],
)
def test_wrong_slider(changes, message):
    with pytest.raises(ValueError, match=message):
        slider(**changes)


def test_wrong_shape():
    ax = panel(title="모양", xlabel="x", ylabel="y")
    with pytest.raises(ValueError, match=r"자료의 모양이 \(3, 33\)"):
        slider().line(ax, ERROR, np.ones((3, 33)))


def test_nothing_moves():
    ax = panel(title="정지", xlabel="x", ylabel="y")
    control = slider()
    control.line(ax, [0, 1], [0, 1])
    with pytest.raises(ValueError, match="움직이는 것이 없습니다"):
        slider_figure(ax, slider=control, alt=ALT)


def test_forgotten_panel():
    first, second = (panel(title=title, xlabel="x", ylabel="y") for title in "가나")
    control = slider()
    control.line(first, ERROR, [loss(delta) for delta in DELTAS])
    with pytest.raises(ValueError, match="panels에 없습니다"):
        slider_figure(second, slider=control, alt=ALT)


def test_too_few_frames():
    with pytest.raises(ValueError, match=r"^frames: 그림이 4개"):
        frames_figure(frames(4), slider=slider(), alt=ALT)


def test_alt_is_required():
    with pytest.raises(ValueError, match=r"^alt:"):
        frames_figure(frames(), slider=slider(), alt="그림")
