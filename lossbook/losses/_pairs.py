"""The checks that the losses of a prediction and a target of the same shape share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._checks import (
    Array,
    broadcast_shape,
    check_reduction,
    check_same_shape,
    common_dtype,
    float_array,
    real_array,
)


def checked_pair(
    input: ArrayLike, target: ArrayLike, reduction: str, weight: ArrayLike | None = None
) -> tuple[Array, Array, Array | None]:
    """Return input, target and the weight of each element; input or target is floating."""
    check_reduction(reduction)
    x = real_array("input", input)
    y = real_array("target", target, like=x)
    if common_dtype(x, y).kind != "f":
        float_array("input", x)
    broadcast_shape(x, y)
    return x, y, checked_weight(weight, x)


def checked_absolute_pair(
    input: ArrayLike, target: ArrayLike, reduction: str, weight: ArrayLike | None = None
) -> tuple[Array, Array, Array | None, np.dtype[Any]]:
    """Do the same where torch subtracts tensors, integers too, and return the dtype of the loss."""
    check_reduction(reduction)
    x = real_array("input", input)
    y = real_array("target", target, like=x)
    w = checked_weight(weight, x)
    dtype = common_dtype(*(array for array in (x, y, w) if array is not None))
    if "b" in x.dtype.kind + y.dtype.kind:
        raise TypeError("input과 target의 dtype은 bool이 아니어야 합니다. 받은 dtype: bool.")
    if dtype.kind != "f":
        if reduction == "mean" and w is None:
            float_array("input", x)
        dtype = {"none": dtype, "sum": np.dtype(np.int64), "mean": np.dtype(np.float32)}[reduction]
    broadcast_shape(x, y)
    return x, y, w, dtype


def checked_weight(weight: ArrayLike | None, input: Array) -> Array | None:
    """Return the weight of each element of `input`."""
    if weight is None:
        return None
    w = real_array("weight", weight, like=input)
    check_same_shape("weight", w, "input", input.shape)
    return w


def weight_sum(weight: Array | None) -> float | None:
    """Return what a mean with weights divides by: their sum."""
    return None if weight is None else float(np.sum(weight, dtype=np.float64))


def sign(error: Array) -> Array:
    """Return the slope of |e|: 0 at e = 0, and as in torch 0 for nan."""
    return (error > 0).astype(error.dtype) - (error < 0)
