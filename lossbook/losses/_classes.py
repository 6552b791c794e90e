"""Class labels: the checks that cross entropy and NLL share, and the gather along the classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._checks import Array, as_array, real_array


def number_of_classes(input: Array) -> int:
    """Return C."""
    return input.shape[min(1, input.ndim - 1)]


def positions(input: Array) -> tuple[int, ...]:
    """Return the shape of `input` without its class axis."""
    return input.shape[:1] + input.shape[2:] if input.ndim > 1 else ()


def places(labels: Array) -> tuple[Array, Array]:
    """Return the indices n, d of labels (n, d), so that `log_p[labels, n, d]` picks from (C, n, d)."""
    return np.arange(labels.shape[0])[:, np.newaxis], np.arange(labels.shape[1])


def at(values: Array, labels: Array) -> Array:
    """Pick from `values` (C) or (N, C, d1, …) the one at each of the `labels` () or (N, d1, …)."""
    if number_of_classes(values) == 0:
        return np.zeros(labels.shape, values.dtype)
    axis = min(1, labels.ndim)
    picked: Array = np.take_along_axis(values, np.expand_dims(labels, axis), axis).squeeze(axis)
    return picked


def one_hot(values: Array, labels: Array, like: Array) -> Array:
    """Return zeros in the shape and dtype of `like` with `values` at the `labels`."""
    result = np.zeros(like.shape, like.dtype)
    if like.size > 0:
        axis = min(1, values.ndim)
        np.put_along_axis(result, np.expand_dims(labels, axis), np.expand_dims(values, axis), axis)
    return result


def checked_labels(target: ArrayLike, input: Array, ignore_index: int) -> tuple[Array, Array]:
    """Return the labels, one a position, ignored ones replaced by 0, and which ones count."""
    labels = as_array("target", target)
    if labels.size == 0 and not hasattr(target, "dtype"):
        labels = labels.astype(np.int64)
    allowed = ("int64", "uint8") if input.ndim < 3 else ("int64",)
    if labels.dtype not in allowed:
        raise TypeError(
            f"target에 클래스 번호를 주려면 dtype이 {', '.join(allowed)} 가운데 하나여야 합니다. "
            f"받은 dtype: {labels.dtype}."
        )
    shapes = [positions(input)] if input.ndim > 1 else [(), (1,)]
    if labels.shape not in shapes:
        raise ValueError(
            f"target의 모양은 input의 모양 {input.shape}에서 클래스 축(축 1, 1차원이면 축 0)을 뺀 "
            f"{' 또는 '.join(map(str, shapes))} 모양이어야 합니다. 받은 모양: {labels.shape}."
        )
    kept = np.asarray(labels != ignore_index)
    valid = labels if kept.all() else labels[kept]
    classes = number_of_classes(input)
    if valid.size and not 0 <= valid.min() <= valid.max() < classes:
        outside = valid[(valid < 0) | (valid >= classes)]
        raise IndexError(
            f"target의 클래스 번호는 0 이상 {classes} 미만이거나 ignore_index({ignore_index})여야 "
            f"합니다. 받은 번호: {outside.flat[0]}."
        )
    if valid is not labels:
        labels = np.where(kept, labels, 0)
    shape = positions(input)
    return labels.astype(np.int64, copy=False).reshape(shape), kept.reshape(shape)


def checked_weight(weight: ArrayLike | None, input: Array, like_input: bool = True) -> Array:
    """Return the weight of each class; with `like_input` its dtype has to be that of `input`."""
    classes = number_of_classes(input)
    if weight is None:
        return np.ones(classes or 1, input.dtype)
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
    return w if classes else np.ones(1, w.dtype)


def weight_sum(weight: Array | None, labels: Array, kept: Array) -> float:
    """Return what 'mean' divides by: the sum of the weights of the labels that count."""
    if weight is None:
        return float(np.count_nonzero(kept)) or np.nan
    weights = np.where(kept, weight[labels], 0)
    return float(np.sum(weights, dtype=np.float64)) if np.any(weights) else np.nan


def check_class_axis(input: Array) -> None:
    """Refuse an input without a class axis."""
    if input.ndim == 0:
        raise ValueError(
            "input의 모양은 (C), (N, C), (N, C, d1, …) 가운데 하나여야 합니다. 받은 모양: ()."
        )
