"""The figures of the chapter on the Poisson loss show what torch, SciPy and scikit-learn say."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.stats import binom, poisson
from sklearn.linear_model import LinearRegression, PoissonRegressor
from sklearn.metrics import mean_poisson_deviance

from booktools.figures import series, slider_values
from booktools.figures.data import readouts
from lossbook.data import load_randhie
from lossbook.plots import poisson_fits as fits
from lossbook.plots import poisson_nll_loss as plots

RAIN, SUN = [0.0, 1.0, 2.0, 2.0, 5.0], [4.0, 5.0, 6.0, 6.0, 9.0]


def loss(value, count, **options):
    value = torch.as_tensor(np.array(value), dtype=torch.float64)
    count = torch.as_tensor(np.array(count), dtype=torch.float64).expand_as(value)
    return F.poisson_nll_loss(value, count, reduction="none", **options).numpy()


def design():
    """Built again from the columns of the file."""
    data = load_randhie()
    health = [data["health"] == level for level in (1, 2, 3)]
    columns = [np.log(1 + data["coinsurance"]), data["disease"] / 10, *health]
    return np.column_stack(columns).astype(float), data["visits"]


def fitted(features, y):
    """Forecasts of scikit-learn without regularisation."""
    return PoissonRegressor(alpha=0, tol=1e-10, max_iter=1000, solver="newton-cholesky").fit(
        features, y
    )


def test_slots_approach_the_poisson_distribution():
    figure = plots.slots()
    counts, heights = series(figure, "n칸으로 나누면", axes=("손님 수 y", "확률"))
    pieces = [int(value) for value in slider_values(figure)]
    assert pieces[0] == 2
    assert pieces[-1] == 3600
    for row, n in zip(heights, pieces, strict=True):
        np.testing.assert_allclose(row, binom.pmf(np.round(counts), n, 2 / n), atol=2e-3)
    at, limit = series(figure, "포아송 분포")
    np.testing.assert_allclose(limit, poisson.pmf(at, 2.0))
    for line, n in zip(readouts(figure), pieces, strict=True):
        expected = f"칸 {binom.pmf(3, n, 2 / n):.4f}, 포아송 {poisson.pmf(3, 2):.4f}"
        assert line.endswith(expected)


def test_losses_of_four_counts():
    figure = plots.losses()
    for count in (0, 1, 3, 6):
        rate, of_rate = series(figure, f"y = {count}", panel=0, axes=("강도 λ (명)", "손실 (nat)"))
        np.testing.assert_allclose(of_rate, loss(rate, count, log_input=False))
        x, of_log = series(
            figure, f"y = {count}", panel=1, axes=("로그 강도 x = ln λ", "손실 (nat)")
        )
        np.testing.assert_allclose(of_log, loss(x, count))
        if count:
            assert abs(rate[of_rate.argmin()] - count) < 0.03
            assert abs(x[of_log.argmin()] - np.log(count)) < 0.03
            for panel, place in ((0, count), (1, np.log(count))):
                at, bottom = series(figure, f"_바닥 {count}", panel=panel)
                np.testing.assert_allclose(at, place)
                np.testing.assert_allclose(bottom, loss(np.log([count]), count))


def test_stirling_jumps_behind_one():
    figure = plots.stirling()
    for label, low, high in (("full=True", 0, 1), ("_full=True", 1.0001, 6)):
        y, added = series(figure, label, axes=("개수 y", "상수 (nat)"))
        assert (y.min(), y.max()) == (low, high)
        expected = loss(0 * y, y, full=True) - loss(0 * y, y)
        np.testing.assert_allclose(added, expected, atol=1e-12)
    y, exact = series(figure, "정확한 값 ln y!")
    expected = torch.lgamma(torch.tensor(y) + 1).numpy()
    np.testing.assert_allclose(exact, expected, atol=1e-12)
    for panel in (0, 1):
        whole, values = series(figure, "정수 y", panel=panel)
        exact = torch.lgamma(torch.tensor(whole, dtype=torch.float64) + 1).numpy()
        term = loss(0.0 * whole, whole, full=True) - loss(0.0 * whole, whole)
        np.testing.assert_allclose(values, (exact, term - exact)[panel], atol=1e-9)
    for label in ("차이", "_차이"):
        y, gap = series(figure, label, panel=1, axes=("개수 y", "차이 (nat)"))
        term = loss(0 * y, y, full=True) - loss(0 * y, y)
        np.testing.assert_allclose(
            gap, term - torch.lgamma(torch.tensor(y) + 1).numpy(), atol=1e-12
        )
    assert gap[0] == pytest.approx(-0.081, abs=5e-4)


def test_same_bottom_and_other_valleys():
    figure = plots.same_bottom()
    rate, valleys = series(figure, "포아송", axes=("예보한 강도 λ (명)", "평균 손실 − 최솟값"))
    _, squares = series(figure, "제곱 오차의 반")
    bottoms, zeros = series(figure, "표본 평균")
    assert not zeros.any()
    means = [float(value) for value in slider_values(figure)]
    for k, mean in enumerate(means):
        y = poisson.ppf((np.arange(30) + 0.5) / 30, mean)
        assert bottoms[k, 0] == pytest.approx(y.mean(), abs=0.03)
        grid = rate if rate.ndim == 1 else rate[k]
        ours = np.array([loss(np.full(30, r), y, log_input=False, eps=0.0).mean() for r in grid])
        ours -= loss(np.full(30, y.mean()), y, log_input=False, eps=0.0).mean()
        seen = ours < 1.4
        np.testing.assert_allclose(valleys[k][seen], ours[seen], atol=5e-3)
        theirs = (grid - y.mean()) ** 2 / 2
        seen = theirs < 1.4
        np.testing.assert_allclose(squares[k][seen], theirs[seen], atol=5e-3)
        found = re.fullmatch(r"표본 평균 (.+), 바닥의 굽은 정도: 포아송 (.+), 제곱의 반 1",
                             readouts(figure)[k])  # fmt: skip
        assert float(found[1]) == pytest.approx(y.mean(), abs=6e-3)
        assert float(found[2]) == pytest.approx(1 / y.mean(), abs=6e-3)


def check_spaces():
    figure = plots.spaces()
    expected = {
        "바르게": (2.0, 6.0),
        "강도를 log_input=True에": (np.log(2), np.log(6)),
        "로그 강도를 log_input=False에": (np.exp(2), np.exp(6)),
    }
    best = (loss(np.full(5, np.log(2)), RAIN).sum() + loss(np.full(5, np.log(6)), SUN).sum()) / 10
    for kind, forecasts in expected.items():
        step, losses = series(figure, kind, panel=0, axes=("걸음", "손실 (nat)"))
        assert step[0] == 0
        assert losses[-1] == pytest.approx(best, abs=2e-3)
        assert losses[0] > losses[-1] + 0.3
        _, ratio = series(figure, kind, panel=1, axes=("걸음", "비 (로그 눈금)"))
        assert ratio[-1] == pytest.approx(np.mean(forecasts) / np.mean(RAIN + SUN), rel=0.05)


def test_spaces():
    check_spaces()


def test_a_training_in_another_space_is_seen(monkeypatch):
    real = fits.training
    swapped = dict(zip(fits.KINDS, fits.KINDS[::-1], strict=True))
    monkeypatch.setattr(fits, "training", lambda kind: real(swapped[kind]))
    with pytest.raises(AssertionError):
        check_spaces()


def test_visits():
    figure = plots.visits()
    features, y = design()
    forecasts, actual = [], []
    for seed in range(10):
        order = np.random.default_rng(seed).permutation(len(y))
        fit, test = order[:14133], order[14133:]
        line = LinearRegression().fit(features[fit], y[fit])
        logs = LinearRegression().fit(features[fit], np.log(1 + y[fit]))
        forecasts.append((
            fitted(features[fit], y[fit]).predict(features[test]), line.predict(features[test]),
            np.exp(logs.predict(features[test])) - 1,
        ))  # fmt: skip
        actual.append(y[test])
    for column, model in enumerate(("포아송", "MSE", "로그 뒤 MSE")):
        said, seen = series(figure, model, panel=0, axes=("평균 예보 (회)", "실제 평균 (회)"))
        guess = np.concatenate([row[column] for row in forecasts])
        parts = np.array_split(np.sort(guess), 10)
        np.testing.assert_allclose(said, [part.mean() for part in parts], rtol=1e-4)
        assert seen.mean() == pytest.approx(np.concatenate(actual).mean(), rel=1e-3)
        parts = np.array_split(np.argsort(guess, kind="stable"), 10)
        means = [np.concatenate(actual)[part].mean() for part in parts]
        np.testing.assert_allclose(seen, means, atol=0.02)
    rate = fitted(features, y).predict(features)
    counts, said = series(
        figure, "포아송 모델", panel=1, axes=("한 해에 의사를 찾은 횟수", "사람의 비율")
    )
    np.testing.assert_allclose(said, [poisson.pmf(k, rate).mean() for k in counts], rtol=1e-4)
    counts, seen = series(figure, "실제", panel=1)
    np.testing.assert_allclose(seen, [(y == round(k)).mean() for k in counts])


def test_scores_and_fits_are_those_of_scikit_learn():
    features, y = design()
    beta = fits.poisson_fit(fits.visits()[0], y)
    model = fitted(features, y)
    np.testing.assert_allclose(beta, [model.intercept_, *model.coef_], rtol=1e-5, atol=1e-7)
    hours = 1 + np.arange(len(y)) % 3
    beta = fits.poisson_fit(fits.visits()[0], y / hours, weight=hours)
    model = PoissonRegressor(alpha=0, tol=1e-10, max_iter=1000, solver="newton-cholesky")
    model.fit(features, y / hours, sample_weight=hours)
    np.testing.assert_allclose(beta, [model.intercept_, *model.coef_], rtol=1e-5, atol=1e-7)
    forecasts, actual = fits.split_run()
    deviances, ratios = fits.scores()
    for k in range(len(fits.MODELS)):
        assert deviances[4, k] == pytest.approx(mean_poisson_deviance(actual[4], forecasts[4, k]))
        assert ratios[4, k] == pytest.approx(forecasts[4, k].sum() / actual[4].sum())


def test_standard_errors_are_those_of_the_information():
    claimed, actual, dispersion = fits.standard_errors(draws=20)
    columns, y = fits.visits()
    rate = np.exp(columns @ fits.poisson_fit(columns, y))
    information = (columns.T * rate) @ columns
    np.testing.assert_allclose(claimed, np.sqrt(np.diag(np.linalg.inv(information))))
    assert dispersion == pytest.approx(((y - rate) ** 2 / rate).sum() / (len(y) - 6))
    bread = np.linalg.inv(information)
    sandwich = bread @ ((columns.T * (y - rate) ** 2) @ columns) @ bread
    np.testing.assert_allclose(actual, np.sqrt(np.diag(sandwich)), rtol=0.5)


def test_the_probability_is_scipys():
    counts = np.array([0, 1, 3, 40, 300])
    for rate in (0.1, 2.0, 200.0):
        np.testing.assert_allclose(fits.probability(counts, rate), poisson.pmf(counts, rate))
