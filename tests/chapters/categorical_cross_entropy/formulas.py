"""What the formulas of the chapter on categorical cross entropy mean."""

from __future__ import annotations

from typing import Any

import numpy as np

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula

Random = np.random.Generator
SIZE, CLASSES = 5, 3
LABELS = np.array([0, 1, 2, 1, 0])
ONE_HOT = np.eye(CLASSES)[LABELS]
RANGES = {"n": SIZE, "c": CLASSES, "i": CLASSES, "j": CLASSES}
OPTIONS = ((0.0, 0.15), (0.4, 0.2), (0.7, 0.1), (0.3, 0.125))
"""Smoothing and the place of the clip of each draw; the clip is wide so that much is clipped."""


def probabilities(rng: Random, k: int) -> np.ndarray[Any, Any]:
    """Rows that do not sum to one: clipped below and above, in neither way, at the very edge."""
    _, eta = OPTIONS[k]
    p = rng.uniform(0.5, 2, (SIZE, CLASSES))
    p[0] = [0.02, 3.1, 0.05]
    p[1] = 2 * np.array([eta, 0.5, 0.5 - eta])
    p[2] = np.array([eta / 2, eta / 2, 1 - eta])
    return p


def draw(rng: Random, k: int) -> Draw:
    """Every option; the targets do not sum to one, as Keras allows."""
    epsilon, eta = OPTIONS[k]
    p = probabilities(rng, k)
    y = rng.uniform(0, 1, (SIZE, CLASSES)) if k % 2 else ONE_HOT
    chosen: dict[str, Any] = {"label_smoothing": epsilon, "eps": eta}
    q = p / p.sum(axis=1, keepdims=True)
    smooth = y * (1 - epsilon) + epsilon / CLASSES
    inside = (q >= eta) & (q <= 1 - eta)
    return Draw(
        {
            "p": p, "q": q, "y": y, "S": p.sum(axis=1), r"\varepsilon": epsilon, r"\eta": eta,
            r"\tilde y": smooth, "t": np.where(inside, smooth, 0.0),
            r"\hat q": np.minimum(np.maximum(q, eta), 1 - eta), "C": CLASSES, "N": SIZE,
            r"\ell": lossbook.categorical_cross_entropy(p, y, reduction="none", **chosen),
            "L": lossbook.categorical_cross_entropy(p, y, **chosen),
            r"\frac{\partial \ell}{\partial p}": lossbook.categorical_cross_entropy_grad(
                p, y, reduction="sum", **chosen
            ),
            r"\frac{\partial L}{\partial p}": lossbook.categorical_cross_entropy_grad(p, y, **chosen),
        },
        RANGES,
    )  # fmt: skip


def one_hot(rng: Random, k: int) -> Draw:
    """One-hot targets without options: the formula of the source document."""
    p = rng.dirichlet(np.ones(CLASSES), SIZE)
    return Draw(
        {
            "p": p, "q": p, "y": ONE_HOT, "C": CLASSES,
            r"\ell": lossbook.categorical_cross_entropy(p, ONE_HOT, reduction="none", eps=0.0),
        },
        RANGES,
    )  # fmt: skip


def logits(rng: Random, k: int) -> Draw:
    """Gradient at logits, by differences of the loss of the softmax of the logits."""
    epsilon = OPTIONS[k][0]
    x = rng.normal(size=(SIZE, CLASSES))
    y = rng.uniform(0, 1, (SIZE, CLASSES)) if k % 2 else ONE_HOT

    def terms(x: np.ndarray[Any, Any]) -> Any:
        powers = np.exp(x)
        return lossbook.categorical_cross_entropy(
            powers, y, reduction="none", label_smoothing=epsilon
        )

    step = 1e-6
    slopes = [(terms(x + step * e) - terms(x - step * e)) / (2 * step) for e in np.eye(CLASSES)]
    powers = np.exp(x)
    return Draw(
        {
            "x": x, "q": powers / powers.sum(axis=1, keepdims=True), "y": y, "C": CLASSES,
            r"\tilde y": y * (1 - epsilon) + epsilon / CLASSES,
            r"\frac{\partial \ell}{\partial x}": np.stack(slopes, axis=1),
        },
        RANGES,
    )  # fmt: skip


def ceiling(rng: Random, k: int) -> Draw:
    """One-hot targets; the first hand was given nothing, the second everything."""
    eta = OPTIONS[k][1]
    p = rng.dirichlet(np.ones(CLASSES), SIZE)
    p[0], p[1] = [0, 0.4, 0.6], [0, 1, 0]
    return Draw(
        {
            r"\ell": lossbook.categorical_cross_entropy(p, ONE_HOT, reduction="none", eps=eta),
            r"\eta": eta,
        },
        RANGES,
    )  # fmt: skip


SLUG = "categorical-cross-entropy"
BINDINGS = [
    Binding(f"{SLUG}-plain", one_hot, defines="categorical_cross_entropy"),
    Binding(f"{SLUG}-share", draw),
    Binding(f"{SLUG}-clip", draw),
    Binding(f"{SLUG}-target", draw),
    Binding(f"{SLUG}-def", draw, defines="categorical_cross_entropy"),
    Binding(f"{SLUG}-mean", draw, defines="categorical_cross_entropy"),
    Binding(f"{SLUG}-range", ceiling),
    Binding(f"{SLUG}-alive", draw),
    Binding(f"{SLUG}-grad", draw, defines="categorical_cross_entropy_grad"),
    Binding(f"{SLUG}-mean-grad", draw, defines="categorical_cross_entropy_grad"),
    Binding(f"{SLUG}-scale", draw, defines="categorical_cross_entropy_grad"),
    Binding(f"{SLUG}-logit-grad", logits),
]

SOURCE = [
    SourceFormula(
        "18", "CategoricalCrossEntropy(y,y^)=−∑iyi∗log(yi^)",
        r"\ell_n = -\sum_{i=1}^{C} y_{n,i} \log p_{n,i}", f"{SLUG}-plain", holds=True,
        reason="i가 아래 첨자이고 모자가 y 위에 있었다고 되살리면 맞다",
    ),
    SourceFormula(
        "18", "CategoricalCrossEntropy(y,y^)=−∑iyi∗log(yi^)",
        r"\ell_n = -\sum_{i=1}^{C} y_{n,i} \log q_{n,i}", f"{SLUG}-def", holds=False,
        reason="자르기와 스무딩이 있으면 원문의 식은 Keras의 값이 아니다",
    ),
]  # fmt: skip
