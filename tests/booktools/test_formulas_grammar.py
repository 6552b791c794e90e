"""What the grammar of formulas reads, each construct with a slip of the pen that is refuted."""

from __future__ import annotations

import numpy as np
import pytest

from booktools.formulas import Binding, Draw
from booktools.formulas.check import first_failure
from booktools.formulas.mutants import mutants, survivors

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


@pytest.mark.parametrize(
    "row",
    [
        r"+ \sum_{c=2}^{3} x_c", r"+ \mathbf 1[x_1 < x_2] (x_2 + x_3)",
        r"+ \begin{cases} x_2 + x_3 & x_1 = 1 \\ 0 & \text{otherwise} \end{cases}",
        r"&= \sum_{c \in \{1, 2, 3\}} x_c",
    ],
)  # fmt: skip
def test_only_outer_relations_begin_an_equation(row):
    latex = rf"\begin{{aligned}} r &= x_1 \\ {row} \end{{aligned}}"
    if "&=" in row:
        latex = latex.replace("x_1", r"\sum_{c=1}^{3} x_c", 1)
    assert not fails(latex, Draw({"r": 6.5, "x": X}))
    assert fails(latex.replace("x_2", "x_3").replace("c=2", "c=3").replace("3\\}", "2\\}"),
                 Draw({"r": 6.5, "x": X}))  # fmt: skip


def test_an_aligned_chain_of_inequalities():
    latex = r"""\begin{aligned}
        0 &\le \sum_{c=1}^{3} x_c \mathbf 1[x_c \ge 2]
        \\ &\le \sum_{c=1}^{3} x_c \end{aligned}"""
    assert not fails(latex, Draw({"x": X}))
    assert fails(latex.replace("x_c\n", "x_c^2\n"), Draw({"x": X})) is False
    assert fails(latex.replace(r"\ge 2]", r"\ge 2] + x_1^2 + 1"), Draw({"x": X}))


def test_a_left_side_may_stand_on_its_own_row():
    latex = r"\begin{aligned} & x_1 + x_2 \\ & = r \\ & \quad + 0 \cdot x_1 \end{aligned}"
    assert not fails(latex, Draw({"r": 3.0, "x": X}))
    assert fails(latex.replace("x_2", "x_3"), Draw({"r": 3.0, "x": X}))


SIGMA = r"\sigma"
SYMBOLS = {
    "x": X, "M": M, "m": 1.5, "u": np.array([3.0, 4.0]), "v": np.array([4.0, 3.0]), "Y": {1, 3},
    "y": np.array([1, 3, 2]), "C": 3, r"\lambda": 2.0, r"\hat y": X, r"\tilde v": 4.0,
    r"\operatorname{margin}": 1.5, r"\varepsilon": 0.01, "J": [{1, 2}, {3}], "k^*": 2,
    "p": np.array([0.5, 0.25, 0.25]), "q": np.array([0.25, 0.25, 0.5]),
    SIGMA: lambda t: 1 / (1 + np.exp(-t)), "d": lambda s, t: float(np.linalg.norm(s - t)),
    "D_{KL}": lambda p, q: float((p * np.log(p / q)).sum()), "A": np.array([[1.0, 2.0], [0.0, 1.0]]),
    r"\mathbb E": lambda z: float(np.mean(z)), r"\operatorname{Var}": lambda z: float(np.var(z)),
    "D": lambda t, s, k: t + 2 * s + k,
}  # fmt: skip
READ = {  # formula: (value, a slip of the pen)
    r"3! + \log(y_2!)": (6 + np.log(6), (r"y_2!", "y_2")),
    r"(m - x_1)_+ + (x_1 - m)_+": (0.5, ("- m)_+", "- m)")),
    r"\max\{0, m - x_1\}": (0.5, (r"\max", r"\min")),
    r"\lVert u - v + \varepsilon \mathbf 1 \rVert_2": ((0.99**2 + 1.01**2) ** 0.5, (r"\varepsilon", "C")),
    r"\lVert u - v \rVert_{\infty} + \| u \|_1": (8.0, (r"_{\infty}", "")),
    r"\lVert u - v \rVert_2^2": (2.0, ("^2", "")),
    r"u \cdot v": (24.0, (r"\cdot v", r"\cdot u")),
    r"u^\top v": (24.0, ("v", "u")),
    r"u^{\top} A v": (42.0, ("A", "")),
    r"u^T A^T A u + 0": (137.0, ("A^T", "")),
    r"\lVert u \odot v \rVert_1": (24.0, (r"\odot", "+")),
    r"\frac{\langle u, v \rangle}{\lVert u \rVert \lVert v \rVert}": (0.96, (r"\lVert v \rVert", "")),
    r"\cos^2(m) + \sin(0)": (np.cos(1.5) ** 2, ("^2", "")),
    r"\log^2 2": (np.log(2) ** 2, ("^2", "")),
    r"\operatorname{sign}(x_1 - x_2) \, \mathrm{sgn}(C)": (-1.0, ("x_2", "0")),
    r"\operatorname{softplus}(-x_1) + \mathrm{sp}(0)": (0.31326169 + np.log(2), ("-x", "x")),
    r"\ln \Gamma(4) + \tfrac12": (np.log(6) + 0.5, ("4", "3")),
    r"\sigma^2(x_1) + \sigma(-x_1)": (0.73105858**2 + 0.26894142, ("^2", "")),
    r"\mathbb 1_{x_1 < x_2} + \mathbf{1}_{\{x_1 > x_2\}}": (1.0, ("<", r"\ge")),
    r"\sum_{j=1,\, j \ne y_2}^{C} x_j": (3.0, ("y_2", "y_1")),
    r"\sum_{\substack{j=1 \\ j \ne y_2}}^{C} x_j": (3.0, (r"\ne", "=")),
    r"\sum_{i \in Y,\, j \notin Y} [1 - (x_i - x_j)]_+": (2.0, (r"\notin", r"\in")),
    r"\sum_{i \in Y} \sum_{j \notin Y} \max(0, 1 - (x_i - x_j))": (2.0, (r"i \in Y", r"i \in J_1")),
    r"\sum_{i \in J_1,\, i \ne 2} x_i": (1.0, (r"\ne", "=")),
    r"\sum_{j \in \{1, \dots, C\} \setminus Y} x_j": (2.0, (r"\setminus Y", "")),
    r"\sum_{j \in \{1, \dots, C\} \setminus \{y_2\}} x_j": (3.0, ("y_2", "y_1")),
    r"\sum_{k < k^*} x_k": (1.0, ("<", r"\le")),
    r"\sum_{i, j : i < j} x_i x_j": (12.5, ("<", r"\le")),
    r"\#\{k \notin Y : x_k > 1\} + |\{k : x_k > 1\}|": (3.0, ("> 1", "> 2")),
    r"\arg\max_{j} x_j + \operatorname*{arg\,min}_{j \ne 1} x_j": (5.0, (r"\ne", "=")),
    r"D_{KL}(p \| q) + D_{KL}(q \,\Vert\, p)": (0.34657359, ("p", "q")),
    r"\max(0, d(u, v) - d(u, u) + \mathrm{margin})": (2**0.5 + 1.5, ("- d(u, u)", "- d(v, u)")),
    r"D(x_1, x_2, C)": (8.0, ("x_1, x_2", "x_2, x_1")),
    r"\mathbb E[x] - \operatorname{Var}(u)": (X.mean() - 0.25, ("[x]", "[x^2]")),
    r"\hat{y}_1 + \widetilde{v}": (5.0, (r"y}_1", r"y}_2")),
    r"\begin{cases} x_1, & (y_1 = 1), \\ 0, & y_1 = 2. \end{cases}": (1.0, ("x_1", "x_2")),
    r"\begin{cases} x_2 & \text{if } y_1 = 2 \\ x_1 & \text{나머지} \end{cases}": (1.0, ("= 2", "= 1")),
    r"\sqrt[3]{8} + \lfloor 2.5 \rfloor \lceil m \rceil": (6.0, ("[3]", "")),
    r"\frac{\lambda^{y_2} e^{-\lambda}}{y_2!}": (8 * np.exp(-2) / 6, ("e^{-", "e^{")),
}  # fmt: skip


@pytest.mark.parametrize("latex", READ)
def test_reads(latex):
    value, (right, wrong) = READ[latex]
    draw = Draw({**SYMBOLS, "r": value}, {"i": 3, "j": 3, "k": 3})
    close = rf"\mathbf 1[|r - ({latex})| < 10^{{-7}}] = 1"
    assert not fails(close, draw)
    assert right in latex
    slip = close.replace(right, wrong, 1)
    assert slip != close
    assert fails(slip, draw)


def test_a_derivative_by_a_vector_in_bold():
    draw = Draw({r"\frac{\partial \ell}{\partial \mathbf u}": X, "x": X}, {"n": 3})
    assert not fails(r"\frac{\partial \ell}{\partial \mathbf u_n} = x_n", draw)
    assert fails(r"\frac{\partial \ell}{\partial \mathbf u_n} = x_1", draw)


def test_the_vector_of_ones_leaves_no_survivor():
    def draw(rng, k):
        a, p = rng.normal(size=(2, 4))
        return Draw({"a": a, "p": p, r"\varepsilon": 0.3, "d": np.linalg.norm(a - p + 0.3)})

    latex = r"d = \lVert a - p + \varepsilon \mathbf 1 \rVert_2"
    assert survivors(latex, Binding("distance", draw)) == []
    assert any(r"\varepsilon" not in m.name for m in mutants(latex, draw(np.random.default_rng(0), 0)))
