"""힌지 임베딩 손실과 그 기울기 (10)."""

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
from lossbook.losses._margins import checked_margin, warn_unless_signs


@np.errstate(all="ignore")
def hinge_embedding_loss(
    input: ArrayLike, target: ArrayLike, margin: float = 1.0, reduction: str = "mean"
) -> Any:
    """힌지 임베딩 손실. 같은 쌍은 거리만큼, 다른 쌍은 마진에 모자란 거리만큼 벌합니다.

    거리 x와 레이블 y마다::

        ℓ = x              y = 1일 때
        ℓ = max(0, m - x)  y = -1일 때

    Parameters
    ----------
    input : array_like
        쌍마다의 거리 x. 모든 모양. 유사도가 아닙니다. 정수는 'mean'이 아닐 때만 됩니다.
    target : array_like
        레이블 y. 같은 쌍이면 1, 다른 쌍이면 -1. `input`과 같은 모양. 정수도 됩니다.
    margin : float
        다른 쌍이 벌어져야 할 거리 m. 단위는 거리의 단위입니다. `input`이 정수이면 소수점 아래를
        버립니다.
    reduction : {'mean', 'sum', 'none'}
        평균, 합, 또는 축약하지 않음.

    Returns
    -------
    numpy.number or numpy.ndarray
        손실. 거리가 0 이상이면 0 이상이고, 단위는 거리의 단위입니다. dtype은 `input`의 것입니다
        (정수의 합은 int64).

    Raises
    ------
    TypeError
        `input`이 실수나 정수가 아닐 때, 정수의 평균을 구할 때, `margin`이 수가 아닐 때.
    ValueError
        모양이 맞지 않을 때, `margin`이 `input`의 dtype의 범위를 벗어날 때, `reduction`을 모를 때.

    Warns
    -----
    UserWarning
        `target`에 1도 -1도 아닌 값이 있을 때(손실은 두 갈래의 합 max(x, m)입니다), `input`과
        `target`의 모양이 달라 브로드캐스트할 때.

    References
    ----------
    R. Hadsell, S. Chopra, Y. LeCun, "Dimensionality reduction by learning an invariant
    mapping", 2006, doi:10.1109/CVPR.2006.100. 장: chapters/loss/10-hinge-embedding-loss.md

    Examples
    --------
    >>> from lossbook import hinge_embedding_loss
    >>> print(hinge_embedding_loss([0.3, 0.3, 1.4], [1, -1, -1], reduction="none"))
    [0.3 0.7 0. ]
    """
    x, y, m = _checked(input, target, margin, reduction)
    dtype = np.dtype(np.int64) if x.dtype.kind != "f" and reduction == "sum" else x.dtype

    def loss(x: Array, y: Array) -> Array:
        pull = np.where(y != -1, x, 0)
        push = np.where(y != 1, np.maximum(0, m - x), 0)
        return pull + push

    return reduced(loss, (x, y), reduction, dtype=dtype)


@np.errstate(all="ignore")
def hinge_embedding_loss_grad(
    input: ArrayLike, target: ArrayLike, margin: float = 1.0, reduction: str = "mean"
) -> Any:
    """힌지 임베딩 손실을 거리로 미분한 값. 같은 쌍은 당기고, 마진 안의 다른 쌍은 밉니다::

        ∂ℓ/∂x = 1     y = 1일 때
        ∂ℓ/∂x = -1    y = -1이고 x ≤ m일 때
        ∂ℓ/∂x = 0     y = -1이고 x > m일 때

    꺾인 점 x = m에서는 PyTorch 2.13이 쓰는 값입니다. 'none'일 때는 모든 항의 합을 미분합니다.

    Parameters
    ----------
    input, target, margin, reduction
        `hinge_embedding_loss`와 같습니다. `input`의 dtype은 float16, float32, float64입니다.

    Returns
    -------
    numpy.ndarray
        `input`과 모양과 dtype이 같은 기울기.

    Examples
    --------
    >>> from lossbook import hinge_embedding_loss_grad
    >>> print(hinge_embedding_loss_grad([0.3, 0.3, 1.4], [1, -1, -1]).round(6))
    [ 0.333333 -0.333333  0.      ]
    """
    x, y, m = _checked(input, target, margin, reduction)

    def slope(x: Array, y: Array) -> Array:
        pulled = y != -1
        pushed = (y != 1) & (m - x >= 0)
        return np.subtract(pulled, pushed, dtype=x.dtype)

    return gradient(slope, (x, y), reduction, like=float_array("input", x))


def _checked(
    input: ArrayLike, target: ArrayLike, margin: float, reduction: str
) -> tuple[Array, Array, float]:
    check_reduction(reduction)
    x = real_array("input", input)
    y = real_array("target", target, like=x)
    if x.dtype.kind == "b" or reduction == "mean":
        float_array("input", x)
    m = checked_margin(margin, x.dtype)
    broadcast_shape(x, y)
    if x.shape == y.shape:
        warn_unless_signs(y, "그런 레이블의 손실은 두 갈래의 합 max(x, margin)입니다.")
    return x, y, m
