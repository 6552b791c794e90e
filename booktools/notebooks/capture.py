"""pytest plugin: what nbval's run produced is checked and kept; the site is built from it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbval.plugin import IPyNbCell, IPyNbFile

from booktools.notebooks.chapter import chapter_of
from booktools.notebooks.execute import check_code
from booktools.notebooks.reference import code_cells, faults, with_outputs, write

_runs: dict[Path, list[NotebookNode]] = {}


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse to run a part of a chapter: its outputs would depend on what is left out."""
    counts: dict[IPyNbFile, int] = {}
    for item in session.items:
        if isinstance(item, IPyNbCell):
            counts[item.parent] = counts.get(item.parent, 0) + 1
    for file, count in counts.items():
        if count != len(code_cells(file.nb)):
            raise pytest.UsageError(
                f"{file.path.name}: {count} of {len(code_cells(file.nb))} cells are selected; "
                "run the whole chapter"
            )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Let nbval run and compare the cell, then check what it does not look at."""
    yield
    if isinstance(item, IPyNbCell):
        run = nbformat.v4.new_code_cell(
            item.cell.source,
            metadata=item.cell.metadata,
            outputs=item.test_outputs,
            execution_count=item.cell.execution_count,
        )
        found = list(faults(run))
        if found:
            pytest.fail("\n".join([item.cell.source, "", *found]), pytrace=False)
        keep(item, run)


def keep(item: IPyNbCell, run: NotebookNode) -> None:
    """After the last cell of a chapter, write its notebook with all outputs of this run."""
    if item.cell_num == 0:
        _runs[item.path] = []
    runs = _runs[item.path]
    runs.append(run)
    if len(runs) == len(code_cells(item.parent.nb)):
        chapter = chapter_of(item.path)
        check_code(chapter)
        notebook = with_outputs(chapter.notebook(), assemble(runs))
        write(notebook, chapter.execution)


def assemble(runs: Sequence[NotebookNode]) -> NotebookNode:
    return nbformat.v4.new_notebook(cells=list(runs))
