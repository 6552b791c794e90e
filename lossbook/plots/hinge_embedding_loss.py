"""「10. Hinge embedding loss」의 그림."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook import hinge_embedding_loss, hinge_embedding_loss_grad
from lossbook.plots import hinge_embedding_loss_fits as fits
from lossbook.plots import style
from lossbook.plots.figure import Figure, figure, panel
from lossbook.plots.geometry import FLAT, arrows, circle, plane
from lossbook.plots.slider import Slider, slider_figure

Array = np.ndarray[Any, np.dtype[Any]]

REACH = 2.4
AWAY = np.arange(2, 39) / 20
"""Distances of the moved photo from the anchor."""
STEP = 0.5
"""Length of an arrow whose gradient is 1."""
GIVEN = np.linspace(-1, 3, 161)
MAP = ("가로 좌표", "세로 좌표")
DISTANCE = "거리 x"
OWNER = 3
"""The digit that plays the owner of the door."""
MISTAKES = (
    ("hinge", "옳은 훈련"),
    ("similarity", "유사도를 넣음"),
    ("zero-one", "레이블 0과 1"),
    ("only same", "같은 쌍뿐"),
)


def terms(x: Array, label: float, margin: float = 1.0) -> Array:
    return np.asarray(hinge_embedding_loss(x, np.full_like(x, label), margin, "none"))


def slopes(x: Array, label: float, margin: float = 1.0) -> Array:
    return np.asarray(hinge_embedding_loss_grad(x, np.full_like(x, label), margin, "sum"))


def moved() -> Array:
    """The places of the new photo: away from the anchor, turning a little, never into the legend."""
    turn = np.deg2rad(-75 + 75 * AWAY / AWAY[-1])
    return np.stack([AWAY * np.cos(turn), AWAY * np.sin(turn)], axis=-1)


def pushing() -> Figure:
    """등록 사진 둘레의 새 사진과, 그 점에서 손실을 줄이는 걸음."""
    places = moved()
    out = places / AWAY[:, np.newaxis]
    same, other = terms(AWAY, 1), terms(AWAY, -1)
    slider = Slider(
        "등록 사진까지의 거리 x", AWAY, start=0.6, format="{:.2f}",
        readout=[
            f"손실: 같은 사람이면 {s:.2f}, 다른 사람이면 {o:.2f}"
            for s, o in zip(same, other, strict=True)
        ],
    )  # fmt: skip
    panels = []
    for label, title in ((1, "같은 사람 (y = 1)"), (-1, "다른 사람 (y = −1)")):
        axes = plane(title=title, xlabel=MAP[0], ylabel=MAP[1], reach=REACH)
        if label == -1:
            x, y = circle((0, 0), 1)
            square = REACH * np.array([[1, 0], [1, 1], [-1, 1], [-1, -1], [1, -1], [1, 0]])
            axes.fill(np.r_[square[:, 0], x[::-1]], np.r_[square[:, 1], y[::-1]], **FLAT)
            axes.plot(x, y, label="_반지름 1인 원", **style.REFERENCE)
        axes.plot([0], [0], "s", color=style.INK, ms=8, label="_등록 사진")
        axes.annotate("등록 사진", (0, 0), (-8, 0), textcoords="offset points",
                      ha="right", va="center", path_effects=style.HALO)  # fmt: skip
        slider.points(axes, places[:, :1], places[:, 1:], color=style.BLUE, label="새 사진")
        steps = -STEP * slopes(AWAY, label)[:, np.newaxis] * out
        slider.line(
            axes, *arrows(places[:, np.newaxis], steps[:, np.newaxis]),
            color=style.ORANGE, ls="-", lw=2.5, label="다음 걸음",
        )  # fmt: skip
        axes.legend(loc="upper left")
        panels.append(axes)
    return slider_figure(
        *panels, slider=slider,
        alt="등록 사진이 가운데 있는 두 평면에서 새 사진이 멀어진다. 왼쪽, 같은 사람이면 화살표가 언제나 "
        "가운데를 향하고 길이가 같다. 오른쪽, 다른 사람이면 반지름 1인 원 안에서 바깥을 향하고, 회색으로 "
        "칠한 원 밖에서는 화살표가 없다.",
    )  # fmt: skip


def curves() -> Figure:
    """두 갈래의 손실과 기울기, 그리고 레이블이 0일 때의 손실."""
    loss = panel(title="손실 (m = 1)", xlabel=DISTANCE, ylabel="손실 ℓ", height=3.8)
    slope = panel(title="기울기", xlabel=DISTANCE, ylabel="기울기 ∂ℓ/∂x", height=3.8)
    for axes in (loss, slope):
        axes.axvspan(1, 3, **{**FLAT, "label": "y = −1의 손실 0"})
        axes.axvline(0, **style.REFERENCE)
    for label, name in ((1, "y = 1 (같은 쌍)"), (-1, "y = −1 (다른 쌍)")):
        loss.plot(GIVEN, terms(GIVEN, label), label=name)
        slope.plot(GIVEN, slopes(GIVEN, label), label=name)
    loss.plot(GIVEN, with_zero(GIVEN), label="y = 0 (잘못)", **style.REFERENCE)
    loss.set_ylim(-1.2, 5.4)
    slope.set_ylim(-1.3, 2.9)
    for axes in (loss, slope):
        axes.legend(loc="upper left")
    return figure(
        loss, slope,
        alt="왼쪽: y = 1이면 손실은 직선 x라서 거리가 음수이면 음수가 된다. y = −1이면 1 − x로 내려가 "
        "x = 1부터 0이다. y = 0이면 x = 1까지 1이고 그 뒤로 x이다. 오른쪽: 기울기는 y = 1이면 1, "
        "y = −1이면 −1이다가 x = 1부터 0이다.",
    )  # fmt: skip


def with_zero(x: Array) -> Array:
    """The loss that labels of 0 get, whose warning the chapter shows elsewhere."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return terms(x, 0)


def springs() -> Figure:
    """일정한 힘과 용수철: 이 손실과 하드셀의 손실의 기울기."""
    x = np.linspace(0, 2, 81)
    panels = []
    for label, title in ((1, "같은 쌍 (y = 1)"), (-1, "다른 쌍 (y = −1)")):
        axes = panel(title=title, xlabel=DISTANCE, ylabel="기울기", height=3.6)
        if label == -1:
            axes.axvspan(1, 2, **FLAT)
        axes.plot(x, slopes(x, label), label="10 힌지 임베딩")
        axes.plot(x, terms(x, label) * slopes(x, label), label="하드셀의 제곱")
        axes.axhline(0, **style.REFERENCE)
        axes.set_ylim(-1.3, 3.2)
        axes.legend(loc="upper left")
        panels.append(axes)
    return figure(
        *panels,
        alt="왼쪽: 같은 쌍의 기울기는 이 손실이 언제나 1, 하드셀의 손실이 거리 x이다. 오른쪽: 다른 쌍의 "
        "기울기는 거리 1까지 이 손실이 −1, 하드셀의 손실이 x − 1이고, 회색 칸인 거리 1부터 둘 다 0이다.",
    )


def average(x: Array, share: float, square: bool) -> Array:
    """The mean loss of photos at distance x of which a share shows the same person."""
    same, other = terms(x, 1), terms(x, -1)
    if square:
        same, other = same**2 / 2, other**2 / 2
    return share * same + (1 - share) * other


def undecided() -> Figure:
    """사람도 헷갈리는 쌍에서 평균 손실이 가장 작은 거리."""
    x = np.linspace(0, 1.6, 161)
    panels = []
    for square, title in ((False, "10 힌지 임베딩"), (True, "하드셀의 제곱")):
        axes = panel(title=title, xlabel=DISTANCE, ylabel="평균 손실", height=3.6)
        for share in (0.8, 0.6, 0.4, 0.2):
            height = average(x, share, square)
            (line,) = axes.plot(x, height, label=f"η = {share:g}")
            best = np.argmin(height)
            axes.plot(x[best], height[best], "o", color=line.get_color(), ms=9, label="_가장 낮은 곳")
        axes.set_ylim(-0.05, 1.3 if not square else 1.05)
        axes.legend(loc="upper left", ncols=2)
        panels.append(axes)
    return figure(
        *panels,
        alt="가로축은 거리, 세로축은 같은 사람인 비율이 η인 쌍의 평균 손실. 왼쪽: 가장 낮은 곳은 η가 0.8과 "
        "0.6이면 거리 0, 0.4와 0.2이면 거리 1이다. 오른쪽: 가장 낮은 곳은 η를 따라 0.2, 0.4, 0.6, 0.8로 "
        "옮겨 간다.",
    )


BINS = np.linspace(0, 3, 46)


def shares(distance: Array) -> Array:
    """Share of the pairs in each bin."""
    return np.asarray(np.histogram(distance, BINS)[0] / len(distance))


def embedded() -> Figure:
    """훈련 전과 뒤의 시험 숫자의 지도와, 쌍의 거리의 분포."""
    maps, counts = [], []
    for steps, when in ((0, "훈련 전"), (fits.STEPS, "훈련 뒤")):
        run = fits.trained(steps=steps)
        axes = panel(title=f"{when}: 시험 숫자의 지도", xlabel=MAP[0], ylabel=MAP[1], height=4.2)
        for digit in range(10):
            color = style.PALETTE[digit % len(style.PALETTE)]
            points = run.test[run.digit == digit]
            axes.plot(*points.T, "os"[digit // 6], color=color, ms=3, label=f"_숫자 {digit}")
            if steps:
                axes.annotate(str(digit), np.median(points, axis=0), ha="center", va="center",
                              fontsize=15, path_effects=style.HALO)  # fmt: skip
        maps.append(axes)
        below = panel(title=f"{when}: 쌍의 거리", xlabel=DISTANCE, ylabel="쌍의 비율", height=3.2)
        middle = (BINS[:-1] + BINS[1:]) / 2
        near, far = fits.distances(run.test, run.digit)
        below.plot(middle, shares(near), label="같은 숫자의 쌍")
        below.plot(middle, shares(far), label="다른 숫자의 쌍")
        below.axvline(1, label="마진", **style.REFERENCE)
        below.set_ylim(0, 0.75 if steps == 0 else 0.25)
        below.legend(loc="upper right")
        counts.append(below)
    return figure(
        *maps, *counts,
        alt="위: 훈련 전에는 열 가지 숫자의 점이 한데 섞여 있고, 훈련 뒤에는 숫자마다 무리를 이룬다. "
        "아래: 훈련 전에는 같은 숫자의 쌍과 다른 숫자의 쌍의 거리가 모두 마진 1보다 훨씬 작은 곳에 "
        "겹쳐 있다. 훈련 뒤에는 같은 쌍이 0 가까이에, 다른 쌍은 대부분 마진 밖에 있다.",
    )  # fmt: skip


def margins() -> Figure:
    """마진을 바꾸며 따로 가르친 지도와 거리의 분포."""
    runs = [fits.trained(margin=m) for m in fits.MARGINS]
    pairs = [fits.distances(run.test, run.digit) for run in runs]
    words = []
    for m, run, (near, far) in zip(fits.MARGINS, runs, pairs, strict=True):
        shut, opened = fits.errors(near, far, m / 2)
        words.append(
            f"5-NN {fits.accuracy(run):.2f}, 문턱 m/2에서 못 들임 {shut:.2f}, 남을 들임 {opened:.2f}"
        )
    slider = Slider("마진 m", fits.MARGINS, start=1.0, format="{:.2f}", readout=words)
    world = plane(title="3의 중심에서 본 지도", xlabel=MAP[0], ylabel=MAP[1], reach=11, height=4.0)
    centers = [np.median(run.test[run.digit == OWNER], axis=0) for run in runs]
    for owner, name, color, size in (
        (False, "남 (다른 숫자)", style.GREY, 3), (True, f"주인 (숫자 {OWNER})", style.ORANGE, 4)
    ):  # fmt: skip
        shown = np.stack([
            (run.test - center)[(run.digit == OWNER) == owner]
            for run, center in zip(runs, centers, strict=True)
        ])  # fmt: skip
        slider.points(world, shown[..., 0], shown[..., 1], color=color, markersize=size, label=name)
    slider.line(world, *circle(np.zeros((len(runs), 2)), np.array(fits.MARGINS)),
                color=style.INK, ls="--", label="반지름 m인 원")  # fmt: skip
    world.legend(loc="upper left")
    spread = panel(title="마진으로 잰 거리", xlabel="거리 / 마진", ylabel="쌍의 비율", height=4.0)
    middle = (BINS[:-1] + BINS[1:]) / 2
    spread.axvspan(1, 3, **{**FLAT, "label": "다른 쌍의 손실 0"})
    for index, name in ((0, "같은 숫자의 쌍"), (1, "다른 숫자의 쌍")):
        rows = np.array([
            shares(pair[index] / m) for pair, m in zip(pairs, fits.MARGINS, strict=True)
        ])  # fmt: skip
        slider.line(spread, middle, rows, label=name, ls=style.LINES[index],
                    color=style.PALETTE[index])  # fmt: skip
    spread.set_ylim(0, 0.3)
    spread.legend(loc="upper right")
    return slider_figure(
        world, spread, slider=slider,
        alt="왼쪽: 숫자 3의 무리를 가운데 둔 지도. 마진을 키우면 반지름 m인 원과 지도 전체가 함께 커진다. "
        "오른쪽: 거리를 마진으로 나눈 분포. 같은 쌍은 0 가까이에, 다른 쌍은 대부분 1보다 큰 곳에 있고, 마진을 "
        "바꾸어도 모양이 거의 그대로다.",
    )  # fmt: skip


def mistakes() -> Figure:
    """옳은 훈련과 세 가지 실수의 기록."""
    loss = panel(title="훈련 손실", xlabel="걸음", ylabel="손실", height=3.8)
    far = panel(title="다른 숫자의 쌍", xlabel="걸음", ylabel="거리의 평균", height=3.8)
    loss.axhline(0.5, label="m/2", **style.REFERENCE)
    for kind, name in MISTAKES:
        run = fits.trained(kind)
        loss.plot(run.loss, label=name)
        far.plot(run.far, label=name)
    loss.set_ylim(-0.03, 1.05)
    far.set_ylim(-0.05, 2.6)
    loss.legend(loc="upper right")
    far.legend(loc="upper left")
    return figure(
        loss, far,
        alt="왼쪽: 옳은 훈련의 손실은 0.5에서 0.15 쪽으로 내려간다. 유사도를 넣은 것과 레이블이 0과 1인 "
        "것은 0.5에 멈추고, 같은 쌍뿐인 훈련은 곧 0이 된다. 오른쪽: 다른 쌍의 거리는 옳은 훈련에서만 1 "
        "위로 커지고, 레이블이 0과 1인 것과 같은 쌍뿐인 것은 0으로 무너진다.",
    )
