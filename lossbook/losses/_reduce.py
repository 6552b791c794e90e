"""From the terms of a loss to its value, and back from a reduced value to the input's shape."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook.losses._checks import Array


def reduced(
    terms: Array, reduction: str, dtype: np.dtype[Any], total: float | None = None
) -> Any:
    """Reduce the terms ℓ; 'mean' divides their sum by `total` (default: their number)."""
    if reduction == "none":
        return terms.astype(dtype, copy=False)
    value = np.sum(terms)
    if reduction == "mean":
        value = value / (terms.size if total is None else total)
    return value.astype(dtype)


def reduction_scale(reduction: str, total: float) -> Any:
    """Return ∂L/∂ℓ: 1/total for 'mean', 1 otherwise."""
    return np.divide(1.0, total) if reduction == "mean" else 1.0


def collected(slopes: Array, like: Array) -> Any:
    """Add up the slopes of all terms that one element of `like` was broadcast to."""
    extra = slopes.ndim - like.ndim
    stretched = tuple(
        axis for axis in range(slopes.ndim)
        if axis < extra or (like.shape[axis - extra] == 1 and slopes.shape[axis] != 1)
    )
    return np.sum(slopes, axis=stretched).reshape(like.shape).astype(like.dtype)
