"""log_loss against scikit-learn, its definition in torch, and as mathematics."""

from __future__ import annotations

import warnings

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import log_loss as sklearn_log_loss

from lossbook import binary_cross_entropy, log_loss, log_loss_grad, nll_loss
from lossbook.losses._blocks import BLOCK
from tests.losses.against_torch import Case, assert_refused, differences, layouts, options

INF, NAN = np.inf, np.nan
REDUCTIONS = [None, "mean", "sum", "none"]


def definition(p, y, *, weight=None, reduction="mean"):
    """scikit-learn's formula: clip at the machine precision, mean over the weights."""
    eps = torch.finfo(p.dtype).eps
    p, y = p[:, 0] if p.ndim == 2 and p.shape[1] == 1 else p, y.long()
    columns = torch.stack([1 - p, p], 1) if p.ndim == 1 else p
    right = columns.gather(1, y[:, None])[:, 0]
    w = torch.ones_like(right) if weight is None else weight.to(p.dtype)
    terms = -w * torch.log(torch.clamp(right, eps, 1 - eps))
    if reduction == "mean":
        return terms.sum() / w.sum()
    return terms.sum() if reduction == "sum" else terms


def case(p, y, options=None, **more):
    return Case("log_loss", (p, y), options or {}, reference=definition, **more)


def random_case(shape, dtype, seed=0):
    """Return probabilities that sum to one, labels and weights."""
    rng = np.random.default_rng(seed)
    p = rng.uniform(0.05, 0.95, shape)
    classes = 2 if len(shape) == 1 or shape[1] == 1 else shape[1]
    if len(shape) == 2 and shape[1] > 1:
        p /= p.sum(axis=1, keepdims=True)
    return p.astype(dtype), rng.integers(0, classes, shape[0]), rng.uniform(0.5, 2, shape[0])


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
@pytest.mark.parametrize("shape", [(1,), (7,), (5, 1), (5, 2), (1, 3), (6, 4), (0,), (0, 1), (0, 3)], ids=str)
def test_as_defined(shape, dtype):
    p, y, w = random_case(shape, dtype)
    problems = []
    weights = [None, w.astype(dtype), w, np.ones(len(y), int), np.ones(len(y), bool)]
    for option in options(weight=weights, reduction=REDUCTIONS):
        for target in (y, y.astype(np.uint8), y.astype(np.int32)):
            problems += differences(case(p, target, option, tolerance=2))
    assert problems == []


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("shape", [(7,), (5, 1), (5, 2), (6, 4), (50, 10)], ids=str)
def test_as_scikit_learn(shape, dtype):
    p, y, w = random_case(shape, dtype, seed=1)
    p[0] = np.eye(shape[1])[0] if len(shape) == 2 and shape[1] > 1 else 0
    y[:3] = 1
    classes = range(max(2, 1 if len(shape) == 1 else shape[1]))
    tolerance = 1e-14 if dtype == "float64" else 1e-6
    for weight, normalize in [(None, True), (None, False), (w, True), (w, False)]:
        expected = sklearn_log_loss(y, p, labels=classes, sample_weight=weight, normalize=normalize)
        ours = log_loss(p, y, weight=weight, reduction="mean" if normalize else "sum")
        assert np.isclose(ours, expected, rtol=tolerance)


def test_layouts():
    p, y, w = random_case((6, 4), "float64")
    for a, b, c in zip(layouts(p), layouts(y), layouts(w), strict=True):
        assert differences(case(a, b, {"weight": c})) == []
    same = log_loss(p[::-1].copy(), y)
    assert log_loss(p.astype(">f8")[::-1], y.astype(">i8")) == same


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("shape", [(3 * BLOCK,), (BLOCK, 5), (3, BLOCK), (2 * BLOCK, 1)], ids=str)
def test_more_than_one_block(shape, dtype):
    p, y, w = random_case(shape, dtype)
    for option in options(weight=[None, w.astype(dtype)], reduction=["mean", "none"]):
        assert differences(case(p, y, option, tolerance=2)) == []


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_clipped_at_the_machine_precision_where_the_gradient_ends(dtype):
    eps = np.finfo(dtype).eps
    p = np.array([0, eps / 2, eps, 2 * eps, 0.5, 1 - 2 * eps, 1 - eps, 1 - eps / 2, 1], dtype)
    for label in (0, 1):
        y = np.full(len(p), label)
        assert differences(case(p, y, {"reduction": "none"})) == []
        columns = np.stack([p[::-1], p], axis=1)
        assert differences(case(columns, y, {"reduction": "none"}, gradient=dtype != "float16")) == []
    assert log_loss_grad(p[[0, -1]], [1, 0]).tolist() == [0, 0]


def test_worked_numbers():
    assert np.isclose(log_loss([0.75, 0.25], [1, 0]), np.log(4 / 3), rtol=1e-15)
    assert round(float(log_loss([0.75, 0.25], [1, 0])), 6) == 0.287682
    assert round(float(log_loss([1.0], [0])), 2) == 36.04
    assert round(float(log_loss(np.float32([1.0]), [0])), 2) == 15.94
    assert np.isclose(log_loss([0.5, 0.25, 0.5], [1, 1, 0]), np.log(16) / 3, rtol=1e-15)
    # scikit-learn's documentation, spam = 1
    p = [[0.1, 0.9], [0.9, 0.1], [0.8, 0.2], [0.35, 0.65]]
    assert round(float(log_loss(p, [1, 0, 0, 1])), 5) == 0.21616
    gradient = log_loss_grad([0.75, 0.25], [1, 0])
    assert np.allclose(gradient, [-1 / 0.75 / 2, 1 / 0.75 / 2])
    base_rate = np.full(4, 0.25)
    assert np.isclose(log_loss(base_rate, [1, 0, 0, 0]), -0.25 * np.log(0.25) - 0.75 * np.log(0.75))


def test_a_class_may_be_missing_from_the_labels():
    p = np.full((3, 4), 0.25)
    assert log_loss(p, [0, 0, 0]) == np.log(4)
    assert log_loss([0.5, 0.5], [1, 1]) == log_loss([0.5], [True]) == np.log(2)
    assert log_loss(np.full((2, 1), 0.5), [1, 1]) == np.log(2)


def test_lists_take_the_dtype_of_the_input():
    p = np.float32([0.5, 0.25])
    assert log_loss(p, [0, 1], weight=[1, 2]).dtype == np.float32
    assert log_loss(p, [0, 1], weight=np.ones(2), reduction="none").dtype == np.float32
    assert log_loss([1, 0], [1, 0]).dtype == np.float64
    assert np.isnan(log_loss([], []))
    assert log_loss([], [], reduction="sum") == 0
    assert log_loss_grad([], []).shape == log_loss([], [], reduction="none").shape == (0,)


def test_certainty_among_many_is_clipped_at_both_ends():
    eps = np.finfo(np.float64).eps
    right, wrong = log_loss([[1.0, 0, 0], [1.0, 0, 0]], [0, 1], reduction="none")
    assert (right, wrong) == (-np.log(1 - eps), -np.log(eps))


@pytest.mark.parametrize("function", [log_loss, log_loss_grad])
def test_three_columns_that_do_not_sum_to_one_warn(function):
    with pytest.warns(UserWarning, match="합이 1이 아닌"):
        function([[0.5, 0.5, 0.5]], [0])


@pytest.mark.parametrize("function", [log_loss, log_loss_grad])
def test_probabilities_that_do_not_sum_to_one_warn_once(function):
    with pytest.warns(UserWarning, match="합이 1이 아닌") as record:
        function([[0.5, 0.5], [0.2, 0.2], [0.9, 0.9]], [0, 1, 1])
    assert [warning.filename for warning in record] == [__file__]
    with pytest.warns(UserWarning, match="sum to one"):
        expected = sklearn_log_loss([0, 1], [[0.5, 0.5], [0.2, 0.2]])
    with pytest.warns(UserWarning, match="합이 1"):
        assert np.isclose(log_loss([[0.5, 0.5], [0.2, 0.2]], [0, 1]), expected, rtol=1e-15)
    rng = np.random.default_rng(0)
    for dtype in ("float64", "float32", "float16"):
        p = rng.uniform(size=(100, 7)).astype(dtype)
        p = p / p.sum(axis=1, keepdims=True)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            function(p, np.zeros(100, int))
            function(p[:, 0], np.zeros(100, int))
            function(p[:, :1], np.zeros(100, int))


P, Y = np.full((3, 2), 0.5), np.array([0, 1, 1])
REFUSED = [
    *((ValueError, "input", (np.array([[0.5, v]]), Y[:1]), {}) for v in (-0.1, 1.1, NAN, INF)),
    (ValueError, "input", (np.array(0.5), Y[0]), {}),
    (ValueError, "input", (P[np.newaxis], Y), {}),
    (TypeError, "input", (P.astype(int), Y), {}),
    (TypeError, "input", (P.astype(complex), Y), {}),
    (TypeError, "target", (P, Y.astype(float)), {}),
    (TypeError, "target", (P, np.array(list("abc"))), {}),
    (ValueError, "target", (P, np.eye(2, dtype=int)[Y]), {}),
    (ValueError, "target", (P, Y[:, np.newaxis]), {}),
    (ValueError, "target", (P, Y[:2]), {}),
    (IndexError, "target", (P, Y + 1), {}),
    (IndexError, "target", (P, Y + 9), {}),
    (IndexError, "target", (P, Y - 1), {}),
    (IndexError, "target", (P[:, 0], Y + 1), {}),
    (IndexError, "target", (P[:, :0], 0 * Y), {}),
    (ValueError, "weight", (P, Y), {"weight": np.ones(2)}),
    (ValueError, "weight", (P, Y), {"weight": np.ones((3, 1))}),
    (ValueError, "weight", (P, Y), {"weight": 2.0}),
    (TypeError, "weight", (P, Y), {"weight": np.ones(3, complex)}),
    (ValueError, "reduction", (P, Y), {"reduction": "batchmean"}),
    (ValueError, "reduction", (P, Y), {"reduction": None}),
]


@pytest.mark.parametrize("function", [log_loss, log_loss_grad])
@pytest.mark.parametrize(("error", "name", "args", "option"), REFUSED)
def test_refused(function, error, name, args, option):
    assert_refused(function, error, name, args, option, by_torch=False)


probabilities = arrays(np.float64, 6, elements=st.floats(1e-3, 1 - 1e-3))
labels = arrays(np.int64, 6, elements=st.integers(0, 1))


@given(probabilities, labels)
@settings(max_examples=50, deadline=None)
def test_is_binary_cross_entropy_and_that_of_two_columns(p, y):
    assert np.isclose(log_loss(p, y), binary_cross_entropy(p, y.astype(float)), rtol=1e-13)
    assert np.isclose(log_loss(p, y), log_loss(np.stack([1 - p, p], 1), y), rtol=1e-12)
    assert np.isclose(log_loss(p, y), log_loss(1 - p, 1 - y), rtol=1e-12)


@given(arrays(np.float64, (6, 3), elements=st.floats(0.01, 1)), labels)
@settings(max_examples=50, deadline=None)
def test_is_nll_of_the_logarithms(p, y):
    p /= p.sum(axis=1, keepdims=True)
    weight = np.arange(1.0, 7)
    ours = log_loss(p, y, weight=weight, reduction="none")
    assert np.allclose(ours, weight * nll_loss(np.log(p), y, reduction="none"), rtol=1e-13)
    assert np.isclose(log_loss(p, y, weight=weight), ours.sum() / 21, rtol=1e-13)


@given(probabilities, labels)
@settings(max_examples=50, deadline=None)
def test_gradient_is_the_finite_difference(p, y):
    h = 1e-6
    rise = log_loss(p + h, y, reduction="none") - log_loss(p - h, y, reduction="none")
    assert np.allclose(rise / (2 * h), log_loss_grad(p, y, reduction="none"), rtol=1e-4)


@pytest.mark.parametrize("y", [0, 1])
@pytest.mark.parametrize("p", [3e-16, 1e-10, 0.3, 1 - 1e-10])
def test_against_high_precision(p, y):
    exact = -mpmath.log(p) if y else -mpmath.log1p(-mpmath.mpf(p))
    assert abs(log_loss([p], [y]) - exact) <= 2e-16 * exact


BAD = np.array([0, 1, 0.5, 5e-324, 1 - 1e-16, 1e-30])
SILENT = [(BAD, [0, 1, 1, 1, 0, 0]), (BAD[:, np.newaxis], [1, 0, 1, 1, 0, 0]), (BAD[:0], [])]
SILENT += [(np.stack([1 - BAD, BAD], 1), [1, 0, 1, 1, 0, 0])]

FAULT_CASES = [
    case(p, y, {"weight": w, "reduction": reduction})
    for p, y, w in (random_case((7,), "float64"), random_case((6, 4), "float64"))
    for reduction in ("mean", "sum", "none")
]
FAULT_CASES += [
    case(np.array([0, 1.0, 0.5, 1]), np.array([1, 0, 1, 1])),
    case(np.array([[0, 1.0], [1, 0], [0.5, 0.5]]), np.array([0, 1, 1])),
]
FAULTS = [
    ("-(y * np.log(p) + (1 - y) * np.log1p(-p))", "y * np.log(p) + (1 - y) * np.log1p(-p)"),
    ("-(y * np.log(p) + (1 - y) * np.log1p(-p))", "-y * np.log(p)"),
    ("-(y * np.log(p) + (1 - y) * np.log1p(-p))", "-(y * np.log1p(-p) + (1 - y) * np.log(p))"),
    ("        p = np.clip(p, eps, 1 - eps)\n", "        p = np.clip(p, 1e-7, 1 - 1e-7)\n"),
    ("-np.log(np.clip(p[np.arange(len(y)), y], eps, 1 - eps))", "-np.log(p[np.arange(len(y)), y])"),
    ("-np.log(np.clip(p[np.arange(len(y)), y], eps, 1 - eps))", "-np.log(np.clip(p[:, 0], eps, 1 - eps))"),
    ("float(np.sum(w, dtype=np.float64))", "len(p)"),
    ("np.where(inside, (p - y) / (p * (1 - p)), 0)", "np.where(inside, (y - p) / (p * (1 - p)), 0)"),
    ("np.where(inside, (p - y) / (p * (1 - p)), 0)", "(p - y) / np.clip(p * (1 - p), 1e-12, 1)"),
    ("np.where(inside, (p - y) / (p * (1 - p)), 0)", "np.where(inside, p - y, 0)"),
    ("np.where(inside, -1 / right, 0)", "-1 / np.clip(right, eps, 1 - eps)"),
    ("np.where(inside, -1 / right, 0)", "np.where(inside, 1 / right, 0)"),
    ("reduction, weight=column, total", "reduction, total"),
    ("weight=w, total=total, dtype=p.dtype, shape", "total=total, dtype=p.dtype, shape"),
]
