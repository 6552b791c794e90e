"""「17. TripletMarginWithDistanceLoss」의 그림."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook import triplet_margin_with_distance_loss, triplet_margin_with_distance_loss_grad
from lossbook.plots import style
from lossbook.plots import triplet_margin_with_distance_loss_fits as fits
from lossbook.plots.figure import Figure, figure, panel
from lossbook.plots.geometry import FLAT, arrows, circle, plane
from lossbook.plots.slider import Slider, slider_figure

Array = np.ndarray[Any, np.dtype[Any]]

HOME, OURS, RIVAL = np.array([0.0, 0.0]), np.array([3.0, 4.0]), np.array([6.0, 0.0])
MARGIN = 2.0
DEGREES = np.r_[1:5:0.25, 5:10.01:0.5]
REACH = 10.0
SPOTS = np.array(
    [(r * np.cos(t), r * np.sin(t)) for r in (3.2, 5.0) for t in np.radians(np.arange(15, 360, 30))]
)
"""Where else the rival's shop might stand; an arrow starts at each."""


def triplet_loss(negative: Array, distance: Any, positive: Array = OURS, **options: Any) -> Array:
    """Loss of each place of the negative."""
    places = np.atleast_2d(negative)
    near = np.broadcast_to(positive, places.shape)
    return np.asarray(
        triplet_margin_with_distance_loss(
            np.zeros_like(places) + options.pop("anchor", HOME), near, places,
            distance_function=distance, reduction="none", **options,
        )
    )  # fmt: skip


def pull(
    negative: Array, distance: Any, grad: Any, positive: Array = OURS, **options: Any
) -> Array:
    """−∂ℓ/∂n of each place of the negative."""
    places = np.atleast_2d(negative)
    near = np.broadcast_to(positive, places.shape)
    slopes = triplet_margin_with_distance_loss_grad(
        np.zeros_like(places) + options.pop("anchor", HOME), near, places,
        distance_function=distance, distance_grad=grad, reduction="sum", **options,
    )  # fmt: skip
    return -slopes[2]


def ball(distance: Any, radius: float, corners: int = 161) -> tuple[Array, Array]:
    """The places at that distance from home."""
    x, y = circle(HOME, 1.0, corners)
    way = np.column_stack([x, y])
    rim = way * (radius / distance(way, np.zeros_like(way)))[:, np.newaxis]
    return rim[:, 0], rim[:, 1]


def shops() -> Figure:
    """거리의 지수 q를 움직이면 바뀌는 공과 손실 0인 영역."""
    x = np.linspace(-REACH, REACH, 241)
    inner, outer, top, steps, losses = [], [], [], [], []
    for q in DEGREES:
        distance, grad = fits.lq(q)
        near = float(distance(HOME, OURS))
        inner.append(ball(distance, near))
        outer.append(ball(distance, near + MARGIN))
        rest = np.clip((near + MARGIN) ** q - np.abs(x) ** q, 0, None)
        top.append(rest ** (1 / q))
        steps.append(pull(np.vstack([RIVAL, SPOTS]), distance, grad, margin=MARGIN))
        losses.append(triplet_loss(RIVAL, distance, margin=MARGIN)[0])
    top_rows = np.array(top)
    slider = Slider(
        "거리의 지수 q", DEGREES, start=2.0,
        readout=[
            f"집에서 우리 가게 {fits.lq(q)[0](HOME, OURS):.2f}칸, 경쟁 가게 6칸, 손실 {loss:.2f}칸"
            for q, loss in zip(DEGREES, losses, strict=True)
        ],
    )  # fmt: skip
    town = plane(title="경쟁 가게를 어디로 밀까", xlabel="동서 (칸)", ylabel="남북 (칸)",
                 reach=REACH, height=5.4)  # fmt: skip
    slider.area(town, x, top_rows, np.full_like(top_rows, REACH), **FLAT)
    slider.area(town, x, np.full_like(top_rows, -REACH), -top_rows, **{**FLAT, "label": "_아래"})
    for rows, name, color, dash in (
        (inner, "우리 가게까지의 거리", style.TEAL, 0), (outer, "거기에 마진 2칸을 더함", style.GREY, 1)
    ):  # fmt: skip
        slider.line(town, *np.swapaxes(rows, 0, 1), color=color, ls=style.LINES[dash], label=name)
    tails = np.broadcast_to(np.vstack([RIVAL, SPOTS]), (len(DEGREES), len(SPOTS) + 1, 2))
    slider.line(town, *arrows(tails, 1.3 * np.array(steps), head=0.5), color=style.INK, lw=1.3,
                label="−기울기")  # fmt: skip
    for place, name, marker, color in (
        (HOME, "집 (앵커)", "s", style.BLUE), (OURS, "우리 가게 (양성)", "o", style.TEAL),
        (RIVAL, "경쟁 가게 (음성)", "^", style.ORANGE),
    ):  # fmt: skip
        town.plot([place[0]], [place[1]], marker, color=color, ms=9, label=name)
    town.set_xticks(range(-10, 11, 5))
    town.set_yticks(range(-10, 11, 5))
    town.legend(loc="upper left", bbox_to_anchor=(-0.12, -0.16), ncols=2)
    cost = panel(
        title="경쟁 가게가 (6, 0)일 때", xlabel="거리의 지수 q", ylabel="손실 (칸)", height=5.4
    )
    cost.axhline(0, **style.REFERENCE)
    cost.plot(DEGREES, losses, label="손실")
    slider.points(cost, DEGREES[:, np.newaxis], np.array(losses)[:, np.newaxis],
                  color=style.ORANGE, label="지금의 q")  # fmt: skip
    cost.set_ylim(-0.2, 3.4)
    cost.legend(loc="upper right")
    return slider_figure(
        town, cost, slider=slider,
        alt="왼쪽: 집이 원점, 우리 가게가 (3, 4), 경쟁 가게가 (6, 0)인 동네. 집에서 같은 거리인 선은 "
        "q = 1이면 마름모, 2이면 원, 커지면 정사각형에 가깝다. 그 바깥의 회색은 손실이 0인 자리이고 "
        "안쪽의 화살표는 경쟁 가게를 밀어내는 방향이다. 오른쪽: 손실은 q = 1에서 3, 2에서 1이고 "
        "q가 커지면 0에 다가간다.",
    )  # fmt: skip


ANCHOR, POSITIVE, NEGATIVE = np.array([1.0, 0.0]), np.array([3.0, 4.0]), np.array([4.0, 3.0])
"""The triplet of the worked example with cosine distance; its margin is 0.5."""


def cone() -> Figure:
    """같은 트리플릿에서 L2와 코사인 거리의 손실 0인 영역."""
    panels = []
    turn = np.radians(np.arange(15, 360, 30))
    spots = np.array([(r * np.cos(t), r * np.sin(t)) for r in (2.5, 5.0) for t in turn])
    for name, (distance, grad) in (
        ("L2", fits.lq(2)), ("1 − cos", (fits.cosine, fits.cosine_grad))
    ):  # fmt: skip
        axes = plane(title=name, xlabel="x₁", ylabel="x₂", reach=7, height=4.8)
        limit = float(distance(ANCHOR, POSITIVE)) + 0.5
        if name == "L2":
            x = np.linspace(-7, 7, 281)
            edge = np.sqrt(np.clip(limit**2 - (x - 1) ** 2, 0, None))
            axes.fill_between(x, edge, 7, **FLAT)
            axes.fill_between(x, -7, -edge, **{**FLAT, "label": "_아래"})
        else:
            half = np.arccos(1 - limit)
            ray = np.linspace(half, 2 * np.pi - half, 90)
            axes.fill(np.r_[0, 12 * np.cos(ray)], np.r_[0, 12 * np.sin(ray)], **FLAT)
        places = np.vstack([NEGATIVE, spots])
        step = pull(places, distance, grad, POSITIVE, anchor=ANCHOR, margin=0.5)
        axes.plot(*arrows(places, step * (1 if name == "L2" else 4), head=0.4), color=style.INK,
                  lw=1.3, label="−기울기" if name == "L2" else "−기울기 (4배)")  # fmt: skip
        for place, label, marker, color in (
            (ANCHOR, "앵커", "s", style.BLUE), (POSITIVE, "양성", "o", style.TEAL),
            (NEGATIVE, "음성", "^", style.ORANGE),
        ):  # fmt: skip
            axes.plot([place[0]], [place[1]], marker, color=color, ms=8, label=label)
        axes.set_xticks(range(-6, 7, 3))
        axes.set_yticks(range(-6, 7, 3))
        axes.legend(loc="upper left", bbox_to_anchor=(0, -0.15), ncols=2)
        panels.append(axes)
    return figure(
        *panels,
        alt="앵커 (1, 0), 양성 (3, 4), 음성 (4, 3). 왼쪽 L2: 손실 0인 회색은 앵커를 둘러싼 원의 "
        "바깥이고 화살표는 앵커에서 곧장 멀어진다. 오른쪽 코사인 거리: 회색은 앵커와의 각도가 84도 "
        "넘는 부채꼴이고 화살표는 원점을 도는 방향이며 원점에서 멀수록 짧다.",
    )


ANGLES = np.linspace(1, 179, 90)


def pulls() -> Figure:
    """단위원 위에서 세 거리의 값과 음성을 미는 힘."""
    theta = np.radians(ANGLES)
    anchor = np.array([1.0, 0.0])
    n = np.column_stack([np.cos(theta), np.sin(theta)])
    values = panel(title="거리", xlabel="앵커와 음성의 각도 (도)", ylabel="거리 D", height=3.6)
    forces = panel(title="미는 힘의 크기", xlabel="앵커와 음성의 각도 (도)", ylabel="‖∂ℓ/∂n‖",
                   height=3.6)  # fmt: skip
    for name, distance, grad in (
        ("L2", *fits.lq(2)), ("L2의 제곱", fits.squared, fits.squared_grad),
        ("1 − cos", fits.cosine, fits.cosine_grad),
    ):  # fmt: skip
        values.plot(ANGLES, distance(np.broadcast_to(anchor, n.shape), n), label=name)
        step = pull(n, distance, grad, anchor, anchor=anchor, margin=9.0)
        forces.plot(ANGLES, np.linalg.norm(step, axis=1), label=name)
    for axes in (values, forces):
        axes.set_xticks(np.arange(0, 181, 45))
        axes.set_ylim(-0.1, 4.2)
        axes.legend(loc="upper left")
    return figure(
        values, forces,
        alt="왼쪽: 각도가 0도에서 180도로 커지면 L2는 2, L2의 제곱은 4, 1 − cos는 2까지 커지고 1 − cos는 "
        "언제나 제곱의 절반이다. 오른쪽: 힘은 L2가 늘 1, 제곱은 0에서 4로 커지고, 1 − cos는 0에서 "
        "시작해 90도에서 1이고 180도에서 다시 0이다.",
    )  # fmt: skip


def turned(steps: int = 21, rate: float = 0.05) -> dict[str, Array]:
    """완벽한 트리플릿을 유사도를 거리인 양 넣어 경사 하강한 기록."""
    a, p, n = (np.array([np.cos(t), np.sin(t)]) for t in np.radians([0.0, -10.0, 100.0]))

    def similarity(x: Array, y: Array) -> Array:
        return 1 - fits.cosine(x, y)

    def similarity_grad(x: Array, y: Array, upstream: Array) -> tuple[Array, Array]:
        return fits.cosine_grad(x, y, -upstream)

    option: dict[str, Any] = {"distance_function": similarity, "margin": 0.5}
    record = []
    for _ in range(steps):
        loss = triplet_margin_with_distance_loss(a, p, n, **option)
        near, far = (np.degrees(np.arccos(similarity(a, other))) for other in (p, n))
        record.append((loss, near, far))
        slopes = triplet_margin_with_distance_loss_grad(
            a, p, n, **option, distance_grad=similarity_grad
        )
        a, p, n = (x - rate * slope for x, slope in zip((a, p, n), slopes, strict=True))
    return dict(zip(("loss", "positive", "negative"), np.array(record).T, strict=True))


def mistaken() -> Figure:
    """유사도를 거리로 넣은 훈련: 손실은 내려가고 양성과 음성이 뒤바뀐다."""
    record = turned()
    loss = panel(title="손실", xlabel="걸음", ylabel="손실", height=3.6)
    loss.plot(record["loss"], label="손실")
    loss.axhline(0, **style.REFERENCE)
    loss.set_ylim(-0.1, 2.2)
    loss.legend(loc="upper right")
    angle = panel(title="앵커와의 각도", xlabel="걸음", ylabel="각도 (도)", height=3.6)
    angle.plot(record["positive"], label="양성")
    angle.plot(record["negative"], label="음성")
    angle.set_ylim(0, 190)
    for axes in (loss, angle):
        axes.set_xticks(range(0, 21, 5))
    angle.set_yticks(np.arange(0, 181, 45))
    angle.legend(loc="upper right")
    return figure(
        loss, angle,
        alt="왼쪽: 손실이 1.66에서 0으로 내려간다. 오른쪽: 앵커와의 각도가 양성은 10도에서 커지고 "
        "음성은 100도에서 작아져 서로 엇갈린다.",
    )  # fmt: skip


def digit_scores() -> Figure:
    """숫자 임베딩의 5-NN 정확도와, 평면의 코사인 임베딩이 쓰는 각도."""
    accuracy = panel(title="5-NN 시험 정확도", xlabel="거리", ylabel="정확도", height=3.8)
    for width, marker, color, shift in zip(
        fits.WIDTHS, "o^", (style.ORANGE, style.BLUE), (-0.12, 0.12), strict=True
    ):
        at = [i + shift for i in range(len(fits.DISTANCES)) for _ in fits.SEEDS]
        found = [fits.result(name, width, s)[0] for name in fits.DISTANCES for s in fits.SEEDS]
        accuracy.plot(at, found, marker, color=color, ms=7, label=f"{width}차원")
    accuracy.set_xticks(range(len(fits.DISTANCES)), list(fits.DISTANCES))
    accuracy.set_xlim(-0.6, 2.6)
    accuracy.set_ylim(0.5, 1.02)
    accuracy.legend(loc="lower left")
    ring = panel(title="2차원, 1 − cos: 씨앗 0의 시험 숫자", xlabel="임베딩의 각도 (도)",
                 ylabel="숫자", height=3.8)  # fmt: skip
    degrees, label = fits.angles(0)
    lift = np.random.default_rng(0).uniform(-0.3, 0.3, len(label))
    ring.plot(degrees, label + lift, "o", color=style.TEAL, ms=2, label="그림 한 장")
    ring.set_xlim(0, 360)
    ring.set_xticks(np.arange(0, 361, 90))
    ring.set_yticks(range(10))
    ring.set_ylim(-0.7, 11.4)
    ring.legend(loc="upper right")
    return figure(
        accuracy, ring,
        alt="왼쪽: 2차원에서 L2와 그 제곱의 정확도는 세 씨앗 모두 0.9 남짓이고 1 − cos는 그보다 낮고 "
        "흩어진다. 8차원에서는 셋 다 0.95 위에 모인다. 오른쪽: 2차원 코사인 임베딩에서 숫자마다 "
        "쓰는 각도의 띠. 여러 숫자가 같은 각도를 쓴다.",
    )  # fmt: skip
