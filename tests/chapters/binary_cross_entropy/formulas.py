"""What the formulas of the chapter on binary cross entropy mean."""

from __future__ import annotations

import numpy as np

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula
from lossbook.losses.binary_cross_entropy import SMALLEST_VARIANCE

Random = np.random.Generator
SIZE = 7
SLUG = "binary-cross-entropy"


def draw(rng: Random, k: int) -> Draw:
    """Probabilities away from the edges, hard and soft targets."""
    x = rng.uniform(0.03, 0.97, SIZE)
    y = np.concatenate([[0.0, 1.0, 1.0, 0.0], rng.uniform(0.05, 0.95, SIZE - 4)])
    z = np.log(x / (1 - x))
    slope = lossbook.binary_cross_entropy_grad(x, y, reduction="sum")
    w = rng.uniform(0.3, 3, SIZE)
    return Draw(
        {
            "x": x, "y": y, "z": z, "w": w, "N": SIZE,
            r"\ell": lossbook.binary_cross_entropy(x, y, reduction="none"),
            "L": lossbook.binary_cross_entropy(x, y),
            "L_w": lossbook.binary_cross_entropy(x, y, weight=w),
            r"\frac{\partial \ell}{\partial x}": slope,
            r"\frac{\partial L}{\partial x}": lossbook.binary_cross_entropy_grad(x, y),
            r"\frac{\partial \ell}{\partial z}": slope * x * (1 - x),
            r"\frac{\partial x}{\partial z}":
                (sigmoid(z + 1e-6) - sigmoid(z - 1e-6)) / 2e-6,
        },
        {"n": SIZE},
    )  # fmt: skip


def sigmoid(z: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-z)))


def hard(rng: Random, k: int) -> Draw:
    """Targets that are 0 or 1."""
    x = rng.uniform(0.03, 0.97, SIZE)
    y = np.array([0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0])
    return Draw(
        {"x": x, "y": y, r"\ell": lossbook.binary_cross_entropy(x, y, reduction="none")},
        {"n": SIZE},
    )


def soft(rng: Random, k: int) -> Draw:
    """Targets strictly between 0 and 1."""
    x, y = rng.uniform(0.03, 0.97, (2, SIZE))
    return Draw(
        {"x": x, "y": y, r"\ell": lossbook.binary_cross_entropy(x, y, reduction="none")},
        {"n": SIZE},
    )


def edges(rng: Random, k: int) -> Draw:
    """Probabilities at and beyond both clamps, weights."""
    x = np.array([0.0, 1.0, 0.0, 1.0, 1e-50, 1e-30, 1e-13, 1 - 1e-13, *rng.uniform(0, 1, 3)])
    y = np.array([0.0, 1.0, 1.0, 0.0, 1.0, 0.7, 1.0, 0.0, *rng.uniform(0, 1, 3)])
    w = rng.uniform(0.3, 3, x.size)
    return Draw(
        {
            "x": x, "y": y, "w": w, "m": SMALLEST_VARIANCE,
            r"\ell": lossbook.binary_cross_entropy(x, y, w, "none"),
            r"\frac{\partial \ell}{\partial x}": lossbook.binary_cross_entropy_grad(x, y, w, "sum"),
        },
        {"n": x.size},
    )  # fmt: skip


def unweighted(rng: Random, k: int) -> Draw:
    """All of [0, 1], the ends in every combination."""
    x = np.array([0.0, 1.0, 0.0, 1.0, 1e-50, *rng.uniform(0, 1, 3)])
    y = np.array([0.0, 1.0, 1.0, 0.0, 1.0, *rng.uniform(0, 1, 3)])
    return Draw(
        {r"\ell": lossbook.binary_cross_entropy(x, y, reduction="none")}, {"n": x.size}
    )


def doubled(rng: Random, k: int) -> Draw:
    """The best that a second sigmoid leaves: a probability of 1 or 0 goes through it again."""
    best = sigmoid(np.array([1.0, 0.0]))
    spam, ham = lossbook.binary_cross_entropy(best, np.array([1.0, 0.0]), reduction="none")
    share = (0.37, 0.2, 0.9, 0.5)[k]
    return Draw({r"L_{\min}": share * spam + (1 - share) * ham, r"\pi": share})


def noisy(rng: Random, k: int) -> Draw:
    """Labels of which a share is flipped; the optimum is found by bisection of the slope."""
    honest, flipped = (0.9, 0.2, 1.0, 0.0)[k], (0.1, 0.3, 0.05, 0.25)[k]
    low, high = 1e-9, 1 - 1e-9
    for _ in range(100):
        middle = (low + high) / 2
        x = np.full(4, middle)
        # the mail is spam or not, the label is flipped or not
        y = np.array([1.0, 0.0, 0.0, 1.0])
        parts = np.array([honest * (1 - flipped), honest * flipped,
                          (1 - honest) * (1 - flipped), (1 - honest) * flipped])  # fmt: skip
        slope = lossbook.binary_cross_entropy_grad(x, y, parts, "sum").sum()
        low, high = (low, middle) if slope > 0 else (middle, high)
    return Draw({"x^*": middle, "P": honest, r"\eta": flipped})


BINDINGS = [
    Binding(f"{SLUG}-two", hard, defines="binary_cross_entropy"),
    Binding(f"{SLUG}-def", draw, defines="binary_cross_entropy"),
    Binding(f"{SLUG}-mean", draw, defines="binary_cross_entropy"),
    Binding(f"{SLUG}-weighted", draw, defines="binary_cross_entropy"),
    Binding(f"{SLUG}-grad", draw, defines="binary_cross_entropy_grad"),
    Binding(f"{SLUG}-mean-grad", draw, defines="binary_cross_entropy_grad"),
    Binding(f"{SLUG}-sigmoid", draw),
    Binding(f"{SLUG}-sigmoid-slope", draw),
    Binding(f"{SLUG}-natural", draw, defines="binary_cross_entropy_grad"),
    Binding(f"{SLUG}-clamped", edges, defines="binary_cross_entropy"),
    Binding(f"{SLUG}-clamped-grad", edges, defines="binary_cross_entropy_grad"),
    Binding(f"{SLUG}-bound", unweighted),
    Binding(f"{SLUG}-entropy", soft, defines="binary_cross_entropy"),
    Binding(f"{SLUG}-floor", doubled, defines="binary_cross_entropy"),
    Binding(f"{SLUG}-noise", noisy),
]

SOURCE = [
    SourceFormula(
        "07",
        "BCELoss(x,y)=y∗log(x)+(1−y)∗log(1−x)",
        r"\ell_n = y_n \cdot \log(x_n) + (1 - y_n) \cdot \log(1 - x_n)",
        f"{SLUG}-def", holds=False,
        reason="음의 부호가 빠져, 줄이면 확률이 정답에서 멀어진다",
    ),
    SourceFormula(
        "07",
        "BCELoss(x,y)=y∗log(x)+(1−y)∗log(1−x)",
        r"\ell_n = -y_n \cdot \log(x_n) + (1 - y_n) \cdot \log(1 - x_n)",
        f"{SLUG}-def", holds=False,
        reason="첫 항의 부호만 바꾸면 목표가 0인 항은 여전히 틀린다",
    ),
]  # fmt: skip
