"""The directive `section-table`: every section of the source document by family, from the catalog."""

from __future__ import annotations

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from booktools.notebooks.chapter import written
from lossbook.catalog import PARTS, SECTIONS, TAGS, Section


def markdown_table(tag: str) -> list[str]:
    """One family as the lines of a Markdown table; sections without a chapter are not linked."""
    rows = [row(section) for section in SECTIONS if section.tag == tag]
    return ["| 절 | 무엇에 쓰나요 |", "| --- | --- |", *rows]


def row(section: Section) -> str:
    notebook = section.path.removesuffix(".md") + ".ipynb"
    there = section in written()
    name = f"[{section.title}](/{notebook})" if there else section.title
    status = "" if there else " *(준비 중)*"
    return f"| {name}{status}<br>{section.korean} | {PARTS[section.part]}. {section.purpose} |"


class SectionTable(SphinxDirective):  # type: ignore[misc]
    """A table per family, each under its name."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        container = nodes.container(classes=["section-table"])
        for tag in TAGS:
            container += nodes.rubric(text=tag)
            lines = StringList(markdown_table(tag), source=self.env.docname)
            self.state.nested_parse(lines, self.content_offset, container)
        return [container]
