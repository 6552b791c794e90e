"""The shared figure of the likelihood losses: gap, loss and tangent are what torch computes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from booktools.figures import series, slider_values
from booktools.figures.data import readouts
from lossbook.plots import mean_minus_target as plots


def categorical(theta, target):
    logits = torch.stack([theta, 0 * theta, 0 * theta], dim=1)
    return logits.softmax(1)[:, 0], -(torch.tensor(target) * logits.log_softmax(1)).sum(1)


def divergence(theta):
    target = torch.tensor([0.6, 0.3, 0.1], dtype=theta.dtype)
    logits = torch.stack([theta, 0 * theta, 0 * theta], dim=1)
    terms = F.kl_div(logits.log_softmax(1), target.expand(len(theta), 3), reduction="none")
    return logits.softmax(1)[:, 0], terms.sum(1)


def binary(theta, target):
    goal = torch.full_like(theta, target)
    loss = F.binary_cross_entropy_with_logits(theta, goal, reduction="none")
    return theta.sigmoid(), loss


def poisson(theta):
    loss = F.poisson_nll_loss(theta, torch.full_like(theta, 3.0), reduction="none")
    return theta.exp(), loss


def gaussian(theta):
    two, one = torch.full_like(theta, 2.0), torch.ones_like(theta)
    return theta, F.gaussian_nll_loss(theta, two, one, reduction="none")


LOSSES = {
    "cross_entropy": (plots.cross_entropy, 1, lambda t: categorical(t, [1.0, 0, 0])),
    "nll_loss": (plots.nll_loss, 0, lambda t: categorical(t, [0.0, 1, 0])),
    "poisson_nll_loss": (plots.poisson_nll_loss, 3, poisson),
    "gaussian_nll_loss": (plots.gaussian_nll_loss, 2, gaussian),
    "kl_div": (plots.kl_div, 0.6, divergence),
    "binary_cross_entropy": (plots.binary_cross_entropy, 1, lambda t: binary(t, 1.0)),
    "binary_cross_entropy_with_logits": (
        plots.binary_cross_entropy_with_logits, 0, lambda t: binary(t, 0.0),
    ),
    "categorical_cross_entropy": (
        plots.categorical_cross_entropy, 0.8, lambda t: categorical(t, [0.8, 0.1, 0.1]),
    ),
    "log_loss": (plots.log_loss, 1, lambda t: binary(t, 1.0)),
}  # fmt: skip


@pytest.mark.parametrize("name", LOSSES)
def test_the_slope_is_mean_minus_target(name):
    make, target, compute = LOSSES[name]
    drawn = make()
    theta, mean = series(drawn, "예측 평균")
    parameter = torch.tensor(theta, requires_grad=True)
    expected_mean, expected_loss = compute(parameter)
    expected_loss.sum().backward()
    np.testing.assert_allclose(mean, expected_mean.detach(), rtol=1e-9)
    assert drawn.panels[0].get_xlabel() == drawn.panels[1].get_xlabel()
    assert drawn.panels[1].get_ylabel() == "손실 (nat)"

    at, loss = series(drawn, "손실", panel=1)
    np.testing.assert_allclose(at, theta)
    np.testing.assert_allclose(loss, expected_loss.detach(), rtol=1e-7, atol=1e-12)

    _, ends = series(drawn, "차이")
    np.testing.assert_allclose(ends[:, 0] - ends[:, 1], parameter.grad, atol=2e-3)
    np.testing.assert_allclose(ends[:, 1], target)
    x, y = series(drawn, "접선", panel=1)
    tangent = (y[:, 1] - y[:, 0]) / (x[:, 1] - x[:, 0])
    np.testing.assert_allclose(tangent, parameter.grad, atol=5e-3)
    np.testing.assert_allclose(y.mean(axis=1), expected_loss.detach(), atol=2e-3)
    np.testing.assert_allclose([float(text.replace("−", "-")) for text in slider_values(drawn)], theta)
    for text, m, slope in zip(readouts(drawn), mean, parameter.grad, strict=True):
        assert text.startswith(f"예측 평균 {m:.2f} −".replace("-", "−"))
        assert text.endswith(f"손실의 기울기 {slope:+.2f}".replace("-", "−")) or abs(slope) < 0.005
