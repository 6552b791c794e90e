"""Reads a chapter into blocks that know their line, their section and their directive."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.myst_blocks import myst_block_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

PARSER = (
    MarkdownIt("commonmark")
    .enable("table")
    .use(front_matter_plugin)
    .use(dollarmath_plugin, allow_labels=True, double_inline=True)
    .use(colon_fence_plugin)
    .use(myst_block_plugin)
    .use(myst_role_plugin)
)
OPTION = re.compile(r"^:([\w-]+):\s*(.*)$")
DIRECTIVE = re.compile(r"^\{([\w:-]+)\}\s*(.*)$")


@dataclass(frozen=True)
class Problem:
    """A fault in a chapter, in words that say where, what, and what to do."""

    path: str
    line: int
    found: str
    expected: str
    remedy: str

    def __str__(self) -> str:
        return (
            f"{self.path}:{self.line}: found {self.found}; expected {self.expected}; {self.remedy}"
        )


@dataclass(frozen=True)
class Piece:
    """A run of one kind within a paragraph: text, code, math or role."""

    kind: str
    text: str
    line: int


@dataclass(frozen=True)
class Block:
    """One block of a chapter.

    Its kind is one of: heading, title (of a directive), paragraph, item, cell (of a table), quote,
    math, comment, fence, code, directive.
    """

    kind: str
    line: int
    text: str = ""
    pieces: tuple[Piece, ...] = ()
    info: str = ""
    level: int = 0
    options: dict[str, str] = field(default_factory=dict)
    section: str = ""
    within: tuple[str, ...] = ()

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of a code cell."""
        listed = self.options.get("tags", "").strip("[]").split(",")
        return tuple(tag.strip() for tag in listed if tag.strip())

    def spoken(self) -> str:
        """Return the text with a lone ◇ for each formula, code span and role."""
        return "".join(piece.text if piece.kind == "text" else "◇" for piece in self.pieces)


@dataclass(frozen=True)
class Chapter:
    """A chapter's path (as messages show it), its lines and its blocks."""

    path: str
    lines: tuple[str, ...]
    blocks: tuple[Block, ...]

    def prose(self, *kinds: str) -> Iterator[Block]:
        """Yield the blocks that readers read as text."""
        wanted = kinds or ("heading", "title", "paragraph", "item", "cell", "quote")
        return (block for block in self.blocks if block.kind in wanted)

    def problem(self, line: int, found: str, expected: str, remedy: str) -> Problem:
        """Return a problem of this chapter."""
        return Problem(self.path, line, found, expected, remedy)


def read_chapter(path: Path, root: Path) -> Chapter:
    """Read the chapter at `path`; messages show the path below `root`."""
    return parse_chapter(path.read_text(encoding="utf-8"), path.relative_to(root).as_posix())


def parse_chapter(text: str, path: str = "chapter.md") -> Chapter:
    """Read a chapter from its text."""
    blocks = []
    section = ""
    for block in _blocks(text, 0, ()):
        if block.kind == "heading" and block.level == 2:
            section = block.text
        blocks.append(Block(**{**vars(block), "section": section}))
    return Chapter(path, tuple(text.split("\n")), tuple(blocks))


def _blocks(text: str, offset: int, within: tuple[str, ...]) -> Iterator[Block]:
    stack: list[str] = []
    for token in PARSER.parse(text):
        line = offset + (token.map[0] if token.map else 0) + 1
        if token.nesting == 1:
            stack.append(token.tag if token.type == "heading_open" else token.type)
        elif token.nesting == -1:
            stack.pop()
        elif token.type == "inline":
            yield _inline(token, line, stack, within)
        elif token.type in ("math_block", "math_block_label"):
            yield Block("math", line, token.content, info=token.info, within=within)
        elif token.type == "myst_line_comment":
            for index, content in enumerate(token.content.split("\n")):
                yield Block("comment", line + index, content.strip(), within=within)
        elif token.type in ("fence", "colon_fence", "code_block"):
            yield from _fence(token, line, within)


def _inline(token: Token, line: int, stack: list[str], within: tuple[str, ...]) -> Block:
    kind, level = "paragraph", 0
    if stack and re.fullmatch(r"h[1-6]", stack[-1]):
        kind, level = "heading", int(stack[-1][1])
    elif "blockquote_open" in stack:
        kind = "quote"
    elif "td_open" in stack or "th_open" in stack:
        kind = "cell"
    elif "list_item_open" in stack:
        kind = "item"
    pieces = tuple(_pieces(token.children or [], line))
    return Block(kind, line, token.content, pieces, level=level, within=within)


def _pieces(tokens: list[Token], line: int) -> Iterator[Piece]:
    kinds = {"text": "text", "code_inline": "code", "math_inline": "math",
             "math_inline_double": "math", "myst_role": "role"}  # fmt: skip
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            yield Piece("text", "\n", line)
            line += 1
        elif token.type == "image":
            yield from _pieces(token.children or [], line)
        elif token.type in kinds:
            yield Piece(kinds[token.type], token.content, line)


def _fence(token: Token, line: int, within: tuple[str, ...]) -> Iterator[Block]:
    match = DIRECTIVE.match(token.info.strip())
    if match is None:
        yield Block("fence", line, token.content, info=token.info.strip(), within=within)
        return
    name, title = match.groups()
    lines = token.content.split("\n")
    options: dict[str, str] = {}
    while lines and (option := OPTION.match(lines[0])):
        options[option[1]] = option[2]
        lines.pop(0)
    body = "\n".join(lines)
    if name == "code-cell":
        yield Block("code", line, body.strip("\n"), info=title, options=options, within=within)
        return
    yield Block("directive", line, body, info=name, options=options, within=within)
    if title and name != "solution":
        heading = PARSER.parseInline(title)[0]
        pieces = tuple(_pieces(heading.children or [], line))
        yield Block("title", line, title, pieces, within=(*within, name))
    start = line + len(token.content.split("\n")) - len(lines)
    yield from _blocks(body, start, (*within, name))
