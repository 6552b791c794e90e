"""A chapter that lacks a part of the anatomy is refused."""

# ruff: noqa: E501

from __future__ import annotations

import re
from pathlib import Path

import pytest

from booktools.prose.chapter import parse_chapter
from booktools.prose.structure import ERRATA, HEADINGS, check_structure, errata_of
from lossbook.catalog import SECTIONS

GOOD = (Path(__file__).parents[1] / "data" / "prose" / "04-huber-loss.md").read_text("utf-8")
PATH = "chapters/regression/04-huber-loss.md"


def problems(text: str, path: str = PATH) -> list[str]:
    return [str(problem) for problem in check_structure(parse_chapter(text, path))]


def test_the_good_chapter_passes():
    assert problems(GOOD) == []


LONG = "\n".join(f"a{i} = {i}" for i in range(26))
FAULTS = [
    ("## 구현", "## 구현하기", "found “## 구현하기”; expected “## 구현”"),
    ("## 흔한 실수\n\n모양을 틀립니다.\n", "", "found “## 다른 손실과의 관계”; expected “## 흔한 실수”"),
    ("## 그림으로 보기\n\n그림을 봅니다.\n\n## 실제", "## 실제", "expected “## 그림으로 보기”"),
    ("\n## 참고문헌\n\n:::{bibliography}\n:::\n", "", "found no more headings; expected “## 참고문헌”"),
    (":::{bibliography}\n:::\n", "문헌입니다.\n\n## 부록\n\n글입니다.\n", "found “## 부록”; expected no heading"),
    ("# 04. Huber loss\n\n", "", "expected “# title” first"),
    ("**회귀** · ", "**회귀**: ", "under the title"),
    ("**회귀** · ", "**예측** · ", "under the title"),
    ("묶어 둡니다.", "묶어 둡니다. 그렇습니다.", "under the title"),
    ("차이가 없습니다.\n", "", "found “PyTorch와 비교” without content"),
    ('print("card")', LONG, "found a cell of 26 lines; expected at most 25"),
    ('print("card")', 'print("card");', "no semicolon"),
    ('print("card")', 'print("card");  # quiet', "no semicolon"),
    ('print("card")', f"print({'가' * 38!r})", "of 85 columns; expected at most 80"),
    (":class: coding", ":class: concept", "no exercise of the class coding"),
    (":class: hand", ":class: handy", "found “:class: handy”"),
    (":::{solution} ex-huber-loss-3\n까닭이 있습니다.\n:::\n", "", "found the exercise ex-huber-loss-3; expected a solution"),
    (":::{exercise} 까닭 하나 더", ":::{note}", "found 3 exercises; expected at least 4"),
    ("R04.6", "R04.7", "found no R04.6"),
    ("**R04.1.**", "**R04.11.**", "found no R04.1 in"),
    (":class: predict", ":class: note", "no predict-before-you-run prompt"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), FAULTS)
def test_a_planted_fault_is_found(old, new, message):
    assert old in GOOD
    found = problems(GOOD.replace(old, new))
    assert any(message in problem for problem in found), found
    assert all(re.match(rf"{re.escape(PATH)}:\d+: found .+; expected .+; .+", p) for p in found)


def test_a_line_is_named():
    text = GOOD.replace('print("card")', 'print("card");')
    line = text.split("\n").index("## 한눈에 보기") + 3
    assert problems(text)[0].startswith(f"{PATH}:{line}: ")


def test_the_introduction_keeps_the_last_headings_only():
    path = "chapters/introduction.md"
    errata = " ".join(ERRATA["introduction"])
    text = GOOD.replace("R04.4, R04.5, R04.6", errata).replace("## 구현", "## 무엇이든")
    assert problems(text, path) == []
    assert problems(text.replace("## 정리", "## 요약"), path) != []


def test_every_section_of_the_book_has_errata():
    assert set(ERRATA) == {"introduction", *(section.slug for section in SECTIONS)}
    assert errata_of("chapters/loss/02-ctc-loss.md") == [f"2.{i}" for i in range(1, 7)]
    assert len(HEADINGS) == 14


GUIDE = "# 고르기\n\n**길잡이** · 손실을 고릅니다.\n\n## 표\n\n글입니다.\n\n## 정리\n\n글입니다.\n"
GUIDE_FAULTS = [("**길잡이**", "길잡이", "under the title"), ("## 정리", "## 끝", "no “## 정리”")]


def test_a_guide_needs_no_anatomy():
    assert problems(GUIDE, "chapters/guides/speed.md") == []
    assert problems(GUIDE) != []


@pytest.mark.parametrize(("old", "new", "message"), GUIDE_FAULTS)
def test_a_planted_fault_in_a_guide_is_found(old, new, message):
    found = problems(GUIDE.replace(old, new), "chapters/guides/speed.md")
    assert any(message in problem for problem in found), found
