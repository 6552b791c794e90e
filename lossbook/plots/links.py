"""점수와 확률을 잇는 함수와 그 연쇄 법칙. 여러 장의 그림과 계산이 함께 씁니다."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


def sigmoid(z: Any) -> Array:
    """시그모이드. dtype은 `z`의 것입니다."""
    with np.errstate(over="ignore"):
        return np.asarray(1 / (1 + np.exp(-np.asarray(z))))


def softmax(logits: Array) -> Array:
    """Probabilities along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def through_log_softmax(p: Array, slope: Array) -> Array:
    """Chain rule from log-probabilities back to logits."""
    return np.asarray(slope - p * slope.sum(axis=1, keepdims=True))


def through_softmax(p: Array, slope: Array) -> Array:
    """Chain rule from probabilities back to logits."""
    return np.asarray(p * (slope - (p * slope).sum(axis=1, keepdims=True)))
