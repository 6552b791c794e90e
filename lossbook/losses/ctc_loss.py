"""CTC 손실과 그 기울기 (02)."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._blocks import reduced_terms
from lossbook.losses._checks import (
    FLOATS,
    Array,
    check_bool,
    check_reduction,
    float_array,
    integer,
    real_array,
    warn_caller,
)


@np.errstate(all="ignore")
def ctc_loss(
    log_probs: ArrayLike,
    targets: ArrayLike,
    input_lengths: ArrayLike,
    target_lengths: ArrayLike,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Any:
    """CTC 손실. 축약하면 정답 열이 되는 모든 정렬의 확률을 더해 음의 로그를 취합니다.

    정답 z의 앞뒤와 사이에 공백 기호를 넣은 열이 z′(길이 2U + 1)이고, α_t(s)는 t번째 프레임까지
    읽어 z′의 s번째에 와 있을 확률입니다::

        α_t(s) = p_t(z′_s) [α_{t-1}(s) + α_{t-1}(s-1) + 1[z′_s ≠ z′_{s-2}] α_{t-1}(s-2)]
        ℓ = -log(α_T(2U + 1) + α_T(2U))

    'mean'은 샘플마다 ℓ을 max(U, 1)로 나눈 다음 배치에서 평균합니다.

    Parameters
    ----------
    log_probs : array_like
        로그 확률(log_softmax의 출력). 모양 (T, N, C) 또는 (T, C): 시간 축이 맨 앞입니다.
        dtype은 float32, float64.
    targets : array_like
        레이블 번호. 모양 (N, S), 또는 샘플을 이어 붙인 1차원(길이는 `target_lengths`의 합).
        (N, S)에서 `target_lengths` 뒤의 값은 읽지 않습니다. 실수는 소수점 아래를 버립니다.
    input_lengths, target_lengths : array_like of int
        샘플마다의 프레임 수(T 이하)와 레이블 수 U. 모양 (N).
    blank : int
        공백 기호의 번호.
    reduction : {'mean', 'sum', 'none'}
        평균, 합, 또는 축약하지 않음.
    zero_infinity : bool
        정렬이 하나도 없는 샘플의 손실(inf)과 기울기를 0으로 바꿀지. 그래도 N에는 들어갑니다.

    Returns
    -------
    numpy.floating or numpy.ndarray
        손실. 단위는 nat. 'none'이면 모양 (N), 배치가 없으면 (). 정렬이 하나도 없으면 inf입니다.

    Raises
    ------
    TypeError
        dtype이 맞지 않을 때, `blank`가 정수가 아닐 때, `zero_infinity`가 bool이 아닐 때.
    ValueError
        모양이나 길이가 맞지 않을 때, `log_probs`가 비었을 때, `reduction`을 모를 때.
    IndexError
        레이블이나 `blank`가 0 이상 C 미만이 아닐 때.

    References
    ----------
    A. Graves et al., "Connectionist temporal classification", ICML 2006,
    doi:10.1145/1143844.1143891. 장: chapters/loss/02-ctc-loss.md

    Examples
    --------
    >>> import numpy as np
    >>> from lossbook import ctc_loss
    >>> uniform = np.log(np.full((3, 1, 3), 1 / 3))
    >>> print(ctc_loss(uniform, [[1, 2]], [3], [2], reduction="sum").round(6))
    1.686399
    """
    log_p, z, ends, frames, lengths = _checked(
        log_probs, targets, input_lengths, target_lengths, blank, reduction, zero_infinity
    )
    places = _places(z, log_p)
    alpha = _start(z, log_p.dtype)
    for t, frame in enumerate(log_p):
        alpha = np.where(t < frames, _arrived(alpha, z) + frame.take(places), alpha)
    loss = -_log_sum_exp(*np.where(ends, alpha, -np.inf))
    if zero_infinity:
        loss = np.where(loss == np.inf, 0, loss)
    if reduction == "mean":
        loss = loss / np.maximum(lengths, 1)
    loss = loss.reshape(np.shape(log_probs)[1:-1])
    return reduced_terms(loss, reduction, log_p.dtype)


@np.errstate(all="ignore")
def ctc_loss_grad(
    log_probs: ArrayLike,
    targets: ArrayLike,
    input_lengths: ArrayLike,
    target_lengths: ArrayLike,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Any:
    """CTC 손실의 기울기. PyTorch처럼 softmax를 지나 **로짓**으로 미분한 값입니다.

    γ_t(k)가 정답을 알 때 t번째 프레임이 기호 k를 냈을 확률이라면::

        β_t(s) = Σ_{s'} p_{t+1}(z′_{s'}) β_{t+1}(s')        (s'는 s에서 갈 수 있는 곳)
        γ_t(k) = Σ_{s: z′_s = k} α_t(s) β_t(s) / p(z | X)
        ∂ℓ/∂x_t(k) = p_t(k) - γ_t(k)

    로그 확률로만 미분하면 -γ이지만, PyTorch의 `log_probs.grad`는 p - γ입니다. log_softmax를 한 번
    더 거꾸로 지나도 값이 바뀌지 않으므로 학습에는 차이가 없습니다.

    Parameters
    ----------
    log_probs, targets, input_lengths, target_lengths, blank, reduction, zero_infinity
        `ctc_loss`와 같습니다.

    Returns
    -------
    numpy.ndarray
        `log_probs`와 모양과 dtype이 같은 기울기. `input_lengths` 뒤의 프레임은 0입니다. 정렬이
        하나도 없는 샘플은 nan(`zero_infinity=True`이면 0)입니다.

    Notes
    -----
    로그 확률이 -inf인 자리의 기울기는 0 - 0 = 0입니다. PyTorch는 그 자리에서 nan을 냅니다.

    Examples
    --------
    >>> import numpy as np
    >>> from lossbook import ctc_loss_grad
    >>> frames = np.log([[0.6, 0.4], [0.6, 0.4]])
    >>> print(ctc_loss_grad(frames, [1], [2], [1]))
    [[ 0.225 -0.225]
     [ 0.225 -0.225]]
    """
    log_p, z, ends, frames, lengths = _checked(
        log_probs, targets, input_lengths, target_lengths, blank, reduction, zero_infinity
    )
    T, N, C = log_p.shape
    places = _places(z, log_p)
    alphas = np.empty((T, *z.shape), log_p.dtype)
    alpha = _start(z, log_p.dtype)
    for t, frame in enumerate(log_p):
        alphas[t] = alpha = np.where(t < frames, _arrived(alpha, z) + frame.take(places), alpha)
    log_total = _log_sum_exp(*np.where(ends, alpha, -np.inf))

    scale = np.where(np.isfinite(log_total), 1.0, np.nan)
    if reduction == "mean":
        scale = scale / (N * np.maximum(lengths, 1))
    if zero_infinity:
        frames = np.where(log_total == -np.inf, 0, frames)
    slope = np.empty_like(log_p)
    beta = np.where(ends, 0, -np.inf).astype(log_p.dtype)
    for t in reversed(range(T)):
        gamma = np.exp(alphas[t] + beta - log_total)
        occupancy = np.bincount(places.ravel(), gamma.ravel(), N * C).reshape(N, C)
        by_logits = (np.exp(log_p[t]) - occupancy) * scale[:, np.newaxis]
        slope[t] = np.where((t < frames)[:, np.newaxis], by_logits, 0)
        onward = beta + log_p[t].take(places)
        beta = np.where(t < frames, _arrived(onward[::-1], z[::-1])[::-1], beta)
    return slope.reshape(np.shape(log_probs))


def _start(z: Array, dtype: np.dtype[Any]) -> Array:
    alpha = np.full(z.shape, -np.inf, dtype)
    alpha[0] = 0
    return alpha


def _arrived(alpha: Array, z: Array) -> Array:
    step, leap = np.full((2, *alpha.shape), -np.inf, alpha.dtype)
    step[1:] = alpha[:-1]
    leap[2:] = np.where(z[2:] != z[:-2], alpha[:-2], -np.inf)
    return _log_sum_exp(alpha, step, leap)


def _log_sum_exp(*terms: Array) -> Array:
    peak: Array = np.maximum(reduce(np.maximum, terms), np.finfo(terms[0].dtype).min)
    return peak + np.log(sum(np.exp(term - peak) for term in terms))


def _places(z: Array, log_p: Array) -> Array:
    """Return where in a flat frame (N, C) the log-probability of each state stands."""
    N, C = log_p.shape[1:]
    return np.arange(N) * C + z


def _checked(
    log_probs: ArrayLike,
    targets: ArrayLike,
    input_lengths: ArrayLike,
    target_lengths: ArrayLike,
    blank: int,
    reduction: str,
    zero_infinity: bool,
) -> tuple[Array, Array, Array, Array, Array]:
    check_reduction(reduction)
    log_p = float_array("log_probs", log_probs, allowed=FLOATS[1:])
    if log_p.ndim not in (2, 3) or log_p.size == 0:
        raise ValueError(
            "log_probs의 모양은 비어 있지 않은 (T, N, C)나 (T, C)여야 합니다. "
            f"받은 모양: {log_p.shape}."
        )
    log_p = log_p.reshape(len(log_p), -1, log_p.shape[-1])
    T, N, C = log_p.shape
    check_bool("zero_infinity", zero_infinity)
    blank = integer("blank", blank)
    if not 0 <= blank < C:
        raise IndexError(f"blank의 값은 0 이상 {C} 미만이어야 합니다. 받은 값: {blank}.")
    frames = _checked_lengths("input_lengths", input_lengths, N)
    if frames.max() > T:
        raise ValueError(f"input_lengths의 값은 T = {T} 이하여야 합니다. 받은 값: {frames.max()}.")
    lengths = _checked_lengths("target_lengths", target_lengths, N)
    labels, real = _padded(targets, lengths)
    outside = real & ((labels < 0) | (labels >= C))
    if outside.any():
        raise IndexError(
            f"targets의 레이블은 0 이상 {C} 미만이어야 합니다. 받은 레이블: {labels[outside][0]}."
        )
    if (labels[real] == blank).any():
        warn_caller(
            f"targets에 공백 기호(blank = {blank})가 들어 있습니다. 축약하면 공백 기호는 "
            "사라지므로 이런 열은 나올 수 없습니다. 레이블 번호를 확인하세요."
        )
    z = np.full((2 * labels.shape[1] + 1, N), blank)
    z[1::2] = np.where(real, labels, blank).T
    states = np.arange(len(z))[:, np.newaxis]
    ends = (states == 2 * lengths) | (states == 2 * lengths - 1)
    return log_p, z, ends, frames, lengths


def _checked_lengths(name: str, value: ArrayLike, count: int) -> Array:
    lengths = np.asarray(value)
    if lengths.dtype.kind not in "iu":
        raise TypeError(f"{name}의 값은 정수여야 합니다. 받은 dtype: {lengths.dtype}.")
    if lengths.size != count:
        raise ValueError(
            f"{name}에는 샘플마다 하나씩 {count}개의 길이가 있어야 합니다. "
            f"받은 개수: {lengths.size}."
        )
    if lengths.min() < 0:
        raise ValueError(f"{name}의 값은 0 이상이어야 합니다. 받은 값: {lengths.min()}.")
    return lengths.reshape(-1).astype(np.int64)


def _padded(targets: ArrayLike, lengths: Array) -> tuple[Array, Array]:
    labels = real_array("targets", targets).astype(np.int64)
    N, U = len(lengths), int(lengths.max())
    real = np.arange(U) < lengths[:, np.newaxis]
    if labels.ndim == 1 and labels.size == lengths.sum():
        padded = np.zeros((N, U), np.int64)
        padded[real] = labels
        return padded, real
    if labels.ndim == 2 and len(labels) == N and labels.shape[1] >= U:
        return labels[:, :U], real
    raise ValueError(
        f"targets의 모양은 ({N}, S)(S는 {U} 이상)이거나, 이어 붙인 ({lengths.sum()},)이어야 "
        f"합니다. 받은 모양: {labels.shape}."
    )
