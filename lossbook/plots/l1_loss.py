"""평균 절대 오차 장의 그림과 그 숫자."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from scipy.stats import laplace as laplace_distribution
from scipy.stats import norm

from lossbook import l1_loss, l1_loss_grad, mse_loss, mse_loss_grad
from lossbook.data import load_engel
from lossbook.plots import style
from lossbook.plots.figure import Figure, figure, panel
from lossbook.plots.huber_fits import design, l1_fit, mse_fit
from lossbook.plots.slider import Slider, slider_figure

Array = np.ndarray[Any, np.dtype[Any]]

HOUSES = np.array([0.0, 1.0, 2.0, 10.0])
"""Four houses along an alley, in lamp posts: the chapter's example of a location."""
FIVE = np.array([0.0, 1.0, 2.0, 3.0, 10.0])
START, STEPS = 7.77, 120
RATES = np.geomspace(0.01, 3, 31).round(4)
ERROR_AXIS = "오차 e = x - y"
ABSOLUTE: dict[str, Any] = {"color": style.BLUE, "ls": style.LINES[0]}
SQUARE: dict[str, Any] = {"color": style.ORANGE, "ls": style.LINES[1]}
DECAYED: dict[str, Any] = {"color": style.TEAL, "ls": style.LINES[2]}
"""One look for each loss, in every figure of the chapter."""


# --- the loss itself


def shapes() -> Figure:
    """절대 오차와 제곱 오차, 그리고 그 기울기."""
    error = np.linspace(-3, 3, 241)
    zero = np.zeros_like(error)
    losses = panel(title="손실", xlabel=ERROR_AXIS, ylabel="손실", height=3.6)
    losses.plot(error, l1_loss(error, zero, "none"), label="|e|", **ABSOLUTE)
    losses.plot(error, mse_loss(error, zero, "none"), label="e²", **SQUARE)
    losses.set_ylim(-0.2, 6)
    losses.legend(loc="upper center")
    slopes = panel(title="기울기", xlabel=ERROR_AXIS, ylabel="기울기", height=3.6)
    left, right = error < 0, error > 0
    slope = np.asarray(l1_loss_grad(error, zero, "sum"))
    slopes.plot(error[left], slope[left], label="|e|의 기울기", **ABSOLUTE)
    slopes.plot(error[right], slope[right], label="_오른쪽", **ABSOLUTE)
    slopes.plot(error, mse_loss_grad(error, zero, "sum"), label="e²의 기울기", **SQUARE)
    slopes.plot([0], [slope[error == 0][0]], "o", color=style.BLUE, label="_0에서")
    slopes.set_ylim(-6, 6)
    slopes.legend(loc="upper left")
    return figure(
        losses, slopes,
        alt="왼쪽: |e|는 0에서 꺾이는 V자이고 e²은 포물선이다. 둘은 e = ±1에서 만난다. "
        "오른쪽: |e|의 기울기는 -1에서 1로 뛰고 0에서는 0이다. e²의 기울기는 직선 2e다.",
    )  # fmt: skip


# --- one number for many


def total(centers: Any, houses: Array, loss: Any = l1_loss) -> Array:
    """Sum of the losses over the houses for each center."""
    return np.array([
        loss(np.full_like(houses, c), houses, "sum") for c in np.atleast_1d(centers)
    ])  # fmt: skip


def alley() -> Figure:
    """택배함을 끄는 슬라이더: 네 집이 걷는 거리와 그 합."""
    centers = np.arange(-2, 12.01, 0.25)
    sums = total(centers, HOUSES)
    readout = []
    for c, value in zip(centers, sums, strict=True):
        left, right = (int((side * HOUSES > side * c).sum()) for side in (-1, 1))
        readout.append(f"왼쪽 {left}집, 오른쪽 {right}집, 합 {value:.2f}칸")
    slider = Slider("택배함의 자리 c (칸)", centers, 5.0, format="{:.2f}", readout=readout)
    street = panel(title="네 집이 걷는 길", xlabel="골목의 자리 (칸)", ylabel="집", height=3.6)
    for number, house in enumerate(HOUSES, 1):
        ends = np.stack([np.full_like(centers, house), centers], axis=1)
        slider.line(street, ends, np.full(2, number), label=f"_길 {number}", **ABSOLUTE)
    street.plot(HOUSES, np.arange(1, 5), "s", color=style.INK, ms=8, label="집")
    slider.line(street, np.stack([centers, centers], axis=1), np.array([0.5, 4.5]),
                label="택배함", color=style.ORANGE, lw=3)  # fmt: skip
    street.set_yticks([1, 2, 3, 4])
    street.set_ylim(0.3, 5.6)
    street.legend(loc="upper center", ncols=2)
    curve = panel(title="거리의 합", xlabel="택배함의 자리 c (칸)", ylabel="합 (칸)", height=3.6)
    curve.plot(centers, sums, label="Σ|c - y|", **ABSOLUTE)
    slider.points(curve, centers[:, None], sums[:, None], label="지금", color=style.ORANGE)
    curve.set_ylim(8, 37)
    curve.legend(loc="upper center")
    return slider_figure(
        street, curve, slider=slider,
        alt="왼쪽: 0, 1, 2, 10에 있는 네 집에서 택배함까지 걷는 길. 오른쪽: 그 길이의 합. "
        "택배함을 옮기면 합이 꺾은선을 따라 변하고, 1과 2 사이에서 가장 작은 11로 평평하다.",
    )  # fmt: skip


def farther() -> Figure:
    """가장 먼 집을 끄는 슬라이더: 절댓값의 바닥은 그대로, 제곱의 바닥은 따라갑니다."""
    places = np.arange(10.0, 101.0, 2.5)
    centers = np.arange(-2, 30.01, 0.25)
    alleys = [np.append(HOUSES[:3], place) for place in places]
    absolute = np.array([total(centers, alley) for alley in alleys])
    square = np.array([total(centers, alley, mse_loss) for alley in alleys])
    means = np.array([alley.mean() for alley in alleys])
    slider = Slider(
        "가장 먼 집의 자리 (칸)", places, 10.0,
        readout=[f"절댓값의 바닥 1에서 2, 제곱의 바닥 {mean:.2f}" for mean in means],
    )  # fmt: skip
    panels = []
    for name, rows, look, bottom in (
        ("절댓값의 합", absolute, ABSOLUTE, np.tile([1.0, 2.0], (len(places), 1))),
        ("제곱의 합", square, SQUARE, np.stack([means, means], axis=1)),
    ):
        ax = panel(title=name, xlabel="택배함의 자리 c (칸)", ylabel="합 - 최솟값", height=3.6)
        low = np.array([
            total(c, alley, l1_loss if look is ABSOLUTE else mse_loss)[0]
            for c, alley in zip(bottom[:, 0], alleys, strict=True)
        ])  # fmt: skip
        slider.line(ax, centers, rows - low[:, None], label=name, **look)
        slider.line(ax, bottom, np.zeros(2), label="바닥", color=style.INK, lw=4, marker="o")
        ax.set_ylim(-4 if look is ABSOLUTE else -100, 62 if look is ABSOLUTE else 1600)
        ax.legend(loc="upper left" if look is ABSOLUTE else "upper center")
        panels.append(ax)
    return slider_figure(
        *panels, slider=slider,
        alt="가장 먼 집을 10에서 100까지 민다. 왼쪽 절댓값의 합은 바닥이 1과 2 사이에 그대로 "
        "있고, 오른쪽 제곱의 합은 바닥이 3.25에서 25.75로 따라간다.",
    )  # fmt: skip


# --- probability


def laplace() -> Figure:
    """표준편차가 같은 라플라스 분포와 정규분포."""
    z = np.linspace(-6, 6, 241)
    away = np.linspace(0, 6, 121)
    wide = laplace_distribution(scale=1 / np.sqrt(2))
    density = panel(title="밀도", xlabel="오차 (표준편차 단위)", ylabel="밀도", height=3.6)
    tail = panel(
        title="꼬리 (로그 눈금)", xlabel="거리 t (표준편차 단위)", ylabel="오차가 t보다 클 확률",
        height=3.6,
    )  # fmt: skip
    for name, one, look in (("라플라스", wide, ABSOLUTE), ("정규", norm, SQUARE)):
        density.plot(z, one.pdf(z), label=name, **look)
        tail.plot(away, 2 * one.sf(away), label=name, **look)
    density.legend(loc="upper right")
    tail.set_yscale("log")
    tail.set_ylim(1e-6, 2)
    tail.legend(loc="lower left")
    return figure(
        density, tail,
        alt="왼쪽: 라플라스 밀도는 가운데가 뾰족하고 정규 밀도는 둥글다. 오른쪽: 로그 눈금에서 "
        "라플라스의 꼬리는 직선으로, 정규의 꼬리는 점점 가파르게 내려간다.",
    )  # fmt: skip


# --- descent


def descend(
    rate: float, numbers: Array = FIVE, start: float = START, grad: Any = l1_loss_grad,
    decay: float = 0.0, steps: int = STEPS,
) -> Array:
    """경사 하강법이 지나간 자리. t걸음째의 학습률은 rate / t^decay입니다."""
    path = [start]
    for t in range(1, steps + 1):
        slope = grad(np.full_like(numbers, path[-1]), numbers).sum()
        path.append(path[-1] - rate / t**decay * float(slope))
    return np.array(path)


def bouncing() -> Figure:
    """학습률을 움직이는 슬라이더: 꺾인 점 곁의 진동."""
    steps = np.arange(STEPS + 1)
    paths = {
        "|e|, 고정": np.array([descend(rate) for rate in RATES]),
        "|e|, η/√t": np.array([descend(rate, decay=0.5) for rate in RATES]),
        "e², 고정": np.array([descend(rate, grad=mse_loss_grad) for rate in RATES]),
    }
    bottoms = (float(np.median(FIVE)), float(np.median(FIVE)), float(FIVE.mean()))
    gaps = {
        name: np.clip(np.abs(path - bottom), 1e-6, 1e5)
        for (name, path), bottom in zip(paths.items(), bottoms, strict=True)
    }
    last = gaps["|e|, 고정"][:, -40:].max(axis=1)
    start = float(RATES[np.argmin(np.abs(RATES - 0.6))])
    slider = Slider(
        "학습률 η", RATES, start, format="{:.3f}",
        readout=[f"마지막 40걸음, 고정한 |e|의 가장 큰 거리 {value:.3f}" for value in last],
    )  # fmt: skip
    ax = panel(
        title="바닥까지 남은 거리", xlabel="걸음", ylabel="거리 (칸, 로그 눈금)", wide=True
    )
    ax.set_yscale("log")
    for (name, rows), look in zip(gaps.items(), (ABSOLUTE, DECAYED, SQUARE), strict=True):
        slider.line(ax, steps, rows, label=name, **{**look, "lw": 1.6})
    ax.set_ylim(5e-7, 2e3)
    ax.legend(loc="upper right", ncols=3)
    return slider_figure(
        ax, slider=slider,
        alt="가로축은 걸음, 세로축은 바닥까지 남은 거리. 학습률을 고정한 절댓값은 학습률에 "
        "비례하는 거리에서 진동하며 더 내려가지 않는다. 학습률을 줄이면 천천히 내려가고, "
        "제곱은 학습률이 1보다 작으면 끝까지 내려간다.",
    )  # fmt: skip


# --- real data


@cache
def engel() -> tuple[Array, Array]:
    """Income and food expenditure of Engel's 235 households."""
    data = load_engel()
    return data["income"], data["foodexp"]


def budgets() -> Figure:
    """가구 235곳의 소득과 식비, 그리고 두 직선."""
    income, food = engel()
    ax = panel(
        title="소득과 식비", xlabel="소득 (프랑)", ylabel="식비 (프랑)", wide=True, height=4.2
    )
    ax.plot(income, food, "o", color=style.GREY, ms=4, alpha=0.6, label="가구")
    ends = np.array([300.0, 5000.0])
    for name, fit, look in (("L1", l1_fit, ABSOLUTE), ("MSE", mse_fit, SQUARE)):
        ax.plot(ends, design(ends) @ fit(income, food), label=name, **look)
    ax.set_xlim(200, 5100)
    ax.legend(loc="upper left")
    return figure(
        ax,
        alt="가로축은 소득, 세로축은 식비. 소득이 클수록 점들이 위아래로 넓게 퍼진다. L1 직선이 "
        "MSE 직선보다 가파르고, 소득이 낮은 쪽에서는 L1 직선이 더 아래에 있다.",
    )


FACTORS = np.geomspace(1, 100, 41)


def mistyped() -> int:
    """The row that the typing error is made in: nine households in ten earn less."""
    income, _ = engel()
    return int(np.argsort(income)[int(0.9 * len(income))])


@cache
def typo_run() -> dict[str, Array]:
    """Slopes after one household's food or income is multiplied: (factor, L1 or MSE)."""
    income, food = engel()
    chosen = np.arange(len(income)) == mistyped()
    slopes: dict[str, list[list[float]]] = {"식비": [], "소득": []}
    for factor in FACTORS:
        wrong = np.where(chosen, factor, 1.0)
        slopes["식비"].append([float(fit(income, food * wrong)[1]) for fit in (l1_fit, mse_fit)])
        slopes["소득"].append([float(fit(income * wrong, food)[1]) for fit in (l1_fit, mse_fit)])
    return {name: np.array(rows) for name, rows in slopes.items()}


def typo() -> Figure:
    """가구 하나의 식비나 소득을 잘못 적었을 때의 회귀 계수."""
    panels = []
    for name, rows in typo_run().items():
        ax = panel(
            title=f"{name}를 잘못 적음" if name == "식비" else f"{name}을 잘못 적음",
            xlabel="잘못 적은 배수", ylabel="소득의 회귀 계수", height=3.4,
        )  # fmt: skip
        ax.plot(FACTORS, rows[:, 0], label="L1", **ABSOLUTE)
        ax.plot(FACTORS, rows[:, 1], label="MSE", **SQUARE)
        ax.set_xscale("log")
        ax.set_ylim(-0.05, 1.2)
        ax.legend(loc="upper left")
        panels.append(ax)
    return figure(
        *panels,
        alt="왼쪽: 식비를 100배까지 잘못 적으면 MSE의 회귀 계수는 두 배가 되고 L1은 그대로다. "
        "오른쪽: 소득을 잘못 적으면 MSE의 회귀 계수는 곧 무너지고, L1도 버티다가 0이 된다.",
    )


@cache
def split_run(splits: int = 50, train: int = 165) -> Array:
    """Test MAE on households not trained on: (split, L1 or MSE)."""
    income, food = engel()
    errors = []
    for seed in range(splits):
        order = np.random.default_rng(seed).permutation(len(income))
        seen, new = order[:train], order[train:]
        errors.append([
            float(l1_loss(design(income[new]) @ fit(income[seen], food[seen]), food[new]))
            for fit in (l1_fit, mse_fit)
        ])  # fmt: skip
    return np.array(errors)
