"""What the formulas of the chapter on the negative log likelihood mean."""

from __future__ import annotations

from typing import Any

import numpy as np

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula

Random = np.random.Generator
SLUG = "nll-loss"
SIZE, CLASSES = 6, 4
LABELS = np.array([1, 0, 3, 2, 1, 0])
WEIGHT = np.array([0.5, 2.0, 3.3, 1.2])
IGNORED = 2
RANGES = {"n": SIZE, "m": SIZE, "c": CLASSES, "j": CLASSES}


def log_probabilities(rng: Random) -> np.ndarray:
    return np.log(rng.dirichlet(np.ones(CLASSES), SIZE))


def through_log_softmax(x: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """Gradient for the logits by the Jacobian of log-softmax, one row at a time."""
    jacobian = [np.eye(CLASSES) - np.exp(row)[np.newaxis] for row in x]
    return np.stack([s @ j for s, j in zip(slope, jacobian, strict=True)])


def draw(rng: Random, x: np.ndarray, weight: np.ndarray | None, ignored: int) -> Draw:
    chosen: dict[str, Any] = {"weight": weight, "ignore_index": ignored}
    w = np.ones(CLASSES) if weight is None else weight
    total = lossbook.nll_loss(x, LABELS, reduction="sum")
    slope = lossbook.nll_loss_grad(x, LABELS, reduction="sum", **chosen)
    return Draw(
        {
            "x": x, "p": np.exp(x), "y": LABELS + 1, "N": SIZE, "C": CLASSES,
            "w": w, "g": ignored + 1, "v": np.where(ignored == LABELS, 0.0, w[LABELS]),
            r"\Lambda": np.exp(-total), "s": slope,
            r"\ell": lossbook.nll_loss(x, LABELS, reduction="none", **chosen),
            "L": lossbook.nll_loss(x, LABELS, **chosen),
            r"\frac{\partial \ell}{\partial x}": slope,
            r"\frac{\partial L}{\partial x}": lossbook.nll_loss_grad(x, LABELS, **chosen),
            r"\frac{\partial \ell}{\partial z}": through_log_softmax(x, slope),
        },
        RANGES,
    )  # fmt: skip


def plain(rng: Random, k: int) -> Draw:
    return draw(rng, log_probabilities(rng), None, -100)


def options(rng: Random, k: int) -> Draw:
    return draw(rng, log_probabilities(rng), WEIGHT, IGNORED)


def weighted(rng: Random, k: int) -> Draw:
    """Nothing ignored; in the last draw all right answers have the same log-probability."""
    x = log_probabilities(rng)
    if k == 3:
        x[np.arange(SIZE), LABELS] = -1.5
    return draw(rng, x, WEIGHT, -100)


def counts(rng: Random, k: int) -> Draw:
    """A model that says the same for all objects."""
    p = rng.dirichlet(np.ones(CLASSES))
    x = np.tile(np.log(p), (SIZE, 1))
    frequency = np.bincount(LABELS, minlength=CLASSES) / SIZE
    symbols = {"p": p, "f": frequency, "C": CLASSES, "L": lossbook.nll_loss(x, LABELS)}
    return Draw(symbols, RANGES)


BINDINGS = [
    Binding(f"{SLUG}-likelihood", plain),
    Binding(f"{SLUG}-log", plain),
    Binding(f"{SLUG}-plain", plain, defines="nll_loss"),
    Binding(f"{SLUG}-plain-mean", plain, defines="nll_loss"),
    Binding(f"{SLUG}-geometric", plain),
    Binding(f"{SLUG}-counts", counts, defines="nll_loss"),
    Binding(f"{SLUG}-def", options, defines="nll_loss"),
    Binding(f"{SLUG}-share", options),
    Binding(f"{SLUG}-mean", options, defines="nll_loss"),
    Binding(f"{SLUG}-bound", weighted),
    Binding(f"{SLUG}-grad", options, defines="nll_loss_grad"),
    Binding(f"{SLUG}-mean-grad", options, defines="nll_loss_grad"),
    Binding(f"{SLUG}-chain", options),
    Binding(f"{SLUG}-logit-grad", plain),
]

SOURCE = [
    SourceFormula(
        "03", "NLLLoss(x,class)=−x[class]", r"\ell_n = -x_{n,y_n}", f"{SLUG}-plain",
        holds=True, reason="가중치가 없고 x가 로그 확률이면 옳다",
    ),
    SourceFormula(
        "03", "NLL Loss는 모델의 예측 확률 분포가", r"\ell_n = -p_{n,y_n}", f"{SLUG}-plain",
        holds=False, reason="확률을 그대로 넣으면 -log p가 아니라 -p",
    ),
]  # fmt: skip
