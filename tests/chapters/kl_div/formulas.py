"""What the formulas of the chapter on the Kullback-Leibler divergence mean."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import torch

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula

Random = np.random.Generator
ROWS, CLASSES = 3, 4
RANGES = {"n": ROWS, "c": CLASSES, "i": CLASSES, "j": CLASSES}


def divergence(p: np.ndarray, q: np.ndarray) -> Any:
    """D(P‖Q) of every row, by lossbook."""
    return lossbook.kl_div(np.log(q), p, "none").sum(axis=-1)


def distributions(rng: Random, shape: tuple[int, ...]) -> np.ndarray:
    return rng.dirichlet(np.ones(CLASSES), shape)


def single(rng: Random, k: int) -> Draw:
    """One pair of distributions: equal, near each other, far apart, and any."""
    p, q = distributions(rng, (2,))
    if k == 0:
        q = p.copy()
    if k == 1:
        p = np.array([0.26, 0.24, 0.26, 0.24])
        q = np.array([0.24, 0.26, 0.24, 0.26])
    if k == 2:  # far apart: the sum of the differences exceeds one
        p = np.array([7, 7, 1, 1]) / 16
        q = p[::-1].copy()
    return Draw(
        {"P": p, "Q": q, "C": CLASSES, r"D_{\mathrm{KL}}": divergence},
        {"c": CLASSES},
    )


def with_zeros(rng: Random) -> tuple[np.ndarray, np.ndarray]:
    x = np.log(distributions(rng, (ROWS,)))
    p = distributions(rng, (ROWS,))
    p[0] = np.eye(CLASSES)[2]
    return x, p


def elements(rng: Random, k: int) -> Draw:
    x, p = with_zeros(rng)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        mean = lossbook.kl_div(x, p)
    return Draw(
        {
            "x": x, "P": p, "N": ROWS, "C": CLASSES,
            r"\ell": lossbook.kl_div(x, p, "none"),
            "L": lossbook.kl_div(x, p, "batchmean"),
            r"L_{\mathrm{mean}}": mean,
            r"\frac{\partial \ell}{\partial x}": lossbook.kl_div_grad(x, p, "none"),
        },
        RANGES,
    )  # fmt: skip


def logarithmic(rng: Random, k: int) -> Draw:
    x, t = np.log(distributions(rng, (2,)))
    return Draw({"x": x, "t": t, r"\ell": lossbook.kl_div(x, t, "none", True)}, {"c": CLASSES})


def vector(rng: Random, k: int) -> Draw:
    """One sample; the target of the first draw is one-hot."""
    x, p = np.log(distributions(rng, ())), distributions(rng, ())
    if k == 0:
        p = np.eye(CLASSES)[2]
    return Draw({"x": x, "P": p, r"\ell": lossbook.kl_div(x, p, "none")}, {"c": CLASSES})


def by_target(rng: Random, k: int) -> Draw:
    x, p = np.log(distributions(rng, (ROWS,))), distributions(rng, (ROWS,))
    target = torch.tensor(p, requires_grad=True)
    loss = torch.nn.functional.kl_div(torch.tensor(x), target, reduction="sum")
    slope = torch.autograd.grad(loss, target)[0].numpy()
    return Draw({"x": x, "P": p, r"\frac{\partial \ell}{\partial P}": slope}, RANGES)


def soften(z: np.ndarray) -> np.ndarray:
    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)


def students(rng: Random, T: float) -> Draw:
    z, v = rng.normal(0, 2, (2, ROWS, CLASSES))
    q, p = soften(z / T), soften(v / T)
    slope = lossbook.kl_div_grad(np.log(q), p, "sum")
    labels = np.array([1, 3, 0])
    alpha, plain = 0.3, soften(z)
    hard = lossbook.cross_entropy(z, labels, reduction="none")
    soft = divergence(p, q)
    variable = torch.tensor(z, requires_grad=True)
    log_q = (variable / T).log_softmax(dim=1)
    reverse = torch.nn.functional.kl_div(torch.tensor(np.log(p)), log_q, reduction="sum",
                                         log_target=True)  # fmt: skip
    back = torch.autograd.grad(reverse, variable)[0].numpy()
    return Draw(
        {
            "z": z, "T": T, "C": CLASSES, "Q": q, "P": p, "q": plain, "y": labels + 1,
            r"\alpha": alpha, "D": (p * np.log(p / q)).sum(1), "R": (q * np.log(q / p)).sum(1),
            r"\ell": (1 - alpha) * hard + alpha * T * T * soft,
            r"\frac{\partial D}{\partial z}": (slope - q * slope.sum(1, keepdims=True)) / T,
            r"\frac{\partial R}{\partial z}": back,
        },
        RANGES,
    )  # fmt: skip


def at_one(rng: Random, k: int) -> Draw:
    return students(rng, 1.0)


def at_heat(rng: Random, k: int) -> Draw:
    return students(rng, (1.0, 2.5, 4.0, 10.0)[k])


def gauss(rng: Random, k: int) -> Draw:
    mu, sigma = rng.normal(0, 2), rng.uniform(0.3, 3)
    normal = torch.distributions.Normal
    here, there = (
        normal(*(torch.tensor(value, dtype=torch.float64) for value in pair))
        for pair in ((mu, sigma), (0.0, 1.0))
    )
    exact = torch.distributions.kl_divergence(here, there)
    return Draw({r"\mu": mu, r"\sigma": sigma, "D": exact.item()})


BINDINGS = [
    Binding("kl-div-def", single, defines="kl_div"),
    Binding("kl-div-term", vector, defines="kl_div"),
    Binding("kl-div-term-log", logarithmic, defines="kl_div"),
    Binding("kl-div-batchmean", elements, defines="kl_div"),
    Binding("kl-div-mean", elements, defines="kl_div"),
    Binding("kl-div-entropy", single),
    Binding("kl-div-pinsker", single),
    Binding("kl-div-grad", elements, defines="kl_div_grad"),
    Binding("kl-div-grad-logits", at_one, defines="kl_div_grad"),
    Binding("kl-div-grad-target", by_target),
    Binding("kl-div-grad-reverse", at_one),
    Binding("kl-div-soften", at_heat),
    Binding("kl-div-grad-soften", at_heat, defines="kl_div_grad"),
    Binding("kl-div-distill", at_heat, defines="kl_div"),
    Binding("kl-div-gauss", gauss),
]

QUOTE = "DKL(P∣∣Q)=∑iP(i)logQ(i)P(i)"
SOURCE = [
    SourceFormula(
        "06", QUOTE, r"D_{\mathrm{KL}}(P \| Q) = \sum_{c=1}^{C} P_c \log \frac{P_c}{Q_c}",
        "kl-div-def", holds=True,
        reason="눕혀진 분수를 P(i)/Q(i)로 되살리면 맞다",
    ),
    SourceFormula(
        "06", QUOTE, r"D_{\mathrm{KL}}(P \| Q) = \sum_{c=1}^{C} P_c \log \left( Q_c P_c \right)",
        "kl-div-def", holds=False,
        reason="글자 그대로 읽으면 로그 안이 곱이다",
    ),
    SourceFormula(
        "06", QUOTE, r"D_{\mathrm{KL}}(P \| Q) = \sum_{c=1}^{C} P_c \log \frac{Q_c}{P_c}",
        "kl-div-def", holds=False,
        reason="적힌 차례대로 분수로 읽으면 위아래가 뒤집혀 부호가 반대다",
    ),
]  # fmt: skip
