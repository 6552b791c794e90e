"""What the formulas of the chapter on the mean squared error mean."""

from __future__ import annotations

import numpy as np
import torch
from torch.distributions import Normal

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula, Table

SIZES, FEATURES, SIGMAS = (5, 4, 7, 3), 3, (0.7, 1.3, 2.0, 0.4)


def draw(rng: np.random.Generator, k: int) -> Draw:
    """Errors of both signs, small and large, and one that is zero; unequal weights."""
    size, sigma = SIZES[k], SIGMAS[k]
    y = rng.normal(0, 2, size)
    x = y + rng.normal(0, 1 + k, size)
    x[1] = y[1]
    w = rng.uniform(0.3, 3, size)
    center = float(rng.normal(0, 3))
    u = rng.normal(size=(size, FEATURES))
    density = Normal(torch.tensor(x), sigma).log_prob(torch.tensor(y)).sum().exp().item()
    return Draw(
        {
            "x": Table(x, outside=3.7), "y": Table(y, outside=-1.9), "e": x - y, "N": size, "w": w, "c": center, "u": u,
            r"\bar y": y.mean(), r"\sigma": sigma, "p": density,
            r"\ell": lossbook.mse_loss(x, y, "none"),
            "L": lossbook.mse_loss(x, y),
            "L_w": lossbook.mse_loss(x, y, weight=w),
            r"\frac{\partial \ell}{\partial x}": lossbook.mse_loss_grad(x, y, "sum"),
            r"\frac{\partial L_w}{\partial x}": lossbook.mse_loss_grad(x, y, weight=w),
            r"\frac{\partial L}{\partial x}": lossbook.mse_loss_grad(x, y),
            r"\frac{\partial L}{\partial w}": u.T @ lossbook.mse_loss_grad(x, y),
        },
        {"n": size, "m": size, "d": FEATURES},
    )  # fmt: skip


def constant(rng: np.random.Generator, k: int) -> Draw:
    """One number for all: the loss is what lossbook returns."""
    drawn = draw(rng, k)
    y, center = drawn.symbols["y"].values, drawn.symbols["c"]
    loss = lossbook.mse_loss(np.full(y.size, center), y)
    return Draw({**drawn.symbols, "L": loss}, drawn.indices)


BINDINGS = [
    Binding("mse-loss-def", draw, defines="mse_loss"),
    Binding("mse-loss-mean", draw, defines="mse_loss"),
    Binding("mse-loss-weighted", draw, defines="mse_loss"),
    Binding("mse-loss-grad", draw, defines="mse_loss_grad"),
    Binding("mse-loss-mean-grad", draw, defines="mse_loss_grad"),
    Binding("mse-loss-weighted-grad", draw, defines="mse_loss_grad"),
    Binding("mse-loss-split", constant),
    Binding("mse-loss-nll", draw),
    Binding("mse-loss-linear-grad", draw, defines="mse_loss_grad"),
]

SOURCE = [
    SourceFormula(
        "R02", "MSE(y,y^)=n1∑i=1n(yi−yi^)2",
        r"L = \frac{1}{N} \sum_{n=1}^{N} (y_n - x_n)^2",
        "mse-loss-mean", holds=True,
        reason="the fraction lost its bar; the restored formula is right",
    ),
    SourceFormula(
        "R02", "MSE(y,y^)=n1∑i=1n(yi−yi^)2",
        r"L = N \cdot 1 \cdot \sum_{n=1}^{N} (y_n - x_n) \cdot 2",
        "mse-loss-mean", holds=False,
        reason="read literally, n1 is a product and the square a factor 2",
    ),
    SourceFormula(
        "R02",
        r"MSE\ =\ \frac{1}{n}\sum_{i=0}^{n}(y_{i}- \sum_{j=0}^{M}x_{ij}W_{j})^{2}\ ",
        r"L = \frac{1}{N} \sum_{n=0}^{N} (y_n - x_n)^2",
        "mse-loss-mean", holds=False,
        reason="n + 1 terms divided by n, even with the prediction in place of the model",
    ),
]  # fmt: skip
