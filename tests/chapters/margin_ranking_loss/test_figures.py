"""The figures of '09. Margin Ranking Loss' show what torch computes."""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.datasets import load_diabetes

from booktools.figures import series, slider_values
from booktools.figures.data import readouts
from lossbook.plots import margin_ranking_loss as plots
from lossbook.plots import margin_ranking_loss_fits as fits


def loss(x1, x2, y, margin):
    tensors = [torch.as_tensor(np.array(a, dtype=float)) for a in np.broadcast_arrays(x1, x2, y)]
    return F.margin_ranking_loss(*tensors, margin=margin, reduction="none").numpy()


def descent(x1, x2, y, margin):
    """Minus the gradients of torch: one column each for x1 and x2."""
    arrays = np.broadcast_arrays(x1, x2, y)
    a, b, c = (torch.tensor(np.array(array, dtype=float)) for array in arrays)
    a.requires_grad_(), b.requires_grad_()
    F.margin_ranking_loss(a, b, c, margin=margin, reduction="sum").backward()
    return -torch.stack([a.grad, b.grad], dim=-1).numpy()


def ends(x, y):
    """Tail and tip of every arrow: an arrow has six points."""
    x, y = (np.reshape(a, (len(a), -1, 6)) for a in (x, y))
    return np.stack([x[..., 0], y[..., 0]], -1), np.stack([x[..., 1], y[..., 1]], -1)


def numbers(text):
    return [float(found) for found in re.findall(r"[+-]?\d+\.\d+", text.replace("−", "-"))]


def test_gap():
    figure = plots.gap()
    gaps = [float(value.replace("−", "-")) for value in slider_values(figure)]
    assert min(gaps) < 0 < 0.5 < max(gaps)
    assert 0.5 not in gaps
    baguette, salt = 1 + np.array(gaps), np.ones(len(gaps))
    steps = descent(baguette, salt, 1.0, 0.5)
    axes = ("점수 (점)", "빵")
    for column, (name, at, row) in enumerate((("바게트 x₁", baguette, 1), ("소금빵 x₂", salt, 0))):
        x, y = series(figure, name, axes=axes)
        np.testing.assert_allclose(np.ravel(x), at)
        np.testing.assert_allclose(np.ravel(y), np.full(np.size(y), row))
        tail, tip = ends(*np.broadcast_arrays(*series(figure, f"{name}의 −기울기", axes=axes)))
        np.testing.assert_allclose(tail[:, 0], np.column_stack([at, np.full_like(at, row)]))
        np.testing.assert_allclose((tip - tail)[:, 0, 0], steps[:, column], atol=1e-12)
        np.testing.assert_allclose((tip - tail)[:, 0, 1], 0, atol=1e-12)
    values = loss(baguette, salt, 1.0, 0.5)
    axes = ("간격 x₁ − x₂ (점)", "손실 (점)")
    for name in ("손실", "지금"):
        x, y = series(figure, name, panel=1, axes=axes)
        np.testing.assert_allclose(np.ravel(x), gaps, atol=1e-12)
        np.testing.assert_allclose(np.ravel(y), values, atol=1e-12)
    for text, value, step in zip(readouts(figure), values, steps, strict=True):
        assert numbers(text)[2] == pytest.approx(value, abs=0.051)
        assert ("화살표 없음" in text) == (step[0] == 0) == (value == 0)


def test_the_flat_regions_are_where_the_loss_is_zero():
    for figure, panel, at, place in ((plots.gap(), 0, 1.5, 1.0), (plots.gap(), 1, 0.5, 0.0)):
        box = _flat(figure, panel)
        assert box[0] == pytest.approx(at)
        inside, outside = at + 0.01 - place, at - 0.01 - place
        assert loss(inside, 0.0, 1.0, 0.5) == 0 < loss(outside, 0.0, 1.0, 0.5)
    for panel in (0, 1):
        assert _flat(plots.curves(), panel, "손실 0 (m = 1)")[0] == pytest.approx(1.0)


def _flat(figure, panel, label="손실 0"):
    axes = figure.panels[panel]
    (patch,) = (patch for patch in axes.patches if patch.get_label() == label)
    x = patch.get_path().vertices[:, 0]
    box = patch.get_patch_transform().transform(patch.get_path().vertices)[:, 0]
    return (box.min(), box.max()) if np.ptp(x) else (x.min(), x.max())


def test_curves():
    figure = plots.curves()
    left, right = ("간격 x₁ − x₂ (점)", "손실 (점)"), ("간격 x₁ − x₂ (점)", "기울기")
    for margin in (0.0, 0.5, 1.0):
        x, y = series(figure, f"m = {margin:g}", axes=left)
        np.testing.assert_allclose(y, loss(x, 0.0, 1.0, margin), atol=1e-12)
        x, y = series(figure, f"m = {margin:g}", panel=1, axes=right)
        np.testing.assert_allclose(y, -descent(x, 0.0, 1.0, margin)[:, 0])
    x, y = series(figure, "순서 오류 (0 또는 1)", axes=left)
    np.testing.assert_array_equal(y, x <= 0)
    x, y = series(figure, "RankNet", axes=left)
    gap = torch.tensor(x, requires_grad=True)
    value = F.binary_cross_entropy_with_logits(gap, torch.ones_like(gap), reduction="none")
    np.testing.assert_allclose(y, value.detach().numpy(), atol=1e-12)
    value.sum().backward()
    x, y = series(figure, "RankNet", panel=1, axes=right)
    np.testing.assert_allclose(y, gap.grad.numpy(), atol=1e-12)


def test_field():
    figure = plots.field()
    axes = ("첫째 점수 x₁ (점)", "둘째 점수 x₂ (점)")
    margins = [float(value) for value in slider_values(figure)]
    assert (margins[0], margins[-1]) == (0, 2)
    tails, tips = ends(*np.broadcast_arrays(*series(figure, "−기울기", axes=axes)))
    assert tails.shape == (21, 36, 2)
    x, edge = series(figure, "손실 0", axes=axes)
    for row, margin in enumerate(margins):
        x1, x2 = tails[row].T
        steps = descent(x1, x2, 1.0, margin)
        np.testing.assert_allclose(tips[row] - tails[row], plots.STEP * steps, atol=1e-9)
        zero = loss(x1, x2, 1.0, margin) == 0
        np.testing.assert_array_equal(zero, x1 - x2 > margin)
        corners = np.column_stack([np.ravel(x)[:4], edge[row]])
        upper = corners[corners[:, 1] > -6]
        np.testing.assert_allclose(upper[:, 0] - upper[:, 1], margin, atol=1e-12)
        assert np.all(corners[:, 1] <= corners[:, 0] - margin + 1e-12)
    x, y = series(figure, "x₁ = x₂", axes=axes)
    np.testing.assert_array_equal(x, y)


def test_votes():
    figure = plots.votes()
    shares = [float(value) for value in slider_values(figure)]
    for panel, unit in ((0, "손실 (점)"), (1, "손실 (nat)")):
        axes = ("간격 x₁ − x₂ (점)", unit)
        x, rows = series(figure, "평균 손실", panel=panel, axes=axes)
        at, height = series(figure, "바닥", panel=panel, axes=axes)
        for row, share in enumerate(shares):
            def mean(gap, share=share, panel=panel):
                gap = np.asarray(gap, float)
                if panel == 0:
                    return share * loss(gap, 0, 1, 0.5) + (1 - share) * loss(gap, 0, -1, 0.5)
                target = torch.full(gap.shape, share, dtype=torch.float64)
                return F.binary_cross_entropy_with_logits(
                    torch.tensor(gap), target, reduction="none").numpy()  # fmt: skip

            np.testing.assert_allclose(rows[row], mean(np.ravel(x)), atol=6e-4)
            (place,), (low,) = at[row], height[row]
            assert low == pytest.approx(float(mean([place])[0]), abs=2e-3)
            assert low <= rows[row].min() + 2e-3
            expected = np.log(share / (1 - share)) if panel else 0.5 * np.sign(round(share - 0.5, 9))
            assert place == pytest.approx(expected, abs=6e-4)
            assert numbers(readouts(figure)[row])[-1] == pytest.approx(
                np.log(share / (1 - share)), abs=0.006)  # fmt: skip


def trained(seed, margin, steps=None):
    """The ranker once more, with torch's autograd."""
    data = load_diabetes()
    u = data.data / data.data.std(axis=0)
    order = np.random.default_rng(seed).permutation(len(u))
    train, test = order[::2], order[1::2]
    i, j = np.array(list(combinations(range(len(train)), 2))).T
    y = data.target[train]
    label = np.sign(y[i] - y[j])
    i, j, label = (torch.tensor(a[label != 0]) for a in (i, j, label))
    features = torch.tensor(u[train])
    w = torch.tensor(fits.start(u[train], seed), requires_grad=True)
    step, count = fits.schedule(margin)
    record = []
    for _ in range(steps or count):
        score = features @ w
        value = F.margin_ranking_loss(score[i], score[j], label, margin=margin)
        record.append((value.item(), score.std(correction=0).item()))
        (slope,) = torch.autograd.grad(value + 0.01 * w @ w, w)
        w = (w - step * slope).detach().requires_grad_()
    return np.array(record), u[test] @ w.detach().numpy(), data.target[test]


def test_collapse():
    figure = plots.collapse()
    for margin in (0.0, 1.0):
        for seed in (0, 3)[: 1 + (margin == 0)]:
            name = f"m = {margin:g}" if seed == 0 else f"_{margin:g}, {seed}"
            record, _, _ = trained(seed, margin, 60)
            for panel, unit in ((0, "손실 (점)"), (1, "점수의 표준편차 (점)")):
                x, y = series(figure, name, panel=panel, axes=("걸음", unit))
                assert x.tolist() == list(range(60))
                np.testing.assert_allclose(y, record[:, panel], atol=1e-9)


def test_ranked():
    figure = plots.ranked()
    margins = [float(value) for value in slider_values(figure)]
    x, scores = series(figure, "환자 221명", axes=("한 해 뒤의 진행도", "점수 (점)"))
    axes = "마진 m (점)"
    _, widths = series(figure, "시험 점수의 폭", panel=1, axes=(axes, "표준편차 (점)"))
    _, rates = series(figure, "시험 짝 정확도", panel=2, axes=(axes, "순서가 옳은 짝의 비율"))
    for panel, values, unit in ((1, widths, "표준편차 (점)"), (2, rates, "순서가 옳은 짝의 비율")):
        at, height = series(figure, "지금", panel=panel, axes=(axes, unit))
        np.testing.assert_allclose(np.ravel(at), margins)
        np.testing.assert_allclose(np.ravel(height), values, atol=6e-4)
    assert margins == [k / 4 for k in range(21)]
    for row in (0, 4, 20):
        _, score, truth = trained(0, margins[row])
        np.testing.assert_allclose(np.ravel(x), truth)
        np.testing.assert_allclose(scores[row], score, atol=6e-3)
        assert widths[row] == pytest.approx(score.std())
        right = [
            (score[i] - score[j]) * (truth[i] - truth[j]) > 0
            for i, j in combinations(range(len(truth)), 2) if truth[i] != truth[j]
        ]  # fmt: skip
        assert rates[row] == pytest.approx(np.mean(right))
        assert numbers(readouts(figure)[row]) == pytest.approx([rates[row], widths[row]], abs=0.006)


def test_ranknet_is_binary_cross_entropy_of_the_gap():
    u, y, u_test, _ = fits.patients(1)
    i, j, label = (torch.tensor(a) for a in fits.pairs(y))
    w = torch.tensor(fits.start(u, 1), requires_grad=True)
    for _ in range(200):
        score = torch.tensor(u) @ w
        value = F.binary_cross_entropy_with_logits(score[i] - score[j], (label + 1) / 2)
        (slope,) = torch.autograd.grad(value + 0.01 * w @ w, w)
        w = (w - 0.5 * slope).detach().requires_grad_()
    np.testing.assert_allclose(fits.ranknet(1), u_test @ w.detach().numpy(), atol=1e-8)


@pytest.mark.parametrize(("kind", "sign"), [("distance", 1.0), ("minus", -1.0)])
def test_taste(kind, sign):
    loaves = torch.tensor(np.random.default_rng(0).normal(size=(40, 2)))
    truth = -(loaves - torch.tensor([1.0, 0.5])).norm(dim=1)
    i, j, label = (torch.tensor(a) for a in fits.pairs(truth.numpy()))
    c = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    for _ in range(150):
        score = sign * (loaves - c).norm(dim=1)
        value = F.margin_ranking_loss(score[i], score[j], label, margin=0.2)
        (slope,) = torch.autograd.grad(value, c)
        c = (c - 0.3 * slope).detach().requires_grad_()
    found, _, losses = fits.taste(kind, 0)
    np.testing.assert_allclose(found, c.detach().numpy(), atol=1e-7)
    assert losses[-1] == pytest.approx(value.item())
