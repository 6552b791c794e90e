"""마진 순위 손실과 그 기울기 (09)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._blocks import gradient, reduced
from lossbook.losses._checks import (
    Array,
    check_reduction,
    common_dtype,
    float_array,
    number,
    real_array,
    warn_caller,
)
from lossbook.losses._margins import warn_unless_signs


@np.errstate(all="ignore")
def margin_ranking_loss(
    input1: ArrayLike,
    input2: ArrayLike,
    target: ArrayLike,
    margin: float = 0,
    reduction: str = "mean",
) -> Any:
    """마진 순위 손실. 두 점수의 순서가 틀리거나 간격이 마진보다 좁으면 그만큼 벌합니다.

    점수 x₁, x₂와 레이블 y마다::

        ℓ = max(0, -y (x₁ - x₂) + m)

    y = 1이면 x₁이, y = -1이면 x₂가 m 이상 커야 손실이 0입니다. m = 0이면 모든 점수가 같아도
    손실이 0입니다.

    Parameters
    ----------
    input1 : array_like
        첫째 점수 x₁. 모든 모양의 실수. 정수도 됩니다.
    input2 : array_like
        둘째 점수 x₂. `input1`과 같은 모양.
    target : array_like
        레이블 y. x₁이 위이면 1, x₂가 위이면 -1. `input1`과 같은 모양. 정수도 됩니다.
    margin : float
        벌려야 할 간격 m. 단위는 점수의 단위입니다.
    reduction : {'mean', 'sum', 'none'}
        평균, 합, 또는 축약하지 않음.

    Returns
    -------
    numpy.floating or numpy.ndarray
        손실. 0 이상이고, 단위는 점수의 단위입니다. dtype은 세 입력을 함께 담는 것이고, 모두
        정수이면 float32입니다.

    Raises
    ------
    TypeError
        입력이 실수나 정수가 아닐 때(bool도 거절합니다), `margin`이 수가 아닐 때.
    ValueError
        세 입력의 차원 수가 다르거나 모양이 맞지 않을 때, `reduction`을 모를 때.

    Warns
    -----
    UserWarning
        `target`에 1도 -1도 아닌 값이 있을 때(y = 0이면 손실이 점수와 상관없이 m이고 기울기가
        0입니다), 모양이 달라 브로드캐스트할 때.

    References
    ----------
    R. Herbrich, T. Graepel, K. Obermayer, "Large margin rank boundaries for ordinal
    regression", 2000; T. Joachims, "Optimizing search engines using clickthrough data", 2002,
    doi:10.1145/775047.775067. 장: chapters/loss/09-margin-ranking-loss.md

    Examples
    --------
    >>> from lossbook import margin_ranking_loss
    >>> x1, x2, y = [2.0, 0.5, 1.5], [1.0, 1.0, 1.0], [1, 1, 1]
    >>> print(margin_ranking_loss(x1, x2, y, margin=0.5, reduction="none"))
    [0. 1. 0.]
    """
    arrays, dtype = _floating(_checked(input1, input2, target, margin, reduction))

    def loss(x1: Array, x2: Array, y: Array) -> Array:
        return np.maximum(0, -y * (x1 - x2) + margin)

    return reduced(loss, arrays, reduction, dtype=dtype)


@np.errstate(all="ignore")
def margin_ranking_loss_grad(
    input1: ArrayLike,
    input2: ArrayLike,
    target: ArrayLike,
    margin: float = 0,
    reduction: str = "mean",
) -> Any:
    """마진 순위 손실을 두 점수로 미분한 값. 손실이 0인 쌍은 밀지 않습니다::

        ∂ℓ/∂x₁ = -y    -y (x₁ - x₂) + m ≥ 0일 때
        ∂ℓ/∂x₁ = 0     그 밖일 때
        ∂ℓ/∂x₂ = -∂ℓ/∂x₁

    꺾인 점(등호)에서는 PyTorch 2.13이 쓰는 값입니다. 'none'일 때는 모든 항의 합을 미분합니다.

    Parameters
    ----------
    input1, input2, target, margin, reduction
        `margin_ranking_loss`와 같습니다. 두 점수의 dtype은 float16, float32, float64입니다.

    Returns
    -------
    tuple of numpy.ndarray
        `input1`과 `input2`로 미분한 기울기. 모양과 dtype은 각각의 것과 같습니다.

    Examples
    --------
    >>> from lossbook import margin_ranking_loss_grad
    >>> by_x1, by_x2 = margin_ranking_loss_grad([2.0, 0.5], [1.0, 1.0], [1, 1], margin=0.5)
    >>> print(by_x1, by_x2)
    [-0.  -0.5] [0.  0.5]
    """
    arrays = _checked(input1, input2, target, margin, reduction)
    x1, x2 = float_array("input1", arrays[0]), float_array("input2", arrays[1])

    def slope(x1: Array, x2: Array, y: Array) -> Array:
        return -y * (-y * (x1 - x2) + margin >= 0)

    def opposite(x1: Array, x2: Array, y: Array) -> Array:
        return -slope(x1, x2, y)

    return (
        gradient(slope, arrays, reduction, like=x1),
        gradient(opposite, arrays, reduction, like=x2),
    )


def _checked(
    input1: ArrayLike, input2: ArrayLike, target: ArrayLike, margin: float, reduction: str
) -> list[Array]:
    check_reduction(reduction)
    number("margin", margin)
    x1 = real_array("input1", input1)
    arrays = [x1, real_array("input2", input2, like=x1), real_array("target", target, like=x1)]
    for name, array in zip(("input1", "input2", "target"), arrays, strict=True):
        if array.dtype.kind == "b":
            raise TypeError(
                f"{name}의 dtype은 bool이 아닌 실수나 정수여야 합니다. 받은 dtype: bool."
            )
        if array.ndim != x1.ndim:
            raise ValueError(
                f"{name}의 차원 수는 input1의 차원 수 {x1.ndim} 그대로여야 합니다. "
                f"받은 모양: {array.shape}."
            )
    _check_shapes(arrays)
    return arrays


def _floating(arrays: list[Array]) -> tuple[list[Array], np.dtype[Any]]:
    """Return the arrays and the dtype of the loss: that of three integer arrays is float32."""
    dtype = common_dtype(*arrays)
    if dtype.kind == "f":
        return arrays, dtype
    return [array.astype(np.float64) for array in arrays], np.dtype(np.float32)


def _check_shapes(arrays: list[Array]) -> None:
    shapes = [array.shape for array in arrays]
    if shapes[0] == shapes[1] == shapes[2]:
        warn_unless_signs(
            arrays[2], "y = 0이면 손실이 점수와 상관없이 margin이고 기울기가 0입니다."
        )
        return
    try:
        shape = np.broadcast_shapes(*shapes)
    except ValueError:
        raise ValueError(
            "input1, input2, target의 모양은 서로 같거나 한 모양으로 브로드캐스트되어야 합니다. "
            f"받은 모양: {', '.join(map(str, shapes))}."
        ) from None
    warn_caller(
        f"input1, input2, target의 모양 {', '.join(map(str, shapes))}: 모양이 서로 달라 {shape} "
        "모양으로 브로드캐스트해 계산했습니다. 세 입력의 모양을 같게 맞추세요."
    )
