"""스무스 L1 손실과 그 기울기 (R03)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._checks import (
    Array,
    broadcast_shape,
    check_reduction,
    common_dtype,
    float_array,
    number,
    real_array,
    working_dtype,
)
from lossbook.losses._reduce import collected, reduced, reduction_scale


@np.errstate(all="ignore")
def smooth_l1_loss(
    input: ArrayLike, target: ArrayLike, reduction: str = "mean", beta: float = 1.0
) -> Any:
    """스무스 L1 손실. 0 가까이에서만 제곱으로 둥글린 절댓값입니다.

    오차 e = x - y마다::

        ℓ = e² / (2β)    |e| < β일 때
        ℓ = |e| - ½ β    |e| ≥ β일 때

    β = 0이면 |e|이고, 후버 손실(δ = β)을 β로 나눈 것과 같습니다.

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
    error = np.abs(x - y)
    inside = np.minimum(error, beta)
    loss = error if beta == 0 else inside / beta * (error - 0.5 * inside)
    return reduced(loss, reduction, dtype)


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
    like = float_array("input", input)
    error = x - y
    sign = (error > 0) * 1.0 - (error < 0)
    slope = sign if beta == 0 else np.where(np.abs(error) < beta, error / beta, np.sign(error))
    return collected(slope * reduction_scale(reduction, slope.size), like)


def _checked(
    input: ArrayLike, target: ArrayLike, reduction: str, beta: float
) -> tuple[Array, Array, np.dtype[Any]]:
    check_reduction(reduction)
    x = real_array("input", input)
    y = real_array("target", target, like=x)
    if not number("beta", beta) >= 0:
        raise ValueError(f"beta의 값은 0 이상이어야 합니다. 받은 값: {beta!r}.")
    dtype = common_dtype(x, y)
    if beta == 0 and "b" in x.dtype.kind + y.dtype.kind:
        raise TypeError(
            "beta가 0이면 input과 target의 dtype은 bool이 아니어야 합니다. 받은 dtype: bool."
        )
    if dtype.kind != "f":
        if beta > 0 or reduction == "mean":
            float_array("input", x)
        dtype = np.dtype(np.int64) if reduction == "sum" else dtype
    broadcast_shape(x, y)
    work = working_dtype(dtype)
    return x.astype(work, copy=False), y.astype(work, copy=False), dtype
