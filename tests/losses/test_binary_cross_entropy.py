"""binary_cross_entropy against torch, on its edges, on the worked numbers, and as mathematics."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import log_loss as sklearn_log_loss

from lossbook import (
    binary_cross_entropy,
    binary_cross_entropy_grad,
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_grad,
)
from lossbook.losses._blocks import BLOCK
from tests.losses.against_torch import Case, assert_refused, differences, layouts, options

INF, NAN = np.inf, np.nan
NAME = "binary_cross_entropy"
REDUCTIONS = [None, "mean", "sum", "none"]


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
@pytest.mark.parametrize(
    "shape", [(), (1,), (7,), (3, 1), (3, 4), (2, 3, 4), (0,), (0, 3)], ids=str
)
def test_as_torch(shape, dtype):
    rng = np.random.default_rng(0)
    x, y, weight = (np.asarray(rng.uniform(0.02, 0.98, shape)).astype(dtype) for _ in range(3))
    problems = []
    weights = [None, weight, weight.astype("float64"), weight.astype("float16"), np.ones(shape, int)]
    for option in options(weight=[*weights, np.ones(shape, bool)], reduction=REDUCTIONS):
        for target in (y, np.asarray(np.round(y))):
            problems += differences(Case(NAME, (x, target), option))
    assert problems == []


WEIGHTS = [
    ((3,), ()), ((3,), (1,)), ((2, 3), (3,)), ((2, 3), (2, 1)), ((2, 3), (1, 1)), ((4, 2, 3), (2, 1)),
    ((0,), (1,)), ((0, 3), (3,)), ((0,), ()), ((), ()), ((1, 3), (1,)),
]  # fmt: skip


@pytest.mark.parametrize(("shape", "weight"), WEIGHTS)
def test_weight_broadcasts_and_mean_divides_by_the_number_of_elements(shape, weight):
    rng = np.random.default_rng(1)
    x, y = (np.asarray(rng.uniform(size=shape)) for _ in range(2))
    w = np.asarray(rng.uniform(0.5, 3, weight))
    for option in options(reduction=REDUCTIONS):
        assert differences(Case(NAME, (x, y), {"weight": w, **option})) == []


def test_layouts_as_torch():
    x, y, weight = np.random.default_rng(2).uniform(size=(3, 4, 5, 6))
    for a, b, w in zip(layouts(x), layouts(y), layouts(weight), strict=True):
        assert differences(Case(NAME, (a, b), {"weight": w})) == []
    same = binary_cross_entropy(x[::-1].copy(), y, weight)
    assert binary_cross_entropy(x.astype(">f8")[::-1], y, weight) == same


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("shape", [(2 * BLOCK // 100 + 3, 101), (3 * BLOCK + 1,)], ids=str)
def test_more_than_one_block(shape, dtype):
    rng = np.random.default_rng(3)
    x, y, w = (rng.uniform(0.02, 0.98, shape).astype(dtype) for _ in range(3))
    for option in options(weight=[None, w, w[:1], w[..., :1]], reduction=["mean", "none"]):
        assert differences(Case(NAME, (x, y), option)) == []


NEAR = [0.0, -0.0, 5e-324, 1e-300, 1e-45, 1e-44, 1e-40, 1e-30, 1e-20, 1e-13, 1e-12, 2e-12, 1e-7, 0.5,
        1 - 1e-7, 1 - 1e-12, 1 - 1e-16, 1.0]  # fmt: skip


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_both_clamps_as_torch(dtype):
    x, y = (a.ravel().astype(dtype) for a in np.meshgrid(NEAR, [0, 1, 0.3, 1e-20, 1 - 1e-7]))
    for reduction in ("none", "sum"):
        assert differences(Case(NAME, (x, y), {"reduction": reduction})) == []
    for w in (0.0, -1.0, INF, NAN):
        option = {"weight": np.array(w, dtype), "reduction": "none"}
        assert differences(Case(NAME, (x, y), option)) == []


def test_half_precision_is_exact_where_torch_divides_by_zero():
    """In float16 torch's clamp of 1e-12 is 0: its gradient at x = y = 0 and 1 is nan."""
    x, y = np.array([0, 1, 0, 1], np.float16), np.array([0, 1, 1, 0], np.float16)
    case = Case(NAME, (x, y), {"reduction": "none"}, gradient=False)
    assert differences(case) == []
    assert binary_cross_entropy_grad(x, y, reduction="sum").tolist() == [0, 0, -INF, INF]


def test_worked_numbers():
    assert np.isclose(binary_cross_entropy([0.8], [1.0]), np.log(5 / 4), rtol=1e-14)
    assert np.isclose(binary_cross_entropy([0.8], [0.0]), np.log(5), rtol=1e-14)
    assert round(float(binary_cross_entropy([0.8, 0.8], [1.0, 0.0])), 6) == 0.916291
    gradient = binary_cross_entropy_grad([0.8, 0.8], [1.0, 0.0], reduction="sum")
    assert np.allclose(gradient, [-1.25, 5], rtol=1e-14)
    assert round(float(binary_cross_entropy([0.9, 0.2], [1.0, 1.0])), 6) == 0.857399
    assert round(float(binary_cross_entropy([0.3], [0.3])), 4) == 0.6109
    assert binary_cross_entropy([0.0, 1.0], [0.0, 1.0]) == 0
    assert binary_cross_entropy([0.0], [1.0]) == binary_cross_entropy([1.0], [0.0]) == 100
    assert np.isclose(binary_cross_entropy_grad([0.0], [1.0]), -1e12, rtol=1e-8)
    assert round(float(binary_cross_entropy([1e-30], [1.0])), 4) == 69.0776
    assert np.isclose(binary_cross_entropy_grad([1e-20], [1.0]), -1e12, rtol=1e-8)
    assert binary_cross_entropy([0.5, 0.5], [1, 0], weight=[3, 1]) == 2 * np.log(2)


TABLE = [  # logit, target, BCE of the float32 sigmoid, its gradient by the logit, the same on logits
    (16, 0, 15.94, 1, 16, 1),
    (17, 0, 100, 0, 17, 1),
    (-20, 1, 20, -1, 20, -1),
    (-50, 1, 50, -1.9e-10, 50, -1),
    (-90, 1, 100, 0, 90, -1),
]


@pytest.mark.parametrize(("z", "y", "loss", "slope", "on_logits", "its_slope"), TABLE)
def test_float32_sigmoid_saturates_but_logits_do_not(z, y, loss, slope, on_logits, its_slope):
    z, y = np.array([z], np.float32), np.array([y], np.float32)
    x = torch.sigmoid(torch.from_numpy(z)).numpy()
    assert float(f"{binary_cross_entropy(x, y):.4g}") == loss
    composed = (binary_cross_entropy_grad(x, y) * x * (1 - x)).item()
    assert np.isclose(composed, slope, rtol=0.02, atol=1e-15)
    assert np.isclose(binary_cross_entropy_with_logits(z, y), on_logits, rtol=1e-6)
    assert np.isclose(binary_cross_entropy_with_logits_grad(z, y).item(), its_slope, rtol=1e-6)


X = np.full((2, 3), 0.5)


def with_value(value):
    array = X.copy()
    array[1, 1] = value
    return array


REFUSED = [
    *((ValueError, "input", (with_value(value), X), {}) for value in (-0.1, 1.1, NAN, INF, -1e-300)),
    *((ValueError, "target", (X, with_value(value)), {}) for value in (-0.1, 1.1, NAN, -INF)),
    (ValueError, "target", (X, X[0]), {}),
    (ValueError, "target", (X[:, :1], X[:, 0]), {}),
    (ValueError, "target", (np.array(0.5), np.array([0.5])), {}),
    (TypeError, "input", (X.astype(int), X), {}),
    (TypeError, "input", (X.astype(int), X.astype(int)), {}),
    (TypeError, "input", (X.astype(bool), X), {}),
    (TypeError, "input", (X.astype(complex), X), {}),
    (TypeError, "target", (X, X.astype(int)), {}),
    (TypeError, "target", (X, X.astype(bool)), {}),
    (TypeError, "target", (X, X.astype("float32")), {}),
    (TypeError, "target", (X.astype("float16"), X.astype("float32")), {}),
    (ValueError, "weight", (X, X), {"weight": np.ones(2)}),
    (ValueError, "weight", (X, X), {"weight": np.ones((4, 2, 3))}),
    (ValueError, "weight", (X, X), {"weight": np.ones((1, 2, 3))}),
    (ValueError, "weight", (X[:1], X[:1]), {"weight": np.ones((2, 3))}),
    (ValueError, "weight", (X, X), {"weight": np.ones(0)}),
    (ValueError, "weight", (X[0, :1], X[0, :1]), {"weight": np.ones(0)}),
    (ValueError, "reduction", (X, X), {"reduction": "batchmean"}),
    (ValueError, "reduction", (X, X), {"reduction": None}),
]


@pytest.mark.parametrize("function", [binary_cross_entropy, binary_cross_entropy_grad])
@pytest.mark.parametrize(("error", "name", "args", "option"), REFUSED)
def test_refused_as_torch(function, error, name, args, option):
    assert_refused(function, error, name, args, option)


def test_lists_and_scalars_take_the_dtype_of_the_input():
    x = np.array([0.5, 0.25], np.float32)
    assert binary_cross_entropy(x, [0, 1], weight=[1, 2], reduction="none").dtype == np.float32
    assert binary_cross_entropy(x, [0, 1], weight=np.ones(2)).dtype == np.float32
    assert binary_cross_entropy([1, 0], [True, False]) == 0
    assert binary_cross_entropy(0.5, 1, 2.0) == 2 * np.log(2)


probabilities = arrays(np.float64, 6, elements=st.floats(1e-3, 1 - 1e-3))
labels = arrays(np.int64, 6, elements=st.integers(0, 1))


@given(probabilities, probabilities)
@settings(max_examples=50, deadline=None)
def test_symmetric_and_smallest_at_the_target(x, y):
    loss = binary_cross_entropy(x, y, reduction="none")
    assert np.allclose(loss, binary_cross_entropy(1 - x, 1 - y, reduction="none"), rtol=1e-9)
    assert np.all(loss >= binary_cross_entropy(y, y, reduction="none") - 1e-12)
    assert np.allclose(binary_cross_entropy_grad(y, y), 0)


@given(probabilities, probabilities)
@settings(max_examples=50, deadline=None)
def test_gradient_is_the_finite_difference(x, y):
    h = 1e-6
    rise = binary_cross_entropy(x + h, y, reduction="none") - binary_cross_entropy(
        x - h, y, reduction="none"
    )
    gradient = binary_cross_entropy_grad(x, y, reduction="none")
    assert np.allclose(rise / (2 * h), gradient, rtol=1e-4, atol=1e-4)


@given(probabilities, probabilities, probabilities, st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_convex(a, b, y, mix):
    between = binary_cross_entropy(mix * a + (1 - mix) * b, y)
    ends = mix * binary_cross_entropy(a, y) + (1 - mix) * binary_cross_entropy(b, y)
    assert between <= ends + 1e-12


@given(probabilities, labels)
@settings(max_examples=30, deadline=None)
def test_scikit_learn_agrees(x, y):
    expected = sklearn_log_loss(y, x, labels=[0, 1])
    assert np.isclose(binary_cross_entropy(x, y.astype(float)), expected, rtol=1e-12)


@given(st.floats(5e-324, 1 - 1e-16), st.sampled_from([0.0, 1.0, 0.3]))
@settings(max_examples=100, deadline=None)
def test_against_high_precision(x, y):
    log_yes = max(mpmath.log(mpmath.mpf(x)), -100)
    log_no = max(mpmath.log1p(-mpmath.mpf(x)), -100)
    exact = -(y * log_yes + (1 - y) * log_no)
    assert abs(binary_cross_entropy([x], [y]) - exact) <= 1e-15 * exact + 5e-324


BAD = np.array([[0, 1, 0.5], [5e-324, 1 - 1e-16, 1e-30]])
SILENT = [(BAD, BAD), (BAD, np.round(BAD[::-1]), BAD[:1]), (BAD[:0], BAD[:0], None, "none")]

RNG = np.random.default_rng(0)
FAULT_CASES = [
    Case(NAME, (A, B), {"weight": RNG.uniform(0.5, 2, shape), "reduction": reduction})
    for A, B in [RNG.uniform(size=(2, 5, 3))]
    for reduction, shape in (("mean", (5, 3)), ("sum", (3,)), ("none", (5, 1)))
]
FAULT_CASES += [
    Case(NAME, (np.array([0, 1.0, 1e-13]), np.array([1.0, 0, 1])), {"reduction": reduction})
    for reduction in ("none", "mean")
]
FAULTS = [
    ("-(y * log_yes + (1 - y) * log_no)", "y * log_yes + (1 - y) * log_no"),
    ("-(y * log_yes + (1 - y) * log_no)", "-(y * log_yes)"),
    ("-(y * log_yes + (1 - y) * log_no)", "-((1 - y) * log_yes + y * log_no)"),
    ("np.maximum(np.log(x), SMALLEST_LOG)", "np.log(x)"),
    ("np.maximum(np.log1p(-x), SMALLEST_LOG)", "np.log1p(-x)"),
    ("SMALLEST_LOG = -100.0", "SMALLEST_LOG = np.log(1e-7)"),
    ("float(np.float32(1e-12))", "1e-12"),
    ("np.maximum(x * (1 - x), SMALLEST_VARIANCE)", "(x * (1 - x))"),
    ("(x - y) / np", "(y - x) / np"),
    ("reduced(loss, (x, y), reduction, weight=w", "reduced(loss, (x, y), reduction"),
    ("reduction, weight=w, dtype", "reduction, weight=w, total=1 if w is None else np.sum(w), dtype"),
    ("gradient(slope, (x, y), reduction, weight=w", "gradient(slope, (x, y), reduction"),
    ("gradient(slope, (x, y), reduction", "gradient(slope, (x, y), 'sum'"),
]
