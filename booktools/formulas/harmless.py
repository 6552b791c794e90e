"""Mutants that are true as well and need no reason: looser bounds, and edges of one value."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from booktools.formulas.binding import Draw
from booktools.formulas.check import Rows, cells
from booktools.formulas.tokens import Token, outer_relations
from booktools.formulas.values import TOLERANCE

LESS, GREATER = ("<", r"\le"), (">", r"\ge")


def loosens(mutant: Rows, rows: Rows, inputs: Sequence[Draw]) -> bool:
    """Whether every inequality leaves at least as much room as before, and one leaves more.

    That a bound is not loose itself is asked by the mutant of its relation: `<` for `\\le` dies
    only where an input attains equality.
    """
    before, after = room(rows, inputs), room(mutant, inputs)
    if len(before) != len(after):
        return False
    margin = TOLERANCE * np.maximum(1.0, np.abs(before))
    return bool(np.all(after >= before - margin) and np.any(after > before + margin))


def room(rows: Rows, inputs: Sequence[Draw]) -> np.ndarray:
    """By how much each inequality holds in each cell; one side on both sides says nothing: ∞."""
    found: list[float] = []
    for draw in inputs:
        for equation, env, _ in cells(rows, draw):
            values = [member(env) for member in equation.members]
            for number, relation in enumerate(equation.relations):
                if relation in LESS + GREATER:
                    gap = float(values[number + 1] - values[number])
                    gap = gap if relation in LESS else -gap
                    found.append(np.inf if same_sides(equation.tokens, number) else gap)
    return np.array(found)


def same_sides(tokens: Sequence[Token], number: int) -> bool:
    texts = [token.text for token in tokens]
    borders = [-1, *outer_relations(list(tokens)), len(texts)]
    left, right = (texts[borders[n] + 1 : borders[n + 1]] for n in (number, number + 1))
    return left == right


def decided(rows: Rows, inputs: Sequence[Draw]) -> list[bool]:
    """What the conditions of a formula said, in order."""
    found: list[bool] = []
    for draw in inputs:
        for equation, env, _ in cells(rows, draw):
            said = len(equation.decisions)
            for member in equation.members:
                member(env)
            found += equation.decisions[said:]
    return found


def meets_at_edge(mutant: Rows, rows: Rows, inputs: Sequence[Draw]) -> bool:
    """Whether `<` for `\\le` in a condition decided otherwise on some input and was as true."""
    return decided(mutant, inputs) != decided(rows, inputs)
