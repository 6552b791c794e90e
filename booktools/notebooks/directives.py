"""Split the Markdown of a chapter into text and directives; anything unknown is an error."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from booktools.notebooks.source import SourceError

ADMONITIONS = {"note": "참고", "tip": "도움말", "warning": "주의", "hint": "힌트"}
KNOWN = {*ADMONITIONS, "admonition", "exercise", "solution", "bibliography", "section-table"}
OPEN = re.compile(r"^(:{3,})\{([\w-]+)\}\s*(.*?)\s*$")
OPTION = re.compile(r"^:([\w-]+):\s*(.*?)\s*$")
FENCE = re.compile(r"^(```+|~~~+)")


@dataclass
class Directive:
    name: str
    argument: str
    line: int
    fence: str
    options: dict[str, str] = field(default_factory=dict)
    body: list[str | Directive] = field(default_factory=list)


def parse(text: str, line: int, path: Path) -> list[str | Directive]:
    """Lines of text and directives, in order."""
    return _parse(text.split("\n"), line, path)


def _parse(lines: list[str], first: int, path: Path) -> list[str | Directive]:
    items: list[str | Directive] = []
    number = 0
    while number < len(lines):
        line, where = lines[number], f"{path}:{first + number}"
        if fence := FENCE.match(line):
            if line[len(fence.group(1)) :].startswith("{"):
                raise SourceError(f"{where}: found {line!r}; write directives with ':::'")
            end = _closing(lines, number, fence.group(1), where)
            items.extend(lines[number : end + 1])
            number = end + 1
            continue
        match = OPEN.match(line)
        if match is None:
            if line.startswith(":::"):
                raise SourceError(f"{where}: found {line!r}, which closes nothing")
            items.append(line)
            number += 1
            continue
        colons, name, argument = match.groups()
        if name not in KNOWN:
            raise SourceError(f"{where}: unknown directive {name!r}; known: {sorted(KNOWN)}")
        end = _closing(lines, number, colons, where)
        directive = Directive(name, argument, first + number, colons)
        body = lines[number + 1 : end]
        skipped = _take_options(directive, body)
        directive.body = _parse(body[skipped:], first + number + 1 + skipped, path)
        items.append(directive)
        number = end + 1
    return items


def _closing(lines: list[str], start: int, fence: str, where: str) -> int:
    for number in range(start + 1, len(lines)):
        if lines[number].rstrip() == fence:
            return number
    raise SourceError(f"{where}: {lines[start]!r} is never closed by {fence!r}")


def _take_options(directive: Directive, body: list[str]) -> int:
    taken = 0
    while taken < len(body) and (match := OPTION.match(body[taken])):
        directive.options[match.group(1)] = match.group(2)
        taken += 1
    while taken < len(body) and not body[taken].strip():
        taken += 1
    return taken
