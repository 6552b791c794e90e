"""Checks that the tests of several losses repeat."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import lossbook


def assert_warns_once(name: str, match: str, *args: Any, **options: Any) -> None:
    """The loss and its gradient each warn exactly once, at the line that called them."""
    for function in (getattr(lossbook, name), getattr(lossbook, f"{name}_grad")):
        with pytest.warns(UserWarning, match=match) as record:
            function(*args, **options)
        assert [warning.filename for warning in record] == [__file__]


def assert_silent(name: str, *args: Any, **options: Any) -> None:
    """Neither the loss nor its gradient warns."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        getattr(lossbook, name)(*args, **options)
        getattr(lossbook, f"{name}_grad")(*args, **options)


def central_differences(loss: Callable[[Any], Any], x: Any, h: float = 1e-6) -> Any:
    """Return the slopes of the scalar `loss` at `x`, one element at a time."""
    slopes = np.empty_like(x)
    for index in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[index] = h
        slopes[index] = (loss(x + step) - loss(x - step)) / (2 * h)
    return slopes
