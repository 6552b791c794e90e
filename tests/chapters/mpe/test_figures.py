"""The figures of '04. MPE(Mean Percentage Error)' show what torch computes."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
import torch
from sklearn.model_selection import train_test_split

from booktools.figures import series, slider_values
from lossbook.data import load_engel
from lossbook.plots import mpe as plots
from lossbook.plots import mpe_fits as fits

ACTUAL = np.array([100.0, 200.0, 50.0])
FORECAST = np.array([110.0, 180.0, 50.0])
MPE, MAPE = "MPE (%)", "MAPE (%)"


def relative(x, y):
    x, y = (torch.as_tensor(value, dtype=torch.float64) for value in (x, y))
    return 100 * ((y - x) / y)


def signed(x, y):
    return relative(x, y).mean(-1).numpy()


def size(x, y):
    return relative(x, y).abs().mean(-1).numpy()


def marks(figure):
    text = re.search(r'<script type="application/json">(.*?)</script>', figure.html, re.S)[1]
    data = json.loads(text)
    return data, data["marks"]


def engel():
    data = load_engel()
    return data["income"] / 1000, data["foodexp"]


def test_shift():
    figure = plots.shift()
    data, moving = marks(figure)
    values = [float(text.replace("−", "-")) for text in slider_values(figure)]
    assert values == list(range(-40, 41))
    for row, value in enumerate(values):
        terms = relative(FORECAST + value, ACTUAL).numpy()
        for day in range(3):
            assert moving[day]["y"][row][2] == pytest.approx(terms[day], abs=0.06)
        for mark, expected in zip(moving[3:], (terms.mean(), np.abs(terms).mean()), strict=True):
            assert mark["x"][row % len(mark["x"])][0] == value
            assert mark["y"][row][0] == pytest.approx(expected, abs=0.06)
        text = data["readout"][row].replace("−", "-")
        shown = re.fullmatch(r"MPE (.+) %, MAPE (.+) %", text)
        assert float(shown[1]) == pytest.approx(terms.mean(), abs=0.006)
        assert float(shown[2]) == pytest.approx(np.abs(terms).mean(), abs=0.006)
    for label, expected in (("MPE", signed), ("MAPE", size)):
        x, y = series(figure, label, 1, axes=("예측에 더한 인분", "평균 (%)"))
        np.testing.assert_allclose(y, expected(FORECAST + x[:, None], ACTUAL), atol=1e-9)
    days = figure.panels[0]
    assert (days.get_xlabel(), days.get_ylabel()) == ("그날 먹은 인분", "오차 (%)")
    assert [tick.get_text() for tick in days.get_xticklabels()] == ["100", "200", "50"]


def test_cone():
    figure = plots.cone()
    meals = [200.0, 250.0, 100.0, 50.0]
    people = {
        "보람": ([220.0, 275.0, 110.0, 55.0], meals),
        "다온": ([220.0, 225.0, 110.0, 45.0], meals),
        "하람": (FORECAST, ACTUAL),
    }
    for name, pair in people.items():
        x, y = series(figure, name, axes=(MPE, MAPE))
        np.testing.assert_allclose([x[0], y[0]], [signed(*pair), size(*pair)], atol=1e-12)
    for label, side in (("모두 높게 예측", 1.5), ("모두 낮게 예측", 0.9)):
        x, y = series(figure, label)
        at = signed(side * ACTUAL, ACTUAL)
        assert np.sign(x).sum() == np.sign(at)
        np.testing.assert_allclose(y, x / at * size(side * ACTUAL, ACTUAL), atol=1e-12)


def test_constants():
    figure = plots.constants()
    _, y = engel()
    names = ("예측한 식비 c (프랑)", "오차의 평균 (%)")
    for label, expected in (("MPE", signed), ("MAPE", size)):
        c, drawn = series(figure, label, axes=names)
        np.testing.assert_allclose(drawn, expected(c[:, None] + 0 * y, y), atol=1e-9)
    found = {}
    for label in ("MAPE의 최소점", "조화 평균", "중앙값 (MAE)", "평균 (MSE)"):
        c, drawn = series(figure, label)
        np.testing.assert_allclose(drawn, signed(c + 0 * y, y), atol=1e-9)
        found[label] = c[0]
    assert signed(found["조화 평균"] + 0 * y, y) == pytest.approx(0, abs=1e-9)
    assert found["평균 (MSE)"] == pytest.approx(y.mean())
    assert found["중앙값 (MAE)"] == pytest.approx(np.median(y))
    grid = np.linspace(y.min(), y.max(), 4001)
    least = size(grid[:, None] + 0 * y, y).min()
    assert size(found["MAPE의 최소점"] + 0 * y, y) <= least + 1e-9


def test_training_follows_torch():
    figure = plots.training()
    u, y = engel()
    columns, target = torch.tensor(np.column_stack([np.ones(len(u)), u])), torch.tensor(y)
    weights = torch.tensor(np.polyfit(u, y, 1)[::-1].copy(), requires_grad=True)
    data, moving = marks(figure)
    steps = [float(text) for text in slider_values(figure)]
    assert steps == list(range(101))
    ends, rows = series(figure, "예측", 0, axes=("소득 (1000프랑)", "식비 (프랑)"))
    step, bias = series(figure, "MPE (줄이는 값)", 1, axes=("걸음", "평균 (%)"))
    _, error = series(figure, "MAPE", 1)
    np.testing.assert_allclose(step, steps)
    ends = np.ravel(ends)[:2]
    for row in range(101):
        forecast = columns @ weights
        loss = (100 * ((target - forecast) / target)).mean()
        assert bias[row] == pytest.approx(loss.item(), abs=1e-6)
        assert error[row] == pytest.approx(size(forecast.detach(), y), abs=1e-6)
        assert moving[1]["y"][row][0] == pytest.approx(bias[row], abs=0.5)
        assert moving[2]["y"][row][0] == pytest.approx(error[row], abs=0.5)
        line = weights.detach().numpy()
        np.testing.assert_allclose(rows[row], line[0] + line[1] * ends, atol=2)
        text = data["readout"][row].replace("−", "-")
        assert text == f"MPE {bias[row]:.1f} %, MAPE {error[row]:.1f} %"
        (gradient,) = torch.autograd.grad(loss, weights)
        with torch.no_grad():
            weights -= 100 * gradient
    x, drawn = series(figure, "가구", 0)
    np.testing.assert_allclose([x, drawn], [u, y])


def test_plane():
    figure = plots.plane()
    u, y = engel()
    scores = fits.splits()
    for column, name in enumerate(("MSE", "MAE", "MSLE", "MAPE")):
        x, height = series(figure, name, 0, axes=(MPE, MAPE))
        np.testing.assert_allclose(x, scores[:, column, 0])
        np.testing.assert_allclose(height, scores[:, column, 1])
        x, height = series(figure, name, 1, axes=(MPE, MAPE))
        np.testing.assert_allclose([x[0], height[0]], scores[:, column].mean(0))
    for seed in (0, 7):
        parts = train_test_split(u, y, test_size=0.3, random_state=seed)
        line = np.polyfit(parts[0], parts[2], 1)
        forecast = np.polyval(line, parts[1])
        expected = signed(forecast, parts[3]), size(forecast, parts[3])
        np.testing.assert_allclose(scores[seed, 0], expected)


@pytest.mark.parametrize(
    ("name", "loss"),
    [
        ("MSE", lambda x, y: ((y - x) ** 2).mean(-1)),
        ("MAE", lambda x, y: np.abs(y - x).mean(-1)),
        ("MSLE", lambda x, y: ((np.log1p(y) - np.log1p(x)) ** 2).mean(-1)),
        ("MAPE", size),
    ],
)
def test_no_line_near_a_fit_is_better(name, loss):
    u, y = engel()
    best = fits.FITS[name](u, y)
    rng = np.random.default_rng(0)
    moves = rng.normal(size=(400, 2)) * np.logspace(-4, 1, 400)[:, None]
    others = best + moves
    forecasts = others[:, :1] + others[:, 1:] * u
    assert loss(best[0] + best[1] * u, y) <= loss(forecasts, y).min() * (1 + 1e-9)
