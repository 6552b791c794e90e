"""Find the book's figures and the tests that belong to them."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from lossbook.plots.figure import Figure

TOOLS = {"__init__", "figure", "slider", "style"}


def modules(folder: Path) -> list[ModuleType]:
    """Import the plot modules of the chapters."""
    names = sorted(path.stem for path in folder.glob("*.py") if path.stem not in TOOLS)
    return [importlib.import_module(f"lossbook.plots.{name}") for name in names]


def figures(module: ModuleType) -> dict[str, Callable[[], Figure]]:
    """Return the public functions of a module that are annotated to return a Figure."""
    found: dict[str, Callable[[], Figure]] = {}
    for name, function in vars(module).items():
        plain = inspect.unwrap(function) if callable(function) else None
        if name.startswith("_") or not inspect.isfunction(plain):
            continue
        returns = plain.__annotations__.get("return")
        if plain.__module__ == module.__name__ and returns in (Figure, "Figure"):
            found[name] = plain
    return found


def call_problems(module: ModuleType) -> list[str]:
    """Name figures that a chapter's cell could not call without arguments."""
    problems = []
    for name, function in figures(module).items():
        for parameter in inspect.signature(function).parameters.values():
            if parameter.default is parameter.empty and parameter.kind not in (
                parameter.VAR_POSITIONAL,
                parameter.VAR_KEYWORD,
            ):
                problems.append(
                    f"{module.__name__}.{name}: argument {parameter.name!r} has no default; "
                    "a figure is called without arguments"
                )
    return problems


def untested(module: ModuleType, tests: Path) -> list[str]:
    """Name figures that the chapter's test of figures does not mention."""
    path = tests / module.__name__.rpartition(".")[2] / "test_figures.py"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return [
        f"{module.__name__}.{name} has no data test: compare its series with lossbook and torch "
        f"in {path.relative_to(tests.parents[1])}"
        for name in figures(module)
        if not re.search(rf"\b{name}\b", text)
    ]
