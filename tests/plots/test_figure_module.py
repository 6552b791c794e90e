"""Panels and figures: the SVG is complete, deterministic and fits both themes."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from lossbook.plots import style
from lossbook.plots.figure import figure, label_line, panel

ALT = "가로축은 오차, 세로축은 손실인 포물선 하나의 그림입니다."


def draw(**changes):
    ax = panel(**{"title": "제곱 손실", "xlabel": "오차 e", "ylabel": "손실 ½e²", **changes})
    x = np.linspace(-2, 2, 41)
    ax.plot(x, x**2 / 2, label="½e²")
    return ax


def svgs(html):
    return re.findall(r"<svg.*?</svg>", html, re.DOTALL)


def test_html_is_complete_and_deterministic():
    html = figure(draw(), draw(wide=True), alt=ALT)._repr_html_()
    assert html == figure(draw(), draw(wide=True), alt=ALT).html
    assert f'role="img" aria-label="{ALT}"' in html
    assert len(svgs(html)) == 3, "one drawing of the half panel, two of the wide one"
    for svg in svgs(html):
        ElementTree.fromstring(svg)
        assert "currentColor" in svg
        assert style.INK not in svg
        assert style.PAPER not in svg
        assert "<text" not in svg, "text is drawn as paths"
        assert "<metadata" not in svg
        ids = re.findall(r' id="([^"]+)"', svg)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'(?:url\(#|href="#)([^")]+)', svg)) <= set(ids)


def test_different_figures_share_no_id():
    first, second = (figure(draw(title=title), alt=ALT).html for title in ("하나", "둘"))
    ids = [set(re.findall(r' id="([^"]+)"', html)) for html in (first, second)]
    assert ids[0].isdisjoint(ids[1])


def test_plain_text_form():
    assert repr(figure(draw(), alt=ALT)) == f"그림: {ALT}"


def test_text_is_large_enough_on_a_phone():
    drawing = svgs(figure(draw(wide=True), alt=ALT).html)[0]
    width = float(re.search(r'viewBox="0 0 ([\d.]+)', drawing)[1])
    smallest = min(style.RC[key] for key in ("xtick.labelsize", "ytick.labelsize", "font.size"))
    assert smallest * 358 / width >= 11


@pytest.mark.parametrize("name", ["title", "xlabel", "ylabel"])
def test_names_are_required(name):
    with pytest.raises(ValueError, match=f"^{name}: 비어 있습니다"):
        figure(draw(**{name: " "}), alt=ALT)


@pytest.mark.parametrize("alt", ["", "너무 짧은 설명"])
def test_alt_is_required(alt):
    with pytest.raises(ValueError, match=r"^alt: 그림 설명이"):
        figure(draw(), alt=alt)


def test_a_panel_is_required():
    with pytest.raises(ValueError, match=r"^panels: 칸이 없습니다"):
        figure(alt=ALT)


def test_missing_glyph():
    with pytest.raises(ValueError, match=r"'기울기 ∇': 문자 '∇'\(U\+2207\)"):
        figure(draw(ylabel="기울기 ∇"), alt=ALT)


def test_missing_glyph_in_a_tick_label():
    ax = draw()
    ax.set_xticks([0, 1], ["영", "하나∎"])
    with pytest.raises(ValueError, match="'∎'"):
        figure(ax, alt=ALT)


def test_mathtext():
    with pytest.raises(ValueError, match=r"수식\(\$\)을 쓸 수 없습니다"):
        figure(draw(xlabel="오차 $e$"), alt=ALT)


def test_legend_is_required_for_two_series():
    ax = draw()
    (line,) = ax.plot([0, 1], [0, 1], label="|e|")
    with pytest.raises(ValueError, match=r"범례에 \|e\|, ½e²이\(가\) 없습니다"):
        figure(ax, alt=ALT)
    ax.legend(handles=[line])
    with pytest.raises(ValueError, match=r"범례에 ½e²이"):
        figure(ax, alt=ALT)
    ax.legend()
    figure(ax, alt=ALT)


def test_a_name_beside_the_line_replaces_the_legend():
    ax = draw()
    ax.plot([0, 1], [0, 1], label="|e|")
    for line in ax.get_lines():
        label_line(ax, line, 0.5)
    figure(ax, alt=ALT)


def test_log_axes_have_plain_tick_labels():
    ax = panel(title="로그 축", xlabel="분산", ylabel="손실")
    ax.loglog([1e-8, 1e3], [0.3, 4])
    figure(ax, alt=ALT)
    assert "10⁻⁸" in [text.get_text() for text in ax.get_xticklabels()]
    assert {"0.5", "1", "2"} <= {text.get_text() for text in ax.get_yticklabels()}
