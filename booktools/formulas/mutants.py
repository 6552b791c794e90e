"""Every formula that differs from a given one by a single slip of the pen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from booktools.formulas.binding import Binding, Draw
from booktools.formulas.check import UNREADABLE, Rows, reason, refuted
from booktools.formulas.harmless import loosens, meets_at_edge
from booktools.formulas.parser import Span, parse
from booktools.formulas.tokens import Token, equations, outer_relations, show, tokenize

TURNED = {"<": [r"\le", ">"], r"\le": ["<", r"\ge"], ">": [r"\ge", "<"], r"\ge": [">", r"\le"],
          "=": [r"\ne"], r"\ne": ["="], r"\in": [r"\notin"]}  # fmt: skip
STRICT = {("<", r"\le"), (">", r"\ge"), (r"\le", "<"), (r"\ge", ">")}
WEAKER = {("<", r"\le"), (">", r"\ge")}  # as claims: true wherever the formula is
SWAPPED = {r"\sum": r"\prod", r"\prod": r"\sum", r"\max": r"\min", r"\min": r"\max"}
Edit = tuple[int, int, list[str]]


@dataclass(frozen=True)
class Mutant:
    name: str
    rows: Rows
    edge: bool = False  # only `<` and `\le`, or `>` and `\ge`, are exchanged


def mutants(latex: str, draw: Draw) -> Iterator[Mutant]:
    """All single-token mutants of a formula, each once; those of a right side by that side alone."""
    rows = [list(row) for row in equations(latex)]
    for number, row in enumerate(rows):
        equation = parse(row, draw.names, draw.ranges)
        tokens = equation.tokens
        start = outer_relations(tokens)[0] + 1
        seen = {tuple(token.text for token in tokens)}
        for begin, end, texts in edits(tokens, equation.spans, start):
            changed = [*tokens[:begin], *(Token(t, tokens[begin].position) for t in texts),
                       *tokens[end:]]  # fmt: skip
            spelled = tuple(token.text for token in changed)
            if spelled not in seen:
                seen.add(spelled)
                name = show(changed[start:] if begin >= start else changed)
                edge = (tokens[begin].text, " ".join(texts)) in STRICT
                yield Mutant(name, [*rows[:number], changed, *rows[number + 1 :]], edge)


def edits(tokens: Sequence[Token], spans: Sequence[Span], start: int) -> Iterator[Edit]:
    """(first token, end, what stands there instead).

    Names are exchanged within the right side only: a name of the other side says x = x.
    """
    texts = [token.text for token in tokens]
    outer = outer_relations(list(tokens))
    for position, text in enumerate(texts):
        for other in TURNED.get(text, []):
            if position not in outer or (text, other) not in WEAKER:
                yield position, position + 1, [other]
    right = [span for span in spans if span.start >= start]
    kinds = {"index": _spelled(texts, spans, "index"), "name": _spelled(texts, right, "name")}
    ones = {(span.start, span.end) for span in spans if span.kind == "ones"}
    for span in spans:
        notation = span.kind == "factor" and (span.start, span.end) in ones  # ε1 is added like ε
        if not notation and (span.start >= start or span.kind != "name"):
            yield from _of_span(span, texts, kinds)


def _spelled(texts: list[str], spans: Sequence[Span], kind: str) -> list[tuple[str, ...]]:
    found = {tuple(texts[span.start : span.end]) for span in spans if span.kind == kind}
    return sorted(found)


def _of_span(
    span: Span, texts: list[str], kinds: dict[str, list[tuple[str, ...]]]
) -> Iterator[Edit]:
    first, end = span.start, span.end
    inside = texts[first:end]
    match span.kind:
        case "sign":
            yield first, first + 1, ["-" if texts[first] == "+" else "+"]
        case "leading":
            yield first, first + 1, []
        case "term" | "conjunct":
            yield from _without(texts, first, end, {"+", "-", ","})
        case "factor":
            yield from _without(texts, first, end, {r"\cdot"})
        case "slash":
            yield first, end, [r"\cdot"]
        case "exponent" | "hinge" | "condition":
            yield first, end, []
        case "call":
            yield first, span.parts[0] if span.parts else end, []
        case "number":
            yield from ((first, end, [other]) for other in _neighbours(texts[first]))
        case "bars":
            yield first, end, ["(", *inside[1:-1], ")"]
        case "fraction":
            top, bottom = texts[span.parts[0] : span.parts[1]], texts[span.parts[1] : end]
            yield first, end, [r"\frac", *bottom, *top]
            yield first, end, _bare(top)
            yield first, end, _bare(bottom)
            yield first, end, [*_bare(top), *_bare(bottom)]
            yield first, end, [r"\frac", "1", *bottom]
        case "binomial":
            top, bottom = texts[span.parts[0] : span.parts[1]], texts[span.parts[1] : end]
            yield first, end, [r"\binom", *bottom, *top]
            yield first, end, [r"\frac", *top, *bottom]
        case "index" | "name":
            for other in kinds[span.kind]:
                if list(other) != inside:
                    yield first, end, list(other)
        case "extremum" | "big":
            yield first, first + 1, [SWAPPED[texts[first]]]
        case "bound":
            yield first, end, ["{", *inside, "+", "1", "}"]
            yield first, end, ["{", *inside, "-", "1", "}"]


def _without(texts: list[str], first: int, end: int, joints: set[str]) -> Iterator[Edit]:
    """Drop a term or factor together with the sign that joins it."""
    if first and texts[first - 1] in joints:
        yield first - 1, end, []
    elif end < len(texts) and texts[end] in joints - {"-"}:
        yield first, end + 1, []
    else:
        yield first, end, []


def _neighbours(number: str) -> list[str]:
    if "." in number:
        return [str(float(number) + 1), str(float(number) * 2)]
    return [str(int(number) + 1), *([str(int(number) - 1)] if int(number) else [])]


def _bare(argument: list[str]) -> list[str]:
    return ["(", *(argument[1:-1] if argument[0] == "{" else argument), ")"]


def survivors(latex: str, binding: Binding) -> list[str]:
    """Mutants that no input of the binding refutes, but for the harmless ones."""
    return [mutant.name for mutant in _surviving(latex, binding)]


def _surviving(latex: str, binding: Binding) -> list[Mutant]:
    inputs, rows = binding.inputs(), equations(latex)
    alive = [m for m in mutants(latex, inputs[0]) if not refuted(m.rows, inputs)]
    return [
        m for m in alive
        if not loosens(m.rows, rows, inputs)
        and not (m.edge and meets_at_edge(m.rows, rows, inputs))
    ]  # fmt: skip


AT_EDGE = "; no input attains equality: draw one that does (or claim <, if it is never attained)"


def unexplained(latex: str, binding: Binding) -> list[str]:
    """Survivors without a reason, and reasons without a survivor."""
    try:
        living = {mutant.name: mutant for mutant in _surviving(latex, binding)}
    except UNREADABLE as error:
        return [f"cannot be read: {reason(error)}"]
    explained = {show(tokenize(name)) for name in binding.survivors}
    return [
        *(f"survives: {name}{AT_EDGE if living[name].edge else ''}"
          for name in sorted(living.keys() - explained)),
        *(f"is listed as a survivor and dies, or is a looser bound or an edge of one value, which "
          f"need no reason; remove it from survivors: {name}"
          for name in sorted(explained - living.keys())),
    ]  # fmt: skip
