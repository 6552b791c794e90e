"""트리플릿 마진 손실과 그 기울기 (16)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._blocks import reduction_scale
from lossbook.losses._checks import Array, check_bool, number
from lossbook.losses._triplets import (
    check_floats,
    check_norms,
    checked_triplet,
    norm,
    norm_slope,
    triplet_dtype,
)
from lossbook.losses._vectors import lead_shape, reduced_rows, row_gradients


@np.errstate(all="ignore")
def triplet_margin_loss(
    anchor: ArrayLike,
    positive: ArrayLike,
    negative: ArrayLike,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    reduction: str = "mean",
) -> Any:
    """트리플릿 마진 손실. 앵커가 음성보다 양성에 마진만큼 더 가까워지게 합니다.

    앵커 a, 양성 p, 음성 n마다::

        ℓ = max(0, d(a, p) - d⁻ + m)
        d(u, v) = ‖u - v + ε‖_q

        d⁻ = d(a, n)                 swap=False일 때
        d⁻ = min(d(a, n), d(p, n))  swap=True일 때

    거리는 제곱하지 않습니다. ε은 노름 **안에서** 성분마다 더하므로 d(u, u) = ε D^(1/q)이고,
    d(u, v)와 d(v, u)는 ε만큼 다릅니다.

    Parameters
    ----------
    anchor, positive, negative : array_like
        벡터 a, p, n. 모양 (N, D), (D) 또는 (…, D)이고 셋이 같습니다. 마지막 축으로 거리를
        잽니다. 정수도 되고, 모두 정수이면 float32로 봅니다.
    margin : float
        마진 m. 0보다 크고, 단위는 거리의 단위입니다.
    p : float
        노름의 차수 q. 1은 절댓값의 합, 2는 유클리드 거리, inf는 최댓값.
    eps : float
        성분마다 더하는 수 ε.
    swap : bool
        음성이 앵커보다 양성에 더 가까우면 그 거리를 쓸지.
    reduction : {'mean', 'sum', 'none'}
        평균, 합, 또는 축약하지 않음. 손실이 0인 트리플릿도 평균의 N에 들어갑니다.

    Returns
    -------
    numpy.floating or numpy.ndarray
        손실. 0 이상이고, 단위는 거리의 단위입니다. 'none'이면 모양 (N) 또는 ().

    Raises
    ------
    TypeError
        입력이 실수 배열이 아닐 때(bool도 안 됩니다), `margin`, `p`, `eps`가 수가 아닐 때,
        `swap`이 bool이 아닐 때.
    ValueError
        모양이 맞지 않을 때, `margin`이 0 이하일 때, `reduction`을 모를 때, D = 0인데 `p`가
        inf이거나 음수일 때.

    Warns
    -----
    UserWarning
        세 입력의 모양이 서로 달라 브로드캐스트할 때.

    References
    ----------
    F. Schroff et al., "FaceNet: a unified embedding for face recognition and clustering", 2015,
    doi:10.1109/CVPR.2015.7298682 (거리를 제곱합니다).
    V. Balntas et al., "Learning local feature descriptors with triplets and shallow convolutional
    neural networks", 2016, doi:10.5244/C.30.119 (swap).
    장: chapters/loss/16-triplet-margin-loss.md

    Examples
    --------
    >>> from lossbook import triplet_margin_loss
    >>> a, p, n = [0.0, 0.0], [3.0, 4.0], [6.0, 0.0]
    >>> print(triplet_margin_loss(a, p, n, margin=2.0).round(4))
    1.0
    >>> print(triplet_margin_loss(a, p, n, margin=2.0, swap=True).round(4))
    2.0
    """
    arrays = _checked(anchor, positive, negative, margin, p, eps, swap, reduction)

    def distance(u: Array, v: Array) -> Array:
        return norm(u - v + eps, p)

    def loss(a: Array, pos: Array, neg: Array) -> Array:
        near, far = distance(a, pos), distance(a, neg)
        if swap:
            far = np.minimum(far, distance(pos, neg))
        return np.maximum(margin + near - far, 0)

    return reduced_rows(loss, arrays, reduction, triplet_dtype(*arrays, swap))


@np.errstate(all="ignore")
def triplet_margin_loss_grad(
    anchor: ArrayLike,
    positive: ArrayLike,
    negative: ArrayLike,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    reduction: str = "mean",
) -> tuple[Array, Array, Array]:
    """트리플릿 마진 손실을 `anchor`, `positive`, `negative`로 미분한 값.

    δ = u - v + ε이라 하면 거리의 기울기는 길이를 늘리는 방향 g이고(q = 2이면 단위벡터), 손실이
    0이 아닌 트리플릿에서::

        g_uv = sgn(δ) |δ|^(q-1) / ‖δ‖^(q-1)

        ∂ℓ/∂a = g_ap - g_an,  ∂ℓ/∂p = -g_ap,         ∂ℓ/∂n = g_an  d⁻ = d(a, n)일 때
        ∂ℓ/∂a = g_ap,         ∂ℓ/∂p = -g_ap - g_pn,  ∂ℓ/∂n = g_pn  d⁻ = d(p, n)일 때

    나머지는 0입니다. 셋의 합은 0입니다. 'none'일 때는 모든 항의 합을 미분합니다.

    Parameters
    ----------
    anchor, positive, negative, margin, p, eps, swap, reduction
        `triplet_margin_loss`와 같습니다. 세 입력의 dtype은 float16, float32, float64입니다.

    Returns
    -------
    tuple of numpy.ndarray
        `anchor`, `positive`, `negative`에 대한 기울기. 모양과 dtype이 각 입력과 같습니다.

    Notes
    -----
    q = inf이면 가장 큰 성분이 여럿일 때 기울기를 똑같이 나눕니다. d(a, n) = d(p, n)이면 둘에
    반씩 나눕니다. 모두 PyTorch와 같습니다.

    Examples
    --------
    >>> from lossbook import triplet_margin_loss_grad
    >>> a, p, n = [0.0, 0.0], [3.0, 4.0], [6.0, 0.0]
    >>> for gradient in triplet_margin_loss_grad(a, p, n, margin=2.0, eps=0.0):
    ...     print(gradient)
    [ 0.4 -0.8]
    [0.6 0.8]
    [-1.  0.]
    """
    arrays = _checked(anchor, positive, negative, margin, p, eps, swap, reduction)
    check_floats(*arrays)
    scale = reduction_scale(reduction, math.prod(lead_shape(*arrays)))

    def slopes(a: Array, pos: Array, neg: Array) -> tuple[tuple[Array, ...], ...]:
        ap, an = a - pos + eps, a - neg + eps
        near, far = norm(ap, p), norm(an, p)
        if not swap:
            active = scale * (margin + near - far >= 0)
            g_ap, g_an = norm_slope(ap, near, p, active), norm_slope(an, far, p, active)
            return (g_ap, -g_an), (-g_ap,), (g_an,)
        pn = pos - neg + eps
        across = norm(pn, p)
        nearest = np.minimum(far, across)
        active = scale * (margin + near - nearest >= 0)
        share = 0.5 * (far == nearest) + 0.5 * (across != nearest)  # of d(a, n); half of a tie
        g_ap = norm_slope(ap, near, p, active)
        g_an = norm_slope(an, far, p, active * share)
        g_pn = norm_slope(pn, across, p, active * (1 - share))
        return (g_ap, -g_an), (-g_ap, -g_pn), (g_an, g_pn)

    by_anchor, by_positive, by_negative = row_gradients(slopes, arrays, count=3)
    return by_anchor, by_positive, by_negative


def _checked(
    anchor: ArrayLike,
    positive: ArrayLike,
    negative: ArrayLike,
    margin: float,
    p: float,
    eps: float,
    swap: bool,
    reduction: str,
) -> tuple[Array, Array, Array]:
    arrays = checked_triplet(anchor, positive, negative, margin, reduction)
    number("p", p)
    number("eps", eps)
    check_bool("swap", swap)
    check_norms(*arrays, p, swap)
    return arrays
