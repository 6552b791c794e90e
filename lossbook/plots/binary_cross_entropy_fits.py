"""이진 교차 엔트로피 장의 계산: float32의 시그모이드, 유방암 자료로 가르치는 로지스틱 회귀."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_breast_cancer

import lossbook
from lossbook.plots.links import sigmoid

Array = np.ndarray[Any, np.dtype[Any]]

SEEDS = range(10)
TRAINED_ON = 400
STEPS = 200
RATE = 0.05


def through_sigmoid(z: Array, target: float) -> tuple[Array, Array]:
    """BCE(sigmoid(z))의 손실과, 연쇄 법칙을 차례로 곱한 z에 대한 기울기. dtype은 `z`의 것입니다."""
    x = sigmoid(z)
    y = np.full_like(x, target)
    loss = lossbook.binary_cross_entropy(x, y, reduction="none")
    slope = lossbook.binary_cross_entropy_grad(x, y, reduction="sum")
    return loss, slope * (x * (1 - x))


def on_logits(z: Array, target: float) -> tuple[Array, Array]:
    """로짓을 그대로 받는 손실과 기울기."""
    y = np.full_like(z, target)
    loss = lossbook.binary_cross_entropy_with_logits(z, y, reduction="none")
    return loss, lossbook.binary_cross_entropy_with_logits_grad(z, y, reduction="sum")


# --- one logistic regression for each seed, all seeds at once


SPACES: dict[str, Callable[[Any], Any]] = {
    "확률": torch.sigmoid,
    "자른 로짓": lambda z: z.clamp(0, 1),
    "시그모이드 두 번": lambda z: torch.sigmoid(torch.sigmoid(z)),
}
"""What is fed to the loss as the probability of a malignant tumour."""


@dataclass(frozen=True)
class Run:
    """What ten seeds left behind; the first axis of every array is the seed."""

    losses: Array
    """Training loss before each step and after the last."""
    accuracy: Array
    """Share of the training samples that are right, as often; 0.5 and more means malignant."""
    tested: Array
    """The same share of the other samples, after the last step."""


def patients(raw: bool) -> tuple[Array, Array]:
    """씨앗마다 섞은 설명 변수 (S, 569, 31)과 레이블 (S, 569). 악성이 1입니다."""
    data = load_breast_cancer()
    u, y = [], []
    for seed in SEEDS:
        order = np.random.default_rng(seed).permutation(len(data.target))
        columns = data.data[order]
        if not raw:
            known = columns[:TRAINED_ON]
            columns = (columns - known.mean(axis=0)) / known.std(axis=0)
        u.append(np.column_stack([columns, np.ones(len(order))]))
        y.append(1 - data.target[order])
    return np.array(u, np.float32), np.array(y, np.float32)


@cache
def trained(space: str, raw: bool = False) -> Run:
    """열 씨앗의 로지스틱 회귀를 float32로 가르칩니다. 'space'는 손실에 넣는 것입니다."""
    u, y = (torch.tensor(array) for array in patients(raw))
    start = [np.random.default_rng(100 + seed).normal(0, 0.1, 31) for seed in SEEDS]
    w = torch.tensor(np.array(start, np.float32), requires_grad=True)
    optimizer = torch.optim.Adam([w], lr=RATE)
    losses, accuracy = [], []
    for _ in range(STEPS + 1):
        z = torch.einsum("snd,sd->sn", u, w)
        x = SPACES.get(space, torch.sigmoid)(z)
        if space == "로짓":
            loss = F.binary_cross_entropy_with_logits(z, y, reduction="none")
        else:
            loss = F.binary_cross_entropy(x, y, reduction="none")
        mean = loss[:, :TRAINED_ON].mean(dim=1)
        right = ((x >= 0.5) == (y >= 0.5)).double()
        losses.append(mean.detach().numpy())
        accuracy.append(right[:, :TRAINED_ON].mean(dim=1).numpy())
        optimizer.zero_grad()
        mean.sum().backward()
        optimizer.step()
    tested = right[:, TRAINED_ON:].mean(dim=1).numpy()
    return Run(np.array(losses).T, np.array(accuracy).T, tested)
