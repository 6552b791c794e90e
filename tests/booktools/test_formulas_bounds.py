"""Mutants of inequalities and of edges: what needs no reason, and what must still be refuted."""

from __future__ import annotations

import numpy as np
import pytest

from booktools.formulas import Binding, Draw
from booktools.formulas.check import first_failure, problem
from booktools.formulas.mutants import survivors, unexplained


def binding(*, attained: bool = True) -> Binding:
    """The root of the mean square S, the mean size M and N; S = √N M with a single error."""

    def draw(rng: np.random.Generator, k: int) -> Draw:
        e = rng.normal(size=5 + k)
        if attained and k < 2:
            e = np.array([0.0, 0.0, 3.0]) if k == 0 else np.array([2.0, 2.0])
        root, mean = np.sqrt(np.mean(e**2)), np.mean(np.abs(e))
        return Draw({"S": root, "M": mean, "N": e.size})

    return Binding("bound", draw)


CHAIN = r"M \le S \le \sqrt{N} M"


def test_looser_bounds_need_no_reason():
    assert problem(CHAIN, binding()) is None
    assert survivors(CHAIN, binding()) == []


def test_a_tighter_bound_that_is_true_survives():
    assert "M + M" in survivors(r"S < \sqrt{N} M + M", binding())


@pytest.mark.parametrize("loose", [r"S \le N M + 1", r"S \le 2 \sqrt{N} M"])
def test_a_bound_that_is_never_attained_is_red(loose):
    assert problem(loose, binding()) is None
    assert any("no input attains equality" in line for line in unexplained(loose, binding()))


def test_bounds_are_asked_for_inputs_that_attain_them():
    lines = unexplained(CHAIN, binding(attained=False))
    assert sum("no input attains equality" in line for line in lines) == 2


def test_rounding_is_no_strict_inequality():
    draw = Draw({"a": 0.1 + 0.2, "b": 0.3, "c": 1e-13})
    assert first_failure("b < a", [draw]) is not None
    assert first_failure("0 < c", [draw]) is None


def pieces(latex: str, values: tuple[float, ...]) -> list[str]:
    """Survivors of a function of x with pieces 1 and x, at these values."""
    x = np.array(values)
    draw = Draw({"x": x, "f": np.maximum(x, 1.0), "g": np.where(x > 1, x, 0.0)}, {"n": x.size})
    return survivors(latex, Binding("pieces", lambda rng, k: draw))


MEETING = r"f_n = \begin{cases} x_n & x_n > 1 \\ 1 & \text{otherwise} \end{cases}"
JUMPING = r"g_n = \begin{cases} x_n & x_n > 1 \\ 0 & \text{otherwise} \end{cases}"


def test_an_edge_of_one_value_needs_no_reason_where_an_input_stands_on_it():
    assert pieces(MEETING, (0.5, 1.0, 1.5, 2.5)) == []
    assert any(r"x_n \ge 1" in name for name in pieces(MEETING, (0.5, 1.5, 2.5)))


def test_an_edge_with_a_jump_must_be_refuted():
    assert pieces(JUMPING, (0.5, 1.0, 1.5, 2.5)) == []
    assert any(r"x_n \ge 1" in name for name in pieces(JUMPING, (0.5, 1.5, 2.5)))
    draw = Draw({"x": np.array([1.0]), "g": np.array([0.0])}, {"n": 1})
    assert first_failure(JUMPING.replace(">", r"\ge"), [draw]) is not None


def test_a_reason_that_nothing_needs_is_red():
    listed = Binding("bound", binding().draw, survivors={r"S \le N M": "looser"})
    assert any("remove it" in line for line in unexplained(CHAIN, listed))


def test_messages_say_what_to_do():
    draw = Binding("bad", lambda rng, k: Draw({"x": np.ones(3), "f": None}, {"n": 3}))
    assert "does not fit its use" in str(problem("x_n = f + 1", draw))
    assert "add it to the symbols" in str(problem("x_n = q", draw))
    assert "add m to the indices" in str(problem(r"x_n = \sum_{m \ne n} x_m", draw))
    assert r"\mathbf 1[a = b]" in str(problem(r"x_n = [x_n = 1]", draw))
    assert unexplained("x_n = q", draw) != []
