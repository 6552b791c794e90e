"""Write the Markdown of a chapter for two readers: a plain notebook, and the site (MyST).

In both, exercises get their numbers, solutions their code, citations their links. In the plain
form, notes become block quotes, solutions `<details>`, formulas carry their number, and what
points to a formula, an exercise or a chapter is a link.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from booktools.notebooks import citations
from booktools.notebooks.directives import ADMONITIONS, Directive, Line, parse
from booktools.notebooks.exercises import Exercise
from booktools.notebooks.labels import FORMULA, Target
from booktools.notebooks.plain import html_lines, leftovers
from booktools.notebooks.source import Cell, SourceError

INLINE = re.compile(
    r"(?P<code>(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))"
    r"|\{(?P<role>[\w:.-]+)\}`(?P<content>[^`]*)`"
    r"|(?P<math>\$\$[^$]+\$\$|\$[^$]+\$)"
    r"|\]\((?P<link>[^)\s]+)\)"
)
ONE_LINE_FORMULA = re.compile(r"^(\s*)\$\$(.+?)\$\$\s*(?:\([\w-]+\))?\s*$")


@dataclass
class Renderer:
    path: Path
    bibliography: Path
    exercises: dict[str, Exercise]
    plain: bool
    target: Callable[[str], Target | None]
    """Finds a label in this chapter or another one."""
    cited: list[str] = field(default_factory=list)

    def prepare(self, cells: list[Cell]) -> None:
        """List the citations as they first appear."""
        for cell in cells:
            if cell.kind == "markdown":
                for match in INLINE.finditer(cell.text):
                    key = match["content"]
                    if (match["role"] or "").startswith("cite:") and key not in self.cited:
                        self.cited.append(key)

    def markdown(self, cell: Cell) -> str:
        for line in html_lines(cell.text):
            raise SourceError(f"{self.path}:{cell.line + line}: raw HTML; write Markdown")
        lines = self._lines(parse(cell.text, cell.line, self.path))
        text = "\n".join(lines).strip("\n")
        if self.plain and (found := leftovers(text)):
            raise SourceError(
                f"{self.path}:{cell.line}: {found[0]!r} has no plain form; see 'The source of a "
                "chapter' in CONTRIBUTING.md for what is allowed"
            )
        return text

    def _lines(self, items: list[Line | Directive], quoted: bool = False) -> list[str]:
        lines: list[str] = []
        rest = iter(items)
        after_directive = False
        for item in rest:
            directive = isinstance(item, Directive)
            if (directive or after_directive) and lines and lines[-1] and not _blank(item):
                lines.append("")
            after_directive = directive
            if isinstance(item, Directive):
                lines += self._directive(item)
            elif item.code:
                lines.append(item.text)
            elif item.text.lstrip().startswith("$$"):
                formula = [item]
                if not ONE_LINE_FORMULA.match(item.text):
                    formula += self._rest_of_formula(item, rest)
                lines += self._formula(formula, quoted)
            elif not (item.text.startswith("%") and self.plain):
                where = f"{self.path}:{item.number}"
                lines.append(INLINE.sub(partial(self._inline, where), item.text))
        return lines

    def _rest_of_formula(self, start: Line, rest: Iterator[Line | Directive]) -> list[Line]:
        taken: list[Line] = []
        if start.text.strip() == "$$":
            for item in rest:
                if not isinstance(item, Line) or not item.text.strip():
                    break
                taken.append(item)
                if item.text.lstrip().startswith("$$"):
                    return taken
        raise SourceError(f"{self.path}:{start.number}: a formula stands between lines of '$$'")

    def _formula(self, lines: list[Line], quoted: bool) -> list[str]:
        """Numbered as on the page; on one line in a quote, whose marks would get into it."""
        if not self.plain:
            return [line.text for line in lines]
        label = FORMULA.search(lines[-1].text)
        number = ""
        if label and (target := self.target(label.group(1))):
            number = f"\\tag{{{target.text.strip('()')}}}"
        if match := ONE_LINE_FORMULA.match(lines[0].text):
            indent, body = match.group(1), [match.group(2).strip()]
        else:
            indent = lines[0].text[: -len(lines[0].text.lstrip())]
            body = [line.text for line in lines[1:-1]]
        if number:
            body.append(indent + number)
        if quoted:
            return [f"{indent}$$ {' '.join(part.strip() for part in body)} $$"]
        return [f"{indent}$$", *body, f"{indent}$$"]

    def _inline(self, where: str, match: re.Match[str]) -> str:
        if match["role"]:
            return self._role(match, where)
        if match["link"]:
            link = self._link(match["link"], where) if self.plain else self._notebook(match["link"])
            return f"]({link})"
        return match.group()

    def _role(self, match: re.Match[str], where: str) -> str:
        role, content = match["role"], match["content"]
        if role == "eq":
            target = self.target(content)
            if target is None:
                raise SourceError(f"{where}: {match.group()!r} names no formula of the book")
            if not self.plain:
                return match.group()
            return f"[{target.text}]({self._address(target)})"
        if role not in ("cite:t", "cite:p"):
            raise SourceError(f"{where}: unknown role {match.group()!r}; known: eq, cite:t, cite:p")
        entry = citations.lookup(content, self.bibliography, where)
        if role == "cite:t":
            return citations.textual(entry)
        return f"({citations.parenthetical(entry)})"

    def _address(self, target: Target) -> str:
        if target.path == self.path:
            return f"#{target.anchor}"
        relative = os.path.relpath(target.path.with_suffix(".ipynb"), self.path.parent)
        return f"{relative}#{target.anchor}"

    def _link(self, link: str, where: str) -> str:
        """Chapters become notebooks; a label becomes the heading it stands under."""
        if re.match(r"[a-z]+:", link):
            return link
        label = link.partition("#")[2]
        target = self.target(label) if label else None
        if target:
            return self._address(target)
        if label.startswith("ex-"):
            raise SourceError(f"{where}: {link!r} names no exercise of the book")
        return self._notebook(link)

    def _notebook(self, link: str) -> str:
        """A link to another chapter's source leads to its notebook; other links stay."""
        file, hash_, label = link.partition("#")
        chapter = (self.path.parent / file).resolve()
        if file.endswith(".md") and ":" not in file and "chapters" in chapter.parts:
            file = f"{file.removesuffix('.md')}.ipynb"
        return f"{file}{hash_}{label}"

    def _directive(self, item: Directive) -> list[str]:
        if item.name == "bibliography":
            entries = [
                citations.lookup(key, self.bibliography, f"{self.path}:{item.line}")
                for key in self.cited
            ]
            return sorted(f"* {citations.reference(entry)}" for entry in entries)
        if item.name == "section-table":
            return [f"{item.fence}{{section-table}}", item.fence]
        closed = item.name == "solution" or "dropdown" in item.options.get("class", "")
        quoted = self.plain and not closed and item.name != "exercise"
        body = self._lines(item.body, quoted)
        if item.name == "exercise":
            return self._exercise(item, body)
        if item.name == "solution":
            body = [*body, *self._solution_code(item)]
        title = item.argument if item.name == "admonition" else ADMONITIONS.get(item.name, "해답")
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


def _blank(item: Line | Directive) -> bool:
    return isinstance(item, Line) and not item.text.strip()


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
