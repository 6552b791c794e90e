"""후버 손실과 그 기울기 (R04)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._blocks import gradient, reduced
from lossbook.losses._checks import Array, common_dtype, float_array, number
from lossbook.losses._pairs import checked_pair


@np.errstate(all="ignore")
def huber_loss(
    input: ArrayLike,
    target: ArrayLike,
    reduction: str = "mean",
    delta: float = 1.0,
    weight: ArrayLike | None = None,
) -> Any:
    """후버 손실. 오차가 작으면 제곱으로, 크면 절댓값으로 잽니다.

    오차 e = x - y마다::

        ℓ = ½ e²           |e| ≤ δ일 때
        ℓ = δ (|e| - ½ δ)  |e| > δ일 때

    Parameters
    ----------
    input : array_like
        예측값 x. 모든 모양. dtype은 float16, float32, float64.
    target : array_like
        실제값 y. `input`과 같은 모양. 정수도 됩니다.
    reduction : {'mean', 'sum', 'none'}
        평균, 합, 또는 축약하지 않음.
    delta : float
        제곱이 절댓값으로 바뀌는 오차 δ. 0보다 크고, 단위는 `target`의 단위입니다.
    weight : array_like, optional
        원소마다의 가중치. `input`과 같은 모양. 'mean'은 가중치의 합이 아니라
        원소의 수로 나눕니다.

    Returns
    -------
    numpy.floating or numpy.ndarray
        손실. 0 이상이고, 단위는 `target` 단위의 제곱입니다. dtype은 `input`의 것입니다
        (`weight`가 있으면 두 dtype을 함께 담는 것).

    Raises
    ------
    TypeError
        `input`이 실수 배열이 아닐 때, `delta`가 수가 아닐 때.
    ValueError
        모양이 맞지 않을 때, `delta`가 0 이하일 때, `reduction`을 모를 때.

    Warns
    -----
    UserWarning
        `input`과 `target`의 모양이 달라 브로드캐스트할 때. (N, 1)과 (N,)은 (N, N)이 됩니다.

    References
    ----------
    P. J. Huber, "Robust estimation of a location parameter", 1964,
    doi:10.1214/aoms/1177703732. 장: chapters/regression/04-huber-loss.md

    Examples
    --------
    >>> from lossbook import huber_loss
    >>> print(huber_loss([0.5, -1.0, 2.0, -4.0], [0.0, 0.0, 0.0, 0.0], delta=2.0))
    2.15625
    """
    x, y, w = _checked(input, target, reduction, delta, weight)

    def loss(x: Array, y: Array) -> Array:
        error = np.abs(x - y)
        inside = np.minimum(error, delta)
        return inside * (error - 0.5 * inside)

    return reduced(loss, (x, y), reduction, weight=w, dtype=_dtype(x, w))


@np.errstate(all="ignore")
def huber_loss_grad(
    input: ArrayLike,
    target: ArrayLike,
    reduction: str = "mean",
    delta: float = 1.0,
    weight: ArrayLike | None = None,
) -> Any:
    """후버 손실을 `input`으로 미분한 값. 오차 e = x - y를 -δ와 δ에서 자른 것입니다::

        ∂ℓ/∂x = max(-δ, min(e, δ))

    'none'일 때는 모든 항의 합을 미분합니다.

    Parameters
    ----------
    input, target, reduction, delta, weight
        `huber_loss`와 같습니다.

    Returns
    -------
    numpy.ndarray
        `input`과 모양과 dtype이 같은 기울기.

    Examples
    --------
    >>> from lossbook import huber_loss_grad
    >>> huber_loss_grad([0.5, -1.0, 2.0, -4.0], [0.0, 0.0, 0.0, 0.0], delta=2.0)
    array([ 0.125, -0.25 ,  0.5  , -0.5  ])
    """
    x, y, w = _checked(input, target, reduction, delta, weight)

    def slope(x: Array, y: Array) -> Array:
        return np.clip(x - y, -delta, delta)

    return gradient(slope, (x, y), reduction, weight=w, like=x)


def _checked(
    input: ArrayLike, target: ArrayLike, reduction: str, delta: float, weight: ArrayLike | None
) -> tuple[Array, Array, Array | None]:
    x, y, w = checked_pair(input, target, reduction, weight)
    float_array("input", x)
    if not number("delta", delta) > 0:
        raise ValueError(f"delta의 값은 0보다 커야 합니다. 받은 값: {delta!r}.")
    return x, y, w


def _dtype(x: Array, w: Array | None) -> np.dtype[Any]:
    return x.dtype if w is None else common_dtype(x, w)
