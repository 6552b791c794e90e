"""Equalities of numbers in running text, such as $-\\ln 0.51 = 0.6733$: evaluated as shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from booktools.formulas.parser import parse
from booktools.formulas.tokens import FormulaError, Token, is_number, tokenize
from booktools.formulas.values import CONSTANTS

INLINE = re.compile(r"(?<![\\$])\$(?!\$)((?:[^$\\]|\\.)+?)\$(?!\$)")
CODE = re.compile(r"^(```|~~~).*?^\1\s*$|`[^`\n]*`", re.M | re.S)
EQUAL = ("=", r"\approx", r"\simeq")


@dataclass(frozen=True)
class Claim:
    """Two or more numeric sides of one inline formula; `wrong` says what does not hold."""

    text: str
    line: int
    wrong: str = ""


def numeric_claims(markdown: str) -> list[Claim]:
    """Every inline equality between numbers, checked to the digits that are shown."""
    blank = CODE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), markdown)
    found = []
    for match in INLINE.finditer(blank):
        line = blank.count("\n", 0, match.start()) + 1
        sides = list(_numeric_sides(match.group(1)))
        if len(sides) > 1:
            found.append(Claim(match.group(1), line, _mismatch(sides)))
    return found


def _numeric_sides(latex: str) -> Iterator[tuple[str, float, float]]:
    """(text, value, tolerance) of each side that holds nothing but numbers."""
    try:
        tokens = tokenize(latex)
    except FormulaError:
        return
    side: list[Token] = []
    for token in [*tokens, Token("=", -1)]:
        if token.text not in EQUAL:
            side.append(token)
            continue
        value = _value(side)
        if value is not None:
            yield " ".join(t.text for t in side), value, _tolerance(side)
        side = []


def _value(side: list[Token]) -> float | None:
    if not side or _has_a_letter_e(side):
        return None
    try:
        return float(parse(side, {}, {}).members[0](dict(CONSTANTS)))
    except (FormulaError, ArithmeticError, TypeError, ValueError):
        return None


def _has_a_letter_e(side: list[Token]) -> bool:
    """Without an exponent, e is the error of a prediction and not Euler's number."""
    texts = [token.text for token in side] + [""]
    return any(a == "e" and b != "^" for a, b in pairwise(texts))


def _tolerance(side: list[Token]) -> float:
    """Half a unit of the last digit of a bare decimal; exact forms are exact."""
    texts = [token.text for token in side if token.text not in ("-", "+")]
    if len(texts) == 1 and is_number(texts[0]) and "." in texts[0]:
        return 0.5 * 10.0 ** -len(texts[0].split(".")[1])
    return 0.0


def _mismatch(sides: list[tuple[str, float, float]]) -> str:
    first, value, tolerance = sides[0]
    for text, other, slack in sides[1:]:
        if abs(value - other) > (tolerance + slack) * 1.0001 + 1e-9 * max(1.0, abs(value)):
            return f"{first} is {value:.8g}, {text} is {other:.8g}"
    return ""
