"""범주형 교차 엔트로피 손실과 그 기울기 (18)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._blocks import class_blocks, gradient, reduced
from lossbook.losses._checks import (
    Array,
    check_reduction,
    check_same_shape,
    float_array,
    number,
    real_array,
    warn_caller,
)


@np.errstate(all="ignore")
def categorical_cross_entropy(
    input: ArrayLike,
    target: ArrayLike,
    *,
    label_smoothing: float = 0.0,
    eps: float = 1e-7,
    reduction: str = "mean",
) -> Any:
    """범주형 교차 엔트로피 손실. 확률을 내놓는 모델을 원-핫 목표와 비교하는, Keras의 표기입니다.

    확률 p, 목표 y, ε = `label_smoothing`에서::

        q_c = p_c / Σ_i p_i                   eps와 1 - eps에서 자름
        ℓ = -Σ_c ((1 - ε) y_c + ε / C) log q_c

    PyTorch에는 없습니다. 로짓이 있다면 확률로 바꾸지 말고 `cross_entropy`를 쓰세요.

    Parameters
    ----------
    input : array_like
        확률 p. 모양 (…, C), 클래스는 마지막 축. 0 이상이고, 합이 1이 아니면 합으로 나눕니다.
        dtype은 float16, float32, float64.
    target : array_like
        목표 y. 원-핫이나 클래스 확률. `input`과 같은 모양. 정수도 됩니다.
    label_smoothing : float
        모든 클래스에 고르게 나누어 줄 몫 ε. 0 이상 1 이하.
    eps : float
        확률을 자르는 곳. 0 이상 0.5 미만. 기본값은 Keras의 1e-7이고, 0이면 자르지 않으며,
        `np.finfo(dtype).eps`이면 scikit-learn과 같습니다.
    reduction : {'mean', 'sum', 'none'}
        평균, 합, 또는 축약하지 않음.

    Returns
    -------
    numpy.floating or numpy.ndarray
        손실. 0 이상이고, 단위는 nat. 'none'이면 모양은 (…). dtype은 `input`의 것입니다.

    Raises
    ------
    TypeError
        dtype이 맞지 않을 때, `label_smoothing`이나 `eps`가 수가 아닐 때.
    ValueError
        모양이 맞지 않을 때, `input`에 음수가 있을 때, `label_smoothing`이나 `eps`가 범위를 벗어날
        때, `reduction`을 모를 때.

    Warns
    -----
    UserWarning
        클래스가 하나뿐일 때. 확률이 언제나 1이 되어 배울 것이 없습니다.

    References
    ----------
    I. J. Good, "Rational decisions", 1952. 장: chapters/loss/18-categorical-cross-entropy.md

    Examples
    --------
    >>> from lossbook import categorical_cross_entropy
    >>> print(categorical_cross_entropy([[0.25, 0.5, 0.25]], [[0, 1, 0]]).round(6))
    0.693147
    >>> print(categorical_cross_entropy([[2.0, 6.0, 2.0]], [[0, 1, 0]]).round(6))
    0.510826
    >>> print(categorical_cross_entropy([[1.0, 0.0]], [[0, 1]]).round(4))
    16.1181
    """
    x, y, shape = _checked(input, target, label_smoothing, eps, reduction)

    def loss(p: Array, y: Array) -> Array:
        q = np.clip(p / np.sum(p, axis=0), eps, 1 - eps)
        t = smoothed(y, label_smoothing)
        return -np.sum(t * np.log(q + (t == 0)), axis=0)  # 0 log 0 is 0 (for eps = 0)

    return reduced(loss, (x, y), reduction, dtype=x.dtype, shape=shape, blocks=class_blocks)


@np.errstate(all="ignore")
def categorical_cross_entropy_grad(
    input: ArrayLike,
    target: ArrayLike,
    *,
    label_smoothing: float = 0.0,
    eps: float = 1e-7,
    reduction: str = "mean",
) -> Any:
    """범주형 교차 엔트로피 손실을 확률로 미분한 값.

    스무딩한 목표를 t라고 하면::

        ∂ℓ/∂p_c = Σ_i t_i / Σ_i p_i - t_c / p_c

    자른 클래스의 t는 0으로 봅니다. 그래서 확률이 0인 정답에서는 아무것도 배우지 못합니다.
    'none'일 때는 모든 항의 합을 미분합니다.

    Parameters
    ----------
    input, target, label_smoothing, eps, reduction
        `categorical_cross_entropy`와 같습니다.

    Returns
    -------
    numpy.ndarray
        `input`과 모양과 dtype이 같은 기울기.

    Examples
    --------
    >>> from lossbook import categorical_cross_entropy_grad
    >>> print(categorical_cross_entropy_grad([[0.25, 0.5, 0.25]], [[0, 1, 0]]))
    [[ 1. -1.  1.]]
    """
    x, y, shape = _checked(input, target, label_smoothing, eps, reduction)

    def slope(p: Array, y: Array) -> Array:
        total = np.sum(p, axis=0)
        q = p / total
        t = smoothed(y, label_smoothing) * (q == np.clip(q, eps, 1 - eps))
        return (np.sum(t, axis=0) - t / (q + (t == 0))) / total

    slopes = gradient(slope, (x, y), reduction, total=math.prod(shape), like=x, blocks=class_blocks)
    return slopes.reshape(np.shape(input))


def smoothed(y: Array, ε: float) -> Array:
    """목표 (C, …)의 몫 ε을 모든 클래스에 고르게 나눕니다."""
    return (1 - ε) * y + ε / len(y) if ε else y


def _checked(
    input: ArrayLike, target: ArrayLike, label_smoothing: float, eps: float, reduction: str
) -> tuple[Array, Array, tuple[int, ...]]:
    check_reduction(reduction)
    p = float_array("input", input)
    if p.ndim == 0:
        raise ValueError("input의 모양은 (…, C)여야 합니다. 받은 모양: ().")
    y = real_array("target", target, like=p)
    check_same_shape("target", y, "input", p.shape)
    if not 0 <= number("label_smoothing", label_smoothing) <= 1:
        raise ValueError(
            f"label_smoothing의 값은 0 이상 1 이하여야 합니다. 받은 값: {label_smoothing!r}."
        )
    if not 0 <= number("eps", eps) < 0.5:
        raise ValueError(f"eps의 값은 0 이상 0.5 미만이어야 합니다. 받은 값: {eps!r}.")
    if p.size and p.min() < 0:
        raise ValueError(
            "input의 원소는 0 이상인 확률이어야 합니다. 로짓이면 cross_entropy를 쓰세요. "
            f"받은 값: 최소 {p.min()}."
        )
    if p.shape[-1] == 1:
        warn_caller(
            f"input의 모양 {p.shape}: 클래스가 하나뿐이라 확률이 언제나 1이 됩니다. 예·아니요를 "
            "확률 하나로 답했다면 binary_cross_entropy를 쓰세요."
        )
    rows = math.prod(p.shape[:-1]), p.shape[-1]
    return p.reshape(rows), y.astype(p.dtype, copy=False).reshape(rows), p.shape[:-1]
