"""The logistic function and its integral, without overflow."""

from __future__ import annotations

import numpy as np

from lossbook.losses._checks import Array


def softplus(z: Array) -> Array:
    """Return log(1 + exp(z)) = -log σ(-z)."""
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def sigmoid(z: Array) -> Array:
    """Return σ(z) = 1 / (1 + exp(-z)), for z ≪ 0 as exactly as exp(z)."""
    return np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))
