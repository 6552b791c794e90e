"""Every formula of every chapter against lossbook, and every slip of the pen in it refuted."""

from __future__ import annotations

import importlib
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import lossbook
from booktools.formulas.binding import Binding, SourceFormula
from booktools.formulas.check import first_failure, problem
from booktools.formulas.extract import Display, displays
from booktools.formulas.mutants import unexplained
from booktools.formulas.numeric import numeric_claims
from booktools.formulas.tokens import FormulaError
from booktools.notebooks.chapter import written

ROOT = Path(__file__).parents[2]
SOURCE_DOCUMENT = (ROOT / "tests" / "data" / "source-document.md").read_text(encoding="utf-8")
SPACE = re.compile(r"[\s\u200b]+")
WRITTEN = written()
CHAPTERS = {
    "introduction": ROOT / "chapters" / "introduction.md",
    **{section.module: ROOT / section.path for section in WRITTEN},
}


@cache
def bindings(module: str) -> tuple[Binding, ...]:
    return tuple(importlib.import_module(f"tests.chapters.{module}.formulas").BINDINGS)


@cache
def source_formulas(module: str) -> tuple[SourceFormula, ...]:
    return tuple(importlib.import_module(f"tests.chapters.{module}.formulas").SOURCE)


@cache
def labelled(module: str) -> dict[str, Display]:
    return {display.label: display for display in displays(CHAPTERS[module]) if display.label}


BOUND = [(module, binding) for module in CHAPTERS for binding in bindings(module)]
FROM_SOURCE = [(module, formula) for module in CHAPTERS for formula in source_formulas(module)]


def unmarked(found: Sequence[Display], labels: set[str], name: str) -> list[str]:
    """Displays that nobody checks, and bindings that check nothing."""
    present = [display.label for display in found if display.label]
    return [
        *(f"{name}:{display.line}: found a formula without label; give it a label and a binding, or "
          "'% derivation' above it" for display in found
          if not display.label and not display.derivation),
        *(f"{name}:{display.line}: label {display.label!r} has no binding in formulas.py"
          for display in found if display.label and display.label not in labels),
        *(f"{name}: formulas.py binds {label!r}, which no formula carries"
          for label in sorted(labels - set(present))),
        *(f"{name}: label {label!r} is given twice"
          for label in sorted({label for label in present if present.count(label) > 1})),
    ]  # fmt: skip


@pytest.mark.parametrize("module", CHAPTERS)
def test_every_display_is_bound_or_marked(module):
    found = displays(CHAPTERS[module])
    labels = {binding.label for binding in bindings(module)}
    faults = unmarked(found, labels, CHAPTERS[module].name)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("section", WRITTEN, ids=lambda section: section.slug)
def test_definition_and_gradient_are_bound(section):
    defined = {binding.defines for binding in bindings(section.module)}
    for name in section.functions:
        assert {name, f"{name}_grad"} <= defined


@pytest.mark.parametrize(("module", "binding"), BOUND, ids=lambda item: getattr(item, "label", ""))
def test_formula_agrees_with_lossbook(module, binding):
    display = labelled(module)[binding.label]
    fault = problem(display.latex, binding)
    assert fault is None, (
        f"{CHAPTERS[module].name}:{display.line}: formula {binding.label!r} {fault}; "
        "correct the formula, or its binding in tests/chapters"
    )


@pytest.mark.parametrize(("module", "binding"), BOUND, ids=lambda item: getattr(item, "label", ""))
def test_every_mutant_is_refuted(module, binding):
    display = labelled(module)[binding.label]
    faults = unexplained(display.latex, binding)
    assert not faults, (
        f"{CHAPTERS[module].name}:{display.line}: {binding.label!r}\n" + "\n".join(faults)
        + "\na mutant that survives: make the inputs of the binding less kind (unequal sizes and "
        "weights, values at the edge), or give the reason in `survivors` if it means the same"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("module", "binding"),
    [(module, binding) for module, binding in BOUND if binding.defines],
    ids=lambda item: getattr(item, "label", ""),
)
def test_the_left_side_is_lossbook(module, binding, monkeypatch):
    """A fault in the function of lossbook turns its formula red."""
    right = getattr(lossbook, binding.defines)

    def wrong(*args, **kwargs):
        return np.cbrt(right(*args, **kwargs)) + 0.3

    monkeypatch.setattr(lossbook, binding.defines, wrong)
    assert first_failure(labelled(module)[binding.label].latex, binding.inputs()) is not None


@pytest.mark.parametrize(
    ("module", "formula"), FROM_SOURCE, ids=lambda item: getattr(item, "section", "")
)
def test_the_source_document_is_judged(module, formula):
    quoted = SPACE.sub(" ", formula.quote) in SPACE.sub(" ", SOURCE_DOCUMENT)
    assert quoted, f"{formula.quote!r} is not in the source document; quote it letter for letter"
    (binding,) = [b for b in bindings(module) if b.label == formula.label]
    try:
        failure = first_failure(formula.latex, binding.inputs())
    except FormulaError as error:  # unreadable is red, not refuted
        pytest.fail(f"source formula {formula.section} under {formula.label!r}: {error}; correct "
                    "its `latex`, or bind its symbols under that label")  # fmt: skip
    verdict = "holds" if failure is None else f"is refuted: {failure}"
    assert (failure is None) == formula.holds, (
        f"source formula {formula.section} under {formula.label!r} {verdict}; correct `holds` or "
        f"`latex`. The reason given: {formula.reason}"
    )


@pytest.mark.parametrize("module", CHAPTERS)
def test_equalities_of_numbers_hold(module):
    claims = numeric_claims(CHAPTERS[module].read_text(encoding="utf-8"))
    wrong = [
        f"{CHAPTERS[module].name}:{claim.line}: ${claim.text}$: {claim.wrong}"
        for claim in claims
        if claim.wrong
    ]
    assert not wrong, "\n".join(wrong)
