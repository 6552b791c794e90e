"""교차 엔트로피 손실과 그 기울기 (01)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

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
    along_classes,
    at,
    check_class_axis,
    checked_labels,
    checked_weight,
    classes_first,
    classes_second,
    one_hot,
)
from lossbook.losses._reduce import reduced, reduction_scale


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
    x, y, w, kept, C, ε, dtype = _checked(
        input, target, weight, ignore_index, reduction, label_smoothing
    )
    z = x - np.max(x, axis=0, initial=-np.inf)
    log_p = z - np.log(np.sum(np.exp(z), axis=0))
    if y.shape == x.shape:
        q = (1 - ε) * y + ε / C
        loss = -np.sum(w * q * log_p, axis=0)
        return reduced(loss, reduction, dtype, total=x.size / C)
    total = np.sum(at(w, y), where=kept)
    loss = np.where(kept, -at(w, y) * at(log_p, y), 0)
    value = reduced(loss, reduction, dtype, total)
    if ε > 0:
        spread = np.where(kept, -np.sum(w * log_p, axis=0), 0)
        value = (1 - ε) * value + ε / C * reduced(spread, reduction, dtype, total)
    return value


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
    x, y, w, kept, C, ε, _ = _checked(
        input, target, weight, ignore_index, reduction, label_smoothing
    )
    z = x - np.max(x, axis=0, initial=-np.inf)
    p = np.exp(z) / np.sum(np.exp(z), axis=0)
    if y.shape == x.shape:
        q = (1 - ε) * y + ε / C
        t = w * q * reduction_scale(reduction, x.size / C)
    else:
        w_y = np.where(kept, at(w, y), 0)
        scale = np.where(kept, reduction_scale(reduction, np.sum(w_y)), 0)
        t = one_hot((1 - ε) * w_y * scale, y, like=x)
        if ε > 0:
            t = t + ε / C * w * scale
    return classes_second(p * np.sum(t, axis=0) - t, like=float_array("input", input))


def _checked(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None,
    ignore_index: int,
    reduction: str,
    label_smoothing: float,
) -> tuple[Array, Array, Array, Array, float, float, np.dtype[Any]]:
    check_reduction(reduction)
    x = float_array("input", input)
    check_class_axis(x)
    ignore_index = integer("ignore_index", ignore_index)
    ε = number("label_smoothing", label_smoothing)
    if ε > 1:
        raise ValueError(f"label_smoothing의 값은 1 이하여야 합니다. 받은 값: {label_smoothing!r}.")
    probabilities = as_array("target", target).shape == x.shape
    w = checked_weight(weight, x, like_input=not probabilities)
    if probabilities:
        y = float_array("target", target, like=x)
        if ignore_index >= 0:
            raise ValueError(
                "ignore_index의 값은 target이 클래스 확률이면 음수여야 합니다(쓰이지 않습니다). "
                f"받은 값: {ignore_index}."
            )
        kept = np.asarray(True)
        dtype = common_dtype(x, y, w)
        y = classes_first(y)
    else:
        y, kept = checked_labels(target, x, ignore_index)
        if y.shape == (1,) and x.ndim == 1:
            if ε > 0:
                raise ValueError(
                    f"target의 모양은 input의 모양이 {x.shape}이고 label_smoothing을 쓰면 () "
                    "모양이어야 합니다. 받은 모양: (1,)."
                )
            y, kept = y[0], kept[0]
        dtype = x.dtype
    work = working_dtype(dtype)
    x = classes_first(x).astype(work, copy=False)
    w = along_classes(w.astype(work, copy=False), like=x)
    C = len(x) or np.nan  # without a class the mean is nan, as in torch
    return x, y, w, kept, C, ε if ε > 0 else 0.0, dtype
