"""포아송 음의 로그 가능도 장이 쓰는 확률, 회귀, 실제 자료의 계산: 그림 없이 숫자만."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from scipy.special import gammaln, xlogy

from lossbook import poisson_nll_loss, poisson_nll_loss_grad
from lossbook.data import load_randhie

Array = np.ndarray[Any, np.dtype[Any]]

RAIN = np.array([0.0, 1.0, 2.0, 2.0, 5.0])
SUN = np.array([4.0, 5.0, 6.0, 6.0, 9.0])
"""Guests of a café in five rainy and five sunny hours; the means are 2 and 6."""
GUESTS = np.concatenate([RAIN, SUN])
SUNNY = np.repeat([0.0, 1.0], 5)

SEEDS = 10
TRAINED_ON = 14133
COLUMNS = (
    "절편",
    "ln(1 + 본인 부담률)",
    "만성 질환 지표 / 10",
    "건강: 좋음",
    "건강: 보통",
    "건강: 나쁨",
)
MODELS = ("상수", "로그 뒤 MSE", "MSE", "포아송", "로그 강도를 강도로 읽음")
KINDS = ("바르게", "강도를 log_input=True에", "로그 강도를 log_input=False에")


def probability(count: Any, rate: float) -> Array:
    """강도가 λ인 포아송 분포에서 y가 나올 확률: 손실에 log y!을 더하고 부호를 바꾼 지수."""
    y = np.asarray(count, dtype=float)
    loss = poisson_nll_loss(np.full_like(y, np.log(rate)), y, reduction="none")
    return np.asarray(np.exp(-loss - gammaln(y + 1)))


def deviance(rate: Any, count: Any) -> Array:
    """포아송 편차: 손실에서 그 개수의 가장 작은 손실을 뺀 것의 두 배."""
    rate, y = np.broadcast_arrays(np.asarray(rate, dtype=float), np.asarray(count, dtype=float))
    loss = poisson_nll_loss(rate, y, log_input=False, eps=0.0, reduction="none")
    return np.asarray(2 * (loss - (y - xlogy(y, y))))


def poisson_fit(features: Array, y: Array, weight: Array | None = None) -> Array:
    """포아송 회귀의 회귀 계수. 뉴턴 방법으로 기울기의 합이 0인 곳을 찾습니다."""
    weight = np.ones(len(y)) if weight is None else weight
    beta = np.zeros(features.shape[1])
    beta[0] = np.log(np.average(y, weights=weight))  # 절편은 전체 평균에서 출발
    for _ in range(50):
        x = features @ beta
        slope = features.T @ (weight * poisson_nll_loss_grad(x, y, reduction="sum"))
        curvature = (features.T * (weight * np.exp(x))) @ features
        step = np.linalg.solve(curvature, slope)
        beta = beta - step
        if np.abs(step).max() < 1e-10:
            break
    return beta


# --- the café


@cache
def training(kind: str, steps: int = 1500, rate: float = 0.1) -> tuple[Array, Array]:
    """카페 열 시간으로 절편과 기울기를 배웁니다. 손실의 기록과 두 예보(비, 맑음)의 기록."""
    sunny, guests = torch.tensor(SUNNY), torch.tensor(GUESTS)
    weights = torch.tensor([1.0, 0.0], dtype=torch.float64, requires_grad=True)
    losses, forecasts = [], []
    for _ in range(steps):
        output = weights[0] + weights[1] * sunny
        if kind == "바르게":
            guess, loss = output.exp(), F.poisson_nll_loss(output, guests)
        elif kind == "강도를 log_input=True에":
            guess = F.softplus(output)
            loss = F.poisson_nll_loss(guess, guests)
        else:
            guess, loss = output.exp(), F.poisson_nll_loss(output, guests, log_input=False)
        losses.append(loss.item())
        forecasts.append(guess.detach().numpy()[[0, -1]])
        slope = torch.autograd.grad(loss, weights)[0]
        weights = (weights - rate * slope).detach().requires_grad_()
    return np.array(losses), np.array(forecasts)


def true_sample(mean: float, size: int = 30) -> Array:
    """A Poisson sample that grows smoothly with the mean: the quantiles at fixed levels."""
    from scipy.stats import poisson

    return np.asarray(poisson.ppf((np.arange(size) + 0.5) / size, mean), dtype=float)


# --- doctor visits


@cache
def visits() -> tuple[Array, Array]:
    """Design matrix with an intercept, and the visits of one person in one year."""
    data = load_randhie()
    health = data["health"][:, None] == np.array([1, 2, 3])
    columns = np.column_stack([
        np.ones(len(health)), np.log1p(data["coinsurance"]), data["disease"] / 10, health,
    ])  # fmt: skip
    return columns, data["visits"]


@cache
def split_run() -> tuple[Array, Array]:
    """열 번 나눈 시험 자료의 예보와 실제. 모양은 (씨앗, 모델, 시험 수)와 (씨앗, 시험 수)입니다."""
    features, y = visits()
    forecasts, actual = [], []
    for seed in range(SEEDS):
        order = np.random.default_rng(seed).permutation(len(y))
        fit, test = order[:TRAINED_ON], order[TRAINED_ON:]
        square = np.linalg.lstsq(features[fit], y[fit], rcond=None)[0]
        logs = np.linalg.lstsq(features[fit], np.log1p(y[fit]), rcond=None)[0]
        x = features[test] @ poisson_fit(features[fit], y[fit])
        forecasts.append([
            np.full(len(test), y[fit].mean()), np.expm1(features[test] @ logs),
            features[test] @ square, np.exp(x), x,
        ])  # fmt: skip
        actual.append(y[test])
    return np.array(forecasts), np.array(actual)


def scores() -> tuple[Array, Array]:
    """Test deviance and total ratio (forecast / actual) of each seed and model."""
    forecasts, actual = split_run()
    deviances = deviance(forecasts, np.repeat(actual[:, None], len(MODELS), axis=1)).mean(axis=2)
    return deviances, forecasts.sum(axis=2) / actual.sum(axis=1)[:, None]


def calibration(model: str, bins: int = 10) -> tuple[Array, Array]:
    """예보의 크기로 나눈 열 묶음마다 평균 예보와 평균 실제. 열 번의 시험 자료를 모았습니다."""
    forecasts, actual = split_run()
    guess, seen = forecasts[:, MODELS.index(model)].ravel(), actual.ravel()
    parts = np.array_split(np.argsort(guess, kind="stable"), bins)
    return (
        np.array([guess[part].mean() for part in parts]),
        np.array([seen[part].mean() for part in parts]),
    )


def shares(most: int = 15) -> tuple[Array, Array]:
    """Share of each number of visits: seen, and what the Poisson model says on average."""
    features, y = visits()
    rate = np.exp(features @ poisson_fit(features, y))
    counts = np.arange(most + 1)
    groups, members = np.unique(rate, return_counts=True)
    said = [np.average([probability(k, r) for r in groups], weights=members) for k in counts]
    return np.array([(y == k).mean() for k in counts]), np.array(said)


def standard_errors(draws: int = 100) -> tuple[Array, Array, float]:
    """회귀 계수의 표준 오차: 포아송이 말하는 것, 다시 뽑아 잰 것, 그리고 과산포 φ."""
    features, y = visits()
    rows, back = np.unique(np.column_stack([features, y]), axis=0, return_inverse=True)
    times = np.bincount(back.ravel())
    table, counts = rows[:, :-1], rows[:, -1]
    beta = poisson_fit(table, counts, times)
    rate = np.exp(table @ beta)
    claimed = np.sqrt(np.diag(np.linalg.inv((table.T * (times * rate)) @ table)))
    random = np.random.default_rng(0)
    again = [
        poisson_fit(table, counts, random.multinomial(len(y), times / len(y))) for _ in range(draws)
    ]
    dispersion = np.sum(times * (counts - rate) ** 2 / rate) / (len(y) - len(beta))
    return claimed, np.std(again, axis=0), float(dispersion)
