"""「16. TripletMarginLoss」의 그림."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook import triplet_margin_loss, triplet_margin_loss_grad
from lossbook.plots import style
from lossbook.plots import triplet_margin_loss_fits as fits
from lossbook.plots.digits import halves
from lossbook.plots.figure import Figure, figure, panel
from lossbook.plots.geometry import FLAT, arrows, circle, plane
from lossbook.plots.slider import Slider, slider_figure

Array = np.ndarray[Any, np.dtype[Any]]

ANCHOR, POSITIVE, NEGATIVE = np.array([0.0, 0.0]), np.array([3.0, 4.0]), np.array([6.0, 0.0])
MARGIN = 2.0
REACH = 9.5
LENGTH = 2.0
"""How long an arrow is drawn for a gradient of length 1."""
AXES = ("지도의 가로", "지도의 세로")
WALK = np.arange(30, 91, 2) / 10
"""Distances d(a, n) on the slider."""
SCALES = np.linspace(0, 1.5, 61)
MARGINS = np.arange(1, 31) / 10


def walk(distance: Array) -> Array:
    """Where the negative stands: it goes round the anchor while it goes away; (6, 0) is on the way."""
    turn = np.deg2rad(90 * (distance - 6))
    return np.stack([distance * np.cos(turn), distance * np.sin(turn)], axis=-1)


def outside(centers: Array, radius: float) -> tuple[Array, Array]:
    """Outline of the plane outside circles of one radius that all hold the middle of their centers."""
    turn = np.linspace(0, 2 * np.pi, 241)
    ray = np.stack([np.cos(turn), np.sin(turn)])
    middle = np.mean(centers, axis=0)
    along = (centers - middle) @ ray
    apart = np.sum((centers - middle) ** 2, axis=1)[:, np.newaxis]
    reach = np.max(along + np.sqrt(along**2 + radius**2 - apart), axis=0)
    hole = middle[:, np.newaxis] + reach * ray
    first = hole[:, :1]
    corners = REACH * np.array([[1, 1, -1, -1, 1, 1], [0, 1, 1, -1, -1, 0]])
    x, y = np.concatenate([corners, first, hole[:, ::-1]], axis=1)
    return x, y


def opening() -> Figure:
    """앵커 둘레를 도는 음성과 세 점이 움직일 방향."""
    n = walk(WALK)
    a, p = np.broadcast_to(ANCHOR, n.shape), np.broadcast_to(POSITIVE, n.shape)
    losses = triplet_margin_loss(a, p, n, margin=MARGIN, reduction="none")
    slopes = triplet_margin_loss_grad(a, p, n, margin=MARGIN, reduction="none")
    slider = Slider(
        "음성까지의 거리 d(a, n)", WALK, start=6.0, format="{:.1f}",
        readout=[
            f"d(a, p) = 5, 문턱 5 + {MARGIN:g} = 7, 손실 = {loss:.2f}" for loss in losses
        ],
    )  # fmt: skip
    axes = plane(title="앵커, 양성, 음성", xlabel=AXES[0], ylabel=AXES[1], reach=REACH, height=4.6)
    axes.fill(*outside(np.array([ANCHOR]), 7.0), **FLAT)
    axes.plot(*circle(ANCHOR, 5.0), **style.REFERENCE, label="거리 d(a, p)")
    axes.plot(*circle(ANCHOR, 7.0), color=style.INK, lw=1.4, ls="-", label="거리 d(a, p) + m")
    looks = ((a, style.BLUE, "o", "앵커 a"), (p, style.TEAL, "s", "양성 p"),
             (n, style.ORANGE, "^", "음성 n"))  # fmt: skip
    for (points, color, marker, name), slope in zip(looks, slopes, strict=True):
        steps = -LENGTH * slope[:, np.newaxis]
        slider.line(axes, *arrows(points[:, np.newaxis], steps, head=0.6), color=color, ls="-",
                    lw=2.6, label=f"_{name}의 걸음")  # fmt: skip
        slider.points(axes, points[:, :1], points[:, 1:], color=color, marker=marker, label=name)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=2)
    curve = panel(title="음성까지의 거리와 손실", xlabel="음성까지의 거리 d(a, n)",
                  ylabel="손실 (지도의 거리)", height=4.6)  # fmt: skip
    curve.axvspan(7, 9, **FLAT)
    curve.plot(WALK, losses, label="손실")
    slider.points(curve, WALK[:, np.newaxis], losses[:, np.newaxis], color=style.ORANGE, marker="^",
                  label="지금의 음성")  # fmt: skip
    curve.set_ylim(-0.2, 5.2)
    curve.legend(loc="upper right")
    return slider_figure(
        axes, curve, slider=slider,
        alt="왼쪽: 앵커는 가운데, 양성은 오른쪽 위 (3, 4)에 있다. 앵커를 중심으로 반지름 5인 점선 원과 반지름 "
        "7인 실선 원이 있고 큰 원의 바깥은 손실이 0인 회색이다. 음성이 큰 원 안에 있으면 앵커는 "
        "양성 쪽이면서 음성 반대쪽으로, 양성은 앵커 쪽으로, 음성은 앵커 바깥으로 화살표가 나온다. "
        "슬라이더로 음성이 큰 원 밖으로 나가면 화살표가 모두 사라진다. 오른쪽: 손실은 거리 7까지 "
        "똑바로 내려가 그 뒤로 0이다.",
    )  # fmt: skip


def field(swap: bool, count: int = 191) -> tuple[Array, Array]:
    """Places of the negative (count² rows) and the loss there."""
    line = np.linspace(-REACH, REACH, count)
    n = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    a, p = np.broadcast_to(ANCHOR, n.shape), np.broadcast_to(POSITIVE, n.shape)
    return n, np.asarray(
        triplet_margin_loss(a, p, n, margin=MARGIN, swap=swap, reduction="none")
    ).reshape(count, count)


def regions() -> Figure:
    """음성의 자리마다의 손실: swap 없이, swap과 함께."""
    panels = []
    for swap, centers in ((False, [ANCHOR]), (True, [ANCHOR, POSITIVE])):
        axes = plane(
            title=f"음성의 자리와 손실, swap={swap}", xlabel=AXES[0], ylabel=AXES[1], reach=REACH,
            height=4.2,
        )  # fmt: skip
        _, loss = field(swap)
        image = axes.imshow(
            np.where(loss > 0, loss, np.nan), extent=(-REACH, REACH, -REACH, REACH),
            origin="lower", vmin=0, vmax=7,
        )  # fmt: skip
        axes.fill(*outside(np.array(centers), 7.0), **{**FLAT, "label": "_손실 0"})
        look = {"color": style.PAPER, "lw": 1.4}
        axes.plot(*circle(ANCHOR, 5.0), **look, ls=style.LINES[1], label="_d(a, p)")
        axes.plot(*circle(ANCHOR, 7.0), **look, ls="-", label="_d(a, p) + m")
        marks = [(-2.2, -2.2, "어려움"), (-4.3, -4.3, "준어려움"), (-7.2, -7.2, "쉬움")]
        if swap:
            marks = [(7.2, 7.8, "swap이 더한 곳"), (-7.2, -7.2, "손실 0")]
        for x, y, name in (*marks, (0, 0, "a"), (3, 4, "p")):
            axes.text(x, y, name, ha="center", va="center", path_effects=style.HALO)
        axes.grid(False)
        axes.figure.colorbar(image, ax=axes, label="손실 (지도의 거리)", shrink=0.8)
        panels.append(axes)
    return figure(
        *panels,
        alt="앵커와 양성을 붙박아 두고 음성을 놓은 자리마다 손실을 색으로 칠했다. 왼쪽: 앵커에서 가장 "
        "밝고 밖으로 갈수록 0에 다가가며, 반지름 5인 원 안은 어려움, 반지름 7인 원까지는 준어려움, "
        "그 밖은 손실 0인 쉬움이다. 오른쪽: swap을 켜면 양성 둘레의 반지름 7인 원 안도 색이 칠해져, "
        "손실이 0인 영역이 두 원 모두의 바깥으로 줄어든다.",
    )  # fmt: skip


def margins() -> Figure:
    """마진을 키울 때 묶음의 트리플릿이 나뉘는 비율."""
    gap = fits.gaps(*fits.sample())
    edges = np.linspace(-2, 3.2, 53)
    middles = (edges[1:] + edges[:-1]) / 2
    counts = np.histogram(gap, edges)[0] / len(gap)
    shares = np.array([fits.kinds(gap, m) for m in MARGINS])
    losses = [np.maximum(m - gap, 0).mean() for m in MARGINS]
    slider = Slider(
        "마진 m", MARGINS, start=1.0, format="{:.1f}",
        readout=[
            f"쉬움 {easy:.0%}, 준어려움 {semi:.0%}, 어려움 {hard:.0%}, 평균 손실 {loss:.2f}"
            for (easy, semi, hard), loss in zip(shares, losses, strict=True)
        ],
    )  # fmt: skip
    left = panel(title="트리플릿의 벌어짐", xlabel="d(a, n) − d(a, p)", ylabel="트리플릿의 비율",
                 height=3.6)  # fmt: skip
    left.bar(middles, counts, width=edges[1] - edges[0], color=style.BLUE, label="트리플릿")
    top = 0.062
    spots = np.linspace(-2, 3.2, 209)
    high = np.where(spots >= MARGINS[:, np.newaxis] - 1e-9, top, 0)
    slider.area(left, spots, np.zeros_like(spots), high, **FLAT)
    slider.line(left, np.repeat(MARGINS[:, np.newaxis], 2, axis=1), np.array([0, top]),
                color=style.ORANGE, ls=style.LINES[1], label="마진 m")  # fmt: skip
    left.axvline(0, **style.REFERENCE)
    left.set_xlim(-2, 3.2)
    left.set_ylim(0, 0.085)
    left.legend(loc="upper center", ncols=3)
    right = panel(title="세 가지 트리플릿", xlabel="종류", ylabel="비율", height=3.6)
    slider.bars(right, np.arange(3), shares, width=0.6, color=style.TEAL)
    right.set_xticks(np.arange(3), ["쉬움", "준어려움", "어려움"])
    right.set_ylim(0, 1)
    return slider_figure(
        left, right, slider=slider,
        alt="왼쪽: 묶음의 모든 트리플릿에서 음성까지의 거리에서 양성까지의 거리를 뺀 값의 분포. 0보다 "
        "왼쪽이 어려움, 0과 마진 사이가 준어려움, 마진의 오른쪽이 손실 0인 회색 영역이다. "
        "오른쪽: 세 종류의 비율. 마진을 키우면 쉬움이 줄고 준어려움이 늘며 어려움은 그대로이다.",
    )  # fmt: skip


def scaled(miner: str, square: bool) -> Array:
    """Mean loss of the chosen triplets of the batch when the whole map is stretched by `SCALES`."""
    z, y = fits.sample()
    a, p, n = fits.MINERS[miner](fits.distances(z), y, np.random.default_rng(0))
    if square:
        near, far = (np.sum((z[a] - z[other]) ** 2, axis=1) for other in (p, n))
        return np.array([np.maximum(s**2 * (near - far) + 1, 0).mean() for s in SCALES])
    return np.array([triplet_margin_loss(s * z[a], s * z[p], s * z[n], eps=0) for s in SCALES])


def scale() -> Figure:
    """지도를 통째로 늘이고 줄일 때의 손실."""
    panels = []
    for square, title in ((False, "거리"), (True, "제곱한 거리")):
        axes = panel(title=f"{title}로 잰 손실", xlabel="지도의 배율 s", ylabel="평균 손실",
                     height=3.6)  # fmt: skip
        for miner in fits.MINERS:
            axes.plot(SCALES, scaled(miner, square), label=miner)
        axes.axhline(1, **style.REFERENCE)
        axes.set_ylim(0, 3)
        axes.legend(loc="upper left")
        panels.append(axes)
    return figure(
        *panels,
        alt="가로축은 지도의 배율, 세로축은 평균 손실. 배율 0에서는 모두 마진 1이다. 왼쪽에서 무작위와 "
        "준어려움은 배율이 커지면 내려가고, 가장 어려움은 처음부터 직선으로 올라간다. 오른쪽에서는 "
        "세 곡선이 모두 배율 0에서 평평하게 출발한다.",
    )  # fmt: skip


def training() -> Figure:
    """트리플릿을 고르는 방법에 따른 손실과 활성 비율."""
    losses = panel(title="훈련 손실 (씨앗 0)", xlabel="걸음", ylabel="묶음의 평균 손실", height=3.6)
    active = panel(title="손실이 0이 아닌 트리플릿", xlabel="걸음", ylabel="활성 비율", height=3.6)
    steps = np.arange(fits.STEPS + 1)
    for miner in fits.MINERS:
        run = fits.trained(miner)
        losses.plot(steps, run.loss, label=miner)
        active.plot(steps, run.active, label=miner)
    losses.axhline(fits.MARGIN, label="손실 = 마진", **style.REFERENCE)
    losses.set_ylim(0, 1.75)
    losses.legend(loc="upper right", ncols=2)
    active.set_ylim(0, 1.45)
    active.legend(loc="upper right", ncols=2)
    return figure(
        losses, active,
        alt="왼쪽: 무작위와 준어려움의 손실은 1에서 시작해 0.1 아래로 내려가고, 가장 어려움의 손실은 "
        "마진인 1에 붙어 움직이지 않는다. 오른쪽: 무작위와 준어려움의 활성 비율은 1에서 0.1 부근까지 "
        "내려가고, 가장 어려움은 내내 1이다.",
    )  # fmt: skip


def maps() -> Figure:
    """걸음에 따라 움직이는 시험 그림의 지도."""
    runs = [(name, fits.trained(name)) for name in ("준어려움", "가장 어려움")]
    y = halves(0)[3]
    slider = Slider("걸음", fits.SHOWN, start=150, format="{:.0f}", readout=[
        ", ".join(
            f"{name}: 손실 {run.loss[step]:.2f}, 양성이 더 가까운 비율 {run.right_order[i]:.2f}"
            for name, run in runs
        )
        for i, step in enumerate(fits.SHOWN)
    ])  # fmt: skip
    panels = []
    for (name, run), reach in zip(runs, (20, 0.2), strict=True):
        axes = plane(title=f"{name} (눈금 ±{reach:g})", xlabel=AXES[0], ylabel=AXES[1], reach=reach,
                     height=4.6)  # fmt: skip
        for digit, (color, marker) in enumerate(zip(style.PALETTE, "os^Dvp", strict=True)):
            z = run.maps[:, np.flatnonzero(y == digit)[:40]]
            slider.points(axes, z[..., 0], z[..., 1], color=color, marker=marker, markersize=5,
                          label=f"{digit}")  # fmt: skip
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=6, columnspacing=0.6,
                    handletextpad=0.1)  # fmt: skip
        panels.append(axes)
    return slider_figure(
        *panels, slider=slider,
        alt="시험 그림 가운데 0부터 5까지를 지도에 찍었다. 왼쪽의 준어려움에서는 걸음이 늘면 같은 숫자가 "
        "모이고 다른 숫자와 떨어져 너비 20쯤의 부채가 된다. 오른쪽의 가장 어려움에서는 150걸음 뒤에도 "
        "모든 점이 너비 0.2 안에 뒤섞여 있다.",
    )  # fmt: skip


def mixed() -> Figure:
    """거리의 자리에 틀린 것을 넣은 훈련."""
    losses = panel(title="훈련 손실 (씨앗 0)", xlabel="걸음", ylabel="묶음의 평균 손실", height=3.6)
    order = panel(title="시험 트리플릿의 순서", xlabel="걸음", ylabel="양성이 더 가까운 비율",
                  height=3.6)  # fmt: skip
    for name in ("거리", "p와 n을 바꿈", "유사도를 거리로"):
        run = fits.trained("무작위", name)
        losses.plot(np.arange(fits.STEPS + 1), run.loss, label=name)
        order.plot(fits.SHOWN, run.right_order, label=name, marker="o", ms=4)
    losses.axhline(fits.MARGIN, **style.REFERENCE)
    losses.set_ylim(0, 2)
    losses.legend(loc="upper right")
    order.axhline(0.5, **style.REFERENCE)
    order.set_ylim(0.4, 1.3)
    order.set_yticks(np.arange(0.4, 1.01, 0.1))
    order.legend(loc="upper right")
    return figure(
        losses, order,
        alt="왼쪽: 옳게 거리를 넣은 손실만 0 가까이 내려가고, p와 n을 바꾼 것과 유사도를 넣은 것은 마진 "
        "1에서 멈춘다. 오른쪽: 시험 트리플릿에서 양성이 더 가까운 비율은 옳게 넣으면 0.67에서 0.97로 "
        "오르고, 틀린 둘은 0.5 부근까지 내려간다.",
    )  # fmt: skip
