"""What holds for every loss at once: signatures, exports, docstrings, silence."""

from __future__ import annotations

import doctest
import importlib
import inspect
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

import lossbook
from lossbook import losses

NAMES = sorted(path.stem for path in Path(losses.__file__).parent.glob("[!_]*.py"))
LEGACY = ("size_average", "reduce")


def module_of(name):
    return importlib.import_module(f"lossbook.losses.{name}")


@pytest.mark.parametrize("name", NAMES)
def test_each_module_exports_its_loss_and_gradient(name):
    for public in (name, f"{name}_grad"):
        assert public in lossbook.__all__
        assert getattr(lossbook, public) is getattr(module_of(name), public)
        assert inspect.isfunction(getattr(lossbook, public))


@pytest.mark.parametrize("name", NAMES)
def test_signature_is_that_of_torch(name):
    def described(function):
        parameters = inspect.signature(function).parameters.values()
        return [(p.name, p.default, p.kind) for p in parameters if p.name not in LEGACY]

    expected = described(getattr(torch.nn.functional, name))
    assert described(getattr(lossbook, name)) == expected
    assert described(getattr(lossbook, f"{name}_grad")) == expected


@pytest.mark.parametrize("name", NAMES)
def test_examples_in_the_docstrings(name):
    result = doctest.testmod(module_of(name))
    assert result.attempted >= 4
    assert result.failed == 0


@pytest.mark.parametrize("name", NAMES)
def test_docstring_names_every_argument_and_the_chapter(name):
    text = inspect.getdoc(getattr(lossbook, name))
    parameters = inspect.signature(getattr(lossbook, name)).parameters
    listed = text.split("Parameters\n")[1].split("Returns\n")[0]
    assert [parameter for parameter in parameters if parameter not in listed] == []
    for part in ("Returns", "Raises", "References", "Examples"):
        assert f"\n{part}\n{'-' * len(part)}\n" in text
    assert f"-{name.replace('_', '-')}.md" in text


@pytest.mark.parametrize("name", NAMES)
def test_no_numpy_warning_escapes(name):
    bad = np.array([[np.inf, -np.inf, np.nan], [1e308, -1e308, 5e-324]])
    frames = np.array([bad, bad])
    arguments = {
        "cross_entropy": [(bad, [0, 1]), (bad, bad), (bad[:0], np.zeros(0, int))],
        "nll_loss": [(bad, [0, 1]), (bad[:0], np.zeros(0, int))],
        "ctc_loss": [
            (frames, [[1], [np.nan]], [2, 0], [1, 0]),
            (-frames, [[1], [2]], [2, 2], [1, 1]),
        ],
        "huber_loss": [(bad, -bad), (bad[:0], bad[:0])],
        "smooth_l1_loss": [(bad, -bad), (bad[:0], bad[:0])],
    }
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for args in arguments[name]:
            getattr(lossbook, name)(*args)
            getattr(lossbook, f"{name}_grad")(*args)
