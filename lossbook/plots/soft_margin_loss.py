"""「12. Two-class soft margin loss」의 그림."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook import soft_margin_loss, soft_margin_loss_grad
from lossbook.plots import soft_margin_loss_fits as fits
from lossbook.plots import style
from lossbook.plots.figure import Figure, figure, panel
from lossbook.plots.geometry import FLAT, sideways
from lossbook.plots.slider import Slider, slider_figure

Array = np.ndarray[Any, np.dtype[Any]]

MARGIN_AXIS = "마진 y·x"
GIVEN = np.linspace(-3, 3, 121)
SPAN = np.linspace(-4, 4, 161)
SCORES = np.arange(-40, 41) / 10
HINGE_FLAT = {**FLAT, "label": "힌지가 0인 곳"}


def soft(margin: Array) -> Array:
    """The loss of margins: scores of samples whose label is 1."""
    return np.asarray(soft_margin_loss(margin, np.ones_like(margin), reduction="none"))


def soft_slope(margin: Array) -> Array:
    return np.asarray(soft_margin_loss_grad(margin, np.ones_like(margin), reduction="sum"))


def pushed() -> Figure:
    """점수 하나를 옮기며 보는 손실과 −기울기 화살표. 왼쪽은 스팸, 오른쪽은 정상 편지."""
    here = SCORES[:, np.newaxis]
    panels = []
    labels = ((1.0, "스팸 (y = 1)"), (-1.0, "정상 (y = −1)"))
    losses = [
        soft_margin_loss(SCORES, np.full_like(SCORES, y), reduction="none") for y, _ in labels
    ]
    slopes = [
        soft_margin_loss_grad(SCORES, np.full_like(SCORES, y), reduction="sum") for y, _ in labels
    ]
    slider = Slider(
        "점수 x", SCORES, start=-1.0, format="{:.1f}",
        readout=[
            f"스팸이면 손실 {a:.2f}, 미는 힘 {-p:+.2f} · 정상이면 손실 {b:.2f}, 미는 힘 {-q:+.2f}"
            .replace("-", "−")
            for a, b, p, q in zip(*losses, *slopes, strict=True)
        ],
    )  # fmt: skip
    for (y, name), loss, slope in zip(labels, losses, slopes, strict=True):
        axes = panel(title=name, xlabel="점수 x", ylabel="손실 (nat)", height=3.6)
        wide = np.full_like(SPAN, y)
        axes.axvspan(*sorted((y, 4 * y)), **HINGE_FLAT)
        axes.plot(SPAN, fits.hinge(SPAN, wide), label="힌지", **style.REFERENCE)
        axes.plot(SPAN, soft_margin_loss(SPAN, wide, reduction="none"), label="소프트 마진")
        value = loss[:, np.newaxis]
        slider.line(
            axes, *sideways(SCORES, loss, -slope), color=style.ORANGE, ls="-", lw=2.6,
            label="−기울기",
        )  # fmt: skip
        slider.points(axes, here, value, color=style.ORANGE, label="_지금")
        axes.set_xlim(-4, 4)
        axes.set_ylim(-0.2, 5.2)
        axes.legend(loc="upper center")
        panels.append(axes)
    return slider_figure(
        *panels, slider=slider,
        alt="왼쪽은 스팸, 오른쪽은 정상 편지의 손실 곡선. 점수를 옮기면 곡선 위의 점에서 옳은 쪽을 "
        "가리키는 화살표가 틀린 쪽에서는 길이 1에 다가가고 옳은 쪽에서는 짧아진다. 회색은 힌지 손실이 "
        "0인 곳이며, 그 안에서도 화살표는 조금 남는다.",
    )  # fmt: skip


def curves() -> Figure:
    """마진에 따른 다섯 손실과 그 기울기."""
    losses = panel(title="손실", xlabel=MARGIN_AXIS, ylabel="손실", height=3.8)
    slopes = panel(title="기울기", xlabel=MARGIN_AXIS, ylabel="마진으로 미분한 값", height=3.8)
    ones = np.ones_like(GIVEN)
    for axes in (losses, slopes):
        axes.axvspan(1, 3, **HINGE_FLAT)
    losses.step([-3, 0, 3], [1, 0, 0], where="post", label="0-1 (틀리면 1)", **style.REFERENCE)
    losses.plot(GIVEN, soft(GIVEN), label="소프트 마진")
    losses.plot(GIVEN, soft(GIVEN) / np.log(2), label="소프트 마진 ÷ ln 2")
    losses.plot(GIVEN, fits.hinge(GIVEN, ones), label="힌지")
    losses.plot(GIVEN, fits.hinge(GIVEN, ones, p=2), label="제곱 힌지")
    losses.set_ylim(-0.15, 6.2)
    losses.legend(loc="upper right")
    slopes.plot(GIVEN, soft_slope(GIVEN), label="소프트 마진")
    slopes.plot([], [])
    slopes.plot(GIVEN, fits.hinge_grad(GIVEN, ones), label="힌지")
    slopes.plot(GIVEN, fits.hinge_grad(GIVEN, ones, p=2), label="제곱 힌지")
    slopes.set_ylim(-4.2, 0.3)
    slopes.legend(loc="lower right")
    return figure(
        losses, slopes,
        alt="왼쪽: 소프트 마진은 매끄럽게 줄어 0에 닿지 않고, 힌지와 제곱 힌지는 마진 1에서 0이 된다. "
        "소프트 마진을 ln 2로 나눈 곡선은 0-1 계단보다 늘 위에 있다. 오른쪽: 소프트 마진의 기울기는 "
        "−1과 0 사이에서 매끄럽고, 힌지의 기울기는 마진 1에서 −1에서 0으로 뛴다.",
    )  # fmt: skip


def scaled() -> Figure:
    """점수에 배수 s를 곱하면 손실은 꺾은선에 다가갑니다."""
    scales = np.round(np.geomspace(0.25, 20, 41), 2)
    scales[np.argmin(np.abs(scales - 1))] = 1.0
    rows = np.array([soft(s * GIVEN) / s for s in scales])
    force = np.array([soft_slope(s * GIVEN) for s in scales])
    slider = Slider(
        "배수 s", scales, start=1.0, format="{:.2f}",
        readout=[f"경계에서의 손실 ÷ s = {np.log(2) / s:.3f}" for s in scales],
    )
    losses = panel(title="손실 ÷ s", xlabel=MARGIN_AXIS, ylabel="손실 ÷ s", height=3.6)
    slopes = panel(title="기울기", xlabel=MARGIN_AXIS, ylabel="마진으로 미분한 값 ÷ s", height=3.6)
    losses.plot(GIVEN, np.maximum(-GIVEN, 0), label="꺾은선 max(−m, 0)", **style.REFERENCE)
    slider.line(losses, GIVEN, rows, label="소프트 마진 ÷ s")
    losses.set_ylim(-0.1, 3.4)
    losses.legend(loc="upper right")
    slider.line(slopes, GIVEN, force, label="기울기 ÷ s")
    slopes.axhline(0, **style.REFERENCE)
    slopes.set_ylim(-1.1, 0.1)
    slopes.legend(loc="lower right")
    return slider_figure(
        losses, slopes, slider=slider,
        alt="왼쪽: 배수 s를 키우면 손실을 s로 나눈 곡선이 0에서 꺾인 선에 붙고, 줄이면 완만한 직선에 "
        "가까워진다. 오른쪽: 기울기는 s를 키우면 계단이 되고 줄이면 −½에 가까운 수평선이 된다.",
    )  # fmt: skip


def histograms() -> Figure:
    """유방암 자료: 손실마다 훈련 표본의 마진이 어디에 모이는지."""
    edges = np.arange(-10, 61) / 10 + 0.05
    panels = []
    for name in fits.LOSSES:
        axes = panel(title=name, xlabel=MARGIN_AXIS, ylabel="훈련 표본의 비율", height=3.2)
        counts, _ = np.histogram(fits.margins(name, 0), edges)
        axes.axvspan(1, 6, **HINGE_FLAT)
        axes.bar(
            (edges[:-1] + edges[1:]) / 2, counts / counts.sum(), 0.09, label=name, color=style.BLUE
        )
        axes.axvline(0, color=style.ORANGE, ls=style.LINES[1], label="경계")
        axes.set_xlim(-1, 6)
        axes.set_ylim(0, 0.1)
        axes.legend(loc="upper right")
        panels.append(axes)
    return figure(
        *panels,
        alt="손실 셋으로 맞춘 분류기의 마진 막대그래프. 소프트 마진의 마진은 1에서 6까지 넓게 퍼지고, "
        "힌지의 마진은 1에서 막대 하나가 솟아 있으며, 제곱 힌지의 마진은 1과 4 사이에 모인다.",
    )


def label_bug() -> Figure:
    """레이블을 0과 1로 적은 훈련: 손실은 내려가고 정확도는 떨어집니다."""
    panels = (
        panel(title="훈련 손실", xlabel="걸음 (로그 눈금)", ylabel="손실 (nat)", height=3.6),
        panel(title="시험 정확도", xlabel="걸음 (로그 눈금)", ylabel="정확도", height=3.6),
    )
    steps = np.unique(np.round(np.geomspace(1, 2000, 60)).astype(int))
    for column, axes in zip(("loss", "accuracy"), panels, strict=True):
        for name, look in (("-1과 1", style.LINES[0]), ("0과 1", style.LINES[1])):
            color = style.BLUE if name == "-1과 1" else style.ORANGE
            for seed in fits.SEEDS:
                label = f"레이블 {name}".replace("-", "−") if seed == 0 else f"_{name} {seed}"
                axes.plot(
                    steps, fits.label_bug(seed)[name][column][steps],
                    color=color, ls=look, lw=1.6, label=label,
                )  # fmt: skip
        axes.set_xscale("log")
        axes.legend(loc="best")
    panels[1].set_ylim(0.5, 1.02)
    return figure(
        *panels,
        alt="왼쪽: 두 훈련 모두 손실이 줄어, 레이블 −1과 1은 0 가까이, 0과 1은 0.44 가까이 내려간다. "
        "오른쪽: 레이블 −1과 1의 정확도는 0.97 둘레에 머물고 0과 1의 정확도는 훈련할수록 떨어진다.",
    )


def growing() -> Figure:
    """완전히 갈라지는 자료: 경계는 멈추고 계수는 끝없이 커집니다."""
    path = fits.separated()
    steps = np.unique(np.round(np.geomspace(1, len(path) - 1, 60)).astype(int))
    weights = panel(title="계수", xlabel="걸음 (로그 눈금)", ylabel="계수 w", height=3.4)
    weights.plot(steps, path[steps, 1], label="계수")
    border = panel(title="경계", xlabel="걸음 (로그 눈금)", ylabel="경계의 자리", height=3.4)
    border.axhline(0.5, **style.REFERENCE, label="빈 자리의 한가운데")
    border.plot(steps, -path[steps, 0] / path[steps, 1], label="경계")
    for axes in (weights, border):
        axes.set_xscale("log")
        axes.margins(y=0.15)
        axes.legend(loc="best")
    return figure(
        weights, border,
        alt="왼쪽: 로그 눈금의 걸음에 따라 계수가 거의 직선으로 계속 커진다. 오른쪽: 경계는 처음에 "
        "움직이다가 빈 자리의 한가운데인 0.5로 다가간다.",
    )
