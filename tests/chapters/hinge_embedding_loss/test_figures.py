"""The figures of '10. Hinge embedding loss' show what torch computes."""

from __future__ import annotations

from lossbook.plots import hinge_embedding_loss as plots


def test_curves_show_the_loss():
    assert plots.curves().panels == "TODO: compare each line's data with torch"
