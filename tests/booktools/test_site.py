"""The Sphinx extension, the build and the search for a browser, without building the book."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from booktools.notebooks.chapter import written
from booktools.site import browser, build, fonts, sections
from lossbook.catalog import SECTIONS, TAGS


def test_section_table_lists_every_section_once():
    rows = [row for tag in TAGS for row in sections.markdown_table(tag)[2:]]
    assert len(rows) == len(SECTIONS)
    for section in SECTIONS:
        (row,) = [row for row in rows if section.purpose in row]
        assert section.korean in row
        assert (f"{section.stem}.ipynb" in row) == (section in written())
        assert ("준비 중" in row) == (section not in written())


def test_font_subset_holds_the_characters_of_the_pages(tmp_path):
    (tmp_path / "page.html").write_text("<p>손실 δ ≤ ½</p>", encoding="utf-8")
    used = fonts.used_characters(tmp_path)
    target = tmp_path / "font.woff2"
    fonts.write_subset(fonts.FONTS / "Pretendard-Regular.otf", target, used)
    characters = set(TTFont(target).getBestCmap())
    assert {ord(c) for c in "손실δ≤½Az0"} <= characters
    assert ord("뷁") not in characters
    assert target.stat().st_size < 60_000


def test_a_missing_browser_is_named_in_a_plain_sentence(monkeypatch, capsys):
    monkeypatch.setattr(browser.shutil, "which", lambda name: None)
    assert browser.ensure() == 1
    assert "apt-get install chromium" in capsys.readouterr().err


@pytest.fixture
def small_book(tmp_path, monkeypatch):
    stage = tmp_path / "_build" / "stage"
    stage.mkdir(parents=True)
    (stage / "_toc.yml").write_text("format: jb-book\nroot: index\n", encoding="utf-8")
    config = "title: t\nauthor: a\nonly_build_toc_files: true\nexecute: {execute_notebooks: 'off'}\n"
    (stage / "_config.yml").write_text(config, encoding="utf-8")
    for name, value in {"ROOT": tmp_path, "STAGE": stage, "LOG": tmp_path / "log"}.items():
        monkeypatch.setattr(build, name, value)
    return stage


def test_a_warning_of_the_build_is_red_every_time(small_book: Path, capsys):
    page = small_book / "index.md"
    page.write_text("# 책\n\n[끊어진 링크](missing.md)\n", encoding="utf-8")
    assert build.build() != 0
    assert build.build() != 0
    assert "missing.md" in capsys.readouterr().err
    page.write_text("# 책\n\n고친 글\n", encoding="utf-8")
    assert build.build() == 0


@pytest.mark.parametrize(("message", "tries"), [("ConnectionRefusedError", 2), ("a warning", 1)])
def test_only_a_formula_server_that_is_late_is_asked_again(small_book, monkeypatch, message, tries):
    statuses = iter([1, 0])

    def run():
        build.LOG.write_text(message, encoding="utf-8")
        return next(statuses)

    monkeypatch.setattr(build, "run_jupyter_book", run)
    assert (build.build() == 0) == (tries == 2)
    assert len(list(statuses)) == 2 - tries
