"""Numbers without a source are found; those with one are not."""


from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from booktools.prose.chapter import parse_chapter
from booktools.prose.numbers import check_numbers, output_numbers, prose_numbers

GOOD = (Path(__file__).parents[1] / "data" / "prose" / "04-huber-loss.md").read_text("utf-8")
PATH = "chapters/regression/04-huber-loss.md"
HTML = "<style>td {width: 9.99px}</style><td style='x:8.88'>0.1250</td><script>var a = 7.77</script>"
NOTEBOOK = {
    "cells": [
        {"outputs": [{"output_type": "stream", "name": "stdout", "text": ["2.15625\n", "2\n"]}]},
        {"outputs": [{"data": {"text/plain": "[ 0.125  -0.2500  -4.  6.]", "text/html": HTML}}]},
        {"outputs": [{"data": {"text/plain": "share 0.298, 1797", "image/png": "3.21"}}]},
        {"source": "5.55"},
    ]
}
CLAIMS = [r"\ln 5.4 = 1.6864"]


def problems(text: str) -> list[str]:
    return [str(problem) for problem in check_numbers(parse_chapter(text, PATH), NOTEBOOK, CLAIMS)]


def test_the_good_chapter_passes():
    assert problems(GOOD) == []


FAULTS = [
    # what is there, what stands there instead, the number that is reported
    ("2.15625이고", "2.15652이고", "2.15652"),
    ("쓰면 2.16입니다", "쓰면 2.15입니다", "2.15"),
    ("| 0.5 | 0.125 |", "| 0.5 | 0.152 |", "0.152"),
    ("(0.125, -0.25)", "(0.125, -0.26)", "-0.26"),
    ("(0.125, -0.25)", "(-0.125, -0.25)", "-0.125"),
    ("1.6864$", "1.6846$", "1.6846"),
    ("0.25만큼", "0.24만큼", "0.24"),
    ("30 %를", "31 %를", "31 %"),
    ("1,797개", "1,979개", "1,979"),
    ("1,797개", "1,797개와 999개", "999"),
    ("답은 0.125입니다", "답은 0.152입니다", "0.152"),
    ("값은 2.0입니다", "값은 9.99, 8.88, 7.77, 3.21입니다", "9.99"),
    ("값은 2.0입니다", "값은 9.99, 8.88, 7.77, 3.21입니다", "8.88"),
    ("값은 2.0입니다", "값은 9.99, 8.88, 7.77, 3.21입니다", "7.77"),
    ("값은 2.0입니다", "값은 9.99, 8.88, 7.77, 3.21입니다", "3.21"),
    ("값은 2.0입니다", "값은 5.55와 0.987입니다", "5.55"),
    ("값은 2.0입니다", "값은 5.55와 0.987입니다", "0.987"),
    ("주소도 수가", "주소와 0.777도 수가", "0.777"),
    ("**R04.1.**", "**4.1.** R04.1", "4.1"),
    ("## 정리\n", "## 정리와 0.321\n", "0.321"),
    ("그림을 봅니다.", "> 인용한 0.789", "0.789"),
    ("[후버와 스무스 L1]", "[0.456]", "0.456"),
]


@pytest.mark.parametrize(("old", "new", "number"), FAULTS)
def test_a_number_without_a_source_is_found(old, new, number):
    assert old in GOOD
    text = GOOD.replace(old, new)
    line = next(i for i, each in enumerate(text.split("\n"), 1) if new.split("\n")[0] in each)
    assert any(p.startswith(f"{PATH}:{line}: found the number {number};") for p in problems(text))


ALLOWANCES = [
    ("판 2.13에서", "판에서", "found an allowance for 2.13"),
    ("% number: 2.13 — version", "% number: 2.13 version", "found “% number: 2.13 version"),
    ("% number: 2.13 — version of PyTorch, not a result\n", "", "found the number 2.13;"),
    ("% number: 1.5 —", "% number: 0.125 —", "found an allowance for 0.125"),
]


@pytest.mark.parametrize(("old", "new", "message"), ALLOWANCES)
def test_allowances_are_exact_and_needed(old, new, message):
    assert old in GOOD
    assert any(message in problem for problem in problems(GOOD.replace(old, new)))


def test_numbers_read_as_written():
    text = "값은 -0.5, −1.25, 3.0 %, 12,345, 0.87-0.89, $x-0.5$, `0.1`, 99, v1.2.3, [9.5](1.1.md)\n"
    found = [(n.value, n.percent) for n in prose_numbers(parse_chapter(text))]
    assert found == [
        (Decimal("-0.5"), False), (Decimal("-1.25"), False), (Decimal("3.0"), True),
        (Decimal("12345"), False), (Decimal("0.87"), False), (Decimal("0.89"), False),
        (Decimal("0.5"), False), (Decimal("9.5"), False),
    ]  # fmt: skip


def test_outputs_are_read_as_a_reader_sees_them():
    assert Decimal("0.1250") in set(output_numbers(NOTEBOOK))
    assert not {Decimal("9.99"), Decimal("8.88"), Decimal("7.77")} & set(output_numbers(NOTEBOOK))
