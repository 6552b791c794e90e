"""nll_loss against torch, on its edges, on the worked numbers, and as mathematics."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lossbook import cross_entropy, cross_entropy_grad, nll_loss, nll_loss_grad
from tests.losses.against_torch import Case, differences, layouts, options, tensor

INF, NAN = np.inf, np.nan
SHAPES = [(4,), (1, 4), (3, 4), (5, 1), (3, 4, 2), (3, 4, 4), (2, 4, 2, 3), (0, 4), (3, 4, 0)]


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_as_torch(shape, dtype):
    rng = np.random.default_rng(0)
    classes = shape[min(1, len(shape) - 1)]
    x = rng.normal(size=shape).astype(dtype)
    y = rng.integers(0, classes, shape[:1] * (len(shape) > 1) + shape[2:])
    problems = []
    for option in options(
        weight=[None, rng.uniform(0.5, 2, classes).astype(dtype)],
        ignore_index=[None, 0, classes - 1],
        reduction=[None, "mean", "sum", "none"],
    ):
        problems += differences(Case("nll_loss", (x, np.asarray(y)), option))
    assert problems == []


def test_layouts_as_torch():
    rng = np.random.default_rng(2)
    x, y, weight = rng.normal(size=(3, 4, 2)), rng.integers(0, 4, (3, 2)), rng.uniform(size=4)
    for a, b, w in zip(layouts(x), layouts(y), layouts(weight), strict=True):
        assert differences(Case("nll_loss", (a, b), {"weight": w})) == []


EDGES = [
    ([[NAN, 2], [1, 1]], [-100, 0], {}),
    ([[NAN, 2], [1, 1]], [1, 0], {}),
    ([[NAN, 2], [1, 1]], [0, 0], {}),
    ([[-INF, 2], [1, 1]], [0, 0], {}),
    ([[-INF, 2], [1, 1]], [0, 0], {"weight": [0.0, 1], "reduction": "none"}),
    ([[1, 2], [1, 1]], [0, -100], {"weight": [0.0, 1]}),
    ([[1, 2], [1, 1]], [0, 1], {"weight": [0.0, 1]}),
    ([[1, 2], [1, 1]], [1, -100], {"weight": [NAN, 1]}),
    ([[1, 2], [1, 1]], [1, 0], {"weight": [INF, 1]}),
    ([[1, 2], [1, 1]], [-100, -100], {}),
    ([[1, 2], [1, 1]], [-100, -100], {"reduction": "sum"}),
    ([[1, 2], [1, 1]], [7, 1], {"ignore_index": 7}),
    ([1, 2], 1, {"reduction": "none"}),
    ([1, 2], -100, {}),
    (np.zeros((0, 0)), np.zeros(0, int), {}),
    (np.zeros((2, 0)), [-100, -100], {}),
    (np.zeros((0, 3, 2)), np.zeros((0, 2), int), {"reduction": "sum"}),
]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("x", "target", "option"), EDGES)
def test_edges_as_torch(x, target, option, dtype):
    option = dict(option)
    if "weight" in option:
        option["weight"] = np.array(option["weight"], dtype)
    assert differences(Case("nll_loss", (np.array(x, dtype), np.array(target)), option)) == []


@pytest.mark.parametrize("reduction", ["none", "mean"])
def test_one_label_in_a_vector(reduction):
    """torch takes the pair forward only; the gradient is that of the label alone."""
    x, y, option = np.array([0.0, 2]), np.array([1]), {"reduction": reduction}
    assert differences(Case("nll_loss", (x, y), option, gradient=False)) == []
    assert np.array_equal(nll_loss_grad(x, y, **option), nll_loss_grad(x, 1, **option))


def test_uint8_labels():
    x = np.random.default_rng(3).normal(size=(3, 4))
    y = np.array([0, 255, 3], np.uint8)
    assert differences(Case("nll_loss", (x, y), {"ignore_index": 255})) == []


def test_worked_numbers():
    log_p = np.log([[0.5, 0.25, 0.25], [0.1, 0.8, 0.1], [0.25, 0.25, 0.5]])
    terms = nll_loss(log_p, [0, 1, 2], reduction="none")
    assert np.allclose(terms, [0.693147, 0.223144, 0.693147], atol=5e-7)
    assert round(float(nll_loss(log_p, [0, 1, 2])), 6) == 0.536479
    assert round(float(nll_loss(log_p, [0, 1, 2], weight=[1, 2, 4])), 6) == 0.558860
    assert round(float(nll_loss(log_p, [0, 1, 2], ignore_index=1)), 6) == 0.693147
    assert round(float(np.exp(nll_loss(log_p, [0, 1, 2]))), 4) == 1.7100
    assert round(float(nll_loss(np.exp(log_p), [0, 1, 2])), 4) == -0.6
    two = np.log([[0.2, 0.8], [0.2, 0.8]])
    assert round(float(nll_loss(two, [0, 1], weight=[3, 1])), 6) == 1.262864


def test_cross_entropy_is_nll_of_log_softmax():
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(5, 4)), rng.integers(0, 4, 5)
    p = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
    assert np.isclose(nll_loss(np.log(p), y), cross_entropy(x, y), atol=1e-14)
    upstream = nll_loss_grad(np.log(p), y)
    through = upstream - p * upstream.sum(axis=1, keepdims=True)
    assert np.allclose(through, cross_entropy_grad(x, y), atol=1e-15)


def test_gradient_is_the_finite_difference():
    rng = np.random.default_rng(5)
    x, y, weight = rng.normal(size=(2, 3, 2)), rng.integers(0, 3, (2, 2)), np.array([1.0, 2, 4])
    gradient = nll_loss_grad(x, y, weight, ignore_index=int(y[0, 0]))
    for index in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[index] = 0.5
        rise = nll_loss(x + step, y, weight, int(y[0, 0])) - nll_loss(
            x - step, y, weight, int(y[0, 0])
        )
        assert np.isclose(rise, gradient[index], atol=1e-14)


X = np.zeros((3, 4))
Y = np.array([0, 1, 2])
REFUSED = [
    (TypeError, "input", (X.astype(int), Y), {}),
    (ValueError, "input", (np.array(1.0), np.array(0)), {}),
    (TypeError, "target", (X, Y.astype(np.int32)), {}),
    (TypeError, "target", (X, X), {}),
    (TypeError, "target", (np.zeros((2, 3, 4)), np.zeros((2, 4), np.uint8)), {}),
    (ValueError, "target", (X, Y[:2]), {}),
    (ValueError, "target", (X, Y[:, None]), {}),
    (ValueError, "target", (X[:1], np.array(0)), {}),
    (ValueError, "target", (np.zeros(4), np.zeros(4, int)), {}),
    (IndexError, "target", (X, np.array([0, 1, 4])), {}),
    (IndexError, "target", (np.zeros((1, 4, 1)), np.array([[-1]])), {}),
    (ValueError, "weight", (X, Y), {"weight": np.ones(3)}),
    (TypeError, "weight", (X, Y), {"weight": np.ones(4, np.float32)}),
    (TypeError, "ignore_index", (X, Y), {"ignore_index": 1.0}),
    (ValueError, "reduction", (X, Y), {"reduction": "avg"}),
]


@pytest.mark.parametrize("function", [nll_loss, nll_loss_grad])
@pytest.mark.parametrize(("error", "name", "args", "option"), REFUSED)
def test_refused_as_torch(function, error, name, args, option):
    with pytest.raises(error, match=rf"{name}.*받은"):
        function(*args, **option)
    tensors = {key: tensor(value) for key, value in option.items()}
    with pytest.raises((RuntimeError, ValueError, TypeError, IndexError)):
        torch.nn.functional.nll_loss(*map(torch.from_numpy, args), **tensors)


BAD = np.array([[INF, -INF, NAN], [1e308, -1e308, 5e-324]])
SILENT = [(BAD, [0, 1]), (BAD[:0], np.zeros(0, int))]

RNG = np.random.default_rng(0)
LABELS = np.array([[1, 3], [0, 2], [3, 1]])
PLAIN = {"weight": RNG.uniform(0.5, 2, 4), "ignore_index": 3}
FAULT_CASES = [
    Case("nll_loss", (RNG.normal(size=(3, 4, 2)), LABELS), {**PLAIN, "reduction": reduction})
    for reduction in ("mean", "none")
]
FAULTS = [
    ("-w[y] * at(x, y)", "w[y] * at(x, y)"),
    ("-w[y] * at(x, y)", "-at(x, y)"),
    ("np.where(kept, -w[y] * at(x, y), 0)", "-w[y] * at(x, y)"),
    ("weight_sum(None if weight is None else w, y, kept)", "float(np.sum(kept))"),
    ("weight_sum(None if weight is None else w, y, kept)", "weight_sum(w, y, True)"),
    ("-w[y] * reduction_scale", "w[y] * reduction_scale"),
    ("-w[y] * reduction_scale(reduction, total)", "-w[y]"),
    ("np.where(kept, -w[y] * reduction_scale(reduction, total), 0)", "-w[y] * reduction_scale(reduction, total)"),
]
