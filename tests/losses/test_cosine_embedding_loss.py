"""cosine_embedding_loss against torch, on its edges, on the worked numbers, and as mathematics."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics.pairwise import cosine_similarity

from lossbook import cosine_embedding_loss, cosine_embedding_loss_grad
from lossbook.losses._blocks import BLOCK
from tests.losses.against_torch import Case, assert_refused, differences, layouts, options

INF, NAN = np.inf, np.nan
BOTH = (cosine_embedding_loss, cosine_embedding_loss_grad)
FLOATS = ["float64", "float32", "float16"]


def case(x1, x2, y, option=None, **more):
    return Case("cosine_embedding_loss", (x1, x2, y), option or {}, by=(0, 1), **more)


@pytest.mark.parametrize("target", ["float64", "float32", "int64", "int8"])
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize(
    "shape", [(1,), (7,), (1, 1), (1, 4), (5, 1), (6, 4), (0, 4), (3, 0), (0,), (0, 0)], ids=str
)
def test_as_torch(shape, dtype, target):
    rng = np.random.default_rng(0)
    x1, x2 = (rng.normal(size=shape).astype(dtype) for _ in range(2))
    y = np.asarray(rng.choice([-1, 1], shape[:-1])).astype(target)
    if dtype == "float16" and 0 in shape[-1:]:
        return  # torch's ε is 0 in half precision
    problems = []
    for option in options(
        margin=[None, 0, 0.3, -0.5, 1, 2.5, INF, -3, True],
        reduction=[None, "mean", "sum", "none"],
    ):
        problems += differences(case(x1, x2, y, option, tolerance=4 if dtype == "float16" else 1))
    assert problems == []


def test_layouts_as_torch():
    rng = np.random.default_rng(1)
    x1, x2, y = rng.normal(size=(5, 4)), rng.normal(size=(5, 4)), rng.choice([-1, 1], 5)
    for a, b, c in zip(layouts(x1), layouts(x2), layouts(y), strict=True):
        assert differences(case(a, b, c, {"margin": 0.1})) == []
    ours = cosine_embedding_loss(x1[::-1].astype(">f8"), x2[::-1], y[::-1], reduction="none")
    assert np.array_equal(ours, cosine_embedding_loss(x1, x2, y, reduction="none")[::-1])


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_more_than_one_block_as_torch(dtype, reduction):
    rng = np.random.default_rng(2)
    for D in (3, 100, BLOCK + 1):
        x1, x2 = rng.normal(size=(2, 2 * BLOCK // D + 2, D)).astype(dtype)
        y = rng.choice([-1, 1], len(x1))
        assert differences(case(x1, x2, y, {"reduction": reduction, "margin": 0.1})) == []


@pytest.mark.parametrize("first", FLOATS)
@pytest.mark.parametrize("second", FLOATS)
@pytest.mark.parametrize("target", [*FLOATS, "int64", "uint8", "bool"])
def test_mixed_dtypes_as_torch(first, second, target):
    x1, x2 = np.array([[3, 4], [1, 1]], first), np.array([[4, 3], [-1, 2]], second)
    for reduction in ("none", "mean"):
        assert differences(case(x1, x2, np.ones(2, target), {"reduction": reduction})) == []


@pytest.mark.parametrize("first", ["int64", "int32", "uint8", "bool", "float16"])
@pytest.mark.parametrize("second", ["int64", "int8", "bool"])
def test_integers_as_torch(first, second):
    x1, x2 = np.array([[3, 4], [1, 0]]).astype(first), np.array([[4, 3], [1, 1]]).astype(second)
    for reduction in ("none", "mean", "sum"):
        call = case(x1, x2, np.array([1, -1]), {"reduction": reduction}, gradient=False)
        assert differences(call) == []
    with pytest.raises(TypeError, match=r"input.*받은 dtype"):
        cosine_embedding_loss_grad(x1, x2, [1, -1])


def test_integers_do_not_wrap_around_as_in_torch():
    x1, x2 = np.array([[100, 1]], np.uint8), np.array([[1, 200]], np.uint8)
    ours = cosine_embedding_loss(x1, x2, [1])
    assert np.isclose(ours, cosine_embedding_loss(x1.astype(float), x2.astype(float), [1]))
    assert torch.nn.functional.cosine_embedding_loss(*map(torch.tensor, (x1, x2, [1]))) < 0


SHAPES = [
    ((2, 3), (1, 3), (2,)), ((1, 3), (4, 3), (4,)), ((2, 3), (2, 1), (2,)),
    ((2, 1), (2, 3), (2,)), ((4, 3), (4, 3), (1,)), ((1, 3), (1, 3), (4,)),
    ((1, 1), (3, 4), (1,)), ((0, 3), (0, 3), (1,)), ((1, 3), (0, 3), (1,)), ((3,), (1,), ()),
    ((1, 2), (1, 2), (0,)),
]  # fmt: skip


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize(("left", "right", "target"), SHAPES)
def test_broadcasting_warns_once_and_gives_torchs_number(left, right, target, reduction):
    rng = np.random.default_rng(3)
    x1, x2 = rng.normal(size=left), rng.normal(size=right)
    y = np.asarray(rng.choice([-1, 1], target))
    for function in BOTH:
        with pytest.warns(UserWarning, match=r"브로드캐스트.*input1.*input2.*target") as record:
            function(x1, x2, y)
        assert [warning.filename for warning in record] == [__file__]
    with pytest.warns(UserWarning, match="브로드캐스트") as record:
        assert differences(case(x1, x2, y, {"reduction": reduction, "margin": -0.5})) == []
    assert len(record) == 2


LABELS = [[0, 1], [1, 2], [NAN, -1], [0.5, -0.5], [-1.0000001, 1], [3, 0], [-3, 1], [INF, 1]]


def test_long_and_short_rows_in_one_batch():
    """cos does not know lengths, and the slope is that of unit lengths divided by the length."""
    rng = np.random.default_rng(5)
    a, b = rng.normal(size=(2, 6, 3))
    y = np.array([1.0, -1, 1, -1, 1, -1])
    lengths1 = np.array([1, 1, 1e200, 1e200, 1e90, 3])[:, None]
    lengths2 = np.array([1e200, 1e90, 2, 1, 1e200, 5])[:, None]
    option = {"margin": -0.9, "reduction": "sum"}
    expected = cosine_embedding_loss_grad(a, b, y, **option)
    found = cosine_embedding_loss_grad(a * lengths1, b * lengths2, y, **option)
    for slope, length, plain in zip(found, (lengths1, lengths2), expected, strict=True):
        np.testing.assert_allclose(slope * length, plain, rtol=1e-9)
    values = [
        cosine_embedding_loss(*pair, y, margin=-0.9, reduction="none")
        for pair in ((a, b), (a * lengths1, b * lengths2))
    ]
    np.testing.assert_allclose(values[1], values[0], rtol=1e-9)


@pytest.mark.parametrize("labels", LABELS)
def test_other_labels_warn_once_and_give_torchs_zero(labels):
    x1, x2 = np.random.default_rng(4).normal(size=(2, 2, 3))
    y = np.array(labels)
    wrong = np.abs(y) != 1
    for function in BOTH:
        with pytest.warns(UserWarning, match=r"target에 1도 -1도 아닌 값") as record:
            found = function(x1, x2, y, reduction="none")
        assert [warning.filename for warning in record] == [__file__]
        for part in found if isinstance(found, tuple) else [found]:
            assert np.all(part[wrong] == 0)
    with pytest.warns(UserWarning, match="target"):
        assert differences(case(x1, x2, y)) == []


def test_two_traps_are_one_warning():
    with pytest.warns(UserWarning, match=r"target에 1도.*브로드캐스트") as record:
        cosine_embedding_loss(np.ones((2, 3)), np.ones((1, 3)), np.array([0, 1]))
    assert len(record) == 1


@pytest.mark.parametrize("label", [1, -1, 0])
@pytest.mark.parametrize(
    "vector",
    [[0, 0], [-0.0, 0], [1e-6, 0], [1e-3, 1e-9], [5e-324, 0], [1e-170, 1], [1e-20, -1e-20],
     [NAN, 1], [INF, 1], [-INF, INF], [1e6, -1e-6]],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:target")
def test_edges_as_torch(vector, label):
    for dtype in ("float64", "float32"):
        x1 = np.array([vector, [1, 2]]).astype(dtype)
        x2 = np.array([[1, 2], vector]).astype(dtype)
        y = np.full(2, label)
        for option in options(reduction=["none", "sum"], margin=[-0.5, NAN]):
            scale = 10 if dtype == "float32" else 1  # of gradients of size 1e6
            assert differences(case(x1, x2, y, option, tolerance=scale)) == []


def exactly(x1, x2):
    """The cosine with ε, and its gradient by x1, to 60 digits."""
    with mpmath.workdps(60):
        a, b = ([mpmath.mpf(float(v)) for v in x] for x in (x1, x2))
        A, B = (mpmath.sqrt(sum(v * v for v in x) + mpmath.mpf(float(np.float32(1e-12)))) for x in (a, b))
        c = sum(u * v for u, v in zip(a, b, strict=True)) / A / B
        slope = [float((v / B - c * u / A) / A) for u, v in zip(a, b, strict=True)]
        return float(1 - c), slope


EXTREME = [
    ("float64", [1e200, 1e200], [1, 2]), ("float64", [1e308, 1e-308], [1.7e308, 1.7e308]),
    ("float64", [1e160, 0], [1e-170, 1e-170]), ("float64", [1e100, 3e100], [3e90, 1e90]),
    ("float64", [5e-324, 1e-200], [1, 2]), ("float64", [1e76, 2e76], [1e78, 1e77]),
    ("float32", [1e20, 1e20], [1, 2]), ("float32", [3e38, 3e38], [3e38, -1e38]),
    ("float32", [1e11, 2e11], [2e11, 1e11]), ("float32", [1e-30, 1e-45], [1e30, 3e30]),
    ("float32", [1e10, 2e10], [2e9, 1e9]), ("float16", [6e4, 6e4], [6e4, 1]),
    ("float16", [0, 0], [1, 1]), ("float16", [6e-8, 1e-3], [300, 1]),
]  # fmt: skip


@pytest.mark.parametrize(("dtype", "left", "right"), EXTREME)
def test_exact_where_torch_overflows(dtype, left, right):
    x1, x2 = np.array(left, dtype), np.array(right, dtype)
    value, slope = exactly(x1, x2)
    tolerance = 4 * np.finfo(dtype).eps
    assert np.isclose(cosine_embedding_loss(x1, x2, 1), value, rtol=0, atol=tolerance)
    gradient = cosine_embedding_loss_grad(x1, x2, -1, margin=-1)[0]
    largest = np.finfo(dtype).max
    expected = np.where(np.abs(slope) > largest, np.copysign(INF, slope), slope)
    scale = np.max(np.abs(slope)) + np.linalg.norm(slope)
    assert np.allclose(gradient, expected, rtol=tolerance, atol=tolerance * min(scale, largest))


def test_worked_numbers():
    a, b = [3.0, 4.0], [4.0, 3.0]
    assert np.isclose(cosine_embedding_loss(a, b, 1), 0.04, atol=1e-12)
    assert np.isclose(cosine_embedding_loss(a, b, -1), 0.96, atol=1e-12)
    assert np.isclose(cosine_embedding_loss(a, b, -1, margin=0.5), 0.46, atol=1e-12)
    assert np.allclose(cosine_embedding_loss_grad(a, b, 1)[0], [-0.0448, 0.0336])
    assert np.isclose(cosine_embedding_loss([1, 0], [1, 1], 1), 1 - 0.5**0.5)
    tiny = [1e-6, 0]
    assert np.isclose(cosine_embedding_loss(tiny, tiny, 1), 0.5)
    zero = np.zeros(2)
    assert cosine_embedding_loss(zero, a, 1) == 1
    assert np.isclose(np.linalg.norm(cosine_embedding_loss_grad(zero, a, 1)[0]), 1e6)
    opposite = cosine_embedding_loss_grad([1.0, 0], [-1.0, 0], 1)
    assert np.allclose(opposite, 0)
    assert np.isclose(cosine_embedding_loss([1.0, 0], [-1.0, 0], 1), 2)


def test_scikit_learn_agrees():
    x1, x2 = np.random.default_rng(5).normal(size=(2, 8, 5))
    cosines = np.diag(cosine_similarity(x1, x2))
    ours = cosine_embedding_loss(x1, x2, np.ones(8), reduction="none")
    assert np.allclose(ours, 1 - cosines, atol=1e-11)


def test_lists_and_numbers_take_the_dtype_of_the_first_input():
    x = np.ones((2, 3), np.float32)
    assert cosine_embedding_loss(x, [[1, 2, 3], [3, 2, 1]], [1, -1]).dtype == np.float32
    assert cosine_embedding_loss([1, 2], [2, 1], 1).dtype == np.float64
    whole = np.array([[3, 4]])
    assert np.isclose(cosine_embedding_loss(whole, [[0.4, 0.3]], [1]), 0.04)


X, Y = np.ones((2, 3)), np.ones(2)
REFUSED = [
    (TypeError, "input1", (X.astype("M8[s]"), X, Y), {}),
    (TypeError, "input2", (X, X.astype(str), Y), {}),
    (TypeError, "input1", (X.astype(np.longdouble), X, Y), {}),
    (ValueError, "target", (X, X, X), {}),
    (ValueError, "target", (X, X, Y[:, None]), {}),
    (ValueError, "target", (X, X, np.ones(3)), {}),
    (ValueError, "input1", (X, X, np.array(1)), {}),
    (ValueError, "input1", (X[0], X[0], Y), {}),
    (ValueError, "input2", (X, X[0], Y), {}),
    (ValueError, "input1", (np.array(1.0), np.array(1.0), np.array(1)), {}),
    (ValueError, "input1", (X[None], X[None], Y[None]), {}),
    (ValueError, "input2", (X, np.ones((2, 4)), Y), {}),
    (ValueError, "input2", (X, np.ones((3, 3)), Y), {}),
    (ValueError, "input1", ([[1.0], [1.0, 2.0]], X, Y), {}),
    (ValueError, "reduction", (X, X, Y), {"reduction": "x"}),
    (ValueError, "reduction", (X, X, Y), {"reduction": None}),
    (TypeError, "margin", (X, X, Y), {"margin": "a"}),
    (TypeError, "margin", (X, X, Y), {"margin": None}),
    (TypeError, "margin", (X, X, Y), {"margin": np.ones(2)}),
]


@pytest.mark.parametrize("function", BOTH)
@pytest.mark.parametrize(("error", "name", "args", "option"), REFUSED)
def test_refused_as_torch(function, error, name, args, option):
    plain = all(getattr(arg, "dtype", X.dtype).kind in "fi" for arg in args)
    refused = name if name != "input1" or len(np.shape(args[-1])) < 2 else "target"
    assert_refused(function, error, refused, args, option, by_torch=plain)


@pytest.mark.parametrize("whole", [0, 1])
def test_a_gradient_by_integers_is_refused(whole):
    pair = [X, X]
    pair[whole] = np.ones(X.shape, int)
    with pytest.raises(TypeError, match=f"input{whole + 1}.*받은"):
        cosine_embedding_loss_grad(*pair, Y)


vectors = arrays(np.float64, (3, 4), elements=st.floats(-10, 10).map(lambda v: round(v, 3)))
labels = arrays(np.int64, 3, elements=st.sampled_from([-1, 1]))


@given(vectors, vectors, labels, st.floats(-1, 1))
@settings(max_examples=50, deadline=None)
def test_symmetric_and_bounded(x1, x2, y, margin):
    ours = cosine_embedding_loss(x1, x2, y, margin, "none")
    assert np.allclose(ours, cosine_embedding_loss(x2, x1, y, margin, "none"), atol=1e-15)
    by_x1, by_x2 = cosine_embedding_loss_grad(x1, x2, y, margin)
    swapped = cosine_embedding_loss_grad(x2, x1, y, margin)
    assert np.allclose((by_x2, by_x1), swapped, rtol=1e-9, atol=1e-9)
    assert np.all((ours >= -1e-15) & (ours <= np.where(y == 1, 2, 1 - margin) + 1e-15))


@given(vectors, vectors, labels, st.floats(0.01, 100))
@settings(max_examples=50, deadline=None)
def test_length_changes_nothing_and_the_gradient_is_orthogonal(x1, x2, y, factor):
    x1, x2 = (x + np.where(np.abs(x).max(axis=1, keepdims=True) < 0.1, 1, 0) for x in (x1, x2))
    ours = cosine_embedding_loss(x1, x2, y, 0.1, "none")
    longer = cosine_embedding_loss(factor * x1, x2, y, 0.1, "none")
    assert np.allclose(ours, longer, atol=1e-6)
    by_x1, _ = cosine_embedding_loss_grad(x1, x2, y, 0.1)
    assert np.allclose(np.sum(by_x1 * x1, axis=1), 0, atol=1e-6)


@given(vectors, vectors)
@settings(max_examples=50, deadline=None)
def test_half_the_squared_distance_of_the_unit_vectors(x1, x2):
    x1, x2 = x1 + 20, x2 - 20
    u, v = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (x1, x2))
    ours = cosine_embedding_loss(x1, x2, np.ones(3), reduction="none")
    assert np.allclose(ours, 0.5 * np.sum((u - v) ** 2, axis=1), atol=1e-12)


@given(st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_gradients_are_finite_differences(seed):
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(2, 3, 4))
    y, h = np.array([1, -1, -1]), 1e-6
    gradients = cosine_embedding_loss_grad(*inputs, y, -1.5)
    for which, gradient in enumerate(gradients):
        for index in np.ndindex(gradient.shape):
            step = np.zeros_like(inputs)
            step[(which, *index)] = h
            rise = cosine_embedding_loss(*(inputs + step), y, -1.5) - cosine_embedding_loss(
                *(inputs - step), y, -1.5
            )
            assert np.isclose(rise / (2 * h), gradient[index], atol=1e-6)


BAD = np.array([[INF, -INF, NAN], [1e308, -1e308, 5e-324], [0, 0, 0]])
SIGNS = np.array([1, -1, 1])
SILENT = [(BAD, -BAD, SIGNS), (BAD, BAD[::-1], -SIGNS), (BAD[:0], BAD[:0], SIGNS[:0])]

RNG = np.random.default_rng(0)
LEFT, RIGHT = RNG.normal(size=(2, 8, 3))
SIGN = np.array([1, -1] * 4)
FAULT_CASES = [
    case(LEFT, RIGHT, SIGN, {"margin": 0.2}),
    case(LEFT, RIGHT, SIGN, {"margin": -0.3, "reduction": "sum"}),
    case(1e-6 * LEFT, 1e-6 * RIGHT, SIGN, {"reduction": "none"}),
    case(np.float32(1e-3 * LEFT), RIGHT, SIGN),
]
FAULTS = [
    ("1 - c, np.where", "c - 1, np.where"),
    ("1 - c, np.where", "c, np.where"),
    ("c - margin, 0)", "c + margin, 0)"),
    ("np.maximum(c - margin, 0)", "c - margin"),
    ("np.where(y[:, 0] == -1, apart, 0)", "0"),
    ("y[:, 0] == 1, 1 - c", "y[:, 0] == -1, 1 - c"),
    ("np.sqrt(square + EPSILON / unit / unit)", "np.sqrt(square)"),
    ("np.sqrt(square + EPSILON / unit / unit)", "np.maximum(np.sqrt(square), 1e-8)"),
    ("np.sqrt(square + EPSILON / unit / unit)", "np.sqrt(square) + EPSILON"),
    ("_dot(x1, x2) / (length1 * length2)", "_dot(x1, x2) / length1"),
    ("(y[:, 0] == -1) & (c >= margin)", "(y[:, 0] == -1)"),
    ("(y[:, 0] == -1) & (c >= margin)", "(y[:, 0] == -1) & (c < margin)"),
    ("y[:, 0] == 1, -1, apart", "y[:, 0] == 1, 1, apart"),
    ("by_c = scale * ", "by_c = "),
    ("column(along1 / unit1, dtype) * x1", "0 * x1"),
    ("along1, along2 = -by_c * c / length1**2", "along1, along2 = by_c * c / length1**2"),
    ("-by_c * c / length2**2", "-by_c * c / length1**2"),
    ("column(across / unit2, dtype) * x1", "column(across / unit2, dtype) * x2"),
    ("reduced_rows(loss, arrays, reduction", "reduced_rows(loss, arrays, 'sum'"),
    ("np.result_type(float_dtype(x1), float_dtype(x2))", "float_dtype(x1)"),
]
