"""What every loss asks of its arguments, and how it says no."""

from __future__ import annotations

import operator
import sys
import warnings
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

REDUCTIONS = ("none", "mean", "sum")
FLOATS = (np.dtype(np.float16), np.dtype(np.float32), np.dtype(np.float64))
OURS = ("lossbook", "numpy")


def as_array(name: str, value: ArrayLike) -> Array:
    """Return `value` as an array in native byte order, without a copy where possible."""
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"{name}: 길이가 서로 다른 목록은 배열이 될 수 없습니다. 받은 값: {value!r}."
        ) from error
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def real_array(name: str, value: ArrayLike, like: Array | None = None) -> Array:
    """Return `value` as an array of real numbers.

    Numbers and lists have no dtype of their own: they take that of `like` (if that is of integers,
    only when it can hold them), or become floats.
    """
    array = as_array(name, value)
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        raise TypeError(
            f"{name}의 원소는 실수({', '.join(map(str, FLOATS))})나 정수여야 합니다. "
            f"받은 dtype: {array.dtype}."
        )
    if hasattr(value, "dtype"):
        return array
    if like is not None:
        cast = array.astype(like.dtype)
        if like.dtype.kind == "f" or np.array_equal(cast, array):
            return cast
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def float_array(
    name: str,
    value: ArrayLike,
    like: Array | None = None,
    allowed: tuple[np.dtype[Any], ...] = FLOATS,
) -> Array:
    """Return `value` as an array of one of the allowed floating dtypes."""
    array = real_array(name, value, like)
    if array.dtype not in allowed:
        raise TypeError(
            f"{name}의 dtype은 {', '.join(map(str, allowed))} 가운데 하나여야 합니다. "
            f"받은 dtype: {array.dtype}."
        )
    return array


def common_dtype(*arrays: Array) -> np.dtype[Any]:
    """Return the dtype of a calculation with all arrays: integers follow the floats."""
    dtypes = {array.dtype for array in arrays}
    if len(dtypes) > 1:
        dtypes = {dtype for dtype in dtypes if dtype.kind == "f"} or dtypes
        return np.result_type(*dtypes)
    return dtypes.pop()


def promoted_dtype(*arrays: Array) -> np.dtype[Any]:
    """Return the dtype of torch's plain operators: single numbers give way, integers to float32."""
    floats = [array for array in arrays if array.dtype.kind == "f"]
    dtypes = [array.dtype for array in floats if array.ndim] or [array.dtype for array in floats]
    return np.result_type(*dtypes) if dtypes else np.dtype(np.float32)


def working_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the dtype to calculate in: float16 would overflow in sums and squares."""
    return np.dtype(np.float32) if dtype.char == "e" else dtype


def number(name: str, value: Any) -> float:
    """Return `value` as a float."""
    if type(value) is float:
        return value
    if np.ndim(value) == 0 and not isinstance(value, str | bytes):
        try:
            return float(value)
        except (TypeError, OverflowError):
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


def check_bool(name: str, value: Any) -> None:
    """Refuse what is not a bool."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name}의 값은 bool이어야 합니다. 받은 값: {value!r}.")


def check_reduction(reduction: str, allowed: tuple[str, ...] = REDUCTIONS) -> None:
    """Refuse an unknown reduction."""
    if reduction not in allowed:
        raise ValueError(
            f"reduction의 값은 {', '.join(map(repr, allowed))} 가운데 하나여야 합니다. "
            f"받은 값: {reduction!r}."
        )


def check_same_shape(name: str, array: Array, other: str, expected: tuple[int, ...]) -> None:
    """Refuse an array whose shape is not that of the other argument."""
    if array.shape != expected:
        raise ValueError(
            f"{name}의 모양은 {other}의 모양 {expected} 그대로여야 합니다. "
            f"받은 모양: {array.shape}."
        )


def broadcast_shape(input: Array, target: Array) -> tuple[int, ...]:
    """Return the common shape of both arrays; warn if they are not of one shape already."""
    if input.shape == target.shape:
        return input.shape
    try:
        shape = np.broadcast_shapes(input.shape, target.shape)
    except ValueError:
        raise ValueError(
            f"target의 모양은 input의 모양 {input.shape} 그대로이거나 그 모양으로 "
            f"브로드캐스트되어야 합니다. 받은 모양: {target.shape}."
        ) from None
    warn_caller(
        f"input의 모양 {input.shape}, target의 모양 {target.shape}: 모양이 서로 달라 "
        f"{shape} 모양으로 브로드캐스트해 계산했습니다. (N, 1)과 (N,)이면 모든 쌍을 "
        "견주게 됩니다. reshape으로 두 모양을 같게 맞추세요."
    )
    return shape


def warn_caller(message: str) -> None:
    """Warn at the first line outside lossbook (and outside the wrapper of `np.errstate`)."""
    frame, level = sys._getframe(1), 2
    while frame.f_back and frame.f_globals["__name__"].partition(".")[0] in OURS:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, UserWarning, stacklevel=level)
