"""What the formulas of the chapter '08. Binary Cross-entropy loss, on logits' mean."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula

SLUG = "binary-cross-entropy-with-logits"


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def draw(rng: np.random.Generator, k: int) -> Draw:
    """One sample an entry: logits of both signs, zero and large ones; hard and soft targets."""
    x = np.concatenate([rng.normal(0, 3, 4), [0.0, -12.0, 9.0]])
    y = np.concatenate([[0.0, 1.0], rng.uniform(size=3), [1.0, 0.0]])
    return Draw(
        {
            "x": x, "y": y, r"\sigma": sigmoid,
            r"\ell": lossbook.binary_cross_entropy_with_logits(x, y, reduction="none"),
            r"\frac{\partial \ell}{\partial x}": lossbook.binary_cross_entropy_with_logits_grad(
                x, y, reduction="sum"
            ),
        },
        {"n": x.size},
    )  # fmt: skip


def draw_weighted(rng: np.random.Generator, k: int) -> Draw:
    """N samples with C labels; weights of every element, pos_weight of every label."""
    x = rng.normal(0, 3, (4, 3))
    y = np.where(rng.uniform(size=x.shape) < 0.7, rng.uniform(size=x.shape).round(), 0.3)
    x[0], y[0] = [1000.0, -1000.0, 0.0], [0.0, 1.0, 1.0]
    w, p = rng.uniform(0.5, 3, x.shape), np.array([0.3, 4.0, 1.7]) + 0.1 * k
    options = {"weight": w, "pos_weight": p}
    return Draw(
        {
            "x": x, "y": y, "w": w, "p": p, "N": 4, "C": 3, r"\sigma": sigmoid,
            r"\ell": lossbook.binary_cross_entropy_with_logits(x, y, reduction="none", **options),
            "L": lossbook.binary_cross_entropy_with_logits(x, y, **options),
            r"\frac{\partial \ell}{\partial x}": lossbook.binary_cross_entropy_with_logits_grad(
                x, y, reduction="sum", **options
            ),
            r"\frac{\partial L}{\partial x}": lossbook.binary_cross_entropy_with_logits_grad(
                x, y, **options
            ),
        },
        {"n": 4, "c": 3},
    )  # fmt: skip


def draw_probability(rng: np.random.Generator, k: int) -> Draw:
    draw = draw_weighted(rng, k)
    inside = {"x": np.clip(draw.symbols["x"], -6, 6), "y": draw.symbols["y"]}
    options = {"weight": draw.symbols["w"], "pos_weight": draw.symbols["p"]}
    loss = lossbook.binary_cross_entropy_with_logits(*inside.values(), reduction="none", **options)
    return Draw({**draw.symbols, **inside, r"\ell": loss}, draw.indices)


def best(share: float, pos_weight: float) -> float:
    """The logit with the least mean loss when a share of the parts is positive."""

    def slope(x: float) -> float:
        grad = lossbook.binary_cross_entropy_with_logits_grad
        return float(grad(np.array([x, x]), np.array([1.0, 0.0]), np.array([share, 1 - share]),
                          "sum", pos_weight).sum())  # fmt: skip

    return float(brentq(slope, -40, 40, xtol=1e-13))


CASES = ((0.05, 19.0), (0.3, 0.4), (0.9, 3.0), (0.5, 7.0))


def draw_best(rng: np.random.Generator, k: int) -> Draw:
    share, p = CASES[k]
    threshold = brentq(lambda s: best(s, p), 1e-6, 1 - 1e-6, xtol=1e-13)
    return Draw({"P": share, "p": p, "x^*": best(share, p), "t": threshold})


BINDINGS = [
    Binding(f"{SLUG}-plain", draw, defines="binary_cross_entropy_with_logits"),
    Binding(f"{SLUG}-softplus", draw, defines="binary_cross_entropy_with_logits"),
    Binding(f"{SLUG}-stable", draw, defines="binary_cross_entropy_with_logits"),
    Binding(f"{SLUG}-sigmoid", draw),
    Binding(f"{SLUG}-logit", draw),
    Binding(f"{SLUG}-grad-plain", draw, defines="binary_cross_entropy_with_logits_grad"),
    Binding(f"{SLUG}-def", draw_probability, defines="binary_cross_entropy_with_logits"),
    Binding(f"{SLUG}-pos", draw_weighted, defines="binary_cross_entropy_with_logits"),
    Binding(f"{SLUG}-mean", draw_weighted, defines="binary_cross_entropy_with_logits"),
    Binding(f"{SLUG}-grad", draw_weighted, defines="binary_cross_entropy_with_logits_grad"),
    Binding(f"{SLUG}-mean-grad", draw_weighted, defines="binary_cross_entropy_with_logits_grad"),
    Binding(f"{SLUG}-bound", draw_weighted, defines="binary_cross_entropy_with_logits_grad"),
    Binding(f"{SLUG}-optimum", draw_best),
    Binding(f"{SLUG}-threshold", draw_best),
]  # fmt: skip

SOURCE = [
    SourceFormula(
        "08",
        "BCEWithLogitsLoss(x,y)=y∗log(1+exp(−x))+(1−y)∗log(1+exp(x))",
        r"\ell_n = y_n \cdot \log(1 + \exp(-x_n)) + (1 - y_n) \cdot \log(1 + \exp(x_n))",
        f"{SLUG}-softplus", holds=True,
        reason="수학으로는 부호까지 맞다. 글자대로 계산하면 float32에서 넘친다",
    ),
    SourceFormula(
        "08",
        "x는 예측 로짓, y는 실제 레이블(0 또는 1)",
        r"\ell_n = y_n \log x_n + (1 - y_n) \log(1 - x_n)",
        f"{SLUG}-plain", holds=False,
        reason="07절의 식에 로짓을 넣으면 부호도 공간도 틀린다",
    ),
]  # fmt: skip
