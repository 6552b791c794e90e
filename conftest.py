"""nbval runs the notebooks; what its run produced is kept, and the site is built from it."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import nbformat
import pytest

from booktools.notebooks.chapter import Chapter, write
from booktools.notebooks.refresh import with_outputs

_runs: dict[Path, list[nbformat.NotebookNode]] = defaultdict(list)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """After the last cell of a notebook, write the notebook with all outputs of this run."""
    if type(item).__name__ != "IPyNbCell":
        return
    if item.test_outputs is not None:
        run = nbformat.v4.new_code_cell(item.cell.source, outputs=item.test_outputs)
        run.execution_count = len(_runs[item.path]) + 1
        _runs[item.path].append(run)
    if nextitem is None or nextitem.parent is not item.parent:
        keep(item.path, _runs.pop(item.path, []))


def keep(reference: Path, runs: list[nbformat.NotebookNode]) -> None:
    chapter = Chapter(reference.with_suffix(".md"))
    notebook = chapter.notebook()
    expected = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if [cell.source for cell in runs] != [cell.source for cell in expected]:
        pytest.fail(
            f"{chapter.name}: {len(runs)} of {len(expected)} code cells ran as they stand in the "
            "source; the notebook is stale or a cell broke off: run 'make refresh'"
        )
    write(with_outputs(notebook, nbformat.v4.new_notebook(cells=runs)), chapter.execution)
