"""「14. CosineEmbeddingLoss」의 그림."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook import cosine_embedding_loss, cosine_embedding_loss_grad
from lossbook.plots import cosine_embedding_loss_fits as fits
from lossbook.plots import style
from lossbook.plots.figure import Figure, figure, panel
from lossbook.plots.geometry import FLAT, arrows, circle, plane
from lossbook.plots.slider import Slider, slider_figure

Array = np.ndarray[Any, np.dtype[Any]]

MARGIN = 0.5
EDGE = 60.0
"""The angle whose cosine is `MARGIN`."""
TURNS = np.array([t for t in range(-180, 181, 4) if abs(t) != EDGE], float)
"""The slider's angles, without the kink."""
LENGTHS = (1.0, 2.0)
STILL = np.array([1.0, 0.0])
AXES = ("액션 (좋아함 − 싫어함)", "멜로 (좋아함 − 싫어함)")
ANGLE = "각도 θ (도)"
ANGLES = np.linspace(0, 180, 182)


def losses_at(degrees: Array, y: int, margin: float = 0.0, length: float = 1.0) -> Array:
    x = fits.turned(degrees, length)
    labels = np.full(len(x), y)
    return np.asarray(cosine_embedding_loss(x, np.tile(STILL, (len(x), 1)), labels, margin, "none"))


def steps_at(degrees: Array, y: int, margin: float = 0.0, length: float = 1.0) -> Array:
    """The steps of descent, −∂ℓ/∂x₁."""
    x = fits.turned(degrees, length)
    labels = np.full(len(x), y)
    slopes, _ = cosine_embedding_loss_grad(x, np.tile(STILL, (len(x), 1)), labels, margin, "sum")
    return -slopes


def _sector() -> tuple[Array, Array]:
    rim = fits.turned(np.linspace(EDGE, 360 - EDGE, 90), 2.35)
    x, y = np.vstack([[0.0, 0.0], rim]).T
    return x, y


def turning() -> Figure:
    """고정한 화살표 둘레로 돌리는 화살표."""
    pulled, pushed = losses_at(TURNS, 1), losses_at(TURNS, -1, MARGIN)
    cosines = np.cos(np.radians(TURNS))
    slider = Slider(
        "θ (도)", TURNS, start=40.0, format="{:.0f}",
        readout=[
            f"cos θ = {c:.2f}. 손실: y = 1이면 {a:.2f}, y = −1이면 {b:.2f}".replace("-", "−")
            for c, a, b in zip(cosines, pulled, pushed, strict=True)
        ],
    )  # fmt: skip
    planes = []
    for y, title in ((1, "비슷한 쌍 (y = 1)"), (-1, "다른 쌍 (y = −1), m = 0.5")):
        axes = plane(title=title, xlabel=AXES[0], ylabel=AXES[1], reach=2.5, height=5.2)
        axes.set_ylim(-2.5, 4.6)
        axes.set_yticks([-2, -1, 0, 1, 2])
        if y == -1:
            axes.fill(*_sector(), **FLAT)
        for length in LENGTHS:
            axes.plot(*circle((0.0, 0.0), length), **style.REFERENCE)
        axes.plot(*arrows((0.0, 0.0), STILL), color=style.INK, ls="-", lw=2.4, label="x₂ (고정)")
        tips = np.stack([fits.turned(TURNS, length) for length in LENGTHS], 1)
        steps = np.stack([steps_at(TURNS, y, MARGIN, length) for length in LENGTHS], 1)
        slider.line(axes, *arrows(np.zeros((len(TURNS), 1, 2)), tips[:, 1:]), color=style.BLUE,
                    ls="-", label="x₁, 길이 2")  # fmt: skip
        slider.points(axes, tips[:, 0, :1], tips[:, 0, 1:], color=style.BLUE, label="x₁, 길이 1")
        slider.line(axes, *arrows(tips, steps), color=style.ORANGE, ls="-", lw=2.2,
                    label="−기울기")  # fmt: skip
        axes.legend(loc="upper center", ncols=2)
        planes.append(axes)
    curve = panel(title="각도와 손실", xlabel=ANGLE, ylabel="손실", wide=True, height=3.7)
    for low, high, name in ((-180, -EDGE, "손실 0 (y = −1)"), (EDGE, 180, "_오른쪽")):
        curve.axvspan(low, high, **{**FLAT, "label": name})
    for y, row, color, look in ((1, pulled, style.BLUE, 0), (-1, pushed, style.ORCHID, 1)):
        curve.plot(TURNS, row, color=color, ls=style.LINES[look],
                   label=f"y = {y}".replace("-", "−"))  # fmt: skip
        slider.points(curve, TURNS[:, np.newaxis], row[:, np.newaxis], color=color,
                      label=f"지금, y = {y}".replace("-", "−"))  # fmt: skip
    curve.set_xlim(-185, 185)
    curve.set_xticks(range(-180, 181, 60))
    curve.set_ylim(-0.08, 3.9)
    curve.set_yticks([0, 0.5, 1, 1.5, 2])
    curve.legend(loc="upper center", ncols=2)
    return slider_figure(
        *planes, curve, slider=slider,
        alt="두 평면에 오른쪽을 보는 고정한 화살표와, 각도 θ만큼 돌린 길이 1과 2의 화살표. 왼쪽(y = 1)의 "
        "−기울기는 원에 접하며 고정한 화살표 쪽을 향하고, 오른쪽(y = −1)에서는 반대쪽을 향하다가 "
        "60도를 넘어 회색 부채꼴에 들어가면 사라진다. 길이 2의 −기울기는 길이 1의 절반이다. 아래는 각도에 "
        "따른 두 손실과 지금의 값.",
    )  # fmt: skip


def angles() -> Figure:
    """각도에 따른 손실과 기울기의 크기."""
    left = panel(title="손실", xlabel=ANGLE, ylabel="손실", height=3.8)
    left.axvspan(EDGE, 180, **{**FLAT, "label": "손실 0 (m = 0.5)"})
    left.plot(ANGLES, losses_at(ANGLES, 1), label="y = 1")
    for margin in (-0.5, 0.0, 0.5):
        name = f"y = −1, m = {margin:g}".replace("-", "−")
        left.plot(ANGLES, losses_at(ANGLES, -1, margin), label=name)
    left.set_xticks(range(0, 181, 30))
    left.set_ylim(-0.08, 4.2)
    left.set_yticks([0, 0.5, 1, 1.5, 2])
    left.legend(loc="upper center")
    right = panel(title="기울기의 크기", xlabel=ANGLE, ylabel="‖∂ℓ/∂x₁‖", height=3.8)
    for y, margin, length, name in (
        (1, 0.0, 1.0, "y = 1, 길이 1"), (1, 0.0, 2.0, "y = 1, 길이 2"),
        (-1, 0.5, 1.0, "y = −1, m = 0.5, 길이 1"),
    ):  # fmt: skip
        right.plot(ANGLES, np.linalg.norm(steps_at(ANGLES, y, margin, length), axis=1), label=name)
    right.set_xticks(range(0, 181, 30))
    right.set_ylim(-0.04, 1.75)
    right.set_yticks([0, 0.5, 1])
    right.legend(loc="upper center")
    return figure(
        left, right,
        alt="왼쪽: y = 1의 손실은 0도에서 0, 180도에서 2인 1 − cos θ. y = −1의 손실은 코사인에서 마진을 뺀 "
        "것이고 마진 −0.5, 0, 0.5에서 각각 120, 90, 60도부터 0이다. 오른쪽: 기울기의 크기는 sin θ를 길이로 나눈 "
        "것이라 90도에서 가장 크고 0도와 180도에서 0이다.",
    )  # fmt: skip


def stuck() -> Figure:
    """길이와 출발 각도에 따른 하강."""
    left = panel(title="고정한 화살표와의 각도", xlabel="걸음", ylabel=ANGLE, height=3.6)
    right = panel(title="움직이는 화살표의 길이", xlabel="걸음", ylabel="길이", height=3.6)
    for degrees, length in ((120.0, 1.0), (120.0, 3.0), (179.0, 1.0), (180.0, 1.0)):
        name = f"{degrees:g}도, 길이 {length:g}"
        for axes, track in zip((left, right), fits.descend(degrees, length), strict=True):
            axes.plot(track, label=name)
    left.set_ylim(-8, 400)
    left.set_yticks(range(0, 181, 60))
    left.legend(loc="upper right", title="출발")
    right.set_ylim(0.9, 6.2)
    right.set_yticks([1, 2, 3])
    right.legend(loc="upper right", title="출발")
    return figure(
        left, right,
        alt="왼쪽: 120도에서 출발한 길이 1은 열 걸음쯤에 0도에 이르고 길이 3은 예순 걸음 뒤에도 8도쯤 남는다. "
        "179도에서 출발하면 한참 머물다 내려가고 꼭 180도에서는 움직이지 않는다. "
        "오른쪽: 길이는 줄지 않고 조금씩 늘어난다.",
    )  # fmt: skip


def clusters(directions: Array) -> Array:
    """Each direction as a point on the circle; those of one direction stacked outwards."""
    degrees = np.degrees(np.arctan2(directions[:, 1], directions[:, 0]))
    order = np.argsort(degrees)
    gaps = np.diff(degrees[order])
    first = order[0] if gaps.max() < 360 - np.ptp(degrees) else order[np.argmax(gaps) + 1]
    turned = np.sort((degrees - degrees[first] + 1) % 360) - 1 + 15
    height = np.ones(len(turned))
    for k in range(1, len(turned)):
        if turned[k] - turned[k - 1] < 1:
            height[k] = height[k - 1] + 0.17
    return fits.turned(turned, height)


def capacity() -> Figure:
    """방향의 수용력: 열 개의 벡터를 서로 떼어 놓기."""
    planes = []
    for margin in (0.0, 0.5):
        axes = plane(title=f"평면의 열 벡터, m = {margin:g}", xlabel="첫째 성분", ylabel="둘째 성분",
                     reach=1.6)  # fmt: skip
        _, directions = fits.best_spread(2, margin)
        axes.plot(*circle((0.0, 0.0), 1.0), **style.REFERENCE)
        points = clusters(directions)
        lone = fits.unit(points)
        axes.plot(*arrows(np.zeros_like(lone), lone), color=style.GREY, ls="-", lw=1.2)
        axes.plot(*points.T, "o", color=style.BLUE, label="벡터의 방향", ms=8)
        axes.legend(loc="upper right")
        axes.set_ylim(-1.6, 2.3)
        axes.set_yticks([-1, 0, 1])
        planes.append(axes)
    found = panel(title="찾은 가장 작은 평균 손실", xlabel="차원 d", ylabel="평균 손실", wide=True, height=3.2)
    dimensions = np.arange(2, 6)
    for margin, marker, color in ((0.0, "o", style.BLUE), (0.5, "^", style.ORANGE)):
        count = np.array([fits.shared(int(d), margin) for d in dimensions])
        best = np.array([fits.best_spread(int(d), margin)[0] for d in dimensions])
        found.plot(dimensions, count * (1 - margin) / len(fits.FIRST), color=color, ls=style.LINES[1],
                   label=f"겹친 쌍의 수로 셈, m = {margin:g}")  # fmt: skip
        found.plot(dimensions, best, marker, color=color, ms=9, label=f"하강이 찾음, m = {margin:g}")
    found.set_xticks(dimensions)
    found.set_ylim(-0.01, 0.2)
    found.legend(loc="upper right")
    return figure(
        *planes, found,
        alt="왼쪽 위: 마진 0이면 열 벡터가 90도씩 떨어진 네 방향에 둘셋씩 겹친다. 오른쪽 위: 마진 0.5이면 60도씩 "
        "떨어진 여섯 방향에 하나나 둘씩 놓인다. 아래: 찾은 평균 손실은 마진 0에서 차원 2, 3, 4, 5에 8, 4, 2, 0을 "
        "45로 나눈 값이고 마진 0.5에서는 차원 2에서만 0보다 크다.",
    )  # fmt: skip


def labelled() -> Figure:
    """레이블 −1을 0으로 적은 훈련."""
    left = panel(title="훈련 손실", xlabel="걸음", ylabel="손실", height=3.6)
    right = panel(title="다른 숫자 쌍의 코사인", xlabel="걸음", ylabel="평균 코사인", height=3.6)
    for kind, name in (("right", "1과 −1"), ("zero", "1과 0"), ("flip", "부호가 반대")):
        record = fits.trained(8, kind=kind)
        left.plot(record["losses"], label=name)
        right.plot(record["cosines"], label=name)
    left.set_ylim(-0.02, 0.9)
    left.legend(loc="upper right", title="레이블")
    right.set_ylim(-0.15, 1.9)
    right.set_yticks([0, 0.5, 1])
    right.legend(loc="upper right", title="레이블")
    return figure(
        left, right,
        alt="왼쪽: 옳은 레이블의 손실은 0.1쯤으로 내려가고, 1과 0을 쓴 손실은 처음부터 0에 가까우며, "
        "부호를 뒤집은 손실은 0.1 근처에 머문다. "
        "오른쪽: 옳은 레이블에서만 다른 쌍의 코사인이 0 아래로 내려가고 나머지 둘은 1에 붙는다.",
    )  # fmt: skip


def embedded() -> Figure:
    """손글씨 숫자의 방향과 차원에 따른 정확도."""
    record = fits.trained(2)
    strips = panel(title="평면에서 시험 숫자의 방향", xlabel="방향 (도)", ylabel="숫자", height=3.8)
    strips.plot(np.degrees(np.arctan2(*record["directions"].T[::-1])), record["digits"], "o",
                color=style.BLUE, alpha=0.25, ms=5, label="시험 숫자 한 장")  # fmt: skip
    strips.set_xlim(-185, 185)
    strips.set_xticks(range(-180, 181, 90))
    strips.set_ylim(-0.7, 11.9)
    strips.set_yticks(range(10))
    strips.legend(loc="upper right")
    scores = panel(title="가까운 다섯 장으로 맞히기", xlabel="차원 d (로그 눈금)", ylabel="시험 정확도", height=3.8)
    for margin, dimensions, marker, color in (
        (0.0, fits.DIMENSIONS, "o", style.BLUE), (0.5, fits.MARGINED, "^", style.ORANGE)
    ):  # fmt: skip
        runs = np.array([[fits.trained(d, margin, s)["accuracy"] for s in fits.SEEDS] for d in dimensions])
        scores.plot(dimensions, runs.mean(1), color=color, ls=style.LINES[0], label=f"평균, m = {margin:g}")
        scores.plot(np.repeat(dimensions, len(fits.SEEDS)), runs.ravel(), marker, color=color, ms=6,
                    alpha=0.6, label=f"씨앗 하나, m = {margin:g}")  # fmt: skip
    scores.set_xscale("log")
    scores.set_xticks(fits.DIMENSIONS, [str(d) for d in fits.DIMENSIONS])
    scores.minorticks_off()
    scores.set_ylim(0, 1.05)
    scores.legend(loc="lower right")
    return figure(
        strips, scores,
        alt="왼쪽: 2차원 임베딩에서 숫자마다 시험 숫자의 방향을 찍은 점. 여러 숫자가 같은 방향을 나누어 쓴다. "
        "오른쪽: 5-최근접 이웃의 정확도가 차원 2의 절반쯤에서 차원 8의 0.9 위로 오른다. "
        "차원 3과 4에서는 마진 0.5가 마진 0보다 높다.",
    )  # fmt: skip
