"""Write the Markdown of a chapter for two readers: a plain notebook, and the site (MyST).

In both, exercises get their numbers, solutions their code, citations their links. In the plain
form, notes become block quotes, solutions `<details>`, and equations carry their number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from booktools.notebooks import citations
from booktools.notebooks.directives import ADMONITIONS, Directive, parse
from booktools.notebooks.exercises import Exercise
from booktools.notebooks.source import Cell, SourceError

ROLE = re.compile(r"\{([\w:]+)\}`([^`]*)`")
CODE_SPAN = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
LABEL = re.compile(r"^\$\$\s*\(([\w-]+)\)\s*$")
TARGET = re.compile(r"^\(([\w-]+)\)=\s*$")
LINK_TO_CHAPTER = re.compile(r"\]\((?!https?:)([^)#\s]*)\.md(#[^)\s]*)?\)")
LINK_INSIDE = re.compile(r"\[([^\]]*)\]\(#([\w-]+)\)")


@dataclass
class Renderer:
    path: Path
    bibliography: Path
    exercises: dict[str, Exercise]
    plain: bool
    equations: dict[str, int] = field(default_factory=dict)
    cited: list[str] = field(default_factory=list)

    def prepare(self, cells: list[Cell]) -> None:
        """Number the labelled formulas and list the citations, as they first appear."""
        for cell in cells:
            if cell.kind != "markdown":
                continue
            for line in cell.text.split("\n"):
                if match := LABEL.match(line):
                    self.equations.setdefault(match.group(1), len(self.equations) + 1)
                for role, key in ROLE.findall(line):
                    if role.startswith("cite") and key not in self.cited:
                        self.cited.append(key)

    def markdown(self, cell: Cell) -> str:
        items = parse(cell.text, cell.line, self.path)
        text = "\n".join(self._lines(items, cell.line))
        return re.sub(r"\n{3,}", "\n\n", text).strip("\n")

    def _lines(self, items: list[str | Directive], line: int) -> list[str]:
        lines: list[str] = []
        in_code = False
        for item in items:
            if isinstance(item, Directive):
                lines += ["", *self._directive(item), ""]
                continue
            if item.startswith(("```", "~~~")):
                in_code = not in_code
            lines += [item] if in_code or item.startswith("```") else self._line(item, line)
        return lines

    def _line(self, text: str, line: int) -> list[str]:
        if text.startswith("%"):
            return []
        where = f"{self.path}:{line}"
        text = self._roles(text, where)
        if not self.plain:
            return [text]
        if TARGET.match(text):
            return []
        if match := LABEL.match(text):
            return [f"\\tag{{{self.equations[match.group(1)]}}}", "$$"]
        text = LINK_TO_CHAPTER.sub(r"](\1.ipynb\2)", text)
        return [LINK_INSIDE.sub(r"\1", text)]

    def _roles(self, text: str, where: str) -> str:
        def replace(match: re.Match[str]) -> str:
            role, content = match.groups()
            if role == "eq":
                return self._equation(content, match.group(), where)
            if role not in ("cite:t", "cite:p"):
                raise SourceError(f"{where}: unknown role {match.group()!r}")
            entry = citations.lookup(content, self.bibliography, where)
            if role == "cite:t":
                return citations.textual(entry)
            return f"({citations.parenthetical(entry)})"

        return ROLE.sub(replace, text)

    def _equation(self, label: str, source: str, where: str) -> str:
        if label not in self.equations:
            raise SourceError(f"{where}: {source!r} names no formula of this chapter")
        return f"({self.equations[label]})" if self.plain else source

    def _directive(self, item: Directive) -> list[str]:
        if item.name == "bibliography":
            entries = [
                citations.lookup(key, self.bibliography, f"{self.path}:{item.line}")
                for key in self.cited
            ]
            return sorted(f"* {citations.reference(entry)}" for entry in entries)
        body = self._lines(item.body, item.line)
        if item.name == "section-table":
            return [f"{item.fence}{{section-table}}", item.fence]
        if item.name == "exercise":
            return self._exercise(item, body)
        if item.name == "solution":
            body = [*body, *self._solution_code(item)]
        title = item.argument if item.name == "admonition" else ADMONITIONS.get(item.name, "해답")
        closed = item.name == "solution" or "dropdown" in item.options.get("class", "")
        if self.plain:
            return _details(title, body) if closed else _quote(title, body)
        classes = [*item.options.get("class", "").split(), item.name]
        return _admonition(item.fence, title, list(dict.fromkeys(classes)), body)

    def _exercise(self, item: Directive, body: list[str]) -> list[str]:
        exercise = self.exercises[item.options["label"]]
        if self.plain:
            return [f"#### {exercise.heading}", "", *body]
        box = _admonition(item.fence, exercise.heading, ["exercise", exercise.kind], body)
        return [f"({exercise.label})=", *box]

    def _solution_code(self, item: Directive) -> list[str]:
        exercise = self.exercises.get(item.argument)
        if exercise is None:
            raise SourceError(
                f"{self.path}:{item.line}: the solution {item.argument!r} has no exercise"
            )
        if exercise.answer is None:
            return []
        return ["", "```python", *exercise.solution.split("\n"), "```"]


def _admonition(fence: str, title: str, classes: list[str], body: list[str]) -> list[str]:
    return [
        f"{fence}{{admonition}} {title}", f":class: {' '.join(classes)}", "", *body, fence,
    ]  # fmt: skip


def _quote(title: str, body: list[str]) -> list[str]:
    lines = [f"**{title}**", "", *_trimmed(body)]
    return [f"> {line}".rstrip() for line in lines]


def _details(title: str, body: list[str]) -> list[str]:
    return ["<details>", f"<summary>{title}</summary>", "", *_trimmed(body), "", "</details>"]


def _trimmed(lines: list[str]) -> list[str]:
    return "\n".join(lines).strip("\n").split("\n")
