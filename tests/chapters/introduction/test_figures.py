"""The figures of the introduction show what PyTorch computes."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from booktools.figures.data import series
from lossbook.plots import introduction as plots

LOSS = "교차 엔트로피 (nat)"


def test_surrogates():
    figure = plots.surrogates()
    axes = ("마진 m = y·f (오른쪽이 정답 쪽)", "손실")
    margin, entropy = series(figure, "교차 엔트로피 ÷ ln 2", axes=axes)
    m = torch.from_numpy(margin)
    np.testing.assert_allclose(entropy, F.softplus(-m).numpy() / np.log(2), rtol=1e-6, atol=1e-9)
    _, hinge = series(figure, "힌지 손실")
    np.testing.assert_allclose(hinge, F.relu(1 - m).numpy(), atol=1e-12)
    _, square = series(figure, "제곱 오차 (1 - m)²")
    np.testing.assert_allclose(square, F.mse_loss(m, torch.ones_like(m), reduction="none").numpy())
    zero_one = (margin <= 0).astype(float)
    for curve in (entropy, hinge, square):
        assert (curve >= zero_one - 1e-12).all()


def test_overfitting():
    figure = plots.overfitting()
    run = plots.overfitting_run(plots.SEEDS[0])
    steps, train = series(figure, "훈련", axes=("갱신 횟수", LOSS))
    _, validation = series(figure, "검증")
    np.testing.assert_array_equal(steps, np.arange(len(run["train"])))
    np.testing.assert_array_equal(train, run["train"])
    np.testing.assert_array_equal(validation, run["validation"])
    for seed in plots.SEEDS:
        run = plots.overfitting_run(seed)
        lowest = int(np.argmin(run["validation"]))
        assert run["validation"][-1] > 1.05 * run["validation"][lowest]
        assert abs(run["accuracy"][-1] - run["accuracy"][lowest]) < 0.02
        assert run["wrong"][-1] > 1.1 * run["wrong"][lowest]


def test_mean_minus_target():
    figure = plots.mean_minus_target()
    logits = torch.tensor([[2.0, 1.0, 0.2, -1.0]], dtype=torch.float64, requires_grad=True)
    (expected,) = torch.autograd.grad(F.cross_entropy(logits, torch.tensor([1])), logits)
    _, probability = series(figure, "예측 p", panel=0, axes=("클래스", "확률"))
    _, target = series(figure, "목표 (원-핫)", panel=0)
    gradient = [bar.get_height() for bar in figure.panels[1].patches]
    np.testing.assert_allclose(probability, logits.softmax(1).detach().numpy()[0], atol=1e-12)
    np.testing.assert_array_equal(target, [0, 1, 0, 0])
    np.testing.assert_allclose(gradient, expected.numpy()[0], atol=1e-12)


def test_learning_rate():
    figure = plots.learning_rate()
    quadratic, logistic = plots.learning_rate_paths()
    for rate, ours_quadratic, ours_logistic in zip(
        plots.LEARNING_RATES, quadratic, logistic, strict=True
    ):
        for loss, ours in ((lambda v: v**2 / 2, ours_quadratic), (F.softplus, ours_logistic)):
            np.testing.assert_allclose(ours, descent(loss, rate), rtol=1e-9)
    for panel, rows in enumerate((quadratic, logistic)):
        _, drawn = series(figure, "손실", panel=panel, axes=("걸음", "손실 (로그 눈금)"))
        np.testing.assert_allclose(drawn, np.maximum(rows, 1e-6), rtol=1e-3)
    above = plots.LEARNING_RATES > 2
    assert (quadratic[above, -1] > quadratic[above, 0]).all()
    assert (logistic[:, -1] < logistic[:, 0]).all()


def descent(loss, rate: float) -> list[float]:
    """Losses on the way of torch's gradient descent."""
    position = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([position], lr=float(rate))
    losses = []
    for _ in range(plots.STEPS + 1):
        value = loss(position)
        losses.append(value.item())
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
    return losses
