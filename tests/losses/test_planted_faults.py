"""A fault planted in the source of a loss must be seen by the comparison with torch."""

# ruff: noqa: E501
from __future__ import annotations

import importlib
import inspect
from types import ModuleType

import numpy as np
import pytest

from tests.losses.against_torch import Case, differences

rng = np.random.default_rng(0)
LOGITS = rng.normal(size=(3, 4, 2))
LABELS = rng.integers(0, 4, (3, 2))
LABELS[0, 1] = 3
CLASS_WEIGHT = rng.uniform(0.5, 2, 4)
X, Y, WEIGHT = rng.normal(size=(3, 5, 3))
SPEECH = LOGITS - np.log(np.exp(LOGITS).sum(axis=1, keepdims=True))
SPEECH = np.moveaxis(np.repeat(SPEECH, 3, axis=0), 2, 1)
PLAIN = {"weight": CLASS_WEIGHT, "ignore_index": 3}
CASES = {
    "cross_entropy": [
        *(Case("cross_entropy", (LOGITS, LABELS), {**PLAIN, "label_smoothing": s}) for s in (0.3, 0)),
        Case("cross_entropy", (LOGITS, np.exp(LOGITS)), {"weight": CLASS_WEIGHT, "label_smoothing": 0.3}),
        Case("cross_entropy", (5000 * LOGITS, LABELS)),
        Case("cross_entropy", (LOGITS, LABELS), {**PLAIN, "reduction": "sum"}),
    ],
    "nll_loss": [Case("nll_loss", (LOGITS, LABELS), {**PLAIN, "reduction": r}) for r in ("mean", "none")],
    "ctc_loss": [
        Case("ctc_loss", (SPEECH, np.array([[1, 1, 2], [2, 3, 0]]), np.array([9, 7]), np.array([3, 2]))),
        Case("ctc_loss", (SPEECH, np.array([[1, 1], [2, 3]]), np.array([2, 7]), np.array([2, 2])), {"zero_infinity": True}),
    ],
    "huber_loss": [Case("huber_loss", (2 * X, Y), {"weight": WEIGHT, "delta": 0.7, "reduction": r}) for r in ("mean", "sum")],
    "smooth_l1_loss": [Case("smooth_l1_loss", (2 * X, Y), {"beta": b}) for b in (0.7, 0)],
}

FAULTS = [
    # module, what is there, what stands there instead
    ("cross_entropy", "-at(w, y) * at(log_p, y)", "at(w, y) * at(log_p, y)"),
    ("cross_entropy", "-np.sum(w * q * log_p, axis=0)", "np.sum(w * q * log_p, axis=0)"),
    ("cross_entropy", "np.sum(at(w, y), where=kept)", "np.sum(at(w, y))"),
    ("cross_entropy", "np.sum(at(w, y), where=kept)", "np.sum(kept)"),
    ("cross_entropy", "reduced(loss, reduction, dtype, total=x.size / C)", "reduced(loss, reduction, dtype, np.sum(w))"),
    ("cross_entropy", "value = reduced(loss, reduction, dtype, total)", "value = reduced(loss, 'sum', dtype)"),
    ("cross_entropy", "z = x - np.max(x, axis=0, initial=-np.inf)", "z = x"),
    ("cross_entropy", "(1 - ε) * value + ε / C", "(1 - ε) * value + ε"),
    ("cross_entropy", "(1 - ε) * value", "value"),
    ("cross_entropy", "np.where(kept, -np.sum(w * log_p, axis=0), 0)", "np.where(kept, -np.sum(log_p, axis=0), 0)"),
    ("cross_entropy", "np.where(kept, -np.sum(w * log_p, axis=0), 0)", "-np.sum(w * log_p, axis=0)"),
    ("cross_entropy", "p * np.sum(t, axis=0) - t", "t - p * np.sum(t, axis=0)"),
    ("cross_entropy", "p * np.sum(t, axis=0) - t", "p - t"),
    ("cross_entropy", "(1 - ε) * w_y * scale", "(1 - ε) * w_y"),
    ("nll_loss", "-at(w, y) * at(x, y)", "at(w, y) * at(x, y)"),
    ("nll_loss", "-at(w, y) * at(x, y)", "-at(x, y)"),
    ("nll_loss", "where=kept)\n    return", "where=True)\n    return"),
    ("nll_loss", "np.where(kept, -at(w, y) * at(x, y), 0)", "-at(w, y) * at(x, y)"),
    ("nll_loss", "-at(w, y) * reduction_scale", "at(w, y) * reduction_scale"),
    ("nll_loss", "reduction_scale(reduction, total)", "reduction_scale('sum', total)"),
    ("ctc_loss", "loss = -_log_sum_exp(", "loss = _log_sum_exp("),
    ("ctc_loss", "loss / np.maximum(lengths, 1)", "loss"),
    ("ctc_loss", "z[:, 2:] != z[:, :-2]", "z[:, 2:] == z[:, :-2]"),
    ("ctc_loss", "z[:, 2:] != z[:, :-2]", "z[:, 2:] != -1"),
    ("ctc_loss", "sources[1, :, 1:] = alpha[:, :-1]", "pass"),
    ("ctc_loss", "t < frames, _arrived(alpha, z) + emitted[t], alpha", "True, _arrived(alpha, z) + emitted[t], alpha"),
    ("ctc_loss", "(states == last) | (states == last - 1)", "states == last"),
    ("ctc_loss", "np.exp(log_p) - occupancy", "occupancy - np.exp(log_p)"),
    ("ctc_loss", "np.exp(log_p) - occupancy", "-occupancy"),
    ("ctc_loss", "(beta + emitted[t])[:, ::-1]", "beta[:, ::-1]"),
    ("ctc_loss", "slope / (len(z) * ", "slope / ("),
    ("ctc_loss", "inside = inside & (log_total != -np.inf)", "pass"),
    ("huber_loss", "w * inside * (error - 0.5 * inside)", "w * inside * (error - inside)"),
    ("huber_loss", "w * inside * (error - 0.5 * inside)", "w * inside * (error + 0.5 * inside)"),
    ("huber_loss", "reduced(loss, reduction, dtype)", "reduced(loss, reduction, dtype, np.sum(w))"),
    ("huber_loss", "reduced(loss, reduction, dtype)", "reduced(loss, 'sum', dtype)"),
    ("huber_loss", "np.clip(x - y, -delta, delta)", "np.clip(y - x, -delta, delta)"),
    ("huber_loss", "np.clip(x - y, -delta, delta)", "(x - y)"),
    ("huber_loss", "reduction_scale(reduction, slope.size)", "1"),
    ("smooth_l1_loss", "inside / beta * (error - 0.5 * inside)", "inside * (error - 0.5 * inside)"),
    ("smooth_l1_loss", "error if beta == 0 else ", ""),
    ("smooth_l1_loss", "np.abs(error) < beta, error / beta, np.sign(error)", "np.abs(error) < beta, np.sign(error), error / beta"),
    ("smooth_l1_loss", "np.abs(error) < beta, error / beta", "np.abs(error) < beta, error"),
    ("smooth_l1_loss", "(error > 0) * 1.0 - (error < 0)", "(error < 0) * 1.0 - (error > 0)"),
    ("smooth_l1_loss", "reduction_scale(reduction, slope.size)", "1"),
]


def changed(name: str, old: str, new: str) -> ModuleType:
    source = inspect.getsource(importlib.import_module(f"lossbook.losses.{name}"))
    assert old in source
    module = ModuleType(f"changed_{name}")
    exec(compile(source.replace(old, new), module.__name__, "exec"), module.__dict__)
    return module


@pytest.mark.parametrize("name", CASES)
def test_the_unchanged_source_agrees(name):
    module = changed(name, "import", "import")
    assert [text for case in CASES[name] for text in differences(case, module)] == []


@pytest.mark.parametrize(("name", "old", "new"), FAULTS)
def test_a_planted_fault_is_seen(name, old, new):
    module = changed(name, old, new)
    assert [text for case in CASES[name] for text in differences(case, module)] != []
