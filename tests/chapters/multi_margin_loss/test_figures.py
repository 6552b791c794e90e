"""The figures of '15. Multi-class margin loss' show what torch computes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.datasets import load_iris

from booktools.figures import series, slider_values
from booktools.figures.data import readouts
from lossbook.plots import multi_margin_loss as plots
from lossbook.plots import multi_margin_loss_fits as fits
from lossbook.plots.geometry import arrows


def loss_and_step(kind, x, y):
    """Terms and −gradient of torch."""
    x = torch.tensor(np.array(x), requires_grad=True)
    y = torch.as_tensor(y)
    if kind == "교차 엔트로피":
        terms = F.cross_entropy(x, y, reduction="none")
    else:
        terms = F.multi_margin_loss(x, y, p=int(kind[-1]), reduction="none")
    terms.sum().backward()
    return terms.detach().numpy(), -x.grad.numpy()


def test_moving_scores_and_arrows():
    figure = plots.moving()
    own = np.array([float(value) for value in slider_values(figure)])
    x = np.tile([1.5, 0.0, 4.0], (len(own), 1))
    x[:, 1] = own
    y = np.ones(len(own), dtype=np.int64)
    written = readouts(figure)
    for position, p in enumerate((1, 2)):
        axes = ("점수 (점)", "후보")
        terms, step = loss_and_step(f"p = {p}", x, y)
        px, py = series(figure, "점수", panel=position, axes=axes)
        np.testing.assert_allclose(px, x, atol=1e-3)
        np.testing.assert_allclose(np.broadcast_to(py, x.shape)[0], [0, 1, 2], atol=1e-3)
        ax, ay = series(figure, "−기울기", panel=position, axes=axes)
        tails = np.stack([x, np.broadcast_to(np.arange(3.0), x.shape)], -1)
        steps = np.stack([step, np.zeros_like(step)], -1)
        want_x, want_y = arrows(tails, steps, head=0.25)
        clear = ~np.isin(np.round(own, 1), (2.5, 5.0))  # at the kink nothing is claimed
        np.testing.assert_allclose(ax[clear], want_x[clear], atol=2e-3)
        np.testing.assert_allclose(
            np.broadcast_to(ay, want_y.shape)[clear], want_y[clear], atol=2e-3
        )
        at, height = series(figure, f"p = {p}", panel=2, axes=("나래의 점수 (점)", "손실"))
        np.testing.assert_allclose(at, own, atol=1e-9)
        np.testing.assert_allclose(height, terms, atol=1e-12)
        now, value = series(figure, f"_지금 {p}", panel=2)
        np.testing.assert_allclose(now[:, 0], own, atol=1e-3)
        np.testing.assert_allclose(value[:, 0], terms, atol=1e-3)
        assert np.all(height[at >= 5] == 0)
        assert np.all(height[at < 4.95] > 0)
        assert all(f"p = {p}이면 {v:.2f}" in row for row, v in zip(written, terms, strict=True))


def test_curves_show_loss_and_pull():
    figure = plots.curves()
    for kind in fits.KINDS:
        lead, values = series(figure, kind, axes=("앞선 차이 (점)", "손실"))
        x = np.column_stack([lead, np.zeros_like(lead)])
        terms, step = loss_and_step(kind, x, np.zeros(len(lead), dtype=np.int64))
        np.testing.assert_allclose(values, terms, atol=1e-12)
        lead, pull = series(figure, kind, panel=1, axes=("앞선 차이 (점)", "−기울기"))
        away = np.isfinite(pull)
        assert away.sum() >= len(lead) - 1
        np.testing.assert_allclose(pull[away], step[away, 0], atol=1e-12)


def test_surface_levels_and_arrows():
    figure = plots.surface()
    axes = ("첫 경쟁자보다 앞선 차이", "둘째 경쟁자보다 앞선 차이")
    for position, kind in enumerate(("p = 1", "p = 2", "교차 엔트로피")):
        assert figure.panels[position].figure.get_suptitle() == kind

        def terms(first, second, kind=kind):
            x = np.column_stack([np.zeros_like(first), -first, -second])
            return loss_and_step(kind, x, np.zeros(len(first), dtype=np.int64))

        for height in plots.LEVELS:
            first, second = series(figure, f"손실 {height:g}", panel=position, axes=axes)
            there = np.isfinite(second)
            assert there.sum() > 60
            np.testing.assert_allclose(terms(first[there], second[there])[0], height, atol=1e-9)
        x, y = (row.reshape(-1, 6) for row in series(figure, "_화살표", panel=position, axes=axes))
        step = terms(x[:, 0], y[:, 0])[1]
        move = step[:, :1] - step[:, 1:]  # how the leads change
        drawn = np.column_stack([x[:, 1] - x[:, 0], y[:, 1] - y[:, 0]])
        longest = np.maximum(1, np.linalg.norm(move, axis=1, keepdims=True))
        np.testing.assert_allclose(drawn, plots.STEP * move / longest, atol=1e-12)
        flat = (x[:, 0] > 1) & (y[:, 0] > 1)
        assert np.all(drawn[flat] == 0) == (kind != "교차 엔트로피")


def test_active_share():
    figure = plots.active()
    u, y = fits.iris(0)[:2]
    x = torch.tensor(u @ fits.fitted("교차 엔트로피"))
    gaps = np.array([x[n, y[n]] - x[n, i] for n in range(75) for i in range(3) if i != y[n]])
    middles, counts = series(figure, "쌍 150개", axes=("앞선 차이 (점)", "쌍의 수"))
    assert counts.sum() == 150
    for middle, count in zip(middles, counts, strict=True):
        assert count == np.sum((gaps >= middle - 0.25) & (gaps < middle + 0.25))
    axes = ("마진 m (점)", "비율, 손실")
    margins, share = series(figure, "살아 있는 쌍의 비율", panel=1, axes=axes)
    _, loss = series(figure, "평균 손실 (p = 1)", panel=1, axes=axes)
    assert [float(v) for v in slider_values(figure)] == pytest.approx(margins)
    ends, tops = series(figure, "손실 0", axes=("앞선 차이 (점)", "쌍의 수"))
    for k, m in enumerate(margins):
        given = x.clone().requires_grad_()
        value = F.multi_margin_loss(given, torch.tensor(y), margin=m, reduction="sum")
        value.backward()
        pulled = (given.grad > 0).sum().item()
        assert share[k] == pytest.approx(pulled / 150)
        assert loss[k] == pytest.approx(value.item() / 75)
        grey = np.broadcast_to(ends, tops.shape)[k][tops[k] > 0]
        assert (grey.min(), grey.max()) == pytest.approx((m, 14), abs=1e-3)
        assert readouts(figure)[k] == f"살아 있는 쌍 {share[k]:.2f}, 평균 손실 {loss[k]:.2f}"
    for name, values in (("_지금의 비율", share), ("_지금의 손실", loss)):
        at, height = series(figure, name, panel=1)
        np.testing.assert_allclose(at[:, 0], margins, atol=1e-3)
        np.testing.assert_allclose(height[:, 0], values, atol=1e-3)


def test_tie():
    figure = plots.tie()
    axes = ("가람이 나래보다 앞선 차이 (점)", "기대 손실 − 최솟값")
    votes = np.array([0.4, 0.35, 0.25])
    for kind in fits.KINDS:
        lead, height = series(figure, kind, axes=axes)
        third = np.linspace(-4, 4, 1601)
        best = []
        for d in lead:
            x = np.column_stack([np.full_like(third, d / 2), np.full_like(third, -d / 2), third])
            best.append(min(sum(
                share * loss_and_step(kind, x, np.full(len(x), c))[0]
                for c, share in enumerate(votes)
            )))  # fmt: skip
        np.testing.assert_allclose(height, np.array(best) - min(best), atol=3e-4)
        (at,), (bottom,) = series(figure, f"_{kind}의 바닥", axes=axes)
        assert bottom == 0
        assert at == pytest.approx(lead[np.argmin(best)], abs=0.03)
    assert fits.best_scores("p = 1") == pytest.approx([1, 1, 0])
    assert fits.best_scores("교차 엔트로피") == pytest.approx(np.log(votes / votes[2]), abs=1e-4)


def test_iris_leads():
    data = load_iris()
    figure = plots.iris_leads()
    for seed in fits.SPLITS:
        u, y, u_test, y_test = fits.iris(seed)
        assert np.bincount(y).tolist() == np.bincount(y_test).tolist() == [25, 25, 25]
        assert np.allclose(u.mean(axis=0), [1, 0, 0, 0, 0])
        assert len(np.unique(np.concatenate([u, u_test]), axis=0)) == len(
            np.unique(data.data, axis=0)
        )
    for position, kind in enumerate(fits.KINDS):
        gaps = []
        for seed in fits.SPLITS:
            u, y = fits.iris(seed)[:2]
            x = torch.tensor(u @ fits.fitted(kind, seed))
            own = x[range(75), y]
            x[range(75), y] = -torch.inf
            gaps.extend((own - x.max(dim=1).values).tolist())
        middles, counts = series(
            figure, "훈련 꽃", panel=position, axes=("앞선 차이 (점)", "꽃의 수")
        )
        gaps = np.array(gaps)
        assert figure.panels[position].figure.get_suptitle() == kind
        assert counts.sum() == np.sum((gaps >= -1.95) & (gaps < middles[-1] + 0.05))
        assert counts.sum() >= 374
        for middle, count in zip(middles, counts, strict=True):
            inside = np.sum((gaps >= middle - 0.05) & (gaps < middle + 0.05))
            assert abs(count - inside) <= 1


@pytest.mark.parametrize("kind", fits.KINDS)
def test_fits_are_at_the_bottom(kind):
    """No small change of the coefficients lowers what `fitted` claims to minimise."""
    u, y = (torch.tensor(a) for a in fits.iris(0)[:2])

    def objective(W):
        W = torch.tensor(W)
        terms, _ = loss_and_step(kind, (u @ W).numpy(), y)
        return terms.mean() + fits.DECAY * (W[1:] ** 2).sum().item()

    W = fits.fitted(kind)
    rng = np.random.default_rng(1)
    lowest = min(objective(W + 0.05 * rng.normal(size=W.shape)) for _ in range(200))
    assert objective(W) < lowest + 1e-4


@pytest.mark.parametrize("kind", ["점수", "소프트맥스"])
@pytest.mark.parametrize("start", ["0", "틀린 확신"])
def test_softmaxed(kind, start):
    u, y = (torch.tensor(a) for a in fits.iris(0)[:2])
    W = torch.zeros(5, 3, dtype=torch.float64)
    if start == "틀린 확신":
        for _ in range(500):
            W.requires_grad_()
            (slope,) = torch.autograd.grad(F.cross_entropy(u @ W, (y + 1) % 3), W)
            W = (W - slope).detach()
    losses, accuracy = [], []
    for _ in range(300):
        W.requires_grad_()
        x = u @ W
        value = F.multi_margin_loss(x.softmax(1) if kind == "소프트맥스" else x, y)
        losses.append(value.item())
        accuracy.append((x.argmax(1) == y).double().mean().item())
        (slope,) = torch.autograd.grad(value, W)
        W = (W - 0.5 * slope).detach()
    figure = plots.softmaxed()
    name = f"{kind}, {start}에서"
    step, values = series(figure, name, axes=("걸음", "손실 (로그 눈금)"))
    assert step.tolist() == list(range(300))
    np.testing.assert_allclose(values, losses, rtol=1e-6)
    np.testing.assert_allclose(series(figure, name, panel=1, axes=("걸음", "정확도"))[1], accuracy)


def test_prototypes_are_trained_on_distances():
    for sign in (-1, 1):
        u, y, u_test, y_test = (torch.tensor(a) for a in fits.iris(0))
        points = torch.stack([u[y == c].mean(0) for c in range(3)])
        losses = []
        for _ in range(300):
            points.requires_grad_()
            squares = ((u[:, None] - points) ** 2).sum(2)
            value = F.multi_margin_loss(sign * squares, y)
            losses.append(value.item())
            (slope,) = torch.autograd.grad(value, points)
            points = (points - 0.05 * slope).detach()
        record, near = fits.prototypes(sign)
        far = ((u_test[:, None] - points) ** 2).sum(2)
        np.testing.assert_allclose(record[:, 0], losses, rtol=1e-6)
        assert near == pytest.approx((far.argmin(1) == y_test).double().mean().item())
