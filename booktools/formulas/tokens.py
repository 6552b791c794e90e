"""LaTeX source to tokens, and a display to its equations. The grammar is in CONTRIBUTING.md."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache


class FormulaError(ValueError):
    """A formula that cannot be read or evaluated; says which token, and where."""


@dataclass(frozen=True)
class Token:
    """One visible unit of a formula and its character position in the source."""

    text: str
    position: int


RELATIONS = ("=", r"\ne", "<", ">", r"\le", r"\ge", r"\in", r"\notin")
ACCENTS = (r"\hat", r"\tilde", r"\bar")
ARGUMENT = re.compile(r"arg(?: |\\,)?(?:max|min)")
TEXT = r"\text"

_SYNONYMS = {
    r"\leq": r"\le",
    r"\geq": r"\ge",
    r"\neq": r"\ne",
    r"\lt": "<",
    r"\gt": ">",
    r"\dfrac": r"\frac",
    r"\tfrac": r"\frac",
    r"\Vert": r"\|",
    r"\mathbb 1": r"\mathbf 1",
    r"\widehat": r"\hat",
    r"\widetilde": r"\tilde",
    r"\overline": r"\bar",
    r"\colon": ":",
    r"\ast": r"\cdot",
    r"\lbrace": r"\{",
    r"\rbrace": r"\}",
    r"\times": r"\cdot",
    ":=": "=",
}
_LAYOUT = re.compile(
    r"\\(?:left|right|[bB]igg?[lr]?|displaystyle|textstyle|limits|nolimits)(?![A-Za-z])|\\[,;:! ]|~"
)
_FONT = r"mathbb|mathbf|mathcal|mathsf|boldsymbol|bm"
_TOKEN = re.compile(
    rf"""
    (?P<space>\s+)
  | (?P<environment>\\(?:begin|end)\s*\{{(?:[a-z]+\*?)\}})
  | (?P<words>\\(?:text|operatorname\*?|mathrm|texttt)\s*\{{[^{{}}]*\}})
  | (?P<font>\\(?:{_FONT})\s*(?:\{{\s*(?:[A-Za-z0-9]|\\[A-Za-z]+)\s*\}}|[A-Za-z0-9]|\\[A-Za-z]+))
  | (?P<upright>\\mathrm\s+[A-Za-z])
  | (?P<newline>\\\\)
  | (?P<command>\\(?:[A-Za-z]+|[{{}}|,;:!#\ ]))
  | (?P<digit>(?:(?<=frac)|(?<=frac\s)|(?<=frac\d)|(?<=frac\s\d)|(?<=[\^_])|(?<=sqrt))\d)
  | (?P<number>\d+(?:\.\d+)?|\.\d+)
  | (?P<assign>:=)
  | (?P<symbol>[A-Za-z+\-/=<>()\[\]{{}}|^_&,:!'*.;~])
    """,
    re.VERBOSE,
)


def is_number(text: str) -> bool:
    return text[0].isdigit() or (text[0] == "." and len(text) > 1)


def tokenize(latex: str) -> list[Token]:
    r"""Cut LaTeX into tokens; layout (\left, \big, \,) is dropped, `{x}` becomes `x`.

    Anything that is not listed in the grammar is an error, never skipped.
    """
    tokens: list[Token] = []
    position = 0
    while position < len(latex):
        match = _TOKEN.match(latex, position)
        if match is None:
            raise FormulaError(f"unknown character {latex[position]!r} at {position} in {latex!r}")
        text, kind = match.group(), match.lastgroup
        if kind == "words":
            command, body = text[1:].split("{", 1)
            body = body.rstrip("}").strip()
            if ARGUMENT.fullmatch(body):
                tokens.append(Token(r"\arg", position))
                text = f"\\{body[-3:]}"
            elif command.strip() == "text":
                text = f"\\text{{{body}}}"
            else:
                text = f"\\operatorname{{{body}}}"
        elif kind == "font":
            parts = re.match(r"(\\[a-z]+)\s*\{?\s*(.+?)\s*\}?$", text)
            assert parts is not None
            text = f"{parts[1]} {parts[2]}"
        elif kind == "upright":
            text = f"\\operatorname{{{text[-1]}}}"
        elif kind == "environment":
            text = re.sub(r"\s+", "", text)
        if kind != "space" and not _LAYOUT.fullmatch(text):
            tokens.append(Token(_SYNONYMS.get(text, text), position))
        position = match.end()
    return _without_single_braces(tokens)


def _without_single_braces(tokens: list[Token]) -> list[Token]:
    result: list[Token] = []
    for token in tokens:
        result.append(token)
        if token.text == "}" and len(result) >= 3 and result[-3].text == "{":
            inner = result[-2]
            long_number = is_number(inner.text) and len(inner.text) > 1
            if inner.text not in "{}" and not long_number:
                result[-3:] = [inner]
    return result


@cache
def words(latex: str) -> tuple[str, ...]:
    """The texts of the tokens of a symbol."""
    return tuple(token.text for token in tokenize(latex))


def key(latex: str) -> str:
    """The canonical spelling of a symbol, under which bindings and parser find it."""
    return " ".join(words(latex))


def show(tokens: list[Token]) -> str:
    """Tokens as LaTeX again, for messages."""
    return re.sub(r" ?([_^,(){}\[\]]) ?", r"\1", " ".join(token.text for token in tokens))


def depths(tokens: list[Token]) -> list[int]:
    """In how many groups each token stands; a bracket stands in the group that it opens."""
    found, depth = [], 0
    for token in tokens:
        opens = token.text in ("{", "(", "[", r"\{") or token.text.startswith(r"\begin{")
        closes = token.text in ("}", ")", "]", r"\}") or token.text.startswith(r"\end{")
        depth += opens
        found.append(depth)
        depth -= closes
    return found


def outer_relations(tokens: list[Token]) -> list[int]:
    """Where the relations stand that the formula claims: those outside of all groups."""
    return [
        position
        for position, (token, depth) in enumerate(zip(tokens, depths(tokens), strict=True))
        if depth == 0 and token.text in RELATIONS
    ]


_ROWS = re.compile(r"\\(?:begin|end)\{(?:aligned|align|align\*|split|gathered)\}")


def equations(latex: str) -> list[list[Token]]:
    r"""The equations of a display: cut at \\, \quad and \qquad outside of groups.

    A row that begins with a relation continues the chain of the row above, and a row without
    any relation continues its expression. A segment of pure text is prose and is left out.
    """
    segments: list[list[Token]] = [[]]
    tokens = [token for token in tokenize(latex) if not _ROWS.fullmatch(token.text)]
    for token, depth in zip(tokens, depths(tokens), strict=True):
        if depth == 0 and token.text in (r"\\", r"\quad", r"\qquad"):
            segments.append([])
        elif not (depth == 0 and token.text == "&"):
            segments[-1].append(token)
    rows = [row for row in map(_without_prose, segments) if row]
    found: list[list[Token]] = []
    for row, following in zip(rows, [*rows[1:], []], strict=True):
        related = bool(outer_relations(row))
        continues = bool(found) and row[0].text in ("+", "-", r"\cdot")
        if not (related or continues or outer_relations(following)[:1] == [0]):
            raise FormulaError(
                f"{row[0].text!r} at {row[0].position} begins a row without a relation: "
                "begin it with a relation, or with the + or - that continues the row above"
            )
        if found and (row[0].text in RELATIONS or (continues and not related)):
            found[-1].extend(row)
        else:
            found.append(row)
    return found


def _without_prose(segment: list[Token]) -> list[Token]:
    texts = [token.text for token in segment]
    first, end = 0, len(texts)
    while first < end and texts[first].startswith(TEXT):
        first += 1
    while first < end and (texts[end - 1] in ",.;" or texts[end - 1].startswith(TEXT)):
        end -= 1
    return segment[first:end]
