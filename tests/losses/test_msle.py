"""msle against a torch expression, scikit-learn, Keras' numbers, and as mathematics."""

from __future__ import annotations

import itertools

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import mean_squared_log_error

from lossbook import mse_loss, msle, msle_grad
from tests.losses import pairs
from tests.losses.against_torch import Case, assert_refused, options

INF, NAN = np.inf, np.nan


def by_torch(x, y, *, weight=None, reduction="mean"):
    return pairs.torch_reduced((torch.log1p(x) - torch.log1p(y)) ** 2, weight, reduction, x)


def case(args, option, **more):
    return Case("msle", args, option, reference=by_torch, **more)


@pytest.mark.parametrize("dtype", pairs.FLOATS)
@pytest.mark.parametrize("shape", pairs.SHAPES, ids=str)
def test_as_torch(shape, dtype):
    x, y = (np.asarray(pairs.positive(seed, shape, dtype) * 3 - 2) for seed in (0, 1))
    pairs.assert_same(
        case((x, y), option, tolerance=4)
        for option in options(
            weight=pairs.sample_weights(shape, dtype), reduction=[None, *pairs.REDUCTIONS]
        )
    )


def test_layouts_blocks_lists():
    weight = pairs.positive(5, (4, 5, 6))
    pairs.assert_layouts("msle", 2, {"weight": weight}, reference=by_torch)
    pairs.assert_blocks("msle", 2, options(reduction=pairs.REDUCTIONS), reference=by_torch)
    pairs.assert_lists("msle", 2, {})
    x, y = pairs.positive(0, (30_000, 3)), pairs.positive(1, (30_000, 3))
    for w in (pairs.positive(2, (30_000,)), pairs.positive(2, (30_000, 3))):
        pairs.assert_same(case((x, y), option) for option in options(weight=[w], reduction=pairs.REDUCTIONS))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_edges(dtype):
    x = np.array([0, -0.0, 1e-30, 5e-324, 1e38, INF, INF, NAN, 1, -0.999999, 1e-12], dtype)
    y = np.array([0, 0, 0, 0, 0, 0, INF, 0, NAN, 1e30, 0], dtype)
    pairs.assert_same(case((x, y), {"reduction": reduction}) for reduction in pairs.REDUCTIONS)


@pytest.mark.parametrize("reduction", pairs.REDUCTIONS)
@pytest.mark.parametrize(("left", "right"), pairs.BROADCAST)
def test_broadcasting_warns_once(left, right, reduction):
    x, y = pairs.positive(0, left), pairs.positive(1, right)
    for option in options(reduction=[reduction], weight=[None, pairs.positive(2, left)]):
        pairs.assert_broadcasts_with_one_warning(case((x, y), option))


def test_mixed_dtypes():
    pairs.assert_own_dtypes("msle")


def test_worked_numbers():
    assert round(float(msle([3.0, 1.0], [1.0, 3.0])), 6) == 0.480453
    assert np.isclose(msle([3.0, 1.0], [1.0, 3.0]), np.log(2) ** 2, rtol=1e-15)
    assert round(float(msle([60.0], [10.0])), 3) == 2.934
    assert round(float(msle([1050.0], [1000.0])), 5) == 0.00238
    assert np.array_equal(msle([50.0, 150], [100.0, 100], reduction="none").round(4), [0.4669, 0.1617])
    assert round(float(msle([21.0], [10.0])), 5) == 0.48045
    assert msle([0.0], [0.0]) == 0
    assert np.allclose(msle_grad([3.0, 1.0], [1.0, 3.0], reduction="sum"), [np.log(2) / 2, -np.log(2)])


def test_keras_clips_what_is_refused_here():
    """Keras takes -.5 and -5 for 1e-7; after np.maximum ours is Keras' number."""
    x = np.maximum([-0.5, -5.0], 1e-7)
    loss = msle(x, [2.0, 2.0], reduction="none")
    assert np.array_equal(loss[:1], loss[1:])
    assert np.isclose(loss[0], (np.log1p(1e-7) - np.log1p(2)) ** 2, rtol=1e-15)


def test_weights_of_keras_and_scikit_learn():
    x, y, w = pairs.positive(0, (4, 3)), pairs.positive(1, (4, 3)), np.array([1.0, 2, 3, 0])
    theirs = mean_squared_log_error(y, x, sample_weight=w)
    assert np.isclose(msle(x, y, weight=w), theirs, rtol=1e-13)
    assert np.isclose(msle(x, y, weight=np.repeat(w[:, None], 3, 1)), theirs, rtol=1e-13)
    keras = np.mean(w * np.mean(msle(x, y, reduction="none"), axis=1))
    assert np.isclose(np.mean(msle(x, y, weight=w, reduction="none")), keras, rtol=1e-13)


def test_empty():
    assert np.isnan(msle([], []))
    assert msle([], [], reduction="sum") == 0
    assert msle_grad(np.zeros((0, 3)), np.zeros((0, 3))).shape == (0, 3)


X = np.zeros((3, 2))
REFUSED = [
    *pairs.OWN_REFUSED,
    *pairs.OWN_REDUCTION,
    (ValueError, "input", (X - 1, X), {}),
    (ValueError, "target", (X, X - 1), {}),
    (ValueError, "target", (X, X - [0.0, 5]), {}),
    (ValueError, "input", (np.array([-INF]), X[0, :1]), {}),
    (ValueError, "input", (X.astype(int) - 1, X.astype(int)), {}),
]


@pytest.mark.parametrize("function", pairs.both("msle"))
@pytest.mark.parametrize(("error", "name", "args", "option"), REFUSED)
def test_refused(function, error, name, args, option):
    assert_refused(function, error, name, args, option, by_torch=False)


def test_the_refusal_shows_the_first_value_and_counts():
    with pytest.raises(ValueError, match=r"받은 값: -3\.0 \(모두 2개\)"):
        msle([1.0, -3.0, -4.0], [1.0, 1.0, 1.0])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_against_high_precision(dtype):
    mpmath.mp.dps = 50
    unit = np.finfo(dtype).eps
    for x, y in itertools.product([0, 1e-30, 1e-12, 1e-6, 0.3, 1e6, 1e30, -0.9], repeat=2):
        x, y = dtype(x), dtype(y)
        left, right = (mpmath.log1p(mpmath.mpf(float(value))) for value in (x, y))
        ours = mpmath.mpf(float(msle(x, y)))
        bound = 8 * unit * max(abs(left), abs(right)) * max(abs(left - right), unit * abs(left))
        assert abs(ours - (left - right) ** 2) <= bound + np.finfo(dtype).tiny


values = arrays(np.float64, 6, elements=st.floats(-0.9, 100))
weights = arrays(np.float64, 6, elements=st.floats(0.1, 10))


@given(values, values, weights)
@settings(max_examples=50, deadline=None)
def test_as_scikit_learn(x, y, weight):
    assert np.isclose(msle(x, y, weight=weight), mean_squared_log_error(y, x, sample_weight=weight))


@given(values, values)
@settings(max_examples=50, deadline=None)
def test_is_mse_of_the_logarithms(x, y):
    assert np.isclose(msle(x, y), mse_loss(np.log1p(x), np.log1p(y)), rtol=1e-13)
    assert np.array_equal(msle(x, y, reduction="none"), msle(y, x, reduction="none"))


@given(values, values, st.floats(0.5, 3))
@settings(max_examples=50, deadline=None)
def test_the_ratio_of_one_plus_the_values_decides(x, y, factor):
    moved = factor * (1 + x) - 1, factor * (1 + y) - 1
    assert np.allclose(msle(*moved, reduction="none"), msle(x, y, reduction="none"), atol=1e-9)


@given(values, values, weights)
@settings(max_examples=20, deadline=None)
def test_gradient_is_the_finite_difference(x, y, weight):
    x, y = x + 1, y + 1
    for reduction in pairs.REDUCTIONS:
        option = {"weight": weight, "reduction": reduction}
        pairs.assert_finite_differences("msle", (x, y), option, rtol=1e-4)


def test_convex_only_up_to_e_times_the_target():
    def bend(x):
        h = 1e-3
        return msle([x + h], [0.0]) - 2 * msle([x], [0.0]) + msle([x - h], [0.0])

    assert bend(np.e - 1.1) > 0 > bend(np.e - 0.9)


@given(values, st.floats(-0.9, 100))
@settings(max_examples=50, deadline=None)
def test_the_geometric_mean_of_one_plus_y_minimises(y, other):
    best = np.expm1(np.mean(np.log1p(y)))
    assert msle(np.full(6, best), y) <= msle(np.full(6, other), y) + 1e-12


EXTREME = np.array([[INF, NAN, 0.0], [1e308, -0.999, 5e-324]])
SILENT = [(EXTREME, EXTREME[::-1]), (EXTREME[:0], EXTREME[:0])]

FAULT_CASES = [
    case((pairs.positive(0, (4, 3)), pairs.positive(1, (4, 3))), option)
    for option in options(weight=[None, pairs.positive(2, (4,))], reduction=["mean", "sum"])
] + [case((np.full(3, 1e-20), np.zeros(3)), {}, tolerance=1e-30)]
FAULTS = [
    ("(np.log1p(x) - np.log1p(y)) ** 2", "np.abs(np.log1p(x) - np.log1p(y))"),
    ("(np.log1p(x) - np.log1p(y)) ** 2", "(np.log(1 + x) - np.log(1 + y)) ** 2"),
    ("(np.log1p(x) - np.log1p(y)) ** 2", "(np.log(x) - np.log(y)) ** 2"),
    ("(np.log1p(x) - np.log1p(y)) ** 2", "(np.log1p(x) - np.log1p(y)) ** 2 / 2"),
    ("2 * (np.log1p(x) - np.log1p(y)) / (1 + x)", "(np.log1p(x) - np.log1p(y)) / (1 + x)"),
    ("2 * (np.log1p(x) - np.log1p(y)) / (1 + x)", "2 * (np.log1p(y) - np.log1p(x)) / (1 + x)"),
    ("2 * (np.log1p(x) - np.log1p(y)) / (1 + x)", "2 * (np.log1p(x) - np.log1p(y)) / (1 + y)"),
    ("2 * (np.log1p(x) - np.log1p(y)) / (1 + x)", "2 * (np.log1p(x) - np.log1p(y))"),
    ("weight=w, total=weight_total(w, x, y)", "weight=w"),
    ("weight=w, total=weight_total(w, x, y)", "total=weight_total(w, x, y)"),
    ("weight=w, total=weight_total(w, x, y)", "weight=w, total=None if w is None else w.sum()"),
    ("reduced(loss, (x, y), reduction", "reduced(loss, (x, y), 'sum'"),
    ("gradient(slope, (x, y), reduction", "gradient(slope, (x, y), 'sum'"),
]
