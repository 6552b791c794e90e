"""The figures of '16. TripletMarginLoss' show what torch computes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.neighbors import KNeighborsClassifier

from booktools.figures import series, slider_values
from booktools.figures.data import readouts
from lossbook.plots import triplet_margin_loss as plots
from lossbook.plots import triplet_margin_loss_fits as fits

PLANE = ("지도의 가로", "지도의 세로")


def torch_loss(a, p, n, **options):
    arrays = np.broadcast_arrays(a, p, n)
    points = [torch.tensor(np.array(v, float), requires_grad=True) for v in arrays]
    loss = F.triplet_margin_loss(*points, reduction="none", **options)
    loss.sum().backward()
    return loss.detach().numpy(), [point.grad.numpy() for point in points]


def slider_numbers(figure):
    return np.array([float(value) for value in slider_values(figure)])


def test_opening_moves_the_negative_round_the_anchor():
    figure = plots.opening()
    places = {}
    for name in ("앵커 a", "양성 p", "음성 n"):
        x, y = series(figure, name, axes=PLANE)
        places[name] = np.broadcast_to(np.stack([np.ravel(x), np.ravel(y)], -1), (31, 2))
    a, p, n = places.values()
    assert np.all(a == 0)
    assert np.all(p == [3, 4])
    apart = np.linalg.norm(n, axis=1)
    np.testing.assert_allclose(apart, slider_numbers(figure), atol=0.01)
    assert [6.0, 0.0] in n.round(2).tolist()
    assert np.ptp(np.arctan2(n[:, 1], n[:, 0])) > 5, "it goes all round"
    losses, _ = torch_loss(a, p, n, margin=2.0)
    for text, loss in zip(readouts(figure), losses, strict=True):
        assert float(text.split("= ")[-1]) == pytest.approx(loss, abs=0.012)
    axes = ("음성까지의 거리 d(a, n)", "손실 (지도의 거리)")
    x, y = series(figure, "손실", panel=1, axes=axes)
    np.testing.assert_allclose(y, np.maximum(7 - x, 0), atol=1e-5)
    x, y = series(figure, "지금의 음성", panel=1, axes=axes)
    np.testing.assert_allclose(np.ravel(x), slider_numbers(figure), atol=0.01)
    np.testing.assert_allclose(np.ravel(y), losses, atol=0.01)


@pytest.mark.parametrize(("number", "name"), list(enumerate(("앵커 a", "양성 p", "음성 n"))))
def test_opening_arrows_are_minus_the_gradient(number, name):
    figure = plots.opening()
    turn = np.deg2rad(90 * (slider_numbers(figure) - 6))
    n = slider_numbers(figure)[:, np.newaxis] * np.stack([np.cos(turn), np.sin(turn)], -1)
    _, slopes = torch_loss(np.zeros(2), np.array([3.0, 4.0]), n, margin=2.0)
    x, y = series(figure, f"_{name}의 걸음", axes=PLANE)
    path = np.stack([x, y], axis=-1)
    starts = np.broadcast_to((np.zeros(2), np.array([3.0, 4.0]), n)[number], n.shape)
    inside = np.abs(slider_numbers(figure) - 7) > 0.01
    np.testing.assert_allclose(path[:, 0], starts, atol=0.01)
    step = (path[:, 1] - path[:, 0])[inside]
    np.testing.assert_allclose(step, -plots.LENGTH * slopes[number][inside], atol=0.02)


@pytest.mark.parametrize(("panel", "swap"), [(0, False), (1, True)])
def test_regions(panel, swap):
    axes = plots.regions().panels[panel]
    assert (axes.get_xlabel(), axes.get_ylabel()) == PLANE
    image = axes.images[0]
    shown = np.ma.filled(image.get_array(), 0.0)
    line = np.linspace(-9.5, 9.5, len(shown))
    n = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    losses, _ = torch_loss(np.zeros(2), np.array([3.0, 4.0]), n, margin=2.0, swap=swap)
    np.testing.assert_allclose(np.nan_to_num(shown).ravel(), losses, atol=1e-9)
    assert image.origin == "lower"
    assert image.get_extent() == [-9.5, 9.5, -9.5, 9.5]
    grey = axes.patches[0].get_path()
    far = np.abs(losses) == 0
    rim = (losses > 0) & (losses < 0.15)
    edge = np.abs(n).max(axis=1) > 9.4
    assert grey.contains_points(n[far & ~edge]).mean() > 0.99
    assert not grey.contains_points(n[~far & ~rim & ~edge]).any()


def test_outside_is_grey_in_the_opening():
    grey = plots.opening().panels[0].patches[0].get_path()
    rng = np.random.default_rng(0)
    n = rng.uniform(-9.4, 9.4, (400, 2))
    losses, _ = torch_loss(np.zeros(2), np.array([3.0, 4.0]), n, margin=2.0)
    clear = np.abs(np.linalg.norm(n, axis=1) - 7) > 0.1
    np.testing.assert_array_equal(grey.contains_points(n)[clear], (losses == 0)[clear])


def by_hand(z, y):
    """Gaps of all triplets, one after the other."""
    return np.array([
        np.hypot(*(z[a] - z[n])) - np.hypot(*(z[a] - z[p]))
        for a in range(len(y)) for p in range(len(y)) if a != p and y[a] == y[p]
        for n in range(len(y)) if y[n] != y[a]
    ])  # fmt: skip


def test_margins():
    figure = plots.margins()
    gap = by_hand(*fits.sample())
    margins = slider_numbers(figure)
    np.testing.assert_allclose(margins, np.arange(1, 31) / 10)
    x, heights = series(figure, "트리플릿", axes=("d(a, n) − d(a, p)", "트리플릿의 비율"))
    width = x[1] - x[0]
    for middle, height in zip(x, heights, strict=True):
        inside = (gap >= middle - width / 2) & (gap < middle + width / 2)
        assert height == pytest.approx(inside.mean(), abs=2e-4)
    line, _ = series(figure, "마진 m", axes=("d(a, n) − d(a, p)", "트리플릿의 비율"))
    np.testing.assert_allclose(line, np.repeat(margins[:, np.newaxis], 2, axis=1), atol=0.01)
    x, high = series(figure, "손실 0", axes=("d(a, n) − d(a, p)", "트리플릿의 비율"))
    for m, row in zip(margins, high, strict=True):
        grey = x[row > 0]
        assert m - 1e-6 <= grey.min() <= m + 0.03
    bars = [patch.get_height() for patch in figure.panels[1].patches]
    expected = [[np.mean(gap >= m), np.mean((gap > 0) & (gap < m)), np.mean(gap <= 0)]
                for m in margins]  # fmt: skip
    np.testing.assert_allclose(bars, expected[9], atol=1e-3)
    assert (figure.panels[1].get_xlabel(), figure.panels[1].get_ylabel()) == ("종류", "비율")
    assert [t.get_text() for t in figure.panels[1].get_xticklabels()] == [
        "쉬움",
        "준어려움",
        "어려움",
    ]
    for m, text, shares in zip(margins, readouts(figure), expected, strict=True):
        for part, share in zip(text.split(", "), shares, strict=False):
            assert float(part.split()[1].removesuffix("%")) == pytest.approx(100 * share, abs=0.51)
        assert float(text.split()[-1]) == pytest.approx(np.maximum(m - gap, 0).mean(), abs=0.006)


def chosen(miner, z, y):
    """The same triplets, found pair by pair."""
    d = np.linalg.norm(z[:, np.newaxis] - z, axis=-1)
    found = []
    for a in range(len(y)):
        same = [p for p in range(len(y)) if y[p] == y[a] and p != a]
        other = [n for n in range(len(y)) if y[n] != y[a]]
        if miner == "가장 어려움":
            found.append((a, max(same, key=lambda p: d[a, p]), min(other, key=lambda n: d[a, n])))
            continue
        for p in same:
            far = [n for n in other if d[a, n] > d[a, p]]
            if far:
                found.append((a, p, min(far, key=lambda n: d[a, n])))
    return np.transpose(found)


@pytest.mark.parametrize("miner", ["준어려움", "가장 어려움"])
def test_miners(miner):
    z, y = fits.sample()
    found = fits.MINERS[miner](fits.distances(z), y, np.random.default_rng(0))
    np.testing.assert_array_equal(np.array(found), chosen(miner, z, y))


def test_random_triplets_are_triplets():
    z, y = fits.sample()
    a, p, n = fits.at_random(fits.distances(z), y, np.random.default_rng(0))
    assert np.all(y[a] == y[p])
    assert np.all(a != p)
    assert np.all(y[a] != y[n])
    assert len(set(n)) > 60
    assert len({k for k, c in zip(n, y[a], strict=True) if c == 0}) > 30, "any negative, not one"


@pytest.mark.parametrize(("panel", "square"), [(0, False), (1, True)])
def test_scale(panel, square):
    z, y = fits.sample()
    for miner in fits.MINERS:
        s, values = series(plots.scale(), miner, panel, axes=("지도의 배율 s", "평균 손실"))
        a, p, n = fits.MINERS[miner](fits.distances(z), y, np.random.default_rng(0))
        for at, value in zip(s, values, strict=True):
            near, far = ((at * torch.tensor(z[a] - z[k])).square().sum(1) for k in (p, n))
            if not square:
                near, far = near.sqrt(), far.sqrt()
            assert value == pytest.approx((near - far + 1).clamp_min(0).mean().item())


def test_training():
    figure = plots.training()
    for miner in fits.MINERS:
        run = fits.trained(miner)
        steps, losses = series(figure, miner, axes=("걸음", "묶음의 평균 손실"))
        assert steps.tolist() == list(range(151))
        np.testing.assert_allclose(losses, run.loss)
        _, active = series(figure, miner, panel=1, axes=("걸음", "활성 비율"))
        np.testing.assert_allclose(active, run.active)
    assert np.abs(fits.trained("가장 어려움").loss[50:] - 1).max() < 0.02


def test_a_run_is_a_training_with_torch():
    """The first steps again, written plainly."""
    x, y, x_test, _ = fits.digits(0)
    model, rng = fits.network(0), np.random.default_rng(0)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    run = fits.trained("준어려움")
    for step in range(11):
        if step in (0, 10):
            np.testing.assert_allclose(
                run.maps[step // 10], model(torch.tensor(x_test)).detach().numpy(), atol=1e-4
            )
        rows = np.concatenate([
            rng.choice(np.flatnonzero(y == c), 8, replace=False) for c in range(10)
        ])  # fmt: skip
        z = model(torch.tensor(x[rows]))
        a, p, n = chosen("준어려움", z.detach().numpy(), y[rows])
        loss = F.triplet_margin_loss(z[a], z[p], z[n])
        assert loss.item() == pytest.approx(run.loss[step], abs=1e-5)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def test_accuracy_and_order():
    _, y, _, y_test = fits.digits(1)
    assert len(y) + len(y_test) == 1797
    z, y, z_test, y_test = fits.flat_map(1)
    right = KNeighborsClassifier(5).fit(z, y).predict(z_test) == y_test
    assert fits.accuracy(z, y, z_test, y_test) == pytest.approx(right.mean())
    d = np.linalg.norm(z_test[:, np.newaxis] - z_test, axis=-1)
    rng = np.random.default_rng(1)
    wins = []
    for a in rng.integers(0, len(y_test), 3000):
        same = np.flatnonzero((y_test == y_test[a]) & (np.arange(len(y_test)) != a))
        p, n = rng.choice(same), rng.choice(np.flatnonzero(y_test != y_test[a]))
        wins.append(d[a, p] < d[a, n])
    assert fits.right_order(z_test, y_test) == pytest.approx(np.mean(wins), abs=0.03)


@pytest.mark.parametrize(("panel", "miner"), [(0, "준어려움"), (1, "가장 어려움")])
def test_maps(panel, miner):
    figure = plots.maps()
    y, run = fits.digits(0)[3], fits.trained(miner)
    assert slider_values(figure) == [str(step) for step in range(0, 151, 10)]
    assert miner in figure.panels[panel].figure.get_suptitle()
    for digit in range(6):
        x, height = series(figure, f"{digit}", panel, axes=PLANE)
        expected = run.maps[:, y == digit][:, :40]
        reach = figure.panels[panel].get_xlim()[1]
        np.testing.assert_allclose(np.stack([x, height], -1), expected, atol=reach / 1000)
        assert np.abs(expected).max() < reach
    text = readouts(figure)[-1]
    assert f"{miner}: 손실 {run.loss[150]:.2f}" in text
    assert f"{run.right_order[-1]:.2f}" in text


def test_mixed():
    figure = plots.mixed()
    for name in ("거리", "p와 n을 바꿈", "유사도를 거리로"):
        run = fits.trained("무작위", name)
        _, losses = series(figure, name, axes=("걸음", "묶음의 평균 손실"))
        np.testing.assert_allclose(losses, run.loss)
        steps, order = series(figure, name, panel=1, axes=("걸음", "양성이 더 가까운 비율"))
        assert steps.tolist() == list(range(0, 151, 10))
        np.testing.assert_allclose(order, run.right_order)


def test_the_losses_that_are_trained():
    z = torch.tensor(np.random.default_rng(0).normal(size=(3, 9, 2)))
    a, p, n = z
    cos = torch.cosine_similarity
    expected = {
        "거리": F.triplet_margin_loss(a, p, n),
        "p와 n을 바꿈": F.triplet_margin_loss(anchor=a, positive=n, negative=p),
        "유사도를 거리로": (cos(a, p) - cos(a, n) + 1).clamp_min(0).mean(),
    }
    assert set(expected) == set(fits.LOSSES)
    for name, value in expected.items():
        assert fits.LOSSES[name](a, p, n).mean().item() == pytest.approx(value.item())
