"""소프트 마진 장의 계산: 유방암 자료의 선형 분류기, 0과 1로 잘못 적은 레이블, 갈라지는 자료."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from scipy.optimize import minimize
from sklearn.datasets import load_breast_cancer

from lossbook import (
    multi_margin_loss,
    multi_margin_loss_grad,
    soft_margin_loss,
    soft_margin_loss_grad,
)
from lossbook.plots.binary_cross_entropy_with_logits_fits import design
from lossbook.plots.links import sigmoid

Array = np.ndarray[Any, np.dtype[Any]]

SEEDS = range(5)
DECAY = 0.01
LOSSES = {"소프트 마진": "soft", "힌지": "hinge", "제곱 힌지": "squared"}


def hinge(x: Array, y: Array, p: int = 1) -> Array:
    """Hinge loss of ±1 labels: twice the multi-class hinge of the scores (0, x)."""
    return np.asarray(2 * multi_margin_loss(*_two_scores(x, y), p=p, reduction="none"))


def hinge_grad(x: Array, y: Array, p: int = 1) -> Array:
    """The slope of the sum of `hinge` along x."""
    return np.asarray(2 * multi_margin_loss_grad(*_two_scores(x, y), p=p, reduction="sum")[:, 1])


def _two_scores(x: Array, y: Array) -> tuple[Array, Array]:
    return np.column_stack([np.zeros(x.size), np.ravel(x)]), (np.ravel(y) > 0).astype(np.int64)


def loss_and_slope(kind: str, x: Array, y: Array) -> tuple[float, Array]:
    """Mean loss and its slope along the scores."""
    if kind == "soft":
        return soft_margin_loss(x, y), soft_margin_loss_grad(x, y)
    p = 2 if kind == "squared" else 1
    return float(hinge(x, y, p).mean()), hinge_grad(x, y, p) / x.size


@cache
def tumours(seed: int) -> tuple[Array, Array, Array, Array]:
    """유방암 자료를 반으로 나눕니다: 표준화한 특징과 레이블(악성 1, 양성 종양 -1)."""
    data = load_breast_cancer()
    y = np.where(data.target == 0, 1.0, -1.0)
    order = np.random.default_rng(seed).permutation(len(y))
    train, test = order[::2], order[1::2]
    mean, spread = data.data[train].mean(axis=0), data.data[train].std(axis=0)
    u = (data.data - mean) / spread
    return u[train], y[train], u[test], y[test]


def fitted(kind: str, u: Array, y: Array, decay: float = DECAY) -> Array:
    """선형 분류기의 절편과 계수. decay는 계수의 제곱의 합에 곱하는 규제입니다."""
    columns = design(u)
    penalty = decay * np.r_[0.0, np.ones(columns.shape[1] - 1)]

    def objective(theta: Array) -> tuple[float, Array]:
        value, slope = loss_and_slope(kind, columns @ theta, y)
        return value + penalty @ theta**2, columns.T @ slope + 2 * penalty * theta

    start = np.zeros(columns.shape[1])
    return np.asarray(minimize(objective, start, jac=True, method="L-BFGS-B").x)


@cache
def classifier(name: str, seed: int) -> Array:
    """Coefficients of the training half under one of `LOSSES`."""
    u, y, *_ = tumours(seed)
    return fitted(LOSSES[name], u, y)


def margins(name: str, seed: int) -> Array:
    """Margins y·x of the training half."""
    u, y, *_ = tumours(seed)
    return np.asarray(y * (design(u) @ classifier(name, seed)))


def accuracy(name: str, seed: int) -> float:
    """Share of the test half on the right side."""
    *_, u, y = tumours(seed)
    return float(np.mean(y * (design(u) @ classifier(name, seed)) > 0))


def descent(
    slope: Callable[[Array, Array], Array], u: Array, y: Array, steps: int = 2000, rate: float = 0.3
) -> Array:
    """경사 하강법의 계수 기록, 모양 (steps + 1, 특징의 수 + 1)."""
    columns, theta = design(u), np.zeros(u.shape[1] + 1)
    path = [theta]
    for _ in range(steps):
        theta = theta - rate * columns.T @ slope(columns @ theta, y)
        path.append(theta)
    return np.array(path)


@cache
def label_bug(seed: int) -> dict[str, dict[str, Array]]:
    """레이블을 -1과 1, 0과 1로 적고 훈련한 기록: 훈련 손실, 시험 정확도, 찾아낸 양성 종양."""
    u, y, u_test, y_test = tumours(seed)
    benign = y_test == -1
    record = {}
    for name, labels in (("-1과 1", y), ("0과 1", (y + 1) / 2)):
        path = descent(_silent_grad, u, labels)
        called = design(u_test) @ path.T < 0
        scores = design(u) @ path.T
        record[name] = {
            "loss": np.array([_silent_loss(x, labels) for x in scores.T]),
            "accuracy": (called == benign[:, np.newaxis]).mean(axis=0),
            "benign": called[benign].mean(axis=0),
        }
    return record


def _silent_loss(x: Array, y: Array) -> float:
    """The loss without the warning of labels that are neither 1 nor -1: y·x may be any number."""
    return float(soft_margin_loss(y * x, np.ones_like(x)))


def _silent_grad(x: Array, y: Array) -> Array:
    return np.asarray(y * soft_margin_loss_grad(y * x, np.ones_like(x)))


@cache
def probability_bug(seed: int) -> dict[str, Array]:
    """시그모이드를 거친 확률을 점수 자리에 넣고 훈련한 기록."""
    u, y, u_test, y_test = tumours(seed)

    def slope(z: Array, y: Array) -> Array:
        s = sigmoid(z)
        return np.asarray(soft_margin_loss_grad(s, y) * s * (1 - s))

    path = descent(slope, u, y)
    right = (design(u_test) @ path.T > 0) == (y_test > 0)[:, np.newaxis]
    return {
        "loss": np.array([soft_margin_loss(sigmoid(z), y) for z in (design(u) @ path.T).T]),
        "sign": right.mean(axis=0),
    }


def separated(steps: int = 10_000) -> Array:
    """완전히 갈라지는 점 여섯 개에서 경사 하강법을 오래 돌린 계수의 기록, 모양 (steps + 1, 2)."""
    u, y = np.array([[-2.0], [-1.0], [-0.5], [1.5], [2.0], [3.0]]), np.array([-1, -1, -1, 1, 1, 1.0])

    def slope(x: Array, y: Array) -> Array:
        return np.asarray(soft_margin_loss_grad(x, y))

    return descent(slope, u, y, steps, rate=1.0)
