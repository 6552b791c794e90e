"""장에서 쓰는 작은 데이터셋. 출처와 이용 조건은 같은 폴더의 README.md에 있습니다."""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import Any

import numpy as np

__all__ = ["load_randhie", "load_speed", "load_statecrime"]

Column = np.ndarray[Any, np.dtype[Any]]


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
    header, *rows = csv.reader(_lines("statecrime.csv"))
    columns = dict(zip(header, zip(*rows, strict=True), strict=True))
    return {
        name: np.array(values) if name == "state" else np.array(values, dtype=np.float64)
        for name, values in columns.items()
    }


def load_randhie() -> dict[str, Column]:
    """RAND 건강보험 실험에서 한 사람이 한 해에 의사를 찾은 횟수를 읽습니다.

    Returns
    -------
    dict of str to ndarray
        길이가 20190인 열들. 한 행이 한 사람의 한 해입니다. ``visits``는 외래 진료 횟수,
        ``coinsurance``는 본인 부담률(%), ``disease``는 만성 질환 지표, ``health``는 스스로 매긴
        건강(0 아주 좋음, 1 좋음, 2 보통, 3 나쁨)입니다.

    Notes
    -----
    출처: RAND Health Insurance Experiment, statsmodels의 ``randhie`` 데이터셋. 공유 저작물(public
    domain)입니다. 파일에는 네 값이 모두 같은 행의 수만 적혀 있고, 여기서 그 수만큼 되풀이합니다.
    그래서 행은 ``visits``의 차례로 서 있습니다. 나누어 쓸 때는 먼저 섞으세요.

    Examples
    --------
    >>> data = load_randhie()
    >>> len(data["visits"]), float(data["visits"].max())
    (20190, 77.0)
    """
    header, *rows = csv.reader(_lines("randhie.csv"))
    columns = dict(zip(header, np.array(rows, dtype=np.float64).T, strict=True))
    count = columns.pop("count").astype(int)
    return {name: np.repeat(values, count) for name, values in columns.items()}


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


def _lines(name: str) -> list[str]:
    return (files(__package__) / name).read_text(encoding="utf-8").splitlines()
