"""Evaluate a formula on the inputs of its binding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np

from booktools.formulas.binding import Binding, Draw
from booktools.formulas.parser import Equation, claims, parse
from booktools.formulas.tokens import FormulaError, Token, equations, show
from booktools.formulas.values import CONSTANTS, Env

Rows = Sequence[Sequence[Token]]


def cells(rows: Rows, draw: Draw) -> Iterator[tuple[Equation, Env, str]]:
    """Each equation at each value of its free indices, with its symbols and the place in words."""
    names, ranges = draw.names, draw.ranges
    for row in rows:
        equation = parse(row, names, ranges)
        if not equation.relations:
            raise FormulaError(f"{show(list(row))} claims nothing: a formula needs a relation")
        empty = [index for index in equation.free if not ranges[index]]
        if empty:
            raise FormulaError(f"index {empty[0]} runs over nothing: nothing would be checked")
        for values in product(*(ranges[index] for index in equation.free)):
            at = dict(zip(equation.free, values, strict=True))
            where = ", ".join(f"{index} = {value}" for index, value in at.items()) or "input"
            yield equation, {**CONSTANTS, **names, **at}, where


def failures(rows: Rows, draw: Draw) -> Iterator[str]:
    """What the equations claim and does not hold on this input."""
    with np.errstate(all="ignore"):
        for equation, env, where in cells(rows, draw):
            failed = claims(equation, env)
            if failed is not None:
                relation, left, right = failed
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


UNREADABLE = (ArithmeticError, ValueError, TypeError, LookupError, AttributeError)


def refuted(rows: Rows, inputs: Sequence[Draw]) -> bool:
    """Whether a mutant differs from the formula; one that cannot be evaluated does."""
    try:
        return first_failure(rows, inputs) is not None
    except UNREADABLE:
        return True


def problem(latex: str, binding: Binding) -> str | None:
    """What is wrong with a bound formula, or None."""
    try:
        failure = first_failure(latex, binding.inputs())
    except UNREADABLE as error:
        return f"cannot be read: {reason(error)}"
    return failure and f"is refuted by lossbook {failure}"


def reason(error: Exception) -> str:
    """What went wrong, and what the author can do about it."""
    if isinstance(error, FormulaError):
        return str(error)
    return (
        f"{type(error).__name__}: {error}; a symbol is bound to a value that does not fit its use "
        "(an array without its index, a number in place of a callable, None)"
    )
