"""The one comparison of lossbook with torch.nn.functional that all tests of the losses share."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch

import lossbook

REFUSALS = (RuntimeError, ValueError, TypeError, IndexError, NotImplementedError)
TOLERANCE = {"float64": 1e-12, "float32": 3e-5, "float16": 4e-3}


@dataclass(frozen=True)
class Case:
    """One call: positional and keyword arguments as NumPy arrays, lists and numbers.

    `gradient` compares the gradients by the arguments at `by` (False where torch has none);
    `reference` stands for torch's function where torch has none of that name;
    `extra` are further arguments of our gradient function.
    """

    name: str
    args: tuple[Any, ...]
    options: dict[str, Any] = field(default_factory=dict)
    gradient: bool = True
    tolerance: float = 1.0
    by: tuple[int, ...] = (0,)
    reference: Callable[..., torch.Tensor] | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        shapes = [
            f"{arg.dtype}{arg.shape}" if isinstance(arg, np.ndarray) else arg for arg in self.args
        ]
        return f"{self.name}{tuple(shapes)}, {self.options}"


def tensor(value: Any) -> Any:
    return torch.from_numpy(np.array(value)) if isinstance(value, np.ndarray) else value


def torch_call(case: Case) -> list[np.ndarray]:
    """Return torch's value, then the gradients of its sum by the arguments at `case.by`."""
    function = case.reference or getattr(torch.nn.functional, case.name)
    args = [tensor(arg) for arg in case.args]
    options = {key: tensor(value) for key, value in case.options.items()}
    leaves = [args[index].requires_grad_() for index in case.by if case.gradient]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = function(*args, **options)
        if leaves:
            value.sum().backward()
    return [value.detach().numpy(), *(leaf.grad.numpy() for leaf in leaves)]


def our_call(case: Case, module: Any = lossbook) -> list[Any]:
    """Return the value of `module`, then its gradients."""
    found = [getattr(module, case.name)(*case.args, **case.options)]
    if case.gradient:
        options = case.options | case.extra
        gradients = getattr(module, f"{case.name}_grad")(*case.args, **options)
        found += gradients if isinstance(gradients, tuple) else [gradients]
    return found


def differences(case: Case, module: Any = lossbook) -> list[str]:
    """Say where `module` and torch differ on `case`: value, gradients, shape, dtype, inputs."""
    expected = torch_call(case)
    given = (*case.args, *case.options.values())
    before = [np.array(value) for value in given if isinstance(value, np.ndarray)]
    found = our_call(case, module)
    after = [value for value in given if isinstance(value, np.ndarray)]
    problems = []
    for old, new in zip(before, after, strict=True):
        if not np.array_equal(old, new, equal_nan=old.dtype.kind == "f"):
            problems.append(f"{case}: an input was modified")
    names = ["value", *(f"gradient by argument {index}" for index in case.by if case.gradient)]
    for what, ours, theirs in zip(names, found, expected, strict=True):
        problems += [f"{case}: {what} {text}" for text in _compare(case, ours, theirs)]
    return problems


def assert_refused(
    function: Callable[..., Any],
    error: type[Exception],
    argument: str,
    args: tuple[Any, ...],
    options: dict[str, Any],
    by_torch: bool = True,
) -> None:
    """lossbook names the argument, what was given and what is allowed; torch refuses too."""
    with pytest.raises(error, match=rf"(?s){argument}.*받은"):
        function(*args, **options)
    plain = all(isinstance(a, np.ndarray) and a.dtype.char not in "gU" for a in args)
    if by_torch and plain:
        name = function.__name__.removesuffix("_grad")
        tensors = {key: tensor(value) for key, value in options.items()}
        with pytest.raises(REFUSALS):
            getattr(torch.nn.functional, name)(*map(torch.from_numpy, args), **tensors)


def _compare(case: Case, ours: Any, theirs: np.ndarray) -> Iterator[str]:
    if ours.dtype != theirs.dtype:
        yield f"dtype {ours.dtype}, torch {theirs.dtype}"
    if ours.shape != theirs.shape:
        yield f"shape {ours.shape}, torch {theirs.shape}"
        return
    dtypes = [np.asarray(arg).dtype for arg in (*case.args[:1], ours, theirs)]
    floats = [dtype for dtype in dtypes if dtype.kind == "f"]
    narrow = min(floats or dtypes, key=lambda dtype: dtype.itemsize)
    tolerance = case.tolerance * TOLERANCE.get(narrow.name, 0)
    if not np.allclose(ours, theirs, rtol=tolerance, atol=tolerance, equal_nan=True):
        yield f"{ours!r}, torch {theirs!r}"


def options(**choices: list[Any]) -> Iterator[dict[str, Any]]:
    """Yield every combination of the choices; None leaves the option out."""
    for values in product(*choices.values()):
        pairs = zip(choices, values, strict=True)
        yield {key: value for key, value in pairs if value is not None}


def layouts(array: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the same array contiguous and read-only, in Fortran order, and strided."""
    frozen = array.copy()
    frozen.setflags(write=False)
    yield frozen
    yield np.asfortranarray(array)
    wide = np.repeat(array, 2, axis=-1) if array.ndim else array
    yield wide[..., ::2] if array.ndim else wide
