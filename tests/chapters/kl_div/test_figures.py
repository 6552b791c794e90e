"""The figures of the Kullback-Leibler divergence show what torch and SciPy compute."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.stats import entropy, norm
from sklearn.datasets import load_digits

from booktools.figures import series, slider_values
from booktools.figures.data import readouts
from lossbook.plots import kl_div as plots
from lossbook.plots import kl_div_fits as fits

P = np.array([0.5, 0.25, 0.25])


def test_lunch():
    figure = plots.lunch()
    values = np.array([float(value) for value in slider_values(figure)])
    menus = np.stack([values, np.full_like(values, 0.25), 0.75 - values], axis=1)
    dish, terms = series(figure, "항", axes=("요리", "P ln(P/Q) (nat)"))
    np.testing.assert_allclose(dish, [0, 1, 2])
    exact = F.kl_div(torch.tensor(menus).log(), torch.tensor(P).expand(len(menus), 3),
                     reduction="none")  # fmt: skip
    np.testing.assert_allclose(terms, exact, atol=1e-3)
    names = ("준비한 비빔밥의 비율", "발산 (nat)")
    forward, reverse = (
        entropy(np.tile(P, (len(menus), 1)), menus, axis=1),
        entropy(menus, np.tile(P, (len(menus), 1)), axis=1),
    )
    for label, expected in (("순방향 D(P‖Q)", forward), ("역방향 D(Q‖P)", reverse)):
        x, y = series(figure, label, panel=1, axes=names)
        np.testing.assert_allclose(x, values)
        np.testing.assert_allclose(y, expected, atol=1e-12)
        point, height = series(figure, f"_{label}", panel=1)
        np.testing.assert_allclose(point[:, 0], values, atol=1e-3)
        np.testing.assert_allclose(height[:, 0], expected, atol=1e-3)
    for text, a, b in zip(readouts(figure), forward, reverse, strict=True):
        said = re.search(r"D\(P‖Q\) = ([\d.]+), D\(Q‖P\) = ([\d.]+)$", text)
        np.testing.assert_allclose([float(said[1]), float(said[2])], [a, b], atol=6e-5)
    assert [text.get_text() for text in figure.panels[0].get_xticklabels()] == [*fits.DISHES]


def mixture(x, distance):
    p = 0.6 * norm.pdf(x, -distance / 2, 0.8) + 0.4 * norm.pdf(x, distance / 2, 0.8)
    return p / p.sum()


def bell(x, mean, sd):
    q = norm.logpdf(x, mean, sd)
    return np.exp(q) / np.exp(q).sum()


def test_pots():
    figure = plots.pots()
    distances = [float(value) for value in slider_values(figure)]
    names = ("맵기 (0이 보통)", "확률 / 눈금 간격")
    x, forward = series(figure, "순방향의 솥 Q", axes=names)
    _, reverse = series(figure, "역방향의 솥 Q", axes=names)
    around, outline = series(figure, "원하는 맵기 P", axes=names)
    grid = np.linspace(-10, 10, 401)
    for k, distance in enumerate(distances):
        wanted = np.interp(x, grid, mixture(grid, distance)) / 0.05
        np.testing.assert_allclose(outline[k][len(x) :][::-1], wanted, atol=1e-3)
    np.testing.assert_allclose(around[: len(x)], x, atol=5e-3)
    below = ("솥의 평균 맵기", "가장 작은 발산 (nat)")
    mean, valley = series(figure, "순방향 D(P‖Q)", panel=1, axes=below)
    _, valleys = series(figure, "역방향 D(Q‖P)", panel=1, axes=below)
    sds = np.geomspace(0.5, 4.5, 60)
    for k in (0, 25, 40, 60):
        p = mixture(grid, distances[k])
        for at in (10, 40, 66):
            bells = [bell(grid, mean[at], sd) for sd in sds]
            there = min(entropy(p, q) for q in bells)
            back = min(entropy(q, p) for q in bells)
            assert valley[k][at] == pytest.approx(there, abs=3e-3)
            assert valleys[k][at] == pytest.approx(back, abs=3e-3)
    peak = x[np.argmax(reverse, axis=1)]
    assert peak[-1] == pytest.approx(-3, abs=0.06)
    assert abs(x[np.argmax(forward[-1])] + 0.6) < 0.1
    assert forward[-1].max() < 0.15 < 0.45 < reverse[-1].max()
    np.testing.assert_allclose(forward[0], reverse[0], atol=1e-6)
    for label, curve in (("_순방향 D(P‖Q)", valley), ("_역방향 D(Q‖P)", valleys)):
        point, height = series(figure, label, panel=1)
        np.testing.assert_allclose(height[:, 0], curve.min(axis=1), atol=2e-3)
        np.testing.assert_allclose(point[:, 0], mean[np.argmin(curve, axis=1)], atol=0.13)
    assert readouts(figure)[-1] == "솥의 평균과 표준편차: 순방향 −0.6, 3.1 / 역방향 −3.0, 0.8"


def test_fits_are_minima():
    grid = np.linspace(-10, 10, 401)
    p = mixture(grid, 6.0)
    for reverse in (False, True):
        for mean, sd, loss in fits.fit(reverse, [-4.0, 0.0, 4.0]):

            def value(m, s, reverse=reverse):
                q = bell(grid, m, s)
                return entropy(q, p) if reverse else entropy(p, q)

            assert loss == pytest.approx(value(mean, sd), abs=1e-6)
            for m, s in ((0.05, 0), (-0.05, 0), (0, 0.05), (0, -0.05)):
                assert value(mean + m, sd + s) > loss


def test_bernoulli():
    figure = plots.bernoulli()
    left, _ = figure.panels
    (image,) = left.images
    table = np.asarray(image.get_array())
    p, q = 0.2, 0.7
    expected = p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))
    assert table[19, 69] == pytest.approx(expected)
    assert (left.get_xlabel(), left.get_ylabel()) == (
        "급식실이 준비한 비율 q", "학생이 고른 비율 p",
    )  # fmt: skip
    assert image.origin == "lower"
    for label, back in (("D(0.5‖q)", False), ("D(q‖0.5)", True)):
        x, y = series(figure, label, panel=1, axes=("q", "발산 (nat)"))
        two, half = np.stack([x, 1 - x]), np.full((2, len(x)), 0.5)
        np.testing.assert_allclose(y, entropy(two, half) if back else entropy(half, two))


def test_temperature():
    figure = plots.temperature()
    picture, logits = plots.example()
    pixels = load_digits()
    at = np.flatnonzero((pixels.data / 16 == picture.ravel()).all(axis=1))
    assert pixels.target[at].tolist() == [3]
    np.testing.assert_array_equal(figure.panels[0].images[0].get_array(), picture)
    digits, rows = series(figure, "지금의 온도", panel=1, axes=("숫자", "확률"))
    np.testing.assert_allclose(digits, range(10), atol=1e-9)
    for heat, row, text in zip(slider_values(figure), rows, readouts(figure), strict=True):
        exact = torch.softmax(torch.tensor(logits) / float(heat), 0).numpy()
        np.testing.assert_allclose(row, exact, atol=1e-3)
        for digit, percent in re.findall(r"(\d): ([\d.]+) %", text):
            assert float(percent) == pytest.approx(100 * exact[int(digit)], abs=0.051)
    _, cold = series(figure, "T = 1", panel=1)
    np.testing.assert_allclose(cold, torch.softmax(torch.tensor(logits), 0).numpy())


def test_gradient_scale():
    figure = plots.gradient_scale()
    names = ("온도 T (로그 눈금)", "기울기 성분의 크기의 평균 (로그 눈금)")
    heat, plain = series(figure, "그대로", axes=names)
    _, squared = series(figure, "T²을 곱함", axes=names)
    np.testing.assert_allclose(squared, heat**2 * plain)
    room = fits.classroom()
    z = fits.outputs(fits.network(16, 0), room.x[:, :100]).detach().flatten(0, 1).requires_grad_()
    teacher = room.teacher[:, :100].flatten(0, 1)
    for at in (0, 7, 20):
        loss = F.kl_div((z / heat[at]).log_softmax(1), (teacher / heat[at]).softmax(1),
                        reduction="sum")  # fmt: skip
        slope = torch.autograd.grad(loss, z)[0].abs().mean().item()
        assert plain[at] == pytest.approx(slope, rel=1e-9)
    labels = F.cross_entropy(z, room.y[:, :100].flatten(), reduction="sum")
    _, flat = series(figure, "레이블의 교차 엔트로피", axes=names)
    assert flat[0] == pytest.approx(torch.autograd.grad(labels, z)[0].abs().mean().item())


def test_distillation():
    figure = plots.distillation()
    assert plots.KINDS == ("레이블", "T = 1", "T = 2", "T = 4", "T = 10")
    options = ({"hard": 1.0}, {"T": 1.0}, {"T": 2.0}, {"T": 4.0}, {"T": 10.0})
    y = fits.truth()
    for panel, (missing, images, name) in enumerate(
        ((-1, 100, "시험 정확도"), (3, 300, "시험의 3을 맞힌 비율"))
    ):
        rows = []
        for option in options:
            right = fits.student(missing=missing, images=images, **option).logits.argmax(2) == y
            chosen = np.ones_like(y, dtype=bool) if missing < 0 else y == 3
            rows.append([r[c].mean() for r, c in zip(right, chosen, strict=True)])
        axes = ("무엇을 보고 배웠나", name)
        _, mean = series(figure, "다섯 씨앗의 평균", panel=panel, axes=axes)
        np.testing.assert_allclose(mean, np.mean(rows, axis=1))
        for seed in range(5):
            label = "씨앗 하나" if seed == 0 else f"_씨앗 {seed}"
            _, column = series(figure, label, panel=panel, axes=axes)
            np.testing.assert_allclose(column, np.array(rows)[:, seed])
        shown = [text.get_text() for text in figure.panels[panel].get_xticklabels()]
        assert tuple(shown) == plots.KINDS


def test_a_student_never_sees_the_missing_digit():
    room = fits.classroom()
    assert room.x.shape == (5, 1797, 64)
    assert not np.shares_memory(room.x[:, :1000].numpy(), room.x[:, 1000:].numpy())
    student, teacher = torch.randn(2, 5, 10, dtype=torch.float64).unbind()
    loss = fits.distillation(student, teacher, 3.0)
    log_q, p = (student / 3).log_softmax(1), (teacher / 3).softmax(1)
    np.testing.assert_allclose(loss, 9 * (p * (p.log() - log_q)).sum(1))
    assert np.all(fits.accuracy(fits.students(3)[0].logits, 3) == 0)


def test_wrong_space():
    figure = plots.wrong_space()
    z = fits.classroom().teacher[:, :100]
    start = fits.outputs(fits.network(16, 0), fits.classroom().x[:, :100]).detach() / 4
    p = (z / 4).softmax(2)
    first = {"로그 확률": start.log_softmax(2), "확률": start.softmax(2), "로짓": start}
    for space, x in first.items():
        run = fits.student(space=space)
        steps, losses = series(figure, f"{space}을 넣음", axes=("갱신 횟수", "손실"))
        np.testing.assert_allclose(steps, np.arange(200))
        np.testing.assert_allclose(losses, run.losses)
        terms = (p * (p.log() - x)).sum(2).mean().item()
        assert losses[0] == pytest.approx(terms, rel=1e-9)
        names = ("갱신 횟수", "진짜 발산 (nat, 로그 눈금)")
        steps, gaps = series(figure, f"{space}을 넣음", panel=1, axes=names)
        np.testing.assert_allclose(steps, np.arange(0, 200, 10))
        np.testing.assert_allclose(gaps, run.gaps)
    _, good = series(figure, "로그 확률을 넣음", panel=1)
    _, bad = series(figure, "확률을 넣음", panel=1)
    assert good[-1] < 0.1 * good[0]
    assert bad[-1] > 2 * bad[0]
