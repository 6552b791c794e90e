"""multilabel_soft_margin_loss against torch, mpmath, scikit-learn, and as mathematics."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import log_loss

from lossbook import multilabel_soft_margin_loss, multilabel_soft_margin_loss_grad
from tests.losses.against_torch import Case, assert_refused, differences, layouts, options
from tests.losses.checks import assert_silent, assert_warns_once, central_differences

INF, NAN = np.inf, np.nan
NAME = "multilabel_soft_margin_loss"
SHAPES = [(1,), (4,), (1, 4), (3, 4), (5, 1), (2, 3, 4), (2, 1, 2, 3), (0,), (0, 3), (2, 0), (0, 0)]
REDUCTIONS = [None, "mean", "sum", "none"]
FLOATS = ["float64", "float32", "float16"]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_as_torch(shape, dtype):
    rng = np.random.default_rng(0)
    x, soft = (3 * rng.normal(size=shape)).astype(dtype), rng.uniform(size=shape)
    weight = rng.uniform(0.5, 2, shape[-1])
    problems = []
    for option in options(
        weight=[None, weight.astype(dtype), weight, np.arange(shape[-1]), np.array(3.0), weight > 1],
        reduction=REDUCTIONS,
    ):
        for target in (soft.astype(dtype), soft, soft.round().astype(int), soft.round().astype("uint8")):
            problems += differences(Case(NAME, (x, target), option))
    assert problems == []


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_blocks_and_layouts_as_torch(dtype):
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 4000, 10)).astype(dtype)
    y, weight = (y > 0).astype(dtype), rng.uniform(size=10).astype(dtype)
    problems = []
    for a, b, w in zip(layouts(x), layouts(y), layouts(weight), strict=True):
        for option in options(reduction=["mean", "none"], weight=[None, w]):
            problems += differences(Case(NAME, (a, b), option))
            problems += differences(Case(NAME, (a[::-1], b[:, ::-1]), option))
    assert problems == []


@pytest.mark.parametrize("shape", [(3,), (4, 3), (4, 1), (2, 4, 3), (1, 3), ()])
@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_a_weight_of_any_shape_is_broadcast_as_in_torch(shape, reduction):
    rng = np.random.default_rng(2)
    option = {"weight": np.asarray(rng.uniform(size=shape)), "reduction": reduction}
    x, y = rng.normal(size=(4, 3)), rng.uniform(size=(4, 3))
    assert differences(Case(NAME, (x, y), option)) == []
    if len(shape) == 1:
        assert differences(Case(NAME, (x[0], y[0]), option)) == []


PAIRS = [((3,), ()), ((3,), (2, 3)), ((1,), (3,)), ((2, 3), (3,)), ((2, 3), (2, 1)), ((3, 1), (3,)),
         ((1, 3), (2, 3)), ((3,), (2, 2, 3)), ((0, 3), (3,)), ((2, 3), (2, 2, 3))]  # fmt: skip


@pytest.mark.parametrize(("left", "right"), PAIRS)
@pytest.mark.filterwarnings("ignore:input")
def test_broadcasting_warns_once_and_gives_torchs_number(left, right):
    """torch sums over the axis that is the last one of `input`, and divides by its length there."""
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=left), np.asarray(rng.uniform(size=right))
    assert_warns_once(NAME, r"input.*target.*브로드캐스트", x, y)
    for option in options(reduction=REDUCTIONS):
        assert differences(Case(NAME, (x, y), option)) == []


@pytest.mark.parametrize("value", [-1, 2, 1.0001, -1e-9])
def test_targets_outside_the_unit_interval_warn_once(value):
    """-1 as padding, copied from multilabel_margin_loss: the loss has no lower bound."""
    assert_warns_once(NAME, "0보다 작거나 1보다 큰 값.*multilabel_margin_loss", [[1.0, 2.0]], [[value, 1]])
    assert_silent(NAME, [[1.0, 2.0, 3.0]], [[0, 0.3, 1]])


@pytest.mark.filterwarnings("ignore:target에 0보다")
def test_padding_has_no_lower_bound():
    x, y = np.array([[-3.0, 9.0]]), np.array([[-1.0, 2.0]])
    assert differences(Case(NAME, (x, y))) == []
    assert multilabel_soft_margin_loss([-1e6], [-1]) == -1e6


EDGE = [0, 1e-30, -1e-30, 1e-40, 20, -20, 104, -104, 800, -800, 1e4, -1e4, INF, -INF, NAN, 1e30, -1e30]


@pytest.mark.parametrize("target", [0.0, 1, 0.5, 1e-10, 1 - 1e-6, 5e-324, NAN, INF, 2, -1])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.filterwarnings("ignore:target에 0보다")
def test_edges_as_torch(dtype, target):
    x = np.array(EDGE, dtype)[:, np.newaxis]
    y = np.full(x.shape, target, dtype)
    for weight in (None, [0.0], [INF], [NAN], [-2.0]):
        option = {"reduction": "none"} | ({} if weight is None else {"weight": np.array(weight, dtype)})
        infinite = weight == [INF]  # torch's gradient is nan, from 0 · inf; ours has the weight's sign
        assert differences(Case(NAME, (x, y), option, gradient=not infinite)) == []


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 8e-16), ("float32", 6e-7)])
@pytest.mark.parametrize("target", [0.0, 1.0, 0.25, 2.0**-20, 1 - 2.0**-20])
def test_as_exact_as_the_dtype(target, dtype, tolerance):
    mpmath.mp.dps = 60
    x = np.array([0, 1e-30, 5e-324, 0.5, 17, 40, 80, 89, 104, 710, 740, 1e4, 1e30], dtype)
    x = np.append(x, -x)
    y = np.full(x.shape, target)
    rows = x[:, np.newaxis], y[:, np.newaxis].astype(dtype)
    loss = multilabel_soft_margin_loss(*rows, reduction="none")
    slopes = multilabel_soft_margin_loss_grad(*rows, reduction="none")[:, 0]
    tiny = float(np.finfo(dtype).smallest_subnormal)
    for value, found, slope in zip(x, loss, slopes, strict=True):
        z = mpmath.mpf(float(value))
        up, down = 1 / (1 + mpmath.exp(-z)), 1 / (1 + mpmath.exp(z))
        exact = target * mpmath.log1p(mpmath.exp(-z)) + (1 - target) * mpmath.log1p(mpmath.exp(z))
        exact_slope = (1 - target) * up - target * down
        assert abs(float(found) - exact) <= tolerance * exact + 2 * tiny
        scale = (1 - target) * up + target * down
        assert abs(float(slope) - exact_slope) <= tolerance * scale + 2 * tiny


def test_worked_numbers():
    x, y = np.log([[1, 3, 1 / 3]]), np.array([[1, 1, 0]])
    assert round(float(multilabel_soft_margin_loss(x, y)), 6) == 0.422837
    assert np.allclose(multilabel_soft_margin_loss_grad(x, y), [[-1 / 6, -1 / 12, 1 / 12]])
    assert np.isclose(multilabel_soft_margin_loss([[0, 0]], [[1, 0]]), np.log(2))
    assert round(float(multilabel_soft_margin_loss([0.8], [1])), 4) == 0.3711


def test_sum_is_that_of_bce_divided_by_the_number_of_labels():
    x, y = torch.tensor([[1.0, -2.0, 0.5]]), torch.tensor([[1.0, 0.0, 1.0]])
    bce = torch.nn.functional.binary_cross_entropy_with_logits
    ours = multilabel_soft_margin_loss(x.numpy(), y.numpy(), reduction="sum")
    assert np.isclose(ours, bce(x, y, reduction="sum").item() / 3)
    assert np.isclose(multilabel_soft_margin_loss(x.numpy(), y.numpy()), bce(x, y).item())


def test_lists_take_the_dtype_of_the_input():
    x = np.zeros((2, 3), np.float32)
    assert multilabel_soft_margin_loss(x, [[1, 0, 1]] * 2, weight=[1, 2, 3]).dtype == np.float32
    assert multilabel_soft_margin_loss([1, 2], [1, 0]).dtype == np.float64


A = np.ones((3, 2))
REFUSED = [
    (TypeError, "input", (A.astype(int), A), {}),
    (TypeError, "input", (A.astype(bool), A), {}),
    (TypeError, "input", (A.astype(complex), A), {}),
    (ValueError, "input", (A[0, 0], A[0, 0]), {}),
    (TypeError, "target", (A, A.astype(bool)), {}),
    (ValueError, "target", (A, A.T), {}),
    (ValueError, "target", (A, A[:2]), {}),
    (ValueError, "weight", (A, A), {"weight": np.ones(3)}),
    (ValueError, "weight", (A, A), {"weight": np.ones((4, 1, 3))}),
    (ValueError, "reduction", (A, A), {"reduction": "avg"}),
    (ValueError, "reduction", (A, A), {"reduction": None}),
    (ValueError, "reduction", (A, A), {"reduction": "elementwise_mean"}),
]


@pytest.mark.parametrize("function", [multilabel_soft_margin_loss, multilabel_soft_margin_loss_grad])
@pytest.mark.parametrize(("error", "name", "args", "option"), REFUSED)
def test_refused_as_torch(function, error, name, args, option):
    args = tuple(np.asarray(arg) for arg in args)
    assert_refused(function, error, name, args, option)


logits = arrays(np.float64, (3, 2), elements=st.floats(-30, 30))
targets = arrays(np.float64, (3, 2), elements=st.floats(0, 1))


@given(logits, targets)
@settings(max_examples=30, deadline=None)
def test_is_the_mean_of_the_log_losses_of_the_labels(x, y):
    x = x / 3  # scikit-learn clips probabilities at the dtype's epsilon
    p, hard = 1 / (1 + np.exp(-x)), y.round()
    each = [log_loss(hard[:, c], p[:, c], labels=[0, 1]) for c in range(2)]
    assert np.isclose(multilabel_soft_margin_loss(x, hard), np.mean(each), rtol=1e-9, atol=1e-12)


@given(logits, targets, arrays(np.float64, 2, elements=st.floats(0, 5)))
@settings(max_examples=30, deadline=None)
def test_gradient_is_the_finite_difference(x, y, weight):
    for reduction in ("mean", "sum"):
        slopes = central_differences(
            lambda x, how=reduction: multilabel_soft_margin_loss(x, y, weight, how), x, 1e-5
        )
        found = multilabel_soft_margin_loss_grad(x, y, weight, reduction)
        assert np.allclose(slopes, found, atol=1e-7)


@given(logits, logits, targets, st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_convex_symmetric_and_linear_in_the_target(a, b, y, mix):
    left, right = multilabel_soft_margin_loss(a, y), multilabel_soft_margin_loss(b, y)
    assert multilabel_soft_margin_loss(mix * a + (1 - mix) * b, y) <= mix * left + (1 - mix) * right + 1e-12
    assert np.isclose(left, multilabel_soft_margin_loss(-a, 1 - y), rtol=1e-12, atol=1e-14)
    gain = multilabel_soft_margin_loss(a, y) - multilabel_soft_margin_loss(a, 0 * y)
    assert np.isclose(gain, np.mean(-a * y), atol=1e-12)


BAD = np.array([[INF, -INF, NAN], [1e308, -1e308, 5e-324]])
SILENT = [(BAD, np.ones((2, 3))), (BAD, np.zeros((2, 3))), (BAD[:0], BAD[:0]), (BAD[:, :0], BAD[:, :0])]

RNG = np.random.default_rng(0)
PAIR = (RNG.normal(size=(4, 3)), RNG.uniform(size=(4, 3)))
FAULT_CASES = [
    *(Case(NAME, PAIR, {"weight": np.array([0.5, 2, 3]), "reduction": r}) for r in ("mean", "sum", "none")),
    Case(NAME, (np.array([[800.0, -800.0]]), np.array([[0.0, 1.0]]))),
    Case(NAME, (np.full((2, 1), 40.0), np.ones((2, 1))), tolerance=1e-18),
    Case(NAME, (np.zeros((0, 0)), np.zeros((0, 0))), {"reduction": "sum"}),
]
FAULTS = [
    ("y * softplus(-x) + (1 - y) * softplus(x)", "y * softplus(x) + (1 - y) * softplus(-x)"),
    ("y * softplus(-x) + (1 - y) * softplus(x)", "y * softplus(-x)"),
    ("y * softplus(-x) + (1 - y) * softplus(x)", "-(y * softplus(-x) + (1 - y) * softplus(x))"),
    ("y * softplus(-x) + (1 - y) * softplus(x)", "softplus(x) - x * y"),
    ("+ (1 - y) * softplus(x)", "+ (1 - y) * np.log(1 + np.exp(x))"),
    ('reduced(loss, (x, y), "mean", weight=w', 'reduced(loss, (x, y), "mean"'),
    ('reduced(loss, (x, y), "mean", weight=w, total=total', 'reduced(loss, (x, y), "mean", weight=w'),
    ('reduced(loss, (x, y), "none", weight=w', 'reduced(loss, (x, y), "none"'),
    ("axis=x.ndim - 1) / total", "axis=x.ndim - 1)"),
    ("return x, y, w, N * C", "return x, y, w, C"),
    ("return x, y, w, N * C", "return x, y, w, N * float(np.sum(1 if w is None else w))"),
    ("C if N else 1", "1"),
    ("C if N else 1", "C"),
    ("(1 - y) * sigmoid(x) - y * sigmoid(-x)", "y * sigmoid(-x) - (1 - y) * sigmoid(x)"),
    ("(1 - y) * sigmoid(x) - y * sigmoid(-x)", "sigmoid(x) - y"),
    ("(1 - y) * sigmoid(x) - y * sigmoid(-x)", "sigmoid(x) - y * sigmoid(-x)"),
    ('gradient(slope, (x, y), "mean", weight=w', 'gradient(slope, (x, y), "mean"'),
    ('gradient(slope, (x, y), "mean"', 'gradient(slope, (x, y), "sum"'),
]
