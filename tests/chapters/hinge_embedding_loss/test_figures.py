"""The figures of '10. Hinge embedding loss' show what torch computes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.metrics import roc_curve
from sklearn.neighbors import KNeighborsClassifier

from booktools.figures import series, slider_values
from booktools.figures.data import readouts
from lossbook.plots import hinge_embedding_loss as plots
from lossbook.plots import hinge_embedding_loss_fits as fits

MAP = ("가로 좌표", "세로 좌표")


def loss(x, y, margin=1.0):
    x = torch.tensor(np.array(x))
    return F.hinge_embedding_loss(x, torch.full_like(x, y), margin=margin, reduction="none").numpy()


def slope(x, y):
    x = torch.tensor(np.array(x), requires_grad=True)
    F.hinge_embedding_loss(x, torch.full_like(x, y), reduction="sum").backward()
    return x.grad.numpy()


def off_the_kink(x):
    return np.abs(np.ravel(x) - 1) > 1e-6


@pytest.mark.parametrize(("panel", "label"), [(0, 1), (1, -1)])
def test_the_arrows_are_minus_the_gradient(panel, label):
    figure = plots.pushing()
    distance = np.array([float(value) for value in slider_values(figure)])
    x, y = series(figure, "새 사진", panel=panel, axes=MAP)
    places = np.column_stack([np.ravel(x), np.ravel(y)])
    np.testing.assert_allclose(np.linalg.norm(places, axis=1), distance, atol=0.01)
    point = torch.tensor(plots.moved(), requires_grad=True)
    F.hinge_embedding_loss(
        point.norm(dim=1), torch.full((len(distance),), label), reduction="sum"
    ).backward()
    path_x, path_y = series(figure, "다음 걸음", panel=panel, axes=MAP)
    steps = np.column_stack([path_x[:, 1] - path_x[:, 0], path_y[:, 1] - path_y[:, 0]])
    np.testing.assert_allclose(path_x[:, 0], places[:, 0], atol=0.01)
    np.testing.assert_allclose(path_y[:, 0], places[:, 1], atol=0.01)
    free = off_the_kink(distance)
    np.testing.assert_allclose(steps[free], -plots.STEP * point.grad.numpy()[free], atol=0.01)


def test_readouts_of_the_moved_photo():
    figure = plots.pushing()
    for text, value in zip(readouts(figure), slider_values(figure), strict=True):
        same, other = (loss([float(value)], y)[0] for y in (1.0, -1.0))
        assert text == f"손실: 같은 사람이면 {same:.2f}, 다른 사람이면 {other:.2f}"


def test_the_flat_region_is_outside_the_circle():
    x, y = series(plots.pushing(), "_반지름 1인 원", panel=1, axes=MAP)
    np.testing.assert_allclose(np.hypot(x, y), 1)


def test_curves():
    figure = plots.curves()
    for name, label in (("y = 1 (같은 쌍)", 1.0), ("y = −1 (다른 쌍)", -1.0)):
        x, values = series(figure, name, axes=("거리 x", "손실 ℓ"))
        np.testing.assert_allclose(values, loss(x, label), atol=1e-12)
        x, values = series(figure, name, panel=1, axes=("거리 x", "기울기 ∂ℓ/∂x"))
        free = off_the_kink(x)
        np.testing.assert_allclose(values[free], slope(x, label)[free])
    x, values = series(figure, "y = 0 (잘못)", axes=("거리 x", "손실 ℓ"))
    np.testing.assert_allclose(values, loss(x, 0.0), atol=1e-12)


@pytest.mark.parametrize(("panel", "label"), [(0, 1.0), (1, -1.0)])
def test_springs(panel, label):
    axes = ("거리 x", "기울기")
    x, values = series(plots.springs(), "10 힌지 임베딩", panel=panel, axes=axes)
    free = off_the_kink(x)
    np.testing.assert_allclose(values[free], slope(x, label)[free])
    x, values = series(plots.springs(), "하드셀의 제곱", panel=panel, axes=axes)
    distance = torch.tensor(x, requires_grad=True)
    kept = distance if label == 1 else torch.relu(1 - distance)
    (kept**2 / 2).sum().backward()
    np.testing.assert_allclose(values, distance.grad.numpy(), atol=1e-12)


def test_undecided():
    figure = plots.undecided()
    for share in (0.8, 0.6, 0.4, 0.2):
        for panel, power in ((0, 1), (1, 2)):
            x, values = series(figure, f"η = {share:g}", panel=panel, axes=("거리 x", "평균 손실"))
            expected = share * loss(x, 1.0) ** power + (1 - share) * loss(x, -1.0) ** power
            np.testing.assert_allclose(values, expected / power, atol=1e-12)
            best = x[np.argmin(values)]
            assert best == pytest.approx(1 - share if power == 2 else float(share < 0.5))


def test_training_is_that_of_torch():
    """The first steps, written again with PyTorch's own module and optimizer."""
    pixels, digit, _, _ = fits.photos(0)
    rng = np.random.default_rng(0)
    torch.manual_seed(0)
    layers = [torch.nn.Linear(64, size, dtype=torch.float64) for size in (64, 2)]
    adam = torch.optim.Adam([p for layer in layers for p in layer.parameters()], lr=0.01)
    criterion, losses = torch.nn.HingeEmbeddingLoss(), []
    for _ in range(8):
        first, second = fits.drawn_pairs(digit, rng)
        points = [layers[1](layers[0](torch.tensor(pixels[k])).relu()) for k in (first, second)]
        y = torch.tensor(np.where(digit[first] == digit[second], 1.0, -1.0))
        value = criterion(torch.linalg.vector_norm(points[0] - points[1], dim=1), y)
        adam.zero_grad()
        value.backward()
        adam.step()
        losses.append(value.item())
    np.testing.assert_allclose(fits.trained(steps=8).loss, losses, rtol=1e-7)


def test_pairs_are_half_same():
    digit = fits.photos(1)[1]
    first, second = fits.drawn_pairs(digit, np.random.default_rng(4))
    same = digit[first] == digit[second]
    assert same[: fits.PAIRS // 2].all()
    assert not same[fits.PAIRS // 2 :].any()
    assert len(np.unique(digit[first])) == len(np.unique(digit[second])) == 10


@pytest.mark.parametrize("kind", ["square", "similarity", "zero-one", "only same"])
def test_losses_of_the_wrong_trainings(kind):
    a, b = torch.tensor(np.random.default_rng(2).normal(size=(2, fits.PAIRS, 2)))
    half = fits.PAIRS // 2
    x = (a - b).square().sum(1).sqrt()
    if kind == "square":
        expected = (x[:half] ** 2).sum() + (torch.relu(1.5 - x[half:]) ** 2).sum()
        expected = expected / 2 / fits.PAIRS
    elif kind == "similarity":
        s = (a * b).sum(1) / a.square().sum(1).sqrt() / b.square().sum(1).sqrt()
        expected = (s[:half].sum() + torch.relu(1.5 - s[half:]).sum()) / fits.PAIRS
    elif kind == "zero-one":
        expected = (x[:half].sum() + x[half:].clamp(min=1.5).sum()) / fits.PAIRS
    else:
        expected = x[:half].mean()
    assert fits.pair_loss(kind, a, b, 1.5).item() == pytest.approx(expected.item())


def apart(points, digit):
    """Distances of all pairs, of the same digit and of different ones."""
    away = torch.cdist(torch.tensor(points), torch.tensor(points)).numpy()
    upper = np.triu(np.ones_like(away), 1) > 0
    same = digit[:, np.newaxis] == digit
    return away[upper & same], away[upper & ~same]


def counts(distance):
    return np.histogram(distance, np.linspace(0, 3, 46))[0] / len(distance)


def test_embedded():
    figure = plots.embedded()
    for column, steps in enumerate((0, fits.STEPS)):
        run = fits.trained(steps=steps)
        for digit in range(10):
            x, y = series(figure, f"_숫자 {digit}", panel=column, axes=MAP)
            np.testing.assert_allclose(np.column_stack([x, y]), run.test[run.digit == digit])
        near, far = apart(run.test, run.digit)
        for name, distance in (("같은 숫자의 쌍", near), ("다른 숫자의 쌍", far)):
            x, values = series(figure, name, panel=2 + column, axes=("거리 x", "쌍의 비율"))
            np.testing.assert_allclose(np.diff(x), 3 / 45)
            np.testing.assert_allclose(values, counts(distance), atol=2e-4)
            assert x[0] == pytest.approx(1.5 / 45)


def test_margins():
    figure = plots.margins()
    assert [float(value) for value in slider_values(figure)] == list(fits.MARGINS)
    owner_x, owner_y = series(figure, "주인 (숫자 3)", axes=MAP)
    other_x, other_y = series(figure, "남 (다른 숫자)", axes=MAP)
    ring_x, ring_y = series(figure, "반지름 m인 원", axes=MAP)
    axes = ("거리 / 마진", "쌍의 비율")
    spread = [
        series(figure, name, panel=1, axes=axes)[1] for name in ("같은 숫자의 쌍", "다른 숫자의 쌍")
    ]
    for k, m in enumerate(fits.MARGINS):
        run = fits.trained(margin=m)
        mine = run.digit == 3
        shown = run.test - np.median(run.test[mine], axis=0)
        np.testing.assert_allclose(np.column_stack([owner_x[k], owner_y[k]]), shown[mine], atol=0.01)
        np.testing.assert_allclose(np.column_stack([other_x[k], other_y[k]]), shown[~mine], atol=0.01)
        np.testing.assert_allclose(np.hypot(ring_x[k], ring_y[k]), m, atol=0.02)
        pairs = apart(run.test, run.digit)
        for rows, distance in zip(spread, pairs, strict=True):
            np.testing.assert_allclose(rows[k], counts(distance / m), atol=3e-4)
        near, far = pairs
        model = KNeighborsClassifier(5).fit(run.train, run.train_digit)
        assert readouts(figure)[k] == (
            f"5-NN {model.score(run.test, run.digit):.2f}, 문턱 m/2에서 "
            f"못 들임 {np.mean(near >= m / 2):.2f}, 남을 들임 {np.mean(far < m / 2):.2f}"
        )


def test_mistakes():
    figure = plots.mistakes()
    for kind, name in plots.MISTAKES:
        run = fits.trained(kind)
        step, values = series(figure, name, axes=("걸음", "손실"))
        assert step.tolist() == list(range(fits.STEPS))
        np.testing.assert_allclose(values, run.loss)
        _, values = series(figure, name, panel=1, axes=("걸음", "거리의 평균"))
        np.testing.assert_allclose(values, run.far)
    assert abs(fits.trained("zero-one").loss[-1] - 0.5) < 0.01
    assert fits.trained("only same").loss[-1] < 0.01
    assert fits.trained().far[-1] > 1


def test_equal_error():
    run = fits.trained()
    near, far = apart(run.test, run.digit)
    label = np.r_[np.ones(len(near)), np.zeros(len(far))]
    wrong, right, _ = roc_curve(label, -np.r_[near, far])
    best = np.argmin(np.abs(wrong - (1 - right)))
    assert fits.equal_error(near, far) == pytest.approx(wrong[best], abs=0.003)
