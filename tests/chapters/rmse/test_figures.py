"""The figures of 'RMSE' show what torch computes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression
from sklearn.metrics import root_mean_squared_error
from sklearn.model_selection import train_test_split

from booktools.figures import series, slider_values
from booktools.figures.data import readouts
from lossbook.plots import rmse as plots

DAY = "마지막 날의 오차 (kWh)"


def root(errors):
    """RMSE of errors, and its gradient, as torch writes them."""
    e = torch.tensor(np.array(errors), dtype=torch.float64, requires_grad=True)
    value = F.mse_loss(e, torch.zeros_like(e)).sqrt()
    return value.item(), torch.autograd.grad(value, e)[0].numpy()


def test_growing():
    drawn = plots.growing()
    x, values = series(drawn, "RMSE", axes=(DAY, "오차의 크기 (kWh)"))
    _, absolute = series(drawn, "MAE")
    for size, one, other in zip(x, values, absolute, strict=True):
        errors = [1.0] * 9 + [size]
        assert one == pytest.approx(root(errors)[0])
        assert other == pytest.approx(np.abs(errors).mean())
    x, ratio = series(drawn, "RMSE / MAE", panel=1, axes=(DAY, "RMSE / MAE"))
    np.testing.assert_allclose(ratio, values / absolute)
    assert ratio[x == 1.0][0] == pytest.approx(1)
    np.testing.assert_allclose(series(drawn, "한계 1과 √10", panel=1)[1], np.sqrt(10))


def test_cone_is_sharp_only_without_noise():
    drawn = plots.cone()
    _, values = series(drawn, "RMSE", axes=("예측의 치우침 t", "RMSE"))
    _, slopes = series(drawn, "RMSE의 기울기", panel=1, axes=("예측의 치우침 t", "t에 대한 기울기"))
    assert len(values) == len(slider_values(drawn)) == 31
    for noise, row, slope, told in zip(
        slider_values(drawn), values, slopes, readouts(drawn), strict=True
    ):
        s, t = float(noise), np.linspace(-3, 3, 241)
        errors = s * np.array([1, -1, 1, -1]) + t[:, None]
        expected = [root(row) for row in errors]
        np.testing.assert_allclose(row, [value for value, _ in expected], atol=0.01)
        away = np.hypot(s, t) > 1e-9
        sums = np.array([slope.sum() for _, slope in expected])
        np.testing.assert_allclose(slope[away], sums[away], atol=0.01)
        np.testing.assert_allclose(slope[~away], 0)
        assert told == f"바닥의 RMSE = {s:.1f}"
    still, sharp = series(drawn, "s = 0")
    np.testing.assert_allclose(sharp, np.abs(still), atol=1e-12)
    np.testing.assert_allclose(series(drawn, "s = 0", panel=1)[1], np.sign(still), atol=1e-12)


def test_descent():
    drawn = plots.descent()
    for name, rate in (("RMSE로 하강", 1.0), ("MSE로 하강", 0.3)):
        x, values = series(drawn, name, axes=("걸음", "RMSE"))
        _, lengths = series(drawn, name, panel=1, axes=("걸음", "기울기의 길이"))
        e = torch.tensor([3.0, 4.0], dtype=torch.float64, requires_grad=True)
        for step, value, length in zip(x, values, lengths, strict=True):
            loss = F.mse_loss(e, torch.zeros_like(e))
            assert value == pytest.approx(loss.item() ** 0.5, abs=1e-9), step
            slope = torch.autograd.grad(loss.sqrt() if name[0] == "R" else loss, e)[0]
            assert length == pytest.approx(slope.norm().item(), abs=1e-9)
            e = (e - rate * slope).detach().requires_grad_()


def test_batch_minimum_moves_from_the_median_to_the_mean():
    target = load_diabetes().target
    drawn = plots.batch_minimum()
    x, rows = series(drawn, "배치 RMSE 평균", axes=("예측값 c", "바닥을 뺀 배치 RMSE 평균"))
    sizes = slider_values(drawn)
    one, whole = rows[sizes.index("1")], rows[sizes.index("442")]
    error = np.array(x)[0] if np.ndim(x) == 2 else x
    absolute = np.abs(error[:, None] - target).mean(axis=1)
    squares = np.array([F.mse_loss(torch.full((442,), c), torch.tensor(target)) for c in error])
    np.testing.assert_allclose(one, absolute - absolute.min(), atol=0.01)
    np.testing.assert_allclose(whole, np.sqrt(squares) - np.sqrt(squares).min(), atol=0.01)
    (place, height) = series(drawn, "바닥")
    lows = np.ravel(place)
    assert abs(lows[0] - np.median(target)) <= 0.5
    assert abs(lows[-1] - target.mean()) <= 0.5
    assert (np.diff(lows) >= 0).all()
    assert not np.any(height)
    for low, row, told in zip(lows, rows, readouts(drawn), strict=True):
        assert row[np.argmin(np.abs(error - low))] == pytest.approx(0, abs=0.01)
        assert told == f"바닥의 예측값 = {low:.1f}"
    assert set(series(drawn, "중앙값")[0]) == {np.median(target)}
    assert set(series(drawn, "평균")[0]) == {target.mean()}


def test_a_batch_between_has_the_mean_of_its_roots():
    size = 4
    row = plots.batch_curves()[list(plots.BATCHES).index(size)]
    batches = plots.batched(load_diabetes().target, size, seed=0, epochs=40)
    assert batches.shape == (4, 40 * 110)
    e = torch.tensor(batches) - plots.CENTERS[7]
    assert row[7] == pytest.approx(e.square().mean(dim=0).sqrt().mean().item())


def test_batch_report():
    drawn = plots.batch_report()
    x, percent = series(
        drawn, "20번 나눈 평균", axes=("배치 크기 (로그 눈금)", "배치 RMSE 평균 / 진짜 RMSE (%)")
    )
    ones = []
    data = load_diabetes()
    for seed in range(20):
        u, u_test, y, y_test = train_test_split(
            data.data, data.target, test_size=220, random_state=seed
        )
        found = LinearRegression().fit(u, y).predict(u_test)
        ones.append(np.abs(found - y_test).mean() / root_mean_squared_error(y_test, found))
    assert percent[x == 1][0] == pytest.approx(100 * np.mean(ones))
    assert percent[x == 220][0] == pytest.approx(100)
    for size, column in zip(x, plots.reports().T, strict=True):
        assert percent[x == size][0] == pytest.approx(100 * column.mean())
    assert (plots.reports() <= 1 + 1e-12).all()
    prediction, truth = plots.held_out(3)
    batches = plots.batched(prediction - truth, 20, 3)
    each = torch.tensor(batches).square().mean(dim=0).sqrt()
    assert plots.reports()[3, list(x).index(20)] == pytest.approx(
        each.mean().item() / root_mean_squared_error(truth, prediction)
    )
