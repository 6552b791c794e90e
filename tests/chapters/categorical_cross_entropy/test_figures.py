"""The figures of '18. Categorical Cross-Entropy Loss' show what torch and scikit-learn compute."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.datasets import load_iris
from sklearn.metrics import log_loss

from booktools.figures import series, slider_values
from booktools.figures.data import readouts
from lossbook.plots import categorical_cross_entropy as plots


def test_readings_divide_or_exponentiate():
    figure = plots.readings()
    scales = np.array([float(text) for text in slider_values(figure)])
    np.testing.assert_allclose(scales, np.arange(1, 61) / 20)
    votes = torch.tensor(np.outer(scales, [2, 6, 2]))
    for label, shift, shares in (
        ("합으로 나눔", -0.2, votes / votes.sum(1, keepdim=True)),
        ("소프트맥스", 0.2, votes.softmax(1)),
    ):
        at, heights = series(figure, label, axes=("앱이 답한 손", "확률"))
        np.testing.assert_allclose(at, np.arange(3) + shift)
        np.testing.assert_allclose(heights, shares, atol=2e-3)
    assert [text.get_text() for text in figure.panels[0].get_xticklabels()] == ["가위", "바위", "보"]
    rock = torch.ones(len(scales), dtype=torch.long)
    losses = {
        "합으로 나눔 (18)": np.full(len(scales), np.log(10 / 6)),
        "소프트맥스 (01)": F.cross_entropy(votes, rock, reduction="none").numpy(),
    }
    for label, expected in losses.items():
        axes = ("세 수에 곱한 배율", "손실 (nat)")
        at, drawn = series(figure, label, panel=1, axes=axes)
        np.testing.assert_allclose(at, scales)
        np.testing.assert_allclose(drawn, expected, atol=1e-12)
        places, dots = series(figure, f"_{label}", panel=1)
        np.testing.assert_allclose(places[:, 0], scales, atol=2e-3)
        np.testing.assert_allclose(dots[:, 0], expected, atol=2e-3)
    for line, vote, *pair in zip(readouts(figure), votes, *losses.values(), strict=True):
        a, b, c = vote.tolist()
        ending = f"나누면 손실 {pair[0]:.4f}, 소프트맥스이면 {pair[1]:.4f}"
        assert line == f"세 수 {a:.1f}, {b:.1f}, {c:.1f}: {ending}"


def keras(logits, eps):
    p = logits.softmax(1).clip(eps, 1 - eps)
    return -p[:, 0].log()


def logits_of(p):
    return torch.log(torch.tensor(np.column_stack([p, (1 - p) / 2, (1 - p) / 2])))


def test_plateaus():
    figure = plots.plateaus()
    axes = ("정답에 준 확률 (로그 눈금)", "손실 (nat)")
    p, exact = series(figure, "로짓 (PyTorch)", axes=axes)
    assert p[0] == pytest.approx(1e-20)
    assert p[-1] > 0.97
    logits, right = logits_of(p), torch.zeros(len(p), dtype=torch.long)
    np.testing.assert_allclose(exact, F.cross_entropy(logits, right, reduction="none"), rtol=1e-9)
    np.testing.assert_allclose(series(figure, "1e-7 (Keras)")[1], keras(logits, 1e-7), rtol=1e-9)
    for kind in (np.float64, np.float32):
        _, drawn = series(figure, f"{kind.__name__} (scikit-learn)")
        rows = torch.exp(logits).numpy().astype(kind)
        expected = [log_loss([0], row[np.newaxis], labels=[0, 1, 2]) for row in rows]
        np.testing.assert_allclose(drawn, expected, rtol=1e-5)


def test_the_pull_vanishes_where_the_loss_is_clipped():
    figure = plots.plateaus()
    axes = ("정답에 준 확률 (로그 눈금)", "손실을 로짓으로 미분한 값")
    p, exact = series(figure, "로짓 (PyTorch)", panel=1, axes=axes)
    np.testing.assert_allclose(exact, p - 1, atol=1e-12)
    _, drawn = series(figure, "1e-7 (Keras)", panel=1)
    logits = logits_of(p).requires_grad_()
    keras(logits, 1e-7).sum().backward()
    np.testing.assert_allclose(drawn, logits.grad[:, 0], atol=1e-12)
    assert np.all(drawn[p < 1e-7] == 0)


@pytest.mark.parametrize("kind", [*plots.KINDS, "logits"])
def test_trained(kind):
    """One training of its own, by a torch optimizer."""
    features, labels = load_iris(return_X_y=True)
    order = np.random.default_rng(1).permutation(150)
    x, y = torch.tensor(features[order]), torch.tensor(labels[order])
    x = (x - x[:100].mean(0)) / x[:100].std(0, correction=0)
    torch.manual_seed(1)
    layer = torch.nn.Linear(4, 3, dtype=torch.float64)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.5)
    run = plots.trained(kind, 1)
    for step in range(20):
        z = layer(x[:100])
        if kind in ("right", "logits"):
            loss = F.cross_entropy(z, y[:100])
        elif kind == "twice":
            loss = F.cross_entropy(z.softmax(1), y[:100])
        else:
            right = z[torch.arange(100), y[:100]] / z.sum(1)
            loss = -right.clip(1e-7, 1 - 1e-7).log().mean()
        assert run.losses[step] == pytest.approx(loss.item(), rel=1e-5)
        assert run.accuracies[step] == (z.argmax(1) == y[:100]).double().mean().item()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def test_training():
    figure = plots.training()
    names = {
        "right": "소프트맥스 → 18", "twice": "소프트맥스 → 01", "forgot": "로짓 → 18",
    }  # fmt: skip
    for kind, name in names.items():
        for seed in range(5):
            label = name if seed == 0 else f"_{name} {seed}"
            run = plots.trained(kind, seed)
            axes = ("갱신 횟수", "자기 손실 (nat, 로그 눈금)")
            steps, losses = series(figure, label, axes=axes)
            assert steps.tolist() == list(range(200))
            np.testing.assert_array_equal(losses, run.losses)
            _, right = series(figure, label, panel=1, axes=("갱신 횟수", "맞힌 비율"))
            np.testing.assert_array_equal(right, run.accuracies)
            if kind == "right":
                np.testing.assert_allclose(run.losses, plots.trained("logits", seed).losses)
            elif kind == "twice":
                assert run.losses.min() > np.log(1 + 2 / np.e) == pytest.approx(plots.FLOOR)
            else:
                assert run.pulled < 20
