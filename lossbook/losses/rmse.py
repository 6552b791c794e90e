"""평균 제곱근 오차와 그 기울기 (A01)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._blocks import gradient, row_blocks
from lossbook.losses._checks import Array, common_dtype, working_dtype
from lossbook.losses._samples import checked_samples

MULTIOUTPUT = ("flat", "uniform_average", "raw_values")


@np.errstate(all="ignore")
def rmse(
    input: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    multioutput: str = "flat",
) -> Any:
    """평균 제곱근 오차. 평균 제곱 오차에 제곱근을 씌워 `target`의 단위로 되돌립니다.

    오차 e = x - y에서::

        RMSE = √(Σ w e² / Σ w)

    모든 원소에 걸쳐 더하거나(Keras), 축 0을 따라 출력마다 따로 구합니다(scikit-learn). 가장 큰
    오차에 가까운 2의 거듭제곱으로 나누어 제곱하므로, 제곱이 넘치거나 0으로 사라지지 않습니다.

    Parameters
    ----------
    input : array_like
        예측값 x. 모든 모양의 실수. 둘 다 정수이면 float64로 계산합니다.
    target : array_like
        실제값 y. `input`과 같은 모양.
    weight : array_like, optional
        가중치 w. `input`과 같은 모양(원소마다) 또는 (N,)(축 0의 표본마다).
    multioutput : {'flat', 'uniform_average', 'raw_values'}
        모든 원소의 RMSE 하나, 출력마다 구한 RMSE의 평균, 출력마다의 RMSE. 뒤의 둘에서 축 0은
        표본이고, 모양 (N,)은 출력이 하나인 (N, 1)로 봅니다.

    Returns
    -------
    numpy.floating or numpy.ndarray
        손실. 0 이상이고, 단위는 `target`의 단위입니다. 'raw_values'의 모양은 `input`에서 축 0을
        뺀 것이고, (N,)이면 (1,)입니다. dtype은 입력을 함께 담는 것입니다.

    Raises
    ------
    TypeError
        입력의 dtype이 맞지 않을 때.
    ValueError
        모양이 맞지 않을 때, `multioutput`을 모를 때.

    Warns
    -----
    UserWarning
        `input`과 `target`의 모양이 달라 브로드캐스트할 때. (N, 1)과 (N,)은 (N, N)이 됩니다.

    References
    ----------
    C. J. Willmott and K. Matsuura, "Advantages of the mean absolute error over the root mean square
    error", 2005, doi:10.3354/cr030079. 장: chapters/regression-additional/01-rmse.md

    Examples
    --------
    >>> from lossbook import rmse
    >>> print(rmse([0.5, -1.0, 2.0, -4.0], [0.0, 0.0, 0.0, 0.0]).round(6))
    2.304886
    >>> print(rmse([[3.0, 0.0], [3.0, 0.0]], [[0.0, 0.0], [0.0, 4.0]], multioutput="raw_values").round(6))
    [3.       2.828427]
    """
    x, y, w, dtype = _checked(input, target, weight, multioutput)
    roots, _ = _root_mean_squares(x, y, w, multioutput)
    if multioutput == "raw_values":
        return roots.astype(dtype)
    return dtype.type(np.divide(np.sum(roots), roots.size))


@np.errstate(all="ignore")
def rmse_grad(
    input: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    multioutput: str = "flat",
) -> Any:
    """평균 제곱근 오차를 `input`으로 미분한 값::

        ∂RMSE/∂x = w e / (RMSE Σ w)    RMSE = 0이면 0

    출력마다 따로 구했으면 그 출력의 RMSE로 나누고, 'uniform_average'이면 출력의 수로도 나눕니다.
    'raw_values'일 때는 모든 출력의 합을 미분합니다.

    Parameters
    ----------
    input, target, weight, multioutput
        `rmse`와 같습니다.

    Returns
    -------
    numpy.ndarray
        `input`과 모양과 dtype이 같은 기울기(정수이면 손실의 dtype).

    Examples
    --------
    >>> from lossbook import rmse_grad
    >>> print(rmse_grad([3.0, 4.0], [0.0, 0.0]).round(6))
    [0.424264 0.565685]
    """
    x, y, w, dtype = _checked(input, target, weight, multioutput)
    roots, total = _root_mean_squares(x, y, w, multioutput)
    if multioutput == "uniform_average":
        total = total * roots.size
    share = (w / total).astype(dtype)
    roots = np.where(roots == 0, np.inf, roots).astype(dtype)

    def slope(x: Array, y: Array, root: Array) -> Array:
        return (x - y) / root

    return gradient(slope, (x, y, roots), "sum", weight=share, like=x)


def _root_mean_squares(x: Array, y: Array, w: Array, multioutput: str) -> tuple[Array, Array]:
    """출력마다의 √(Σ w e² / Σ w)와 Σ w. 배열을 (표본, 출력) 모양으로 놓고 셉니다."""
    shape = np.broadcast_shapes(x.shape, y.shape)
    outputs = () if multioutput == "flat" else shape[1:] or (1,)
    count = math.prod(outputs)
    grid = math.prod(shape) if multioutput == "flat" else shape[0], count
    arrays = [np.broadcast_to(array, shape).reshape(grid) for array in (x, y, w)]

    largest = np.zeros(count, working_dtype(common_dtype(x, y)))
    for x, y, _ in row_blocks(arrays):
        np.maximum(largest, np.max(np.abs(x - y), axis=0), out=largest)
    scale = np.ldexp(largest.dtype.type(1), np.frexp(largest)[1] - 1)  # dividing by 2ⁿ is exact

    squares, total = np.zeros((2, count))
    for x, y, w in row_blocks(arrays):
        squares += np.add.reduce(w * ((x - y) / scale) ** 2, axis=0, dtype=np.float64)
        total += np.add.reduce(w, axis=0, dtype=np.float64)
    roots = scale * np.sqrt(squares / total)
    return roots.reshape(outputs), total.reshape(outputs)


def _checked(
    input: ArrayLike, target: ArrayLike, weight: ArrayLike | None, multioutput: str
) -> tuple[Array, Array, Array, np.dtype[Any]]:
    if multioutput not in MULTIOUTPUT:
        raise ValueError(
            f"multioutput의 값은 {', '.join(map(repr, MULTIOUTPUT))} 가운데 하나여야 합니다. "
            f"받은 값: {multioutput!r}."
        )
    x, y, w = checked_samples(input, target, weight)
    if multioutput != "flat" and x.ndim == y.ndim == 0:
        raise ValueError(
            f"input의 모양은 multioutput={multioutput!r}이면 1차원 이상이어야 합니다(축 0이 "
            "표본입니다). 받은 모양: ()."
        )
    w = np.ones((), common_dtype(x, y)) if w is None else w
    return x, y, w, common_dtype(x, y, w)
