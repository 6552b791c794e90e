"""Class labels: the checks that cross entropy and NLL share, and the gather along the classes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._checks import Array, as_array, real_array


def classes_first(array: Array) -> Array:
    """Return (N, C, d…) as a view (C, N, d…); (C) stays as it is."""
    return np.moveaxis(array, 1, 0) if array.ndim > 1 else array


def classes_second(array: Array, like: Array) -> Any:
    """Undo `classes_first`, in the dtype of `like`."""
    back = np.moveaxis(array, 0, 1) if array.ndim > 1 else array
    return np.ascontiguousarray(back, like.dtype)


def at(values: Array, labels: Array) -> Array:
    """Pick from `values` (C, N, d…) the one at each of the `labels` (N, d…)."""
    if len(values) == 0:
        return np.zeros(labels.shape, values.dtype)
    picked: Array = np.take_along_axis(values, labels[np.newaxis], axis=0)[0]
    return picked


def one_hot(values: Array, labels: Array, like: Array) -> Array:
    """Return zeros in the shape of `like` (C, N, d…) with `values` (N, d…) at the `labels`."""
    result = np.zeros_like(like)
    if len(like) > 0:
        np.put_along_axis(result, labels[np.newaxis], values[np.newaxis], axis=0)
    return result


def checked_labels(target: ArrayLike, input: Array, ignore_index: int) -> tuple[Array, Array]:
    """Return the labels, ignored ones replaced by 0, and the mask of those that count."""
    labels = as_array("target", target)
    if labels.size == 0 and not hasattr(target, "dtype"):
        labels = labels.astype(np.int64)
    allowed = ("int64", "uint8") if input.ndim < 3 else ("int64",)
    if labels.dtype not in allowed:
        raise TypeError(
            f"target에 클래스 번호를 주려면 dtype이 {', '.join(allowed)} 가운데 하나여야 합니다. "
            f"받은 dtype: {labels.dtype}."
        )
    shapes = [input.shape[:1] + input.shape[2:]] if input.ndim > 1 else [(), (1,)]
    if labels.shape not in shapes:
        raise ValueError(
            f"target의 모양은 input의 모양 {input.shape}에서 클래스 축(축 1, 1차원이면 축 0)을 뺀 "
            f"{' 또는 '.join(map(str, shapes))} 모양이어야 합니다. 받은 모양: {labels.shape}."
        )
    kept = labels != ignore_index
    classes = len(classes_first(input))
    outside = kept & ((labels < 0) | (labels >= classes))
    if np.any(outside):
        raise IndexError(
            f"target의 클래스 번호는 0 이상 {classes} 미만이거나 ignore_index({ignore_index})여야 "
            f"합니다. 받은 번호: {labels[outside].flat[0]}."
        )
    return np.where(kept, labels, 0).astype(np.int64), np.asarray(kept)


def checked_weight(weight: ArrayLike | None, input: Array, like_input: bool = True) -> Array:
    """Return the weight of each class; with `like_input` its dtype has to be that of `input`."""
    classes = len(classes_first(input))
    if weight is None:
        return np.ones(classes, input.dtype)
    w = real_array("weight", weight, like=input)
    if like_input and w.dtype != input.dtype:
        raise TypeError(
            f"weight의 dtype은 input의 dtype {input.dtype} 그대로여야 합니다. "
            f"받은 dtype: {w.dtype}."
        )
    if w.shape != (classes,):
        raise ValueError(
            f"weight의 모양은 클래스마다 하나씩 ({classes},) 모양이어야 합니다. "
            f"받은 모양: {w.shape}."
        )
    return w


def along_classes(weight: Array, like: Array) -> Array:
    """Return the weights (C) as a view of the shape of `like` (C, N, d…)."""
    return np.broadcast_to(weight.reshape(-1, *[1] * (like.ndim - 1)), like.shape)


def check_class_axis(input: Array) -> None:
    """Refuse an input without a class axis."""
    if input.ndim == 0:
        raise ValueError(
            "input의 모양은 (C), (N, C), (N, C, d1, …) 가운데 하나여야 합니다. 받은 모양: ()."
        )
