"""Losses of vectors: rows that line up, one loss a row, one gradient for each argument."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lossbook.losses._blocks import Term, collected, reduced, row_blocks
from lossbook.losses._checks import Array, common_dtype, working_dtype

Slopes = Callable[..., Sequence[Sequence[Array]]]


def float_dtype(*arrays: Array) -> np.dtype[Any]:
    """Return the dtype of a calculation in which integers alone become float32, as in torch."""
    dtype = common_dtype(*arrays)
    return dtype if dtype.kind == "f" else np.dtype(np.float32)


def lead_shape(*arrays: Array) -> tuple[int, ...]:
    """Return the common shape of all axes but the last."""
    shapes = {array.shape[:-1] for array in arrays}
    return shapes.pop() if len(shapes) == 1 else np.broadcast_shapes(*shapes)


def as_rows(*arrays: Array) -> list[Array]:
    """Return the vectors on the last axes as rows (R, D), as many of each; a number is one row.

    Integers become float64, so that no difference or square of theirs wraps around.
    """
    lead = lead_shape(*arrays)
    rows = []
    for array in arrays:
        if array.dtype.kind != "f":
            array = array.astype(np.float64)
        if array.shape[:-1] != lead:
            array = np.broadcast_to(array, lead + array.shape[-1:])
        rows.append(array.reshape(math.prod(lead), math.prod(array.shape[-1:])))
    return rows


def reduced_rows(loss: Term, arrays: Sequence[Array], reduction: str, dtype: np.dtype[Any]) -> Any:
    """Return the reduced loss of the vectors on the last axes: `loss` gives one term a row."""
    rows = as_rows(*arrays)
    value = reduced(loss, rows, reduction, dtype=dtype, shape=(len(rows[0]),), blocks=row_blocks)
    return value.reshape(lead_shape(*arrays))[()] if reduction == "none" else value


def row_gradients(slopes: Slopes, arrays: Sequence[Array], count: int) -> list[Array]:
    """Return the gradients by the first `count` arrays.

    `slopes` maps blocks of rows to the one or two terms that each gradient is the sum of. What
    was broadcast gets the sum of its slopes.
    """
    rows, likes = as_rows(*arrays), arrays[:count]
    lead = lead_shape(*arrays)
    outs = [
        np.empty(row.shape, working_dtype(like.dtype))
        for row, like in zip(rows, likes, strict=False)
    ]
    for pieces in row_blocks(rows, *outs):
        found = slopes(*pieces[: len(rows)])
        for out, terms in zip(pieces[len(rows) :], found, strict=True):
            narrow = out.shape[-1] == 1
            first, *rest = [np.sum(t, axis=-1, keepdims=True) if narrow else t for t in terms]
            np.add(first, rest[0] if rest else 0, out=out)
    return [
        collected(out.reshape(lead + like.shape[-1:]), like)
        for out, like in zip(outs, likes, strict=True)
    ]


def column(numbers: Array, dtype: np.dtype[Any]) -> Array:
    """Return one number a row as a column, to multiply the rows by."""
    return numbers[:, np.newaxis].astype(dtype, copy=False)
