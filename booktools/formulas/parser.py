"""Recursive descent from tokens to closures over an environment of NumPy values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from booktools.formulas.derivative import Derivatives
from booktools.formulas.functions import BIG, FUNCTIONS
from booktools.formulas.reader import CLOSERS, Span
from booktools.formulas.tokens import ACCENTS, RELATIONS, FormulaError, Token, is_number, show
from booktools.formulas.values import (
    Env,
    Node,
    choose,
    divide,
    holds,
    magnitude,
    norm,
    power,
    times,
    transposed,
)

END = frozenset(
    {")", "]", "}", r"\}", r"\rvert", r"\rVert", r"\rangle", ",", ":", ";", "&", r"\\", r"\mid"}
    | {"+", "-", "/", r"\cdot", r"\odot", r"\land", r"\lor", r"\end{cases}", "|", r"\|"}
    | {r"\rfloor", r"\rceil", r"\setminus", "."}
    | set(RELATIONS)
)
OPERATORS = frozenset({"/", r"\cdot", r"\odot"})
BARS = {r"\lvert": r"\rvert", r"\lVert": r"\rVert", r"\lfloor": r"\rfloor", r"\lceil": r"\rceil"}
ROUNDED = {r"\lfloor": np.floor, r"\lceil": np.ceil}
TRANSPOSED = (r"\top", r"\intercal", r"\mathsf T", "T")


@dataclass
class Equation:
    """A chain a = b = c: closures, the relations between them and the free indices."""

    members: list[Node]
    relations: list[str]
    free: tuple[str, ...]
    tokens: list[Token]
    spans: list[Span] = field(default_factory=list)
    decisions: list[bool] = field(default_factory=list)


def parse(tokens: Sequence[Token], names: Env, indices: Mapping[str, range]) -> Equation:
    """Read one equation; `names` are the bound symbols, `indices` the ranges of the indices."""
    parser = Parser(list(tokens), names, indices)
    members, relations = [parser.expression()], []
    while parser.text in RELATIONS:
        relations.append(parser.take())
        members.append(parser.expression())
    if parser.text:
        raise parser.error("cannot be read here")
    free = tuple(sorted(parser.free))
    return Equation(members, relations, free, parser.tokens, parser.spans, parser.decisions)


class Parser(Derivatives):
    """Sums, products and the atoms they are made of."""

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
            operator = self.text if self.text in OPERATORS else ""
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
        stops = END - OPERATORS
        if self.text in ("|", r"\|") and (not self.closing or self.closing[-1] != self.text):
            return stops - {self.text}
        return stops | {self.text} if self.text.startswith(r"\text{") else stops

    @staticmethod
    def product(left: Node, right: Node, operator: str) -> Node:
        if operator == "/":
            return lambda env: divide(left(env), right(env))
        if operator == r"\odot":
            return lambda env: left(env) * right(env)
        return lambda env: times(left(env), right(env), operator == r"\cdot")

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
        unbound = self.match() is None and self.text not in self.indices
        if self.text in TRANSPOSED and unbound:
            self.take()
            return lambda env: transposed(base(env))
        degree = self.argument()
        self.mark("exponent", start)
        return lambda env: power(base(env), degree(env))

    def base(self) -> Node:
        text = self.text
        name = self.match()
        if name is not None or (text and (text in self.indices or text in self.scope)):
            return self.name()
        if not text:
            raise self.error("but a value is missing")
        if is_number(text):
            return self.number()
        if text == r"\{" and self.builds_set(self.at + 1):
            return self.set()
        if text in ("(", "[", r"\{", "{"):
            return self.group()
        if text in ("|", r"\lvert", r"\|", r"\lVert", r"\lfloor", r"\lceil"):
            return self.bars()
        if text in (r"\frac", r"\partial"):
            return self.fraction()
        if text == r"\binom":
            return self.binomial()
        if text == r"\sqrt":
            start = self.at
            self.take()
            if self.text == "[":
                self.take()
                degree = self.enclosed("]", self.expression)
                radicand = self.argument()
                return lambda env: power(radicand(env), 1.0 / degree(env))
            inner = self.argument()
            self.mark("call", start, start + 1)
            return lambda env: np.sqrt(inner(env))
        if text in FUNCTIONS:
            return self.function()
        if text in BIG:
            return self.big()
        if text == r"\mathbf 1":
            return self.indicator()
        if text == r"\arg":
            return self.arg()
        if text == r"\#":
            self.take()
            counted = self.set()
            return lambda env: len(counted(env))
        if text == r"\begin{cases}":
            return self.cases()
        if text == r"\langle":
            return self.inner_product()
        if text == r"\underbrace":
            return self.underbrace()
        raise self.error(f"is not bound and is no known command{self.advice()}")

    def advice(self) -> str:
        """What the author can do about a token that nothing begins with."""
        if self.text in ACCENTS:
            return r": bind the accented letter; its index stands outside, \hat y_n"
        if self.text.startswith(r"\text{"):
            return r": prose is divided by \quad; a name in letters is bound like any symbol"
        return ": add it to the symbols of the Draw (a function as a callable)"

    def group(self) -> Node:
        opener = self.take()
        node = self.enclosed(CLOSERS[opener], self.expression)
        if opener in ("[", "(") and self.text == "_":
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
        closer = BARS.get(opener, opener)
        node = self.enclosed(closer, self.expression)
        self.mark("bars", start, self.at - 1)
        if opener in ROUNDED:
            return lambda env: ROUNDED[opener](node(env))
        if opener in ("|", r"\lvert"):
            return lambda env: magnitude(node(env))
        degree: Node = lambda env: 2.0  # noqa: E731
        if self.text == "_":
            start = self.at
            self.take()
            euclidean = self.text == "2"
            degree = self.argument()
            if not euclidean:  # without a degree the norm is the same
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

    def binomial(self) -> Node:
        start = self.at
        self.take()
        top = self.argument()
        middle = self.at
        bottom = self.argument()
        self.mark("binomial", start, start + 1, middle)
        return lambda env: choose(top(env), bottom(env))


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
