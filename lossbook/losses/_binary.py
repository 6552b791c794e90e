"""The checks that the losses of a yes or no share: one target and one weight an element."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._checks import (
    Array,
    check_reduction,
    check_same_shape,
    float_array,
    real_array,
)


def checked_binary(input: ArrayLike, target: ArrayLike, reduction: str) -> tuple[Array, Array]:
    """Return input and target, both floating and of one shape."""
    check_reduction(reduction)
    x = float_array("input", input)
    y = float_array("target", target, like=x)
    check_same_shape("target", y, "input", x.shape)
    return x, y


def broadcast_weight(name: str, weight: ArrayLike | None, input: Array) -> Array | None:
    """Return a weight that broadcasts to `input` without making it larger."""
    if weight is None:
        return None
    w = real_array(name, weight, like=input)
    try:
        fits = np.broadcast_shapes(w.shape, input.shape) == input.shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"{name}의 모양은 input의 모양 {input.shape} 안으로 브로드캐스트되어야 합니다. "
            f"받은 모양: {w.shape}."
        )
    return w


def extremes(array: Array) -> tuple[float, float]:
    """Return the smallest and the largest of probabilities; nan if one is nan."""
    return (float(array.min()), float(array.max())) if array.size else (0.0, 1.0)
