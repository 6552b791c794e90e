"""Lay out the folder that Jupyter Book builds: text from the sources, outputs from the run."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat

from booktools.notebooks.chapter import ROOT, Chapter, chapters, write
from booktools.notebooks.refresh import with_outputs

PAGES = ("_config.yml", "_toc.yml", "index.md")


class NotExecuted(RuntimeError):
    """A chapter has no complete execution to build from."""


def stage(root: Path = ROOT) -> None:
    """Write `_build/stage`; files that would not change keep their date, so builds are quick."""
    target = root / "_build" / "stage"
    wanted: set[Path] = set()
    for name in PAGES:
        copy(root / name, target / name)
        wanted.add(target / name)
    for path in chapters(root):
        chapter = Chapter(path, root)
        if not chapter.execution.exists():
            raise NotExecuted(
                f"{chapter.name}: there is no execution of this code and this lossbook; "
                f"found no {chapter.execution.name}; run 'make book' or 'make test'"
            )
        executed = nbformat.read(chapter.execution, as_version=4)
        name = chapter.reference.relative_to(root)
        write(chapter.staged(executed), target / name)
        write(with_outputs(chapter.notebook(), executed), target / "notebooks" / name)
        wanted |= {target / name, target / "notebooks" / name}
    for file in target.rglob("*"):
        if file.is_file() and file not in wanted:
            file.unlink()


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists() or target.read_bytes() != source.read_bytes():
        shutil.copyfile(source, target)
