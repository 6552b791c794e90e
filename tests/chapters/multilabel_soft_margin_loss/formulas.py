"""What the formulas of the chapter '13. Multilabel soft margin loss' mean."""

from __future__ import annotations

import warnings

import numpy as np
from scipy.optimize import brentq

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula

SLUG = "multilabel-soft-margin-loss"
N, C = 4, 3


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def bound_to(x: np.ndarray, y: np.ndarray, w: np.ndarray | None) -> Draw:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # targets outside [0, 1] are the point of `draw_any_target`
        loss = {how: lossbook.multilabel_soft_margin_loss(x, y, w, how) for how in ("none", "mean", "sum")}
        each = lossbook.multilabel_soft_margin_loss_grad(x, y, w, "sum")
        mean = lossbook.multilabel_soft_margin_loss_grad(x, y, w)
    return Draw(
        {
            "x": x, "y": y, "N": N, "C": C, r"\sigma": sigmoid,
            "w": np.ones(C) if w is None else w,
            r"\ell": loss["none"], "L": loss["mean"], "S": loss["sum"],
            r"\frac{\partial \ell}{\partial x}": each,
            r"\frac{\partial L}{\partial x}": mean,
        },
        {"n": N, "c": C},
    )  # fmt: skip


def logits_and_targets(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Hard and soft targets, logits of both signs, zero and large ones."""
    x = rng.normal(0, 3, (N, C))
    y = np.where(rng.uniform(size=x.shape) < 0.5, rng.uniform(size=x.shape).round(), 0.3)
    x[0], y[0] = [12.0, -9.0, 0.0], [0.0, 1.0, 1.0]
    return x, y


def draw_plain(rng: np.random.Generator, k: int) -> Draw:
    return bound_to(*logits_and_targets(rng), None)


def draw(rng: np.random.Generator, k: int) -> Draw:
    return bound_to(*logits_and_targets(rng), rng.uniform(0.3, 4, C))


def draw_any_target(rng: np.random.Generator, k: int) -> Draw:
    """Targets that are no targets: -1 and 2, as copied from other losses."""
    x, y = logits_and_targets(rng)
    y[1], y[2] = [-1.0, 2.0, -1.0], [7.0, -1.0, 0.5]
    return bound_to(x, y, rng.uniform(0.3, 4, C))


def draw_saturated(rng: np.random.Generator, k: int) -> Draw:
    x, y = logits_and_targets(rng)
    x[1], y[1] = [1000.0, -1000.0, 1000.0], [0.0, 1.0, 1.0]
    return bound_to(x, y, rng.uniform(0.3, 4, C))


CASES = ((0.05, 3.0), (0.3, 0.4), (0.9, 1.0), (0.62, 7.0))


def draw_best(rng: np.random.Generator, k: int) -> Draw:
    """The logit at which the mean slope of articles is zero, of which a share P has the tag."""
    share, weight = CASES[k]

    def slope(x: float) -> float:
        grad = lossbook.multilabel_soft_margin_loss_grad
        parts = grad([[x], [x]], [[1.0], [0.0]], [weight], "sum")[:, 0]
        return float(parts @ [share, 1 - share])

    return Draw({"P": share, "x^*": brentq(slope, -40, 40, xtol=1e-13)})


BINDINGS = [
    Binding(f"{SLUG}-plain", draw_plain, defines="multilabel_soft_margin_loss"),
    Binding(f"{SLUG}-def", draw, defines="multilabel_soft_margin_loss"),
    Binding(f"{SLUG}-softplus", draw, defines="multilabel_soft_margin_loss"),
    Binding(f"{SLUG}-linear", draw_any_target, defines="multilabel_soft_margin_loss"),
    Binding(f"{SLUG}-mean", draw, defines="multilabel_soft_margin_loss"),
    Binding(f"{SLUG}-sum", draw, defines="multilabel_soft_margin_loss"),
    Binding(f"{SLUG}-grad", draw, defines="multilabel_soft_margin_loss_grad"),
    Binding(f"{SLUG}-mean-grad", draw, defines="multilabel_soft_margin_loss_grad"),
    Binding(f"{SLUG}-bound", draw_saturated, defines="multilabel_soft_margin_loss_grad"),
    Binding(f"{SLUG}-optimum", draw_best),
]

QUOTE = "MultiLabelSoftMarginLoss(x,y)=−n1∑i(yi∗log(xi)+(1−yi)∗log(1−xi))"
SOURCE = [
    SourceFormula(
        "13", QUOTE,
        r"\ell_n = -\frac{1}{C} \sum_{c=1}^{C} (y_{n,c} \cdot \log(x_{n,c})"
        r" + (1 - y_{n,c}) \cdot \log(1 - x_{n,c}))",
        f"{SLUG}-plain", holds=False,
        reason="시그모이드가 없다. 로짓에 그대로 로그를 씌우면 값이 다르거나 정의되지 않는다",
    ),
    SourceFormula(
        "13", QUOTE,
        r"\ell_n = -\frac{1}{C} \sum_{c=1}^{C} (y_{n,c} \cdot \log(\sigma(x_{n,c}))"
        r" + (1 - y_{n,c}) \cdot \log(1 - \sigma(x_{n,c})))",
        f"{SLUG}-plain", holds=True,
        reason="n을 레이블의 수 C로 읽고 x 자리에 σ(x)를 넣으면 부호와 짜임이 맞다",
    ),
]  # fmt: skip
