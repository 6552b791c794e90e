"""평균 제곱근 오차 장의 그림과, 그림이 쓰는 실험."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from lossbook import l1_loss, mse_loss_grad, rmse, rmse_grad
from lossbook.plots import style
from lossbook.plots.figure import Figure, figure, panel
from lossbook.plots.slider import Slider, slider_figure

Array = np.ndarray[Any, np.dtype[Any]]

RMSE: dict[str, Any] = {"color": style.BLUE, "ls": style.LINES[0]}
MSE: dict[str, Any] = {"color": style.ORANGE, "ls": style.LINES[1]}
MAE: dict[str, Any] = {"color": style.TEAL, "ls": style.LINES[2]}

DAYS = 10
GROWING = np.linspace(0, 30, 121)
SIGNS = np.array([1.0, -1.0, 1.0, -1.0])
SHIFTS = np.linspace(-3, 3, 241)
NOISE = np.arange(0, 31) / 10
START = np.array([3.0, 4.0])
STEPS = 16
BATCHES = np.array([1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 110, 221, 442])
CENTERS = np.arange(125.0, 170.1, 0.5)
HELD_OUT = 220
LOADERS = (1, 2, 4, 10, 20, 44, 110, 220)


# --- numbers


def grown() -> tuple[Array, Array]:
    """RMSE and MAE of ten errors, nine of them 1 and the last one growing."""
    errors = np.ones((len(GROWING), DAYS))
    errors[:, -1] = GROWING
    zero = np.zeros(DAYS)
    return (
        np.array([rmse(row, zero) for row in errors]),
        np.array([l1_loss(row, zero) for row in errors]),
    )


def shifted(noise: float) -> tuple[Array, Array]:
    """RMSE of errors ±noise that all move by t, and its derivative by t."""
    predictions = noise * SIGNS + SHIFTS[:, None]
    zero = np.zeros(len(SIGNS))
    return (
        np.array([rmse(row, zero) for row in predictions]),
        np.array([rmse_grad(row, zero).sum() for row in predictions]),
    )


def descend(loss: str, rate: float) -> tuple[Array, Array]:
    """RMSE and length of the gradient at each step of gradient descent on two errors."""
    gradient = rmse_grad if loss == "rmse" else mse_loss_grad
    x, zero = START.copy(), np.zeros(2)
    rows = []
    for _ in range(STEPS):
        slope = np.asarray(gradient(x, zero))
        rows.append((float(rmse(x, zero)), float(np.linalg.norm(slope))))
        x = x - rate * slope
    values, lengths = np.array(rows).T
    return values, lengths


def batched(values: Array, size: int, seed: int, epochs: int = 1) -> Array:
    """Shuffled batches of one size, one in each column; what does not fill a batch is dropped."""
    rng = np.random.default_rng(seed)
    full = len(values) // size * size
    return np.concatenate(
        [rng.permutation(values)[:full].reshape(-1, size).T for _ in range(epochs)], axis=1
    )


@cache
def batch_curves() -> Array:
    """Mean batch RMSE of one constant prediction on the diabetes data: (batch size, constant)."""
    from sklearn.datasets import load_diabetes

    target = load_diabetes().target
    curves = np.empty((len(BATCHES), len(CENTERS)))
    for row, size in enumerate(BATCHES):
        batches = batched(target, size, seed=0, epochs=40 if 1 < size < len(target) else 1)
        for column, center in enumerate(CENTERS):
            each = rmse(np.full_like(batches, center), batches, multioutput="raw_values")
            curves[row, column] = np.mean(each)
    return curves


@cache
def held_out(seed: int) -> tuple[Array, Array]:
    """Prediction of a linear model and truth on the held-out part of the diabetes data."""
    from sklearn.datasets import load_diabetes
    from sklearn.linear_model import LinearRegression
    from sklearn.model_selection import train_test_split

    data = load_diabetes()
    u, u_test, y, y_test = train_test_split(
        data.data, data.target, test_size=HELD_OUT, random_state=seed
    )
    return np.asarray(LinearRegression().fit(u, y).predict(u_test)), y_test


@cache
def reports(seeds: int = 20) -> Array:
    """Mean of the batch RMSEs divided by the RMSE of the whole: (seed, batch size)."""
    ratios = np.empty((seeds, len(LOADERS)))
    for seed in range(seeds):
        prediction, truth = held_out(seed)
        whole = rmse(prediction, truth)
        for column, size in enumerate(LOADERS):
            errors = batched(prediction - truth, size, seed)
            each = rmse(errors, np.zeros_like(errors), multioutput="raw_values")
            ratios[seed, column] = np.mean(each) / whole
    return ratios


# --- figures


def growing() -> Figure:
    """오차 하나만 자랄 때의 RMSE와 MAE, 그리고 두 값의 비."""
    root, absolute = grown()
    axis = "마지막 날의 오차 (kWh)"
    values = panel(title="아홉 날은 1, 하루만 커진다", xlabel=axis, ylabel="오차의 크기 (kWh)")
    values.plot(GROWING, root, label="RMSE", **RMSE)
    values.plot(GROWING, absolute, label="MAE", **MAE)
    values.legend(loc="upper left")
    ratio = panel(title="RMSE는 MAE의 몇 배인가", xlabel=axis, ylabel="RMSE / MAE")
    ratio.plot(GROWING, root / absolute, label="RMSE / MAE", **RMSE)
    ratio.axhline(1, **style.REFERENCE)
    ratio.axhline(np.sqrt(DAYS), label="한계 1과 √10", **style.REFERENCE)
    ratio.set_ylim(0.4, 3.5)
    ratio.legend(loc="lower right", ncols=2)
    return figure(
        values, ratio,
        alt="왼쪽: 오차 열 개 가운데 하나만 0에서 30까지 자랄 때 RMSE가 MAE보다 가파르게 커진다. "
        "오른쪽: 두 값의 비는 모든 오차가 같은 곳에서 1에 닿고, 하나가 커질수록 √10에 다가간다.",
    )  # fmt: skip


def cone() -> Figure:
    """맞출 수 없는 오차 s가 남을 때 RMSE의 골짜기와 기울기."""
    rows = [shifted(noise) for noise in NOISE]
    slider = Slider(
        "s (맞출 수 없는 오차)", NOISE, 1.0, format="{:.1f}",
        readout=[f"바닥의 RMSE = {value.min():.1f}" for value, _ in rows],
    )  # fmt: skip
    axis = "예측의 치우침 t"
    values = panel(title="RMSE", xlabel=axis, ylabel="RMSE")
    values.plot(SHIFTS, shifted(0.0)[0], label="s = 0", **style.REFERENCE)
    slider.line(values, SHIFTS, [value for value, _ in rows], label="RMSE", **RMSE)
    values.set_ylim(0, 4.5)
    values.legend(loc="lower right")
    slopes = panel(title="기울기", xlabel=axis, ylabel="t에 대한 기울기")
    slopes.plot(SHIFTS, shifted(0.0)[1], label="s = 0", **style.REFERENCE)
    slider.line(slopes, SHIFTS, [slope for _, slope in rows], label="RMSE의 기울기", **RMSE)
    slopes.set_ylim(-1.3, 1.3)
    slopes.legend(loc="lower right")
    return slider_figure(
        values, slopes, slider=slider,
        alt="맞출 수 없는 오차 s를 0에서 3까지 바꾸는 두 칸의 그림. s가 0이면 RMSE는 뾰족한 V이고 "
        "기울기는 0에서 -1에서 1로 뛴다. s가 커지면 골짜기는 둥글어지고 기울기는 매끈해진다.",
    )  # fmt: skip


def descent() -> Figure:
    """오차 3, 4에서 출발한 경사 하강법: RMSE는 같은 보폭, MSE는 줄어드는 보폭."""
    steps = np.arange(STEPS)
    runs = (("RMSE로 하강", descend("rmse", 1.0), RMSE), ("MSE로 하강", descend("mse", 0.3), MSE))
    values = panel(title="남은 오차", xlabel="걸음", ylabel="RMSE", height=3.6)
    lengths = panel(title="기울기의 길이", xlabel="걸음", ylabel="기울기의 길이", height=3.6)
    for name, (value, length), look in runs:
        values.plot(steps, value, marker="o", ms=4, label=name, **look)
        lengths.plot(steps, length, marker="o", ms=4, label=name, **look)
    lengths.axhline(1 / np.sqrt(2), **style.REFERENCE)
    for axes in (values, lengths):
        axes.legend(loc="upper right")
    return figure(
        values, lengths,
        alt="왼쪽: RMSE로 하강하면 오차가 직선으로 줄다가 바닥 근처에서 되튀고, MSE로 하강하면 "
        "점점 천천히 0으로 간다. 오른쪽: RMSE의 기울기 길이는 언제나 0.7071이고, MSE는 줄어든다.",
    )  # fmt: skip


def batch_minimum() -> Figure:
    """배치 크기에 따라 배치 RMSE 평균의 바닥이 중앙값에서 평균으로 옮겨 갑니다."""
    from sklearn.datasets import load_diabetes

    target = load_diabetes().target
    curves = batch_curves()
    lows = CENTERS[curves.argmin(axis=1)]
    slider = Slider(
        "배치 크기", BATCHES, 1.0, format="{:.0f}",
        readout=[f"바닥의 예측값 = {low:.1f}" for low in lows],
    )  # fmt: skip
    axes = panel(title="상수 하나로 예측할 때의 배치 RMSE 평균", xlabel="예측값 c",
                 ylabel="바닥을 뺀 배치 RMSE 평균", wide=True)  # fmt: skip
    for name, place, look in (
        ("중앙값", np.median(target), MAE), ("평균", target.mean(), MSE),
    ):  # fmt: skip
        axes.plot([place, place], [0, 2.5], label=name, **look)
    raised = curves - curves.min(axis=1, keepdims=True)
    slider.line(axes, CENTERS, raised, label="배치 RMSE 평균", **RMSE)
    slider.points(axes, lows[:, None], np.zeros((len(lows), 1)), label="바닥", color=style.BLUE)
    axes.set_ylim(-0.2, 5)
    axes.legend(loc="upper center", ncols=2)
    return slider_figure(
        axes, slider=slider,
        alt="당뇨 자료를 상수 c 하나로 예측할 때의 배치 RMSE 평균. 배치 크기가 1이면 바닥이 "
        "중앙값에 있고, 배치가 커지면 평균 쪽으로 옮겨 간다.",
    )  # fmt: skip


def batch_report() -> Figure:
    """얼린 모델 하나: 배치 크기에 따라 배치 RMSE의 평균이 진짜 RMSE의 몇 %인지."""
    percent = 100 * reports()
    axes = panel(title="같은 모델, 다른 배치 크기", xlabel="배치 크기 (로그 눈금)",
                 ylabel="배치 RMSE 평균 / 진짜 RMSE (%)", wide=True)  # fmt: skip
    axes.plot(LOADERS, percent.mean(axis=0), marker="o", label="20번 나눈 평균", **RMSE)
    axes.fill_between(
        LOADERS, percent.min(axis=0), percent.max(axis=0), color=style.BLUE, alpha=0.15, lw=0,
        label="가장 작은 값에서 가장 큰 값까지",
    )  # fmt: skip
    axes.axhline(100, **style.REFERENCE)
    axes.set_xscale("log")
    axes.set_xticks(LOADERS, [str(size) for size in LOADERS])
    axes.minorticks_off()
    axes.legend(loc="lower right")
    return figure(
        axes,
        alt="가로축은 배치 크기, 세로축은 배치 RMSE의 평균을 진짜 RMSE로 나눈 백분율. 배치가 1이면 "
        "80 %쯤이고 배치가 커질수록 100 %에 다가간다. 색을 칠한 띠는 20번의 범위이다.",
    )  # fmt: skip
