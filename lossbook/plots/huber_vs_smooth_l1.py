"""후버 손실과 스무스 L1 손실을 견주는 그림."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from lossbook import huber_loss, huber_loss_grad, smooth_l1_loss, smooth_l1_loss_grad
from lossbook.plots import style
from lossbook.plots.figure import Figure, figure, label_line, panel
from lossbook.plots.slider import Slider, slider_figure

Array = np.ndarray[Any, np.dtype[Any]]
Function = Callable[[Array, float], Array]

ERRORS = np.linspace(-4, 4, 161)
FAMILY = (0.25, 0.5, 1.0, 2.0, 4.0)
SLIDER = np.concatenate([[0.1, 0.15], np.arange(2, 41) / 10])
NUMBERS = np.array([0.0, 1.0, 2.0, 4.0, 13.0])
ERROR_AXIS = "오차 e = x - y"


def huber(error: Array, k: float) -> Array:
    """Huber loss of each error, δ = k."""
    return np.asarray(huber_loss(error, np.zeros_like(error), "none", delta=k))


def smooth_l1(error: Array, k: float) -> Array:
    """Smooth L1 loss of each error, β = k."""
    return np.asarray(smooth_l1_loss(error, np.zeros_like(error), "none", beta=k))


def huber_slope(error: Array, k: float) -> Array:
    """Derivative of the Huber loss at each error, δ = k."""
    return np.asarray(huber_loss_grad(error, np.zeros_like(error), "none", delta=k))


def smooth_l1_slope(error: Array, k: float) -> Array:
    """Derivative of the Smooth L1 loss at each error, β = k."""
    return np.asarray(smooth_l1_loss_grad(error, np.zeros_like(error), "none", beta=k))


def _family(axes: Any, function: Function, name: str) -> None:
    for k in FAMILY:
        axes.plot(ERRORS, function(ERRORS, k), label=f"{name} = {k:g}")


def losses() -> Figure:
    """A와 B: 같은 다섯 값에서 본 후버 손실과 스무스 L1 손실."""
    drawn = []
    for function, name, title in (
        (huber, "δ", "A. 후버 손실"), (smooth_l1, "β", "B. 스무스 L1 손실"),
    ):  # fmt: skip
        axes = panel(title=title, xlabel=ERROR_AXIS, ylabel="손실", height=3.6)
        _family(axes, function, name)
        axes.plot(ERRORS, ERRORS**2 / 2, label="e²/2", **style.REFERENCE)
        axes.plot(ERRORS, np.abs(ERRORS), label="|e|", color=style.GREY, lw=1.2, ls="-")
        axes.set_ylim(-0.2, 8.2)
        axes.legend(loc="upper center", ncols=2)
        drawn.append(axes)
    return figure(
        *drawn,
        alt="왼쪽 후버 손실: δ가 0.25에서 4로 커지면 곡선이 바닥 가까이에서 e²/2까지 올라간다. "
        "오른쪽 스무스 L1 손실: β가 작으면 |e|에 붙고, β가 커지면 아래로 내려와 납작해진다.",
    )


def gradients() -> Figure:
    """C와 D: 기울기. 후버는 자르는 높이가, 스무스 L1은 가운데의 비탈이 변합니다."""
    drawn = []
    for function, name, title in (
        (huber_slope, "δ", "C. 후버 손실의 기울기"),
        (smooth_l1_slope, "β", "D. 스무스 L1 손실의 기울기"),
    ):
        axes = panel(title=title, xlabel=ERROR_AXIS, ylabel="기울기", height=4.2)
        _family(axes, function, name)
        axes.set_ylim(-4.3, 4.3)
        axes.legend(loc="upper left")
        drawn.append(axes)
    return figure(
        *drawn,
        alt="왼쪽 후버 손실의 기울기: 가운데 비탈은 모두 1로 같고, 평평해지는 높이가 δ다. "
        "오른쪽 스무스 L1 손실의 기울기: 평평한 높이는 모두 1로 같고, 가운데 비탈이 1/β이다.",
    )


def one_parameter() -> Figure:
    """슬라이더 하나(k = δ = β)로 A, B, C, D를 함께 움직입니다."""
    three = np.array([3.0])
    readout = [
        f"오차 3에서: 후버 {huber(three, k)[0]:.3f} = "
        f"{k:g} × 스무스 L1 {smooth_l1(three, k)[0]:.3f}"
        for k in SLIDER
    ]
    slider = Slider("k = δ = β", SLIDER, start=2.0, readout=readout)
    borders = np.stack([-SLIDER, SLIDER], axis=1)
    drawn = []
    for title, ylabel, function in (
        ("A. 후버 손실", "손실", huber),
        ("B. 스무스 L1 손실", "손실", smooth_l1),
        ("C. 후버 손실의 기울기", "기울기", huber_slope),
        ("D. 스무스 L1 손실의 기울기", "기울기", smooth_l1_slope),
    ):
        axes = panel(title=title, xlabel=ERROR_AXIS, ylabel=ylabel)
        if ylabel == "손실":
            axes.plot(ERRORS, ERRORS**2 / 2, label="e²/2", **style.REFERENCE)
            axes.plot(ERRORS, np.abs(ERRORS), label="|e|", color=style.GREY, lw=1.2, ls="-")
        rows = np.array([function(ERRORS, k) for k in SLIDER])
        slider.line(axes, ERRORS, rows, label="손실" if ylabel == "손실" else "_", color=style.BLUE)
        ends = np.array([function(border, k) for border, k in zip(borders, SLIDER, strict=True)])
        slider.points(axes, borders, ends, label="경계 ±k", color=style.ORANGE, markersize=7)
        axes.set_xlim(-4.2, 4.2)
        axes.set_ylim(*((-0.2, 8.2) if ylabel == "손실" else (-4.3, 4.3)))
        axes.legend(loc="upper center" if ylabel == "손실" else "upper left")
        drawn.append(axes)
    return slider_figure(
        *drawn,
        slider=slider,
        alt="k를 0.1에서 4까지 바꾸는 네 칸의 그림. k가 커지면 후버 손실은 올라가고 "
        "스무스 L1 손실은 내려간다. 후버의 기울기는 가운데 비탈이 그대로이고, "
        "스무스 L1의 기울기는 높이가 그대로다.",
    )


def limits() -> Figure:
    """E: 매개변수가 0이나 ∞로 갈 때의 손실과, 극한까지 남은 거리."""
    ks = np.geomspace(0.01, 100, 121)
    value = panel(title="E₁. 오차 2의 손실", xlabel="k = δ = β", ylabel="손실 (로그 눈금)")
    two = np.array([2.0])
    value.plot(ks, [huber(two, k)[0] for k in ks], label="후버")
    value.plot(ks, [smooth_l1(two, k)[0] for k in ks], label="스무스 L1")
    value.axvline(2, **style.REFERENCE)
    value.legend(loc="lower right", bbox_to_anchor=(0.56, 0))
    rest = panel(
        title="E₂. 극한까지 남은 거리", xlabel="k = δ = β", ylabel="[-4, 4]에서 가장 큰 차"
    )
    to_square = np.array([np.max(np.abs(ERRORS**2 / 2 - huber(ERRORS, k))) for k in ks])
    to_absolute = [np.max(np.abs(np.abs(ERRORS) - smooth_l1(ERRORS, k))) for k in ks]
    rest.plot(ks, np.where(to_square > 0, to_square, np.nan), label="후버와 e²/2")
    rest.plot(ks, to_absolute, label="스무스 L1과 |e|")
    rest.set_ylim(1e-3, 300)
    rest.legend(loc="upper left")
    for axes in (value, rest):
        axes.set_xscale("log")
        axes.set_yscale("log")
    return figure(
        value, rest,
        alt="왼쪽: 오차가 2일 때 후버 손실은 k를 따라 오르다 2에서 멈추고, 스무스 L1 손실은 2에 "
        "머물다 k를 따라 내려간다. 오른쪽: 후버와 e²/2의 차는 k = 4에서 0이 되고, "
        "스무스 L1과 |e|의 차는 k/2로 줄어들 뿐 0이 되지 않는다.",
    )  # fmt: skip


def best_constant(slope: Function, k: float, decay: float = 0.0) -> float:
    """The number c that minimises mean loss of c against NUMBERS plus decay·c²/2: bisection."""
    low, high = NUMBERS.min(), NUMBERS.max()
    for _ in range(60):
        middle = (low + high) / 2
        if slope(middle - NUMBERS, k).mean() + decay * middle > 0:
            high = middle
        else:
            low = middle
    return float((low + high) / 2)


def argmin_path(decay: float = 0.5) -> Figure:
    """F: 최소점의 길. 손실만 줄이면 하나, 다른 항이 붙으면 둘."""
    ks = np.geomspace(0.05, 20, 81)
    drawn = []
    for title, strength in (("F₁. 손실만 줄일 때", 0.0), ("F₂. c²/4를 더할 때", decay)):
        axes = panel(title=title, xlabel="k = δ = β", ylabel="최소점 c")
        axes.axhline(2, **style.REFERENCE)
        axes.axhline(4, **style.REFERENCE)
        axes.plot(ks, [best_constant(huber_slope, k, strength) for k in ks], label="후버")
        axes.plot(
            ks[::4], [best_constant(smooth_l1_slope, k, strength) for k in ks[::4]],
            "o", label="스무스 L1",
        )  # fmt: skip
        axes.text(0.06, 4.05, "평균 4", va="bottom")
        axes.text(0.06, 2.14, "중앙값 2", va="bottom", path_effects=style.HALO)
        axes.set_xscale("log")
        axes.set_ylim(-0.15, 4.6)
        axes.legend(loc="upper left", bbox_to_anchor=(0.05, 0.83) if strength else (0.05, 0.4))
        drawn.append(axes)
    return figure(
        *drawn,
        alt="왼쪽: k를 0.05에서 20까지 키우면 최소점이 중앙값 2에서 평균 4로 옮겨 가고, "
        "스무스 L1의 점이 모두 후버의 곡선 위에 있다. 오른쪽: c²/4를 더하면 "
        "후버의 최소점은 k가 작을 때 0에 붙고 "
        "스무스 L1의 최소점은 k가 클 때 0으로 내려가, 두 길이 k = 1에서만 만난다.",
    )


RATE = 0.5
DESCENT_STEPS = 40
DESCENT_PARAMETERS = (4.0, 1.0, 0.2)


def descent(slope: Function, k: float, rate: float = RATE, start: float = 5.8) -> Array:
    """Errors of gradient descent on one error."""
    path = [np.array([start])]
    for _ in range(DESCENT_STEPS):
        path.append(path[-1] - rate * slope(path[-1], k))
    return np.concatenate(path)


def descents() -> Figure:
    """G: 학습률 하나로 내려가는 경사 하강법, 그리고 학습률을 k배 한 스무스 L1."""
    steps = np.arange(DESCENT_STEPS + 1)
    titles = ("G₁. 후버, 학습률 0.5", "G₂. 스무스 L1, 학습률 0.5", "G₃. 스무스 L1, 학습률 0.5 × β")
    drawn = []
    for number, title in enumerate(titles):
        slope, name = (huber_slope, "δ") if number == 0 else (smooth_l1_slope, "β")
        axes = panel(title=title, xlabel="걸음", ylabel="오차 e")
        for k in DESCENT_PARAMETERS:
            rate = RATE * k if number == 2 else RATE
            axes.plot(steps, descent(slope, k, rate), label=f"{name} = {k:g}")
        axes.axhline(0, color=style.GREY, lw=1)
        axes.set_ylim(-0.6, 6.2)
        axes.legend(loc="upper right")
        drawn.append(axes)
    return figure(
        *drawn,
        alt="오차 5.8에서 시작한 40걸음. 첫째 칸의 후버는 δ가 0.2이면 40걸음 뒤에도 멀리 있다. "
        "둘째 칸의 스무스 L1은 어느 β에서나 같은 빠르기로 내려오다 "
        "β = 0.2에서는 0 곁에서 떨고 β = 4에서는 느려진다. 셋째 칸은 첫째 칸과 똑같다.",
    )


PARAMETERS = (0.1, 0.3, 1.0, 3.0, 10.0)
SLOPES: dict[str, Callable[..., Any]] = {"후버": huber_loss_grad, "스무스 L1": smooth_l1_loss_grad}


@cache
def diabetes() -> tuple[Array, Array]:
    """Diabetes data: standardised columns behind a column of ones, and standardised progression."""
    from sklearn.datasets import load_diabetes

    data = load_diabetes()
    columns = (data.data - data.data.mean(0)) / data.data.std(0)
    target = (data.target - data.target.mean()) / data.target.std()
    return np.column_stack([np.ones(len(target)), columns]), target


@cache
def fitted(name: str, k: float, decay: float = 0.0) -> Array:
    """Weights that minimise the mean loss plus decay/2·|w|² on the diabetes data."""
    from scipy.optimize import minimize

    features, target = diabetes()
    losses: dict[str, Callable[..., Any]] = {"후버": huber_loss, "스무스 L1": smooth_l1_loss}

    def objective(weights: Array) -> tuple[float, Array]:
        answer = features @ weights
        value = losses[name](answer, target, "mean", k) + decay / 2 * weights @ weights
        return float(value), features.T @ SLOPES[name](answer, target, "mean", k) + decay * weights

    start = np.zeros(features.shape[1])
    result = minimize(objective, start, jac=True, method="BFGS", options={"gtol": 1e-8})
    return np.asarray(result.x)


def steps_to_optimum(name: str, k: float, seed: int | None = None, rate: float = 0.05) -> int:
    """Steps of gradient descent until 95 % of the reducible loss is gone; a seed: batches of 32."""
    features, target = diabetes()
    lowest = smooth_l1_loss(features @ fitted("스무스 L1", k), target, beta=k)
    highest = smooth_l1_loss(np.zeros_like(target), target, beta=k)
    random = np.random.default_rng(seed)
    weights = np.zeros(features.shape[1])
    for step in range(1, 2001):
        rows = slice(None) if seed is None else random.integers(0, len(target), 32)
        slope = SLOPES[name](features[rows] @ weights, target[rows], "mean", k)
        weights = weights - rate * features[rows].T @ slope
        left = smooth_l1_loss(features @ weights, target, beta=k) - lowest
        if left <= 0.05 * (highest - lowest):
            return step
    raise ValueError(f"rate: {rate}로는 2000걸음 안에 끝나지 않습니다. 더 크게 하십시오.")


@cache
def step_counts(seeds: int = 5) -> dict[str, Array]:
    """Steps for each loss and parameter: first column the full batch, then one per seed."""
    trials = [None, *range(seeds)]
    return {
        name: np.array([[steps_to_optimum(name, k, seed) for seed in trials] for k in PARAMETERS])
        for name in SLOPES
    }


def training_steps() -> Figure:
    """당뇨병 데이터: 같은 학습률로 최소점 가까이 가는 데 드는 걸음 수."""
    axes = panel(
        title="줄일 수 있는 손실의 95 %를 줄이기까지",
        xlabel="k = δ = β",
        ylabel="걸음 수 (로그 눈금)",
        wide=True,
    )
    for (name, counts), marker in zip(step_counts().items(), "os", strict=True):
        (line,) = axes.plot(PARAMETERS, counts[:, 0], marker=marker, label=f"{name} (전체 배치)")
        axes.plot(
            np.repeat(PARAMETERS, counts.shape[1] - 1), counts[:, 1:].ravel(),
            marker=marker, ls="", ms=4, alpha=0.6, color=line.get_color(),
            label=f"{name} (미니배치, 씨앗 5개)",
        )  # fmt: skip
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_yticks([20, 50, 100, 200], ["20", "50", "100", "200"])
    axes.set_yticks([], minor=True)
    axes.set_xticks(PARAMETERS, [f"{k:g}" for k in PARAMETERS])
    axes.legend(loc="upper center")
    return figure(
        axes,
        alt="가로축은 k, 세로축은 걸음 수. 후버는 k가 작을수록 걸음이 늘고 "
        "k가 3을 넘으면 평평하다. 스무스 L1은 k가 작을 때 평평하고 k가 커질수록 걸음이 는다. "
        "두 선은 k = 1에서 만난다.",
    )


DECAY = 0.1


def weight_decay() -> Figure:
    """당뇨병 데이터: 같은 가중치 감쇠에서 가중치 벡터의 길이."""
    ks = np.geomspace(0.01, 100, 41)
    axes = panel(
        title="가중치 감쇠 0.1에서 찾은 답",
        xlabel="k = δ = β",
        ylabel="가중치 벡터의 길이",
        wide=True,
    )
    lines = [
        axes.plot(ks, [np.linalg.norm(fitted(name, k, decay)) for k in ks], label=label, **look)[0]
        for name, decay, label, look in (
            ("후버", DECAY, "후버", {}),
            ("스무스 L1", DECAY, "스무스 L1", {}),
            ("후버", 0.0, "감쇠 없음 (둘이 같음)", style.REFERENCE),
        )
    ]
    axes.set_xscale("log")
    label_line(axes, lines[0], 0.03, dx=-6)
    label_line(axes, lines[1], 30, dx=6)
    label_line(axes, lines[2], 5, dy=9)
    return figure(
        axes,
        alt="가로축은 k, 세로축은 가중치 벡터의 길이. 감쇠가 없으면 두 손실의 길이가 같고 "
        "거의 평평하다. 감쇠가 있으면 후버는 k가 작을 때 0으로 줄고, "
        "스무스 L1은 k가 클 때 0으로 줄어, k = 1에서만 만난다.",
    )
