"""What the grammar of formulas reads, each construct with a slip of the pen that is refuted."""

from __future__ import annotations

import numpy as np
import pytest

from booktools.formulas import Binding, Draw
from booktools.formulas.check import first_failure, problem
from booktools.formulas.mutants import survivors

X = np.array([1.0, 2.0, 3.5])
M = np.array([[1.0, 2.0, 3.5], [0.5, -1.0, 2.0]])


def fails(latex: str, draw: Draw) -> bool:
    return first_failure(latex, [draw]) is not None


@pytest.mark.parametrize("first", ["L", "L_w"])
def test_the_longest_bound_derivative_is_read_in_any_order(first):
    both = {r"\frac{\partial L}{\partial x}": X, r"\frac{\partial L_w}{\partial x}": 2 * X}
    names = sorted(both, key=lambda name: first + "}" not in name)
    draw = Draw({**{name: both[name] for name in names}, "x": X, "L": 1.0, "L_w": 7.0}, {"n": 3})
    assert not fails(r"\frac{\partial L_w}{\partial x_n} = 2 x_n", draw)
    assert not fails(r"\partial L_w / \partial x_n = 2 x_n", draw)
    assert not fails(r"\frac{\partial L}{\partial x_n} = x_n, \qquad L_w = 7 L", draw)
    assert fails(r"\frac{\partial L_w}{\partial x_n} = x_n", draw)


def test_second_and_mixed_derivatives_are_entries():
    hessian = np.arange(18.0).reshape(2, 3, 3)
    draw = Draw(
        {r"\frac{\partial^2 \ell}{\partial x \partial x}": hessian, "H": hessian,
         r"\frac{\partial^2 \ell}{\partial x^2}": X, "x": X, r"\frac{d\ell}{dz}": X,
         r"\frac{\partial \ell}{\partial w}": M, "M": M},
        {"n": 2, "i": 3, "j": 3},
    )  # fmt: skip
    mixed = r"\frac{\partial^2 \ell_n}{\partial x_{n,i} \partial x_{n,j}} = H_{n,i,j}"
    assert not fails(mixed, draw)
    assert fails(mixed.replace("H_{n,i,j}", "H_{n,j,i}"), draw)
    assert not fails(r"\frac{\partial^2 \ell_i}{\partial x_i^2} = x_i", draw)
    assert fails(r"\frac{\partial^2 \ell_i}{\partial x_i^2} = x_i^2", draw)
    assert not fails(r"\frac{d\ell_i}{dz_i} = x_i", draw)
    assert not fails(r"\frac{\partial \ell_n}{\partial w_j} = M_{n,j}", draw)


def test_the_number_of_a_sample_stands_before_the_index():
    draw = Draw({r"\frac{\partial \ell}{\partial x}": M, "M": M}, {"n": 3})
    latex = r"\frac{\partial \ell_n}{\partial x_{2,n}} = M_{2,n}"
    assert not fails(latex, draw)
    assert fails(latex.replace("M_{2", "M_{1"), draw)


@pytest.mark.parametrize("entry", ["M_{i,c}", "M_{ic}", "M_{i,c+1-1}"])
def test_the_index_of_a_sum_needs_no_range(entry):
    draw = Draw({"s": M.sum(axis=1), "C": 3, "M": M}, {"i": 2})
    latex = rf"s_i = \sum_{{c=1}}^{{C}} {entry}"
    assert not fails(latex, draw)
    assert fails(latex.replace("c=1", "c=2"), draw)
    total = Draw({"s": M.sum(), "J": {1, 2}, "C": 3, "M": M}, {})
    assert not fails(r"s = \sum_{i \in J} \sum_{c=1}^{C} M_{i,c}", total)
