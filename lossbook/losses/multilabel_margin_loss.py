"""다중 레이블 마진 손실과 그 기울기 (11)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._blocks import gradient, reduced, row_blocks
from lossbook.losses._checks import Array, check_reduction, warn_caller
from lossbook.losses._margins import checked_numbers, checked_scores, positive_part, row_sums


@np.errstate(all="ignore")
def multilabel_margin_loss(input: ArrayLike, target: ArrayLike, reduction: str = "mean") -> Any:
    """다중 레이블 마진 손실. 모든 정답의 점수를 모든 오답보다 1 이상 높게 만듭니다.

    표본마다 `target`에서 첫 -1 앞에 있는 클래스 번호가 정답의 집합 J이고, [z]₊ = max(0, z)라고
    하면::

        ℓ = (1 / C) Σ_{j ∈ J} Σ_{i ∉ J} [1 - (x_j - x_i)]₊

    두 번 적은 정답은 두 번 셉니다. nan인 항은 PyTorch처럼 0으로 셉니다.

    Parameters
    ----------
    input : array_like
        점수 x. 모양 (C), (N, C). dtype은 float32, float64.
    target : array_like
        정답의 클래스 번호를 앞에서부터 적고 -1로 끝을 표시한 것. `input`과 같은 모양, dtype은
        int64. 0과 1로 된 멀티 핫이 아닙니다. 첫 -1 뒤의 번호는 쓰이지 않지만 -1 이상 C 미만이어야
        합니다.
    reduction : {'mean', 'sum', 'none'}
        평균, 합, 또는 축약하지 않음.

    Returns
    -------
    numpy.floating or numpy.ndarray
        손실. 0 이상이고, 단위는 점수의 단위입니다. 'none'이면 모양은 () 또는 (N)입니다. 빈 배치의
        평균은 nan입니다(PyTorch는 초기화하지 않은 메모리를 돌려줍니다).

    Raises
    ------
    TypeError
        dtype이 맞지 않을 때.
    ValueError
        모양이 맞지 않을 때, `reduction`을 모를 때.
    IndexError
        클래스 번호가 -1 이상 C 미만이 아닐 때.

    Warns
    -----
    UserWarning
        `target`이 0과 1뿐이어서 멀티 핫으로 보일 때. 번호로 읽으면 클래스 0과 1만 정답이 됩니다.

    References
    ----------
    A. Elisseeff, J. Weston, "A kernel method for multi-labelled classification", 2001.
    장: chapters/loss/11-multilabel-margin-loss.md

    Examples
    --------
    >>> from lossbook import multilabel_margin_loss
    >>> print(multilabel_margin_loss([2.0, 1.5, 0.0, -0.5], [0, 2, -1, -1]))
    0.875
    """
    _, x, y, shape = _checked(input, target, reduction)

    def loss(x: Array, y: Array) -> Array:
        return sum(row_sums(hinge) for _, hinge in _hinges(x, y)) / x.shape[1]

    return reduced(loss, (x, y), reduction, dtype=x.dtype, shape=shape, blocks=row_blocks)


@np.errstate(all="ignore")
def multilabel_margin_loss_grad(
    input: ArrayLike, target: ArrayLike, reduction: str = "mean"
) -> Any:
    """다중 레이블 마진 손실을 점수로 미분한 값. 마진 안에 든 쌍을 1/C씩 세어 서로 떼어 놓습니다.

    z_ji = 1 - (x_j - x_i)라고 하면::

        ∂ℓ/∂x_i =  (1 / C) #{j ∈ J: z_ji > 0}    i ∉ J일 때
        ∂ℓ/∂x_j = -(1 / C) #{i ∉ J: z_ji > 0}    j ∈ J일 때

    두 번 적은 정답은 두 번 셉니다. 'none'일 때는 모든 항의 합을 미분합니다.

    Parameters
    ----------
    input, target, reduction
        `multilabel_margin_loss`와 같습니다.

    Returns
    -------
    numpy.ndarray
        `input`과 모양과 dtype이 같은 기울기. 1/C의 정수배이고('mean'이면 다시 1/N배), 행마다의
        합은 0입니다.

    Examples
    --------
    >>> from lossbook import multilabel_margin_loss_grad
    >>> print(multilabel_margin_loss_grad([2.0, 1.5, 0.0, -0.5], [0, 2, -1, -1]))
    [-0.25  0.5  -0.5   0.25]
    """
    scores, x, y, _ = _checked(input, target, reduction)

    def slope(x: Array, y: Array) -> Array:
        slopes = np.zeros_like(x)
        for j, hinge in _hinges(x, y):
            active = (hinge > 0).astype(x.dtype)
            slopes += active
            slopes[np.arange(len(j)), j] -= row_sums(active)
        return slopes

    N, C = x.shape
    total = N * C if reduction == "mean" else C
    slopes = gradient(slope, (x, y), "mean", like=x, total=total, blocks=row_blocks)
    return slopes.reshape(scores.shape)


def _hinges(x: Array, y: Array) -> Iterator[tuple[Array, Array]]:
    """For the first, second, … label j of every row yield j and [1 - x_j + x_i]₊.

    It is 0 for i in J and in the rows that have no such label; as in torch also for nan.
    """
    rows = np.arange(len(x))
    labels = [*_labels(y)]
    others = x.copy()
    for j, given in labels:
        others[rows[given], j[given]] = -np.inf
    for j, given in labels:
        own = np.where(given, x[rows, j], np.inf)
        yield j, positive_part((1 - own)[:, np.newaxis] + others)


def _labels(y: Array) -> Iterator[tuple[Array, Array]]:
    """Yield the first, second, … label of every row, and which rows have one before their -1."""
    given = np.ones(len(y), bool)
    for j in y.T:
        given = given & (j >= 0)
        if not given.any():
            return
        yield j, given


def _checked(
    input: ArrayLike, target: ArrayLike, reduction: str
) -> tuple[Array, Array, Array, tuple[int, ...]]:
    """Return the scores, the scores in rows, the labels in rows, and the shape of the terms."""
    check_reduction(reduction)
    scores, x = checked_scores(input)
    shapes = [scores.shape] if scores.size > 1 or scores.ndim == 2 else [(), (1,)]
    labels = checked_numbers(target, shapes, -1, x.shape[1])
    if x.shape[1] > 2 and labels.size and labels.max() == 1 and labels.min() == 0:
        warn_caller(
            "target이 0과 1뿐입니다. 멀티 핫(원-핫)이 아니라 클래스 번호로 읽으므로 클래스 0과 1만 "
            "정답이 됩니다. 정답의 번호를 앞에서부터 적고 나머지를 -1로 채우세요."
        )
    return scores, x, labels.reshape(x.shape), scores.shape[:-1]
