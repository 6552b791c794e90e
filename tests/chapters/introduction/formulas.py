"""What the formulas of the introduction mean."""

from __future__ import annotations

import numpy as np

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula


def draw(rng: np.random.Generator, k: int) -> Draw:
    size, classes = 4 + k, 3
    x = rng.normal(0, 2, (size, classes))
    y = np.arange(size) % classes
    right = np.tile(np.arange(classes), (size, 1))
    repeated = np.repeat(x[:, :, None], classes, 2)
    p = np.exp(-lossbook.cross_entropy(repeated, right, reduction="none"))
    return Draw(
        {
            "N": size, "C": classes, "x": x, "p": p, "y": y + 1, r"\hat R": lossbook.cross_entropy(x, y),
            r"\ell": lossbook.cross_entropy(x, y, reduction="none"),
            r"\frac{\partial \ell}{\partial x}": lossbook.cross_entropy_grad(x, y, reduction="sum"),
        },
        {"n": size, "c": classes, "i": classes},
    )  # fmt: skip


BINDINGS = [
    Binding("introduction-softmax", draw),
    Binding("introduction-risk", draw, defines="cross_entropy"),
    Binding("introduction-mean-minus-target", draw, defines="cross_entropy_grad"),
]
SOURCE: list[SourceFormula] = []
