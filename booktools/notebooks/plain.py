"""What plain Markdown cannot hold, found by a Markdown parser."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.myst_blocks import myst_block_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

MYST = (
    MarkdownIt("commonmark")
    .enable("table")
    .use(colon_fence_plugin)
    .use(dollarmath_plugin, allow_labels=True)
    .use(myst_block_plugin)
    .use(myst_role_plugin)
)
MYST_ONLY = {
    "colon_fence", "math_block_label", "myst_line_comment", "myst_block_break", "myst_target",
    "myst_role",
}  # fmt: skip

RAW = re.compile(r":::|\{(eq|cite|ref|numref|doc|math|term|code-cell)[:\w-]*\}")


def leftovers(text: str) -> list[str]:
    """Directives, roles, labels, targets and comments that a plain renderer would show raw."""
    found = []
    for token, line in _tokens(text):
        directive = token.type == "fence" and token.info.startswith("{")
        if token.type in MYST_ONLY or directive:
            found.append(text.split("\n")[line])
        elif token.type == "text" and RAW.search(token.content):
            found.append(token.content)
    return found


def html_lines(text: str) -> list[int]:
    """Offsets of lines with raw HTML."""
    return [line for token, line in _tokens(text) if token.type in ("html_block", "html_inline")]


def _tokens(text: str) -> Iterator[tuple[Token, int]]:
    for token in MYST.parse(text):
        line = token.map[0] if token.map else 0
        yield token, line
        for child in token.children or []:
            yield child, line
