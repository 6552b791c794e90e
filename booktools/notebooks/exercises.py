"""Exercises of a chapter: stub, solution, checks and wrong answers from one source."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from booktools.notebooks.source import Cell, SourceError

KINDS = {"hand": "손으로", "coding": "코드로", "concept": "개념"}
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
STUB = 'raise NotImplementedError("여기에 코드를 쓰세요.")'
EXERCISE = re.compile(r"^:::+\{exercise\}\s*(.*)$", re.M)
LABEL = re.compile(r"^:label:\s*(\S+)\s*$", re.M)
CLASS = re.compile(r"^:class:\s*(\S+)\s*$", re.M)


@dataclass
class Exercise:
    label: str
    title: str
    kind: str
    number: int
    line: int
    answer: Cell | None = None
    checks: list[Cell] = field(default_factory=list)
    hidden: list[Cell] = field(default_factory=list)
    wrong: list[Cell] = field(default_factory=list)

    @property
    def heading(self) -> str:
        return f"연습 {self.number} · {KINDS[self.kind]} · {self.title}"

    @property
    def solution(self) -> str:
        assert self.answer is not None
        return with_solution(self.answer.text)

    @property
    def stub(self) -> str:
        assert self.answer is not None
        return as_stub(self.answer.text)


def collect(cells: list[Cell], path: Path) -> dict[str, Exercise]:
    """Exercises by label, in order; each code cell belongs to the exercise above it."""
    found: dict[str, Exercise] = {}
    current: Exercise | None = None
    for cell in cells:
        if cell.kind == "markdown":
            for exercise in _declared(cell, path, len(found)):
                current = found[exercise.label] = exercise
        elif cell.tags and cell.tags[0].startswith("exercise"):
            if current is None:
                raise SourceError(f"{path}:{cell.line}: an exercise cell before any exercise")
            _attach(current, cell, path)
    return found


def _declared(cell: Cell, path: Path, before: int) -> list[Exercise]:
    exercises: list[Exercise] = []
    for match in EXERCISE.finditer(cell.text):
        line = cell.line + cell.text[: match.start()].count("\n")
        options = cell.text[match.end() :].split("\n\n", 1)[0]
        label, kind = LABEL.search(options), CLASS.search(options)
        if label is None or kind is None or kind.group(1) not in KINDS:
            raise SourceError(
                f"{path}:{line}: an exercise needs ':label:' and ':class:' (one of {list(KINDS)})"
            )
        number = before + len(exercises) + 1
        if not label.group(1).endswith(f"-{number}"):
            raise SourceError(
                f"{path}:{line}: found {label.group()!r}; this is exercise {number} of the "
                f"chapter, so its label ends with '-{number}'"
            )
        exercises.append(
            Exercise(label.group(1), match.group(1).strip(), kind.group(1), number, line)
        )
    return exercises


def _attach(exercise: Exercise, cell: Cell, path: Path) -> None:
    role = cell.tags[0]
    if role == "exercise":
        if BEGIN not in cell.text or END not in cell.text:
            raise SourceError(f"{path}:{cell.line}: mark the solution with {BEGIN!r} and {END!r}")
        if exercise.answer is not None:
            raise SourceError(f"{path}:{cell.line}: {exercise.label} already has an exercise cell")
        exercise.answer = cell
    elif role == "exercise-check":
        exercise.checks.append(cell)
    elif role == "exercise-hidden":
        exercise.hidden.append(cell)
    elif role == "exercise-wrong":
        exercise.wrong.append(cell)
    else:
        raise SourceError(f"{path}:{cell.line}: unknown tag {role!r}")


def as_stub(code: str) -> str:
    """Replace what stands between the markers by an error that says where to write."""
    lines, inside = [], False
    for line in code.split("\n"):
        if line.strip() == BEGIN:
            inside = True
            lines.append(line.replace(BEGIN, STUB))
        elif line.strip() == END:
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines)


def with_solution(code: str) -> str:
    return "\n".join(line for line in code.split("\n") if line.strip() not in (BEGIN, END))
