"""「09. Margin Ranking Loss」의 그림."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook import (
    margin_ranking_loss,
    margin_ranking_loss_grad,
    soft_margin_loss,
    soft_margin_loss_grad,
)
from lossbook.plots import margin_ranking_loss_fits as fits
from lossbook.plots import style
from lossbook.plots.figure import Figure, figure, panel
from lossbook.plots.geometry import FLAT, arrows, plane, sideways
from lossbook.plots.slider import Slider, slider_figure

Array = np.ndarray[Any, np.dtype[Any]]

MARGIN = 0.5
"""The margin of the bakery."""
STANDARD = 1.0
"""Score of the salt bread, which stays."""
GAPS = np.array([k / 10 for k in range(-15, 21) if k != 5])
"""Gaps of the first slider; the kink at the margin is left out."""
LOSS_AXIS = "손실 (점)"
GAP_AXIS = "간격 x₁ − x₂ (점)"
SHARES = np.arange(1, 20) / 20
FIELD_MARGINS = np.arange(0, 21) / 10
STEP = 0.4
"""Length of an arrow of the plane, in units of the gradient."""


def _slopes(x1: Array, x2: Array, margin: float) -> tuple[Array, Array]:
    y = np.ones_like(x1)
    by_x1, by_x2 = margin_ranking_loss_grad(x1, x2, y, margin, "sum")
    return by_x1, by_x2


def gap() -> Figure:
    """바게트의 점수를 옮기며 보는 간격, 손실, 두 화살표."""
    x1, x2 = STANDARD + GAPS, np.full_like(GAPS, STANDARD)
    losses = margin_ranking_loss(x1, x2, np.ones_like(x1), MARGIN, "none")
    by_x1, by_x2 = _slopes(x1, x2, MARGIN)
    slider = Slider(
        "간격 x₁ − x₂ (바게트 − 소금빵)", GAPS, start=-0.5, format="{:+.1f}",
        readout=[
            f"바게트 {a:.1f}점, 소금빵 {b:.1f}점: 손실 {loss:.1f}, "
            + ("화살표 없음" if push == 0 else "바게트는 위로, 소금빵은 아래로")
            for a, b, loss, push in zip(x1, x2, losses, by_x1, strict=True)
        ],
    )  # fmt: skip
    line = panel(title="두 빵의 점수와 −기울기", xlabel="점수 (점)", ylabel="빵", height=3.6)
    line.axvspan(STANDARD + MARGIN, 3.4, **FLAT)
    line.axvline(STANDARD + MARGIN, **style.REFERENCE)
    for row, x, slope, name, color, marker in (
        (1.0, x1, by_x1, "바게트 x₁", style.BLUE, "o"),
        (0.0, x2, by_x2, "소금빵 x₂", style.ORANGE, "s"),
    ):
        slider.line(line, *sideways(x, row, -slope), color=color, ls="-", lw=2.2,
                    label=f"{name}의 −기울기")  # fmt: skip
        slider.points(line, x[:, np.newaxis], np.full((x.size, 1), row), color=color,
                      marker=marker, label=name)  # fmt: skip
    line.set_xlim(-0.8, 3.4)
    line.set_ylim(-0.5, 3.3)
    line.set_yticks([0, 1], ["소금빵", "바게트"])
    line.legend(loc="upper left")
    curve = panel(title=f"손실 (m = {MARGIN:g})", xlabel=GAP_AXIS, ylabel=LOSS_AXIS, height=3.6)
    curve.axvspan(MARGIN, 2.1, **FLAT)
    curve.plot(GAPS, losses, label="손실")
    slider.points(curve, GAPS[:, np.newaxis], losses[:, np.newaxis], color=style.ORANGE, label="지금")
    curve.set_xlim(-1.6, 2.1)
    curve.set_ylim(-0.1, 2.6)
    curve.legend(loc="upper right")
    return slider_figure(
        line, curve, slider=slider,
        alt="왼쪽: 점수의 직선 위에 소금빵은 1점에 서 있고 바게트가 움직인다. 바게트가 1.5점보다 왼쪽에 "
        "있으면 바게트의 화살표는 오른쪽, 소금빵의 화살표는 왼쪽을 가리키고 길이는 늘 1이다. 1.5점을 "
        "넘어 회색 영역에 들어가면 두 화살표가 사라진다. 오른쪽: 손실은 간격 0.5까지 곧게 내려와 "
        "그 뒤로 0이다.",
    )  # fmt: skip


def curves() -> Figure:
    """마진마다의 손실과 기울기, 순서 오류와 RankNet."""
    x = np.linspace(-2, 3, 200)
    zero, y = np.zeros_like(x), np.ones_like(x)
    losses = panel(title="손실 (y = 1)", xlabel=GAP_AXIS, ylabel=LOSS_AXIS, height=3.8)
    slopes = panel(title="첫째 점수의 기울기 (y = 1)", xlabel=GAP_AXIS, ylabel="기울기", height=3.8)
    for axes in (losses, slopes):
        axes.axvspan(1, 3, **{**FLAT, "label": "손실 0 (m = 1)"})
    losses.plot(x, (x <= 0).astype(float), label="순서 오류 (0 또는 1)", **style.REFERENCE)
    for margin in (0.0, 0.5, 1.0):
        name = f"m = {margin:g}"
        losses.plot(x, margin_ranking_loss(x, zero, y, margin, "none"), label=name)
        slopes.plot(x, _slopes(x, zero, margin)[0], label=name)
    losses.plot(x, soft_margin_loss(x, y, reduction="none"), label="RankNet")
    slopes.plot(x, soft_margin_loss_grad(x, y, reduction="sum"), label="RankNet")
    losses.set_ylim(-0.1, 3.9)
    losses.legend(loc="upper right")
    slopes.set_ylim(-1.15, 1.15)
    slopes.legend(loc="upper left")
    return figure(
        losses, slopes,
        alt="왼쪽: m = 0, 0.5, 1의 손실은 간격이 m이 될 때까지 기울기 −1로 내려와 0이 된다. m = 1의 선은 "
        "계단 모양의 순서 오류 위에 있다. RankNet은 매끄럽게 내려가며 0에 닿지 않는다. 오른쪽: "
        "기울기는 m까지 −1이고 그 뒤로 0이다. RankNet의 기울기는 −1에서 0으로 서서히 옮겨 간다.",
    )  # fmt: skip


def field() -> Figure:
    """두 점수의 평면에서 −기울기의 화살표와 손실이 0인 영역."""
    slider = Slider(
        "마진 m (점)", FIELD_MARGINS, start=0.5, format="{:.1f}",
        readout=[f"x₁이 x₂보다 {m:.1f} 이상 크면 손실 0" for m in FIELD_MARGINS],
    )  # fmt: skip
    axes = plane(title="−기울기 (y = 1)", xlabel="첫째 점수 x₁ (점)", ylabel="둘째 점수 x₂ (점)",
                 reach=2.5, height=4.4)  # fmt: skip
    ends = np.array([-2.5, 2.5])
    low = np.full((FIELD_MARGINS.size, 2), -6.0)
    slider.area(axes, ends, low, ends - FIELD_MARGINS[:, np.newaxis], **FLAT)
    axes.plot(ends, ends, label="x₁ = x₂", **style.REFERENCE)
    side = np.linspace(-2, 2, 6)
    x1, x2 = (grid.ravel() for grid in np.meshgrid(side, side - 0.05))
    steps = np.array([
        -STEP * np.column_stack(_slopes(x1, x2, margin)) for margin in FIELD_MARGINS
    ])
    slider.line(axes, *arrows(np.column_stack([x1, x2]), steps), color=style.BLUE, ls="-", lw=1.6,
                label="−기울기")  # fmt: skip
    axes.plot(x1, x2, ".", color=style.GREY, ms=4, label="_tails")
    axes.set_xlim(-2.5, 2.5)
    axes.set_ylim(-2.5, 2.5)
    axes.legend(loc="lower right")
    return slider_figure(
        axes, slider=slider,
        alt="두 점수의 평면. 대각선 x₁ = x₂보다 m만큼 오른쪽 아래의 반평면이 회색이고 거기에는 화살표가 "
        "없다. 나머지 자리의 화살표는 모두 길이가 같고 오른쪽 아래를 가리킨다. m을 키우면 회색 "
        "영역이 오른쪽 아래로 물러나고 화살표가 늘어난다.",
    )  # fmt: skip


def bottom(rows: Array, gaps: Array) -> Array:
    """Where each row is smallest; of equal places the middle one."""
    low = np.isclose(rows, rows.min(axis=1, keepdims=True), rtol=0, atol=1e-12)
    return np.array([gaps[row].mean() for row in low])


def votes() -> Figure:
    """표가 갈릴 때 두 손실의 평균이 가장 작은 간격."""
    gaps = np.arange(-360, 361) / 100
    hinge = np.stack([fits.mean_margin(gaps, p, MARGIN) for p in SHARES])
    smooth = np.stack([fits.mean_ranknet(gaps, p) for p in SHARES])
    low, soft = bottom(hinge, gaps), np.log(SHARES / (1 - SHARES))
    slider = Slider(
        "첫째가 위라는 표의 비율 P", SHARES, start=0.75, format="{:.2f}",
        readout=[
            f"마진 손실의 바닥 {'−0.5와 0.5 사이 어디나' if np.isclose(p, 0.5) else f'{a:+.2f}'}, "
            f"RankNet의 바닥 {b:+.2f}".replace("-", "−")
            for p, a, b in zip(SHARES, low, soft, strict=True)
        ],
    )  # fmt: skip
    left = panel(title="마진 순위 손실의 평균 (m = 0.5)", xlabel=GAP_AXIS, ylabel=LOSS_AXIS, height=3.6)
    right = panel(title="RankNet의 평균", xlabel=GAP_AXIS, ylabel="손실 (nat)", height=3.6)
    for axes, rows, at, color in ((left, hinge, low, style.BLUE), (right, smooth, soft, style.TEAL)):
        height = np.array([np.interp(a, gaps, row) for a, row in zip(at, rows, strict=True)])
        slider.line(axes, gaps[::5], rows[:, ::5], color=color, ls="-", label="평균 손실")
        slider.points(axes, at[:, np.newaxis], height[:, np.newaxis], color=style.ORANGE, label="바닥")
        axes.set_ylim(0, 4.4)
        axes.legend(loc="upper center")
    for edge in (-MARGIN, MARGIN):
        left.axvline(edge, **style.REFERENCE)
    return slider_figure(
        left, right, slider=slider,
        alt="왼쪽: 표가 갈린 짝의 평균 마진 손실은 꺾인 직선 셋이고, 바닥은 표의 비율이 0.5를 넘으면 간격 "
        "0.5, 넘지 못하면 −0.5에 있다. 오른쪽: RankNet의 평균은 매끄럽고, 바닥은 비율의 로짓을 따라 "
        "조금씩 옮겨 간다.",
    )  # fmt: skip


def collapse() -> Figure:
    """m = 0과 m = 1로 배울 때의 훈련 손실과 점수의 폭."""
    losses = panel(title="훈련 손실", xlabel="걸음", ylabel=LOSS_AXIS, height=3.6)
    spread = panel(title="점수의 폭", xlabel="걸음", ylabel="점수의 표준편차 (점)", height=3.6)
    for margin, color, dash in ((0.0, style.BLUE, 0), (1.0, style.ORANGE, 1)):
        for seed in fits.SPLITS:
            _, record = fits.learned(seed, margin)
            for axes, column in ((losses, 0), (spread, 1)):
                axes.plot(record[:60, column], color=color, ls=style.LINES[dash], lw=1.5,
                          label=f"m = {margin:g}" if seed == 0 else f"_{margin:g}, {seed}")  # fmt: skip
    losses.set_ylim(-0.05, 1.5)
    losses.legend(loc="upper right")
    spread.set_ylim(-0.03, 1.5)
    spread.legend(loc="upper left")
    return figure(
        losses, spread,
        alt="왼쪽: m = 0의 훈련 손실은 다섯 나누기에서 모두 0 가까이로 내려가고, m = 1의 손실은 0.5쯤에서 "
        "멈춘다. 오른쪽: m = 0의 점수의 폭은 0.5에서 0 쪽으로 줄고, m = 1의 폭은 1쯤으로 늘어난다.",
    )  # fmt: skip


def ranked() -> Figure:
    """마진을 바꾸며 배운 점수: 진행도와의 관계, 폭, 짝 정확도."""
    _, _, u, y = fits.patients(0)
    scores = np.stack([u @ fits.learned(0, m)[0] for m in fits.MARGINS])
    results = np.array([fits.tested(0, m) for m in fits.MARGINS])
    slider = Slider(
        "마진 m (점)", fits.MARGINS, start=1.0, format="{:.2f}",
        readout=[
            f"짝 정확도 {accuracy:.2f}, 점수의 폭 {width:.2f}" for accuracy, width, _ in results
        ],
    )  # fmt: skip
    cloud = panel(title="시험 환자의 점수", xlabel="한 해 뒤의 진행도", ylabel="점수 (점)", height=3.6)
    slider.points(cloud, y, scores, color=style.BLUE, markersize=3, label="환자 221명")
    cloud.set_ylim(-16, 16)
    cloud.legend(loc="upper left")
    width = panel(title="점수의 폭", xlabel="마진 m (점)", ylabel="표준편차 (점)", height=3.6)
    right = panel(title="짝 정확도", xlabel="마진 m (점)", ylabel="순서가 옳은 짝의 비율", height=3.6)
    for axes, column, name in ((width, 1, "시험 점수의 폭"), (right, 0, "시험 짝 정확도")):
        axes.plot(fits.MARGINS, results[:, column], label=name)
        slider.points(axes, fits.MARGINS[:, np.newaxis], results[:, [column]], color=style.ORANGE,
                      label="지금")  # fmt: skip
    width.legend(loc="upper left")
    right.axhline(0.5, label="동전 던지기", **style.REFERENCE)
    right.set_ylim(0.4, 1)
    right.legend(loc="upper right")
    return slider_figure(
        cloud, width, right, slider=slider,
        alt="왼쪽: 시험 환자의 진행도와 점수의 점들. 마진을 키우면 모양은 그대로이고 세로로 늘어난다. "
        "가운데: 점수의 폭은 마진에 비례해 커진다. 오른쪽: 짝 정확도는 마진 0에서만 낮고 그 뒤로는 "
        "평평하다.",
    )  # fmt: skip
