"""트리플릿 마진 장의 계산: 손글씨 숫자의 지도, 트리플릿 고르기, 무너지는 훈련."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from scipy.spatial.distance import cdist
from sklearn.decomposition import PCA

from lossbook.plots.digits import five_neighbours as accuracy
from lossbook.plots.digits import halves as digits
from lossbook.plots.digits import mlp

Array = np.ndarray[Any, np.dtype[Any]]
Triplets = tuple[Array, Array, Array]

STEPS = 150
SHOWN = np.arange(0, STEPS + 1, 10)
"""Steps after which the map of the test images is kept; the other seeds keep the first and last."""
SEEDS = range(3)
FEW = range(2)
"""Seeds of the side experiments."""
MARGIN = 1.0


def network(seed: int, width: int = 2) -> torch.nn.Sequential:
    """64-128-64-width 신경망: 그림 한 장을 지도의 점 하나로 옮깁니다."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return mlp(64, 128, 64, width)


def batch(y: Array, rng: np.random.Generator, each: int = 8) -> Array:
    """클래스마다 each장씩 뽑은 묶음의 번호."""
    chosen = [rng.choice(np.flatnonzero(y == c), each, replace=False) for c in np.unique(y)]
    return np.concatenate(chosen)


def distances(z: Array) -> Array:
    """모든 쌍의 유클리드 거리."""
    return np.asarray(cdist(z, z))


def positive_pairs(y: Array) -> tuple[Array, Array]:
    """이름이 같은 서로 다른 두 장: 앵커와 양성의 번호."""
    same = y[:, np.newaxis] == y
    np.fill_diagonal(same, False)
    a, p = np.nonzero(same)
    return a, p


def at_random(d: Array, y: Array, rng: np.random.Generator) -> Triplets:
    """쌍마다 음성을 아무것이나 하나 고릅니다."""
    a, p = positive_pairs(y)
    n = np.empty_like(a)
    for c in np.unique(y):
        mine = np.flatnonzero(y[a] == c)
        n[mine] = rng.choice(np.flatnonzero(y != c), len(mine))
    return a, p, n


def semi_hard(d: Array, y: Array, rng: np.random.Generator) -> Triplets:
    """쌍마다 양성보다 먼 음성 가운데 가장 가까운 것. 그런 음성이 없으면 쌍을 버립니다."""
    a, p = positive_pairs(y)
    farther = (y[a][:, np.newaxis] != y) & (d[a] > d[a, p][:, np.newaxis])
    n = np.argmin(np.where(farther, d[a], np.inf), axis=1)
    kept = farther.any(axis=1)
    return a[kept], p[kept], n[kept]


def batch_hard(d: Array, y: Array, rng: np.random.Generator) -> Triplets:
    """앵커마다 가장 먼 양성과 가장 가까운 음성."""
    same = y[:, np.newaxis] == y
    p = np.argmax(np.where(same, d, -np.inf), axis=1)
    n = np.argmin(np.where(same, np.inf, d), axis=1)
    return np.arange(len(y)), p, n


MINERS: dict[str, Callable[[Array, Array, np.random.Generator], Triplets]] = {
    "무작위": at_random, "준어려움": semi_hard, "가장 어려움": batch_hard,
}  # fmt: skip


def all_triplets(y: Array) -> Triplets:
    """묶음에서 만들 수 있는 모든 트리플릿의 번호."""
    a, p = positive_pairs(y)
    which, n = np.nonzero(y[a][:, np.newaxis] != y)
    return a[which], p[which], n


def hinge(near: torch.Tensor, far: torch.Tensor) -> torch.Tensor:
    return (near - far + MARGIN).clamp_min(0)


LOSSES: dict[str, Callable[..., torch.Tensor]] = {  # a loss for each triplet
    "거리": lambda a, p, n: F.triplet_margin_loss(a, p, n, MARGIN, reduction="none"),
    "p와 n을 바꿈": lambda a, p, n: F.triplet_margin_loss(a, n, p, MARGIN, reduction="none"),
    "유사도를 거리로": lambda a, p, n: hinge(F.cosine_similarity(a, p), F.cosine_similarity(a, n)),
}


@dataclass
class Run:
    """훈련 하나의 기록: 걸음마다의 손실과 활성 비율, 시험 그림의 지도들과 레이블, 정확도."""

    loss: Array
    active: Array
    maps: Array
    names: Array
    accuracy: float

    @cached_property
    def right_order(self) -> Array:
        return np.array([right_order(z, self.names) for z in self.maps])


def trained(miner: str, loss: str = "거리", seed: int = 0, width: int = 2,
            warm: int = 0, unknown: float = 0.0, drop: bool = False) -> Run:  # fmt: skip
    """숫자를 가르치고 기록을 남깁니다.

    처음 warm걸음은 준어려움으로 고릅니다. unknown은 레이블을 -1로 바꿀 비율이고, drop이면 그
    그림을 훈련에서 뺍니다.
    """
    return _trained(miner, loss, seed, width, warm, unknown, drop)  # one cache key per training


@cache
def _trained(miner: str, loss: str, seed: int, width: int, warm: int, unknown: float,
             drop: bool) -> Run:  # fmt: skip
    x, y, x_test, y_test = digits(seed)
    given = np.where(np.random.default_rng(seed).uniform(size=len(y)) < unknown, -1, y)
    if drop:
        x, y, given = x[given >= 0], y[given >= 0], given[given >= 0]
    model, rng = network(seed, width), np.random.default_rng(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    losses, active, maps = [], [], []
    kept = SHOWN if seed == 0 else SHOWN[[0, -1]]
    for step in range(STEPS + 1):
        if step in kept:
            maps.append(embedded(model, x_test))
        chosen = batch(given, rng)
        z = model(torch.tensor(x[chosen]))
        mine = MINERS[miner if step >= warm else "준어려움"]
        a, p, n = mine(distances(z.detach().numpy()), given[chosen], rng)
        terms = LOSSES[loss](*(z.index_select(0, torch.from_numpy(k)) for k in (a, p, n)))
        active.append((terms > 0).double().mean().item())
        value = terms.mean()
        losses.append(value.item())
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        on_a_grid(model)
    return Run(
        np.array(losses), np.array(active), np.array(maps), y_test,
        accuracy(embedded(model, x), y, embedded(model, x_test), y_test),
    )  # fmt: skip


def on_a_grid(model: torch.nn.Module) -> None:
    """가중치를 소수점 아래 일곱 자리에서 반올림해, 어느 컴퓨터에서도 같은 길을 걷게 합니다."""
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(torch.round(weight, decimals=7))


def embedded(model: torch.nn.Module, x: Array) -> Array:
    with torch.no_grad():
        return np.asarray(model(torch.tensor(x)).numpy())


def right_order(z: Array, y: Array, count: int = 4000) -> float:
    """아무 트리플릿이나 뽑았을 때 양성이 음성보다 가까운 비율."""
    rng = np.random.default_rng(0)
    a, p, n = rng.integers(0, len(y), (3, 20 * count))
    right = np.flatnonzero((y[a] == y[p]) & (a != p) & (y[a] != y[n]))[: count // 4]
    a, p, n = a[right], p[right], n[right]
    return float(np.mean(np.linalg.norm(z[a] - z[p], axis=1) < np.linalg.norm(z[a] - z[n], axis=1)))


@cache
def flat_map(seed: int = 0) -> tuple[Array, Array, Array, Array]:
    """주성분 두 개로 그린 지도: 배우지 않은 지도의 보기."""
    x, y, x_test, y_test = digits(seed)
    model = PCA(2, svd_solver="full").fit(x)
    return model.transform(x), y, model.transform(x_test), y_test


@cache
def sample() -> tuple[Array, Array]:
    """주성분 지도에서 뽑은 묶음 하나: 점 80개와 레이블."""
    z, y, _, _ = flat_map()
    chosen = batch(y, np.random.default_rng(0))
    return z[chosen], y[chosen]


def kinds(gap: Array, margin: float) -> Array:
    """쉬움, 준어려움, 어려움의 비율. gap은 d(a, n) - d(a, p)입니다."""
    easy, hard = gap >= margin, gap <= 0
    return np.array([np.mean(easy), np.mean(~easy & ~hard), np.mean(hard)])


def gaps(z: Array, y: Array) -> Array:
    """묶음의 모든 트리플릿의 d(a, n) - d(a, p)."""
    a, p, n = all_triplets(y)
    d = distances(z)
    return np.asarray(d[a, n] - d[a, p])
