"""후버 손실 장의 그림과, 그림에 쓰는 회귀."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from scipy.optimize import brentq, minimize
from scipy.stats import norm

from lossbook import huber_loss, huber_loss_grad
from lossbook.data import load_statecrime
from lossbook.plots import style
from lossbook.plots.figure import Figure, figure, label_line, panel
from lossbook.plots.slider import slider_figure

Array = np.ndarray[Any, np.dtype[Any]]

ERROR_AXIS = "오차 e = x - y"
ERRORS = np.linspace(-5, 5, 201)
DELAYS = np.array([0.0, 1.0, 2.0, 4.0, 13.0])
"""Five deliveries, minutes late: the chapter's example of a location."""
SLIDER = np.arange(1, 41) / 10


def huber(error: Array, delta: float) -> Array:
    """Huber loss of each error."""
    return np.asarray(huber_loss(error, np.zeros_like(error), "none", delta=delta))


def pull(error: Array, delta: float) -> Array:
    """Derivative of the Huber loss at each error."""
    return np.asarray(huber_loss_grad(error, np.zeros_like(error), "none", delta=delta))


# --- regressions: coefficients with the intercept first


def design(features: Array) -> Array:
    """Features with a leading column of ones; one feature may come as a vector."""
    return np.column_stack([np.ones(len(features)), features])


def mse_fit(features: Array, y: Array) -> Array:
    """평균 제곱 오차로 맞춘 회귀 계수. 첫 원소가 절편입니다."""
    return np.linalg.lstsq(design(features), y, rcond=None)[0]


def l1_fit(features: Array, y: Array) -> Array:
    """평균 절대 오차로 맞춘 회귀 계수. 선형 계획법으로 정확한 최솟값을 찾습니다."""
    from sklearn.linear_model import QuantileRegressor

    model = QuantileRegressor(quantile=0.5, alpha=0, solver="highs")
    model.fit(design(features)[:, 1:], y)
    return np.concatenate([[model.intercept_], model.coef_])


def huber_fit(features: Array, y: Array, delta: float) -> Array:
    """후버 손실로 맞춘 회귀 계수. 손실과 기울기를 일반 최적화기에 넘깁니다."""
    columns = design(features)

    def loss(coefficients: Array) -> float:
        return float(huber_loss(columns @ coefficients, y, delta=delta)) / delta

    def gradient(coefficients: Array) -> Array:
        slopes = huber_loss_grad(columns @ coefficients, y, delta=delta)
        return np.asarray(columns.T @ slopes / delta)

    start = mse_fit(features, y)
    found = minimize(loss, start, jac=gradient, method="BFGS", options={"gtol": 1e-9})
    return np.asarray(found.x)


def huber_location(numbers: Array, delta: float) -> float:
    """The number whose pulls from all data cancel."""

    def total(center: float) -> float:
        return float(huber_loss_grad(np.full_like(numbers, center), numbers, "sum", delta).sum())

    return float(brentq(total, numbers.min(), numbers.max(), xtol=1e-13))


# --- the loss itself


def tangent(delta: float = 1.5) -> Figure:
    """포물선의 접선이 후버 손실의 직선 부분이 됩니다."""
    error = np.linspace(-1, 4, 201)
    axes = panel(
        title=f"δ = {delta:g}에서 갈아타기", xlabel=ERROR_AXIS, ylabel="손실", wide=True
    )
    axes.plot(error, error**2 / 2, label="포물선 ½e²", color=style.GREY)
    axes.plot(error, delta * np.abs(error), label="그냥 δ|e|")
    axes.plot(error, huber(error, delta), label="후버 손실", lw=3)
    axes.plot([delta], [delta**2 / 2], "o", color=style.INK, ms=8)
    axes.annotate("여기서 값 ½δ², 비탈 δ", (delta, delta**2 / 2), (12, -8),
                  textcoords="offset points", va="top", path_effects=style.HALO)  # fmt: skip
    axes.annotate("", (3.2, delta * 3.2), (3.2, delta * 3.2 - delta**2 / 2),
                  arrowprops={"arrowstyle": "<->", "color": style.INK})  # fmt: skip
    axes.annotate("½δ²만큼 내림", (3.2, delta * 3.2 - delta**2 / 4), (6, 0),
                  textcoords="offset points", va="center", path_effects=style.HALO)  # fmt: skip
    axes.set_ylim(-0.2, 6.5)
    axes.legend(loc="upper left")
    return figure(
        axes,
        alt="포물선 ½e²과 직선 δ|e|는 e = δ에서 만나지 않는다. 직선을 ½δ²만큼 내리면 e = δ에서 "
        "포물선에 접하고, 후버 손실은 그 점까지 포물선을, 그 뒤로는 접선을 따라간다.",
    )


def balance(delta: float = 2.0) -> Figure:
    """배달 지연 다섯 개의 가운데: 손실의 바닥과 힘의 평형."""
    centers = np.linspace(-1, 8, 361)
    grid = centers[:, None] - DELAYS
    sums = {
        "절댓값 (바닥 2)": np.abs(grid).sum(1),
        f"후버, δ = {delta:g} (바닥 7/3)": huber(grid, delta).sum(1),
        "제곱의 반 (바닥 4)": 0.5 * (grid**2).sum(1),
    }
    losses = panel(title="손실의 합", xlabel="대표값 c (분)", ylabel="최솟값을 뺀 손실의 합", height=3.6)
    for name, values in sums.items():
        losses.plot(centers, values - values.min(), label=name)
    losses.set_ylim(-0.6, 16)
    losses.legend(loc="upper center")
    pulls = panel(title="힘의 합", xlabel="대표값 c (분)", ylabel="기울기의 합", height=3.6)
    pulls.plot(centers, np.sign(grid).sum(1), label="절댓값")
    pulls.plot(centers, pull(grid, delta).sum(1), label=f"후버, δ = {delta:g}")
    pulls.plot(centers, grid.sum(1), label="제곱의 반")
    pulls.axhline(0, **style.REFERENCE)
    pulls.set_ylim(-12, 12)
    pulls.legend(loc="lower right")
    return figure(
        losses, pulls,
        alt="왼쪽: 0, 1, 2, 4, 13분 지연에서 대표값 c에 따른 손실의 합. 절댓값은 2에서, 후버는 "
        "7/3에서, 제곱은 4에서 바닥이다. 오른쪽: 기울기의 합이 0을 지나는 자리가 각각의 바닥이다.",
    )  # fmt: skip


def densities(k: float = 1.0) -> Figure:
    """정규분포, 후버의 가장 불리한 분포, 라플라스 분포."""
    z = np.linspace(-6, 6, 241)
    eps = contamination_of(k)
    curves = {
        "정규분포": norm.pdf(z),
        f"가장 불리한 분포 (k = {k:g})": (1 - eps) * norm.pdf(0) * np.exp(-huber(z, k)),
        "라플라스 분포": np.exp(-np.abs(z)) / 2,
    }
    density = panel(title="밀도 (로그 눈금)", xlabel="오차 (표준편차 단위)", ylabel="밀도", height=3.6)
    loss = panel(title="음의 로그 밀도", xlabel="오차 (표준편차 단위)", ylabel="0에서의 값을 뺀 값", height=3.6)
    for name, values in curves.items():
        density.plot(z, values, label=name)
        loss.plot(z, -np.log(values / values[len(z) // 2]), label=name)
    density.set_yscale("log")
    density.set_ylim(1e-6, 20)
    density.legend(loc="upper center")
    loss.set_ylim(-0.3, 9)
    loss.legend(loc="upper center")
    return figure(
        density, loss,
        alt="왼쪽 로그 눈금의 밀도: 정규분포는 포물선처럼 떨어지고, 가장 불리한 분포는 가운데만 "
        "포물선이고 바깥은 라플라스 분포처럼 직선으로 떨어진다. 오른쪽 음의 로그 밀도는 제곱, 후버, 절댓값이다.",
    )  # fmt: skip


def contamination_of(k: float) -> float:
    """The share ε of contamination for which Huber's k is minimax."""
    return float(1 - 1 / (2 * norm.cdf(k) - 1 + 2 * norm.pdf(k) / k))


def shape() -> Figure:
    """δ를 움직이며 보는 손실과 기울기."""
    return slider_figure(
        ERRORS,
        xlabel=ERROR_AXIS,
        alt="δ를 0.1에서 4까지 바꾸는 두 칸의 그림. 왼쪽 손실은 가운데에서 ½e²과 겹치다가 δ를 넘으면 "
        "접선을 따라가고, 오른쪽 기울기는 e를 따라가다가 δ와 -δ에서 평평해진다.",
        slider={"label": "δ", "values": SLIDER, "start": 9},
        panels=[
            {"title": "손실", "ylabel": "손실", "ylim": (-0.2, 8.2),
             "series": {"후버": np.array([huber(ERRORS, d) for d in SLIDER]),
                        "½e²": ERRORS**2 / 2, "|e|": np.abs(ERRORS)}},
            {"title": "기울기", "ylabel": "기울기", "ylim": (-5.2, 5.2),
             "series": {"후버": np.array([pull(ERRORS, d) for d in SLIDER]), "e (½e²의 기울기)": ERRORS}},
        ],
        readout=[
            f"오차 4: 손실 {huber(np.array([4.0]), d)[0]:.3f}, 기울기 {pull(np.array([4.0]), d)[0]:g}"
            for d in SLIDER
        ],
    )  # fmt: skip


def pseudo(error: Array, delta: float) -> Array:
    """Pseudo-Huber loss, which is smooth everywhere."""
    return np.asarray(delta**2 * (np.sqrt(1 + (error / delta) ** 2) - 1))


def pseudo_huber(delta: float = 1.0) -> Figure:
    """후버와 유사 후버(pseudo-Huber)의 손실과 기울기."""
    losses = panel(title="손실", xlabel=ERROR_AXIS, ylabel="손실")
    losses.plot(ERRORS, huber(ERRORS, delta), label="후버")
    losses.plot(ERRORS, pseudo(ERRORS, delta), label="유사 후버")
    losses.legend(loc="upper center")
    slopes = panel(title="기울기", xlabel=ERROR_AXIS, ylabel="기울기")
    slopes.plot(ERRORS, pull(ERRORS, delta), label="후버")
    slopes.plot(ERRORS, ERRORS / np.sqrt(1 + (ERRORS / delta) ** 2), label="유사 후버")
    slopes.legend(loc="upper left")
    return figure(
        losses, slopes,
        alt="왼쪽: 유사 후버의 손실은 어디서나 후버보다 작거나 같다. 오른쪽: 후버의 기울기는 δ에서 "
        "꺾여 평평해지고, 유사 후버의 기울기는 δ에 천천히 다가간다.",
    )  # fmt: skip


# --- one point


LINE_X = np.arange(1.0, 11.0)
LINE_Y = 2 + 0.5 * LINE_X + np.array([0.3, -0.4, 0.1, 0.5, -0.2, -0.5, 0.4, 0.2, -0.1, -0.3])
DRAGGED = 8
LIFTS = np.arange(0, 20.5, 0.5)
PLACES = np.concatenate([[9.0], np.arange(10, 41)])
WIDTH_OF_VIEW = np.array([0.0, 41.0])


def lifted(lift: float) -> Array:
    """The ten points' y with one of them moved up."""
    return np.where(np.arange(len(LINE_Y)) == DRAGGED, LINE_Y + lift, LINE_Y)


def moved(place: float) -> tuple[Array, Array]:
    """The ten points with one of them at height 2 and moved to the right."""
    chosen = np.arange(len(LINE_X)) == DRAGGED
    return np.where(chosen, place, LINE_X), np.where(chosen, 2.0, LINE_Y)


def sensitivity(delta: float = 1.345, count: int = 20) -> tuple[Array, dict[str, Array]]:
    """Shift of each estimator, times n + 1, when one more number arrives."""
    numbers = norm.ppf((np.arange(count) + 0.5) / count)
    arrivals = np.linspace(-10, 10, 201)
    samples = [np.append(numbers, arrival) for arrival in arrivals]
    shifts = {
        "평균 (제곱)": [sample.mean() - numbers.mean() for sample in samples],
        "중앙값 (절댓값)": [np.median(sample) - np.median(numbers) for sample in samples],
        f"후버, δ = {delta:g}": [huber_location(sample, delta) for sample in samples],
    }
    return arrivals, {name: (count + 1) * np.array(shift) for name, shift in shifts.items()}


def influence() -> Figure:
    """새로 온 수 하나가 대표값을 얼마나 옮기는지."""
    arrivals, shifts = sensitivity()
    axes = panel(
        title="수 하나의 영향력", xlabel="새로 들어온 수 (표준편차 단위)",
        ylabel="대표값이 옮겨 간 거리 × 21", wide=True,
    )  # fmt: skip
    for name, shift in shifts.items():
        label_line(axes, axes.plot(arrivals, shift, label=name)[0], 8.2, dy=10)
    axes.set_ylim(-11, 11)
    return figure(
        axes,
        alt="가로축은 새로 들어온 수, 세로축은 대표값이 옮겨 간 거리의 21배. 평균은 끝없이 커지는 "
        "직선, 중앙값은 0을 지나자마자 멈추는 계단, 후버는 가운데에서 직선이다가 평평해지는 곡선이다.",
    )


# --- the price of robustness


Z = np.linspace(-60, 60, 24001)


def asymptotic_variance(k: float, density: Array) -> float:
    """Variance times n of Huber's location estimator for errors of this density on Z."""
    psi = pull(Z, k)
    inside = np.trapezoid(np.where(np.abs(Z) <= k, density, 0), Z)
    return float(np.trapezoid(psi**2 * density, Z) / inside**2)


def insurance() -> Figure:
    """보험료와 보험금: k에 따른 점근 분산."""
    ks = np.arange(0.1, 4.01, 0.05)
    normal = norm.pdf(Z)
    axes = panel(
        title="보험료와 보험금", xlabel="k = δ / 표준편차", ylabel="점근 분산 (작을수록 좋음)", wide=True
    )
    for share, label in ((0.0, "깨끗한 정규분포"), (0.05, "5 % 오염"), (0.1, "10 % 오염")):
        density = (1 - share) * normal + share * norm.pdf(Z, scale=3)
        variances = [asymptotic_variance(k, density) for k in ks]
        label_line(axes, axes.plot(ks, variances, label=label)[0], 3.4, dy=10)
    axes.axvline(1.345, **style.REFERENCE)
    axes.text(1.39, 1.72, "1.345", path_effects=style.HALO)
    axes.set_ylim(0.95, 1.85)
    return figure(
        axes,
        alt="가로축은 k, 세로축은 점근 분산. 깨끗한 정규분포에서는 k가 클수록 1로 내려간다. "
        "오염된 분포에서는 k가 1과 2 사이일 때 가장 낮고 그 뒤로 다시 올라간다.",
    )


# --- real data


DELTAS = np.geomspace(0.05, 500, 41)


@cache
def crime(column: str) -> tuple[Array, Array, Array]:
    """One column, the murder rate, and which row is Washington D.C."""
    data = load_statecrime()
    return data[column], data["murder"], data["state"] == "District of Columbia"


def leverage() -> Figure:
    """single 열: 지렛점 하나가 있을 때와 뺐을 때의 세 직선."""
    x, y, dc = crime("single")
    ends = np.array([20.0, 50.0])
    panels = []
    for title, keep in (("워싱턴 D.C. 포함", np.full(len(x), True)), ("워싱턴 D.C. 제외", ~dc)):
        axes = panel(title=title, xlabel="한부모 가정 비율 single (%)", ylabel="살인율 (10만 명당)", height=3.6)
        axes.plot(x[~dc], y[~dc], "o", color=style.GREY, ms=4)
        axes.plot(x[dc], y[dc], "*", color=style.INK, ms=12 if keep[dc] else 0)
        for name, line in lines(x[keep], y[keep]).items():
            axes.plot(ends, line[0] + line[1] * ends, label=name)
        axes.set_ylim(-1, 26)
        axes.legend(loc="upper left")
        panels.append(axes)
    return figure(
        *panels,
        alt="가로축은 한부모 가정 비율, 세로축은 살인율. 왼쪽 워싱턴 D.C.를 넣은 그림에서 별표 하나가 "
        "오른쪽 위에 떨어져 있고 세 직선 모두 그쪽으로 기운다. 오른쪽 뺀 그림에서는 세 직선 모두 완만하다.",
    )


def lines(x: Array, y: Array, delta: float = 1.0) -> dict[str, Array]:
    """Coefficients of the three losses."""
    return {
        "MSE": mse_fit(x, y), "L1": l1_fit(x, y), f"후버, δ = {delta:g}": huber_fit(x, y, delta),
    }  # fmt: skip


SHARES = (0.0, 0.05, 0.1, 0.2)
FITS = {
    "MSE": mse_fit,
    "L1": l1_fit,
    "후버, δ = 50": lambda x, y: huber_fit(x, y, 50.0),
    "후버, δ = 500": lambda x, y: huber_fit(x, y, 500.0),
}


@cache
def contamination_run(splits: int = 20) -> Array:
    """Test MAE on the diabetes data: (split, share of targets times ten, fit)."""
    from sklearn.datasets import load_diabetes
    from sklearn.model_selection import train_test_split

    data = load_diabetes()
    errors = np.empty((splits, len(SHARES), len(FITS)))
    for seed in range(splits):
        x, x_test, y, y_test = train_test_split(
            data.data, data.target, test_size=0.3, random_state=seed
        )
        for row, share in enumerate(SHARES):
            spoiled = y.copy()
            spoiled[: round(share * len(y))] *= 10
            for column, fit in enumerate(FITS.values()):
                prediction = design(x_test) @ fit(x, spoiled)
                errors[seed, row, column] = np.abs(prediction - y_test).mean()
    return errors


def contamination() -> Figure:
    """더러워진 훈련 목표의 비율과 깨끗한 시험 자료의 MAE."""
    errors = contamination_run()
    percent = 100 * np.array(SHARES)
    axes = panel(
        title="당뇨 자료: 오염과 예측 오차", xlabel="10배로 잘못 적힌 훈련 목표 (%)",
        ylabel="시험 MAE (로그 눈금, 20번 나눈 평균과 범위)", wide=True,
    )  # fmt: skip
    for column, name in enumerate(FITS):
        mean = errors[:, :, column].mean(0)
        line = axes.plot(percent, mean, "o", label=name, ls=style.LINES[column])[0]
        low, high = errors[:, :, column].min(0), errors[:, :, column].max(0)
        axes.fill_between(percent, low, high, color=line.get_color(), alpha=0.12, lw=0)
    axes.set_yscale("log")
    axes.set_yticks([40, 60, 100, 200, 300])
    axes.legend(loc="upper left")
    return figure(
        axes,
        alt="가로축은 10배로 잘못 적힌 훈련 목표의 비율, 세로축은 깨끗한 시험 자료의 평균 절대 오차. "
        "MSE는 비율이 늘수록 가파르게 오르고 δ = 500인 후버도 따라 오른다. L1과 δ = 50인 후버는 거의 평평하다.",
    )
