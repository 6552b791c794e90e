"""Sums, extrema, indicators and cases: the rules that bind indices or ask conditions."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from booktools.formulas.reader import CLOSERS, Reader, Span
from booktools.formulas.tokens import RELATIONS, FormulaError
from booktools.formulas.values import Env, Node, integer, related

OTHERWISE = ("otherwise", "그 밖의 경우", "그 밖의 경우에", "그 밖", "그 외")
AND = (",", r"\land", r"\text{그리고}", r"\text{이고}", r"\text{and}")
FILLERS = (r"\text{if}", r"\text{일 때}", r"\text{이면}", r"\text{만일}")
FUNCTIONS: dict[str, Callable[..., object]] = {
    r"\log": np.log,
    r"\ln": np.log,
    r"\exp": np.exp,
}
EXTREMA: dict[str, Callable[..., object]] = {r"\max": max, r"\min": min}
BIG: dict[str, Callable[..., object]] = {r"\sum": math.fsum, r"\prod": math.prod, **EXTREMA}


class Clauses(Reader):
    """Functions, sums and conditions."""

    @abstractmethod
    def term(self) -> Node: ...

    @abstractmethod
    def group(self) -> Node: ...

    def function(self) -> Node:
        start = self.at
        name = self.take()
        base: Node | None = None
        if self.text == "_":
            self.take()
            base = self.argument()
        begin = self.at
        parenthesised = self.text in ("(", "[", r"\{")
        argument = self.group() if parenthesised else self.factor()
        inner_bare = self.bare
        self.mark("call", start, begin)
        if parenthesised and self.text == "^":
            raise self.error(f"behind {name}(…): put the whole power in parentheses")
        closed = self.tokens[begin].text in BIG or self.tokens[begin].text in FUNCTIONS
        self.bare = not parenthesised and (inner_bare or not closed)
        function = FUNCTIONS[name]
        if base is not None:
            return lambda env: np.log(argument(env)) / np.log(base(env))

        def applied(env: Env) -> Any:
            with np.errstate(all="ignore"):
                return function(argument(env))

        return applied

    def big(self) -> Node:
        start = self.at
        operator = self.take()
        function = BIG[operator]
        if operator in EXTREMA and self.text in ("(", r"\{"):
            begin = self.at
            nodes = self.arguments(self.text)
            self.spans.append(Span("extremum", start, start + 1))
            self.mark("call", start, begin)
            return lambda env: function(*(node(env) for node in nodes))
        self.spans.append(Span("big" if operator not in EXTREMA else "extremum", start, start + 1))
        variables, domain = self.binder()
        self.scope += variables
        body = self.term()
        del self.scope[len(self.scope) - len(variables) :]
        self.bare = False

        def reduced(env: Env) -> object:
            values = [body({**env, **assignment}) for assignment in domain(env)]
            if values and np.ndim(values[0]):
                return sum(values) if operator == r"\sum" else function(values)
            return function(values)

        return reduced

    def binder(self) -> tuple[list[str], Callable[[Env], list[Env]]]:
        r"""What stands under \sum, \prod, \max: the bound indices and the values they take."""
        self.take("_")
        braced = self.text == "{"
        if braced:
            self.take()
        begin = self.at
        variables = [self.variable()]
        while braced and self.text == ",":
            self.take()
            variables.append(self.variable())
        upper: Node | None = None
        source: Node
        conditions: list[Node] = []
        if self.text == "=" and self.has_upper_limit():
            self.take()
            lower = self.bound(self.expression)
            self.take("}")
            self.take("^")
            upper = self.bound(self.argument)
            braced = False
            low, high = lower, upper
            source = lambda env: range(integer(low(env)), integer(high(env)) + 1)  # noqa: E731
        elif self.text == r"\in":
            self.take()
            collection = self.expression()
            source = lambda env: sorted(collection(env))  # noqa: E731
        else:
            missing = [v for v in variables if v not in self.indices]
            if missing:
                raise self.error(f"follows the index {missing[0]}, whose range is not bound")
            ranges = [self.indices[v] for v in variables]
            if braced and self.text != "}":
                condition_start = self.at
                if self.text == ":":
                    self.take()
                else:
                    self.at = begin
                self.scope += variables
                conditions.append(self.condition())
                del self.scope[len(self.scope) - len(variables) :]
                self.spans.append(Span("condition", condition_start, self.at))
            source = lambda env: ranges[0]  # noqa: E731
        if braced:
            self.take("}")
        return variables, self.domain(variables, source, conditions)

    def domain(
        self, variables: list[str], source: Node, conditions: list[Node]
    ) -> Callable[[Env], list[Env]]:
        rest = [self.indices[v] for v in variables[1:]]

        def assignments(env: Env) -> list[Env]:
            found: list[Env] = [{variables[0]: item} for item in source(env)]
            for variable, values in zip(variables[1:], rest, strict=True):
                found = [{**one, variable: item} for one in found for item in values]
            return [one for one in found if all(c({**env, **one}) for c in conditions)]

        return assignments

    def variable(self) -> str:
        self.spans.append(Span("index", self.at, self.at + 1))
        name = self.take()
        if not (name.isalpha() or name.startswith("\\")) or name in self.scope or name in self.free:
            self.at -= 1
            raise self.error("cannot be the index of a sum here: it is in use or no letter")
        return name

    def bound(self, read: Callable[[], Node]) -> Node:
        start = self.at
        node = read()
        self.mark("bound", start)
        return node

    def has_upper_limit(self) -> bool:
        depth = 1
        for position in range(self.at, len(self.tokens)):
            depth += {"{": 1, "}": -1}.get(self.tokens[position].text, 0)
            if depth == 0:
                return position + 1 < len(self.tokens) and self.tokens[position + 1].text == "^"
        return False

    def condition(self) -> Node:
        r"""Comparisons, joined by a comma (and), \land or \lor."""
        alternatives = [self.conjunction()]
        while self.text in (r"\lor", r"\text{또는}"):
            self.take()
            alternatives.append(self.conjunction())
        return lambda env: any(node(env) for node in alternatives)

    def conjunction(self) -> Node:
        start = self.at
        parts = [self.comparison()]
        pieces = [Span("conjunct", start, self.at)]
        while self.text in AND and not self.ends_row():
            self.take()
            start = self.at
            parts.append(self.comparison())
            pieces.append(Span("conjunct", start, self.at))
        if len(parts) > 1:
            self.spans += pieces
        return lambda env: all(node(env) for node in parts)

    def ends_row(self) -> bool:
        following = self.tokens[self.at + 1 : self.at + 2]
        return not following or following[0].text in (r"\\", r"\end{cases}", "&")

    def comparison(self) -> Node:
        while self.text in FILLERS:
            self.take()
        members, relations = [self.expression()], list[str]()
        while self.text in RELATIONS:
            relations.append(self.take())
            members.append(self.side())
        while self.text in FILLERS:
            self.take()
        if not relations:
            raise self.error("stands where a condition was expected")

        def compared(env: Env) -> bool:
            values = [member(env) for member in members]
            return all(
                related(r, a, b)
                for r, a, b in zip(relations, values[:-1], values[1:], strict=True)
            )

        return compared

    def side(self) -> Node:
        if self.text == r"\{" and self.tokens[self.at - 1].text in (r"\in", r"\notin"):
            nodes = self.arguments(r"\{")
            return lambda env: {node(env) for node in nodes}
        return self.expression()

    def indicator(self) -> Node:
        self.take()
        if self.text not in ("[", r"\{", "("):
            raise self.error(r"follows \mathbf 1: write \mathbf 1[condition]")
        opener = self.take()
        node = self.enclosed(CLOSERS[opener], self.condition)
        return lambda env: 1.0 if node(env) else 0.0

    def cases(self) -> Node:
        self.take()
        rows: list[tuple[Node, Node | None]] = []
        self.closing.append(r"\end{cases}")
        while self.text != r"\end{cases}":
            value = self.expression()
            if self.text == ",":
                self.take()
            self.take("&")
            if self.text.removeprefix(r"\text{").rstrip(".}") in OTHERWISE:
                self.take()
                rows.append((value, None))
            else:
                rows.append((value, self.condition()))
            if self.text == ",":
                self.take()
            if self.text != r"\end{cases}":
                self.take(r"\\")
        self.closing.pop()
        self.take()
        return lambda env: choose(rows, env)

    def inner_product(self) -> Node:
        self.take()
        self.closing.append(r"\rangle")
        left = self.expression()
        self.take(",")
        right = self.expression()
        self.closing.pop()
        self.take(r"\rangle")
        return lambda env: np.dot(left(env), right(env))

    def underbrace(self) -> Node:
        self.take()
        node = self.argument()
        self.take("_")
        if not self.text.startswith(r"\text{"):
            raise self.error(r"stands where the \text of an underbrace was expected")
        self.take()
        return node


def choose(rows: list[tuple[Node, Node | None]], env: Env) -> object:
    """The one row whose condition holds; two or none are an error."""
    true = [value for value, condition in rows if condition is not None and condition(env)]
    if not true:
        true = [value for value, condition in rows if condition is None]
    if len(true) != 1:
        raise FormulaError(f"{len(true)} rows of the cases hold instead of one")
    return true[0](env)
