"""Run nbval on the chapters that have no execution of their present code."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat

from booktools.notebooks.chapter import ROOT, Chapter, chapter_of, chapters
from booktools.notebooks.reference import SANITIZE, code_cells


class StaleNotebook(RuntimeError):
    """A notebook does not hold the code of its source."""


def execute(root: Path = ROOT, only: Sequence[Path] = ()) -> int:
    """Return nbval's exit status; 0 without running when nothing changed."""
    sources = [chapter_of(path).path for path in only] or chapters(root)
    wanted = [
        chapter
        for chapter in (Chapter(path, root) for path in sources)
        if not chapter.execution.exists()
    ]
    if not wanted:
        return 0
    for chapter in wanted:
        check_code(chapter)
    print("노트북을 실행합니다:", ", ".join(chapter.path.stem for chapter in wanted), flush=True)
    return nbval([chapter.reference for chapter in wanted], root)


def check_code(chapter: Chapter) -> None:
    """nbval runs the notebook, not the source: raise unless their code is the same."""
    ours = [cell.source for cell in code_cells(chapter.notebook())]
    theirs: list[str] = []
    if chapter.reference.exists():
        theirs = [
            cell.source for cell in code_cells(nbformat.read(chapter.reference, as_version=4))
        ]
    if ours != theirs:
        raise StaleNotebook(
            f"{chapter.name}: {chapter.reference.name} is missing or holds other code; "
            f"run 'make refresh CHAPTERS={chapter.name}'"
        )


def nbval(notebooks: list[Path], root: Path = ROOT) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "--nbval",
               f"--rootdir={root}", f"--nbval-sanitize-with={SANITIZE}", *map(str, notebooks)]  # fmt: skip
    if len(notebooks) > 1:
        command += ["-n", "2", "--dist", "loadfile"]
    return subprocess.run(command, cwd=root, check=False).returncode
