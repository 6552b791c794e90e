"""The checks of the two percentage errors."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lossbook.losses._checks import Array, check_bool, check_reduction
from lossbook.losses._samples import checked_samples, first_forbidden


def checked_relative(
    input: ArrayLike,
    target: ArrayLike,
    percent: bool,
    weight: ArrayLike | None,
    reduction: str,
) -> tuple[Array, Array, Array | None, float]:
    """Return input, target, the weight, and 100 or 1; refuse a target of 0."""
    check_bool("percent", percent)
    check_reduction(reduction)
    x, y, w = checked_samples(input, target, weight)
    if np.any(y == 0):
        raise ValueError(
            "target의 값은 0이 아니어야 합니다(실제값으로 나눕니다). "
            f"받은 값: {first_forbidden(y, y == 0)}."
        )
    return x, y, w, 100.0 if percent else 1.0
