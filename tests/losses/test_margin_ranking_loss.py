"""margin_ranking_loss against torch, on its edges, on the worked numbers, and as mathematics."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import hinge_loss

from lossbook import margin_ranking_loss, margin_ranking_loss_grad
from tests.losses.against_torch import Case, assert_refused, differences, layouts, options
from tests.losses.checks import assert_silent, assert_warns_once, central_differences

INF, NAN = np.inf, np.nan
NAME = "margin_ranking_loss"
SHAPES = [(), (1,), (7,), (3, 1), (3, 4), (2, 3, 4), (0,), (0, 3), (3, 0)]
REDUCTIONS = [None, "mean", "sum", "none"]
MARGINS = [None, 0, 0.5, -0.3, 7, True, INF, NAN]
FLOATS = ["float64", "float32", "float16"]


def case(x1, x2, y, option, **more):
    return Case(NAME, (x1, x2, y), option, by=(0, 1), **more)


def sample(rng, shape):
    x1, x2 = (np.asarray(rng.normal(size=shape)) for _ in range(2))
    return x1, x2, np.asarray(rng.choice([-1, 1], shape))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_as_torch(shape, dtype):
    x1, x2, y = sample(np.random.default_rng(0), shape)
    problems = []
    for option in options(margin=MARGINS, reduction=REDUCTIONS):
        for kind in (dtype, "int64"):
            problems += differences(case(x1.astype(dtype), x2.astype(dtype), y.astype(kind), option))
    assert problems == []


@pytest.mark.parametrize("right", [*FLOATS, "int64", "int32", "uint8"])
@pytest.mark.parametrize("left", [*FLOATS, "int64", "int32", "uint8"])
def test_mixed_dtypes_as_torch(left, right):
    """Three integer arrays give float32. uint8 differences would wrap around in torch."""
    x1, x2, y = np.array([9, 5, 7], left), np.array([1, 4, 7], right), np.array([1, -1, 1])
    problems = []
    floating = "float" in left and "float" in right
    for option in options(margin=[0, 0.5], reduction=["none", "mean", "sum"]):
        for kind in ("float64", "float32", "float16", "int64", "int8"):
            problems += differences(case(x1, x2, y.astype(kind), option, gradient=floating))
    assert problems == []
    if not floating:
        with pytest.raises(TypeError, match=r"input[12].*받은 dtype"):
            margin_ranking_loss_grad(x1, x2, y)


def test_unsigned_integers_do_not_wrap_around():
    """torch subtracts and negates within uint8: -1 becomes 255."""
    x1, x2 = np.array([3, 1], np.uint8), np.array([1, 3], np.uint8)
    ones = np.array([1, 1], np.uint8)
    found = margin_ranking_loss(x1, x2, ones, 0.5, "none")
    assert found.dtype == np.float32
    assert np.array_equal(found, [0, 2.5])
    assert np.array_equal(margin_ranking_loss(np.float32(x1), np.float32(x2), ones, 0.5, "none"), [0, 2.5])
    slopes, _ = margin_ranking_loss_grad(np.float32(x1), np.float32(x2), ones, 0.5, "none")
    assert np.array_equal(slopes, [0, -1])


@pytest.mark.parametrize("dtype", FLOATS)
def test_blocks_and_layouts_as_torch(dtype):
    x1, x2, y = (array.astype(dtype) for array in sample(np.random.default_rng(1), (230, 190)))
    problems = []
    for a, b, c in zip(layouts(x1), layouts(x2), layouts(y), strict=True):
        for option in options(margin=[0.5], reduction=["mean", "none"]):
            # torch rounds to float16 before it compares with 0: many of these sit on the kink.
            smooth = dtype != "float16"
            problems += differences(case(a, b, c, option, gradient=smooth))
            problems += differences(case(a[::-1], b[::-1], c[:, ::-1], option, gradient=smooth))
    assert problems == []


@pytest.mark.parametrize("label", [1, -1, 0, 3, NAN, INF])
@pytest.mark.parametrize("margin", [0.3, -1e-30, INF, NAN, 1e300])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.filterwarnings("ignore:target에 1도")
def test_edges_as_torch(dtype, label, margin):
    x1 = np.array([NAN, INF, -INF, 1, INF, -INF, 1e30, 1e-45, -3, 0, 5], dtype)
    x2 = np.array([0, 0, 0, 1.5, INF, INF, -1e30, 0, NAN, -INF, 2], dtype)
    y = np.full(x1.shape, label, dtype)
    assert differences(case(x1, x2, y, {"margin": margin, "reduction": "none"})) == []


TRIPLES = [((3, 1), (1, 3), (3, 3)), ((3,), (3,), (1,)), ((1,), (3,), (3,)), ((2, 3), (1, 3), (2, 1)),
           ((2, 1), (1, 1), (1, 2)), ((0,), (1,), (1,)), ((1, 1), (1, 1), (2, 2))]  # fmt: skip


@pytest.mark.parametrize("shapes", TRIPLES)
@pytest.mark.filterwarnings("ignore:input")
def test_broadcasting_warns_once_and_gives_torchs_number(shapes):
    rng = np.random.default_rng(2)
    x1, x2 = rng.normal(size=shapes[0]), rng.normal(size=shapes[1])
    y = rng.choice([-1.0, 1], shapes[2])
    assert_warns_once(NAME, r"input1, input2, target의 모양.*브로드캐스트", x1, x2, y)
    for option in options(margin=[0.3], reduction=REDUCTIONS):
        assert differences(case(x1, x2, y, option)) == []


@pytest.mark.parametrize("labels", [[0, 1], [1, 2], [NAN, 1]])
def test_labels_other_than_signs_warn_once(labels):
    assert_warns_once(NAME, "target에 1도 -1도 아닌 레이블.*margin", [1.0, 2.0], [0.0, 0.0], labels)
    many = np.ones(40_000)
    assert_silent(NAME, many, many, many)
    assert_warns_once(NAME, "1도 -1도", many, many, np.append(many[1:], 0))
    for x in (np.ones(3), np.ones(1)):
        assert_warns_once(NAME, "브로드캐스트", x, np.ones(1), np.zeros(1) if x.size > 1 else np.zeros(3))
    assert_warns_once(NAME, "브로드캐스트", np.ones(1), np.ones(3), np.zeros(3))


@pytest.mark.filterwarnings("ignore:target에 1도")
def test_worked_numbers():
    x1, x2, ones = [2, 0.5, 1.5], [1.0, 1, 1], [1, 1, 1]
    assert np.array_equal(margin_ranking_loss(x1, x2, ones, 0.5, "none"), [0, 1, 0])
    assert np.isclose(margin_ranking_loss(x1, x2, ones, 0.5), 1 / 3)
    pairs = [1.2, 1.2, 1.0], [1.0, 0.3, 0.3], ones
    assert np.isclose(margin_ranking_loss(*pairs, margin=0.5), 0.1)
    assert margin_ranking_loss([2.0, 2], [2.0, 2], [1, -1]) == 0
    assert margin_ranking_loss([2.0, 2], [2.0, 2], [1, -1], margin=1) == 1
    assert margin_ranking_loss([0.0], [2.0], [0], margin=0.5) == 0.5
    by_x1, by_x2 = margin_ranking_loss_grad([0.0], [2.0], [0], margin=0.5)
    assert by_x1 == by_x2 == 0


def test_lists_scalars_and_empty_batches():
    assert margin_ranking_loss(np.ones(2, np.float32), [1, 2], [1, -1]).dtype == np.float32
    assert margin_ranking_loss([1, 2], [2, 1], [1, -1]) == 1.0
    assert margin_ranking_loss(1, 3, 1) == 2
    small = np.array([3], np.uint8)
    assert margin_ranking_loss(small, [5], [-1], 0.5) == 0
    assert margin_ranking_loss(small, [3.25], [-1], 0.5) == 0.25
    assert np.isnan(margin_ranking_loss([], [], []))
    assert margin_ranking_loss([], [], [], 1, "sum") == 0


A = np.ones((3, 2))
REFUSED = [
    (TypeError, "input1", (A.astype(bool), A, A), {}),
    (TypeError, "input2", (A, A.astype(bool), A), {}),
    (TypeError, "target", (A, A, A.astype(bool)), {}),
    (TypeError, "input1", (A.astype(np.longdouble), A, A), {}),
    (TypeError, "target", (A, A, A.astype("U1")), {}),
    (ValueError, "input2", (A, A[0], A), {}),
    (ValueError, "target", (A[:, 0], A[:, 0], A[:, :1]), {}),
    (ValueError, "target", (A, A, np.array(1.0)), {}),
    (ValueError, "target", (A, A, A.T), {}),
    (ValueError, "input1", (A, A[:2], A), {}),
    (ValueError, "reduction", (A, A, A), {"reduction": "avg"}),
    (ValueError, "reduction", (A, A, A), {"reduction": None}),
    (TypeError, "margin", (A, A, A), {"margin": "a"}),
    (TypeError, "margin", (A, A, A), {"margin": None}),
    (TypeError, "margin", (A, A, A), {"margin": np.ones(2)}),
    (TypeError, "margin", (A, A, A), {"margin": 1j}),
]


@pytest.mark.parametrize("function", [margin_ranking_loss, margin_ranking_loss_grad])
@pytest.mark.parametrize(("error", "name", "args", "option"), REFUSED)
def test_refused_as_torch(function, error, name, args, option):
    assert_refused(function, error, name, args, option)


def test_an_integer_beyond_every_float_is_refused():
    """torch raises OverflowError."""
    with pytest.raises(TypeError, match=r"margin.*받은 값"):
        margin_ranking_loss(A, A, A, 10**400)


scores = arrays(np.float64, 5, elements=st.floats(-9, 9))
labels = arrays(np.int64, 5, elements=st.sampled_from([-1, 1]))
margins = st.floats(-2, 5)


@given(scores, scores, labels, margins, st.floats(-9, 9))
@settings(max_examples=50, deadline=None)
def test_antisymmetric_and_blind_to_a_common_constant(x1, x2, y, m, constant):
    loss = margin_ranking_loss(x1, x2, y, m, "none")
    assert np.array_equal(loss, margin_ranking_loss(x2, x1, -y, m, "none"))
    moved = margin_ranking_loss(x1 + constant, x2 + constant, y, m, "none")
    assert np.allclose(loss, moved, atol=1e-13)
    by_x1, by_x2 = margin_ranking_loss_grad(x1, x2, y, m)
    assert np.array_equal(by_x1, -by_x2)


@given(scores, scores, labels)
@settings(max_examples=50, deadline=None)
def test_with_margin_one_it_is_the_hinge_loss_of_the_gap(x1, x2, y):
    assume(len(set(y)) == 2)
    ours = margin_ranking_loss(x1, x2, y, 1)
    assert np.isclose(ours, hinge_loss(y, x1 - x2, labels=[-1, 1]), rtol=1e-13)
    assert np.all(margin_ranking_loss(x1, x2, y, 1, "none") >= (y * (x1 - x2) <= 0))


@given(scores, scores, labels, margins)
@settings(max_examples=50, deadline=None)
def test_gradient_is_the_finite_difference_away_from_the_kink(x1, x2, y, m):
    assume(np.all(np.abs(m - y * (x1 - x2)) > 1e-4))
    by_x1, by_x2 = margin_ranking_loss_grad(x1, x2, y, m)
    assert np.allclose(by_x1, central_differences(lambda x: margin_ranking_loss(x, x2, y, m), x1), atol=1e-7)
    assert np.allclose(by_x2, central_differences(lambda x: margin_ranking_loss(x1, x, y, m), x2), atol=1e-7)


BAD = np.array([[INF, -INF, NAN], [1e308, -1e308, 5e-324]])
SILENT = [(BAD, -BAD, np.ones((2, 3))), (BAD, BAD, -np.ones((2, 3)), 1e308), (BAD[:0], BAD[:0], BAD[:0])]

RNG = np.random.default_rng(0)
FAULT_CASES = [
    *(case(*sample(RNG, (4, 5)), {"margin": 0.7, "reduction": r}) for r in ("mean", "sum")),
    case(*sample(RNG, (4, 5)), {}),
    case(np.ones(3, int), np.arange(3), np.ones(3, int), {"margin": 0.5}, gradient=False),
]
FAULTS = [
    ("np.maximum(0, -y * (x1 - x2) + margin)", "np.maximum(0, y * (x1 - x2) + margin)"),
    ("np.maximum(0, -y * (x1 - x2) + margin)", "np.maximum(0, -y * (x1 - x2) - margin)"),
    ("np.maximum(0, -y * (x1 - x2) + margin)", "np.maximum(0, -y * (x1 - x2)) + margin"),
    ("np.maximum(0, -y * (x1 - x2) + margin)", "np.maximum(0, -(x1 - x2) + margin)"),
    ("np.maximum(0, -y * (x1 - x2) + margin)", "-y * (x1 - x2) + margin"),
    ("reduced(loss, arrays, reduction", "reduced(loss, arrays, 'sum'"),
    ("margin: float = 0,", "margin: float = 1.0,"),
    ("np.dtype(np.float32)", "np.dtype(np.float64)"),
    ("return -y * (-y * (x1 - x2) + margin >= 0)", "return y * (-y * (x1 - x2) + margin >= 0)"),
    ("return -y * (-y * (x1 - x2) + margin >= 0)", "return -y * (-y * (x1 - x2) >= 0)"),
    ("return -y * (-y * (x1 - x2) + margin >= 0)", "return -y"),
    ("return -slope(x1, x2, y)", "return slope(x1, x2, y)"),
    ("gradient(slope, arrays, reduction", "gradient(slope, arrays, 'sum'"),
    ("gradient(opposite, arrays, reduction", "gradient(opposite, arrays, 'sum'"),
]
