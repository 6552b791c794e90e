"""The arguments that each loss is timed on: about `size` elements of one dtype."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Case = tuple[tuple[Any, ...], dict[str, Any]]
Make = Callable[[np.random.Generator, int, str], Case]
CLASSES = 10


def _normal(rng: np.random.Generator, shape: Any, dtype: str) -> Any:
    return rng.standard_normal(shape, np.float32).astype(dtype)


def pair(rng: np.random.Generator, size: int, dtype: str) -> Case:
    return (_normal(rng, size, dtype), _normal(rng, size, dtype)), {}


def positive_pair(rng: np.random.Generator, size: int, dtype: str) -> Case:
    x, y = np.exp(_normal(rng, (2, size), dtype))
    return (x, y), {}


def counts(rng: np.random.Generator, size: int, dtype: str) -> Case:
    return (_normal(rng, size, dtype), rng.poisson(2, size).astype(dtype)), {}


def with_variance(rng: np.random.Generator, size: int, dtype: str) -> Case:
    return (*pair(rng, size, dtype)[0], np.exp(_normal(rng, size, dtype))), {}


def distributions(rng: np.random.Generator, size: int, dtype: str) -> Case:
    log_q, p = _normal(rng, (2, max(1, size // CLASSES), CLASSES), dtype)
    return (log_q, np.exp(p) / np.exp(p).sum(axis=1, keepdims=True)), {"reduction": "batchmean"}


def probabilities(rng: np.random.Generator, size: int, dtype: str) -> Case:
    x = rng.uniform(0.01, 0.99, size).astype(dtype)
    return (x, rng.integers(0, 2, size).astype(dtype)), {}


def binary(rng: np.random.Generator, size: int, dtype: str) -> Case:
    return (_normal(rng, size, dtype), rng.integers(0, 2, size).astype(dtype)), {}


def signs(rng: np.random.Generator, size: int, dtype: str) -> Case:
    return (_normal(rng, size, dtype), rng.choice([-1, 1], size).astype(dtype)), {}


def two_scores(rng: np.random.Generator, size: int, dtype: str) -> Case:
    y = rng.choice([-1, 1], size).astype(dtype)
    return (*pair(rng, size, dtype)[0], y), {"margin": 0.5}


def labels(rng: np.random.Generator, size: int, dtype: str, classes: int = CLASSES) -> Case:
    rows = max(1, size // classes)
    return (_normal(rng, (rows, classes), dtype), rng.integers(0, classes, rows)), {}


def many_classes(rng: np.random.Generator, size: int, dtype: str) -> Case:
    return labels(rng, size, dtype, classes=50_000)


def label_sets(rng: np.random.Generator, size: int, dtype: str) -> Case:
    rows = max(1, size // CLASSES)
    y = rng.permuted(np.tile(np.arange(CLASSES), (rows, 1)), axis=1)
    y[np.arange(CLASSES) >= rng.integers(1, 4, (rows, 1))] = -1
    return (_normal(rng, (rows, CLASSES), dtype), y), {}


def multi_hot(rng: np.random.Generator, size: int, dtype: str) -> Case:
    shape = max(1, size // CLASSES), CLASSES
    return (_normal(rng, shape, dtype), rng.integers(0, 2, shape).astype(dtype)), {}


def one_hot(rng: np.random.Generator, size: int, dtype: str) -> Case:
    rows = max(1, size // CLASSES)
    p = np.exp(_normal(rng, (rows, CLASSES), dtype))
    return (p / p.sum(axis=1, keepdims=True), np.eye(CLASSES, dtype=dtype)[rng.integers(0, CLASSES, rows)]), {}


def class_probabilities(rng: np.random.Generator, size: int, dtype: str) -> Case:
    (p, _), _ = one_hot(rng, size, dtype)
    return (p, rng.integers(0, CLASSES, len(p))), {}


def vectors(count: int) -> Make:
    def make(rng: np.random.Generator, size: int, dtype: str) -> Case:
        return tuple(_normal(rng, (count, max(1, size // 100), 100), dtype)), {}

    return make


def vectors_with_sign(rng: np.random.Generator, size: int, dtype: str) -> Case:
    (x, y), _ = vectors(2)(rng, size, dtype)
    return (x, y, rng.choice([-1, 1], len(x)).astype(dtype)), {"margin": 0.2}


def speech(rng: np.random.Generator, size: int, dtype: str) -> Case:
    T, N, C, S = (500, 64, 100, 50) if size > 100_000 else (50, 2, 10, 5)
    x = _normal(rng, (T, N, C), dtype)
    log_p = x - np.log(np.exp(x).sum(axis=2, keepdims=True))
    return (log_p, rng.integers(1, C, (N, S)), np.full(N, T), np.full(N, S)), {}


CASES: dict[str, Make] = {
    "cross_entropy": labels,
    "cross_entropy (C = 50 000)": many_classes,
    "ctc_loss": speech,
    "nll_loss": labels,
    "poisson_nll_loss": counts,
    "gaussian_nll_loss": with_variance,
    "kl_div": distributions,
    "binary_cross_entropy": probabilities,
    "binary_cross_entropy_with_logits": binary,
    "margin_ranking_loss": two_scores,
    "hinge_embedding_loss": signs,
    "multilabel_margin_loss": label_sets,
    "soft_margin_loss": signs,
    "multilabel_soft_margin_loss": multi_hot,
    "cosine_embedding_loss": vectors_with_sign,
    "multi_margin_loss": labels,
    "triplet_margin_loss": vectors(3),
    "triplet_margin_with_distance_loss": vectors(3),
    "categorical_cross_entropy": one_hot,
    "log_loss": class_probabilities,
    "l1_loss": pair,
    "mse_loss": pair,
    "smooth_l1_loss": pair,
    "huber_loss": pair,
    "rmse": pair,
    "msle": positive_pair,
    "mape": positive_pair,
    "mpe": positive_pair,
}
