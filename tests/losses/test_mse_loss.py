"""mse_loss against torch, on its edges, on the worked numbers, and as mathematics."""

from __future__ import annotations

import itertools

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import mean_squared_error

from lossbook import huber_loss, mse_loss, mse_loss_grad
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
        Case("mse_loss", (x, y), option)
        for option in options(reduction=[None, *pairs.REDUCTIONS], weight=weights)
    )


def test_layouts_and_blocks():
    pairs.assert_layouts("mse_loss", 2, {"weight": pairs.positive(5, (4, 5, 6))})
    pairs.assert_blocks("mse_loss", 2, options(reduction=pairs.REDUCTIONS))
    x, y, w = (pairs.positive(seed, (70_000,)) for seed in range(3))
    pairs.assert_same(
        Case("mse_loss", (x, y), option)
        for option in options(reduction=pairs.REDUCTIONS, weight=[w, w > 1])
    )


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_edges_as_torch(dtype):
    x = np.array([0, -0.0, 1, -2, INF, -INF, NAN, 1e-30, INF, -INF, 1e38, 5e-324, 2], dtype)
    y = np.array([0, 0, 0, 0, 0, 0, 0, 0, INF, INF, -1e38, 0, NAN], dtype)
    w = np.array([0, 1, 2, NAN, INF, 0, 0, 1, 0, 1, 1, 1, -1], dtype)
    pairs.assert_same(
        Case("mse_loss", (x, y), option)
        for option in options(reduction=pairs.REDUCTIONS, weight=[None, w, np.zeros_like(w)])
    )


@pytest.mark.parametrize("reduction", pairs.REDUCTIONS)
@pytest.mark.parametrize(("left", "right"), pairs.BROADCAST)
def test_broadcasting_warns_once_and_gives_torchs_number(left, right, reduction):
    x, y = pairs.positive(0, left), pairs.positive(1, right)
    for option in options(reduction=[reduction], weight=[None, pairs.positive(2, left)]):
        pairs.assert_broadcasts_with_one_warning(Case("mse_loss", (x, y), option))


@pytest.mark.parametrize("target", DTYPES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_mixed_dtypes_as_torch(dtype, target):
    """Unweighted, torch wants one float; weighted, it takes integers but no bool."""
    x, y = np.array([1, 5, 3]).astype(dtype), np.array([0, 1, 1]).astype(target)
    for weight, reduction in itertools.product([None, *DTYPES], pairs.REDUCTIONS):
        option = {"reduction": reduction}
        if weight:
            option["weight"] = np.array([1, 2, 0]).astype(weight)
        tensors = {k: torch.from_numpy(v) if k == "weight" else v for k, v in option.items()}
        try:
            torch.nn.functional.mse_loss(torch.from_numpy(x), torch.from_numpy(y), **tensors)
        except REFUSALS:
            with pytest.raises(TypeError, match=r"input.*받은 dtype"):
                mse_loss(x, y, **option)
        else:
            pairs.assert_same([Case("mse_loss", (x, y), option, gradient=x.dtype.kind == "f")])
        if x.dtype.kind != "f":
            with pytest.raises(TypeError, match=r"input.*받은 dtype"):
                mse_loss_grad(x, y, **option)


def test_lists_and_numbers():
    pairs.assert_lists("mse_loss", 2, {})
    assert mse_loss(np.array([1, 2]), [0.5, 0.5], "sum") == 2.5
    assert mse_loss(np.ones(2, np.float32), [0, 0], weight=[1, 2]).dtype == np.float32


def test_worked_numbers():
    assert mse_loss(E, ZERO) == 5.3125
    assert np.array_equal(mse_loss_grad(E, ZERO), [0.25, -0.5, 1, -2])
    assert mse_loss([1, 2, 3], [0, 0, 0], weight=[1, 2, 1]) == 4.5
    assert mse_loss(E, ZERO, "none")[3] / mse_loss(E, ZERO, "sum") == 16 / 21.25
    counts = np.array([0.0, 1, 2, 10])
    assert mse_loss(np.full(4, 3.25), counts) == 15.6875
    assert mse_loss_grad(np.full(4, 3.25), counts).sum() == 0
    with pytest.warns(UserWarning, match="브로드캐스트"):
        assert np.isclose(mse_loss([[1.0], [2], [3]], [1.0, 2, 3]), 4 / 3)


def test_a_nan_masked_after_the_loss_still_makes_the_gradient_nan():
    """pytorch#121416, which is why a chapter masks before."""
    weight = np.array([1.0, 0.0])
    assert np.isnan(mse_loss_grad([1.0, 2.0], [0.0, NAN], "sum", weight)[1])


def test_empty():
    assert np.isnan(mse_loss([], []))
    assert mse_loss([], [], "sum") == 0
    assert mse_loss_grad(np.zeros((0, 3)), np.zeros((0, 3))).shape == (0, 3)


def test_float32_sums_are_those_of_high_precision():
    x = np.random.default_rng(0).normal(size=200_000).astype(np.float32) * 1e3
    exact = float(mpmath.fsum(mpmath.mpf(float(value)) ** 2 for value in x[:2000]))
    assert abs(mse_loss(x[:2000], 0 * x[:2000], "sum") / exact - 1) < 1.2e-7
    exact = np.sum(x.astype(np.float64) ** 2)
    ours = float(mse_loss(x, 0 * x, "sum"))
    theirs = float(torch.nn.functional.mse_loss(torch.tensor(x), torch.zeros(200_000), reduction="sum"))
    assert abs(ours - exact) <= max(abs(theirs - exact), 6e-8 * exact)


X = np.zeros((3, 2))
REFUSED = [
    (TypeError, "input", (X.astype(int), X.astype(int)), {}),
    (TypeError, "input", (X.astype(bool), X.astype(bool)), {}),
    (TypeError, "input", (X.astype(bool), X), {"weight": np.ones((3, 2))}),
    (TypeError, "input", (X.astype(complex), X), {}),
    (TypeError, "target", (X, X.astype(complex)), {}),
    (ValueError, "target", (X, np.zeros((2, 3))), {}),
    (ValueError, "weight", (X, X), {"weight": np.ones(2)}),
    (ValueError, "weight", (X, X), {"weight": np.array(1.0)}),
    (ValueError, "weight", (X, X), {"weight": np.ones((3, 1))}),
    (ValueError, "reduction", (X, X), {"reduction": "x"}),
    (ValueError, "reduction", (X, X), {"reduction": None}),
    (ValueError, "reduction", (X, X), {"reduction": "x", "weight": np.ones((3, 2))}),
]


@pytest.mark.parametrize("function", pairs.both("mse_loss"))
@pytest.mark.parametrize(("error", "name", "args", "option"), REFUSED)
@pytest.mark.filterwarnings("ignore:Using a target size")
def test_refused_as_torch(function, error, name, args, option):
    assert_refused(function, error, name, args, option)


values = arrays(np.float64, 6, elements=st.floats(-100, 100))
weights = arrays(np.float64, 6, elements=st.floats(0.1, 10))


@given(values, values, weights)
@settings(max_examples=50, deadline=None)
def test_as_scikit_learn(x, y, weight):
    theirs = mean_squared_error(y, x, sample_weight=weight)
    assert np.isclose(mse_loss(x, y, weight=weight), theirs)


@given(values, values)
@settings(max_examples=50, deadline=None)
def test_is_twice_huber_with_a_wide_delta(x, y):
    wide = 2 * huber_loss(x, y, "none", 1e3)
    assert np.allclose(mse_loss(x, y, "none"), wide, rtol=1e-13, atol=1e-300)


@given(values, values, st.floats(-50, 50), st.floats(-3, 3))
@settings(max_examples=50, deadline=None)
def test_symmetric_shift_invariant_and_quadratic(x, y, shift, scale):
    loss = mse_loss(x, y, "none")
    assert np.array_equal(loss, mse_loss(y, x, "none"))
    assert np.allclose(loss, mse_loss(x + shift, y + shift, "none"), atol=1e-9)
    assert np.allclose(scale**2 * loss, mse_loss(scale * x, scale * y, "none"), atol=1e-9)


@given(values, values, weights)
@settings(max_examples=30, deadline=None)
def test_gradient_is_the_finite_difference(x, y, weight):
    for reduction in pairs.REDUCTIONS:
        option = {"weight": weight, "reduction": reduction}
        pairs.assert_finite_differences("mse_loss", (x, y), option, rtol=1e-5)


@given(values, values, values, st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_strongly_convex_along_every_line(a, b, y, mix):
    between = mse_loss(mix * a + (1 - mix) * b, y, "none")
    ends = mix * mse_loss(a, y, "none") + (1 - mix) * mse_loss(b, y, "none")
    assert np.allclose(ends - between, mix * (1 - mix) * (a - b) ** 2, atol=1e-8)


@given(values, st.floats(-100, 100))
@settings(max_examples=50, deadline=None)
def test_the_mean_minimises_and_the_rest_is_variance_plus_squared_bias(y, other):
    loss = mse_loss(np.full(6, other), y)
    assert np.isclose(loss, np.var(y) + (other - np.mean(y)) ** 2, atol=1e-9)


SILENT = [(pairs.BAD, -pairs.BAD), (pairs.BAD[:0], pairs.BAD[:0])]

RNG = np.random.default_rng(0)
INTEGERS = np.array([3, 1])
FAULT_CASES = [
    Case("mse_loss", (2 * A, B), {"weight": W, "reduction": reduction})
    for A, B, W in [RNG.normal(size=(3, 5, 3))]
    for reduction in ("mean", "sum")
] + [
    Case("mse_loss", (INTEGERS, 0 * INTEGERS), {"weight": INTEGERS}, gradient=False),
    Case("mse_loss", (RNG.normal(size=(1, 3)), RNG.normal(size=(5, 3)))),
]
FAULTS = [
    ("(x - y) ** 2", "(x - y) ** 2 / 2"),
    ("(x - y) ** 2", "(x + y) ** 2"),
    ("(x - y) ** 2", "np.abs(x - y)"),
    ("weight=w, total=weight_sum(w)", "weight=w"),
    ("weight=w, total=weight_sum(w)", "total=weight_sum(w)"),
    ("total=weight_sum(w), dtype=dtype", "total=weight_sum(w)"),
    ("2 * reduction_scale", "reduction_scale"),
    ("scale * (x - y)", "scale * (y - x)"),
    ("np.broadcast(x, y).size if w is None", "np.broadcast(x, y).size if True"),
    ("np.broadcast(x, y).size if w is None", "x.size if w is None"),
    ("reduced(loss, (x, y), reduction", "reduced(loss, (x, y), 'sum'"),
    ("reduction_scale(reduction, total)", "reduction_scale('sum', total)"),
]
