"""Korean as the book writes it: terms, spelling, bold, particles, style, punctuation."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from booktools.prose.chapter import Block, Chapter, Problem
from booktools.prose.particles import misfit_after, misfits

TERMS = [
    (re.compile(term["find"]), term["use"])
    for term in tomllib.loads(
        (Path(__file__).parent / "data" / "terms.toml").read_text(encoding="utf-8")
    )["term"]
]
QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|‘[^’]*’|「[^」]*」")
PLAIN_END = re.compile(r"(?<![니시])다\.(?=\s|$|[)\]”\"])")
SENTENCE_END = re.compile(r"[가-힣◇)\]”\"%\d][.?!][)\]”\"]*(?=\s|$)")
NO_SPACE = re.compile(r"[가-힣)][.,?!:;](?=[가-힣A-Za-z◇])")
URL = re.compile(r"https?://[^\s<>()\[\]\"'`]*?(?=[가-힣])[가-힣]+")
URL_LIKE = re.compile(r"(?:https?://|doi:|arXiv:)\S+", re.I)
LONGEST_PARAGRAPH = 5


def check_language(chapter: Chapter) -> list[Problem]:
    """Return what does not follow the book's Korean."""
    problems = [*_composed(chapter), *_urls(chapter)]
    for block in chapter.prose():
        problems += _bold(chapter, block)
        if block.kind == "quote":
            continue
        problems += [*_particles(chapter, block), *_spaces(chapter, block)]
        if not (block.kind == "heading" and block.level == 1):
            problems += _terms(chapter, block)
        if block.kind in ("paragraph", "item"):
            problems += _style(chapter, block)
        if block.kind == "paragraph":
            problems += _length(chapter, block)
    return problems


def _line(block: Block, text: str, position: int) -> int:
    return block.line + text.count("\n", 0, position)


def _composed(chapter: Chapter) -> Iterator[Problem]:
    for line, text in enumerate(chapter.lines, 1):
        if not unicodedata.is_normalized("NFC", text):
            yield chapter.problem(
                line, "decomposed Hangul or accents", "NFC", "normalise the line to NFC"
            )


def _urls(chapter: Chapter) -> Iterator[Problem]:
    for line, text in enumerate(chapter.lines, 1):
        for match in URL.finditer(text):
            yield chapter.problem(
                line, f"“{match[0]}”", "a URL that ends before the particle",
                "write a link: [텍스트](URL)",
            )  # fmt: skip


def _bold(chapter: Chapter, block: Block) -> Iterator[Problem]:
    for piece in block.pieces:
        if piece.kind == "text" and "**" in piece.text:
            yield chapter.problem(
                piece.line, f"“{piece.text.strip()[:50]}” with asterisks that readers see",
                "bold text", "move brackets out: **교차 엔트로피**(cross-entropy)는",
            )  # fmt: skip


def _terms(chapter: Chapter, block: Block) -> Iterator[Problem]:
    text = block.spoken()
    if block.section == "원문 바로잡기":
        text = QUOTED.sub(lambda match: "◇" * len(match[0]), text)
    for pattern, use in TERMS:
        for match in pattern.finditer(text):
            yield chapter.problem(
                _line(block, text, match.start()), f"“{match[0]}”", f"“{use}”",
                "use the book's one form (booktools/prose/data/terms.toml)",
            )  # fmt: skip


def _style(chapter: Chapter, block: Block) -> Iterator[Problem]:
    text = QUOTED.sub(lambda match: "◇" * len(match[0]), block.spoken())
    for match in PLAIN_END.finditer(text):
        yield chapter.problem(
            _line(block, text, match.start()),
            f"“{text[max(0, match.start() - 12) : match.end()]}”",
            "a sentence that ends in ~니다", "write prose in 합니다체",
        )  # fmt: skip


def _length(chapter: Chapter, block: Block) -> Iterator[Problem]:
    text = QUOTED.sub(lambda match: "◇" * len(match[0]), block.spoken())
    count = len(SENTENCE_END.findall(text))
    if count > LONGEST_PARAGRAPH:
        yield chapter.problem(
            block.line, f"a paragraph of {count} sentences", f"at most {LONGEST_PARAGRAPH}",
            "divide it",
        )  # fmt: skip


def _spaces(chapter: Chapter, block: Block) -> Iterator[Problem]:
    text = URL_LIKE.sub(lambda match: " " * len(match[0]), block.spoken())
    for match in NO_SPACE.finditer(text):
        yield chapter.problem(
            _line(block, text, match.start()), f"“{text[match.start() : match.end() + 6]}”",
            "a space after the punctuation", "add a space",
        )  # fmt: skip



def _particles(chapter: Chapter, block: Block) -> Iterator[Problem]:
    found: list[tuple[int, str, str]] = []
    for piece, after in zip_longest(block.pieces, block.pieces[1:]):
        if piece.kind == "text":
            found += [(piece.line, written, fits) for written, fits in misfits(piece.text)]
        elif piece.kind in ("code", "math") and after is not None and after.kind == "text":
            misfit = misfit_after(piece.kind, piece.text, after.text)
            found += [(piece.line, *misfit)] if misfit else []
    for line, written, fits in found:
        yield chapter.problem(
            line, f"“{written}”", f"“{fits}”", "let the particle fit the sound before it"
        )
