"""A chapter as notebooks: the one that readers open, and the one that the site is built from."""

from __future__ import annotations

import hashlib
import json
import re
from configparser import RawConfigParser
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import nbformat
import yaml
from nbformat import NotebookNode

from booktools.notebooks.exercises import Exercise, collect
from booktools.notebooks.render import Renderer
from booktools.notebooks.source import Cell, is_notebook, read

ROOT = Path(__file__).parents[2]
HIDDEN = {"exercise-hidden", "exercise-wrong"}
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
IMAGES = re.compile(r"image/.*")


def chapters(root: Path = ROOT) -> list[Path]:
    """Sources of all chapters."""
    return [path for path in sorted((root / "chapters").rglob("*.md")) if is_notebook(path)]


@dataclass(frozen=True)
class Chapter:
    path: Path
    root: Path = ROOT

    @property
    def name(self) -> str:
        return self.path.relative_to(self.root).as_posix()

    @property
    def reference(self) -> Path:
        """The committed notebook beside the source."""
        return self.path.with_suffix(".ipynb")

    @property
    def execution(self) -> Path:
        """Where the notebook with all outputs of the last run is kept."""
        return self.root / "_build" / "executed" / f"{self.path.stem}-{self.key}.ipynb"

    @cached_property
    def cells(self) -> list[Cell]:
        return read(self.path)

    @cached_property
    def exercises(self) -> dict[str, Exercise]:
        return collect(self.cells, self.path)

    @cached_property
    def key(self) -> str:
        """Changes when a code cell, lossbook, its data or a pinned version changes."""
        digest = hashlib.sha256(environment_key(self.root).encode())
        for cell in self.notebook().cells:
            if cell.cell_type == "code":
                digest.update(cell.source.encode() + b"\0")
        return digest.hexdigest()[:16]

    def renderer(self, plain: bool) -> Renderer:
        bibliography = self.root / "references.bib"
        renderer = Renderer(self.path, bibliography, self.exercises, plain)
        renderer.prepare(self.cells)
        return renderer

    def notebook(self) -> NotebookNode:
        """The notebook readers open, without outputs."""
        renderer = self.renderer(plain=True)
        cells = [code_node(Cell("code", install_cell(self.root), 0, ("install",)))]
        for cell in self.cells:
            if cell.kind == "markdown":
                cells.append(nbformat.v4.new_markdown_cell(renderer.markdown(cell)))
            elif not HIDDEN.intersection(cell.tags):
                cells.append(code_node(self.shown(cell)))
        return assemble([cell for cell in cells if cell.source])

    def shown(self, cell: Cell) -> Cell:
        """The cell as readers see it: an exercise shows its stub."""
        for exercise in self.exercises.values():
            if exercise.answer is cell:
                return Cell("code", exercise.stub, cell.line, cell.tags)
        return cell

    def staged(self, executed: NotebookNode) -> NotebookNode:
        """The notebook the site is built from: MyST text, outputs of that execution."""
        renderer = self.renderer(plain=False)
        runs = iter([cell for cell in executed.cells if cell.cell_type == "code"][1:])
        cells: list[NotebookNode] = []
        for cell in self.cells:
            if cell.kind == "markdown":
                cells.append(nbformat.v4.new_markdown_cell(renderer.markdown(cell)))
            elif not HIDDEN.intersection(cell.tags):
                node = code_node(self.shown(cell))
                run = next(runs)
                if not any(tag.startswith("exercise") for tag in cell.tags):
                    node.outputs, node.execution_count = run.outputs, run.execution_count
                if "setup" in cell.tags:
                    node.metadata["tags"] = ["hide-input"]
                cells.append(node)
        return assemble(cells)


def code_node(cell: Cell) -> NotebookNode:
    node = nbformat.v4.new_code_cell(cell.text)
    if cell.tags:
        node.metadata["tags"] = list(cell.tags)
    return node


def assemble(cells: list[NotebookNode]) -> NotebookNode:
    """A notebook with ids that depend on the cells' texts alone, so that diffs stay small."""
    seen: dict[str, int] = {}
    for cell in cells:
        digest = hashlib.sha256(cell.source.encode()).hexdigest()[:8]
        seen[digest] = seen.get(digest, 0) + 1
        cell["id"] = f"{digest}-{seen[digest]}"
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def install_cell(root: Path) -> str:
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    return (
        "# Colab처럼 lossbook이 없는 곳에서만 설치합니다.\n"
        "import importlib.util\n\n"
        'if importlib.util.find_spec("lossbook") is None:\n'
        f'    %pip install -q "lossbook[chapters] @ git+{config["repository"]["url"]}"'
    )


@cache
def environment_key(root: Path) -> str:
    digest = hashlib.sha256((root / "requirements.txt").read_bytes())
    for file in sorted((root / "lossbook").rglob("*")):
        if file.suffix in {".py", ".csv", ".js"}:
            digest.update(file.relative_to(root).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()


@cache
def patterns() -> list[tuple[re.Pattern[str], str]]:
    config = RawConfigParser()
    config.read(Path(__file__).with_name("sanitize.cfg"), encoding="utf-8")
    return [
        (re.compile(config.get(name, "regex")), config.get(name, "replace"))
        for name in config.sections()
    ]


def reduced(executed: NotebookNode) -> NotebookNode:
    """What is committed of an execution: outputs without pictures, cells counted from one."""
    notebook = nbformat.from_dict(json.loads(json.dumps(executed)))
    count = 0
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        cell.outputs = [_reduced_output(output, count) for output in cell.outputs]
    return notebook


def _reduced_output(output: NotebookNode, count: int) -> NotebookNode:
    if "execution_count" in output:
        output.execution_count = count
    output.pop("transient", None)
    if "data" in output:
        output.metadata = {}
        kept = {kind: text for kind, text in output.data.items() if not IMAGES.fullmatch(kind)}
        output.data = {kind: sanitized(text) for kind, text in kept.items()}
    return output


def sanitized(text: Any) -> Any:
    if isinstance(text, str):
        for pattern, replacement in patterns():
            text = pattern.sub(replacement, text)
    return text


def write(notebook: NotebookNode, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = nbformat.writes(notebook) + "\n"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
