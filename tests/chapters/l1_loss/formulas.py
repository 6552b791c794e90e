"""What the formulas of the chapter on the mean absolute error mean."""

from __future__ import annotations

import numpy as np
from scipy.stats import laplace

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula, Table


def pair(rng: np.random.Generator, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Predictions and targets: errors of both signs and zero, then equal ones, then a single one.

    The last two make the two inequalities between MAE and RMSE equalities.
    """
    y = rng.normal(size=6) + 3
    e = np.array([rng.normal(0, 3), 0.4, 0.0, -1.7, 40.0, -0.4])
    if k == 2:
        e = np.array([1.5, -1.5, -1.5, 1.5, 1.5, -1.5])
    if k == 3:
        e = np.array([0.0, 0.0, 0.0, 0.0, 0.0, -2.25])
    return y + e, y


def draw(rng: np.random.Generator, k: int) -> Draw:
    x, y = pair(rng, k)
    w = rng.uniform(0.3, 3, x.size)
    features, weights = rng.normal(size=(x.size, 3)), rng.normal(size=3)
    b = (0.7, 1.0, 2.3, 5.0)[k]
    return Draw(
        {
            "x": Table(x, outside=3.7), "y": Table(y, outside=-1.9),
            "e": x - y, "N": x.size, "M": 3, "w": Table(w, outside=0.6), "b": b,
            "U": Table(features, outside=0.8), "W": Table(weights, outside=1.1),
            "p": laplace.pdf(y, x, b),
            r"\ell": lossbook.l1_loss(x, y, "none"),
            "L": lossbook.l1_loss(x, y),
            "L_w": lossbook.l1_loss(x, y, weight=w),
            r"\frac{\partial L_w}{\partial x}": lossbook.l1_loss_grad(x, y, weight=w),
            r"\frac{\partial \ell}{\partial x}": lossbook.l1_loss_grad(x, y, "sum"),
            r"\frac{\partial L}{\partial x}": lossbook.l1_loss_grad(x, y),
            r"\mathrm{sgn}": np.sign,
        },
        {"n": x.size, "j": 3},
    )  # fmt: skip


def location(rng: np.random.Generator, k: int) -> Draw:
    """Houses, two of them at the same place, and a box beside them or at one of them."""
    y = np.array([0.5, -1.0, 2.0, 2.0, 7.3, rng.normal(), 4.0])
    c = (2.0, 1.1, -1.0, 7.3)[k]
    slope = lossbook.l1_loss_grad(np.full_like(y, c), y, "sum").sum()
    return Draw(
        {
            "y": Table(y, outside=float(rng.choice([-90.0, 90.0]))), "c": c, "N": y.size,
            r"\frac{\partial S}{\partial c}": slope,
        },
        {"n": y.size},
    )  # fmt: skip


BINDINGS = [
    Binding("l1-loss-def", draw, defines="l1_loss"),
    Binding("l1-loss-mean", draw, defines="l1_loss"),
    Binding("l1-loss-weighted", draw, defines="l1_loss"),
    Binding("l1-loss-grad", draw, defines="l1_loss_grad"),
    Binding("l1-loss-mean-grad", draw, defines="l1_loss_grad"),
    Binding("l1-loss-weighted-grad", draw, defines="l1_loss_grad"),
    Binding("l1-loss-count", location, defines="l1_loss_grad"),
    Binding("l1-loss-laplace", draw),
    Binding("l1-loss-max", draw, defines="l1_loss"),
    Binding("l1-loss-rmse", draw),
]

MAE = "MAE(y,y^)=n1∑i=1n∣yi−yi^∣"
WITH_MODEL = r"MAE\ =\ \frac{1}{n}\sum_{i=0}^{n}|y_{i}- \sum_{j=0}^{M}x_{ij}W_{j}|"

SOURCE = [
    SourceFormula(
        "R01", MAE, r"L = \frac{1}{N} \sum_{n=1}^{N} |y_n - x_n|", "l1-loss-mean", holds=True,
        reason="분수와 모자가 사라졌지만 되살린 식은 맞다",
    ),
    SourceFormula(
        "R01", MAE, r"L = N \cdot 1 \cdot \sum_{n=1}^{N} |y_n - x_n|", "l1-loss-mean",
        holds=False, reason="글자 그대로 읽으면 나눗셈이 곱셈이 된다",
    ),
    SourceFormula(
        "R01", WITH_MODEL, r"L = \frac{1}{N} \sum_{n=0}^{N} |y_n - x_n|", "l1-loss-mean",
        holds=False, reason="0에서 n까지는 n + 1개인데 n으로 나눈다",
    ),
    SourceFormula(
        "R01", WITH_MODEL, r"L = \frac{1}{N} \sum_{n=1}^{N} |y_n - \sum_{j=1}^{M} U_{n,j} W_j|",
        "l1-loss-mean", holds=False, reason="예측이 설명 변수의 일차식일 때만 맞는다",
    ),
]
