"""The terms of a loss, one block at a time: a block fits into the cache, whole arrays do not."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np

from lossbook.losses._checks import Array, common_dtype, working_dtype

Term: TypeAlias = Callable[..., Array]
Blocks: TypeAlias = Callable[[Sequence[Array], Array | None], Iterable[Any]]

BLOCK = 16_384  # elements: with more, glibc gives the memory of each block back and asks again
SHORT = 64  # classes: along a shorter axis a transposed copy is faster


def element_blocks(arrays: Sequence[Array], out: Array | None = None) -> Iterator[Any]:
    """Yield matching pieces of two or more arrays that broadcast, then the piece of `out`.

    Pieces of `arrays` come in the dtype to calculate in.
    """
    work = working_dtype(common_dtype(*arrays))
    operands = [*arrays] if out is None else [*arrays, out]
    if max([array.size for array in operands]) <= BLOCK:
        yield [array.astype(work, copy=False) for array in arrays] + operands[len(arrays) :]
        return
    flags = [["readonly"]] * len(arrays) + [["writeonly"]] * (len(operands) - len(arrays))
    dtypes = [work] * len(arrays) + [array.dtype for array in operands[len(arrays) :]]
    with np.nditer(  # type: ignore[call-overload]
        operands, ["external_loop", "buffered", "zerosize_ok"], flags,
        op_dtypes=dtypes, buffersize=BLOCK, casting="unsafe",
    ) as pieces:  # fmt: skip
        yield from pieces


def row_blocks(arrays: Sequence[Array], *outs: Array | None) -> Iterator[Any]:
    """Yield the arrays, then `outs`, in groups of rows (axis 0 of each); a vector stays whole."""
    operands = [*arrays, *(out for out in outs if out is not None)]
    count = len(arrays[0]) if arrays[0].ndim > 1 else 1
    rows = max(1, BLOCK * count // max(1, *(array.size for array in operands)))
    for start in range(0, count, rows):
        pieces = operands if rows >= count else [array[start : start + rows] for array in operands]
        yield [*map(_widened, pieces[: len(arrays)]), *pieces[len(arrays) :]]


def class_blocks(arrays: Sequence[Array], out: Array | None = None) -> Iterator[Any]:
    """Yield arrays (N, C, d1, …) as blocks (C, n, d), arrays without classes as (n, d).

    The first array has classes; `out` comes last.
    """
    shape = arrays[0].shape
    N, C, D = (1, *shape, 1) if len(shape) == 1 else (*shape[:2], math.prod(shape[2:]))
    if C == 0:
        return
    operands = [*arrays] if out is None else [*arrays, out]
    operands = [array.reshape((N, C, D) if array.shape == shape else (N, D)) for array in operands]
    for n, d in _positions(N, D, max(1, BLOCK // C)):
        pieces = [
            array[n, :, d].swapaxes(0, 1) if array.ndim == 3 else array[n, d] for array in operands
        ]
        if C <= SHORT:
            pieces[0] = np.ascontiguousarray(pieces[0])
        yield [*map(_widened, pieces[: len(arrays)]), *pieces[len(arrays) :]]


def _widened(array: Array) -> Array:
    return array.astype(np.float32) if array.dtype.char == "e" else array


def _positions(N: int, D: int, count: int) -> Iterator[tuple[slice, slice]]:
    """Yield slices of (N, D) that hold at most `count` positions."""
    if count < D:
        for n in range(N):
            for d in range(0, D, count):
                yield slice(n, n + 1), slice(d, d + count)
    else:
        rows = count // max(1, D)
        for n in range(0, N, rows):
            yield slice(n, n + rows), slice(0, D)


def reduced(
    loss: Term,
    arrays: Sequence[Array],
    reduction: str,
    *,
    weight: Array | None = None,
    total: float | None = None,
    dtype: np.dtype[Any] | None = None,
    shape: tuple[int, ...] | None = None,
    blocks: Blocks = element_blocks,
) -> Any:
    """Return the terms ℓ, their sum, or for 'mean' their sum divided by `total`.

    `loss` maps matching blocks of `arrays` to their terms, which `weight` multiplies. By default
    `total` is the number of terms, `shape` is that of the terms of an elementwise loss, and
    `dtype` is that of the calculation.
    """
    arrays, loss = _weighted(arrays, loss, weight)
    dtype = dtype or common_dtype(*arrays)
    shape = _common_shape(arrays) if shape is None else shape
    if reduction == "none":
        terms = np.zeros(shape, dtype)
        for *pieces, part in blocks(arrays, terms):
            part[...] = loss(*pieces)
        return terms[()]
    value = 0
    for pieces in blocks(arrays, None):
        value += np.add.reduce(loss(*pieces), axis=None).item()
    return _divided(value, reduction, math.prod(shape) if total is None else total, dtype)


def reduced_terms(
    terms: Array, reduction: str, dtype: np.dtype[Any], total: float | None = None
) -> Any:
    """Do what `reduced` does with terms that are there already."""
    if reduction == "none":
        return terms.astype(dtype, copy=False)[()]
    value = np.add.reduce(terms, axis=None).item()
    return _divided(value, reduction, terms.size if total is None else total, dtype)


def _divided(value: float, reduction: str, total: float, dtype: np.dtype[Any]) -> Any:
    return dtype.type(np.divide(value, total) if reduction == "mean" else value)


def gradient(
    slope: Term,
    arrays: Sequence[Array],
    reduction: str,
    *,
    like: Array,
    weight: Array | None = None,
    total: float | None = None,
    shape: tuple[int, ...] | None = None,
    blocks: Blocks = element_blocks,
) -> Any:
    """Return the slopes of the reduced loss in the shape and dtype of `like`.

    `slope` maps matching blocks of `arrays` to ∂ℓ/∂x, which `weight` multiplies and 'mean' divides
    by `total` (default: the number of terms, which is that of the slopes). An element of `like`
    that was broadcast to several terms gets the sum of their slopes.
    """
    arrays, slope = _weighted(arrays, slope, weight)
    if shape is None:
        shape = _common_shape(arrays) if blocks is element_blocks else like.shape
    scale = reduction_scale(reduction, math.prod(shape) if total is None else total)
    stretched = shape != like.shape
    slopes = np.empty(shape, working_dtype(common_dtype(*arrays)) if stretched else like.dtype)
    for *pieces, part in blocks(arrays, slopes):
        np.multiply(slope(*pieces), scale, out=part, casting="unsafe")
    return collected(slopes, like) if stretched else slopes


def reduction_scale(reduction: str, total: float) -> float:
    """Return ∂L/∂ℓ: 1/total for 'mean', 1 otherwise."""
    return float(np.divide(1.0, total)) if reduction == "mean" else 1.0


def _weighted(
    arrays: Sequence[Array], term: Term, weight: Array | None
) -> tuple[Sequence[Array], Term]:
    if weight is None:
        return arrays, term
    return [*arrays, weight], lambda *pieces: term(*pieces[:-1]) * pieces[-1]


def _common_shape(arrays: Sequence[Array]) -> tuple[int, ...]:
    first = arrays[0].shape
    if all(array.shape == first for array in arrays):
        return first
    return np.broadcast_shapes(*(array.shape for array in arrays))


def collected(slopes: Array, like: Array) -> Any:
    """Return the slopes in the shape and dtype of `like`, summed where `like` was broadcast."""
    if slopes.shape == like.shape:
        return slopes.astype(like.dtype, copy=False)
    extra = slopes.ndim - like.ndim
    axes = tuple(
        axis for axis in range(slopes.ndim)
        if axis < extra or (like.shape[axis - extra] == 1 and slopes.shape[axis] != 1)
    )
    return np.sum(slopes, axis=axes).reshape(like.shape).astype(like.dtype)
