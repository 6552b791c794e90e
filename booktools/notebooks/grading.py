"""Prove the exercises: solutions pass every check, stubs and wrong answers fail.

`python -m booktools.notebooks.grading chapters/….md` does so for one chapter in a process of its
own, because a chapter's first cell changes settings of NumPy and torch.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from booktools.notebooks.chapter import Chapter, chapter_of
from booktools.notebooks.exercises import Exercise
from booktools.notebooks.source import Cell

FEWEST_WRONG, MOST_WRONG = 2, 3
WRONG = "# 오답:"


def exercise_faults(chapter: Chapter) -> Iterator[str]:
    """What is wrong with the coding exercises of a chapter."""
    setup = next(cell for cell in chapter.cells if cell.kind == "code")
    for exercise in chapter.exercises.values():
        found = list(_missing(exercise))
        if not found and exercise.answer is not None:
            found = list(_verdicts(chapter, setup, exercise, exercise.answer))
        for fault in found:
            yield f"{chapter.name}:{exercise.line}: {exercise.label}: {fault}"


def _missing(exercise: Exercise) -> Iterator[str]:
    if exercise.kind != "coding":
        if exercise.answer or exercise.checks or exercise.hidden or exercise.wrong:
            yield f"has exercise cells; its class is {exercise.kind!r}, expected 'coding'"
        return
    if exercise.answer is None:
        yield "no cell tagged [exercise]; add the stub with its solution between the markers"
    if not exercise.checks:
        yield "no cell tagged [exercise-check]; add checks that readers see"
    if not exercise.hidden:
        yield "no cell tagged [exercise-hidden]; add checks kept for grading"
    if not FEWEST_WRONG <= len(exercise.wrong) <= MOST_WRONG:
        yield f"{len(exercise.wrong)} wrong answers; add {FEWEST_WRONG} or {MOST_WRONG}"
    for cell in exercise.wrong:
        if not cell.text.startswith(WRONG):
            yield f"line {cell.line}: a wrong answer begins with {WRONG!r} and what is wrong"
        if exercise.answer and (lost := defined(exercise.answer) - defined(cell)):
            yield f"line {cell.line}: the wrong answer does not define {', '.join(sorted(lost))}"


def defined(cell: Cell) -> set[str]:
    kinds = (ast.FunctionDef, ast.ClassDef)
    return {node.name for node in ast.parse(cell.text).body if isinstance(node, kinds)}


def _verdicts(
    chapter: Chapter, setup: Cell, exercise: Exercise, answer: Cell
) -> Iterator[str]:
    checks = [*exercise.checks, *exercise.hidden]
    stub = Cell("code", exercise.stub, answer.line)
    error = attempt(chapter, setup, answer, checks)
    if error is not None:
        yield f"the solution fails: {_said(error)}; mend the solution or the checks"
    if attempt(chapter, setup, stub, exercise.checks) is None:
        yield "the stub passes the visible checks; add a check that calls the answer"
    for wrong in exercise.wrong:
        error = attempt(chapter, setup, wrong, checks)
        title = wrong.text.split("\n")[0]
        if error is None:
            yield f"line {wrong.line}: {title!r} passes every check; add a check that finds it"
        elif not isinstance(error, AssertionError):
            yield (
                f"line {wrong.line}: {title!r} ends in {_said(error)} instead of a failed check; "
                "give a wrong answer that runs, or catch the error in a check"
            )


def attempt(chapter: Chapter, setup: Cell, answer: Cell, checks: list[Cell]) -> Exception | None:
    """Run an answer and its checks after the chapter's first cell; return what was raised."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    with redirect_stdout(io.StringIO()):
        _run(chapter, setup, namespace)
        namespace["checking"] = strictly
        try:
            for cell in (answer, *checks):
                _run(chapter, cell, namespace)
        except Exception as error:
            return error
    return None


def _run(chapter: Chapter, cell: Cell, namespace: dict[str, Any]) -> None:
    exec(compile(cell.text, f"{chapter.name}:{cell.line}", "exec"), namespace)


@contextmanager
def strictly(title: str) -> Iterator[None]:
    """Stands in for `lossbook.teaching.checking`, which would turn failures into a line of text."""
    yield


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")


def main(arguments: list[str]) -> int:
    found = list(exercise_faults(chapter_of(Path(arguments[0]))))
    print("\n".join(found))
    return len(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
