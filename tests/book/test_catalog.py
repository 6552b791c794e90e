"""Section of the source document ↔ catalog entry ↔ chapter ↔ module ↔ table of contents."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
import torch
import yaml

import lossbook
from booktools.notebooks.chapter import written
from lossbook import catalog
from lossbook.catalog import SECTIONS, Section

ROOT = Path(__file__).parents[2]
WRITTEN = written()
DEPRECATED = {"size_average", "reduce"}


def toc_files(toc: dict[str, object]) -> set[str]:
    parts = toc["parts"]
    assert isinstance(parts, list)
    return {chapter["file"] for part in parts for chapter in part["chapters"]}


def extra(name: str) -> bool:
    """Say whether the page is no section of the source document."""
    return name in ("chapters/introduction", "api") or name.startswith("chapters/guides/")


def disagreements(sections: Iterable[Section], toc: set[str], chapters: set[str]) -> list[str]:
    """Pages that a reader of the table of contents would miss or not find, or that no section has."""
    known = {section.path.removesuffix(".md") for section in sections}
    return [
        *(f"{name}: missing from _toc.yml" for name in sorted(chapters - toc)),
        *(f"{name}: in _toc.yml, no file" for name in sorted(toc - chapters - {"api"})),
        *(f"{name}: not in the catalog" for name in sorted(chapters - known) if not extra(name)),
    ]


def book() -> tuple[set[str], set[str]]:
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    files = (ROOT / "chapters").rglob("*.md")
    return toc_files(toc), {str(file.relative_to(ROOT).with_suffix("")) for file in files}


def test_catalog_chapters_and_toc_agree():
    assert disagreements(SECTIONS, *book()) == []


def test_a_guide_missing_from_the_toc_is_red():
    toc, chapters = book()
    faults = disagreements(SECTIONS, toc, chapters | {"chapters/guides/lost"})
    assert faults == ["chapters/guides/lost: missing from _toc.yml"]


@pytest.mark.parametrize("lost", ["toc", "file", "section"])
def test_a_lost_chapter_is_red(lost):
    toc, chapters = book()
    victim = WRITTEN[0].path.removesuffix(".md")
    {"toc": toc, "file": chapters}.get(lost, set()).discard(victim)
    sections = WRITTEN[1:] if lost == "section" else WRITTEN
    assert [line for line in disagreements(sections, toc, chapters) if victim in line]


def test_the_sections_are_those_of_the_source_document():
    assert len(SECTIONS) == 28
    assert [section.part for section in SECTIONS].count("loss") == 19
    assert len({section.slug for section in SECTIONS}) == 28
    headings = (ROOT / "tests" / "data" / "source-headings.txt").read_text(encoding="utf-8").splitlines()
    assert len(headings) == 28
    for section, heading in zip(SECTIONS, headings, strict=True):
        name = re.sub(r"\s*\(nn\.\w+\)", "", heading)
        assert re.sub(r"^(\d\d)\.\s*", r"\1. ", name).strip() == section.title


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.slug)
def test_every_entry_is_complete(section):
    assert section.part in catalog.PARTS
    assert section.tag in catalog.TAGS
    assert section.purpose.endswith("다.")
    for field in ("korean", "input", "target", "shape", "range", "unit", "minimizer", "defaults"):
        assert getattr(section, field)
    assert section.functions


def signature_text(function: object) -> str:
    parameters = inspect.signature(function).parameters.values()  # type: ignore[arg-type]
    return ", ".join(
        f"{p.name}={p.default!r}"
        for p in parameters
        if p.default is not p.empty and p.name not in DEPRECATED
    )


def torch_function(section: Section) -> object | None:
    return getattr(torch.nn.functional, section.functions[0], None) if section.torch else None


@pytest.mark.parametrize(
    "section",
    [s for s in SECTIONS if torch_function(s) and len(s.functions) == 1],
    ids=lambda section: section.slug,
)
def test_defaults_are_torchs(section):
    stated = sorted(section.defaults.split(", "))
    assert stated == sorted(signature_text(torch_function(section)).split(", "))


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.slug)
def test_functions_are_where_the_name_says(section):
    for name in section.functions:
        module = importlib.import_module(f"lossbook.losses.{name}")
        for function in (name, f"{name}_grad"):
            assert getattr(module, function) is getattr(lossbook, function)
            assert (ROOT / "tests" / "losses" / f"test_{name}.py").exists()


@pytest.mark.parametrize("section", WRITTEN, ids=lambda section: section.slug)
def test_a_written_section_has_its_parts(section):
    text = (ROOT / section.path).read_text(encoding="utf-8")
    assert f"\n# {section.title}\n" in text
    assert f"**{section.tag}** · {section.purpose}" in text
    assert f'catalog.card("{section.slug}")' in text
    assert (ROOT / "lossbook" / "plots" / f"{section.module}.py").exists()
    for file in ("formulas.py", "test_figures.py"):
        assert (ROOT / "tests" / "chapters" / section.module / file).exists()


def test_unknown_slug_is_refused():
    with pytest.raises(ValueError, match="slug"):
        catalog.section("no-such-loss")
