"""Lay out the folder that Jupyter Book builds: text from the sources, outputs from the run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from booktools.notebooks.chapter import ROOT, Chapter, chapters
from booktools.notebooks.execute import check_code
from booktools.notebooks.reference import code_cells, reduced, update, with_outputs, write

PAGES = ("_config.yml", "_toc.yml", "index.md", "api.rst")
LINK_TO_CHAPTER = re.compile(r"\]\((chapters/[^)#\s]*)\.md")


class NotExecuted(RuntimeError):
    """A chapter has no complete execution to build from."""


def stage(root: Path = ROOT, draft: Sequence[Path] = ()) -> None:
    """Write `_build/stage`; files that would not change keep their date, so builds are quick.

    With a draft only these chapters show their pictures; the others need not have been run.
    """
    drafted = {path.resolve() for path in draft}
    target = root / "_build" / "stage"
    wanted: set[Path] = set()
    for name in PAGES:
        update(target / name, staged_page((root / name).read_text(encoding="utf-8"), name))
        wanted.add(target / name)
    for path in chapters(root):
        chapter = Chapter(path, root)
        if drafted and path.resolve() not in drafted:
            executed = nbformat.read(chapter.reference, as_version=4)
        else:
            executed = execution(chapter)
        page = target / chapter.reference.relative_to(root)
        notebook = target / "notebooks" / chapter.reference.relative_to(root)
        write(chapter.staged(executed), page)
        write(with_outputs(chapter.notebook(), executed), notebook)
        wanted |= {page, notebook}
    for file in target.rglob("*"):
        if file.is_file() and file not in wanted:
            file.unlink()


def execution(chapter: Chapter) -> NotebookNode:
    """The run of the chapter's present code; its outputs are those of the reference."""
    check_code(chapter)
    if not chapter.execution.exists():
        raise NotExecuted(
            f"{chapter.name}: there is no execution of this code and this lossbook; "
            f"found no {chapter.execution.name}; run 'make book' or 'make test'"
        )
    executed = nbformat.read(chapter.execution, as_version=4)
    reference = nbformat.read(chapter.reference, as_version=4)
    pairs = zip(code_cells(reduced(executed)), code_cells(reference), strict=True)
    for (run, committed), line in zip(pairs, chapter.code_lines, strict=True):
        if _data(run) != _data(committed):
            raise NotExecuted(
                f"{chapter.name}:{line}: the outputs of {chapter.execution.name} are not those "
                f"of {chapter.reference.name}; run 'make refresh CHAPTERS={chapter.name}'"
            )
    return executed


def _data(cell: NotebookNode) -> list[object]:
    return [output.get("data", output.get("text")) for output in cell.outputs]


def staged_page(text: str, name: str) -> str:
    """A page without code; what is staged of a chapter it links to is a notebook."""
    return LINK_TO_CHAPTER.sub(r"](\1.ipynb", text) if name.endswith(".md") else text
