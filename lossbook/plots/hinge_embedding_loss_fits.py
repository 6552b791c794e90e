"""힌지 임베딩 장의 계산: 손글씨 숫자의 샴 임베딩, 문턱에서의 잘못, 이웃으로 맞히기."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from scipy.spatial.distance import pdist
from sklearn.decomposition import PCA

from lossbook.plots.digits import five_neighbours, mlp, shuffled

Array = np.ndarray[Any, np.dtype[Any]]

PAIRS = 200
"""Pairs in a batch: the first half show the same digit, the second half different ones."""
STEPS = 200
MARGINS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""The margins on the slider."""
SEEDS = range(3)


@dataclass(frozen=True)
class Trained:
    """시험 숫자의 임베딩과 훈련의 기록."""

    train: Array
    train_digit: Array
    test: Array
    digit: Array
    loss: Array
    far: Array
    """걸음마다 그 묶음의 다른 쌍의 거리의 평균."""


@cache
def photos(seed: int) -> tuple[Array, Array, Array, Array]:
    """손글씨 숫자 1797장의 2/3으로 배우고 1/3로 시험합니다: (화소 64개, 숫자) 둘."""
    pixels, digit = shuffled(seed)
    return pixels[:1198], digit[:1198], pixels[1198:], digit[1198:]


def drawn_pairs(digit: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """사진 번호의 쌍. 앞의 절반은 같은 숫자, 뒤의 절반은 다른 숫자입니다."""
    first = rng.integers(0, len(digit), PAIRS)
    shift = np.where(np.arange(PAIRS) < PAIRS // 2, 0, rng.integers(1, 10, PAIRS))
    wanted = (digit[first] + shift) % 10
    by_digit = np.argsort(digit, kind="stable")
    count = np.bincount(digit)
    start = np.cumsum(count) - count
    return first, by_digit[rng.integers(start[wanted], start[wanted] + count[wanted])]


def pair_loss(kind: str, a: torch.Tensor, b: torch.Tensor, m: float) -> torch.Tensor:
    """임베딩 두 묶음의 손실. kind는 옳은 방법 'hinge'와 잘못된 방법의 이름입니다."""
    same = torch.arange(PAIRS) < PAIRS // 2
    y = 2 * same.double() - 1
    x = (a - b).norm(dim=1)
    if kind == "square":  # 하드셀의 제곱
        return torch.where(same, x**2, (m - x).clamp(min=0) ** 2).mean() / 2
    if kind == "similarity":  # 거리 대신 코사인 유사도
        x = F.cosine_similarity(a, b)
    if kind == "zero-one":  # 다른 쌍의 레이블이 0
        y = same.double()
    if kind == "only same":  # 같은 쌍뿐인 묶음
        x, y = x[same], y[same]
    return F.hinge_embedding_loss(x, y, margin=m)


def embed(net: torch.nn.Module, kind: str, pixels: Array) -> torch.Tensor:
    points: torch.Tensor = net(torch.as_tensor(pixels))
    return F.normalize(points) if kind == "sphere" else points


@cache
def trained(
    kind: str = "hinge",
    margin: float = 1.0,
    dim: int = 2,
    seed: int = 0,
    steps: int = STEPS,
) -> Trained:
    """샴 신경망을 Adam으로 가르칩니다. kind는 `pair_loss`를 보세요. 'sphere'는 길이를 1로 맞춥니다."""
    pixels, digit, test, test_digit = photos(seed)
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    net = mlp(64, 64, dim)
    adam = torch.optim.Adam(net.parameters(), lr=0.01)
    losses, far = [], []
    for _ in range(steps):
        first, second = drawn_pairs(digit, rng)
        a, b = embed(net, kind, pixels[np.r_[first, second]]).split(PAIRS)
        loss = pair_loss(kind, a, b, margin)
        adam.zero_grad()
        loss.backward()
        adam.step()
        losses.append(loss.item())
        far.append((a - b).detach()[PAIRS // 2 :].norm(dim=1).mean().item())
    with torch.no_grad():
        points = [embed(net, kind, part).numpy() for part in (pixels, test)]
    record = np.array(losses), np.array(far)
    return Trained(points[0], digit, points[1], test_digit, *record)


def distances(points: Array, digit: Array) -> tuple[Array, Array]:
    """모든 쌍의 거리: 같은 숫자의 쌍과 다른 숫자의 쌍."""
    i, j = np.triu_indices(len(digit), 1)
    away, same = pdist(points), digit[i] == digit[j]
    return away[same], away[~same]


def errors(near: Array, far: Array, cut: float) -> tuple[float, float]:
    """거리가 cut보다 작으면 문을 열 때, 주인을 못 들이는 비율과 남을 들이는 비율."""
    return float(np.mean(near >= cut)), float(np.mean(far < cut))


def equal_error(near: Array, far: Array) -> float:
    """두 잘못의 비율이 같아지는 문턱에서의 비율."""
    cuts = np.quantile(np.r_[near, far], np.linspace(0, 1, 2001))
    shut = 1 - np.searchsorted(np.sort(near), cuts) / len(near)
    opened = np.searchsorted(np.sort(far), cuts) / len(far)
    best = np.argmin(np.abs(shut - opened))
    return float((shut[best] + opened[best]) / 2)


def accuracy(run: Trained) -> float:
    return five_neighbours(run.train, run.train_digit, run.test, run.digit)


def scores(train: Array, train_digit: Array, test: Array, digit: Array) -> tuple[float, float]:
    """가까운 다섯 점으로 맞힌 비율과 같은 오류율."""
    near, far = distances(test, digit)
    return five_neighbours(train, train_digit, test, digit), equal_error(near, far)


@cache
def contenders(seed: int) -> dict[str, tuple[float, float]]:
    """여러 지도의 `scores`: 화소 그대로, 주성분, 힌지 임베딩, 하드셀의 제곱."""
    pixels, digit, test, test_digit = photos(seed)
    axes = PCA(2, random_state=0).fit(pixels)
    found = {
        "화소 64개 그대로": scores(pixels, digit, test, test_digit),
        "주성분 2개": scores(axes.transform(pixels), digit, axes.transform(test), test_digit),
    }
    for name, run in (
        ("힌지 임베딩 2차원", trained(seed=seed)),
        ("하드셀의 제곱 2차원", trained("square", seed=seed)),
        ("힌지 임베딩 8차원", trained(dim=8, seed=seed)),
    ):
        found[name] = scores(run.train, run.train_digit, run.test, run.digit)
    return found
