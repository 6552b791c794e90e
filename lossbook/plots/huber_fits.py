"""후버 손실 장이 쓰는 회귀와 계산: 그림 없이 숫자만."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from scipy.optimize import brentq, minimize
from scipy.stats import norm

from lossbook import huber_loss, huber_loss_grad
from lossbook.data import load_statecrime

Array = np.ndarray[Any, np.dtype[Any]]

DELAYS = np.array([0.0, 1.0, 2.0, 4.0, 13.0])
"""Five deliveries, minutes late: the chapter's example of a location."""
LINE_X = np.arange(1.0, 11.0)
LINE_Y = 2 + 0.5 * LINE_X + np.array([0.3, -0.4, 0.1, 0.5, -0.2, -0.5, 0.4, 0.2, -0.1, -0.3])
DRAGGED = 8
LIFTS = np.arange(0, 20.5, 0.5)
PLACES = np.arange(9.0, 41.0)

SHARES = (0.0, 0.05, 0.1, 0.2)

Z = np.linspace(-60, 60, 24001)


def huber(error: Array, delta: float) -> Array:
    """Huber loss of each error."""
    return np.asarray(huber_loss(error, np.zeros_like(error), "none", delta=delta))


def pull(error: Array, delta: float) -> Array:
    """Derivative of the Huber loss at each error."""
    return np.asarray(huber_loss_grad(error, np.zeros_like(error), "none", delta=delta))


def pseudo(error: Array, delta: float) -> Array:
    """Pseudo-Huber loss, which is smooth everywhere."""
    return np.asarray(delta**2 * (np.sqrt(1 + (error / delta) ** 2) - 1))


def pseudo_pull(error: Array, delta: float) -> Array:
    """Derivative of the pseudo-Huber loss."""
    return np.asarray(error / np.sqrt(1 + (error / delta) ** 2))


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
    basis, to_basis = np.linalg.qr(columns)

    def loss(weights: Array) -> float:
        return float(huber_loss(basis @ weights, y, "sum", delta)) / delta

    def gradient(weights: Array) -> Array:
        pull = huber_loss_grad(basis @ weights, y, "sum", delta)
        return np.asarray(basis.T @ pull / delta)

    start, options = basis.T @ y, {"gtol": 1e-7}
    found = minimize(loss, start, jac=gradient, method="BFGS", options=options)
    return np.asarray(np.linalg.solve(to_basis, found.x))


def mad_delta(features: Array, y: Array) -> float:
    """정규분포에서 효율이 95 %인 δ: 1.345 × MAD / 0.6745. 잔차는 `l1_fit`의 것입니다."""
    residual = y - design(features) @ l1_fit(features, y)
    deviation = np.median(np.abs(residual - np.median(residual)))
    return float(1.345 * deviation / 0.6745)


def huber_location(numbers: Array, delta: float) -> float:
    """The number whose pulls from all data cancel."""

    def total(center: float) -> float:
        return float(huber_loss_grad(np.full_like(numbers, center), numbers, "sum", delta).sum())

    return float(brentq(total, numbers.min(), numbers.max(), xtol=1e-13))


def lines(x: Array, y: Array, delta: float = 1.0) -> dict[str, Array]:
    """Coefficients of the three losses."""
    return {
        "MSE": mse_fit(x, y), "L1": l1_fit(x, y), f"후버, δ = {delta:g}": huber_fit(x, y, delta),
    }  # fmt: skip


def lifted(lift: float) -> Array:
    """The ten points' y with one of them moved up."""
    return np.asarray(np.where(np.arange(len(LINE_Y)) == DRAGGED, LINE_Y + lift, LINE_Y))


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
        "square": [sample.mean() - numbers.mean() for sample in samples],
        "absolute": [np.median(sample) - np.median(numbers) for sample in samples],
        "huber": [huber_location(sample, delta) for sample in samples],
    }
    return arrivals, {name: (count + 1) * np.array(shift) for name, shift in shifts.items()}


def asymptotic_variance(k: float, share: float = 0.0, scale: float = 3.0) -> float:
    """Variance times n of Huber's location estimator.

    The errors are standard normal, but a `share` of them has the standard deviation `scale`.
    """
    density = (1 - share) * norm.pdf(Z) + share * norm.pdf(Z, scale=scale)
    inside = (1 - share) * (2 * norm.cdf(k) - 1) + share * (2 * norm.cdf(k / scale) - 1)
    return float(np.trapezoid(pull(Z, k) ** 2 * density, Z) / inside**2)


def contamination_of(k: float) -> float:
    """The share ε of contamination for which Huber's k is minimax."""
    return float(1 - 1 / (2 * norm.cdf(k) - 1 + 2 * norm.pdf(k) / k))


@cache
def crime(column: str) -> tuple[Array, Array, Array]:
    """One column, the murder rate, and which row is Washington D.C."""
    data = load_statecrime()
    return data[column], data["murder"], data["state"] == "District of Columbia"


FITS: dict[str, Callable[[Array, Array], Array]] = {
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
