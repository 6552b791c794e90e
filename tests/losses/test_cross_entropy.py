"""cross_entropy against torch, on its edges, on the worked numbers, and as mathematics."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lossbook import cross_entropy, cross_entropy_grad
from tests.losses.against_torch import Case, differences, layouts, options, tensor

INF, NAN = np.inf, np.nan
SHAPES = [(4,), (1, 4), (3, 4), (5, 1), (3, 4, 2), (3, 4, 4), (2, 4, 2, 3), (0, 4), (3, 4, 0)]


def random_labels(rng, shape, classes):
    return rng.integers(0, classes, shape[:1] * (len(shape) > 1) + shape[2:])


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_labels_as_torch(shape, dtype):
    rng = np.random.default_rng(0)
    classes = shape[min(1, len(shape) - 1)]
    x = (3 * rng.normal(size=shape)).astype(dtype)
    y = random_labels(rng, shape, classes)
    weight = rng.uniform(0.5, 2, classes).astype(dtype)
    problems = []
    for option in options(
        weight=[None, weight],
        ignore_index=[None, 0, classes - 1],
        reduction=[None, "mean", "sum", "none"],
        label_smoothing=[None, 0.3, 1.0, -0.5],
    ):
        problems += differences(Case("cross_entropy", (x, y), option))
    assert problems == []


@pytest.mark.parametrize("target", ["float64", "float32"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_probabilities_as_torch(shape, dtype, target):
    rng = np.random.default_rng(1)
    x = rng.normal(size=shape).astype(dtype)
    q = rng.uniform(size=shape).astype(target)
    classes = shape[min(1, len(shape) - 1)]
    problems = []
    for option in options(
        weight=[None, rng.uniform(0.5, 2, classes).astype(dtype), np.arange(classes)],
        ignore_index=[None, -1],
        reduction=[None, "mean", "sum", "none"],
        label_smoothing=[None, 0.3, 1.0, -0.5],
    ):
        problems += differences(Case("cross_entropy", (x, q), option))
    assert problems == []


def test_layouts_as_torch():
    rng = np.random.default_rng(2)
    x, y, q = rng.normal(size=(3, 4, 2)), rng.integers(0, 4, (3, 2)), rng.uniform(size=(3, 4, 2))
    weight = rng.uniform(size=4)
    problems = []
    for a, b, c, w in zip(layouts(x), layouts(y), layouts(q), layouts(weight), strict=True):
        problems += differences(Case("cross_entropy", (a, b), {"weight": w}))
        problems += differences(Case("cross_entropy", (a, c), {"weight": w}))
    assert problems == []


ROW = [[0.0, -INF, 1.0]]
EDGES = [
    # logits, target, options
    (ROW, [0], {}), (ROW, [1], {}), (ROW, [0], {"label_smoothing": 0.1}),
    (ROW, [1], {"label_smoothing": 0.1}), (ROW, [0], {"label_smoothing": 1.0}),
    (ROW, [1], {"label_smoothing": 1.0}), (ROW, [[1.0, 0, 0]], {}), (ROW, [[0, 1.0, 0]], {}),
    (ROW, [0], {"weight": [1.0, 0, 1]}), (ROW, [1], {"weight": [1.0, 0, 1]}),
    (ROW, [1], {"weight": [1.0, 0, 1], "reduction": "none"}),
    (ROW, [0], {"weight": [1.0, 0, 1], "label_smoothing": 0.1}),
    ([[0, INF, 1]], [0], {}), ([[0, INF, 1]], [1], {}), ([[0, INF, 1]], [[1.0, 0, 0]], {}),
    ([[-INF, -INF]], [0], {}), ([[NAN, 1]], [0], {}), ([[NAN, 1]], [-100], {}),
    ([[NAN, 1], [1, 2]], [-100, 0], {}), ([[NAN, 1], [1, 2]], [-100, 0], {"weight": [0.0, 1]}),
    ([[NAN, 1], [1, 2]], [-100, 0], {"label_smoothing": 0.1}),
    ([[0, 1], [1, 2]], [1, 0], {"weight": [INF, 1]}),
    ([[0, 1], [1, 2]], [1, -100], {"weight": [NAN, 1]}),
    ([[0, 1], [1, 2]], [1, -100], {"weight": [NAN, 1], "label_smoothing": 0.1}),
    ([[0, 1], [1, 2]], [1, 0], {"weight": [-1.0, 1], "reduction": "none"}),
    ([[0, 2, 1]], [0], {"weight": [0.0, 1, 1]}),
    ([[0, 2, 1], [1, 1, 2]], [0, 1], {"weight": [-1.0, 1, 1]}),
    ([[0, 2, 1], [1, 1, 2]], [0, 1], {"weight": [-1.0, 1, 1], "label_smoothing": 0.1}),
    ([[0, 2, 1]], [0], {"weight": [0.0, 1, 1], "label_smoothing": 0.1}),
    ([[0, 2, 1]], [-100], {}), ([[0, 2, 1]], [-100], {"label_smoothing": 0.5}),
    ([[0, 2, 1]], [-100], {"reduction": "none"}), ([[0, 2, 1]], [-100], {"reduction": "sum"}),
    ([[0, 2, 1]], [77], {"ignore_index": 77}), ([[0, 2, 1]], [[NAN, 0, 0]], {}),
    ([[1e4, 0, -1e4]], [0], {}), ([[1e4, 0, -1e4]], [1], {}), ([[1e4, 0, -1e4]], [2], {}),
    ([[-1e4, -1e4 - 1, -1e4 - 2]], [1], {}),
    ([[1000.0, 0, -1000]], [1], {}), ([[0, 2, 1]], [0], {"label_smoothing": NAN}),
    ([0.0, 2], 1, {}),
    ([0.0, 2], -100, {}), ([0.0, 2], 1, {"label_smoothing": 0.1, "reduction": "none"}),
    (np.zeros((0, 0)), np.zeros(0, int), {}), (np.zeros((2, 0)), [-100, -100], {}),
    (np.zeros((3, 0)), np.zeros((3, 0)), {}),
    (np.zeros((3, 0)), np.zeros((3, 0)), {"reduction": "none"}),
    (np.zeros((2, 0)), np.zeros((2, 0)), {"reduction": "sum", "label_smoothing": 0.1}),
]  # fmt: skip


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("logits", "target", "option"), EDGES)
def test_edges_as_torch(logits, target, option, dtype):
    option = dict(option)
    if "weight" in option:
        option["weight"] = np.array(option["weight"], dtype)
    target = np.array(target, None if np.array(target).dtype.kind == "i" else dtype)
    assert differences(Case("cross_entropy", (np.array(logits, dtype), target), option)) == []


@pytest.mark.parametrize("reduction", ["none", "mean"])
def test_one_label_in_a_vector(reduction):
    """torch takes the pair forward only; the gradient is that of the label alone."""
    x, y, option = np.array([0.0, 2]), np.array([1]), {"reduction": reduction}
    assert differences(Case("cross_entropy", (x, y), option, gradient=False)) == []
    assert np.array_equal(cross_entropy_grad(x, y, **option), cross_entropy_grad(x, 1, **option))


@pytest.mark.parametrize("shape", [(4,), (3, 4)])
def test_uint8_labels(shape):
    x = np.random.default_rng(3).normal(size=shape)
    y = np.array(2, np.uint8) if len(shape) == 1 else np.array([0, 255, 3], np.uint8)
    assert differences(Case("cross_entropy", (x, y), {"ignore_index": 255})) == []


def test_worked_numbers():
    logits = [[np.log(6), np.log(3), 0.0]]
    assert np.isclose(cross_entropy(logits, [0]), np.log(5 / 3), atol=1e-15)
    assert np.allclose(cross_entropy_grad(logits, [0]), [[-0.4, 0.3, 0.1]])
    assert round(float(cross_entropy(logits, [0], label_smoothing=0.3)), 6) == 0.759316
    assert np.allclose(cross_entropy_grad(logits, [0], label_smoothing=0.3), [[-0.2, 0.2, 0.0]])
    two, weight = logits * 2, [1, 1, 4]
    assert round(float(cross_entropy(two, [0, 2])), 6) == 1.406705
    assert round(float(cross_entropy(two, [0, 2], weight)), 6) == 1.944233
    assert round(float(cross_entropy(two, [[1, 0, 0], [0, 0, 1]], weight)), 6) == 4.860583
    assert np.isclose(cross_entropy([0, np.log(2), np.log(5)], 1), np.log(4))
    assert np.allclose(cross_entropy_grad([0, np.log(2), np.log(5)], 1), [1 / 8, -3 / 4, 5 / 8])


def test_lists_take_the_dtype_of_the_input():
    x = np.zeros((2, 3), np.float32)
    assert cross_entropy(x, [0, 1], weight=[1, 2, 3]).dtype == np.float32
    assert cross_entropy(x, [[1, 0, 0], [0, 1, 0]]).dtype == np.float32
    assert cross_entropy([[1, 2, 3]], [0]).dtype == np.float64


X = np.zeros((3, 4))
Y = np.array([0, 1, 2])
REFUSED = [
    (TypeError, "input", (X.astype(int), Y), {}),
    (TypeError, "input", (X.astype(complex), Y), {}),
    (TypeError, "input", (X.astype(np.longdouble), Y), {}),
    (TypeError, "input", (np.array([["a"]]), Y), {}),
    (ValueError, "input", ([[1.0], [1.0, 2.0]], Y), {}),
    (ValueError, "input", (np.array(1.0), np.array(0)), {}),
    (TypeError, "target", (X, Y.astype(np.int32)), {}),
    (TypeError, "target", (X, Y.astype(float)), {}),
    (TypeError, "target", (X, Y.astype(bool)), {}),
    (TypeError, "target", (X, X.astype(int)), {}),
    (TypeError, "target", (X, X.astype(complex)), {}),
    (TypeError, "target", (np.zeros((2, 3, 4)), np.zeros((2, 4), np.uint8)), {}),
    (ValueError, "target", (X, Y[:2]), {}),
    (ValueError, "target", (X, Y[:, None]), {}),
    (ValueError, "target", (X[:1], np.array(0)), {}),
    (ValueError, "target", (np.zeros((3, 4, 2)), np.zeros((3, 4), int)), {}),
    (ValueError, "target", (np.zeros(4), np.zeros(2, int)), {}),
    (ValueError, "target", (np.zeros(4), np.zeros(1, int)), {"label_smoothing": 0.1}),
    (IndexError, "target", (X, np.array([0, 1, 4])), {}),
    (IndexError, "target", (X, np.array([0, 1, -1])), {"label_smoothing": 0.1}),
    (IndexError, "target", (np.zeros((2, 0)), np.array([0, 0])), {}),
    (ValueError, "weight", (X, Y), {"weight": np.ones(3)}),
    (ValueError, "weight", (X, Y), {"weight": np.ones((1, 4))}),
    (ValueError, "weight", (X, X), {"weight": np.array(1.0)}),
    (TypeError, "weight", (X, Y), {"weight": np.ones(4, np.float32)}),
    (TypeError, "weight", (X, Y), {"weight": np.ones(4, int)}),
    (ValueError, "ignore_index", (X, X), {"ignore_index": 0}),
    (ValueError, "ignore_index", (X, X), {"ignore_index": 7}),
    (TypeError, "ignore_index", (X, Y), {"ignore_index": 1.0}),
    (TypeError, "ignore_index", (X, Y), {"ignore_index": True}),
    (TypeError, "ignore_index", (X, Y), {"ignore_index": None}),
    (ValueError, "reduction", (X, Y), {"reduction": "avg"}),
    (ValueError, "reduction", (X, Y), {"reduction": None}),
    (ValueError, "label_smoothing", (X, Y), {"label_smoothing": 1.1}),
    (ValueError, "label_smoothing", (X, X), {"label_smoothing": 1.1}),
    (TypeError, "label_smoothing", (X, Y), {"label_smoothing": "a"}),
    (TypeError, "label_smoothing", (X, Y), {"label_smoothing": None}),
]


@pytest.mark.parametrize("function", [cross_entropy, cross_entropy_grad])
@pytest.mark.parametrize(("error", "name", "args", "option"), REFUSED)
def test_refused_as_torch(function, error, name, args, option):
    with pytest.raises(error, match=rf"{name}.*받은"):
        function(*args, **option)
    if all(isinstance(a, np.ndarray) and a.dtype.char not in "gU" for a in args):
        tensors = {key: tensor(value) for key, value in option.items()}
        with pytest.raises((RuntimeError, ValueError, TypeError, IndexError)):
            torch.nn.functional.cross_entropy(*map(torch.from_numpy, args), **tensors)


logits = arrays(np.float64, (3, 4), elements=st.floats(-30, 30))
labels = arrays(np.int64, (3,), elements=st.integers(0, 3))


@given(logits, labels, st.floats(-50, 50), st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_a_constant_changes_nothing(x, y, constant, smoothing):
    same = cross_entropy(x + constant, y, label_smoothing=smoothing)
    assert np.isclose(same, cross_entropy(x, y, label_smoothing=smoothing), atol=1e-10)


@given(logits, labels, st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_gradient_rows_sum_to_zero_and_agree_with_finite_differences(x, y, smoothing):
    weight = np.array([0.5, 1, 2, 3])
    gradient = cross_entropy_grad(x, y, weight, label_smoothing=smoothing)
    assert np.allclose(gradient.sum(axis=1), 0, atol=1e-12)
    h = 1e-5
    for index in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[index] = h
        rise = cross_entropy(x + step, y, weight, label_smoothing=smoothing) - cross_entropy(
            x - step, y, weight, label_smoothing=smoothing
        )
        assert np.isclose(rise / (2 * h), gradient[index], atol=1e-6)


@given(logits, logits, labels, st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_convex_in_the_logits(a, b, y, mix):
    between = cross_entropy(mix * a + (1 - mix) * b, y)
    assert between <= mix * cross_entropy(a, y) + (1 - mix) * cross_entropy(b, y) + 1e-9


BAD = np.array([[INF, -INF, NAN], [1e308, -1e308, 5e-324]])
SILENT = [(BAD, [0, 1]), (BAD, BAD), (BAD[:0], np.zeros(0, int))]

RNG = np.random.default_rng(0)
LOGITS = RNG.normal(size=(3, 4, 2))
LABELS = np.array([[1, 3], [0, 2], [3, 1]])
WEIGHT = RNG.uniform(0.5, 2, 4)
PLAIN = {"weight": WEIGHT, "ignore_index": 3}
FAULT_CASES = [
    *(Case("cross_entropy", (LOGITS, LABELS), {**PLAIN, "label_smoothing": s}) for s in (0.3, 0)),
    Case("cross_entropy", (LOGITS, np.exp(LOGITS)), {"weight": WEIGHT, "label_smoothing": 0.3}),
    Case("cross_entropy", (5000 * LOGITS, LABELS)),
    Case("cross_entropy", (LOGITS, LABELS), {**PLAIN, "reduction": "sum"}),
]
FAULTS = [
    ("-w[y, 0, 0] * log_p[y, n, d]", "w[y, 0, 0] * log_p[y, n, d]"),
    ("-w[y, 0, 0] * log_p[y, n, d]", "-log_p[y, n, d]"),
    ("-np.sum(w * q * log_softmax(x), axis=0)", "np.sum(w * q * log_softmax(x), axis=0)"),
    ("-np.sum(w * q * log_softmax(x), axis=0)", "-np.sum(q * log_softmax(x), axis=0)"),
    ("weight_sum(None if weight is None else w, y, kept)", "weight_sum(None, y, kept)"),
    ("weight_sum(None if weight is None else w, y, kept)", "weight_sum(w, y, True)"),
    ("total = x.size / C if C else np.nan", "total = np.sum(w)"),
    ("total=total, dtype=dtype", "dtype=dtype"),
    ("z = x - np.max(x, axis=0, initial=-np.inf)", "z = x"),
    ("e = np.exp(x - np.max(x, axis=0, initial=-np.inf))", "e = np.exp(x)"),
    ("(1 - ε) * loss - ε / C", "(1 - ε) * loss - ε"),
    ("(1 - ε) * loss - ε / C", "loss - ε / C"),
    ("ε / C * np.sum(w * log_p, axis=0)", "ε / C * np.sum(log_p, axis=0)"),
    ("np.where(kept, loss, 0)", "loss"),
    ("softmax(x) * np.sum(t, axis=0) - t", "t - softmax(x) * np.sum(t, axis=0)"),
    ("softmax(x) * np.sum(t, axis=0) - t", "softmax(x) - t"),
    ("(1 - ε) * w[y, 0, 0] * scale, 0", "(1 - ε) * w[y, 0, 0], 0"),
    ("(1 - ε) * w[y, 0, 0] * scale, 0", "(1 - ε) * scale, 0"),
    ("slope[y, n, d] -= w_y", "slope[y, n, d] += w_y"),
    ("slope[y, n, d] -= w_y", "pass"),
    ("ε / C * w * np.where(kept, scale, 0)", "ε / C * w * scale"),
    ("p * np.sum(t, axis=0) - t", "p - t"),
    ("w * ((1 - ε) * q + ε / C) * scale", "w * ((1 - ε) * q + ε / C)"),
]
