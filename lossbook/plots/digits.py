"""손글씨 숫자를 임베딩하는 장들이 함께 쓰는 자료, 신경망, 점수."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

Array = np.ndarray[Any, np.dtype[Any]]


@cache
def shuffled(seed: int) -> tuple[Array, Array]:
    """이 씨앗의 순서로 섞은 숫자 1797장: 0과 1 사이의 화소 64개와 레이블."""
    pixels, label = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(label))
    return pixels[order] / 16, label[order]


@cache
def halves(seed: int) -> tuple[Array, Array, Array, Array]:
    """섞은 숫자를 번갈아 반으로 나눈 것: 훈련과 시험의 (화소 64개, 레이블)."""
    pixels, label = shuffled(seed)
    return pixels[::2], label[::2], pixels[1::2], label[1::2]


def mlp(*sizes: int) -> torch.nn.Sequential:
    """층의 너비가 sizes인 float64 신경망. 층 사이에 ReLU가 있습니다."""
    layers: list[torch.nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        layers += [torch.nn.Linear(inputs, outputs, dtype=torch.float64), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def five_neighbours(z: Array, y: Array, z_test: Array, y_test: Array) -> float:
    """가까운 훈련 점 다섯 개의 다수결로 시험 점의 레이블을 맞힌 비율."""
    return float(KNeighborsClassifier(5).fit(z, y).score(z_test, y_test))
