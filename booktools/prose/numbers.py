"""Every number of the prose has to come from an output, a formula or the code of its chapter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

from booktools.prose.chapter import Block, Chapter, Piece, Problem
from booktools.prose.structure import errata_of

NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.])(?P<sign>(?<![\d)\]}]\s)(?<![\d)\]}])[-−])?"
    r"(?P<digits>\d{1,3}(?:[,\u202f]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![\d]|\.\d)"
    r"(?P<percent>\s?\\?%)?"
)
CANDIDATE = re.compile(r"(?<![\w.])[-−]?\d[\d,]*\.?\d*(?:e[+-]?\d+)?|(?<![\w.])-?\.\d+", re.I)
NOT_PROSE = re.compile(
    r"https?://\S+|(?:arXiv|doi)\s?:\s?\S+|\d+(?:\.\d+){2,}"
    r"|(?:PyTorch|torch|NumPy|Python|Keras|scikit-learn|SciPy|Matplotlib|matplotlib) \d+(?:\.\d+)+"
    r"|\d{4}년",
    re.I,
)
ALLOWED = re.compile(r"^number: (?P<number>[-−]?[\d.,]+(?:\s?%)?) — (?P<reason>\S.*)$")
UNSEEN = ("exercise-hidden", "exercise-wrong")


@dataclass(frozen=True)
class Number:
    """A number as the prose writes it."""

    text: str
    line: int
    value: Decimal
    percent: bool

    def rounded_from(self, candidate: Decimal) -> bool:
        """Say whether `candidate`, rounded to the digits shown, is this number."""
        half = Decimal(1).scaleb(_exponent(self.value)) / 2
        scales = (1, 100) if self.percent else (1,)
        return any(abs(candidate * scale - self.value) <= half for scale in scales)


def check_numbers(
    chapter: Chapter, notebook: dict[str, Any], claims: Iterable[str] = ()
) -> list[Problem]:
    """Return the numbers of the prose without a source, and allowances that allow nothing.

    `notebook` is the chapter's reference notebook as JSON, `claims` the inline formulas whose
    numeric equality has been verified: their numbers, the given ones included, are founded.
    """
    candidates = [*output_numbers(notebook), *_source_numbers(chapter)]
    candidates += [number for claim in claims for number in _candidates(claim)]
    allowed: dict[str, Block] = {}
    problems = []
    for block in chapter.prose("comment"):
        if block.text.startswith("number:"):
            match = ALLOWED.match(block.text)
            if match is None:
                problems.append(
                    chapter.problem(
                        block.line, f"“% {block.text}”", "“% number: 2.13 — reason”",
                        "write the number, a dash and why no cell can print it",
                    )
                )
            else:
                allowed[match["number"]] = block
    used = set()
    for number in prose_numbers(chapter):
        if any(number.rounded_from(candidate) for candidate in candidates):
            continue
        if number.text in allowed:
            used.add(number.text)
            continue
        problems.append(
            chapter.problem(
                number.line, f"the number {number.text}",
                "a number that an output, a bound formula or the code of this chapter shows",
                "print it in a cell, correct it, or add “% number: … — reason”",
            )
        )
    for text, block in allowed.items():
        if text not in used:
            problems.append(
                chapter.problem(
                    block.line, f"an allowance for {text}",
                    "a number in the prose that needs it", "delete the line",
                )
            )  # fmt: skip
    return problems


def prose_numbers(chapter: Chapter) -> Iterator[Number]:
    """Yield the decimals, percentages and numbers of three digits and more of the prose."""
    for block in chapter.prose():
        if block.section == "참고문헌":
            continue
        skipped = errata_of(chapter.path) if block.section == "원문 바로잡기" else ()
        for piece in block.pieces:
            if piece.kind in ("text", "math"):
                yield from _numbers(piece, skipped)


def _numbers(piece: Piece, skipped: Iterable[str]) -> Iterator[Number]:
    text = NOT_PROSE.sub(lambda match: " " * len(match[0]), piece.text)
    for name in skipped:
        text = re.sub(rf"(?<![\w.]){re.escape(name)}(?![\d])", " ", text)
    for match in NUMBER.finditer(text):
        digits = re.sub(r"[,\u202f]", "", match["digits"])
        percent = match["percent"] is not None
        whole = "." not in digits
        if whole and (piece.kind == "math" or len(digits) < 3) and not percent:
            continue
        if percent and digits in ("0", "100"):
            continue
        sign = "-" if match["sign"] else ""
        shown = match[0].replace("−", "-").replace("\\%", "%").strip()
        yield Number(shown, piece.line, Decimal(sign + digits), percent)


def output_numbers(notebook: dict[str, Any]) -> Iterator[Decimal]:
    """Yield every number that the outputs of a notebook show as text."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            shown = {"text/plain": output.get("text", ""), **output.get("data", {})}
            for kind, text in shown.items():
                joined = "".join(text) if isinstance(text, list) else str(text)
                if kind == "text/html":
                    yield from _candidates(_visible(joined))
                elif kind.startswith("text/"):
                    yield from _candidates(joined)


def _source_numbers(chapter: Chapter) -> Iterator[Decimal]:
    for block in chapter.blocks:
        if block.kind == "math" and block.info:
            yield from _candidates(block.text)
        elif block.kind == "code" and not set(block.tags) & set(UNSEEN):
            yield from _candidates(re.sub(r"(?<=\d)_(?=\d)", "", block.text))


def _candidates(text: str) -> Iterator[Decimal]:
    for match in CANDIDATE.finditer(text):
        yield Decimal(match[0].replace(",", "").replace("−", "-").rstrip("."))


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return exponent


class _Text(HTMLParser):
    """Collects the text a reader sees: no scripts, no styles, no attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.hidden += tag in ("script", "style")
        self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


def _visible(html: str) -> str:
    parser = _Text()
    parser.feed(html)
    return "".join(parser.parts)
