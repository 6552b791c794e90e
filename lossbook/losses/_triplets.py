"""What the two triplet losses share: checks, the p-norm of a row, and the slope of that norm."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._checks import (
    Array,
    check_reduction,
    float_array,
    number,
    real_array,
    warn_caller,
)
from lossbook.losses._pairs import sign
from lossbook.losses._vectors import column, float_dtype, lead_shape

NAMES = ("anchor", "positive", "negative")
SQUARES_FIT = {"f": (2.0**-60, 2.0**60), "d": (2.0**-500, 2.0**500)}


def norm(rows: Array, p: float) -> Array:
    """Return the p-norm of each row."""
    if p == 2:
        lengths: Array = np.sqrt(np.vecdot(rows, rows))
        if _squares_fit(lengths):
            return lengths
    sizes = np.abs(rows)
    if p == 0:
        return np.count_nonzero(sizes, axis=-1).astype(rows.dtype)
    if p == 1:
        return np.sum(sizes, axis=-1)
    # Measured in units of the largest element (the smallest for p < 0), no power overflows.
    limit = np.max(sizes, axis=-1, initial=0) if p > 0 else np.min(sizes, axis=-1, initial=np.inf)
    if np.isinf(p):
        return limit
    unit = np.where((limit > 0) & (limit < np.inf), limit, 1).astype(rows.dtype)
    powers: Array = np.sum((sizes / column(unit, rows.dtype)) ** p, axis=-1)
    return unit * powers ** (1 / p)


def norm_slope(rows: Array, lengths: Array, p: float, upstream: Array) -> Array:
    """Return ∂‖row‖/∂row times the number of `upstream` in that row; 0 for a row of zeros."""
    if p == 2 and _squares_fit(lengths):
        return rows * column(upstream / lengths, rows.dtype)
    sizes, lengths = np.abs(rows), column(lengths, rows.dtype)
    if p == 0:
        slope = np.zeros_like(rows)
    elif np.isinf(p):
        reached = (sizes == lengths) | np.isnan(sizes)
        slope = sign(rows) * reached / np.sum(reached, axis=-1, keepdims=True)
    else:
        if p >= 1:
            lengths = np.where(lengths == 0, 1, lengths)
        slope = sign(rows) * (sizes / lengths) ** (p - 1)
        if p < 1:
            slope = np.where(sizes == 0, 0, slope)
    return slope * column(upstream, rows.dtype)


def _squares_fit(lengths: Array) -> bool:
    """Say whether no square was lost to overflow or underflow."""
    low, high = SQUARES_FIT[lengths.dtype.char]
    return bool(((lengths > low) & (lengths < high)).all())


def checked_triplet(
    anchor: ArrayLike, positive: ArrayLike, negative: ArrayLike, margin: float, reduction: str
) -> tuple[Array, Array, Array]:
    """Return three arrays with as many axes; warn if they are not of one shape."""
    check_reduction(reduction)
    if number("margin", margin) <= 0:
        raise ValueError(f"margin의 값은 0보다 커야 합니다. 받은 값: {margin!r}.")
    a = real_array("anchor", anchor)
    like = a if a.dtype.kind == "f" else None
    p, n = real_array("positive", positive, like), real_array("negative", negative, like)
    if not a.shape == p.shape == n.shape:
        _check_broadcasting(a, p, n)
    return a, p, n


def _check_broadcasting(a: Array, p: Array, n: Array) -> None:
    shapes = f"anchor {a.shape}, positive {p.shape}, negative {n.shape}"
    if not a.ndim == p.ndim == n.ndim:
        raise ValueError(
            f"anchor, positive, negative는 축의 수가 같아야 합니다. 받은 모양: {shapes}."
        )
    try:
        lead_shape(a, p, n)
    except ValueError:
        raise ValueError(
            "anchor, positive, negative의 모양은 같거나 서로 브로드캐스트되어야 합니다. "
            f"받은 모양: {shapes}."
        ) from None
    warn_caller(f"모양이 서로 달라 브로드캐스트해 계산했습니다: {shapes}.")


def check_norms(a: Array, p: Array, n: Array, degree: float, swap: bool) -> None:
    """Refuse vectors whose differences do not exist, or have no norm of that degree."""
    for name, array in zip(NAMES, (a, p, n), strict=True):
        if array.dtype.kind == "b":
            raise TypeError(f"{name}의 dtype은 bool이 아니어야 합니다. 받은 dtype: bool.")
    if not a.shape == p.shape == n.shape:
        for u, v in _pairs(a, p, n, swap):
            if len({*u.shape[-1:], *v.shape[-1:]} - {1}) > 1:
                raise ValueError(
                    "anchor, positive, negative의 마지막 축은 길이가 같아야 거리를 잴 수 있습니다. "
                    f"받은 모양: {u.shape}, {v.shape}."
                )
    if 0 in (*a.shape[-1:], *p.shape[-1:], *n.shape[-1:]) and (degree < 0 or np.isinf(degree)):
        raise ValueError(
            "마지막 축의 길이가 0이면 p의 값은 0 이상이고 inf가 아니어야 합니다. "
            f"받은 값: {degree!r}."
        )


def check_floats(a: Array, p: Array, n: Array) -> None:
    """Refuse integers, which have no gradient."""
    for name, array in zip(NAMES, (a, p, n), strict=True):
        float_array(name, array)


def triplet_dtype(a: Array, p: Array, n: Array, swap: bool) -> np.dtype[Any]:
    """Return the dtype of the loss: that of the distances of the pairs it is made of."""
    if a.dtype == p.dtype == n.dtype:
        return float_dtype(a)
    return np.result_type(*(float_dtype(*pair) for pair in _pairs(a, p, n, swap)))


def _pairs(a: Array, p: Array, n: Array, swap: bool) -> list[tuple[Array, Array]]:
    return [(a, p), (a, n), (p, n)] if swap else [(a, p), (a, n)]
