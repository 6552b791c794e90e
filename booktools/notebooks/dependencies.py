"""What of lossbook the outputs of a chapter can depend on."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

NOT_CODE = {".pyc", ".md", ".otf"}
WITHOUT_MAGICS: Any = TransformerManager()  # type: ignore[no-untyped-call]


def package_files(root: Path, code: Iterable[str]) -> list[Path]:
    """All files of lossbook, but the figures of other chapters only if they are imported."""
    files = [file for file in sorted((root / "lossbook").rglob("*")) if file.is_file()]
    figures = {
        file.stem: file
        for file in files
        if file.parent.name == "plots" and file.suffix == ".py" and file.stem != "__init__"
    }
    reachable: set[str] = set()
    sources = list(code)
    while sources:
        named = (imported_figures(sources.pop()) & figures.keys()) - reachable
        reachable |= named
        sources += [figures[name].read_text(encoding="utf-8") for name in named]
    left_out = {figures[name] for name in figures.keys() - reachable}
    return [file for file in files if file.suffix not in NOT_CODE and file not in left_out]


def imported_figures(code: str) -> set[str]:
    """Names that code imports from `lossbook.plots`, in any of the forms of an import."""
    try:
        tree = ast.parse(WITHOUT_MAGICS.transform_cell(code))
    except SyntaxError:
        return set()  # such a cell fails when it runs, so nothing is kept under this key
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = "lossbook.plots." * bool(node.level) + (node.module or "")
            modules = [f"{start.rstrip('.')}.{alias.name}" for alias in node.names]
        else:
            continue
        for module in modules:
            parts = module.split(".")
            if parts[:2] == ["lossbook", "plots"]:
                found.update(parts[2:])
    return found
