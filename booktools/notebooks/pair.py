"""The source and its committed notebook must say the same, and every cell must be checked."""

from __future__ import annotations

from collections.abc import Iterator

import nbformat
from nbformat import NotebookNode

from booktools.notebooks.chapter import Chapter
from booktools.notebooks.plain import leftovers
from booktools.notebooks.reference import code_cells, faults, reduced

TODO = "TODO"


def pair_faults(chapter: Chapter) -> Iterator[str]:
    """What is wrong with the notebook of a chapter, as sentences that say what to do."""
    remedy = f"run 'make refresh CHAPTERS={chapter.name}'"
    for number, text in enumerate(chapter.path.read_text(encoding="utf-8").split("\n"), start=1):
        if TODO in text:
            yield f"{chapter.name}:{number}: found {text.strip()!r}; write what is missing"
    if not chapter.reference.exists():
        yield f"{chapter.name}: {chapter.reference.name} does not exist; {remedy}"
        return
    name = chapter.reference.relative_to(chapter.root).as_posix()
    notebook = nbformat.read(chapter.reference, as_version=4)
    if found := disagreement(chapter.notebook(), notebook):
        yield f"{name}: {found}; the source has changed: {remedy}"
        return
    for cell, line in zip(code_cells(notebook), chapter.code_lines, strict=True):
        for fault in faults(cell):
            yield f"{chapter.name}:{line}: {fault}"
    if notebook != reduced(notebook):
        yield f"{name}: holds pictures, times or other bytes that are not compared; {remedy}"
    for cell in notebook.cells:
        for text in leftovers(cell.source) if cell.cell_type == "markdown" else ():
            yield f"{name}: found {text!r}, which Jupyter shows raw; {remedy}"
    ids = [cell.id for cell in notebook.cells]
    if len(set(ids)) != len(ids):
        yield f"{name}: two cells have one id; {remedy}"


def disagreement(fresh: NotebookNode, committed: NotebookNode) -> str | None:
    """Where the notebook that the source gives first differs from the committed one."""
    for number, (ours, theirs) in enumerate(zip(fresh.cells, committed.cells, strict=False)):
        for part in ("cell_type", "source", "id", "metadata"):
            if ours[part] != theirs[part]:
                return (
                    f"the {part} of cell {number} is {str(theirs[part])[:80]!r}, "
                    f"expected {str(ours[part])[:80]!r}"
                )
    if len(fresh.cells) != len(committed.cells):
        return f"{len(committed.cells)} cells, expected {len(fresh.cells)}"
    return None if fresh.metadata == committed.metadata else "other metadata"
