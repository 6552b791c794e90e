"""MAPE 장이 쓰는 계산: 손실마다의 가장 좋은 수 하나와, 실제 자료에서 맞춘 모델."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from lossbook import l1_loss, mape, mape_grad
from lossbook.data import load_strikes

Array = np.ndarray[Any, np.dtype[Any]]

SALES = np.array([40.0, 60.0, 80.0, 120.0, 200.0])
"""Five days of a bakery: how many rolls could have been sold. The chapter's story."""


def weighted_median(values: Array, weights: Array) -> float:
    """가중 중앙값: 작은 값부터 가중치를 더해 처음으로 절반에 이르는 값."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])


def mape_constant(y: Array) -> float:
    """MAPE가 가장 작은 수 하나: 1/|y|로 가중한 중앙값."""
    return weighted_median(y, 1 / np.abs(y))


BEST: dict[str, Callable[[Array], float]] = {
    "MSE": lambda y: float(np.mean(y)),
    "MAE": lambda y: float(np.median(y)),
    "MSLE": lambda y: float(np.expm1(np.mean(np.log1p(y)))),
    "MAPE": mape_constant,
}
"""The best constant of each loss."""


def scores(constants: Array, y: Array) -> Array:
    """MAPE of each constant prediction."""
    return np.array([mape(np.full_like(y, c), y) for c in constants])


def pulls(constants: Array, y: Array) -> Array:
    """Derivative of the MAPE of each constant prediction."""
    return np.array([mape_grad(np.full_like(y, c), y).sum() for c in constants])


def slow(lowest: float) -> Array:
    """The five days when the slowest of them sells `lowest` rolls."""
    return np.concatenate([[lowest], SALES[1:]])


def lognormal_points(sigma: float, median: float = 100.0) -> dict[str, float]:
    """Best constants for a log-normal demand."""
    return {
        "MSE": median * float(np.exp(sigma**2 / 2)),
        "MAE": median,
        "MAPE": median * float(np.exp(-(sigma**2))),
    }


@cache
def durations() -> Array:
    """Days that each strike lasted."""
    return load_strikes()["duration"]


@cache
def split_run(splits: int = 200, train: int = 42) -> Array:
    """파업 자료를 나누어 수 하나를 고르고 나머지에서 채점합니다.

    모양은 (나누기, 손실 넷, 넷): 고른 수, 시험 MAPE, 시험 MAE, 예측의 합 / 실제의 합.
    """
    y = durations()
    out = np.empty((splits, len(BEST), 4))
    for seed in range(splits):
        order = np.random.default_rng(seed).permutation(len(y))
        known, new = y[order[:train]], y[order[train:]]
        for row, best in enumerate(BEST.values()):
            guess = np.full_like(new, best(known))
            out[seed, row] = (
                guess[0], mape(guess, new), l1_loss(guess, new), guess.sum() / new.sum()
            )  # fmt: skip
    return out


LINEAR = ("MSE", "MAE", "MAPE")


@cache
def diabetes_run(splits: int = 20) -> Array:
    """당뇨 자료의 선형 회귀를 세 손실로 맞춥니다.

    모양은 (나누기, 손실 셋, 셋): 시험 MAPE, 시험 MAE, 예측의 합 / 실제의 합.
    MAPE 회귀는 1/y로 가중한 L1 회귀이므로 선형 계획법으로 정확히 풉니다.
    """
    from sklearn.datasets import load_diabetes
    from sklearn.linear_model import LinearRegression, QuantileRegressor
    from sklearn.model_selection import train_test_split

    data = load_diabetes()
    out = np.empty((splits, len(LINEAR), 3))
    for seed in range(splits):
        u, u_new, y, y_new = train_test_split(
            data.data, data.target, test_size=0.3, random_state=seed
        )
        median = {"quantile": 0.5, "alpha": 0, "solver": "highs"}
        models = (
            LinearRegression().fit(u, y),
            QuantileRegressor(**median).fit(u, y),
            QuantileRegressor(**median).fit(u, y, sample_weight=1 / y),
        )
        for row, model in enumerate(models):
            guess = model.predict(u_new)
            out[seed, row] = mape(guess, y_new), l1_loss(guess, y_new), guess.sum() / y_new.sum()
    return out
