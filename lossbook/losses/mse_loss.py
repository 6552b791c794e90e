"""평균 제곱 오차와 그 기울기 (R02)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._blocks import gradient, reduced, reduction_scale
from lossbook.losses._checks import Array, common_dtype, float_array
from lossbook.losses._pairs import checked_absolute_pair, checked_pair, weight_sum


@np.errstate(all="ignore")
def mse_loss(
    input: ArrayLike, target: ArrayLike, reduction: str = "mean", weight: ArrayLike | None = None
) -> Any:
    """평균 제곱 오차. 오차를 제곱하므로 두 배 틀리면 네 배로 벌합니다.

    오차 e = x - y마다::

        ℓ = e²

    ½은 붙지 않습니다. 가중치가 있으면 'mean'은 Σ w ℓ / Σ w입니다.

    Parameters
    ----------
    input : array_like
        예측값 x. 모든 모양.
    target : array_like
        실제값 y. `input`과 같은 모양. 둘 가운데 적어도 하나는 float16, float32, float64여야
        합니다(`weight`가 있으면 둘 다 정수여도 되지만 bool은 안 됩니다).
    reduction : {'mean', 'sum', 'none'}
        평균, 합, 또는 축약하지 않음.
    weight : array_like, optional
        원소마다의 가중치 w. `input`과 같은 모양. 'mean'은 가중치의 합으로 나눕니다.

    Returns
    -------
    numpy.number or numpy.ndarray
        손실. 0 이상이고, 단위는 `target` 단위의 제곱입니다. dtype은 입력을 함께 담는 것입니다.

    Raises
    ------
    TypeError
        입력의 dtype이 맞지 않을 때.
    ValueError
        모양이 맞지 않을 때, `reduction`을 모를 때.

    Warns
    -----
    UserWarning
        `input`과 `target`의 모양이 달라 브로드캐스트할 때. (N, 1)과 (N,)은 (N, N)이 됩니다.

    References
    ----------
    A.-M. Legendre, "Nouvelles méthodes pour la détermination des orbites des comètes", 1805.
    장: chapters/regression/02-mse-loss.md

    Examples
    --------
    >>> from lossbook import mse_loss
    >>> print(mse_loss([0.5, -1.0, 2.0, -4.0], [0.0, 0.0, 0.0, 0.0]))
    5.3125
    >>> print(mse_loss([1.0, 2.0, 3.0], [0.0, 0.0, 0.0], weight=[1.0, 2.0, 1.0]))
    4.5
    """
    x, y, w, dtype = _checked(input, target, reduction, weight)

    def loss(x: Array, y: Array) -> Array:
        return (x - y) ** 2

    return reduced(loss, (x, y), reduction, weight=w, total=weight_sum(w), dtype=dtype)


@np.errstate(all="ignore")
def mse_loss_grad(
    input: ArrayLike, target: ArrayLike, reduction: str = "mean", weight: ArrayLike | None = None
) -> Any:
    """평균 제곱 오차를 `input`으로 미분한 값::

        ∂ℓ/∂x = 2 e

    'none'일 때는 모든 항의 합을 미분합니다.

    Parameters
    ----------
    input, target, reduction, weight
        `mse_loss`와 같습니다. `input`의 dtype은 float16, float32, float64입니다.

    Returns
    -------
    numpy.ndarray
        `input`과 모양과 dtype이 같은 기울기.

    Examples
    --------
    >>> from lossbook import mse_loss_grad
    >>> mse_loss_grad([0.5, -1.0, 2.0, -4.0], [0.0, 0.0, 0.0, 0.0])
    array([ 0.25, -0.5 ,  1.  , -2.  ])
    """
    x, y, w, _ = _checked(input, target, reduction, weight)

    like = float_array("input", x)
    total = np.broadcast(x, y).size if w is None else np.sum(w, dtype=np.float64)
    scale = 2 * reduction_scale(reduction, total)

    def slope(x: Array, y: Array) -> Array:
        return scale * (x - y)

    return gradient(slope, (x, y), "sum", weight=w, like=like)


def _checked(
    input: ArrayLike, target: ArrayLike, reduction: str, weight: ArrayLike | None
) -> tuple[Array, Array, Array | None, np.dtype[Any]]:
    if weight is not None:
        return checked_absolute_pair(input, target, reduction, weight)
    x, y, _ = checked_pair(input, target, reduction)
    return x, y, None, common_dtype(x, y)
