"""Every figure of the book: deterministic, complete, legible in both themes, and tested."""

from __future__ import annotations

from pathlib import Path

import pytest

import lossbook.plots
from booktools.figures.discover import call_problems, figures, modules, untested
from booktools.figures.layout import color_problems, layout_problems

ROOT = Path(__file__).parents[2]
MODULES = modules(Path(lossbook.plots.__file__).parent)
FIGURES = [
    pytest.param(make, id=f"{module.__name__.rpartition('.')[2]}.{name}")
    for module in MODULES
    for name, make in figures(module).items()
]


def test_there_are_figures():
    assert FIGURES


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_module(module):
    problems = call_problems(module) + untested(module, ROOT / "tests" / "chapters")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("make", FIGURES)
def test_figure(make):
    figure = make()
    assert figure.html == make().html, "two runs give different figures: fix the seeds"
    problems = layout_problems(figure) + color_problems(figure)
    assert not problems, "\n".join(problems)
