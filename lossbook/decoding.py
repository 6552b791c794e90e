"""CTC로 훈련한 모델의 출력을 글자열로 읽는 방법 (02)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._checks import Array, float_array, integer

__all__ = ["collapse", "greedy_decode", "prefix_beam_search"]

Labels = tuple[int, ...]
LanguageModel = Callable[[Labels, int], float]

AFTER_BLANK, AFTER_LABEL = 0, 1


def collapse(path: Iterable[int], blank: int = 0) -> Labels:
    """축약 사상 ℬ. 이어진 같은 기호를 하나로 합친 다음 공백 기호를 지웁니다.

    Parameters
    ----------
    path : iterable of int
        프레임마다 하나씩 고른 기호 번호. 길이 T.
    blank : int
        공백 기호의 번호.

    Returns
    -------
    tuple of int
        레이블 번호의 열. 길이는 T 이하입니다.

    Examples
    --------
    >>> collapse([1, 1, 0, 1, 2, 0])
    (1, 1, 2)
    """
    labels = []
    previous = blank
    for symbol in map(int, path):
        if symbol not in (previous, blank):
            labels.append(symbol)
        previous = symbol
    return tuple(labels)


def greedy_decode(log_probs: ArrayLike, blank: int = 0) -> Labels:
    """프레임마다 가장 확률이 큰 기호를 골라 축약합니다.

    가장 확률이 큰 **경로**를 읽은 것이라, 가장 확률이 큰 **글자열**과 다를 수 있습니다.

    Parameters
    ----------
    log_probs : array_like
        한 샘플의 로그 확률. 모양 (T, C).
    blank : int
        공백 기호의 번호.

    Returns
    -------
    tuple of int
        레이블 번호의 열.

    Raises
    ------
    TypeError, ValueError, IndexError
        `log_probs`의 모양이 (T, C)가 아니거나 `blank`가 0 이상 C 미만이 아닐 때.

    Examples
    --------
    >>> greedy_decode(np.log([[0.6, 0.4], [0.6, 0.4]]))
    ()
    """
    frames, blank = _checked(log_probs, blank)
    return collapse(frames.argmax(axis=1), blank)


def prefix_beam_search(
    log_probs: ArrayLike,
    width: int = 8,
    blank: int = 0,
    language_model: LanguageModel | None = None,
) -> list[tuple[Labels, float]]:
    """접두사 빔 탐색. 같은 글자열이 되는 경로들의 확률을 더하며 후보를 `width`개까지 남깁니다.

    후보마다 확률을 둘로 나누어 듭니다. 공백 기호로 끝난 몫 뒤에 마지막 글자가 다시 오면 새
    글자이고, 그 글자로 끝난 몫 뒤에 오면 같은 글자가 이어진 것이기 때문입니다.

    Parameters
    ----------
    log_probs : array_like
        한 샘플의 로그 확률. 모양 (T, C).
    width : int
        프레임마다 남기는 후보의 수. 1 이상.
    blank : int
        공백 기호의 번호.
    language_model : callable, optional
        (지금까지의 글자열, 새 글자) → 더할 로그 점수. 새 글자가 붙을 때 한 번 부릅니다.

    Returns
    -------
    list of (tuple of int, float)
        글자열과 그 로그 확률(언어 모델이 있으면 로그 점수)을 큰 것부터 적은 목록. 버린 후보의
        몫은 빠지므로 로그 확률은 참값 이하입니다.

    Raises
    ------
    TypeError, ValueError, IndexError
        `log_probs`의 모양이 (T, C)가 아니거나, `width`가 1보다 작거나, `blank`가 0 이상 C
        미만이 아닐 때.

    References
    ----------
    A. Y. Hannun et al., "First-pass large vocabulary continuous speech recognition using
    bi-directional recurrent DNNs", arXiv:1408.2873. 장: chapters/loss/02-ctc-loss.md

    Examples
    --------
    >>> best, log_p = prefix_beam_search(np.log([[0.6, 0.4], [0.6, 0.4]]))[0]
    >>> print(best, round(np.exp(log_p), 2))
    (1,) 0.64
    """
    frames, blank = _checked(log_probs, blank)
    if (width := integer("width", width)) < 1:
        raise ValueError(f"width의 값은 1 이상이어야 합니다. 받은 값: {width}.")
    bonus = language_model or (lambda prefix, symbol: 0.0)
    beams: dict[Labels, list[float]] = {(): [0.0, -np.inf]}
    for frame in frames:
        grown: dict[Labels, list[float]] = {}
        for prefix, ends in beams.items():
            either = _log_add(*ends)
            for symbol, log_p in enumerate(map(float, frame)):
                longer = (*prefix, symbol)
                if symbol == blank:
                    _gain(grown, prefix, AFTER_BLANK, either + log_p)
                elif prefix[-1:] == (symbol,):
                    new = ends[AFTER_BLANK] + log_p + bonus(prefix, symbol)
                    _gain(grown, prefix, AFTER_LABEL, ends[AFTER_LABEL] + log_p)
                    _gain(grown, longer, AFTER_LABEL, new)
                else:
                    new = either + log_p + bonus(prefix, symbol)
                    _gain(grown, longer, AFTER_LABEL, new)
        ranked = sorted(grown, key=lambda prefix: -_log_add(*grown[prefix]))
        beams = {prefix: grown[prefix] for prefix in ranked[:width]}
    return [(prefix, _log_add(*ends)) for prefix, ends in beams.items()]


def _gain(grown: dict[Labels, list[float]], prefix: Labels, end: int, log_p: float) -> None:
    if log_p > -np.inf:
        ends = grown.setdefault(prefix, [-np.inf, -np.inf])
        ends[end] = _log_add(ends[end], log_p)


def _log_add(first: float, second: float) -> float:
    return float(np.logaddexp(first, second))


def _checked(log_probs: ArrayLike, blank: int) -> tuple[Array, int]:
    frames = float_array("log_probs", log_probs)
    if frames.ndim != 2 or frames.shape[1] == 0:
        raise ValueError(f"log_probs의 모양은 (T, C)여야 합니다. 받은 모양: {frames.shape}.")
    blank = integer("blank", blank)
    if not 0 <= blank < frames.shape[1]:
        raise IndexError(
            f"blank의 값은 0 이상 {frames.shape[1]} 미만이어야 합니다. 받은 값: {blank}."
        )
    return frames, blank
