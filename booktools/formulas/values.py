"""What the parts of a formula mean: numbers, tables under indices, relations."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from booktools.formulas.tokens import FormulaError

Env = dict[str, Any]
Node = Callable[[Env], Any]
CONSTANTS: Env = {"e": math.e, r"\pi": math.pi, r"\infty": math.inf}
TOLERANCE = 1e-9
EQUAL = 1e-12  # numbers nearer than this, relatively, are not less than one another


@dataclass(frozen=True)
class Table:
    """Values under indices that may also be written as arguments: α_t(s), p_t(k).

    The indices begin at `first`; beyond the table stands `outside`, or it is an error.
    """

    values: Any
    outside: float | None = None
    first: int = 1

    @property
    def ndim(self) -> int:
        return int(np.ndim(self.values))


def take(value: Any, indices: Sequence[Any], name: str) -> Any:
    """The entry of an array or table at indices that count from one."""
    table = value if isinstance(value, Table) else Table(value)
    found = np.asarray(table.values)
    if len(indices) > found.ndim:
        raise FormulaError(f"{name} has {found.ndim} indices, found {len(indices)}")
    for index, size in zip(indices, found.shape, strict=False):
        position = integer(index) - table.first
        if not 0 <= position < size:
            if table.outside is None:
                raise FormulaError(f"index {index} of {name} is outside 1..{size}")
            return table.outside
        found = found[position]
    if not isinstance(found, np.ndarray):
        return found
    return found if found.ndim else found.item()


@dataclass(frozen=True)
class Row:
    """A transposed vector."""

    values: Any


def transposed(value: Any) -> Any:
    return Row(value) if np.ndim(value) == 1 else np.transpose(value)


def times(left: Any, right: Any, dot: bool = False) -> Any:
    r"""A product; of rows, vectors and matrices as in linear algebra, u \cdot v the inner one."""
    if isinstance(left, Row):
        if isinstance(right, Row):
            raise FormulaError("a row times a row is no product")
        product = left.values @ right if np.ndim(right) else left.values * right
        return Row(product) if np.ndim(right) != 1 else product
    if isinstance(right, Row):
        return np.outer(left, right.values) if np.ndim(left) == 1 else Row(left * right.values)
    if (np.ndim(left), np.ndim(right)) in ((2, 1), (2, 2)) or (
        dot and np.ndim(left) == np.ndim(right) == 1
    ):
        return np.matmul(left, right)
    return left * right


def integer(value: Any) -> int:
    if np.ndim(value) or value != int(value):
        raise FormulaError(f"{value} is no index")
    return int(value)


def divide(above: Any, below: Any) -> Any:
    with np.errstate(all="ignore"):
        return np.divide(above, below)


def choose(n: Any, k: Any) -> int:
    """The binomial coefficient; 0 when there is nothing to choose from."""
    n, k = integer(n), integer(k)
    return math.comb(n, k) if n >= 0 and k >= 0 else 0


def power(base: Any, exponent: Any) -> Any:
    with np.errstate(all="ignore"):
        return np.power(np.asarray(base, dtype=float), exponent)


def magnitude(value: Any) -> Any:
    return len(value) if isinstance(value, set | frozenset) else np.abs(value)


def norm(value: Any, degree: Any) -> Any:
    return np.linalg.norm(value, degree)


def related(relation: str, left: Any, right: Any) -> bool:
    """Conditions compare exactly: they decide at the very edge."""
    if relation in (r"\in", r"\notin"):
        return (left in right) == (relation == r"\in")
    comparisons: dict[str, Callable[[Any, Any], Any]] = {
        "=": lambda a, b: a == b, r"\ne": lambda a, b: a != b,
        "<": lambda a, b: a < b, ">": lambda a, b: a > b,
        r"\le": lambda a, b: a <= b, r"\ge": lambda a, b: a >= b,
    }  # fmt: skip
    return bool(comparisons[relation](left, right))


def holds(relation: str, left: Any, right: Any) -> bool:
    """The claim of a formula: an equality up to rounding, or an inequality."""
    if np.shape(left) != np.shape(right):
        return False
    close = bool(np.allclose(left, right, rtol=TOLERANCE, atol=TOLERANCE))
    if relation in ("=", r"\ne"):
        return close is (relation == "=")
    if relation in (r"\le", r"\ge"):
        return close or related(relation, left, right)
    if relation in ("<", ">") and np.isclose(left, right, rtol=EQUAL, atol=0.0):
        return False
    return related(relation, left, right)
