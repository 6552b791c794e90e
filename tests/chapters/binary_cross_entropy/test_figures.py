"""The figures of '07. Binary Cross-Entropy Loss' show what torch computes."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.datasets import load_breast_cancer

from booktools.figures import series, slider_values
from booktools.figures.data import readouts
from lossbook.plots import binary_cross_entropy as plots
from lossbook.plots import binary_cross_entropy_fits as fits

LOSS = ("스팸일 확률 x", "손실 (nat)")


def values_of(figure):
    return [float(text.replace("−", "-")) for text in slider_values(figure)]


def bce(x, target):
    x = torch.tensor(np.asarray(x, np.float64))
    return F.binary_cross_entropy(x, torch.full_like(x, target), reduction="none").numpy()


def composed(z, target):
    """Loss and slope of torch's float32 sigmoid followed by torch's loss."""
    t = torch.tensor(np.asarray(z, np.float32), requires_grad=True)
    loss = F.binary_cross_entropy(torch.sigmoid(t), torch.full_like(t, target), reduction="none")
    slope = torch.autograd.grad(loss.sum(), t)[0]
    return loss.detach().numpy(), slope.numpy()


def test_penalties():
    figure = plots.penalties()
    axes = ("스팸일 확률 x", "벌점 (nat)")
    for name, target in (("정말 스팸: −ln x", 1.0), ("보통 메일: −ln(1 − x)", 0.0)):
        x, y = series(figure, name, axes=axes)
        np.testing.assert_allclose(y, bce(x, target), rtol=1e-12)
    texts = {text.get_text() for text in figure.panels[0].texts}
    assert texts == {f"{bce([0.8], target)[0]:.3f}" for target in (0.0, 1.0)}
    marks = [line.get_data() for line in figure.panels[0].get_lines() if line.get_marker() == "o"]
    assert sorted((x[0], round(y[0], 6)) for x, y in marks) == [(0.8, 0.223144), (0.8, 1.609438)]


def test_curves():
    figure = plots.curves()
    for target in (1.0, 0.0, 0.3):
        x, y = series(figure, f"목표 {target:g}", axes=LOSS)
        np.testing.assert_allclose(y, bce(x, target), rtol=1e-12)
    axes = ("스팸일 확률 x", "|∂ℓ/∂x|")
    x, y = series(figure, "PyTorch의 기울기", panel=1, axes=axes)
    t = torch.tensor(x, requires_grad=True)
    loss = F.binary_cross_entropy(t, torch.ones_like(t), reduction="sum")
    np.testing.assert_allclose(y, torch.autograd.grad(loss, t)[0].abs().numpy(), rtol=1e-12)
    x, y = series(figure, "손실의 도함수 1/x", panel=1, axes=axes)
    t = torch.tensor(x, requires_grad=True)
    np.testing.assert_allclose(y, torch.autograd.grad(-t.log().sum(), t)[0].abs().numpy())
    assert x.min() == pytest.approx(1e-15)


def test_soft_target():
    figure = plots.soft_target()
    targets = values_of(figure)
    x, rows = series(figure, "손실", axes=LOSS)
    at, bottoms = series(figure, "바닥", axes=LOSS)
    np.testing.assert_allclose(np.ravel(at), targets, atol=1e-3)
    for target, row, bottom in zip(targets, rows, np.ravel(bottoms), strict=True):
        np.testing.assert_allclose(row, bce(np.ravel(x), target), atol=2e-3)
        assert bottom == pytest.approx(bce([target], target)[0], abs=2e-3)
        assert bottom <= row.min() + 2e-3
    axes = ("목표 y", "가장 작은 손실 (nat)")
    y, heights = series(figure, "바닥의 높이", panel=1, axes=axes)
    np.testing.assert_allclose(heights, [bce([t], t)[0] for t in y])
    now, height = series(figure, "_지금", panel=1, axes=axes)
    np.testing.assert_allclose(np.ravel(now), targets, atol=1e-3)
    np.testing.assert_allclose(np.ravel(height), heights, atol=1e-3)
    for target, text in zip(targets, readouts(figure), strict=True):
        where, low = re.fullmatch(r"바닥은 x = (.+), 그때 손실 (.+)", text).groups()
        assert float(where) == pytest.approx(target, abs=1e-3)
        assert float(low) == pytest.approx(bce([target], target)[0], abs=1e-4)


def test_saturation_is_what_torch_computes_in_float32():
    figure = plots.saturation()
    values = values_of(figure)
    for part, name in enumerate(("손실 (nat)", "∂ℓ/∂z")):
        for who, target in (("보통 메일 (0)", 0.0), ("스팸 (1)", 1.0)):
            z, drawn = series(figure, who, panel=part, axes=("로짓 z", name))
            np.testing.assert_allclose(drawn, composed(z, target)[part], rtol=1e-3, atol=1e-6)
            at, now = series(figure, f"_{who}", panel=part, axes=("로짓 z", name))
            np.testing.assert_allclose(np.ravel(at), values, atol=0.1)
            np.testing.assert_allclose(np.ravel(now), composed(values, target)[part], atol=0.1)
        for who, target in (("참값", 0.0), ("_참값", 1.0)):
            z, truth = series(figure, who, panel=part, axes=("로짓 z", name))
            t = torch.tensor(z.astype(np.float64), requires_grad=True)
            goal = torch.full_like(t, target)
            loss = F.binary_cross_entropy_with_logits(t, goal, reduction="none")
            slope = torch.autograd.grad(loss.sum(), t)[0].numpy()
            np.testing.assert_allclose(truth, (loss.detach().numpy(), slope)[part], atol=1e-12)


def test_the_words_under_the_slider():
    figure = plots.saturation()
    texts = dict(zip(values_of(figure), readouts(figure), strict=True))
    assert texts[17] == "보통 메일: 손실 100, 기울기 0 · 스팸: 손실 0, 기울기 0"
    for z, text in texts.items():
        numbers = [float(n.replace("−", "-")) for n in re.findall(r"(?:손실|기울기) ([^ ,]+)", text)]
        expected = [value for target in (0.0, 1.0) for value in composed([z], target)]
        np.testing.assert_allclose(numbers, np.ravel(expected), rtol=0.06, atol=1e-7)


def logistic_regression(seed, space, raw):
    """One seed, with torch alone, sample by sample as a reader would write it."""
    data = load_breast_cancer()
    order = np.random.default_rng(seed).permutation(569)
    u, y = data.data[order], (data.target[order] == 0).astype(np.float32)
    if not raw:
        u = (u - u[:400].mean(axis=0)) / u[:400].std(axis=0)
    u = torch.tensor(np.column_stack([u, np.ones(569)]).astype(np.float32))[:400]
    y = torch.tensor(y)[:400]
    start = np.random.default_rng(100 + seed).normal(0, 0.1, 31).astype(np.float32)
    w = torch.tensor(start, requires_grad=True)
    optimizer = torch.optim.Adam([w], lr=0.05)
    losses, accuracy = [], []
    for _ in range(201):
        z = u @ w
        x = torch.sigmoid(z)
        if space == "자른 로짓":
            x = torch.clip(z, 0, 1)
        if space == "시그모이드 두 번":
            x = torch.sigmoid(x)
        on_logits = torch.nn.BCEWithLogitsLoss()(z, y) if space == "로짓" else None
        loss = torch.nn.BCELoss()(x, y) if on_logits is None else on_logits
        losses.append(loss.item())
        accuracy.append(((x >= 0.5) == (y == 1)).double().mean().item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses, accuracy


def test_wrong_space():
    figure = plots.wrong_space()
    for space in ("확률", "자른 로짓", "시그모이드 두 번"):
        losses, accuracy = logistic_regression(0, space, raw=False)
        step, drawn = series(figure, space, axes=("걸음", "손실 (nat)"))
        assert step.tolist() == list(range(201))
        np.testing.assert_allclose(drawn, losses, rtol=0.02)
        step, drawn = series(figure, space, panel=1, axes=("걸음", "맞힌 비율"))
        np.testing.assert_allclose(drawn, accuracy, atol=0.006)


@pytest.mark.parametrize(("part", "raw"), [(0, True), (1, False)])
def test_training(part, raw):
    figure = plots.training()
    for name, space in (("시그모이드 + BCE", "확률"), ("로짓을 받는 손실", "로짓")):
        losses, _ = logistic_regression(8, space, raw)
        axes = ("걸음", "훈련 손실 (로그 눈금)")
        step, drawn = series(figure, f"_{name} 8", panel=part, axes=axes)
        assert step.tolist() == list(range(201))
        np.testing.assert_allclose(drawn[:20], losses[:20], rtol=0.02)
        assert drawn[-1] == pytest.approx(losses[-1], rel=0.3)
        for seed, row in enumerate(fits.trained(space, raw).losses):
            label = name if seed == 0 else f"_{name} {seed}"
            np.testing.assert_array_equal(series(figure, label, panel=part, axes=axes)[1], row)


def test_the_seeds_that_stop_say_the_same_of_every_sample():
    run = fits.trained("확률", raw=True)
    stopped = np.ptp(run.losses[:, -100:], axis=1) == 0
    share = fits.patients(raw=True)[1][:, :400].mean(axis=1)
    assert stopped.sum() == 9
    levels = np.where(run.losses[:, -1] > 50, 100 * (1 - share), 100 * share)
    np.testing.assert_allclose(run.losses[stopped, -1], levels[stopped], rtol=1e-5)
