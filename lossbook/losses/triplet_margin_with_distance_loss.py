"""거리 함수를 고르는 트리플릿 마진 손실과 그 기울기 (17)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._blocks import collected, reduced, reduction_scale
from lossbook.losses._checks import Array, real_array
from lossbook.losses._triplets import check_floats, checked_triplet
from lossbook.losses._vectors import float_dtype, lead_shape
from lossbook.losses.triplet_margin_loss import triplet_margin_loss, triplet_margin_loss_grad

Distance = Callable[[Array, Array], ArrayLike]
DistanceGrad = Callable[[Array, Array, Array], tuple[ArrayLike, ArrayLike]]


@np.errstate(all="ignore")
def triplet_margin_with_distance_loss(
    anchor: ArrayLike,
    positive: ArrayLike,
    negative: ArrayLike,
    *,
    distance_function: Distance | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Any:
    """트리플릿 마진 손실에서 거리 D를 원하는 함수로 바꾼 것입니다.

    앵커 a, 양성 p, 음성 n마다::

        ℓ = max(0, D(a, p) - D⁻ + m)

        D⁻ = D(a, n)                 swap=False일 때
        D⁻ = min(D(a, n), D(p, n))  swap=True일 때

    D는 **거리**여야 합니다. 가까울수록 작은 값입니다. 코사인 유사도처럼 가까울수록 큰 값을 주면
    오류 없이 거꾸로 학습합니다. 1 - c처럼 뒤집어서 주세요.

    Parameters
    ----------
    anchor, positive, negative : array_like
        a, p, n. 모양 (N, D), (D), 또는 D가 받는 모양이고 셋이 같습니다.
    distance_function : callable, optional
        D. 배열 둘을 받아 줄마다 수 하나, 모양 (N)인 배열을 돌려주는 함수((D)이면 수 하나).
        기본값은 `triplet_margin_loss`의 거리, 곧 성분마다 1e-6을 더한 유클리드 거리입니다.
        두 번, `swap`이면 세 번 부릅니다.
    margin : float
        마진 m. 0보다 크고, 단위는 거리의 단위입니다. 1 - c는 2를 넘지 않으므로 작은 마진(0.1에서
        0.5)이 어울립니다.
    swap : bool
        음성이 앵커보다 양성에 더 가까우면 그 거리를 쓸지.
    reduction : {'mean', 'sum', 'none'}
        평균, 합, 또는 축약하지 않음.

    Returns
    -------
    numpy.floating or numpy.ndarray
        손실. 0 이상이고, 단위는 거리의 단위입니다. dtype은 D가 돌려준 것입니다.

    Raises
    ------
    TypeError
        입력이나 D의 값이 실수 배열이 아닐 때, `distance_function`을 부를 수 없을 때, `margin`이
        수가 아닐 때.
    ValueError
        모양이 맞지 않을 때, D가 줄마다 수 하나를 돌려주지 않을 때, `margin`이 0 이하일 때,
        `reduction`을 모를 때.

    Warns
    -----
    UserWarning
        세 입력의 모양이 서로 달라 브로드캐스트할 때.

    References
    ----------
    V. Balntas et al., "Learning local feature descriptors with triplets and shallow convolutional
    neural networks", 2016, doi:10.5244/C.30.119.
    장: chapters/loss/17-triplet-margin-with-distance-loss.md

    Examples
    --------
    >>> import numpy as np
    >>> from lossbook import triplet_margin_with_distance_loss
    >>> def cosine_distance(x, y):
    ...     return 1 - np.vecdot(x, y) / np.sqrt(np.vecdot(x, x) * np.vecdot(y, y))
    >>> loss = triplet_margin_with_distance_loss(
    ...     [1.0, 0.0], [3.0, 4.0], [4.0, 3.0], distance_function=cosine_distance, margin=0.5)
    >>> print(loss.round(6))
    0.7
    """
    if distance_function is None:
        return triplet_margin_loss(
            anchor, positive, negative, margin, swap=bool(swap), reduction=reduction
        )
    D = _checked_distance(distance_function)
    a, pos, neg = checked_triplet(anchor, positive, negative, margin, reduction)
    near, far = D(a, pos), D(a, neg)
    if swap:
        far = np.minimum(far, D(pos, neg))

    def loss(near: Array, far: Array) -> Array:
        return np.maximum(margin + near - far, 0)

    return reduced(loss, (near, far), reduction)


@np.errstate(all="ignore")
def triplet_margin_with_distance_loss_grad(
    anchor: ArrayLike,
    positive: ArrayLike,
    negative: ArrayLike,
    *,
    distance_function: Distance | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
    distance_grad: DistanceGrad | None = None,
) -> tuple[Array, Array, Array]:
    """같은 손실을 `anchor`, `positive`, `negative`로 미분한 값.

    ∂₁D와 ∂₂D가 D를 첫째, 둘째 인수로 미분한 것이면, 손실이 0이 아닌 트리플릿에서::

        ∂ℓ/∂a = ∂₁D(a, p) - ∂₁D(a, n)
        ∂ℓ/∂p = ∂₂D(a, p)
        ∂ℓ/∂n = -∂₂D(a, n)

    swap에서 D(p, n)을 썼으면 둘째 항이 -∂₁D(p, n)과 -∂₂D(p, n)이 되어 p와 n으로 갑니다. 나머지는
    0입니다. 'none'일 때는 모든 항의 합을 미분합니다.

    Parameters
    ----------
    anchor, positive, negative, distance_function, margin, swap, reduction
        `triplet_margin_with_distance_loss`와 같습니다. 세 입력의 dtype은 float16, float32,
        float64입니다.
    distance_grad : callable, optional
        (x, y, upstream) → (gx, gy). upstream은 ∂L/∂D이고 모양은 D의 값과 같습니다. gx와 gy는
        upstream을 곱한 ∂₁D와 ∂₂D이고 모양은 x, y와 같습니다. `distance_function`을 주면 꼭
        주어야 합니다. NumPy는 함수를 스스로 미분하지 못하기 때문입니다.

    Returns
    -------
    tuple of numpy.ndarray
        `anchor`, `positive`, `negative`에 대한 기울기. 모양과 dtype이 각 입력과 같습니다.

    Raises
    ------
    TypeError, ValueError
        손실과 같은 때, 그리고 `distance_function`과 `distance_grad` 가운데 하나만 있거나
        `distance_grad`가 (gx, gy)를 돌려주지 않을 때.

    Examples
    --------
    >>> import numpy as np
    >>> from lossbook import triplet_margin_with_distance_loss_grad
    >>> def manhattan(x, y):
    ...     return np.abs(x - y).sum(axis=-1)
    >>> def manhattan_grad(x, y, upstream):
    ...     gx = np.sign(x - y) * upstream[..., np.newaxis]
    ...     return gx, -gx
    >>> for gradient in triplet_margin_with_distance_loss_grad(
    ...     [0.0, 0.0], [3.0, 4.0], [6.0, 0.0], distance_function=manhattan, margin=2.0,
    ...     distance_grad=manhattan_grad):
    ...     print(gradient)
    [ 0. -1.]
    [1. 1.]
    [-1.  0.]
    """
    if distance_function is None and distance_grad is None:
        return triplet_margin_loss_grad(
            anchor, positive, negative, margin, swap=bool(swap), reduction=reduction
        )
    D, D_grad = _checked_distance(distance_function), _checked_distance_grad(distance_grad)
    a, pos, neg = checked_triplet(anchor, positive, negative, margin, reduction)
    check_floats(a, pos, neg)
    near, far = D(a, pos), D(a, neg)
    across = D(pos, neg) if swap else None
    nearest = far if across is None else np.minimum(far, across)
    terms = margin + near - nearest
    upstream = reduction_scale(reduction, terms.size) * (terms >= 0)

    by_a, by_pos = D_grad(a, pos, collected(upstream, near))
    if across is None:
        by_a_too, by_neg = D_grad(a, neg, collected(-upstream, far))
    else:
        share = 0.5 * (far == nearest) + 0.5 * (across != nearest)  # of D(a, n); half of a tie
        by_a_too, by_neg = D_grad(a, neg, collected(-upstream * share, far))
        by_pos_too, by_neg_too = D_grad(pos, neg, collected(upstream * (share - 1), across))
        by_pos, by_neg = by_pos + by_pos_too, by_neg + by_neg_too
    by_a = by_a + by_a_too
    return by_a.astype(a.dtype), by_pos.astype(pos.dtype), by_neg.astype(neg.dtype)


def _checked_distance(function: Distance | None) -> Callable[[Array, Array], Array]:
    """Return the distance function with a check of what it returns."""
    if not callable(function):
        raise TypeError(
            "distance_function은 (x, y)를 받는 함수여야 합니다(distance_grad는 그것과 함께 줍니다). "
            f"받은 값: {function!r}."
        )

    def distance(x: Array, y: Array) -> Array:
        like = x if x.dtype.kind == "f" else None
        values = real_array("distance_function(x, y)", function(x, y), like)
        if values.dtype.kind == "b":
            raise TypeError(
                "distance_function(x, y)의 dtype은 bool이 아니어야 합니다. 받은 dtype: bool."
            )
        lead = lead_shape(x, y)
        allowed = [lead[:axes] for axes in range(len(lead), 0, -1)] or [()]
        if values.shape not in allowed:
            raise ValueError(
                "distance_function(x, y)의 값은 줄마다 수 하나, 곧 모양이 "
                f"{' 또는 '.join(map(str, allowed))}이어야 합니다. 받은 모양: {values.shape}."
            )
        return values.astype(float_dtype(values), copy=False)

    return distance


def _checked_distance_grad(
    function: DistanceGrad | None,
) -> Callable[[Array, Array, Array], tuple[Array, Array]]:
    """Return the gradient of the distance with a check of what it returns."""
    if not callable(function):
        raise TypeError(
            "distance_function의 기울기를 구하려면 distance_grad에 (x, y, upstream)을 받아 "
            f"(gx, gy)를 돌려주는 함수를 주어야 합니다. 받은 값: {function!r}."
        )

    def distance_grad(x: Array, y: Array, upstream: Array) -> tuple[Array, Array]:
        found = function(x, y, upstream)
        if not isinstance(found, tuple | list) or len(found) != 2:
            raise TypeError(
                "distance_grad는 기울기 둘 (gx, gy)를 돌려주어야 합니다. "
                f"받은 값: {type(found).__name__}."
            )
        gx = real_array("distance_grad의 값", found[0], like=x)
        gy = real_array("distance_grad의 값", found[1], like=y)
        if gx.shape != x.shape or gy.shape != y.shape:
            raise ValueError(
                f"distance_grad의 값은 모양이 x와 y의 모양 {x.shape}, {y.shape}이어야 합니다. "
                f"받은 모양: {gx.shape}, {gy.shape}."
            )
        return gx, gy

    return distance_grad
