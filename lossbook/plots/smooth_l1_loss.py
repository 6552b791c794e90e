"""스무스 L1 장의 그림. 그려지는 숫자는 `smooth_l1_boxes`에서 옵니다."""

from __future__ import annotations

from itertools import permutations, product
from typing import Any

import numpy as np

from lossbook.plots import style
from lossbook.plots.figure import Figure, figure, panel
from lossbook.plots.slider import Slider, slider_figure
from lossbook.plots.smooth_l1_boxes import (
    BETAS,
    SHARES,
    STD,
    Array,
    corners,
    decode,
    iou,
    mean_iou,
    predicted,
    pull,
    scenes,
    smooth_l1,
)

ERROR_AXIS = "오차 e = x - y"
SMOOTH: dict[str, Any] = {"color": style.BLUE, "ls": style.LINES[0]}
ABSOLUTE: dict[str, Any] = {"color": style.TEAL, "ls": style.LINES[2]}
OTHER: dict[str, Any] = {"color": style.ORANGE, "ls": style.LINES[1]}
CAT = np.array([200.0, 150.0, 100.0, 80.0])
"""The box that a person drew around the cat: center x, center y, width, height in pixels."""


# --- the Moreau envelope


def _below(values: Array, top: float) -> Array:
    """The values, cut off above `top` so that they do not run under the legend."""
    return np.where(values <= top, values, np.nan)


def umbrella(beta: float = 1.0) -> Figure:
    """탐침 s를 움직여 찾는 최솟값과, 아래에서 밀어 올린 우산."""
    errors, probes = np.arange(-30, 31) / 10, np.linspace(-4, 4, 161)
    heights = smooth_l1(errors, beta)
    rests = errors - beta * pull(errors, beta)
    slider = Slider(
        "오차 e (집까지의 거리)", errors, 2.0, format="{:.1f}",
        readout=[
            f"가장 싼 s = {s + 0:.1f}: |s| {abs(s):.2f} + 포물선 {h - abs(s):.3f} = {h:.3f}"
            for s, h in zip(rests, heights, strict=True)
        ],
    )  # fmt: skip
    bowls = (probes - errors[:, None]) ** 2 / (2 * beta)
    cost = panel(title="s를 고르는 값", xlabel="탐침 s", ylabel="값", height=3.6)
    cost.plot(probes, np.abs(probes), label="택시 |s|", **ABSOLUTE)
    slider.line(cost, probes, _below(bowls, 6), label="걷기 (e - s)²/(2β)", **OTHER)
    slider.line(cost, probes, _below(np.abs(probes) + bowls, 6), label="둘의 합", **SMOOTH)
    slider.points(cost, rests[:, None], heights[:, None], label="가장 싼 곳", color=style.INK)
    cost.set_ylim(-0.2, 10)
    cost.legend(loc="upper center", ncols=2)
    shape = panel(title="우산 꼭대기의 높이", xlabel="e와 s", ylabel="값", height=3.6)
    shape.plot(probes, np.abs(probes), label="|s|", **ABSOLUTE)
    shape.plot(probes, smooth_l1(probes, beta), label="스무스 L1", **SMOOTH)
    slider.line(shape, probes, heights[:, None] - bowls, label="우산", **OTHER)
    slider.points(shape, errors[:, None], heights[:, None], label="꼭대기", color=style.ORANGE)
    touch = np.abs(rests)
    slider.points(shape, rests[:, None], touch[:, None], label="닿은 곳", color=style.INK)
    shape.set_ylim(-1.2, 5.6)
    shape.legend(loc="upper center", ncols=2)
    return slider_figure(
        cost, shape, slider=slider,
        alt="왼쪽: |s|와 e를 바닥으로 하는 포물선의 합. 가장 낮은 곳의 값이 스무스 L1이다. "
        "오른쪽: 뒤집은 포물선을 |s|에 닿을 때까지 밀어 올리면 꼭대기가 스무스 L1 곡선 위에 있다. "
        "e를 옮기면 꼭대기가 그 곡선을 따라간다.",
    )  # fmt: skip


def curvature() -> Figure:
    """기울기와 곡률: β가 작을수록 좁고 높지만 넓이는 언제나 2입니다."""
    errors = np.linspace(-2.5, 2.5, 501) + 1e-3
    slopes = panel(title="기울기", xlabel=ERROR_AXIS, ylabel="기울기", height=3.6)
    bends = panel(title="곡률", xlabel=ERROR_AXIS, ylabel="기울기가 변하는 빠르기", height=3.6)
    h = 1e-6
    for beta, name in ((2.0, "β = 2"), (0.5, "β = 1/2"), (1 / 9, "β = 1/9")):
        slopes.plot(errors, pull(errors, beta), label=name)
        bends.plot(errors, (pull(errors + h, beta) - pull(errors - h, beta)) / (2 * h), label=name)
    slopes.legend(loc="upper left")
    bends.set_ylim(-0.4, 10)
    bends.legend(loc="upper left")
    return figure(
        slopes, bends,
        alt="왼쪽: 기울기는 -1에서 1로 올라가고, β가 작을수록 0 곁에서 가파르다. 오른쪽: 곡률은 "
        "-β와 β 사이에서 높이 1/β인 직사각형이고 그 밖에서는 0이다. 넓이는 모두 2이다.",
    )  # fmt: skip


# --- boxes


def shifted() -> Figure:
    """예측 네모를 옆으로 밀며 견주는, 두 벌점이 당기는 힘."""
    shifts = np.arange(0, 161, 4).astype(float)
    boxes = CAT + shifts[:, None] * np.array([1.0, 0, 0, 0])
    overlap = iou(boxes, CAT)

    def pulls(at: Array) -> tuple[Array, Array]:
        unit = CAT[2] * STD[0]
        moved = [CAT + (at + d)[:, None] * np.array([1.0, 0, 0, 0]) for d in (-1e-4, 1e-4)]
        return (iou(moved[0], CAT) - iou(moved[1], CAT)) / 2e-4, pull(at / unit, 1.0) / unit

    of_iou, of_smooth = pulls(shifts + 1e-3)
    slider = Slider(
        "예측 네모를 민 거리 (픽셀)", shifts, 40.0,
        readout=[
            f"IoU {o:.2f}, 당기는 힘: 1 - IoU {a:.4f}, 스무스 L1 {b:.4f}"
            for o, a, b in zip(overlap, of_iou, of_smooth, strict=True)
        ],
    )  # fmt: skip
    picture = panel(title="두 네모", xlabel="x (픽셀)", ylabel="y (픽셀)", height=3.6)
    picture.plot(*corners(CAT), label="사람이 그린 네모", color=style.INK, ls="-")
    slider.line(picture, corners(boxes)[0], corners(CAT)[1], label="예측", **SMOOTH)
    picture.set_xlim(130, 440)
    picture.set_ylim(260, 60)
    picture.legend(loc="lower center")
    force = panel(
        title="당기는 힘", xlabel="민 거리 (픽셀)", ylabel="1픽셀에 변하는 벌점", height=3.6
    )
    fine = np.linspace(0.5, 160, 320)
    for values, name, look in zip(
        pulls(fine), ("1 - IoU", "스무스 L1 (β = 1)"), (OTHER, SMOOTH), strict=True
    ):
        force.plot(fine, values, label=name, **look)
    slider.points(force, shifts[:, None], of_iou[:, None], color=style.ORANGE)
    slider.points(force, shifts[:, None], of_smooth[:, None], color=style.BLUE)
    force.set_ylim(-0.008, 0.15)
    force.legend(loc="upper right")
    return slider_figure(
        picture, force, slider=slider,
        alt="왼쪽: 너비가 100픽셀인 네모와 그것을 오른쪽으로 민 예측 네모. 오른쪽: 민 거리에 따라 "
        "1 - IoU가 당기는 힘은 줄어들다 100픽셀에서 0이 되고, "
        "스무스 L1의 힘은 0에서 커지다 10픽셀부터 그대로다.",
    )  # fmt: skip


def relatives(errors: tuple[float, ...] = (0.5, -1.0, 2.0, -4.0)) -> Array:
    """All 384 ways to order the four errors and to choose their signs."""
    orders = np.array(list(permutations(np.abs(errors))))
    signs = np.array(list(product((1.0, -1.0), repeat=4)))
    return (orders[:, None, :] * signs).reshape(-1, 4)


def same_loss() -> Figure:
    """손실이 같은 네모들의 IoU."""
    random = np.random.default_rng(0)
    errors = random.normal(size=(500, 4)) * random.uniform(0.1, 3.5, (500, 1))
    axes = panel(
        title="손실과 IoU", xlabel="네 오차의 평균 스무스 L1 손실 (β = 1)", ylabel="IoU", wide=True
    )
    for rows, name, look in (
        (errors, "무작위 오차 500개", {"color": style.GREY, "marker": "o", "ms": 4, "alpha": 0.7}),
        (relatives(), "오차 0.5, 1, 2, 4의 순서와 부호를 바꾼 384개",
         {"color": style.ORANGE, "marker": "D", "ms": 4}),
    ):  # fmt: skip
        overlap = iou(decode(rows * STD, CAT), CAT)
        axes.plot(smooth_l1(rows, 1.0).mean(axis=1), overlap, ls="", label=name, **look)
    axes.set_xlim(-0.05, 3.5)
    axes.set_ylim(0, 1.02)
    axes.legend(loc="upper right")
    return figure(
        axes,
        alt="가로축은 네 오차의 평균 스무스 L1 손실, 세로축은 IoU. 손실이 커지면 IoU가 대체로 "
        "내려가지만 같은 손실에서도 IoU가 넓게 흩어진다. 손실이 꼭 같은 384개의 네모도 "
        "IoU가 0.28에서 0.45까지 다르다.",
    )


# --- the experiment


EXAMPLES = (0, 1)


def pictures() -> Figure:
    """시험 그림 둘과, 잘못된 레이블로 훈련한 두 모델의 네모."""
    test = scenes(0)[1]
    drawn = []
    for number in EXAMPLES:
        axes = panel(
            title=f"시험 그림 {number + 1}", xlabel="x (픽셀)", ylabel="y (픽셀)", height=4.3
        )
        axes.imshow(test.pictures[number], extent=(0, 24, 24, 0), cmap="Greys", vmin=0, vmax=2.5)
        axes.grid(False)
        for box, name, look in (
            (test.boxes[number], "참 네모", {"color": "black", "ls": "-"}),
            (predicted(None, SHARES[1])[0, number], "MSE", OTHER),
            (predicted(1 / 9, SHARES[1])[0, number], "스무스 L1, β = 1/9", SMOOTH),
        ):
            axes.plot(*corners(box), label=name, **look)
        axes.set_xlim(0, 24)
        axes.set_ylim(24, 0)
        axes.legend(loc="lower left")
        drawn.append(axes)
    return figure(
        *drawn,
        alt="숫자가 하나씩 든 24×24 그림 둘. 참 네모, MSE로 훈련한 모델의 네모, β = 1/9인 "
        "스무스 L1로 훈련한 모델의 네모가 겹쳐 있다. 스무스 L1의 네모가 참 네모에 더 가깝다.",
    )


def results() -> Figure:
    """β에 따른 평균 IoU, 레이블이 모두 옳을 때와 다섯에 하나가 틀렸을 때."""
    axes = panel(
        title="시험 그림의 평균 IoU", xlabel="손실", ylabel="평균 IoU (씨앗 다섯)", wide=True
    )
    names = ["L1 (β = 0)", "β = 1/9", "β = 1/3", "β = 1", "β = 3", "MSE"]
    for share, marker in zip(SHARES, "os", strict=True):
        scores = np.array([mean_iou(beta, share) for beta in (*BETAS, None)])
        name = f"틀린 레이블 {100 * share:.0f} %"
        (line,) = axes.plot(range(6), scores.mean(axis=1), marker=marker, label=name)
        axes.plot(
            np.repeat(range(6), scores.shape[1]), scores.ravel(), marker=marker, ls="", ms=3.5,
            color=line.get_color(), alpha=0.6, label="_",
        )  # fmt: skip
    axes.set_xticks(range(6), names)
    axes.set_ylim(0.45, 0.8)
    axes.legend(loc="lower left")
    return figure(
        axes,
        alt="가로축은 L1부터 β를 키워 MSE까지, 세로축은 평균 IoU. 레이블이 모두 옳으면 선이 거의 "
        "평평하다. 다섯에 하나가 틀리면 L1과 β = 1/9은 조금, β = 1 이상과 MSE는 크게 내려간다.",
    )
