"""로짓을 받는 이진 교차 엔트로피 손실과 그 기울기 (08)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._binary import broadcast_weight, checked_binary, extremes
from lossbook.losses._blocks import gradient, reduced
from lossbook.losses._checks import Array, warn_caller


@np.errstate(all="ignore")
def binary_cross_entropy_with_logits(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    reduction: str = "mean",
    pos_weight: ArrayLike | None = None,
) -> Any:
    """로짓을 받는 이진 교차 엔트로피 손실. 예·아니요를 로짓으로 답하는 모델을 안전하게 채점합니다.

    로짓 x, 목표 y, 양성의 가중치 p에서, sp(x) = log(1 + exp(x))라고 하면::

        ℓ = w ((1 - y) sp(x) + p y sp(-x))

    `binary_cross_entropy(sigmoid(x), y)`와 같은 손실이지만, x가 아무리 커도 넘치거나 뭉개지지
    않습니다. 'mean'은 가중치의 합이 아니라 원소의 수로 나눕니다.

    Parameters
    ----------
    input : array_like
        로짓 x. 모든 모양. dtype은 float16, float32, float64.
    target : array_like
        목표 y. 0 이상 1 이하. `input`과 같은 모양의 실수.
    weight : array_like, optional
        `input`의 모양으로 브로드캐스트되는 가중치 w.
    reduction : {'mean', 'sum', 'none'}
        평균, 합, 또는 축약하지 않음.
    pos_weight : array_like, optional
        양성(y = 1)의 가중치 p. `input`의 모양으로 브로드캐스트됩니다. 레이블이 여럿이면
        레이블마다 하나씩 (C). 최적의 로짓은 log p만큼 커집니다.

    Returns
    -------
    numpy.floating or numpy.ndarray
        손실. 0 이상이고, 단위는 nat. dtype은 `target`의 것입니다.

    Raises
    ------
    TypeError
        dtype이 맞지 않을 때.
    ValueError
        모양이 맞지 않을 때, `reduction`을 모를 때.

    Warns
    -----
    UserWarning
        `target`에 0보다 작거나 1보다 큰 값이 있을 때. 손실에 최솟값이 없습니다.

    References
    ----------
    J. Berkson, "Application of the logistic function to bio-assay", 1944,
    doi:10.1080/01621459.1944.10500699. 장: chapters/loss/08-binary-cross-entropy-with-logits.md

    Examples
    --------
    >>> import numpy as np
    >>> from lossbook import binary_cross_entropy_with_logits
    >>> print(binary_cross_entropy_with_logits([np.log(4)], [1.0]).round(6))
    0.223144
    >>> print(binary_cross_entropy_with_logits([np.log(4)], [1.0], pos_weight=3.0).round(6))
    0.669431
    >>> print(binary_cross_entropy_with_logits([-1000.0], [1.0]))
    1000.0
    """
    x, y, w, p = _checked(input, target, weight, reduction, pos_weight)

    def loss(x: Array, y: Array, p: Array | None = None) -> Array:
        low, corner = np.minimum(x, 0), np.log1p(np.exp(-np.abs(x)))  # sp(-x) = corner - low
        if p is not None:
            low, corner = (1 + (p - 1) * y) * low, (1 + (p - 1) * y) * corner
        return (1 - y) * x - low + corner  # the small corner last: the others may cancel

    arrays = (x, y) if p is None else (x, y, p)
    return reduced(loss, arrays, reduction, weight=w, dtype=y.dtype)


@np.errstate(all="ignore")
def binary_cross_entropy_with_logits_grad(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    reduction: str = "mean",
    pos_weight: ArrayLike | None = None,
) -> Any:
    """로짓을 받는 이진 교차 엔트로피 손실을 로짓으로 미분한 값::

        ∂ℓ/∂x = w ((1 - y) σ(x) - p y σ(-x))

    p = 1이면 w (σ(x) - y), 곧 예측한 확률에서 목표를 뺀 것입니다. 'none'일 때는 모든 항의 합을
    미분합니다.

    Parameters
    ----------
    input, target, weight, reduction, pos_weight
        `binary_cross_entropy_with_logits`와 같습니다.

    Returns
    -------
    numpy.ndarray
        `input`과 모양과 dtype이 같은 기울기.

    Examples
    --------
    >>> import numpy as np
    >>> from lossbook import binary_cross_entropy_with_logits_grad
    >>> print(binary_cross_entropy_with_logits_grad(np.log([4.0, 4.0]), [1.0, 0.0], reduction="sum"))
    [-0.2  0.8]
    """
    x, y, w, p = _checked(input, target, weight, reduction, pos_weight)

    def slope(x: Array, y: Array, p: Array | None = None) -> Array:
        e = np.exp(-x)
        positive = y if p is None else p * y
        return (1 - y) / (1 + e) - positive / (1 + 1 / e)

    arrays = (x, y) if p is None else (x, y, p)
    return gradient(slope, arrays, reduction, weight=w, like=x)


def _checked(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None,
    reduction: str,
    pos_weight: ArrayLike | None,
) -> tuple[Array, Array, Array | None, Array | None]:
    x, y = checked_binary(input, target, reduction)
    w = broadcast_weight("weight", weight, x)
    p = broadcast_weight("pos_weight", pos_weight, x)
    if p is not None and p.dtype.kind == "b":
        raise TypeError("pos_weight의 원소는 실수나 정수여야 합니다. 받은 dtype: bool.")
    low, high = extremes(y)
    if low < 0 or high > 1:
        warn_caller(
            f"target에 0 이상 1 이하가 아닌 값이 있습니다(최소 {low}, 최대 {high}). "
            "그런 목표에는 손실의 최솟값이 없습니다. 레이블이 -1과 1이라면 0과 1로 바꾸세요."
        )
    return x, y, w, p
