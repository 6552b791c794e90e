"""The figures of 'Huber loss' show what torch computes, and fits that are optimal for torch."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.integrate import quad
from scipy.stats import norm
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split

from lossbook.data import load_statecrime
from lossbook.plots import huber_fits as fits
from lossbook.plots import huber_loss as plots

DELAYS = [0.0, 1.0, 2.0, 4.0, 13.0]


def loss(error, delta):
    error = torch.as_tensor(np.array(error), dtype=torch.float64)
    return F.huber_loss(error, torch.zeros_like(error), reduction="none", delta=delta).numpy()


def slope(error, delta):
    error = torch.as_tensor(np.array(error), dtype=torch.float64).clone().requires_grad_()
    total = F.huber_loss(error, torch.zeros_like(error), reduction="sum", delta=delta)
    return torch.autograd.grad(total, error)[0].numpy()


def lines(axes):
    return {line.get_label(): line.get_data() for line in axes.get_lines()}


def labelled(axes, start):
    (data,) = [data for label, data in lines(axes).items() if str(label).startswith(start)]
    return data


def element(figure):
    """Data of a slider figure: its values, its readouts and one (x, y) per moving artist."""
    text = re.search(r'<script type="application/json">(.*?)</script>', figure.html, re.S)[1]
    data = json.loads(text)
    return data, [(np.array(m["x"], float), np.array(m["y"], float)) for m in data["marks"]]


def is_huber_line(coefficients, x, y, delta):
    """Zero gradient of a convex loss: no line has a smaller Huber loss."""
    columns = torch.tensor(np.column_stack([np.ones(len(y)), x]))
    point = torch.tensor(list(coefficients), dtype=torch.float64, requires_grad=True)
    total = F.huber_loss(columns @ point, torch.tensor(y), reduction="sum", delta=delta) / delta
    gradient = torch.autograd.grad(total, point)[0]
    return bool(torch.all(gradient.abs() <= 1e-4 * columns.abs().sum(0)))


def through(x, y):
    """Intercept and slope of a drawn straight line."""
    return np.polyfit(x, y, 1)[::-1]


def best_l1(x, y):
    """The least sum of absolute errors over all lines through two data points."""
    i, j = np.triu_indices(len(x), 1)
    i, j = i[x[i] != x[j]], j[x[i] != x[j]]
    b = (y[j] - y[i]) / (x[j] - x[i])
    return np.abs((y[i] - b * x[i])[:, None] + b[:, None] * x - y).sum(1).min()


def test_tangent_leaves_the_parabola_at_delta():
    (axes,) = plots.tangent().panels
    drawn = lines(axes)
    error, huber = drawn["후버 손실"]
    np.testing.assert_allclose(huber, loss(error, 1.5), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(drawn["포물선 ½e²"][1], error**2 / 2)
    np.testing.assert_allclose(drawn["그냥 δ|e|"][1], 1.5 * np.abs(error))
    outside = error >= 1.5
    np.testing.assert_allclose((drawn["그냥 δ|e|"][1] - huber)[outside], 1.5**2 / 2)


def check_balance():
    losses, pulls = plots.balance().panels
    drawn = lines(losses)
    for (name, (center, values)), bottom in zip(drawn.items(), (2, 7 / 3, 4), strict=True):
        assert abs(center[np.argmin(values)] - bottom) < 0.02, name
    center, values = labelled(losses, "후버")
    total = np.array([loss(c - np.array(DELAYS), 2.0).sum() for c in center])
    np.testing.assert_allclose(values, total - total.min(), atol=1e-12)
    center, force = labelled(pulls, "후버")
    np.testing.assert_allclose(force, [slope(c - np.array(DELAYS), 2.0).sum() for c in center])


def test_balance():
    check_balance()


def test_a_wrong_pull_is_seen(monkeypatch):
    monkeypatch.setattr(plots, "pull", lambda error, delta: np.clip(error, -1, 1))
    with pytest.raises(AssertionError):
        check_balance()


def test_densities():
    density, negative_log = plots.densities().panels
    z, values = labelled(density, "가장 불리한")
    height = values[z == 0][0]
    np.testing.assert_allclose(-np.log(values / height), loss(z, 1.0), atol=1e-12)
    area = 2 * quad(lambda e: height * np.exp(-loss(e, 1.0)), 0, 60, points=[1.0])[0]
    assert area == pytest.approx(1, abs=1e-8)
    np.testing.assert_allclose(labelled(negative_log, "가장 불리한")[1], loss(z, 1.0), atol=1e-12)
    np.testing.assert_allclose(labelled(density, "정규")[1], norm.pdf(z))
    np.testing.assert_allclose(labelled(negative_log, "라플라스")[1], np.abs(z), atol=1e-12)


def test_shape_moves_with_delta():
    figure = plots.shape()
    data, ((x, losses), (_, slopes)) = element(figure)
    for row, delta in enumerate(data["values"]):
        np.testing.assert_allclose(losses[row], loss(x[0], float(delta)), atol=0.01)
        np.testing.assert_allclose(slopes[row], slope(x[0], float(delta)), atol=0.01)
        shown = re.fullmatch(r"오차가 4일 때 손실 (.+), 기울기 (.+)", data["readout"][row])
        assert float(shown[1]) == pytest.approx(loss(4.0, float(delta)), abs=6e-4)
        assert float(shown[2]) == pytest.approx(float(delta))
    for axes, square, absolute in zip(figure.panels, (8.0, 4.0), (4.0, 1.0), strict=True):
        error, values = lines(axes)["½e²"]
        assert np.interp(4, error, values) == pytest.approx(square)
        assert np.interp(4, error, lines(axes)["|e|"][1]) == pytest.approx(absolute)


def test_pseudo_huber():
    losses, slopes = plots.pseudo_huber().panels
    error, values = lines(losses)["유사 후버"]
    variable = torch.tensor(error, requires_grad=True)
    reference = torch.sqrt(1 + variable**2) - 1
    np.testing.assert_allclose(values, reference.detach().numpy(), atol=1e-12)
    gradient = torch.autograd.grad(reference.sum(), variable)[0].numpy()
    np.testing.assert_allclose(lines(slopes)["유사 후버"][1], gradient, atol=1e-12)
    np.testing.assert_allclose(lines(losses)["후버"][1], loss(error, 1.0), atol=1e-12)
    np.testing.assert_allclose(lines(slopes)["후버"][1], slope(error, 1.0), atol=1e-12)


@pytest.mark.parametrize("make", [plots.drag, plots.slide_away])
def test_moved_point_and_both_lines(make):
    data, marks = element(make())
    (star_x, star_y), (ends, squares), (_, hubers) = marks[:3]
    for row, _ in enumerate(data["values"]):
        x, y = fits.LINE_X.copy(), fits.LINE_Y.copy()
        x[8], y[8] = star_x[row % len(star_x), 0], star_y[row, 0]
        expected = np.polyfit(x, y, 1)
        np.testing.assert_allclose(squares[row], np.polyval(expected, ends[0]), atol=0.02)
        coefficients = fits.huber_fit(x, y, 1.0)
        assert is_huber_line(coefficients, x, y, 1.0)
        drawn = coefficients[0] + coefficients[1] * ends[0]
        np.testing.assert_allclose(hubers[row], drawn, atol=0.05)
    if make is plots.slide_away:
        assert star_x[:, 0].tolist() == [float(value) for value in data["values"]]
        assert set(star_y[:, 0]) == {2.0}
    else:
        lifts = star_y[:, 0] - fits.LINE_Y[8]
        np.testing.assert_allclose(lifts, [float(value) for value in data["values"]], atol=0.01)


def test_the_pull_of_the_dragged_point():
    figure = plots.drag()
    lift, square = lines(figure.panels[1])["½e²"]
    before = fits.huber_fit(fits.LINE_X, fits.LINE_Y, 1.0)
    assert is_huber_line(before, fits.LINE_X, fits.LINE_Y, 1.0)
    residual = fits.LINE_Y[8] + lift - before @ [1, fits.LINE_X[8]]
    np.testing.assert_allclose(square, np.abs(residual), atol=1e-9)
    huber = lines(figure.panels[1])["후버, δ = 1"][1]
    np.testing.assert_allclose(huber, np.abs(slope(residual, 1.0)), atol=1e-9)


def test_influence():
    (axes,) = plots.influence().panels
    arrival, huber = labelled(axes, "후버")
    sample = norm.ppf((np.arange(20) + 0.5) / 20)
    np.testing.assert_allclose(lines(axes)["평균"][1], arrival, atol=1e-9)
    medians = [21 * np.median([*sample, value]) for value in arrival]
    np.testing.assert_allclose(lines(axes)["중앙값"][1], medians, atol=1e-9)
    for value, shift in zip(arrival, huber, strict=True):
        force = slope(shift / 21 - np.array([*sample, value]), 1.345).sum()
        assert force == pytest.approx(0, abs=1e-9)


def test_insurance_is_the_asymptotic_variance():
    (axes,) = plots.insurance().panels
    for name, share in (("깨끗한", 0.0), ("5 %", 0.05), ("10 %", 0.1)):
        ks, values = labelled(axes, name)
        for k, value in list(zip(ks, values, strict=True))[::13]:
            mixture = [(1 - share, 1.0), (share, 3.0)]
            spread = sum(
                part * 2 * quad(lambda e, s=s, k=k: min(e, k) ** 2 * norm.pdf(e, scale=s), 0, 40,
                                points=[k])[0]
                for part, s in mixture
            )  # fmt: skip
            inside = sum(part * (norm.cdf(k / s) - norm.cdf(-k / s)) for part, s in mixture)
            assert value == pytest.approx(spread / inside**2, rel=1e-4)


def test_statecrime_lines_are_optimal():
    crime = load_statecrime()
    x, y = crime["poverty"], crime["murder"]
    figure = plots.statecrime()
    data, ((ends, drawn),) = element(figure)
    for row, delta in enumerate(data["values"]):
        coefficients = fits.huber_fit(x, y, float(delta))
        assert is_huber_line(coefficients, x, y, float(delta))
        expected = coefficients[0] + coefficients[1] * ends[0]
        np.testing.assert_allclose(drawn[row], expected, atol=0.02)
        assert data["readout"][row] == f"후버의 회귀 계수 {coefficients[1]:.3f}"
    fixed = lines(figure.panels[0])
    np.testing.assert_allclose(through(*fixed["MSE"]), np.polyfit(x, y, 1)[::-1])
    intercept, gradient = through(*fixed["L1"])
    assert np.abs(intercept + gradient * x - y).sum() == pytest.approx(best_l1(x, y))


def test_a_line_that_is_not_optimal_is_seen():
    crime = load_statecrime()
    coefficients = fits.huber_fit(crime["poverty"], crime["murder"], 1.0) * 1.05
    assert not is_huber_line(coefficients, crime["poverty"], crime["murder"], 1.0)


def test_leverage_with_and_without_washington():
    crime = load_statecrime()
    outside = crime["state"] != "District of Columbia"
    for axes, keep in zip(plots.leverage().panels, (np.full(51, True), outside), strict=True):
        x, y = crime["single"][keep], crime["murder"][keep]
        np.testing.assert_allclose(through(*lines(axes)["MSE"]), np.polyfit(x, y, 1)[::-1])
        assert is_huber_line(through(*labelled(axes, "후버")), x, y, 1.0)
        intercept, gradient = through(*lines(axes)["L1"])
        assert np.abs(intercept + gradient * x - y).sum() == pytest.approx(best_l1(x, y))


def test_contamination():
    (axes,) = plots.contamination().panels
    drawn = lines(axes)
    errors = fits.contamination_run()
    for column, name in enumerate(("MSE", "L1", "후버, δ = 50", "후버, δ = 500")):
        percent, mean = drawn[name]
        assert percent.tolist() == [0, 5, 10, 20]
        np.testing.assert_allclose(mean, errors[:, :, column].mean(0))
    data = load_diabetes()
    x, x_test, y, y_test = train_test_split(data.data, data.target, test_size=0.3, random_state=3)
    y = y.copy()
    y[: round(0.1 * len(y))] *= 10
    columns = np.column_stack([np.ones(len(x_test)), x_test])
    square = np.linalg.lstsq(np.column_stack([np.ones(len(x)), x]), y, rcond=None)[0]
    assert errors[3, 2, 0] == pytest.approx(np.abs(columns @ square - y_test).mean())
    robust = fits.huber_fit(x, y, 50.0)
    assert is_huber_line(robust, x, y, 50.0)
    assert errors[3, 2, 2] == pytest.approx(np.abs(columns @ robust - y_test).mean())


def test_mad_delta_recovers_the_standard_deviation():
    noise = norm.ppf((np.arange(400) + 0.5) / 400) * 3
    random = np.random.default_rng(0)
    delta = fits.mad_delta(random.normal(size=400), random.permutation(noise))
    assert delta == pytest.approx(1.345 * 3, rel=0.02)
