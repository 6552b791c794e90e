"""What the formulas of the chapter on cross entropy mean."""

from __future__ import annotations

from typing import Any

import numpy as np

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula

Random = np.random.Generator
SIZE, CLASSES = 6, 4
LABELS = np.array([0, 1, 2, 3, 1, 0])
WEIGHT = np.array([0.5, 2.0, 3.3, 1.2])
IGNORED = 2
EPSILON = 0.37
RANGES = {"n": SIZE, "c": CLASSES, "i": CLASSES, "j": CLASSES}


def logits(rng: Random) -> dict[str, Any]:
    x = rng.normal(0, 2, (SIZE, CLASSES))
    p = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
    return {"x": x, "p": p, "y": LABELS + 1, "N": SIZE, "C": CLASSES}


def plain(rng: Random, k: int) -> Draw:
    """Class indices without options."""
    symbols = logits(rng)
    x = symbols["x"]
    return Draw(
        {
            **symbols,
            r"\ell": lossbook.cross_entropy(x, LABELS, reduction="none"),
            "L": lossbook.cross_entropy(x, LABELS),
            r"\frac{\partial \ell}{\partial x}": lossbook.cross_entropy_grad(
                x, LABELS, reduction="sum"
            ),
            "H": np.array([np.diag(p) - np.outer(p, p) for p in symbols["p"]]),
        },
        RANGES,
    )


def options(rng: Random, k: int) -> Draw:
    """Class indices with weights, an ignored class and smoothing."""
    symbols = logits(rng)
    x = symbols["x"]
    chosen = {"weight": WEIGHT, "ignore_index": IGNORED, "label_smoothing": EPSILON}
    return Draw(
        {
            **symbols,
            "w": WEIGHT, "W": WEIGHT.sum(), r"\varepsilon": EPSILON, "g": IGNORED + 1,
            "v": np.where(LABELS == IGNORED, 0.0, WEIGHT[LABELS]),
            r"\ell": lossbook.cross_entropy(x, LABELS, reduction="none", **chosen),
            "L": lossbook.cross_entropy(x, LABELS, **chosen),
            r"\frac{\partial \ell}{\partial x}": lossbook.cross_entropy_grad(
                x, LABELS, reduction="sum", **chosen
            ),
            r"\frac{\partial L}{\partial x}": lossbook.cross_entropy_grad(x, LABELS, **chosen),
        },
        {**RANGES, "m": SIZE},
    )  # fmt: skip


def probabilities(rng: Random, smoothing: float, weight: np.ndarray | None) -> Draw:
    """Class probabilities as targets; the rows do not sum to one, as torch allows."""
    symbols = logits(rng)
    x = symbols["x"]
    q = rng.uniform(0.1, 1, (SIZE, CLASSES))
    chosen: dict[str, Any] = {"weight": weight, "label_smoothing": smoothing}
    return Draw(
        {
            **symbols,
            "q": q, "w": weight, r"\varepsilon": smoothing,
            r"\tilde q": (1 - smoothing) * q + smoothing / CLASSES,
            r"\ell": lossbook.cross_entropy(x, q, reduction="none", **chosen),
            "L": lossbook.cross_entropy(x, q, **chosen),
            r"\frac{\partial \ell}{\partial x}": lossbook.cross_entropy_grad(
                x, q, reduction="sum", **chosen
            ),
        },
        RANGES,
    )  # fmt: skip


def plain_probabilities(rng: Random, k: int) -> Draw:
    return probabilities(rng, 0.0, None)


def smoothed_probabilities(rng: Random, k: int) -> Draw:
    return probabilities(rng, EPSILON, WEIGHT)


def distribution(rng: Random, k: int) -> Draw:
    """A true distribution P, a model's p, and the optimum under class weights."""
    truth, model = rng.dirichlet(np.ones(CLASSES), 2)
    tilted = WEIGHT * truth
    return Draw(
        {"P": truth, "p": model, "w": WEIGHT, "C": CLASSES, "p^*": tilted / tilted.sum()}, RANGES
    )


def best_gap(rng: Random, k: int) -> Draw:
    """The gap of the logits that minimises the smoothed loss, found by bisection of its slope."""
    epsilon, classes = (0.1, 0.37, 0.6, 0.2)[k], (10, 4, 3, 7)[k]
    low, high = 0.0, 50.0
    for _ in range(200):
        middle = (low + high) / 2
        x = np.zeros((1, classes))
        x[0, 0] = middle
        slope = lossbook.cross_entropy_grad(x, np.array([0]), label_smoothing=epsilon)[0, 0]
        low, high = (low, middle) if slope > 0 else (middle, high)
    return Draw({r"\Delta^*": middle, r"\varepsilon": epsilon, "C": classes})


def floor(rng: Random, k: int) -> Draw:
    """Softmax fed to a loss that applies softmax again: the loss of a perfect prediction."""
    classes = (10, 3, 2, 1000)[k]
    perfect = np.eye(classes)[:1]
    return Draw({r"\ell_{\min}": lossbook.cross_entropy(perfect, np.array([0])), "C": classes})


SLUG = "cross-entropy"
BINDINGS = [
    Binding(f"{SLUG}-softmax", plain),
    Binding(f"{SLUG}-log-softmax", plain),
    Binding(f"{SLUG}-plain", plain, defines="cross_entropy"),
    Binding(f"{SLUG}-logits", plain, defines="cross_entropy"),
    Binding(f"{SLUG}-plain-mean", plain, defines="cross_entropy"),
    Binding(f"{SLUG}-def", options, defines="cross_entropy"),
    Binding(f"{SLUG}-share", options),
    Binding(f"{SLUG}-mean", options, defines="cross_entropy"),
    Binding(f"{SLUG}-prob-plain", plain_probabilities, defines="cross_entropy"),
    Binding(f"{SLUG}-target", smoothed_probabilities),
    Binding(f"{SLUG}-prob-def", smoothed_probabilities, defines="cross_entropy"),
    Binding(f"{SLUG}-prob-mean", smoothed_probabilities, defines="cross_entropy"),
    Binding(f"{SLUG}-grad-plain", plain, defines="cross_entropy_grad"),
    Binding(f"{SLUG}-grad", options, defines="cross_entropy_grad"),
    Binding(f"{SLUG}-grad-prob", smoothed_probabilities, defines="cross_entropy_grad"),
    Binding(f"{SLUG}-grad-mean", options, defines="cross_entropy_grad"),
    Binding(f"{SLUG}-hessian", plain),
    Binding(f"{SLUG}-entropy", distribution),
    Binding(f"{SLUG}-weighted-optimum", distribution),
    Binding(f"{SLUG}-gap", best_gap),
    Binding(f"{SLUG}-floor", floor, defines="cross_entropy"),
]

SOURCE = [
    SourceFormula(
        "01", "CE(p,q)=−∑xp(x)logq(x)", r"\ell_n = -\sum_{c} q_{n,c} \log p_{n,c}",
        f"{SLUG}-prob-plain", holds=True, reason="x가 아래 첨자였다고 되살리면 맞다",
    ),
    SourceFormula(
        "01", "q(x)는 모델이 예측한 확률", r"\ell_n = -\log x_{n,y_n}", f"{SLUG}-plain",
        holds=False, reason="API의 입력은 확률이 아니라 로짓",
    ),
]  # fmt: skip
