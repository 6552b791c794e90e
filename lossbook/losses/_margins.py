"""What the margin losses share: labels of ±1, scores in rows, class numbers, the margin itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._blocks import BLOCK
from lossbook.losses._checks import Array, as_array, float_array, number, warn_caller

SCORES = (np.dtype(np.float32), np.dtype(np.float64))


def checked_scores(input: ArrayLike) -> tuple[Array, Array]:
    """Return the scores of each class, (), (C) or (N, C), as they came and in rows (N, C)."""
    x = float_array("input", input, allowed=SCORES)
    if x.ndim > 2 or x.shape[-1:] == (0,):
        raise ValueError(
            "input의 모양은 (C) 또는 (N, C)이고 클래스 수 C는 1 이상이어야 합니다. "
            f"받은 모양: {x.shape}."
        )
    return x, x if x.ndim == 2 else x.reshape(1, -1)


def checked_numbers(
    target: ArrayLike, shapes: list[tuple[int, ...]], lowest: int, classes: int
) -> Array:
    """Return class numbers of one of the `shapes`, from `lowest` up to `classes` - 1."""
    labels = as_array("target", target)
    if labels.size == 0 and not hasattr(target, "dtype"):
        labels = labels.astype(np.int64)
    if labels.dtype != np.int64:
        raise TypeError(
            f"target에 클래스 번호를 주려면 dtype이 int64여야 합니다. 받은 dtype: {labels.dtype}."
        )
    if labels.shape not in shapes:
        raise ValueError(
            f"target의 모양은 {' 또는 '.join(map(str, shapes))} 모양이어야 합니다. "
            f"받은 모양: {labels.shape}."
        )
    if labels.size and not lowest <= labels.min() <= labels.max() < classes:
        outside = labels[(labels < lowest) | (labels >= classes)]
        raise IndexError(
            f"target의 클래스 번호는 {lowest} 이상 {classes} 미만이어야 합니다. "
            f"받은 번호: {outside.flat[0]}."
        )
    return labels


def checked_margin(margin: Any, dtype: np.dtype[Any]) -> float:
    """Return the margin as torch converts it to `dtype`: what does not fit is refused."""
    value = number("margin", margin)
    if dtype.kind == "f":
        fits = not np.isfinite(value) or abs(value) <= np.finfo(dtype).max
    else:
        fits = bool(np.iinfo(dtype).min <= value <= np.iinfo(dtype).max)
        value = float(int(value)) if fits else value
    if not fits:
        raise ValueError(
            f"margin의 값은 input의 dtype {dtype.name}의 범위 안에 있어야 합니다. 받은 값: {margin!r}."
        )
    return value


def warn_unless_signs(target: Array, consequence: str) -> None:
    """Warn of labels other than 1 and -1, which torch takes silently."""
    pieces: Iterable[Any] = [target]
    if target.size > BLOCK:
        pieces = np.nditer(target, ["external_loop", "buffered"], buffersize=BLOCK)
    if not all((np.abs(piece) == 1).all() for piece in pieces):
        warn_caller(
            f"target에 1도 -1도 아닌 레이블이 있습니다(예: {target[np.abs(target) != 1].flat[0]}). "
            f"{consequence} 0과 1로 된 레이블은 2 * target - 1로 바꾸세요."
        )


def row_sums(terms: Array) -> Array:
    """Return the sum of each row; on short rows a product is much faster than np.sum."""
    sums: Array = terms @ np.ones(terms.shape[1], terms.dtype)
    return sums


def positive_part(z: Array) -> Array:
    """Return max(0, z), for nan 0 as in torch; an array of zeros is faster here than a number."""
    return np.fmax(z, np.zeros_like(z))
