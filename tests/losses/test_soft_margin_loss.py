"""soft_margin_loss against torch, mpmath and scikit-learn, on its edges, and as mathematics."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import log_loss

from lossbook import soft_margin_loss, soft_margin_loss_grad
from tests.losses.against_torch import Case, assert_refused, differences, layouts, options
from tests.losses.checks import assert_silent, assert_warns_once, central_differences

INF, NAN = np.inf, np.nan
NAME = "soft_margin_loss"
SHAPES = [(), (1,), (7,), (3, 1), (3, 4), (2, 3, 4), (0,), (0, 3), (3, 0)]
REDUCTIONS = [None, "mean", "sum", "none"]
FLOATS = ["float64", "float32", "float16"]


def signs(rng, shape):
    return np.asarray(rng.choice([-1.0, 1.0], shape))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_as_torch(shape, dtype):
    rng = np.random.default_rng(0)
    x, y = np.asarray(3 * rng.normal(size=shape)).astype(dtype), signs(rng, shape)
    problems = []
    for option in options(reduction=REDUCTIONS):
        for kind in ("float64", "float32", "float16", "int64", "int8"):
            problems += differences(Case(NAME, (x, y.astype(kind)), option))
    assert problems == []


@pytest.mark.parametrize("dtype", FLOATS)
def test_blocks_and_layouts_as_torch(dtype):
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(230, 190)).astype(dtype), signs(rng, (230, 190)).astype(dtype)
    problems = []
    for a, b in zip(layouts(x), layouts(y), strict=True):
        for option in options(reduction=["mean", "none"]):
            problems += differences(Case(NAME, (a, b), option))
            problems += differences(Case(NAME, (a[::-1], b[::-1]), option))
    assert problems == []


@pytest.mark.parametrize("label", [1, -1, 0, 0.5, -3, NAN, INF])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.filterwarnings("ignore:target에 1도")
def test_edges_as_torch(dtype, label):
    """Where exp(-y x) does not overflow in torch."""
    x = np.array([0, -0.0, 1e-30, 1e-40, -1e-30, 20, -20, INF, NAN, 1e20], dtype)
    x = np.append(-x if label < 0 else x, np.array([5e-324, 1e-45], dtype))
    y = np.full(x.shape, label, dtype)
    if np.isfinite(label):
        assert differences(Case(NAME, (x, y), {"reduction": "none"})) == []
    assert differences(Case(NAME, (x, y), {"reduction": "none"}, gradient=False)) == []


X = [0.0, 1e-30, -1e-30, 5e-324, 0.5, -0.5, 30, -30, 700, -700, 720, -720, 745, -745, 1e4, -1e4, 1e300, -1e300]


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 4e-16), ("float32", 4e-7)])
@pytest.mark.parametrize("label", [1, -1])
def test_exact_where_torch_overflows(label, dtype, tolerance):
    mpmath.mp.dps = 40
    x = np.array(X if dtype == "float64" else np.clip(X, -3e38, 3e38), dtype)
    tiny = np.finfo(dtype).smallest_subnormal
    loss = soft_margin_loss(x, np.full(x.shape, label), "none")
    slope = soft_margin_loss_grad(x, np.full(x.shape, label), "none")
    for value, found, found_slope in zip(x, loss, slope, strict=True):
        e = mpmath.exp(-label * mpmath.mpf(float(value)))
        exact, exact_slope = mpmath.log1p(e), -label * e / (1 + e)
        assert abs(float(found) - exact) <= tolerance * exact + 2 * tiny
        assert abs(float(found_slope) - exact_slope) <= tolerance * abs(exact_slope) + 2 * tiny


def test_torch_overflows_where_we_do_not():
    x, y = torch.tensor([-1000.0], requires_grad=True), torch.ones(1)
    theirs = torch.nn.functional.soft_margin_loss(x, y)
    theirs.backward()
    assert torch.isinf(theirs)
    assert torch.isnan(x.grad)
    assert soft_margin_loss(np.float32([-1000]), [1]) == 1000
    assert np.array_equal(soft_margin_loss_grad(np.float32([-1000]), [1]), np.float32([-1]))
    assert soft_margin_loss([-1e308], [1]) == 1e308


PAIRS = [((3,), ()), ((3,), (1,)), ((2, 3), (3,)), ((2, 3), (2, 1)), ((0, 3), (3,))]


@pytest.mark.parametrize(("left", "right"), PAIRS)
@pytest.mark.filterwarnings("ignore:input")
def test_broadcasting_of_the_target_warns_once(left, right):
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=left), signs(rng, right)
    assert_warns_once(NAME, r"input.*target.*브로드캐스트", x, y)
    for option in options(reduction=REDUCTIONS):
        assert differences(Case(NAME, (x, y), option)) == []


@pytest.mark.parametrize("labels", [[0, 1], [1, 2], [NAN, 1], [1, 0.5]])
def test_labels_other_than_signs_warn_once(labels):
    assert_warns_once(NAME, r"target에 1도 -1도 아닌 레이블.*log 2", [1.0, 2.0], labels)
    many = np.ones(40_000)
    assert_silent(NAME, many, many)
    many[-1] = 0
    assert_warns_once(NAME, "1도 -1도", many, many)


def test_labels_zero_and_one_never_learn_the_negatives():
    with pytest.warns(UserWarning, match="1도 -1도"):
        assert np.array_equal(soft_margin_loss_grad([3.0, -3.0], [0, 0]), [0, 0])
    with pytest.warns(UserWarning, match="1도 -1도"):
        assert np.allclose(soft_margin_loss([3.0, -3.0], [0, 0], "none"), np.log(2))


def test_unsigned_and_bool_labels():
    """torch negates uint8 labels within uint8, which spoils its gradient (nan in float32)."""
    x, ones = np.float32([1, -2]), [1, 1]
    for kind in ("uint8", "bool"):
        y = np.array(ones, kind)
        assert differences(Case(NAME, (x, y), gradient=False)) == []
        assert np.array_equal(soft_margin_loss_grad(x, y), soft_margin_loss_grad(x, ones))


def test_worked_numbers():
    x = np.log([1, 3, 1 / 3])
    assert np.allclose(soft_margin_loss(x, [1, 1, 1], "none"), [np.log(2), np.log(4 / 3), np.log(4)])
    assert np.isclose(soft_margin_loss(x, [1, 1, 1]), np.log(32 / 3) / 3, rtol=1e-14)
    assert round(float(soft_margin_loss(x, [1, 1, 1])), 5) == 0.78904
    assert round(float(soft_margin_loss(x, [1, 1, 1], "sum")), 4) == 2.3671
    assert np.allclose(soft_margin_loss_grad(x, [1, 1, 1]), [-1 / 6, -1 / 12, -1 / 4])
    assert np.allclose(soft_margin_loss(x, [1, 1, -1], "none"), np.log([2, 4 / 3, 4 / 3]))
    margins = soft_margin_loss([-5.0, 0, 0.5, 1, 2], np.ones(5), "none")
    assert np.array_equal(margins.round(4), [5.0067, 0.6931, 0.4741, 0.3133, 0.1269])


def test_lists_scalars_and_empty_batches():
    assert soft_margin_loss(np.ones(2, np.float32), [1, -1]).dtype == np.float32
    assert soft_margin_loss([1, 2], [1, -1]).dtype == np.float64
    assert soft_margin_loss(0, 1) == np.log(2)
    assert soft_margin_loss_grad(0, 1) == -0.5
    assert np.isnan(soft_margin_loss([], []))
    assert soft_margin_loss([], [], "sum") == 0


A = np.ones((3, 2))
REFUSED = [
    (TypeError, "input", (A.astype(int), A), {}),
    (TypeError, "input", (A.astype(bool), A), {}),
    (TypeError, "input", (A.astype(complex), A), {}),
    (TypeError, "target", (A, A.astype(complex)), {}),
    (ValueError, "target", (A, A.T), {}),
    (ValueError, "target", (A, np.ones((1, 3, 2))), {}),
    (ValueError, "target", (A[:, 0], A[:, :1]), {}),
    (ValueError, "target", (A[0, 0], A[0]), {}),
    (ValueError, "reduction", (A, A), {"reduction": "avg"}),
    (ValueError, "reduction", (A, A), {"reduction": None}),
]


@pytest.mark.parametrize("function", [soft_margin_loss, soft_margin_loss_grad])
@pytest.mark.parametrize(("error", "name", "args", "option"), REFUSED)
def test_refused_as_torch(function, error, name, args, option):
    assert_refused(function, error, name, args, option, by_torch=args[0].dtype.kind != "c")


scores = arrays(np.float64, 5, elements=st.floats(-30, 30))
labels = arrays(np.int64, 5, elements=st.sampled_from([-1, 1]))


@given(scores, labels)
@settings(max_examples=50, deadline=None)
def test_is_bce_with_logits_on_labels_zero_and_one(x, y):
    bce = torch.nn.functional.binary_cross_entropy_with_logits(*map(torch.tensor, (x, (y + 1) / 2)))
    assert np.isclose(soft_margin_loss(x, y), bce.item(), rtol=1e-12, atol=1e-14)
    x = x / 3  # scikit-learn clips probabilities at the dtype's epsilon
    p = 1 / (1 + np.exp(-x))
    assert np.isclose(soft_margin_loss(x, y), log_loss(y, p, labels=[-1, 1]), rtol=1e-9, atol=1e-12)


@given(scores, labels)
@settings(max_examples=50, deadline=None)
def test_depends_on_the_margin_only_and_bounds_the_error(x, y):
    loss = soft_margin_loss(x, y, "none")
    assert np.array_equal(loss, soft_margin_loss(-x, -y, "none"))
    assert np.all(loss / np.log(2) >= (x * y <= 0) * (1 - 1e-15))
    assert np.allclose(loss - soft_margin_loss(x, -y, "none"), -x * y, atol=1e-12)
    slopes = soft_margin_loss_grad(x, y, "none")
    assert np.allclose(slopes - soft_margin_loss_grad(x, -y, "none"), -y, atol=1e-15)


@given(scores, labels)
@settings(max_examples=30, deadline=None)
def test_gradient_is_the_finite_difference(x, y):
    for reduction in ("mean", "sum"):
        slopes = central_differences(lambda x, how=reduction: soft_margin_loss(x, y, how), x, 1e-5)
        assert np.allclose(slopes, soft_margin_loss_grad(x, y, reduction), atol=1e-8)


@given(scores, scores, labels, st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_convex(a, b, y, mix):
    between = soft_margin_loss(mix * a + (1 - mix) * b, y)
    assert between <= mix * soft_margin_loss(a, y) + (1 - mix) * soft_margin_loss(b, y) + 1e-12


BAD = np.array([[INF, -INF, NAN], [1e308, -1e308, 5e-324]])
SILENT = [(BAD, np.ones((2, 3))), (BAD, -np.ones((2, 3))), (BAD[:0], BAD[:0])]


def with_logits(x, y, reduction="mean"):
    return torch.nn.functional.binary_cross_entropy_with_logits(x, (y + 1) / 2, reduction=reduction)


RNG = np.random.default_rng(0)
LARGE = np.array([[-900.0, 900, 20]])
FAULT_CASES = [
    *(Case(NAME, (RNG.normal(size=(3, 4)), signs(RNG, (3, 4))), {"reduction": r}) for r in ("mean", "sum")),
    *(Case(NAME, (LARGE, sign * np.ones((1, 3))), reference=with_logits) for sign in (1.0, -1.0)),
]
FAULTS = [
    ("softplus(-y * x)", "softplus(y * x)"),
    ("softplus(-y * x)", "np.log(1 + np.exp(-y * x))"),
    ("softplus(-y * x)", "np.maximum(0, 1 - y * x)"),
    ("softplus(-y * x)", "softplus(-y * x) / np.log(2)"),
    ("reduced(loss, (x, y), reduction", "reduced(loss, (x, y), 'sum'"),
    ("-y * sigmoid(-y * x)", "y * sigmoid(-y * x)"),
    ("-y * sigmoid(-y * x)", "-y * sigmoid(y * x)"),
    ("-y * sigmoid(-y * x)", "-sigmoid(-y * x)"),
    ("sigmoid(-y * x)", "(np.exp(-y * x) / (1 + np.exp(-y * x)))"),
    ("gradient(slope, (x, y), reduction", "gradient(slope, (x, y), 'sum'"),
]
