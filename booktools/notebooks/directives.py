"""Split the Markdown of a chapter into lines and directives; anything unknown is an error."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from booktools.notebooks.source import SourceError

ADMONITIONS = {"note": "참고", "tip": "도움말", "warning": "주의", "hint": "힌트"}
KNOWN = {*ADMONITIONS, "admonition", "exercise", "solution", "bibliography", "section-table"}
OPTIONS = {"class", "label"}
OPEN = re.compile(r"^(:{3,})\{([\w-]+)\}\s*(.*?)\s*$")
OPTION = re.compile(r"^:([\w-]+):\s*(.*?)\s*$")
FENCE = re.compile(r"^\s*(`{3,}|~{3,})")


@dataclass(frozen=True)
class Line:
    text: str
    number: int
    code: bool = False


@dataclass
class Directive:
    name: str
    argument: str
    line: int
    fence: str
    options: dict[str, str] = field(default_factory=dict)
    body: list[Line | Directive] = field(default_factory=list)


def parse(text: str, line: int, path: Path) -> list[Line | Directive]:
    """Lines (those of code blocks are marked) and directives, in order."""
    return _parse(text.split("\n"), line, path)


def _parse(lines: list[str], first: int, path: Path) -> list[Line | Directive]:
    items: list[Line | Directive] = []
    number = 0
    while number < len(lines):
        line, where = lines[number], f"{path}:{first + number}"
        if fence := FENCE.match(line):
            if line.lstrip("`~ ").startswith("{"):
                raise SourceError(f"{where}: found {line!r}; write directives with ':::'")
            end = _closing(lines, number, fence.group(1), where)
            items += [Line(lines[n], first + n, code=True) for n in range(number, end + 1)]
            number = end + 1
            continue
        match = OPEN.match(line)
        if match is None:
            if line.lstrip().startswith(":::"):
                raise SourceError(
                    f"{where}: found {line!r}; a directive begins at the margin with ':::{{name}}' "
                    "and ends with as many colons"
                )
            items.append(Line(line, first + number))
            number += 1
            continue
        colons, name, argument = match.groups()
        if name not in KNOWN:
            raise SourceError(f"{where}: unknown directive {name!r}; known: {sorted(KNOWN)}")
        end = _closing(lines, number, colons, where)
        directive = Directive(name, argument, first + number, colons)
        body = lines[number + 1 : end]
        skipped = _take_options(directive, body, path)
        directive.body = _parse(body[skipped:], first + number + 1 + skipped, path)
        items.append(directive)
        number = end + 1
    return items


def _closing(lines: list[str], start: int, fence: str, where: str) -> int:
    for number in range(start + 1, len(lines)):
        if lines[number].strip() == fence:
            return number
    raise SourceError(f"{where}: {lines[start]!r} is never closed by {fence!r}")


def _take_options(directive: Directive, body: list[str], path: Path) -> int:
    taken = 0
    while taken < len(body) and (match := OPTION.match(body[taken])):
        if match.group(1) not in OPTIONS:
            raise SourceError(
                f"{path}:{directive.line + 1 + taken}: unknown option {body[taken]!r}; "
                f"known: {sorted(OPTIONS)}"
            )
        directive.options[match.group(1)] = match.group(2)
        taken += 1
    while taken < len(body) and not body[taken].strip():
        taken += 1
    return taken
