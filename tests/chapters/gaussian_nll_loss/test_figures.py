"""The figures of the chapter on the Gaussian NLL show what torch computes, and bands that fit."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.stats import norm

from booktools.figures import series, slider_values
from booktools.figures.data import readouts
from lossbook.plots import gaussian_nll_loss as plots
from lossbook.plots import gaussian_nll_loss_fits as fits

DAY, PENALTY = "내일 최고 기온 (도)", "벌점 (nat)"
VARIANCE = "분산 v (도², 로그 눈금)"


def loss(error, v, full=False):
    error, v = np.broadcast_arrays(np.asarray(error, float), np.asarray(v, float))
    x, var = torch.tensor(error), torch.tensor(v)
    return F.gaussian_nll_loss(x, torch.zeros_like(x), var, full=full, reduction="none").numpy()


def slopes(error, v):
    x = torch.full((len(v),), float(error), dtype=torch.float64, requires_grad=True)
    var = torch.tensor(v, dtype=torch.float64, requires_grad=True)
    total = F.gaussian_nll_loss(x, torch.zeros_like(x), var, reduction="sum")
    return [part.numpy() for part in torch.autograd.grad(total, (x, var))]


def test_two_forecasts():
    for deviation in (1, 3):
        name = f"21 ± {deviation}도"
        y, height = series(plots.heights(), name, axes=(DAY, "밀도 (1/도)"))
        np.testing.assert_allclose(height, norm.pdf(y, 21, deviation), rtol=1e-9)
        y, cost = series(plots.heights(), name, panel=1, axes=(DAY, PENALTY))
        np.testing.assert_allclose(cost, -norm.logpdf(y, 21, deviation), rtol=1e-9)
    actual = [line.get_xdata()[0] for line in plots.heights().panels[0].get_lines()][-1]
    assert actual == 23


def test_price_is_the_divergence_between_two_normals():
    names = ("말한 표준편차 / 참 표준편차 (로그 눈금)", "더 내는 평균 벌점 (nat)")
    ratio, extra = series(plots.price(), "더 내는 벌점", axes=names)
    truth = torch.distributions.Normal(0.0, 1.0)
    said = torch.distributions.Normal(0.0, torch.tensor(ratio))
    expected = torch.distributions.kl_divergence(truth, said)
    np.testing.assert_allclose(extra, expected, rtol=1e-6, atol=1e-9)
    at, marks = series(plots.price(), "3배 틀림")
    np.testing.assert_allclose(at, [1 / 3, 3])
    np.testing.assert_allclose(marks, [4 - np.log(3), np.log(3) - 4 / 9], rtol=1e-3)


def test_valleys_lie_at_the_squared_error():
    drawn = plots.valleys()
    for error in (2, 1, 0.5, 0):
        v, values = series(drawn, f"오차 {error:g}도", axes=(VARIANCE, "손실 (nat)"))
        np.testing.assert_allclose(values, loss(error, v), rtol=1e-9)
        if error:
            assert v[np.argmin(values)] == pytest.approx(error**2, rel=0.1)
    dots = [line.get_data() for line in drawn.panels[0].get_lines() if len(line.get_xdata()) == 1]
    for error, (x, y) in zip((2, 1, 0.5), dots, strict=True):
        assert (x[0], y[0]) == pytest.approx((error**2, np.log(error) + 0.5))


def test_moving_variance():
    drawn = plots.moving()
    v = np.array(slider_values(drawn), float)
    y, bells = series(drawn, "밀도", axes=(DAY, "밀도 (1/도)"))
    np.testing.assert_allclose(bells, norm.pdf(y, 21, np.sqrt(v)[:, None]), atol=2e-3)
    x, height = series(drawn, "실제 23도")
    assert set(np.ravel(x)) == {23.0}
    np.testing.assert_allclose(np.ravel(height), norm.pdf(23, 21, np.sqrt(v)), atol=2e-3)

    at, cost = series(drawn, "손실", panel=1, axes=(VARIANCE, "손실 (nat)"))
    np.testing.assert_allclose(cost, loss(-2, at), rtol=1e-9)
    x, now = series(drawn, "지금", panel=1)
    np.testing.assert_allclose(np.ravel(x), v, rtol=1e-3)
    np.testing.assert_allclose(np.ravel(now), loss(-2, v), rtol=1e-2, atol=1e-2)

    by_mean, by_variance = slopes(-2, at)
    for name, expected in (
        ("평균으로 미분 (nat/도)", by_mean),
        ("분산으로 미분 (nat/도²)", by_variance),
    ):
        x, slope = series(drawn, name, panel=2, axes=(VARIANCE, "기울기"))
        np.testing.assert_allclose(x, at)
        np.testing.assert_allclose(slope, expected, rtol=1e-9)
    last = readouts(drawn)[-1].replace("−", "-")
    assert (
        last == f"손실 {loss(-2, 10.0):.3f}, 평균의 기울기 {-0.2:+.2f}, 분산의 기울기 {0.03:+.2f}"
    )


def is_best(band, widening):
    """Zero gradient of the loss at the fitted parameters, as torch sees it."""
    u, y = (torch.tensor(column) for column in fits.households())
    theta = torch.tensor(list(band), dtype=torch.float64, requires_grad=True)
    v = (theta[2] + theta[3] * u.log()).exp()
    F.gaussian_nll_loss(theta[0] + theta[1] * u, y, v).backward()
    free = slice(None) if widening else slice(3)
    return bool(torch.all(theta.grad[free].abs() < 1e-4))


def test_engel_bands_are_optimal():
    u, y = fits.households()
    for panel, widening in enumerate((False, True)):
        band = fits.band_fit(u, y, widening)
        assert is_best(band, widening)
        names = ("소득 (천 프랑)", "식비 (천 프랑)")
        ends, middle = series(plots.engel(), "평균", panel=panel, axes=names)
        np.testing.assert_allclose(middle, band.a + band.b * ends)
        inside = np.abs(y - band.mean(u)) <= norm.ppf(0.975) * band.deviation(u)
        for name, chosen in (("띠 안", inside), ("띠 밖", ~inside)):
            x, points = series(plots.engel(), name, panel=panel, axes=names)
            np.testing.assert_allclose(x, u[chosen])
            np.testing.assert_allclose(points, y[chosen])
        (area,) = plots.engel().panels[panel].collections
        corners = area.get_paths()[0].vertices
        half = norm.ppf(0.975) * band.deviation(np.array([ends[-1]]))[0]
        assert corners[:, 1].max() == pytest.approx(middle[-1] + half, rel=1e-3)
    flat = fits.band_fit(u, y, widening=False)
    np.testing.assert_allclose(flat[:2], np.polyfit(u, y, 1)[::-1], atol=1e-5)


def test_a_band_that_is_not_optimal_is_seen():
    u, y = fits.households()
    band = fits.band_fit(u, y)
    assert not is_best(band._replace(d=band.d * 1.05), widening=True)


def test_held_out_coverage():
    u, y = fits.households()
    third = fits.thirds(u)
    order = np.random.default_rng(3).permutation(235)
    train, test = order[:117], order[117:]
    slope, intercept = np.polyfit(u[train], y[train], 1)
    error = intercept + slope * u - y
    deviation = np.sqrt(np.mean(error[train] ** 2))
    recorded = fits.held_out()[3, 0]
    assert recorded[0] == pytest.approx(loss(error[test], deviation**2).mean(), rel=1e-4)
    high = test[third[test] == 2]
    assert recorded[3] == np.mean(np.abs(error[high]) <= norm.ppf(0.975) * deviation)


def test_wrong_space_has_the_same_loss_and_another_band():
    drawn = plots.wrong_space()
    u, y = fits.households()
    best = loss(fits.band_fit(u, y).mean(u) - y, fits.band_fit(u, y).deviation(u) ** 2).mean()
    for slot, name in (("variance", "분산을 넣음"), ("deviation", "표준편차를 넣음")):
        run = fits.training(slot)
        steps, values = series(drawn, name, axes=("걸음", "손실 (nat)"))
        np.testing.assert_allclose(values, run.loss[: len(steps)])
        steps, values = series(drawn, name, panel=1, axes=("걸음", "띠 안에 든 비율"))
        np.testing.assert_allclose(values, run.inside[: len(steps)])
        assert run.loss[0] == pytest.approx(np.mean(y**2) / 2)
        assert run.loss[-1] == pytest.approx(best, abs=2e-3)
    assert abs(fits.training("variance").inside[-1] - 0.95) < 0.03
    assert fits.training("deviation").inside[-1] < 0.2


def test_starving_network():
    drawn, runs = plots.starving(), fits.networks()
    day, truth, observed = fits.four_days()
    for panel in (0, 1):
        x, mean = series(drawn, "예측한 평균", panel=panel, axes=("날 (일)", "기온 (도)"))
        np.testing.assert_allclose(x, day)
        np.testing.assert_allclose(mean, runs.mean[panel, 0])
        np.testing.assert_allclose(series(drawn, "잰 값", panel=panel)[1], observed)
        (area,) = drawn.panels[panel].collections
        top = (runs.mean[panel, 0] + norm.ppf(0.975) * runs.deviation[panel, 0]).max()
        assert area.get_paths()[0].vertices[:, 1].max() == pytest.approx(top)
    for row, beta in enumerate((0, 0.5, 1)):
        names = ("걸음", "RMSE (도, 로그 눈금)")
        np.testing.assert_allclose(
            series(drawn, f"β = {beta:g}", panel=2, axes=names)[1], runs.rmse[row, 0]
        )
        error = np.sqrt(np.mean((runs.mean[row] - truth) ** 2, axis=1))
        np.testing.assert_allclose(runs.rmse[row, :, -1], error)
        tensors = (torch.tensor(part[row]) for part in (runs.mean, runs.deviation**2))
        mean, var = tensors
        goal = torch.tensor(observed).expand_as(mean)
        scored = F.gaussian_nll_loss(mean, goal, var, reduction="none").mean(1)
        np.testing.assert_allclose(runs.loss[row], scored)


def test_beta_weights_the_gradient():
    x = torch.tensor([1.0, 3.0], dtype=torch.float64, requires_grad=True)
    v = torch.tensor([4.0, 9.0], dtype=torch.float64, requires_grad=True)
    fits.beta_nll(x, torch.zeros_like(x), v, 0.5).sum().backward()
    np.testing.assert_allclose(x.grad, [1 / 2, 3 / 3])
    np.testing.assert_allclose(v.grad, [2 * 0.5 * (1 / 4 - 1 / 16), 3 * 0.5 * (1 / 9 - 9 / 81)])


def test_coverage():
    assert fits.coverage(np.array([1.9, -2.0]), np.ones(2)) == 0.5
