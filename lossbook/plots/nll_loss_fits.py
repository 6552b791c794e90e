"""음의 로그 가능도 장의 계산: 공간을 틀린 훈련, 묶음의 크기와 가중치, 진료 횟수에 맞춘 모델."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from scipy.optimize import minimize
from scipy.stats import binom

from lossbook import nll_loss, nll_loss_grad
from lossbook.data import load_randhie
from lossbook.plots.digits import shuffled

Array = np.ndarray[Any, np.dtype[Any]]

SEEDS = (0, 1, 2)
STEPS = 150
RATE = 0.5
TRAINED_ON = 600


# --- training with the right and with wrong inputs


INPUTS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "log_softmax(z)": lambda z: z.log_softmax(dim=1),
    "softmax(z)": lambda z: z.softmax(dim=1),
    "z 그대로": lambda z: z,
    "log_softmax(z, dim=0)": lambda z: z.log_softmax(dim=0),
}
"""What is handed to the loss instead of the log-probabilities of each row."""


class Run(NamedTuple):
    """The training loss before each step and the accuracy on the test digits."""

    losses: Array
    accuracy: Array


@cache
def trained(name: str, seed: int) -> Run:
    """손글씨 숫자에 선형 모델을 맞춥니다. `name`은 손실에 무엇을 넣는지입니다."""
    images, labels = digits(seed)
    torch.manual_seed(seed)
    model = torch.nn.Linear(64, 10, dtype=torch.float64)
    losses, accuracy = [], []
    for _ in range(STEPS + 1):
        z = model(images)
        right = z[TRAINED_ON:].argmax(dim=1) == labels[TRAINED_ON:]
        loss = F.nll_loss(INPUTS[name](z[:TRAINED_ON]), labels[:TRAINED_ON])
        losses.append(loss.item())
        accuracy.append(right.double().mean().item())
        slopes = torch.autograd.grad(loss, list(model.parameters()))
        with torch.no_grad():
            for parameter, slope in zip(model.parameters(), slopes, strict=True):
                parameter -= RATE * slope
    return Run(np.array(losses), np.array(accuracy))


def digits(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Images and labels in the order of this seed; the first `TRAINED_ON` are for training."""
    images, labels = shuffled(seed)
    return torch.tensor(images), torch.tensor(labels)


# --- what the weighted mean makes of a class weight


def weight_in_batches(size: int, share: float, weight: float) -> float:
    """묶음마다 가중 평균을 낼 때, 드문 표본 하나가 흔한 표본 하나의 몇 배로 세어지는지.

    나머지 `size` - 1개 가운데 드문 것의 수는 이항 분포를 따릅니다.
    """
    others = np.arange(size)
    chance = binom.pmf(others, size - 1, share)
    rest = weight * others + (size - 1 - others)
    return float(chance @ (weight / (weight + rest)) / (chance @ (1 / (1 + rest))))


# --- doctor visits in classes


VISITS = ("0회", "1–9회", "10회 이상")
RARE = 2
SPLITS = range(5)
WEIGHTS = np.array([1, 1.5, 2, 3, 5, 7, 10, 14, 20, 30, 50])


class Report(NamedTuple):
    """What a model with one class weight says about the test half."""

    loss: float
    recall: float
    precision: float
    said: Array
    """Mean predicted probability of each class."""
    undone: float
    """Test loss after the weight is divided out of the probabilities."""


@cache
def visits() -> tuple[Array, Array]:
    """설명 변수와 진료 횟수의 클래스. 첫 열은 절편입니다."""
    data = load_randhie()
    count = data["visits"]
    health = [data["health"] == level for level in (1, 2, 3)]
    features = [np.ones_like(count), data["coinsurance"] / 100, data["disease"] / 10, *health]
    return np.column_stack(features).astype(np.float64), np.digitize(count, (1, 10))


@cache
def halves(split: int) -> tuple[Array, Array]:
    """Row numbers of the training half and of the test half."""
    order = np.random.default_rng(split).permutation(len(visits()[1]))
    return order[: len(order) // 2], order[len(order) // 2 :]


def fitted(features: Array, labels: Array, weight: Array, start: Array | None = None) -> Array:
    """가중 평균 음의 로그 가능도가 가장 작은 회귀 계수 (D, C)를 구합니다.

    같은 행은 모아서 한 번만 계산하고 그 수를 곱합니다.
    """
    pairs = np.column_stack([features, labels])
    rows, count = np.unique(pairs, axis=0, return_counts=True)
    u, y = rows[:, :-1], rows[:, -1].astype(int)
    total = count @ weight[y]

    def value(flat: Array) -> tuple[float, Array]:
        x = log_softmax(u @ flat.reshape(u.shape[1], -1))
        loss = count @ nll_loss(x, y, weight, reduction="none") / total
        slope = nll_loss_grad(x, y, weight, reduction="sum") * count[:, np.newaxis] / total
        return loss, (u.T @ through_log_softmax(x, slope)).ravel()

    first = np.zeros(u.shape[1] * len(weight)) if start is None else start.ravel()
    return np.asarray(minimize(value, first, jac=True, method="L-BFGS-B").x).reshape(u.shape[1], -1)


@cache
def report(split: int, weight: float) -> Report:
    """훈련 반쪽에 맞춘 모델이 시험 반쪽에 말한 것."""
    features, labels = visits()
    test = halves(split)[1]
    weights = np.where(np.arange(len(VISITS)) == RARE, weight, 1.0)
    x = log_softmax(features[test] @ coefficients(split, weight))
    y = labels[test]
    called, is_rare = x.argmax(axis=1) == RARE, y == RARE
    undone = log_softmax(x - np.log(weights))
    return Report(
        float(nll_loss(x, y)), float(called[is_rare].mean()),
        float(is_rare[called].mean()) if called.any() else np.nan,
        np.exp(x).mean(axis=0), float(nll_loss(undone, y)),
    )  # fmt: skip


def same_number(split: int, weight: float) -> tuple[float, float]:
    """가중치를 준 모델의 재현율과, 가중치 없는 모델이 같은 수의 사람을 불렀을 때의 재현율.

    가중치 없는 모델은 말한 확률이 높은 차례로 부릅니다.
    """
    features, labels = visits()
    test = halves(split)[1]
    weighted, plain = (features[test] @ coefficients(split, w) for w in (weight, 1.0))
    called = weighted.argmax(axis=1) == RARE
    order = np.argsort(-log_softmax(plain)[:, RARE], kind="stable")
    is_rare = labels[test] == RARE
    found = is_rare[order[: called.sum()]].sum() / is_rare.sum()
    return float(called[is_rare].mean()), float(found)


@cache
def coefficients(split: int, weight: float) -> Array:
    features, labels = visits()
    train = halves(split)[0]
    weights = np.where(np.arange(len(VISITS)) == RARE, weight, 1.0)
    start = None if weight == 1 else coefficients(split, 1.0)
    return fitted(features[train], labels[train], weights, start)


def log_softmax(z: Array) -> Array:
    """Log-probabilities of each row."""
    z = z - z.max(axis=1, keepdims=True)
    return np.asarray(z - np.log(np.exp(z).sum(axis=1, keepdims=True)))


def through_log_softmax(x: Array, slope: Array) -> Array:
    """로그 확률에 대한 기울기를 로짓에 대한 기울기로 바꿉니다(연쇄 법칙)."""
    return np.asarray(slope - np.exp(x) * slope.sum(axis=1, keepdims=True))
