"""로짓을 받는 이진 교차 엔트로피 장의 계산: 공장의 부품, 로지스틱 회귀, 훈련 기록, 거친 카메라."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from scipy.optimize import minimize
from sklearn.datasets import load_digits

from lossbook import (
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_grad,
)
from lossbook.plots.links import sigmoid

Array = np.ndarray[Any, np.dtype[Any]]

DEFECTIVE = np.array([1.6, 1.2])
"""Where defective parts lie on average; good parts lie round the origin. The variances are 1."""
WEIGHTS = np.array(
    [0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 4, 5, 7, 10, 14, 19, 25, 30], float
)
"""The values of pos_weight on the slider."""
POS_WEIGHTS = (1.0, 3.0, 10.0, 30.0)
SPLITS = range(5)


def design(u: Array) -> Array:
    """A column of ones for the intercept, then the features."""
    return np.column_stack([np.ones(len(u)), u])


def parts(seed: int = 0, count: int = 2000) -> tuple[Array, Array]:
    """Features (count, 2) and labels of parts of which one in twenty is defective."""
    y = (np.arange(count) < count // 20).astype(float)
    return np.random.default_rng(seed).normal(size=(count, 2)) + y[:, np.newaxis] * DEFECTIVE, y


def logistic(u: Array, y: Array, pos_weight: float = 1.0, decay: float = 0.0) -> Array:
    """로지스틱 회귀의 절편과 계수. decay는 계수의 제곱의 합에 곱하는 규제입니다."""
    columns = design(u)
    penalty = decay * np.r_[0.0, np.ones(columns.shape[1] - 1)]

    def objective(theta: Array) -> tuple[float, Array]:
        x = columns @ theta
        loss = binary_cross_entropy_with_logits(x, y, pos_weight=pos_weight)
        slope = binary_cross_entropy_with_logits_grad(x, y, pos_weight=pos_weight)
        return loss + penalty @ theta**2, columns.T @ slope + 2 * penalty * theta

    start = np.zeros(columns.shape[1])
    found = minimize(objective, start, jac=True, method="BFGS", options={"gtol": 1e-7})
    return np.asarray(found.x)


def recall_precision(called: Array, y: Array) -> tuple[float, float]:
    """Share of the defective parts that are called, and share of the called that are defective."""
    hits = np.sum(called & (y == 1))
    return float(hits / y.sum()), float(hits / max(called.sum(), 1))


@cache
def weighted_fits() -> Array:
    """Coefficients of the parts' logistic regression for each of `WEIGHTS`."""
    u, y = parts()
    return np.array([logistic(u, y, p) for p in WEIGHTS])


def trained(kind: str, seed: int = 0, steps: int = 300) -> dict[str, Array]:
    """경사 하강법의 기록. kind가 'sigmoid'이면 시그모이드를 거친 확률을 로짓 자리에 넣습니다."""
    u, y = parts(seed)
    columns, theta = design(u), np.zeros(3)
    record = []
    for _ in range(steps):
        x = columns @ theta
        s = sigmoid(x)
        given = s if kind == "sigmoid" else x
        slope = binary_cross_entropy_with_logits_grad(given, y)
        if kind == "sigmoid":
            slope = slope * s * (1 - s)  # 연쇄 법칙
        called = s > 0.5
        record.append((
            binary_cross_entropy_with_logits(given, y),
            np.mean(called == y), *recall_precision(called, y),
        ))
        theta = theta - 2 * columns.T @ slope
    names = ("loss", "accuracy", "recall", "precision")
    return {**dict(zip(names, np.array(record).T, strict=True)), "theta": theta}


def coarse_digits(seed: int) -> tuple[Array, Array, Array, Array]:
    """8이면 양성인 손글씨 숫자: 훈련과 시험의 (4×4로 뭉갠 화소, 레이블)."""
    data = load_digits()
    pixels = data.images.reshape(-1, 4, 2, 4, 2).mean(axis=(2, 4)).reshape(-1, 16) / 16
    label = (data.target == 8).astype(float)
    order = np.random.default_rng(seed).permutation(len(label))
    order = order[np.argsort(label[order], kind="stable")]  # 양쪽의 8의 수가 같도록
    train, test = order[::2], order[1::2]
    return pixels[train], label[train], pixels[test], label[test]


@cache
def inspection(seed: int) -> tuple[Array, Array]:
    """Test labels and the test logits (one row for each of `POS_WEIGHTS`) of one split."""
    u, y, u_test, y_test = coarse_digits(seed)
    return y_test, np.array([design(u_test) @ logistic(u, y, p) for p in POS_WEIGHTS])


def pooled() -> tuple[Array, Array]:
    """Labels and logits of all splits, one after the other."""
    labels, logits = zip(*(inspection(seed) for seed in SPLITS), strict=True)
    return np.concatenate(labels), np.concatenate(logits, axis=1)


def reliability(x: Array, y: Array, bins: int = 8) -> tuple[Array, Array]:
    """Mean predicted probability and share of positives in bins of equal size."""
    order = np.argsort(x, kind="stable")
    groups = np.array_split(order, bins)
    p = sigmoid(x)
    return np.array([p[g].mean() for g in groups]), np.array([y[g].mean() for g in groups])
