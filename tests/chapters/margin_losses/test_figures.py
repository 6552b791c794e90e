"""The figure of 'margin losses at a glance' shows what torch computes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from booktools.figures import readouts, series, slider_values
from lossbook import catalog
from lossbook.plots import margin_losses as plots

ONE = torch.ones(1, dtype=torch.float64)


def direction(cosine):
    return torch.stack([cosine, (1 - cosine**2).sqrt()], dim=-1)


def cosine_distance(u, v):
    return 1 - F.cosine_similarity(u, v)


EAST = torch.tensor([[1.0, 0.0]], dtype=torch.float64)
THEIRS = {
    "09": lambda s: F.margin_ranking_loss(s, 0 * s, ONE),
    "10": lambda s: F.hinge_embedding_loss(s, -ONE),
    "11": lambda s: F.multilabel_margin_loss(
        torch.stack([s, 0 * s], -1), torch.tensor([[0, -1]])
    ),
    "12": lambda s: F.soft_margin_loss(s, ONE),
    "13": lambda s: F.multilabel_soft_margin_loss(s[:, None], ONE[:, None]),
    "14": lambda s: F.cosine_embedding_loss(EAST, direction(-s), -ONE),
    "15": lambda s: F.multi_margin_loss(torch.stack([s, 0 * s], -1), torch.tensor([0])),
    "16": lambda s: F.triplet_margin_loss(
        0 * s[:, None], 0 * s[:, None] + 3, s[:, None] + 3
    ),
    "17": lambda s: F.triplet_margin_with_distance_loss(
        EAST, direction(0 * s + 0.5), direction(0.5 - s), distance_function=cosine_distance
    ),
}  # fmt: skip


def theirs(number, s):
    s = torch.tensor([s], dtype=torch.float64, requires_grad=True)
    loss = THEIRS[number](s)
    (slope,) = torch.autograd.grad(loss, s)
    return loss.item(), slope.item()


def test_the_family_is_that_of_the_catalog():
    numbers = [member.section.number for member in plots.FAMILY]
    assert numbers == sorted(THEIRS) == [f"{k:02d}" for k in range(9, 18)]
    for axes, member in zip(plots.family().panels, plots.FAMILY, strict=True):
        section = catalog.section(member.slug)
        name = section.korean.removesuffix(" 손실")
        assert axes.figure.get_suptitle() == f"{section.number} {name}"
        assert axes.get_xlim() == (-2, 3)


@pytest.mark.parametrize("panel", range(9))
def test_family(panel):
    figure, member = plots.family(), plots.FAMILY[panel]
    number, axes = member.section.number, (f"여유 s: {member.slack}", "손실")
    s, curve = series(figure, "손실", panel, axes=axes)
    kinks = (0.0, 1.0)
    for at, loss in zip(s, curve, strict=True):
        if np.isfinite(loss) and not np.isclose(at, 0.5, atol=1e-6):
            assert loss == pytest.approx(theirs(number, at)[0], abs=2e-6)
    x, height = series(figure, "−기울기", panel, axes=axes)
    slacks = [float(value.replace("−", "-")) for value in slider_values(figure)]
    seen = 0
    for slack, tail, level in zip(slacks, x, height, strict=True):
        if np.isfinite(tail[0]) and np.isfinite(tail[1]) and not np.isclose(slack, kinks).any():
            loss, slope = theirs(number, slack)
            assert (tail[0], level[0]) == pytest.approx((slack, loss), abs=0.004)
            assert tail[1] - tail[0] == pytest.approx(-slope, abs=0.006)
            assert level[1] == level[0]
            seen += 1
    assert seen >= 15
    flat = [patch for patch in figure.panels[panel].patches if patch.get_label() == "손실 0"]
    assert len(flat) == (number not in ("12", "13"))
    for region in flat:
        start = region.get_x()
        assert theirs(number, start + 0.01)[0] == 0
        assert theirs(number, start - 0.01)[0] > 0


def test_the_readout_names_the_losses_that_are_zero():
    figure = plots.family()
    said = dict(zip(slider_values(figure), readouts(figure), strict=True))
    assert said["−0.5"] == "회색에 든 손실: 없음"
    assert said["0.5"] == "회색에 든 손실: 09, 14"
    assert said["2.0"] == "회색에 든 손실: 09, 10, 11, 14, 15, 16, 17"


def test_zeros_and_kinks():
    for member in plots.FAMILY:
        number = member.section.number
        if number in ("12", "13"):
            assert np.isnan(plots.zero_from(member))
            assert plots.kinks(member) == []
        else:
            assert plots.kinks(member) == pytest.approx([plots.zero_from(member)], abs=0.003)
