"""The figures of 'Huber vs. Smooth L1' show what torch computes."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.datasets import load_diabetes

from lossbook.plots import huber_vs_smooth_l1 as plots

NUMBERS = torch.tensor([0.0, 1.0, 2.0, 4.0, 13.0], dtype=torch.float64)


def loss(name, error, k, reduction="none"):
    error = torch.as_tensor(np.array(error), dtype=torch.float64)
    zero = torch.zeros_like(error)
    if name == "huber":
        return F.huber_loss(error, zero, reduction=reduction, delta=k)
    return F.smooth_l1_loss(error, zero, reduction=reduction, beta=k)


def value(name, error, k):
    return loss(name, error, k).numpy()


def slope(name, error, k):
    error = torch.as_tensor(np.array(error), dtype=torch.float64)
    error = error.clone().requires_grad_()
    zero = torch.zeros_like(error)
    total = (
        F.huber_loss(error, zero, reduction="sum", delta=k)
        if name == "huber"
        else F.smooth_l1_loss(error, zero, reduction="sum", beta=k)
    )
    return torch.autograd.grad(total, error)[0].numpy()


def lines(axes):
    return {line.get_label(): line.get_data() for line in axes.get_lines()}


@pytest.mark.parametrize(("make", "function"), [(plots.losses, value), (plots.gradients, slope)])
def test_families(make, function):
    for axes, name, letter in zip(make().panels, ("huber", "smooth"), "δβ", strict=True):
        drawn = lines(axes)
        for k in (0.25, 0.5, 1, 2, 4):
            x, y = drawn[f"{letter} = {k:g}"]
            assert (x[0], x[-1]) == (-4, 4)
            np.testing.assert_allclose(y, function(name, x, k), rtol=1e-12, atol=1e-12)
        if function is value:
            np.testing.assert_allclose(drawn["e²/2"][1], x**2 / 2)
            np.testing.assert_allclose(drawn["|e|"][1], np.abs(x))


def test_slider_moves_all_four_panels():
    figure = plots.one_parameter()
    found = re.search(r'<script type="application/json">(.*?)</script>', figure.html, re.DOTALL)
    data = json.loads(found[1])
    values = [float(text) for text in data["values"]]
    assert (len(values), values[0], values[-1]) == (41, 0.1, 4.0)
    assert values == sorted(set(values))
    assert 1.0 in values
    assert (len(figure.panels), len(data["marks"])) == (4, 8)
    wanted = [("huber", value), ("smooth", value), ("huber", slope), ("smooth", slope)]
    pairs = zip(data["marks"][::2], data["marks"][1::2], wanted, strict=True)
    for curve, borders, (name, function) in pairs:
        for row, k in enumerate(values):
            expected = function(name, curve["x"][0], k)
            np.testing.assert_allclose(curve["y"][row], expected, atol=2e-3)
            np.testing.assert_allclose(borders["x"][row], [-k, k], atol=2e-3)
            np.testing.assert_allclose(borders["y"][row], function(name, [-k, k], k), atol=2e-3)
            three = [value(each, [3.0], k)[0] for each in ("huber", "smooth")]
            text = f"후버 {three[0]:.3f} = {k:g} × 스무스 L1 {three[1]:.3f}"
            assert text in data["readout"][row]


def test_limits():
    at_two, distance = map(lines, plots.limits().panels)
    for name, label in (("huber", "후버"), ("smooth", "스무스 L1")):
        ks, drawn = at_two[label]
        np.testing.assert_allclose(drawn, [value(name, [2.0], k)[0] for k in ks])
    ks, drawn = distance["후버와 e²/2"]
    np.testing.assert_allclose(drawn[ks < 4], (4 - ks[ks < 4]) ** 2 / 2, rtol=1e-9)
    assert np.isnan(drawn[ks >= 4]).all()
    ks, drawn = distance["스무스 L1과 |e|"]
    np.testing.assert_allclose(drawn[(ks < 4) & (ks > 0.1)], ks[(ks < 4) & (ks > 0.1)] / 2)


def test_argmin_paths_are_stationary_points():
    alone, added = map(lines, plots.argmin_path().panels)
    for drawn, decay in ((alone, 0.0), (added, 0.5)):
        for name, label in (("huber", "후버"), ("smooth", "스무스 L1")):
            for k, c in zip(*drawn[label], strict=True):
                pull = slope(name, c - NUMBERS.numpy(), k).mean() + decay * c
                assert abs(pull) < 1e-9 / min(k, 1)
    np.testing.assert_allclose(alone["스무스 L1"][1], alone["후버"][1][::4], atol=1e-6)
    assert np.abs(added["스무스 L1"][1] - added["후버"][1][::4]).max() > 1
    first, last = alone["후버"][1][[0, -1]]
    assert first == pytest.approx(NUMBERS.median().item(), abs=1e-6)
    assert last == pytest.approx(NUMBERS.mean().item(), abs=1e-6)
    assert plots.best_constant(plots.huber_slope, 2.0) == pytest.approx(7 / 3)


def walk(name, k, rate, steps=40):
    error = torch.tensor([5.8], dtype=torch.float64, requires_grad=True)
    update = torch.optim.SGD([error], lr=rate)
    path = [error.item()]
    for _ in range(steps):
        update.zero_grad()
        zero = torch.zeros_like(error)
        if name == "huber":
            F.huber_loss(error, zero, delta=k).backward()
        else:
            F.smooth_l1_loss(error, zero, beta=k).backward()
        update.step()
        path.append(error.item())
    return path


def test_descents():
    huber, smooth, matched = map(lines, plots.descents().panels)
    for k in (4, 1, 0.2):
        np.testing.assert_allclose(huber[f"δ = {k:g}"][1], walk("huber", k, 0.5), atol=1e-9)
        np.testing.assert_allclose(smooth[f"β = {k:g}"][1], walk("smooth", k, 0.5), atol=1e-6)
        np.testing.assert_allclose(matched[f"β = {k:g}"][1], huber[f"δ = {k:g}"][1], atol=1e-9)


def columns():
    data = load_diabetes()
    z = (data.data - data.data.mean(0)) / data.data.std(0)
    y = (data.target - data.target.mean()) / data.target.std()
    return torch.tensor(np.column_stack([np.ones(len(y)), z])), torch.tensor(y)


def objective(name, weights, k, decay=0.0):
    x, y = columns()
    return loss(name, (x @ weights - y).numpy(), k, "mean").item() + decay / 2 * float(
        weights @ weights
    )


@pytest.mark.parametrize("k", plots.PARAMETERS)
@pytest.mark.parametrize(("label", "name"), [("후버", "huber"), ("스무스 L1", "smooth")])
def test_full_batch_steps(label, name, k):
    x, y = columns()
    weights = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    update = torch.optim.SGD([weights], lr=0.05)
    lowest = objective(name, torch.tensor(plots.fitted(label, k)), k)
    highest = objective(name, torch.zeros_like(weights).detach(), k)
    step, left = 0, highest - lowest
    while left > 0.05 * (highest - lowest):
        step += 1
        update.zero_grad()
        error = x @ weights - y
        zero = torch.zeros_like(error)
        if name == "huber":
            F.huber_loss(error, zero, delta=k).backward()
        else:
            F.smooth_l1_loss(error, zero, beta=k).backward()
        update.step()
        left = objective(name, weights.detach(), k) - lowest
    assert step == plots.step_counts()[label][plots.PARAMETERS.index(k), 0]


def test_training_steps_draws_the_counts():
    drawn = lines(plots.training_steps().panels[0])
    for label, counts in plots.step_counts().items():
        np.testing.assert_array_equal(drawn[f"{label} (전체 배치)"][0], plots.PARAMETERS)
        np.testing.assert_array_equal(drawn[f"{label} (전체 배치)"][1], counts[:, 0])
        batches = drawn[f"{label} (미니배치, 씨앗 5개)"][1]
        np.testing.assert_array_equal(batches, counts[:, 1:].ravel())
    assert plots.steps_to_optimum("후버", 1.0, seed=3) == plots.step_counts()["후버"][2, 4]


def test_a_rate_that_never_arrives_is_refused():
    with pytest.raises(ValueError, match="2000걸음"):
        plots.steps_to_optimum("후버", 0.1, rate=1e-6)


def test_weight_decay_draws_minimisers():
    drawn = lines(plots.weight_decay().panels[0])
    for label, name in (("후버", "huber"), ("스무스 L1", "smooth")):
        ks, lengths = drawn[label]
        for k, length in list(zip(ks, lengths, strict=True))[::10]:
            weights = torch.tensor(plots.fitted(label, k, 0.1), requires_grad=True)
            assert length == pytest.approx(float(weights.detach().norm()))
            x, y = columns()
            error = x @ weights - y
            zero = torch.zeros_like(error)
            total = (
                F.huber_loss(error, zero, delta=k)
                if name == "huber"
                else F.smooth_l1_loss(error, zero, beta=k)
            ) + 0.05 * weights @ weights
            (gradient,) = torch.autograd.grad(total, weights)
            assert gradient.abs().max() < 1e-5
    ks, free = drawn["감쇠 없음 (둘이 같음)"]
    for k, length in list(zip(ks, free, strict=True))[::10]:
        other = plots.fitted("스무스 L1", k)
        assert length == pytest.approx(float(np.linalg.norm(other)), abs=2e-3)


def test_alternative_texts_are_sentences():
    for make in (
        plots.losses, plots.gradients, plots.one_parameter, plots.limits, plots.argmin_path,
        plots.descents, plots.training_steps, plots.weight_decay,
    ):  # fmt: skip
        assert make().alt.endswith("다.")
