"""The figures of 'L1 Loss' show what torch computes, and lines that no other line beats."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.integrate import quad

from booktools.figures import series, slider_values
from booktools.figures.data import readouts
from lossbook.data import load_engel
from lossbook.plots import l1_loss as plots

HOUSES = [0.0, 1.0, 2.0, 10.0]
FIVE = [0.0, 1.0, 2.0, 3.0, 10.0]
PLACE, SUM = "택배함의 자리 c (칸)", "합 (칸)"


def total(center, houses, loss=F.l1_loss):
    """Sum of the losses and its slope at a common prediction, by torch."""
    c = torch.tensor(float(center), dtype=torch.float64, requires_grad=True)
    y = torch.tensor(houses, dtype=torch.float64)
    value = loss(c.expand(len(y)), y, reduction="sum")
    return value.item(), torch.autograd.grad(value, c)[0].item()


def numbers(figure):
    return [float(text.replace("−", "-")) for text in slider_values(figure)]


def best_l1(x, y):
    """The least sum of absolute errors over all lines through two data points."""
    i, j = np.triu_indices(len(x), 1)
    i, j = i[x[i] != x[j]], j[x[i] != x[j]]
    b = (y[j] - y[i]) / (x[j] - x[i])
    a = y[i] - b * x[i]
    return min(
        np.abs(a[k : k + 999, None] + b[k : k + 999, None] * x - y).sum(1).min()
        for k in range(0, len(a), 999)
    )


def slope_allows(slope, x, y, tolerance=1e-6):
    """Whether the best intercept for this slope reaches the least sum over all lines."""
    rest = y - slope * x
    return np.abs(rest - np.median(rest)).sum() <= best_l1(x, y) * (1 + tolerance)


def test_shapes():
    figure = plots.shapes()
    axes = ("오차 e = x - y", "손실")
    for name, loss in (("|e|", F.l1_loss), ("e²", F.mse_loss)):
        error, values = series(figure, name, axes=axes)
        e = torch.tensor(error, requires_grad=True)
        terms = loss(e, torch.zeros_like(e), reduction="none")
        np.testing.assert_allclose(values, terms.detach().numpy(), atol=1e-12)
        slope = torch.autograd.grad(terms.sum(), e)[0].numpy()
        at, drawn = series(figure, f"{name}의 기울기", 1, axes=("오차 e = x - y", "기울기"))
        np.testing.assert_allclose(drawn, np.interp(at, error, slope), atol=1e-12)
    right, ones = series(figure, "_오른쪽", 1)
    assert right.min() > 0
    assert set(ones) == {1.0}
    assert [float(v[0]) for v in series(figure, "_0에서", 1)] == [0.0, 0.0]


def test_alley():
    figure = plots.alley()
    places = numbers(figure)
    centers, sums = series(figure, "Σ|c - y|", 1, axes=(PLACE, SUM))
    np.testing.assert_allclose(centers, places)
    np.testing.assert_allclose(sums, [total(c, HOUSES)[0] for c in centers])
    at, height = series(figure, "지금", 1)
    np.testing.assert_allclose(at[:, 0], centers)
    np.testing.assert_allclose(height[:, 0], sums, atol=0.02)
    box, _ = series(figure, "택배함", axes=("골목의 자리 (칸)", "집"))
    np.testing.assert_allclose(box, np.stack([centers, centers], 1))
    walked = np.zeros(len(places))
    for number, house in enumerate(HOUSES, 1):
        ends, _ = series(figure, f"_길 {number}")
        assert set(ends[:, 0]) == {house}
        walked += np.abs(ends[:, 1] - ends[:, 0])
    np.testing.assert_allclose(walked, sums, atol=0.02)
    for c, text in zip(places, readouts(figure), strict=True):
        left, right, said = re.fullmatch(r"왼쪽 (\d)집, 오른쪽 (\d)집, 합 (.+)칸", text).groups()
        value, slope = total(c, HOUSES)
        assert int(left) - int(right) == slope
        assert float(said) == pytest.approx(value, abs=0.006)


@pytest.mark.parametrize(
    ("panel", "name", "loss"), [(0, "절댓값의 합", F.l1_loss), (1, "제곱의 합", F.mse_loss)]
)
def test_farther(panel, name, loss):
    figure = plots.farther()
    centers, rows = series(figure, name, panel, axes=(PLACE, "합 - 최솟값"))
    bottom, zero = series(figure, "바닥", panel)
    assert not zero.any()
    for place, row, ends in zip(numbers(figure), rows, bottom, strict=True):
        alley = [*HOUSES[:3], place]
        least = total(ends[0], alley, loss)
        expected = np.array([total(c, alley, loss)[0] for c in centers]) - least[0]
        np.testing.assert_allclose(row, expected, atol=0.5 if loss is F.mse_loss else 0.02)
        if loss is F.l1_loss:
            assert ends.tolist() == [1.0, 2.0]
        else:
            np.testing.assert_allclose(ends, np.mean(alley), atol=0.01)


def test_laplace():
    figure = plots.laplace()
    for name in ("라플라스", "정규"):
        z, density = series(figure, name, axes=("오차 (표준편차 단위)", "밀도"))
        kind = torch.distributions.Laplace if name == "라플라스" else torch.distributions.Normal
        one = kind(torch.tensor(0.0, dtype=torch.float64),
                   torch.tensor(2**-0.5 if name == "라플라스" else 1.0, dtype=torch.float64))  # fmt: skip
        np.testing.assert_allclose(density, one.log_prob(torch.tensor(z)).exp().numpy(), rtol=1e-9)
        assert one.variance.item() == pytest.approx(1)
        away, chance = series(figure, name, 1,
                              axes=("거리 t (표준편차 단위)", "오차가 t보다 클 확률"))  # fmt: skip
        for t, value in list(zip(away, chance, strict=True))[::20]:
            def height(e, one=one):
                return float(one.log_prob(torch.tensor(e)).exp())
            assert value == pytest.approx(2 * quad(height, t, 40, points=[t + 1])[0], rel=1e-5)


def test_bouncing():
    figure = plots.bouncing()
    axes = ("걸음", "거리 (칸, 로그 눈금)")
    rules = {"|e|, 고정": (F.l1_loss, 0.0, 2.0), "|e|, η/√t": (F.l1_loss, 0.5, 2.0),
             "e², 고정": (F.mse_loss, 0.0, 3.2)}  # fmt: skip
    for name, (loss, decay, bottom) in rules.items():
        steps, rows = series(figure, name, axes=axes)
        assert steps.tolist() == list(range(plots.STEPS + 1))
        for k in (0, 11, 20):
            c, gaps = plots.START, []
            for t in range(plots.STEPS + 1):
                gaps.append(abs(c - bottom))
                c -= plots.RATES[k] / (t + 1) ** decay * total(c, FIVE, loss)[1] / 5
            drawn, expected = rows[k], np.clip(gaps, 1e-6, 1e5)
            clear = expected > 1e-3
            np.testing.assert_allclose(drawn[clear], expected[clear], rtol=0.03)
    for k, text in enumerate(readouts(figure)):
        said = float(text.split()[-1])
        _, rows = series(figure, "|e|, 고정")
        assert said == pytest.approx(rows[k][-40:].max(), rel=0.03, abs=6e-4)


def drawn_line(figure, name):
    slope, intercept = np.polyfit(*series(figure, name, axes=("소득 (프랑)", "식비 (프랑)")), 1)
    return intercept, slope


def test_budgets():
    data = load_engel()
    income, food = data["income"], data["foodexp"]
    figure = plots.budgets()
    x, y = series(figure, "가구")
    np.testing.assert_array_equal(x, income)
    np.testing.assert_array_equal(y, food)
    np.testing.assert_allclose(drawn_line(figure, "MSE"), np.polyfit(income, food, 1)[::-1])
    intercept, slope = drawn_line(figure, "L1")
    assert np.abs(intercept + slope * income - food).sum() == pytest.approx(best_l1(income, food))


def test_a_line_that_is_not_best_is_seen():
    data = load_engel()
    assert not slope_allows(0.55, data["income"], data["foodexp"])


def test_typo():
    data = load_engel()
    income, food = data["income"], data["foodexp"]
    row = int(np.argsort(income)[int(0.9 * 235)])
    figure = plots.typo()
    axes = ("잘못 적은 배수", "소득의 회귀 계수")
    for panel in (0, 1):
        factors, absolute = series(figure, "L1", panel, axes=axes)
        again, square = series(figure, "MSE", panel)
        np.testing.assert_array_equal(factors, again)
        for k in (0, 13, 27, 40):
            x, y = income.copy(), food.copy()
            (y, x)[panel][row] *= factors[k]
            assert square[k] == pytest.approx(np.polyfit(x, y, 1)[0])
            assert slope_allows(absolute[k], x, y)


def test_split_run_tests_on_other_households():
    data = load_engel()
    order = np.random.default_rng(3).permutation(235)
    seen, new = order[:165], order[165:]
    slope, intercept = np.polyfit(data["income"][seen], data["foodexp"][seen], 1)
    rest = intercept + slope * data["income"][new] - data["foodexp"][new]
    assert plots.split_run()[3, 1] == pytest.approx(np.abs(rest).mean())
