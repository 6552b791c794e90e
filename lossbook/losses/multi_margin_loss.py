"""다중 클래스 마진 손실과 그 기울기 (15)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._blocks import gradient, reduced, row_blocks
from lossbook.losses._checks import Array, check_reduction
from lossbook.losses._classes import checked_weight
from lossbook.losses._margins import (
    checked_margin,
    checked_numbers,
    checked_scores,
    positive_part,
    row_sums,
)


@np.errstate(all="ignore")
def multi_margin_loss(
    input: ArrayLike,
    target: ArrayLike,
    p: int = 1,
    margin: float = 1.0,
    weight: ArrayLike | None = None,
    reduction: str = "mean",
) -> Any:
    """다중 클래스 마진 손실. 정답의 점수가 오답마다 마진 이상 높지 않으면 모자란 만큼 벌합니다.

    점수 x와 클래스 번호 y에서, [z]₊ = max(0, z)라고 하면::

        ℓ = (w_y / C) Σ_{i ≠ y} [m - x_y + x_i]₊^p

    나누는 수는 C - 1이 아니라 C입니다. 'mean'은 가중치의 합이 아니라 표본의 수 N으로 나눕니다.
    nan인 항은 PyTorch처럼 0으로 셉니다.

    Parameters
    ----------
    input : array_like
        점수 x. 모양 (C), (N, C). dtype은 float32, float64.
    target : array_like
        클래스 번호 y. 모양 (), (N). dtype은 int64.
    p : {1, 2}
        힌지에 매길 지수.
    margin : float
        벌려야 할 점수 차 m. 단위는 점수의 단위입니다.
    weight : array_like, optional
        클래스마다의 가중치 w. 모양 (C), dtype은 `input`과 같습니다.
    reduction : {'mean', 'sum', 'none'}
        평균, 합, 또는 축약하지 않음.

    Returns
    -------
    numpy.floating or numpy.ndarray
        손실. 0 이상이고, 단위는 점수의 단위의 p제곱입니다. 'none'이면 `target`의 모양입니다. 빈
        배치의 평균은 nan입니다(PyTorch는 초기화하지 않은 메모리를 돌려줍니다).

    Raises
    ------
    TypeError
        dtype이 맞지 않을 때, `margin`이 수가 아닐 때.
    ValueError
        모양이 맞지 않을 때, `p`가 1도 2도 아닐 때, `margin`이 `input`의 dtype의 범위를 벗어날 때,
        `reduction`을 모를 때.
    IndexError
        클래스 번호가 0 이상 C 미만이 아닐 때.

    References
    ----------
    J. Weston, C. Watkins, "Support vector machines for multi-class pattern recognition", 1999.
    장: chapters/loss/15-multi-margin-loss.md

    Examples
    --------
    >>> from lossbook import multi_margin_loss
    >>> print(multi_margin_loss([1.5, 2.0, 4.0], 1).round(6))
    1.166667
    >>> print(multi_margin_loss([1.5, 2.0, 4.0], 1, p=2).round(6))
    3.083333
    """
    _, x, y, m, w, shape = _checked(input, target, p, margin, weight, reduction)

    def loss(x: Array, y: Array) -> Array:
        hinge = _hinge(x, y, m)
        terms = row_sums(hinge if p == 1 else hinge**2) / x.shape[1]
        return terms if w is None else np.where(terms > 0, w[y] * terms, 0)

    return reduced(loss, (x, y), reduction, dtype=x.dtype, shape=shape, blocks=row_blocks)


@np.errstate(all="ignore")
def multi_margin_loss_grad(
    input: ArrayLike,
    target: ArrayLike,
    p: int = 1,
    margin: float = 1.0,
    weight: ArrayLike | None = None,
    reduction: str = "mean",
) -> Any:
    """다중 클래스 마진 손실을 점수로 미분한 값. 마진 안에 든 오답을 내리고 정답을 올립니다.

    z_i = m - x_y + x_i라고 하면::

        ∂ℓ/∂x_i = (w_y / C) p z_i^(p-1)    i ≠ y, z_i > 0일 때
        ∂ℓ/∂x_i = 0                        i ≠ y, z_i ≤ 0일 때
        ∂ℓ/∂x_y = -Σ_{i ≠ y} ∂ℓ/∂x_i

    'none'일 때는 모든 항의 합을 미분합니다.

    Parameters
    ----------
    input, target, p, margin, weight, reduction
        `multi_margin_loss`와 같습니다.

    Returns
    -------
    numpy.ndarray
        `input`과 모양과 dtype이 같은 기울기.

    Examples
    --------
    >>> from lossbook import multi_margin_loss_grad
    >>> print(multi_margin_loss_grad([1.5, 2.0, 4.0], 1).round(6))
    [ 0.333333 -0.666667  0.333333]
    """
    scores, x, y, m, w, _ = _checked(input, target, p, margin, weight, reduction)

    def slope(x: Array, y: Array) -> Array:
        hinge = _hinge(x, y, m)
        slopes = (hinge > 0).astype(x.dtype) if p == 1 else 2 * hinge
        if w is not None:
            np.multiply(slopes, w[y, np.newaxis], out=slopes, where=hinge > 0)
        slopes[np.arange(len(y)), y] = -row_sums(slopes)
        return slopes

    N, C = x.shape
    total = N * C if reduction == "mean" else C
    slopes = gradient(slope, (x, y), "mean", like=x, total=total, blocks=row_blocks)
    return slopes.reshape(scores.shape)


def _hinge(x: Array, y: Array, margin: float) -> Array:
    """Return [m - x_y + x_i]₊ in rows, 0 at i = y; as in torch 0 for nan."""
    rows = np.arange(len(y))
    own = x.take(rows * x.shape[1] + y)
    z = (margin - own)[:, np.newaxis] + x
    z[rows, y] = 0
    return positive_part(z)


def _checked(
    input: ArrayLike,
    target: ArrayLike,
    p: int,
    margin: float,
    weight: ArrayLike | None,
    reduction: str,
) -> tuple[Array, Array, Array, float, Array | None, tuple[int, ...]]:
    """Return the scores, the scores in rows, the labels, margin, weight, and the terms' shape."""
    check_reduction(reduction)
    scores, x = checked_scores(input)
    N, C = x.shape
    shapes: list[tuple[int, ...]] = [(N,)]
    if N == 1:
        shapes = [(), (1,)]
    labels = checked_numbers(target, shapes, 0, C)
    if not (isinstance(p, int | float | np.number) and p in (1, 2)):
        raise ValueError(f"p의 값은 1과 2 가운데 하나여야 합니다. 받은 값: {p!r}.")
    w = None if weight is None else checked_weight(weight, x)
    return scores, x, labels.reshape(N), checked_margin(margin, x.dtype), w, labels.shape
