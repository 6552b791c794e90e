"""다중 클래스 마진 손실 장의 계산: 붓꽃, 갈리는 표, 소프트맥스와 거리를 점수 자리에 넣은 훈련."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from scipy.optimize import linprog, minimize, minimize_scalar
from sklearn.datasets import load_iris

from lossbook import (
    cross_entropy,
    cross_entropy_grad,
    multi_margin_loss,
    multi_margin_loss_grad,
)
from lossbook.plots.links import softmax, through_softmax

Array = np.ndarray[Any, np.dtype[Any]]

KINDS = ("교차 엔트로피", "p = 1", "p = 2")
SPLITS = range(5)
DECAY = 0.01
VOTES = np.array([0.40, 0.35, 0.25])
"""How often each of three candidates wins in wards that look all the same."""


def loss_of(kind: str) -> tuple[Callable[..., Any], Callable[..., Any], dict[str, int]]:
    """The loss, its gradient and the options of one of `KINDS`."""
    if kind == "교차 엔트로피":
        return cross_entropy, cross_entropy_grad, {}
    return multi_margin_loss, multi_margin_loss_grad, {"p": int(kind[-1])}


def iris(seed: int) -> tuple[Array, Array, Array, Array]:
    """훈련과 시험의 (표준화한 꽃의 치수와 1, 품종). 두 쪽에 품종이 25송이씩 들어갑니다."""
    data = load_iris()
    order = np.random.default_rng(seed).permutation(150)
    order = order[np.argsort(data.target[order], kind="stable")]
    train, test = order[::2], order[1::2]
    mean, spread = data.data[train].mean(axis=0), data.data[train].std(axis=0)
    u = np.column_stack([np.ones(150), (data.data - mean) / spread])
    return u[train], data.target[train], u[test], data.target[test]


def leads(x: Array, y: Array) -> Array:
    """정답의 점수에서 가장 높은 경쟁자의 점수를 뺀 것. 0보다 크면 맞힌 것입니다."""
    rows = np.arange(len(y))
    rivals = x.copy()
    rivals[rows, y] = -np.inf
    return np.asarray(x[rows, y] - rivals.max(axis=1))


@cache
def fitted(kind: str, seed: int = 0, decay: float = DECAY, steps: int = 1500) -> Array:
    """점수 = 치수 · W. 걸음을 줄여 가는 경사 하강법으로 손실 + decay · (계수의 제곱의 합)을 줄입니다."""
    u, y = iris(seed)[:2]
    _, grad, options = loss_of(kind)
    penalty = 2 * decay * np.r_[0.0, np.ones(4)][:, np.newaxis]
    W = np.zeros((5, 3))
    for step in range(steps):
        slope = u.T @ grad(u @ W, y, **options) + penalty * W
        W = W - slope / (1 + step / 50)
    return W


def train_leads(kind: str, seed: int = 0) -> Array:
    """Leads of the training flowers."""
    u, y = iris(seed)[:2]
    return leads(u @ fitted(kind, seed), y)


def given_softmax(kind: str, start: str, seed: int = 0, steps: int = 300) -> Array:
    """훈련의 (손실, 정확도). kind가 '소프트맥스'이면 확률을 점수 자리에 넣습니다.

    start가 '틀린 확신'이면 품종의 이름을 한 칸씩 밀어 배운 계수에서 시작합니다.
    """
    u, y = iris(seed)[:2]
    W = np.zeros((5, 3))
    if start == "틀린 확신":
        for _ in range(500):
            W = W - u.T @ cross_entropy_grad(u @ W, (y + 1) % 3)
    record = []
    for _ in range(steps):
        x = u @ W
        given = softmax(x) if kind == "소프트맥스" else x
        slope = multi_margin_loss_grad(given, y)
        if kind == "소프트맥스":
            slope = through_softmax(given, slope)
        record.append((multi_margin_loss(given, y), np.mean(x.argmax(axis=1) == y)))
        W = W - 0.5 * u.T @ slope
    return np.array(record)


def prototypes(sign: int, seed: int = 0, steps: int = 300) -> tuple[Array, Array]:
    """품종마다 대표점 하나. 점수 = sign · (대표점까지 거리의 제곱)으로 배웁니다.

    (손실, 훈련 꽃이 제 대표점에 가장 가까운 비율)의 기록과, 시험에서의 그 비율을 돌려줍니다.
    """
    u, y, u_test, y_test = iris(seed)
    points = np.array([u[y == label].mean(axis=0) for label in range(3)])
    record = []
    for _ in range(steps):
        apart = points - u[:, np.newaxis]
        squares = np.sum(apart**2, axis=2)
        record.append((
            multi_margin_loss(sign * squares, y), np.mean(squares.argmin(axis=1) == y),
        ))  # fmt: skip
        slope = sign * multi_margin_loss_grad(sign * squares, y)
        points = points - 0.05 * np.sum(slope[:, :, np.newaxis] * 2 * apart, axis=0)
    far = np.sum((points - u_test[:, np.newaxis]) ** 2, axis=2)
    return np.array(record), np.mean(far.argmin(axis=1) == y_test)


def expected(kind: str, x: Array, votes: Array = VOTES) -> Array:
    """Mean loss of score rows (K, 3) when candidate c wins with probability votes[c]."""
    loss, _, options = loss_of(kind)
    rows = np.atleast_2d(x)
    terms = [loss(rows, np.full(len(rows), c), reduction="none", **options) for c in range(3)]
    return np.asarray(votes @ np.array(terms))


def best_scores(kind: str, votes: Array = VOTES) -> Array:
    """기대 손실이 가장 작은 점수 셋. 마지막 점수를 0으로 놓습니다.

    p = 1은 꺾인 함수라서 선형 계획법으로 풉니다: 힌지마다 변수 하나를 둡니다.
    """
    if kind != "p = 1":
        found = minimize(lambda x: expected(kind, x, votes)[0], np.zeros(3), tol=1e-10)
        return np.asarray(found.x - found.x[2])
    pairs = [(y, i) for y in range(3) for i in range(3) if i != y]
    cost = np.r_[np.zeros(3), [votes[y] / 3 for y, _ in pairs]]
    rows = np.zeros((6, 9))
    for row, (y, i) in enumerate(pairs):  # 1 - x_y + x_i ≤ 힌지
        rows[row, [y, i, 3 + row]] = -1, 1, -1
    bounds = [(None, None)] * 2 + [(0, 0)] + [(0, None)] * 6
    found = linprog(cost, rows, -np.ones(6), bounds=bounds)
    return np.asarray(found.x[:3])


@cache
def along_lead(kind: str, values: int = 61) -> tuple[Array, Array]:
    """Lead of the first candidate over the second, and the least mean loss with that lead."""
    lead = np.linspace(-1.5, 1.5, values)

    def best(d: float) -> float:
        def height(third: float) -> float:
            return float(expected(kind, np.array([d / 2, -d / 2, third]))[0])

        return float(minimize_scalar(height, bounds=(-4, 4), method="bounded").fun)

    return lead, np.array([best(d) for d in lead])
