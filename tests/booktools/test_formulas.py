"""The reader of formulas: what it reads, what it refuses, and that no slip of the pen passes."""

from __future__ import annotations

import numpy as np
import pytest

import lossbook
from booktools.formulas import Binding, Draw, Table, numeric_claims
from booktools.formulas.check import first_failure, problem
from booktools.formulas.extract import displays_of
from booktools.formulas.mutants import mutants, survivors, unexplained
from booktools.formulas.tokens import FormulaError, equations

EDGE = (
    r"\ell_n = \begin{cases} 3 & x_n \le 1 \\ x_n & \text{otherwise} \end{cases}"  # unequal pieces
)


def value(latex: str, **symbols: object) -> object:
    """The value of the right side of `r = …`, found by asking whether it holds."""
    draw = Draw({**symbols, "r": 0.0}, {"n": 3, "j": 3})
    failure = first_failure(f"r = {latex} + 1000000", [draw])
    assert failure is not None
    return float(failure.rsplit(" ", 1)[1]) - 1_000_000


READ = {
    r"\frac12 + \frac{3}{4}": 1.25,
    r"2 \cdot 3 - 4 / 8": 5.5,
    r"\log e^{2}": 2.0,
    r"\ln\frac{1}{e}": -1.0,
    r"\sqrt{9} \cdot 2^3": 24.0,
    r"|{-3}| + [-2]_+ + [5]_+": 8.0,
    r"\max(1, \min(7, 4))": 4.0,
    r"\binom{5}{2} + \binom{1}{3}": 10.0,
    r"\sum_{n=1}^{3} n^2": 14.0,
    r"\sum_{n} x_n": 6.5,
    r"\sum_{j \ne 2} x_j": 4.5,
    r"\prod_{n=1}^{2} x_n": 2.0,
    r"\sum_{j \in J} x_j": 4.5,
    r"\max_{n} x_n": 3.5,
    r"\mathbf 1[x_1 < x_2, x_2 \ne 3]": 1.0,
    r"\begin{cases} 1 & x_1 > 2 \\ 7 & \text{그 밖의 경우} \end{cases}": 7.0,
    r"a_0(2) + a_1(2)": 2.0,
}


@pytest.mark.parametrize("latex", READ)
def test_reads(latex):
    x = np.array([1.0, 2.0, 3.5])
    table = Table(np.array([[1.0, 2.0]]), outside=0.0)
    assert value(latex, x=x, J={1, 3}, a=table) == pytest.approx(READ[latex], abs=1e-6)


@pytest.mark.parametrize(
    "latex",
    [
        r"r = q", r"r = x_4", r"r = x_0", r"r = \unknown{x}", r"r = x_1 + ", r"r = \frac{1}",
        r"r = \begin{cases} 1 & x_1 > 5 \end{cases}", r"x_1", r"r = x_n \# 2", r"r = \log x_1 x_2",
    ],
)  # fmt: skip
def test_refuses(latex):
    draw = Draw({"x": np.array([1.0, 2.0, 3.5]), "r": 0.0}, {"n": 3})
    with pytest.raises(FormulaError):
        first_failure(latex, [draw])


def cross_entropy_draw(rng: np.random.Generator, k: int) -> Draw:
    size, classes = 5, 3
    x = rng.normal(0, 2, (size, classes))
    y = np.array([0, 1, 2, 1, 0])
    w = np.array([0.5, 2.0, 3.3])
    epsilon = 0.37
    p = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
    options = {"weight": w, "label_smoothing": epsilon}
    one_hot = np.eye(classes)[y]
    return Draw(
        {
            "x": x, "y": y + 1, "w": w, r"\varepsilon": epsilon, "N": size, "C": classes, "p": p,
            r"\ell": lossbook.cross_entropy(x, y, w, reduction="none", label_smoothing=epsilon),
            "L": lossbook.cross_entropy(x, y, **options), "W": w.sum(),
            "D": w[y].sum(), r"\frac{\partial L}{\partial x}": lossbook.cross_entropy_grad(x, y, **options),
            "q": one_hot,
        },
        {"n": size, "c": classes, "j": classes},
    )  # fmt: skip


CROSS_ENTROPY = {
    "def": r"\ell_n = -(1-\varepsilon) w_{y_n} \log p_{n,y_n}"
           r" - \frac{\varepsilon}{C} \sum_{c=1}^{C} w_c \log p_{n,c}",
    "mean": r"L = \frac{\sum_{n=1}^{N} \ell_n}{\sum_{n=1}^{N} w_{y_n}}",
    "grad": r"\frac{\partial L}{\partial x_{n,j}} = \frac{1}{D} \left[ (1-\varepsilon) w_{y_n}"
            r" \left( p_{n,j} - \mathbf 1[j = y_n] \right)"
            r" + \frac{\varepsilon}{C} \left( W p_{n,j} - w_j \right) \right]",
}  # fmt: skip
PLANTED = {
    "lost minus": ("def", "-(1-", "(1-"),
    "lost 1/C": ("def", r"\frac{\varepsilon}{C}", r"\varepsilon"),
    "swapped fraction": ("def", r"\frac{\varepsilon}{C}", r"\frac{C}{\varepsilon}"),
    "wrong index range": ("def", r"\sum_{c=1}^{C}", r"\sum_{c=2}^{C}"),
    "wrong weight denominator": ("mean", r"\sum_{n=1}^{N} w_{y_n}}", r"N}"),
    "wrong gradient sign": ("grad", r"p_{n,j} - \mathbf 1", r"p_{n,j} + \mathbf 1"),
    "lost weight": ("grad", r"w_{y_n}", ""),
}


@pytest.mark.parametrize("name", CROSS_ENTROPY)
def test_cross_entropy_is_confirmed_and_every_mutant_dies(name):
    binding = Binding(name, cross_entropy_draw)
    assert problem(CROSS_ENTROPY[name], binding) is None
    assert len(list(mutants(CROSS_ENTROPY[name], binding.inputs()[0]))) > 20
    assert survivors(CROSS_ENTROPY[name], binding) == []


@pytest.mark.parametrize("fault", PLANTED)
def test_planted_fault_is_refuted(fault):
    name, right, wrong = PLANTED[fault]
    assert right in CROSS_ENTROPY[name]
    faulty = CROSS_ENTROPY[name].replace(right, wrong, 1)
    assert problem(faulty, Binding(name, cross_entropy_draw)) is not None


def edge_draw(rng: np.random.Generator, k: int) -> Draw:
    x = np.array([0.3, 1.0, 2.5, -1.0, 1.6, 2.0])
    return Draw({"x": x, r"\ell": np.where(x <= 1, 3.0, x)}, {"n": 6})


def test_less_for_less_or_equal_is_refuted_where_the_pieces_differ():
    binding = Binding("edge", edge_draw)
    assert problem(EDGE, binding) is None
    assert problem(EDGE.replace(r"\le", "<"), binding) is not None
    assert survivors(EDGE, binding) == []


def kind_draw(rng: np.random.Generator, k: int) -> Draw:
    return Draw({"x": np.array([2.0, 2.0]), "r": 4.0}, {"n": 2})


def test_kind_inputs_leave_survivors_that_must_be_explained():
    """x² and x·2 agree at 2: the input is too kind, and the check says so."""
    latex = "r = x_n^2"
    (survivor, *_) = survivors(latex, Binding("kind", kind_draw)) or [""]
    assert survivor == "" or unexplained(latex, Binding("kind", kind_draw))
    stale = Binding("kind", kind_draw, survivors={"x_n^7": "no such mutant lives"})
    assert any("dies" in line for line in unexplained(latex, stale))


def test_displays_are_found_with_their_marks():
    markdown = "a\n\n$$\nx = 1\n$$ (one)\n\n% derivation\n$$\ny\n$$\n\n```\n$$\nz\n$$\n```\n\n$$w$$\n"
    found = displays_of(markdown)
    assert [(d.latex, d.label, d.derivation, d.line) for d in found] == [
        ("x = 1", "one", False, 3), ("y", "", True, 8), ("w", "", False, 18),
    ]  # fmt: skip


def test_aligned_rows_continue_the_chain():
    rows = equations(r"\begin{aligned} a &= b \\ &= c \end{aligned} \qquad d = e")
    assert [[token.text for token in row] for row in rows] == [
        ["a", "=", "b", "=", "c"], ["d", "=", "e"],
    ]  # fmt: skip


def test_numeric_claims():
    right = r"$-\ln 0.51 = 0.6733$, $\ln\frac53 = 0.510826$, $|e| = 2$, $x = 3$, $2/4 = 0.5$"
    claims = numeric_claims(right)
    assert [claim.wrong for claim in claims] == ["", "", ""]
    (wrong,) = numeric_claims("한 줄\n\n" + r"$-\ln 0.51 = 0.6743$")
    assert wrong.wrong
    assert wrong.line == 3
    assert numeric_claims("`$1 = 2$`\n\n```\n$1 = 2$\n```\n") == []


def test_mutants_of_a_binomial_are_refuted():
    def draw(rng, k):
        n = int(rng.integers(4, 9))
        return Draw({"n": n, "A": n * (n - 1) * (n - 2) / 6}, {})

    assert problem(r"A = \binom{n}{3}", Binding("count", draw)) is None
    assert survivors(r"A = \binom{n}{3}", Binding("count", draw)) == []
    assert problem(r"A = \binom{3}{n}", Binding("count", draw)) is not None
