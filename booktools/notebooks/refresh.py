"""`make refresh`: execute the chapters whose code changed and write their notebooks."""

from __future__ import annotations

import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from booktools.notebooks.chapter import Chapter, chapters, reduced, write


def refresh(paths: list[Path], force: bool = False) -> int:
    """Bring the notebooks of the chapters up to date; return the number that failed."""
    failed = 0
    for path in paths or chapters():
        start = time.monotonic()
        chapter = Chapter(path.resolve())
        try:
            done = refresh_chapter(chapter, force)
        except Exception as error:
            failed += 1
            done = f"실패\n{error}"
        print(f"{chapter.name}: {done} ({time.monotonic() - start:.1f}초)", flush=True)
    return failed


def refresh_chapter(chapter: Chapter, force: bool) -> str:
    notebook = chapter.notebook()
    if not force and chapter.execution.exists():
        executed = nbformat.read(chapter.execution, as_version=4)
        with_outputs(notebook, executed)
        write(reduced(notebook), chapter.reference)
        return "글만 새로 씀"
    execute(notebook, chapter.path.parent)
    write(notebook, chapter.execution)
    write(reduced(notebook), chapter.reference)
    return "실행함"


def execute(notebook: NotebookNode, folder: Path) -> None:
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}})
    client.execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)


def with_outputs(notebook: NotebookNode, executed: NotebookNode) -> NotebookNode:
    """Give the code cells of `notebook` the outputs of an execution of the same code."""
    runs = [cell for cell in executed.cells if cell.cell_type == "code"]
    ours = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell, run in zip(ours, runs, strict=True):
        cell.outputs, cell.execution_count = run.outputs, run.execution_count
    return notebook
