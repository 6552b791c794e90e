"""다중 레이블 마진 손실 장의 계산: 숫자 두 개가 든 그림, 작은 신경망, 점수를 레이블로 바꾸는 규칙."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits

Array = np.ndarray[Any, np.dtype[Any]]

CLASSES = 10
SEEDS = range(3)
STEPS, EVERY, BATCH = 300, 20, 128
KINDS = {"indices": "11, 번호", "onehot": "11, 멀티 핫을 그대로", "softmax": "11, 소프트맥스를 거침",
         "logits": "08, 멀티 핫"}  # fmt: skip
"""What is trained: 11 on indices, the bug, the wrong kind of input, and 08 for comparison."""


def indices(onehot: Array) -> Array:
    """멀티 핫의 행을 클래스 번호를 앞에서부터 적고 -1로 채운 행으로 바꿉니다."""
    order = np.argsort(onehot == 0, axis=-1, kind="stable")  # 1인 자리가 앞으로
    count = (onehot != 0).sum(axis=-1, keepdims=True)
    return np.where(np.arange(onehot.shape[-1]) < count, order, -1)


@cache
def pictures(seed: int) -> tuple[tuple[Array, Array], ...]:
    """훈련 4000장, 검증 1000장, 시험 1500장: 숫자 두 개를 나란히 붙인 화소 128개와 멀티 핫."""
    data = load_digits()
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(data.target))
    sets = []
    for part, count in zip(np.split(order, [1100, 1350]), (4000, 1000, 1500), strict=True):
        pairs = rng.choice(part, size=(count, 2))
        pixels = data.images[pairs].transpose(0, 2, 1, 3).reshape(count, 128) / 16
        onehot = np.zeros((count, CLASSES), int)
        np.put_along_axis(onehot, data.target[pairs], 1, axis=1)
        sets.append((pixels, onehot))
    return tuple(sets)


def top_two(scores: Array) -> Array:
    """점수가 높은 둘을 고릅니다. 문턱이 없으므로 모든 점수에 같은 수를 더해도 결과가 같습니다."""
    second = np.sort(scores, axis=1)[:, [-2]]
    return np.asarray(scores >= second)


def micro_f1(called: Array, truth: Array) -> float:
    """맞게 고른 레이블의 두 배를, 고른 레이블과 있어야 할 레이블의 수의 합으로 나눈 값."""
    return float(2 * np.sum(called & (truth == 1)) / max(called.sum() + truth.sum(), 1))


def exact(called: Array, truth: Array) -> float:
    """집합이 통째로 맞은 그림의 비율."""
    return float(np.mean((called == (truth == 1)).all(axis=1)))


def tuned_cut(scores: Array, truth: Array) -> float:
    """micro-F1이 가장 큰 문턱. 점수의 분위수 200개 가운데 고릅니다."""
    cuts = np.quantile(scores, np.linspace(0.005, 0.995, 200))
    return float(max(cuts, key=lambda cut: micro_f1(scores > cut, truth)))


def objective(kind: str, onehot: Array) -> tuple[Callable[..., Any], Any]:
    """훈련할 손실과 목표. 'onehot'이면 멀티 핫을 번호인 줄 알고 그대로 넣습니다."""
    margin = F.multilabel_margin_loss
    numbers = torch.tensor(indices(onehot))
    if kind == "logits":
        loss = F.binary_cross_entropy_with_logits
        return loss, torch.tensor(onehot, dtype=torch.float32)
    if kind == "onehot":
        return margin, torch.tensor(onehot)
    if kind == "softmax":
        return lambda scores, y: margin(scores.softmax(dim=1), y), numbers
    return margin, numbers


@cache
def trained(kind: str, seed: int) -> dict[str, Array]:
    """훈련의 기록. kind는 `KINDS`의 열쇠입니다."""
    (u, onehot), (u_check, truth), (u_test, _) = pictures(seed)
    loss, target = objective(kind, onehot)
    pixels, checked = (torch.tensor(v, dtype=torch.float32) for v in (u, u_check))
    generator = torch.Generator().manual_seed(seed)
    model = network(generator)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.006, fused=True)
    record = []
    for step in range(STEPS + 1):
        if step % EVERY == 0:  # the last step only looks
            with torch.no_grad():
                scores = model(checked).numpy()
                value = loss(model(pixels), target).item()
            record.append((step, value, micro_f1(top_two(scores), truth)))
        if step == STEPS:
            break
        batch = torch.randint(len(pixels), (BATCH,), generator=generator)
        optimizer.zero_grad()
        loss(model(pixels[batch]), target[batch]).backward()
        optimizer.step()
    with torch.no_grad():
        tested = model(torch.tensor(u_test, dtype=torch.float32)).numpy()
    steps, losses, f1 = np.array(record).T
    return {"step": steps, "loss": losses, "f1": f1, "check": scores, "test": tested}


def network(generator: torch.Generator) -> Any:
    """128-128-10의 신경망. 첫 값은 generator에서만 옵니다."""
    model = torch.nn.Sequential(
        torch.nn.Linear(128, 128), torch.nn.ReLU(), torch.nn.Linear(128, CLASSES)
    ).to(torch.float32)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.uniform_(-(128**-0.5), 128**-0.5, generator=generator)
    return model
