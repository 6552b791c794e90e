"""다중 레이블 소프트 마진 장의 계산: 나란한 두 숫자, 잘못된 목표로 배우기, 방향을 나누어 쓰는 태그."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from scipy.optimize import minimize
from sklearn.datasets import load_digits

from lossbook import (
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_grad,
    multilabel_soft_margin_loss,
    multilabel_soft_margin_loss_grad,
)
from lossbook.plots.digits import mlp
from lossbook.plots.links import sigmoid, softmax
from lossbook.plots.multilabel_margin_loss_fits import exact as exact
from lossbook.plots.multilabel_margin_loss_fits import indices, micro_f1

Array = np.ndarray[Any, np.dtype[Any]]


# --- which digits are in the picture?

LABELS = 10
SEEDS = (0, 1, 2)
STEPS = 600
WATCHED = 100
"""Steps of the trainings with a mistake, which are over long before `STEPS`."""
SCORED = np.arange(0, WATCHED, 5)
"""The steps after which the test pictures are scored."""


class Pictures(NamedTuple):
    """Pictures of two digits side by side (N, 8, 16) and their label sets (N, 10)."""

    images: Array
    sets: Array


def side_by_side(images: Array, labels: Array, count: int, rng: np.random.Generator) -> Pictures:
    """숫자 그림에서 둘씩 뽑아 나란히 붙입니다. 목표는 두 숫자의 멀티 핫입니다."""
    chosen = rng.integers(0, len(labels), (count, 2))
    sets = np.zeros((count, LABELS))
    np.put_along_axis(sets, labels[chosen], 1.0, axis=1)
    return Pictures(np.concatenate(list(images[chosen.T]), axis=2), sets)


@cache
def pictures(seed: int) -> tuple[Pictures, Pictures]:
    """훈련 4000장과 시험 1500장. 훈련에 쓴 숫자는 시험에 나오지 않습니다."""
    data = load_digits()
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(data.target))
    train, test = (
        side_by_side(data.images[part] / 16, data.target[part], count, rng)
        for part, count in ((order[:1200], 4000), (order[1200:], 1500))
    )
    return train, test


def targets(kind: str, sets: Array) -> Array:
    """목표를 적는 방법: 'padded'는 -1로 채운 번호, 'signs'는 -1과 1, 나머지는 멀티 핫."""
    if kind == "signs":
        return 2 * sets - 1
    if kind == "padded":
        return indices(sets).astype(float)
    return sets


def loss(kind: str, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """'softmax'는 목표가 Y/|Y|인 교차 엔트로피, 'sigmoid'는 로짓 대신 확률을 넣은 것."""
    if kind == "softmax":
        return F.cross_entropy(x, y / y.sum(dim=1, keepdim=True))
    return F.multilabel_soft_margin_loss(x.sigmoid() if kind == "sigmoid" else x, y)


def training(kind: str, seed: int, steps: int) -> Iterator[tuple[float, torch.nn.Module]]:
    """128-128-10 신경망을 Adam으로 가르칩니다. 걸음마다 손실과 그 걸음을 뗀 모델을 내놓습니다."""
    train, _ = pictures(seed)
    u = torch.tensor(train.images.reshape(-1, 128))
    y = torch.tensor(targets(kind, train.sets))
    torch.manual_seed(seed)
    model = mlp(128, 128, LABELS)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    for _ in range(steps):
        batch = torch.randint(0, len(u), (128,))
        value = loss(kind, model(u[batch]), y[batch])
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        yield value.item(), model


def logits(model: torch.nn.Module, images: Array) -> Array:
    with torch.no_grad():
        return np.asarray(model(torch.tensor(images.reshape(-1, 128))).numpy())


@cache
def trained(kind: str, seed: int) -> tuple[Array, Array]:
    """Logits of the training and of the test pictures after all steps."""
    for _, model in training(kind, seed, STEPS):
        last = model
    train, test = pictures(seed)
    return logits(last, train.images), logits(last, test.images)


class Record(NamedTuple):
    """Training loss of each step, micro-F1 of the test pictures at `SCORED`, the last test logits."""

    losses: Array
    f1: Array
    logits: Array


@cache
def watched(kind: str, seed: int = 0) -> Record:
    """짧은 훈련의 기록."""
    _, test = pictures(seed)
    values, scores = [], []
    for step, (value, model) in enumerate(training(kind, seed, WATCHED)):
        values.append(value)
        if step in SCORED:
            scores.append(micro_f1(logits(model, test.images) > 0, test.sets))
    return Record(np.array(values), np.array(scores), logits(model, test.images))


@cache
def threshold(seed: int) -> float:
    """소프트맥스의 문턱: 훈련 그림에서 마이크로 F1이 가장 큰 확률."""
    train, _ = pictures(seed)
    p = softmax(trained("softmax", seed)[0])
    cuts = np.arange(2, 51) / 100
    return float(cuts[np.argmax([micro_f1(p > cut, train.sets) for cut in cuts])])


def called(kind: str, seed: int) -> Array:
    """시험 그림마다 있다고 부른 숫자 (1500, 10)."""
    x = trained(kind, seed)[1]
    return softmax(x) > threshold(seed) if kind == "softmax" else x > 0


def pooled(kind: str) -> tuple[Array, Array]:
    """Test logits and label sets of all seeds, one after the other."""
    found = [trained(kind, seed)[1] for seed in SEEDS]
    return np.concatenate(found), np.concatenate([pictures(seed)[1].sets for seed in SEEDS])


def reliability(p: Array, y: Array) -> tuple[Array, Array, Array]:
    """말한 확률을 0.1 너비로 나눈 칸마다 확률의 평균, 정말 있는 비율, 개수."""
    bins = np.minimum((p * 10).astype(int), 9).ravel()
    count = np.bincount(bins, minlength=10)
    full = count > 0
    said = np.bincount(bins, p.ravel(), 10)[full] / count[full]
    true = np.bincount(bins, y.ravel(), 10)[full] / count[full]
    return said, true, count[full]


# --- two tags of an article: with directions of their own, and with one direction between them

WEIGHTS = np.geomspace(0.1, 10, 41)
DIRECTIONS = np.array([[1.0, 0.0], [0.3, 0.954]])
"""Where the common and the rare tag lie in the plane of two word counts."""


@cache
def articles(count: int = 1500) -> tuple[Array, Array]:
    """단어 두 개의 빈도로 나타낸 기사 (N, 2)와 태그 두 개 (N, 2). 둘째 태그는 드뭅니다."""
    rng = np.random.default_rng(0)
    u = rng.normal(size=(count, 2))
    x = 3 * u @ DIRECTIONS.T - np.array([0.0, 5.0])
    return u, (rng.uniform(size=x.shape) < sigmoid(x)).astype(float)


def minimised(objective: Any, start: Array) -> Array:
    return np.asarray(minimize(objective, start, jac=True, method="BFGS", options={"gtol": 1e-8}).x)


def separate(weight: float, pos_weight: float | None = None) -> Array:
    """태그마다 제 방향과 절편이 있는 모델: 줄마다 (절편, 방향 두 수). pos_weight는 드문 태그의 것."""
    u, y = articles()
    columns = np.column_stack([np.ones(len(u)), u])

    def objective(theta: Array) -> tuple[float, Array]:
        x = columns @ theta.reshape(2, 3).T
        if pos_weight is None:
            w = np.array([1.0, weight])
            value = multilabel_soft_margin_loss(x, y, w)
            slope = multilabel_soft_margin_loss_grad(x, y, w)
        else:
            p = np.array([1.0, pos_weight])
            value = binary_cross_entropy_with_logits(x, y, pos_weight=p)
            slope = binary_cross_entropy_with_logits_grad(x, y, pos_weight=p)
        return value, (slope.T @ columns).ravel()

    return minimised(objective, np.zeros(6)).reshape(2, 3)


@cache
def shared() -> Array:
    """방향 하나를 두 태그가 나누어 쓰는 모델을 `WEIGHTS`마다: (v₁, v₂, 절편, 드문 태그의 배수, 절편)."""
    u, y = articles()
    rows, theta = [], np.array([1.0, 0.1, 0.0, 0.5, -2.0])
    for weight in WEIGHTS:
        w = np.array([1.0, weight])

        def objective(theta: Array, w: Array = w) -> tuple[float, Array]:
            x = shared_logits(theta)
            slope = multilabel_soft_margin_loss_grad(x, y, w)
            along = slope[:, 0] + theta[3] * slope[:, 1]
            rest = slope[:, 0].sum(), slope[:, 1] @ (u @ theta[:2]), slope[:, 1].sum()
            return multilabel_soft_margin_loss(x, y, w), np.r_[u.T @ along, rest]

        theta = minimised(objective, theta)
        rows.append(theta)
    return np.array(rows)


def shared_logits(theta: Array) -> Array:
    score = articles()[0] @ theta[:2]
    return np.column_stack([score + theta[2], theta[3] * score + theta[4]])


def label_losses(x: Array) -> Array:
    """태그마다의 (가중치 없는) 평균 손실."""
    y = articles()[1]
    return np.array([multilabel_soft_margin_loss(x[:, [c]], y[:, [c]]) for c in range(2)])


def recall(x: Array) -> float:
    """드문 태그가 붙은 기사 가운데 찾아낸 비율."""
    y = articles()[1][:, 1]
    return float(np.mean(x[y == 1, 1] > 0))
