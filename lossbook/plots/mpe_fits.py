"""평균 백분율 오차 장이 쓰는 자료와 회귀: 그림 없이 숫자만."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from scipy.optimize import minimize

from lossbook import mape, mpe, mpe_grad, msle, msle_grad
from lossbook.data import load_engel

Array = np.ndarray[Any, np.dtype[Any]]

MEALS = np.array([200.0, 250.0, 100.0, 50.0])
"""Four days of a school kitchen: meals eaten."""
COOKS = {
    "보람": np.array([220.0, 275.0, 110.0, 55.0]),
    "다온": np.array([220.0, 225.0, 110.0, 45.0]),
}
"""What two cooks prepared on these days."""
THREE_MEALS = np.array([100.0, 200.0, 50.0])
HARAM = np.array([110.0, 180.0, 50.0])
"""Three days of the third cook: the chapter's worked example."""

STEPS = 100
RATE = 100.0


def terms(forecast: Array, actual: Array) -> Array:
    """Signed percentage error of each forecast."""
    return np.asarray(mpe(forecast, actual, reduction="none"))


def engel() -> tuple[Array, Array]:
    """가구 235곳의 소득(1000프랑)과 식비(프랑)."""
    data = load_engel()
    return data["income"] / 1000, data["foodexp"]


def design(u: Array) -> Array:
    """A column of ones beside the feature."""
    return np.column_stack([np.ones(len(u)), u])


def mse_fit(u: Array, y: Array) -> Array:
    """평균 제곱 오차로 맞춘 절편과 회귀 계수."""
    return np.linalg.lstsq(design(u), y, rcond=None)[0]


def mae_fit(u: Array, y: Array, weight: Array | None = None) -> Array:
    """(가중) 평균 절대 오차로 맞춘 절편과 회귀 계수. 선형 계획법의 정확한 답입니다."""
    from sklearn.linear_model import QuantileRegressor

    model = QuantileRegressor(quantile=0.5, alpha=0, solver="highs")
    model.fit(u[:, None], y, sample_weight=weight)
    return np.array([model.intercept_, model.coef_[0]])


def mape_fit(u: Array, y: Array) -> Array:
    """MAPE로 맞춘 절편과 회귀 계수: 가중치가 1/|y|인 평균 절대 오차와 같은 문제입니다."""
    return mae_fit(u, y, 1 / np.abs(y))


def msle_fit(u: Array, y: Array) -> Array:
    """MSLE로 맞춘 절편과 회귀 계수. MSE의 답에서 출발합니다."""
    columns = design(u)

    def loss(weights: Array) -> float:
        return float(msle(columns @ weights, y))

    def gradient(weights: Array) -> Array:
        return np.asarray(columns.T @ msle_grad(columns @ weights, y))

    start = mse_fit(u, y)
    return np.asarray(minimize(loss, start, jac=gradient, method="BFGS", options={"gtol": 1e-10}).x)


FITS: dict[str, Callable[[Array, Array], Array]] = {
    "MSE": mse_fit, "MAE": mae_fit, "MSLE": msle_fit, "MAPE": mape_fit,
}  # fmt: skip


@cache
def splits(count: int = 30) -> Array:
    """MPE and MAPE on held-out households: (split, fit, which of the two)."""
    from sklearn.model_selection import train_test_split

    u, y = engel()
    scores = np.empty((count, len(FITS), 2))
    for seed in range(count):
        u_train, u_test, y_train, y_test = train_test_split(u, y, test_size=0.3, random_state=seed)
        for column, fit in enumerate(FITS.values()):
            forecast = design(u_test) @ fit(u_train, y_train)
            scores[seed, column] = mpe(forecast, y_test), mape(forecast, y_test)
    return scores


@cache
def descent(steps: int = STEPS, rate: float = RATE) -> Array:
    """Intercept and slope at each step of gradient descent on MPE, from the MSE fit."""
    u, y = engel()
    columns = design(u)
    weights = [mse_fit(u, y)]
    for _ in range(steps):
        gradient = columns.T @ mpe_grad(columns @ weights[-1], y)
        weights.append(weights[-1] - rate * gradient)
    return np.array(weights)


def harmonic_mean(y: Array) -> float:
    """The constant forecast whose MPE is 0."""
    return float(len(y) / np.sum(1 / y))


def mape_constant(y: Array) -> float:
    """The constant forecast with the least MAPE: one of the data."""
    scores = [mape(np.full_like(y, candidate), y) for candidate in y]
    return float(y[int(np.argmin(scores))])
