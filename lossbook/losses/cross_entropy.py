"""교차 엔트로피 손실과 그 기울기 (01)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._blocks import class_blocks, gradient, reduced, reduction_scale
from lossbook.losses._checks import (
    Array,
    as_array,
    check_reduction,
    common_dtype,
    float_array,
    integer,
    number,
    working_dtype,
)
from lossbook.losses._classes import (
    check_class_axis,
    checked_labels,
    checked_weight,
    number_of_classes,
    places,
    positions,
    weight_sum,
)


@np.errstate(all="ignore")
def cross_entropy(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    """교차 엔트로피 손실. 로짓을 확률로 바꾸어, 정답의 확률이 작을수록 크게 벌합니다.

    로짓 x에서 log p_c = x_c - log Σ_i exp(x_i)이고, ε = `label_smoothing`입니다::

        클래스 번호 y:  ℓ = -(1 - ε) w_y log p_y - (ε / C) Σ_c w_c log p_c
        클래스 확률 q:  ℓ = -Σ_c w_c ((1 - ε) q_c + ε / C) log p_c

    'mean'의 분모는 클래스 번호이면 무시하지 않은 w_y의 합, 클래스 확률이면 위치의 수입니다.

    Parameters
    ----------
    input : array_like
        로짓 x. 모양 (C), (N, C), (N, C, d1, …). dtype은 float16, float32, float64.
    target : array_like
        클래스 번호(모양 (), (N), (N, d1, …), dtype int64. `input`이 2차원 이하이면 uint8도
        됩니다) 또는 클래스 확률(`input`과 같은 모양의 실수).
    weight : array_like, optional
        클래스마다의 가중치 w. 모양 (C).
    ignore_index : int
        손실에 넣지 않을 클래스 번호. 클래스 확률에는 0 이상을 쓸 수 없습니다.
    reduction : {'mean', 'sum', 'none'}
        평균, 합, 또는 축약하지 않음.
    label_smoothing : float
        모든 클래스에 고르게 나누어 줄 몫 ε. 1 이하. 0보다 크지 않으면 쓰지 않습니다.

    Returns
    -------
    numpy.floating or numpy.ndarray
        손실. 단위는 nat. 'none'이면 모양은 (), (N), (N, d1, …).

    Raises
    ------
    TypeError
        dtype이 맞지 않을 때, `ignore_index`나 `label_smoothing`이 수가 아닐 때.
    ValueError
        모양이 맞지 않을 때, `label_smoothing`이 1보다 클 때, `reduction`을 모를 때,
        클래스 확률에 0 이상의 `ignore_index`를 줄 때.
    IndexError
        클래스 번호가 0 이상 C 미만이 아닐 때.

    References
    ----------
    I. J. Good, "Rational decisions", 1952; C. Szegedy et al., 2015, arXiv:1512.00567 (레이블
    스무딩). 장: chapters/loss/01-cross-entropy.md

    Examples
    --------
    >>> import numpy as np
    >>> from lossbook import cross_entropy
    >>> logits = np.log([[6.0, 3.0, 1.0]])
    >>> print(cross_entropy(logits, [0]).round(6))
    0.510826
    >>> print(cross_entropy(logits, [0], label_smoothing=0.3).round(6))
    0.759316
    """
    arrays, w, C, ε, total, dtype = _checked(
        input, target, weight, ignore_index, reduction, label_smoothing
    )

    def of_labels(x: Array, y: Array, kept: Array) -> Array:
        log_p = log_softmax(x)
        n, d = places(y)
        loss = -w[y, 0, 0] * log_p[y, n, d]
        if ε > 0:
            loss = (1 - ε) * loss - ε / C * np.sum(w * log_p, axis=0)
        return np.where(kept, loss, 0)

    def of_probabilities(x: Array, q: Array) -> Array:
        q = (1 - ε) * q + ε / C
        return -np.sum(w * q * log_softmax(x), axis=0)

    return reduced(
        of_labels if len(arrays) == 3 else of_probabilities, arrays, reduction,
        total=total, dtype=dtype, shape=positions(arrays[0]), blocks=class_blocks,
    )  # fmt: skip


@np.errstate(all="ignore")
def cross_entropy_grad(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    """교차 엔트로피 손실을 로짓으로 미분한 값: 예측한 확률에서 목표를 뺀 것입니다.

    목표 t_c를 w_c ((1 - ε) q_c + ε / C)라고 하면(클래스 번호 y에서는 q가 원-핫)::

        ∂ℓ/∂x_c = p_c Σ_i t_i - t_c

    가중치와 스무딩이 없으면 p - q입니다. 'mean'이면 손실과 같은 분모로 나누고, 'none'이면 모든
    항의 합을 미분합니다.

    Parameters
    ----------
    input, target, weight, ignore_index, reduction, label_smoothing
        `cross_entropy`와 같습니다.

    Returns
    -------
    numpy.ndarray
        `input`과 모양과 dtype이 같은 기울기. 무시한 위치에서는 0입니다.

    Examples
    --------
    >>> import numpy as np
    >>> from lossbook import cross_entropy_grad
    >>> print(cross_entropy_grad(np.log([[6.0, 3.0, 1.0]]), [0]).round(6))
    [[-0.4  0.3  0.1]]
    """
    arrays, w, C, ε, total, _ = _checked(
        input, target, weight, ignore_index, reduction, label_smoothing
    )
    scale = reduction_scale(reduction, total)

    def of_labels(x: Array, y: Array, kept: Array) -> Array:
        p = softmax(x)
        n, d = places(y)
        w_y = np.where(kept, (1 - ε) * w[y, 0, 0] * scale, 0)
        slope = w_y * p
        slope[y, n, d] -= w_y
        if ε > 0:
            t = ε / C * w * np.where(kept, scale, 0)
            slope += p * np.sum(t, axis=0) - t
        return slope

    def of_probabilities(x: Array, q: Array) -> Array:
        t = w * ((1 - ε) * q + ε / C) * scale
        return softmax(x) * np.sum(t, axis=0) - t

    slope = of_labels if len(arrays) == 3 else of_probabilities
    return gradient(slope, arrays, "sum", like=arrays[0], blocks=class_blocks)


def softmax(x: Array) -> Array:
    """로짓 (C, …)의 축 0을 확률로 바꿉니다. 가장 큰 로짓을 먼저 빼므로 넘치지 않습니다."""
    e = np.exp(x - np.max(x, axis=0, initial=-np.inf))
    return e / np.sum(e, axis=0)


def log_softmax(x: Array) -> Array:
    """로짓 (C, …)의 축 0을 로그 확률로 바꿉니다."""
    z = x - np.max(x, axis=0, initial=-np.inf)
    return z - np.log(np.sum(np.exp(z), axis=0))


def _checked(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None,
    ignore_index: int,
    reduction: str,
    label_smoothing: float,
) -> tuple[tuple[Array, ...], Array, float, float, float, np.dtype[Any]]:
    check_reduction(reduction)
    x = float_array("input", input)
    check_class_axis(x)
    ignore_index = integer("ignore_index", ignore_index)
    ε = number("label_smoothing", label_smoothing)
    if ε > 1:
        raise ValueError(f"label_smoothing의 값은 1 이하여야 합니다. 받은 값: {label_smoothing!r}.")
    ε = ε if ε > 0 else 0.0
    C = number_of_classes(x)
    probabilities = as_array("target", target).shape == x.shape
    w = checked_weight(weight, x, like_input=not probabilities)
    column = w.astype(working_dtype(w.dtype), copy=False).reshape(-1, 1, 1)
    if probabilities:
        q = float_array("target", target, like=x)
        if ignore_index >= 0:
            raise ValueError(
                "ignore_index의 값은 target이 클래스 확률이면 음수여야 합니다(쓰이지 않습니다). "
                f"받은 값: {ignore_index}."
            )
        total = x.size / C if C else np.nan  # without a class the mean is nan, as in torch
        return (x, q), column, C or np.nan, ε, total, common_dtype(x, q, w)
    y, kept = checked_labels(target, x, ignore_index)
    if np.shape(target) == (1,) and x.ndim == 1 and ε > 0:
        raise ValueError(
            f"target의 모양은 input의 모양이 {x.shape}이고 label_smoothing을 쓰면 () "
            "모양이어야 합니다. 받은 모양: (1,)."
        )
    return (x, y, kept), column, C or np.nan, ε, weight_sum(None if weight is None else w, y, kept), x.dtype
