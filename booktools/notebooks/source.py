"""Read a chapter's MyST source into cells with line numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^(`{3,})\{code-cell\}(?:\s+\S+)?\s*$")
TAGS = re.compile(r"^:tags:\s*\[(.*)\]\s*$")


class SourceError(ValueError):
    """A construct of a chapter that the book does not know; the message says where."""


@dataclass(frozen=True)
class Cell:
    kind: str
    text: str
    line: int
    tags: tuple[str, ...] = ()


def read(path: Path) -> list[Cell]:
    """Cells of a chapter, jupytext's header left out."""
    lines = path.read_text(encoding="utf-8").split("\n")
    start = _after_header(lines, path)
    cells: list[Cell] = []
    prose: list[str] = []
    prose_line = start + 1
    number = start
    while number < len(lines):
        match = FENCE.match(lines[number])
        if match is None:
            prose.append(lines[number])
            number += 1
            continue
        _add_prose(cells, prose, prose_line)
        cell, number = _code_cell(lines, number, match.group(1), path)
        cells.append(cell)
        prose, prose_line = [], number + 1
    _add_prose(cells, prose, prose_line)
    return cells


def is_notebook(path: Path) -> bool:
    return path.read_text(encoding="utf-8").startswith("---\njupytext:")


def _after_header(lines: list[str], path: Path) -> int:
    if lines[0] != "---" or "---" not in lines[1:]:
        raise SourceError(f"{path}:1: a chapter begins with jupytext's header between '---' lines")
    return lines.index("---", 1) + 1


def _add_prose(cells: list[Cell], prose: list[str], line: int) -> None:
    text = "\n".join(prose)
    if text.strip():
        skipped = len(text) - len(text.lstrip("\n"))
        cells.append(Cell("markdown", text.strip("\n"), line + skipped))


def _code_cell(lines: list[str], start: int, fence: str, path: Path) -> tuple[Cell, int]:
    end = next((n for n in range(start + 1, len(lines)) if lines[n].rstrip() == fence), None)
    if end is None:
        raise SourceError(f"{path}:{start + 1}: the code cell that begins here has no end")
    body = lines[start + 1 : end]
    tags: tuple[str, ...] = ()
    if body and (match := TAGS.match(body[0])):
        tags = tuple(tag.strip() for tag in match.group(1).split(",") if tag.strip())
        body = body[1:]
    elif body and body[0].startswith(":"):
        raise SourceError(f"{path}:{start + 2}: found {body[0]!r}; only ':tags: [...]' is allowed")
    return Cell("code", "\n".join(body).strip("\n"), start + 1, tags), end + 1
