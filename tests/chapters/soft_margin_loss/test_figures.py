"""The figures of '12. Two-class soft margin loss' show what torch computes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.datasets import load_breast_cancer

from booktools.figures import readouts, series, slider_values
from lossbook.plots import soft_margin_loss as plots
from lossbook.plots import soft_margin_loss_fits as fits


def torch_loss(x, y=1.0):
    """Terms and slopes in torch."""
    x = torch.tensor(np.array(x, float), requires_grad=True)
    terms = F.soft_margin_loss(x, torch.full_like(x, y), reduction="none")
    (slope,) = torch.autograd.grad(terms.sum(), x)
    return terms.detach().numpy(), slope.numpy()


@pytest.mark.parametrize(("panel", "y"), [(0, 1.0), (1, -1.0)])
def test_pushed(panel, y):
    figure, axes = plots.pushed(), ("점수 x", "손실 (nat)")
    scores = np.array([float(value.replace("−", "-")) for value in slider_values(figure)])
    np.testing.assert_allclose(scores, plots.SCORES)
    loss, slope = torch_loss(scores, y)
    x, value = series(figure, "_지금", panel, axes=axes)
    np.testing.assert_allclose(x[:, 0], scores, atol=0.003)
    np.testing.assert_allclose(value[:, 0], loss, atol=0.003)
    x, height = series(figure, "−기울기", panel, axes=axes)
    np.testing.assert_allclose(x[:, 1] - x[:, 0], -slope, atol=0.005)
    np.testing.assert_allclose(x[:, 0], scores, atol=0.003)
    np.testing.assert_allclose(height[:, :2], np.stack([loss, loss], 1), atol=0.003)
    x, curve = series(figure, "소프트 마진", panel, axes=axes)
    np.testing.assert_allclose(curve, torch_loss(x, y)[0], atol=1e-12)
    x, bent = series(figure, "힌지", panel, axes=axes)
    np.testing.assert_allclose(bent, np.maximum(1 - y * x, 0), atol=1e-12)
    (flat,) = [patch for patch in figure.panels[panel].patches if patch.get_label() == "힌지가 0인 곳"]
    assert [flat.get_x(), flat.get_x() + flat.get_width()] == sorted([y, 4 * y])


def test_pushed_says_loss_and_force():
    (spam, push), (ham, pull) = torch_loss(plots.SCORES, 1.0), torch_loss(plots.SCORES, -1.0)
    for row, text in enumerate(readouts(plots.pushed())):
        said = (
            f"스팸이면 손실 {spam[row]:.2f}, 미는 힘 {-push[row]:+.2f} · "
            f"정상이면 손실 {ham[row]:.2f}, 미는 힘 {-pull[row]:+.2f}"
        )
        assert text == said.replace("-", "−")


def test_curves():
    figure, axes = plots.curves(), ("마진 y·x", "손실")
    x, soft = series(figure, "소프트 마진", axes=axes)
    np.testing.assert_allclose(soft, torch_loss(x)[0], atol=1e-12)
    _, cover = series(figure, "소프트 마진 ÷ ln 2", axes=axes)
    np.testing.assert_allclose(cover, torch_loss(x)[0] / np.log(2), atol=1e-12)
    _, hinge = series(figure, "힌지", axes=axes)
    np.testing.assert_allclose(hinge, np.maximum(1 - x, 0), atol=1e-12)
    _, squared = series(figure, "제곱 힌지", axes=axes)
    np.testing.assert_allclose(squared, np.maximum(1 - x, 0) ** 2, atol=1e-12)
    corner, step = series(figure, "0-1 (틀리면 1)", axes=axes)
    assert corner.tolist() == [-3, 0, 3]
    assert step.tolist() == [1, 0, 0]
    assert np.all(cover >= (x <= 0))
    assert np.all((soft < hinge) == (x < np.log(np.e - 1)))


def test_curves_slopes():
    figure, axes = plots.curves(), ("마진 y·x", "마진으로 미분한 값")
    x, soft = series(figure, "소프트 마진", 1, axes=axes)
    np.testing.assert_allclose(soft, torch_loss(x)[1], atol=1e-12)
    away = np.abs(x - 1) > 1e-9
    _, hinge = series(figure, "힌지", 1, axes=axes)
    np.testing.assert_allclose(hinge[away], -1.0 * (x < 1)[away])
    _, squared = series(figure, "제곱 힌지", 1, axes=axes)
    np.testing.assert_allclose(squared, -2 * np.maximum(1 - x, 0), atol=1e-12)


def test_scaled():
    figure = plots.scaled()
    x, rows = series(figure, "소프트 마진 ÷ s", axes=("마진 y·x", "손실 ÷ s"))
    _, slopes = series(figure, "기울기 ÷ s", 1, axes=("마진 y·x", "마진으로 미분한 값 ÷ s"))
    for row, slope, text, said in zip(
        rows, slopes, slider_values(figure), readouts(figure), strict=True
    ):
        s = float(text)
        loss, force = torch_loss(s * x)
        np.testing.assert_allclose(row, loss / s, atol=0.003)
        np.testing.assert_allclose(slope, force, atol=0.003)
        assert said == f"경계에서의 손실 ÷ s = {np.log(2) / s:.3f}"
    x, bent = series(figure, "꺾은선 max(−m, 0)", axes=("마진 y·x", "손실 ÷ s"))
    np.testing.assert_allclose(bent, np.maximum(-x, 0))
    assert np.abs(rows[-1] - bent).max() < 0.04 < np.abs(rows[0] - bent).max()


def test_the_tumours_are_those_of_scikit_learn():
    data = load_breast_cancer()
    for seed in fits.SEEDS:
        u, y, u_test, y_test = fits.tumours(seed)
        assert len(y) + len(y_test) == 569
        assert np.sum(y == 1) + np.sum(y_test == 1) == np.sum(data.target == 0) == 212
        np.testing.assert_allclose(u.mean(axis=0), 0, atol=1e-9)
        np.testing.assert_allclose(u.std(axis=0), 1)
        assert u_test.shape[1] == 30


@pytest.mark.parametrize("name", fits.LOSSES)
def test_fits_are_minima_in_torch(name):
    """The gradient of the regularised loss, by autograd, is next to nothing."""
    u, y, *_ = fits.tumours(0)
    theta = torch.tensor(fits.fitted(fits.LOSSES[name], u, y), requires_grad=True)

    def objective(theta):
        margin = torch.tensor(y) * (torch.tensor(fits.design(u)) @ theta)
        terms = {
            "소프트 마진": F.softplus(-margin),
            "힌지": (1 - margin).clamp(min=0),
            "제곱 힌지": (1 - margin).clamp(min=0) ** 2,
        }[name]
        return terms.mean() + fits.DECAY * (theta[1:] ** 2).sum()

    best = objective(theta)
    rng = torch.Generator().manual_seed(0)
    for size in (0.001, 0.01, 0.1):
        for _ in range(20):
            there = theta + size * torch.randn(theta.shape, generator=rng, dtype=torch.float64)
            assert objective(there) > best - 1e-5
    np.testing.assert_allclose(
        fits.margins(name, 0), y * (fits.design(u) @ theta.detach().numpy()), atol=1e-9
    )


def test_histograms():
    figure = plots.histograms()
    for panel, name in enumerate(fits.LOSSES):
        middles, shares = series(figure, name, panel, axes=("마진 y·x", "훈련 표본의 비율"))
        margin = fits.margins(name, 0)
        for middle, share in zip(middles, shares, strict=True):
            inside = np.mean((margin >= middle - 0.05) & (margin < middle + 0.05))
            total = np.mean((margin >= middles[0] - 0.05) & (margin <= middles[-1] + 0.05))
            assert share == pytest.approx(inside / total, abs=0.004)


def test_label_bug():
    u, y, u_test, y_test = fits.tumours(0)
    figure = plots.label_bug()
    for name, labels in (("레이블 −1과 1", y), ("레이블 0과 1", (y + 1) / 2)):
        theta = torch.zeros(31, dtype=torch.float64)
        columns, tests = torch.tensor(fits.design(u)), torch.tensor(fits.design(u_test))
        losses, right = [], []
        for _ in range(301):
            theta = theta.detach().requires_grad_()
            loss = F.soft_margin_loss(columns @ theta, torch.tensor(labels))
            (slope,) = torch.autograd.grad(loss, theta)
            losses.append(loss.item())
            right.append(np.mean(((tests @ theta).detach().numpy() < 0) == (y_test < 0)))
            theta = theta - 0.3 * slope
        step, shown = series(figure, name, axes=("걸음 (로그 눈금)", "손실 (nat)"))
        early = step <= 300
        np.testing.assert_allclose(shown[early], np.array(losses)[step[early].astype(int)], atol=1e-9)
        step, shown = series(figure, name, 1, axes=("걸음 (로그 눈금)", "정확도"))
        np.testing.assert_allclose(shown[early], np.array(right)[step[early].astype(int)])


def test_probability_bug():
    u, y, *_ = fits.tumours(1)
    theta = torch.zeros(31, dtype=torch.float64)
    for step in range(51):
        theta = theta.detach().requires_grad_()
        loss = F.soft_margin_loss((torch.tensor(fits.design(u)) @ theta).sigmoid(), torch.tensor(y))
        assert fits.probability_bug(1)["loss"][step] == pytest.approx(loss.item())
        (slope,) = torch.autograd.grad(loss, theta)
        theta = theta - 0.3 * slope


def test_growing():
    u = torch.tensor([[1, -2.0], [1, -1], [1, -0.5], [1, 1.5], [1, 2], [1, 3]], dtype=torch.float64)
    y = torch.tensor([-1, -1, -1, 1, 1, 1.0], dtype=torch.float64)
    theta, path = torch.zeros(2, dtype=torch.float64), []
    for _ in range(1001):
        theta = theta.detach().requires_grad_()
        path.append(theta.detach().numpy())
        (slope,) = torch.autograd.grad(F.soft_margin_loss(u @ theta, y), theta)
        theta = theta - slope
    path = np.array(path)
    step, weight = series(plots.growing(), "계수", axes=("걸음 (로그 눈금)", "계수 w"))
    early = step <= 1000
    np.testing.assert_allclose(weight[early], path[step[early].astype(int), 1])
    axes = ("걸음 (로그 눈금)", "경계의 자리")
    _, border = series(plots.growing(), "경계", 1, axes=axes)
    at = step[early].astype(int)
    np.testing.assert_allclose(border[early], -path[at, 0] / path[at, 1], atol=1e-9)
    assert np.all(np.diff(weight) > 0)
    assert 0.4 < border[-1] < 0.5
