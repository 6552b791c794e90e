"""What the formulas of the chapter on the mean absolute percentage error mean."""

from __future__ import annotations

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import norm

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula


def draw(rng: np.random.Generator, k: int) -> Draw:
    """Targets of both signs from tiny to large, forecasts on both sides, one of them perfect."""
    y = np.concatenate([rng.normal(0, 3, 4), [7.0, 0.01, -250.0]])
    x = y * np.concatenate([rng.normal(1, 2, 4), [1.0, 3.0, 0.2]])
    w = rng.uniform(0.3, 3, y.size)
    size = np.abs(y)
    return Draw(
        {
            "x": x, "y": y, "w": w, "v": 1 / size, "N": y.size,
            r"\ell": lossbook.mape(x, y, reduction="none"),
            "L": lossbook.mape(x, y),
            "L_w": lossbook.mape(x, y, weight=w),
            "W": lossbook.mape(x, y, weight=size),
            "S": 100 * np.abs(x - y) / np.mean([size, np.abs(x)], axis=0),
            r"\frac{\partial \ell}{\partial x}": lossbook.mape_grad(x, y, reduction="sum"),
            r"\frac{\partial L}{\partial x}": lossbook.mape_grad(x, y),
        },
        {"n": y.size},
    )  # fmt: skip


def lognormal(rng: np.random.Generator, k: int) -> Draw:
    """The point that halves ∫ f(y)/y dy, by quadrature over t = ln y."""
    mu, sigma = (0.3, -1.2, 2.0, 0.7)[k], (0.5, 1.1, 0.8, 1.4)[k]

    def weighted(t: float) -> float:
        return float(np.exp(-t) * norm.pdf(t, mu, sigma))

    def part(low: float, high: float) -> float:
        return float(quad(weighted, low, high, epsabs=0, epsrel=1e-12, limit=200)[0])

    low, high = mu - 14 * sigma, mu + 10 * sigma
    middle = brentq(lambda t: part(low, t) - part(t, high), low, high, xtol=1e-13)
    return Draw({r"\mu": mu, r"\sigma": sigma, "c": float(np.exp(middle))})


BINDINGS = [
    Binding("mape-def", draw, defines="mape"),
    Binding("mape-mean", draw, defines="mape"),
    Binding("mape-weighted", draw, defines="mape"),
    Binding("mape-grad", draw, defines="mape_grad"),
    Binding("mape-mean-grad", draw, defines="mape_grad"),
    Binding("mape-l1", draw, defines="mape"),
    Binding("mape-wmape", draw, defines="mape"),
    Binding("mape-smape", draw),
    Binding("mape-lognormal", lognormal),
]

QUOTE = "MAPE=n100∑i=1n∣∣∣∣yiyi−yi^∣∣∣∣"

SOURCE = [
    SourceFormula(
        "A03", QUOTE,
        r"L = \frac{100}{N} \sum_{n=1}^{N} \left| \frac{y_n - x_n}{y_n} \right|",
        "mape-mean", holds=True,
        reason="분수의 가로줄은 사라졌지만 되살린 식은 맞다",
    ),
    SourceFormula(
        "A03", QUOTE,
        r"L = N \cdot 100 \sum_{n=1}^{N} | y_n y_n - x_n |",
        "mape-mean", holds=False,
        reason="글자 그대로 읽으면 분수가 모두 곱이 된다",
    ),
    SourceFormula(
        "A03",
        "예측값과 실제값의 차이를 실제값으로 나눈 후, 이를 절대값으로 변환하여 평균을 낸 값이다",
        r"L = \frac{1}{N} \sum_{n=1}^{N} \left| \frac{y_n - x_n}{y_n} \right|",
        "mape-mean", holds=False,
        reason="글은 비율이고 식은 퍼센트이다",
    ),
]  # fmt: skip
