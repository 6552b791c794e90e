"""장에서 쓰는 작은 데이터셋. 출처와 이용 조건은 같은 폴더의 README.md에 있습니다."""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import Any

import numpy as np

__all__ = ["load_engel", "load_speed", "load_statecrime"]

Column = np.ndarray[Any, np.dtype[Any]]


def load_engel() -> dict[str, Column]:
    """1857년 벨기에 노동자 가구 235곳의 소득과 식비를 읽습니다.

    Returns
    -------
    dict of str to ndarray
        길이가 235인 열들. ``income``은 한 해 소득, ``foodexp``는 한 해 식비(벨기에 프랑)입니다.

    Notes
    -----
    출처: Ernst Engel (1857), R의 quantreg 패키지에서 배포. 공유 저작물(public domain)이며
    statsmodels의 ``engel`` 데이터셋과 같은 파일입니다.

    Examples
    --------
    >>> engel = load_engel()
    >>> len(engel["income"]), round(float(engel["foodexp"].max()), 1)
    (235, 2032.7)
    """
    return _columns("engel.csv")


def load_statecrime() -> dict[str, Column]:
    """2009년 미국 50개 주와 워싱턴 D.C.의 범죄 통계를 읽습니다.

    Returns
    -------
    dict of str to ndarray
        길이가 51인 열들. ``state``는 주 이름, ``violent``와 ``murder``는 인구 10만 명당 건수,
        ``hs_grad``, ``poverty``, ``single``, ``white``, ``urban``은 퍼센트입니다.

    Notes
    -----
    출처: American Statistical Abstract (2009). 공유 저작물(public domain)이며
    statsmodels의 ``statecrime`` 데이터셋과 같은 파일입니다.

    Examples
    --------
    >>> crime = load_statecrime()
    >>> len(crime["state"]), float(crime["murder"].max())
    (51, 24.2)
    """
    return _columns("statecrime.csv", words=("state",))


def load_speed() -> list[dict[str, str]]:
    """`python -m bench --write`가 잰 빠르기를 읽습니다.

    Returns
    -------
    list of dict
        손실, 크기, dtype, 라이브러리마다 하나. ``forward``와 ``both``는 lossbook의 시간을 그
        라이브러리의 시간으로 나눈 것(재지 않았으면 빈 문자열), ``memory``는 손실 하나를 계산할
        때 새로 쓴 메모리를 입력의 크기로 나눈 것입니다.

    Examples
    --------
    >>> sorted(load_speed()[0])
    ['both', 'dtype', 'forward', 'library', 'loss', 'memory', 'size']
    """
    return list(csv.DictReader(_lines("speed.csv")))


def _columns(file: str, words: tuple[str, ...] = ()) -> dict[str, Column]:
    """Return the columns of a CSV file: text for `words`, numbers for the rest."""
    header, *rows = csv.reader(_lines(file))
    columns = dict(zip(header, zip(*rows, strict=True), strict=True))
    return {
        name: np.array(values) if name in words else np.array(values, dtype=np.float64)
        for name, values in columns.items()
    }


def _lines(name: str) -> list[str]:
    return (files(__package__) / name).read_text(encoding="utf-8").splitlines()
