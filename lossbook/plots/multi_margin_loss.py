"""「15. Multi-class margin loss」의 그림."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook import (
    cross_entropy,
    cross_entropy_grad,
    multi_margin_loss,
    multi_margin_loss_grad,
)
from lossbook.plots import multi_margin_loss_fits as fits
from lossbook.plots import style
from lossbook.plots.figure import Figure, figure, panel
from lossbook.plots.geometry import FLAT, arrows
from lossbook.plots.slider import Slider, slider_figure

Array = np.ndarray[Any, np.dtype[Any]]

NAMES = ("가람", "나래", "다솜")
SCORES = np.array([1.5, 2.0, 4.0])
"""Scores of the three candidates of the story; the second one wins."""
WINNER = 1
LEVELS = (0.3, 0.7, 1.2, 2.0)
STEP = 0.6
"""How much of −gradient the arrows on the surfaces show."""


def moving() -> Figure:
    """당선자의 점수를 옮기면 달라지는 손실과 −기울기."""
    own = np.arange(0, 71) / 10
    x = np.tile(SCORES, (len(own), 1))
    x[:, WINNER] = own
    y = np.full(len(own), WINNER)
    losses = {p: multi_margin_loss(x, y, p=p, reduction="none") for p in (1, 2)}
    slider = Slider(
        "나래의 점수", own, start=2.0, format="{:.1f}",
        readout=[
            f"손실: p = 1이면 {one:.2f}, p = 2이면 {two:.2f}" for one, two in zip(*losses.values(), strict=True)
        ],
    )  # fmt: skip
    panels = []
    for p, color in ((1, style.BLUE), (2, style.ORANGE)):
        line = panel(title=f"점수의 줄, p = {p}", xlabel="점수 (점)", ylabel="후보", height=3.0)
        line.axvspan(SCORES[2] + 1, 8, **FLAT)
        for rival in (0, 2):
            line.plot([SCORES[rival] + 1] * 2, [-0.45, 2.45], **style.REFERENCE)
        tails = np.stack([x, np.broadcast_to(np.arange(3.0), x.shape)], axis=-1)
        steps = np.zeros_like(tails)
        steps[..., 0] = -multi_margin_loss_grad(x, y, p=p, reduction="sum")
        slider.line(
            line, *arrows(tails, steps, head=0.25), color=color, ls="-", lw=2.5, label="−기울기"
        )
        slider.points(line, x, np.arange(3.0), color=style.INK, markersize=7, label="점수")
        line.set_xlim(-1, 8)
        line.set_ylim(-0.6, 4.2)
        line.set_yticks([0, 1, 2], [NAMES[0], f"{NAMES[1]} (당선)", NAMES[2]])
        line.legend(loc="upper left", ncols=3)
        panels.append(line)
    curve = panel(title="손실", xlabel="나래의 점수 (점)", ylabel="손실", wide=True, height=2.8)
    curve.axvspan(SCORES[2] + 1, 7, **FLAT)
    for p, color, look in ((1, style.BLUE, 0), (2, style.ORANGE, 1)):
        curve.plot(own, losses[p], color=color, ls=style.LINES[look], label=f"p = {p}")
        slider.points(
            curve, own[:, np.newaxis], losses[p][:, np.newaxis], color=color, label=f"_지금 {p}"
        )
    curve.set_ylim(-0.5, 11)
    curve.legend(loc="upper right")
    return slider_figure(
        *panels, curve, slider=slider,
        alt="위: 가람 1.5점, 다솜 4점인 점수의 줄에서 당선자 나래의 점이 움직인다. 나래에는 오른쪽, 1점 "
        "이상 앞서지 못한 경쟁자에는 왼쪽 화살표가 달린다. p = 1의 화살표는 길이가 계단처럼 바뀌고 p = 2의 "
        "화살표는 모자란 만큼 길다. 아래: 나래가 5점 이상이면 두 손실이 0이다.",
    )  # fmt: skip


def curves() -> Figure:
    """클래스가 둘일 때 앞선 차이에 따른 손실과 기울기의 크기."""
    lead = np.linspace(-2, 3, 101)
    x = np.column_stack([lead, np.zeros_like(lead)])
    y = np.zeros(len(lead), dtype=np.int64)
    losses = panel(title="손실", xlabel="앞선 차이 (점)", ylabel="손실", height=3.6)
    slopes = panel(
        title="당선자를 올리는 힘", xlabel="앞선 차이 (점)", ylabel="−기울기", height=3.6
    )
    for axes in (losses, slopes):
        axes.axvspan(1, 3, **{**FLAT, "label": "힌지의 손실 0"})
    for p in (1, 2):
        losses.plot(lead, multi_margin_loss(x, y, p=p, reduction="none"), label=f"p = {p}")
        pull = -multi_margin_loss_grad(x, y, p=p, reduction="sum")[:, 0]
        away = np.where(np.isclose(lead, 1), np.nan, pull) if p == 1 else pull
        slopes.plot(lead, away, label=f"p = {p}")
    losses.plot(lead, cross_entropy(x, y, reduction="none"), label="교차 엔트로피")
    slopes.plot(lead, -cross_entropy_grad(x, y, reduction="sum")[:, 0], label="교차 엔트로피")
    losses.set_ylim(-0.2, 5)
    slopes.set_ylim(-0.15, 3.4)
    losses.legend(loc="upper right")
    slopes.legend(loc="upper right")
    return figure(
        losses, slopes,
        alt="가로축은 앞선 차이. 왼쪽: 클래스가 둘일 때 p = 1은 1점에서 꺾여 왼쪽으로 곧게 오르고, p = 2는 "
        "포물선이며, 교차 엔트로피는 0에 다가가지만 닿지 않는다. 오른쪽: 힘은 p = 1이 0.5로 일정하다가 "
        "1점에서 0이 되고, p = 2는 곧게 줄어 0이 되며, 교차 엔트로피는 끝까지 0보다 크다.",
    )  # fmt: skip


def differences(kind: str, d: Array) -> tuple[Array, Array]:
    """Loss of leads (n, 2) over two rivals, and how one step of descent moves these leads."""
    x = np.column_stack([np.zeros(len(d)), -d])
    y = np.zeros(len(d), dtype=np.int64)
    loss, grad, options = fits.loss_of(kind)
    slope = grad(x, y, reduction="sum", **options)
    return loss(x, y, reduction="none", **options), slope[:, 1:] - slope[:, :1]


def level(kind: str, height: float, first: Array) -> Array:
    """The second lead at which the loss has this height, by bisection; nan where there is none."""
    low, high = np.full(len(first), -6.0), np.full(len(first), 12.0)

    def loss(second: Array) -> Array:
        return differences(kind, np.column_stack([first, second]))[0]

    there = (loss(low) > height) & (loss(high) < height)
    for _ in range(50):
        middle = (low + high) / 2
        above = loss(middle) > height
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.where(there, low, np.nan)


def surface() -> Figure:
    """두 경쟁자보다 앞선 차이의 평면에서 손실의 등고선과 −기울기."""
    panels = []
    first = np.linspace(-3, 3, 241)
    grid = np.stack(
        np.meshgrid([-2.25, -0.75, 0.75, 2.25], [-2.25, -0.75, 0.75, 2.25]), -1
    ).reshape(-1, 2)
    for kind in fits.KINDS[1:] + fits.KINDS[:1]:
        axes = panel(
            title=kind,
            xlabel="첫 경쟁자보다 앞선 차이",
            ylabel="둘째 경쟁자보다 앞선 차이",
            height=4.2,
        )
        if kind != "교차 엔트로피":
            axes.fill([1, 3, 3, 1], [1, 1, 3, 3], **FLAT)
        for height, color in zip(LEVELS, style.PALETTE, strict=False):
            second = level(kind, height, first)
            low = second <= first  # below the diagonal; the other half is its mirror image
            a, b = first[low], second[low]
            axes.plot(np.r_[b[::-1], a], np.r_[a[::-1], b], color=color, label=f"손실 {height:g}")
        move = differences(kind, grid)[1]
        size = np.linalg.norm(move, axis=1, keepdims=True)
        shown = STEP * move / np.maximum(1, size)
        axes.plot(*arrows(grid, shown, head=0.2), color=style.INK, ls="-", lw=1.2, label="_화살표")
        axes.set_xlim(-3, 3)
        axes.set_ylim(-3, 5)
        axes.set_aspect("equal", anchor="S")
        axes.legend(loc="upper center", ncols=2)
        panels.append(axes)
    return figure(
        *panels,
        alt="칸 셋. 가로와 세로는 두 경쟁자보다 앞선 차이. p = 1의 등고선은 꺾인 직선이고, p = 2는 원의 "
        "일부와 직선이며, 둘 다 두 차이가 1 이상인 오른쪽 위의 회색 영역에서 손실과 화살표가 0이다. 교차 "
        "엔트로피의 등고선은 매끄럽고 평평한 영역이 없다.",
    )  # fmt: skip


def active() -> Figure:
    """마진을 키우면 힌지가 살아 있는 (표본, 경쟁자) 쌍이 늘어난다."""
    margins = np.arange(0, 61) / 20
    u, y = fits.iris(0)[:2]
    x = u @ fits.fitted(fits.KINDS[0])
    rows = np.arange(len(y))
    gaps = (x[rows, y][:, np.newaxis] - x)[np.arange(3) != y[:, np.newaxis]]
    share = np.array([np.mean(gaps < m) for m in margins])
    loss = np.array([multi_margin_loss(x, y, margin=m) for m in margins])
    slider = Slider(
        "마진 m", margins, start=1.0, format="{:.2f}",
        readout=[
            f"살아 있는 쌍 {s:.2f}, 평균 손실 {value:.2f}" for s, value in zip(share, loss, strict=True)
        ],
    )  # fmt: skip
    edges = np.arange(-2, 14.1, 0.5)
    counts = np.histogram(gaps, edges)[0]
    left = panel(title="쌍마다 앞선 차이", xlabel="앞선 차이 (점)", ylabel="쌍의 수", height=3.6)
    left.bar((edges[:-1] + edges[1:]) / 2, counts, 0.45, color=style.BLUE, label="쌍 150개")
    top = 40.0
    at = np.r_[margins, 14.0]
    slider.area(left, at, 0 * at, np.where(at >= margins[:, np.newaxis], top, 0), **FLAT)
    left.set_ylim(0, top)
    left.set_xlim(-2, 14)
    left.legend(loc="upper left")
    right = panel(title="마진에 따라", xlabel="마진 m (점)", ylabel="비율, 손실", height=3.6)
    right.plot(margins, share, label="살아 있는 쌍의 비율")
    right.plot(margins, loss, label="평균 손실 (p = 1)")
    for values, name, color in (
        (share, "_지금의 비율", style.BLUE), (loss, "_지금의 손실", style.ORANGE)
    ):  # fmt: skip
        slider.points(right, margins[:, np.newaxis], values[:, np.newaxis], color=color, label=name)
    right.set_ylim(-0.03, 1)
    right.legend(loc="upper left")
    return slider_figure(
        left, right, slider=slider,
        alt="왼쪽: 교차 엔트로피로 배운 붓꽃 75송이의 (꽃, 경쟁 품종) 쌍 150개의 앞선 차이의 히스토그램. 마진보다 "
        "큰 쪽은 손실이 0인 회색이다. 오른쪽: 마진을 키우면 살아 있는 쌍의 비율과 평균 손실이 함께 늘어난다.",
    )  # fmt: skip


def tie() -> Figure:
    """표가 40, 35, 25 %로 갈릴 때 첫 후보를 얼마나 앞세우는 것이 가장 싼가."""
    axes = panel(
        title="가람을 앞세우는 값", xlabel="가람이 나래보다 앞선 차이 (점)",
        ylabel="기대 손실 − 최솟값", wide=True,
    )  # fmt: skip
    for kind in fits.KINDS[1:] + fits.KINDS[:1]:
        lead, height = fits.along_lead(kind)
        (line,) = axes.plot(lead, height - height.min(), label=kind)
        found = fits.best_scores(kind)
        axes.plot(
            [found[0] - found[1]], [0], "o", color=line.get_color(), ms=9, label=f"_{kind}의 바닥"
        )
    axes.axvline(0, **style.REFERENCE)
    axes.set_ylim(-0.02, 0.45)
    axes.legend(loc="upper center")
    return figure(
        axes,
        alt="가로축은 첫 후보가 둘째 후보보다 앞선 차이, 세로축은 가장 낮은 점에서 잰 기대 손실. p = 1은 차이 0에서 "
        "뾰족하게 꺾인 바닥이다. p = 2와 교차 엔트로피의 바닥은 0보다 오른쪽에 있다.",
    )


def iris_leads() -> Figure:
    """세 손실로 배운 붓꽃 점수의 앞선 차이."""
    edges = np.arange(-1.95, 5.3, 0.1)
    middles = (edges[:-1] + edges[1:]) / 2
    panels = []
    for kind, color in zip(fits.KINDS, style.PALETTE, strict=False):
        gaps = np.concatenate([fits.train_leads(kind, seed) for seed in fits.SPLITS])
        axes = panel(title=kind, xlabel="앞선 차이 (점)", ylabel="꽃의 수", height=3.2)
        if kind == "교차 엔트로피":
            axes.axvline(1, **style.REFERENCE)
        else:
            axes.axvspan(1, 5.2, **FLAT)
        axes.bar(middles, np.histogram(gaps, edges)[0], 0.1, color=color, label="훈련 꽃")
        axes.set_xlim(-2, 5.2)
        axes.set_ylim(0, 85)
        axes.legend(loc="upper left")
        panels.append(axes)
    return figure(
        *panels,
        alt="훈련 꽃 375송이(75송이씩 다섯 번)의 앞선 차이. 교차 엔트로피는 1에서 4까지 고르게 퍼져 있다. p = 1은 "
        "1에 뾰족하게 쌓이고, p = 2는 1의 앞뒤에 넓게 쌓인다. 1보다 큰 쪽은 두 힌지에서만 회색이다.",
    )


def softmaxed() -> Figure:
    """점수를 넣은 훈련과 소프트맥스를 거쳐 넣은 훈련, 두 출발점에서."""
    panels = (
        panel(title="훈련 손실", xlabel="걸음", ylabel="손실 (로그 눈금)", height=3.6),
        panel(title="훈련 정확도", xlabel="걸음", ylabel="정확도", height=3.6),
    )
    for kind in ("점수", "소프트맥스"):
        for start in ("0", "틀린 확신"):
            record = fits.given_softmax(kind, start)
            for axes, column in zip(panels, record.T, strict=True):
                axes.plot(column, label=f"{kind}, {start}에서")
    panels[0].set_yscale("log")
    panels[0].set_ylim(0.008, 400)
    panels[0].set_yticks([0.01, 0.1, 1, 10])
    panels[0].legend(loc="upper right", ncols=2)
    panels[1].set_ylim(-0.05, 1.6)
    panels[1].set_yticks(np.arange(0, 1.1, 0.2))
    panels[1].legend(loc="upper right", ncols=2)
    return figure(
        *panels,
        alt="왼쪽: 점수를 넣은 두 훈련의 손실은 0.02까지 내려간다. 소프트맥스를 거친 훈련은 0에서 시작하면 천천히 "
        "내려가고, 틀린 확신에서 시작하면 2/3 근처에 오래 머문다. 오른쪽: 소프트맥스를 거쳐 틀린 확신에서 "
        "시작한 훈련의 정확도는 1/3 근처에 머문다.",
    )
