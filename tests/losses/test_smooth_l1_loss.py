"""smooth_l1_loss against torch, on its edges, on the worked numbers, and as mathematics."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lossbook import smooth_l1_loss, smooth_l1_loss_grad
from tests.losses import pairs
from tests.losses.against_torch import Case, differences, layouts, options

INF, NAN = np.inf, np.nan
E = [0.5, -1.0, 2.0, -4.0]
ZERO = [0.0] * 4


@pytest.mark.parametrize("dtype", pairs.FLOATS)
@pytest.mark.parametrize("shape", pairs.SHAPES, ids=str)
def test_as_torch(shape, dtype):
    rng = np.random.default_rng(0)
    x, y = (np.asarray(2 * rng.normal(size=shape)).astype(dtype) for _ in range(2))
    problems = []
    for option in options(
        reduction=[None, "mean", "sum", "none"], beta=[None, 0, 1e-3, 0.7, 2, 1e4, INF, True]
    ):
        problems += differences(Case("smooth_l1_loss", (x, y), option))
    assert problems == []


def test_layouts_as_torch():
    x, y = np.random.default_rng(1).normal(size=(2, 4, 5, 6))
    for a, b in zip(layouts(x), layouts(y), strict=True):
        assert differences(Case("smooth_l1_loss", (a, b), {"beta": 0.5})) == []


@pytest.mark.parametrize("beta", [0.0, -0.0, 1.0, 2.0, INF, 1e-40, 1e38])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_edges_as_torch(dtype, beta):
    x = np.array([0, 1, -1, 2, -2, 3, INF, -INF, NAN, 1e-30, INF, -INF], dtype)
    y = np.array([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, INF, INF], dtype)
    for reduction in ("none", "sum"):
        case = Case("smooth_l1_loss", (x, y), {"beta": beta, "reduction": reduction})
        assert differences(case) == []


def test_no_overflow_where_torch_overflows():
    x = np.array([1e20], np.float32)
    assert torch.nn.functional.smooth_l1_loss(torch.tensor(x), torch.zeros(1), beta=1e30).isinf()
    assert np.isclose(smooth_l1_loss(x, [0], beta=1e30), 0.5e10)


@pytest.mark.parametrize("beta", [0.0, 1.0])
@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize(("left", "right"), pairs.BROADCAST)
def test_broadcasting_warns_once_and_gives_torchs_number(left, right, reduction, beta):
    option = {"reduction": reduction, "beta": beta}
    x, y = pairs.positive(0, left), pairs.positive(1, right)
    pairs.assert_broadcasts_with_one_warning(Case("smooth_l1_loss", (x, y), option))


@pytest.mark.parametrize("beta", [0.0, 1.0])
@pytest.mark.parametrize("target", ["float64", "float32", "float16", "int64", "uint8", "bool"])
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "int64", "int32"])
def test_mixed_dtypes_as_torch(dtype, target, beta):
    x, y = np.array([1, 5, 3], dtype), np.array([0, 1, 1], target)
    for reduction in ("none", "mean", "sum"):
        option = {"reduction": reduction, "beta": beta}
        case = Case("smooth_l1_loss", (x, y), option, gradient=x.dtype.kind == "f")
        try:
            torch.nn.functional.smooth_l1_loss(torch.tensor(x), torch.tensor(y), **option)
        except (RuntimeError, NotImplementedError):
            with pytest.raises(TypeError, match=r"input.*받은 dtype"):
                smooth_l1_loss(x, y, **option)
        else:
            assert differences(case) == []
        if x.dtype.kind != "f":
            with pytest.raises(TypeError, match=r"input.*받은 dtype"):
                smooth_l1_loss_grad(x, y, **option)


def test_worked_numbers():
    assert smooth_l1_loss(E, ZERO) == 1.40625
    assert smooth_l1_loss(E, ZERO, beta=2.0) == 1.078125
    assert np.array_equal(smooth_l1_loss_grad(E, ZERO, beta=2.0), [0.0625, -0.125, 0.25, -0.25])
    assert np.array_equal(smooth_l1_loss([0.25, 2], [0, 0], "none", 0.5), [0.0625, 1.75])
    assert smooth_l1_loss(3.0, 0.0, beta=2) == 2.0
    assert np.isclose(smooth_l1_loss_grad(0.05, 0.0, beta=10), 0.005)


X = np.zeros((3, 2))
REFUSED = [
    (TypeError, "input", (X.astype(int), X.astype(int)), {}),
    (TypeError, "input", (X.astype(complex), X), {}),
    (TypeError, "target", (X, X.astype(complex)), {}),
    (ValueError, "target", (X, np.zeros((2, 3))), {}),
    (ValueError, "reduction", (X, X), {"reduction": "x"}),
    (ValueError, "beta", (X, X), {"beta": -1.0}),
    (ValueError, "beta", (X[:0], X[:0]), {"beta": NAN}),
    (TypeError, "beta", (X, X), {"beta": "a"}),
    (TypeError, "beta", (X, X), {"beta": None}),
]


@pytest.mark.parametrize("function", [smooth_l1_loss, smooth_l1_loss_grad])
@pytest.mark.parametrize(("error", "name", "args", "option"), REFUSED)
@pytest.mark.filterwarnings("ignore:Using a target size")
def test_refused_as_torch(function, error, name, args, option):
    with pytest.raises(error, match=rf"{name}.*받은"):
        function(*args, **option)
    with pytest.raises((RuntimeError, ValueError, TypeError, NotImplementedError)):
        torch.nn.functional.smooth_l1_loss(*map(torch.from_numpy, args), **option)


values = arrays(np.float64, 6, elements=st.floats(-100, 100))
betas = st.floats(1e-2, 1e2)


@given(values, values, betas)
@settings(max_examples=50, deadline=None)
def test_gradient_is_the_finite_difference(x, y, beta):
    h = 1e-6
    rise = smooth_l1_loss(x + h, y, "none", beta) - smooth_l1_loss(x - h, y, "none", beta)
    gradient = smooth_l1_loss_grad(x, y, "none", beta)
    assert np.allclose(rise / (2 * h), gradient, atol=1e-4)


@given(values, betas)
@settings(max_examples=50, deadline=None)
def test_stays_within_half_a_beta_of_the_absolute_error(x, beta):
    gap = np.abs(x) - smooth_l1_loss(x, np.zeros(6), "none", beta)
    assert np.all((gap >= -1e-12) & (gap <= beta / 2 + 1e-12))


@given(betas)
@settings(max_examples=20, deadline=None)
def test_continuously_differentiable_where_the_pieces_meet(beta):
    around = np.nextafter(beta, [0, np.inf])
    assert np.allclose(smooth_l1_loss(around, [0, 0], "none", beta), beta / 2, rtol=1e-14)
    assert np.allclose(smooth_l1_loss_grad(around, [0, 0], "sum", beta), 1, rtol=1e-14)


BAD = np.array([[INF, -INF, NAN], [1e308, -1e308, 5e-324]])
SILENT = [(BAD, -BAD), (BAD[:0], BAD[:0])]

RNG = np.random.default_rng(0)
FAULT_CASES = [
    Case("smooth_l1_loss", (2 * A, B), {"beta": beta})
    for A, B in [RNG.normal(size=(2, 5, 3))]
    for beta in (0.7, 0)
]
FAULTS = [
    ("inside / beta * (error - 0.5 * inside)", "inside * (error - 0.5 * inside)"),
    ("inside / beta * (error - 0.5 * inside)", "inside / beta * (error + 0.5 * inside)"),
    ("        if beta == 0:\n            return error\n", ""),
    ("np.fmin(np.abs(error) / beta, 1)", "np.fmin(np.abs(error), 1)"),
    ("np.fmin(np.abs(error) / beta, 1)", "1"),
    ("np.sign(error) * np.fmin", "np.fmin"),
    ("sign(error) if beta == 0", "np.ones_like(error) if beta == 0"),
    ("gradient(slope, (x, y), reduction", "gradient(slope, (x, y), 'sum'"),
]
