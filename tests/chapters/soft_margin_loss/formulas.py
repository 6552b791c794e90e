"""What the formulas of the chapter '12. Two-class soft margin loss' mean."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula

SLUG = "soft-margin-loss"


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def draw(rng: np.random.Generator, k: int) -> Draw:
    """Scores of both signs, zero and large ones, with either label."""
    x = np.concatenate([rng.normal(0, 3, 5), [0.0, 0.0, 25.0, -18.0]])
    y = np.concatenate([rng.choice([-1.0, 1.0], 5), [1.0, -1.0, 1.0, 1.0]])
    return Draw(
        {
            "x": x, "y": y, "N": x.size, r"\sigma": sigmoid,
            r"\ell": lossbook.soft_margin_loss(x, y, reduction="none"),
            "L": lossbook.soft_margin_loss(x, y),
            r"\frac{\partial \ell}{\partial x}": lossbook.soft_margin_loss_grad(x, y, "sum"),
            r"\frac{\partial L}{\partial x}": lossbook.soft_margin_loss_grad(x, y),
        },
        {"n": x.size},
    )  # fmt: skip


def best(share: float) -> float:
    """The score with the least mean loss when a share of the letters has label 1."""

    def slope(x: float) -> float:
        one, other = lossbook.soft_margin_loss_grad([x, x], [1.0, -1.0], "sum")
        return float(share * one + (1 - share) * other)

    return float(brentq(slope, -40, 40, xtol=1e-13))


def draw_best(rng: np.random.Generator, k: int) -> Draw:
    share = (0.05, 0.3, 0.7, 0.98)[k]
    return Draw({"P": share, "x^*": best(share)})


BINDINGS = [
    Binding(f"{SLUG}-def", draw, defines="soft_margin_loss"),
    Binding(f"{SLUG}-mean", draw, defines="soft_margin_loss"),
    Binding(f"{SLUG}-nll", draw, defines="soft_margin_loss"),
    Binding(f"{SLUG}-bce", draw, defines="soft_margin_loss"),
    Binding(f"{SLUG}-grad", draw, defines="soft_margin_loss_grad"),
    Binding(f"{SLUG}-mean-grad", draw, defines="soft_margin_loss_grad"),
    Binding(f"{SLUG}-cover", draw),
    Binding(f"{SLUG}-band", draw, defines="soft_margin_loss"),
    Binding(f"{SLUG}-optimum", draw_best),
]

SOURCE = [
    SourceFormula(
        "12",
        "SoftMarginLoss(x,y)=∑ilog(1+exp(−yi∗xi))",
        r"L = \sum_{n=1}^{N} \log(1 + \exp(-y_n \cdot x_n))",
        f"{SLUG}-mean", holds=False,
        reason="합이다. torch의 기본값은 원소의 수로 나눈 평균",
    ),
]  # fmt: skip
