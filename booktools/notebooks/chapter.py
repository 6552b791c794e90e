"""A chapter as notebooks: the one that readers open, and the one that the site is built from."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode

from booktools.notebooks.dependencies import package_files
from booktools.notebooks.exercises import Exercise, collect
from booktools.notebooks.labels import Target, targets
from booktools.notebooks.render import Renderer
from booktools.notebooks.source import Cell, SourceError, is_notebook, read
from lossbook.catalog import SECTIONS, Section

ROOT = Path(__file__).parents[2]
HIDDEN = {"exercise-hidden", "exercise-wrong"}
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def chapters(root: Path = ROOT) -> list[Path]:
    """Sources of all chapters."""
    return [path for path in sorted((root / "chapters").rglob("*.md")) if is_notebook(path)]


def written(root: Path = ROOT) -> list[Section]:
    """The sections of the catalog whose chapter exists."""
    return [section for section in SECTIONS if (root / section.path).exists()]


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
    def code_lines(self) -> list[int]:
        """Line in the source of each code cell of the notebook; the install cell has line 1."""
        shown = [cell for cell in self.cells if cell.kind == "code"]
        return [1, *(cell.line for cell in shown if not HIDDEN.intersection(cell.tags))]

    @cached_property
    def key(self) -> str:
        """Changes when a code cell, what it uses of lossbook, or a pinned version changes."""
        code = [cell.source for cell in self.notebook().cells if cell.cell_type == "code"]
        digest = hashlib.sha256("\0".join(code).encode())
        for file in [self.root / "requirements.txt", *package_files(self.root, code)]:
            digest.update(file.relative_to(self.root).as_posix().encode() + file.read_bytes())
        return digest.hexdigest()[:16]

    @cached_property
    def targets(self) -> dict[str, Target]:
        return targets(self.cells, self.exercises, self.path)

    def target(self, label: str) -> Target | None:
        """Where a label of this chapter, or else of another one, stands."""
        if label in self.targets:
            return self.targets[label]
        others = (Chapter(path, self.root) for path in chapters(self.root) if path != self.path)
        return next((other.targets[label] for other in others if label in other.targets), None)

    def renderer(self, plain: bool) -> Renderer:
        bibliography = self.root / "references"
        renderer = Renderer(self.path, bibliography, self.exercises, plain, self.target)
        renderer.prepare(self.cells)
        return renderer

    def notebook(self) -> NotebookNode:
        """The notebook readers open, without outputs."""
        renderer = self.renderer(plain=True)
        cells = [code_node(Cell("code", install_cell(self.root), 0, ("install",)))]
        for cell in self.cells:
            if cell.kind == "markdown":
                sections = split_at_headings(renderer.markdown(cell))
                cells += [nbformat.v4.new_markdown_cell(text) for text in sections]
            elif not HIDDEN.intersection(cell.tags):
                cells.append(code_node(self.shown(cell)))
        return assemble(cells)

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


def chapter_of(path: Path) -> Chapter:
    """The chapter of a source or a notebook, in the book whose folder `chapters` it is in."""
    source = path.resolve().with_suffix(".md")
    folder = next((parent for parent in source.parents if parent.name == "chapters"), None)
    if folder is None:
        raise SourceError(f"{path}: expected a file below the folder 'chapters' of the book")
    return Chapter(source, folder.parent)


def split_at_headings(text: str) -> list[str]:
    """One piece per section, so that Jupyter can fold it and diffs stay local."""
    pieces: list[list[str]] = [[]]
    in_code = False
    for line in text.split("\n"):
        if line.startswith("```"):
            in_code = not in_code
        if re.match(r"#{1,4} ", line) and not in_code:
            pieces.append([])
        pieces[-1].append(line)
    return [piece for lines in pieces if (piece := "\n".join(lines).strip("\n"))]


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
        "# 없는 패키지만 설치합니다. Colab에는 lossbook만 없습니다.\n"
        "from importlib.util import find_spec\n\n"
        "packages = {\n"
        f'    "lossbook": "git+{config["repository"]["url"]}",\n'
        '    "matplotlib": "matplotlib",\n'
        '    "sklearn": "scikit-learn",\n'
        '    "torch": "torch",\n'
        "}\n"
        'missing = " ".join(packages[name] for name in packages if find_spec(name) is None)\n'
        "if missing:\n"
        "    %pip install -q {missing}"
    )
