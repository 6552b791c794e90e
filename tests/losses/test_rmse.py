"""rmse against a torch expression, scikit-learn, Keras' numbers, and as mathematics."""

from __future__ import annotations

import itertools

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import root_mean_squared_error

from lossbook import l1_loss, mse_loss, rmse, rmse_grad
from tests.losses import pairs
from tests.losses.against_torch import Case, assert_refused, options

INF, NAN = np.inf, np.nan
MULTIOUTPUT = ["flat", "uniform_average", "raw_values"]
E, ZERO = [0.5, -1.0, 2.0, -4.0], [0.0] * 4


def by_torch(x, y, *, weight=None, multioutput="flat"):
    squares = (x - y) ** 2
    w = torch.ones_like(squares) if weight is None else weight
    if w.ndim < x.ndim:
        w = w.reshape(-1, *[1] * (x.ndim - 1))
    w = w.expand(torch.broadcast_shapes(w.shape, squares.shape))
    if multioutput == "flat":
        return torch.sqrt((w * squares).sum() / w.sum())
    roots = torch.sqrt((w * squares).sum(0) / w.sum(0))
    roots = roots if squares.ndim > 1 else roots.reshape(1)
    return roots if multioutput == "raw_values" else roots.mean()


def case(args, option, **more):
    return Case("rmse", args, option, reference=by_torch, **more)


@pytest.mark.parametrize("dtype", pairs.FLOATS)
@pytest.mark.parametrize("shape", pairs.SHAPES, ids=str)
def test_as_torch(shape, dtype):
    rng = np.random.default_rng(0)
    x, y = (np.asarray(rng.normal(size=shape)).astype(dtype) for _ in range(2))
    weights = [w if w is None else w + (w == 0) for w in pairs.sample_weights(shape, dtype)]
    pairs.assert_same(
        case((x, y), option, tolerance=4)
        for option in options(
            weight=[w if w is None else np.asarray(w) for w in weights],
            multioutput=MULTIOUTPUT if shape else [None, "flat"],
        )
    )


@pytest.mark.parametrize("multioutput", MULTIOUTPUT)
def test_layouts_blocks_lists(multioutput):
    option = {"multioutput": multioutput}
    for shape in ((4, 5, 6), (4,)):
        weighted = {"weight": pairs.positive(5, shape), **option}
        pairs.assert_layouts("rmse", 2, weighted, reference=by_torch)
    pairs.assert_blocks("rmse", 2, [option], reference=by_torch, tolerance=4)
    x, y = pairs.positive(0, (30_000, 3)), pairs.positive(1, (30_000, 3))
    for w in (pairs.positive(2, (30_000,)), pairs.positive(2, (30_000, 3))):
        pairs.assert_same([case((x, y), {"weight": w, **option})])
    if multioutput == "flat":
        pairs.assert_lists("rmse", 2, option)


def test_large_outputs_of_opposite_sign_do_not_overflow():
    x = np.array([1e200, 1e-3])
    np.testing.assert_allclose(rmse(x, -x), np.sqrt(2) * 1e200)


@pytest.mark.parametrize("multioutput", MULTIOUTPUT)
@pytest.mark.parametrize(("left", "right"), pairs.BROADCAST)
def test_broadcasting_warns_once(left, right, multioutput):
    x, y = pairs.positive(0, left), pairs.positive(1, right)
    for option in options(multioutput=[multioutput], weight=[None, pairs.positive(2, left)]):
        pairs.assert_broadcasts_with_one_warning(case((x, y), option))


def test_mixed_dtypes():
    pairs.assert_own_dtypes("rmse")
    x = np.ones((2, 3), np.float32)
    for multioutput in MULTIOUTPUT:
        assert rmse(x, 0 * x, multioutput=multioutput).dtype == np.float32
        assert rmse(x, 0 * x, weight=np.ones(2), multioutput=multioutput).dtype == np.float64
        assert rmse_grad(x, 0 * x, weight=np.ones(2), multioutput=multioutput).dtype == np.float32


def test_worked_numbers():
    assert round(float(rmse(E, ZERO)), 6) == 2.304886
    assert np.isclose(rmse(E, ZERO), np.sqrt(5.3125), rtol=1e-15)
    assert round(float(rmse([3.0, 4.0], [0.0, 0.0])), 4) == 3.5355
    assert np.allclose(rmse_grad(E, ZERO), np.array(E) / 4 / np.sqrt(5.3125), rtol=1e-15)
    assert rmse([1, 2, 3], [0, 0, 0], weight=[1, 2, 1]) == np.sqrt(4.5)
    assert rmse(3.0, 1.0) == 2


def test_a_mean_over_batches_is_not_the_whole():
    halves = rmse([0.0, 0.0], [0.0, 0.0]) + rmse([3.0, 4.0], [0.0, 0.0])
    assert round(float(halves / 2), 4) == 1.7678
    assert rmse([0.0, 0, 3, 4], [0.0] * 4) == 2.5


def test_keras_root_of_the_whole_and_scikit_learns_mean_of_roots():
    """1.7321 and 1.4789, the two conventions of the specification."""
    x = np.array([[np.sqrt(1.0), np.sqrt(0.0)], [np.sqrt(1.0), np.sqrt(10.0)]])
    y = np.zeros((2, 2))
    assert round(float(rmse(x, y)), 4) == 1.7321
    for multioutput in ("uniform_average", "raw_values"):
        theirs = root_mean_squared_error(y, x, multioutput=multioutput)
        assert np.allclose(rmse(x, y, multioutput=multioutput), theirs, rtol=1e-15)
    one = rmse(x[:, 0], y[:, 0], multioutput="raw_values")
    assert np.array_equal(one, root_mean_squared_error(y[:, 0], x[:, 0], multioutput="raw_values"))


@pytest.mark.parametrize("multioutput", MULTIOUTPUT)
def test_a_perfect_fit_has_gradient_zero_where_torch_has_nan(multioutput):
    x = np.ones((3, 2))
    assert rmse(x, x, multioutput="flat") == 0
    assert np.array_equal(rmse_grad(x, x, multioutput=multioutput), 0 * x)
    leaf = torch.ones(3, requires_grad=True)
    by_torch(leaf, torch.ones(3)).backward()
    assert leaf.grad.isnan().all()
    half = rmse_grad(x, x - [0.0, 1], multioutput="raw_values")
    assert np.allclose(half, [[0, 1 / 3]] * 3)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("power", [-300, -160, -30, 0, 30, 160, 300])
def test_no_square_overflows_or_vanishes(power, dtype):
    """The root of the mean of squares would be inf or 0 from 1e±160 on (1e±20 in float32)."""
    unit = dtype(10.0) ** dtype(power if dtype is np.float64 else power / 10)
    x = np.array([3, -4, 1], dtype) * unit
    exact = mpmath.sqrt(sum(mpmath.mpf(float(value)) ** 2 for value in x) / 3)
    assert abs(mpmath.mpf(float(rmse(x, 0 * x))) / exact - 1) < 4 * np.finfo(dtype).eps
    assert np.isclose(np.linalg.norm(rmse_grad(x, 0 * x)), 1 / np.sqrt(3), rtol=1e-6)
    columns = np.stack([x, np.array([1, 2, 3], dtype)], axis=1)
    found = rmse(columns, 0 * columns, multioutput="raw_values")
    assert np.allclose(found[0], float(exact), rtol=1e-6, atol=0)
    assert np.isclose(found[1], np.sqrt(14 / 3), rtol=1e-6)


def test_edges():
    assert rmse([INF, 1.0], [0.0, 0.0]) == INF
    assert np.isnan(rmse([INF, 1.0], [INF, 0.0]))
    assert np.isnan(rmse([NAN, 1.0], [0.0, 0.0]))
    assert np.isnan(rmse([1.0], [0.0], weight=[0.0]))
    columns = np.array([[1.0, INF, NAN, 0], [1.0, 1, 1, 0]])
    found = rmse(columns, 0 * np.ones((2, 4)), multioutput="raw_values")
    assert np.array_equal(found, [1, INF, NAN, 0], equal_nan=True)
    tiny = np.array([5e-324, 0.0])
    assert rmse(tiny, 0 * tiny) in (0, 5e-324)


def test_empty():
    assert np.isnan(rmse([], []))
    for multioutput, shape in (("raw_values", (3,)), ("uniform_average", ()), ("flat", ())):
        found = rmse(np.zeros((0, 3)), np.zeros((0, 3)), multioutput=multioutput)
        assert np.shape(found) == shape
        assert np.all(np.isnan(found))
    assert rmse(np.zeros((3, 0)), np.zeros((3, 0)), multioutput="raw_values").shape == (0,)
    assert np.isnan(rmse(np.zeros((3, 0)), np.zeros((3, 0)), multioutput="uniform_average"))
    assert rmse_grad(np.zeros((0, 3)), np.zeros((0, 3))).shape == (0, 3)


ONES = pairs.ONES
REFUSED = [
    *pairs.OWN_REFUSED,
    (ValueError, "multioutput", (ONES, ONES), {"multioutput": "mean"}),
    (ValueError, "multioutput", (ONES, ONES), {"multioutput": None}),
    (ValueError, "input", (np.array(1.0), np.array(1.0)), {"multioutput": "raw_values"}),
    (ValueError, "input", (np.array(1.0), np.array(1.0)), {"multioutput": "uniform_average"}),
]


@pytest.mark.parametrize("function", pairs.both("rmse"))
@pytest.mark.parametrize(("error", "name", "args", "option"), REFUSED)
def test_refused(function, error, name, args, option):
    assert_refused(function, error, name, args, option, by_torch=False)


values = arrays(np.float64, (4, 3), elements=st.floats(-100, 100))
weights = arrays(np.float64, 4, elements=st.floats(0.1, 10))


@given(values, values, weights)
@settings(max_examples=50, deadline=None)
def test_as_scikit_learn(x, y, weight):
    for multioutput, w in itertools.product(MULTIOUTPUT[1:], (None, weight)):
        theirs = root_mean_squared_error(y, x, sample_weight=w, multioutput=multioutput)
        assert np.allclose(rmse(x, y, weight=w, multioutput=multioutput), theirs, rtol=1e-12)


@given(values, values, weights)
@settings(max_examples=50, deadline=None)
def test_is_the_root_of_mse(x, y, weight):
    element = np.repeat(weight[:, None], 3, axis=1)
    assert np.isclose(rmse(x, y), np.sqrt(mse_loss(x, y)), rtol=1e-13)
    expected = np.sqrt(mse_loss(x, y, weight=element))
    assert np.isclose(rmse(x, y, weight=weight), expected, rtol=1e-13)
    assert np.isclose(rmse(x, y, weight=element), expected, rtol=1e-13)


@given(values, values)
@settings(max_examples=50, deadline=None)
def test_lies_between_mae_and_its_largest_multiple(x, y):
    mae, root = l1_loss(x, y), rmse(x, y)
    assert mae <= root * (1 + 1e-12) + 1e-300
    assert root <= np.sqrt(12) * mae * (1 + 1e-12) + 1e-300


@given(values, values, st.floats(-3, 3))
@settings(max_examples=50, deadline=None)
def test_homogeneous_with_a_gradient_of_constant_norm(x, y, scale):
    assert np.isclose(rmse(scale * x, scale * y), abs(scale) * rmse(x, y), rtol=1e-9, atol=1e-12)
    norm = np.linalg.norm(rmse_grad(x, y))
    assert np.isclose(norm, 1 / np.sqrt(12)) or (norm == 0 and np.array_equal(x, y))


@given(values, values, values, st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_convex(a, b, y, mix):
    for multioutput in MULTIOUTPUT[:2]:
        left, between, right = (
            rmse(x, y, multioutput=multioutput) for x in (a, mix * a + (1 - mix) * b, b)
        )
        assert between <= mix * left + (1 - mix) * right + 1e-9


@pytest.mark.parametrize("multioutput", MULTIOUTPUT)
@pytest.mark.parametrize("shape", [(5,), (4, 3), (3, 2, 2)])
def test_gradient_is_the_finite_difference(shape, multioutput):
    x, y = pairs.positive(0, shape), pairs.positive(1, shape) - 1
    for weight in (None, pairs.positive(2, shape), pairs.positive(3, shape[:1])):
        option = {"target": y, "weight": weight, "multioutput": multioutput}
        pairs.assert_finite_differences("rmse", (x,), option)


SILENT = [(pairs.BAD, -pairs.BAD), (pairs.BAD[:0], pairs.BAD[:0]), (pairs.BAD, pairs.BAD)]

FAULT_CASES = [
    case((pairs.positive(0, (4, 3)), pairs.positive(1, (4, 3)) ** 3), option)
    for option in options(
        weight=[None, pairs.positive(2, (4,)), pairs.positive(3, (4, 3))], multioutput=MULTIOUTPUT
    )
] + [case((pairs.positive(0, (4,)), np.zeros(4)), {"multioutput": "raw_values"})]
FAULTS = [
    ("scale * np.sqrt(squares / total)", "squares / total"),
    ("scale * np.sqrt(squares / total)", "np.sqrt(squares / total)"),
    ("scale * np.sqrt(squares / total)", "scale * np.sqrt(squares)"),
    ("w * ((x - y) / scale) ** 2", "((x - y) / scale) ** 2"),
    ("w * ((x - y) / scale) ** 2", "(w * (x - y) / scale) ** 2"),
    ("w * ((x - y) / scale) ** 2", "w * np.abs((x - y) / scale)"),
    ("np.divide(np.sum(roots), roots.size)", "np.sum(roots)"),
    ("np.divide(np.sum(roots), roots.size)", "np.sqrt(np.mean(roots**2))"),
    ("shape[1:] or (1,)", "shape[1:]"),
    ("total = total * roots.size", "pass"),
    ("(x - y) / root", "(y - x) / root"),
    ("(x - y) / root", "2 * (x - y) / root"),
    ("(x - y) / root", "(x - y)"),
    ("weight=share, like=x", "like=x"),
    ("(w / total)", "(w / w.size)"),
]
