"""Find the formulas of a chapter: displays with their labels, marks and lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

CLOSING = re.compile(r"^\$\$\s*(?:\(([\w-]+)\))?\s*$")
ONE_LINE = re.compile(r"^\$\$(.+?)\$\$\s*(?:\(([\w-]+)\))?\s*$")
FENCE = re.compile(r"^(```|~~~)")
DERIVATION = re.compile(r"% derivation(?!\w)")
UNREAD = "a display formula is `$$`, lines without a gap, `$$ (label)`, at the margin"


@dataclass(frozen=True)
class Display:
    """A display formula; `derivation` says that it is marked as a step of a derivation."""

    latex: str
    label: str
    line: int
    derivation: bool


def displays(path: Path) -> list[Display]:
    return displays_of(path.read_text(encoding="utf-8"))


def displays_of(markdown: str) -> list[Display]:
    """Display formulas outside of code, in order."""
    lines = markdown.split("\n")
    found: list[Display] = []
    in_code, start = False, None
    for number, line in enumerate(lines):
        if start is None and FENCE.match(line):
            in_code = not in_code
        elif in_code:
            continue
        elif start is not None:
            if match := CLOSING.match(line):
                latex = "\n".join(lines[start + 1 : number])
                found.append(_display(latex, match.group(1), lines, start))
                start = None
        elif match := ONE_LINE.match(line):
            found.append(_display(match.group(1), match.group(2), lines, number))
        elif line == "$$":
            start = number
        elif "$$" in line:
            raise ValueError(f"line {number + 1}: {UNREAD}, found {line!r}")
        if start not in (None, number) and (not line.strip() or "$$" in line):
            raise ValueError(f"line {number + 1}: {UNREAD}, found {line!r} in a formula")
    if start is not None:
        raise ValueError(f"line {start + 1}: the formula is not closed; {UNREAD}")
    return found


def _display(latex: str, label: str | None, lines: list[str], start: int) -> Display:
    above = lines[start - 1] if start else ""
    return Display(latex.strip(), label or "", start + 1, bool(DERIVATION.match(above)))
