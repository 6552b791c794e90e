"""평균 제곱 오차 장이 쓰는 자료와 계산: 그림 없이 숫자만."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from lossbook import mse_loss, mse_loss_grad

Array = np.ndarray[Any, np.dtype[Any]]

USAGE = np.array([0.0, 1.0, 2.0, 10.0])
"""Four days of an air conditioner, kWh: the chapter's example of one number for all."""
ERRORS = np.array([0.5, -1.0, 2.0, -4.0])
"""Forecast minus usage on four other days, kWh: the chapter's worked example."""

RATES = (0.01, 0.1, 0.24, 0.25)
STEPS = 3000
DRAWS, LEARNERS, NEIGHBOURS = 200, 100, 100


def squared(error: Array) -> Array:
    """Squared error of each error."""
    return np.asarray(mse_loss(error, np.zeros_like(error), "none"))


def constant_loss(center: Array, numbers: Array) -> Array:
    """MSE of predicting each `center` for all numbers."""
    shape = np.broadcast_shapes((*np.shape(center), 1), numbers.shape)
    guesses = np.broadcast_to(np.asarray(center, float)[..., None], shape)
    return np.asarray(mse_loss(guesses, np.broadcast_to(numbers, shape), "none").mean(-1))


def negative_log_likelihood(center: float, numbers: Array, sigma: float) -> float:
    """Negative log-likelihood of the numbers under a normal distribution about `center`."""
    size = numbers.size
    loss = float(mse_loss(np.full(size, center), numbers))
    return size * loss / (2 * sigma**2) + size / 2 * float(np.log(2 * np.pi * sigma**2))


# --- diabetes: one bowl, two ways down


@cache
def patients() -> tuple[Array, Array]:
    """Ten features of 442 patients with mean 0 and standard deviation 1; target with mean 0."""
    from sklearn.datasets import load_diabetes

    data = load_diabetes()
    features = data.data - data.data.mean(0)
    return features / features.std(0), data.target - data.target.mean()


def normal_equations(features: Array, y: Array) -> Array:
    """정규방정식의 해: 잔차가 모든 열과 직교하는 회귀 계수."""
    return np.linalg.solve(features.T @ features, features.T @ y)


def descend(features: Array, y: Array, rate: float, steps: int) -> Array:
    """회귀 계수 0에서 시작하는 경사 하강법. 걸음마다의 회귀 계수를 돌려줍니다."""
    weights = np.zeros((steps + 1, features.shape[1]))
    for step in range(steps):
        upstream = mse_loss_grad(features @ weights[step], y)
        weights[step + 1] = weights[step] - rate * features.T @ upstream
    return weights


def curvatures(features: Array) -> Array:
    """Second derivatives of the MSE of a linear model along its principal directions."""
    return np.asarray(np.linalg.eigvalsh(2 / len(features) * features.T @ features))


@cache
def descents() -> dict[float, Array]:
    """Weights of every step for each learning rate."""
    features, y = patients()
    with np.errstate(over="ignore"):
        return {rate: descend(features, y, rate, STEPS) for rate in RATES}


def excess(weights: Array) -> Array:
    """How far the MSE of each row of weights lies above the lowest one."""
    features, y = patients()
    best = normal_equations(features, y)
    return np.asarray(squared((weights - best) @ features.T).mean(-1))


# --- diabetes: bias and variance of averages of neighbours


@cache
def neighbour_predictions(seed: int) -> tuple[Array, Array]:
    """Predictions (draw, test patient, k) for k = 1 … NEIGHBOURS, and the test targets.

    Every draw picks LEARNERS patients; the prediction is the mean target of the k nearest.
    """
    from sklearn.datasets import load_diabetes
    from sklearn.model_selection import train_test_split

    data = load_diabetes()
    x, x_test, y, y_test = train_test_split(
        data.data, data.target, test_size=142, random_state=seed
    )
    distance = ((x_test[:, None] - x[None]) ** 2).sum(-1)
    order = np.argsort(distance, axis=1, kind="stable")
    random = np.random.default_rng(seed)
    counts = np.arange(1, NEIGHBOURS + 1)
    predictions = np.empty((DRAWS, len(x_test), NEIGHBOURS))
    for draw in range(DRAWS):
        picked = np.zeros(len(x), bool)
        picked[random.choice(len(x), LEARNERS, replace=False)] = True
        nearest = order[picked[order]].reshape(len(x_test), LEARNERS)
        predictions[draw] = np.cumsum(y[nearest][:, :NEIGHBOURS], axis=1) / counts
    return predictions, y_test


@cache
def bias_and_variance(seed: int) -> tuple[Array, Array, Array]:
    """Squared bias (with the noise), variance and MSE for k = 1 … NEIGHBOURS neighbours."""
    predictions, target = neighbour_predictions(seed)
    mean = predictions.mean(0)
    bias = squared(mean - target[:, None]).mean(0)
    variance = squared(predictions - mean).mean((0, 1))
    total = squared(predictions - target[:, None]).mean((0, 1))
    return bias, variance, total
