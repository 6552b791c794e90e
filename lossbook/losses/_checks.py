"""What every loss asks of its arguments, and how it says no."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

REDUCTIONS = ("none", "mean", "sum")
FLOATS = ("float16", "float32", "float64")
CALLER = 5  # warn -> broadcast_shape -> _checked -> loss -> np.errstate's wrapper -> caller


def real_array(name: str, value: ArrayLike, like: Array | None = None) -> Array:
    """Return `value` as an array of real numbers.

    Numbers and lists have no dtype of their own: they take that of `like`, or become floats.
    """
    array = as_array(name, value)
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        raise TypeError(
            f"{name}의 원소는 실수({', '.join(FLOATS)})나 정수여야 합니다. "
            f"받은 dtype: {array.dtype}."
        )
    if hasattr(value, "dtype"):
        return array
    if like is not None:
        return array.astype(like.dtype)
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def float_array(
    name: str, value: ArrayLike, like: Array | None = None, allowed: Iterable[str] = FLOATS
) -> Array:
    """Return `value` as an array of one of the allowed floating dtypes."""
    array = real_array(name, value, like)
    if array.dtype not in tuple(allowed):
        raise TypeError(
            f"{name}의 dtype은 {', '.join(allowed)} 가운데 하나여야 합니다. "
            f"받은 dtype: {array.dtype}."
        )
    return array


def as_array(name: str, value: ArrayLike) -> Array:
    """Return `value` as an array in native byte order, without a copy where possible."""
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"{name}: 길이가 서로 다른 목록은 배열이 될 수 없습니다. 받은 값: {value!r}."
        ) from error
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def common_dtype(*arrays: Array) -> np.dtype[Any]:
    """Return the dtype of a calculation with all arrays: integers follow the floats."""
    floats = [array.dtype for array in arrays if array.dtype.kind == "f"]
    return np.result_type(*(floats or [array.dtype for array in arrays]))


def working_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the dtype to calculate in: float16 would overflow in sums and squares."""
    return np.result_type(dtype, np.float32) if dtype == np.float16 else dtype


def number(name: str, value: Any) -> float:
    """Return `value` as a float."""
    if np.ndim(value) == 0 and not isinstance(value, str | bytes):
        try:
            return float(value)
        except TypeError:
            pass
    raise TypeError(f"{name}의 값은 실수 하나여야 합니다. 받은 값: {value!r}.")


def integer(name: str, value: Any) -> int:
    """Return `value` as an int; a bool is not one."""
    if not isinstance(value, bool):
        try:
            return operator.index(value)
        except TypeError:
            pass
    raise TypeError(f"{name}의 값은 정수 하나여야 합니다. 받은 값: {value!r}.")


def check_reduction(reduction: str) -> None:
    """Refuse an unknown reduction."""
    if reduction not in REDUCTIONS:
        raise ValueError(
            f"reduction의 값은 {', '.join(map(repr, REDUCTIONS))} 가운데 하나여야 합니다. "
            f"받은 값: {reduction!r}."
        )


def broadcast_shape(input: Array, target: Array) -> tuple[int, ...]:
    """Return the common shape of both arrays; warn if they are not of one shape already."""
    try:
        shape = np.broadcast_shapes(input.shape, target.shape)
    except ValueError:
        raise ValueError(
            f"target의 모양은 input의 모양 {input.shape} 그대로이거나 그 모양으로 "
            f"브로드캐스트되어야 합니다. 받은 모양: {target.shape}."
        ) from None
    if input.shape != target.shape:
        warnings.warn(
            f"input의 모양 {input.shape}, target의 모양 {target.shape}: 모양이 서로 달라 "
            f"{shape} 모양으로 브로드캐스트해 계산했습니다. (N, 1)과 (N,)이면 모든 쌍을 "
            "견주게 됩니다. reshape으로 두 모양을 같게 맞추세요.",
            UserWarning,
            stacklevel=CALLER,
        )
    return shape
