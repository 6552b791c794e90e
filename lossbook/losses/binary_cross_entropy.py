"""이진 교차 엔트로피 손실과 그 기울기 (07)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._binary import broadcast_weight, checked_binary, extremes
from lossbook.losses._blocks import gradient, reduced
from lossbook.losses._checks import Array

SMALLEST_LOG = -100.0
SMALLEST_VARIANCE = float(np.float32(1e-12))  # as in torch, where it is a float32 for any dtype


@np.errstate(all="ignore")
def binary_cross_entropy(
    input: ArrayLike, target: ArrayLike, weight: ArrayLike | None = None, reduction: str = "mean"
) -> Any:
    """이진 교차 엔트로피 손실. 예·아니요를 확률로 답하는 모델을 채점합니다.

    "예"일 확률 x와 목표 y에서, 로그를 -100에서 잘라::

        ℓ = -w (y log x + (1 - y) log(1 - x))    log u는 max(log u, -100)

    'mean'은 가중치의 합이 아니라 원소의 수로 나눕니다. 로짓이 있다면 확률로 바꾸지 말고
    `binary_cross_entropy_with_logits`를 쓰세요. 확률은 1 가까이에서 뭉개져 기울기가 사라집니다.

    Parameters
    ----------
    input : array_like
        확률 x. 0 이상 1 이하. 모든 모양. dtype은 float16, float32, float64.
    target : array_like
        목표 y. 0 이상 1 이하. `input`과 모양과 dtype이 같습니다.
    weight : array_like, optional
        `input`의 모양으로 브로드캐스트되는 가중치 w.
    reduction : {'mean', 'sum', 'none'}
        평균, 합, 또는 축약하지 않음.

    Returns
    -------
    numpy.floating or numpy.ndarray
        손실. 가중치가 없으면 0 이상 100 이하이고, 단위는 nat. dtype은 `input`의 것입니다.

    Raises
    ------
    TypeError
        dtype이 맞지 않을 때.
    ValueError
        모양이 맞지 않을 때, `input`이나 `target`에 0 이상 1 이하가 아닌 값이 있을 때,
        `reduction`을 모를 때.

    References
    ----------
    D. R. Cox, "The regression analysis of binary sequences", 1958,
    doi:10.1111/j.2517-6161.1958.tb00292.x. 장: chapters/loss/07-binary-cross-entropy.md

    Examples
    --------
    >>> from lossbook import binary_cross_entropy
    >>> print(binary_cross_entropy([0.8], [1.0]).round(6))
    0.223144
    >>> print(binary_cross_entropy([0.8, 0.8], [1.0, 0.0]).round(6))
    0.916291
    >>> print(binary_cross_entropy([0.0], [1.0]))
    100.0
    """
    x, y, w = _checked(input, target, weight, reduction)

    def loss(x: Array, y: Array) -> Array:
        log_yes = np.maximum(np.log(x), SMALLEST_LOG)
        log_no = np.maximum(np.log1p(-x), SMALLEST_LOG)
        return -(y * log_yes + (1 - y) * log_no)

    return reduced(loss, (x, y), reduction, weight=w, dtype=x.dtype)


@np.errstate(all="ignore")
def binary_cross_entropy_grad(
    input: ArrayLike, target: ArrayLike, weight: ArrayLike | None = None, reduction: str = "mean"
) -> Any:
    """이진 교차 엔트로피 손실을 확률로 미분한 값. 분모를 1e-12에서 자릅니다::

        ∂ℓ/∂x = w (x - y) / max(x (1 - x), 1e-12)

    손실과 자르는 곳이 다르므로, x가 0이나 1에 아주 가까우면 손실의 도함수와 다릅니다.
    'none'일 때는 모든 항의 합을 미분합니다.

    Parameters
    ----------
    input, target, weight, reduction
        `binary_cross_entropy`와 같습니다.

    Returns
    -------
    numpy.ndarray
        `input`과 모양과 dtype이 같은 기울기.

    Examples
    --------
    >>> from lossbook import binary_cross_entropy_grad
    >>> print(binary_cross_entropy_grad([0.8, 0.8], [1.0, 0.0], reduction="sum").round(6))
    [-1.25  5.  ]
    """
    x, y, w = _checked(input, target, weight, reduction)

    def slope(x: Array, y: Array) -> Array:
        return (x - y) / np.maximum(x * (1 - x), SMALLEST_VARIANCE)

    return gradient(slope, (x, y), reduction, weight=w, like=x)


def _checked(
    input: ArrayLike, target: ArrayLike, weight: ArrayLike | None, reduction: str
) -> tuple[Array, Array, Array | None]:
    x, y = checked_binary(input, target, reduction)
    if x.dtype != y.dtype:
        raise TypeError(
            f"target의 dtype은 input의 dtype {x.dtype} 그대로여야 합니다. 받은 dtype: {y.dtype}."
        )
    for name, array in (("input", x), ("target", y)):
        low, high = extremes(array)
        if not (low >= 0 and high <= 1):
            raise ValueError(
                f"{name}의 원소는 0 이상 1 이하인 확률이어야 합니다. "
                f"받은 값: 최소 {low}, 최대 {high}."
            )
    return x, y, broadcast_weight("weight", weight, x)
