"""What the formulas of the chapter on the Huber loss mean."""

from __future__ import annotations

import numpy as np

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula

DELTAS = (1.5, 0.7, 2.0, 1.0)


def errors(rng: np.random.Generator, delta: float) -> np.ndarray:
    """Errors in both branches, of both signs, at the very edge, and zero."""
    return np.concatenate([rng.normal(0, 2 * delta, 4), [delta, -delta, 0.0, 3.1 * delta]])


def draw(rng: np.random.Generator, k: int) -> Draw:
    delta = DELTAS[k]
    e = errors(rng, delta)
    y = rng.normal(size=e.size)
    x, w = y + e, rng.uniform(0.3, 3, e.size)
    e = x - y
    return Draw(
        {
            "e": e, r"\delta": delta, "N": e.size, "w": w,
            "L": lossbook.huber_loss(x, y, delta=delta),
            r"\ell": lossbook.huber_loss(x, y, "none", delta),
            "L_w": lossbook.huber_loss(x, y, delta=delta, weight=w),
            r"\frac{\partial \ell}{\partial x}": lossbook.huber_loss_grad(x, y, "sum", delta),
            r"\frac{\partial L}{\partial x}": lossbook.huber_loss_grad(x, y, delta=delta),
            "P": delta * delta * (np.hypot(1.0, e / delta) - 1),
        },
        {"n": e.size},
    )  # fmt: skip


BINDINGS = [
    Binding("huber-loss-def", draw, defines="huber_loss"),
    Binding("huber-loss-mean", draw, defines="huber_loss"),
    Binding("huber-loss-weighted", draw, defines="huber_loss"),
    Binding("huber-loss-grad", draw, defines="huber_loss_grad"),
    Binding("huber-loss-mean-grad", draw, defines="huber_loss_grad"),
    Binding("huber-loss-pseudo", draw),
]  # fmt: skip

SOURCE = [
    SourceFormula(
        "R04",
        "HuberLoss(y,y^)={0.5∗(yi−yi^)2δ∗(∣yi−yi^∣−0.5∗δ)if\u00a0∣yi−yi^∣≤δotherwise",
        r"\ell_n = \begin{cases} 0.5 \cdot e_n^2 & |e_n| \le \delta \\"
        r" \delta \cdot (|e_n| - 0.5 \cdot \delta) & \text{otherwise} \end{cases}",
        "huber-loss-def", holds=True,
        reason="괄호와 줄바꿈은 사라졌지만 되살린 식은 맞다",
    ),
    SourceFormula(
        "R04",
        "HuberLoss(y,y^)={0.5∗(yi−yi^)2δ∗(∣yi−yi^∣−0.5∗δ)if\u00a0∣yi−yi^∣≤δotherwise",
        r"\ell_n = 0.5 \cdot e_n \cdot 2 \delta \cdot (|e_n| - 0.5 \cdot \delta)",
        "huber-loss-def", holds=False,
        reason="글자 그대로 읽으면 제곱과 경우 나누기가 사라진다",
    ),
    SourceFormula(
        "R04",
        "Huber Loss는 MSE와 MAE를 결합한 손실 함수",
        r"\ell_n = \begin{cases} e_n^2 & |e_n| \le \delta \\ |e_n| & \text{otherwise} \end{cases}",
        "huber-loss-def", holds=False,
        reason="두 손실을 그대로 이어 붙이면 경계에서 값이 끊긴다",
    ),
]  # fmt: skip
