"""What the formulas of the chapter on the Smooth L1 loss mean."""

from __future__ import annotations

import numpy as np

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula
from lossbook.plots import smooth_l1_boxes as boxes

BETAS = (1.5, 0.7, 2.0, 1 / 9)


def draw(rng: np.random.Generator, k: int) -> Draw:
    """Errors in both branches, of both signs, at the very edge, and zero."""
    beta = BETAS[k]
    e = np.concatenate([rng.normal(0, 2 * beta, 4), [beta, -beta, 0.0, 3.1 * beta, -0.4 * beta]])
    y = rng.normal(size=e.size)
    x = y + e
    e = x - y
    slope = lossbook.smooth_l1_loss_grad(x, y, "sum", beta)
    return Draw(
        {
            "e": e, r"\beta": beta, r"\sigma": beta**-0.5, "N": e.size,
            "m": np.minimum(np.abs(e), beta),
            "s": np.sign(e) * np.maximum(np.abs(e) - beta, 0),
            "L": lossbook.smooth_l1_loss(x, y, beta=beta),
            r"\ell": lossbook.smooth_l1_loss(x, y, "none", beta),
            r"\frac{\partial \ell}{\partial x}": slope,
            r"\frac{\partial L}{\partial x}": lossbook.smooth_l1_loss_grad(x, y, beta=beta),
        },
        {"n": e.size},
    )  # fmt: skip


def draw_boxes(rng: np.random.Generator, k: int) -> Draw:
    """One box and one anchor."""
    box, anchor = rng.uniform(20, 90, 4), rng.uniform(20, 90, 4)
    t = boxes.encode(box, anchor)
    return Draw({
        "u": box[0], "u_a": anchor[0], "w": box[2], "w_a": anchor[2], "t_u": t[0], "t_w": t[2],
    })  # fmt: skip


def draw_box_loss(rng: np.random.Generator, k: int) -> Draw:
    """Seven anchors, some of them background, with four offsets each."""
    x, y = rng.normal(0, 2, (2, 7, 4))
    has_object = np.array([1, 0, 1, 1, 0, 0, 1])
    chosen = has_object == 1
    total = lossbook.smooth_l1_loss(x[chosen], y[chosen], "sum", BETAS[k])
    return Draw(
        {
            r"L_{\mathrm{box}}": total / 7, "b": has_object, "N": 7,
            r"\ell": lossbook.smooth_l1_loss(x, y, "none", BETAS[k]),
        },
        {"n": 7, "j": 4},
    )  # fmt: skip


BINDINGS = [
    Binding("smooth-l1-loss-def", draw, defines="smooth_l1_loss"),
    Binding("smooth-l1-loss-mean", draw, defines="smooth_l1_loss"),
    Binding("smooth-l1-loss-prox", draw),
    Binding("smooth-l1-loss-envelope", draw, defines="smooth_l1_loss"),
    Binding("smooth-l1-loss-grad", draw, defines="smooth_l1_loss_grad"),
    Binding("smooth-l1-loss-pull", draw, defines="smooth_l1_loss_grad"),
    Binding("smooth-l1-loss-mean-grad", draw, defines="smooth_l1_loss_grad"),
    Binding("smooth-l1-loss-gap", draw, defines="smooth_l1_loss"),
    Binding("smooth-l1-loss-shift", draw_boxes),
    Binding("smooth-l1-loss-size", draw_boxes),
    Binding("smooth-l1-loss-sigma", draw, defines="smooth_l1_loss"),
    Binding("smooth-l1-loss-box", draw_box_loss, defines="smooth_l1_loss"),
]  # fmt: skip

QUOTE = "SmoothL1Loss(y,y^)={0.5∗(yi−yi^)2/β∣yi−yi^∣−0.5∗βif ∣yi−yi^∣<βotherwise"
SOURCE = [
    SourceFormula(
        "R03", QUOTE,
        r"\ell_n = \begin{cases} 0.5 \cdot e_n^2 / \beta & |e_n| < \beta \\"
        r" |e_n| - 0.5 \cdot \beta & \text{otherwise} \end{cases}",
        "smooth-l1-loss-def", holds=True,
        reason="braces and line breaks are lost; the restored formula is right",
    ),
    SourceFormula(
        "R03", QUOTE,
        r"\ell_n = 0.5 \cdot e_n \cdot 2 / \beta \cdot |e_n| - 0.5 \cdot \beta",
        "smooth-l1-loss-def", holds=False,
        reason="read literally, the square and the cases are gone",
    ),
    SourceFormula(
        "R03", "예측 오차가 작은 경우에는 제곱 오차를, 큰 경우에는 절대 오차를 계산하여",
        r"\ell_n = \begin{cases} e_n^2 & |e_n| < \beta \\ |e_n| & \text{otherwise} \end{cases}",
        "smooth-l1-loss-def", holds=False,
        reason="joined as they are, the two pieces break at the border",
    ),
]  # fmt: skip
