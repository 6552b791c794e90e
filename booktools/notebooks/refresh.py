"""`make refresh`: execute the chapters whose code changed and write their notebooks."""

from __future__ import annotations

import re
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from nbval.plugin import coalesce_streams

from booktools.notebooks.chapter import ROOT, Chapter, chapter_of, chapters
from booktools.notebooks.execute import StaleNotebook, check_code
from booktools.notebooks.reference import code_cells, faults, reduced, with_outputs, write
from booktools.notebooks.source import SourceError

ANSI = re.compile(r"\x1b\[[0-9;]*m")


class BadCell(ValueError):
    """A cell whose outputs cannot serve as a reference; the message says where and why."""


def refresh(
    paths: list[Path], force: bool = False, root: Path = ROOT, text_only: bool = False
) -> int:
    """Bring the notebooks of the chapters up to date; return the number that failed.

    With `text_only` nothing runs: the committed outputs stay, for nbval to check.
    """
    failed = 0
    for path in paths or chapters(root):
        start = time.monotonic()
        chapter = chapter_of(path)
        try:
            done = rewritten(chapter) if text_only else refresh_chapter(chapter, force)
        except (SourceError, BadCell, FileNotFoundError, StaleNotebook) as error:
            failed += 1
            done = f"실패\n{error}\n"
        print(f"{chapter.name}: {done} ({time.monotonic() - start:.1f}초)", flush=True)
    return failed


def refresh_chapter(chapter: Chapter, force: bool = False) -> str:
    notebook = chapter.notebook()
    if force or not chapter.execution.exists():
        done = "실행했습니다"
        execute(notebook, chapter)
        write(notebook, chapter.execution)
    else:
        done = "실행하지 않고 글만 맞추었습니다"
        with_outputs(notebook, nbformat.read(chapter.execution, as_version=4))
    write(reduced(notebook), chapter.reference)
    return done


def rewritten(chapter: Chapter) -> str:
    check_code(chapter)
    committed = nbformat.read(chapter.reference, as_version=4)
    write(with_outputs(chapter.notebook(), committed), chapter.reference)
    return "출력은 그대로 두고 글만 맞추었습니다"


def execute(notebook: NotebookNode, chapter: Chapter) -> None:
    """Fill in the outputs; a cell that raises, warns or shows the machine is an error."""
    folder = {"metadata": {"path": str(chapter.path.parent)}}
    raised = ""
    metadata = notebook.metadata
    notebook.metadata = nbformat.from_dict(dict(metadata))
    try:
        quiet = ["--IPKernelApp.log_level=ERROR"]
        client = NotebookClient(notebook, timeout=600, resources=folder, extra_arguments=quiet)
        client.execute()
    except CellExecutionError as error:
        raised = ANSI.sub("", str(error))
    notebook.metadata = metadata
    for cell, line in zip(code_cells(notebook), chapter.code_lines, strict=True):
        cell.metadata.pop("execution", None)
        for fault in faults(cell) if cell.execution_count else ():
            raise BadCell(f"{chapter.name}:{line}: {fault}\n{raised}".rstrip())
        cell.outputs = coalesce_streams(cell.outputs)
    if raised:
        raise BadCell(f"{chapter.name}: {raised}")
