"""The committed outputs: what is kept of an execution, and what must not be in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from configparser import RawConfigParser
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbval.plugin import find_comment_markers, find_metadata_tags

SANITIZE = Path(__file__).with_name("sanitize.cfg")
NOT_COMPARED = {"image/png", "image/jpeg"}
MACHINE = re.compile(
    r"(?<![\w./])/(?:home|root|tmp|Users|usr|opt|var|work|mnt|content)/[\w.-]+"
    r"|[A-Z]:\\[\w.-]+|site-packages|ipykernel_\d+|\b0x[0-9a-f]{6,}\b"
)


@cache
def patterns() -> list[tuple[re.Pattern[str], str]]:
    config = RawConfigParser()
    config.read(SANITIZE, encoding="utf-8")
    return [
        (re.compile(config.get(name, "regex")), config.get(name, "replace"))
        for name in config.sections()
    ]


def sanitized(text: Any) -> Any:
    if isinstance(text, str):
        for pattern, replacement in patterns():
            text = pattern.sub(replacement, text)
    return text


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def reduced(executed: NotebookNode) -> NotebookNode:
    """What is committed of an execution: outputs without pictures, cells counted from one."""
    notebook = nbformat.from_dict(json.loads(json.dumps(executed)))
    for count, cell in enumerate(code_cells(notebook), start=1):
        cell.execution_count = count
        cell.outputs = [_reduced_output(output, count) for output in cell.outputs]
    return notebook


def _reduced_output(output: NotebookNode, count: int) -> NotebookNode:
    if "execution_count" in output:
        output.execution_count = count
    output.pop("transient", None)
    if "data" in output:
        output.metadata = {}
        kept = {kind: text for kind, text in output.data.items() if kind not in NOT_COMPARED}
        output.data = {kind: sanitized(text) for kind, text in kept.items()}
    return output


def with_outputs(notebook: NotebookNode, executed: NotebookNode) -> NotebookNode:
    """Give the code cells of `notebook` the outputs of an execution of the same code."""
    for cell, run in zip(code_cells(notebook), code_cells(executed), strict=True):
        cell.outputs, cell.execution_count = run.outputs, run.execution_count
    return notebook


def faults(cell: NotebookNode) -> Iterator[str]:
    """Why the outputs of a code cell cannot serve as its reference."""
    if cell.execution_count is None:
        yield "the cell has no reference; run 'make refresh'"
    options = dict(find_metadata_tags(cell.metadata)) | dict(find_comment_markers(cell.source))
    if options:
        yield f"found {options}: nbval would not check this cell; take the marker out"
    if interleaved(cell.outputs):
        yield "it prints, shows something and prints again; nbval would mix these up: split it"
    for output in cell.outputs:
        if output.output_type == "error":
            yield f"it raises {output.ename}: {output.evalue}; catch the error and print it"
        elif output.output_type == "stream" and output.name == "stderr":
            yield f"it writes to stderr: {output.text.strip()!r}; mend what it warns of"
        for text in _texts(output):
            if match := MACHINE.search(text):
                yield f"its output shows {match.group()!r}, which differs between machines"


def interleaved(outputs: list[NotebookNode]) -> bool:
    """Whether a stream goes on after something else was shown; a slow cell's pieces do not count."""
    runs = [name for name, _ in groupby(output.get("name") for output in outputs)]
    streams = [name for name in runs if name is not None]
    return len(set(streams)) < len(streams)


def _texts(output: NotebookNode) -> Iterator[str]:
    values = output.data.values() if "data" in output else [output.get("text", "")]
    yield from (sanitized(value) for value in values if isinstance(value, str))


def write(notebook: NotebookNode, path: Path) -> None:
    update(path, nbformat.writes(notebook) + "\n")


def update(path: Path, text: str) -> None:
    """Write only what changed: files that keep their date are not built again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
