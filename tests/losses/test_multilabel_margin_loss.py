"""multilabel_margin_loss against torch, on its edges, on the worked numbers, and as mathematics."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lossbook import multi_margin_loss, multilabel_margin_loss, multilabel_margin_loss_grad
from tests.losses.against_torch import Case, assert_refused, differences, layouts, options
from tests.losses.checks import assert_silent, assert_warns_once, central_differences

INF, NAN = np.inf, np.nan
NAME = "multilabel_margin_loss"
SHAPES = [
    ((), ()), ((), (1,)), ((1,), ()), ((1,), (1,)), ((4,), (4,)), ((1, 4), (1, 4)), ((3, 4), (3, 4)),
    ((5, 1), (5, 1)), ((9, 2), (9, 2)), ((50, 7), (50, 7)), ((6, 90), (6, 90)),
]  # fmt: skip
REDUCTIONS = [None, "mean", "sum", "none"]


def label_sets(rng, shape):
    """Distinct labels first, then -1 and garbage that has to be ignored."""
    y = rng.permuted(np.tile(np.arange(shape[1]), (shape[0], 1)), axis=1)
    y[np.arange(shape[0]), rng.integers(0, min(shape[1], 6), shape[0])] = -1
    return y


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("shape", "labels"), SHAPES)
@pytest.mark.filterwarnings("ignore:target이 0과 1뿐")
def test_as_torch(shape, labels, dtype):
    rng = np.random.default_rng(0)
    classes = shape[-1] if shape else 1
    problems = []
    for _ in range(6):
        x = np.asarray(rng.normal(size=shape)).astype(dtype)
        y = np.asarray(rng.integers(-1, classes, labels))  # with duplicates, -1 anywhere
        for option in options(reduction=REDUCTIONS):
            problems += differences(Case(NAME, (x, y), option))
            if len(shape) == 2:
                problems += differences(Case(NAME, (x, label_sets(rng, shape)), option))
    assert problems == []


@pytest.mark.parametrize("shape", [(5000, 10), (3, 40_000), (40_000, 1)])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_blocks_and_layouts_as_torch(dtype, shape):
    """In float32 torch adds up the slope of a label term by term, over 40 000 terms."""
    many = 30.0 if shape[1] > 10 and dtype == "float32" else 1.0
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=shape).astype(dtype), label_sets(rng, shape)
    problems = []
    for a, b in zip(layouts(x), layouts(y), strict=True):
        for how in ("mean", "none"):
            problems += differences(Case(NAME, (a, b), {"reduction": how}, tolerance=many))
        problems += differences(Case(NAME, (a[::-1], b[::-1]), tolerance=many))
    assert problems == []


ROWS = [
    [NAN, 1, 2], [1, NAN, 2], [1, 2, NAN], [1, INF, 2], [1, -INF, 2], [INF, -INF, 2], [INF, INF, 2],
    [-INF, -INF, INF], [-INF, -INF, -INF], [0, 1, 5], [0, 9, 5], [1e30, 1e30, 1e30], [-1e30, 1e30, 0], [1e-45, 1, -3],
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=str)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.filterwarnings("ignore:target이 0과 1뿐")
def test_edges_as_torch(dtype, row):
    """torch leaves out terms that are nan."""
    for labels in ([1, -1, 0], [0, 1, -1], [1, 1, -1], [2, 0, -1], [-1, 0, 1], [0, 1, 2], [1, 1, 1]):
        for how in ("none", "mean"):
            case = Case(NAME, (np.array([row], dtype), np.array([labels])), {"reduction": how})
            assert differences(case) == []


@pytest.mark.parametrize("function", [multilabel_margin_loss, multilabel_margin_loss_grad])
def test_empty_batch(function):
    """torch returns uninitialised memory for 'mean' and 'sum' here: it is not run."""
    x, y = np.zeros((0, 3)), np.zeros((0, 3), int)
    if function is multilabel_margin_loss:
        assert np.isnan(function(x, y))
        assert function(x, y, "sum") == 0
        assert function(x, y, "none").shape == (0,)
    else:
        assert function(x, y).shape == (0, 3)
    assert function(x.astype("f4"), y, "none").dtype == np.float32


ONE_HOT = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1]])


@pytest.mark.parametrize("target", [ONE_HOT, ONE_HOT[:1], 1 - ONE_HOT, ONE_HOT[0]], ids=str)
def test_one_hot_rows_as_indices_warn_once(target):
    x = np.arange(target.size, dtype=float).reshape(target.shape)
    assert_warns_once(NAME, "target이 0과 1뿐.*클래스 번호로.*-1로", x, target)
    with pytest.warns(UserWarning, match="멀티 핫"):
        assert differences(Case(NAME, (x, target))) == []


MEANT = [[[1, 0], [0, 1]], [[0, 0, 0]], [[1, 1, 1]], [[1, -1, 0]], [[0, 1, -1]], [[0, 1, 2]], [[0]]]


@pytest.mark.parametrize("target", MEANT)
def test_label_sets_that_could_be_meant_do_not_warn(target):
    assert_silent(NAME, np.zeros(np.shape(target)), target)


def test_worked_numbers():
    x, y = [2, 1.5, 0, -0.5], [0, 2, -1, -1]
    assert multilabel_margin_loss(x, y) == 0.875
    assert np.array_equal(multilabel_margin_loss_grad(x, y), [-1 / 4, 2 / 4, -2 / 4, 1 / 4])
    assert np.isclose(multilabel_margin_loss([0.1, 0.2, 0.4, 0.8], [3, 0, -1, 1]), 0.85)
    three = [0.1, 0.2, 0.4]
    assert np.isclose(multilabel_margin_loss(three, [0, -1, -1]), 0.8)
    assert np.isclose(multilabel_margin_loss(three, [0, 0, -1]), 1.6)
    assert multilabel_margin_loss(three, [-1, 0, 1]) == 0
    assert multilabel_margin_loss(three, [2, 1, 0]) == 0
    assert np.isclose(multilabel_margin_loss([1, 0, 0.5], [0, -1, -1]), 1 / 6)
    assert multilabel_margin_loss([-1, -9, -9], [0, -1, -1]) == 0


def test_lists_and_dtypes():
    x = np.zeros((2, 3), np.float32)
    assert multilabel_margin_loss(x, [[0, -1, -1], [1, 2, -1]]).dtype == np.float32
    assert multilabel_margin_loss([1, 2], [0, -1]).dtype == np.float64


A, Y = np.zeros((2, 3)), np.array([[0, -1, -1], [2, 1, -1]])
REFUSED = [
    (TypeError, "input", (A.astype(np.float16), Y), {}),
    (TypeError, "input", (A.astype(int), Y), {}),
    (TypeError, "input", (A.astype(bool), Y), {}),
    (TypeError, "input", (A.astype(complex), Y), {}),
    (ValueError, "input", (A[np.newaxis], Y[np.newaxis]), {}),
    (ValueError, "input", (A[:, :0], Y[:, :0]), {}),
    (ValueError, "input", (A[0, :0], Y[0, :0]), {}),
    (ValueError, "input", (A[:0, :0], Y[:0, :0]), {}),
    (TypeError, "target", (A, Y.astype(float)), {}),
    (TypeError, "target", (A, Y.astype(np.int32)), {}),
    (TypeError, "target", (A, (Y > 0).astype(np.uint8)), {}),
    (TypeError, "target", (A, Y > 0), {}),
    (ValueError, "target", (A, Y[:1]), {}),
    (ValueError, "target", (A, Y[:, :2]), {}),
    (ValueError, "target", (A, Y[0]), {}),
    (ValueError, "target", (A[0], Y[:1]), {}),
    (ValueError, "target", (A[0], np.array(0)), {}),
    (ValueError, "target", (A[:1, :1], np.array([0])), {}),
    (IndexError, "target", (A, np.array([[0, -1, 3], [0, -1, -1]])), {}),
    (IndexError, "target", (A, np.array([[0, -1, -2], [0, -1, -1]])), {}),
    (IndexError, "target", (A, np.array([[3, -1, -1], [0, -1, -1]])), {}),
    (ValueError, "reduction", (A, Y), {"reduction": "avg"}),
    (ValueError, "reduction", (A, Y), {"reduction": None}),
]


@pytest.mark.parametrize("function", [multilabel_margin_loss, multilabel_margin_loss_grad])
@pytest.mark.parametrize(("error", "name", "args", "option"), REFUSED)
def test_refused_as_torch(function, error, name, args, option):
    assert_refused(function, error, name, args, option)


def sets(row):
    return list(row[: np.append(row, -1).tolist().index(-1)])


scores = arrays(np.float64, (3, 4), elements=st.floats(-5, 5))
targets = arrays(np.int64, (3, 4), elements=st.integers(-1, 3)).filter(lambda y: y.min() < 0 or y.max() > 1)


@given(scores, targets)
@settings(max_examples=80, deadline=None)
def test_the_formula_term_by_term(x, y):
    terms = [
        sum(max(0, 1 - row[j] + row[i]) for j in sets(labels) for i in set(range(4)) - set(sets(labels))) / 4
        for row, labels in zip(x, y, strict=True)
    ]
    assert np.allclose(multilabel_margin_loss(x, y, "none"), terms, rtol=1e-13)
    assert np.isclose(multilabel_margin_loss(x, y), np.mean(terms), rtol=1e-13)


@given(scores, targets, st.floats(-9, 9))
@settings(max_examples=50, deadline=None)
def test_blind_to_a_common_constant_and_slopes_sum_to_zero(x, y, constant):
    moved = multilabel_margin_loss(x + constant, y)
    assert np.isclose(multilabel_margin_loss(x, y), moved, atol=1e-12)
    slopes = multilabel_margin_loss_grad(x, y, "sum")
    assert np.array_equal(slopes.sum(axis=1), np.zeros(3))
    assert np.array_equal(4 * slopes, np.round(4 * slopes))


@given(scores, targets)
@settings(max_examples=30, deadline=None)
def test_gradient_is_the_finite_difference_away_from_the_kink(x, y):
    assume(np.all(np.abs(1 - x[:, :, np.newaxis] + x[:, np.newaxis]) > 1e-4))
    for how in ("mean", "sum"):
        slopes = central_differences(lambda x, how=how: multilabel_margin_loss(x, y, how), x, 1e-5)
        assert np.allclose(multilabel_margin_loss_grad(x, y, how), slopes, atol=1e-8)


@given(scores, scores, targets, st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_convex(a, b, y, mix):
    between = multilabel_margin_loss(mix * a + (1 - mix) * b, y)
    assert between <= mix * multilabel_margin_loss(a, y) + (1 - mix) * multilabel_margin_loss(b, y) + 1e-12


@given(scores, arrays(np.int64, 3, elements=st.integers(0, 3)), st.integers(-1, 3))
@settings(max_examples=50, deadline=None)
def test_of_one_label_it_is_the_multi_class_margin_loss(x, y, garbage):
    target = np.full((3, 4), garbage)
    target[:, 0], target[:, 1] = y, -1
    assert np.isclose(multilabel_margin_loss(x, target), multi_margin_loss(x, y), rtol=1e-13)


BAD = np.array([[INF, -INF, NAN], [1e308, -1e308, 5e-324]])
SILENT = [(BAD, [[0, -1, -1], [1, 2, -1]]), (BAD, [[2, 1, 0], [2, -1, 1]]), (BAD[:0], np.zeros((0, 3), int))]

RNG = np.random.default_rng(0)
FAULT_CASES = [
    *(
        Case(NAME, (RNG.normal(size=(8, 5)), label_sets(RNG, (8, 5))), {"reduction": how})
        for how in ("mean", "sum", "none")
    ),
    Case(NAME, (np.array([0.1, 0.2, 0.4]), np.array([1, 1, -1]))),
    Case(NAME, (np.array([NAN, 0.2, 0.4]), np.array([1, -1, -1]))),
    Case(NAME, (RNG.normal(size=(3, 4)), RNG.integers(0, 4, (3, 4)))),
]
FAULTS = [
    ("/ x.shape[1]", "/ 1"),
    ("/ x.shape[1]", "/ (x.shape[1] - 1)"),
    ("(1 - own)[:, np.newaxis] + others", "(1 + own)[:, np.newaxis] - others"),
    ("(1 - own)[:, np.newaxis] + others", "(-own)[:, np.newaxis] + others"),
    ("positive_part((1 - own)[:, np.newaxis] + others)", "np.maximum((1 - own)[:, np.newaxis] + others, 0)"),
    ("= -np.inf", "= 0"),
    ("others[rows[given], j[given]]", "others[rows, j]"),
    ("np.where(given, x[rows, j], np.inf)", "x[rows, j]"),
    ("given = given & (j >= 0)", "given = j >= 0"),
    ("for j in y.T:", "for j in y.T[:1]:"),
    ("reduced(loss, (x, y), reduction", "reduced(loss, (x, y), 'sum'"),
    ("slopes += active", "slopes -= active"),
    ("-= row_sums(active)", "+= row_sums(active)"),
    ("-= row_sums(active)", "= -row_sums(active)"),
    ("(hinge > 0).astype(x.dtype)", "hinge"),
    ('N * C if reduction == "mean" else C', "C"),
    ('N * C if reduction == "mean" else C', "N * C"),
    ("total = N * C if", "total = N if"),
]
