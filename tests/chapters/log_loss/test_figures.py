"""The figures of the chapter on the log loss show what scikit-learn, SciPy and torch say."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy.special import entr, expit, rel_entr
from scipy.special import logit as exact_logit
from sklearn.calibration import CalibratedClassifierCV, calibration_curve
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from booktools.figures import series, slider_values
from booktools.figures.data import readouts
from lossbook.plots import log_loss as plots
from lossbook.plots import log_loss_fits as fits

WON = [1, 1, 1, 1, 0, 1, 1, 0, 0, 0]
DESKS = {"김 기자": [0.6] * 10, "최 기자": [0.8] * 5 + [0.4] * 5, "박 기자": [0.99] * 5 + [0.1] * 5}
CHOI = np.array(DESKS["최 기자"])


def entropy(rate):
    return entr(rate) + entr(1 - rate)


def divergence(a, b):
    return rel_entr(a, b) + rel_entr(1 - a, 1 - b)


def split(seed):
    x, y = load_breast_cancer(return_X_y=True)
    return train_test_split(x, y, test_size=0.5, random_state=seed, stratify=y)


def test_desks():
    figure = plots.desks()
    for name, p in DESKS.items():
        said, came = series(figure, name, axes=("말한 확률", "실제로 이긴 비율"))
        share, mean = calibration_curve(WON, p, n_bins=10)
        np.testing.assert_allclose(said, mean)
        np.testing.assert_allclose(came, share)
    names = ("기자", "로그 손실 (nat)")
    at, bottoms = series(figure, "불확실성 − 분해능", panel=1, axes=names)
    _, tops = series(figure, "보정 손실", panel=1)
    assert [text.get_text() for text in figure.panels[1].get_xticklabels()] == list(DESKS)
    np.testing.assert_allclose(at, [0, 1, 2])
    known = (entropy(0.8) + entropy(0.4)) / 2
    np.testing.assert_allclose(bottoms, [entropy(0.6), known, known])
    loud = (divergence(0.8, 0.99) + divergence(0.4, 0.1)) / 2
    np.testing.assert_allclose(tops, [0, 0, loud], atol=1e-12)
    np.testing.assert_allclose(bottoms + tops, [log_loss(WON, p) for p in DESKS.values()])
    _, base = series(figure, "기준 비율 H(π)", panel=1)
    np.testing.assert_allclose(base, entropy(0.6))


def test_baseline():
    figure = plots.baseline()
    names = ("기준 비율 π", "로그 손실 (nat)")
    rate, base = series(figure, "언제나 π: H(π)", axes=names)
    np.testing.assert_allclose(base, entropy(rate))
    np.testing.assert_allclose(series(figure, "언제나 0.5: ln 2")[1], np.log(2))
    np.testing.assert_allclose(series(figure, "로그 손실 0.3")[1], 0.3)
    for rate in (0.05, 0.5):
        x, y = series(figure, f"_π = {rate}")
        np.testing.assert_allclose([*x, *y], [rate, entropy(rate)])


def test_scale():
    figure = plots.scale()
    scales = np.logspace(-1, 1, 41)
    np.testing.assert_allclose([float(v) for v in slider_values(figure)], scales, atol=6e-3)
    loud = expit(scales[:, None] * exact_logit(CHOI))
    said, came = series(figure, "두 묶음", axes=("말한 확률", "실제로 이긴 비율"))
    np.testing.assert_allclose(said, np.sort(loud[:, [0, 9]], axis=1), atol=1e-4)
    np.testing.assert_allclose(came, np.tile([0.4, 0.8], (41, 1)), rtol=1e-3)
    names = ("로짓의 배율 (로그 눈금)", "로그 손실 (nat)")
    x, losses = series(figure, "로그 손실", panel=1, axes=names)
    np.testing.assert_allclose(x, scales)
    np.testing.assert_allclose(losses, [log_loss(WON, p) for p in loud])
    assert scales[losses.argmin()] == pytest.approx(1)
    np.testing.assert_allclose(series(figure, "기준 비율 H(π)", panel=1)[1], entropy(0.6))
    now, height = series(figure, "_지금", panel=1)
    np.testing.assert_allclose(now[:, 0], scales, rtol=1e-3)
    np.testing.assert_allclose(height[:, 0], losses, rtol=1e-3)
    known = (entropy(0.8) + entropy(0.4)) / 2
    for line, loss, p in zip(readouts(figure), losses, loud, strict=True):
        right = accuracy_score(WON, p >= 0.5)
        assert line == (
            f"불확실성 {entropy(0.6):.3f} − 분해능 {entropy(0.6) - known:.3f} + 보정 손실 "
            f"{abs(loss - known):.3f} = {loss:.3f}, 정확도 {right:.1f}"
        )


def descent():
    """The same logistic regression, trained by torch."""
    x, test, y, answers = (torch.tensor(part, dtype=torch.float64) for part in split(0))
    mean, spread = x.mean(0), x.std(0, correction=0)
    weights, record = torch.zeros(30, dtype=torch.float64, requires_grad=True), []
    for _ in range(60):
        record.append((((test - mean) / spread) @ weights).detach().numpy())
        loss = torch.nn.functional.binary_cross_entropy_with_logits(
            ((x - mean) / spread) @ weights, y
        )
        (slope,) = torch.autograd.grad(loss, weights)
        weights = (weights - slope).detach().requires_grad_()
    return record, answers.numpy().astype(int)


def check_monitoring():
    figure = plots.monitoring()
    logits, y = descent()
    first = np.full_like(logits[0], 0.5)
    spread = [(z - z.min()) / np.ptp(z) if np.ptp(z) else first for z in logits]
    expected = {
        "확률 (바르게)": [expit(z) for z in logits],
        "0과 1 (predict)": [(z >= 0).astype(float) for z in logits],
        "시그모이드 두 번": [expit(expit(z)) for z in logits],
        "로짓을 0과 1 사이로": spread,
    }
    for kind, rows in expected.items():
        step, losses = series(figure, kind, axes=("걸음", "로그 손실 (nat, 로그 눈금)"))
        np.testing.assert_array_equal(step, np.arange(60))
        np.testing.assert_allclose(losses, [log_loss(y, p) for p in rows], rtol=1e-6)
        _, right = series(figure, kind, panel=1, axes=("걸음", "정확도"))
        np.testing.assert_allclose(right, [accuracy_score(y, p >= 0.5) for p in rows])
    np.testing.assert_allclose(series(figure, "기준 비율 H(π)")[1], entropy(y.mean()))


def test_monitoring():
    check_monitoring()


def test_a_swapped_input_is_seen(monkeypatch):
    real, kinds = fits.recorded, fits.INPUTS
    swapped = dict(zip(kinds, kinds[::-1], strict=True))
    monkeypatch.setattr(fits, "recorded", lambda z, kind: real(z, swapped[kind]))
    with pytest.raises(AssertionError):
        check_monitoring()


def test_tumours():
    figure = plots.tumours()
    models = {
        "로지스틱 회귀": make_pipeline(StandardScaler(), LogisticRegression()),
        "나이브 베이즈": GaussianNB(),
        "나이브 베이즈 + 온도": CalibratedClassifierCV(GaussianNB(), method="temperature", cv=5),
    }
    scales, eps = np.logspace(-1, 1, 41), np.finfo(float).eps
    for name, model in models.items():
        said, y = [], []
        for seed in range(5):
            fit, test, labels, answers = split(seed)
            said.append(model.fit(fit, labels).predict_proba(test)[:, 1])
            y.append(answers)
        p, y = np.concatenate(said), np.concatenate(y)
        names = ("틀릴 것이라고 말한 확률 (로그 눈금)", "실제로 틀린 비율 (로그 눈금)")
        doubts, wrong = series(figure, name, axes=names)
        doubt, error = 1 - np.maximum(p, 1 - p), (p >= 0.5).astype(int) != y
        edges, seen = [0, 1e-5, 1e-3, 1e-2, 1e-1, 1], []
        for low, high in pairwise(edges):
            inside = (doubt >= low) & (doubt < high)
            if error[inside].any():
                seen.append((doubt[inside].mean(), error[inside].mean()))
        np.testing.assert_allclose(np.array([doubts, wrong]).T, seen, rtol=1e-5)
        names = ("로짓의 배율 (로그 눈금)", "로그 손실 (nat)")
        x, losses = series(figure, name, panel=1, axes=names)
        np.testing.assert_allclose(x, scales)
        z = exact_logit(np.clip(p, eps, 1 - eps))
        np.testing.assert_allclose(losses, [log_loss(y, expit(s * z)) for s in scales], rtol=1e-6)
    np.testing.assert_allclose(
        series(figure, "기준 비율 H(π)", panel=1)[1], entropy(y.mean()), rtol=1e-12
    )


def test_all_six_models_are_those_of_the_table():
    said, answers = fits.forecasts(0)
    fit, test, labels, y = split(0)
    np.testing.assert_array_equal(answers, y)
    np.testing.assert_allclose(said[0], labels.mean())
    assert set(said[3].round(12)) <= {0.0, 1.0}
    np.testing.assert_allclose(said[2], GaussianNB().fit(fit, labels).predict_proba(test)[:, 1])
    assert ((said[5] == 0) | (said[5] == 1)).mean() > 0.3


def test_parts_add_up():
    rng = np.random.default_rng(0)
    p = rng.choice([0.2, 0.5, 0.9], 60)
    y = (rng.uniform(size=60) < p).astype(int)
    uncertainty, resolution, miscalibration = fits.decompose(p, y)
    assert uncertainty == pytest.approx(entropy(y.mean()))
    share = [y[p == value].mean() for value in (0.2, 0.5, 0.9)]
    size = [(p == value).sum() for value in (0.2, 0.5, 0.9)]
    gained = np.average(divergence(np.array(share), y.mean()), weights=size)
    lost = np.average(divergence(np.array(share), np.array([0.2, 0.5, 0.9])), weights=size)
    assert (resolution, miscalibration) == pytest.approx((gained, lost))
