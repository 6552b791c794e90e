"""What the formulas of the chapter on the Gaussian negative log-likelihood mean."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula

EPS = (1e-6, 0.5, 0.1, 1e-6)


def sample(rng: np.random.Generator, eps: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Means, targets and variances: below, at and above eps, with errors of both signs."""
    v = np.concatenate([rng.uniform(0.2, 4, 4), [eps, eps / 2, 0.0 if eps > 1e-3 else 2.5]])
    x = rng.normal(3, 1, v.size)
    return x, x + rng.normal(0, 1.5, v.size), v


def draw(rng: np.random.Generator, k: int) -> Draw:
    eps = EPS[k]
    x, y, v = sample(rng, eps)
    options = {"eps": eps}
    full = lossbook.gaussian_nll_loss(x, y, v, full=True, reduction="none", **options)
    one = lossbook.gaussian_nll_loss_grad(x, y, v, reduction="sum", **options)
    mean = lossbook.gaussian_nll_loss_grad(x, y, v, **options)
    return Draw(
        {
            "x": x, "y": y, "v": v, "e": x - y, r"\varepsilon": eps, "N": x.size,
            r"\tilde v": np.maximum(v, eps), r"\pi": np.pi,
            "p": np.exp(-full), r"\log p": -full,
            "L": lossbook.gaussian_nll_loss(x, y, v, **options),
            r"\ell": lossbook.gaussian_nll_loss(x, y, v, reduction="none", **options),
            r"\frac{\partial \ell}{\partial x}": one[0],
            r"\frac{\partial \ell}{\partial v}": one[2],
            r"\frac{\partial L}{\partial x}": mean[0],
        },
        {"n": x.size},
    )  # fmt: skip


def natural(rng: np.random.Generator, k: int) -> Draw:
    """The loss as torch sees it through η = x/v, θ = -1/(2v), and through s = log v."""
    x, y, v = sample(rng, 1e-6)
    v = v + 0.2
    eta = torch.tensor(x / v, requires_grad=True)
    theta = torch.tensor(-0.5 / v, requires_grad=True)
    s = torch.tensor(np.log(v), requires_grad=True)
    goal = torch.tensor(y)
    var = -0.5 / theta
    loss = F.gaussian_nll_loss(eta * var, goal, var, reduction="none")
    by_eta, by_theta = torch.autograd.grad(loss.sum(), (eta, theta))
    through_log = F.gaussian_nll_loss(torch.tensor(x), goal, s.exp(), reduction="sum")
    return Draw(
        {
            "x": x, "y": y, "v": v, "e": x - y,
            r"\eta": eta.detach().numpy(), r"\theta": theta.detach().numpy(),
            r"\ell": lossbook.gaussian_nll_loss(x, y, v, reduction="none"),
            r"\frac{\partial \ell}{\partial \eta}": by_eta.numpy(),
            r"\frac{\partial \ell}{\partial \theta}": by_theta.numpy(),
            r"\frac{\partial \ell}{\partial s}": torch.autograd.grad(through_log, s)[0].numpy(),
        },
        {"n": x.size},
    )  # fmt: skip


def pooled(rng: np.random.Generator, k: int) -> Draw:
    """One variance for all samples."""
    x, y, _ = sample(rng, 1e-6)
    e, v = x - y, float(rng.uniform(0.5, 3))
    best = float(np.mean(e**2))
    slope = lossbook.gaussian_nll_loss_grad(x, y, best)[2]
    np.testing.assert_allclose(slope, 0, atol=1e-12)
    return Draw(
        {
            "e": e, "v": v, "N": e.size, "v^*": best,
            "L": lossbook.gaussian_nll_loss(x, y, v), "L^*": lossbook.gaussian_nll_loss(x, y, best),
        },
        {"n": e.size},
    )  # fmt: skip


def price(rng: np.random.Generator, k: int) -> Draw:
    """Expected loss of saying v when the truth is V, by Gauss-Hermite quadrature."""
    said, truth = rng.uniform(0.3, 4, 2)
    nodes, share = np.polynomial.hermite_e.hermegauss(12)
    error, zero = nodes * np.sqrt(truth), np.zeros(12)
    cost = [
        share @ lossbook.gaussian_nll_loss(error, zero, v, reduction="none") / share.sum()
        for v in (said, truth)
    ]
    return Draw({"v": said, "V": truth, r"\Delta": cost[0] - cost[1]})


def units(rng: np.random.Generator, k: int) -> Draw:
    x, y, v = sample(rng, 1e-6)
    v, c = v + 0.1, (0.01, 1.8, 100.0, 0.5)[k]
    return Draw(
        {
            "c": c, "L": lossbook.gaussian_nll_loss(x, y, v),
            r"L_{\text{새 단위}}": lossbook.gaussian_nll_loss(c * x, c * y, c * c * v, eps=1e-12),
        }
    )  # fmt: skip


def beta(rng: np.random.Generator, k: int) -> Draw:
    """β-NLL with the weight detached, as torch differentiates it."""
    x, y, v = sample(rng, 1e-6)
    v, power = v + 0.2, (0.5, 0.3, 0.9, 0.0)[k]
    mean, var = torch.tensor(x, requires_grad=True), torch.tensor(v)
    loss = F.gaussian_nll_loss(mean, torch.tensor(y), var, reduction="none")
    weighted = var**power * loss
    (by_mean,) = torch.autograd.grad(weighted.sum(), mean)
    return Draw(
        {
            "v": v, "e": x - y, r"\beta": power, "B": weighted.detach().numpy(),
            r"\ell": lossbook.gaussian_nll_loss(x, y, v, reduction="none"),
            r"\frac{\partial B}{\partial x}": by_mean.numpy(),
        },
        {"n": x.size},
    )  # fmt: skip


BINDINGS = [
    Binding("gaussian-nll-loss-clamp", draw),
    Binding("gaussian-nll-loss-density", draw, defines="gaussian_nll_loss"),
    Binding("gaussian-nll-loss-full", draw, defines="gaussian_nll_loss"),
    Binding("gaussian-nll-loss-def", draw, defines="gaussian_nll_loss"),
    Binding("gaussian-nll-loss-mean", draw, defines="gaussian_nll_loss"),
    Binding("gaussian-nll-loss-grad", draw, defines="gaussian_nll_loss_grad"),
    Binding("gaussian-nll-loss-grad-var", draw, defines="gaussian_nll_loss_grad"),
    Binding("gaussian-nll-loss-mean-grad", draw, defines="gaussian_nll_loss_grad"),
    Binding("gaussian-nll-loss-grad-log", natural),
    Binding("gaussian-nll-loss-natural", natural, defines="gaussian_nll_loss"),
    Binding("gaussian-nll-loss-natural-mean", natural),
    Binding("gaussian-nll-loss-natural-square", natural),
    Binding("gaussian-nll-loss-pooled", pooled),
    Binding("gaussian-nll-loss-floor", pooled, defines="gaussian_nll_loss"),
    Binding("gaussian-nll-loss-mse", pooled, defines="gaussian_nll_loss"),
    Binding("gaussian-nll-loss-price", price, defines="gaussian_nll_loss"),
    Binding("gaussian-nll-loss-units", units, defines="gaussian_nll_loss"),
    Binding("gaussian-nll-loss-beta", beta),
    Binding("gaussian-nll-loss-beta-grad", beta),
]  # fmt: skip

QUOTE = "GaussianNLLLoss(x,y,var)=2∗var(x−y)2+21log(var)"

SOURCE = [
    SourceFormula(
        "05", QUOTE, r"\ell_n = 2 \tilde v_n (x_n - y_n)^2 + 21 \log \tilde v_n",
        "gaussian-nll-loss-def", holds=False,
        reason="분수의 가로줄이 사라져 글자대로 읽으면 나눗셈이 곱셈이 된다",
    ),
    SourceFormula(
        "05", QUOTE,
        r"\ell_n = \frac{(x_n - y_n)^2}{2 \tilde v_n} + \frac{1}{2} \log \tilde v_n",
        "gaussian-nll-loss-def", holds=True,
        reason="되살린 식은 분산을 eps에서 자르고 나면 맞다",
    ),
    SourceFormula(
        "05", QUOTE, r"\ell_n = \frac{(x_n - y_n)^2}{2 v_n} + \frac{1}{2} \log v_n",
        "gaussian-nll-loss-def", holds=False,
        reason="되살린 식도 eps보다 작은 분산에서는 클래스가 계산하는 값이 아니다",
    ),
    SourceFormula(
        "05", QUOTE,
        r"\ell_n = \frac{(x_n - y_n)^2}{2 \tilde v_n} + \frac{1}{2} \log \tilde v_n"
        r" + \frac{1}{2} \log(2 \pi)",
        "gaussian-nll-loss-def", holds=False,
        reason="상수는 full=True일 때만 더한다",
    ),
]  # fmt: skip
