"""The figures of 'MAPE' show what torch computes, and constants that no other constant beats."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.stats import lognorm
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_percentage_error
from sklearn.model_selection import train_test_split

from booktools.figures import series, slider_values
from booktools.figures.data import readouts
from lossbook.data import load_strikes
from lossbook.plots import mape as plots
from lossbook.plots import mape_fits as fits

SALES = np.array([40.0, 60.0, 80.0, 120.0, 200.0])
ROLLS = "예측 c (개)"


def loss(forecast, actual):
    """Percentage error of torch, element by element; the two broadcast."""
    x, y = torch.as_tensor(forecast), torch.as_tensor(actual)
    return (100 * ((x - y) / y).abs()).numpy()


def means(constants, actual):
    return loss(np.asarray(constants, float)[:, None], actual).mean(1)


def slope(constant, actual):
    c = torch.tensor(float(constant), dtype=torch.float64, requires_grad=True)
    y = torch.tensor(actual)
    return torch.autograd.grad((100 * ((c - y) / y).abs()).mean(), c)[0].item()


def unbeaten(constant, actual):
    """The loss is piecewise linear in the constant: its least value is at a datum."""
    return means([constant], actual)[0] <= means(actual, actual).min() + 1e-9


def test_vees():
    for actual in (50.0, 100.0, 200.0):
        x, y = series(plots.vees(), f"실제 {actual:.0f}개", axes=("예측 x (개)", "백분율 오차 (%)"))
        np.testing.assert_allclose(y, loss(x, actual), rtol=1e-12, atol=1e-12)
        assert y[x == 0] == 100


def check_balance():
    x, y = series(plots.balance(), "닷새의 MAPE", axes=(ROLLS, "MAPE (%)"))
    np.testing.assert_allclose(y, means(x, SALES), rtol=1e-12)
    assert x[np.argmin(y)] == 60
    x, y = series(plots.balance(), "MAPE의 기울기", 1, axes=(ROLLS, "기울기 (%/개)"))
    np.testing.assert_allclose(y, [slope(c, SALES) for c in x], atol=1e-12)


def test_balance():
    check_balance()


def test_unweighted_steps_are_seen(monkeypatch):
    monkeypatch.setattr(plots, "pulls", lambda c, y: np.sign(c[:, None] - y).mean(1))
    with pytest.raises(AssertionError):
        check_balance()


def test_slow_day():
    figure = plots.slow_day()
    x, rows = series(figure, "닷새의 MAPE", axes=(ROLLS, "MAPE (%)"))
    axes = ("가장 적게 팔린 날 (개)", ROLLS)
    lowest, square = series(figure, "MSE", 1, axes=axes)
    absolute, relative = series(figure, "MAE", 1)[1], series(figure, "MAPE", 1)[1]
    values = [float(value) for value in slider_values(figure)]
    np.testing.assert_array_equal(lowest, values)
    for k, value in enumerate(values):
        week = np.array([value, *SALES[1:]])
        np.testing.assert_allclose(rows[k], means(x, week), atol=0.6)
        assert square[k] == pytest.approx(week.mean())
        assert absolute[k] == np.median(week)
        assert unbeaten(relative[k], week)
        share, guess = re.findall(r"\d+", readouts(figure)[k])
        assert float(guess) == relative[k]
        assert float(share) == pytest.approx(100 / value / np.sum(1 / week), abs=0.51)


def test_lognormal():
    figure = plots.lognormal()
    x, rows = series(figure, "밀도", axes=("수요 y (개)", "밀도 (개당)"))
    sigmas, means_ = series(figure, "평균 (MSE)", 1, axes=("퍼짐 σ", ROLLS))
    medians, answers = (series(figure, name, 1)[1] for name in ("중앙값 (MAE)", "MAPE"))
    points, heights = series(figure, "MAPE", 0)
    for k, sigma in enumerate(float(value) for value in slider_values(figure)):
        demand = lognorm(sigma, scale=100)
        assert sigmas[k] == pytest.approx(sigma)
        np.testing.assert_allclose(rows[k], demand.pdf(x), atol=2e-5)
        assert means_[k] == pytest.approx(demand.mean())
        assert medians[k] == pytest.approx(demand.median())
        assert points[k, 0] == pytest.approx(answers[k], abs=0.2)
        assert heights[k, 0] == pytest.approx(demand.pdf(answers[k]), abs=2e-5)
        low, high = demand.ppf([1e-14, 1 - 1e-14])
        halves = [
            quad(lambda t, d=demand: d.pdf(np.exp(t)), np.log(a), np.log(b), limit=200)[0]
            for a, b in ((low / 4, answers[k]), (answers[k], high))
        ]
        assert halves[0] == pytest.approx(halves[1], rel=1e-3)


def test_strikes():
    y = load_strikes()["duration"]
    figure = plots.strikes()
    assert figure.panels[0].get_xlabel() == "이어진 날수 (일)"
    assert figure.panels[0].get_ylabel() == "파업 (건)"
    heights = [bar.get_height() for bar in figure.panels[0].patches]
    assert heights == [np.sum((y >= low) & (y < low + 10)) for low in range(0, 220, 10)]
    curve = figure.panels[1].get_lines()[0]
    np.testing.assert_allclose(curve.get_ydata(), means(curve.get_xdata(), y))
    expected = {
        "MSE": y.mean(), "MAE": np.median(y), "MSLE": np.exp(np.log(1 + y).mean()) - 1, "MAPE": 3.0
    }  # fmt: skip
    assert unbeaten(3.0, y)
    for name, constant in expected.items():
        x, score = series(figure, name, 1, axes=("예측 c (일)", "MAPE (%)"))
        assert x[0] == pytest.approx(constant)
        assert score[0] == pytest.approx(means([constant], y)[0])
        assert series(figure, f"{name} {constant:.1f}일")[0][0] == pytest.approx(constant)


def test_splits():
    y = load_strikes()["duration"]
    figure = plots.splits()
    runs = fits.split_run()
    for row, name in enumerate(("MSE", "MAE", "MSLE", "MAPE")):
        ratio, score = series(
            figure, name, axes=("예측의 합 / 실제의 합", "시험 MAPE (%, 로그 눈금)")
        )
        for seed in (0, 57, 199):
            order = np.random.default_rng(seed).permutation(62)
            new, constant = y[order[42:]], runs[seed, row, 0]
            assert ratio[seed] == pytest.approx(constant * 20 / new.sum())
            same = np.full_like(new, constant)
            assert score[seed] == pytest.approx(100 * mean_absolute_percentage_error(new, same))
    assert unbeaten(runs[57, 3, 0], y[np.random.default_rng(57).permutation(62)[:42]])


def test_diabetes_run():
    data = load_diabetes()
    u, u_new, y, y_new = train_test_split(data.data, data.target, test_size=0.3, random_state=4)
    runs = fits.diabetes_run()[4]
    square = LinearRegression().fit(u, y).predict(u_new)
    assert runs[0, 0] == pytest.approx(loss(square, y_new).mean())
    assert runs[0, 1] == pytest.approx(np.abs(square - y_new).mean())
    assert runs[0, 2] == pytest.approx(square.sum() / y_new.sum())


def test_weighted_median_of_an_interval_is_a_minimum():
    y = np.array([3.0, 1.0, 6.0, 2.0])
    assert unbeaten(fits.mape_constant(y), y)
    assert fits.weighted_median(y, np.ones(4)) in (2.0, 3.0)
