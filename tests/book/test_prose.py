"""The prose of every chapter: numbers with a source, the book's Korean, the anatomy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from booktools.formulas import numeric_claims
from booktools.prose.chapter import read_chapter
from booktools.prose.language import check_language
from booktools.prose.numbers import check_numbers
from booktools.prose.structure import check_structure

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted((ROOT / "chapters").rglob("*.md"))
PAGES = [ROOT / "index.md", ROOT / "README.md", *CHAPTERS]


def names(paths: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


def report(problems: list[object]) -> str:
    return "\n".join(map(str, problems))


@pytest.mark.parametrize("path", PAGES, ids=names(PAGES))
def test_language(path: Path) -> None:
    problems = check_language(read_chapter(path, ROOT))
    assert not problems, report(problems)


@pytest.mark.parametrize("path", CHAPTERS, ids=names(CHAPTERS))
def test_structure(path: Path) -> None:
    problems = check_structure(read_chapter(path, ROOT))
    assert not problems, report(problems)


@pytest.mark.parametrize("path", CHAPTERS, ids=names(CHAPTERS))
def test_numbers(path: Path) -> None:
    notebook = json.loads(path.with_suffix(".ipynb").read_text(encoding="utf-8"))
    claims = [claim.text for claim in numeric_claims(path.read_text(encoding="utf-8"))]
    problems = check_numbers(read_chapter(path, ROOT), notebook, claims)
    assert not problems, report(problems)


def test_there_are_chapters() -> None:
    assert CHAPTERS
