"""gaussian_nll_loss against torch, on its edges, on the worked numbers, and as mathematics."""

from __future__ import annotations

import itertools

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm

from lossbook import gaussian_nll_loss, gaussian_nll_loss_grad, mse_loss
from tests.losses import pairs
from tests.losses.against_torch import REFUSALS, Case, assert_refused, options
from tests.losses.checks import assert_silent, assert_warns_once

INF, NAN = np.inf, np.nan
NAME = "gaussian_nll_loss"
BY = (0, 1, 2)
BOTH = [True, False]
DTYPES = [*pairs.FLOATS, "int64", "uint8", "bool"]


def triple(shape, var, dtype="float64"):
    """Return a mean, a target and a variance of which some lie below the default eps."""
    rng = np.random.default_rng(0)
    x, y = (np.asarray(rng.normal(size=shape)).astype(dtype) for _ in range(2))
    v = np.asarray(rng.uniform(0.3, 3, var)).astype(dtype)
    v[np.asarray(rng.random(var)) < 0.2] = 0
    return x, y, np.asarray(v)


@pytest.mark.parametrize("dtype", pairs.FLOATS)
@pytest.mark.parametrize("shape", pairs.SHAPES, ids=str)
def test_as_torch(shape, dtype):
    eps = [None, 1, 0.25, True] if dtype == "float16" else [None, 1, 0.25, 1e-3]
    variances = [shape, shape[:-1], (*shape[:-1], 1), (1, *shape[1:])]
    pairs.assert_same(
        Case(NAME, triple(shape, var, dtype), option, by=BY, tolerance=4)
        for option in options(full=[None, True], eps=eps, reduction=[None, *pairs.REDUCTIONS])
        for var in (variances if shape else [()])
        if dtype != "float16" or "eps" in option  # gradients at 1e-6 overflow float16
    )


ACCEPTED = [
    ((3, 3), (3, 3), (3,)), ((3,), (3,), ()), ((3,), (3,), (1,)), ((2, 3, 4), (2, 3, 4), (2, 1, 4)),
    ((0, 3), (0, 3), (1, 3)), ((0, 3), (0, 3), (0,)), ((2, 0), (2, 0), (2, 1)), ((1, 1), (1, 1), (1,)),
    ((3, 1), (3,), (3,)), ((3, 1), (3,), (1, 1)), ((3,), (2, 3), ()), ((3,), (), (3,)), ((1,), (3,), (1,)),
    ((1, 3), (4, 1), (1, 1)), ((), (3,), ()),
]  # fmt: skip


@pytest.mark.parametrize(("mean", "target", "var"), ACCEPTED)
@pytest.mark.filterwarnings("ignore:input의 모양")
def test_shapes_as_torch(mean, target, var):
    x, y, v = pairs.positive(0, mean), pairs.positive(1, target), pairs.positive(2, var)
    pairs.assert_same(
        Case(NAME, (x, y, v), {"reduction": reduction, "full": True}, by=BY)
        for reduction in pairs.REDUCTIONS
    )


def test_layouts_and_blocks():
    pairs.assert_layouts(NAME, 3, {"full": True}, by=BY)
    pairs.assert_blocks(NAME, 3, options(full=BOTH, reduction=["none", "sum"]), by=BY, tolerance=4)
    x, y = pairs.positive(0, (30_000, 3)), pairs.positive(1, (30_000, 3))
    for var in ((30_000,), (30_000, 1), (1, 3)):
        pairs.assert_same([Case(NAME, (x, y, pairs.positive(2, var)), by=BY)])


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_edges_as_torch(dtype):
    x = np.array([0, 0, 0, 0, INF, NAN, 0, 1e4, 1e-4, INF, 0, 0, 1e-30, 1e18, 2], dtype)
    y = np.array([1, 0, 1, 1, 0, 0, NAN, 0, 0, INF, INF, 0, 0, 0, 1], dtype)
    v = np.array([0, 0, INF, NAN, 1, 1, 1, 1e-7, 1e-6, 1, 1, -0.0, 1e-12, 1e18, 1e30], dtype)
    pairs.assert_same(
        Case(NAME, (x, y, v), option, by=BY)
        for option in options(
            reduction=["none", "sum"], eps=[None, 1, NAN, INF, -1.5], full=[None, True]
        )
    )
    some = slice(4, 7)
    pairs.assert_same([Case(NAME, (x[some], y[some], v[some]), {"eps": 0.0}, by=BY)])


@pytest.mark.parametrize("reduction", pairs.REDUCTIONS)
@pytest.mark.parametrize(("left", "right"), pairs.BROADCAST)
def test_broadcasting_warns_once_where_torch_is_silent(left, right, reduction):
    x, y, v = pairs.positive(0, left), pairs.positive(1, right), pairs.positive(2, left)
    case = Case(NAME, (x, y, v), {"reduction": reduction}, by=BY)
    pairs.assert_broadcasts_with_one_warning(case)


def test_a_variance_per_row_that_looks_like_one_per_column_warns_once():
    x, y, v = pairs.positive(0, (3, 3)), pairs.positive(1, (3, 3)), pairs.positive(2, (3,))
    for function in (gaussian_nll_loss, gaussian_nll_loss_grad):
        with pytest.warns(UserWarning, match=r"var의 모양 \(3,\).*행마다") as record:
            function(x, y, v)
        assert [warning.filename for warning in record] == [__file__]
    assert gaussian_nll_loss(x, y, v[:, None]) != gaussian_nll_loss(x, y, v[None, :])


def test_other_variances_do_not_warn():
    shapes = [((2, 3), (2,)), ((1, 1), (1,)), ((3, 3), (3, 1)), ((3, 3), (1, 3)), ((3, 3), (3, 3)),
              ((3, 2, 2), (3, 2)), ((2, 2, 3), (2, 2)), ((5,), ()), ((5,), (1,)), ((3, 1), (3,))]  # fmt: skip
    for shape, var in shapes:
        x, y, v = (pairs.positive(k, size) for k, size in enumerate((shape, shape, var)))
        assert_silent(NAME, x, y, v if var else float(v))


def test_a_square_of_any_size_and_depth_warns():
    for shape, var in [((2, 2), (2,)), ((2, 2, 2), (2, 2))]:
        x, y, v = (pairs.positive(k, size) for k, size in enumerate((shape, shape, var)))
        assert_warns_once(NAME, "행마다", x, y, v)


@pytest.mark.parametrize("var", [*DTYPES, 0.5])
@pytest.mark.parametrize("target", DTYPES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_mixed_dtypes_as_torch(dtype, target, var):
    """torch takes an integer variance if eps is an integer too."""
    x, y = np.array([1, 4, 3]).astype(dtype), np.array([0, 3, 1]).astype(target)
    v = var if var == 0.5 else np.array([1, 2, 0]).astype(var)
    for option in options(eps=[None, 1], full=BOTH, reduction=["none", "mean"]):
        case = Case(NAME, (x, y, v), option, gradient=False)
        tensors = [torch.from_numpy(x), torch.from_numpy(y), v]
        tensors[2] = v if var == 0.5 else torch.from_numpy(v)
        try:
            torch.nn.functional.gaussian_nll_loss(*tensors, **option)
        except REFUSALS:
            with pytest.raises(TypeError, match=r"(input|var).*받은 dtype"):
                gaussian_nll_loss(x, y, v, **option)
            continue
        pairs.assert_mixed(case)
        if x.dtype.kind != "f":
            with pytest.raises(TypeError, match=r"input.*받은 dtype"):
                gaussian_nll_loss_grad(x, y, v, **option)
            continue
        loss = gaussian_nll_loss(x, y, v, **option).dtype
        for found, argument in zip(gaussian_nll_loss_grad(x, y, v, **option), (x, y, v), strict=True):
            own = np.asarray(argument).dtype if argument is not v or var != 0.5 else x.dtype
            assert found.dtype == (own if own.kind == "f" else loss) or own.kind != "f"
            assert found.shape == np.shape(argument)


@pytest.mark.parametrize("shape", [(), (4,), (2, 3), (0,)])
@pytest.mark.parametrize("dtype", pairs.FLOATS)
def test_a_number_as_variance_is_the_same_everywhere(shape, dtype):
    """Its gradient is that of a tensor of shape (): the sum over all terms."""
    x, y, _ = triple(shape, shape, dtype)
    for option in options(reduction=pairs.REDUCTIONS, full=BOTH):
        for number in (0.5, np.float64(0.5), 0.0, INF):
            if number == 0 and dtype == "float16":
                continue
            everywhere = np.full(shape, number, dtype)
            pairs.assert_mixed(Case(NAME, (x, y, number), option, gradient=False))
            ours = gaussian_nll_loss_grad(x, y, number, **option)
            theirs = gaussian_nll_loss_grad(x, y, everywhere, **option)
            assert np.array_equal(ours[0], theirs[0])
            assert np.array_equal(ours[1], theirs[1])
            assert (ours[2].shape, ours[2].dtype) == ((), dtype)
            assert np.allclose(ours[2], np.sum(theirs[2], dtype=float), rtol=4e-3)
    if len(shape) == 1:
        args = x, y, np.array(0.5, dtype)
        pairs.assert_same([Case(NAME, args, by=BY)])
        for a, b in zip(
            gaussian_nll_loss_grad(x, y, 0.5), gaussian_nll_loss_grad(*args), strict=True
        ):
            assert np.array_equal(a, b)


def test_lists_and_numbers():
    pairs.assert_lists(NAME, 3, {})
    assert gaussian_nll_loss(np.array([1, 2]), [0.5, 0.5], [0.5, 0.5]) > 0


def test_worked_numbers():
    x, y = [1.0], [3.0]
    assert round(float(gaussian_nll_loss(x, y, [4.0])), 6) == 1.193147
    assert round(float(gaussian_nll_loss(x, y, [4.0], full=True)), 6) == 2.112086
    assert round(float(gaussian_nll_loss(x, y, [2.0])), 6) == 1.346574
    assert gaussian_nll_loss(x, y, 1.0) == 2
    assert abs(gaussian_nll_loss(x, y, [9.0]) - 1.320834) < 1e-6
    assert [float(g[0]) for g in gaussian_nll_loss_grad(x, y, [4.0])] == [-0.5, 0.5, 0]
    assert gaussian_nll_loss_grad(x, y, [1.0])[2] == -1.5
    assert round(float(gaussian_nll_loss_grad(x, y, [9.0])[2][0]), 4) == 0.0309
    assert round(float(gaussian_nll_loss([0.0], [1.0], [0.0])), 2) == 499993.09
    assert np.allclose(gaussian_nll_loss_grad([0.0], [1.0], [0.0]), [[-1e6], [1e6], [-5e11]], rtol=1e-5)
    residuals = np.array([1.0, -1.0, 2.0])
    assert round(float(gaussian_nll_loss(residuals, 0 * residuals, 2.0)), 6) == 0.846574
    assert abs(gaussian_nll_loss_grad(residuals, 0 * residuals, 2.0)[2]) < 1e-15
    assert round(float(gaussian_nll_loss([2.0], [2.0], 1e-4)), 4) == -4.6052


def test_the_clamp_is_straight_through():
    """Below eps the gradient is that at eps, not 0."""
    at = gaussian_nll_loss_grad([2.0], [1.0], [1e-6])
    for below in (0.0, 1e-12, 9.99e-7):
        assert np.array_equal(gaussian_nll_loss_grad([2.0], [1.0], [below]), at)
    narrow = gaussian_nll_loss(np.float32([0]), np.float32([0]), np.float32([1e-12]))
    assert np.isclose(narrow, np.log(1e-6) / 2)


def test_float16_keeps_what_torch_overflows():
    """1 / eps is inf in float16, so torch's gradient of a perfect fit is nan."""
    zero = np.zeros(1, np.float16)
    mean, target, var = gaussian_nll_loss_grad(zero, zero, zero)
    assert (mean, target) == (0, 0)
    assert var == INF


def test_large_errors_with_large_variances_do_not_overflow():
    x, v = np.float32([1e25]), np.float32([1e25])
    assert torch.nn.functional.gaussian_nll_loss(torch.tensor(x), torch.zeros(1), torch.tensor(v)).isinf()
    assert np.isclose(gaussian_nll_loss(x, [0], v), 0.5e25)
    assert np.isclose(gaussian_nll_loss_grad(x, [0], v)[2], -0.5)


def test_empty():
    assert np.isnan(gaussian_nll_loss([], [], []))
    assert gaussian_nll_loss([], [], 1.0, reduction="sum") == 0
    assert [g.shape for g in gaussian_nll_loss_grad([], [], 1.0)] == [(0,), (0,), ()]


X, V = np.zeros((3, 2)), np.ones((3, 2))
REFUSED = [
    (TypeError, "input", (X.astype(bool), X, V), {}),
    (TypeError, "input", (X, X.astype(bool), V), {}),
    (TypeError, "var", (X, X, V.astype(bool)), {}),
    (TypeError, "var", (X, X, V.astype(bool)), {"eps": 1}),
    (TypeError, "var", (X, X, V.astype(int)), {}),
    (TypeError, "var", (X, X, V.astype("U1")), {}),
    (ValueError, "target", (X, np.zeros((2, 3)), V), {}),
    (ValueError, "target", (X, np.zeros(3), V), {}),
    *((ValueError, "var", (X, X, np.ones(shape)), {}) for shape in [
        (2,), (1, 1), (), (1,), (3, 2, 1), (6,), (0, 2), (3, 3), (0, 1), (1,) * 3,
    ]),
    (ValueError, "var", (X[0, 0], X[0, 0], np.ones(1)), {}),
    (ValueError, "var", (X, X, V - 1.5), {}),
    (ValueError, "var", (X, X, -V * 1e-300), {"eps": 1.0}),
    (ValueError, "reduction", (X, X, V), {"reduction": "batchmean"}),
    (ValueError, "reduction", (X, X, V), {"reduction": None}),
    (TypeError, "eps", (X, X, V), {"eps": "a"}),
    (TypeError, "eps", (X, X, V), {"eps": None}),
    (ValueError, "eps", (X, X, V.astype(np.float16)), {"eps": 1e10}),
]  # fmt: skip


@pytest.mark.parametrize("function", pairs.both(NAME))
@pytest.mark.parametrize(("error", "name", "args", "option"), REFUSED)
def test_refused_as_torch(function, error, name, args, option):
    args = tuple(np.asarray(arg) for arg in args)
    assert_refused(function, error, name, args, option)


@pytest.mark.parametrize("function", pairs.both(NAME))
@pytest.mark.parametrize(
    ("error", "var"),
    [(TypeError, 1), (TypeError, True), (ValueError, -1.0), (ValueError, np.float32(1)), (ValueError, [1.0, 2])],
)
def test_numbers_and_lists_refused_as_variance(function, error, var):
    with pytest.raises(error, match=r"var.*받은"):
        function(X, X, var)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_against_high_precision(dtype):
    mpmath.mp.dps = 60
    unit = np.finfo(dtype).eps
    for e, v in itertools.product([0, 1e-30, 1e-3, 1, 1e4, 1e15], [1e-6, 1e-3, 1, 1e4, 1e30]):
        e, v = dtype(e), max(dtype(v), dtype(1e-6))
        big = mpmath.mpf(float(e)), mpmath.mpf(float(v))
        terms = mpmath.log(big[1]) / 2, big[0] ** 2 / big[1] / 2
        ours = mpmath.mpf(float(gaussian_nll_loss(e, dtype(0), np.asarray(v))))
        assert abs(ours - sum(terms)) <= 4 * unit * max(map(abs, terms)) + np.finfo(dtype).tiny


values = arrays(np.float64, 6, elements=st.floats(-10, 10))
variances = arrays(np.float64, 6, elements=st.floats(0.1, 10))


@given(values, values, variances)
@settings(max_examples=50, deadline=None)
def test_full_is_the_density_of_the_normal_distribution(x, y, var):
    exact = -norm.logpdf(y, x, np.sqrt(var))
    assert np.allclose(gaussian_nll_loss(x, y, var, True, reduction="none"), exact, rtol=1e-12)


@given(values, values)
@settings(max_examples=50, deadline=None)
def test_a_constant_variance_reduces_to_mse(x, y):
    loss = gaussian_nll_loss(x, y, 2.0)
    assert np.isclose(loss, np.log(2) / 2 + mse_loss(x, y) / 4, rtol=1e-12)


@given(values, values, variances, st.floats(0.1, 10))
@settings(max_examples=50, deadline=None)
def test_another_unit_adds_its_logarithm(x, y, var, unit):
    other = gaussian_nll_loss(unit * x, unit * y, unit**2 * var)
    assert np.isclose(other, gaussian_nll_loss(x, y, var) + np.log(unit), atol=1e-9)


@given(values, values, variances)
@settings(max_examples=20, deadline=None)
def test_gradients_are_finite_differences(x, y, var):
    for reduction in pairs.REDUCTIONS:
        pairs.assert_finite_differences(NAME, (x, y, var), {"reduction": reduction}, rtol=2e-3)
    mean, target, _ = gaussian_nll_loss_grad(x, y, var)
    assert np.array_equal(mean, -target)


@given(st.floats(0.01, 10), st.floats(0.01, 100))
@settings(max_examples=50, deadline=None)
def test_the_squared_error_is_the_best_variance(e, var):
    best = gaussian_nll_loss([e], [0.0], [e * e])
    assert best <= gaussian_nll_loss([e], [0.0], [var]) + 1e-12
    assert abs(gaussian_nll_loss_grad([e], [0.0], [e * e])[2][0]) * e * e < 1e-12


@given(values, values, variances, values, variances, st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_convex_in_the_natural_parameters_only(x, y, var, other, other_var, mix):
    first = np.array([x / var, 1 / var])
    second = np.array([other / other_var, 1 / other_var])
    ratio, precision = mix * first + (1 - mix) * second
    between = gaussian_nll_loss(ratio / precision, y, 1 / precision, reduction="none")
    left = gaussian_nll_loss(x, y, var, reduction="none")
    right = gaussian_nll_loss(other, y, other_var, reduction="none")
    assert np.all(between <= mix * left + (1 - mix) * right + 1e-8)
    middle = gaussian_nll_loss([0.0], [0.0], [5.05])
    assert middle > (gaussian_nll_loss([0.0], [0.0], [0.1]) + gaussian_nll_loss([0.0], [0.0], [10.0])) / 2


SILENT = [
    (pairs.BAD, -pairs.BAD, np.abs(pairs.BAD)), (pairs.BAD[:0], pairs.BAD[:0], 1.0),
    (np.zeros(2), np.ones(2), np.zeros(2), True, 0.0), (np.ones(1), np.ones(1), np.ones(1, np.float16), False, NAN),
]  # fmt: skip

FAULT_CASES = [
    Case(NAME, triple((3, 3), var), option, by=BY)
    for var in [(3, 3), (3,), (1, 3)]
    for option in options(full=BOTH, eps=[1.0], reduction=["mean", "sum"])
] + [Case(NAME, (np.ones(3, np.float32), np.array(2.0), np.ones(3, np.float32)), gradient=False)]
FAULTS = [
    ("e, v = x - y, np.maximum(v, eps)", "e = x - y"),
    ("e, v = x - y, np.maximum(v, eps)", "e, v = x - y, v + eps"),
    ("0.5 * (np.log(v) + e * (e / v))", "np.log(v) + e * (e / v)"),
    ("np.log(v) + e * (e / v)", "np.log(v) + e * e"),
    ("np.log(v) + e * (e / v)", "np.log(v) - e * (e / v)"),
    ("np.log(v) + e * (e / v)", "0.5 * np.log(v) + e * (e / v)"),
    ("2 * math.pi", "math.pi"),
    ("if full else loss", "if not full else loss"),
    ("return (x - y) / np.maximum(v, eps)", "return (x - y) / v"),
    ("return (x - y) / np.maximum(v, eps)", "return (y - x) / np.maximum(v, eps)"),
    ("return (y - x) / np.maximum(v, eps)", "return (x - y) / np.maximum(v, eps)"),
    ("0.5 * (1 / v - ((x - y) / v) ** 2)", "0.5 * (1 / v - (x - y) ** 2 / v)"),
    ("0.5 * (1 / v - ((x - y) / v) ** 2)", "1 / v - ((x - y) / v) ** 2"),
    ("0.5 * (1 / v - ((x - y) / v) ** 2)", "np.where(v > eps, 0.5 * (1 / v - ((x - y) / v) ** 2), 0)"),
    ("v = v[..., np.newaxis]", "v = v[np.newaxis]"),
    ("reduced(loss, (x, y, v), reduction", "reduced(loss, (x, y, v), 'sum'"),
    ("gradient(by_variance, arrays, reduction", "gradient(by_variance, arrays, 'sum'"),
    (", dtype=dtype)", ")"),
]  # fmt: skip
