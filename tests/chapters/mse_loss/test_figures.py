"""The figures of 'MSE' show what torch computes, and fits that are optimal for torch."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.stats import norm
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsRegressor

from booktools.figures import series, slider_values
from booktools.figures.data import readouts
from lossbook.plots import mse_fits as fits
from lossbook.plots import mse_loss as plots

USAGE = np.array([0.0, 1.0, 2.0, 10.0])
ERROR = "오차 e = x - y (kWh)"


def loss(x, y, reduction="mean"):
    x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
    return F.mse_loss(torch.tensor(x), torch.tensor(y), reduction=reduction).numpy()


def gradient(error):
    error = torch.tensor(np.asarray(error, float), requires_grad=True)
    total = F.mse_loss(error, torch.zeros_like(error), reduction="sum")
    return torch.autograd.grad(total, error)[0].numpy()


def numbers_of(text):
    return [float(word) for word in re.findall(r"-?\d+(?:\.\d+)?", text.replace("−", "-"))]


def values_of(figure):
    return np.array([float(value.replace("−", "-")) for value in slider_values(figure)])


def unlabelled(figure, panel):
    """Position of the moving dots, which have no name of their own."""
    marks = [m for m in _marks(figure) if m["panel"] == panel and m["name"].startswith("_child")]
    (mark,) = marks
    return np.array(mark["x"], float)[:, 0], np.array(mark["y"], float)[:, 0]


def _marks(figure):
    import json

    text = re.search(r'<script type="application/json">(.*?)</script>', figure.html, re.S)[1]
    return json.loads(text)["marks"]


def test_slope():
    figure = plots.slope()
    error, height = series(figure, "손실 e²", axes=(ERROR, "손실 (kWh²)"))
    np.testing.assert_allclose(height, loss(error, 0, "none"))
    error, slope = series(figure, "기울기 2e", panel=1, axes=(ERROR, "기울기 (kWh)"))
    np.testing.assert_allclose(slope, gradient(error))
    places = values_of(figure)
    x, y = series(figure, "접선")
    np.testing.assert_allclose(
        (y[:, 1] - y[:, 0]) / (x[:, 1] - x[:, 0]), gradient(places), atol=0.02
    )
    np.testing.assert_allclose(x.mean(1), places, atol=0.01)
    np.testing.assert_allclose(y.mean(1), loss(places, 0, "none"), atol=0.02)
    np.testing.assert_allclose(unlabelled(figure, 0)[1], loss(places, 0, "none"), atol=0.02)
    np.testing.assert_allclose(unlabelled(figure, 1), [places, gradient(places)], atol=0.02)
    for text, place in zip(readouts(figure), places, strict=True):
        assert numbers_of(text) == pytest.approx([place**2, 2 * place], abs=5e-3)


def test_shares():
    figure = plots.shares()
    errors = np.array([0.5, -1.0, 2.0, -4.0])
    axes = ("오차 (kWh)", "합에서 차지하는 몫 (%)")
    square = loss(errors, 0, "none")
    at, percent = series(figure, "제곱", axes=axes)
    np.testing.assert_allclose(percent, 100 * square / square.sum())
    assert at.round().tolist() == [0, 1, 2, 3]
    _, percent = series(figure, "절댓값", axes=axes)
    absolute = F.l1_loss(torch.tensor(errors), torch.zeros(4), reduction="none").numpy()
    np.testing.assert_allclose(percent, 100 * absolute / absolute.sum())
    ticks = [label.get_text() for label in figure.panels[0].get_xticklabels()]
    assert ticks == ["0.5", "−1", "2", "−4"]


def test_squares():
    figure = plots.squares()
    centers = values_of(figure)
    total = np.zeros(len(centers))
    for number in USAGE:
        name = f"{number:g} kWh인 날"
        x, y = series(figure, name, axes=("사용량 (kWh)", "변의 길이 (kWh)"))
        width, height = np.ptp(x, axis=1), np.ptp(y, axis=1)
        np.testing.assert_allclose(width, np.abs(centers - number), atol=0.01)
        np.testing.assert_allclose(height, np.abs(centers - number), atol=0.01)
        np.testing.assert_allclose(x[:, 0], number)
        total += width * height
    axes = ("대표값 c (kWh)", "평균 제곱 오차 (kWh²)")
    center, mean = series(figure, "평균 제곱 오차", panel=1, axes=axes)
    np.testing.assert_allclose(mean, [loss(c, USAGE) for c in center])
    expected = np.array([loss(c, USAGE) for c in centers])
    np.testing.assert_allclose(total / 4, expected, atol=0.1)
    np.testing.assert_allclose(unlabelled(figure, 1), [centers, expected], atol=0.02)
    _, floor = series(figure, "사용량의 분산 15.6875", panel=1)
    np.testing.assert_allclose(floor, 15.6875)
    assert centers[expected.argmin()] == 3.25
    for text, c, mean in zip(readouts(figure), centers, expected, strict=True):
        left, right = (c - USAGE)[c > USAGE].sum(), (USAGE - c)[c < USAGE].sum()
        assert numbers_of(text) == pytest.approx([left, right, mean], abs=6e-3)


def test_outlier():
    figure = plots.outlier()
    largest = values_of(figure)
    axes = ("대표값 c (kWh)", "평균 제곱 오차 (kWh²)")
    center, rows = series(figure, "평균 제곱 오차", axes=axes)
    days = [np.array([0.0, 1.0, 2.0, last]) for last in largest]
    for row, day in zip(rows, days, strict=True):
        np.testing.assert_allclose(row, [loss(c, day) for c in center], atol=0.2)
    axes = ("넷째 날의 사용량 (kWh)", "대표값 (kWh)")
    last, mean = series(figure, "평균", panel=1, axes=axes)
    np.testing.assert_allclose(last, largest)
    np.testing.assert_allclose(mean, [day.mean() for day in days])
    median = series(figure, "중앙값", panel=1)[1]
    np.testing.assert_allclose(median, [np.median(day) for day in days])
    means, bottoms = unlabelled(figure, 0)
    np.testing.assert_allclose(means, mean, atol=0.01)
    np.testing.assert_allclose(bottoms, [day.var() for day in days], atol=0.2)
    for text, day in zip(readouts(figure), days, strict=True):
        square = loss(day.mean(), day, "none")
        found = numbers_of(text)
        assert found == pytest.approx([day.mean(), 100 * square[3] / square.sum()], abs=0.5)


def test_likelihood():
    figure = plots.likelihood()
    centers = values_of(figure)
    grid, bells = series(figure, "정규분포", axes=("사용량 (kWh)", "밀도 (1/kWh)"))
    np.testing.assert_allclose(bells, norm.pdf(grid, centers[:, None], 4), atol=1e-3)
    for name, number in (("자료의 밀도", 0.0), ("_1", 1.0), ("_2", 2.0), ("_10", 10.0)):
        at, stick = series(figure, name)
        np.testing.assert_allclose(at, number)
        np.testing.assert_allclose(stick[:, 1], norm.pdf(number, centers, 4), atol=1e-3)
    axes = ("종의 가운데 c (kWh)", "음의 로그 가능도 (nat)")
    for sigma in (3.0, 4.0, 6.0):
        center, score = series(figure, f"σ = {sigma:g}", panel=1, axes=axes)
        expected = [-norm.logpdf(USAGE, c, sigma).sum() for c in center]
        np.testing.assert_allclose(score, expected)
        assert abs(center[score.argmin()] - 3.25) < 0.03
    expected = [-norm.logpdf(USAGE, c, 4).sum() for c in centers]
    np.testing.assert_allclose(unlabelled(figure, 1)[1], expected, atol=0.02)
    for text, score in zip(readouts(figure), expected, strict=True):
        assert numbers_of(text) == pytest.approx([score], abs=6e-3)


def torch_descent(rate, steps):
    data = load_diabetes()
    features = torch.tensor((data.data - data.data.mean(0)) / data.data.std(0))
    y = torch.tensor(data.target - data.target.mean())
    weights = torch.zeros(10, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([weights], lr=rate)
    for _ in range(steps):
        optimizer.zero_grad()
        F.mse_loss(features @ weights, y).backward()
        optimizer.step()
    best = torch.linalg.lstsq(features, y).solution
    above = F.mse_loss(features @ weights, y) - F.mse_loss(features @ best, y)
    return above.item(), weights[4].item(), best[4].item()


def check_descent():
    figure = plots.descent()
    for rate in (0.01, 0.1, 0.24, 0.25):
        name = f"η = {rate:g}"
        step, above = series(figure, name, axes=("걸음", "손실 - 가장 낮은 손실"))
        assert step.tolist() == list(range(1, 3001))
        expected = torch_descent(rate, 100)
        assert above[99] == pytest.approx(expected[0], rel=1e-6)
        if rate < 0.25:
            axes = ("걸음", "표준편차 1만큼의 효과")
            _, weight = series(figure, name, panel=1, axes=axes)
            assert weight[99] == pytest.approx(expected[1], rel=1e-6)
    _, reference = series(figure, "정규방정식", panel=1)
    np.testing.assert_allclose(reference, expected[2])


def test_descent():
    check_descent()


def test_a_gradient_without_the_factor_two_is_seen(monkeypatch):
    fits.descents.cache_clear()
    wrong = fits.mse_loss_grad
    monkeypatch.setattr(fits, "mse_loss_grad", lambda x, y: wrong(x, y) / 2)
    try:
        with pytest.raises(AssertionError):
            check_descent()
    finally:
        fits.descents.cache_clear()


def test_bias_variance():
    figure = plots.bias_variance()
    axes = ("이웃의 수 k", "시험 환자의 평균 제곱 오차")
    k, total = series(figure, "합: 손실", axes=axes)
    bias, variance = (series(figure, name, axes=axes)[1] for name in ("편향² + 잡음", "분산"))
    assert k.tolist() == list(range(1, 101))
    np.testing.assert_allclose(bias + variance, total)
    predictions, target = fits.neighbour_predictions(0)
    tensors = torch.tensor(predictions), torch.tensor(target)
    for n in (1, 7, 60):
        x = tensors[0][:, :, n - 1]
        assert total[n - 1] == pytest.approx(F.mse_loss(x, tensors[1].expand_as(x)).item())
        assert bias[n - 1] == pytest.approx(F.mse_loss(x.mean(0), tensors[1]).item())
        assert variance[n - 1] == pytest.approx(x.var(0, correction=0).mean().item())


def test_the_predictions_are_means_of_the_nearest_patients():
    data = load_diabetes()
    x, x_test, y, y_test = train_test_split(data.data, data.target, test_size=142, random_state=0)
    picked = np.sort(np.random.default_rng(0).choice(300, 100, replace=False))
    predictions, target = fits.neighbour_predictions(0)
    np.testing.assert_array_equal(target, y_test)
    for k in (1, 7, 60):
        model = KNeighborsRegressor(k).fit(x[picked], y[picked])
        np.testing.assert_allclose(predictions[0, :, k - 1], model.predict(x_test))
