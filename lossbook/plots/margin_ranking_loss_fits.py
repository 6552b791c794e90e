"""마진 순위 손실 장의 계산: 빵의 점수, 엇갈린 표, 당뇨병 환자의 순위, 거리로 배우는 맛."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from sklearn.datasets import load_diabetes

from lossbook import (
    margin_ranking_loss,
    margin_ranking_loss_grad,
    soft_margin_loss,
    soft_margin_loss_grad,
)
from lossbook.plots.links import sigmoid

Array = np.ndarray[Any, np.dtype[Any]]

SPLITS = range(5)
MARGINS = np.arange(21) / 4
"""The margins on the slider of the ranker: 0, 0.25 … 5."""
DECAY = 0.01
START_SPREAD = 0.5
IDEAL = np.array([1.0, 0.5])
"""The taste that the jurors like best: sweetness and saltiness."""


def pairs(truth: Array) -> tuple[Array, Array, Array]:
    """모든 짝의 (첫째 번호, 둘째 번호, 레이블). 동점인 짝은 뺍니다."""
    first, second = np.triu_indices(len(truth), 1)
    label = np.sign(truth[first] - truth[second])
    differ = label != 0
    return first[differ], second[differ], label[differ]


def pair_accuracy(score: Array, truth: Array) -> float:
    """순서가 옳은 짝의 비율. 점수가 같은 짝은 틀린 것으로 셉니다."""
    first, second, label = pairs(truth)
    return float(np.mean((score[first] - score[second]) * label > 0))


def score_grad(
    score: Array, first: Array, second: Array, label: Array, margin: float
) -> Array:
    """짝의 평균 손실을 점수마다 미분한 값. 한 점수가 낀 모든 짝의 몫을 더합니다."""
    by_first, by_second = margin_ranking_loss_grad(
        score[first], score[second], label, margin
    )
    total = np.bincount(first, by_first, len(score))
    return np.asarray(total + np.bincount(second, by_second, len(score)))


def ranker(
    u: Array, first: Array, second: Array, label: Array, w: Array,
    margin: float, step: float, steps: int,
) -> tuple[Array, Array]:
    """점수 u·w를 짝으로 배웁니다. 마지막 w와 걸음마다의 (손실, 점수의 폭)을 돌려줍니다."""
    record = []
    for _ in range(steps):
        score = u @ w
        pair = score[first], score[second]
        loss = margin_ranking_loss(*pair, label, margin)
        record.append((loss, score.std()))
        slope = u.T @ score_grad(score, first, second, label, margin)
        w = w - step * (slope + 2 * DECAY * w)
    return w, np.array(record)


def patients(seed: int) -> tuple[Array, Array, Array, Array]:
    """당뇨병 환자: 훈련과 시험의 (설명 변수, 한 해 뒤의 진행도). 변수의 표준편차는 1입니다."""
    data = load_diabetes()
    u = data.data / data.data.std(axis=0)
    order = np.random.default_rng(seed).permutation(len(u))
    train, test = order[::2], order[1::2]
    return u[train], data.target[train], u[test], data.target[test]


def start(u: Array, seed: int) -> Array:
    """A random w whose scores have the same spread for every seed."""
    w = np.random.default_rng(100 + seed).normal(size=u.shape[1])
    return np.asarray(w * START_SPREAD / (u @ w).std())


def schedule(margin: float) -> tuple[float, int]:
    """Step and number of steps: the step has the unit of the margin; m = 0 leaves it open."""
    return (0.3 * margin, 120) if margin else (0.03, 60)


@cache
def learned(seed: int, margin: float) -> tuple[Array, Array]:
    """w and the record of the ranker that learns with this margin from one split's patients."""
    u, y, _, _ = patients(seed)
    return ranker(u, *pairs(y), start(u, seed), margin, *schedule(margin))


@cache
def tested(seed: int, margin: float) -> tuple[float, float, float]:
    """Pair accuracy and spread of the test scores, and the last training loss."""
    _, _, u, y = patients(seed)
    w, record = learned(seed, margin)
    score = u @ w
    return pair_accuracy(score, y), float(score.std()), float(record[-1, 0])


@cache
def ranknet(seed: int) -> Array:
    """Scores of one split's test patients, learned from the same pairs with RankNet's loss."""
    u, y, u_test, _ = patients(seed)
    first, second, label = pairs(y)
    w = start(u, seed)
    for _ in range(200):
        score = u @ w
        by_gap = soft_margin_loss_grad(score[first] - score[second], label)
        by_score = np.bincount(first, by_gap, len(u)) - np.bincount(second, by_gap, len(u))
        w = w - 0.5 * (u.T @ by_score + 2 * DECAY * w)
    return np.asarray(u_test @ w)


def spoken(score: Array, truth: Array) -> float:
    """The mean probability σ(|gap|) with which the scores claim their orders."""
    first, second, _ = pairs(truth)
    return float(np.mean(sigmoid(np.abs(score[first] - score[second]))))


def with_labels(kind: str, seed: int, margin: float = 1.0) -> tuple[float, float]:
    """짝 정확도와 훈련 손실. kind: 'signs'(±1), '01'(섞인 짝), '01 sorted'(첫째가 늘 낮은 짝)."""
    u, y, u_test, y_test = patients(seed)
    if kind == "01 sorted":
        order = np.argsort(y, kind="stable")
        u, y = u[order], y[order]
    first, second, label = pairs(y)
    given = label if kind == "signs" else (label > 0).astype(float)
    begin = start(patients(seed)[0], seed)
    w, record = ranker(u, first, second, given, begin, margin, *schedule(margin))
    return pair_accuracy(u_test @ w, y_test), float(record[-1, 0])


def taste(
    kind: str, seed: int, margin: float = 0.2, steps: int = 150
) -> tuple[Array, float, Array]:
    """좋아하는 맛 c를 거리로 배웁니다. kind: 'distance'(거리 그대로), 'minus'(부호를 바꾼 거리).

    배운 c, 짝 정확도(가까운 빵이 위라고 볼 때), 걸음마다의 손실을 돌려줍니다.
    """
    loaves = np.random.default_rng(seed).normal(size=(40, 2))
    truth = -np.linalg.norm(loaves - IDEAL, axis=1)
    first, second, label = pairs(truth)
    sign = 1.0 if kind == "distance" else -1.0
    c, losses = np.zeros(2), []
    for _ in range(steps):
        distance = np.linalg.norm(loaves - c, axis=1)
        score = sign * distance
        pair = score[first], score[second]
        losses.append(margin_ranking_loss(*pair, label, margin))
        slope = score_grad(score, first, second, label, margin) * sign
        # 거리를 c로 미분하면 (c - 빵) / 거리
        c = c - 0.3 * (slope / distance) @ (c - loaves)
    closeness = -np.linalg.norm(loaves - c, axis=1)
    return c, pair_accuracy(closeness, truth), np.array(losses)


def mean_margin(gap: Array, share: float, margin: float) -> Array:
    """Mean loss when a share of the votes says that the first is above."""
    zero, one = np.zeros_like(gap), np.ones_like(gap)
    up = margin_ranking_loss(gap, zero, one, margin, "none")
    down = margin_ranking_loss(gap, zero, -one, margin, "none")
    return np.asarray(share * up + (1 - share) * down)


def mean_ranknet(gap: Array, share: float) -> Array:
    """The same mean of RankNet's loss, the soft margin loss of the gap."""
    one = np.ones_like(gap)
    up, down = (soft_margin_loss(gap, sign * one, reduction="none") for sign in (1, -1))
    return np.asarray(share * up + (1 - share) * down)
