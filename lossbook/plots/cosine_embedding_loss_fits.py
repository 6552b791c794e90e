"""코사인 임베딩 손실 장의 계산: 돌린 화살표, 하강, 방향의 수용력, 숫자의 임베딩."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from scipy.optimize import minimize

from lossbook import cosine_embedding_loss, cosine_embedding_loss_grad
from lossbook.plots.digits import five_neighbours, mlp, shuffled

Array = np.ndarray[Any, np.dtype[Any]]

CLASSES = 10
FIRST, SECOND = np.triu_indices(CLASSES, 1)
STARTS = range(4)
DIRECTIONS = {(2, 0.0): 4, (3, 0.0): 6, (4, 0.0): 8, (5, 0.0): 10, (2, 0.5): 6, (3, 0.5): 12}
"""How many directions fit with every pairwise cosine ≤ m, by (dimension, m)."""
DIMENSIONS = (2, 3, 4, 8)
MARGINED = (3, 4)
"""Dimensions that are tried with m = 0.5, too."""
SEEDS = range(3)


def turned(degrees: Array | float, length: Array | float = 1.0) -> Array:
    """가로축에서 `degrees`도 돌린, 길이 `length`인 평면의 벡터."""
    angle = np.radians(degrees)
    return np.stack(np.broadcast_arrays(length * np.cos(angle), length * np.sin(angle)), axis=-1)


def descend(
    degrees: float, length: float = 1.0, rate: float = 0.5, steps: int = 60
) -> tuple[Array, Array]:
    """가로축을 보는 고정한 벡터 쪽으로 x₁만 경사 하강합니다. 걸음마다의 각도(도)와 길이."""
    x, still, track = turned(degrees, length), np.array([1.0, 0.0]), []
    for _ in range(steps + 1):
        track.append((np.degrees(np.arctan2(x[1], x[0])), np.hypot(*x)))
        by_x, _ = cosine_embedding_loss_grad(x, still, 1)
        x = x - rate * by_x
    angles, lengths = np.array(track).T
    return np.abs(angles), lengths


def spread(dimension: int, margin: float, seed: int) -> tuple[float, Array]:
    """벡터 열 개를 모두 서로 다른 쌍(y = -1)으로 두고 움직여, 평균 손실과 방향을 돌려줍니다."""
    label = -np.ones(len(FIRST))
    start = np.random.default_rng(seed).normal(size=(CLASSES, dimension))

    def objective(flat: Array) -> tuple[float, Array]:
        x = flat.reshape(CLASSES, dimension)
        by_first, by_second = cosine_embedding_loss_grad(x[FIRST], x[SECOND], label, margin)
        slope = np.zeros_like(x)
        np.add.at(slope, FIRST, by_first)
        np.add.at(slope, SECOND, by_second)
        loss = cosine_embedding_loss(x[FIRST], x[SECOND], label, margin)
        return float(loss), slope.ravel()

    options = {"maxiter": 400, "ftol": 1e-13, "gtol": 1e-9}
    found = minimize(objective, start.ravel(), jac=True, method="L-BFGS-B", options=options)
    return float(found.fun), unit(found.x.reshape(CLASSES, dimension))


@cache
def best_spread(dimension: int, margin: float) -> tuple[float, Array]:
    """씨앗을 바꾸어 찾은 것 가운데 손실이 가장 작은 것."""
    return min((spread(dimension, margin, seed) for seed in STARTS), key=lambda found: found[0])


def shared(dimension: int, margin: float) -> int:
    """방향을 고르게 나누어 쓸 때 같은 방향을 쓰는 쌍의 수."""
    places = DIRECTIONS.get((dimension, margin), CLASSES)
    counts = np.bincount(np.arange(CLASSES) % places)
    return int(np.sum(counts * (counts - 1) // 2))


def unit(x: Array) -> Array:
    return np.asarray(x / np.linalg.norm(x, axis=1, keepdims=True))


def digits(seed: int) -> tuple[Array, Array, Array, Array]:
    """손글씨 숫자의 훈련 1000장과 시험 797장: 화소와 레이블."""
    pixels, digit = shuffled(seed)
    return pixels[:1000], digit[:1000], pixels[1000:], digit[1000:]


def labels(same: torch.Tensor, kind: str) -> torch.Tensor:
    """쌍의 레이블. 'right'는 1과 -1, 'zero'는 1과 0, 'flip'은 부호가 반대."""
    same_pair, other_pair = {"right": (1.0, -1.0), "zero": (1.0, 0.0), "flip": (-1.0, 1.0)}[kind]
    return torch.where(same, same_pair, other_pair)


@cache
def trained(dimension: int, margin: float = 0.0, seed: int = 0, kind: str = "right") -> dict[str, Any]:
    """숫자 두 장의 쌍으로 임베딩 64-64-d를 배운 기록과 시험 결과."""
    x, digit, x_test, digit_test = digits(seed)
    pixels, digit_of = torch.tensor(x), torch.tensor(digit)
    torch.manual_seed(seed)
    network = mlp(64, 64, dimension)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    losses, cosines = [], []
    for _ in range(150):
        pair = torch.randint(len(x), (2, 128))  # 무작위 쌍: 열에 하나가 같은 숫자
        same = digit_of[pair[0]] == digit_of[pair[1]]
        first, second = network(pixels[pair])
        loss = F.cosine_embedding_loss(first, second, labels(same, kind), margin)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        cosines.append(F.cosine_similarity(first.detach(), second.detach())[~same].mean().item())
    with torch.no_grad():
        inside, outside = (unit(network(torch.tensor(a)).numpy()) for a in (x, x_test))
    alike = digit_test[:, np.newaxis] == digit_test
    cosine, other = outside @ outside.T, ~np.eye(len(outside), dtype=bool)
    return {
        "losses": np.array(losses), "cosines": np.array(cosines),
        "accuracy": five_neighbours(inside, digit, outside, digit_test),
        "same": cosine[alike & other].mean(), "different": cosine[~alike].mean(),
        "directions": outside, "digits": digit_test,
        "train": inside, "train_digits": digit,
    }  # fmt: skip
