"""회귀 손실 고르기 장이 쓰는 자료와 최적 예보의 계산: 그림 없이 숫자만."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numpy as np

from lossbook import huber_loss, l1_loss, mape, mpe, mse_loss, msle, rmse, smooth_l1_loss
from lossbook.data import load_randhie

Array = np.ndarray[Any, np.dtype[Any]]
Loss = Callable[[Array, Array], Any]

BORDER = 2.0
"""δ of Huber and β of Smooth L1: 1.345 · MAD / 0.6745 of the visits, rounded."""
LOSSES: dict[str, Loss] = {
    "L1": l1_loss,
    "MSE": mse_loss,
    "스무스 L1": partial(smooth_l1_loss, beta=BORDER),
    "후버": partial(huber_loss, delta=BORDER),
    "RMSE": rmse,
    "MSLE": msle,
    "MAPE": mape,
    "MPE": mpe,
}
MODELS = ("MSE", "후버", "MSLE", "L1", "MAPE")
"""One of each pair that forecasts the same: RMSE as MSE, Smooth L1 as Huber."""
SEEDS = 20
MOST_VISITS = 77.0
GOLDEN = (5**0.5 - 1) / 2


@cache
def visits() -> Array:
    """Doctor visits of 20190 person-years."""
    return load_randhie()["visits"]


def known(name: str, y: Array) -> Array:
    """이 손실을 계산할 수 있는 실제값: 백분율 손실에서는 0인 것을 뺍니다."""
    return y[y != 0] if name in ("MAPE", "MPE") else y


def best_constant(loss: Loss, y: Array) -> float:
    """손실이 가장 작은 상수를 황금 분할 탐색으로 찾습니다."""

    def height(constant: float) -> float:
        return float(loss(np.full(y.size, constant), y))

    low, high = 0.0, MOST_VISITS
    left, right = high - GOLDEN * high, GOLDEN * high
    at_left, at_right = height(left), height(right)
    while high - low > 1e-6:
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = height(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = height(right)
    return (low + high) / 2


@cache
def constants() -> dict[str, float]:
    """The best constant of every loss for all person-years."""
    return {name: best_constant(loss, known(name, visits())) for name, loss in LOSSES.items()}


# --- a model: one constant for each group of people


@cache
def groups() -> tuple[Array, Array]:
    """사람을 24가지로 묶습니다: 건강 × 만성 질환 지표의 세 구간 × 본인 부담이 있는지."""
    data = load_randhie()
    keys = [data["health"], np.digitize(data["disease"], (9, 13)), data["coinsurance"] > 0]
    found, group = np.unique(np.column_stack(keys), axis=0, return_inverse=True)
    return found, group.reshape(-1)


def fit(name: str, y: Array, group: Array) -> Array:
    """묶음마다 그 손실의 최적 상수. 계산할 값이 없는 묶음은 전체의 최적 상수입니다."""
    loss, everybody = LOSSES[name], known(name, y)
    members = [known(name, y[group == number]) for number in range(len(groups()[0]))]
    return np.array([best_constant(loss, m if m.size else everybody) for m in members])


def split(seed: int) -> tuple[Array, Array]:
    """Rows for fitting (70 %) and for testing."""
    order = np.random.default_rng(seed).permutation(visits().size)
    cut = round(0.7 * order.size)
    return order[:cut], order[cut:]


def scores(forecast: Array, y: Array) -> list[float]:
    """MODELS의 손실마다의 점수, 예보의 합 / 실제의 합, MPE. 백분율 둘은 y > 0에서만 잽니다."""
    some = y != 0
    rated = [
        LOSSES[name](forecast[some], y[some]) if name == "MAPE" else LOSSES[name](forecast, y)
        for name in MODELS
    ]
    return [float(v) for v in (*rated, forecast.sum() / y.sum(), mpe(forecast[some], y[some]))]


@cache
def runs(rows: int | None = None) -> Array:
    """Test scores of shape (seed, model, score), fitted on that many rows (all by default)."""
    y, group = visits(), groups()[1]
    found = np.empty((SEEDS, len(MODELS), len(MODELS) + 2))
    for seed in range(SEEDS):
        train, test = split(seed)
        train = train[:rows]
        for row, name in enumerate(MODELS):
            forecast = fit(name, y[train], group[train])[group[test]]
            found[seed, row] = scores(forecast, y[test])
    return found


@cache
def spread(rows: int) -> Array:
    """훈련 자료를 바꿀 때 묶음의 상수가 흔들린 폭: 씨앗 사이의 표준편차의 평균(사람마다)."""
    y, group = visits(), groups()[1]
    trains = [split(seed)[0][:rows] for seed in range(SEEDS)]
    found = [[fit(name, y[train], group[train]) for train in trains] for name in MODELS]
    return np.std(found, axis=1)[:, group].mean(-1)


# --- typing errors


def mistyped(share: float, seed: int = 0) -> Array:
    """기록의 일부에 0이 두 개 더 붙은 자료. 잘못된 줄은 씨앗이 고정된 난수로 고릅니다."""
    y = visits().copy()
    order = np.random.default_rng(seed).permutation(y.size)
    y[order[: round(share * y.size)]] *= 100
    return y


@cache
def mistyped_constants() -> tuple[Array, Array]:
    """Shares of mistyped rows, and the best constants of MODELS: shape (share, model)."""
    shares = np.arange(21) / 1000
    rows = [
        [best_constant(LOSSES[name], known(name, mistyped(share))) for name in MODELS]
        for share in shares
    ]
    return shares, np.array(rows)
