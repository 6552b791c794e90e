"""평균 제곱 로그 오차 장이 쓰는 최적 상수, 경사 하강, 실제 자료의 계산: 그림 없이 숫자만."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from lossbook import l1_loss, msle, msle_grad, rmse
from lossbook.data import load_randhie

Array = np.ndarray[Any, np.dtype[Any]]

VIEWS = np.array([0.0, 1.0, 3.0, 7.0, 511.0])
"""Views of five videos on their first day: 1 + views are powers of two."""
SEEDS = 20
GOAL = 100.0
METHODS = ("MSE: 평균", "MAE: 중앙값", "MSLE", "MSLE + 보정")


def log_mean(y: Array) -> float:
    """평균 제곱 로그 오차가 가장 작아지는 상수: ln(1 + y)의 평균을 되돌린 값."""
    return float(np.expm1(np.mean(np.log1p(y))))


def smearing(forecast: Array, y: Array) -> float:
    """번짐 보정(smearing)의 배수: (1 + 실제) / (1 + 예측)의 평균."""
    return float(np.mean((1 + y) / (1 + forecast)))


def descend(start: float, rate: float, steps: int) -> Array:
    """예측 x를 직접 움직이는 경사 하강. 실제값은 100입니다."""
    path = [start]
    for _ in range(steps):
        path.append(path[-1] - rate * float(msle_grad(path[-1], GOAL)))
    return np.array(path)


def descend_in_log(start: float, rate: float, steps: int) -> Array:
    """z = ln(1 + x)를 움직이는 경사 하강. 연쇄 법칙에서 기울기에 1 + x가 곱해집니다."""
    z = [float(np.log1p(start))]
    for _ in range(steps):
        x = float(np.expm1(z[-1]))
        z.append(z[-1] - rate * float(msle_grad(x, GOAL)) * (1 + x))
    return np.expm1(z)


def groups() -> tuple[Array, Array]:
    """Visits and the number of the group: coinsurance × health × disease index in three parts."""
    data = load_randhie()
    keys = [data["coinsurance"], data["health"], np.digitize(data["disease"], (9, 13))]
    group = np.unique(np.column_stack(keys), axis=0, return_inverse=True)[1]
    return data["visits"], group.reshape(-1)


def split(count: int, seed: int) -> tuple[Array, Array]:
    """Rows for fitting (70 %) and for testing."""
    order = np.random.default_rng(seed).permutation(count)
    return order[: round(0.7 * count)], order[round(0.7 * count) :]


def group_forecasts(y: Array, group: Array, fit: Array) -> Array:
    """묶음마다 훈련 자료의 최적 상수를 예보합니다. 모양은 (방법 4개, 자료의 수)입니다."""
    forecast = np.empty((len(METHODS), len(y)))
    for number in np.unique(group):
        inside = fit[group[fit] == number]
        known = y[inside if len(inside) else fit]
        best = np.mean(known), np.median(known), log_mean(known)
        forecast[:3, group == number] = np.array(best)[:, None]
    factor = smearing(forecast[2, fit], y[fit])
    forecast[3] = (1 + forecast[2]) * factor - 1
    return forecast


@cache
def visit_run() -> Array:
    """20번 나눈 시험 점수. 모양은 (씨앗, 방법, [총합의 비, RMSE, MAE, MSLE])입니다."""
    y, group = groups()
    scores = np.empty((SEEDS, len(METHODS), 4))
    for seed in range(SEEDS):
        fit, test = split(len(y), seed)
        for row, x in enumerate(group_forecasts(y, group, fit)[:, test]):
            goal = y[test]
            ratio = x.sum() / goal.sum()
            scores[seed, row] = ratio, rmse(x, goal), l1_loss(x, goal), msle(x, goal)
    return scores
