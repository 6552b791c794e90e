"""포아송 음의 로그 가능도 손실과 그 기울기 (04)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._blocks import gradient, reduced
from lossbook.losses._checks import (
    Array,
    broadcast_shape,
    check_bool,
    check_reduction,
    float_array,
    number,
    promoted_dtype,
    real_array,
    warn_caller,
)


@np.errstate(all="ignore")
def poisson_nll_loss(
    input: ArrayLike,
    target: ArrayLike,
    log_input: bool = True,
    full: bool = False,
    eps: float = 1e-8,
    reduction: str = "mean",
) -> Any:
    """포아송 음의 로그 가능도 손실. 세어서 얻은 수 y를 포아송 분포의 강도 λ로 채점합니다.

    입력 x는 로그 강도 log λ이고, `log_input=False`이면 강도 λ 자체입니다::

        ℓ = exp(x) - y x         log_input=True일 때
        ℓ = x - y log(x + eps)   log_input=False일 때

    x와 상관없는 log y!은 빠져 있습니다. `full=True`이면 그 근삿값을 더합니다(스털링)::

        s(y) = y log y - y + ½ log(2π y)   y > 1일 때
        s(y) = 0                           y ≤ 1일 때

    Parameters
    ----------
    input : array_like
        로그 강도 x (`log_input=False`이면 강도 λ). 모든 모양의 실수.
    target : array_like
        0 이상의 개수 y. `input`과 같은 모양. 정수도 됩니다. bool은 `full=False`이고 `input`이
        bool이 아닐 때만 됩니다.
    log_input : bool
        `input`이 로그 강도인지.
    full : bool
        스털링 근사 s(y)를 더할지.
    eps : float
        `log_input=False`일 때 log 0을 막으려고 강도에 더하는 수.
    reduction : {'mean', 'sum', 'none'}
        평균, 합, 또는 축약하지 않음.

    Returns
    -------
    numpy.floating or numpy.ndarray
        손실. 음수가 될 수 있고, 단위는 nat입니다. dtype은 두 입력을 함께 담는 것이며, 둘 다
        정수이면 float32입니다.

    Raises
    ------
    TypeError
        dtype이 맞지 않을 때, `log_input`이나 `full`이 bool이 아닐 때, `eps`가 수가 아닐 때.
    ValueError
        모양이 맞지 않을 때, `reduction`을 모를 때.

    Warns
    -----
    UserWarning
        `log_input=False`인데 음수인 강도가 있을 때(그 항은 nan입니다). `input`과 `target`의 모양이
        달라 브로드캐스트할 때.

    References
    ----------
    J. A. Nelder and R. W. M. Wedderburn, "Generalized linear models", 1972, doi:10.2307/2344614.
    장: chapters/loss/04-poisson-nll-loss.md

    Examples
    --------
    >>> import numpy as np
    >>> from lossbook import poisson_nll_loss
    >>> print(poisson_nll_loss(np.log([2.0]), [3.0]).round(6))
    -0.079442
    >>> print(poisson_nll_loss(np.log([2.0]), [3.0], full=True).round(6))
    1.68464
    """
    x, y, dtype = _checked(input, target, log_input, full, eps, reduction)

    x = x if x.dtype.kind == "f" else x.astype(dtype)

    def loss(x: Array, y: Array) -> Array:
        loss = np.exp(x) - y * x if log_input else x - y * np.log(x + eps)
        return loss + stirling(y) if full else loss

    return reduced(loss, (x, y), reduction, dtype=dtype)


@np.errstate(all="ignore")
def poisson_nll_loss_grad(
    input: ArrayLike,
    target: ArrayLike,
    log_input: bool = True,
    full: bool = False,
    eps: float = 1e-8,
    reduction: str = "mean",
) -> Any:
    """포아송 음의 로그 가능도 손실을 `input`으로 미분한 값. 강도에서 개수를 뺀 것입니다::

        ∂ℓ/∂x = exp(x) - y         log_input=True일 때
        ∂ℓ/∂x = 1 - y / (x + eps)  log_input=False일 때

    `full`은 기울기를 바꾸지 않습니다. 'none'일 때는 모든 항의 합을 미분합니다.

    Parameters
    ----------
    input, target, log_input, full, eps, reduction
        `poisson_nll_loss`와 같습니다. `input`의 dtype은 float16, float32, float64입니다.

    Returns
    -------
    numpy.ndarray
        `input`과 모양과 dtype이 같은 기울기.

    Examples
    --------
    >>> import numpy as np
    >>> from lossbook import poisson_nll_loss_grad
    >>> print(poisson_nll_loss_grad(np.log([2.0]), [3.0]).round(6))
    [-1.]
    >>> print(poisson_nll_loss_grad([2.0], [3.0], log_input=False).round(6))
    [-0.5]
    """
    x, y, _ = _checked(input, target, log_input, full, eps, reduction)

    def slope(x: Array, y: Array) -> Array:
        return np.exp(x) - y if log_input else 1 - y / (x + eps)

    return gradient(slope, (x, y), reduction, like=float_array("input", x))


def stirling(y: Array) -> Array:
    """log y!의 스털링 근사. torch처럼 1 이하의 y에서는 0입니다."""
    log_y = np.log(y)
    return np.where(y <= 1, 0, y * log_y - y + 0.5 * (math.log(2 * math.pi) + log_y))


def _checked(
    input: ArrayLike, target: ArrayLike, log_input: bool, full: bool, eps: float, reduction: str
) -> tuple[Array, Array, np.dtype[Any]]:
    check_bool("log_input", log_input)
    check_bool("full", full)
    number("eps", eps)
    check_reduction(reduction)
    x = real_array("input", input)
    y = real_array("target", target, like=x)
    if x.dtype.kind == "b" and (y.dtype.kind == "b" or not log_input):
        raise TypeError(
            "input의 dtype은 target이 bool이거나 log_input=False이면 bool이 아니어야 합니다. "
            "받은 dtype: bool."
        )
    if y.dtype.kind == "b" and full:
        raise TypeError("target의 dtype은 full=True이면 bool이 아니어야 합니다. 받은 dtype: bool.")
    broadcast_shape(x, y)
    if not log_input and x.shape == y.shape and np.any(x < 0):
        warn_caller(
            "input에 음수가 있습니다. log_input=False이면 input은 강도 λ이고, 음수의 로그가 없으므로 "
            "그 항은 nan이 됩니다. 로그 강도를 넣으려면 log_input=True로 두세요."
        )
    dtype = promoted_dtype(x, y)
    return x, y, dtype if x.dtype.kind == "f" else np.promote_types(dtype, np.float32)
