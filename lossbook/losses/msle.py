"""평균 제곱 로그 오차와 그 기울기 (A02)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._blocks import gradient, reduced
from lossbook.losses._checks import Array, check_reduction
from lossbook.losses._samples import checked_samples, first_forbidden, weight_total


@np.errstate(all="ignore")
def msle(
    input: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    reduction: str = "mean",
) -> Any:
    """평균 제곱 로그 오차. 1을 더해 로그를 취한 값의 오차를 제곱해, 몇 배 틀렸는지를 잽니다.

    예측값 x와 실제값 y마다::

        ℓ = (ln(1 + x) - ln(1 + y))²

    가중치가 있으면 'mean'은 Σ w ℓ / Σ w입니다. 로그는 `log1p`로 구해 0에 가까운 값도 정확합니다.

    Parameters
    ----------
    input : array_like
        예측값 x. 모든 모양의 실수, -1보다 큰 수. 둘 다 정수이면 float64로 계산합니다.
    target : array_like
        실제값 y. `input`과 같은 모양, -1보다 큰 수.
    weight : array_like, optional
        가중치 w. `input`과 같은 모양(원소마다) 또는 (N,)(축 0의 표본마다). 'mean'은 항마다의
        가중치의 합으로 나눕니다. 가중치의 합이 아니라 항의 수로 나누는 Keras의 평균은
        'none'으로 받은 항을 평균하면 됩니다.
    reduction : {'mean', 'sum', 'none'}
        평균, 합, 또는 축약하지 않음.

    Returns
    -------
    numpy.floating or numpy.ndarray
        손실. 0 이상이고, 단위는 없습니다(로그 비의 제곱). dtype은 입력을 함께 담는 것입니다.

    Raises
    ------
    TypeError
        입력의 dtype이 맞지 않을 때.
    ValueError
        -1 이하의 값이 있을 때(scikit-learn과 같습니다. 음수인 예측을 1e-7로 바꾸는 Keras의 값은
        `np.maximum(input, 1e-7)`을 넣어 얻습니다), 모양이 맞지 않을 때, `reduction`을 모를 때.

    Warns
    -----
    UserWarning
        `input`과 `target`의 모양이 달라 브로드캐스트할 때. (N, 1)과 (N,)은 (N, N)이 됩니다.

    References
    ----------
    N. Duan, "Smearing estimate: a nonparametric retransformation method", 1983,
    doi:10.1080/01621459.1983.10478017. 장: chapters/regression-additional/02-msle.md

    Examples
    --------
    >>> from lossbook import msle
    >>> print(msle([3.0, 1.0], [1.0, 3.0]).round(6))
    0.480453
    >>> print(msle([50.0, 150.0], [100.0, 100.0], reduction="none").round(4))
    [0.4669 0.1617]
    """
    x, y, w = _checked(input, target, weight, reduction)

    def loss(x: Array, y: Array) -> Array:
        return (np.log1p(x) - np.log1p(y)) ** 2

    return reduced(loss, (x, y), reduction, weight=w, total=weight_total(w, x, y))


@np.errstate(all="ignore")
def msle_grad(
    input: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    reduction: str = "mean",
) -> Any:
    """평균 제곱 로그 오차를 `input`으로 미분한 값::

        ∂ℓ/∂x = 2 (ln(1 + x) - ln(1 + y)) / (1 + x)

    'none'일 때는 모든 항의 합을 미분합니다.

    Parameters
    ----------
    input, target, weight, reduction
        `msle`와 같습니다.

    Returns
    -------
    numpy.ndarray
        `input`과 모양과 dtype이 같은 기울기(정수이면 손실의 dtype).

    Examples
    --------
    >>> from lossbook import msle_grad
    >>> print(msle_grad([3.0, 1.0], [1.0, 3.0]).round(6))
    [ 0.173287 -0.346574]
    """
    x, y, w = _checked(input, target, weight, reduction)

    def slope(x: Array, y: Array) -> Array:
        return 2 * (np.log1p(x) - np.log1p(y)) / (1 + x)

    return gradient(slope, (x, y), reduction, weight=w, total=weight_total(w, x, y), like=x)


def _checked(
    input: ArrayLike, target: ArrayLike, weight: ArrayLike | None, reduction: str
) -> tuple[Array, Array, Array | None]:
    check_reduction(reduction)
    x, y, w = checked_samples(input, target, weight)
    for name, array in (("input", x), ("target", y)):
        if np.any(array <= -1):
            raise ValueError(
                f"{name}의 값은 -1보다 커야 합니다(log(1 + 값)이 있어야 합니다). "
                f"받은 값: {first_forbidden(array, array <= -1)}."
            )
    return x, y, w
