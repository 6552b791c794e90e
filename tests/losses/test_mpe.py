"""mpe against a torch expression, on the worked numbers, and as mathematics."""

from __future__ import annotations

import itertools

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lossbook import mape, mpe, mpe_grad
from tests.losses import pairs
from tests.losses.against_torch import Case, assert_refused, options

INF, NAN = np.inf, np.nan
FORECAST, ACTUAL = [110.0, 180.0, 50.0], [100.0, 200.0, 50.0]


def by_torch(x, y, *, percent=True, weight=None, reduction="mean"):
    terms = (100 if percent else 1) * (y - x) / y
    return pairs.torch_reduced(terms, weight, reduction, x)


def case(args, option, **more):
    return Case("mpe", args, option, reference=by_torch, **more)


@pytest.mark.parametrize("dtype", pairs.FLOATS)
@pytest.mark.parametrize("shape", pairs.SHAPES, ids=str)
def test_as_torch(shape, dtype):
    x, y = (np.asarray(pairs.positive(seed, shape, dtype) * 3 - 4) for seed in (0, 1))
    pairs.assert_same(
        case((x, y), option, tolerance=4 if dtype != "float16" else 16)
        for option in options(
            percent=[None, True, False],
            weight=pairs.sample_weights(shape, dtype),
            reduction=[None, *pairs.REDUCTIONS],
        )
    )


def test_layouts_blocks_lists():
    weight = pairs.positive(5, (4, 5, 6))
    pairs.assert_layouts("mpe", 2, {"weight": weight}, reference=by_torch)
    pairs.assert_blocks("mpe", 2, options(reduction=pairs.REDUCTIONS), reference=by_torch, tolerance=10)
    pairs.assert_lists("mpe", 2, {"percent": False})
    x, y, w = pairs.positive(0, (30_000, 3)), pairs.positive(1, (30_000, 3)), pairs.positive(2, (30_000,))
    pairs.assert_same(case((x, y), {"weight": w, "reduction": reduction}) for reduction in pairs.REDUCTIONS)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_edges(dtype):
    """The gradient is constant: a nan prediction does not reach it."""
    x = np.array([0, 1, 1e-30, 5e-324, 1e30, INF, INF, NAN, 1, -1, 3, 3, -0.0], dtype)
    y = np.array([1, 1, -1, 2, 1e30, 1, INF, 2, NAN, 1, 1e-36, -INF, -4], dtype)
    pairs.assert_same(
        case((x, y), option) for option in options(percent=[True, False], reduction=["none", "sum"])
    )
    assert mpe_grad([NAN], [2.0], reduction="sum") == -50


@pytest.mark.parametrize("reduction", pairs.REDUCTIONS)
@pytest.mark.parametrize(("left", "right"), pairs.BROADCAST)
def test_broadcasting_warns_once(left, right, reduction):
    x, y = pairs.positive(0, left), pairs.positive(1, right)
    for option in options(reduction=[reduction], weight=[None, pairs.positive(2, left)]):
        pairs.assert_broadcasts_with_one_warning(case((x, y), option))


def test_broadcasting_over_more_than_one_block():
    x, y = pairs.positive(0, (300, 1)), pairs.positive(1, (300,))
    pairs.assert_broadcasts_with_one_warning(case((x, y), {"weight": pairs.positive(2, (300, 1))}))


def test_mixed_dtypes():
    pairs.assert_own_dtypes("mpe")


def test_worked_numbers():
    assert mpe(FORECAST, ACTUAL) == 0
    assert np.array_equal(mpe(FORECAST, ACTUAL, reduction="none"), [-10, 10, 0])
    assert np.allclose(mpe_grad(FORECAST, ACTUAL), [-1 / 3, -1 / 6, -2 / 3], rtol=1e-15)
    assert mpe([90.0], [100.0]) == 10
    assert mpe([110.0], [100.0]) == -10
    assert np.isclose(mpe([90.0], [100.0], percent=False), 0.1)


def test_errors_of_both_signs_cancel():
    x, y = [50.0, 150.0], [100.0, 100.0]
    assert mpe(x, y) == 0
    assert mape(x, y) == 50


def test_the_sign_turns_where_the_target_is_negative():
    assert mpe([-90.0], [-100.0]) == 10


def test_zeros_are_refused():
    for target in ([1.0, 0.0], [1.0, -0.0], np.array([3, 0])):
        with pytest.raises(ValueError, match=r"target의 값은 0이 아니어야.*받은 값"):
            mpe([1.0, 2.0], target)


def test_empty():
    assert np.isnan(mpe([], []))
    assert mpe([], [], reduction="sum") == 0
    assert mpe_grad(np.ones((0, 3)), np.ones((0, 3))).shape == (0, 3)


REFUSED = [
    *pairs.OWN_REFUSED,
    *pairs.OWN_REDUCTION,
    (ValueError, "target", (pairs.ONES, 0 * pairs.ONES), {}),
    (TypeError, "percent", (pairs.ONES, pairs.ONES), {"percent": 0}),
    (TypeError, "percent", (pairs.ONES, pairs.ONES), {"percent": "a"}),
]


@pytest.mark.parametrize("function", pairs.both("mpe"))
@pytest.mark.parametrize(("error", "name", "args", "option"), REFUSED)
def test_refused(function, error, name, args, option):
    assert_refused(function, error, name, args, option, by_torch=False)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_against_high_precision(dtype):
    mpmath.mp.dps = 50
    unit = np.finfo(dtype).eps
    for x, y in itertools.product([0, 1e-30, 0.3, 7, -1e6, 1e30], [1e-6, 0.3, -7, 1e30]):
        x, y = dtype(x), dtype(y)
        exact = 100 * (mpmath.mpf(float(y)) - mpmath.mpf(float(x))) / mpmath.mpf(float(y))
        assert abs(mpmath.mpf(float(mpe(x, y))) - exact) <= 2 * unit * abs(exact)


values = arrays(np.float64, 6, elements=st.floats(-100, 100))
targets = arrays(np.float64, 6, elements=st.floats(0.5, 100))
weights = arrays(np.float64, 6, elements=st.floats(0.1, 10))


@given(values, targets, weights)
@settings(max_examples=50, deadline=None)
def test_a_weighted_mean(x, y, weight):
    terms = mpe(x, y, reduction="none")
    assert np.isclose(mpe(x, y, weight=weight), np.average(terms, weights=weight), atol=1e-9)
    assert np.isclose(mpe(x, y, weight=weight, reduction="sum"), np.sum(weight * terms), atol=1e-7)


@given(values, targets, st.floats(-5, 5).filter(lambda unit: abs(unit) > 0.1))
@settings(max_examples=50, deadline=None)
def test_has_no_unit(x, y, unit):
    assert np.isclose(mpe(unit * x, unit * y), mpe(x, y), rtol=1e-12, atol=1e-9)


@given(values, values, targets, st.floats(-2, 2))
@settings(max_examples=50, deadline=None)
def test_affine_so_unbounded_below_with_a_constant_gradient(a, b, y, mix):
    between = mpe(mix * a + (1 - mix) * b, y)
    assert np.isclose(between, mix * mpe(a, y) + (1 - mix) * mpe(b, y), atol=1e-8)
    assert np.array_equal(mpe_grad(a, y), mpe_grad(b, y))
    assert np.isclose(mpe(b, y), mpe(a, y) + np.sum(mpe_grad(a, y) * (b - a)), atol=1e-8)
    assert mpe(a + 1e6 * y, y) < -9e7


@given(values, targets, weights)
@settings(max_examples=20, deadline=None)
def test_gradient_is_the_finite_difference(x, y, weight):
    for option in options(weight=[weight], reduction=pairs.REDUCTIONS, percent=[True, False]):
        pairs.assert_finite_differences("mpe", (x,), {"target": y, **option}, rtol=1e-4)


EXTREME = np.array([[INF, NAN, -INF], [1e308, -1e308, 5e-324]])
SILENT = [(-EXTREME, EXTREME), (EXTREME[:0], EXTREME[:0])]

FAULT_CASES = [
    case((pairs.positive(0, (4, 3)), pairs.positive(1, (4, 3)) * [1, -1, 1]), option)
    for option in options(
        weight=[None, pairs.positive(2, (4,))], reduction=["mean", "sum"], percent=[True, False]
    )
]
FAULTS = [
    ("(y - x) / y)", "(x - y) / y)"),
    ("(y - x) / y)", "np.abs(y - x) / y)"),
    ("(y - x) / y)", "(y - x) / x)"),
    ("(y - x) / y)", "(y - x) / np.abs(y))"),
    ("scale * ((y - x)", "((y - x)"),
    ("-scale / y", "scale / y"),
    ("-scale / y", "-scale / np.abs(y)"),
    ("-scale / y", "-1 / y"),
    ("weight=w, total=weight_total(w, x, y)", "weight=w"),
    ("weight=w, total=weight_total(w, x, y)", "total=weight_total(w, x, y)"),
    ("reduced(loss, (x, y), reduction", "reduced(loss, (x, y), 'sum'"),
    ("gradient(slope, (x, y), reduction", "gradient(slope, (x, y), 'sum'"),
]
