"""A fault planted in the source of a loss must be seen by the comparison with torch.

Each test module lists `FAULTS` (what stands in the source, what is planted instead) and the
`FAULT_CASES` that have to see them.
"""

from __future__ import annotations

import inspect
from types import ModuleType

import pytest

from tests.losses.against_torch import differences
from tests.losses.discover import NAMES, own_tests, source_module

FAULTS = [(name, *fault) for name in NAMES for fault in own_tests(name).FAULTS]


def changed(name: str, old: str, new: str) -> ModuleType:
    source = inspect.getsource(source_module(name))
    assert old in source
    module = ModuleType(f"lossbook.losses.changed_{name}")
    exec(compile(source.replace(old, new), module.__name__, "exec"), module.__dict__)
    return module


@pytest.mark.parametrize("name", NAMES)
def test_the_unchanged_source_agrees(name):
    module = changed(name, "import", "import")
    assert [text for case in own_tests(name).FAULT_CASES for text in differences(case, module)] == []
    assert len(own_tests(name).FAULTS) >= 4


@pytest.mark.parametrize(("name", "old", "new"), FAULTS)
def test_a_planted_fault_is_seen(name, old, new):
    module = changed(name, old, new)
    assert [text for case in own_tests(name).FAULT_CASES for text in differences(case, module)] != []
