"""What the formulas of the chapter '14. CosineEmbeddingLoss' mean."""

from __future__ import annotations

import warnings

import numpy as np

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula
from lossbook.losses.cosine_embedding_loss import EPSILON

SLUG = "cosine-embedding-loss"
MARGINS = (0.5, 0.0, -0.4, 0.25)


def pairs(rng: np.random.Generator, tiny: bool) -> np.ndarray:
    """Pairs in three dimensions, of unequal length; two of them so short that ε counts."""
    x = rng.normal(size=(2, 7, 3)) * rng.uniform(0.5, 4, (2, 7, 1))
    x[1, 3:5] = x[0, 3:5] + 0.1 * rng.normal(size=(2, 3))  # active in the branch y = -1
    x[1, 5] = -x[0, 5] + 0.1 * rng.normal(size=3)  # and inactive
    if tiny:
        x[0, 0] *= 1e-6 / np.linalg.norm(x[0, 0])
        x[1, 3] *= 2e-6 / np.linalg.norm(x[1, 3])
    return x


def draw(rng: np.random.Generator, k: int, tiny: bool = True, other: bool = False) -> Draw:
    x, margin = pairs(rng, tiny), MARGINS[k]
    y = np.array([1.0, 1, 1, -1, -1, -1, 1])
    if other:
        y[[1, 4]] = 0.0, 2.0
    ones = np.ones(7)
    squares = np.sum(x**2, axis=-1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        loss, grad = lossbook.cosine_embedding_loss, lossbook.cosine_embedding_loss_grad
        c = 1 - loss(*x, ones, reduction="none")
        symbols = {
            "x": x, "y": y, "m": margin, "N": 7, r"\varepsilon": EPSILON, "c": c, r"\mathbf 0": np.zeros(3),
            r"\theta": np.arccos(c), "A": squares[0] + EPSILON, "B": squares[1] + EPSILON,
            r"\hat x": x / np.sqrt(squares)[..., np.newaxis],
            r"\ell": loss(*x, y, margin, "none"), "L": loss(*x, y, margin),
            r"\frac{\partial c}{\partial x}": -np.stack(grad(*x, ones, reduction="sum")),
            r"\frac{\partial \ell}{\partial x}": np.stack(grad(*x, y, margin, "sum")),
            r"\frac{\partial L}{\partial x}": np.stack(grad(*x, y, margin)),
        }  # fmt: skip
    return Draw(symbols, {"n": 7})


def draw_long(rng: np.random.Generator, k: int) -> Draw:
    return draw(rng, k, tiny=False)


def draw_other(rng: np.random.Generator, k: int) -> Draw:
    return draw(rng, k, other=True)


BINDINGS = [
    Binding(f"{SLUG}-cos", draw, defines="cosine_embedding_loss"),
    Binding(f"{SLUG}-def", draw, defines="cosine_embedding_loss"),
    Binding(f"{SLUG}-where", draw_other, defines="cosine_embedding_loss"),
    Binding(f"{SLUG}-mean", draw, defines="cosine_embedding_loss"),
    Binding(f"{SLUG}-half", draw_long, defines="cosine_embedding_loss"),
    Binding(f"{SLUG}-grad-cos", draw, defines="cosine_embedding_loss_grad"),
    Binding(f"{SLUG}-orthogonal", draw_long, defines="cosine_embedding_loss_grad"),
    Binding(f"{SLUG}-size", draw_long, defines="cosine_embedding_loss_grad"),
    Binding(f"{SLUG}-grad", draw, defines="cosine_embedding_loss_grad", survivors={
        r"\begin{cases}- \frac{\partial c_n}{\partial x_{1,n}}& y_n = 1 \\ "
        r"\frac{\partial c_n}{\partial x_{1,n}}& y_n = - 1, c_n \ge m \\ "
        r"\mathbf 0 & \text{otherwise}\end{cases}": "c = m은 꺾인 점이라 그 기울기는 관습일 뿐이다",
    }),
    Binding(f"{SLUG}-mean-grad", draw, defines="cosine_embedding_loss_grad"),
]  # fmt: skip

QUOTE = "CosineEmbeddingLoss(x,y)={1−cos(x,y)max(0,cos(x,y)−margin)if\u00a0y=1if\u00a0y=−1"
SOURCE = [
    SourceFormula(
        "14", QUOTE,
        r"\ell_n = \begin{cases} 1 - c_n & y_n = 1 \\ \max(0, c_n - m) & y_n = -1 \end{cases}",
        f"{SLUG}-def", holds=True,
        reason="무너진 경우 나누기를 되살리면 두 갈래와 마진이 모두 맞다",
    ),
    SourceFormula(
        "14", QUOTE, r"\ell_n = (1 - c_n) \cdot \max(0, c_n - m)",
        f"{SLUG}-def", holds=False,
        reason="글자 그대로 읽으면 두 갈래가 곱해진다",
    ),
    SourceFormula(
        "14", "y는 실제 유사도(1 또는 -1)",
        r"\ell_n = |y_n - c_n|",
        f"{SLUG}-def", holds=False,
        reason="y를 맞혀야 할 코사인으로 읽으면 다른 쌍의 손실이 1 + c가 된다",
    ),
]  # fmt: skip
