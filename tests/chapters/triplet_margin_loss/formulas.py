"""What the formulas of the chapter '16. TripletMarginLoss' mean."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula

SLUG = "triplet-margin-loss"
GRADIENTS = (
    r"\frac{\partial \ell}{\partial a}",
    r"\frac{\partial \ell}{\partial p}",
    r"\frac{\partial \ell}{\partial n}",
)


def distance(q: float, eps: float) -> Any:
    """The distance of torch between two vectors."""

    def measured(u: np.ndarray, v: np.ndarray) -> float:
        return float(F.pairwise_distance(torch.tensor(u), torch.tensor(v), q, eps))

    return measured


def direction(q: float, eps: float) -> Any:
    """The gradient of torch's distance with respect to the first vector."""

    def slope(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        first = torch.tensor(np.array(u), requires_grad=True)
        F.pairwise_distance(first, torch.tensor(np.array(v)), q, eps).backward()
        assert first.grad is not None
        return first.grad.numpy()

    return slope


def triplets(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Active and inactive rows; negatives near the anchor, near the positive and far away."""
    a, p = rng.normal(size=(2, 7, 3))
    n = rng.normal(0, 1.5, (7, 3))
    n[1] = a[1] + 40
    n[2] = p[2] + 0.1
    n[3] = a[3] - 0.1
    n[5] = p[5] + (p[5] - a[5]) * 1.1
    return a, p, n


def draw(rng: np.random.Generator, k: int, swap: bool = False) -> Draw:
    a, p, n = triplets(rng)
    eps, m, q = (1e-6, 0.4, 0.05, 0.3)[k], (0.5, 1.0, 2.0, 1.3)[k], 2.0
    options = {"margin": m, "p": q, "eps": eps, "swap": swap}
    slopes = lossbook.triplet_margin_loss_grad(a, p, n, reduction="sum", **options)
    means = lossbook.triplet_margin_loss_grad(a, p, n, reduction="mean", **options)
    active = np.linalg.norm(slopes[2], axis=1).round(9)
    return Draw(
        {
            "a": a, "p": p, "n": n, "m": m, "N": 7, "D": 3, "q": q, r"\varepsilon": eps, "h": active,
            "d": distance(q, eps), "g": direction(q, eps),
            r"\ell": lossbook.triplet_margin_loss(a, p, n, reduction="none", **options),
            "L": lossbook.triplet_margin_loss(a, p, n, **options),
            **dict(zip(GRADIENTS, slopes, strict=True)),
            r"\frac{\partial L}{\partial a}": means[0],
        },
        {"i": 7},
    )  # fmt: skip


def draw_norm(rng: np.random.Generator, k: int) -> Draw:
    """Like `draw` for the loss alone, in four norms."""
    a, p, n = triplets(rng)
    options = {"margin": 0.7, "p": (1, 2, 3.5, np.inf)[k], "eps": (0.2, 1e-6, 0.4, 0.1)[k]}
    loss = lossbook.triplet_margin_loss(a, p, n, reduction="none", **options)
    d = distance(options["p"], options["eps"])
    far = {**options, "margin": 400.7}
    z = lossbook.triplet_margin_loss(a, p, n, reduction="none", **far) - 400
    symbols = {"a": a, "p": p, "n": n, "m": 0.7, "d": d, "z": z, r"\ell": loss}
    return Draw(symbols, {"i": 7})


def draw_swap(rng: np.random.Generator, k: int) -> Draw:
    return draw(rng, k, swap=True)


def draw_nearest(rng: np.random.Generator, k: int) -> Draw:
    """The distance to the negative that a margin larger than every distance brings to light."""
    draw = draw_swap(rng, k)
    a, p, n = (draw.symbols[name] for name in "apn")
    d, eps = draw.symbols["d"], draw.symbols[r"\varepsilon"]
    near = np.array([d(u, v) for u, v in zip(a, p, strict=True)])
    loss = lossbook.triplet_margin_loss(a, p, n, 100.0, 2, eps, True, "none")
    return Draw({**draw.symbols, "r": near + 100 - loss}, draw.indices)


def draw_swapped(rng: np.random.Generator, k: int) -> Draw:
    """Only rows whose negative is nearer to the positive, active and not."""
    a, p = rng.normal(size=(2, 6, 3))
    n = p + (p - a) * rng.uniform(0.2, 0.6, (6, 1)) + rng.normal(0, 0.05, (6, 3))
    a[4:], n[4:] = p[4:] - 0.1, p[4:] + np.array([[3.0, 4, 5], [8.0, 1, 1]])
    eps = (1e-6, 0.02, 0.05, 0.01)[k]
    slopes = lossbook.triplet_margin_loss_grad(a, p, n, 1.0, 2, eps, True, "sum")
    active = np.linalg.norm(slopes[2], axis=1).round(9)
    return Draw(
        {"a": a, "p": p, "n": n, "h": active, "g": direction(2, eps), GRADIENTS[1]: slopes[1]},
        {"i": 6},
    )


def draw_distance(rng: np.random.Generator, k: int) -> Draw:
    q, eps = (1.0, 2.0, 3.0, 1.5)[k], (0.3, 0.5, 1e-3, 0.2)[k]
    u, v = rng.normal(size=(2, 4))
    return Draw({
        "u": u, "v": v, "q": q, r"\varepsilon": eps, "D": 4, "d": distance(q, eps),
        "g": direction(q, eps),
    })  # fmt: skip


def draw_direction(rng: np.random.Generator, k: int) -> Draw:
    eps = (0.3, 0.5, 1e-3, 0.2)[k]
    u, v = rng.normal(size=(2, 4))
    if k == 2:
        u = v
    return Draw(
        {"u": u, "v": v, r"\varepsilon": eps, "d": distance(2, eps), "g": direction(2, eps)}
    )


def draw_direction_q(rng: np.random.Generator, k: int) -> Draw:
    q = (1.0, 2.0, 3.5, 1.5)[k]
    u, v = rng.normal(size=(2, 4))
    return Draw(
        {
            r"\delta": u - v, "d": distance(q, 0)(u, v), "q": q,
            r"\frac{\partial d}{\partial u}": direction(q, 0)(u, v),
        },
        {"j": 4},
    )  # fmt: skip


def draw_asymmetry(rng: np.random.Generator, k: int) -> Draw:
    """The bound is reached when all components of the difference are equal."""
    draw = draw_distance(rng, k)
    even = {"u": draw.symbols["v"] + 2.0} if k % 2 else {}
    return Draw({**draw.symbols, **even})


def draw_triangle(rng: np.random.Generator, k: int) -> Draw:
    """Without ε; equality where the positive lies between anchor and negative."""
    a, p, n = triplets(rng)
    n[0] = p[0] + (p[0] - a[0]) * 0.2
    m = (0.5, 1.0, 2.0, 3.0)[k]
    loss = lossbook.triplet_margin_loss(a, p, n, margin=m, eps=0.0, reduction="none")
    symbols = {"a": a, "p": p, "n": n, "m": m, "d": distance(2, 0)}
    return Draw({**symbols, r"\ell": loss}, {"i": 7})


BINDINGS = [
    Binding(f"{SLUG}-distance", draw_distance),
    Binding(f"{SLUG}-shortfall", draw_norm, defines="triplet_margin_loss"),
    Binding(f"{SLUG}-def", draw_norm, defines="triplet_margin_loss"),
    Binding(f"{SLUG}-mean", draw, defines="triplet_margin_loss"),
    Binding(f"{SLUG}-triangle", draw_triangle, defines="triplet_margin_loss"),
    Binding(f"{SLUG}-direction", draw_direction),
    Binding(f"{SLUG}-active", draw, defines="triplet_margin_loss_grad"),
    Binding(f"{SLUG}-grad-anchor", draw, defines="triplet_margin_loss_grad"),
    Binding(f"{SLUG}-grad-positive", draw, defines="triplet_margin_loss_grad"),
    Binding(f"{SLUG}-grad-negative", draw, defines="triplet_margin_loss_grad"),
    Binding(f"{SLUG}-balance", draw_swap, defines="triplet_margin_loss_grad"),
    Binding(f"{SLUG}-mean-grad", draw, defines="triplet_margin_loss_grad"),
    Binding(f"{SLUG}-direction-q", draw_direction_q),
    Binding(f"{SLUG}-self", draw_distance),
    Binding(f"{SLUG}-asymmetry", draw_asymmetry),
    Binding(f"{SLUG}-swap", draw_nearest, defines="triplet_margin_loss"),
    Binding(f"{SLUG}-swap-grad", draw_swapped, defines="triplet_margin_loss_grad"),
]

SOURCE = [
    SourceFormula(
        "16",
        "TripletMarginLoss(a,p,n)=max(0,∣∣a−p∣∣22−∣∣a−n∣∣22+margin)",
        r"\ell_i = \max(0, \lVert a_i - p_i \rVert_2^2 - \lVert a_i - n_i \rVert_2^2 + m)",
        f"{SLUG}-def", holds=False,
        reason="PyTorch는 거리를 제곱하지 않는다. 제곱한 것은 FaceNet의 식이다",
    ),
]  # fmt: skip
