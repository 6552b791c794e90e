"""triplet_margin_with_distance_loss: torch's with the same distance, its checks, its gradient."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lossbook import (
    triplet_margin_loss,
    triplet_margin_loss_grad,
    triplet_margin_with_distance_loss,
    triplet_margin_with_distance_loss_grad,
)
from lossbook.losses._blocks import collected
from tests.losses.against_torch import Case, assert_refused, differences, layouts, options

F = torch.nn.functional
INF, NAN = np.inf, np.nan
NAME = "triplet_margin_with_distance_loss"
BOTH = (triplet_margin_with_distance_loss, triplet_margin_with_distance_loss_grad)


def cosine(x, y):
    return 1 - np.vecdot(x, y) / (np.linalg.norm(x, axis=-1) * np.linalg.norm(y, axis=-1))


def cosine_grad(x, y, upstream):
    A, B = np.linalg.norm(x, axis=-1)[..., None], np.linalg.norm(y, axis=-1)[..., None]
    c, upstream = np.vecdot(x, y)[..., None] / (A * B), upstream[..., None]
    return -upstream * (y / B - c * x / A) / A, -upstream * (x / A - c * y / B) / B


def squared(x, y):
    return np.sum((x - y) ** 2, axis=-1)


def squared_grad(x, y, upstream):
    return (slope := 2 * (x - y) * upstream[..., None]), -slope


def manhattan(x, y):
    return np.abs(x - y).sum(axis=-1)


def manhattan_grad(x, y, upstream):
    return (slope := np.sign(x - y) * upstream[..., None]), -slope


def lopsided(x, y):
    """No metric: not symmetric, and not of one scale in both arguments."""
    return np.sum(x**2 - np.sin(x) * y, axis=-1)


def lopsided_grad(x, y, upstream):
    upstream = upstream[..., None]
    return upstream * (2 * x - np.cos(x) * y), -upstream * np.sin(x)


DISTANCES = {
    "cosine": (cosine, cosine_grad, lambda x, y: 1 - F.cosine_similarity(x, y, dim=-1)),
    "squared": (squared, squared_grad, lambda x, y: ((x - y) ** 2).sum(-1)),
    "manhattan": (manhattan, manhattan_grad, lambda x, y: (x - y).abs().sum(-1)),
    "lopsided": (lopsided, lopsided_grad, lambda x, y: (x**2 - x.sin() * y).sum(-1)),
}


def case(inputs, option=None, distance=None, **more):
    """A comparison with torch, whose distance is written in torch."""
    option = dict(option or {})
    if distance is None:
        return Case(NAME, tuple(inputs), option, by=(0, 1, 2), **more)
    ours, slope, theirs = DISTANCES[distance]

    def reference(a, p, n, distance_function, **rest):
        return F.triplet_margin_with_distance_loss(a, p, n, distance_function=theirs, **rest)

    option["distance_function"] = ours
    extra = {"distance_grad": slope}
    return Case(NAME, tuple(inputs), option, by=(0, 1, 2), reference=reference, extra=extra, **more)


def triplet(*shape, seed=0, dtype="float64"):
    rng = np.random.default_rng(seed)
    return tuple(np.asarray(rng.normal(size=shape)).astype(dtype) for _ in range(3))


CHOICES = {
    "margin": [None, 5, True, INF],
    "swap": [None, True],
    "reduction": [None, "mean", "sum", "none"],
}


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
@pytest.mark.parametrize("distance", [None, *DISTANCES])
@pytest.mark.parametrize(
    "shape", [(5,), (1, 1), (4, 1), (1, 3), (6, 4), (2, 3, 4), (0, 4)], ids=str
)
def test_as_torch(shape, distance, dtype):
    if distance == "cosine" and dtype == "float16":
        return  # torch's cosine similarity rounds twice
    problems = []
    for option in options(**CHOICES):
        inputs = triplet(*shape, dtype=dtype)
        problems += differences(case(inputs, option, distance, tolerance=4))
    assert problems == []


@pytest.mark.parametrize("distance", [None, *DISTANCES])
def test_layouts_as_torch(distance):
    for inputs in zip(*map(layouts, triplet(5, 4)), strict=True):
        assert differences(case(inputs, {"swap": True}, distance)) == []


@pytest.mark.parametrize("distance", [None, "squared", "lopsided"])
@pytest.mark.parametrize(
    "shapes",
    [((2, 3), (1, 3), (2, 3)), ((1, 3), (1, 3), (4, 3)), ((4, 3), (1, 3), (1, 3)),
     ((1, 4, 3), (2, 1, 3), (2, 4, 3)), ((1, 3), (0, 3), (1, 3))],
)  # fmt: skip
def test_broadcasting_warns_once_and_gives_torchs_number(shapes, distance):
    rng = np.random.default_rng(1)
    inputs = [rng.normal(size=shape) for shape in shapes]
    slope = unbroadcast(DISTANCES[distance][1]) if distance else None
    for option in options(swap=[False, True], reduction=["none", "mean", "sum"]):
        call = case(inputs, {"margin": 9, **option}, distance)
        if distance:
            call.extra["distance_grad"] = slope
        with pytest.warns(UserWarning, match=r"브로드캐스트.*anchor.*positive") as record:
            assert differences(call) == []
        assert len(record) == 2
    for function in BOTH:
        with pytest.warns(UserWarning, match="브로드캐스트") as record:
            function(*inputs)
        assert [warning.filename for warning in record] == [__file__]


def unbroadcast(slope):
    def wrapped(x, y, upstream):
        slopes = slope(*np.broadcast_arrays(x, y), upstream)
        return tuple(collected(g, like) for g, like in zip(slopes, (x, y), strict=True))

    return wrapped


@pytest.mark.parametrize("kind", ["int64", "uint8", "float32", "float16"])
def test_distances_of_any_number_as_torch(kind):
    def ours(x, y):
        return np.abs(x - y).sum(axis=-1).astype(kind)

    def theirs(x, y):
        return (x - y).abs().sum(-1).to(getattr(torch, kind))

    def reference(a, p, n, distance_function, **rest):
        return F.triplet_margin_with_distance_loss(a, p, n, distance_function=theirs, **rest)

    inputs = [4 * x for x in triplet(6, 4)]
    for option in options(**CHOICES | {"margin": [0.5, 3.0]}):  # torch: whole + whole is whole
        option["distance_function"] = ours
        call = Case(NAME, tuple(inputs), option, gradient=False, reference=reference)
        assert differences(call) == []


def test_images_may_have_one_distance_each():
    inputs = triplet(4, 3, 2, 2)
    terms = triplet_margin_with_distance_loss(
        *inputs, distance_function=lambda x, y: np.abs(x - y).max(axis=(1, 2, 3)), reduction="none"
    )
    assert terms.shape == (4,)


@pytest.mark.parametrize("kind", ["int64", "bool"])
def test_inputs_of_any_kind_reach_the_distance_as_they_are(kind):
    seen = []

    def hamming(x, y):
        seen.append((x.dtype, y.dtype))
        return (x != y).sum(axis=-1)

    inputs = [np.array(rows).astype(kind) for rows in ([[0, 1]], [[1, 1]], [[1, 0]])]
    assert triplet_margin_with_distance_loss(*inputs, distance_function=hamming) == 0
    assert {dtype for pair in seen for dtype in pair} == {np.dtype(kind)}
    with pytest.raises(TypeError, match=r"anchor.*받은 dtype"):
        triplet_margin_with_distance_loss_grad(
            *inputs, distance_function=hamming, distance_grad=manhattan_grad
        )


def test_swap_calls_the_distance_three_times():
    for swap, expected in ((False, 2), (True, 3), (1, 3)):
        pairs = []

        def distance(x, y, pairs=pairs):
            pairs.append((x.tolist(), y.tolist()))
            return manhattan(x, y)

        option = {"distance_function": distance, "swap": swap}
        triplet_margin_with_distance_loss([[0.0]], [[1.0]], [[2.0]], **option)
        assert pairs == [([[0]], [[1]]), ([[0]], [[2]]), ([[1]], [[2]])][:expected]


@pytest.mark.parametrize("swap", [False, True])
def test_the_default_is_the_triplet_margin_loss(swap):
    inputs = triplet(7, 3)
    ours = triplet_margin_with_distance_loss(*inputs, swap=swap, margin=2.0)
    assert ours == triplet_margin_loss(*inputs, 2.0, swap=swap)
    slopes = triplet_margin_with_distance_loss_grad(*inputs, swap=swap, margin=2.0)
    assert np.array_equal(slopes, triplet_margin_loss_grad(*inputs, 2.0, swap=swap))


def test_worked_numbers():
    a, p, n = [1.0, 0.0], [3.0, 4.0], [4.0, 3.0]
    ours = triplet_margin_with_distance_loss(a, p, n, distance_function=cosine, margin=0.5)
    assert np.isclose(ours, 0.7)
    a, p, n = [0.0, 0.0], [3.0, 4.0], [6.0, 0.0]
    distances = {
        3: manhattan, 1: lambda x, y: np.linalg.norm(x - y),
        0: lambda x, y: np.max(np.abs(x - y)),
    }  # fmt: skip
    for value, distance in distances.items():
        ours = triplet_margin_with_distance_loss(a, p, n, distance_function=distance, margin=2.0)
        assert np.isclose(ours, value, atol=1e-12)
    assert triplet_margin_with_distance_loss(a, p, n, distance_function=squared, margin=2.0) == 0


def test_a_similarity_makes_a_perfect_triplet_cost_two():
    perfect = [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]
    option = {"distance_function": lambda x, y: np.vecdot(x, y)}
    assert triplet_margin_with_distance_loss(*perfect, **option) == 2
    assert "거리" in triplet_margin_with_distance_loss.__doc__
    assert "유사도" in triplet_margin_with_distance_loss.__doc__


def test_scalars_and_lists():
    option = {"distance_function": lambda x, y: abs(float(x[0]) - float(y[0]))}
    assert triplet_margin_with_distance_loss([0], [3], [2.5], **option) == 1.5
    option = {"distance_function": lambda x, y: list(abs(x[:, 0] - y[:, 0]))}
    assert triplet_margin_with_distance_loss([[0], [1]], [[3], [1]], [[2], [9]], **option) == 1
    single = np.zeros((2, 1), np.float32)
    ours = triplet_margin_with_distance_loss(single, [[1], [2]], [[0], [0]], **option)
    assert ours.dtype == np.float32


def test_tie_of_both_negative_distances_as_torch():
    inputs = np.array([[0.0, 0]]), np.array([[2.0, 2]]), np.array([[1.0, 1]])
    for distance in ("squared", "manhattan"):
        assert differences(case(inputs, {"swap": True, "margin": 9.0}, distance)) == []


X = np.ones((2, 3))
WRONG = {
    "(N, 1)": lambda x, y: np.ones((2, 1)), "(N, N)": lambda x, y: np.ones((2, 2)),
    "number": lambda x, y: 1.0, "(D)": lambda x, y: np.ones(3),
    "(N, D)": lambda x, y: np.abs(x - y), "(1)": lambda x, y: np.ones(1),
}  # fmt: skip


@pytest.mark.parametrize("function", BOTH)
@pytest.mark.parametrize("shape", WRONG)
def test_a_distance_that_is_not_one_number_per_row_is_refused(function, shape):
    option = {"distance_function": WRONG[shape]}
    if function is triplet_margin_with_distance_loss_grad:
        option["distance_grad"] = manhattan_grad
    for swap in (False, True):
        with pytest.raises(ValueError, match=r"distance_function.*\(2,\).*받은 모양"):
            function(X, X, X, swap=swap, **option)


@pytest.mark.parametrize("value", [None, "a", 1j, np.ones(2, bool), np.ones(2, complex)])
def test_a_distance_that_is_no_number_is_refused(value):
    for function in BOTH:
        option = {"distance_function": lambda x, y: value}
        if function is triplet_margin_with_distance_loss_grad:
            option["distance_grad"] = manhattan_grad
        with pytest.raises(TypeError, match=r"distance_function.*받은 dtype"):
            function(X, X, X, **option)


def test_a_distance_may_add_up_later_axes():
    a, p, n = np.random.default_rng(0).normal(size=(3, 2, 4, 5))
    per_sample = triplet_margin_with_distance_loss(
        a, p, n, distance_function=lambda x, y: manhattan(x, y).sum(axis=-1), reduction="none"
    )
    gaps = np.abs(a - p).sum(axis=(1, 2)) - np.abs(a - n).sum(axis=(1, 2))
    np.testing.assert_allclose(per_sample, np.maximum(0, 1 + gaps))


def test_a_distance_without_its_gradient_is_refused():
    for distance_grad in (None, 3):
        with pytest.raises(TypeError, match=r"distance_grad.*받은 값"):
            triplet_margin_with_distance_loss_grad(
                X, X, X, distance_function=manhattan, distance_grad=distance_grad
            )
    with pytest.raises(TypeError, match=r"distance_function.*받은 값: None"):
        triplet_margin_with_distance_loss_grad(X, X, X, distance_grad=manhattan_grad)


@pytest.mark.parametrize(
    ("error", "slope"),
    [
        (TypeError, lambda x, y, upstream: np.ones((2, 3))),
        (TypeError, lambda x, y, upstream: (x, y, x)),
        (TypeError, lambda x, y, upstream: (x,)),
        (TypeError, lambda x, y, upstream: (x, None)),
        (ValueError, lambda x, y, upstream: (x, y[0])),
        (ValueError, lambda x, y, upstream: (x[:1], y)),
        (ValueError, lambda x, y, upstream: (np.concatenate([x, x]), y)),
        (ValueError, lambda x, y, upstream: (x, np.concatenate([y, y]))),
    ],
)
def test_a_gradient_of_the_wrong_form_is_refused(error, slope):
    with pytest.raises(error, match=r"distance_grad.*받은"):
        triplet_margin_with_distance_loss_grad(
            X, X, X, distance_function=manhattan, distance_grad=slope
        )


REFUSED = [
    (TypeError, "anchor", (X.astype(bool), X, X), {}),
    (ValueError, "positive", (X, X[0], X), {}),
    (ValueError, "negative", (X, X, X[None]), {}),
    (ValueError, "positive", (X, np.ones((3, 3)), X), {}),
    (ValueError, "positive", (X, np.ones((2, 4)), X), {}),
    (TypeError, "anchor", (X.astype(np.longdouble), X, X), {}),
    (ValueError, "margin", (X, X, X), {"margin": 0}),
    (ValueError, "margin", (X, X, X), {"margin": -1.0}),
    (TypeError, "margin", (X, X, X), {"margin": "a"}),
    (TypeError, "margin", (X, X, X), {"margin": None}),
    (ValueError, "reduction", (X, X, X), {"reduction": "x"}),
    (ValueError, "reduction", (X, X, X), {"reduction": None}),
    (TypeError, "distance_function", (X, X, X), {"distance_function": 3}),
]


@pytest.mark.parametrize("function", BOTH)
@pytest.mark.parametrize(("error", "name", "args", "option"), REFUSED)
@pytest.mark.filterwarnings("ignore:모양이 서로")
def test_refused_as_torch(function, error, name, args, option):
    assert_refused(function, error, name, args, option)
    if "distance_function" not in option and args[0].dtype == X.dtype and args[1].shape != (2, 4):
        own = {"distance_function": manhattan, **option}
        if function is triplet_margin_with_distance_loss_grad:
            own["distance_grad"] = manhattan_grad
        assert_refused(function, error, name, args, own, by_torch=False)


@given(st.integers(0, 10**6), st.booleans(), st.sampled_from(sorted(DISTANCES)))
@settings(max_examples=30, deadline=None)
def test_gradients_are_finite_differences(seed, swap, distance):
    inputs = np.random.default_rng(seed).normal(size=(3, 2, 3))
    function, slope, _ = DISTANCES[distance]
    option, h = {"margin": 50.0, "swap": swap, "distance_function": function}, 1e-6
    loss = triplet_margin_with_distance_loss
    gradients = triplet_margin_with_distance_loss_grad(*inputs, **option, distance_grad=slope)
    for which, gradient in enumerate(gradients):
        for index in np.ndindex(gradient.shape):
            step = np.zeros_like(inputs)
            step[(which, *index)] = h
            high, low = (loss(*(inputs + sign * step), **option) for sign in (1, -1))
            assert np.isclose((high - low) / (2 * h), gradient[index], atol=1e-4)


@given(st.integers(0, 10**6), st.floats(-5, 5))
@settings(max_examples=30, deadline=None)
def test_a_constant_in_the_distance_changes_nothing(seed, constant):
    inputs = triplet(4, 3, seed=seed)
    ours = triplet_margin_with_distance_loss(*inputs, distance_function=squared)
    moved = triplet_margin_with_distance_loss(
        *inputs, distance_function=lambda x, y: squared(x, y) + constant
    )
    assert np.isclose(ours, moved, atol=1e-12)


BAD = np.array([[INF, -INF, NAN], [1e308, -1e308, 5e-324], [0, 0, 0]])
SILENT = [(BAD, -BAD, BAD[::-1]), (BAD, BAD, BAD), (BAD[:0], BAD[:0], BAD[:0])]


def test_no_numpy_warning_escapes_from_the_distance():
    option = {"distance_function": cosine, "swap": True}
    for inputs in SILENT:
        triplet_margin_with_distance_loss(*inputs, **option)
        triplet_margin_with_distance_loss_grad(*inputs, **option, distance_grad=cosine_grad)


FAULT_CASES = [
    case(triplet(8, 3, seed=2), {"margin": 0.7}, "squared"),
    case(triplet(8, 3, seed=3), {"margin": 2.0, "swap": True, "reduction": "sum"}, "lopsided"),
    case(triplet(8, 3, seed=3), {"margin": 2.0, "reduction": "none"}, "lopsided"),
    case(triplet(8, 3, seed=4), {"margin": 2.0, "swap": True}),
]
FAULTS = [
    ("near, far = D(a, pos), D(a, neg)\n    if", "near, far = D(pos, a), D(a, neg)\n    if"),
    ("near, far = D(a, pos), D(a, neg)\n    if", "near, far = D(a, pos), D(neg, a)\n    if"),
    ("np.maximum(margin + near - far, 0)", "margin + near - far"),
    ("np.maximum(margin + near - far, 0)", "np.maximum(margin + far - near, 0)"),
    ("np.maximum(margin + near - far, 0)", "np.maximum(near - far - margin, 0)"),
    ("np.minimum(far, D(pos, neg))", "np.maximum(far, D(pos, neg))"),
    ("np.minimum(far, D(pos, neg))", "np.minimum(far, D(neg, pos))"),
    ("reduced(loss, (near, far), reduction", "reduced(loss, (near, far), 'mean'"),
    ("(terms >= 0)", "np.ones_like(terms)"),
    ("reduction_scale(reduction, terms.size)", "1"),
    ("collected(-upstream, far)", "collected(upstream, far)"),
    ("-upstream * share", "-upstream"),
    ("upstream * (share - 1)", "upstream * (1 - share)"),
    ("by_pos, by_neg = by_pos + by_pos_too, by_neg + by_neg_too", "pass"),
    ("by_a = by_a + by_a_too", "pass"),
    ("swap=bool(swap)", "swap=False"),
]
