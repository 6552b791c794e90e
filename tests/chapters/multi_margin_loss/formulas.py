"""What the formulas of the chapter '15. Multi-class margin loss' mean."""

from __future__ import annotations

import numpy as np

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula

SLUG = "multi-margin-loss"
POWERS, MARGINS = (1, 2, 2, 1), (1.0, 0.7, 2.5, 1.3)


def hinges(x: np.ndarray, y: np.ndarray, margin: float) -> np.ndarray:
    """max(0, m - x_y + x_i) of each row, at i = y too."""
    return np.maximum(0, margin - np.take_along_axis(x, y[:, np.newaxis], 1) + x)


def draw(rng: np.random.Generator, k: int) -> Draw:
    """Rows with some, all and no active rivals; unequal weights; both powers."""
    p, m = POWERS[k], MARGINS[k]
    x, y = rng.normal(0, 2, (6, 4)), np.array([0, 3, 1, 2, 3, 0])
    x[4], x[1] = [1.0, 0.5, -2.0, 9.0], [1.0, 2.0, 3.0, -1.5]  # none, all active
    w = rng.uniform(0.4, 3, 4)
    options = {"p": p, "margin": m, "weight": w}
    h = hinges(x, y, m)
    return Draw(
        {
            "x": x, "y": y + 1, "w": w, "m": m, "p": p, "N": 6, "C": 4, "h": h,
            "g": w[y][:, np.newaxis] / 4 * p * h ** (p - 1) * (h > 0),
            r"\ell": lossbook.multi_margin_loss(x, y, reduction="none", **options),
            "L": lossbook.multi_margin_loss(x, y, **options),
            r"\frac{\partial \ell}{\partial x}": lossbook.multi_margin_loss_grad(
                x, y, reduction="sum", **options
            ),
            r"\frac{\partial L}{\partial x}": lossbook.multi_margin_loss_grad(x, y, **options),
        },
        {"n": 6, "i": 4, "j": 4},
    )  # fmt: skip


def draw_bounds(rng: np.random.Generator, k: int) -> Draw:
    """One rival active (the lower bound is met), all rivals alike (the upper one), and others."""
    base = draw(rng, k)
    p, m = base.symbols["p"], base.symbols["m"]
    x, y = base.symbols["x"].copy(), base.symbols["y"] - 1
    x[2], x[3] = [-9.0, 1.0, 0.8, -7.0], [0.5, 0.5, 0.25, 0.5]
    rivals = np.where(np.arange(4) == y[:, np.newaxis], -1, hinges(x, y, m))
    loss = lossbook.multi_margin_loss(x, y, p=p, margin=m, reduction="none")
    return Draw({**base.symbols, "x": x, r"\ell": loss, "h": hinges(x, y, m),
                 "H": rivals.max(axis=1)}, base.indices)  # fmt: skip


def draw_equal(rng: np.random.Generator, k: int) -> Draw:
    p, m, classes = POWERS[k], MARGINS[k], (3, 4, 7, 2)[k]
    x = np.repeat(rng.normal(size=(5, 1)), classes, axis=1)
    y = rng.integers(0, classes, 5)
    loss = lossbook.multi_margin_loss(x, y, p=p, margin=m)
    return Draw({"C": classes, "m": m, "p": p, "L": loss})


def draw_two(rng: np.random.Generator, k: int) -> Draw:
    """Two classes: the score difference f and the sign t of the right one."""
    p, m = POWERS[k], MARGINS[k]
    x, y = rng.normal(0, 2, (6, 2)), np.array([0, 1, 1, 0, 0, 1])
    x[0], x[1] = [5.0, 0.5], [2.0, -0.5]
    loss = lossbook.multi_margin_loss(x, y, p=p, margin=m, reduction="none")
    return Draw({"f": x[:, 1] - x[:, 0], "t": 2 * y - 1, "m": m, "p": p, r"\ell": loss}, {"n": 6})


def draw_softmax(rng: np.random.Generator, k: int) -> Draw:
    x, y = rng.normal(0, 2, (6, 4)), np.array([0, 3, 1, 2, 3, 0])
    s = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
    loss = lossbook.multi_margin_loss(s, y, reduction="none")
    return Draw({"s": s, "y": y + 1, r"\ell": loss}, {"n": 6})


BINDINGS = [
    Binding(f"{SLUG}-hinge", draw),
    Binding(f"{SLUG}-def", draw, defines="multi_margin_loss"),
    Binding(f"{SLUG}-mean", draw, defines="multi_margin_loss"),
    Binding(f"{SLUG}-pull", draw),
    Binding(f"{SLUG}-grad", draw, defines="multi_margin_loss_grad"),
    Binding(f"{SLUG}-mean-grad", draw, defines="multi_margin_loss_grad"),
    Binding(f"{SLUG}-balance", draw, defines="multi_margin_loss_grad"),
    Binding(f"{SLUG}-worst", draw_bounds),
    Binding(f"{SLUG}-bounds", draw_bounds, defines="multi_margin_loss"),
    Binding(f"{SLUG}-equal", draw_equal, defines="multi_margin_loss"),
    Binding(f"{SLUG}-two", draw_two, defines="multi_margin_loss"),
    Binding(f"{SLUG}-softmax", draw_softmax, defines="multi_margin_loss"),
]  # fmt: skip

SOURCE = [
    SourceFormula(
        "15",
        "MultiMarginLoss(x,y)=∑j\ue020=yi(max(0,1−(xyi−xj)))",
        r"\ell_n = \max(0, 1 - (x_{n,y_n} - x_{n,y_n}))",
        f"{SLUG}-def", holds=False,
        reason="같지 않다는 빗금이 사라져, 글자대로면 정답을 정답과 견주어 언제나 1이다",
    ),
    SourceFormula(
        "15",
        "MultiMarginLoss(x,y)=∑j\ue020=yi(max(0,1−(xyi−xj)))",
        r"\ell_n = \sum_{j \ne y_n} \max(0, 1 - (x_{n,y_n} - x_{n,j}))",
        f"{SLUG}-def", holds=False,
        reason="빗금을 되살려도 1/C, 지수, 마진, 가중치가 없다",
    ),
]  # fmt: skip
