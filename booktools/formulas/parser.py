"""Recursive descent from tokens to closures over an environment of NumPy values."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from booktools.formulas.tokens import (
    RELATIONS,
    FormulaError,
    Token,
    is_number,
    key,
    show,
    tokenize,
)
from booktools.formulas.values import (
    CONSTANTS,
    Env,
    Node,
    Table,
    divide,
    holds,
    integer,
    magnitude,
    norm,
    power,
    related,
    take,
)

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
CLOSERS = {"(": ")", "[": "]", r"\{": r"\}", "{": "}"}
END = frozenset(
    {")", "]", "}", r"\}", r"\rvert", r"\rVert", r"\rangle", ",", ":", ";", "&", r"\\", r"\mid"}
    | {"+", "-", "/", r"\cdot", r"\land", r"\lor", r"\end{cases}", "|", r"\|"}
    | set(RELATIONS)
)


@dataclass(frozen=True)
class Span:
    """A part of a formula, tokens start to end, that the mutants change."""

    kind: str
    start: int
    end: int
    parts: tuple[int, ...] = ()


@dataclass
class Equation:
    """A chain a = b = c: closures, the relations between them and the free indices."""

    members: list[Node]
    relations: list[str]
    free: tuple[str, ...]
    tokens: list[Token]
    spans: list[Span] = field(default_factory=list)


def parse(tokens: Sequence[Token], names: Env, indices: Mapping[str, range]) -> Equation:
    """Read one equation; `names` are the bound symbols, `indices` the ranges of the indices."""
    parser = Parser(list(tokens), names, indices)
    members, relations = [parser.expression()], []
    while parser.text in RELATIONS:
        relations.append(parser.take())
        members.append(parser.expression())
    if parser.text:
        raise parser.error("cannot be read here")
    return Equation(members, relations, tuple(sorted(parser.free)), parser.tokens, parser.spans)


class Parser:
    def __init__(self, tokens: list[Token], names: Env, indices: Mapping[str, range]) -> None:
        self.tokens, self.at, self.spans = tokens, 0, list[Span]()
        self.names = {**{key(k): v for k, v in CONSTANTS.items()}, **names}
        self.indices = indices
        self.bare, self.first = False, 0
        self.scope: list[str] = []
        self.free: set[str] = set()
        self.closing: list[str] = []
        self.spellings: dict[str, list[tuple[str, ...]]] = {}
        for name in self.names:
            words = tuple(token.text for token in tokenize(name))
            self.spellings.setdefault(words[0], []).append(words)
        for options in self.spellings.values():
            options.sort(key=len, reverse=True)

    # --- tokens -----------------------------------------------------------------------------

    @property
    def text(self) -> str:
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    def error(self, message: str) -> FormulaError:
        if self.at < len(self.tokens):
            token = self.tokens[self.at]
            return FormulaError(f"{token.text!r} at {token.position} {message}")
        return FormulaError(f"the formula ends, {message}")

    def take(self, expected: str | None = None) -> str:
        if not self.text or (expected is not None and self.text != expected):
            raise self.error(f"stands where {expected or 'more'} was expected")
        self.at += 1
        return self.tokens[self.at - 1].text

    def mark(self, kind: str, start: int, *parts: int) -> None:
        self.spans.append(Span(kind, start, self.at, parts))

    def enclosed(self, closer: str, read: Callable[[], Node]) -> Node:
        self.closing.append(closer)
        node = read()
        self.closing.pop()
        self.take(closer)
        return node

    def argument(self) -> Node:
        r"""What follows \frac, ^ or \sqrt: one token or a group in braces."""
        if self.text == "{":
            self.take()
            return self.enclosed("}", self.expression)
        if is_number(self.text or " "):
            return self.number()
        return self.name()

    # --- expressions ------------------------------------------------------------------------

    def expression(self) -> Node:
        pieces: list[Span] = []
        nodes: list[tuple[float, Node]] = []
        while not nodes or self.text in ("+", "-"):
            sign = 1.0
            if self.text in ("+", "-"):
                sign = -1.0 if self.text == "-" else 1.0
                self.mark("sign" if nodes else "leading", self.at)
                self.take()
            start = self.at
            nodes.append((sign, self.term()))
            pieces.append(Span("term", start, self.at))
        if len(nodes) == 1:
            sign, only = nodes[0]
            return only if sign > 0 else lambda env: -only(env)
        self.spans += pieces

        def total(env: Env) -> object:
            value = nodes[0][0] * nodes[0][1](env)
            for sign, node in nodes[1:]:
                value = value + sign * node(env)
            return value

        return total

    def term(self) -> Node:
        node, start, bare, divided = self.factor(), self.at, self.bare, False
        pieces = [Span("factor", self.first, start)]
        while self.text and self.text not in self.stops():
            operator = self.text if self.text in (r"\cdot", "/") else ""
            if bare:
                raise self.error("follows an argument without parentheses: add them")
            if divided and not operator:
                raise self.error("follows a/b without an operator: write a fraction")
            if operator:
                if operator == "/":
                    self.mark("slash", self.at)
                self.take()
            elif is_number(self.text):
                raise self.error("is a number behind a factor: is an operator missing?")
            right = self.factor()
            bare, divided = self.bare, divided or operator == "/"
            pieces.append(Span("factor", self.first, self.at))
            node = self.product(node, right, operator)
        if len(pieces) > 1:
            self.spans += pieces
        self.bare = False
        return node

    def stops(self) -> frozenset[str] | set[str]:
        stops = END - {"/", r"\cdot"}
        if self.text in ("|", r"\|") and (not self.closing or self.closing[-1] != self.text):
            return stops - {self.text}
        return stops | {self.text} if self.text.startswith(r"\text{") else stops

    @staticmethod
    def product(left: Node, right: Node, operator: str) -> Node:
        if operator == "/":
            return lambda env: divide(left(env), right(env))
        return lambda env: left(env) * right(env)

    def factor(self) -> Node:
        self.bare = False
        start = self.at
        node = self.base()
        bare = self.bare
        if self.text == "!":
            self.take()
            plain = node
            node = lambda env: math.gamma(float(plain(env)) + 1.0)  # noqa: E731
        if self.text == "^":
            node = self.exponent(node)
        self.first, self.bare = start, bare
        return node

    def exponent(self, base: Node) -> Node:
        start = self.at
        self.take("^")
        degree = self.argument()
        self.mark("exponent", start)
        return lambda env: power(base(env), degree(env))

    def base(self) -> Node:
        text = self.text
        name = self.match()
        if name is not None or (text in self.indices and len(text) > 0):
            return self.name()
        if not text:
            raise self.error("but a value is missing")
        if is_number(text):
            return self.number()
        if text in ("(", "[", r"\{", "{"):
            return self.group()
        if text in ("|", r"\lvert", r"\|", r"\lVert"):
            return self.bars()
        if text in (r"\frac", r"\partial"):
            return self.fraction()
        if text == r"\sqrt":
            start = self.at
            self.take()
            inner = self.argument()
            self.mark("call", start, start + 1)
            return lambda env: np.sqrt(inner(env))
        if text in FUNCTIONS:
            return self.function()
        if text in BIG:
            return self.big()
        if text == r"\mathbb 1":
            return self.indicator()
        if text == r"\begin{cases}":
            return self.cases()
        if text == r"\langle":
            return self.inner_product()
        if text == r"\underbrace":
            return self.underbrace()
        raise self.error("is not bound and is no known command")

    def number(self) -> Node:
        self.mark("number", self.at)
        self.spans[-1] = Span("number", self.at, self.at + 1)
        text = self.take()
        constant: float = int(text) if text.isdigit() else float(text)
        return lambda env: constant

    def group(self) -> Node:
        opener = self.take()
        node = self.enclosed(CLOSERS[opener], self.expression)
        if opener == "[" and self.text == "_":
            self.take()
            start = self.at - 1
            self.take("+")
            self.mark("hinge", start)
            plain = node
            return lambda env: np.maximum(plain(env), 0.0)
        return node

    def bars(self) -> Node:
        start = self.at
        opener = self.take()
        closer = {r"\lvert": r"\rvert", r"\lVert": r"\rVert"}.get(opener, opener)
        node = self.enclosed(closer, self.expression)
        self.mark("bars", start, self.at - 1)
        if opener in ("|", r"\lvert"):
            return lambda env: magnitude(node(env))
        degree: Node = lambda env: 2.0  # noqa: E731
        if self.text == "_":
            start = self.at
            self.take()
            degree = self.argument()
            self.mark("exponent", start)
        return lambda env: norm(node(env), degree(env))

    def fraction(self) -> Node:
        derivative = self.derivative()
        if derivative is not None:
            return derivative
        start = self.at
        self.take(r"\frac")
        top = self.argument()
        middle = self.at
        bottom = self.argument()
        self.mark("fraction", start, start + 1, middle)
        return lambda env: divide(top(env), bottom(env))

    def derivative(self) -> Node | None:
        r"""`\frac{\partial L}{\partial x_{n,j}}` is the bound `\frac{\partial L}{\partial x}`."""
        r"""The slash form `\partial L/\partial x_{n,j}` means the same."""
        start = self.at
        fraction = self.text == r"\frac"
        words = [token.text for token in self.tokens[start:]]
        if not (r"\partial" in words[:3] and words.count(r"\partial") >= 2):
            return None
        second = words.index(r"\partial", words.index(r"\partial") + 1)
        for name in self.names:
            if not name.startswith(r"\frac { \partial "):
                continue
            parts = name.split(" ")
            split = parts.index("}")
            top, bottom = parts[3:split], parts[split + 3 : -1]
            head = words[3:] if fraction else words[1:]
            tail = words[second + 1 :]
            if head[: len(top)] != top or tail[: len(bottom)] != bottom:
                continue
            upper = words[(3 if fraction else 1) + len(top) : second - 1 - fraction]
            self.at = start + second + 1 + len(bottom)
            begin = self.at
            subscripts = self.subscripts()
            given = [token.text for token in self.tokens[begin : self.at]]
            if [w for w in upper if w not in "{}"] != [w for w in given if w not in "{}"][
                : len([w for w in upper if w not in "{}"])
            ]:
                raise self.error("ends a derivative whose upper index is not the first lower one")
            subscripts += self.called(self.names[name], len(subscripts))
            if fraction:
                self.take("}")
            return lambda env, name=name: take(env[name], [s(env) for s in subscripts], name)  # type: ignore[misc]
        raise self.error("is a derivative that is not bound")

    # --- names ------------------------------------------------------------------------------

    def match(self) -> str | None:
        """The longest bound symbol that starts here."""
        for words in self.spellings.get(self.text, []):
            if tuple(t.text for t in self.tokens[self.at : self.at + len(words)]) == words:
                return " ".join(words)
        return None

    def name(self) -> Node:
        name = self.match()
        start = self.at
        if self.text in self.indices and (name is None or name in self.scope):
            index = self.take()
            self.spans.append(Span("index", start, self.at))
            if index not in self.scope:
                self.free.add(index)
            return self.indexed(index, None)
        if name is None and self.text in self.scope:
            name = self.text
        if name is None:
            raise self.error("is not bound")
        value = self.names.get(name)
        self.at += max(1, len(tokenize(name)))
        self.spans.append(Span("function" if callable(value) else "name", start, self.at))
        return self.applied(name, start) if callable(value) else self.indexed(name, value)

    def indexed(self, name: str, value: object) -> Node:
        subscripts = self.subscripts()
        subscripts += self.called(value, len(subscripts))
        if not subscripts:
            if isinstance(value, Table):
                return lambda env: env[name].values
            return lambda env: env[name]
        return lambda env: take(env[name], [s(env) for s in subscripts], name)

    def called(self, value: object, given: int) -> list[Node]:
        if not (isinstance(value, Table) and self.text == "(" and value.ndim > given):
            return []
        return self.arguments()

    def applied(self, name: str, start: int) -> Node:
        arguments = self.subscripts()
        begin = self.at
        if self.text != "(":
            raise self.error(f"follows the function {name}: its argument must be in parentheses")
        arguments += self.arguments()
        self.mark("call", start, begin)
        further = self.subscripts()
        if further:
            return lambda env: take(
                env[name](*(a(env) for a in arguments)), [s(env) for s in further], name
            )
        return lambda env: env[name](*(a(env) for a in arguments))

    def arguments(self, opener: str = "(") -> list[Node]:
        self.take(opener)
        self.closing.append(CLOSERS[opener])
        nodes = [self.expression()]
        while self.text in (",", r"\mid", r"\|", ";"):
            self.take()
            nodes.append(self.expression())
        self.closing.pop()
        self.take(CLOSERS[opener])
        return nodes

    def subscripts(self) -> list[Node]:
        """`_n`, `_{n,y_n}`, `_{t-1}`; `_{nc}` are two indices."""
        if self.text != "_":
            return []
        self.take()
        if self.text != "{":
            return [self.number() if is_number(self.text or " ") else self.name()]
        self.take()
        nodes = []
        while True:
            nodes.append(self.expression_without_product())
            if self.text == ",":
                self.take()
            elif self.text == "}":
                self.take()
                return nodes

    def expression_without_product(self) -> Node:
        """A sum of single factors, so that `nc` in a subscript is never n times c."""
        sign = -1.0 if self.text == "-" else 1.0
        if self.text in ("+", "-"):
            self.mark("leading", self.at)
            self.take()
        first = self.factor()
        nodes = [(sign, first)]
        while self.text in ("+", "-"):
            self.mark("sign", self.at)
            sign = 1.0 if self.take() == "+" else -1.0
            nodes.append((sign, self.factor()))
        if len(nodes) == 1 and sign > 0:
            return first
        return lambda env: sum(s * node(env) for s, node in nodes)

    # --- functions, sums, conditions --------------------------------------------------------

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
        return lambda env: function(argument(env))

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
            raise self.error(r"follows \mathbb 1: write \mathbb 1[condition]")
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


def claims(equation: Equation, env: Env) -> tuple[str, object, object] | None:
    """The first relation of the chain that fails under `env`, with both its values."""
    left = equation.members[0](env)
    for relation, member in zip(equation.relations, equation.members[1:], strict=True):
        right = member(env)
        if not holds(relation, left, right):
            return relation, left, right
        left = right
    return None


__all__ = ["Equation", "FormulaError", "Span", "claims", "parse", "show"]
