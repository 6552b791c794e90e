"""The figures of 'choosing a regression loss' show what torch and scikit-learn compute."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.metrics import mean_absolute_percentage_error, mean_squared_log_error

from booktools.figures import series, slider_values
from booktools.figures.data import readouts
from lossbook.data import load_randhie
from lossbook.plots import choosing_a_regression_loss as plots
from lossbook.plots import choosing_fits as fits

VISITS = load_randhie()["visits"]
SOME = VISITS[VISITS > 0]


def theirs(name, x, y):
    x, y = np.broadcast_arrays(np.asarray(x, float), y)
    ours = torch.tensor(x), torch.tensor(y)
    if name == "MSE":
        return F.mse_loss(*ours).item()
    if name == "RMSE":
        return F.mse_loss(*ours).sqrt().item()
    if name == "L1":
        return F.l1_loss(*ours).item()
    if name == "후버":
        return F.huber_loss(*ours, delta=2.0).item()
    if name == "스무스 L1":
        return F.smooth_l1_loss(*ours, beta=2.0).item()
    if name == "MSLE":
        return mean_squared_log_error(y, x)
    if name == "MPE":
        return float(100 * np.mean((y - x) / y))
    return 100 * mean_absolute_percentage_error(y, x)


def weighted_median(y):
    y = np.sort(y)
    return y[np.searchsorted(np.cumsum(1 / y), np.sum(1 / y) / 2)]


def huber_location(y):
    """The root of torch's gradient, by bisection."""
    low, high = 0.0, 77.0
    for _ in range(60):
        middle = torch.tensor((low + high) / 2, requires_grad=True)
        F.huber_loss(middle.expand(y.size), torch.tensor(y), delta=2.0).backward()
        low, high = (middle.item(), high) if middle.grad < 0 else (low, middle.item())
    return low


EXPECTED = {
    "MSE": lambda y: y.mean(),
    "RMSE": lambda y: y.mean(),
    "L1": np.median,
    "후버": huber_location,
    "스무스 L1": huber_location,
    "MSLE": lambda y: np.expm1(np.log1p(y).mean()),
    "MAPE": lambda y: weighted_median(y[y > 0]),
    "MPE": lambda y: 77.0,  # no minimum: the search ends at its right end
}


@pytest.fixture(autouse=True)
def _double():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("name", fits.LOSSES)
def test_constants(name):
    assert fits.constants()[name] == pytest.approx(EXPECTED[name](VISITS), abs=1e-5)


@pytest.mark.parametrize("name", fits.LOSSES)
def test_losses(name):
    y = SOME if name in ("MAPE", "MPE") else VISITS
    x = np.linspace(0, 9, y.size)
    assert fits.LOSSES[name](x, y) == pytest.approx(theirs(name, x, y))


def test_minima_distribution():
    axes = ("방문 횟수 (회)", "사람의 비율 (%)")
    number, share = series(plots.minima(), "자료", axes=axes)
    np.testing.assert_allclose(number, np.arange(13))
    np.testing.assert_allclose(share, np.bincount(VISITS.astype(int))[:13] / VISITS.size * 100)
    for label, value in (("평균", VISITS.mean()), ("중앙값", 1.0)):
        x, _ = series(plots.minima(), label)
        np.testing.assert_allclose(x, value)


@pytest.mark.parametrize(("name", "label"), plots.NAMES.items())
def test_minima_losses(name, label):
    axes = ("예보 c (회)", "손실 / 가장 작은 손실")
    x, height = series(plots.minima(), label, panel=1, axes=axes)
    y = SOME if name == "MAPE" else VISITS
    lowest = theirs(name, EXPECTED[name](VISITS), y)
    expected = [theirs(name, c, y) / lowest for c in x[::10]]
    np.testing.assert_allclose(height[::10], expected, rtol=1e-5)
    (best,) = [
        line.get_xdata() for line in plots.minima().panels[1].lines
        if line.get_label() == f"_{name}"
    ]  # fmt: skip
    assert best == pytest.approx([EXPECTED[name](VISITS)], abs=1e-5)


def test_minima_of_twins():
    """RMSE and Smooth L1 share a curve's minimum with the loss they are named beside."""
    found = fits.constants()
    assert found["RMSE"] == pytest.approx(found["MSE"], abs=1e-5)
    assert found["스무스 L1"] == pytest.approx(found["후버"], abs=1e-5)


def test_typing_errors():
    figure = plots.typing_errors()
    axes = ("손실", "가장 좋은 상수 예보 (회)")
    _, rows = series(figure, "잘못 적은 자료", axes=axes)
    names = [text.get_text() for text in figure.panels[0].get_xticklabels()]
    assert names == list(fits.MODELS)
    values = [float(value) for value in slider_values(figure)]
    np.testing.assert_allclose(values, np.arange(21) / 10)
    rows = np.asarray(rows, float)
    for share, row, text in list(zip(values, rows, readouts(figure), strict=True))[::4]:
        y = fits.mistyped(share / 100)
        changed = y != VISITS
        assert set(y[changed] / VISITS[changed]) <= {100.0}
        expected = [EXPECTED[name](y) for name in names]
        np.testing.assert_allclose(row, expected, atol=5e-3)
        numbers = [float(word) for word in re.findall(r"\d+\.\d+", text)]
        np.testing.assert_allclose(numbers, [expected[0], expected[3], y.mean()], atol=6e-3)
    at, clean = series(figure, "바르게 적은 자료", axes=axes)
    np.testing.assert_allclose(at, np.arange(5))
    np.testing.assert_allclose(clean, [EXPECTED[name](VISITS) for name in names], atol=1e-5)


def test_fits_and_scores():
    data = load_randhie()
    y, group = VISITS, fits.groups()[1]
    assert len(fits.groups()[0]) == 24
    keys = {*zip(group, data["health"], data["coinsurance"] > 0, strict=True)}
    assert len(keys) == 24
    for name in ("MSE", "MSLE"):
        expected = [EXPECTED[name](y[group == number]) for number in range(24)]
        np.testing.assert_allclose(fits.fit(name, y, group), expected, atol=1e-5)
    train, test = fits.split(3)
    assert np.array_equal(np.sort(np.append(train, test)), np.arange(y.size))
    mean = np.array([y[train][group[train] == number].mean() for number in range(24)])
    x, goal = mean[group[test]], y[test]
    some = goal > 0
    rated = [theirs(n, x[some], goal[some]) if n == "MAPE" else theirs(n, x, goal)
             for n in fits.MODELS]  # fmt: skip
    rated += [x.sum() / goal.sum(), 100 * np.mean((goal - x)[some] / goal[some])]
    np.testing.assert_allclose(fits.runs()[3, 0], rated, rtol=1e-4)


def test_spread_of_the_means():
    y, group = VISITS, fits.groups()[1]
    means = []
    for seed in range(fits.SEEDS):
        train = fits.split(seed)[0][:1000]
        inside = [y[train][group[train] == number] for number in range(24)]
        means.append([m.mean() if m.size else y[train].mean() for m in inside])
    expected = np.std(means, axis=0) @ np.bincount(group) / group.size
    assert fits.spread(1000)[fits.MODELS.index("MSE")] == pytest.approx(expected, abs=1e-5)


def test_alternative_texts_are_sentences():
    for make in (plots.minima, plots.typing_errors):
        assert make().alt.endswith("다.")
