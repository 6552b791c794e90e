"""다중 레이블 소프트 마진 손실과 그 기울기 (13)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._blocks import gradient, reduced
from lossbook.losses._checks import (
    Array,
    broadcast_shape,
    check_reduction,
    common_dtype,
    float_array,
    real_array,
    warn_caller,
    working_dtype,
)
from lossbook.losses._logistic import sigmoid, softplus


@np.errstate(all="ignore")
def multilabel_soft_margin_loss(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    reduction: str = "mean",
) -> Any:
    """다중 레이블 소프트 마진 손실. 레이블마다 따로 예·아니요를 채점해 평균합니다.

    표본마다, 로짓 x_c와 목표 y_c에서::

        ℓ = (1 / C) Σ_c w_c (-y_c log σ(x_c) - (1 - y_c) log σ(-x_c))

    'sum'도 C로 나눈 항을 더합니다. 그래서 'mean'은 `binary_cross_entropy_with_logits`와 같지만
    'sum'은 그것의 1/C입니다. 'mean'은 가중치의 합이 아니라 표본의 수로 나눕니다.

    Parameters
    ----------
    input : array_like
        로짓 x. 모양 (…, C). dtype은 float16, float32, float64.
    target : array_like
        목표 y. `input`과 같은 모양의 0과 1(멀티 핫), 또는 그 사이의 값. 정수도 됩니다.
    weight : array_like, optional
        레이블마다의 가중치 w. 모양 (C).
    reduction : {'mean', 'sum', 'none'}
        평균, 합, 또는 축약하지 않음.

    Returns
    -------
    numpy.floating or numpy.ndarray
        손실. 0 이상이고, 단위는 nat. 'none'이면 `input`에서 마지막 축이 빠진 모양입니다. dtype은
        입력을 함께 담는 것입니다.

    Raises
    ------
    TypeError
        `input`이 실수 배열이 아닐 때, `target`이 bool일 때.
    ValueError
        모양이 맞지 않을 때, `reduction`을 모를 때.

    Warns
    -----
    UserWarning
        `input`과 `target`의 모양이 달라 브로드캐스트할 때, `target`에 0보다 작거나 1보다 큰 값이
        있을 때(`multilabel_margin_loss`의 -1을 옮겨 쓰면 손실이 음수로 한없이 작아집니다).

    References
    ----------
    M.-L. Zhang, Z.-H. Zhou, "A review on multi-label learning algorithms", 2014,
    doi:10.1109/TKDE.2013.39. 장: chapters/loss/13-multilabel-soft-margin-loss.md

    Examples
    --------
    >>> import numpy as np
    >>> from lossbook import multilabel_soft_margin_loss
    >>> x, y = np.log([[1, 3, 1 / 3]]), [[1, 1, 0]]
    >>> print(multilabel_soft_margin_loss(x, y).round(6))
    0.422837
    """
    x, y, w, total = _checked(input, target, weight, reduction)

    def loss(x: Array, y: Array) -> Array:
        return y * softplus(-x) + (1 - y) * softplus(x)

    dtype = _dtype(x, y, w)
    if reduction == "none":
        terms = reduced(loss, (x, y), "none", weight=w, dtype=working_dtype(dtype))
        return (np.sum(terms, axis=x.ndim - 1) / total).astype(dtype)
    return reduced(loss, (x, y), "mean", weight=w, total=total, dtype=dtype)


@np.errstate(all="ignore")
def multilabel_soft_margin_loss_grad(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    reduction: str = "mean",
) -> Any:
    """다중 레이블 소프트 마진 손실을 로짓으로 미분한 값: 예측한 확률에서 목표를 뺀 것입니다::

        ∂ℓ/∂x_c = (w_c / C) (σ(x_c) - y_c)

    'none'일 때는 모든 항의 합을 미분합니다.

    Parameters
    ----------
    input, target, weight, reduction
        `multilabel_soft_margin_loss`와 같습니다.

    Returns
    -------
    numpy.ndarray
        `input`과 모양과 dtype이 같은 기울기.

    Examples
    --------
    >>> import numpy as np
    >>> from lossbook import multilabel_soft_margin_loss_grad
    >>> x, y = np.log([[1, 3, 1 / 3]]), [[1, 1, 0]]
    >>> print(multilabel_soft_margin_loss_grad(x, y).round(6))
    [[-0.166667 -0.083333  0.083333]]
    """
    x, y, w, total = _checked(input, target, weight, reduction)

    def slope(x: Array, y: Array) -> Array:
        # σ(x) - y without the cancellation at y = 1, where it is -σ(-x).
        return (1 - y) * sigmoid(x) - y * sigmoid(-x)

    return gradient(slope, (x, y), "mean", weight=w, total=total, like=x)


def _checked(
    input: ArrayLike, target: ArrayLike, weight: ArrayLike | None, reduction: str
) -> tuple[Array, Array, Array | None, int]:
    """Return the arrays and what the sum of the terms is divided by: C, for 'mean' N C."""
    check_reduction(reduction)
    x = float_array("input", input)
    if x.ndim == 0:
        raise ValueError(
            "input의 모양은 (C), (N, C), (…, C) 가운데 하나여야 합니다. 받은 모양: ()."
        )
    y = real_array("target", target, like=x)
    if y.dtype.kind == "b":
        raise TypeError("target의 dtype은 bool이 아닌 실수나 정수여야 합니다. 받은 dtype: bool.")
    w = None if weight is None else real_array("weight", weight, like=x)
    shape = broadcast_shape(x, y)
    if x.shape == y.shape:
        _warn_outside_unit_interval(y)
    if w is not None:
        try:
            shape = np.broadcast_shapes(shape, w.shape)
        except ValueError:
            raise ValueError(
                f"weight의 모양은 레이블마다 하나씩 {x.shape[-1:]} 모양이거나 손실의 모양 {shape}에 "
                f"브로드캐스트되어야 합니다. 받은 모양: {w.shape}."
            ) from None
    C, N = x.shape[-1], math.prod(shape[: x.ndim - 1] + shape[x.ndim :])
    if reduction == "mean":
        return x, y, w, N * C
    return x, y, w, C if N else 1  # without a sample the sum is 0, even if C is 0


def _dtype(x: Array, *others: Array | None) -> np.dtype[Any]:
    """Return the dtype of the loss; as in torch an array of shape () has no say in it."""
    return common_dtype(x, *(array for array in others if array is not None and array.ndim))


def _warn_outside_unit_interval(y: Array) -> None:
    if y.size and (y.min() < 0 or y.max() > 1):
        warn_caller(
            "target에 0보다 작거나 1보다 큰 값이 있습니다. 그런 자리에서는 손실이 음수로 한없이 "
            "작아질 수 있습니다. -1로 채운 클래스 번호는 multilabel_margin_loss의 것입니다. 0과 "
            "1(멀티 핫)로 바꾸세요."
        )
