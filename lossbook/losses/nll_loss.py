"""음의 로그 가능도 손실과 그 기울기 (03)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._blocks import reduced_terms, reduction_scale
from lossbook.losses._checks import Array, check_reduction, float_array, integer
from lossbook.losses._classes import (
    at,
    check_class_axis,
    checked_labels,
    checked_weight,
    one_hot,
    weight_sum,
)


@np.errstate(all="ignore")
def nll_loss(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Any:
    """음의 로그 가능도 손실. 정답 자리의 로그 확률을 꺼내 부호를 바꿉니다.

    로그 확률 x와 클래스 번호 y에서::

        ℓ = -w_y x_y

    'mean'의 분모는 무시하지 않은 w_y의 합입니다. 로그는 취하지 않으며, 받은 것이 로그 확률인지
    살피지도 않습니다. `nll_loss(log_softmax(x), y)`는 `cross_entropy(x, y)`입니다.

    Parameters
    ----------
    input : array_like
        로그 확률 x. 모양 (C), (N, C), (N, C, d1, …). dtype은 float16, float32, float64.
    target : array_like
        클래스 번호 y. 모양 (), (N), (N, d1, …). dtype은 int64, `input`이 2차원 이하이면 uint8도.
    weight : array_like, optional
        클래스마다의 가중치 w. 모양 (C), dtype은 `input`과 같습니다.
    ignore_index : int
        손실에 넣지 않을 클래스 번호.
    reduction : {'mean', 'sum', 'none'}
        평균, 합, 또는 축약하지 않음.

    Returns
    -------
    numpy.floating or numpy.ndarray
        손실. 단위는 nat. 'none'이면 모양은 (), (N), (N, d1, …).

    Raises
    ------
    TypeError
        dtype이 맞지 않을 때, `ignore_index`가 정수가 아닐 때.
    ValueError
        모양이 맞지 않을 때, `reduction`을 모를 때.
    IndexError
        클래스 번호가 0 이상 C 미만이 아닐 때.

    References
    ----------
    R. A. Fisher, "On the mathematical foundations of theoretical statistics", 1922,
    doi:10.1098/rsta.1922.0009. 장: chapters/loss/03-nll-loss.md

    Examples
    --------
    >>> import numpy as np
    >>> from lossbook import nll_loss
    >>> log_p = np.log([[0.5, 0.25, 0.25], [0.1, 0.8, 0.1], [0.25, 0.25, 0.5]])
    >>> print(nll_loss(log_p, [0, 1, 2]).round(6))
    0.536479
    >>> print(nll_loss(log_p, [0, 1, 2], weight=[1.0, 2.0, 4.0]).round(6))
    0.55886
    """
    x, y, kept, w, total = _checked(input, target, weight, ignore_index, reduction)
    loss = np.where(kept, -w[y] * at(x, y), 0)
    return reduced_terms(loss, reduction, x.dtype, total)


@np.errstate(all="ignore")
def nll_loss_grad(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Any:
    """음의 로그 가능도 손실을 로그 확률로 미분한 값. 정답 자리에만 값이 있습니다::

        ∂ℓ/∂x_c = -w_y    c = y일 때
        ∂ℓ/∂x_c = 0       c ≠ y일 때

    'mean'이면 손실과 같은 분모로 나누고, 'none'이면 모든 항의 합을 미분합니다.

    Parameters
    ----------
    input, target, weight, ignore_index, reduction
        `nll_loss`와 같습니다.

    Returns
    -------
    numpy.ndarray
        `input`과 모양과 dtype이 같은 기울기. 무시한 위치에서는 0입니다.

    Examples
    --------
    >>> import numpy as np
    >>> from lossbook import nll_loss_grad
    >>> print(nll_loss_grad(np.log([[0.25, 0.75], [0.5, 0.5]]), [0, 1]))
    [[-0.5  0. ]
     [ 0.  -0.5]]
    """
    x, y, kept, w, total = _checked(input, target, weight, ignore_index, reduction)
    slope = np.where(kept, -w[y] * reduction_scale(reduction, total), 0)
    return one_hot(slope, y, like=x)


def _checked(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None,
    ignore_index: int,
    reduction: str,
) -> tuple[Array, Array, Array, Array, float]:
    check_reduction(reduction)
    x = float_array("input", input)
    check_class_axis(x)
    ignore_index = integer("ignore_index", ignore_index)
    w = checked_weight(weight, x)
    y, kept = checked_labels(target, x, ignore_index)
    return x, y, kept, w, weight_sum(None if weight is None else w, y, kept)
