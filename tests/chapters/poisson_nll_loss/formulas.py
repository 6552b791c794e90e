"""What the formulas of the chapter on the Poisson negative log-likelihood mean."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from scipy.stats import poisson
from sklearn.metrics import mean_poisson_deviance

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula

Random = np.random.Generator
EPS = (0.3, 1e-8, 0.05, 1.7)
COUNTS = np.array([0.0, 1.0, 2.0, 7.0, 3.0])


def log_rates(rng: Random, k: int) -> Draw:
    """The default: the input is the logarithm of the rate."""
    x, y = rng.normal(0.4, 1, 5), COUNTS
    variable = torch.tensor(x, requires_grad=True)
    slope = torch.autograd.grad(
        torch.nn.functional.poisson_nll_loss(variable, torch.tensor(y), reduction="sum"),
        variable, create_graph=True,
    )[0]  # fmt: skip
    return Draw(
        {
            "x": x, "y": y, "N": y.size,
            r"\ell": lossbook.poisson_nll_loss(x, y, reduction="none"),
            "L": lossbook.poisson_nll_loss(x, y),
            r"\frac{\partial \ell}{\partial x}": lossbook.poisson_nll_loss_grad(
                x, y, reduction="sum"
            ),
            r"\frac{\partial L}{\partial x}": lossbook.poisson_nll_loss_grad(x, y),
            "h": torch.autograd.grad(
                slope.sum(), variable
            )[0].numpy(),
        },
        {"n": y.size},
    )  # fmt: skip


def rates(rng: Random, k: int) -> Draw:
    """log_input=False, with an eps that is not small."""
    rate, y, eps = rng.uniform(0.1, 6, 5), COUNTS, EPS[k]
    options: dict[str, Any] = {"log_input": False, "eps": eps}
    return Draw(
        {
            r"\lambda": rate, "y": y, r"\varepsilon": eps,
            r"\ell": lossbook.poisson_nll_loss(rate, y, reduction="none", **options),
            r"\frac{\partial \ell}{\partial \lambda}": lossbook.poisson_nll_loss_grad(
                rate, y, reduction="sum", **options
            ),
        },
        {"n": y.size},
    )  # fmt: skip


def full(rng: Random, k: int) -> Draw:
    """Counts on both sides of one, at one, and just above it."""
    y = np.array([0.0, 0.4, 1.0, 1.0001, 1.6, 2.0, 9.0])
    x = rng.normal(0.4, 1, y.size)
    plain = lossbook.poisson_nll_loss(x, y, reduction="none")
    whole = lossbook.poisson_nll_loss(x, y, full=True, reduction="none")
    return Draw({"x": x, "y": y, r"\ell": whole, "s": whole - plain}, {"n": y.size})


def exact(rng: Random, k: int) -> Draw:
    """The probability itself, from SciPy; x is the rate under the source document's name."""
    rate, y = rng.uniform(0.2, 6, 5), COUNTS
    return Draw({r"\lambda": rate, "x": rate, "y": y, "P": poisson.pmf(y, rate)}, {"n": y.size})


def deviances(rng: Random, k: int) -> Draw:
    """Deviance from scikit-learn; the loss at its own minimum. Counts of zero are apart."""
    rate, y = rng.uniform(0.2, 6, 5), np.array([1.0, 2.0, 0.5, 7.0, 3.0])
    return Draw(
        {
            r"\lambda": rate, "y": y,
            r"\ell": lossbook.poisson_nll_loss(
                rate, y, log_input=False, eps=0.0, reduction="none"
            ),
            "m": lossbook.poisson_nll_loss(np.log(y), y, reduction="none"),
            "d": np.array([
                mean_poisson_deviance([a], [b]) for a, b in zip(y, rate, strict=True)
            ]),
        },
        {"n": y.size},
    )  # fmt: skip


def exposures(rng: Random, k: int) -> Draw:
    f, t, y = rng.normal(0.3, 1, 5), rng.uniform(0.4, 5, 5), COUNTS
    loss = lossbook.poisson_nll_loss(f + np.log(t), y, reduction="none")
    return Draw({"f": f, "t": t, "y": y, r"\ell": loss}, {"n": y.size})


BINDINGS = [
    Binding("poisson-nll-loss-pmf", exact),
    Binding("poisson-nll-loss-exact", exact),
    Binding("poisson-nll-loss-rate", rates, defines="poisson_nll_loss"),
    Binding("poisson-nll-loss-def", log_rates, defines="poisson_nll_loss"),
    Binding("poisson-nll-loss-mean", log_rates, defines="poisson_nll_loss"),
    Binding("poisson-nll-loss-grad", log_rates, defines="poisson_nll_loss_grad"),
    Binding("poisson-nll-loss-mean-grad", log_rates, defines="poisson_nll_loss_grad"),
    Binding("poisson-nll-loss-rate-grad", rates, defines="poisson_nll_loss_grad"),
    Binding("poisson-nll-loss-curvature", log_rates),
    Binding("poisson-nll-loss-floor", deviances),
    Binding("poisson-nll-loss-gap", deviances, defines="poisson_nll_loss"),
    Binding("poisson-nll-loss-deviance", deviances),
    Binding("poisson-nll-loss-stirling", full, defines="poisson_nll_loss"),
    Binding("poisson-nll-loss-full", full, defines="poisson_nll_loss"),
    Binding("poisson-nll-loss-exposure", exposures, defines="poisson_nll_loss"),
    Binding("poisson-nll-loss-weighted", exposures, defines="poisson_nll_loss"),
]

QUOTE = "PoissonNLLLoss(x,y)=x−y∗log(x)+log(y!)"
SOURCE = [
    SourceFormula(
        "04", QUOTE, r"\ell_n = x_n - y_n \log(x_n) + \log(y_n!)",
        "poisson-nll-loss-def", holds=False,
        reason="클래스의 기본값은 로그 강도를 받고 log y!을 더하지 않는다",
    ),
    SourceFormula(
        "04", QUOTE, r"-\log P_n = x_n - y_n \log(x_n) + \log(y_n!)",
        "poisson-nll-loss-exact", holds=True,
        reason="x가 강도이면 포아송 분포의 음의 로그 가능도로는 옳다",
    ),
]  # fmt: skip
