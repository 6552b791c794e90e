"""코사인 임베딩 손실과 그 기울기 (14)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._blocks import reduction_scale
from lossbook.losses._checks import (
    Array,
    check_reduction,
    float_array,
    number,
    real_array,
    warn_caller,
    working_dtype,
)
from lossbook.losses._vectors import column, float_dtype, lead_shape, reduced_rows, row_gradients

EPSILON = float(np.float32(1e-12))  # torch's constant is a C float: 9.99999996e-13


@np.errstate(all="ignore")
def cosine_embedding_loss(
    input1: ArrayLike,
    input2: ArrayLike,
    target: ArrayLike,
    margin: float = 0,
    reduction: str = "mean",
) -> Any:
    """코사인 임베딩 손실. 비슷한 쌍은 같은 방향으로 모으고 다른 쌍은 각도를 벌립니다.

    두 벡터의 코사인 c와 쌍의 레이블 y마다::

        c = ⟨x₁, x₂⟩ / √((‖x₁‖² + ε) (‖x₂‖² + ε)),  ε = 1e-12

        ℓ = 1 - c          y = 1일 때
        ℓ = max(0, c - m)  y = -1일 때

    영벡터의 코사인은 0입니다. ε은 제곱한 길이에 더하므로, 길이가 1e-6쯤인 벡터의 코사인은
    방향이 같아도 1보다 한참 작습니다.

    Parameters
    ----------
    input1, input2 : array_like
        벡터 x₁과 x₂. 모양 (N, D) 또는 (D). 정수도 되고, 둘 다 정수이면 float32로 봅니다.
    target : array_like
        쌍의 레이블 y. 1은 비슷한 쌍, -1은 다른 쌍. 모양 (N), 벡터가 하나씩이면 ().
    margin : float
        다른 쌍에 허락하는 코사인 m. 보통 0 이상 1 미만(0에서 0.5를 권합니다).
    reduction : {'mean', 'sum', 'none'}
        평균, 합, 또는 축약하지 않음. 손실이 0인 쌍도 평균의 N에 들어갑니다.

    Returns
    -------
    numpy.floating or numpy.ndarray
        손실. 단위는 없고, y = 1이면 0 이상 2 이하, y = -1이면 0 이상 1 - m 이하입니다.
        dtype은 두 입력을 함께 담는 것입니다.

    Raises
    ------
    TypeError
        입력이 실수 배열이 아닐 때, `margin`이 수가 아닐 때.
    ValueError
        모양이 맞지 않을 때, `reduction`을 모를 때.

    Warns
    -----
    UserWarning
        `target`에 1과 -1이 아닌 값이 있을 때(그 쌍의 손실과 기울기는 0이 됩니다), 모양이 서로
        달라 브로드캐스트할 때.

    References
    ----------
    J. Bromley et al., "Signature verification using a siamese time delay neural network", 1993.
    R. Hadsell et al., "Dimensionality reduction by learning an invariant mapping", 2006,
    doi:10.1109/CVPR.2006.100. 장: chapters/loss/14-cosine-embedding-loss.md

    Examples
    --------
    >>> from lossbook import cosine_embedding_loss
    >>> print(cosine_embedding_loss([3.0, 4.0], [4.0, 3.0], 1).round(6))
    0.04
    >>> print(cosine_embedding_loss([3.0, 4.0], [4.0, 3.0], -1, margin=0.5).round(6))
    0.46
    """
    arrays = _checked(input1, input2, target, margin, reduction)

    def loss(x1: Array, x2: Array, y: Array) -> Array:
        x1, length1, _ = _measured(x1)
        x2, length2, _ = _measured(x2)
        c = _dot(x1, x2) / (length1 * length2)
        apart = np.maximum(c - margin, 0)
        return np.where(y[:, 0] == 1, 1 - c, np.where(y[:, 0] == -1, apart, 0))

    return reduced_rows(loss, arrays, reduction, _dtype(*arrays))


@np.errstate(all="ignore")
def cosine_embedding_loss_grad(
    input1: ArrayLike,
    input2: ArrayLike,
    target: ArrayLike,
    margin: float = 0,
    reduction: str = "mean",
) -> tuple[Array, Array]:
    """코사인 임베딩 손실을 `input1`과 `input2`로 미분한 값::

        ∂c/∂x₁ = (x₂ / B - c x₁ / A) / A,  A = √(‖x₁‖² + ε), B = √(‖x₂‖² + ε)

        ∂ℓ/∂x₁ = -∂c/∂x₁  y = 1일 때
        ∂ℓ/∂x₁ =  ∂c/∂x₁  y = -1이고 c ≥ m일 때

    나머지는 0입니다. x₂에 대해서는 1과 2를 바꿉니다. 기울기는 그 벡터와 수직이라 길이가 아니라
    방향만 바꿉니다. 'none'일 때는 모든 항의 합을 미분합니다.

    Parameters
    ----------
    input1, input2, target, margin, reduction
        `cosine_embedding_loss`와 같습니다. 두 입력의 dtype은 float16, float32, float64입니다.

    Returns
    -------
    tuple of numpy.ndarray
        `input1`과 `input2`에 대한 기울기. 모양과 dtype이 각 입력과 같습니다.

    Examples
    --------
    >>> from lossbook import cosine_embedding_loss_grad
    >>> by_input1, by_input2 = cosine_embedding_loss_grad([3.0, 4.0], [4.0, 3.0], 1)
    >>> by_input1
    array([-0.0448,  0.0336])
    """
    arrays = _checked(input1, input2, target, margin, reduction)
    float_array("input1", arrays[0])
    float_array("input2", arrays[1])
    dtype = working_dtype(_dtype(*arrays))
    scale = reduction_scale(reduction, math.prod(lead_shape(*arrays)))

    def slopes(x1: Array, x2: Array, y: Array) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
        x1, length1, unit1 = _measured(x1)
        x2, length2, unit2 = _measured(x2)
        c = _dot(x1, x2) / (length1 * length2)
        apart = (y[:, 0] == -1) & (c >= margin)
        by_c = scale * np.where(y[:, 0] == 1, -1, apart)
        across = by_c / (length1 * length2)
        along1, along2 = -by_c * c / length1**2, -by_c * c / length2**2
        return (
            (column(across / unit1, dtype) * x2, column(along1 / unit1, dtype) * x1),
            (column(across / unit2, dtype) * x1, column(along2 / unit2, dtype) * x2),
        )

    by_input1, by_input2 = row_gradients(slopes, arrays, count=2)
    return by_input1, by_input2


def _measured(x: Array) -> tuple[Array, Array, Array]:
    """Return the rows, their lengths √(‖x‖² + ε), and the unit that both are measured in.

    The unit is 1, except for rows so long that a product of four lengths could overflow.
    """
    square = np.vecdot(x, x).astype(np.float64)
    unit = np.ones(())
    short = square < 2.0 ** (np.finfo(x.dtype).maxexp // 2)
    if not short.all():
        unit = np.where(short, 1.0, np.max(np.abs(x), axis=-1, initial=0))
        x = x / column(unit, x.dtype)
        square = np.vecdot(x, x).astype(np.float64)
    return x, np.sqrt(square + EPSILON / unit / unit), unit


def _dot(x1: Array, x2: Array) -> Array:
    same = x1.shape == x2.shape
    product: Array = np.vecdot(x1, x2) if same else np.sum(x1 * x2, axis=-1)
    return product


def _dtype(x1: Array, x2: Array, y: Array) -> np.dtype[Any]:
    return np.result_type(float_dtype(x1), float_dtype(x2))


def _checked(
    input1: ArrayLike, input2: ArrayLike, target: ArrayLike, margin: float, reduction: str
) -> tuple[Array, Array, Array]:
    """Return both inputs, and the labels as vectors of one element."""
    check_reduction(reduction)
    number("margin", margin)
    x1 = real_array("input1", input1)
    like = x1 if x1.dtype.kind == "f" else None
    x2 = real_array("input2", input2, like)
    y = real_array("target", target, like)
    if y.ndim > 1:
        raise ValueError(f"target의 모양은 (N)이나 ()여야 합니다. 받은 모양: {y.shape}.")
    for name, x in (("input1", x1), ("input2", x2)):
        if x.ndim != y.ndim + 1:
            raise ValueError(
                f"{name}의 모양은 target이 (N)이면 (N, D), target이 ()이면 (D)여야 합니다. "
                f"받은 모양: {x.shape}, target {y.shape}."
            )
    shapes = f"input1 {x1.shape}, input2 {x2.shape}, target {y.shape}"
    try:
        np.broadcast_shapes(x1.shape, x2.shape, (*y.shape, 1))
    except ValueError:
        raise ValueError(
            "input1과 input2의 모양은 같아야 하고 target의 모양은 그 모양에서 마지막 축을 뺀 "
            f"것이어야 합니다. 받은 모양: {shapes}."
        ) from None
    traps = []
    known = (y == 1) | (y == -1)
    if not known.all():
        traps.append(
            f"target에 1도 -1도 아닌 값({y[~known].flat[0]})이 있습니다. 그런 쌍의 손실과 기울기는 "
            "0이라 아무것도 배우지 못합니다. 레이블 0과 1은 2 * target - 1로 바꾸세요."
        )
    if not x1.shape == x2.shape == (*y.shape, x2.shape[-1]):
        traps.append(f"모양이 서로 달라 브로드캐스트해 계산했습니다: {shapes}.")
    if traps:
        warn_caller(" ".join(traps))
    return x1, x2, y[..., np.newaxis]
