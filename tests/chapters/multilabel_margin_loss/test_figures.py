"""The figures of '11. MultiLabelMarginLoss' show what torch computes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.metrics import f1_score

from booktools.figures import series, slider_values
from booktools.figures.data import readouts
from lossbook.plots import multilabel_margin_loss as plots
from lossbook.plots import multilabel_margin_loss_fits as fits

LINE = ("점수", "태그")


def graded(x, y):
    """Losses and −gradients of rows in torch."""
    x = torch.tensor(np.array(x), dtype=torch.float64, requires_grad=True)
    y = torch.as_tensor(np.array(y)).expand_as(x)
    loss = F.multilabel_margin_loss(x, y, reduction="none")
    loss.sum().backward()
    return loss.detach().numpy(), -x.grad.numpy()


def beach():
    """Rows of scores of the slider."""
    x = np.tile([3.0, 1.5, 0.0, -0.5], (61, 1))
    x[:, 2] = np.arange(-15, 46) / 10
    return x


OFF_KINK = ~np.isclose(np.arange(-15, 46)[:, np.newaxis], [5, 25]).any(axis=1)


def test_scores_stand_in_their_lanes():
    x, figure = beach(), plots.score_line()
    assert [float(value.replace("−", "-")) for value in slider_values(figure)] == pytest.approx(
        x[:, 2]
    )
    names = [label.get_text() for label in figure.panels[0].get_yticklabels()]
    lanes = dict(zip(names, figure.panels[0].get_yticks(), strict=True))
    for name, tags in (("정답", (0, 2)), ("오답", (1, 3))):
        at, height = series(figure, name, axes=LINE)
        np.testing.assert_allclose(at, x[:, tags], atol=0.02)
        expected = [lanes[("바다", "개", "아이", "자동차")[tag]] for tag in tags]
        np.testing.assert_allclose(height, np.tile(expected, (61, 1)), atol=0.02)


def test_arrows_are_the_negative_gradient_of_torch():
    x, figure = beach(), plots.score_line()
    _, step = graded(x, [0, 2, -1, -1])
    at, height = series(figure, "−기울기 × 2", axes=LINE)
    at, height = at.reshape(61, 4, 6), height.reshape(61, 4, 6)
    drawn = np.where(np.isnan(at[:, :, 1]), 0, at[:, :, 1] - at[:, :, 0])[OFF_KINK]
    np.testing.assert_allclose(drawn, 2 * step[OFF_KINK], atol=0.03)
    np.testing.assert_allclose(at[:, :, 0][OFF_KINK], x[OFF_KINK], atol=0.02)
    np.testing.assert_allclose(height[OFF_KINK][:, :, 1], height[OFF_KINK][:, :, 0], atol=0.02)


def test_active_pairs_are_joined():
    x, figure = beach(), plots.score_line()
    at, _ = series(figure, "활성 쌍", axes=LINE)
    at = at.reshape(61, 4, 3)
    pairs = [(0, 1), (0, 3), (2, 1), (2, 3)]
    for column, (j, i) in enumerate(pairs):
        active = x[:, j] - x[:, i] < 1
        np.testing.assert_array_equal(~np.isnan(at[OFF_KINK, column, 0]), active[OFF_KINK])
        on = active & OFF_KINK
        np.testing.assert_allclose(at[on, column, :2], x[on][:, [j, i]], atol=0.02)


def test_loss_of_the_beach_and_its_flat_region():
    x, figure = beach(), plots.score_line()
    loss, step = graded(x, [0, 2, -1, -1])
    at, values = series(figure, "손실", panel=1, axes=("아이의 점수", "손실"))
    np.testing.assert_allclose(at, x[:, 2])
    np.testing.assert_allclose(values, loss, atol=1e-12)
    at, values = series(figure, "지금", panel=1, axes=("아이의 점수", "손실"))
    np.testing.assert_allclose(np.ravel(at), x[:, 2], atol=0.02)
    np.testing.assert_allclose(np.ravel(values), loss, atol=0.02)
    for number in (0, 1):
        patch = next(p for p in figure.panels[number].patches if p.get_label() == "손실 0")
        assert patch.get_x() == pytest.approx(x[loss < 1e-12, 2].min())
    for row in np.flatnonzero(OFF_KINK):
        count = round(4 * step[row, [0, 2]].sum())
        pull = round(-4 * step[row, 2])
        text = f"{pull}/4" if pull else "0"
        assert readouts(figure)[row].replace("−", "-") == (
            f"손실 {loss[row]:.3f}, 활성 쌍 {count}개, 아이의 기울기 {text}"
        )


def test_pair_matrix():
    x = torch.tensor(plots.ALBUM_SCORES)
    expected = torch.relu(1 - (x[:3, None] - x[3:])).numpy()
    axes = plots.pair_matrix().panels[0]
    np.testing.assert_allclose(axes.images[0].get_array(), expected, atol=1e-12)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("오답과 그 점수", "정답과 그 점수")
    written = [float(text.get_text()) for text in axes.texts]
    np.testing.assert_allclose(written, expected.ravel(), atol=0.051)
    names = [
        label.get_text().split() for label in (*axes.get_yticklabels(), *axes.get_xticklabels())
    ]
    assert [name for name, _ in names] == list(plots.ALBUM)
    np.testing.assert_allclose([float(s.replace("−", "-")) for _, s in names], x)
    at, height = series(plots.pair_matrix(), "활성인 쌍", axes=("오답과 그 점수", "정답과 그 점수"))
    framed = np.stack([height, at], axis=1).reshape(-1, 6, 2)[:, [0, 2]].mean(axis=1)
    np.testing.assert_allclose(framed, np.argwhere(expected > 0), atol=1e-9)
    loss, step = graded(plots.ALBUM_SCORES, plots.ALBUM_TARGET)
    assert expected.sum() / 7 == pytest.approx(float(loss))
    np.testing.assert_allclose(step[:3] * 7, (expected > 0).sum(axis=1))
    np.testing.assert_allclose(-step[3:] * 7, (expected > 0).sum(axis=0))


@pytest.mark.parametrize(("name", "raised"), [
    ("정답에만 더함", [1, 1, 1, 0, 0, 0, 0]), ("모든 점수에 더함", [1] * 7)
])  # fmt: skip
def test_offset(name, raised):
    figure = plots.offset()
    t, loss = series(figure, name, axes=("정답에만 더한 수 t", "손실"))
    _, count = series(figure, name, panel=1, axes=("정답에만 더한 수 t", "쌍의 수"))
    assert t[[0, -1]].tolist() == [-3, 3]
    x = plots.ALBUM_SCORES + t[:, np.newaxis] * np.array(raised)
    expected, _ = graded(x, plots.ALBUM_TARGET)
    np.testing.assert_allclose(loss, expected, atol=1e-12)
    gaps = x[:, :3, np.newaxis] - x[:, np.newaxis, 3:]
    clear = ~np.isclose(gaps, 1).any(axis=(1, 2))
    np.testing.assert_array_equal(count[clear], (gaps < 1).sum(axis=(1, 2))[clear])
    assert np.all(expected[t > 1.81] < 1e-12) == (name == "정답에만 더함")
    patch = next(p for p in figure.panels[0].patches if p.get_label() == "손실 0")
    assert patch.get_x() == pytest.approx(1.8)


def test_pictures_are_pairs_of_digits_that_the_sets_do_not_share():
    digits = {image.tobytes(): int(label) for image, label in
              zip(load_digits().images / 16, load_digits().target, strict=True)}  # fmt: skip
    seen = []
    for pixels, onehot in fits.pictures(1):
        halves = pixels.reshape(-1, 8, 2, 8).transpose(0, 2, 1, 3)
        found = [[half.tobytes() for half in np.ascontiguousarray(pair)] for pair in halves]
        for row, keys in zip(onehot, found, strict=True):
            assert set(np.flatnonzero(row)) == {digits[key] for key in keys}
        seen.append({key for keys in found for key in keys})
    assert sum(map(len, seen)) == len(set.union(*seen))
    assert [len(pixels) for pixels, _ in fits.pictures(1)] == [4000, 1000, 1500]


def test_training():
    figure = plots.training()
    steps = list(range(0, 301, 20))
    for kind, name in (("indices", "번호"), ("onehot", "멀티 핫을 그대로")):
        for seed in fits.SEEDS:
            label = name if seed == 0 else f"_{name}, 씨앗 {seed}"
            at, loss = series(figure, label, axes=("걸음", "손실"))
            assert at.tolist() == steps
            _, f1 = series(figure, label, panel=1, axes=("걸음", "검증 micro-F1"))
            scores, truth = fits.trained(kind, seed)["check"], fits.pictures(seed)[1][1]
            called = torch.zeros(scores.shape).scatter(1, torch.tensor(scores).topk(2).indices, 1)
            assert f1[-1] == pytest.approx(f1_score(truth, called.numpy(), average="micro"))
            if kind == "onehot":
                assert loss[0] > 6
                assert np.all(loss[1:] < 1e-3)
                assert np.all(f1 < 0.35)
            else:
                assert 1.4 < loss[0] < 1.7
                assert 0.01 < loss[-1] < 0.06
                assert f1[-1] > 0.8


def test_thresholds():
    axes = ("문턱", "시험 micro-F1")
    for kind, shift, name in (
        ("indices", 0, "11, 번호"), ("indices", 3, "11, 모든 점수에 3을 더함"), ("logits", 0, "08, 멀티 핫")
    ):  # fmt: skip
        for seed in fits.SEEDS:
            label = name if seed == 0 else f"_{name}, 씨앗 {seed}"
            cuts, f1 = series(plots.thresholds(), label, axes=axes)
            scores, truth = fits.trained(kind, seed)["test"] + shift, fits.pictures(seed)[2][1]
            for column in range(0, len(cuts), 20):
                called = (scores > cuts[column]).astype(int)
                expected = f1_score(truth, called, average="micro", zero_division=0)
                assert f1[column] == pytest.approx(expected)


def test_the_bug_reads_every_row_as_zero_and_one():
    onehot = fits.pictures(0)[0][1][:50]
    x = torch.randn(50, 10, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    loss, _ = fits.objective("onehot", onehot)
    target = fits.objective("onehot", onehot)[1]
    counts = np.stack([10 - onehot.sum(axis=1), onehot.sum(axis=1)], axis=1)
    hinges = torch.relu(1 - x[:, :2, None] + x[:, None, 2:]).sum(dim=2).numpy()
    assert loss(x, target).item() == pytest.approx((hinges * counts).sum(axis=1).mean() / 10)
