"""What every rule of the grammar needs: the tokens, and names with their indices."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from booktools.formulas.tokens import RELATIONS, FormulaError, Token, is_number, key, words
from booktools.formulas.values import CONSTANTS, Env, Node, Table, power, take

Read = TypeVar("Read")
CLOSERS = {"(": ")", "[": "]", r"\{": r"\}", "{": "}"}


@dataclass(frozen=True)
class Span:
    """A part of a formula, tokens start to end, that the mutants change."""

    kind: str
    start: int
    end: int
    parts: tuple[int, ...] = ()


class Reader(ABC):
    """Reads tokens from left to right; `spans` collects what the mutants change."""

    def __init__(self, tokens: list[Token], names: Env, indices: Mapping[str, range]) -> None:
        self.tokens, self.at, self.spans = tokens, 0, list[Span]()
        self.names = {**{key(k): v for k, v in CONSTANTS.items()}, **names}
        self.indices = indices
        self.bare, self.first = False, 0
        self.scope: list[str] = []
        self.free: set[str] = set()
        self.decisions: list[bool] = []
        self.closing: list[str] = []
        self.spellings: dict[str, list[tuple[str, ...]]] = {}
        for name in self.names:
            spelled = words(name)
            self.spellings.setdefault(spelled[0], []).append(spelled)
        for options in self.spellings.values():
            options.sort(key=len, reverse=True)

    @abstractmethod
    def expression(self) -> Node: ...

    @abstractmethod
    def factor(self) -> Node: ...

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
            hint = ""
            if expected in CLOSERS.values() and self.text in RELATIONS:
                hint = r": a condition in brackets is written \mathbf 1[a = b]"
            raise self.error(f"stands where {expected or 'more'} was expected{hint}")
        self.at += 1
        return self.tokens[self.at - 1].text

    def mark(self, kind: str, start: int, *parts: int) -> None:
        self.spans.append(Span(kind, start, self.at, parts))

    def enclosed(self, closer: str, read: Callable[[], Read]) -> Read:
        self.closing.append(closer)
        found = read()
        self.closing.pop()
        self.take(closer)
        return found

    def argument(self) -> Node:
        r"""What follows \frac, ^ or \sqrt: one token or a group in braces."""
        if self.text == "{":
            self.take()
            return self.enclosed("}", self.expression)
        if is_number(self.text or " "):
            return self.number()
        return self.name()

    def number(self) -> Node:
        self.mark("number", self.at)
        self.spans[-1] = Span("number", self.at, self.at + 1)
        text = self.take()
        constant: float = int(text) if text.isdigit() else float(text)
        return lambda env: constant

    # --- names ------------------------------------------------------------------------------

    def match(self) -> str | None:
        """The longest bound symbol that starts here."""
        for spelled in self.spellings.get(self.text, []):
            if tuple(t.text for t in self.tokens[self.at : self.at + len(spelled)]) == spelled:
                return " ".join(spelled)
        return None

    def name(self) -> Node:
        name = self.match()
        start = self.at
        bound = self.text in self.scope
        if (bound or self.text in self.indices) and (name is None or name in self.scope):
            index = self.take()
            self.spans.append(Span("index", start, self.at))
            if not bound:
                self.free.add(index)
            return self.indexed(index, None)
        if name is None:
            raise self.error("is not bound: add it to the symbols of the Draw, or as an index")
        value = self.names.get(name)
        self.at += max(1, len(words(name)))
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
        raised = self.raised()
        begin = self.at
        if self.text not in ("(", "["):
            raise self.error(f"follows the function {name}: its argument must be in parentheses")
        arguments += self.arguments(self.text, bar=True)
        self.mark("call", start, begin)
        further = self.subscripts()
        if further:
            return lambda env: take(
                env[name](*(a(env) for a in arguments)), [s(env) for s in further], name
            )
        return lambda env: raised(env[name](*(a(env) for a in arguments)), env)

    def raised(self) -> Callable[[Any, Env], Any]:
        r"""The square in \log^2 x or \cos^2(x), written before the argument."""
        if self.text != "^":
            return lambda value, env: value
        start = self.at
        self.take()
        if self.text == "{" and self.tokens[self.at + 1].text == "-":
            raise self.error("begins an inverse function: bind it as a symbol")
        degree = self.argument()
        self.mark("exponent", start)
        return lambda value, env: power(value, degree(env))

    def arguments(self, opener: str = "(", bar: bool = False) -> list[Node]:
        r"""Arguments in parentheses; with `bar` a `\|` divides them, as in D(p \| q)."""
        self.take(opener)
        self.closing.append(r"\|" if bar else CLOSERS[opener])
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
