"""The figures of 'MSLE' show what torch computes, and the optima of the data they name."""

from __future__ import annotations

import json
import re
from collections import Counter

import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar
from sklearn.metrics import mean_squared_log_error

from booktools.figures import series, slider_values
from booktools.figures.data import readouts
from lossbook.data import load_randhie
from lossbook.plots import msle as plots
from lossbook.plots import msle_fits as fits

VIEWS = [0.0, 1.0, 3.0, 7.0]
FORECAST = "예측 x (회)"


def loss(x, y):
    x, y = (torch.as_tensor(np.array(v, dtype=float)) for v in (x, y))
    return ((torch.log1p(x) - torch.log1p(y)) ** 2).numpy()


def slope(x, y):
    at = torch.tensor(float(x), dtype=torch.float64, requires_grad=True)
    value = (torch.log1p(at) - torch.log1p(torch.tensor(float(y), dtype=torch.float64))) ** 2
    return torch.autograd.grad(value, at)[0].item()


def best(y):
    """The constant with the least MSLE, found without the formula."""
    y = np.array(y, dtype=float)
    found = minimize_scalar(
        lambda t: mean_squared_log_error(y, np.full_like(y, np.expm1(t))),
        bounds=(0, 10), method="bounded", options={"xatol": 1e-10},
    )  # fmt: skip
    return np.expm1(found.x)


def test_losses():
    figure = plots.losses()
    for name, reference in (
        ("제곱 오차", lambda x: (x - 100) ** 2 / 50**2),
        ("절대 오차", lambda x: np.abs(x - 100) / 50),
        ("제곱 로그 오차", lambda x: loss(x, 100) / loss(50, 100)),
    ):
        x, y = series(figure, name, axes=(FORECAST, "손실 / x = 50의 손실"))
        np.testing.assert_allclose(y, reference(x), atol=1e-12)


def test_shape():
    figure = plots.shape()
    x, rows = series(figure, "손실", axes=(FORECAST, "손실"))
    bend, height = series(figure, "x = e(1 + y) - 1", axes=(FORECAST, "손실"))
    z, logs = series(figure, "손실", panel=1, axes=("z = ln(1 + x)", "손실"))
    place, again = series(figure, "같은 점", panel=1)
    for k, actual in enumerate(slider_values(figure)):
        y = float(actual)
        np.testing.assert_allclose(rows[k], loss(x, y), atol=0.01)
        np.testing.assert_allclose(logs[k], (z - np.log1p(y)) ** 2, atol=0.01)
        assert bend[k][0] == pytest.approx(np.e * (1 + y) - 1, abs=0.1)
        assert place[k][0] == pytest.approx(np.log1p(y) + 1, abs=0.01)
        assert height[k][0] == pytest.approx(1, abs=0.01)
        assert again[k][0] == pytest.approx(1, abs=0.01)
        shown = re.fullmatch(r"꺾이는 점 x = (.+), x = 30에서 기울기 (.+)", readouts(figure)[k])
        assert float(shown[1]) == pytest.approx(np.e * (1 + y) - 1, abs=0.06)
        assert float(shown[2]) == pytest.approx(slope(30, y), abs=6e-5)


def test_hit():
    figure = plots.hit()
    axes = ("대박 영상의 조회수 (회)", "대표값 + 1 (회)")
    tops, mean = series(figure, "평균 (MSE)", axes=axes)
    _, median = series(figure, "중앙값 (MAE)", axes=axes)
    _, ours = series(figure, "MSLE의 답", axes=axes)
    assert [float(v) for v in slider_values(figure)] == tops.tolist()
    c, rows = series(figure, "MSLE", panel=1, axes=("대표값 c + 1 (회)", "다섯 영상의 MSLE"))
    for k, top in enumerate(tops):
        sample = [*VIEWS, top]
        assert mean[k] == pytest.approx(1 + np.mean(sample))
        assert median[k] == pytest.approx(1 + np.median(sample))
        assert ours[k] == pytest.approx(1 + best(sample), rel=1e-6)
        expected = np.mean([loss(np.array(c) - 1, y) for y in sample], axis=0)
        np.testing.assert_allclose(rows[k], expected, atol=0.05)
        shown = re.fullmatch(r"평균 (.+), 중앙값 (.+), MSLE (.+)", readouts(figure)[k])
        assert float(shown[1]) == pytest.approx(np.mean(sample), abs=0.06)
        assert float(shown[2]) == np.median(sample)
        assert float(shown[3]) == pytest.approx(best(sample), abs=6e-3)


def test_hit_marks_lie_on_the_lines():
    figure = plots.hit()
    _, blocks = element(figure)
    tops = [float(v) for v in slider_values(figure)]
    names = ("평균 (MSE)", "중앙값 (MAE)", "MSLE의 답")
    for name, (x, y) in zip(names, blocks[:3], strict=True):
        assert x[:, 0].tolist() == tops
        np.testing.assert_allclose(y[:, 0], series(figure, name)[1], rtol=2e-3)
    c, depth = blocks[-1]
    for k, top in enumerate(tops):
        logs = np.log1p([*VIEWS, top])
        assert c[k, 0] == pytest.approx(np.exp(logs.mean()), rel=2e-3)
        assert depth[k, 0] == pytest.approx(logs.var(), rel=2e-3)


def element(figure):
    """The slider's data: everything, and one (x, y) per moving artist."""
    text = re.search(r'<script type="application/json">(.*?)</script>', figure.html, re.DOTALL)[1]
    data = json.loads(text)
    return data, [(np.array(m["x"], float), np.array(m["y"], float)) for m in data["marks"]]


def walk(start, rate, in_log):
    """Sixty steps of torch's gradient descent."""
    at = float(np.log1p(start)) if in_log else float(start)
    value = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([value], lr=rate)
    path = [start]
    for _ in range(60):
        optimizer.zero_grad()
        z = value if in_log else torch.log1p(value)
        ((z - np.log1p(100.0)) ** 2).backward()
        optimizer.step()
        path.append(np.expm1(value.item()) if in_log else value.item())
    return path


def test_descent():
    figure = plots.descent()
    for panel, (rate, in_log) in enumerate(((1000.0, False), (0.1, True))):
        for start in (10000, 1):
            _, path = series(figure, f"{start}에서 출발", panel=panel, axes=("걸음", FORECAST))
            np.testing.assert_allclose(path, walk(start, rate, in_log), rtol=1e-9)


def test_histogram():
    y = load_randhie()["visits"]
    (axes,) = plots.histogram().panels
    counts = Counter(y.astype(int).tolist())
    assert [bar.get_height() for bar in axes.patches] == [counts[k] for k in range(21)]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("진료 횟수 (회)", "사람과 해의 수")
    for name, value in (
        ("중앙값 (MAE) 1.00", np.median(y)), ("MSLE의 답 1.62", best(y)),
        ("평균 (MSE) 2.86", y.mean()),
    ):  # fmt: skip
        x, _ = series(plots.histogram(), name)
        assert x[0] == pytest.approx(value, rel=1e-6)


def test_totals():
    y, group = fits.groups()
    data = load_randhie()
    level = np.select([data["disease"] < 9, data["disease"] < 13], [0, 1], 2)
    for seed in (0, 13):
        order = np.random.default_rng(seed).permutation(20190)
        fit, test = order[:14133], order[14133:]
        same = (
            (data["coinsurance"][fit] == 0) & (data["health"][fit] == 1) & (level[fit] == 2)
        )  # fmt: skip
        forecast = fits.group_forecasts(y, group, fit)
        known = y[fit][same]
        (number,) = set(group[fit][same])
        answers = forecast[:3, group == number][:, 0]
        expected = [known.mean(), np.median(known), best(known)]
        np.testing.assert_allclose(answers, expected, rtol=1e-6)
        assert forecast[3, fit].sum() != forecast[2, fit].sum()
        factor = np.mean((1 + y[fit]) / (1 + forecast[2, fit]))
        np.testing.assert_allclose(forecast[3], (1 + forecast[2]) * factor - 1)
        for row, name in enumerate(fits.METHODS):
            x, ratios = series(plots.totals(), name,
                               axes=("나눈 번호 (씨앗)", "예측의 합 / 실제의 합"))  # fmt: skip
            assert x[seed] == seed
            assert ratios[seed] == pytest.approx(forecast[row, test].sum() / y[test].sum())


def test_scores_of_a_split():
    y, group = fits.groups()
    fit, test = fits.split(len(y), 0)
    forecast = fits.group_forecasts(y, group, fit)[:, test]
    for row, x in enumerate(forecast):
        _, root, absolute, logs = fits.visit_run()[0, row]
        assert root == pytest.approx(np.sqrt(np.mean((x - y[test]) ** 2)))
        assert absolute == pytest.approx(np.mean(np.abs(x - y[test])))
        assert logs == pytest.approx(mean_squared_log_error(y[test], x))


def test_the_vendored_table_is_the_data_set():
    data = load_randhie()
    assert {name: len(column) for name, column in data.items()} == dict.fromkeys(
        ("visits", "coinsurance", "disease", "health"), 20190
    )
    assert data["visits"].sum() == 57752
    assert set(data["coinsurance"]) == {0.0, 25.0, 50.0, 95.0, 100.0}
    assert Counter(data["health"].tolist()) == {0.0: 11019, 1.0: 7309, 2.0: 1560, 3.0: 302}
