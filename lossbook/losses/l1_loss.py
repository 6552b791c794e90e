"""평균 절대 오차와 그 기울기 (R01)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._blocks import gradient, reduced
from lossbook.losses._checks import Array, float_array
from lossbook.losses._pairs import checked_absolute_pair, sign, weight_sum


@np.errstate(all="ignore")
def l1_loss(
    input: ArrayLike, target: ArrayLike, reduction: str = "mean", weight: ArrayLike | None = None
) -> Any:
    """평균 절대 오차. 두 배 틀리면 꼭 두 배로 벌합니다.

    오차 e = x - y마다::

        ℓ = |e|

    가중치가 있으면 'mean'은 Σ w ℓ / Σ w입니다.

    Parameters
    ----------
    input : array_like
        예측값 x. 모든 모양.
    target : array_like
        실제값 y. `input`과 같은 모양. 축약이 'mean'이 아니거나 `weight`가 있으면 둘 다 정수여도
        됩니다.
    reduction : {'mean', 'sum', 'none'}
        평균, 합, 또는 축약하지 않음.
    weight : array_like, optional
        원소마다의 가중치 w. `input`과 같은 모양. 'mean'은 가중치의 합으로 나눕니다.

    Returns
    -------
    numpy.number or numpy.ndarray
        손실. 0 이상이고, 단위는 `target`의 단위입니다. dtype은 입력을 함께 담는 것입니다.

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
    R. Koenker and G. Bassett, "Regression quantiles", 1978, doi:10.2307/1913643.
    장: chapters/regression/01-l1-loss.md

    Examples
    --------
    >>> from lossbook import l1_loss
    >>> print(l1_loss([0.5, -1.0, 2.0, -4.0], [0.0, 0.0, 0.0, 0.0]))
    1.875
    >>> print(l1_loss([1.0, 2.0, 3.0], [0.0, 0.0, 0.0], weight=[1.0, 2.0, 1.0]))
    2.0
    """
    x, y, w, dtype = checked_absolute_pair(input, target, reduction, weight)

    def loss(x: Array, y: Array) -> Array:
        return np.abs(x - y)

    return reduced(loss, (x, y), reduction, weight=w, total=weight_sum(w), dtype=dtype)


@np.errstate(all="ignore")
def l1_loss_grad(
    input: ArrayLike, target: ArrayLike, reduction: str = "mean", weight: ArrayLike | None = None
) -> Any:
    """평균 절대 오차를 `input`으로 미분한 값. 오차의 부호입니다::

        ∂ℓ/∂x = sgn(e)    e = 0이면 0

    'none'일 때는 모든 항의 합을 미분합니다.

    Parameters
    ----------
    input, target, reduction, weight
        `l1_loss`와 같습니다. `input`의 dtype은 float16, float32, float64입니다.

    Returns
    -------
    numpy.ndarray
        `input`과 모양과 dtype이 같은 기울기.

    Examples
    --------
    >>> from lossbook import l1_loss_grad
    >>> l1_loss_grad([0.5, -1.0, 2.0, -4.0], [0.0, 0.0, 0.0, 0.0])
    array([ 0.25, -0.25,  0.25, -0.25])
    """
    x, y, w, _ = checked_absolute_pair(input, target, reduction, weight)

    def slope(x: Array, y: Array) -> Array:
        return sign(x - y)

    like = float_array("input", x)
    return gradient(slope, (x, y), reduction, weight=w, total=weight_sum(w), like=like)
