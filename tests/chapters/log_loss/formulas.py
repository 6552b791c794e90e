"""What the formulas of the chapter on the log loss mean."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import entr, rel_entr
from sklearn.metrics import d2_log_loss_score

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula

Random = np.random.Generator
EPS = np.finfo(np.float64).eps
LABELS = np.array([1, 0, 1, 1, 0, 0, 1])
CLASSES = np.array([0, 2, 1, 3, 2])


def divergence(a: Any, b: Any) -> Any:
    """Kullback–Leibler divergence of two Bernoulli distributions."""
    return rel_entr(a, b) + rel_entr(1 - a, 1 - b)


def shannon(rate: float) -> Any:
    return entr(rate) + entr(1 - rate)


def entropy(rate: float) -> Any:
    """The same from lossbook, of both labels weighted by their rate."""
    return lossbook.log_loss([rate, rate], [1, 0], weight=[rate, 1 - rate])


def two(rng: Random, k: int) -> Draw:
    """Probabilities of class 1, far from the clip."""
    p = rng.uniform(0.02, 0.98, LABELS.size)
    y = LABELS
    slope = lossbook.log_loss_grad(p, y, reduction="sum")
    return Draw(
        {
            "p": p, "y": y, "N": y.size,
            r"\ell": lossbook.log_loss(p, y, reduction="none"),
            "L": lossbook.log_loss(p, y),
            r"\frac{\partial \ell}{\partial p}": slope,
            r"\frac{\partial \ell}{\partial z}": slope * p * (1 - p),
            r"\frac{\partial L}{\partial p}": lossbook.log_loss_grad(p, y),
            "q": p,
        },
        {"n": y.size, "i": y.size},
    )  # fmt: skip


def coarse(rng: Random, k: int) -> Draw:
    """The clip of float16, wide enough to be seen."""
    eps = float(np.finfo(np.float16).eps)
    q = np.float16([0, 1, eps / 2, 1 - eps / 2, 0.25, 0.75, 4 * eps])
    said = np.clip(q.astype(float), eps, 1 - eps)
    loss = lossbook.log_loss(q, np.ones(7, int), reduction="none").astype(float)
    assert np.allclose(np.exp(-loss), said, rtol=2e-3)
    return Draw({"q": q.astype(float), r"\varepsilon": eps, "p": said}, {"n": q.size})


def many(rng: Random, k: int) -> Draw:
    p = rng.dirichlet(np.ones(4), CLASSES.size)
    return Draw(
        {
            "p": p, "y": CLASSES + 1,
            r"\ell": lossbook.log_loss(p, CLASSES, reduction="none"),
            r"\frac{\partial \ell}{\partial p}": lossbook.log_loss_grad(
                p, CLASSES, reduction="sum"
            ),
        },
        {"n": CLASSES.size, "c": 4},
    )  # fmt: skip


def weighted(rng: Random, k: int) -> Draw:
    p, w = rng.uniform(0.02, 0.98, LABELS.size), rng.uniform(0.2, 3, LABELS.size)
    return Draw(
        {
            "w": w, r"\ell": lossbook.log_loss(p, LABELS, reduction="none"),
            "L": lossbook.log_loss(p, LABELS, weight=w), "N": w.size,
        },
        {"n": w.size},
    )  # fmt: skip


def rates(rng: Random, k: int) -> Draw:
    """A constant forecast; in the last draw it is the base rate itself."""
    rate = float(rng.uniform(0.05, 0.95))
    said = rate if k == 3 else float(rng.uniform(0.05, 0.95))
    return Draw({r"\pi": rate, "s": said, "H": entropy})


def skill(rng: Random, k: int) -> Draw:
    p = rng.uniform(0.1, 0.9, LABELS.size)
    return Draw(
        {
            "S": d2_log_loss_score(LABELS, p), "L": lossbook.log_loss(p, LABELS),
            r"\pi": LABELS.mean(), "H": entropy,
        }
    )  # fmt: skip


def groups(rng: Random, k: int) -> Draw:
    """Three groups of forecasts of unequal size; shares strictly between 0 and 1."""
    size, wins = np.array([4, 7, 3]), np.array([1, 5, 2])
    said = rng.uniform(0.05, 0.95, 3)
    p = np.repeat(said, size)
    y = np.concatenate([np.arange(n) < m for n, m in zip(size, wins, strict=True)])
    share = wins / size
    return Draw(
        {
            "p": said, "m": size, r"\bar y": share, r"\pi": y.mean(), "N": y.size, "K": 3,
            "H": shannon, "D_{KL}": divergence, "L": lossbook.log_loss(p, y),
            "R": np.average(divergence(share, y.mean()), weights=size),
            "M": np.average(divergence(share, said), weights=size),
            "a": rng.uniform(0.1, 0.9), "b": rng.uniform(0.1, 0.9),
        },
        {"k": 3},
    )  # fmt: skip


def hard(rng: Random, k: int) -> Draw:
    """Certain forecasts, some of them wrong; the right ones cost nothing that float64 shows."""
    right = rng.integers(0, 2, 9) if k else np.ones(9, int)
    p = np.where(right == 1, 1.0, 0.0)
    return Draw(
        {
            "L": lossbook.log_loss(p, np.ones(9, int)), r"\varepsilon": EPS,
            "r": 1 - right.mean(), "N": 9,
        }
    )  # fmt: skip


def errors(rng: Random, k: int) -> Draw:
    """Share of wrong verdicts at 0.5; the last draw stands on the edge: all say 0.5, all lose."""
    p = np.where(LABELS == 1, 0.7, 0.3) + rng.uniform(-0.3, 0.25, 7) if k < 3 else np.full(7, 0.5)
    y = LABELS if k < 3 else np.zeros(7, int)
    return Draw({"r": np.mean((p >= 0.5) != (y == 1)), "L": lossbook.log_loss(p, y)})


BINDINGS = [
    Binding("log-loss-def", two, defines="log_loss"),
    Binding("log-loss-mean", two, defines="log_loss"),
    Binding("log-loss-many", many, defines="log_loss"),
    Binding("log-loss-weighted", weighted, defines="log_loss"),
    Binding("log-loss-clip", coarse),
    Binding("log-loss-grad", two, defines="log_loss_grad"),
    Binding("log-loss-logit-grad", two, defines="log_loss_grad"),
    Binding("log-loss-mean-grad", two, defines="log_loss_grad"),
    Binding("log-loss-many-grad", many, defines="log_loss_grad"),
    Binding("log-loss-entropy", rates),
    Binding("log-loss-gibbs", rates),
    Binding("log-loss-skill", skill),
    Binding("log-loss-divergence", groups),
    Binding("log-loss-resolution", groups),
    Binding("log-loss-calibration", groups),
    Binding("log-loss-parts", groups, defines="log_loss"),
    Binding("log-loss-hard", hard, defines="log_loss"),
    Binding("log-loss-errors", errors),
]

QUOTE = "LogLoss(y,y^)=−n1∑i=1n[yi∗log(yi^)+(1−yi)∗log(1−yi^)]"
SOURCE = [
    SourceFormula(
        "19", QUOTE,
        r"L = -N \cdot 1 \sum_{i=1}^{N} \left[ y_i \log(p_i) + (1 - y_i) \log(1 - p_i) \right]",
        "log-loss-mean", holds=False,
        reason="분수 1/n이 n1로 깨져, 글자대로면 평균이 아니라 합의 n배이다",
    ),
    SourceFormula(
        "19", QUOTE,
        r"L = -\frac{1}{N} \sum_{i=1}^{N} \left[ y_i \log(p_i) + (1 - y_i) \log(1 - p_i) \right]",
        "log-loss-mean", holds=True,
        reason="분수를 되살리면 클래스가 둘인 로그 손실의 평균이다",
    ),
]  # fmt: skip
