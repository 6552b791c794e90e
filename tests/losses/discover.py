"""The losses of the package and the test module of each."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

from lossbook import losses

NAMES = sorted(path.stem for path in Path(losses.__file__).parent.glob("[!_]*.py"))


def source_module(name: str) -> ModuleType:
    return importlib.import_module(f"lossbook.losses.{name}")


def own_tests(name: str) -> ModuleType:
    return importlib.import_module(f"tests.losses.test_{name}")
