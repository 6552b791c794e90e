"""The figures of '13. Multilabel soft margin loss' show what torch computes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.calibration import calibration_curve
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, log_loss

from booktools.figures import series, slider_values
from booktools.figures.data import readouts
from lossbook.plots import multilabel_soft_margin_loss as plots
from lossbook.plots import multilabel_soft_margin_loss_fits as fits

ROUNDED = 6e-4
"""Moving data reach the browser with three decimals."""


def loss(x, target):
    x = torch.tensor(np.array(x))[:, None]
    return F.multilabel_soft_margin_loss(x, torch.full_like(x, target), reduction="none").numpy()


def slopes(function, x, target):
    """Gradient of the sum of the losses of the rows of x, every row with the same target."""
    x = torch.tensor(np.array(x), requires_grad=True)
    y = torch.tensor(target, dtype=x.dtype).expand_as(x)
    function(x, y, reduction="sum").backward()
    return x.grad.numpy()


def slope(x, target):
    return slopes(F.multilabel_soft_margin_loss, np.reshape(x, (-1, 1)), target)[:, 0]


def values_of_slider(figure):
    return np.array([float(str(value).replace("−", "-")) for value in slider_values(figure)])


def arrow_ends(x, y):
    """Tails and displacements of arrows drawn as one line: six points each."""
    x, y = (np.reshape(values, (*np.shape(values)[:-1], -1, 6)) for values in (x, y))
    tails = np.stack([x[..., 0], y[..., 0]], axis=-1)
    return tails, np.stack([x[..., 1], y[..., 1]], axis=-1) - tails


@pytest.mark.parametrize(("number", "target"), [(0, 1.0), (1, 0.0), (2, 0.5)])
def test_pull_goes_against_the_gradient_of_torch(number, target):
    figure, axes = plots.pull(), ("점수 (로짓)", "손실 (nat)")
    logits = values_of_slider(figure)
    np.testing.assert_allclose(logits, np.linspace(-6, 6, 61), atol=1e-9)
    x, values = series(figure, "이 손실", panel=number, axes=axes)
    np.testing.assert_allclose(values, loss(x, target), atol=1e-12)
    tails, steps = arrow_ends(*series(figure, "−기울기 (3배)", panel=number, axes=axes))
    np.testing.assert_allclose(tails[:, 0, 0], logits, atol=1e-9)
    np.testing.assert_allclose(tails[:, 0, 1], loss(logits, target), atol=ROUNDED)
    np.testing.assert_allclose(steps[:, 0, 0], -3 * slope(logits, target), atol=2 * ROUNDED)
    np.testing.assert_allclose(steps[:, 0, 1], 0, atol=1e-12)
    x, heights = series(figure, "_지금", panel=number, axes=axes)
    np.testing.assert_allclose(np.ravel(heights), loss(np.ravel(x), target), atol=ROUNDED)
    for text, x in zip(readouts(figure), logits, strict=True):
        written = text.replace("−", "-").replace(",", "").split()
        force = [float(word) for word in written if word.lstrip("+-").replace(".", "").isdigit()]
        expected = [-slope([x], y)[0] for y in (1.0, 0.0, 0.5)]
        np.testing.assert_allclose(force, expected, atol=0.0006)


@pytest.mark.parametrize(("number", "target"), [(0, 1), (1, -1)])
def test_the_hinge_beside_it_is_flat_where_it_is_marked(number, target):
    figure, axes = plots.pull(), ("점수 (로짓)", "손실 (nat)")
    x, values = series(figure, "힌지 (견주기)", panel=number, axes=axes)
    one = torch.tensor([1])
    half = [F.multi_margin_loss(torch.tensor([[0.0, target * v]]), one).item() for v in x]
    np.testing.assert_allclose(values, 2 * np.array(half), atol=1e-6)
    (flat,) = [p for p in figure.panels[number].patches if p.get_label() == "힌지의 손실 0"]
    low, high = flat.get_x(), flat.get_x() + flat.get_width()
    inside = (x >= low) & (x <= high)
    assert np.all(values[inside] == 0)
    assert np.all(values[~inside] > 0)


def test_slopes():
    figure = plots.slopes()
    for target in (1.0, 0.0, 0.5):
        x, values = series(figure, f"y = {target:g}", axes=("로짓 x", "손실 (nat)"))
        np.testing.assert_allclose(values, loss(x, target), atol=1e-12)
    axes = ("로짓 x", "|기울기| (로그 눈금)")
    x, values = series(figure, "이 손실", panel=1, axes=axes)
    np.testing.assert_allclose(values, np.abs(slope(x, 1.0)), rtol=1e-9)
    assert np.all(values > 0)
    x, values = series(figure, "힌지", panel=1, axes=axes)
    np.testing.assert_allclose(values, 1)
    assert x.max() < 1
    (flat,) = [p for p in figure.panels[1].patches if p.get_label() == "힌지의 손실 0"]
    assert (flat.get_x(), flat.get_x() + flat.get_width()) == (1, 12)


@pytest.mark.parametrize(("number", "function", "scale"), [
    (0, F.multilabel_soft_margin_loss, 3.2), (1, F.cross_entropy, 1.6)
])  # fmt: skip
def test_two_tags_are_pulled_against_the_gradient_of_torch(number, function, scale):
    figure, axes = plots.two_tags(), ("정치 태그의 로짓", "스포츠 태그의 로짓")
    assert figure.panels[number].figure.get_suptitle() == ("이 손실", "소프트맥스")[number]
    tails, steps = arrow_ends(*series(figure, "−기울기", panel=number, axes=axes))
    assert len(tails) == 25
    np.testing.assert_allclose(steps, -scale * slopes(function, tails, [1.0, 0.0]), atol=1e-9)
    logits = values_of_slider(figure)
    tails, steps = arrow_ends(*series(figure, "지금의 −기울기", panel=number, axes=axes))
    tails, steps = tails[:, 0], steps[:, 0]
    np.testing.assert_allclose(tails, np.stack([logits, np.full_like(logits, 1.5)], 1), atol=1e-9)
    found = -slopes(function, tails, [1.0, 0.0])
    np.testing.assert_allclose(steps, scale * found, atol=2 * ROUNDED)
    downward = -found[:, 1] * (scale / 1.6)
    for text, force in zip(readouts(figure), downward, strict=True):
        word = text.split("소프트맥스" if number else "이 손실")[1].split()[0].rstrip(",")
        assert float(word) == pytest.approx(force, abs=0.006)
    if number == 0:
        np.testing.assert_allclose(downward, downward[0])


def tag_losses(x, y):
    return [log_loss(y[:, c], 1 / (1 + np.exp(-x[:, c]))) for c in range(2)]


def test_weighted():
    figure = plots.weighted()
    u, y = fits.articles()
    weights = values_of_slider(figure)
    np.testing.assert_allclose(weights, np.geomspace(0.1, 10, 41), atol=0.006)
    axes = ("드문 태그의 가중치 (로그 눈금)", "손실 (nat)")
    theta = fits.shared()
    for row, weight in zip(theta, fits.WEIGHTS, strict=True):
        t = torch.tensor(row, requires_grad=True)
        score = torch.tensor(u) @ t[:2]
        x = torch.stack([score + t[2], t[3] * score + t[4]], 1)
        F.multilabel_soft_margin_loss(x, torch.tensor(y), torch.tensor([1.0, weight])).backward()
        assert t.grad.abs().max() < 1e-6
    expected = np.array([tag_losses(fits.shared_logits(row), y) for row in theta])
    for c, name in enumerate(("흔한 태그", "드문 태그")):
        x, values = series(figure, name, panel=1, axes=axes)
        np.testing.assert_allclose(x, fits.WEIGHTS)
        np.testing.assert_allclose(values, expected[:, c], atol=1e-9)
        model = LogisticRegression(C=np.inf, tol=1e-9, max_iter=9999).fit(u, y[:, c])
        alone = log_loss(y[:, c], model.predict_proba(u)[:, 1])
        np.testing.assert_allclose(series(figure, f"{name}, 제 방향", panel=1, axes=axes)[1], alone, atol=1e-6)
    axes = ("낱말 1의 빈도 (표준화)", "낱말 2의 빈도 (표준화)")
    tails, steps = arrow_ends(*series(figure, "나누어 쓰는 방향", axes=axes))
    np.testing.assert_allclose(tails[:, 0], 0, atol=1e-12)
    unit = theta[:, :2] / np.linalg.norm(theta[:, :2], axis=1, keepdims=True)
    np.testing.assert_allclose(steps[:, 0], 2.6 * unit, atol=2 * ROUNDED)
    for tag, name in ((0, "드문 태그 없음"), (1, "드문 태그")):
        found = np.column_stack(series(figure, name, axes=axes))
        np.testing.assert_allclose(found, u[:500][y[:500, 1] == tag])
    for text, row, both in zip(readouts(figure), theta, expected, strict=True):
        words = [word.rstrip(",.") for word in text.split()]
        numbers = [float(word) for word in words if word.replace(".", "").isdigit()]
        hits = np.mean(fits.shared_logits(row)[y[:, 1] == 1, 1] > 0)
        np.testing.assert_allclose(numbers, [*both, hits], atol=0.006)


def test_separate_tags_do_not_feel_the_weight():
    u, y = fits.articles()
    for weight in (0.1, 10.0):
        for row, labels in zip(fits.separate(weight), y.T, strict=True):
            model = LogisticRegression(C=np.inf, tol=1e-9, max_iter=9999).fit(u, labels)
            np.testing.assert_allclose(row, np.r_[model.intercept_, model.coef_[0]], atol=1e-3)


@pytest.mark.parametrize(("kind", "name"), [
    ("multilabel", "멀티 핫"), ("padded", "−1로 채운 번호"), ("signs", "−1과 1")
])  # fmt: skip
def test_mistaken(kind, name):
    figure = plots.mistaken()
    step, values = series(figure, name, axes=("걸음", "손실 (nat)"))
    assert step.tolist() == list(range(100))
    for at, (value, _) in enumerate(fits.training(kind, 0, 20)):
        assert values[at] == pytest.approx(value, rel=1e-6)
    _, test = fits.pictures(0)
    step, scores = series(figure, name, panel=1, axes=("걸음", "마이크로 F1"))
    assert step.tolist() == list(range(0, 100, 5))
    for at, (_, model) in enumerate(fits.training(kind, 0, 6)):
        if at % 5 == 0:
            called = model(torch.tensor(test.images.reshape(-1, 128))) > 0
            expected = f1_score(test.sets, called.numpy(), average="micro", zero_division=0)
            assert scores[at // 5] == pytest.approx(expected)
    assert (values[-1] < -100) == (kind != "multilabel")


def test_targets_of_the_mistakes():
    sets = np.array([[0, 0, 0, 1, 0, 0, 0, 0, 1, 0], [0, 1, 0, 0, 0, 0, 0, 0, 0, 0]], float)
    assert fits.targets("padded", sets).tolist() == [[3, 8] + 8 * [-1], [1] + 9 * [-1]]
    assert fits.targets("signs", sets).tolist() == np.where(sets, 1, -1).tolist()


def test_samples():
    figure = plots.samples()
    images, sets = fits.pictures(0)[1]
    shown = np.asarray(figure.panels[0].images[0].get_array())
    for k in range(6):
        np.testing.assert_allclose(1 - shown[:, 18 * k : 18 * k + 16], images[k])
        digits = np.flatnonzero(sets[k]).tolist()
        label = figure.panels[0].get_xticklabels()[k].get_text()
        assert label == "{" + ", ".join(map(str, digits)) + "}"


def test_pictures_keep_the_digits_of_training_and_test_apart():
    originals = {image.tobytes(): label for image, label in zip(*[
        load_digits().images / 16, load_digits().target
    ], strict=True)}  # fmt: skip
    train, test = fits.pictures(1)
    assert (len(train.images), len(test.images)) == (4000, 1500)
    seen = []
    for part in (train, test):
        halves = [np.ascontiguousarray(part.images[:, :, k : k + 8]) for k in (0, 8)]
        for left, right, row in zip(*halves, part.sets, strict=True):
            digits = {originals[left.tobytes()], originals[right.tobytes()]}
            assert digits == set(np.flatnonzero(row))
        seen.append({half.tobytes() for both in halves for half in both})
    assert not seen[0] & seen[1]


def test_answers():
    figure = plots.answers()
    x, y = fits.pooled("multilabel")
    axes = figure.panels[0]
    assert (axes.get_xlabel(), [t.get_text() for t in axes.get_xticklabels()]) == (
        "숫자의 개수", ["0개", "1개", "2개", "3개 이상"]
    )  # fmt: skip
    for bars, found in zip(axes.containers, (y, x > 0), strict=True):
        count = found.sum(1)
        expected = [np.mean(count == k) for k in range(3)] + [np.mean(count > 2)]
        np.testing.assert_allclose([bar.get_height() for bar in bars], expected)
    names = ("말한 확률 (칸의 평균)", "정말 있는 비율")
    shares = torch.tensor(fits.pooled("softmax")[0]).softmax(1).numpy()
    for p, name in ((torch.tensor(x).sigmoid().numpy(), "시그모이드"), (shares, "소프트맥스 몫")):
        said, true = series(figure, name, panel=1, axes=names)
        expected_true, expected_said = calibration_curve(y.ravel(), p.ravel(), n_bins=10)
        np.testing.assert_allclose(said, expected_said, atol=1e-3)
        np.testing.assert_allclose(true, expected_true, atol=1e-3)


def test_scores_are_those_of_scikit_learn():
    sets = fits.pictures(0)[1].sets
    for kind in ("multilabel", "softmax"):
        called = fits.called(kind, 0)
        assert fits.exact(called, sets) == pytest.approx(accuracy_score(sets, called))
        assert fits.micro_f1(called, sets) == pytest.approx(f1_score(sets, called, average="micro"))
