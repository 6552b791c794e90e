r"""Derivatives: `\frac{\partial L}{\partial x_{n,j}}` is an entry of the bound derivative of L."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from booktools.formulas.clauses import Clauses
from booktools.formulas.reader import CLOSERS
from booktools.formulas.tokens import is_number, words
from booktools.formulas.values import Node, Table, take


@dataclass(frozen=True)
class Letters:
    """The words of a bound derivative; `middle` divides the upper from the lower letter."""

    words: tuple[str, ...]
    middle: int


@dataclass
class Indices:
    """What a formula adds to one letter: the nodes, and how they are written."""

    nodes: list[Node]
    written: list[str]
    end: int


class Derivatives(Clauses):
    """The formula may add indices to every letter of the bound name."""

    def derivative(self) -> Node | None:
        start = self.at
        texts = [token.text for token in self.tokens]
        for spelled in sorted(self.names, key=len, reverse=True):
            if not spelled.startswith(r"\frac {"):
                continue
            for letters in spellings(words(spelled)):
                places = added(letters, texts, start)
                if places is not None:
                    return self.entry(spelled, letters, places)
        if r"\partial" in texts[start : start + 3]:
            raise self.error("begins a derivative that is not bound: add it to the symbols")
        return None

    def entry(self, name: str, letters: Letters, places: list[tuple[int, int]]) -> Node:
        """`places` are the tokens where indices begin, each with the word before which it stands;
        the last one is the end."""
        value = self.names[name]
        upper, lower = list[Indices](), list[Indices]()
        for begin, word in places[:-1]:
            side = upper if word <= letters.middle else lower
            self.at = begin
            nodes = self.subscripts() if self.text == "_" else self.arguments()
            written = [t.text for t in self.tokens[begin + 1 : self.at] if t.text not in "{},()"]
            if side and side[-1].end == begin:
                side[-1] = Indices(side[-1].nodes + nodes, side[-1].written + written, self.at)
            else:
                side.append(Indices(nodes, written, self.at))
        self.at = places[-1][0]
        nodes = merged(upper, lower)
        nodes += self.called(value, len(nodes))
        if not nodes:
            return lambda env: env[name].values if isinstance(value, Table) else env[name]
        return lambda env: take(env[name], [node(env) for node in nodes], name)


def spellings(name: tuple[str, ...]) -> list[Letters]:
    r"""`\frac{\partial L}{\partial x}` and `\partial L/\partial x`."""
    for middle in range(1, len(name) - 1):
        if name[middle : middle + 2] == ("}", "{"):
            top, bottom = name[2:middle], name[middle + 2 : -1]
            return [Letters(name, middle), Letters((*top, "/", *bottom), len(top))]
    return []


def added(letters: Letters, texts: Sequence[str], at: int) -> list[tuple[int, int]] | None:
    """Where the formula adds indices to these letters, and its end; None if it is another one."""
    places = []
    for number, word in enumerate(letters.words):
        while at < len(texts) and texts[at] != word and texts[at] in ("_", "("):
            places.append((at, number))
            at = after(texts, at)
        if at >= len(texts) or texts[at] != word:
            return None
        at += 1
    if "/" in letters.words and at < len(texts) and texts[at] == "_":
        places.append((at, len(letters.words)))
        at = after(texts, at)
    return [*places, (at, len(letters.words))]


def after(texts: Sequence[str], at: int) -> int:
    """The token behind the indices that begin here: `_n`, `_{n,j}` or `(k)`."""
    if texts[at] == "_":
        at += 1
    closer = CLOSERS.get(texts[at]) if at < len(texts) else None
    if closer is None:
        return at + 1
    opener, depth = texts[at], 0
    for position in range(at, len(texts)):
        depth += (texts[position] == opener) - (texts[position] == closer)
        if depth == 0:
            return position + 1
    return len(texts)


def merged(upper: list[Indices], lower: list[Indices]) -> list[Node]:
    """Indices of the entry: those of the lower letters; the upper one's are said once."""
    first = [node for indices in upper for node in indices.nodes]
    said = [text for indices in upper for text in indices.written]
    found: list[Node] = []
    for number, indices in enumerate(lower):
        plain = indices.written
        while plain and is_number(plain[0]):
            plain = plain[1:]
        repeats = plain[: len(said)] == said
        if number == 0 and not repeats:
            found += first
        found += indices.nodes[len(first) if number and repeats else 0 :]
    return found if lower else first
