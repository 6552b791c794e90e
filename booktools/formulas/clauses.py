"""Sums, extrema, indicators and cases: the rules that bind indices or ask conditions."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np

from booktools.formulas.binders import AND, Binders, Domain
from booktools.formulas.functions import BIG, EXTREMA, FUNCTIONS
from booktools.formulas.reader import CLOSERS, Span
from booktools.formulas.tokens import RELATIONS, FormulaError, depths
from booktools.formulas.values import Env, Node, related

OTHERWISE = ("otherwise", "else", "그 밖의 경우", "그 밖의 경우에", "그 밖에", "그 밖", "그 외",
             "아니면", "그렇지 않으면", "나머지", "나머지 경우")  # fmt: skip
FILLERS = (r"\text{if}", r"\text{일 때}", r"\text{이면}", r"\text{만일}")
ELLIPSES = (r"\dots", r"\ldots", r"\cdots")


class Clauses(Binders):
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
        raised = self.raised()
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
            return lambda env: raised(np.log(argument(env)) / np.log(base(env)), env)

        def applied(env: Env) -> Any:
            with np.errstate(all="ignore"):
                return raised(function(argument(env)), env)

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
        domain = self.binder()
        body = self.term()
        self.leave(domain)
        self.bare = False

        def reduced(env: Env) -> object:
            values = [body({**env, **assignment}) for assignment in domain.assignments(env)]
            if values and np.ndim(values[0]):
                return sum(values) if operator == r"\sum" else function(values)
            return function(values)

        return reduced

    def arg(self) -> Node:
        r"""`\arg\max_j x_j`: the one index where the largest value stands."""
        self.take()
        operator = self.text
        if operator not in EXTREMA:
            raise self.error(r"follows \arg: write \arg\max_{j} or \arg\min_{j}")
        self.spans.append(Span("extremum", self.at, self.at + 1))
        self.take()
        domain = self.binder()
        body = self.term()
        self.leave(domain)
        self.bare = False

        def place(env: Env) -> object:
            places = domain.assignments(env)
            values = [body({**env, **one}) for one in places]
            best = places[values.index(EXTREMA[operator](values))]
            return next(iter(best.values()))

        return place

    def set(self) -> Node:
        r"""`\{1, 3\}`, `\{1, \dots, C\}` or `\{k \notin Y : x_k > 0\}`."""
        self.take(r"\{")
        if self.builds_set(self.at):
            domain = self.enclosed(r"\}", self.domain)
            first, *_ = domain.sources
            return lambda env: {one[first] for one in domain.assignments(env)}
        self.closing.append(r"\}")
        nodes = [self.expression()]
        filled = False
        while self.text == ",":
            self.take()
            if self.text in ELLIPSES:
                filled = bool(self.take())
            else:
                nodes.append(self.expression())
        self.closing.pop()
        self.take(r"\}")
        if filled:
            return lambda env: set(range(int(nodes[0](env)), int(nodes[-1](env)) + 1))
        return lambda env: {node(env) for node in nodes}

    def domain(self) -> Domain:
        domain = Domain()
        self.clauses(domain, None)
        self.leave(domain)
        return domain

    def builds_set(self, at: int) -> bool:
        """Whether a colon stands in the braces that are open at this token."""
        for token, depth in zip(self.tokens[at:], depths(self.tokens[at:]), strict=True):
            if depth == 0 and token.text in (":", r"\mid", r"\}"):
                return token.text != r"\}"
        return False

    def condition(self, joints: tuple[str, ...] = AND) -> Node:
        r"""Comparisons, joined by a comma (and), \land or \lor."""
        alternatives = [self.conjunction(joints)]
        while self.text in (r"\lor", r"\text{또는}", r"\text{or}"):
            self.take()
            alternatives.append(self.conjunction(joints))

        def decide(env: Env) -> bool:
            self.decisions.append(any(node(env) for node in alternatives))
            return self.decisions[-1]

        return decide

    def conjunction(self, joints: tuple[str, ...]) -> Node:
        start = self.at
        parts = [self.comparison()]
        pieces = [Span("conjunct", start, self.at)]
        while self.text in joints and not self.ends_row():
            self.take()
            start = self.at
            parts.append(self.comparison())
            pieces.append(Span("conjunct", start, self.at))
        if len(parts) > 1:
            self.spans += pieces
        return lambda env: all(node(env) for node in parts)

    def ends_row(self) -> bool:
        following = self.tokens[self.at + 1 : self.at + 2]
        return not following or following[0].text in (r"\\", r"\end{cases}", "&", ".")

    def comparison(self) -> Node:
        while self.text in FILLERS:
            self.take()
        if self.text == "(" and self.encloses_relation():
            self.take()
            inner = self.enclosed(")", self.condition)
            while self.text in FILLERS:
                self.take()
            return inner
        members, relations = [self.expression()], list[str]()
        while self.text in RELATIONS:
            relations.append(self.take())
            members.append(self.side())
        while self.text in FILLERS:
            self.take()
        if not relations:
            raise self.error(
                r"stands where a condition was expected: write a relation, or \text{otherwise}"
            )

        def compared(env: Env) -> bool:
            values = [member(env) for member in members]
            return all(
                related(r, a, b) for r, a, b in zip(relations, values[:-1], values[1:], strict=True)
            )

        return compared

    def encloses_relation(self) -> bool:
        for token, depth in zip(
            self.tokens[self.at :], depths(self.tokens[self.at :]), strict=True
        ):
            if depth == 1 and (token.text in RELATIONS or token.text == ")"):
                return token.text != ")"
        return False

    def side(self) -> Node:
        if not (self.text == r"\{" and self.tokens[self.at - 1].text in (r"\in", r"\notin")):
            left = self.expression()
        else:
            left = self.set()
        if self.text != r"\setminus":
            return left
        self.take()
        right = self.set() if self.text == r"\{" else self.expression()
        return lambda env: set(left(env)) - set(right(env))

    def indicator(self) -> Node:
        r"""`\mathbf 1[a < b]`, `\mathbf 1_{a < b}`; without a condition the vector of ones."""
        start = self.at
        self.take()
        if self.text == "_":
            self.take()
            if self.text != "{":
                raise self.error(r"follows \mathbf 1_: write \mathbf 1_{condition}")
        if self.text == "{" and self.tokens[self.at + 1].text == r"\{":
            self.take()
            self.closing.append("}")
            self.take()
            node = self.enclosed(r"\}", self.condition)
            self.closing.pop()
            self.take("}")
            return lambda env: 1.0 if node(env) else 0.0
        if self.text not in CLOSERS:
            self.mark("ones", start)
            return lambda env: 1.0
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
            if self.text != "&":
                raise self.error("stands in a row of the cases where & was expected")
            self.take()
            if self.text.removeprefix(r"\text{").rstrip(".} ") in OTHERWISE:
                self.take()
                rows.append((value, None))
            else:
                rows.append((value, self.condition()))
            if self.text in (",", "."):
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
