"""The figures of '14. CosineEmbeddingLoss' show what torch computes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.neighbors import KNeighborsClassifier

from booktools.figures import series, slider_values
from booktools.figures.data import readouts
from lossbook.plots import cosine_embedding_loss as plots
from lossbook.plots import cosine_embedding_loss_fits as fits

PLANE = ("액션 (좋아함 − 싫어함)", "멜로 (좋아함 − 싫어함)")


def turned(degrees, length=1.0):
    angle = np.radians(degrees)
    return length * np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def torch_at(degrees, y, margin=0.0, length=1.0):
    """Losses and gradients by x₁ of turned vectors against (1, 0)."""
    x = torch.tensor(turned(np.asarray(degrees, float), length), requires_grad=True)
    still = torch.tensor([[1.0, 0.0]], dtype=x.dtype).expand_as(x)
    loss = F.cosine_embedding_loss(x, still, torch.full((len(x),), y), margin, reduction="none")
    loss.sum().backward()
    return loss.detach().numpy(), x.grad.numpy()


def test_turning_losses():
    figure = plots.turning()
    theta = np.array([float(v.replace("−", "-")) for v in slider_values(figure)])
    np.testing.assert_array_equal(theta, plots.TURNS)
    written = [line.replace("−", "-") for line in readouts(figure)]
    for y, margin, name in ((1, 0.0, "y = 1"), (-1, 0.5, "y = −1")):
        expected, _ = torch_at(theta, y, margin)
        x, losses = series(figure, name, panel=2, axes=("각도 θ (도)", "손실"))
        np.testing.assert_allclose(x, theta)
        np.testing.assert_allclose(losses, expected, atol=1e-12)
        x, losses = series(figure, f"지금, {name}", panel=2, axes=("각도 θ (도)", "손실"))
        np.testing.assert_allclose(np.ravel(x), theta)
        np.testing.assert_allclose(np.ravel(losses), expected, atol=2e-3)
        for line, value in zip(written, expected, strict=True):
            assert f"y = {y}이면 {value:.2f}".replace("-0.00", "0.00") in line.replace("-0.00", "0.00")


@pytest.mark.parametrize(("panel", "y"), [(0, 1), (1, -1)])
def test_turning_steps_are_minus_the_gradient_of_torch(panel, y):
    figure, theta = plots.turning(), plots.TURNS
    x, height = series(figure, "−기울기", panel=panel, axes=PLANE)
    for arrow, length in enumerate((1.0, 2.0)):
        _, gradient = torch_at(theta, y, 0.5, length)
        tails = np.stack([x[:, 6 * arrow], height[:, 6 * arrow]], 1)
        heads = np.stack([x[:, 6 * arrow + 1], height[:, 6 * arrow + 1]], 1)
        np.testing.assert_allclose(tails, turned(theta, length), atol=5e-3)
        np.testing.assert_allclose(heads - tails, -gradient, atol=1e-2)
        np.testing.assert_allclose(np.sum(tails * (heads - tails), axis=1), 0, atol=2e-2)
    x, height = series(figure, "x₁, 길이 1", panel=panel, axes=PLANE)
    np.testing.assert_allclose(np.column_stack([np.ravel(x), np.ravel(height)]), turned(theta), atol=5e-3)
    x, height = series(figure, "x₁, 길이 2", panel=panel, axes=PLANE)
    np.testing.assert_allclose(np.stack([x[:, 1], height[:, 1]], 1), turned(theta, 2.0), atol=5e-3)
    x, height = series(figure, "x₂ (고정)", panel=panel, axes=PLANE)
    np.testing.assert_allclose(np.stack([x[:2], height[:2]]), [[0, 1], [0, 0]], atol=1e-12)


def test_turning_grey_sector_is_where_the_loss_is_zero():
    sectors = [patch for patch in plots.turning().panels[1].patches if patch.get_label() == "손실 0"]
    (corners,) = [patch.get_xy() for patch in sectors]
    degrees = np.degrees(np.arctan2(*corners[1:-1].T[::-1])) % 360
    assert (degrees.min(), degrees.max()) == pytest.approx((60, 300))
    inside, _ = torch_at(np.linspace(61, 299, 99), -1, 0.5)
    outside, _ = torch_at(np.linspace(-59, 59, 99), -1, 0.5)
    assert np.all(inside == 0)
    assert np.all(outside > 0)


def test_angles():
    figure = plots.angles()
    for y, margin, name in (
        (1, 0.0, "y = 1"), (-1, -0.5, "y = −1, m = −0.5"), (-1, 0.0, "y = −1, m = 0"),
        (-1, 0.5, "y = −1, m = 0.5"),
    ):  # fmt: skip
        x, losses = series(figure, name, axes=("각도 θ (도)", "손실"))
        np.testing.assert_allclose(losses, torch_at(x, y, margin)[0], atol=1e-12)
    for y, margin, length, name in (
        (1, 0.0, 1.0, "y = 1, 길이 1"), (1, 0.0, 2.0, "y = 1, 길이 2"),
        (-1, 0.5, 1.0, "y = −1, m = 0.5, 길이 1"),
    ):  # fmt: skip
        x, sizes = series(figure, name, panel=1, axes=("각도 θ (도)", "‖∂ℓ/∂x₁‖"))
        expected = np.linalg.norm(torch_at(x, y, margin, length)[1], axis=1)
        np.testing.assert_allclose(sizes, expected, atol=1e-12)


@pytest.mark.parametrize(("degrees", "length"), [(120, 1), (120, 3), (179, 1), (180, 1)])
def test_stuck(degrees, length):
    x = torch.tensor(turned(float(degrees), float(length)), requires_grad=True)
    angles, lengths = [], []
    for _ in range(61):
        point = x.detach().numpy()
        angles.append(abs(np.degrees(np.arctan2(point[1], point[0]))))
        lengths.append(np.linalg.norm(point))
        loss = F.cosine_embedding_loss(x, torch.tensor([1.0, 0.0], dtype=x.dtype), torch.tensor(1))
        (gradient,) = torch.autograd.grad(loss, x)
        x = (x - 0.5 * gradient).detach().requires_grad_()
    name, figure = f"{degrees}도, 길이 {length}", plots.stuck()
    steps, track = series(figure, name, axes=("걸음", "각도 θ (도)"))
    assert steps.tolist() == list(range(61))
    np.testing.assert_allclose(track, angles, atol=1e-6)
    _, track = series(figure, name, panel=1, axes=("걸음", "길이"))
    np.testing.assert_allclose(track, lengths, atol=1e-9)


def pair_losses(directions, margin):
    first, second = np.triu_indices(10, 1)
    x = torch.tensor(directions)
    return F.cosine_embedding_loss(x[first], x[second], -torch.ones(45), margin).item()


@pytest.mark.parametrize("margin", [0.0, 0.5])
def test_capacity(margin):
    figure, name = plots.capacity(), f"m = {margin:g}"
    dimensions, found = series(figure, f"하강이 찾음, {name}", panel=2, axes=("차원 d", "평균 손실"))
    _, counted = series(figure, f"겹친 쌍의 수로 셈, {name}", panel=2, axes=("차원 d", "평균 손실"))
    assert dimensions.tolist() == [2, 3, 4, 5]
    expected = {0.0: [8 / 45, 4 / 45, 2 / 45, 0], 0.5: [2 / 45, 0, 0, 0]}[margin]
    np.testing.assert_allclose(counted, expected)
    np.testing.assert_allclose(found, expected, atol=1e-4)
    for d, value in zip((2, 3, 4, 5), found, strict=True):
        assert pair_losses(fits.best_spread(d, margin)[1], margin) == pytest.approx(value, abs=1e-9)
    panel = int(margin > 0)
    x, y = series(figure, "벡터의 방향", panel=panel, axes=("첫째 성분", "둘째 성분"))
    points = np.column_stack([x, y])
    assert pair_losses(points, margin) == pytest.approx(found[0], abs=1e-4)
    assert np.linalg.norm(points, axis=1).min() == pytest.approx(1)
    degrees = np.sort(np.degrees(np.arctan2(y, x)) % 360)
    assert np.sum(np.diff(degrees, append=degrees[0] + 360) > 1) == {0.0: 4, 0.5: 6}[margin]


def test_labelled_trains_with_torch():
    figure = plots.labelled()
    same = torch.tensor([True, False])
    for kind, expected, name in (
        ("right", [1, -1], "1과 −1"), ("zero", [1, 0], "1과 0"), ("flip", [-1, 1], "부호가 반대")
    ):  # fmt: skip
        assert fits.labels(same, kind).tolist() == expected
        record = fits.trained(8, kind=kind)
        steps, losses = series(figure, name, axes=("걸음", "손실"))
        assert steps.tolist() == list(range(150))
        np.testing.assert_allclose(losses, record["losses"])
        _, cosines = series(figure, name, panel=1, axes=("걸음", "평균 코사인"))
        np.testing.assert_allclose(cosines, record["cosines"])
        if kind != "right":
            assert cosines[-1] > 0.99
        else:
            assert cosines[-1] < 0.1


def test_embedded():
    figure = plots.embedded()
    record = fits.trained(2)
    _, _, pixels, digits = fits.digits(0)
    assert len(pixels) == 797
    degrees, drawn = series(figure, "시험 숫자 한 장", axes=("방향 (도)", "숫자"))
    np.testing.assert_array_equal(drawn, digits)
    np.testing.assert_allclose(turned(degrees), record["directions"], atol=1e-9)
    for margin, dimensions in ((0.0, (2, 3, 4, 8)), (0.5, (3, 4))):
        scores = []
        for d in dimensions:
            for seed in range(3):
                run = fits.trained(d, margin, seed)
                model = KNeighborsClassifier(5).fit(run["train"], run["train_digits"])
                scores.append(model.score(run["directions"], run["digits"]))
        axes = ("차원 d (로그 눈금)", "시험 정확도")
        x, y = series(figure, f"씨앗 하나, m = {margin:g}", panel=1, axes=axes)
        np.testing.assert_array_equal(x, np.repeat(dimensions, 3))
        np.testing.assert_allclose(y, scores)
        x, y = series(figure, f"평균, m = {margin:g}", panel=1, axes=axes)
        np.testing.assert_array_equal(x, dimensions)
        np.testing.assert_allclose(y, np.reshape(scores, (-1, 3)).mean(1))
