"""쿨백–라이블러 발산 손실과 그 기울기 (06)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._blocks import gradient, reduced
from lossbook.losses._checks import (
    REDUCTIONS,
    Array,
    broadcast_shape,
    check_bool,
    check_reduction,
    float_array,
    warn_caller,
)


@np.errstate(all="ignore")
def kl_div(
    input: ArrayLike, target: ArrayLike, reduction: str = "mean", log_target: bool = False
) -> Any:
    """쿨백–라이블러 발산 손실. 모델의 분포 Q가 목표 분포 P와 얼마나 다른지 잽니다.

    모델의 로그 확률 x = log Q와 목표 P에서::

        ℓ = P (log P - x)        0 log 0은 0
        ℓ = exp(t) (t - x)       t = log P를 받을 때 (log_target=True)

    모든 항의 합이 D(P‖Q)입니다. 수식과 달리 모델이 첫째 인수이고, 로그 확률로 받습니다.

    Parameters
    ----------
    input : array_like
        모델의 로그 확률 x. 모든 모양. dtype은 float16, float32, float64.
    target : array_like
        목표 확률 P. `log_target=True`이면 로그 확률. `input`과 같은 모양의 실수.
    reduction : {'mean', 'batchmean', 'sum', 'none'}
        'batchmean'은 합을 축 0의 길이로 나눈 것이며, 모양이 (N, C)이면 표본마다 잰 발산의
        평균입니다. 'mean'은 합을 원소의 수로 나누므로 발산이 아닙니다.
    log_target : bool
        `target`이 로그 확률인지.

    Returns
    -------
    numpy.floating or numpy.ndarray
        손실. 단위는 nat. 둘 다 분포이면 합은 0 이상입니다. dtype은 두 입력을 함께 담는 것입니다.

    Raises
    ------
    TypeError
        입력의 dtype이 맞지 않을 때, `log_target`이 bool이 아닐 때.
    ValueError
        모양이 맞지 않을 때, `reduction`을 모를 때.

    Warns
    -----
    UserWarning
        모양이 서로 달라 브로드캐스트할 때, 그렇지 않고 `reduction`이 'mean'일 때.

    References
    ----------
    S. Kullback and R. A. Leibler, "On information and sufficiency", 1951,
    doi:10.1214/aoms/1177729694. 장: chapters/loss/06-kl-div.md

    Examples
    --------
    >>> import numpy as np
    >>> from lossbook import kl_div
    >>> p, q = np.array([[0.5, 0.5]]), np.array([[0.25, 0.75]])
    >>> print(kl_div(np.log(q), p, reduction="batchmean").round(6))
    0.143841
    >>> print(kl_div(np.log(p), q, reduction="batchmean").round(6))
    0.130812
    """
    x, y, reduction, total = _checked(input, target, reduction, log_target)

    def loss(x: Array, p: Array) -> Array:
        return p * np.log(p + (p == 0)) - p * x  # 0 log 1 instead of 0 log 0

    def loss_of_log(x: Array, t: Array) -> Array:
        return np.exp(t) * (t - x)

    return reduced(loss_of_log if log_target else loss, (x, y), reduction, total=total)


@np.errstate(all="ignore")
def kl_div_grad(
    input: ArrayLike, target: ArrayLike, reduction: str = "mean", log_target: bool = False
) -> Any:
    """쿨백–라이블러 발산 손실을 로그 확률 `input`으로 미분한 값. 목표 확률에 음의 부호를 붙인 것입니다::

        ∂ℓ/∂x = -P
        ∂ℓ/∂x = -exp(t)    t = log P를 받을 때 (log_target=True)

    x가 로짓의 log softmax이고 P의 합이 1이면, 로짓으로 미분한 값은 Q - P입니다. 'none'일 때는
    모든 항의 합을 미분합니다.

    Parameters
    ----------
    input, target, reduction, log_target
        `kl_div`와 같습니다.

    Returns
    -------
    numpy.ndarray
        `input`과 모양과 dtype이 같은 기울기.

    Examples
    --------
    >>> import numpy as np
    >>> from lossbook import kl_div_grad
    >>> log_q = np.log([[0.25, 0.75], [0.5, 0.5]])
    >>> print(kl_div_grad(log_q, [[0.5, 0.5], [1.0, 0.0]], reduction="batchmean"))
    [[-0.25 -0.25]
     [-0.5  -0.  ]]
    """
    x, y, reduction, total = _checked(input, target, reduction, log_target)

    def slope(x: Array, p: Array) -> Array:
        return -p

    def slope_of_log(x: Array, t: Array) -> Array:
        return -np.exp(t)

    return gradient(slope_of_log if log_target else slope, (x, y), reduction, total=total, like=x)


def _checked(
    input: ArrayLike, target: ArrayLike, reduction: str, log_target: bool
) -> tuple[Array, Array, str, int | None]:
    check_reduction(reduction, (*REDUCTIONS, "batchmean"))
    check_bool("log_target", log_target)
    x = float_array("input", input)
    y = float_array("target", target, like=x)
    broadcast_shape(x, y)
    if reduction == "mean" and x.shape == y.shape:
        warn_caller(
            "reduction='mean': 합을 원소의 수로 나누었으므로 쿨백–라이블러 발산이 아닙니다. "
            "표본마다 잰 발산의 평균을 얻으려면 reduction='batchmean'을 쓰세요."
        )
    if reduction == "batchmean":
        return x, y, "mean", len(x) if x.ndim else 1
    return x, y, reduction, None
