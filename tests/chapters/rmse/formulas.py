"""What the formulas of the chapter on the RMSE mean."""

from __future__ import annotations

import numpy as np

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula


def errors(rng: np.random.Generator, k: int) -> np.ndarray:
    """Random errors, errors of one size, a single error, small and large ones."""
    return [
        rng.normal(0, 2, 5),
        np.array([1.5, -1.5, -1.5, 1.5, -1.5, 1.5, 1.5]),
        np.array([0.0, 0.0, -30.0, 0.0]),
        rng.normal(0, 1, 6) * 10.0 ** rng.integers(-1, 2, 6),
    ][k]


def bound(e: np.ndarray, rng: np.random.Generator) -> Draw:
    y = np.round(rng.normal(size=e.size))
    x, w = y + e, rng.uniform(0.3, 3, e.size)
    return Draw(
        {
            "e": x - y, "N": e.size, "w": w,
            "L": lossbook.rmse(x, y),
            "W": lossbook.rmse(x, y, weight=w),
            "M": lossbook.l1_loss(x, y),
            "b": np.mean(x - y),
            r"\frac{\partial L}{\partial x}": lossbook.rmse_grad(x, y),
            r"\frac{\partial W}{\partial x}": lossbook.rmse_grad(x, y, weight=w),
        },
        {"n": e.size},
    )  # fmt: skip


def draw(rng: np.random.Generator, k: int) -> Draw:
    return bound(errors(rng, k), rng)


def draw_perfect(rng: np.random.Generator, k: int) -> Draw:
    """Like `draw`, and a perfect fit."""
    return bound(np.zeros(3), rng) if k == 4 else draw(rng, k)


def draw_outputs(rng: np.random.Generator, k: int) -> Draw:
    """More samples than outputs and the reverse; in the last draw all outputs alike."""
    samples, outputs = ((5, 3), (2, 4), (4, 2), (3, 5))[k]
    y = rng.normal(size=(samples, outputs))
    x = y + (0.5 if k == 3 else rng.normal(size=(samples, outputs)) * rng.uniform(0.2, 4, outputs))
    return Draw(
        {
            "e": x - y, "N": samples, "J": outputs,
            "L": lossbook.rmse(x, y),
            "R": lossbook.rmse(x, y, multioutput="raw_values"),
            "U": lossbook.rmse(x, y, multioutput="uniform_average"),
        },
        {"n": samples, "j": outputs},
    )  # fmt: skip


def draw_batches(rng: np.random.Generator, k: int) -> Draw:
    """One batch smaller than the others, as the last of an epoch."""
    sizes = ((4, 4, 1), (3, 2), (5, 5, 5, 2), (1, 6))[k]
    e = rng.normal(size=sum(sizes)) * rng.uniform(0.5, 5)
    batches = np.split(e, np.cumsum(sizes)[:-1])
    return Draw(
        {
            "L": lossbook.rmse(e, 0 * e),
            "B": np.array([lossbook.rmse(batch, 0 * batch) for batch in batches]),
            "N": np.array(sizes), "K": len(sizes),
        },
        {"k": len(sizes)},
    )  # fmt: skip


BINDINGS = [
    Binding("rmse-def", draw, defines="rmse"),
    Binding("rmse-weighted", draw, defines="rmse"),
    Binding("rmse-grad", draw_perfect, defines="rmse_grad", draws=5),
    Binding("rmse-weighted-grad", draw, defines="rmse_grad"),
    Binding("rmse-grad-norm", draw, defines="rmse_grad"),
    Binding("rmse-mae", draw),
    Binding("rmse-bias", draw),
    Binding("rmse-spread", draw, defines="rmse"),
    Binding("rmse-bound", draw, defines="rmse"),
    Binding("rmse-outputs", draw_outputs, defines="rmse"),
    Binding("rmse-uniform", draw_outputs, defines="rmse"),
    Binding("rmse-flat", draw_outputs, defines="rmse"),
    Binding("rmse-batches", draw_batches, defines="rmse"),
]

SOURCE = [
    SourceFormula(
        "A01", "RMSE=n1∑i=1n(yi−yi^)2", r"L = \frac{1}{N} \sum_{n=1}^{N} e_n^2", "rmse-def",
        holds=False, reason="근호가 사라져 글자대로 읽으면 평균 제곱 오차이다",
    ),
    SourceFormula(
        "A01", "RMSE=n1∑i=1n(yi−yi^)2", r"L = \sqrt{\frac{1}{N} \sum_{n=1}^{N} (-e_n)^2}",
        "rmse-def", holds=True, reason="근호를 되살리면 맞다. 오차의 부호는 제곱에서 사라진다",
    ),
]  # fmt: skip
