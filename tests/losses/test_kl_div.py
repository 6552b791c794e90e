"""kl_div against torch, on its edges, on the worked numbers, and as mathematics."""

from __future__ import annotations

import warnings

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lossbook import cross_entropy_grad, kl_div, kl_div_grad, nll_loss
from lossbook.losses._blocks import BLOCK
from tests.losses.against_torch import (
    TOLERANCE,
    Case,
    assert_refused,
    differences,
    layouts,
    options,
)

INF, NAN = np.inf, np.nan
REDUCTIONS = ["mean", "batchmean", "sum", "none"]
EVERY = {"reduction": [None, *REDUCTIONS], "log_target": [None, False, True]}

pytestmark = pytest.mark.filterwarnings("ignore:reduction", "ignore:input의 모양")


def distributions(rng, shape, dtype):
    """Return log Q, log P and P."""
    log_q, log_p = -rng.exponential(size=(2, *shape))
    return [np.asarray(array).astype(dtype) for array in (log_q, log_p, np.exp(log_p))]


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
@pytest.mark.parametrize(
    "shape", [(), (1,), (7,), (3, 1), (3, 4), (2, 3, 4), (0,), (0, 3), (3, 0)], ids=str
)
def test_as_torch(shape, dtype):
    log_q, log_p, p = distributions(np.random.default_rng(0), shape, dtype)
    problems = []
    for option in options(**EVERY):
        target = log_p if option.get("log_target") else p
        problems += differences(Case("kl_div", (log_q, target), option))
    assert problems == []


def test_layouts_as_torch():
    log_q, log_p, p = distributions(np.random.default_rng(1), (4, 5, 6), "float64")
    for x, t, y in zip(layouts(log_q), layouts(log_p), layouts(p), strict=True):
        assert differences(Case("kl_div", (x, y), {"reduction": "batchmean"})) == []
        assert differences(Case("kl_div", (x, t), {"log_target": True})) == []
    x, y = log_q[::-1].astype(">f8"), p[:, ::-1]
    assert np.array_equal(kl_div(x, y, "none"), kl_div(log_q[::-1].copy(), y.copy(), "none"))


@pytest.mark.parametrize("option", [*options(**EVERY)], ids=str)
def test_more_than_one_block(option):
    shape = (2 * BLOCK // 100 + 3, 101)
    log_q, log_p, p = distributions(np.random.default_rng(2), shape, "float64")
    target = log_p if option.get("log_target") else p
    assert differences(Case("kl_div", (log_q, target), option)) == []
    assert differences(Case("kl_div", (log_q, target[:, :1]), option)) == []
    assert differences(Case("kl_div", (log_q[0], target), option)) == []


EDGES = [0.0, -0.0, 1.0, 0.5, 2.0, -1.0, INF, -INF, NAN, 1e-40, 1e-30, -100.0, -800.0, 800.0, 5e-324]


@pytest.mark.parametrize("log_target", [False, True])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_edges_as_torch(dtype, log_target):
    x, y = (part.ravel().astype(dtype) for part in np.meshgrid([0, -1, INF, -INF, NAN, -800], EDGES))
    for reduction in ("none", "sum"):
        option = {"reduction": reduction, "log_target": log_target}
        assert differences(Case("kl_div", (x, y), option)) == []


SHAPES = [
    ((3, 1), (3,)), ((3,), (3, 1)), ((), (3,)), ((3,), ()), ((1,), ()), ((2, 3), (3,)),
    ((3,), (2, 3)), ((2, 3), (2, 1)), ((4, 1, 3), (2, 3)), ((0,), (1,)), ((0, 3), (3,)),
]  # fmt: skip


@pytest.mark.parametrize("option", [*options(**EVERY)], ids=str)
@pytest.mark.parametrize(("left", "right"), SHAPES)
def test_broadcasting_warns_once_and_gives_torchs_number(left, right, option):
    x, y = np.full(left, -1.5), np.full(right, 0.5)
    for function in (kl_div, kl_div_grad):
        with pytest.warns(UserWarning, match=r"input.*target.*브로드캐스트") as record:
            function(x, y, **option)
        assert [warning.filename for warning in record] == [__file__]
    assert differences(Case("kl_div", (x, y), option)) == []


@pytest.mark.parametrize("function", [kl_div, kl_div_grad])
def test_mean_warns_once_as_torch_does(function):
    x, y = np.log([[0.25, 0.75]]), [[0.5, 0.5]]
    for args in ((x, y), (x, y, "mean"), (x, y, "mean", True)):
        with pytest.warns(UserWarning, match="'mean'.*'batchmean'") as record:
            function(*args)
        assert [warning.filename for warning in record] == [__file__]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for reduction in ("batchmean", "sum", "none"):
            function(x, y, reduction)


@pytest.mark.parametrize("target", ["float64", "float32", "float16"])
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_mixed_dtypes(dtype, target):
    x, y = np.array([-1, -2, 0.5, -0.25], dtype), np.array([0.5, 1, 0, 0.125], target)
    looser = max(1, TOLERANCE[target] / TOLERANCE[dtype])  # torch takes the log in target's dtype
    for option in options(**EVERY):
        assert differences(Case("kl_div", (x, y), option, tolerance=looser)) == []


def test_worked_numbers():
    p, q = np.array([[0.5, 0.5]]), np.array([[0.25, 0.75]])
    assert np.isclose(kl_div(np.log(q), p, "batchmean"), np.log(4 / 3) / 2, rtol=1e-14)
    assert round(float(kl_div(np.log(p), q, "batchmean")), 6) == 0.130812
    assert round(float(kl_div(np.log(q), p)), 6) == 0.071921
    assert round(float(kl_div(p, q, "sum")), 4) == -1.0623  # probabilities, in the formula's order
    p, q = np.array([0.5, 0.25, 0.25]), np.array([0.25, 0.25, 0.5])
    assert round(float(kl_div(np.log(q), p, "sum")), 6) == 0.173287
    assert round(float(kl_div(np.log(q), p, "batchmean")), 4) == 0.0578  # a vector is no batch
    assert np.isclose(kl_div(np.log([0.25, 0.75]), [1.0, 0.0], "sum"), np.log(4))
    with np.errstate(divide="ignore"):
        assert kl_div(np.log([1.0, 0.0]), [0.25, 0.75], "sum") == INF
    x = np.zeros((2, 3, 4))
    assert kl_div(x, x + 0.5, "batchmean") == kl_div(x, x + 0.5, "sum") / 2
    assert kl_div(x, x + 0.5, "mean") == kl_div(x, x + 0.5, "sum") / 24


def test_lists_and_scalars_take_the_dtype_of_the_input():
    assert kl_div(np.zeros(2, np.float32), [0, 1], "none").dtype == np.float32
    assert kl_div([-1, -2], [0, 1], "sum").dtype == np.float64
    assert kl_div(-1, 0.5, "batchmean") == kl_div(np.array(-1.0), np.array(0.5), "sum")


X = np.full((2, 3), -1.0)
REFUSED = [
    (TypeError, "input", (X.astype(int), X), {}),
    (TypeError, "input", (X.astype(bool), X), {}),
    (TypeError, "input", (X.astype(complex), X), {}),
    (TypeError, "input", (X.astype("g"), X), {}),
    (TypeError, "target", (X, X.astype(int)), {}),
    (TypeError, "target", (X, X.astype(bool)), {"log_target": True}),
    (ValueError, "target", (X, np.ones(2)), {}),
    (ValueError, "target", (X[:0], np.ones(2)), {}),
    (ValueError, "reduction", (X, X), {"reduction": "x"}),
    (ValueError, "reduction", (X, X), {"reduction": None}),
    (ValueError, "reduction.*batchmean", (X, X), {"reduction": "batch"}),
    (TypeError, "log_target", (X, X), {"log_target": 1}),
    (TypeError, "log_target", (X, X), {"log_target": None}),
    (TypeError, "log_target", (X, X), {"log_target": "a"}),
]


@pytest.mark.parametrize("function", [kl_div, kl_div_grad])
@pytest.mark.parametrize(("error", "name", "args", "option"), REFUSED)
def test_refused_as_torch(function, error, name, args, option):
    assert_refused(function, error, name, args, option, by_torch=args[0].dtype.kind != "c")


logits = arrays(np.float64, (3, 4), elements=st.floats(-20, 20))


def log_softmax(x):
    return torch.log_softmax(torch.from_numpy(x), 1).numpy()


@given(logits, logits)
@settings(max_examples=50, deadline=None)
def test_divergence_is_not_negative_and_zero_at_the_target(a, b):
    log_q, log_p = log_softmax(a), log_softmax(b)
    divergence = kl_div(log_q, log_p, "none", log_target=True).sum(axis=1)
    assert np.all(divergence >= -1e-14)
    assert np.allclose(kl_div(log_p, log_p, "sum", log_target=True), 0, atol=1e-14)
    assert np.allclose(kl_div(log_p, np.exp(log_p), "sum"), 0, atol=1e-13)


@given(logits, logits)
@settings(max_examples=50, deadline=None)
def test_is_the_cross_entropy_less_the_entropy(a, b):
    log_q, p = log_softmax(a), np.exp(log_softmax(b))
    entropy = -np.sum(p * np.log(p))
    crossed = -np.sum(p * log_q)
    assert np.isclose(kl_div(log_q, p, "sum"), crossed - entropy, atol=1e-12)
    hard = np.eye(4)[[0, 2, 3]]
    assert np.isclose(kl_div(log_q, hard, "sum"), nll_loss(log_q, [0, 2, 3], reduction="sum"))


@given(logits, logits)
@settings(max_examples=50, deadline=None)
def test_through_log_softmax_the_gradient_is_that_of_soft_cross_entropy(a, b):
    log_q, p = log_softmax(a), np.exp(log_softmax(b))
    gradient = kl_div_grad(log_q, p, "batchmean")
    by_logits = gradient - np.exp(log_q) * gradient.sum(axis=1, keepdims=True)
    assert np.allclose(by_logits, (np.exp(log_q) - p) / 3, atol=1e-14)
    assert np.allclose(by_logits, cross_entropy_grad(a, p), atol=1e-14)


@given(logits, logits, logits, st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_jointly_convex(a, b, c, mix):
    p, q, r = (np.exp(log_softmax(x)) for x in (a, b, c))
    between = kl_div(np.log(mix * p + (1 - mix) * q), mix * r + (1 - mix) * p, "sum")
    ends = mix * kl_div(np.log(p), r, "sum") + (1 - mix) * kl_div(np.log(q), p, "sum")
    assert between <= ends + 1e-9


@pytest.mark.parametrize(("p", "x"), [(1e-300, -800.0), (0.3, -1e4), (1 - 1e-15, -1e-15), (5e-324, -1.0)])
def test_against_high_precision(p, x):
    exact = mpmath.mpf(p) * (mpmath.log(mpmath.mpf(p)) - mpmath.mpf(x))
    tensors = torch.tensor(x).double(), torch.tensor(p).double()
    theirs = torch.nn.functional.kl_div(*tensors, reduction="sum").item()
    assert abs(kl_div(x, p, "sum") - exact) <= max(abs(theirs - exact), abs(exact) * 1e-15)


BAD = np.array([[INF, -INF, NAN], [1e308, -1e308, 5e-324]])
SILENT = [(BAD, BAD, "sum"), (BAD, BAD, "batchmean", True), (BAD[:0], BAD[:0], "none")]

RNG = np.random.default_rng(0)
LOG_Q, LOG_P, P = distributions(RNG, (5, 3), "float64")
P[0, 0] = 0
FAULT_CASES = [
    Case("kl_div", (log_q, target), {"reduction": reduction, "log_target": log_target})
    for log_q, target, log_target in ((LOG_Q, P, False), (LOG_Q, LOG_P, True))
    for reduction in ("batchmean", "sum", "none")
]
FAULTS = [
    ("p * np.log(p + (p == 0)) - p * x", "p * np.log(p) - p * x"),
    ("p * np.log(p + (p == 0)) - p * x", "p * np.log(p + (p == 0)) + p * x"),
    ("p * np.log(p + (p == 0)) - p * x", "-p * x"),
    ("p * np.log(p + (p == 0)) - p * x", "np.exp(x) * (x - np.log(p + (p == 0)))"),
    ("np.exp(t) * (t - x)", "t * (t - x)"),
    ("np.exp(t) * (t - x)", "np.exp(t) * (x - t)"),
    ("return -p", "return p"),
    ("return -np.exp(t)", "return -t"),
    ("log_target else slope, (x, y), reduction, total=total", "log_target else slope, (x, y), reduction"),
    ("log_target else loss, (x, y), reduction, total=total", "log_target else loss, (x, y), reduction"),
    ('return x, y, "mean", len(x)', 'return x, y, "mean", x.shape[-1]'),
    ('return x, y, "mean", len(x)', 'return x, y, "sum", len(x)'),
]
