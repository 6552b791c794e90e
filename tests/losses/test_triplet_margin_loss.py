"""triplet_margin_loss against torch, on its edges, on the worked numbers, and as mathematics."""

from __future__ import annotations

from itertools import product

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics.pairwise import paired_distances

from lossbook import triplet_margin_loss, triplet_margin_loss_grad
from lossbook.losses._blocks import BLOCK
from tests.losses.against_torch import (
    Case,
    assert_refused,
    differences,
    layouts,
    options,
    our_call,
    torch_call,
)

INF, NAN = np.inf, np.nan
BOTH = (triplet_margin_loss, triplet_margin_loss_grad)
FLOATS = ["float64", "float32", "float16"]
DEGREES = [None, 1, 2.5, 3, 0.5, 10, INF, -INF, -1.5, True]


def case(a, p, n, option=None, **more):
    return Case("triplet_margin_loss", (a, p, n), option or {}, by=(0, 1, 2), **more)


def triplet(*shape, seed=0, dtype="float64"):
    rng = np.random.default_rng(seed)
    return tuple(np.asarray(rng.normal(size=shape)).astype(dtype) for _ in range(3))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize(
    "shape", [(), (1,), (5,), (1, 1), (4, 1), (1, 3), (6, 4), (2, 3, 4), (2, 1, 2, 3)], ids=str
)
def test_as_torch(shape, dtype):
    problems = []
    for option in options(
        margin=[None, 5],
        p=DEGREES,
        eps=[None, 0.1],
        swap=[None, True],
        reduction=["mean", "sum", "none"],
    ):
        half = dtype == "float16"
        if not half or option.get("p", 2) in (1, 2, 3, INF, -INF):  # torch's powers are rough
            inputs = triplet(*shape, dtype=dtype)
            problems += differences(case(*inputs, option, tolerance=4 if half else 1))
    assert problems == []


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 4), (0, 0), (2, 0, 3), (0, 3, 2)], ids=str)
def test_empty_as_torch(shape, dtype):
    for option in options(
        p=[None, 1, 3, 0.5], swap=[None, True], reduction=["mean", "sum", "none"]
    ):
        assert differences(case(*triplet(*shape, dtype=dtype), option)) == []


def test_layouts_as_torch():
    a, p, n = triplet(5, 3, 4)
    for given_ in zip(*map(layouts, (a, p, n)), strict=True):
        assert differences(case(*given_, {"swap": True})) == []
    ours = triplet_margin_loss(a[::-1].astype(">f8"), p[::-1], n[::-1], reduction="none")
    assert np.array_equal(ours, triplet_margin_loss(a, p, n, reduction="none")[::-1])


@pytest.mark.parametrize("option", [{}, {"swap": True, "reduction": "none"}, {"p": 3}])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_more_than_one_block_as_torch(dtype, option):
    for D in (3, 100, BLOCK + 1):
        inputs = triplet(2 * BLOCK // D + 2, D, dtype=dtype)
        assert differences(case(*inputs, option, tolerance=10)) == []


def assert_mixture_as_torch(call):
    """As exact as the narrowest dtype in which torch calculates a part; integers are float32."""
    kinds = [np.float32 if x.dtype.kind in "iu" else x.dtype for x in call.args]
    tolerance = max({"e": 2e-3, "f": 1e-6, "d": 1e-12}[np.dtype(kind).char] for kind in kinds)
    for ours, theirs in zip(our_call(call), torch_call(call), strict=True):
        assert ours.dtype == theirs.dtype
        assert np.allclose(ours, theirs, rtol=tolerance, atol=2 * tolerance)


@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize("kinds", list(product(FLOATS, repeat=3)), ids=str)
def test_mixed_dtypes_as_torch(kinds, swap):
    inputs = [x.astype(kind) for x, kind in zip(triplet(4, 3), kinds, strict=True)]
    assert_mixture_as_torch(case(*inputs, {"swap": swap, "reduction": "none"}))


@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize("kinds", list(product(["int64", "uint8", "float16", "float64"], repeat=3)))
def test_integers_as_torch(kinds, swap):
    inputs = [np.array([row], kind) for row, kind in zip([(9, 8), (6, 4), (3, 1)], kinds, strict=True)]
    option = {"swap": swap, "reduction": "none", "margin": 9.0}
    assert_mixture_as_torch(case(*inputs, option, gradient=False))
    if {"int64", "uint8"} & {*kinds}:
        with pytest.raises(TypeError, match=r"(anchor|positive|negative).*받은 dtype"):
            triplet_margin_loss_grad(*inputs)


def test_integers_do_not_wrap_around_as_in_torch():
    inputs = [np.array([[value, 0]], np.uint8) for value in (0, 3, 200)]
    exact = triplet_margin_loss(*(x.astype(float) for x in inputs), margin=300.0)
    assert np.isclose(triplet_margin_loss(*inputs, margin=300.0), exact)
    theirs = torch.nn.functional.triplet_margin_loss(*map(torch.tensor, inputs), margin=300.0)
    assert abs(theirs - exact) > 100


SHAPES = [
    ((2, 3), (1, 3), (2, 3)), ((1, 3), (4, 3), (1, 3)), ((1, 3), (1, 3), (4, 3)),
    ((4, 3), (1, 3), (1, 1)), ((2, 1), (2, 5), (2, 5)), ((1, 4, 3), (2, 1, 3), (2, 4, 1)),
    ((3,), (1,), (3,)), ((1, 3), (0, 3), (1, 3)), ((2, 5), (2, 5), (2, 1)),
]  # fmt: skip


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_broadcasting_warns_once_and_gives_torchs_number(shapes):
    rng = np.random.default_rng(3)
    inputs = [rng.normal(size=shape) for shape in shapes]
    for function in BOTH:
        with pytest.warns(UserWarning, match=r"브로드캐스트.*anchor.*positive.*neg") as record:
            function(*inputs)
        assert [warning.filename for warning in record] == [__file__]
    for option in options(
        swap=[False, True], p=[None, 1, INF, 3], reduction=["none", "mean", "sum"]
    ):
        with pytest.warns(UserWarning, match="브로드캐스트") as record:
            assert differences(case(*inputs, {"margin": 3, **option})) == []
        assert len(record) == 2


def test_positive_and_negative_may_differ_where_the_anchor_is_a_number():
    rng = np.random.default_rng(4)
    inputs = [rng.normal(size=shape) for shape in ((2, 1), (2, 5), (2, 7))]
    with pytest.warns(UserWarning, match="브로드캐스트"):
        assert differences(case(*inputs, {"margin": 9})) == []
    for function in BOTH:
        with (
            pytest.raises(ValueError, match=r"positive, negative의 마지막 축.*받은 모양"),
            pytest.warns(UserWarning, match="브로드캐스트"),
        ):
            function(*inputs, swap=True)


@pytest.mark.parametrize("p", [2, 1, 1.5, 3, INF, -INF, -1.0])
@pytest.mark.parametrize(
    "vector", [[INF, 1], [-INF, 0], [NAN, 1], [0, 0], [1e-200, 0], [1e-30, 1e-6], [2, 5]]
)
def test_edges_as_torch(vector, p):
    a, p_, n = np.array([vector], float), np.zeros((1, 2)), np.array([[2.0, 5.0]])
    for option in options(
        eps=[1e-6] if vector[0] == 1e-200 else [1e-6, 0.0],  # squares underflow in torch
        margin=[10.0, INF, NAN],
        swap=[False, True],
        reduction=["none"],
    ):
        assert differences(case(a, p_, n, {"p": p, **option})) == []


@pytest.mark.parametrize("eps", [-1, INF, NAN, True])
def test_any_eps_as_torch(eps):
    for p in (2, 1, INF):
        assert differences(case(*triplet(3, 4), {"eps": eps, "p": p, "margin": 9})) == []


def test_degree_zero_counts_the_differences():
    """Its slope is 0; torch has no gradient at all."""
    for swap in (False, True):
        option = {"p": 0, "eps": 0.0, "swap": swap, "margin": 9.0}
        a, p, n = (np.round(x) for x in triplet(6, 4))
        assert differences(case(a, p, n, option, gradient=False)) == []
        for gradient in triplet_margin_loss_grad(a, p, n, **option):
            assert np.all(gradient == 0)


@pytest.mark.parametrize("p", [1, 2, 3, INF])
def test_ties_of_both_negative_distances_as_torch(p):
    a, p_, n = np.array([[0.0, 0, 0]]), np.array([[2.0, 2, 0]]), np.array([[1.0, 1, 7]])
    option = {"swap": True, "p": p, "eps": 0.0, "margin": 20.0}
    assert differences(case(a, p_, n, option)) == []


def exactly(a, b, n, margin, p, eps):
    with mpmath.workdps(60):
        def distance(u, v):
            size = [abs(mpmath.mpf(float(x)) - mpmath.mpf(float(y)) + mpmath.mpf(eps))
                    for x, y in zip(u, v, strict=True)]  # fmt: skip
            return max(size) if p == INF else sum(s**p for s in size) ** (mpmath.mpf(1) / p)

        return float(max(0, distance(a, b) - distance(a, n) + mpmath.mpf(margin)))


EXTREME = [
    ([1e200, 1e200], [0, 0], [1e200, 0]), ([1e308, 0], [0, 1e308], [1e308, 1e307]),
    ([0, 0], [1e-200, 2e-200], [1e-300, 0]), ([0, 0], [5e-324, 1e-320], [5e-324, 0]),
    ([0, 0], [1e-200, 1e5], [1e-3, 1]), ([1e4, -1e4], [-1e4, 1e4], [1e4, 1e4 + 1]),
]  # fmt: skip


@pytest.mark.parametrize("p", [1, 2, 3, 7.5, 1000, INF])
@pytest.mark.parametrize("inputs", EXTREME)
def test_exact_where_torch_overflows(inputs, p):
    for margin in (1e-300, 1.0):
        expected = exactly(*inputs, margin, p, 0.0)
        ours = triplet_margin_loss(*inputs, margin, p, 0.0)
        largest = np.max(np.abs(inputs))
        assert np.isclose(ours, expected, rtol=1e-14, atol=1e-15 * largest)
        gradients = triplet_margin_loss_grad(*inputs, margin, p, 0.0)
        assert np.all(np.isfinite(gradients))
        assert np.allclose(np.sum(gradients, axis=0), 0, atol=1e-14)


@pytest.mark.parametrize(("size", "dtype"), [(1e30, "float32"), (1e-30, "float32"), (1e4, "float16")])
def test_exact_in_narrow_dtypes(size, dtype):
    a, p, n = (size * x for x in triplet(4, 3))
    narrow = [x.astype(dtype) for x in (a, p, n)]
    wide = [x.astype(float) for x in narrow]
    option = {"margin": size, "eps": 0.0, "reduction": "none"}
    ours, exact = triplet_margin_loss(*narrow, **option), triplet_margin_loss(*wide, **option)
    tolerance = 8 * np.finfo(dtype).eps
    assert np.allclose(ours, exact, rtol=tolerance, atol=tolerance * size)
    slopes = triplet_margin_loss_grad(*narrow, **option)
    assert {slope.dtype for slope in slopes} == {np.dtype(dtype)}
    assert np.allclose(slopes, triplet_margin_loss_grad(*wide, **option), atol=tolerance)


def test_worked_numbers():
    a, p, n = [0.0, 0.0], [3.0, 4.0], [6.0, 0.0]
    for option, value in [
        ({}, 1), ({"swap": True}, 2), ({"p": 1}, 3), ({"p": INF}, 0), ({"eps": 1.0}, None)
    ]:  # fmt: skip
        ours = triplet_margin_loss(a, p, n, margin=2.0, **option)
        assert value is None or np.isclose(ours, value, atol=1e-5)
    gradients = triplet_margin_loss_grad(a, p, n, margin=2.0)
    for gradient, expected in zip(gradients, ([0.4, -0.8], [0.6, 0.8], [-1, 0]), strict=True):
        assert np.allclose(gradient, expected, atol=1e-6)
    unsquared = triplet_margin_loss([0.0, 0], [3.0, 4], [0.0, 5.5])
    assert np.isclose(unsquared, 0.5, atol=1e-5)
    same = np.full(9, 0.7)
    assert np.isclose(triplet_margin_loss(same, same, same, margin=0.3), 0.3)
    far = triplet_margin_loss(same, same, same + 1, margin=5.0)
    assert np.isclose(far, 5 + 1e-6 * 3 - (1 - 1e-6) * 3, atol=1e-14)
    assert not np.isclose(
        triplet_margin_loss(a, p, n, 9.0, eps=0.1), triplet_margin_loss(n, p, a, 9.0, eps=0.1)
    )
    assert np.all(np.isfinite(triplet_margin_loss_grad(same, same, same)))


@pytest.mark.parametrize(("p", "metric"), [(1, "manhattan"), (2, "euclidean")])
def test_scikit_learn_agrees(p, metric):
    a, pos, neg = triplet(8, 5)
    far = np.minimum(paired_distances(a, neg, metric=metric), paired_distances(pos, neg, metric=metric))
    expected = np.maximum(paired_distances(a, pos, metric=metric) - far + 1, 0)
    ours = triplet_margin_loss(a, pos, neg, p=p, eps=0.0, swap=True, reduction="none")
    assert np.allclose(ours, expected, rtol=1e-12)


def test_lists_and_numbers_take_the_dtype_of_the_anchor():
    a = np.ones((2, 3), np.float32)
    lists = [[1, 2, 3], [3, 2, 1]]
    assert triplet_margin_loss(a, lists, lists).dtype == np.float32
    assert triplet_margin_loss([1, 2], [2, 1], [0, 0]).dtype == np.float64
    whole = np.array([[3, 4]])
    assert np.isclose(triplet_margin_loss(whole, [[3.5, 4]], [[3, 4]]), 1.5, atol=1e-5)
    assert triplet_margin_loss_grad(1.0, 2.0, 3.0)[0].shape == ()


@pytest.mark.filterwarnings("ignore:모양이 서로 달라")
@pytest.mark.parametrize("odd", [0, 1, 2])
@pytest.mark.parametrize("call", BOTH)
def test_each_vector_is_held_to_the_shape_of_the_others(call, odd):
    def shaped(shape, others):
        return [np.zeros(shape if place == odd else others) for place in range(3)]

    with pytest.raises(ValueError, match="축의 수"):
        call(*shaped((3,), (2, 3)))
    with pytest.raises(ValueError, match="축의 수"):
        call(*shaped((2, 3), (3,)))
    with pytest.raises(ValueError, match="마지막 축은 길이가"):
        call(*shaped((2, 4), (2, 3)), swap=True)
    for p in (np.inf, -1):
        with pytest.raises(ValueError, match="마지막 축의 길이가 0"):
            call(*shaped((2, 0), (2, 1)), p=p, swap=True)


X = np.ones((2, 3))
REFUSED = [
    (TypeError, "anchor", (X.astype(bool), X, X), {}),
    (TypeError, "positive", (X, X.astype(bool), X), {}),
    (TypeError, "negative", (X, X, X.astype(bool)), {}),
    (TypeError, "anchor", (X.astype(np.longdouble), X, X), {}),
    (TypeError, "negative", (X, X, np.array([["a"]])), {}),
    (ValueError, "anchor", ([[1.0], [1.0, 2.0]], X, X), {}),
    (ValueError, "positive", (X, X[0], X), {}),
    (ValueError, "negative", (X, X, X[None]), {}),
    (ValueError, "positive", (X, np.ones((3, 3)), X), {}),
    (ValueError, "negative", (X, np.ones((1, 3)), np.ones((4, 3))), {}),
    (ValueError, "positive", (X, np.ones((2, 4)), X), {}),
    (ValueError, "margin", (X, X, X), {"margin": 0}),
    (ValueError, "margin", (X, X, X), {"margin": -1.0}),
    (TypeError, "margin", (X, X, X), {"margin": "a"}),
    (TypeError, "margin", (X, X, X), {"margin": None}),
    (TypeError, "margin", (X, X, X), {"margin": np.ones(1)}),
    (TypeError, "p", (X, X, X), {"p": "a"}),
    (TypeError, "p", (X, X, X), {"p": None}),
    (ValueError, "p", (X[:, :0], X[:, :0], X[:, :0]), {"p": INF}),
    (ValueError, "p", (X[:, :0], X[:, :0], X[:, :0]), {"p": -1.0}),
    (ValueError, "p", (X[:0, :0], X[:0, :0], X[:0, :0]), {"p": -INF}),
    (TypeError, "eps", (X, X, X), {"eps": "a"}),
    (TypeError, "eps", (X, X, X), {"eps": None}),
    (TypeError, "swap", (X, X, X), {"swap": 1}),
    (TypeError, "swap", (X, X, X), {"swap": None}),
    (ValueError, "reduction", (X, X, X), {"reduction": "x"}),
    (ValueError, "reduction", (X, X, X), {"reduction": None}),
]


@pytest.mark.parametrize("function", BOTH)
@pytest.mark.parametrize(("error", "name", "args", "option"), REFUSED)
@pytest.mark.filterwarnings("ignore:모양이 서로")
def test_refused_as_torch(function, error, name, args, option):
    assert_refused(function, error, name, args, option)


vectors = arrays(np.float64, (4, 3), elements=st.floats(-10, 10).map(lambda v: round(v, 2)))
degrees = st.sampled_from([1, 1.5, 2, 3, INF])


@given(vectors, vectors, vectors, degrees, st.booleans(), st.floats(-5, 5))
@settings(max_examples=50, deadline=None)
def test_translation_changes_nothing_and_the_gradients_sum_to_zero(a, p, n, degree, swap, shift):
    option = {"p": degree, "swap": swap, "eps": 0.01}
    ours = triplet_margin_loss(a, p, n, reduction="none", **option)
    moved = triplet_margin_loss(a + shift, p + shift, n + shift, reduction="none", **option)
    assert np.allclose(ours, moved, atol=1e-10)
    assert np.all(ours >= 0)
    gradients = triplet_margin_loss_grad(a, p, n, **option)
    assert np.allclose(np.sum(gradients, axis=0), 0, atol=1e-14)


@given(vectors, vectors, vectors, degrees, st.floats(0.1, 10))
@settings(max_examples=50, deadline=None)
def test_scales_with_the_unit_and_swap_never_costs_less(a, p, n, degree, factor):
    option = {"p": degree, "eps": 0.0, "reduction": "none"}
    ours = triplet_margin_loss(a, p, n, 2.0, **option)
    scaled = triplet_margin_loss(factor * a, factor * p, factor * n, 2 * factor, **option)
    assert np.allclose(scaled, factor * ours, atol=1e-11)
    assert np.all(triplet_margin_loss(a, p, n, 2.0, swap=True, **option) >= ours)


@given(st.integers(0, 10**6), degrees, st.booleans())
@settings(max_examples=30, deadline=None)
def test_gradients_are_finite_differences(seed, degree, swap):
    inputs = np.random.default_rng(seed).normal(size=(3, 2, 3))
    option, h = {"margin": 20.0, "p": degree, "swap": swap}, 1e-6
    for which, gradient in enumerate(triplet_margin_loss_grad(*inputs, **option)):
        for index in np.ndindex(gradient.shape):
            step = np.zeros_like(inputs)
            step[(which, *index)] = h
            rise = triplet_margin_loss(*(inputs + step), **option) - triplet_margin_loss(
                *(inputs - step), **option
            )
            assert np.isclose(rise / (2 * h), gradient[index], atol=1e-4)


BAD = np.array([[INF, -INF, NAN], [1e308, -1e308, 5e-324], [0, 0, 0]])
SILENT = [
    (BAD, -BAD, BAD[::-1]), (BAD, BAD, BAD), (BAD[:0], BAD[:0], BAD[:0]),
    (BAD, -BAD, BAD[::-1], 1.0, 3, 0.0, True), (BAD, BAD, -BAD, 1.0, INF),
]  # fmt: skip

A, P, N = triplet(8, 3, seed=1)
FAULT_CASES = [
    case(A, P, N, {"margin": 0.7}),
    case(A, P, N, {"eps": 0.5, "reduction": "sum", "p": 3}),
    case(A, P, N, {"swap": True, "margin": 3.0}),
    case(A, P, N, {"swap": True, "p": 1, "reduction": "none"}),
    case(np.float32(A), np.float32(P), N),
    case(A, A, A, {"eps": 0.0}),
]
FAULTS = [
    ("return norm(u - v + eps, p)", "return norm(u - v, p)"),
    ("return norm(u - v + eps, p)", "return norm(v - u + eps, p)"),
    ("return norm(u - v + eps, p)", "return norm(u - v, p) + eps"),
    ("return norm(u - v + eps, p)", "return norm(u - v + eps, 2)"),
    ("return norm(u - v + eps, p)", "return norm(u - v + eps, p) ** 2"),
    ("np.maximum(margin + near - far, 0)", "margin + near - far"),
    ("np.maximum(margin + near - far, 0)", "np.maximum(far - near + margin, 0)"),
    ("np.maximum(margin + near - far, 0)", "np.maximum(near - far - margin, 0)"),
    ("np.minimum(far, distance(pos, neg))", "np.maximum(far, distance(pos, neg))"),
    ("np.minimum(far, distance(pos, neg))", "np.minimum(far, distance(neg, pos))"),
    ("        if swap:\n            far", "        if False:\n            far"),
    ("active = scale * (margin + near - far >= 0)", "active = scale * np.ones_like(near)"),
    ("active = scale * (margin + near - far >= 0)", "active = margin + near - far >= 0"),
    ("(g_ap, -g_an), (-g_ap,), (g_an,)", "(g_ap, -g_an), (-g_ap,), (-g_an,)"),
    ("(g_ap, -g_an), (-g_ap,), (g_an,)", "(g_ap,), (-g_ap,), (g_an,)"),
    ("(g_ap, -g_an), (-g_ap, -g_pn), (g_an, g_pn)", "(g_ap, -g_an), (-g_ap,), (g_an, g_pn)"),
    ("active * (1 - share)", "active"),
    ("norm_slope(an, far, p, active * share)", "norm_slope(an, far, p, active)"),
    ("pn = pos - neg + eps", "pn = neg - pos + eps"),
    ("ap, an = a - pos + eps, a - neg + eps", "ap, an = a - pos, a - neg"),
    ("triplet_dtype(*arrays, swap)", "arrays[0].dtype"),
    ("reduced_rows(loss, arrays, reduction", "reduced_rows(loss, arrays, 'sum'"),
]
