"""로그 손실과 그 기울기 (19)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._blocks import gradient, reduced, row_blocks
from lossbook.losses._checks import (
    Array,
    as_array,
    check_reduction,
    check_same_shape,
    float_array,
    real_array,
    warn_caller,
)


@np.errstate(all="ignore")
def log_loss(
    input: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    reduction: str = "mean",
) -> Any:
    """로그 손실. 확률로 답한 분류기를 평가할 때 scikit-learn이 쓰는 교차 엔트로피입니다.

    확률 p를 eps와 1 - eps에서 자르고(eps는 dtype의 기계 정밀도)::

        ℓ = -w (y log p + (1 - y) log(1 - p))    모양 (N): p는 클래스 1의 확률
        ℓ = -w log p_y                           모양 (N, C)

    'mean'은 Σ ℓ / Σ w입니다. 확률을 합으로 나누지 않습니다.

    Parameters
    ----------
    input : array_like
        확률 p. 모양 (N), (N, 1), (N, C). 0 이상 1 이하. dtype은 float16, float32, float64.
    target : array_like
        클래스 번호 y. 모양 (N). 정수나 bool. 모양이 (N)이나 (N, 1)인 확률에서는 0과 1.
    weight : array_like, optional
        표본마다의 가중치 w. 모양 (N). 'mean'은 가중치의 합으로 나눕니다.
    reduction : {'mean', 'sum', 'none'}
        평균, 합, 또는 축약하지 않음.

    Returns
    -------
    numpy.floating or numpy.ndarray
        손실. 0 이상이고, 단위는 nat. 'none'이면 모양은 (N). dtype은 `input`의 것입니다.

    Raises
    ------
    TypeError
        dtype이 맞지 않을 때.
    ValueError
        모양이 맞지 않을 때, `input`에 0 이상 1 이하가 아닌 값이 있을 때, `reduction`을 모를 때.
    IndexError
        클래스 번호가 0 이상 C 미만이 아닐 때.

    Warns
    -----
    UserWarning
        모양이 (N, C)인 확률의 합이 1이 아닌 표본이 있을 때.

    References
    ----------
    T. Gneiting and A. E. Raftery, "Strictly proper scoring rules, prediction, and estimation",
    2007, doi:10.1198/016214506000001437. 장: chapters/loss/19-log-loss.md

    Examples
    --------
    >>> from lossbook import log_loss
    >>> print(log_loss([0.75, 0.25], [1, 0]).round(6))
    0.287682
    >>> print(log_loss([[0.25, 0.75], [0.75, 0.25]], [1, 0], weight=[1.0, 3.0]).round(6))
    0.287682
    >>> print(log_loss([1.0], [0]).round(4))
    36.0437
    """
    p, y, w, total, eps = _checked(input, target, weight, reduction)

    def of_two(p: Array, y: Array) -> Array:
        p = np.clip(p, eps, 1 - eps)
        return -(y * np.log(p) + (1 - y) * np.log1p(-p))

    def of_many(p: Array, y: Array) -> Array:
        return -np.log(np.clip(p[np.arange(len(y)), y], eps, 1 - eps))

    if p.ndim == 1:
        return reduced(of_two, (p, y), reduction, weight=w, total=total, dtype=p.dtype)
    return reduced(
        of_many, (p, y), reduction,
        weight=w, total=total, dtype=p.dtype, shape=y.shape, blocks=row_blocks,
    )  # fmt: skip


@np.errstate(all="ignore")
def log_loss_grad(
    input: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    reduction: str = "mean",
) -> Any:
    """로그 손실을 확률로 미분한 값::

        ∂ℓ/∂p = w (p - y) / (p (1 - p))    모양 (N)
        ∂ℓ/∂p_y = -w / p_y                 모양 (N, C). 정답이 아닌 자리는 0

    자른 확률에서는 0입니다. 'none'일 때는 모든 항의 합을 미분합니다.

    Parameters
    ----------
    input, target, weight, reduction
        `log_loss`와 같습니다.

    Returns
    -------
    numpy.ndarray
        `input`과 모양과 dtype이 같은 기울기.

    Examples
    --------
    >>> from lossbook import log_loss_grad
    >>> print(log_loss_grad([0.5, 0.25], [1, 0], reduction="sum").round(6))
    [-2.        1.333333]
    """
    p, y, w, total, eps = _checked(input, target, weight, reduction)

    def of_two(p: Array, y: Array) -> Array:
        inside = p == np.clip(p, eps, 1 - eps)
        return np.where(inside, (p - y) / (p * (1 - p)), 0)

    def of_many(p: Array, y: Array) -> Array:
        rows = np.arange(len(y))
        right = p[rows, y]
        inside = right == np.clip(right, eps, 1 - eps)
        slopes = np.zeros_like(p)
        slopes[rows, y] = np.where(inside, -1 / right, 0)
        return slopes

    if p.ndim == 1:
        slopes = gradient(of_two, (p, y), reduction, weight=w, total=total, like=p)
        return slopes.reshape(np.shape(input))
    column = None if w is None else w[:, np.newaxis]
    return gradient(
        of_many, (p, y), reduction, weight=column, total=total, like=p, blocks=row_blocks
    )


def _checked(
    input: ArrayLike, target: ArrayLike, weight: ArrayLike | None, reduction: str
) -> tuple[Array, Array, Array | None, float, float]:
    check_reduction(reduction)
    p = float_array("input", input)
    if p.ndim not in (1, 2):
        raise ValueError(f"input의 모양은 (N) 또는 (N, C)여야 합니다. 받은 모양: {p.shape}.")
    _check_probabilities(p)
    if p.ndim == 2 and p.shape[1] == 1:
        p = p[:, 0]
    y = _labels(target, p)
    w = None if weight is None else real_array("weight", weight, like=p)
    if w is not None:
        check_same_shape("weight", w, "target", y.shape)
    total = len(p) if w is None else float(np.sum(w, dtype=np.float64))
    return p, y, w, total, float(np.finfo(p.dtype).eps)


def _check_probabilities(p: Array) -> None:
    low, high = (p.min(), p.max()) if p.size else (0, 1)
    if not (low >= 0 and high <= 1):
        raise ValueError(
            f"input의 원소는 0 이상 1 이하인 확률이어야 합니다. 받은 값: 최소 {low}, 최대 {high}."
        )
    if p.ndim == 1 or p.shape[1] < 2:
        return
    tolerance = np.sqrt(np.finfo(p.dtype).eps)
    for (part,) in row_blocks([p]):
        sums = np.sum(part, axis=1)
        if np.any(np.abs(sums - 1) > tolerance):
            warn_caller(
                "input의 합이 1이 아닌 표본이 있습니다. 확률을 합으로 나누지 않고 그대로 "
                "채점했습니다. 로짓이나 점수라면 확률로 바꾸어 주세요."
            )
            return


def _labels(target: ArrayLike, p: Array) -> Array:
    y = as_array("target", target)
    if y.size == 0 and not hasattr(target, "dtype"):
        y = y.astype(np.int64)
    if y.dtype.kind not in "iub":
        raise TypeError(
            f"target의 원소는 클래스 번호(정수나 bool)여야 합니다. 받은 dtype: {y.dtype}."
        )
    check_same_shape("target", y, "input의 표본", p.shape[:1])
    classes = 2 if p.ndim == 1 else p.shape[1]
    if y.size and not 0 <= y.min() <= y.max() < classes:
        raise IndexError(
            f"target의 클래스 번호는 0 이상 {classes} 미만이어야 합니다. "
            f"받은 번호: 최소 {y.min()}, 최대 {y.max()}."
        )
    return y.astype(np.int64, copy=False)
