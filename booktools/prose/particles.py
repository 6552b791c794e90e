"""Particles have to fit the sound before them: δ가, nn.CrossEntropyLoss는, 1을."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

READINGS = {
    word: ending
    for ending, words in tomllib.loads(
        (Path(__file__).parent / "data" / "readings.toml").read_text(encoding="utf-8")
    ).items()
    for word in words
}
PAIRS = {"은": "는", "이": "가", "을": "를", "과": "와", "으로": "로"}
AFTER_CONSONANT = {**{key: key for key in PAIRS}, **{value: key for key, value in PAIRS.items()}}
PARTICLE = "(은|는|이|가|을|를|과|와|으로|로)(?![가-힣])"
AFTER_WORD = re.compile(rf"(?<![\w.])(?<!\d )([A-Za-z]+|[\u0370-\u03ff]){PARTICLE}")
AFTER_NUMBER = re.compile(rf"(?<![A-Za-z\d])(?<!\d\.)(\d+(?:,\d{{3}})*(?:\.\d+)?)(\s?%)?{PARTICLE}")
AFTER_BRACKET = re.compile(rf"([가-힣])\([^()가-힣]*\){PARTICLE}")
AFTER_HANGUL = re.compile(r"([가-힣])(를)(?![가-힣])")
DIGITS = dict(zip("0123456789", ["other", "liel", "vowel", "other", "vowel", "vowel", "other",
                                 "liel", "liel", "vowel"], strict=True))  # fmt: skip


def ending_of_syllable(syllable: str) -> str:
    """Return how a Hangul syllable ends: vowel, liel or other."""
    final = (ord(syllable) - ord("가")) % 28
    return "vowel" if final == 0 else "liel" if final == 8 else "other"


def ending_of_number(digits: str) -> str:
    """Return how a number ends when read in Sino-Korean: 10 십, 0.5 영 점 오."""
    digits = digits.replace(",", "")
    if "." in digits or not digits.endswith("0") or not digits.strip("0"):
        return DIGITS[digits[-1]]
    zeros = len(digits) - len(digits.rstrip("0"))
    return "vowel" if zeros >= 12 else "other"


def ending_of_word(word: str) -> str | None:
    """Return how a Latin or Greek word ends, or None if that is not sure."""
    if len(word) == 1:
        return READINGS.get(word) or READINGS.get(word.upper())
    spelled = READINGS.get(word[-1]) if re.fullmatch("[A-Z]{2,5}", word) else None
    return READINGS.get(word) or READINGS.get(word.lower()) or spelled


def ending_of_code(code: str) -> str | None:
    """Return how a code span ends: by the last word of its last name."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", code)
    if not words or not re.search(r"[A-Za-z]['\"]?$", code):
        return None
    return ending_of_word(words[-1])


def ending_of_math(math: str) -> str | None:
    """Return how a formula of one symbol or one that ends in a decimal number ends."""
    if re.fullmatch(r"\\?[A-Za-z]+", math.strip()):
        word = math.strip().lstrip("\\")
        return ending_of_word(word) if len(word) == 1 or math.strip()[0] == "\\" else None
    number = re.search(r"(?:^|[=\s])-?(\d+\.\d+)$", math.strip())
    return ending_of_number(number[1]) if number else None


def fitting(particle: str, ending: str) -> str:
    """Return the form of `particle` that fits `ending`."""
    closed = AFTER_CONSONANT[particle]
    if ending == "vowel" or (ending == "liel" and closed == "으로"):
        return PAIRS[closed]
    return closed


def misfits(text: str) -> Iterator[tuple[str, str]]:
    """Yield what is written and what fits, for what is sure to be wrong in `text`."""
    for match in AFTER_WORD.finditer(text):
        yield from _misfit(match[1], ending_of_word(match[1]), match[2])
    for match in AFTER_NUMBER.finditer(text):
        ending = "vowel" if match[2] else ending_of_number(match[1])
        yield from _misfit(match[1] + (match[2] or ""), ending, match[3])
    for match in AFTER_BRACKET.finditer(text):
        before = match[0][: -len(match[2])]
        yield from _misfit(before, ending_of_syllable(match[1]), match[2])
    for match in AFTER_HANGUL.finditer(text):
        yield from _misfit(match[1], ending_of_syllable(match[1]), match[2])


def misfit_after(kind: str, content: str, following: str) -> tuple[str, str] | None:
    """Return what is written and what fits after a code span or formula, if that is wrong."""
    match = re.match(PARTICLE, following)
    ending = {"code": ending_of_code, "math": ending_of_math}[kind](content)
    if match is None or ending is None or fitting(match[1], ending) == match[1]:
        return None
    return content + match[1], content + fitting(match[1], ending)


def _misfit(before: str, ending: str | None, particle: str) -> Iterator[tuple[str, str]]:
    if ending is not None and fitting(particle, ending) != particle:
        yield before + particle, before + fitting(particle, ending)
