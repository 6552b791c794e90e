"""The figures of '17. TripletMarginWithDistanceLoss' show what torch computes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.neighbors import KNeighborsClassifier

from booktools.figures import series, slider_values
from booktools.figures.data import readouts
from lossbook.plots import triplet_margin_with_distance_loss as plots
from lossbook.plots import triplet_margin_with_distance_loss_fits as fits
from lossbook.plots.geometry import arrows

DEGREES = (1.0, 1.5, 2.0, 3.0, 5.0)


def torch_lq(q):
    return lambda x, y: torch.linalg.vector_norm(x - y, ord=q, dim=-1)


def torch_triplet(a, p, n, distance, margin):
    """Loss and −∂ℓ/∂n of torch for each row of n."""
    n = torch.tensor(np.array(n), requires_grad=True)
    a, p = (torch.tensor(np.array(x, float)).expand_as(n) for x in (a, p))
    loss = F.triplet_margin_with_distance_loss(
        a, p, n, distance_function=distance, margin=margin, reduction="none"
    )
    loss.sum().backward()
    return loss.detach().numpy(), -n.grad.numpy()


def rows(values, k):
    return values[k] if np.ndim(values) == 2 else values


def test_shops():
    figure = plots.shops()
    axes = ("동서 (칸)", "남북 (칸)")
    degrees = [float(value) for value in slider_values(figure)]
    assert degrees == pytest.approx(plots.DEGREES)
    places = np.vstack([[6, 0], plots.SPOTS])
    inner = series(figure, "우리 가게까지의 거리", axes=axes)
    outer = series(figure, "거기에 마진 2칸을 더함", axes=axes)
    drawn = series(figure, "−기울기", axes=axes)
    q_axis, losses = series(figure, "손실", panel=1, axes=("거리의 지수 q", "손실 (칸)"))
    now = series(figure, "지금의 q", panel=1, axes=("거리의 지수 q", "손실 (칸)"))
    for k, q in enumerate(degrees):
        expected, step = torch_triplet([0, 0], [3, 4], places, torch_lq(q), 2.0)
        near = float(torch_lq(q)(torch.zeros(2), torch.tensor([3.0, 4.0])))
        for lines, radius in ((inner, near), (outer, near + 2)):
            points = torch.tensor(np.stack([rows(lines[0], k), rows(lines[1], k)], 1))
            lengths = torch_lq(q)(points, torch.zeros(2))
            np.testing.assert_allclose(lengths.numpy(), radius, atol=0.02)
        arrow = arrows(places, 1.3 * step, head=0.5)
        for mine, theirs in zip(drawn, arrow, strict=True):
            np.testing.assert_allclose(rows(mine, k), theirs, atol=0.03)
        assert losses[k] == pytest.approx(expected[0], abs=1e-9)
        assert np.ravel(now[0])[k] == pytest.approx(q, abs=0.01)
        assert np.ravel(now[1])[k] == pytest.approx(expected[0], abs=0.01)
        assert f"손실 {expected[0]:.2f}칸" in readouts(figure)[k]
        assert f"우리 가게 {near:.2f}칸" in readouts(figure)[k]
    np.testing.assert_allclose(q_axis, degrees)


def test_shops_are_flat_where_the_loss_is_zero():
    figure = plots.shops()
    for name, sign in (("손실 0", 1), ("_아래", -1)):
        x, y = series(figure, name, axes=("동서 (칸)", "남북 (칸)"))
        for k, q in enumerate(plots.DEGREES):
            across, edge = rows(x, k), np.abs(rows(y, k))
            border = edge < plots.REACH - 0.01
            assert np.all(np.sign(rows(y, k)[border & (edge > 0.01)]) == sign)
            near = float(torch_lq(q)(torch.zeros(2), torch.tensor([3.0, 4.0])))
            inside = border & (np.abs(across) < near + 1.9)
            points = np.stack([across[inside], edge[inside]], 1)
            lengths = torch_lq(q)(torch.tensor(points), torch.zeros(2)).numpy()
            np.testing.assert_allclose(lengths, near + 2, atol=0.05)
    for name, place in (
        ("집 (앵커)", (0, 0)),
        ("우리 가게 (양성)", (3, 4)),
        ("경쟁 가게 (음성)", (6, 0)),
    ):
        (x,), (y,) = series(figure, name, axes=("동서 (칸)", "남북 (칸)"))
        assert (x, y) == place


def test_cone():
    figure = plots.cone()
    turn = np.radians(np.arange(15, 360, 30))
    spots = [(r * np.cos(t), r * np.sin(t)) for r in (2.5, 5.0) for t in turn]
    places = np.vstack([[4, 3], spots])
    for panel, (name, scale, distance) in enumerate(
        (("−기울기", 1, torch_lq(2)), ("−기울기 (4배)", 4, fits.torch_cosine))
    ):
        loss, step = torch_triplet([1, 0], [3, 4], places, distance, 0.5)
        assert (loss > 0).any()
        assert (loss == 0).any()
        x, y = series(figure, name, panel=panel, axes=("x₁", "x₂"))
        for mine, theirs in zip((x, y), arrows(places, scale * step, head=0.4), strict=True):
            np.testing.assert_allclose(mine, theirs, atol=1e-9)
        for label, place in (("앵커", (1, 0)), ("양성", (3, 4)), ("음성", (4, 3))):
            (left,), (up,) = series(figure, label, panel=panel, axes=("x₁", "x₂"))
            assert (left, up) == place
    wedge = figure.panels[1].patches[0].get_xy()
    corners = wedge[np.hypot(*wedge.T) > 1]
    loss, _ = torch_triplet([1, 0], [3, 4], corners, fits.torch_cosine, 0.5)
    np.testing.assert_allclose(loss, 0, atol=1e-9)
    angle = np.arctan2(*corners.T[::-1])
    assert np.abs(angle).min() == pytest.approx(np.arccos(0.1), abs=1e-6)
    assert len(figure.panels[0].collections) == 2
    for half in figure.panels[0].collections:
        corners = half.get_paths()[0].vertices
        loss, _ = torch_triplet([1, 0], [3, 4], corners, torch_lq(2), 0.5)
        assert loss.max() < 0.02
        rim = np.abs(corners[:, 1]) < 4.9
        rim &= np.abs(corners[:, 0] - 1) < 4.9
        lengths = np.hypot(corners[rim, 0] - 1, corners[rim, 1])
        np.testing.assert_allclose(lengths, np.sqrt(20) + 0.5, atol=1e-9)


def test_pulls():
    figure = plots.pulls()
    theta = np.radians(plots.ANGLES)
    n = np.column_stack([np.cos(theta), np.sin(theta)])
    for name, distance in (
        ("L2", torch_lq(2)), ("L2의 제곱", fits.torch_squared), ("1 − cos", fits.torch_cosine)
    ):  # fmt: skip
        x, values = series(figure, name, axes=("앵커와 음성의 각도 (도)", "거리 D"))
        np.testing.assert_allclose(x, plots.ANGLES)
        expected = distance(torch.tensor([[1.0, 0.0]], dtype=torch.float64), torch.tensor(n))
        np.testing.assert_allclose(values, expected.numpy(), atol=1e-9)
        _, force = series(figure, name, panel=1, axes=("앵커와 음성의 각도 (도)", "‖∂ℓ/∂n‖"))
        _, step = torch_triplet([1, 0], [1, 0], n, distance, 9.0)
        np.testing.assert_allclose(force, np.linalg.norm(step, axis=1), atol=1e-9)


def test_mistaken():
    figure = plots.mistaken()
    angles = np.radians([0.0, -10.0, 100.0])
    vectors = [torch.tensor([np.cos(t), np.sin(t)], requires_grad=True) for t in angles]
    losses, near, far = [], [], []
    for _ in range(21):
        a, p, n = (v.unsqueeze(0) for v in vectors)
        loss = F.triplet_margin_with_distance_loss(
            a, p, n, distance_function=fits.torch_similarity, margin=0.5
        )
        losses.append(loss.item())
        for record, other in ((near, p), (far, n)):
            cos = fits.torch_similarity(a, other).item()
            record.append(np.degrees(np.arccos(cos)))
        slopes = torch.autograd.grad(loss, vectors)
        vectors = [
            (v - 0.05 * s).detach().requires_grad_() for v, s in zip(vectors, slopes, strict=True)
        ]
    step, values = series(figure, "손실", axes=("걸음", "손실"))
    assert step.tolist() == list(range(21))
    np.testing.assert_allclose(values, losses, atol=1e-6)
    for name, expected in (("양성", near), ("음성", far)):
        _, values = series(figure, name, panel=1, axes=("걸음", "각도 (도)"))
        np.testing.assert_allclose(values, expected, atol=1e-3)


def test_digit_scores():
    torch.set_num_threads(1)
    figure = plots.digit_scores()
    for width, shift in ((2, -0.12), (8, 0.12)):
        x, found = series(figure, f"{width}차원", axes=("거리", "정확도"))
        expected, places = [], []
        for i, name in enumerate(("L2", "L2의 제곱", "1 − cos")):
            for seed in range(3):
                u, label, u_test, truth = fits.digits(seed)
                with torch.no_grad():
                    z, z_test = (fits.fitted(name, width, seed)(v) for v in (u, u_test))
                metric = "cosine" if name == "1 − cos" else "euclidean"
                model = KNeighborsClassifier(5, metric=metric).fit(z.numpy(), label)
                expected.append(model.score(z_test.numpy(), truth))
                places.append(i + shift)
        np.testing.assert_allclose(x, places)
        np.testing.assert_allclose(found, expected, atol=0.005)
    x, y = series(figure, "그림 한 장", panel=1, axes=("임베딩의 각도 (도)", "숫자"))
    with torch.no_grad():
        z = fits.fitted("1 − cos", 2, 0)(fits.digits(0)[2])
    turn = torch.rad2deg(torch.atan2(z[:, 1], z[:, 0])).numpy()
    np.testing.assert_allclose((x - turn + 180) % 360 - 180, 0, atol=1e-6)
    assert y.round().tolist() == fits.digits(0)[3].tolist()


@pytest.mark.parametrize(("pair", "theirs"), [
    (fits.lq(1), torch_lq(1)), (fits.lq(2), torch_lq(2)), (fits.lq(7), torch_lq(7)),
    ((fits.squared, fits.squared_grad), fits.torch_squared),
    ((fits.cosine, fits.cosine_grad), fits.torch_cosine),
])  # fmt: skip
def test_distances_and_their_gradients(pair, theirs):
    x, y = np.random.default_rng(0).normal(size=(2, 5, 3))
    upstream = np.arange(1.0, 6.0)
    tensors = [torch.tensor(v, requires_grad=True) for v in (x, y)]
    value = theirs(*tensors)
    np.testing.assert_allclose(pair[0](x, y), value.detach().numpy())
    slopes = torch.autograd.grad((value * torch.tensor(upstream)).sum(), tensors)
    for mine, slope in zip(pair[1](x, y, upstream), slopes, strict=True):
        np.testing.assert_allclose(mine, slope.numpy(), atol=1e-12)


def test_miners_keep_the_roles():
    rng = np.random.default_rng(0)
    label = rng.integers(-1, 3, 30)
    z = torch.tensor(rng.normal(size=(30, 2)))
    far = torch.cdist(z, z).numpy()
    for mine in (fits.semi_hard, fits.at_random, fits.known_only):
        a, p, n = mine(z, label, fits.torch_euclidean, 0.7, rng)
        assert len(a) > 0
        assert np.all(label[a] == label[p])
        assert np.all(label[a] != label[n])
        assert np.all(a != p)
        if mine is not fits.at_random:
            assert np.all((far[a, n] > far[a, p]) & (far[a, n] < far[a, p] + 0.7))
    assert np.all(label[np.concatenate([a, p, n])] >= 0)
