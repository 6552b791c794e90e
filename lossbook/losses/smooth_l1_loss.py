"""스무스 L1 손실과 그 기울기 (R03)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._blocks import gradient, reduced
from lossbook.losses._checks import Array, common_dtype, float_array, number
from lossbook.losses._pairs import checked_absolute_pair, checked_pair, sign


@np.errstate(all="ignore")
def smooth_l1_loss(
    input: ArrayLike, target: ArrayLike, reduction: str = "mean", beta: float = 1.0
) -> Any:
    """스무스 L1 손실. 0 가까이에서만 제곱으로 둥글린 절댓값입니다.

    오차 e = x - y마다::

        ℓ = e² / (2β)    |e| < β일 때
        ℓ = |e| - ½ β    |e| ≥ β일 때

    β = 0이면 `|e|`이고, 후버 손실(δ = β)을 β로 나눈 것과 같습니다.

    Parameters
    ----------
    input : array_like
        예측값 x. 모든 모양.
    target : array_like
        실제값 y. `input`과 같은 모양. 둘 가운데 적어도 하나는 float16, float32, float64여야
        합니다(β = 0이고 축약이 'mean'이 아니면 둘 다 정수여도 됩니다).
    reduction : {'mean', 'sum', 'none'}
        평균, 합, 또는 축약하지 않음.
    beta : float
        제곱이 절댓값으로 바뀌는 오차 β. 0 이상이고, 단위는 `target`의 단위입니다.

    Returns
    -------
    numpy.number or numpy.ndarray
        손실. 0 이상이고, 단위는 `target`의 단위입니다. dtype은 두 입력을 함께 담는 것입니다.

    Raises
    ------
    TypeError
        입력의 dtype이 맞지 않을 때, `beta`가 수가 아닐 때.
    ValueError
        모양이 맞지 않을 때, `beta`가 음수일 때, `reduction`을 모를 때.

    Warns
    -----
    UserWarning
        `input`과 `target`의 모양이 달라 브로드캐스트할 때. (N, 1)과 (N,)은 (N, N)이 됩니다.

    References
    ----------
    R. Girshick, "Fast R-CNN", 2015, arXiv:1504.08083. 장: chapters/regression/03-smooth-l1-loss.md

    Examples
    --------
    >>> from lossbook import smooth_l1_loss
    >>> print(smooth_l1_loss([0.5, -1.0, 2.0, -4.0], [0.0, 0.0, 0.0, 0.0], beta=2.0))
    1.078125
    """
    x, y, dtype = _checked(input, target, reduction, beta)

    def loss(x: Array, y: Array) -> Array:
        error = np.abs(x - y)
        if beta == 0:
            return error
        inside = np.minimum(error, beta)
        return inside / beta * (error - 0.5 * inside)

    return reduced(loss, (x, y), reduction, dtype=dtype)


@np.errstate(all="ignore")
def smooth_l1_loss_grad(
    input: ArrayLike, target: ArrayLike, reduction: str = "mean", beta: float = 1.0
) -> Any:
    """스무스 L1 손실을 `input`으로 미분한 값::

        ∂ℓ/∂x = e / β     |e| < β일 때
        ∂ℓ/∂x = sgn(e)    |e| ≥ β일 때

    'none'일 때는 모든 항의 합을 미분합니다. β = 0이면 e = 0에서 0을 씁니다.

    Parameters
    ----------
    input, target, reduction, beta
        `smooth_l1_loss`와 같습니다. `input`의 dtype은 float16, float32, float64입니다.

    Returns
    -------
    numpy.ndarray
        `input`과 모양과 dtype이 같은 기울기.

    Examples
    --------
    >>> from lossbook import smooth_l1_loss_grad
    >>> smooth_l1_loss_grad([0.5, -1.0, 2.0, -4.0], [0.0, 0.0, 0.0, 0.0], beta=2.0)
    array([ 0.0625, -0.125 ,  0.25  , -0.25  ])
    """
    x, y, _ = _checked(input, target, reduction, beta)

    def slope(x: Array, y: Array) -> Array:
        error = x - y
        return sign(error) if beta == 0 else np.sign(error) * np.fmin(np.abs(error) / beta, 1)

    return gradient(slope, (x, y), reduction, like=float_array("input", x))


def _checked(
    input: ArrayLike, target: ArrayLike, reduction: str, beta: float
) -> tuple[Array, Array, np.dtype[Any]]:
    if not number("beta", beta) >= 0:
        raise ValueError(f"beta의 값은 0 이상이어야 합니다. 받은 값: {beta!r}.")
    if beta == 0:
        x, y, _, dtype = checked_absolute_pair(input, target, reduction)
    else:
        x, y, _ = checked_pair(input, target, reduction)
        dtype = common_dtype(x, y)
    return x, y, dtype
