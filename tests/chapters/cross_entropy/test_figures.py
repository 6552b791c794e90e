"""The figures of the chapter on cross entropy show what torch computes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.stats import entropy
from sklearn.calibration import calibration_curve
from sklearn.datasets import load_digits

from booktools.figures import series, slider_values
from booktools.figures.data import readouts
from lossbook.plots import cross_entropy as plots

KINDS = ("ce", "double", "smooth")


def loss(kind, logits, labels, reduction="none", smoothing=0.1):
    if kind == "double":
        logits = logits.softmax(dim=-1)
    smoothing = smoothing if kind == "smooth" else 0.0
    return F.cross_entropy(logits, labels, reduction=reduction, label_smoothing=smoothing)


def loss_and_slope(kind, gaps, smoothing=0.1):
    logits = torch.zeros(len(gaps), 10, dtype=torch.float64)
    logits[:, 0] = torch.tensor(np.array(gaps))
    logits.requires_grad_()
    losses = loss(kind, logits, torch.zeros(len(gaps), dtype=torch.long), smoothing=smoothing)
    losses.sum().backward()
    return losses.detach().numpy(), logits.grad[:, 0].numpy()


def test_penalties_and_the_best_report():
    figure = plots.penalties()
    rules = {
        "로그 -ln p": lambda p: -np.log(p),
        "제곱 (1 - p)²": lambda p: (1 - p) ** 2,
        "직선 1 - p": lambda p: 1 - p,
    }
    best = {"로그 -ln p": 0.7, "제곱 (1 - p)²": 0.7, "직선 1 - p": 1.0}
    dots = [line for line in figure.panels[1].get_lines() if line.get_marker() == "o"]
    for (label, rule), dot in zip(rules.items(), dots, strict=True):
        p, drawn = series(figure, label)
        np.testing.assert_allclose(drawn, rule(p), rtol=1e-9)
        said, mean = series(figure, label, panel=1)
        np.testing.assert_allclose(mean, 0.7 * rule(said) + 0.3 * rule(1 - said), rtol=1e-9)
        assert dot.get_xdata()[0] == pytest.approx(best[label], abs=0.005)
        assert dot.get_ydata()[0] == mean.min()


def test_code_lengths():
    figure = plots.code_lengths()
    ratio = np.array([0.5, 0.25, 0.125, 0.125])
    clear = np.array([float(text) for text in slider_values(figure)])
    np.testing.assert_allclose(clear, np.arange(1, 50) / 50)
    models = np.column_stack([clear, *((1 - clear) * part for part in (1 / 2, 1 / 4, 1 / 4))])
    middles, heights = series(figure, "모델의 부호")
    np.testing.assert_allclose(middles, [0.25, 0.625, 0.8125, 0.9375])
    np.testing.assert_allclose(heights, -np.log2(models), atol=2e-3)
    _, own = series(figure, "P에 맞춘 부호")
    assert own.tolist() == [1, 1, 2, 2, 3, 3, 3, 3]
    logits, target = torch.tensor(np.log(models)), torch.tensor(np.tile(ratio, (49, 1)))
    expected = F.cross_entropy(logits, target, reduction="none").numpy() / np.log(2)
    at, mean = series(figure, "교차 엔트로피", panel=1)
    np.testing.assert_allclose(at, clear)
    np.testing.assert_allclose(mean, expected, rtol=1e-12)
    assert clear[mean.argmin()] == 0.5
    assert mean.min() == pytest.approx(entropy(ratio, base=2))
    np.testing.assert_allclose(series(figure, "엔트로피 1.75", panel=1)[1], 1.75)
    for line, value in zip(readouts(figure), expected, strict=True):
        assert line == f"평균 {value:.3f} bit = 엔트로피 1.750 + 낭비 {value - 1.75:.3f}"


CORNERS = np.array([[0.5, np.sqrt(0.75)], [0, 0], [1, 0]])


def shares(points):
    """Probabilities of places in the triangle."""
    system = np.vstack([CORNERS.T, np.ones(3)])
    return np.linalg.solve(system, np.vstack([np.asarray(points).T, np.ones(len(points))])).T


def test_simplex_arrows_are_gradients():
    (arrows,) = (a for a in plots.simplex().panels[0].collections if hasattr(a, "U"))
    p = shares(np.column_stack([arrows.X, arrows.Y]))
    assert p.min() > 0.1
    assert len(np.unique(p.round(6), axis=0)) == 21
    logits = torch.tensor(np.log(p), requires_grad=True)
    F.cross_entropy(logits, torch.zeros(len(p), dtype=torch.long), reduction="sum").backward()
    expected = -logits.grad.numpy() @ CORNERS
    drawn = np.column_stack([arrows.U, arrows.V])
    np.testing.assert_allclose(drawn, 0.25 * expected, atol=1e-12)


def test_simplex_bands_are_losses():
    axes = plots.simplex().panels[0]
    bands = [patch.get_xy() for patch in axes.patches]
    assert len(bands) == len(plots.LEVELS)
    for level, band in zip(plots.LEVELS, bands, strict=True):
        logits = torch.tensor(np.log(np.maximum(shares(band), 1e-300)))
        values = F.cross_entropy(logits, torch.zeros(len(band), dtype=torch.long), reduction="none")
        assert values.min().item() == pytest.approx(level, abs=1e-9)


def test_simplex_paths_are_descents():
    lines = plots.simplex().panels[1].get_lines()
    assert len(lines) == len(plots.STARTS)
    for line, start in zip(lines, plots.STARTS, strict=True):
        p = shares(np.column_stack(line.get_data()))
        logits = torch.tensor(np.log(start)[np.newaxis], requires_grad=True)
        update = torch.optim.SGD([logits], lr=0.5)
        for row in p:
            np.testing.assert_allclose(row, logits.detach().softmax(1)[0], atol=1e-9)
            update.zero_grad()
            F.cross_entropy(logits, torch.tensor([0])).backward()
            update.step()


def test_gap():
    figure = plots.gap()
    for kind, label in zip(KINDS, plots.NAMES.values(), strict=True):
        gaps, values = series(figure, label)
        assert (gaps[0], gaps[-1]) == (-10, 10)
        losses, slopes = loss_and_slope(kind, gaps)
        np.testing.assert_allclose(values, losses, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(series(figure, label, panel=1)[1], slopes, atol=1e-12)
    (dot,) = (line for line in figure.panels[0].get_lines() if line.get_marker() == "o")
    assert dot.get_xdata()[0] == pytest.approx(np.log(91))
    assert dot.get_ydata()[0] == pytest.approx(entropy([0.91] + [0.01] * 9))
    perfect = F.cross_entropy(torch.eye(10, dtype=torch.float64)[:1], torch.tensor([0]))
    assert perfect.item() == pytest.approx(plots.FLOOR)
    assert any(set(line.get_ydata()) == {plots.FLOOR} for line in figure.panels[0].get_lines())


def test_temperature():
    figure = plots.temperature()
    shown = [float(text) for text in slider_values(figure)]
    steps = np.geomspace(0.25, 4, 41)
    np.testing.assert_allclose(shown, steps, atol=0.005)
    logits = torch.tensor([2.0, 1, 0, -1], dtype=torch.float64)
    _, heights = series(figure, "확률")
    np.testing.assert_allclose(heights, [(logits / t).softmax(0).numpy() for t in steps], atol=1e-3)
    for label, name in enumerate(("고양이", "개", "새")):
        at, drawn = series(figure, f"정답이 {name}", panel=1)
        expected = [F.cross_entropy(logits / t, torch.tensor(label)).item() for t in steps]
        np.testing.assert_allclose(at, steps)
        np.testing.assert_allclose(drawn, expected, rtol=1e-12)
        for line, value in zip(readouts(figure), expected, strict=True):
            assert f"정답이 {name}면 {value:.3f}" in line


def test_smoothing():
    figure = plots.smoothing()
    gaps, rows = series(figure, "스무딩 ε", panel=1)
    _, targets = series(figure, "목표")
    steps = [float(text) for text in slider_values(figure)]
    assert (len(steps), steps[0], steps[-1]) == (25, 0.02, 0.5)
    for k, share in enumerate(steps):
        expected, _ = loss_and_slope("smooth", np.broadcast_to(gaps, rows.shape)[k], share)
        np.testing.assert_allclose(rows[k], expected, atol=3e-3)
        target = np.full(10, share / 10) + (1 - share) * np.eye(10)[0]
        np.testing.assert_allclose(targets[k], target, atol=1e-3)
        best = np.log(target[0] / target[1])
        text = f"가장 좋은 차 {best:.2f}, 그때의 손실 {entropy(target):.3f}"
        assert readouts(figure)[k] == text
    at, plain = series(figure, "스무딩 없음", panel=1)
    np.testing.assert_allclose(plain, loss_and_slope("ce", at)[0], rtol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_one_training_again(kind):
    digits = load_digits()
    order = np.random.default_rng(3).permutation(1797)
    x = torch.tensor(digits.data / 16)[order]
    y = torch.tensor(digits.target)[order]
    torch.manual_seed(3)
    first = torch.nn.Linear(64, 32, dtype=torch.float64)
    second = torch.nn.Linear(32, 10, dtype=torch.float64)
    update = torch.optim.Adam([*first.parameters(), *second.parameters()], lr=0.01)
    losses = []
    for _ in range(200):
        update.zero_grad()
        value = loss(kind, second(first(x[:500]).relu()), y[:500], "mean")
        value.backward()
        update.step()
        losses.append(value.item())
    run = plots.trained(kind, 3)
    np.testing.assert_allclose(run.losses, losses, rtol=1e-6)
    predicted = second(first(x[500:]).relu()).argmax(1).numpy()
    assert np.mean(run.logits.argmax(1) == predicted) > 0.999
    np.testing.assert_array_equal(run.labels, y[500:])


def test_training_draws_curves_and_reliability():
    figure = plots.training()
    for kind, label in plots.NAMES.items():
        _, drawn = series(figure, label)
        np.testing.assert_array_equal(drawn, plots.trained(kind, 0).losses)
        confidence, right = [], []
        for seed in plots.SEEDS:
            run = plots.trained(kind, seed)
            top, predicted = torch.tensor(run.logits).softmax(1).max(1)
            confidence.append(top)
            right.append(predicted.numpy() == run.labels)
        confidence, right = np.concatenate(confidence), np.concatenate(right)
        came, said = calibration_curve(right, confidence, n_bins=10)
        counts, _ = np.histogram(confidence, bins=10, range=(0, 1))
        enough = counts[counts > 0] >= 20
        at, height = series(figure, label, panel=1)
        np.testing.assert_allclose(at, said[enough], rtol=1e-9)
        np.testing.assert_allclose(height, came[enough], rtol=1e-9)
        weights = counts[counts > 0] / counts.sum()
        error = plots.calibration_error(confidence, right)
        assert error == pytest.approx(np.abs(said - came) @ weights)


def test_the_lost_digits_of_the_text():
    """What the chapter says of five seeds: double softmax loses a digit in three of them."""
    for kind, lost in (("ce", 0), ("double", 3), ("smooth", 0)):
        classes = [len(np.unique(plots.trained(kind, s).logits.argmax(1))) for s in plots.SEEDS]
        assert sum(count < 10 for count in classes) == lost


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("cross_entropy", test_penalties_and_the_best_report),
        ("cross_entropy", test_code_lengths),
        ("cross_entropy", test_gap),
        ("cross_entropy", test_temperature),
        ("cross_entropy", test_smoothing),
        ("cross_entropy_grad", test_gap),
        ("cross_entropy_grad", test_simplex_arrows_are_gradients),
        ("cross_entropy_grad", test_simplex_paths_are_descents),
        ("reliability", test_training_draws_curves_and_reliability),
    ],
)
def test_a_figure_that_draws_something_else_is_refuted(name, check, monkeypatch):
    right = getattr(plots, name)

    def wrong(*args, **options):
        result = right(*args, **options)
        return (*result[:1], 0.98 * result[1], result[2]) if name == "reliability" else 1.02 * result

    monkeypatch.setattr(plots, name, wrong)
    with pytest.raises(AssertionError):
        check()
