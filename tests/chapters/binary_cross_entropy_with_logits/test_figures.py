"""The figures of '08. Binary Cross-entropy loss, on logits' show what torch computes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_score, recall_score

from booktools.figures import series, slider_values
from booktools.figures.data import readouts
from lossbook.plots import binary_cross_entropy_with_logits as plots
from lossbook.plots import binary_cross_entropy_with_logits_fits as fits


def loss(x, y, **options):
    x = torch.as_tensor(np.array(x))
    y = torch.as_tensor(np.array(y)).to(x.dtype).expand_as(x)
    return F.binary_cross_entropy_with_logits(x, y, reduction="none", **options).numpy()


def slope(x, y, pos_weight=1.0):
    x = torch.tensor(np.array(x), requires_grad=True)
    y = torch.as_tensor(np.array(y)).to(x.dtype).expand_as(x)
    p = torch.tensor(pos_weight, dtype=x.dtype)
    F.binary_cross_entropy_with_logits(x, y, reduction="sum", pos_weight=p).backward()
    return x.grad.numpy()


def fitted(u, y, pos_weight=1.0):
    """Logits of scikit-learn's logistic regression of the same data."""
    model = LogisticRegression(C=np.inf, class_weight={0: 1, 1: pos_weight}, tol=1e-9, max_iter=9999)
    return model.fit(u, y)


def rates(called, y):
    return recall_score(y, called), precision_score(y, called, zero_division=0)


def test_evidence_adds_logits():
    axes = ("로짓 (ln 승산)", "불량일 확률")
    x, p = series(plots.evidence(), "확률 σ(x)", axes=axes)
    np.testing.assert_allclose(p, torch.tensor(x).sigmoid().numpy(), atol=1e-12)
    x, p = series(plots.evidence(), "증거를 더한 뒤", axes=axes)
    odds = np.array([1 / 19, 3 / 19, 30 / 19])
    np.testing.assert_allclose(x, np.log(odds))
    np.testing.assert_allclose(p, odds / (1 + odds))


def test_curves():
    figure = plots.curves()
    for name, y in (("y = 1 (불량)", 1.0), ("y = 0 (정상)", 0.0), ("y = 0.3", 0.3)):
        x, values = series(figure, name, axes=("로짓 x", "손실 (nat)"))
        np.testing.assert_allclose(values, loss(x, y), atol=1e-12)
        x, values = series(figure, name, panel=1, axes=("로짓 x", "기울기"))
        np.testing.assert_allclose(values, slope(x, y), atol=1e-12)
    x, bent = series(figure, "꺾은선 max(−x, 0)", axes=("로짓 x", "손실 (nat)"))
    np.testing.assert_allclose(bent, np.maximum(-x, 0))


def test_precision():
    axes = ("로짓 x", "상대 오차 (로그 눈금)")
    x, literal = series(plots.precision(), "식 그대로", axes=axes)
    _, through = series(plots.precision(), "시그모이드를 거쳐 07", axes=axes)
    _, stable = series(plots.precision(), "안정한 식", axes=axes)
    truth = loss(x, 1.0)
    theirs = loss(x.astype(np.float32), 1.0).astype(float)
    inside = np.abs(x) <= 85
    assert np.all(stable[inside] < 1e-6)
    assert np.all(np.abs(theirs / truth - 1)[inside] < 1e-6)
    probability = torch.tensor(x.astype(np.float32)).sigmoid()
    one = torch.ones_like(probability)
    clipped = F.binary_cross_entropy(probability, one, reduction="none").numpy().astype(float)
    expected = np.abs(clipped / truth - 1)
    middle = (x > 4) & (x < 13)
    np.testing.assert_allclose(through[middle], expected[middle], rtol=0.3, atol=1e-6)
    assert np.all(literal[np.abs(x) > 89] == plots.BROKEN)
    assert np.all(literal[(x > 17) & (x < 88)] == 1)
    assert np.all(through[x > 17] == 1)


@pytest.mark.parametrize(("kind", "name"), [
    ("logit", "로짓을 넣음"), ("sigmoid", "시그모이드를 거쳐 넣음")
])  # fmt: skip
def test_training(kind, name):
    u, y = fits.parts()
    columns, target = torch.tensor(fits.design(u)), torch.tensor(y)
    theta = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    losses, recalls = [], []
    for _ in range(300):
        x = columns @ theta
        given = x.sigmoid() if kind == "sigmoid" else x
        value = F.binary_cross_entropy_with_logits(given, target)
        losses.append(value.item())
        recalls.append(recall_score(y, (x.sigmoid() > 0.5).numpy()))
        (gradient,) = torch.autograd.grad(value, theta)
        theta = (theta - 2 * gradient).detach().requires_grad_()
    figure = plots.training()
    step, values = series(figure, name, axes=("걸음", "손실 (nat)"))
    assert step.tolist() == list(range(300))
    np.testing.assert_allclose(values, losses, atol=1e-9)
    np.testing.assert_allclose(series(figure, name, panel=1, axes=("걸음", "재현율"))[1], recalls)


def test_boundary_moves_by_the_logarithm():
    figure = plots.boundary()
    u, y = fits.parts()
    assert [float(value) for value in slider_values(figure)] == pytest.approx(fits.WEIGHTS)
    plain = fitted(u, y)
    ends, lines = series(figure, "p로 맞춘 경계", axes=("무게의 벗어남", "거칠기의 벗어남"))
    _, dashed = series(figure, "ln p만 옮긴 경계", axes=("무게의 벗어남", "거칠기의 벗어남"))
    axes = ("pos_weight p (로그 눈금)", "비율")
    drawn = {
        name: series(figure, name, panel=1, axes=axes)[1]
        for name in ("재현율", "정밀도", "재현율, 문턱만 옮김", "정밀도, 문턱만 옮김")
    }
    for row, p in enumerate(fits.WEIGHTS):
        model = fitted(u, y, p)
        (first, second), intercept = model.coef_[0], model.intercept_[0]
        ends = np.ravel(ends)[:2]
        np.testing.assert_allclose(lines[row], -(intercept + first * ends) / second, atol=0.02)
        a, b = plain.coef_[0]
        moved = -(plain.intercept_[0] + np.log(p) + a * ends) / b
        np.testing.assert_allclose(dashed[row], moved, atol=0.02)
        x = u @ model.coef_[0] + intercept
        cut = u @ plain.coef_[0] + plain.intercept_[0] > -np.log(p)
        for found, suffix in ((x > 0, ""), (cut, ", 문턱만 옮김")):
            recall, precise = rates(found, y)
            assert drawn["재현율" + suffix][row] == pytest.approx(recall, abs=0.011)
            assert drawn["정밀도" + suffix][row] == pytest.approx(precise, abs=0.011)
        shift = intercept - plain.intercept_[0]
        written = readouts(figure)[row].replace("−", "-")
        assert f"(ln p = {np.log(p):+.2f})" in written
        assert float(written.split()[1].removesuffix("이")) == pytest.approx(shift, abs=0.006)


def test_the_parts_of_the_plane():
    u, y = fits.parts()
    assert (len(y), y.sum()) == (2000, 100)
    for label, name in ((0, "정상"), (1, "불량")):
        x, height = series(plots.boundary(), name, axes=("무게의 벗어남", "거칠기의 벗어남"))
        np.testing.assert_allclose(np.column_stack([x, height]), u[::4][y[::4] == label])


def test_fits_are_those_of_scikit_learn():
    for p in (1.0, 19.0):
        model = fitted(*fits.parts(), p)
        found = fits.logistic(*fits.parts(), p)
        np.testing.assert_allclose(found, np.r_[model.intercept_, model.coef_[0]], atol=1e-4)


def test_inspected():
    data = load_digits()
    labels, logits = [], {p: [] for p in fits.POS_WEIGHTS}
    for seed in fits.SPLITS:
        u, y, u_test, y_test = fits.coarse_digits(seed)
        assert len(y) + len(y_test) == len(data.target)
        assert sorted(np.concatenate([u, u_test]).sum(1)) == pytest.approx(
            sorted(data.images.sum((1, 2)) / 64)
        )
        assert y.sum() + y_test.sum() == np.sum(data.target == 8)
        labels.append(y_test)
        for p in fits.POS_WEIGHTS:
            logits[p].append(fitted(u, y, p).decision_function(u_test))
    y = np.concatenate(labels)
    x = {p: np.concatenate(values) for p, values in logits.items()}
    figure = plots.inspected()
    axes = ("재현율", "정밀도")
    for p in fits.POS_WEIGHTS:
        (recall,), (precise,) = series(figure, f"p = {p:g}", axes=axes)
        assert (recall, precise) == pytest.approx(rates(x[p] > 0, y), abs=0.01)
    recall, precise = series(figure, "가중치 없이, 문턱만 바꿈", axes=axes)
    expected = np.array([rates(x[1.0] > cut, y) for cut in np.linspace(-5, 1, 61)])
    np.testing.assert_allclose(np.column_stack([recall, precise]), expected, atol=0.02)
    axes = ("말한 확률 (묶음의 평균)", "정말 8인 비율")
    for name, row in (
        ("p = 1", x[1.0]), ("p = 10", x[10.0]), ("p = 10, ln 10을 뺌", x[10.0] - np.log(10)),
    ):  # fmt: skip
        said, true = series(figure, name, panel=1, axes=axes)
        groups = np.array_split(np.argsort(row, kind="stable"), 8)
        p = torch.tensor(row).sigmoid().numpy()
        np.testing.assert_allclose(said, [p[g].mean() for g in groups], atol=0.01)
        np.testing.assert_allclose(true, [y[g].mean() for g in groups], atol=0.02)
