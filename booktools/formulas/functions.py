"""Functions that a formula may use without binding them; a bound symbol of that name has priority."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np


def softplus(value: Any) -> Any:
    return np.logaddexp(0.0, value)


def gamma(value: Any) -> Any:
    return np.vectorize(math.gamma)(value)[()]


FUNCTIONS: dict[str, Callable[..., object]] = {
    r"\log": np.log,
    r"\ln": np.log,
    r"\exp": np.exp,
    r"\sin": np.sin,
    r"\cos": np.cos,
    r"\tan": np.tan,
    r"\arccos": np.arccos,
    r"\tanh": np.tanh,
    r"\Gamma": gamma,
    r"\operatorname{sign}": np.sign,
    r"\operatorname{sgn}": np.sign,
    r"\operatorname{softplus}": softplus,
    r"\operatorname{sp}": softplus,
}
EXTREMA: dict[str, Callable[..., object]] = {r"\max": max, r"\min": min}
BIG: dict[str, Callable[..., object]] = {r"\sum": math.fsum, r"\prod": math.prod, **EXTREMA}
