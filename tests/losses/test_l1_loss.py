"""l1_loss against torch, on its edges, on the worked numbers, and as mathematics."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import mean_absolute_error

from lossbook import huber_loss, l1_loss, l1_loss_grad, smooth_l1_loss, smooth_l1_loss_grad
from tests.losses import pairs
from tests.losses.against_torch import REFUSALS, Case, assert_refused, options

INF, NAN = np.inf, np.nan
E, ZERO = [0.5, -1.0, 2.0, -4.0], [0.0] * 4
DTYPES = [*pairs.FLOATS, "int64", "int32", "int8", "uint8", "bool"]


@pytest.mark.parametrize("dtype", pairs.FLOATS)
@pytest.mark.parametrize("shape", pairs.SHAPES, ids=str)
def test_as_torch(shape, dtype):
    rng = np.random.default_rng(0)
    x, y = (np.asarray(2 * rng.normal(size=shape)).astype(dtype) for _ in range(2))
    w = pairs.positive(1, shape, dtype)
    weights = [None, w, w.astype("float64"), np.ones(shape, int), np.ones(shape, bool)]
    pairs.assert_same(
        Case("l1_loss", (x, y), option)
        for option in options(reduction=[None, *pairs.REDUCTIONS], weight=weights)
    )


def test_layouts_and_blocks():
    weight = pairs.positive(5, (4, 5, 6))
    pairs.assert_layouts("l1_loss", 2, {"weight": weight})
    pairs.assert_blocks("l1_loss", 2, options(reduction=pairs.REDUCTIONS))
    x, y, w = (pairs.positive(seed, (70_000,)) for seed in range(3))
    pairs.assert_same(
        Case("l1_loss", (x, y), option)
        for option in options(reduction=pairs.REDUCTIONS, weight=[w, w > 1])
    )


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_edges_as_torch(dtype):
    x = np.array([0, -0.0, 1, -2, INF, -INF, NAN, 1e-30, INF, -INF, 1e38, 5e-324, 2], dtype)
    y = np.array([0, 0, 0, 0, 0, 0, 0, 0, INF, INF, -1e38, 0, NAN], dtype)
    w = np.array([0, 1, 2, NAN, INF, 0, 0, 1, 0, 1, 1, 1, -1], dtype)
    pairs.assert_same(
        Case("l1_loss", (x, y), option)
        for option in options(reduction=["none", "sum", "mean"], weight=[None, w, np.zeros_like(w)])
    )


@pytest.mark.parametrize("reduction", pairs.REDUCTIONS)
@pytest.mark.parametrize(("left", "right"), pairs.BROADCAST)
def test_broadcasting_warns_once_and_gives_torchs_number(left, right, reduction):
    x, y = pairs.positive(0, left), pairs.positive(1, right)
    for option in options(reduction=[reduction], weight=[None, pairs.positive(2, left)]):
        pairs.assert_broadcasts_with_one_warning(Case("l1_loss", (x, y), option))


@pytest.mark.parametrize("target", DTYPES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_mixed_dtypes_as_torch(dtype, target):
    """torch takes integers, except in an unweighted mean, and no bool."""
    x, y = np.array([1, 5, 3]).astype(dtype), np.array([0, 1, 1]).astype(target)
    for weight, reduction in itertools.product([None, *DTYPES], pairs.REDUCTIONS):
        option = {"reduction": reduction}
        if weight:
            option["weight"] = np.array([1, 2, 0]).astype(weight)
        tensors = {k: torch.from_numpy(v) if k == "weight" else v for k, v in option.items()}
        try:
            torch.nn.functional.l1_loss(torch.from_numpy(x), torch.from_numpy(y), **tensors)
        except REFUSALS:
            with pytest.raises(TypeError, match=r"input.*받은 dtype"):
                l1_loss(x, y, **option)
        else:
            pairs.assert_same([Case("l1_loss", (x, y), option, gradient=x.dtype.kind == "f")])
        if x.dtype.kind != "f":
            with pytest.raises(TypeError, match=r"input.*받은 dtype"):
                l1_loss_grad(x, y, **option)


def test_lists_and_numbers():
    pairs.assert_lists("l1_loss", 2, {})
    assert l1_loss(np.array([1, 2]), [0.5, 0.5], "sum") == 2.0
    assert l1_loss(np.ones(2, np.float32), [0, 0], weight=[1, 2]).dtype == np.float32


def test_worked_numbers():
    assert l1_loss(E, ZERO) == 1.875
    assert np.array_equal(l1_loss_grad(E, ZERO), [0.25, -0.25, 0.25, -0.25])
    assert l1_loss([1, 2, 3], [0, 0, 0], weight=[1, 2, 1]) == 2.0
    assert l1_loss([1, 2, 100], [2, 2, 2], "sum") == 99
    assert np.array_equal(l1_loss_grad([1.0, -0.0], [1.0, 0.0], "sum"), [0, 0])
    sums = [l1_loss(np.full(4, c), [0.0, 1, 2, 10], "sum") for c in (0.9, 1, 1.5, 2, 2.1)]
    assert np.allclose(sums, [11.2, 11, 11, 11, 11.2])


def test_empty():
    assert np.isnan(l1_loss([], []))
    assert l1_loss([], [], "sum") == 0
    assert l1_loss_grad(np.zeros((0, 3)), np.zeros((0, 3))).shape == (0, 3)


def test_float16_does_not_overflow_in_the_sums():
    """torch divides inf by inf in a weighted mean of float16."""
    x = np.full(70_000, 3, np.float16)
    assert l1_loss(x, 0 * x, weight=x / 3) == 3


X = np.zeros((3, 2))
REFUSED = [
    (TypeError, "input", (X.astype(int), X.astype(int)), {}),
    (TypeError, "input", (X.astype(bool), X), {}),
    (TypeError, "target", (X, X.astype(bool)), {}),
    (TypeError, "input", (np.array(["a"]), X), {}),
    (ValueError, "target", (X, np.zeros((2, 3))), {}),
    (ValueError, "weight", (X, X), {"weight": np.ones(2)}),
    (ValueError, "weight", (X, X), {"weight": np.array(1.0)}),
    (ValueError, "weight", (X, X), {"weight": np.ones((3, 1))}),
    (ValueError, "reduction", (X, X), {"reduction": "x"}),
    (ValueError, "reduction", (X, X), {"reduction": None}),
    (ValueError, "reduction", (X, X), {"reduction": "x", "weight": np.ones((3, 2))}),
]


@pytest.mark.parametrize("function", pairs.both("l1_loss"))
@pytest.mark.parametrize(("error", "name", "args", "option"), REFUSED)
@pytest.mark.filterwarnings("ignore:Using a target size")
def test_refused_as_torch(function, error, name, args, option):
    assert_refused(function, error, name, args, option)


values = arrays(np.float64, 6, elements=st.floats(-100, 100))
weights = arrays(np.float64, 6, elements=st.floats(0.1, 10))


@given(values, values, weights)
@settings(max_examples=50, deadline=None)
def test_as_scikit_learn(x, y, weight):
    assert np.isclose(l1_loss(x, y, weight=weight), mean_absolute_error(y, x, sample_weight=weight))


@given(values, values)
@settings(max_examples=50, deadline=None)
def test_is_smooth_l1_without_rounding_and_the_limit_of_huber(x, y):
    assert np.array_equal(l1_loss(x, y, "none"), smooth_l1_loss(x, y, "none", 0.0))
    assert np.array_equal(l1_loss_grad(x, y), smooth_l1_loss_grad(x, y, beta=0.0))
    scaled = huber_loss(x, y, "none", 1e-9) / 1e-9
    assert np.allclose(l1_loss(x, y, "none"), scaled, atol=1e-8)


@given(values, values, st.floats(-50, 50), st.floats(-3, 3))
@settings(max_examples=50, deadline=None)
def test_symmetric_shift_invariant_and_homogeneous(x, y, shift, scale):
    loss = l1_loss(x, y, "none")
    assert np.array_equal(loss, l1_loss(y, x, "none"))
    assert np.allclose(loss, l1_loss(x + shift, y + shift, "none"), atol=1e-12)
    assert np.allclose(abs(scale) * loss, l1_loss(scale * x, scale * y, "none"), atol=1e-12)


@given(values, values, values, st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_convex_with_the_sign_as_subgradient(a, b, y, mix):
    between = l1_loss(mix * a + (1 - mix) * b, y, "none")
    assert np.all(between <= mix * l1_loss(a, y, "none") + (1 - mix) * l1_loss(b, y, "none") + 1e-9)
    tangent = l1_loss(a, y, "none") + l1_loss_grad(a, y, "none") * (b - a)
    assert np.all(tangent <= l1_loss(b, y, "none") + 1e-9)


@given(arrays(np.float64, 5, elements=st.floats(-100, 100)), st.floats(-100, 100))
@settings(max_examples=50, deadline=None)
def test_the_median_minimises(y, other):
    best = l1_loss(np.full(5, np.median(y)), y)
    assert best <= l1_loss(np.full(5, other), y) + 1e-12


SILENT = [(pairs.BAD, -pairs.BAD), (pairs.BAD[:0], pairs.BAD[:0])]

RNG = np.random.default_rng(0)
FAULT_CASES = [
    Case("l1_loss", (2 * A, B), {"weight": W, "reduction": reduction})
    for A, B, W in [RNG.normal(size=(3, 5, 3))]
    for reduction in ("mean", "sum")
] + [
    Case("l1_loss", (np.zeros(2), np.zeros(2))),
    Case("l1_loss", (np.ones(3, np.int32), np.zeros(3, np.int32)), {"reduction": "sum"}, gradient=False),
]
FAULTS = [
    ("np.abs(x - y)", "(x - y)"),
    ("np.abs(x - y)", "np.abs(x + y)"),
    ("np.abs(x - y)", "(x - y) ** 2"),
    ("weight=w, total=weight_sum(w)", "weight=w"),
    ("weight=w, total=weight_sum(w)", "total=weight_sum(w)"),
    (", dtype=dtype)", ")"),
    ("sign(x - y)", "sign(y - x)"),
    ("sign(x - y)", "(x - y)"),
    ("sign(x - y)", "np.where(x >= y, 1.0, -1.0)"),
    ("reduced(loss, (x, y), reduction", "reduced(loss, (x, y), 'sum'"),
    ("gradient(slope, (x, y), reduction", "gradient(slope, (x, y), 'sum'"),
]  # fmt: skip
