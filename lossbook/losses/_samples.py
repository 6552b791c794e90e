"""The checks of the losses that torch lacks: integers become floats, a weight may be a sample's."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._checks import Array, broadcast_shape, common_dtype, real_array


def checked_samples(
    input: ArrayLike, target: ArrayLike, weight: ArrayLike | None
) -> tuple[Array, Array, Array | None]:
    """Return input, target and the weight, which broadcasts against them; all are floating."""
    x = real_array("input", input)
    y = real_array("target", target, like=x)
    dtype = common_dtype(x, y)
    dtype = dtype if dtype.kind == "f" else np.dtype(np.float64)
    x, y = (array if array.dtype.kind == "f" else array.astype(dtype) for array in (x, y))
    w = None if weight is None else _checked_weight(weight, x)
    broadcast_shape(x, y)
    return x, y, w


def weight_total(weight: Array | None, input: Array, target: Array) -> float | None:
    """Return what a mean with weights divides by: the sum of the weights of all terms."""
    if weight is None:
        return None
    terms = math.prod(np.broadcast_shapes(input.shape, target.shape))
    return float(np.sum(weight, dtype=np.float64)) * (terms / max(1, weight.size))


def first_forbidden(array: Array, forbidden: Array) -> str:
    """Say how many values are forbidden and which is the first."""
    return f"{array[forbidden][0]!s} (모두 {np.count_nonzero(forbidden)}개)"


def _checked_weight(weight: ArrayLike, input: Array) -> Array:
    w = real_array("weight", weight, like=input)
    if w.shape == input.shape:
        return w
    if w.shape != input.shape[:1]:
        raise ValueError(
            f"weight의 모양은 input의 모양 {input.shape} 그대로이거나, 표본마다 하나인 "
            f"{input.shape[:1]} 모양이어야 합니다. 받은 모양: {w.shape}."
        )
    return w.reshape(w.shape + (1,) * (input.ndim - 1))
