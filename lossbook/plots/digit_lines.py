"""손글씨 숫자를 이어 붙인 줄과, CTC로 그것을 읽는 작은 망 (02)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Labels = tuple[int, ...]

CHECKPOINTS = (0, 25, 50, 100, 200)
TRAINING_IMAGES = 1400
LONGEST_LINE = 6
WIDTH = LONGEST_LINE * 10


@dataclass(frozen=True)
class Lines:
    """숫자 줄의 묶음.

    Attributes
    ----------
    images : numpy.ndarray
        밝기. 모양 (N, 8, WIDTH), 범위 0에서 1. 줄의 폭 뒤는 0입니다.
    widths : numpy.ndarray
        줄마다의 폭, 곧 프레임 수. 모양 (N).
    labels : list of tuple of int
        줄마다의 정답. 0은 공백 기호의 자리라, 숫자 d의 레이블은 d + 1입니다.
    """

    images: Array
    widths: Array
    labels: list[Labels]


@dataclass(frozen=True)
class Run:
    """훈련 한 번의 기록: 반복마다의 손실과, `CHECKPOINTS`에서 시험 줄에 준 로그 확률."""

    losses: Array
    lines: Lines
    log_probs: dict[int, Array]


@cache
def _digits() -> tuple[Array, Array]:
    from sklearn.datasets import load_digits

    digits = load_digits()
    return digits.images / 16, digits.target


def digit_lines(pool: Array, count: int, random: np.random.Generator) -> Lines:
    """`pool`에 있는 숫자 그림을 3개에서 6개씩 이어 붙입니다. 사이는 0에서 2열을 띄웁니다."""
    pictures, digits = _digits()
    images = np.zeros((count, 8, WIDTH))
    widths = np.zeros(count, int)
    labels = []
    for row in range(count):
        chosen = random.choice(pool, random.integers(3, LONGEST_LINE + 1))
        for index in chosen:
            start = widths[row] + random.integers(0, 3)
            images[row, :, start : start + 8] = pictures[index]
            widths[row] = start + 8
        labels.append(tuple(int(digit) + 1 for digit in digits[chosen]))
    return Lines(images, widths, labels)


def network() -> Any:
    """화소 열마다 열한 기호의 로짓을 내는 합성곱 세 층."""
    from torch import float32, nn

    def convolution(inputs: int, width: int) -> tuple[Any, Any, Any]:
        layer = nn.Conv1d(inputs, 64, width, padding=width // 2, dtype=float32)
        return layer, nn.BatchNorm1d(64, dtype=float32), nn.ReLU()

    hidden = *convolution(8, 7), *convolution(64, 5)
    return nn.Sequential(*hidden, nn.Conv1d(64, 11, 1, dtype=float32))


def log_probabilities(model: Any, lines: Lines) -> Any:
    """망의 답. 모양은 CTC가 받는 (T, N, C)입니다."""
    import torch

    logits = model(torch.tensor(lines.images, dtype=torch.float32))
    return logits.permute(2, 0, 1).log_softmax(dim=2)


def train(seed: int, iterations: int = CHECKPOINTS[-1]) -> Run:
    """숫자 줄을 읽도록 훈련합니다. 시험 줄은 훈련에 쓰지 않은 그림으로 만듭니다."""
    import torch
    import torch.nn.functional as F

    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    order = random.permutation(len(_digits()[1]))
    test = digit_lines(order[TRAINING_IMAGES:], 200, random)
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses, log_probs = [], {}
    for iteration in range(iterations + 1):
        if iteration in CHECKPOINTS:
            with torch.no_grad():
                said = log_probabilities(model.eval(), test)
            log_probs[iteration] = said.double().numpy()
        batch = digit_lines(order[:TRAINING_IMAGES], 32, random)
        said = log_probabilities(model.train(), batch)
        answers = torch.tensor(np.concatenate(batch.labels))
        lengths = torch.tensor([len(label) for label in batch.labels])
        loss = F.ctc_loss(said, answers, torch.tensor(batch.widths), lengths)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return Run(np.array(losses[:iterations]), test, log_probs)


def edit_distance(first: Sequence[int], second: Sequence[int]) -> int:
    """한 열을 다른 열로 바꾸는 데 드는 넣기, 빼기, 바꾸기의 가장 적은 횟수."""
    costs = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        previous, costs[0] = costs[0], i
        for j, b in enumerate(second, 1):
            previous, costs[j] = costs[j], min(costs[j] + 1, costs[j - 1] + 1, previous + (a != b))
    return costs[-1]


def character_accuracy(readings: Sequence[Labels], answers: Sequence[Labels]) -> float:
    """1에서 글자 오류율(고친 글자 수 ÷ 정답 글자 수)을 뺀 값. 음수일 수도 있습니다."""
    wrong = sum(edit_distance(a, b) for a, b in zip(readings, answers, strict=True))
    return 1 - wrong / sum(map(len, answers))
