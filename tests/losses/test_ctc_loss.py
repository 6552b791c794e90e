"""ctc_loss against torch, on its edges, on the worked numbers, and by enumeration."""

from __future__ import annotations

from itertools import groupby, pairwise, product
from math import comb

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lossbook import ctc_loss, ctc_loss_grad
from tests.losses.against_torch import Case, differences, layouts, options, tensor

INF, NAN = np.inf, np.nan


def log_softmax(x):
    x = x - x.max(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def random_log_probs(*shape, seed=0):
    return log_softmax(np.random.default_rng(seed).normal(size=shape))


def enumerated(log_probs, labels, blank=0):
    """-log of the sum over all paths that collapse to the labels."""
    frames, classes = log_probs.shape
    total = 0.0
    for path in product(range(classes), repeat=frames):
        if [k for k, _ in groupby(path) if k != blank] == list(labels):
            total += np.exp(log_probs[range(frames), path].sum())
    return -np.log(total) if total else INF


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_as_torch(dtype):
    log_probs = random_log_probs(8, 4, 5).astype(dtype)
    targets = np.array([[1, 2, 2, 3], [4, 4, 1, 2], [3, 1, 2, 4], [2, 2, 2, 2]])
    kept = np.array([4, 3, 0, 2])
    flat = np.concatenate([row[:n] for row, n in zip(targets, kept, strict=True)])
    problems = []
    for option in options(
        blank=[None, 0], reduction=[None, "mean", "sum", "none"], zero_infinity=[None, False, True]
    ):
        for frames in ([8, 8, 8, 8], [8, 5, 3, 3], [4, 3, 1, 2], [8, 0, 0, 2]):
            for goal in (targets, flat):
                args = (log_probs, goal, np.array(frames), kept)
                problems += differences(Case("ctc_loss", args, option))
    assert problems == []


@pytest.mark.parametrize("blank", [1, 4])
def test_other_blanks_as_torch(blank):
    targets = np.array([[0, 2, 2], [3, 3, 0]])
    args = (random_log_probs(7, 2, 5), targets, np.array([7, 6]), np.array([3, 2]))
    assert differences(Case("ctc_loss", args, {"blank": blank})) == []


@pytest.mark.parametrize("kind", ["int64", "int32", "int8", "uint8", "float32", "float64"])
def test_kinds_of_targets_and_lengths_as_torch(kind):
    targets = np.array([[1.7, 2.2, 0.0]]).astype(kind)
    lengths = (np.array([4], kind), np.array([2], kind)) if "int" in kind else ([4], [2])
    assert differences(Case("ctc_loss", (random_log_probs(4, 1, 3), targets, *lengths))) == []


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize("targets", [[1, 2], [[1, 2]], [[1, 2, 1]]])
@pytest.mark.parametrize("shape", [(), (1,)])
def test_without_a_batch_as_torch(shape, targets, reduction):
    lengths = (np.full(shape, 5), np.full(shape, 2))
    args = (random_log_probs(5, 3), np.array(targets), *lengths)
    assert differences(Case("ctc_loss", args, {"reduction": reduction})) == []


def test_layouts_as_torch():
    targets, frames, lengths = np.array([[1, 2], [2, 0]]), np.array([5, 4]), np.array([2, 1])
    arguments = map(layouts, (random_log_probs(5, 2, 3), targets, frames, lengths))
    for args in zip(*arguments, strict=True):
        assert differences(Case("ctc_loss", args)) == []


def test_lengths_of_any_shape_and_plain_numbers():
    log_probs, targets = random_log_probs(5, 2, 3), np.array([[1, 2], [2, 1]])
    args = (log_probs, targets, np.array([[5], [4]]), np.array([[2], [1]]))
    assert differences(Case("ctc_loss", args, {"reduction": "none"})) == []
    one = ctc_loss(log_probs[:, :1], targets[:1], 5, 2)
    assert one == ctc_loss(log_probs[:, :1], targets[:1], [5], [2])


def test_long_sequences_as_torch():
    rng = np.random.default_rng(3)
    targets = rng.integers(1, 20, (3, 60))
    targets[0, 10:20] = 7
    args = (random_log_probs(200, 3, 20), targets, np.array([200, 150, 200]), np.array([60, 40, 1]))
    assert differences(Case("ctc_loss", args)) == []
    single = (args[0].astype(np.float32), *args[1:])
    assert differences(Case("ctc_loss", single, tolerance=100)) == []


def edges():
    rows = {
        "all nan": (slice(None), slice(None), NAN), "nan blank": (0, 0, NAN),
        "nan in a class of no label": (slice(None), 2, NAN), "+inf": (0, 1, INF),
        "no path": (slice(None), 1, -INF), "no class": (0, slice(None), -INF),
        "nan at the last label": (1, 1, NAN), "nan after the end": (2, slice(None), NAN),
    }  # fmt: skip
    for name, (frame, label, value) in rows.items():
        log_probs = random_log_probs(3, 1, 3)
        log_probs[frame, :, label] = value
        yield pytest.param(log_probs, id=name)


@pytest.mark.parametrize("zero_infinity", [False, True])
@pytest.mark.parametrize("log_probs", list(edges()))
def test_edges_as_torch(log_probs, zero_infinity):
    args = (log_probs, np.array([[1]]), np.array([2]), np.array([1]))
    for reduction in ("none", "mean"):
        option = {"zero_infinity": zero_infinity, "reduction": reduction}
        assert differences(Case("ctc_loss", args, option)) == []


def test_gradient_of_an_impossible_symbol_is_zero_where_torch_has_nan():
    log_probs = random_log_probs(2, 1, 3)
    log_probs[0, 0, 2] = -INF
    args = (log_probs, np.array([[1]]), np.array([2]), np.array([1]))
    assert differences(Case("ctc_loss", args, gradient=False)) == []
    theirs = torch.tensor(log_probs, requires_grad=True)
    torch.nn.functional.ctc_loss(theirs, *map(tensor, args[1:])).backward()
    ours, theirs = ctc_loss_grad(*args), theirs.grad.numpy()
    impossible = np.isneginf(log_probs)
    assert np.all(np.isnan(theirs[impossible]))
    assert np.all(ours[impossible] == 0)
    assert np.allclose(ours[~impossible], theirs[~impossible], atol=1e-12)


@pytest.mark.parametrize("labels", [[], [1], [1, 1], [1, 2], [1, 2, 1], [2, 2, 1], [1, 1, 1]])
@pytest.mark.parametrize("frames", [1, 2, 3, 4, 5])
def test_the_sum_over_all_paths(labels, frames):
    log_probs = random_log_probs(frames, 3, seed=frames)
    ours = ctc_loss(log_probs, np.array(labels, int), [frames], [len(labels)], reduction="sum")
    assert np.isclose(ours, enumerated(log_probs, labels), rtol=1e-12)


@pytest.mark.parametrize("labels", [[1], [1, 2], [1, 1], [1, 1, 2], [1, 1, 1, 2, 2]])
def test_feasible_from_U_plus_repeats_on(labels):
    repeats = sum(a == b for a, b in pairwise(labels))
    least = len(labels) + repeats
    uniform = np.full((least + 2, 1, 3), -np.log(3))
    for frames in range(least + 3):
        loss = ctc_loss(uniform, [labels], [frames], [len(labels)], reduction="sum")
        paths = comb(frames + len(labels) - repeats, 2 * len(labels)) if frames >= least else 0
        assert loss == (INF if paths == 0 else pytest.approx(frames * np.log(3) - np.log(paths)))


def test_worked_numbers():
    uniform = np.full((5, 1, 3), -np.log(3))

    def loss(labels, frames):
        return ctc_loss(uniform, [labels], [frames], [len(labels)], reduction="sum")

    assert np.isclose(loss([1, 2], 3), np.log(5.4), atol=1e-14)
    assert np.isclose(loss([1, 1], 3), np.log(27), atol=1e-14)
    assert loss([1, 1], 2) == INF
    assert np.isclose(loss([1, 1, 2], 4), 4 * np.log(3), atol=1e-14)
    assert np.isclose(loss([1, 1, 2], 5), np.log(243 / 7), atol=1e-14)
    two = np.log([[0.6, 0.4], [0.6, 0.4]])
    assert round(float(ctc_loss(two, [1], [2], [1])), 6) == 0.446287
    assert np.isclose(ctc_loss(two, [], [2], [0]), -np.log(0.36))
    assert np.allclose(ctc_loss_grad(two, [1], [2], [1]), [[0.225, -0.225]] * 2, atol=1e-15)


def test_mean_divides_each_loss_by_its_target_length():
    args = (random_log_probs(6, 3, 4), [[1, 2, 3], [1, 0, 0], [0, 0, 0]], [6, 6, 6], [3, 1, 0])
    terms = ctc_loss(*args, reduction="none")
    assert np.isclose(ctc_loss(*args), np.mean(terms / [3, 1, 1]))
    assert not np.isclose(ctc_loss(*args), terms.mean())


def test_padding_is_never_read():
    log_probs = random_log_probs(6, 2, 4)
    expected = None
    for garbage, late in [(0, 0.0), (1, 7.0), (-5, NAN), (10**9, INF)]:
        log_probs[5, 1] = late
        args = (log_probs, [[1, 2, garbage], [3, garbage, garbage]], [6, 5], [2, 1])
        found = (float(ctc_loss(*args)), ctc_loss_grad(*args).tolist())
        assert found == (expected or found)
        expected = found


def test_blank_in_a_target_warns_once_and_gives_torchs_number():
    args = (random_log_probs(5, 1, 3), np.array([[1, 0, 2]]), np.array([5]), np.array([3]))
    with pytest.warns(UserWarning, match=r"targets.*blank = 0") as record:
        ctc_loss(*args)
    assert [warning.filename for warning in record] == [__file__]
    with pytest.warns(UserWarning, match="targets"):
        assert differences(Case("ctc_loss", args)) == []


LP = np.zeros((3, 2, 4))
ARGS = {
    "log_probs": LP, "targets": np.array([[1], [2]]), "input_lengths": np.array([3, 3]),
    "target_lengths": np.array([1, 1]),
}  # fmt: skip
REFUSED = [
    (TypeError, "log_probs", {"log_probs": LP.astype(int)}),
    (TypeError, "log_probs", {"log_probs": LP.astype(np.float16)}),
    (ValueError, "log_probs", {"log_probs": LP[0, 0]}),
    (ValueError, "log_probs", {"log_probs": LP[None]}),
    (ValueError, "log_probs", {"log_probs": LP[:0]}),
    (ValueError, "log_probs", {"log_probs": LP[:, :, :0]}),
    (ValueError, "log_probs", {"log_probs": LP[:, :0], "targets": np.zeros((0, 1), int),
                               "input_lengths": np.zeros(0, int),
                               "target_lengths": np.zeros(0, int)}),
    (ValueError, "targets", {"targets": np.array([[1]])}),
    (ValueError, "targets", {"targets": np.array([[1], [2], [3]])}),
    (IndexError, "blank", {"blank": 9}),
    (ValueError, "targets", {"targets": np.array([1, 2, 3])}),
    (ValueError, "targets", {"targets": np.array([1])}),
    (ValueError, "targets", {"targets": np.array(1)}),
    (ValueError, "targets", {"targets": np.array([[[1], [2]]])}),
    (ValueError, "targets", {"target_lengths": np.array([2, 1])}),
    (ValueError, "input_lengths", {"input_lengths": np.array([4, 3])}),
    (ValueError, "input_lengths", {"input_lengths": np.array([-1, 3])}),
    (ValueError, "input_lengths", {"input_lengths": np.array([3])}),
    (ValueError, "input_lengths", {"input_lengths": np.array([3, 3, 3])}),
    (ValueError, "input_lengths", {"input_lengths": np.array(3)}),
    (TypeError, "input_lengths", {"input_lengths": np.array([3.0, 3.0])}),
    (TypeError, "input_lengths", {"input_lengths": np.array([True, True])}),
    (ValueError, "target_lengths", {"target_lengths": np.array([-1, 1])}),
    (TypeError, "target_lengths", {"target_lengths": np.array([1.0, 1.0])}),
    (IndexError, "blank", {"blank": 4}),
    (IndexError, "blank", {"blank": -1}),
    (TypeError, "blank", {"blank": 1.0}),
    (TypeError, "blank", {"blank": True}),
    (ValueError, "reduction", {"reduction": "x"}),
    (TypeError, "zero_infinity", {"zero_infinity": 1}),
]  # fmt: skip


@pytest.mark.parametrize("function", [ctc_loss, ctc_loss_grad])
@pytest.mark.parametrize(("error", "name", "change"), REFUSED)
def test_refused_as_torch(function, error, name, change):
    arguments = ARGS | change
    with pytest.raises(error, match=rf"{name}.*받은"):
        function(**arguments)
    with pytest.raises((RuntimeError, ValueError, TypeError, NotImplementedError)):
        torch.nn.functional.ctc_loss(**{key: tensor(value) for key, value in arguments.items()})


@pytest.mark.parametrize("label", [4, 99, -1])
def test_labels_that_torch_would_read_out_of_bounds(label):
    for function in (ctc_loss, ctc_loss_grad):
        with pytest.raises(IndexError, match=f"targets.*4 미만.*{label}"):
            function(LP, [[1], [label]], [3, 3], [1, 1])


@given(st.integers(0, 10**6), st.lists(st.integers(1, 2), max_size=3))
@settings(max_examples=30, deadline=None)
def test_gradient_by_logits_is_the_finite_difference(seed, labels):
    logits = np.random.default_rng(seed).normal(size=(6, 3))
    args = (np.array(labels, int), [6], [len(labels)])
    gradient = ctc_loss_grad(log_softmax(logits), *args)
    assert np.allclose(gradient.sum(axis=-1), 0, atol=1e-12)
    h = 1e-5
    for index in np.ndindex(logits.shape):
        step = np.zeros_like(logits)
        step[index] = h
        rise = ctc_loss(log_softmax(logits + step), *args) - ctc_loss(
            log_softmax(logits - step), *args
        )
        assert np.isclose(rise / (2 * h), gradient[index], atol=1e-7)


BAD = np.array([[INF, -INF, NAN], [1e308, -1e308, 5e-324]])
FRAMES = np.array([BAD, BAD])
SILENT = [
    (FRAMES, [[1], [NAN]], [2, 0], [1, 0]),
    (-FRAMES, [[1], [2]], [2, 2], [1, 1]),
    (-FRAMES, [[0], [1]], [2, 2], [1, 1], 2),
]

SPEECH = np.random.default_rng(0).normal(size=(9, 2, 4))
SPEECH = SPEECH - np.log(np.exp(SPEECH).sum(axis=2, keepdims=True))
FAULT_CASES = [
    Case("ctc_loss", (SPEECH, np.array([[1, 1, 2], [2, 3, 0]]), np.array([9, 7]), np.array([3, 2]))),
    Case("ctc_loss", (SPEECH, np.array([[1, 1], [2, 3]]), np.array([2, 7]), np.array([2, 2])), {"zero_infinity": True}),
    Case("ctc_loss", (SPEECH, np.array([[1, 1], [2, 3]]), np.array([2, 7]), np.array([2, 2])), {"reduction": "none"}),
]
FAULTS = [
    ("loss = -_log_sum_exp(", "loss = _log_sum_exp("),
    ("loss / np.maximum(lengths, 1)", "loss"),
    ("z[2:] != z[:-2]", "z[2:] == z[:-2]"),
    ("z[2:] != z[:-2]", "z[2:] != -1"),
    ("step[1:] = alpha[:-1]", "pass"),
    ("step[1:] = alpha[:-1]", "step[...] = alpha"),
    ("_log_sum_exp(alpha, step, leap)", "_log_sum_exp(alpha, step)"),
    ("alpha = np.where(t < frames, _arrived(alpha, z) + frame.take(places), alpha)\n    loss",
     "alpha = _arrived(alpha, z) + frame.take(places)\n    loss"),
    ("alphas[t] = alpha = np.where(t < frames, _arrived(alpha, z) + frame.take(places), alpha)",
     "alphas[t] = alpha = _arrived(alpha, z) + frame.take(places)"),
    ("(states == 2 * lengths) | (states == 2 * lengths - 1)", "states == 2 * lengths"),
    ("np.exp(log_p[t]) - occupancy", "occupancy - np.exp(log_p[t])"),
    ("(np.exp(log_p[t]) - occupancy)", "-occupancy"),
    ("onward = beta + log_p[t].take(places)", "onward = beta"),
    ("_arrived(onward[::-1], z[::-1])", "_arrived(onward[::-1], z)"),
    ("beta = np.where(t < frames, _arrived", "beta = np.where(t < T, _arrived"),
    ("np.where((t < frames)[:, np.newaxis], by_logits, 0)", "by_logits"),
    ("scale / (N * ", "scale / ("),
    ("scale = np.where(np.isfinite(log_total), 1.0, np.nan)", "scale = np.ones(N)"),
    ("frames = np.where(log_total == -np.inf, 0, frames)", "pass"),
]  # fmt: skip
