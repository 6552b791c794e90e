"""categorical_cross_entropy against Keras' definition in torch, Keras' numbers and cross entropy."""

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

from lossbook import (
    categorical_cross_entropy,
    categorical_cross_entropy_grad,
    cross_entropy,
    cross_entropy_grad,
    log_loss,
)
from lossbook.losses._blocks import BLOCK
from tests.losses.against_torch import Case, assert_refused, differences, layouts, options

INF, NAN = np.inf, np.nan
REDUCTIONS = [None, "mean", "sum", "none"]
EVERY = {"label_smoothing": [None, 0.1, 1.0], "eps": [None, 0.0, 0.15], "reduction": REDUCTIONS}


def keras(p, y, *, label_smoothing=0.0, eps=1e-7, reduction="mean"):
    """Keras 3: divide by the sum over the last axis, clip, take the logarithm."""
    y = y.to(p.dtype) * (1 - label_smoothing) + label_smoothing / p.shape[-1]
    q = torch.clamp(p / p.sum(-1, keepdim=True), eps, 1 - eps)
    terms = -torch.xlogy(y, q).sum(-1)
    return terms if reduction == "none" else getattr(terms, reduction)()


def case(p, y, options=None, **more):
    return Case("categorical_cross_entropy", (p, y), options or {}, reference=keras, **more)


def random_pair(shape, dtype, seed=0):
    rng = np.random.default_rng(seed)
    p, y = rng.uniform(0.2, 1, (2, *shape))
    return p.astype(dtype), y.astype(dtype)


@pytest.mark.filterwarnings("ignore:input의 모양")
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
@pytest.mark.parametrize(
    "shape", [(4,), (1, 4), (3, 4), (5, 1), (6, 1, 1), (2, 3, 4), (2, 0, 4), (0, 4), (2, 100)], ids=str
)
def test_as_keras(shape, dtype):
    p, y = random_pair(shape, dtype)
    one_hot = np.eye(shape[-1])[np.zeros(shape[:-1], int)]
    problems = []
    for option in options(**EVERY):
        for target in (y, one_hot.astype(dtype), one_hot.astype(int), one_hot.astype(bool)):
            problems += differences(case(p, target, option, tolerance=4))
    assert problems == []


def test_layouts():
    p, y = random_pair((4, 5, 6), "float64")
    for a, b in zip(layouts(p), layouts(y), strict=True):
        assert differences(case(a, b, {"label_smoothing": 0.1})) == []
    same = categorical_cross_entropy(p[::-1].copy(), y)
    assert categorical_cross_entropy(p.astype(">f8")[::-1], y) == same


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("shape", [(BLOCK // 2, 5), (7, BLOCK // 3), (2, 2 * BLOCK)], ids=str)
def test_more_than_one_block(shape, dtype):
    p, y = random_pair(shape, dtype)
    for option in options(label_smoothing=[None, 0.1], reduction=["mean", "none"]):
        assert differences(case(p, y, option, tolerance=10)) == []


@pytest.mark.parametrize("target", ["float64", "float32", "float16", "int64", "uint8", "bool"])
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_the_target_is_cast_to_the_dtype_of_the_input(dtype, target):
    p = np.array([[0.5, 0.25, 0.25], [0.125, 0.25, 0.625]], dtype)
    for option in options(reduction=REDUCTIONS):
        assert differences(case(p, np.eye(3)[:2].astype(target), option)) == []


EDGES = [
    # probabilities, target
    ([1, 0, 0], [1, 0, 0]), ([1, 0, 0], [0, 1, 0]), ([1, 0, 0], [0.5, 0.5, 0]), ([0, 0, 0], [1, 0, 0]),
    ([1e-30, 1, 1], [1, 0, 0]), ([1e-7, 1 - 2e-7, 1e-7], [1, 0, 0]), ([2, 6, 2], [0, 1, 0]),
    ([NAN, 1, 1], [0, 1, 0]), ([INF, 1, 1], [0, 1, 0]), ([0.5, 0.5, 0], [0, 0, 0]), ([1, 1, 1], [2, -1, 0]),
    ([1, 1, 1], [NAN, 0, 0]), ([1, 1, 1], [INF, 0, 1]), ([5e-324, 5e-324, 0], [1, 0, 0]),
]  # fmt: skip


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("p", "y"), EDGES)
def test_edges_as_keras(p, y, dtype):
    for option in options(label_smoothing=[None, 0.1], reduction=["none", "mean"]):
        arrays = np.array([p], dtype), np.array([y], dtype)
        slopes = 1e-300 < sum(p) < INF or sum(p) == 0  # else inf less inf, in one order or another
        assert differences(case(*arrays, option, tolerance=2, gradient=slopes)) == []


def test_without_clipping_zero_times_log_zero_is_zero():
    p, y = [[0.0, 0.5, 0.5]], [[0.0, 1.0, 0.0]]
    assert categorical_cross_entropy(p, y, eps=0) == np.log(2)
    assert categorical_cross_entropy_grad(p, y, eps=0).tolist() == [[1, -1, 1]]
    assert categorical_cross_entropy(p, [[0.5, 0.5, 0.0]], eps=0) == INF


def test_worked_numbers():
    loss, gradient = categorical_cross_entropy, categorical_cross_entropy_grad
    assert np.isclose(loss([[0.25, 0.5, 0.25]], [[0, 1, 0]]), np.log(2), rtol=1e-15)
    assert np.isclose(loss([[0.2, 0.5, 0.3]], [[0, 1, 0]]), np.log(2), rtol=1e-15)
    assert round(float(loss([[2.0, 6, 2]], [[0, 1, 0]])), 4) == 0.5108
    assert round(float(loss([[0.1, 0.8, 0.1]], [[0, 1, 0]], label_smoothing=0.1)), 4) == 0.3618
    assert round(float(loss([[1.0, 0]], [[0, 1]])), 3) == 16.118
    assert round(float(loss([[1.0, 0]], [[0, 1]], eps=np.finfo(float).eps)), 2) == 36.04
    short = np.array([[1, 0]], np.float32)
    assert round(float(loss(short, [[0, 1]], eps=np.finfo(np.float32).eps)), 2) == 15.94
    assert np.allclose(gradient([[0.25, 0.5, 0.25]], [[0, 1, 0]]), [[1, -1, 1]])
    assert gradient([[1.0, 0]], [[0, 1]]).tolist() == [[0, 0]]  # a clipped wrong answer
    # Keras' documentation: [0, 1, 0] and [0, 0, 1] give 0.0513 and 2.303, their mean 1.177
    y, p = [[0, 1, 0], [0, 0, 1]], [[0.05, 0.95, 0], [0.1, 0.8, 0.1]]
    assert np.allclose(loss(p, y, reduction="none"), [0.05129329, 2.3025851], atol=1e-7)
    assert round(float(loss(p, y)), 3) == 1.177
    assert round(float(loss(p, y, reduction="sum")), 3) == 2.354
    assert loss([0.5, 0.5], [1, 0]) == np.log(2)
    assert loss([0.5, 0.5], [1, 0], reduction="none").shape == ()


def test_lists_take_the_dtype_of_the_input():
    p = np.ones((1, 2), np.float32)
    assert categorical_cross_entropy(p, [[0, 1]]).dtype == np.float32
    assert categorical_cross_entropy([[1, 1]], [[0, 1]]).dtype == np.float64


@pytest.mark.parametrize("function", [categorical_cross_entropy, categorical_cross_entropy_grad])
def test_a_single_class_warns_once(function):
    with pytest.warns(UserWarning, match="클래스가 하나뿐.*binary_cross_entropy") as record:
        function([[0.3], [0.7]], [[0], [1]])
    assert [warning.filename for warning in record] == [__file__]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        function([[3.0, 7.0]], [[2, 5]])


X = np.full((2, 3), 0.5)
REFUSED = [
    (TypeError, "input", (X.astype(int), X), {}),
    (TypeError, "input", (X.astype(complex), X), {}),
    (TypeError, "target", (X, X.astype(complex)), {}),
    (ValueError, "input", (np.array(0.5), np.array(1.0)), {}),
    (ValueError, "input", (X - 0.6, X), {}),
    (ValueError, "target", (X, np.array([0, 1])), {}),
    (ValueError, "target", (X, X[:1]), {}),
    (ValueError, "reduction", (X, X), {"reduction": "batchmean"}),
    (ValueError, "reduction", (X, X), {"reduction": None}),
    *((ValueError, "label_smoothing", (X, X), {"label_smoothing": v}) for v in (-0.1, 1.1, NAN)),
    *((TypeError, "label_smoothing", (X, X), {"label_smoothing": v}) for v in ("a", None, X)),
    *((ValueError, "eps", (X, X), {"eps": value}) for value in (-1e-9, 0.5, 1, NAN)),
    *((TypeError, "eps", (X, X), {"eps": value}) for value in ("a", None)),
]


@pytest.mark.parametrize("function", [categorical_cross_entropy, categorical_cross_entropy_grad])
@pytest.mark.parametrize(("error", "name", "args", "option"), REFUSED)
def test_refused(function, error, name, args, option):
    assert_refused(function, error, name, args, option, by_torch=False)


positive = arrays(np.float64, (3, 4), elements=st.floats(0.01, 10))
soft = arrays(np.float64, (3, 4), elements=st.floats(0, 1))
smoothing = st.floats(0, 1)


@given(positive, soft, st.floats(0.01, 100), smoothing)
@settings(max_examples=50, deadline=None)
def test_the_scale_of_the_probabilities_changes_nothing(p, y, scale, ε):
    same = categorical_cross_entropy(scale * p, y, label_smoothing=ε)
    assert np.isclose(same, categorical_cross_entropy(p, y, label_smoothing=ε), rtol=1e-12)
    gradient = categorical_cross_entropy_grad(p, y, label_smoothing=ε)
    assert np.allclose(np.sum(gradient * p, axis=1), 0, atol=1e-12)


@given(arrays(np.float64, (3, 4), elements=st.floats(-7, 7)), soft, smoothing)
@settings(max_examples=50, deadline=None)
def test_is_cross_entropy_of_the_logits(x, y, ε):
    p = np.exp(x)
    y /= np.sum(y, axis=1, keepdims=True) + 1e-300
    ours = categorical_cross_entropy(p, y, label_smoothing=ε)
    assert np.isclose(ours, cross_entropy(x, y, label_smoothing=ε), rtol=1e-12, atol=1e-15)
    by_logits = p * categorical_cross_entropy_grad(p, y, label_smoothing=ε)
    assert np.allclose(by_logits, cross_entropy_grad(x, y, label_smoothing=ε), atol=1e-14)


@given(positive, soft, smoothing)
@settings(max_examples=30, deadline=None)
def test_gradient_is_the_finite_difference(p, y, ε):
    gradient = categorical_cross_entropy_grad(p, y, label_smoothing=ε)
    h = 1e-6
    for index in np.ndindex(p.shape):
        step = np.zeros_like(p)
        step[index] = h
        rise = categorical_cross_entropy(
            p + step, y, label_smoothing=ε
        ) - categorical_cross_entropy(p - step, y, label_smoothing=ε)
        assert np.isclose(rise / (2 * h), gradient[index], rtol=1e-3, atol=1e-3)


@given(positive, arrays(np.int64, (3,), elements=st.integers(0, 3)))
@settings(max_examples=30, deadline=None)
def test_scikit_learn_and_log_loss_agree_on_normalised_probabilities(p, labels):
    p /= np.sum(p, axis=1, keepdims=True)
    ours = categorical_cross_entropy(p, np.eye(4)[labels], eps=np.finfo(float).eps)
    assert np.isclose(ours, sklearn_log_loss(labels, p, labels=range(4)), rtol=1e-12)
    assert np.isclose(ours, log_loss(p, labels), rtol=1e-12)


@pytest.mark.parametrize("p", [1e-300, 1e-30, 1e-8, 0.5, 1 - 1e-9])
def test_against_high_precision(p):
    exact = -mpmath.log(mpmath.mpf(p) / (mpmath.mpf(p) + mpmath.mpf(1 - p)))
    ours = categorical_cross_entropy([[p, 1 - p]], [[1, 0]], eps=0)
    assert abs(ours - exact) <= 2e-16 * (1 + exact)


BAD = np.array([[0, INF, NAN], [1e308, 1e308, 5e-324], [0, 0, 0]])
SILENT = [(BAD, BAD), (BAD, BAD[::-1]), (BAD[:0], BAD[:0])]

P, Y = random_pair((2, 5, 3), "float64", seed=1)
P[0, 0] = [0.001, 1, 1]
FAULT_CASES = [
    *(case(P, Y, {"label_smoothing": 0.2, "reduction": r}) for r in ("mean", "sum", "none")),
    case(P, Y, {"eps": 0.05}),
    *(case(np.array([[1.0, 0]]), np.array([y]), {"eps": 0.1}) for y in ([0, 1.0], [1.0, 0])),
    case(np.array([[1.0, 0, 1]]), np.array([[1, 0, 1]]), {"eps": 0.0}, gradient=False),
]
FAULTS = [
    ("p / np.sum(p, axis=0), eps", "p, eps"),
    ("np.clip(p / np.sum(p, axis=0), eps, 1 - eps)", "np.maximum(p / np.sum(p, axis=0), eps)"),
    ("np.clip(p / np.sum(p, axis=0), eps, 1 - eps)", "np.minimum(p / np.sum(p, axis=0), 1 - eps)"),
    ("-np.sum(t * np", "np.sum(t * np"),
    ("t * np.log(q + (t == 0))", "t * np.log(q)"),
    ("(1 - ε) * y + ε / len(y)", "(1 - ε) * y + ε"),
    ("(1 - ε) * y + ε / len(y)", "y + ε / len(y)"),
    ("np.sum(t, axis=0) - t / (q", "-t / (q"),
    ("(np.sum(t, axis=0) - t / (q + (t == 0))) / total", "np.sum(t, axis=0) - t / (q + (t == 0))"),
    (" * (q == np.clip(q, eps, 1 - eps))", ""),
    ("total=math.prod(shape)", "total=x.size"),
]
