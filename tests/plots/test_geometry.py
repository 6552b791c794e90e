"""Arrows and circles: shapes, ends, and heads that never outgrow their arrow."""

from __future__ import annotations

import numpy as np
import pytest

from lossbook.plots.figure import figure
from lossbook.plots.geometry import FLAT, arrows, circle, plane, sideways
from lossbook.plots.slider import Slider, slider_figure


def test_an_arrow_goes_from_its_tail_along_its_step():
    x, y = arrows((1, 2), (3, 4), head=1)
    assert x.shape == y.shape == (6,)
    np.testing.assert_allclose([x[0], y[0]], (1, 2))
    np.testing.assert_allclose([x[1], y[1]], (4, 6))
    tips = np.array([[x[2], y[2]], [x[4], y[4]]])
    np.testing.assert_allclose(tips.mean(axis=0), np.array([4, 6]) - np.array([0.6, 0.8]))
    np.testing.assert_allclose(np.linalg.norm(tips[0] - tips[1]), 1)
    assert np.isnan([x[5], y[5]]).all()


@pytest.mark.parametrize("shape", [(2,), (7, 2), (5, 7, 2)])
def test_arrows_keep_the_slider_axis(shape):
    steps = np.random.default_rng(0).normal(size=shape)
    x, _ = arrows(np.zeros(2), steps)
    assert x.shape == (*shape[:-2], 6 * (shape[-2] if len(shape) > 1 else 1))


def test_no_step_is_a_point_and_a_short_step_has_a_short_head():
    x, y = arrows([[0, 0], [0, 0]], [[0, 0], [0.01, 0]])
    assert np.nanmax(np.abs(x[:6])) == np.nanmax(np.abs(y[:6])) == 0
    assert np.nanmin(x[6:]) >= 0


def test_sideways_is_a_moving_arrow_of_no_height():
    x, step = np.array([0.0, 1.0, 2.0]), np.array([1.0, -2.0, 0.0])
    found = sideways(x, 5.0, step, head=0.3)
    tails = np.stack([x, [5.0] * 3], axis=-1)[:, np.newaxis]
    expected = arrows(tails, np.stack([step, [0.0] * 3], axis=-1)[:, np.newaxis], head=0.3)
    np.testing.assert_array_equal(found, expected)
    assert found[0].shape == (3, 6)


def test_a_circle_lies_at_its_radius():
    x, y = circle((1, -1), 2)
    np.testing.assert_allclose(np.hypot(x - 1, y + 1), 2)
    x, y = circle(np.zeros((3, 2)), [1, 2, 3])
    np.testing.assert_allclose(np.hypot(x, y), np.repeat([[1], [2], [3]], x.shape[1], axis=1))


def test_moving_arrows_in_a_plane_make_a_figure():
    turn = np.linspace(0, 3, 4)
    slider = Slider("각 (rad)", turn, start=0)
    ax = plane(title="화살표", xlabel="x", ylabel="y", reach=2)
    ax.fill(*circle((0, 0), 1), **FLAT)
    slider.line(ax, *arrows((0, 0), np.stack([np.cos(turn), np.sin(turn)], -1)[:, np.newaxis]), label="방향")
    ax.legend(loc="upper right")
    assert ax.get_aspect() == 1
    assert "null" in slider_figure(ax, slider=slider, alt="회색 원과 원점에서 돌아가는 화살표 하나.").html
    still = plane(title="화살표", xlabel="x", ylabel="y", reach=2)
    still.plot(*arrows((0, 0), (1, 1)), label="방향")
    still.fill(*circle((0, 0), 1), **FLAT)
    still.legend(loc="upper right")
    assert "svg" in figure(still, alt="회색 원과 원점에서 오른쪽 위로 가는 화살표 하나.").html
