"""The small tools of the chapters say what they see, above all when the two sides differ."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import lossbook
from lossbook.teaching import attempt, both, compare

RNG = np.random.default_rng(0)
X, Y, W = RNG.normal(size=(3, 4, 5))


def verdicts(cases):
    return [row[2] for row in compare(cases).rows]


def test_both_compares_value_and_gradient():
    cases = both("행렬", lossbook.mse_loss, F.mse_loss, X, Y, reduction="sum", weight=W)
    assert [name for name, _, _ in cases] == ["행렬", "행렬: 기울기"]
    assert verdicts(cases) == ["1e-12 이하"] * 2


def test_both_compares_a_gradient_per_input():
    cases = both(
        "짝", lossbook.margin_ranking_loss, F.margin_ranking_loss, X, Y, np.sign(W), wrt=(0, 1)
    )
    assert len(cases) == 3
    assert verdicts(cases) == ["1e-12 이하"] * 3


def test_both_sees_a_wrong_gradient_and_a_wrong_value():
    def half(input, target):
        return F.mse_loss(input, target) / 2

    def same_value(input, target):
        return F.mse_loss(input, target).detach() + 0 * input.sum()

    assert "1e-12 이하" not in verdicts(both("반", lossbook.mse_loss, half, X, Y))
    value, gradient = verdicts(both("상수", lossbook.mse_loss, same_value, X, Y))
    assert value == "1e-12 이하" != gradient


def test_both_wants_a_position_per_gradient():
    with pytest.raises(ValueError, match="zip"):
        both("짝", lossbook.margin_ranking_loss, F.margin_ranking_loss, X, Y, np.sign(W))


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: torch.tensor(2 / 3), "0.666667"),
        (lambda: np.float64("nan"), "nan"),
        (lambda: np.array([1, 2]), "[1 2]"),
        (lambda: True, "True"),
        (lambda: F.mse_loss("a", "b"), "AttributeError: 'str' object has no attribute 'size'"),
    ],
)
def test_attempt_tells_value_or_error(call, text):
    assert attempt(call) == text


def test_compare_takes_truth_values():
    same, other = np.array([True, False]), np.array([True, True])
    assert verdicts([("같음", same, same)]) == ["1e-12 이하"]
    assert verdicts([("다름", same, other)]) == ["1.0e+00"]
