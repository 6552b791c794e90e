"""huber_loss against torch, on its edges, on the worked numbers, and as mathematics."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lossbook import huber_loss, huber_loss_grad, smooth_l1_loss
from tests.losses import pairs
from tests.losses.against_torch import Case, differences, layouts, options, tensor

INF, NAN = np.inf, np.nan
E = [0.5, -1.0, 2.0, -4.0]
ZERO = [0.0] * 4


@pytest.mark.parametrize("dtype", pairs.FLOATS)
@pytest.mark.parametrize("shape", pairs.SHAPES, ids=str)
def test_as_torch(shape, dtype):
    rng = np.random.default_rng(0)
    x, y = (np.asarray(2 * rng.normal(size=shape)).astype(dtype) for _ in range(2))
    weight = np.asarray(rng.uniform(0.5, 2, shape)).astype(dtype)
    problems = []
    for option in options(
        reduction=[None, "mean", "sum", "none"],
        delta=[None, 1e-3, 0.7, 2, 1e4, INF, True],
        weight=[None, weight, weight.astype("float64"), np.ones(shape, int), np.ones(shape, bool)],
    ):
        problems += differences(Case("huber_loss", (x, y), option))
    assert problems == []


def test_layouts_as_torch():
    rng = np.random.default_rng(1)
    x, y, weight = rng.normal(size=(3, 4, 5, 6))[:3]
    for a, b, w in zip(layouts(x), layouts(y), layouts(weight), strict=True):
        assert differences(Case("huber_loss", (a, b), {"weight": w, "delta": 0.5})) == []


@pytest.mark.parametrize("delta", [1.0, 2.0, INF, 1e-40, 1e38])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_edges_as_torch(dtype, delta):
    x = np.array([0, 1, -1, 2, -2, 3, INF, -INF, NAN, 1e-30, INF, -INF, 1e20], dtype)
    y = np.array([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, INF, INF, 0], dtype)
    weight = np.array([0, 1, 2, NAN, INF, 0, 0, 1, 0, 1, 1, 1, 1], dtype)
    for option in ({}, {"weight": weight}):
        for reduction in ("none", "sum"):
            call = {"delta": delta, "reduction": reduction, **option}
            assert differences(Case("huber_loss", (x, y), call)) == []


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize(("left", "right"), pairs.BROADCAST)
def test_broadcasting_warns_once_and_gives_torchs_number(left, right, reduction):
    x, y = pairs.positive(0, left), pairs.positive(1, right)
    for option in options(reduction=[reduction], weight=[None, pairs.positive(2, left)]):
        pairs.assert_broadcasts_with_one_warning(Case("huber_loss", (x, y), option))


@pytest.mark.parametrize("target", ["float64", "float32", "float16", "int64", "uint8", "bool"])
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_mixed_dtypes(dtype, target):
    """torch's backward refuses the mixture (pytorch#76646); ours is that of the cast target."""
    x, y = np.array([1, 5, 0.25], dtype), np.array([0, 1, 1], target)
    for option in options(reduction=["none", "mean", "sum"]):
        assert differences(Case("huber_loss", (x, y), option, gradient=False)) == []
        gradient = huber_loss_grad(x, y, **option)
        assert gradient.dtype == dtype
        assert np.array_equal(gradient, huber_loss_grad(x, y.astype(dtype), **option))


def test_worked_numbers():
    assert huber_loss(E, ZERO, delta=2.0) == 2.15625
    assert np.array_equal(huber_loss_grad(E, ZERO, delta=2.0), [0.125, -0.25, 0.5, -0.5])
    assert huber_loss([1, 2, 3], [0, 0, 0], weight=[1, 2, 1]) == 2.0
    assert huber_loss([2.0], [0.0], delta=1e9) == 2.0
    assert huber_loss(3.0, 0.0, delta=2) == 4.0
    location = np.array([0, 1, 2, 4, 13]) - 7 / 3
    assert abs(huber_loss_grad(location, np.zeros(5), "sum", 2).sum()) < 1e-12


def test_lists_take_the_dtype_of_the_input():
    x = np.ones(2, np.float32)
    assert huber_loss(x, [0, 0], weight=[1, 2]).dtype == np.float32
    assert huber_loss([1, 2], [0, 0]).dtype == np.float64


X = np.zeros((3, 2))
REFUSED = [
    (TypeError, "input", (X.astype(int), X), {}),
    (TypeError, "input", (X.astype(bool), X.astype(bool)), {}),
    (TypeError, "input", (X.astype(complex), X), {}),
    (TypeError, "target", (X, X.astype(complex)), {}),
    (ValueError, "target", (X, np.zeros((2, 3))), {}),
    (ValueError, "target", (X, np.zeros(3)), {}),
    (ValueError, "weight", (X, X), {"weight": np.ones(2)}),
    (ValueError, "weight", (X, X), {"weight": np.array(1.0)}),
    (ValueError, "reduction", (X, X), {"reduction": "x"}),
    (ValueError, "reduction", (X, X), {"reduction": None}),
    (ValueError, "delta", (X, X), {"delta": 0}),
    (ValueError, "delta", (X[:0], X[:0]), {"delta": -0.0}),
    (ValueError, "delta", (X, X), {"delta": -1.0}),
    (ValueError, "delta", (X, X), {"delta": NAN}),
    (TypeError, "delta", (X, X), {"delta": "a"}),
    (TypeError, "delta", (X, X), {"delta": None}),
    (TypeError, "delta", (X, X), {"delta": np.ones(2)}),
]


@pytest.mark.parametrize("function", [huber_loss, huber_loss_grad])
@pytest.mark.parametrize(("error", "name", "args", "option"), REFUSED)
@pytest.mark.filterwarnings("ignore:Using a target size")
def test_refused_as_torch(function, error, name, args, option):
    with pytest.raises(error, match=rf"{name}.*받은"):
        function(*args, **option)
    if any(a.dtype.kind == "c" for a in args) and name == "target":
        return  # torch casts the complex result of the subtraction away; there is no such error
    tensors = {key: tensor(value) for key, value in option.items()}
    with pytest.raises((RuntimeError, ValueError, TypeError, NotImplementedError)):
        torch.nn.functional.huber_loss(*map(torch.from_numpy, args), **tensors)


values = arrays(np.float64, 6, elements=st.floats(-100, 100))
deltas = st.floats(1e-2, 1e2)


@given(values, values, deltas)
@settings(max_examples=50, deadline=None)
def test_is_delta_times_smooth_l1(x, y, delta):
    ours = huber_loss(x, y, "none", delta)
    assert np.allclose(ours, delta * smooth_l1_loss(x, y, "none", delta), rtol=1e-13, atol=1e-300)


@given(values, values, deltas)
@settings(max_examples=50, deadline=None)
def test_gradient_is_the_finite_difference(x, y, delta):
    h = 1e-5
    rise = huber_loss(x + h, y, "none", delta) - huber_loss(x - h, y, "none", delta)
    gradient = huber_loss_grad(x, y, "none", delta)
    assert np.allclose(rise / (2 * h), gradient, atol=1e-5 * (1 + delta))


@given(values, values, st.floats(0, 1), deltas)
@settings(max_examples=50, deadline=None)
def test_convex_and_continuously_differentiable(a, b, mix, delta):
    zero = np.zeros(6)
    left, between, right = (
        huber_loss(x, zero, "none", delta) for x in (a, mix * a + (1 - mix) * b, b)
    )
    assert np.all(between <= mix * left + (1 - mix) * right + 1e-9)
    slopes = huber_loss_grad(np.nextafter(delta, [0, np.inf]), [0, 0], "sum", delta)
    assert np.allclose(slopes, delta, rtol=1e-14)


BAD = np.array([[INF, -INF, NAN], [1e308, -1e308, 5e-324]])
SILENT = [(BAD, -BAD), (BAD[:0], BAD[:0])]

RNG = np.random.default_rng(0)
FAULT_CASES = [
    Case("huber_loss", (2 * A, B), {"weight": W, "delta": 0.7, "reduction": reduction})
    for A, B, W in [RNG.normal(size=(3, 5, 3))]
    for reduction in ("mean", "sum")
]
FAULTS = [
    ("inside * (error - 0.5 * inside)", "inside * (error - inside)"),
    ("inside * (error - 0.5 * inside)", "inside * (error + 0.5 * inside)"),
    ("inside * (error - 0.5 * inside)", "delta * (error - 0.5 * inside)"),
    ("reduced(loss, (x, y), reduction, weight=w", "reduced(loss, (x, y), reduction, weight=w, total=np.sum(w)"),
    ("reduced(loss, (x, y), reduction, weight=w", "reduced(loss, (x, y), reduction"),
    ("reduced(loss, (x, y), reduction", "reduced(loss, (x, y), 'sum'"),
    ("np.clip(x - y, -delta, delta)", "np.clip(y - x, -delta, delta)"),
    ("np.clip(x - y, -delta, delta)", "(x - y)"),
    ("gradient(slope, (x, y), reduction", "gradient(slope, (x, y), 'sum'"),
]
