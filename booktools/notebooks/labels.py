"""What a chapter's text can point to: its numbered formulas and its exercises."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from booktools.notebooks.directives import Directive, Line, parse
from booktools.notebooks.exercises import Exercise
from booktools.notebooks.source import Cell, SourceError

FORMULA = re.compile(r"\$\$\s*\(([\w-]+)\)\s*$")
HEADING = re.compile(r"^#{1,4} +(.+?)\s*$")


@dataclass(frozen=True)
class Target:
    """A place: the chapter, how the text names it, the heading that a notebook can jump to."""

    path: Path
    text: str
    anchor: str


def slug(heading: str) -> str:
    """The anchor that JupyterLab and VS Code give to a heading, safe inside a Markdown link."""
    anchor = heading.replace(" ", "-")
    return re.sub(r"[()<>`$\\]", lambda match: f"%{ord(match.group()):02X}", anchor)


def targets(cells: Iterable[Cell], exercises: dict[str, Exercise], path: Path) -> dict[str, Target]:
    """Formulas numbered as Sphinx numbers them (labelled ones, per page), and exercises."""
    found = {
        label: Target(path, f"연습 {exercise.number}", slug(exercise.heading))
        for label, exercise in exercises.items()
    }
    formulas = 0
    heading = ""
    for cell in cells:
        if cell.kind != "markdown":
            continue
        for line in _lines(parse(cell.text, cell.line, path)):
            if match := HEADING.match(line.text):
                heading = slug(match.group(1))
            elif match := FORMULA.search(line.text):
                formulas += 1
                if match.group(1) in found:
                    raise SourceError(f"{path}:{line.number}: {match.group(1)!r} is already used")
                found[match.group(1)] = Target(path, f"({formulas})", heading)
    return found


def _lines(items: Iterable[Line | Directive]) -> Iterable[Line]:
    for item in items:
        if isinstance(item, Directive):
            yield from _lines(item.body)
        elif not item.code:
            yield item
