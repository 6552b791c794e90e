"""The directive `api-reference`: the docstrings of every loss and gradient, in the catalog's order."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import nested_parse_with_titles

import lossbook
from booktools.notebooks.chapter import written
from lossbook.catalog import PARTS, SECTIONS, Section


def implemented() -> list[Section]:
    """The sections that own a function; a comparing section shows those of others."""
    return [
        section
        for section in SECTIONS
        if section.functions[0] == section.module and hasattr(lossbook, section.module)
    ]


def reference() -> list[str]:
    """The whole reference as reStructuredText."""
    lines: list[str] = []
    for part, title in PARTS.items():
        lines += [title, "-" * 80, ""]
        for section in implemented():
            if section.part == part:
                lines += entry(section)
    return lines


def entry(section: Section) -> list[str]:
    name = section.functions[0]
    chapter = f":doc:`장으로 </{section.path.removesuffix('.md')}>`. " if section in written() else ""
    return [
        f"{section.number} {name}", "~" * 80, "", f"{chapter}{section.korean}: {section.purpose}", "",
        f".. autofunction:: lossbook.{name}", "", f".. autofunction:: lossbook.{name}_grad", "",
    ]  # fmt: skip


def separate_particles(app: Sphinx, *about: Any) -> None:
    """End inline code before a Korean particle, where reStructuredText wants a space."""
    lines: list[str] = about[-1]
    lines[:] = [re.sub(r"(`[^`]+`|\*\*[^*]+\*\*)(?=[가-힣])", r"\1\\ ", line) for line in lines]


class ApiReference(SphinxDirective):  # type: ignore[misc]
    """A heading per loss, then the docstrings."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        container = nodes.Element()
        nested_parse_with_titles(
            self.state, StringList(reference(), source=self.env.docname), container
        )
        return container.children
