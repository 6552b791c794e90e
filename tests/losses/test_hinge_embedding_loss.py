"""hinge_embedding_loss against torch, on its edges, on the worked numbers, and as mathematics."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lossbook import hinge_embedding_loss, hinge_embedding_loss_grad
from tests.losses.against_torch import Case, assert_refused, differences, layouts, options
from tests.losses.checks import assert_silent, assert_warns_once, central_differences

INF, NAN = np.inf, np.nan
NAME = "hinge_embedding_loss"
SHAPES = [(), (1,), (7,), (3, 1), (3, 4), (2, 3, 4), (0,), (0, 3), (3, 0)]
REDUCTIONS = [None, "mean", "sum", "none"]
FLOATS = ["float64", "float32", "float16"]


def sample(rng, shape):
    return np.asarray(2 * np.abs(rng.normal(size=shape))), np.asarray(rng.choice([-1, 1], shape))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_as_torch(shape, dtype):
    x, y = sample(np.random.default_rng(0), shape)
    problems = []
    for option in options(margin=[None, 0, 0.5, -0.3, 7, True, INF, NAN], reduction=REDUCTIONS):
        for kind in ("float64", "float32", "float16", "int64", "int8"):
            problems += differences(Case(NAME, (x.astype(dtype), y.astype(kind)), option))
    assert problems == []


@pytest.mark.parametrize("target", ["float64", "float16", "int64", "int8", "uint8", "bool"])
@pytest.mark.parametrize("dtype", ["int64", "int32", "int16", "int8", "uint8", *FLOATS])
@pytest.mark.filterwarnings("ignore:target에 1도")
def test_integers_as_torch(dtype, target):
    """An integer input keeps its dtype and drops the fraction of the margin."""
    x = np.array([0, 2, 1, 5], dtype)
    y = np.array([1, 1, 0, 1] if target in ("uint8", "bool") else [1, 1, -1, 1], target)
    problems = []
    for option in options(margin=[None, 1.9, 1, 100], reduction=["none", "sum"]):
        problems += differences(Case(NAME, (x, y), option, gradient="float" in dtype))
    assert problems == []
    if "float" not in dtype:
        for function, how in [(hinge_embedding_loss, "mean"), (hinge_embedding_loss_grad, "sum")]:
            with pytest.raises(TypeError, match=rf"input.*받은 dtype: {dtype}"):
                function(x, y, reduction=how)


def test_unsigned_integers_do_not_wrap_around():
    """torch computes 1 - 3 within uint8: 254."""
    x = np.array([3, 0], np.uint8)
    assert np.array_equal(hinge_embedding_loss(x, [-1, -1], reduction="none"), [0, 1])


@pytest.mark.parametrize("dtype", FLOATS)
def test_blocks_and_layouts_as_torch(dtype):
    x, y = (array.astype(dtype) for array in sample(np.random.default_rng(1), (230, 190)))
    problems = []
    for a, b in zip(layouts(x), layouts(y), strict=True):
        for option in options(margin=[1.3], reduction=["mean", "none"]):
            problems += differences(Case(NAME, (a, b), option))
            problems += differences(Case(NAME, (a[::-1], b[:, ::-1]), option))
    assert problems == []


@pytest.mark.parametrize("label", [1, -1, 0, 0.5, 2, NAN, INF])
@pytest.mark.parametrize("margin", [1.0, 0.3, INF, NAN, -1e-30])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.filterwarnings("ignore:target에 1도")
def test_edges_as_torch(dtype, label, margin):
    x = np.array([NAN, INF, -INF, 0.5, 2, 1e30, -1e30, 1e-45, -0.2], dtype)
    y = np.full(x.shape, label, dtype)
    assert differences(Case(NAME, (x, y), {"margin": margin, "reduction": "none"})) == []


PAIRS = [((3,), ()), ((), (3,)), ((3,), (2, 3)), ((3, 1), (3,)), ((1, 3), (2, 1)), ((0,), (1,)), ((1,), (0,))]


@pytest.mark.parametrize(("left", "right"), PAIRS)
@pytest.mark.filterwarnings("ignore:input")
def test_broadcasting_warns_once_and_gives_torchs_number(left, right):
    rng = np.random.default_rng(2)
    (x, _), (_, y) = sample(rng, left), sample(rng, right)
    assert_warns_once(NAME, r"input.*target.*브로드캐스트", x, y)
    for option in options(margin=[1.3], reduction=REDUCTIONS):
        assert differences(Case(NAME, (x, y), option)) == []


@pytest.mark.parametrize("labels", [[0, 1], [1, 2], [NAN, 1], [False, True]])
def test_labels_other_than_signs_warn_once(labels):
    assert_warns_once(NAME, r"target에 1도 -1도 아닌 레이블.*max\(x, margin\)", [1.0, 2.0], labels)
    many = np.ones(40_000)
    assert_silent(NAME, many, many)
    assert_warns_once(NAME, "1도 -1도", many, np.append(many[1:], 0))
    for x in (np.ones((2, 1)), np.ones((3, 2))):
        assert_warns_once(NAME, "브로드캐스트", x, np.array(labels, float))


@pytest.mark.filterwarnings("ignore:target에 1도")
def test_worked_numbers():
    x, y = [0.3, 0.3, 1.4], [1, -1, -1]
    assert np.allclose(hinge_embedding_loss(x, y, reduction="none"), [0.3, 0.7, 0])
    assert np.isclose(hinge_embedding_loss(x, y), 1 / 3)
    assert np.allclose(hinge_embedding_loss_grad(x, y), [1 / 3, -1 / 3, 0])
    distances = np.linalg.norm([[0.6, 0.8], [0.3, 0.4]], axis=1)
    assert np.isclose(hinge_embedding_loss(distances, [-1, 1]), 0.25)
    assert hinge_embedding_loss([-3.0], [1]) == -3
    assert np.array_equal(hinge_embedding_loss([0.2, 4], [0, 0], reduction="none"), [1, 4])
    assert np.isclose(hinge_embedding_loss([0.9, 0.9], [1, -1], reduction="none"), [0.9, 0.1]).all()


def test_lists_scalars_and_empty_batches():
    assert hinge_embedding_loss(np.ones(2, np.float32), [1, -1]).dtype == np.float32
    assert hinge_embedding_loss([1, 2], [1, -1], 3).dtype == np.float64
    assert hinge_embedding_loss(2, 1) == 2
    assert np.isnan(hinge_embedding_loss([], []))
    assert hinge_embedding_loss([], [], reduction="sum") == 0


A = np.ones((3, 2))
INTEGERS = {"reduction": "sum", "margin": 300.0}
REFUSED = [
    (TypeError, "input", (A.astype(bool), A), {}),
    (TypeError, "input", (A.astype(bool), A), {"reduction": "sum"}),
    (TypeError, "input", (A.astype(int), A), {}),
    (TypeError, "input", (A.astype(np.longdouble), A), {}),
    (TypeError, "target", (A, A.astype("U1")), {}),
    (ValueError, "target", (A, A.T), {}),
    (ValueError, "target", (A, A[:2]), {}),
    (ValueError, "reduction", (A, A), {"reduction": "avg"}),
    (ValueError, "reduction", (A, A), {"reduction": None}),
    (TypeError, "margin", (A, A), {"margin": "a"}),
    (TypeError, "margin", (A, A), {"margin": None}),
    (TypeError, "margin", (A, A), {"margin": np.ones(2)}),
    (ValueError, "margin", (A.astype(np.float32), A), {"margin": 1e39}),
    (ValueError, "margin", (A.astype(np.float16), A), {"margin": -1e5}),
]


@pytest.mark.parametrize("function", [hinge_embedding_loss, hinge_embedding_loss_grad])
@pytest.mark.parametrize(("error", "name", "args", "option"), REFUSED)
def test_refused_as_torch(function, error, name, args, option):
    assert_refused(function, error, name, args, option)


TOO_LARGE = [("int64", INF), ("int64", NAN), ("uint8", 300), ("int8", -129), ("int32", 3e9)]


@pytest.mark.parametrize(("dtype", "margin"), TOO_LARGE)
def test_margin_that_an_integer_input_cannot_hold(dtype, margin):
    x = np.ones(2, dtype)
    assert_refused(hinge_embedding_loss, ValueError, "margin", (x, x), {"margin": margin, "reduction": "sum"})


distances = arrays(np.float64, 5, elements=st.floats(-9, 9))
labels = arrays(np.int64, 5, elements=st.sampled_from([-1, 1]))
margins = st.floats(0, 5)


@given(distances, labels, margins)
@settings(max_examples=50, deadline=None)
def test_each_label_is_its_own_branch(x, y, m):
    similar = hinge_embedding_loss(x, np.ones(5), m, "none")
    different = hinge_embedding_loss(x, -np.ones(5), m, "none")
    assert np.array_equal(similar, x)
    assert np.array_equal(different, np.maximum(0, m - x))
    assert np.array_equal(hinge_embedding_loss(x, y, m, "none"), np.where(y == 1, similar, different))


@given(distances, labels, margins)
@settings(max_examples=50, deadline=None)
def test_gradient_is_the_finite_difference_away_from_the_kink(x, y, m):
    assume(np.all(np.abs(m - x) > 1e-4))
    for how in ("mean", "sum"):
        slopes = central_differences(lambda x, how=how: hinge_embedding_loss(x, y, m, how), x)
        assert np.allclose(hinge_embedding_loss_grad(x, y, m, how), slopes, atol=1e-7)


@given(distances, distances, labels, margins, st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_convex_in_the_distance(a, b, y, m, mix):
    between = hinge_embedding_loss(mix * a + (1 - mix) * b, y, m)
    assert between <= mix * hinge_embedding_loss(a, y, m) + (1 - mix) * hinge_embedding_loss(b, y, m) + 1e-12


BAD = np.array([[INF, -INF, NAN], [1e308, -1e308, 5e-324]])
SILENT = [(BAD, np.ones((2, 3))), (BAD, -np.ones((2, 3)), -1e308), (BAD[:0], BAD[:0])]

RNG = np.random.default_rng(0)
FAULT_CASES = [
    *(Case(NAME, sample(RNG, (4, 5)), {"margin": 1.7, "reduction": r}) for r in ("mean", "sum")),
    Case(NAME, sample(RNG, (4, 5))),
    Case(NAME, (np.array([-1.0, 3]), np.array([1, -1]))),
    Case(
        NAME, (np.zeros(2, np.int32), np.array([-1, -1])), {"margin": 1.9, "reduction": "sum"}, gradient=False
    ),
]
FAULTS = [
    ("np.where(y != -1, x, 0)", "np.where(y != 1, x, 0)"),
    ("np.where(y != -1, x, 0)", "x"),
    ("np.where(y != -1, x, 0)", "np.where(y != -1, np.maximum(x, 0), 0)"),
    ("np.maximum(0, m - x), 0)", "m - x, 0)"),
    ("np.maximum(0, m - x), 0)", "np.maximum(0, x - m), 0)"),
    ("np.maximum(0, m - x), 0)", "np.maximum(0, 1 - x), 0)"),
    ("return pull + push", "return pull - push"),
    ("reduced(loss, (_floating(x), y), reduction", "reduced(loss, (_floating(x), y), 'sum'"),
    ("margin: float = 1.0", "margin: float = 0.5"),
    ("np.dtype(np.int64) if", "x.dtype if"),
    ("checked_margin(margin, x.dtype)", "margin"),
    ("pulled = y != -1", "pulled = y == -1"),
    ("(y != 1) & (m - x >= 0)", "(y != 1)"),
    ("(y != 1) & (m - x >= 0)", "(y != 1) & (x - m >= 0)"),
    ("np.subtract(pulled, pushed", "np.add(pulled, pushed"),
    ("gradient(slope, (x, y), reduction", "gradient(slope, (x, y), 'sum'"),
]
