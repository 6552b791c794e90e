"""binary_cross_entropy_with_logits against torch, on its edges, and as mathematics."""

from __future__ import annotations

import warnings

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lossbook import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_grad,
    cross_entropy,
)
from lossbook.losses._blocks import BLOCK
from tests.losses.against_torch import Case, assert_refused, differences, layouts, options

INF, NAN = np.inf, np.nan
NAME = "binary_cross_entropy_with_logits"
REDUCTIONS = [None, "mean", "sum", "none"]


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
@pytest.mark.parametrize(
    "shape", [(), (1,), (7,), (3, 1), (3, 4), (2, 3, 4), (0,), (0, 3)], ids=str
)
def test_as_torch(shape, dtype):
    rng = np.random.default_rng(0)
    x, y, p, weight = (
        np.asarray(scale * rng.uniform(size=shape) - shift).astype(dtype)
        for scale, shift in ((8, 4), (1, 0), (3, -0.1), (2, 0))
    )
    weight = np.asarray(np.round(8 * weight) / 8)  # torch subtracts 1 in the dtype of pos_weight
    others = [weight.astype("float64"), weight.astype("float16"), np.ones(shape, int)]
    problems = []
    for option in options(weight=[None, weight, *others, np.ones(shape, bool)], reduction=REDUCTIONS):
        for target in (y, np.asarray(np.round(y))):
            problems += differences(Case(NAME, (x, target), option))
    for option in options(weight=[None, weight], pos_weight=[p, *others], reduction=REDUCTIONS):
        problems += differences(Case(NAME, (x, y), option, tolerance=3))
    assert problems == []


WEIGHTS = [
    ((3,), ()), ((3,), (1,)), ((2, 3), (3,)), ((2, 3), (2, 1)), ((2, 3), (1, 1)), ((4, 2, 3), (2, 1)),
    ((4, 3, 2, 5), (3, 1, 1)), ((0,), (1,)), ((0, 3), (3,)), ((0,), ()), ((), ()), ((1, 3), (1,)),
]  # fmt: skip


@pytest.mark.parametrize(("shape", "weight"), WEIGHTS)
def test_weights_broadcast_and_mean_divides_by_the_number_of_elements(shape, weight):
    rng = np.random.default_rng(1)
    x, y = np.asarray(rng.normal(size=shape)), np.asarray(rng.uniform(size=shape))
    w, p = (np.asarray(rng.uniform(0.5, 3, weight)) for _ in range(2))
    for option in options(weight=[None, w], pos_weight=[None, p], reduction=REDUCTIONS):
        assert differences(Case(NAME, (x, y), option)) == []


def test_layouts_as_torch():
    x, y, weight = np.random.default_rng(2).uniform(size=(3, 4, 5, 6))
    for a, b, w in zip(layouts(x), layouts(y), layouts(weight), strict=True):
        assert differences(Case(NAME, (a, b), {"weight": w, "pos_weight": w})) == []
    same = binary_cross_entropy_with_logits(x[::-1].copy(), y, weight)
    assert binary_cross_entropy_with_logits(x.astype(">f8")[::-1], y, weight) == same


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("shape", [(2 * BLOCK // 100 + 3, 101), (3 * BLOCK + 1,)], ids=str)
def test_more_than_one_block(shape, dtype):
    rng = np.random.default_rng(3)
    x, y, w = (rng.uniform(size=shape).astype(dtype) for _ in range(3))
    for option in options(
        weight=[None, w, w[:1]], pos_weight=[None, w, w[..., :1]], reduction=["mean", "none"]
    ):
        assert differences(Case(NAME, (4 * x - 2, y), option)) == []


@pytest.mark.parametrize("target", ["float64", "float32", "float16"])
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_mixed_dtypes_give_the_loss_that_of_the_target(dtype, target):
    x, y = np.array([0.25, 1, -3, 0.5], dtype), np.array([0.5, 1, 0, 0.25], target)
    p = np.array([3.0, 1, 2, 2])
    for option in options(weight=[None, p], pos_weight=[None, p], reduction=REDUCTIONS):
        assert differences(Case(NAME, (x, y), option)) == []


LOGITS = [0.0, -0.0, 1.0, 20.0, -20.0, 40.0, -40.0, 100.0, -100.0, 720.0, -720.0, 1e4, -1e4, 1e30, -1e30,
          1e-30, 5e-324, INF, -INF, NAN]  # fmt: skip


@pytest.mark.parametrize("pos_weight", [None, 0.0, 3.0, NAN])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_edges_as_torch(dtype, pos_weight):
    """nan and inf where torch has them: at ±inf even on the right side (pytorch#49844)."""
    x, y = (a.ravel().astype(dtype) for a in np.meshgrid(LOGITS, [0, 1, 0.3, NAN]))
    option = {} if pos_weight is None else {"pos_weight": np.array(pos_weight, dtype)}
    for reduction in ("none", "sum"):
        assert differences(Case(NAME, (x, y), {"reduction": reduction, **option})) == []
    for w in (0.0, -1.0, NAN):
        option["weight"] = np.array(w, dtype)
        assert differences(Case(NAME, (x, y), {"reduction": "none", **option})) == []
    mild = np.abs(x) <= 1  # elsewhere torch has rounded the loss to 0, and 0 · inf is nan
    option["weight"] = np.array(INF, dtype)
    assert differences(Case(NAME, (x[mild], y[mild]), {"reduction": "none", **option})) == []


@pytest.mark.parametrize("function", [
    binary_cross_entropy_with_logits, binary_cross_entropy_with_logits_grad,
])  # fmt: skip
@pytest.mark.parametrize("label", [-1.0, 2.0, 1.001, -1e-9, INF, -INF])
def test_targets_outside_the_unit_interval_warn_once_and_give_torchs_number(function, label):
    x, y = np.array([1.0, -0.5, 3]), np.array([0, label, 1])
    with pytest.warns(UserWarning, match=r"target.*-1과 1.*0과 1") as record:
        function(x, y)
    assert [warning.filename for warning in record] == [__file__]
    with pytest.warns(UserWarning, match="target"):
        assert differences(Case(NAME, (x, y), {"reduction": "none"})) == []


def test_targets_within_the_unit_interval_or_nan_do_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for y in ([0.0, 1], [0.5, NAN], [5e-324, 1 - 1e-16], [-0.0, 1]):
            binary_cross_entropy_with_logits([1.0, 2], y)
            binary_cross_entropy_with_logits_grad([1.0, 2], y)


def test_worked_numbers():
    loss, gradient = binary_cross_entropy_with_logits, binary_cross_entropy_with_logits_grad
    x = [np.log(4)]
    assert np.isclose(loss(x, [1.0]), np.log(5 / 4), rtol=1e-14)
    assert np.isclose(loss(x, [0.0]), np.log(5), rtol=1e-14)
    assert np.allclose([gradient(x, [1.0]), gradient(x, [0.0])], [[-0.2], [0.8]], rtol=1e-14)
    assert round(float(loss(x, [1.0], pos_weight=[3.0])), 6) == 0.669431
    assert np.allclose(gradient(x, [1.0], pos_weight=[3.0]), -0.6, rtol=1e-14)
    assert round(float(loss([0, 0, 0], [1, 0, 0], pos_weight=2)), 6) == 0.924196
    assert np.allclose(gradient([0, 0, 0], [1, 0, 0], pos_weight=2), [-1 / 3, 1 / 6, 1 / 6])
    assert loss([-1000.0], [1.0]) == 1000
    assert gradient([-1000.0], [1.0]) == -1
    assert loss([0.0], [1.0]) == np.log(2)
    with pytest.warns(UserWarning, match="target"):
        assert round(float(loss([1.0], [2.0])), 4) == -0.6867
    literal = {(-89, 1): 89, (-100, 0): 0, (20, 1): 2.061154e-9}
    for (z, y), expected in literal.items():  # where the formula overflows or rounds to 0 in float32
        ours = loss(np.array([z], np.float32), np.array([y], np.float32))
        assert np.isclose(ours, expected, rtol=1e-6, atol=1e-40)


X = np.full((2, 3), 0.5)
REFUSED = [
    (TypeError, "input", (X.astype(int), X), {}),
    (TypeError, "input", (X.astype(bool), X.astype(bool)), {}),
    (TypeError, "input", (X.astype(complex), X), {}),
    (TypeError, "target", (X, X.astype(int)), {}),
    (TypeError, "target", (X, X.astype("uint8")), {}),
    (TypeError, "target", (X, X.astype(bool)), {}),
    (ValueError, "target", (X, X[0]), {}),
    (ValueError, "target", (X[:, :1], X[:, 0]), {}),
    (ValueError, "target", (np.array(0.5), np.array([0.5])), {}),
    (ValueError, "target", (np.array([0.5]), np.array(0.5)), {}),
    (TypeError, "pos_weight", (X, X), {"pos_weight": np.ones(3, bool)}),
    (TypeError, "pos_weight", (X, X), {"pos_weight": np.ones(3, complex)}),
    (TypeError, "weight", (X, X), {"weight": np.ones(3, complex)}),
    (ValueError, "reduction", (X, X), {"reduction": "batchmean"}),
    (ValueError, "reduction", (X, X), {"reduction": None}),
] + [
    (ValueError, f"^{name}", (x, x), {name: np.ones(shape)})
    for name in ("weight", "pos_weight")
    for x, shape in [
        (X, (2,)), (X, (4, 2, 3)), (X, (1, 2, 3)), (X[:1], (2, 3)), (X, (0,)), (X[0, :1], (0,)),
        (X[0, 0:0], (2, 0)),
    ]
]  # fmt: skip


@pytest.mark.parametrize("function", [
    binary_cross_entropy_with_logits, binary_cross_entropy_with_logits_grad,
])  # fmt: skip
@pytest.mark.parametrize(("error", "name", "args", "option"), REFUSED)
def test_refused_as_torch(function, error, name, args, option):
    assert_refused(function, error, name, args, option)


def test_lists_and_scalars_take_the_dtype_of_the_input():
    loss, x = binary_cross_entropy_with_logits, np.zeros(2, np.float32)
    assert loss(x, [0, 1], [1, 2], "none", [2, 3]).dtype == np.float32
    assert loss(x, np.array([0, 1], np.float32), np.ones(2), pos_weight=np.ones(2)).dtype == np.float32
    assert loss(0, 1, 2.0) == 2 * np.log(2)
    assert loss(0, True, pos_weight=2) == 2 * np.log(2)


logits = arrays(np.float64, 6, elements=st.floats(-30, 30))
targets = arrays(np.float64, 6, elements=st.floats(0, 1))
weights = arrays(np.float64, 6, elements=st.floats(0, 10))


@given(logits, targets, weights)
@settings(max_examples=50, deadline=None)
def test_symmetric_when_yes_and_no_change_places(x, y, p):
    ours = binary_cross_entropy_with_logits(x, y, p, "none")
    assert np.allclose(ours, binary_cross_entropy_with_logits(-x, 1 - y, p, "none"), rtol=1e-9)


@given(logits, targets)
@settings(max_examples=50, deadline=None)
def test_is_bce_of_the_sigmoid_and_cross_entropy_of_two_logits(x, y):
    ours = binary_cross_entropy_with_logits(x, y)
    assert np.isclose(ours, binary_cross_entropy(1 / (1 + np.exp(-x)), y), rtol=1e-3)
    both = np.stack([np.zeros(6), x], 1), np.stack([1 - y, y], 1)
    assert np.isclose(ours, cross_entropy(*both), rtol=1e-12, atol=1e-15)


@given(logits, targets, weights)
@settings(max_examples=50, deadline=None)
def test_gradient_is_the_finite_difference_and_bounded(x, y, p):
    h = 1e-5
    rise = binary_cross_entropy_with_logits(
        x + h, y, reduction="none", pos_weight=p
    ) - binary_cross_entropy_with_logits(x - h, y, reduction="none", pos_weight=p)
    gradient = binary_cross_entropy_with_logits_grad(x, y, reduction="none", pos_weight=p)
    assert np.allclose(rise / (2 * h), gradient, atol=1e-4)
    assert np.all(np.abs(gradient) <= np.maximum(1, p))


@given(logits, logits, targets, weights, st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_convex(a, b, y, p, mix):
    left, between, right = (
        binary_cross_entropy_with_logits(x, y, reduction="none", pos_weight=p)
        for x in (a, mix * a + (1 - mix) * b, b)
    )
    assert np.all(between <= mix * left + (1 - mix) * right + 1e-9)


@given(st.floats(0.01, 0.99), st.floats(0.1, 30))
@settings(max_examples=50, deadline=None)
def test_the_minimiser_moves_by_log_p(y, p):
    best = np.log(y / (1 - y)) + np.log(p)
    assert np.isclose(binary_cross_entropy_with_logits_grad(best, y, pos_weight=p), 0, atol=1e-12)


def exact_values(x, y, p):
    """Return loss and gradient with 60 digits."""
    with mpmath.workdps(60):
        x, y, p = map(mpmath.mpf, (x, y, p))
        softplus = [mpmath.log1p(mpmath.exp(s * x)) for s in (1, -1)]
        sigma = [1 / (1 + mpmath.exp(-s * x)) for s in (1, -1)]
        return (
            (1 - y) * softplus[0] + p * y * softplus[1],
            (1 - y) * sigma[0] - p * y * sigma[1],
        )


@pytest.mark.parametrize("p", [1.0, 3.0])
@pytest.mark.parametrize("y", [0.0, 1.0])
@pytest.mark.parametrize("x", [x for x in LOGITS if abs(x) <= 1e4])
def test_against_high_precision_where_torch_cancels(x, y, p):
    """torch gives 0 for both at x = -40, y = 0 (loss) and x = 40, y = 1 (gradient)."""
    option = {"reduction": "sum", "pos_weight": p}
    loss, gradient = exact_values(x, y, p)
    ours = binary_cross_entropy_with_logits(x, y, **option)
    assert abs(ours - loss) <= 4e-16 * loss + 5e-324
    ours = binary_cross_entropy_with_logits_grad(x, y, **option)
    assert abs(ours - gradient) <= 1e-15 * abs(gradient) + 1e-307
    short = np.array([x], np.float32)
    loss, gradient = exact_values(short.item(), y, p)
    ours = binary_cross_entropy_with_logits(short, [y], **option)
    assert abs(ours.item() - loss) <= 3e-7 * loss + 1e-37
    ours = binary_cross_entropy_with_logits_grad(short, [y], **option)
    assert abs(ours.item() - gradient) <= 5e-7 * abs(gradient) + 1e-37


BAD = np.array([[INF, -INF, NAN], [1e308, -1e308, 5e-324]])
SILENT = [
    (BAD, np.clip(BAD, 0, 1)),
    (BAD, np.zeros((2, 3)), BAD[:1], "none", BAD),
    (BAD[:0], BAD[:0], None, "sum"),
]

RNG = np.random.default_rng(0)
FAULT_CASES = [
    Case(NAME, (4 * A, B), {"weight": 2 * C, "pos_weight": 3 * C[0], "reduction": reduction})
    for A, B, C in [RNG.uniform(size=(3, 5, 3)) - [[[0.5]], [[0]], [[0]]]]
    for reduction in ("mean", "sum")
]
FAULT_CASES += [
    Case(NAME, (np.array([-1000.0, 1000, 2]), np.array([1.0, 0, 0.5])), {"reduction": reduction})
    for reduction in ("none", "mean")
]
FAULTS = [
    ("np.log1p(np.exp(-np.abs(x)))", "np.log(1 + np.exp(-x)) + np.minimum(x, 0)"),
    ("np.log1p(np.exp(-np.abs(x)))", "np.log1p(np.exp(-np.abs(2 * x)))"),
    ("np.minimum(x, 0), np", "np.maximum(x, 0), np"),
    ("return (1 - y) * x - low", "return (1 - y) * x + low"),
    ("return (1 - y) * x", "return -y * x"),
    ("(1 + (p - 1) * y) * low, ", "p * low, "),
    ("(1 + (p - 1) * y) * corner", "corner"),
    ("y if p is None else p * y", "y"),
    ("(1 - y) / (1 + e) - positive", "(1 - y) / (1 + e) + positive"),
    ("(1 - y) / (1 + e)", "1 / (1 + e)"),
    ("e = np.exp(-x)", "e = np.exp(x)"),
    ("positive / (1 + 1 / e)", "positive * e / (1 + e)"),
    ("reduced(loss, arrays, reduction, weight=w", "reduced(loss, arrays, reduction"),
    ("gradient(slope, arrays, reduction, weight=w", "gradient(slope, arrays, reduction"),
    ("gradient(slope, arrays, reduction", "gradient(slope, arrays, 'sum'"),
    ("reduced(loss, arrays, reduction", "reduced(loss, arrays, 'mean'"),
]
