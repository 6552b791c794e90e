"""The checkers of figures turn red on the faults they are for."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from booktools.figures import series
from booktools.figures.discover import call_problems, figures, untested
from booktools.figures.layout import color_problems, layout_problems
from lossbook import huber_loss, smooth_l1_loss
from lossbook.plots import style
from lossbook.plots.figure import figure, panel

ALT = "가로축은 오차, 세로축은 손실인 곡선 하나를 보여 주는 그림입니다."
ERROR = np.linspace(-3, 3, 61)


def draw(draw_more=lambda ax: None, function=huber_loss, swap=False, **changes):
    names = ("오차 e", "손실")[:: -1 if swap else 1]
    ax = panel(**{"title": "후버 손실", "xlabel": names[0], "ylabel": names[1], **changes})
    delta = {"delta": 2.0} if function is huber_loss else {"beta": 2.0}
    ax.plot(ERROR, function(ERROR, 0 * ERROR, reduction="none", **delta), label="후버")
    draw_more(ax)
    return figure(ax, alt=ALT)


def expected():
    inside = np.abs(ERROR) <= 2
    return np.where(inside, ERROR**2 / 2, 2 * (np.abs(ERROR) - 1))


def test_a_sound_figure():
    x, y = series(draw(), "후버", axes=("오차 e", "손실"))
    np.testing.assert_array_equal(x, ERROR)
    np.testing.assert_allclose(y, expected())
    assert layout_problems(draw()) == []
    assert color_problems(draw()) == []


def test_drawn_from_the_wrong_function():
    _, y = series(draw(function=smooth_l1_loss), "후버")
    with pytest.raises(AssertionError, match="Mismatched elements"):
        np.testing.assert_allclose(y, expected())


def test_swapped_axis_names():
    with pytest.raises(AssertionError, match="axes are named"):
        series(draw(swap=True), "후버", axes=("오차 e", "손실"))


def test_unknown_series():
    with pytest.raises(AssertionError, match="no series 'MSE'; it has"):
        series(draw(), "MSE")


def test_bars_and_points():
    def more(ax):
        ax.bar([0, 1], [3, 4], label="막대", width=0.5)
        ax.scatter([0, 1], [5, 6], label="점")
        ax.legend()

    made = draw(more)
    assert [list(each) for each in series(made, "막대")] == [[0, 1], [3, 4]]
    assert [list(each) for each in series(made, "점")] == [[0, 1], [5, 6]]


LAYOUT_FAULTS = {
    "leaves the panel": (lambda ax: None, {"title": "긴 제목 " * 12}),
    "overlap": (lambda ax: [ax.text(0, 1, "가나다"), ax.text(0.1, 1, "라마바")], {}),
    "the legend hides": (lambda ax: ax.legend(loc="center", prop={"size": 50}), {}),
}


@pytest.mark.parametrize("message", LAYOUT_FAULTS)
def test_layout_faults(message):
    draw_more, changes = LAYOUT_FAULTS[message]
    assert any(message in problem for problem in layout_problems(draw(draw_more, **changes)))


def test_wide_panels_are_checked_narrow_too():
    title = "긴 제목 " * 12
    problems = layout_problems(draw(title=title, wide=True))
    assert problems
    assert all("at 4.3 in" in problem for problem in problems)


COLOR_FAULTS = {
    "a black line": lambda ax: ax.plot([0, 1], color="black"),
    "a white bar": lambda ax: ax.bar([0], [1], color="white"),
    "a pale band": lambda ax: ax.fill_between([0, 1], [1, 1], color="lightyellow"),
    "pale points": lambda ax: ax.scatter([0], [1], color="#ffe680"),
    "coloured text": lambda ax: ax.text(0, 1, "글", color=style.BLUE),
    "white text on a pale box": lambda ax: ax.text(0, 1, "글", color="w", bbox={"fc": style.GOLD}),
}


@pytest.mark.parametrize("fault", COLOR_FAULTS)
def test_color_faults(fault):
    assert color_problems(draw(COLOR_FAULTS[fault]))


def test_heat_maps_bring_their_own_ground():
    def more(ax):
        ax.imshow(np.eye(3))
        ax.text(0, 1, "글", color="white")

    assert color_problems(draw(more)) == []


def test_readable_text_on_a_box():
    box = {"facecolor": style.BLUE}
    assert color_problems(draw(lambda ax: ax.text(0, 1, "글", color="white", bbox=box))) == []


@pytest.fixture
def module():
    made = ModuleType("lossbook.plots.invented")
    exec(
        "from lossbook.plots.figure import Figure, figure\n"
        "def losses() -> Figure: ...\n"
        "def family(delta) -> Figure: ...\n"
        "def helper(x): ...\n"
        "def _private() -> Figure: ...\n",
        made.__dict__,
    )
    return made


def test_figures_are_found(module):
    assert list(figures(module)) == ["losses", "family"]


def test_figure_with_a_required_argument(module):
    (problem,) = call_problems(module)
    assert "invented.family: argument 'delta' has no default" in problem


def test_figure_without_a_data_test(module, tmp_path):
    tests = tmp_path / "tests" / "chapters"
    assert len(untested(module, tests)) == 2
    (tests / "invented").mkdir(parents=True)
    (tests / "invented" / "test_figures.py").write_text("assert plots.losses()\n")
    (problem,) = untested(module, tests)
    assert "invented.family has no data test" in problem
