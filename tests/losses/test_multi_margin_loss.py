"""multi_margin_loss against torch, on its edges, on the worked numbers, and as mathematics."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import hinge_loss

from lossbook import multi_margin_loss, multi_margin_loss_grad
from tests.losses.against_torch import Case, assert_refused, differences, layouts, options
from tests.losses.checks import central_differences

INF, NAN = np.inf, np.nan
NAME = "multi_margin_loss"
SHAPES = [
    ((), ()), ((), (1,)), ((1,), ()), ((4,), ()), ((4,), (1,)), ((1, 4), ()), ((1, 4), (1,)),
    ((3, 4), (3,)), ((5, 1), (5,)), ((9, 2), (9,)), ((20, 70), (20,)),
]  # fmt: skip
REDUCTIONS = [None, "mean", "sum", "none"]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("shape", "labels"), SHAPES)
def test_as_torch(shape, labels, dtype):
    rng = np.random.default_rng(0)
    classes = shape[-1] if shape else 1
    x = np.asarray(rng.normal(size=shape)).astype(dtype)
    y = np.asarray(rng.integers(0, classes, labels))
    problems = []
    for option in options(
        p=[None, True, 2.0],
        margin=[None, -0.5, 2, INF, NAN],
        weight=[None, rng.uniform(0.5, 2, classes).astype(dtype)],
        reduction=REDUCTIONS,
    ):
        problems += differences(Case(NAME, (x, y), option))
    assert problems == []


@pytest.mark.parametrize("shape", [(5000, 10), (3, 40_000), (40_000, 1)])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_blocks_and_layouts_as_torch(dtype, shape):
    """In float32 torch adds up the slope of a label term by term, over 40 000 terms."""
    many = 30.0 if shape[1] > 10 and dtype == "float32" else 1.0
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=shape).astype(dtype), rng.integers(0, shape[1], shape[0])
    weight = rng.uniform(size=shape[1]).astype(dtype)
    problems = []
    for a, b, w in zip(layouts(x), layouts(y), layouts(weight), strict=True):
        for option in options(p=[1, 2], weight=[None, w], reduction=["mean", "none"]):
            problems += differences(Case(NAME, (a, b), option, tolerance=many))
        problems += differences(Case(NAME, (a[::-1], b[::-1]), {"weight": w[::-1]}, tolerance=many))
    assert problems == []


ROWS = [
    [NAN, 1, 2], [1, NAN, 2], [1, 2, NAN], [1, INF, 2], [1, -INF, 2], [INF, -INF, 2], [INF, INF, 2],
    [-INF, -INF, 2], [INF, 1, 2], [0, 1, 5], [0, 9, 5], [1e30, 1e30, 1e30], [-1e30, 1e30, 0], [1e-45, 1, -3],
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=str)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_edges_as_torch(dtype, row):
    """torch leaves out terms that are nan, and weights only the terms above 0."""
    weights = [None, [1, NAN, 1], [1, INF, 1], [1, -INF, 1], [1, 0, -1], [1, -2, 1]]
    for weight in weights:
        for option in options(p=[1, 2], margin=[1.5, -1], reduction=["none", "mean"]):
            option |= {} if weight is None else {"weight": np.array(weight, dtype)}
            assert differences(Case(NAME, (np.array([row], dtype), np.array([1])), option)) == []


@pytest.mark.parametrize("function", [multi_margin_loss, multi_margin_loss_grad])
def test_empty_batch(function):
    """torch returns uninitialised memory for 'mean' and 'sum' here: it is not run."""
    x, y = np.zeros((0, 3)), np.zeros(0, int)
    if function is multi_margin_loss:
        assert np.isnan(function(x, y))
        assert function(x, y, reduction="sum") == 0
        assert function(x.astype("f4"), [], reduction="none").dtype == np.float32
    else:
        assert function(x, y).shape == (0, 3)
        assert function(x.astype("f4"), y, reduction="sum").dtype == np.float32
    assert function(x, y, reduction="none").shape[0] == 0


@pytest.mark.parametrize("p", [1, 2])
def test_exact_near_the_kink(p):
    """m - x_y + x_i as torch orders it: exact where x_y is near m and x_i near 0."""
    mpmath.mp.dps = 40
    for own, other in [(1.0, 1e-30), (1.0, 5e-324), (1 - 1e-16, 1e-20), (-1e4, 1e4), (0, -1 + 1e-16)]:
        z = 1 - mpmath.mpf(own) + mpmath.mpf(other)
        found = multi_margin_loss([own, other], 0, p)
        assert abs(float(found) - z**p / 2) <= 3e-16 * z**p + 5e-324


def test_worked_numbers():
    x = [1.5, 2.0, 4.0]
    assert np.isclose(multi_margin_loss(x, 1), 7 / 6, rtol=1e-15)
    assert np.allclose(multi_margin_loss_grad(x, 1), [1 / 3, -2 / 3, 1 / 3])
    assert np.isclose(multi_margin_loss(x, 1, p=2), 37 / 12, rtol=1e-15)
    assert np.allclose(multi_margin_loss_grad(x, 1, p=2), [1 / 3, -7 / 3, 2])
    four = [0.1, 0.2, 0.4, 0.8]
    assert np.isclose(multi_margin_loss(four, 3), 0.325)
    assert np.isclose(multi_margin_loss(four, 3, p=2), 0.1525)
    assert np.isclose(multi_margin_loss(four, 3, margin=0.5), 0.025)
    assert np.isclose(multi_margin_loss([0, 0, 0], 0), 2 / 3)
    assert np.isclose(multi_margin_loss([x, x], [1, 1], weight=[1, 3, 1]), 3.5)  # / N, not / Σw
    crammer_singer = hinge_loss([3], [four], labels=[0, 1, 2, 3])
    assert np.isclose(crammer_singer, 0.6)


def test_lists_scalars_and_the_dtype_of_the_weight():
    x = np.zeros((2, 3), np.float32)
    assert multi_margin_loss(x, [0, 2], weight=[1, 2, 3]).dtype == np.float32
    assert multi_margin_loss([1, 2], 0).dtype == np.float64
    assert multi_margin_loss(3.0, 0) == 0


A, Y = np.zeros((2, 3)), np.array([0, 2])
REFUSED = [
    (TypeError, "input", (A.astype(np.float16), Y), {}),
    (TypeError, "input", (A.astype(int), Y), {}),
    (TypeError, "input", (A.astype(bool), Y), {}),
    (TypeError, "input", (A.astype(complex), Y), {}),
    (ValueError, "input", (A[np.newaxis], Y), {}),
    (ValueError, "input", (A[:, :0], Y), {}),
    (ValueError, "input", (A[0, :0], np.array(0)), {}),
    (ValueError, "input", (A[:0, :0], Y[:0]), {}),
    (TypeError, "target", (A, Y.astype(float)), {}),
    (TypeError, "target", (A, Y.astype(np.int32)), {}),
    (TypeError, "target", (A, Y.astype(np.uint8)), {}),
    (TypeError, "target", (A, Y.astype(bool)), {}),
    (ValueError, "target", (A, Y[:1]), {}),
    (ValueError, "target", (A, Y[:, np.newaxis]), {}),
    (ValueError, "target", (A[0], Y), {}),
    (ValueError, "target", (A, np.array(0)), {}),
    (ValueError, "target", (A[:1], np.array([[0]])), {}),
    (IndexError, "target", (A, np.array([0, 3])), {}),
    (IndexError, "target", (A, np.array([0, -1])), {}),
    (IndexError, "target", (A, np.array([-100, 0])), {}),
    (ValueError, "p", (A, Y), {"p": 3}),
    (ValueError, "p", (A, Y), {"p": 1.5}),
    (ValueError, "p", (A, Y), {"p": 0}),
    (ValueError, "p", (A, Y), {"p": "1"}),
    (ValueError, "p", (A, Y), {"p": None}),
    (TypeError, "margin", (A, Y), {"margin": None}),
    (TypeError, "margin", (A, Y), {"margin": "1"}),
    (TypeError, "margin", (A, Y), {"margin": np.ones(2)}),
    (ValueError, "margin", (A.astype(np.float32), Y), {"margin": 1e39}),
    (TypeError, "weight", (A, Y), {"weight": np.ones(3, np.float32)}),
    (TypeError, "weight", (A, Y), {"weight": np.ones(3, int)}),
    (ValueError, "weight", (A, Y), {"weight": np.ones(2)}),
    (ValueError, "weight", (A, Y), {"weight": np.ones((1, 3))}),
    (ValueError, "weight", (A, Y), {"weight": np.array(1.0)}),
    (ValueError, "reduction", (A, Y), {"reduction": "avg"}),
    (ValueError, "reduction", (A, Y), {"reduction": None}),
]


@pytest.mark.parametrize("function", [multi_margin_loss, multi_margin_loss_grad])
@pytest.mark.parametrize(("error", "name", "args", "option"), REFUSED)
def test_refused_as_torch(function, error, name, args, option):
    assert_refused(function, error, name, tuple(np.asarray(arg) for arg in args), option)


scores = arrays(np.float64, (3, 4), elements=st.floats(-5, 5))
labels = arrays(np.int64, 3, elements=st.integers(0, 3))
powers, margins = st.sampled_from([1, 2]), st.floats(-1, 3)
weights = arrays(np.float64, 4, elements=st.floats(0, 3))


@given(scores, labels, powers, margins, weights)
@settings(max_examples=50, deadline=None)
def test_the_formula_term_by_term(x, y, p, m, weight):
    terms = [
        weight[y[n]] / 4 * sum(max(0, m - x[n, y[n]] + x[n, i]) ** p for i in range(4) if i != y[n])
        for n in range(3)
    ]
    assert np.allclose(multi_margin_loss(x, y, p, m, weight, "none"), terms, rtol=1e-13)
    assert np.isclose(multi_margin_loss(x, y, p, m, weight), np.mean(terms), rtol=1e-13)


@given(scores, labels, powers, margins, weights, st.floats(-9, 9))
@settings(max_examples=50, deadline=None)
def test_blind_to_a_common_constant_and_slopes_sum_to_zero(x, y, p, m, weight, constant):
    moved = multi_margin_loss(x + constant, y, p, m, weight)
    assert np.isclose(multi_margin_loss(x, y, p, m, weight), moved, atol=1e-11)
    assert np.allclose(multi_margin_loss_grad(x, y, p, m, weight).sum(axis=1), 0, atol=1e-13)


@given(scores, labels, powers, margins, weights)
@settings(max_examples=30, deadline=None)
def test_gradient_is_the_finite_difference_away_from_the_kink(x, y, p, m, weight):
    z = m - np.take_along_axis(x, y[:, np.newaxis], 1) + x
    assume(np.all(np.abs(z) > 1e-4))
    for how in ("mean", "sum"):
        slopes = central_differences(lambda x, how=how: multi_margin_loss(x, y, p, m, weight, how), x, 1e-5)
        assert np.allclose(multi_margin_loss_grad(x, y, p, m, weight, how), slopes, atol=1e-7)


@given(scores, scores, labels, powers, st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_convex(a, b, y, p, mix):
    between = multi_margin_loss(mix * a + (1 - mix) * b, y, p)
    assert between <= mix * multi_margin_loss(a, y, p) + (1 - mix) * multi_margin_loss(b, y, p) + 1e-12


@given(arrays(np.float64, (3, 2), elements=st.floats(-5, 5)), arrays(np.int64, 3, elements=st.integers(0, 1)))
@settings(max_examples=50, deadline=None)
def test_of_two_classes_it_is_half_the_binary_hinge(x, y):
    assume(len(set(y)) == 2)
    binary = hinge_loss(y, x[:, 1] - x[:, 0], labels=[0, 1])
    assert np.isclose(multi_margin_loss(x, y), binary / 2, rtol=1e-13)


BAD = np.array([[INF, -INF, NAN], [1e308, -1e308, 5e-324]])
SILENT = [(BAD, [0, 1]), (BAD, [2, 0], 2, 1e308), (BAD[:0], [])]

RNG = np.random.default_rng(0)
PAIR = (RNG.normal(size=(6, 4)), np.array([0, 3, 1, 2, 3, 0]))
FAULT_CASES = [
    *(
        Case(NAME, PAIR, {"p": p, "margin": 0.8, "weight": np.array([0.5, 2, 1, 3]), "reduction": how})
        for p in (1, 2)
        for how in ("mean", "sum")
    ),
    Case(NAME, PAIR),
    Case(NAME, (np.array([[NAN, 1, 2], [1, NAN, 2]]), np.array([1, 1]))),
    Case(NAME, (np.array([[0.0, 9, 0]]), np.array([1])), {"weight": np.array([1, INF, 1])}),
]
FAULTS = [
    ("(margin - own)[:, np.newaxis] + x", "(margin + own)[:, np.newaxis] - x"),
    ("(margin - own)[:, np.newaxis] + x", "(1 - own)[:, np.newaxis] + x"),
    ("z[rows, y] = 0", "pass"),
    ("return positive_part(z)", "return np.maximum(z, 0)"),
    ("return positive_part(z)", "return z"),
    ("hinge if p == 1 else hinge**2", "hinge"),
    ("hinge if p == 1 else hinge**2", "hinge**2"),
    (" / x.shape[1]", ""),
    (" / x.shape[1]", " / (x.shape[1] - 1)"),
    ("w[y] * terms", "terms"),
    ("w[y] * terms", "w[y] ** p * terms"),
    ("np.where(terms > 0, w[y] * terms, 0)", "w[y] * terms"),
    ("reduced(loss, (x, y), reduction", "reduced(loss, (x, y), 'sum'"),
    ("dtype=x.dtype, shape=shape", "dtype=x.dtype, shape=shape, total=1 if w is None else np.sum(w[y])"),
    ("else 2 * hinge", "else hinge"),
    ("(hinge > 0).astype(x.dtype) if p == 1", "1 + 0 * hinge if p == 1"),
    ("out=slopes, where=hinge > 0)", "out=slopes)"),
    ("= -row_sums(slopes)", "= row_sums(slopes)"),
    ("total = N * C if", "total = N if"),
    ('N * C if reduction == "mean" else C', "C"),
]
