"""The figures of the chapter on the negative log likelihood show what torch computes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.stats import binom
from sklearn.datasets import load_digits

from booktools.figures import series, slider_values
from booktools.figures.data import readouts
from lossbook.data import load_randhie
from lossbook.plots import nll_loss as plots
from lossbook.plots import nll_loss_fits as fits


def test_likelihoods_narrow_and_the_mean_stays():
    figure = plots.likelihoods()
    theta, relative = series(figure, "가능도", axes=("우산일 확률 θ", "가장 큰 값으로 나눈 가능도"))
    axes = ("우산일 확률 θ", "평균 손실 (nat)")
    _, means = series(figure, "평균 손실", panel=1, axes=axes)
    numbers = [int(value) for value in slider_values(figure)]
    assert numbers[0] == 10
    assert numbers[-1] == 2000
    theta = np.broadcast_to(theta, relative.shape)[0]
    for number, row, mean, text in zip(numbers, relative, means, readouts(figure), strict=True):
        found = round(0.3 * number)
        exact = binom.logpmf(found, number, theta)
        np.testing.assert_allclose(row, np.exp(exact - exact.max()), atol=0.002)
        labels = torch.tensor([1] * found + [0] * (number - found))
        for place in (3, 59, 150):
            x = torch.tensor([1 - theta[place], theta[place]]).log().expand(number, 2)
            assert mean[place] == pytest.approx(F.nll_loss(x, labels).item(), abs=0.002)
        assert f"평균 손실 {-0.3 * np.log(0.3) - 0.7 * np.log(0.7):.4f}" in text
        largest = 0.3**found * 0.7 ** (number - found)
        assert f"가장 큰 가능도 {largest:.0e}".replace("-", "−") in text


def test_underflow_ends_where_the_product_is_zero():
    figure = plots.underflow()
    axes = ("물건의 수", "가능도의 로그 (nat)")
    number, total = series(figure, "로그의 합", axes=axes)
    each = np.resize([0.5, 0.8, 0.5], len(number))
    np.testing.assert_allclose(np.exp(np.diff(total, prepend=0)), each, rtol=1e-9)
    texts = [text.get_text() for text in figure.panels[0].texts]
    for name, dtype in (("float16", np.float16), ("float32", np.float32), ("float64", np.float64)):
        product, count = dtype(1), 0
        while product > 0:
            product, count = product * dtype(each[count]), count + 1
        shown, values = series(figure, f"{name}의 곱")
        assert shown[-1] == count - 1
        assert f"{count}개째에 0" in texts
        np.testing.assert_allclose(values[:20], total[:20], atol=0.02)


def test_gradients_are_those_of_torch():
    figure = plots.gradients()
    x = torch.tensor(plots.SAID).log()
    z = x.clone().requires_grad_()
    F.nll_loss(z.log_softmax(1), torch.tensor(plots.FOUND)).backward()
    leaf = x.clone().requires_grad_()
    F.nll_loss(leaf, torch.tensor(plots.FOUND)).backward()
    np.testing.assert_allclose(plots.SAID.sum(axis=1), 1)
    for axes, expected in zip(figure.panels, (x, leaf.grad, z.grad), strict=True):
        shown = axes.images[0].get_array()
        np.testing.assert_allclose(shown, expected, atol=1e-12)
        numbers = [float(t.get_text().replace("−", "-")) for t in axes.texts]
        np.testing.assert_allclose(np.reshape(numbers, shown.shape), expected, atol=0.0051)
        assert [t.get_text() for t in axes.get_xticklabels()] == list(plots.KINDS)
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("종류", "물건 (주황 칸이 정답)")
        for row, line in enumerate(axes.get_lines()):
            assert np.mean(line.get_xdata()[:4]) == pytest.approx(plots.FOUND[row])
            assert np.mean(line.get_ydata()[:4]) == pytest.approx(row)


def test_pulls():
    figure = plots.pulls()
    given = {
        "log_softmax(z)": lambda z: z.log_softmax(1),
        "softmax(z)": lambda z: z.softmax(1),
        "z 그대로": lambda z: z,
    }
    for name, make in given.items():
        p, force = series(figure, name, axes=("정답에 준 확률", "기울기의 크기"))
        gap = torch.tensor(np.log(p / (1 - p)))
        z = torch.stack([gap, torch.zeros_like(gap)], 1).requires_grad_()
        loss = F.nll_loss(make(z), torch.zeros(len(p), dtype=torch.long), reduction="sum")
        slope = torch.autograd.grad(loss, z)[0][:, 0].numpy()
        np.testing.assert_allclose(force, -slope, atol=1e-9)


def test_shares_of_the_weighted_mean():
    figure = plots.shares()
    _, bars = series(figure, "몫", axes=("물건", "몫"))
    axes = ("이어폰의 가중치", "손실 (nat)")
    weights, mean = series(figure, "무게의 합 ('mean')", panel=1, axes=axes)
    _, by_number = series(figure, "물건의 수 5", panel=1)
    assert [float(v) for v in slider_values(figure)] == list(weights)
    x, y = torch.tensor(plots.SAID).log(), torch.tensor(plots.FOUND)
    for k, weight in enumerate(weights):
        w = torch.tensor([1.0, 1.0, 1.0, weight], dtype=torch.float64)
        np.testing.assert_allclose(bars[k], w[y] / w[y].sum(), atol=0.002)
        total = F.nll_loss(x, y, w, reduction="sum").item()
        assert mean[k] == pytest.approx(F.nll_loss(x, y, w).item())
        assert by_number[k] == pytest.approx(total / 5)
        text = f"합 {total:.3f} ÷ 무게의 합 {weight + 4:.0f} = 평균 {mean[k]:.3f}"
        assert readouts(figure)[k] == text
    assert mean.max() < -np.log(0.2)


def test_batches_against_torch_on_drawn_batches():
    axes = ("묶음의 크기", "흔한 물건 하나의 몇 배")
    size, real = series(plots.batches(), "묶음마다 무게의 합으로 나눔", axes=axes)
    _, constant = series(plots.batches(), "묶음마다 물건의 수로 나눔")
    assert set(constant) == {20.0}
    assert real[0] == pytest.approx(1)
    assert real[-1] < 20
    rng, weight = np.random.default_rng(0), torch.tensor([1.0, 20.0], dtype=torch.float64)
    for batch in (8, 32):
        y = torch.tensor((rng.random((20000, batch)) < 0.05).astype(np.int64))
        x = torch.zeros(20000, 2, batch, dtype=torch.float64, requires_grad=True)
        per_batch = F.nll_loss(x, y, weight, reduction="none").sum(1) / weight[y].sum(1)
        for_one = F.nll_loss(x[:1], y[:1], weight)
        assert for_one.item() == pytest.approx(per_batch[0].item())
        force = weight[y] / weight[y].sum(1, keepdim=True)
        ratio = (force[y == 1].mean() / force[y == 0].mean()).item()
        assert real[list(size).index(batch)] == pytest.approx(ratio, rel=0.02)


def test_training_repeats_in_torch():
    figure = plots.training()
    images, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(1).permutation(len(labels))
    u, y = torch.tensor(images[order] / 16), torch.tensor(labels[order])
    make = {
        "log_softmax(z)": lambda z: z.log_softmax(1),
        "softmax(z)": lambda z: z.softmax(1),
        "z 그대로": lambda z: z,
        "log_softmax(z, dim=0)": lambda z: z.log_softmax(0),
    }
    for name in fits.INPUTS:
        step, losses = series(figure, f"_{name}, 씨앗 1", axes=("걸음", "손실"))
        _, right = series(figure, f"_{name}, 씨앗 1", panel=1, axes=("걸음", "맞힌 비율"))
        assert step[-1] == len(losses) - 1 == 150
        torch.manual_seed(1)
        model = torch.nn.Linear(64, 10, dtype=torch.float64)
        for k in range(12):
            z = model(u)
            loss = F.nll_loss(make[name](z[:600]), y[:600])
            assert losses[k] == pytest.approx(loss.item(), rel=1e-9)
            assert right[k] == pytest.approx((z[600:].argmax(1) == y[600:]).double().mean().item())
            model.zero_grad()
            loss.backward()
            with torch.no_grad():
                for parameter in model.parameters():
                    parameter -= 0.5 * parameter.grad


def test_class_weight():
    figure = plots.class_weight()
    weights = np.array([float(value) for value in slider_values(figure)])
    assert weights[0] == 1
    assert weights[-1] == 50
    _, said = series(figure, "모델이 말한 확률", axes=("한 해 진료 횟수", "확률"))
    _, truth = series(figure, "실제 비율")
    _, recall = series(figure, "재현율", panel=1, axes=("가중치", "비율"))
    _, precision = series(figure, "정밀도", panel=1)
    visits = load_randhie()["visits"]
    y = np.where(visits == 0, 0, np.where(visits < 10, 1, 2))
    train, test = fits.halves(0)
    assert sorted([*train, *test]) == list(range(len(y)))
    np.testing.assert_allclose(truth, [np.mean(y[test] == c) for c in range(3)])
    features = fits.visits()[0]
    np.testing.assert_array_equal(fits.visits()[1], y)
    for k in (0, 4, 10):
        w = torch.tensor([1.0, 1.0, weights[k]], dtype=torch.float64)
        found = torch.tensor(fits.coefficients(0, float(weights[k])), requires_grad=True)
        x = (torch.tensor(features[train]) @ found).log_softmax(1)
        loss = F.nll_loss(x, torch.tensor(y[train]), w)
        assert torch.autograd.grad(loss, found)[0].abs().max() < 2e-3
        x = (torch.tensor(features[test]) @ found.detach()).log_softmax(1)
        np.testing.assert_allclose(said[k], x.exp().mean(0), atol=0.002)
        called = (x.argmax(1) == 2).numpy()
        assert recall[k] == pytest.approx(called[y[test] == 2].mean())
        assert precision[k] == pytest.approx(np.mean(y[test][called] == 2))
        undone = (x - w.log()).log_softmax(1)
        values = [F.nll_loss(v, torch.tensor(y[test])).item() for v in (x, undone)]
        expected = f"시험 손실 {values[0]:.3f}, 가중치를 되돌리면 {values[1]:.3f}"
        assert readouts(figure)[k] == expected


def test_the_same_number_of_people():
    """Recall of the plain model that calls as many as the weighted one."""
    with_weight, plain = fits.same_number(0, 5.0)
    assert with_weight == fits.report(0, 5.0).recall
    features, labels = fits.visits()
    test = fits.halves(0)[1]
    score = fits.log_softmax(features[test] @ fits.coefficients(0, 1.0))[:, 2]
    number = round(with_weight * np.sum(labels[test] == 2) / fits.report(0, 5.0).precision)
    chosen = np.argsort(-score, kind="stable")[:number]
    assert plain == pytest.approx(np.sum(labels[test][chosen] == 2) / np.sum(labels[test] == 2))
