"""What the formulas of the chapter on the mean squared log error mean."""

from __future__ import annotations

import numpy as np
import torch
from scipy.optimize import brentq

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula
from lossbook.plots import msle_fits


def pairs(rng: np.random.Generator, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Counts with zeros, forecasts below, at and far above them, and values near -1."""
    y = np.concatenate([rng.poisson(3, 3), [0.0, 7.0, 2.0, -0.6]]).astype(float)
    x = np.concatenate([rng.uniform(0.2, 9, 3), [-0.7, 90.0 + 40 * k, 2.0, 0.1 * k]])
    return x, y


def curvature(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The second derivative, by torch."""
    at = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    total = ((torch.log1p(at) - torch.log1p(torch.tensor(y, dtype=torch.float64))) ** 2).sum()
    (slope,) = torch.autograd.grad(total, at, create_graph=True)
    return torch.autograd.grad(slope.sum(), at)[0].numpy()


def bottom(y: np.ndarray) -> float:
    """Where the sum of the gradients over one constant is zero."""

    def pull(c: float) -> float:
        return float(np.sum(lossbook.msle_grad(np.full_like(y, c), y, reduction="sum")))

    return float(brentq(pull, y.min(), y.max(), xtol=1e-15, rtol=1e-14))


def draw(rng: np.random.Generator, k: int) -> Draw:
    x, y = pairs(rng, k)
    w = rng.uniform(0.3, 3, x.size)
    return Draw(
        {
            "x": x, "y": y, "w": w, "N": x.size,
            r"\ell": lossbook.msle(x, y, reduction="none"),
            "L": lossbook.msle(x, y),
            "L_w": lossbook.msle(x, y, weight=w),
            "R": lossbook.rmse(np.log1p(x), np.log1p(y)),
            "k": curvature(x, y),
            "c": bottom(y),
            "S": msle_fits.smearing(x, y),
            r"\frac{\partial \ell}{\partial x}": lossbook.msle_grad(x, y, reduction="sum"),
            r"\frac{\partial L}{\partial x}": lossbook.msle_grad(x, y),
        },
        {"n": x.size},
    )  # fmt: skip


BINDINGS = [
    Binding("msle-def", draw, defines="msle"),
    Binding("msle-ratio", draw, defines="msle", survivors={
        r"(\ln \frac{1 + y_n}{1 + x_n})^2": "뒤집은 비의 로그는 부호만 바뀌고 제곱하면 같다",
    }),
    Binding("msle-mean", draw, defines="msle"),
    Binding("msle-weighted", draw, defines="msle"),
    Binding("msle-rmsle", draw),
    Binding("msle-grad", draw, defines="msle_grad"),
    Binding("msle-mean-grad", draw, defines="msle_grad"),
    Binding("msle-curvature", draw),
    Binding("msle-minimiser", draw),
    Binding("msle-smearing", draw),
]  # fmt: skip

QUOTE = "MSLE=n1∑i=1n(log(1+yi)−log(1+yi^))2"
SOURCE = [
    SourceFormula(
        "A02", QUOTE,
        r"L = \frac{1}{N} \sum_{n=1}^{N} \left( \log(1 + y_n) - \log(1 + x_n) \right)^2",
        "msle-mean", holds=True,
        reason="분수와 제곱은 사라졌지만 되살린 식은 맞다",
    ),
    SourceFormula(
        "A02", QUOTE,
        r"L = N \sum_{n=1}^{N} \left( \log(1 + y_n) - \log(1 + x_n) \right) \cdot 2",
        "msle-mean", holds=False,
        reason="글자 그대로 읽으면 N을 곱하고 제곱 대신 2를 곱한다",
    ),
    SourceFormula(
        "A02", "MSLE는 예측값과 실제값의 로그를 취한 후 그 차이를 제곱하여 평균을 낸 값이다",
        r"L = \frac{1}{N} \sum_{n=1}^{N} \left( \log y_n - \log x_n \right)^2",
        "msle-mean", holds=False,
        reason="1을 더하지 않으면 다른 값이고, y = 0에서 무한대다",
    ),
]  # fmt: skip
