"""mape against a torch expression, scikit-learn, Keras' numbers, and as mathematics."""

from __future__ import annotations

import itertools

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import mean_absolute_percentage_error

from lossbook import l1_loss, l1_loss_grad, mape, mape_grad, mpe
from tests.losses import pairs
from tests.losses.against_torch import Case, assert_refused, options

INF, NAN = np.inf, np.nan
FORECAST, ACTUAL = [110.0, 180.0, 50.0], [100.0, 200.0, 50.0]


def by_torch(x, y, *, percent=True, weight=None, reduction="mean"):
    terms = (100 if percent else 1) * torch.abs((y - x) / y)
    return pairs.torch_reduced(terms, weight, reduction, x)


def case(args, option, **more):
    return Case("mape", args, option, reference=by_torch, **more)


@pytest.mark.parametrize("dtype", pairs.FLOATS)
@pytest.mark.parametrize("shape", pairs.SHAPES, ids=str)
def test_as_torch(shape, dtype):
    x, y = (np.asarray(pairs.positive(seed, shape, dtype) * 3 - 4) for seed in (0, 1))
    pairs.assert_same(
        case((x, y), option, tolerance=4)
        for option in options(
            percent=[None, True, False],
            weight=pairs.sample_weights(shape, dtype),
            reduction=[None, *pairs.REDUCTIONS],
        )
    )


def test_layouts_blocks_lists():
    weight = pairs.positive(5, (4, 5, 6))
    pairs.assert_layouts("mape", 2, {"weight": weight}, reference=by_torch)
    pairs.assert_blocks("mape", 2, options(reduction=pairs.REDUCTIONS), reference=by_torch)
    pairs.assert_lists("mape", 2, {"percent": False})
    x, y, w = pairs.positive(0, (30_000, 3)), pairs.positive(1, (30_000, 3)), pairs.positive(2, (30_000,))
    pairs.assert_same(case((x, y), {"weight": w, "reduction": reduction}) for reduction in pairs.REDUCTIONS)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_edges(dtype):
    x = np.array([0, 1, 1e-30, 5e-324, 1e30, INF, INF, NAN, 1, -1, 3, 3, -0.0], dtype)
    y = np.array([1, 1, -1, 2, 1e30, 1, INF, 2, NAN, 1, 1e-36, -INF, -4], dtype)
    pairs.assert_same(
        case((x, y), option) for option in options(percent=[True, False], reduction=pairs.REDUCTIONS)
    )


@pytest.mark.parametrize("reduction", pairs.REDUCTIONS)
@pytest.mark.parametrize(("left", "right"), pairs.BROADCAST)
def test_broadcasting_warns_once(left, right, reduction):
    x, y = pairs.positive(0, left), pairs.positive(1, right)
    for option in options(reduction=[reduction], weight=[None, pairs.positive(2, left)]):
        pairs.assert_broadcasts_with_one_warning(case((x, y), option))


def test_mixed_dtypes():
    pairs.assert_own_dtypes("mape")


def test_worked_numbers():
    assert round(float(mape(FORECAST, ACTUAL)), 4) == 6.6667
    assert np.isclose(mape(FORECAST, ACTUAL, percent=False), 1 / 15, rtol=1e-15)
    assert np.allclose(mape_grad(FORECAST, ACTUAL), np.array([1, -0.5, 0]) / 3, rtol=1e-15)
    asymmetric = mape([150.0, 100.0], [100.0, 150.0], reduction="none")
    assert np.allclose(asymmetric, [50, 100 / 3], rtol=1e-15)
    assert mape([50.0, 150.0], [100.0, 100.0]) == 50
    assert mape([-50.0], [-100.0]) == 50
    assert mape([0.0], [7.0]) == 100


def test_the_other_libraries_divide_by_a_small_number_where_this_refuses():
    """scikit-learn's ε is 2.2e-16; Keras' is 1e-7, as np.maximum(|y|, ε) says."""
    assert mean_absolute_percentage_error([0.0], [0.25]) > 1e15
    for zero in (0.0, -0.0):
        with pytest.raises(ValueError, match=r"target의 값은 0이 아니어야.*받은 값: -?0\.0 \(모두 1개\)"):
            mape([1.0, 2.0], [1.0, zero])
    with pytest.raises(ValueError, match="target"):
        mape(np.array([1.0, 2.0]), np.array([1, 0]))
    with pytest.raises(ValueError, match="target"):
        mape([1.0, 2.0], [0.0, 1.0], weight=[0.0, 1.0])


def test_huge_values_keep_their_ratio():
    assert mape([0.5e308], [1e308]) == mpe([0.5e308], [1e308]) == 50


def test_empty():
    assert np.isnan(mape([], []))
    assert mape([], [], reduction="sum") == 0
    assert mape_grad(np.ones((0, 3)), np.ones((0, 3))).shape == (0, 3)


REFUSED = [
    *pairs.OWN_REFUSED,
    *pairs.OWN_REDUCTION,
    (ValueError, "target", (pairs.ONES, 0 * pairs.ONES), {}),
    (TypeError, "percent", (pairs.ONES, pairs.ONES), {"percent": 1}),
    (TypeError, "percent", (pairs.ONES, pairs.ONES), {"percent": None}),
]


@pytest.mark.parametrize("function", pairs.both("mape"))
@pytest.mark.parametrize(("error", "name", "args", "option"), REFUSED)
def test_refused(function, error, name, args, option):
    assert_refused(function, error, name, args, option, by_torch=False)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_against_high_precision(dtype):
    mpmath.mp.dps = 50
    unit = np.finfo(dtype).eps
    for x, y in itertools.product([0, 1e-30, 0.3, 7, -1e6, 1e30], [1e-6, 0.3, -7, 1e30]):
        x, y = dtype(x), dtype(y)
        exact = 100 * abs((mpmath.mpf(float(y)) - mpmath.mpf(float(x))) / mpmath.mpf(float(y)))
        assert abs(mpmath.mpf(float(mape(x, y))) - exact) <= 2 * unit * exact


values = arrays(np.float64, 6, elements=st.floats(-100, 100))
targets = arrays(np.float64, 6, elements=st.floats(0.5, 100))
weights = arrays(np.float64, 6, elements=st.floats(0.1, 10))


@given(values, targets, weights)
@settings(max_examples=50, deadline=None)
def test_a_fraction_as_scikit_learn(x, y, weight):
    theirs = mean_absolute_percentage_error(y, x, sample_weight=weight)
    assert np.isclose(mape(x, y, percent=False, weight=weight), theirs)
    assert np.isclose(mape(x, y, weight=weight), 100 * theirs)


@given(values, targets)
@settings(max_examples=50, deadline=None)
def test_is_l1_weighted_by_one_over_the_target(x, y):
    ours = mape(x, y, percent=False, reduction="none")
    assert np.allclose(ours, l1_loss(x, y, "none", 1 / y), rtol=1e-13)
    slopes = mape_grad(x, y, percent=False, reduction="none")
    assert np.allclose(slopes, l1_loss_grad(x, y, "none", 1 / y), rtol=1e-13)


@given(values, targets, st.floats(-5, 5).filter(lambda unit: abs(unit) > 0.1))
@settings(max_examples=50, deadline=None)
def test_has_no_unit_and_no_sign_and_bounds_mpe(x, y, unit):
    assert np.isclose(mape(unit * x, unit * y), mape(x, y), rtol=1e-12, atol=1e-10)
    assert np.allclose(mape(x, y, reduction="none"), np.abs(mpe(x, y, reduction="none")), rtol=1e-15)
    assert abs(mpe(x, y)) <= mape(x, y) * (1 + 1e-12)


@given(values, targets, weights)
@settings(max_examples=20, deadline=None)
def test_gradient_is_the_finite_difference(x, y, weight):
    x = np.where(np.abs(x - y) < 1e-3, y + 1, x)
    for option in options(weight=[weight], reduction=pairs.REDUCTIONS, percent=[True, False]):
        assert np.all(np.isfinite(mape_grad(x, y, **option)))
        ends = [mape(x + step, y, **option) for step in (1e-5, -1e-5)]
        slope = np.sum(ends[0] - ends[1]) / 2e-5
        assert np.isclose(np.sum(mape_grad(x, y, **option)), slope, rtol=1e-4, atol=1e-3)


@given(values, values, targets, st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_convex(a, b, y, mix):
    between = mape(mix * a + (1 - mix) * b, y, reduction="none")
    ends = [mape(x, y, reduction="none") for x in (a, b)]
    assert np.all(between <= mix * ends[0] + (1 - mix) * ends[1] + 1e-8)


@given(targets, st.floats(-100, 100))
@settings(max_examples=50, deadline=None)
def test_the_weighted_median_minimises(y, other):
    """It lies below the median: MAPE rewards under-forecasting."""
    order = np.sort(y)
    share = np.cumsum(1 / order) / np.sum(1 / order)
    best = order[np.searchsorted(share, 0.5 - 1e-12)]
    assert best <= np.median(y) + 1e-9
    assert mape(np.full(6, best), y) <= mape(np.full(6, other), y) + 1e-9


EXTREME = np.array([[INF, NAN, -INF], [1e308, -1e308, 5e-324]])
SILENT = [(-EXTREME, EXTREME), (EXTREME[:0], EXTREME[:0])]

FAULT_CASES = [
    case((pairs.positive(0, (4, 3)), pairs.positive(1, (4, 3)) * [1, -1, 1]), option)
    for option in options(
        weight=[None, pairs.positive(2, (4,))], reduction=["mean", "sum"], percent=[True, False]
    )
] + [case((np.ones(3), np.ones(3)), {})]
FAULTS = [
    ("scale * np.abs((y - x) / y)", "scale * (y - x) / y"),
    ("scale * np.abs((y - x) / y)", "scale * np.abs(y - x) / y"),
    ("scale * np.abs((y - x) / y)", "scale * np.abs((y - x) / x)"),
    ("scale * np.abs((y - x) / y)", "np.abs((y - x) / y)"),
    ("scale * np.abs((y - x) / y)", "100 * np.abs((y - x) / y)"),
    ("scale * sign(x - y) / np.abs(y)", "scale * sign(x - y) / y"),
    ("scale * sign(x - y) / np.abs(y)", "scale * sign(y - x) / np.abs(y)"),
    ("scale * sign(x - y) / np.abs(y)", "sign(x - y) / np.abs(y)"),
    ("scale * sign(x - y) / np.abs(y)", "scale * np.where(x >= y, 1, -1) / np.abs(y)"),
    ("weight=w, total=weight_total(w, x, y)", "weight=w"),
    ("weight=w, total=weight_total(w, x, y)", "total=weight_total(w, x, y)"),
    ("reduced(loss, (x, y), reduction", "reduced(loss, (x, y), 'sum'"),
    ("gradient(slope, (x, y), reduction", "gradient(slope, (x, y), 'sum'"),
]
