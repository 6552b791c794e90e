"""거리를 고르는 트리플릿 장의 계산: 거리 함수들과 숫자 임베딩의 훈련."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lossbook.plots.digits import five_neighbours, halves
from lossbook.plots.triplet_margin_loss_fits import network, positive_pairs

Array = np.ndarray[Any, np.dtype[Any]]
Distance = Callable[[Tensor, Tensor], Tensor]
Triplets = tuple[Array, Array, Array]

SEEDS = range(3)
STEPS = 100


def lq(q: float) -> tuple[Callable[..., Array], Callable[..., tuple[Array, Array]]]:
    """Lq 거리와 그 기울기 (NumPy)."""

    def distance(x: Array, y: Array) -> Array:
        return np.asarray(np.linalg.norm(x - y, ord=q, axis=-1))

    def grad(x: Array, y: Array, upstream: Array) -> tuple[Array, Array]:
        gap, length = x - y, distance(x, y)[..., np.newaxis]
        share = np.abs(gap) / np.where(length > 0, length, 1)
        slope = np.sign(gap) * share ** (q - 1) * upstream[..., np.newaxis]
        return slope, -slope

    return distance, grad


def squared(x: Array, y: Array) -> Array:
    """유클리드 거리의 제곱 (NumPy)."""
    return np.sum((x - y) ** 2, axis=-1)


def squared_grad(x: Array, y: Array, upstream: Array) -> tuple[Array, Array]:
    """`squared`의 기울기."""
    slope = 2 * (x - y) * upstream[..., np.newaxis]
    return slope, -slope


def cosine(x: Array, y: Array) -> Array:
    """코사인 거리 1 - cos (NumPy)."""
    return np.asarray(1 - np.vecdot(x, y) / np.sqrt(np.vecdot(x, x) * np.vecdot(y, y)))


def cosine_grad(x: Array, y: Array, upstream: Array) -> tuple[Array, Array]:
    """`cosine`의 기울기."""
    length_x = np.linalg.norm(x, axis=-1, keepdims=True)
    length_y = np.linalg.norm(y, axis=-1, keepdims=True)
    u, v = x / length_x, y / length_y
    c, upstream = np.sum(u * v, axis=-1, keepdims=True), upstream[..., np.newaxis]
    return -upstream * (v - c * u) / length_x, -upstream * (u - c * v) / length_y


def torch_euclidean(x: Tensor, y: Tensor) -> Tensor:
    return torch.linalg.vector_norm(x - y, dim=-1)


def torch_squared(x: Tensor, y: Tensor) -> Tensor:
    return ((x - y) ** 2).sum(dim=-1)


def torch_cosine(x: Tensor, y: Tensor) -> Tensor:
    return 1 - F.cosine_similarity(x, y, dim=-1)


def torch_similarity(x: Tensor, y: Tensor) -> Tensor:
    return F.cosine_similarity(x, y, dim=-1)


DISTANCES = {
    "L2": (torch_euclidean, 1.0), "L2의 제곱": (torch_squared, 1.0), "1 − cos": (torch_cosine, 0.2)
}  # fmt: skip
"""Distance and margin of the digits' experiment."""
WIDTHS = (2, 8)


@cache
def digits(seed: int) -> tuple[Tensor, Array, Tensor, Array]:
    """손글씨 숫자를 반으로 나눈 것: 훈련과 시험의 (화소 64개, 레이블)."""
    u, label, u_test, truth = halves(seed)
    return torch.tensor(u), label, torch.tensor(u_test), truth


def semi_hard(
    z: Tensor, label: Array, distance: Distance, margin: float, rng: np.random.Generator
) -> Triplets:
    """쌍마다 D(a, p)와 D(a, p) + m 사이에서 가장 가까운 음성. 없으면 그 쌍을 버립니다."""
    a, p = positive_pairs(label)
    far = distance(z[:, None], z[None]).numpy()
    gap = far[a] - far[a, p][:, np.newaxis]
    gap[(label[a][:, np.newaxis] == label) | (gap <= 0) | (gap >= margin)] = np.inf
    found = np.isfinite(gap).any(axis=1)
    return a[found], p[found], gap.argmin(axis=1)[found]


def at_random(
    z: Tensor, label: Array, distance: Distance, margin: float, rng: np.random.Generator
) -> Triplets:
    """쌍마다 아무 음성이나 하나."""
    a, p = positive_pairs(label)
    draw = rng.random((len(a), len(label)))
    draw[label[a][:, np.newaxis] == label] = -1
    return a, p, draw.argmax(axis=1)


def trained(
    distance: Distance, margin: float, seed: int = 0, width: int = 8,
    mine: Callable[..., Triplets] = semi_hard, label: Array | None = None,
) -> tuple[nn.Module, Array]:  # fmt: skip
    """트리플릿으로 가르친 신경망 64-128-64-width와 걸음마다의 손실."""
    u, truth, _, _ = digits(seed)
    label = truth if label is None else label
    net, rng = network(seed, width), np.random.default_rng(seed)
    optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
    criterion = nn.TripletMarginWithDistanceLoss(distance_function=distance, margin=margin)
    record = np.zeros(STEPS)
    for step in range(STEPS):
        batch = rng.choice(len(label), 80, replace=False)
        z = net(u[batch])
        a, p, n = mine(z.detach(), label[batch], distance, margin, rng)
        if len(a) == 0:
            continue
        loss = criterion(z[a], z[p], z[n])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        record[step] = loss.item()
    return net, record


def embedded(net: nn.Module, seed: int, unit: bool) -> tuple[Array, Array]:
    """Embeddings of training and test digits; on the unit sphere if the distance is an angle."""
    u, _, u_test, _ = digits(seed)
    with torch.no_grad():
        z, z_test = net(u).numpy(), net(u_test).numpy()
    if unit:
        z, z_test = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (z, z_test))
    return z, z_test


def scores(net: nn.Module, seed: int, unit: bool) -> tuple[float, float]:
    """5-NN 시험 정확도와, 시험 트리플릿 가운데 양성이 더 가까운 비율."""
    z, z_test = embedded(net, seed, unit)
    _, label, _, truth = digits(seed)
    a, p, n = np.random.default_rng(0).integers(0, len(truth), (3, 20000))
    ok = (truth[a] == truth[p]) & (truth[a] != truth[n]) & (a != p)
    near, far = (np.sum((z_test[a] - z_test[b]) ** 2, axis=1)[ok] for b in (p, n))
    return five_neighbours(z, label, z_test, truth), float(np.mean(near < far))


@cache
def fitted(name: str, width: int, seed: int) -> nn.Module:
    """The net of one of `DISTANCES`, in that many dimensions."""
    distance, margin = DISTANCES[name]
    return trained(distance, margin, seed, width)[0]


@cache
def result(name: str, width: int, seed: int) -> tuple[float, float]:
    """`scores` of `fitted`."""
    return scores(fitted(name, width, seed), seed, unit=name == "1 − cos")


def angles(seed: int) -> tuple[Array, Array]:
    """Angle in degrees (0 to 360) and label of the test digits, in the plane, by cosine distance."""
    _, z = embedded(fitted("1 − cos", 2, seed), seed, unit=True)
    return np.degrees(np.arctan2(z[:, 1], z[:, 0])) % 360, digits(seed)[3]


def hidden_labels(seed: int, share: float = 0.5) -> Array:
    """훈련 레이블의 절반을 -1(모름)로 가린 것."""
    label = digits(seed)[1]
    return np.where(np.random.default_rng(seed).random(len(label)) < share, -1, label)


def known_only(
    z: Tensor, label: Array, distance: Distance, margin: float, rng: np.random.Generator
) -> Triplets:
    """`semi_hard`와 같되 레이블 -1은 앵커도 양성도 음성도 되지 못합니다."""
    known = np.flatnonzero(label >= 0)
    a, p, n = semi_hard(z[known], label[known], distance, margin, rng)
    return known[a], known[p], known[n]
