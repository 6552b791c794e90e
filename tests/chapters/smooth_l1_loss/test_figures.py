"""The figures of '03. Smooth MAE: Smooth L1' show what torch computes."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from booktools.figures import series, slider_values
from booktools.figures.data import readouts
from lossbook.plots import smooth_l1_boxes as boxes
from lossbook.plots import smooth_l1_loss as plots

ERROR_AXIS = "오차 e = x - y"
CAT = np.array([200.0, 150.0, 100.0, 80.0])


def loss(error, beta):
    error = torch.as_tensor(np.array(error), dtype=torch.float64)
    return F.smooth_l1_loss(error, torch.zeros_like(error), reduction="none", beta=beta).numpy()


def slope(error, beta):
    error = torch.as_tensor(np.array(error), dtype=torch.float64).clone().requires_grad_()
    total = F.smooth_l1_loss(error, torch.zeros_like(error), reduction="sum", beta=beta)
    return torch.autograd.grad(total, error)[0].numpy()


def overlap(a, b):
    """IoU on a fine raster, written without the formula of the package."""
    x, y = np.meshgrid(np.arange(0.25, 500, 0.5), np.arange(0.25, 400, 0.5))
    inside = [
        (abs(x - u) < w / 2) & (abs(y - v) < h / 2) for u, v, w, h in (np.asarray(a), np.asarray(b))
    ]
    return (inside[0] & inside[1]).sum() / (inside[0] | inside[1]).sum()


# --- the calculations behind the figures


def test_iou_and_offsets():
    random = np.random.default_rng(0)
    for _ in range(20):
        a, b = random.uniform([150, 120, 40, 40], [260, 220, 120, 120], (2, 4))
        assert boxes.iou(a, b) == pytest.approx(overlap(a, b), abs=0.02)
        t = boxes.encode(a, b)
        np.testing.assert_allclose(boxes.decode(t, b), a)
        np.testing.assert_allclose(t[:2] * b[2:], (a - b)[:2])
        np.testing.assert_allclose(np.exp(t[2:]), a[2:] / b[2:])
    assert boxes.iou(CAT, CAT) == 1
    assert boxes.iou(CAT, [350, 150, 100, 80]) == 0
    assert boxes.iou(CAT, [350, 300, 100, 80]) == 0


@pytest.mark.parametrize("beta", [0.05, 1.0, 7.0, 300.0])
def test_best_number_balances_the_pulls(beta):
    numbers = np.array([38.0, 40, 41, 43, 113])
    center = boxes.best_number(numbers, beta)
    assert abs(slope(center - numbers, beta).sum()) < 1e-9 / min(beta, 1)


def test_a_digit_lies_in_its_box():
    train, test = boxes.scenes(2)
    for pictures, _, found in (train, test):
        rows = np.arange(24) + 0.5
        for picture, (u, v, w, h) in zip(pictures, found, strict=True):
            inside = (abs(rows - v) < h / 2)[:, None] & (abs(rows - u) < w / 2)
            assert inside.sum() == w * h
            assert np.abs(picture[~inside]).max() < 0.5
            assert picture[inside].max() > 0.7
    np.testing.assert_allclose(train.shadows[:, :24], train.pictures.sum(axis=1) / 24)
    np.testing.assert_allclose(train.shadows[:, 24:], train.pictures.sum(axis=2) / 24)


def test_a_fifth_of_the_labels_is_the_neighbours():
    truth = boxes.scenes(1)[0].boxes
    given = boxes.labels(1, 0.2)
    np.testing.assert_array_equal(given[200:], truth[200:])
    np.testing.assert_array_equal(given[1:200], truth[:199])
    np.testing.assert_array_equal(boxes.labels(1, 0.0), truth)


def test_the_losses_that_train():
    x, y = torch.tensor([0.5, -1.0, 2.0]), torch.zeros(3)
    np.testing.assert_allclose(boxes.loss(x, y, None), [0.125, 0.5, 2.0])
    np.testing.assert_allclose(boxes.loss(x, y, 2.0), [0.0625, 0.25, 1.0])
    np.testing.assert_allclose(boxes.loss(x, y, 0.0), [0.5, 1.0, 2.0])


# --- the figures


def test_umbrella():
    figure = plots.umbrella()
    errors = np.array([float(text.replace("−", "-")) for text in slider_values(figure)])
    axes = ("탐침 s", "값")
    probes, sums = series(figure, "둘의 합", panel=0, axes=axes)
    bowls = series(figure, "걷기 (e - s)²/(2β)", panel=0, axes=axes)[1]
    np.testing.assert_allclose(series(figure, "택시 |s|", panel=0)[1], np.abs(probes))
    best_x, best_y = series(figure, "가장 싼 곳", panel=0, axes=axes)
    axes = ("e와 s", "값")
    curve_x, curve = series(figure, "스무스 L1", panel=1, axes=axes)
    np.testing.assert_allclose(curve, loss(curve_x, 1.0), atol=1e-12)
    np.testing.assert_allclose(series(figure, "|s|", panel=1)[1], np.abs(curve_x))
    domes = series(figure, "우산", panel=1, axes=axes)[1]
    top_x, top_y = series(figure, "꼭대기", panel=1, axes=axes)
    touch_x, touch_y = series(figure, "닿은 곳", panel=1, axes=axes)
    for row, e in enumerate(errors):
        for drawn, expected in (
            (bowls[row], (probes - e) ** 2 / 2),
            (sums[row], np.abs(probes) + (probes - e) ** 2 / 2),
        ):
            shown = np.isfinite(drawn)
            np.testing.assert_array_equal(shown, expected <= 6)
            np.testing.assert_allclose(drawn[shown], expected[shown], atol=0.01)
        assert np.nanmin(sums[row]) == pytest.approx(loss(e, 1.0), abs=0.01)
        assert best_y[row, 0] == pytest.approx(loss(e, 1.0), abs=0.01)
        assert best_x[row, 0] == pytest.approx(probes[np.nanargmin(sums[row])], abs=0.06)
        np.testing.assert_allclose(domes[row], loss(e, 1.0) - (probes - e) ** 2 / 2, atol=0.01)
        assert np.all(domes[row] <= np.abs(probes) + 0.01)
        assert (top_x[row, 0], top_y[row, 0]) == pytest.approx((e, float(loss(e, 1.0))), abs=0.01)
        assert touch_x[row, 0] == pytest.approx(e - slope(e, 1.0), abs=0.01)
        assert touch_y[row, 0] == pytest.approx(abs(e - slope(e, 1.0)), abs=0.01)
        found = re.search(r"s = (.+): \|s\| (.+) \+ 포물선 (.+) = (.+)", readouts(figure)[row])
        numbers = [float(text) for text in found.groups()]
        s = float(e - slope(e, 1.0))
        expected = [s, abs(s), (e - s) ** 2 / 2, float(loss(e, 1.0))]
        np.testing.assert_allclose(numbers, expected, atol=0.051)


def test_curvature_has_area_two():
    figure = plots.curvature()
    for beta, name in ((2.0, "β = 2"), (0.5, "β = 1/2"), (1 / 9, "β = 1/9")):
        error, values = series(figure, name, panel=0, axes=(ERROR_AXIS, "기울기"))
        np.testing.assert_allclose(values, slope(error, beta), atol=1e-12)
        error, bend = series(figure, name, panel=1, axes=(ERROR_AXIS, "기울기가 변하는 빠르기"))
        np.testing.assert_allclose(bend, np.where(abs(error) < beta, 1 / beta, 0), atol=1e-6)
        assert np.trapezoid(bend, error) == pytest.approx(2, abs=0.1)


def test_shifted_box():
    figure = plots.shifted()
    shifts = np.array([float(text) for text in slider_values(figure)])
    x, y = series(figure, "사람이 그린 네모", panel=0, axes=("x (픽셀)", "y (픽셀)"))
    assert (x.min(), x.max(), y.min(), y.max()) == (150, 250, 110, 190)
    axes = ("민 거리 (픽셀)", "1픽셀에 변하는 벌점")
    at, of_iou = series(figure, "1 - IoU", panel=1, axes=axes)
    expected = np.where(at < 100, 200 / (100 + at) ** 2, 0)
    away = abs(at - 100) > 0.3
    np.testing.assert_allclose(of_iou[away], expected[away], atol=1e-6)
    at, of_smooth = series(figure, "스무스 L1 (β = 1)", panel=1, axes=axes)
    np.testing.assert_allclose(of_smooth, slope(at / 10, 1.0) / 10, atol=1e-9)
    for text, d in zip(readouts(figure), shifts, strict=True):
        found = re.fullmatch(r"IoU (.+), 당기는 힘: 1 - IoU (.+), 스무스 L1 (.+)", text)
        shared = max(100 - d, 0) / (100 + min(d, 100))
        assert float(found[1]) == pytest.approx(shared, abs=0.006)
        assert float(found[2]) == pytest.approx(200 / (100 + d) ** 2 * (d < 100), abs=1e-4)
        assert float(found[3]) == pytest.approx(slope(d / 10, 1.0) / 10, abs=2e-4)
    x, y = series(figure, "예측", panel=0, axes=("x (픽셀)", "y (픽셀)"))
    left = np.array([150.0, 250, 250, 150, 150])
    np.testing.assert_allclose(x, left + shifts[:, None], atol=0.1)
    np.testing.assert_allclose(y, [110, 110, 190, 190, 110], atol=0.1)


def test_same_loss():
    figure = plots.same_loss()
    axes = ("네 오차의 평균 스무스 L1 손실 (β = 1)", "IoU")
    x, y = series(figure, "오차 0.5, 1, 2, 4의 순서와 부호를 바꾼 384개", axes=axes)
    np.testing.assert_allclose(x, 1.40625)
    rows = plots.relatives()
    assert len({tuple(row) for row in rows}) == 384
    for row, drawn in list(zip(rows, y, strict=True))[::40]:
        offset = row * [0.1, 0.1, 0.2, 0.2]
        box = [*(CAT[:2] + offset[:2] * CAT[2:]), *(CAT[2:] * np.exp(offset[2:]))]
        assert drawn == pytest.approx(overlap(box, CAT), abs=0.02)
    x, y = series(figure, "무작위 오차 500개", axes=axes)
    assert x.size == 500
    assert np.corrcoef(x, y)[0, 1] < -0.8
    assert y[x < 0.02].min() > 0.8


def test_pictures_show_boxes_of_the_test_pictures():
    figure = plots.pictures()
    for number, axes in enumerate(figure.panels):
        np.testing.assert_allclose(axes.images[0].get_array(), boxes.scenes(0)[1].pictures[number])
        for name, box in (
            ("참 네모", boxes.scenes(0)[1].boxes[number]),
            ("MSE", boxes.predicted(None, 0.2)[0, number]),
            ("스무스 L1, β = 1/9", boxes.predicted(1 / 9, 0.2)[0, number]),
        ):
            x, y = series(figure, name, panel=number, axes=("x (픽셀)", "y (픽셀)"))
            np.testing.assert_allclose([(x.min() + x.max()) / 2, np.ptp(x)], box[[0, 2]])
            np.testing.assert_allclose([(y.min() + y.max()) / 2, np.ptp(y)], box[[1, 3]])


def test_results_draw_the_mean_over_the_seeds():
    figure = plots.results()
    (axes,) = figure.panels
    names = [text.get_text() for text in axes.get_xticklabels()]
    assert names == ["L1 (β = 0)", "β = 1/9", "β = 1/3", "β = 1", "β = 3", "MSE"]
    for share, name in ((0.0, "틀린 레이블 0 %"), (0.2, "틀린 레이블 20 %")):
        _, drawn = series(figure, name, axes=("손실", "평균 IoU (씨앗 다섯)"))
        for value, beta in zip(drawn, (0.0, 1 / 9, 1 / 3, 1.0, 3.0, None), strict=True):
            shown = boxes.predicted(beta, share)
            truth = [boxes.scenes(seed)[1].boxes for seed in range(5)]
            assert value == pytest.approx(np.mean([boxes.iou(a, b).mean() for a, b in
                                                   zip(shown, truth, strict=True)]))  # fmt: skip
