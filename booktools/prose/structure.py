"""The anatomy of a chapter: headings, exercises, errata, cells."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path, PurePosixPath

from booktools.prose.chapter import Block, Chapter, Problem

ERRATA: dict[str, list[str]] = tomllib.loads(
    (Path(__file__).parent / "data" / "errata.toml").read_text(encoding="utf-8")
)
HEADINGS: tuple[str, ...] = (
    "한눈에 보기", "정의", "구조", "손으로 계산하기", "구현", "PyTorch와 비교",
    "그림으로 보기", "실제 데이터로", "흔한 실수", "다른 손실과의 관계",
    "연습 문제", "원문 바로잡기", "정리", "참고문헌",
)  # fmt: skip
LAST_HEADINGS = HEADINGS[HEADINGS.index("연습 문제") :]
TAGS = ("분류", "시퀀스", "회귀", "분포", "순위", "임베딩", "들어가며", "길잡이")
TAG_LINE = re.compile(rf"^\*\*({'|'.join(TAGS)})\*\* · [^.?!]+(?:\.\d[^.?!]*)*[.?!]$")
CLASSES = ("hand", "coding", "concept")
LONGEST_CELL = 25
WIDEST_LINE = 80
"""Columns of code that a page 1280 px wide shows without scrolling; Hangul takes two."""
FEWEST_EXERCISES = 4


def slug_of(path: str) -> str:
    """Return the section's slug: the file name without number and extension."""
    return re.sub(r"^\d+-", "", PurePosixPath(path).stem)


def is_guide(path: str) -> bool:
    """Say whether the page compares or measures losses and is no section of its own."""
    return PurePosixPath(path).parent.name == "guides"


def errata_of(path: str) -> list[str]:
    """Return the numbers of the errata that the chapter at `path` has to correct."""
    return ERRATA.get(slug_of(path), [])


def check_structure(chapter: Chapter) -> list[Problem]:
    """Return what the chapter lacks of the anatomy, or has in another place."""
    if is_guide(chapter.path):
        return [
            *_tag_line(chapter),
            *_summary(chapter),
            *_empty_headings(chapter),
            *_cells(chapter),
        ]
    return [
        *_headings(chapter),
        *_tag_line(chapter),
        *_empty_headings(chapter),
        *_cells(chapter),
        *_exercises(chapter),
        *_errata(chapter),
        *_predictions(chapter),
    ]


def _headings(chapter: Chapter) -> Iterator[Problem]:
    found = [block for block in chapter.prose("heading") if block.level == 2]
    titles = [block.text for block in found]
    expected = HEADINGS
    if slug_of(chapter.path) == "introduction":
        expected = LAST_HEADINGS
        found, titles = found[-len(expected) :], titles[-len(expected) :]
    for index, title in enumerate(expected):
        if index >= len(titles) or titles[index] != title:
            line = found[min(index, len(found) - 1)].line if found else 1
            yield chapter.problem(
                line, f"“## {titles[index]}”" if index < len(titles) else "no more headings",
                f"“## {title}”", "keep the headings of the anatomy and their order",
            )  # fmt: skip
            return
    for block in found[len(expected) :]:
        yield chapter.problem(
            block.line, f"“## {block.text}”", f"no heading after “## {expected[-1]}”",
            "make it a ### heading of the section it belongs to",
        )  # fmt: skip


def _summary(chapter: Chapter) -> Iterator[Problem]:
    if not any(block.text == "정리" for block in chapter.prose("heading")):
        yield chapter.problem(1, "no “## 정리”", "“## 정리”", "say in a few sentences what stays")


def _tag_line(chapter: Chapter) -> Iterator[Problem]:
    text = [block for block in chapter.blocks if block.kind in ("heading", "paragraph")]
    if not text or text[0].kind != "heading" or text[0].level != 1:
        yield chapter.problem(1, "no title", "“# title” first", "begin with the title")
    elif len(text) < 2 or not TAG_LINE.match(text[1].text):
        found = text[1] if len(text) > 1 else text[0]
        yield chapter.problem(
            found.line, f"“{found.text[:60]}”",
            "“**분류** · 한 문장.” (or another tag) under the title",
            "write the tag in bold, a middle dot and one sentence that says what the loss is for",
        )  # fmt: skip


def _empty_headings(chapter: Chapter) -> Iterator[Problem]:
    blocks = [block for block in chapter.blocks if block.kind != "comment"]
    for block, after in zip_longest(blocks, blocks[1:]):
        if block.kind == "heading" and (after is None or after.kind == "heading"):
            yield chapter.problem(
                block.line, f"“{block.text}” without content", "text, a cell or a directive",
                "write at least one sentence under the heading, or delete it",
            )  # fmt: skip


def columns(line: str) -> int:
    """Width of a line of code: a Hangul syllable is as wide as two letters."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


def _cells(chapter: Chapter) -> Iterator[Problem]:
    for block in chapter.prose("code"):
        lines = block.text.split("\n")
        if len(lines) > LONGEST_CELL:
            yield chapter.problem(
                block.line, f"a cell of {len(lines)} lines", f"at most {LONGEST_CELL}",
                "split it, or move styling into lossbook.plots",
            )  # fmt: skip
        for line in lines:
            if columns(line) > WIDEST_LINE:
                yield chapter.problem(
                    block.line, f"“{line.strip()}” of {columns(line)} columns",
                    f"at most {WIDEST_LINE} (Hangul counts twice)", "break the line",
                )  # fmt: skip
            if line.split("#")[0].rstrip().endswith(";"):
                yield chapter.problem(
                    block.line, f"“{line.strip()}”", "no semicolon at the end of a line",
                    "assign the value to a name instead (nbval shows it all the same)",
                )  # fmt: skip


def _exercises(chapter: Chapter) -> Iterator[Problem]:
    directives = list(chapter.prose("directive"))
    exercises = [block for block in directives if block.info == "exercise"]
    solved = {_first_word(chapter, block) for block in directives if block.info == "solution"}
    line = exercises[0].line if exercises else 1
    if len(exercises) < FEWEST_EXERCISES:
        yield chapter.problem(
            line, f"{len(exercises)} exercises", f"at least {FEWEST_EXERCISES}", "add exercises"
        )
    for missing in sorted(set(CLASSES) - {block.options.get("class", "") for block in exercises}):
        yield chapter.problem(
            line, f"no exercise of the class {missing}", f"one of each: {', '.join(CLASSES)}",
            f"add one with “:class: {missing}”",
        )  # fmt: skip
    for block in exercises:
        if block.options.get("class") not in CLASSES:
            yield chapter.problem(
                block.line, f"“:class: {block.options.get('class', '')}”",
                f"one of {', '.join(CLASSES)}", "say what kind of exercise it is",
            )  # fmt: skip
        if block.options.get("label") not in solved:
            yield chapter.problem(
                block.line, f"the exercise {block.options.get('label', 'without a label')}",
                "a solution", "add “:::{solution} label” after it",
            )  # fmt: skip


def _first_word(chapter: Chapter, block: Block) -> str:
    return chapter.lines[block.line - 1].split("}")[-1].strip()


def _errata(chapter: Chapter) -> Iterator[Problem]:
    section = [block for block in chapter.blocks if block.section == "원문 바로잡기"]
    text = "\n".join(block.text for block in section if block.kind != "code")
    for name in errata_of(chapter.path):
        if not re.search(rf"(?<![\w.]){re.escape(name)}(?!\d)", text):
            yield chapter.problem(
                section[0].line if section else 1, f"no {name} in “원문 바로잡기”",
                "every erratum of the specification by its number",
                f"quote, judge and correct the erratum {name}",
            )  # fmt: skip


def _predictions(chapter: Chapter) -> Iterator[Problem]:
    if not any("predict" in block.options.get("class", "") for block in chapter.prose("directive")):
        yield chapter.problem(
            1, "no predict-before-you-run prompt", "“:::{admonition}” with “:class: predict”",
            "ask the reader for a guess before a surprising output",
        )  # fmt: skip
