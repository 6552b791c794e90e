"""What the tests of the losses of a prediction and a target of one shape share."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest
import torch

import lossbook
from lossbook.losses._blocks import BLOCK
from tests.losses.against_torch import TOLERANCE, Case, differences, layouts, torch_call

SHAPES = [(), (1,), (7,), (3, 1), (3, 4), (2, 3, 4), (0,), (0, 3)]
REDUCTIONS = ["none", "mean", "sum"]
FLOATS = ["float64", "float32", "float16"]
BROADCAST = [
    ((3, 1), (3,)), ((3,), (3, 1)), ((), (3,)), ((3,), ()), ((1,), (3,)), ((0,), (1,)),
    ((0, 1), (3,)), ((2, 1, 3), (4, 1)),
]  # fmt: skip
INF, NAN = np.inf, np.nan
BAD = np.array([[INF, -INF, NAN], [1e308, -1e308, 5e-324]])


def positive(seed: int, shape: tuple[int, ...], dtype: str = "float64") -> np.ndarray:
    """Return numbers between ½ and 2, which every loss of a pair takes."""
    return np.asarray(np.random.default_rng(seed).uniform(0.5, 2, shape)).astype(dtype)


def both(name: str) -> list[Callable[..., Any]]:
    return [getattr(lossbook, name), getattr(lossbook, f"{name}_grad")]


def assert_same(cases: Iterable[Case]) -> None:
    assert [text for case in cases for text in differences(case)] == []


def assert_broadcasts_with_one_warning(case: Case) -> None:
    """Value and gradient warn once each, at this line, and are torch's."""
    for function in both(case.name):
        with pytest.warns(UserWarning, match=r"(?s)input.*target.*브로드캐스트") as record:
            function(*case.args, **case.options)
        assert [warning.filename for warning in record] == [__file__]
    with pytest.warns(UserWarning, match="브로드캐스트") as record:
        assert_same([case])
    assert len(record) == 1 + case.gradient


def assert_layouts(name: str, count: int, options: dict[str, Any], **more: Any) -> None:
    """Read-only, Fortran, strided, reversed and byte-swapped arrays are as good as others."""
    arrays = [positive(seed, (4, 5, 6)) for seed in range(count)]
    for changed in zip(*map(layouts, arrays), strict=True):
        assert_same([Case(name, changed, options, **more)])
    reversed_arrays = [np.ascontiguousarray(array[::-1, ::-1])[::-1, ::-1] for array in arrays]
    swapped = [array.astype(">f8") for array in arrays]
    for function in both(name):
        expected = function(*arrays, **options)
        for changed in (reversed_arrays, swapped):
            found = function(*changed, **options)
            assert np.allclose(np.array(found), np.array(expected), rtol=1e-15)


def assert_blocks(name: str, count: int, options: Iterable[dict[str, Any]], **more: Any) -> None:
    """Arrays of more than one block: flat, with odd strides, and broadcast."""
    size = 2 * BLOCK + 7
    for option, dtype in itertools.product(options, FLOATS[:2]):
        flat = tuple(positive(seed, (size,), dtype) for seed in range(count))
        turned = tuple(positive(seed, (size // 3, 3), dtype).T for seed in range(count))
        assert_same(Case(name, args, option, **more) for args in (flat, turned))


def assert_lists(name: str, count: int, options: dict[str, Any]) -> None:
    """Lists are arrays of float64, or of the dtype of the input; numbers are arrays of no axis."""
    arrays = [positive(seed, (3,)) for seed in range(count)]
    narrow = arrays[0].astype(np.float32)
    for function in both(name):
        lists = function(*(array.tolist() for array in arrays), **options)
        assert np.array_equal(np.array(lists), np.array(function(*arrays, **options)))
        mixed = function(narrow, *(array.tolist() for array in arrays[1:]), **options)
        one = function(*(float(array[0]) for array in arrays), **options)
        for found in mixed if isinstance(mixed, tuple) else [mixed]:
            assert found.dtype == np.float32
        for found in one if isinstance(one, tuple) else [one]:
            assert found.dtype == np.float64
            assert np.size(found) == 1


def assert_mixed(case: Case) -> None:
    """The value is torch's as far as the narrowest dtype goes; torch's integers are float32."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found, theirs = getattr(lossbook, case.name)(*case.args, **case.options), torch_call(case)[0]
    assert (found.dtype, found.shape) == (theirs.dtype, theirs.shape)
    dtypes = [np.asarray(arg).dtype for arg in case.args]
    tolerance = max(TOLERANCE.get(dtype.name, 3e-5) for dtype in dtypes)
    found, theirs = found.astype(float), theirs.astype(float)
    assert np.allclose(found, theirs, rtol=tolerance, atol=tolerance, equal_nan=True)


def assert_finite_differences(
    name: str, args: tuple[np.ndarray, ...], options: dict[str, Any], rtol: float = 1e-6
) -> None:
    """The gradient of the sum, by each argument that has one, element by element."""
    loss, grad = both(name)
    gradients = grad(*args, **options)
    for index, found in enumerate(gradients if isinstance(gradients, tuple) else [gradients]):
        step = 1e-6 * max(1.0, float(np.max(np.abs(args[index]), initial=0)))
        for place in np.ndindex(args[index].shape):
            ends = []
            for sign in (1, -1):
                moved = [arg.copy() for arg in args]
                moved[index][place] += sign * step
                ends.append(np.sum(loss(*moved, **options)))
            slope = (ends[0] - ends[1]) / (2 * step)
            assert np.isclose(found[place], slope, rtol=rtol, atol=rtol * (1 + abs(ends[0])))


def torch_reduced(
    terms: torch.Tensor, weight: torch.Tensor | None, reduction: str, input: torch.Tensor
) -> torch.Tensor:
    """Reduce as the losses do that torch lacks: a mean over the weights of all terms."""
    if weight is not None:
        if weight.shape != input.shape:
            weight = weight.reshape(-1, *[1] * (input.ndim - 1))
        weight = weight.expand(torch.broadcast_shapes(weight.shape, terms.shape))
        terms = terms * weight
    if reduction == "none":
        return terms
    if reduction == "sum":
        return terms.sum()
    return terms.mean() if weight is None else terms.sum() / weight.sum()


def sample_weights(shape: tuple[int, ...], dtype: str) -> list[np.ndarray | None]:
    """Return no weight, one per element (of several dtypes), and one per sample."""
    element = positive(7, shape, dtype)
    whole = np.asarray(np.arange(element.size).reshape(shape) % 3)
    found = [None, element, element.astype("float64"), whole, whole > 0]
    return [*found, positive(8, shape[:1], dtype)] if shape else found[:-1]


def assert_own_dtypes(name: str) -> None:
    """Two floats give the wider one; integers and bools give way, and are float64 alone."""
    loss, grad = both(name)
    for left, right in itertools.product([*FLOATS, "int64", "uint8", "bool"], repeat=2):
        x, y = np.array([1, 1, 1]).astype(left), np.array([1, 1, 1]).astype(right)
        if left not in ("uint8", "bool"):
            x = x + np.array([0, 3, 1]).astype(left)
        floats = [array.dtype for array in (x, y) if array.dtype.kind == "f"]
        dtype = np.result_type(*floats) if floats else np.dtype(float)
        found, exact = loss(x, y), loss(x.astype(float), y.astype(float))
        assert found.dtype == dtype
        assert np.isclose(float(found), exact, rtol=2e-3)
        found, exact = grad(x, y), grad(x.astype(float), y.astype(float))
        assert found.dtype == (x.dtype if x.dtype.kind == "f" else dtype)
        assert np.allclose(found.astype(float), exact, rtol=2e-3)


ONES = np.ones((3, 2))
OWN_REFUSED = [
    (TypeError, "input", (ONES.astype("U1"), ONES), {}),
    (TypeError, "input", (ONES.astype(complex), ONES), {}),
    (TypeError, "target", (ONES, ONES.astype(complex)), {}),
    (TypeError, "weight", (ONES, ONES), {"weight": ONES.astype(complex)}),
    (ValueError, "target", (ONES, np.ones((2, 3))), {}),
    (ValueError, "target", (ONES, np.ones(3)), {}),
    (ValueError, "weight", (ONES, ONES), {"weight": np.ones(2)}),
    (ValueError, "weight", (ONES, ONES), {"weight": np.array(1.0)}),
    (ValueError, "weight", (ONES, ONES), {"weight": np.ones((3, 1))}),
    (ValueError, "weight", (ONES[0, 0], ONES[0, 0]), {"weight": np.ones(1)}),
]
OWN_REDUCTION = [
    (ValueError, "reduction", (ONES, ONES), {"reduction": "x"}),
    (ValueError, "reduction", (ONES, ONES), {"reduction": None}),
]
