"""소프트 마진 손실과 그 기울기 (12)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._blocks import gradient, reduced
from lossbook.losses._checks import (
    Array,
    broadcast_shape,
    check_reduction,
    float_array,
    real_array,
)
from lossbook.losses._logistic import sigmoid, softplus
from lossbook.losses._margins import warn_unless_signs


@np.errstate(all="ignore")
def soft_margin_loss(input: ArrayLike, target: ArrayLike, reduction: str = "mean") -> Any:
    """소프트 마진 손실. 레이블이 1과 -1인 이진 분류의 로지스틱 손실입니다.

    점수 x와 레이블 y마다::

        ℓ = log(1 + exp(-y x))

    t = (y + 1) / 2라고 하면 `binary_cross_entropy_with_logits(x, t)`와 같습니다. PyTorch는 exp를
    그대로 계산하므로 y x가 float64에서 -709, float32에서 -88보다 작으면 inf를 돌려줍니다. 이
    함수는 그때도 정확한 값(거의 -y x)을 돌려줍니다.

    Parameters
    ----------
    input : array_like
        점수(로짓) x. 모든 모양. dtype은 float16, float32, float64.
    target : array_like
        레이블 y, 곧 1 또는 -1. `input`과 같은 모양. 정수도 됩니다.
    reduction : {'mean', 'sum', 'none'}
        평균, 합, 또는 축약하지 않음.

    Returns
    -------
    numpy.floating or numpy.ndarray
        손실. 0보다 크고, 단위는 nat. dtype은 `input`의 것입니다.

    Raises
    ------
    TypeError
        `input`이 실수 배열이 아닐 때.
    ValueError
        `target`이 `input`의 모양으로 브로드캐스트되지 않을 때, `reduction`을 모를 때.

    Warns
    -----
    UserWarning
        `target`에 1도 -1도 아닌 값이 있을 때(y = 0이면 손실이 x와 상관없이 log 2이고 기울기가
        0입니다), `target`이 `input`의 모양으로 브로드캐스트될 때.

    References
    ----------
    J. Friedman, T. Hastie, R. Tibshirani, "Additive logistic regression", 2000,
    doi:10.1214/aos/1016218223. 장: chapters/loss/12-soft-margin-loss.md

    Examples
    --------
    >>> import numpy as np
    >>> from lossbook import soft_margin_loss
    >>> print(soft_margin_loss(np.log([1, 3, 1 / 3]), [1, 1, 1]).round(5))
    0.78904
    >>> print(soft_margin_loss(-1000.0, 1))
    1000.0
    """
    x, y = _checked(input, target, reduction)

    def loss(x: Array, y: Array) -> Array:
        return softplus(-y * x)

    return reduced(loss, (x, y), reduction, dtype=x.dtype)


@np.errstate(all="ignore")
def soft_margin_loss_grad(input: ArrayLike, target: ArrayLike, reduction: str = "mean") -> Any:
    """소프트 마진 손실을 점수로 미분한 값. 크게 틀릴수록 -y에 가깝습니다::

        ∂ℓ/∂x = -y σ(-y x)

    'none'일 때는 모든 항의 합을 미분합니다. PyTorch에서는 exp(-y x)가 넘치면 nan입니다.

    Parameters
    ----------
    input, target, reduction
        `soft_margin_loss`와 같습니다.

    Returns
    -------
    numpy.ndarray
        `input`과 모양과 dtype이 같은 기울기.

    Examples
    --------
    >>> import numpy as np
    >>> from lossbook import soft_margin_loss_grad
    >>> print(soft_margin_loss_grad(np.log([1, 3, 1 / 3]), [1, 1, 1]).round(6))
    [-0.166667 -0.083333 -0.25    ]
    """
    x, y = _checked(input, target, reduction)

    def slope(x: Array, y: Array) -> Array:
        return -y * sigmoid(-y * x)

    return gradient(slope, (x, y), reduction, like=x)


def _checked(input: ArrayLike, target: ArrayLike, reduction: str) -> tuple[Array, Array]:
    check_reduction(reduction)
    x = float_array("input", input)
    y = real_array("target", target, like=x)
    if x.shape == y.shape:
        warn_unless_signs(y, "y = 0이면 손실이 점수와 상관없이 log 2이고 기울기가 0입니다.")
        return x, y
    try:
        np.broadcast_to(y, x.shape)
    except ValueError:
        raise ValueError(
            f"target의 모양은 input의 모양 {x.shape} 그대로이거나 그 모양으로 브로드캐스트되어야 "
            f"합니다. 받은 모양: {y.shape}."
        ) from None
    broadcast_shape(x, y)
    return x, y
