"""Evaluate a formula on the inputs of its binding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np

from booktools.formulas.binding import Binding, Draw
from booktools.formulas.parser import Equation, claims, parse
from booktools.formulas.tokens import FormulaError, Token, equations, show
from booktools.formulas.values import CONSTANTS

Rows = Sequence[Sequence[Token]]


def failures(rows: Rows, draw: Draw) -> Iterator[str]:
    """What the equations claim and does not hold on this input."""
    names, ranges = draw.names, draw.ranges
    for row in rows:
        equation = parse(row, names, ranges)
        if not equation.relations:
            raise FormulaError(f"{show(list(row))} claims nothing: a formula needs a relation")
        yield from _failures(equation, names, ranges)


def _failures(equation: Equation, names: dict[str, Any], ranges: dict[str, range]) -> Iterator[str]:
    empty = [index for index in equation.free if not ranges[index]]
    if empty:
        raise FormulaError(f"index {empty[0]} runs over nothing: nothing would be checked")
    scope = {**CONSTANTS, **names}
    with np.errstate(all="ignore"):
        for values in product(*(ranges[index] for index in equation.free)):
            at = dict(zip(equation.free, values, strict=True))
            failed = claims(equation, {**scope, **at})
            if failed is not None:
                relation, left, right = failed
                where = ", ".join(f"{index} = {value}" for index, value in at.items()) or "input"
                yield f"at {where}: left side {left}, {relation} fails for {right}"


def first_failure(latex: str | Rows, inputs: Sequence[Draw]) -> str | None:
    """The first input that refutes a formula, in words; None when it holds on all."""
    rows = equations(latex) if isinstance(latex, str) else latex
    if not rows or not inputs:
        raise FormulaError("nothing to check: no equation or no input")
    for number, draw in enumerate(inputs):
        failure = next(failures(rows, draw), None)
        if failure is not None:
            return f"input {number}, {failure}"
    return None


def refuted(rows: Rows, inputs: Sequence[Draw]) -> bool:
    """Whether a mutant differs from the formula; one that cannot be evaluated does."""
    try:
        return first_failure(rows, inputs) is not None
    except (FormulaError, ArithmeticError, ValueError, TypeError, IndexError, KeyError):
        return True


def problem(latex: str, binding: Binding) -> str | None:
    """What is wrong with a bound formula, or None."""
    try:
        failure = first_failure(latex, binding.inputs())
    except FormulaError as error:
        return f"cannot be read: {error}"
    return failure and f"is refuted by lossbook {failure}"
