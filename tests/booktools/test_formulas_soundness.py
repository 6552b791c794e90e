"""What must not count as checked: nothing evaluated, nothing read, nothing changed."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest

import lossbook
from booktools.formulas import Binding, Draw, Table
from booktools.formulas.check import first_failure, problem
from booktools.formulas.extract import displays_of
from booktools.formulas.mutants import mutants, survivors
from booktools.formulas.tokens import FormulaError

X = np.array([1.0, 2.0, 3.5])


def always(**symbols: object) -> Binding:
    return Binding("a", lambda rng, k: Draw(symbols, {"n": 3, "j": 3}))


def test_nan_confirms_nothing():
    assert first_failure(r"r = \log(-1)", [Draw({"r": float("nan")})]) is not None


def test_an_empty_range_or_no_input_is_refused():
    with pytest.raises(FormulaError):
        first_failure("x_n = 7", [Draw({"x": X}, {"n": range(2, 2)})])
    with pytest.raises(FormulaError):
        first_failure("x_n = 7", [])


def test_a_row_without_relation_continues_only_behind_an_operator():
    assert first_failure(r"r = 1 \\ + 2", [Draw({"r": 3.0})]) is None
    with pytest.raises(FormulaError):
        first_failure(r"r = 3 \\ x_2", [Draw({"r": 6.0, "x": X}, {"n": 3})])


@pytest.mark.parametrize(
    "markdown",
    [
        "   $$\n   x = 1\n   $$ (one)\n", "$$\nx = 1\n$$ (eq:one)\n\n$$\ny\n$$ (two)\n",
        "$$ x = 1\n+ 2 $$ (one)\n", "$$\nx = 1\n", "> $$\n> x = 1\n> $$\n",
        "곧 $$x = 1$$ 입니다.\n",
    ],
)  # fmt: skip
def test_a_display_that_is_not_read_is_refused(markdown):
    with pytest.raises(ValueError, match="line "):
        displays_of(markdown)


def test_names_in_a_font_and_families_of_sets_are_read():
    draw = Draw({r"\mathcal B^{-1}(z)": {1, 3}, "J": [{1, 2}, {3}, {1, 3}], "x": X, "r": 4.5,
                 "s": np.array([3.0, 3.5, 4.5])}, {"n": 3, "j": 3})  # fmt: skip
    assert first_failure(r"r = \sum_{j \in \mathcal B^{-1}(z)} x_j", [draw]) is None
    assert first_failure(r"s_n = \sum_{j \in J_n} x_j", [draw]) is None


def test_a_sum_gives_a_bound_symbol_back():
    draw = Draw({"r": 3.0, "x": 0.0, "S": {1, 2}})
    assert first_failure(r"r = \sum_{x \in S} x + x", [draw]) is None


def test_a_shifted_bound_is_evaluated():
    """Refuted by its value, not because it cannot be read."""
    draw = Draw({"x": X, "r": 3.0, "N": 2}, {"n": 3})
    (shifted,) = [m for m in mutants(r"r = \sum_{n=1}^{N} x_n", draw) if "{N + 1}" in m.name]
    failure = first_failure(shifted.rows, [draw])
    assert failure is not None
    assert "6.5" in failure


def test_rounding_and_tautologies_leave_no_survivor():
    assert survivors("L = 0.1 + 0.2 = 0.3", always(L=0.3)) == []
    assert survivors(r"\ell = x", always(x=1.5, **{r"\ell": 1.5})) == []


# CTC, from its definition: labels 1..C with the blank in the middle, all paths enumerated.

BLANK, CLASSES = 2, 4


def collapse(path: tuple[int, ...]) -> tuple[int, ...]:
    runs = [k for t, k in enumerate(path) if t == 0 or path[t - 1] != k]
    return tuple(k for k in runs if k != BLANK)


def ctc_draw(rng: np.random.Generator, number: int) -> Draw:
    z, size = [((1, 3), 5), ((3, 3), 5), ((4,), 4), ((1, 3, 1), 5)][number]
    p = rng.dirichlet(np.ones(CLASSES), size)
    states = [BLANK, *(s for label in z for s in (label, BLANK))]
    ends = {len(states) - 1, len(states) - 2}

    def legal(path: tuple[int, ...]) -> bool:
        return all(b - a in (0, 1) or (b - a == 2 and states[b] not in (BLANK, states[a]))
                   for a, b in pairwise(path))  # fmt: skip

    alpha, beta = np.zeros((2, size, len(states)))
    for t in range(size):
        for path in filter(legal, product(range(len(states)), repeat=t + 1)):
            if path[0] < 2:
                alpha[t, path[-1]] += np.prod([p[i, states[s] - 1] for i, s in enumerate(path)])
        for path in filter(legal, product(range(len(states)), repeat=size - t)):
            if path[-1] in ends:
                after = [p[t + i, states[s] - 1] for i, s in enumerate(path) if i]
                beta[t, path[0]] += np.prod(after)
    paths = {
        path for path in product(range(1, CLASSES + 1), repeat=size) if collapse(path) == z
    }
    weights = {path: np.prod([p[t, k - 1] for t, k in enumerate(path)]) for path in paths}
    total = sum(weights.values())
    gamma = np.zeros((size, CLASSES))
    for path, weight in weights.items():
        for t, k in enumerate(path):
            gamma[t, k - 1] += weight / total
    call = (np.log(p)[:, None], np.array([z]) - 1, np.array([size]), np.array([len(z)]))
    options = {"blank": BLANK - 1, "reduction": "sum"}
    return Draw(
        {
            "p": Table(p, outside=0.0), "z": np.array(z),
            "z'": Table(np.array(states), outside=-1.0),
            r"\alpha": Table(alpha, outside=0.0), r"\beta": Table(beta, outside=0.0),
            r"\gamma": Table(gamma), r"\varnothing": BLANK, "U": len(z), "T": size,
            r"\mathcal B^{-1}(z)": paths, r"p(z \mid X)": total,
            r"\ell": float(lossbook.ctc_loss(*call, **options)),
            r"\frac{\partial \ell}{\partial x}": lossbook.ctc_loss_grad(*call, **options)[:, 0],
        },
        {"t": range(2, size), "s": len(states), "k": CLASSES},
    )  # fmt: skip


STEP = r"\mathbf 1[z'_s \ne \varnothing, z'_s \ne z'_{s-2}]"
ALPHA = (
    r"\alpha_t(s) = p_t(z'_s) \big[ \alpha_{t-1}(s) + \alpha_{t-1}(s-1) + "
    + STEP + r"\, \alpha_{t-1}(s-2) \big]"
)  # fmt: skip
CTC = {
    "definition": r"\ell = -\log \sum_{\pi \in \mathcal B^{-1}(z)} \prod_{t=1}^{T} p_t(\pi_t)",
    "start": r"\alpha_1(1) = p_1(\varnothing), \qquad \alpha_1(2) = p_1(z_1)",
    "alpha": ALPHA,
    "beta": r"\beta_t(s) = p_{t+1}(z'_s) \beta_{t+1}(s) + p_{t+1}(z'_{s+1}) \beta_{t+1}(s+1)"
            r" + \mathbf 1[z'_s \ne \varnothing, z'_s \ne z'_{s+2}]"
            r" p_{t+1}(z'_{s+2}) \beta_{t+1}(s+2)",
    "end": r"\ell = -\log\left( \alpha_T(2U+1) + \alpha_T(2U) \right)",
    "posterior": r"\gamma_t(k) = \frac{1}{p(z \mid X)} \sum_{s : z'_s = k} \alpha_t(s) \beta_t(s)",
    "gradient": r"\frac{\partial \ell}{\partial x_{t,k}} = p_t(k) - \gamma_t(k)",
}  # fmt: skip
# A blank's second neighbour is a blank, so that "not blank" follows from "not the same", but for
# the first and last state, whose second neighbour lies outside, where α and β are 0.
EQUIVALENT = {"alpha", "beta"}


@pytest.mark.parametrize("name", CTC)
def test_ctc_is_confirmed_and_its_mutants_die(name):
    binding = Binding(name, ctc_draw)
    assert problem(CTC[name], binding) is None
    living = survivors(CTC[name], binding)
    assert len(living) == (name in EQUIVALENT)
    assert all(r"z '_s \ne \varnothing" not in mutant for mutant in living)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("s-2", "s-1"), (r"\ne \varnothing", r"= \varnothing"), ("+", "-"), ("t-1", "t"),
        (", z'_s \\ne z'_{s-2}", ""), (STEP, ""), (r"p_t(z'_s)", ""),
    ],
)  # fmt: skip
def test_a_planted_fault_in_the_recursion_is_refuted(right, wrong):
    assert right in ALPHA
    assert problem(ALPHA.replace(right, wrong, 1), Binding("alpha", ctc_draw)) is not None
