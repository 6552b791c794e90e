"""The page on speed shows what bench measured, for every loss of the package."""

from __future__ import annotations

import numpy as np
import pytest

import lossbook
from booktools.figures import series
from lossbook.data import load_speed
from lossbook.plots import speed as plots

AXES = ("시간의 비: lossbook ÷ PyTorch", "손실 (float32, 스레드 하나)")


@pytest.mark.parametrize("make", [plots.large, plots.small])
@pytest.mark.parametrize(("what", "label"), plots.WHAT.items())
def test_dots_are_the_measured_ratios(make, what, label):
    size = plots.LARGE if make is plots.large else plots.SMALL
    x, y = series(make(), label, axes=AXES)
    rows = [
        float(row[what])
        for row in load_speed()
        if row["library"] == "torch" and int(row["size"]) == size and row["dtype"] == "float32"
    ]
    np.testing.assert_allclose(x, rows[::-1])
    np.testing.assert_array_equal(y, np.arange(len(rows)))


def test_every_loss_was_measured():
    timed = {row["loss"].partition(" ")[0] for row in load_speed()}
    assert timed == {name for name in lossbook.__all__ if f"{name}_grad" in lossbook.__all__}


def test_each_row_is_a_measurement():
    for row in load_speed():
        assert float(row["forward"]) > 0
        assert float(row["memory"]) >= 0
