"""평균 백분율 오차와 그 기울기 (A04)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._blocks import gradient, reduced
from lossbook.losses._checks import Array
from lossbook.losses._relative import checked_relative
from lossbook.losses._samples import weight_total


@np.errstate(all="ignore")
def mpe(
    input: ArrayLike,
    target: ArrayLike,
    *,
    percent: bool = True,
    weight: ArrayLike | None = None,
    reduction: str = "mean",
) -> Any:
    """평균 백분율 오차. 부호를 남긴 백분율 오차로 예측이 어느 쪽으로 치우쳤는지를 봅니다.

    예측값 x와 실제값 y마다::

        ℓ = 100 (y - x) / y    percent=True일 때
        ℓ = (y - x) / y        percent=False일 때

    실제값에서 예측값을 뺍니다. y > 0이면 양수는 실제보다 낮게 예측했다는 뜻입니다. 아래로 끝이 없고
    부호가 다른 오차는 지워지므로, 최소화할 손실이 아니라 치우침을 보는 진단입니다. 가중치가 있으면
    'mean'은 Σ w ℓ / Σ w입니다.

    Parameters
    ----------
    input : array_like
        예측값 x. 모든 모양의 실수. 둘 다 정수이면 float64로 계산합니다.
    target : array_like
        실제값 y. `input`과 같은 모양, 0이 아닌 수. 음수도 됩니다.
    percent : bool
        백분율로 낼지. False이면 비율(1이 100 %)입니다.
    weight : array_like, optional
        가중치 w. `input`과 같은 모양(원소마다) 또는 (N,)(축 0의 표본마다). 'mean'은 항마다의
        가중치의 합으로 나눕니다. 가중치의 합이 아니라 항의 수로 나누는 Keras의 평균은
        'none'으로 받은 항을 평균하면 됩니다.
    reduction : {'mean', 'sum', 'none'}
        평균, 합, 또는 축약하지 않음.

    Returns
    -------
    numpy.floating or numpy.ndarray
        백분율 오차. 음수가 될 수 있고, 단위는 %(`percent=False`이면 없음)입니다. dtype은 입력을
        함께 담는 것입니다.

    Raises
    ------
    TypeError
        입력의 dtype이 맞지 않을 때, `percent`가 bool이 아닐 때.
    ValueError
        `target`에 0이 있을 때, 모양이 맞지 않을 때, `reduction`을 모를 때.

    Warns
    -----
    UserWarning
        `input`과 `target`의 모양이 달라 브로드캐스트할 때. (N, 1)과 (N,)은 (N, N)이 됩니다.

    References
    ----------
    R. J. Hyndman and A. B. Koehler, "Another look at measures of forecast accuracy", 2006,
    doi:10.1016/j.ijforecast.2006.03.001.
    장: chapters/regression-additional/04-mpe.md

    Examples
    --------
    >>> from lossbook import mpe
    >>> print(mpe([110.0, 180.0, 50.0], [100.0, 200.0, 50.0], reduction="none"))
    [-10.  10.   0.]
    >>> print(mpe([110.0, 180.0, 50.0], [100.0, 200.0, 50.0]))
    0.0
    """
    x, y, w, scale = checked_relative(input, target, percent, weight, reduction)

    def loss(x: Array, y: Array) -> Array:
        return scale * ((y - x) / y)

    return reduced(loss, (x, y), reduction, weight=w, total=weight_total(w, x, y))


@np.errstate(all="ignore")
def mpe_grad(
    input: ArrayLike,
    target: ArrayLike,
    *,
    percent: bool = True,
    weight: ArrayLike | None = None,
    reduction: str = "mean",
) -> Any:
    """평균 백분율 오차를 `input`으로 미분한 값::

        ∂ℓ/∂x = -100 / y

    `percent=False`이면 100배하지 않습니다. 'none'일 때는 모든 항의 합을 미분합니다.

    Parameters
    ----------
    input, target, percent, weight, reduction
        `mpe`와 같습니다.

    Returns
    -------
    numpy.ndarray
        `input`과 모양과 dtype이 같은 기울기(정수이면 손실의 dtype).

    Examples
    --------
    >>> from lossbook import mpe_grad
    >>> print(mpe_grad([110.0, 180.0, 50.0], [100.0, 200.0, 50.0], reduction="sum"))
    [-1.  -0.5 -2. ]
    """
    x, y, w, scale = checked_relative(input, target, percent, weight, reduction)

    def slope(x: Array, y: Array) -> Array:
        return -scale / y

    return gradient(slope, (x, y), reduction, weight=w, total=weight_total(w, x, y), like=x)
