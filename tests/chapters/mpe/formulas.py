"""What the formulas of the chapter '04. MPE(Mean Percentage Error)' mean."""

from __future__ import annotations

import numpy as np

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula


def draw(rng: np.random.Generator, k: int) -> Draw:
    """Actual values of both signs, tiny and huge; forecasts of 0 and of the wrong sign."""
    y = np.concatenate([rng.uniform(1, 9, 4), -rng.uniform(1, 9, k), [0.05, 300.0]])
    x = y * rng.uniform(-0.5, 3, y.size)
    x[1] = 0.0
    w, eta = rng.uniform(0.3, 3, y.size), (0.7, 2.0, 0.01, 30.0)[k]
    g = lossbook.mpe_grad(x, y)
    return Draw(
        {
            "x": x, "y": y, "w": w, "N": y.size, r"\eta": eta, "g": g,
            r"\ell": lossbook.mpe(x, y, reduction="none"),
            "r": lossbook.mpe(x, y, percent=False, reduction="none"),
            "L": lossbook.mpe(x, y),
            "L_w": lossbook.mpe(x, y, weight=w),
            "L_+": lossbook.mpe(x - eta * g, y),
            r"\frac{\partial \ell}{\partial x}": lossbook.mpe_grad(x, y, reduction="sum"),
            r"\frac{\partial L_w}{\partial x}": lossbook.mpe_grad(x, y, weight=w),
            r"\frac{\partial L}{\partial x}": g,
        },
        {"n": y.size, "m": y.size},
    )  # fmt: skip


def positive(rng: np.random.Generator, k: int) -> Draw:
    """Positive actual values; all forecasts too high, all too low, or mixed."""
    y = rng.uniform(1, 9, 5 + k)
    low, high = ((1.1, 3.0), (0.0, 0.9), (0.2, 2.5), (0.0, 4.0))[k]
    x = y * rng.uniform(low, high, y.size)
    terms = lossbook.mpe(x, y, percent=False, reduction="none")
    unit = lossbook.mpe(np.ones_like(y), y)
    return Draw(
        {
            "x": x, "y": y, "N": y.size,
            "L": lossbook.mpe(x, y, percent=False),
            "A": lossbook.mape(x, y, percent=False),
            "U": np.maximum(terms, 0).mean(), "O": np.maximum(-terms, 0).mean(),
            "h": 100 / (100 - unit),
            "T": lossbook.mpe(x, y, weight=y),
        },
        {"n": y.size},
    )  # fmt: skip


BINDINGS = [
    Binding("mpe-def", draw, defines="mpe"),
    Binding("mpe-fraction", draw, defines="mpe"),
    Binding("mpe-mean", draw, defines="mpe"),
    Binding("mpe-weighted", draw, defines="mpe"),
    Binding("mpe-ratio", draw, defines="mpe"),
    Binding("mpe-grad", draw, defines="mpe_grad"),
    Binding("mpe-mean-grad", draw, defines="mpe_grad"),
    Binding("mpe-weighted-grad", draw, defines="mpe_grad"),
    Binding("mpe-step", draw, defines="mpe"),
    Binding("mpe-parts", positive),
    Binding("mpe-bound", positive),
    Binding("mpe-harmonic", positive),
    Binding("mpe-total", positive, defines="mpe"),
]

QUOTE = "MPE=n100∑i=1nyiyi−yi^"
SOURCE = [
    SourceFormula(
        "A04", QUOTE,
        r"L = \frac{100}{N} \sum_{n=1}^{N} \frac{y_n - x_n}{y_n}",
        "mpe-mean", holds=True, reason="분수를 되살린 식은 맞다",
    ),
    SourceFormula(
        "A04", QUOTE,
        r"L = N \cdot 100 \sum_{n=1}^{N} y_n y_n - x_n",
        "mpe-mean", holds=False, reason="글자 그대로 읽으면 나누기 둘이 모두 사라진다",
    ),
    SourceFormula(
        "A04", "MPE는 예측값과 실제값의 차이를 실제값으로 나눈 후, 이를 평균한 값이다",
        r"L = \frac{100}{N} \sum_{n=1}^{N} \frac{x_n - y_n}{y_n}",
        "mpe-mean", holds=False, reason="글의 순서(예측값, 실제값)대로 빼면 식과 부호가 반대이다",
    ),
]  # fmt: skip
