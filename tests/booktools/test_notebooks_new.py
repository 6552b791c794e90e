"""A new chapter is laid out in full, and every part of it is red until it is written."""

from __future__ import annotations

import ast

import pytest

from booktools.notebooks.chapter import Chapter
from booktools.notebooks.exercises import KINDS
from booktools.notebooks.new import destinations, new
from booktools.notebooks.pair import pair_faults
from booktools.prose.structure import HEADINGS
from lossbook.catalog import section
from tests.booktools import small_book


@pytest.fixture
def book(tmp_path):
    return small_book.make(tmp_path)


def test_a_new_chapter_has_every_part_and_is_red(book, capsys):
    entry = section("l1-loss")
    assert new("l1-loss", book) == 0
    text = (book / entry.path).read_text(encoding="utf-8")
    assert f"\n# {entry.title}\n" in text
    assert f"**{entry.tag}** · {entry.purpose}" in text
    headings = [line[3:] for line in text.split("\n") if line.startswith("## ")]
    assert headings == list(HEADINGS)

    chapter = Chapter(book / entry.path, book)
    assert {exercise.kind for exercise in chapter.exercises.values()} == set(KINDS)
    assert any("TODO" in fault for fault in pair_faults(chapter))
    for name in destinations(entry).values():
        content = (book / name).read_text(encoding="utf-8")
        assert "@" not in content.replace("@pytest", "")
        if name.endswith(".py"):
            ast.parse(content)
    assert f"make refresh CHAPTERS={entry.path}" in capsys.readouterr().out


def test_a_new_chapter_never_overwrites(book, capsys):
    path = book / section("l1-loss").path
    path.parent.mkdir(parents=True)
    path.write_text("내 글", encoding="utf-8")
    assert new("l1-loss", book) == 0
    assert path.read_text(encoding="utf-8") == "내 글"
    assert "이미 있어" in capsys.readouterr().out


def test_a_slug_that_the_catalog_lacks_is_refused(book, capsys):
    assert new("no-such-loss", book) == 1
    assert "no-such-loss" in capsys.readouterr().err


def test_a_comparing_section_gets_no_module_of_its_own():
    names = destinations(section("huber-vs-smooth-l1")).values()
    assert not any(name.startswith(("lossbook/losses", "tests/losses")) for name in names)
