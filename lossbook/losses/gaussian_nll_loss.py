"""가우시안 음의 로그 가능도 손실과 그 기울기 (05)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._blocks import gradient, reduced
from lossbook.losses._checks import (
    Array,
    broadcast_shape,
    check_reduction,
    float_array,
    number,
    promoted_dtype,
    real_array,
    warn_caller,
)


@np.errstate(all="ignore")
def gaussian_nll_loss(
    input: ArrayLike,
    target: ArrayLike,
    var: ArrayLike,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Any:
    """가우시안 음의 로그 가능도 손실. 평균과 함께 예측한 분산까지 채점합니다.

    오차 e = x - y와, `eps`보다 작아지지 않게 자른 분산 v = max(var, eps)에서::

        ℓ = ½ (log v + e² / v)

    `full=True`이면 상수 ½ log 2π를 더해 정규분포의 -log p(y)가 됩니다.

    Parameters
    ----------
    input : array_like
        예측한 평균 x. 모든 모양의 실수.
    target : array_like
        실제값 y. `input`과 같은 모양. 정수도 됩니다.
    var : array_like or float
        예측한 분산(표준편차도, 로그 분산도 아닙니다). 0 이상. `input`과 같은 모양, 거기에서 한
        축만 1인 모양, 마지막 축을 뺀 모양, 또는 실수(float) 하나. 정수 배열은 `eps`도
        정수일 때만 됩니다.
    full : bool
        상수 ½ log 2π를 더할지.
    eps : float
        분산의 하한.
    reduction : {'mean', 'sum', 'none'}
        평균, 합, 또는 축약하지 않음.

    Returns
    -------
    numpy.floating or numpy.ndarray
        손실. 음수가 될 수 있고, 단위는 nat입니다. dtype은 세 입력을 함께 담는 것이며, 모두
        정수이면 float32입니다.

    Raises
    ------
    TypeError
        dtype이 맞지 않을 때, `var`가 정수 하나일 때, `eps`가 수가 아닐 때.
    ValueError
        모양이 맞지 않을 때, 음수인 분산이 있을 때, `eps`가 `var`의 dtype에 담기지 않을 때,
        `reduction`을 모를 때.

    Warns
    -----
    UserWarning
        `input`과 `target`의 모양이 달라 브로드캐스트할 때. `var`의 모양 (N,)이 (N, N)의 행마다의
        분산인지 열마다의 분산인지 헷갈리기 쉬울 때(행마다로 계산합니다).

    References
    ----------
    D. A. Nix and A. S. Weigend, "Estimating the mean and variance of the target probability
    distribution", 1994, doi:10.1109/ICNN.1994.374138. 장: chapters/loss/05-gaussian-nll-loss.md

    Examples
    --------
    >>> from lossbook import gaussian_nll_loss
    >>> print(gaussian_nll_loss([1.0], [3.0], 4.0).round(6))
    1.193147
    >>> print(gaussian_nll_loss([1.0], [3.0], 4.0, full=True).round(6))
    2.112086
    """
    x, y, v, dtype, eps = _checked(input, target, var, eps, reduction)

    def loss(x: Array, y: Array, v: Array) -> Array:
        e, v = x - y, np.maximum(v, eps)
        loss = 0.5 * (np.log(v) + e * (e / v))
        return loss + 0.5 * math.log(2 * math.pi) if full else loss

    return reduced(loss, (x, y, v), reduction, dtype=dtype)


@np.errstate(all="ignore")
def gaussian_nll_loss_grad(
    input: ArrayLike,
    target: ArrayLike,
    var: ArrayLike,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> tuple[Any, Any, Any]:
    """가우시안 음의 로그 가능도 손실을 `input`, `target`, `var`로 미분한 값::

        ∂ℓ/∂x   = e / v
        ∂ℓ/∂y   = -e / v
        ∂ℓ/∂var = ½ (1 / v - e² / v²)

    분산을 `eps`에서 자르는 일은 미분하지 않습니다. `eps`보다 작은 분산에서도 기울기는 0이 아니라
    `eps`에서의 값입니다. 'none'일 때는 모든 항의 합을 미분합니다.

    Parameters
    ----------
    input, target, var, full, eps, reduction
        `gaussian_nll_loss`와 같습니다. `input`의 dtype은 float16, float32, float64입니다.

    Returns
    -------
    tuple of numpy.ndarray
        세 기울기. 저마다 그 인수와 모양과 dtype이 같습니다(정수인 인수에서는 손실의 dtype).
        `var`가 실수 하나이면 모양이 ()이고 dtype이 `input`의 것인 배열로 보아, 모든 항의
        기울기를 더합니다.

    Examples
    --------
    >>> from lossbook import gaussian_nll_loss_grad
    >>> gaussian_nll_loss_grad([1.0], [3.0], [4.0])
    (array([-0.5]), array([0.5]), array([0.]))
    >>> gaussian_nll_loss_grad([1.0], [3.0], 1.0)
    (array([-2.]), array([2.]), array(-1.5))
    """
    x, y, v, dtype, eps = _checked(input, target, var, eps, reduction)
    float_array("input", x)

    def by_mean(x: Array, y: Array, v: Array) -> Array:
        return (x - y) / np.maximum(v, eps)

    def by_target(x: Array, y: Array, v: Array) -> Array:
        return (y - x) / np.maximum(v, eps)

    def by_variance(x: Array, y: Array, v: Array) -> Array:
        v = np.maximum(v, eps)
        return 0.5 * (1 / v - ((x - y) / v) ** 2)

    arrays = x, y, v
    dx = gradient(by_mean, arrays, reduction, like=x)
    dy = gradient(by_target, arrays, reduction, like=y if y.dtype.kind == "f" else y.astype(dtype))
    dv = gradient(by_variance, arrays, reduction, like=v)
    return dx, dy, dv.reshape(np.shape(var))


def _checked(
    input: ArrayLike, target: ArrayLike, var: ArrayLike, eps: float, reduction: str
) -> tuple[Array, Array, Array, np.dtype[Any], float]:
    check_reduction(reduction)
    x = real_array("input", input)
    y = real_array("target", target, like=x)
    if "b" in x.dtype.kind + y.dtype.kind:
        raise TypeError("input과 target의 dtype은 bool이 아니어야 합니다. 받은 dtype: bool.")
    v = _checked_variance(var, x)
    if v.dtype.kind == "b" or (v.dtype.kind != "f" and not isinstance(eps, int | np.integer)):
        raise TypeError(
            "var의 dtype은 float16, float32, float64 가운데 하나이거나, eps가 정수이면 정수여야 "
            f"합니다. 받은 dtype: {v.dtype}."
        )
    v = v if v.dtype.kind == "f" else v.astype(np.float32)
    dtype = promoted_dtype(x, y, v)
    lowest = v.dtype.type(number("eps", eps))
    if np.isinf(lowest) and not np.isinf(eps):
        raise ValueError(
            f"eps의 값은 var의 dtype {v.dtype}에 담을 수 있어야 합니다. 받은 값: {eps!r}."
        )
    if broadcast_shape(x, y) == x.shape and _rows_look_like_columns(np.shape(var), x.shape):
        warn_caller(
            f"input의 모양 {x.shape}, var의 모양 {np.shape(var)}: 열이 아니라 행마다의 분산으로 "
            "계산했습니다. var[:, None]이나 var[None, :]로 축을 밝히세요."
        )
    return x, y, v, dtype, float(lowest)


def _checked_variance(var: ArrayLike, input: Array) -> Array:
    """분산을 `input`과 축의 수가 같은 배열로 돌려줍니다."""
    shape = input.shape
    if isinstance(var, float):
        v = np.full((1,) * input.ndim, var, promoted_dtype(input))
    elif isinstance(var, int):
        raise TypeError(f"var의 값은 실수(float)나 배열이어야 합니다. 받은 값: {var!r}.")
    else:
        v = real_array("var", var, like=input)
        if v.shape == shape[:-1] and v.shape != shape:
            v = v[..., np.newaxis]
        stretched = [size for size, full in zip(v.shape, shape, strict=False) if size != full]
        if v.ndim != input.ndim or stretched not in ([], [1]):
            raise ValueError(
                f"var의 모양은 input의 모양 {shape} 그대로이거나, 거기에서 한 축만 1이거나, 마지막 "
                f"축을 뺀 모양이어야 합니다. 받은 모양: {np.shape(var)}."
            )
    if np.any(v < 0):
        raise ValueError(f"var의 값은 0 이상이어야 합니다. 받은 값: {np.nanmin(v)}.")
    return v


def _rows_look_like_columns(var: tuple[int, ...], input: tuple[int, ...]) -> bool:
    return len(input) > 1 and var == input[:-1] == input[1:] and input[-1] > 1
