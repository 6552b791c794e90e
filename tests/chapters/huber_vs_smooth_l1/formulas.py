"""What the labelled formulas of 'Huber vs. Smooth L1' claim."""

from __future__ import annotations

from functools import partial

import numpy as np

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula

PREFIX = "huber-vs-smooth-l1-"
BORDERS = (0.7, 2.5, 0.3, 6.0)


def draw(symbols: tuple[str, ...], random: np.random.Generator, number: int) -> Draw:
    """Errors inside, outside and at both borders, in random order, for one border k."""
    k = BORDERS[number]
    share = [random.uniform(0.1, 0.9), -random.uniform(0.1, 0.9), random.uniform(1.2, 4)]
    share += [-random.uniform(1.2, 4), 1, -1, 0]
    target = random.normal(size=len(share))
    answer = target + k * random.permutation(share)
    values = {
        "e": answer - target,
        "k": k,
        "m": np.minimum(np.abs(answer - target), k),
        r"\delta": k,
        r"\beta": k,
        "N": len(share),
        "H": lossbook.huber_loss(answer, target, "none", delta=k),
        "S": lossbook.smooth_l1_loss(answer, target, "none", beta=k),
        "L_H": lossbook.huber_loss(answer, target, delta=k),
        "L_S": lossbook.smooth_l1_loss(answer, target, beta=k),
        r"\frac{\partial H}{\partial x}": lossbook.huber_loss_grad(answer, target, "none", delta=k),
        r"\frac{\partial S}{\partial x}": lossbook.smooth_l1_loss_grad(
            answer, target, "none", beta=k
        ),
    }
    return Draw({name: values[name] for name in symbols}, indices={"n": len(share)})


def bind(name: str, defines: str, *symbols: str) -> Binding:
    """Bind one label; the formula may use these symbols and no others."""
    return Binding(PREFIX + name, partial(draw, symbols), defines)


BINDINGS = [
    bind("huber-def", "huber_loss", "H", "e", r"\delta"),
    bind("smooth-def", "smooth_l1_loss", "S", "e", r"\beta"),
    bind("huber-mean", "huber_loss", "L_H", "H", "N"),
    bind("smooth-mean", "smooth_l1_loss", "L_S", "S", "N"),
    bind("identity", "huber_loss", "H", "S", "k"),
    bind("huber-min", "huber_loss", "H", "e", "m"),
    bind("smooth-min", "smooth_l1_loss", "S", "e", "m", "k"),
    bind("huber-grad", "huber_loss_grad", r"\frac{\partial H}{\partial x}", "e", r"\delta"),
    bind("smooth-grad", "smooth_l1_loss_grad", r"\frac{\partial S}{\partial x}", "e", r"\beta"),
]

SMOOTH = "SmoothL1Loss(y,y^)={0.5∗(yi−yi^)2/β∣yi−yi^∣−0.5∗βif ∣yi−yi^∣<βotherwise"
SOURCE = [
    SourceFormula(
        "R03", SMOOTH,
        r"S_n = \begin{cases} 0.5 \cdot e_n^2 / \beta & |e_n| < \beta \\"
        r" |e_n| - 0.5 \cdot \beta & \text{otherwise} \end{cases}",
        PREFIX + "smooth-def", holds=True,
        reason="braces and line breaks are lost; the restored formula is right",
    ),
    SourceFormula(
        "R03", SMOOTH,
        r"S_n = 0.5 \cdot e_n \cdot 2 / \beta \cdot |e_n| - 0.5 \cdot \beta",
        PREFIX + "smooth-def", holds=False,
        reason="read literally, the square and the cases are gone",
    ),
    SourceFormula(
        "H3", "Smooth L1 loss는 β값과 무관하게 기울기가 1에 가깝다",
        r"\frac{\partial S_n}{\partial x_n} = 1", PREFIX + "smooth-grad", holds=False,
        reason="inside the border the slope is e/β, left of it -1",
    ),
]  # fmt: skip
