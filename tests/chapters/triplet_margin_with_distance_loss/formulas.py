"""What the formulas of the chapter '17. TripletMarginWithDistanceLoss' mean."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula

SLUG = "triplet-margin-with-distance-loss"
MARGIN = 1.3


def lopsided(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """No metric: the order of its arguments shows."""
    return np.sum((x - y) ** 2 + 0.3 * x * y - 0.2 * np.sin(x), axis=-1)


def lopsided_1(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return 2 * (x - y) + 0.3 * y - 0.2 * np.cos(x)


def lopsided_2(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return -2 * (x - y) + 0.3 * x


def lopsided_grad(x: np.ndarray, y: np.ndarray, upstream: np.ndarray) -> tuple:
    upstream = upstream[..., np.newaxis]
    return upstream * lopsided_1(x, y), upstream * lopsided_2(x, y)


def gap(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A distance for the other half of the draws."""
    return np.abs(x - y).sum(axis=-1)


def triplets(rng: np.random.Generator) -> np.ndarray:
    """a, p, n of six triplets: the ends hard, the middle easy, two at random."""
    a, p, n = rng.normal(size=(3, 6, 3))
    p[2:4], n[2:4] = a[2:4] + 0.3, a[2:4] + 3
    p[::5], n[::5] = a[::5] + 2, a[::5] - 0.4
    return np.stack([a, p, n])


def draw(rng: np.random.Generator, k: int) -> Draw:
    a, p, n = triplets(rng)
    option = {"distance_function": lopsided, "margin": MARGIN}
    slope = {**option, "distance_grad": lopsided_grad}
    loss, grad = (lossbook.triplet_margin_with_distance_loss,
                  lossbook.triplet_margin_with_distance_loss_grad)  # fmt: skip
    each = loss(a, p, n, reduction="none", **option)
    by_mean = grad(a, p, n, **slope)
    return Draw(
        {
            "a": a, "p": p, "n": n, "m": MARGIN, "N": 6, "D": lopsided,
            "g_1": lopsided_1, "g_2": lopsided_2, "h": (each > 0).astype(float),
            r"\ell": each, "L": loss(a, p, n, **option),
            **{rf"\frac{{\partial L}}{{\partial {x}}}": g
               for x, g in zip("apn", by_mean, strict=True)},
        },
        {"i": 6},
    )  # fmt: skip


def draw_active(rng: np.random.Generator, k: int) -> Draw:
    """Gaps on both sides of 0, of 1 and of the margin, and one where loss and bracket are 0."""
    gaps = np.array([1.0, -1.5, -1.25, -0.25, -4.0, 0.0])  # D(a, p) - D(a, n); m = 1.5
    a = rng.integers(-8, 8, (6, 3)) / 4
    p, n = a.copy(), a.copy()
    n[:, 0] += 5
    p[:, 1] -= 5 + gaps
    each = lossbook.triplet_margin_with_distance_loss(
        a, p, n, distance_function=gap, margin=1.5, reduction="none"
    )
    return Draw(
        {"a": a, "p": p, "n": n, "m": 1.5, "D": gap, "h": (each > 0).astype(float)}, {"i": 6}
    )


def draw_swap(rng: np.random.Generator, k: int) -> Draw:
    a, p, n = triplets(rng)
    n[::5] = p[::5] + 0.1  # closer to the positive than to the anchor
    each = lossbook.triplet_margin_with_distance_loss(
        a, p, n, distance_function=lopsided, margin=MARGIN, swap=True, reduction="none"
    )
    return Draw({"a": a, "p": p, "n": n, "m": MARGIN, "D": lopsided, r"\ell": each}, {"i": 6})


def draw_exchanged(rng: np.random.Generator, k: int) -> Draw:
    """The similarity S = 1 - D passed as the distance."""
    a, p, n = triplets(rng)
    each = lossbook.triplet_margin_with_distance_loss(
        a, p, n, distance_function=lambda x, y: 1 - gap(x, y), margin=MARGIN, reduction="none"
    )
    return Draw({"a": a, "p": p, "n": n, "m": MARGIN, "D": gap, r"\ell": each}, {"i": 6})


def slope_of(distance, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """∂D/∂v by torch."""
    tensor = torch.tensor(v, requires_grad=True)
    distance(torch.tensor(u), tensor).backward()
    return tensor.grad.numpy()


def draw_lq(rng: np.random.Generator, k: int) -> Draw:
    u, v = rng.normal(size=(2, 4))
    q = (1.5, 2.0, 3.0, 5.0)[k]

    def distance(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return torch.linalg.vector_norm(x - y, ord=q)

    return Draw(
        {
            "u": u, "v": v, "q": q, "K": 4,
            "D_q": float(distance(torch.tensor(u), torch.tensor(v))),
            r"\frac{\partial D_q}{\partial v}": slope_of(distance, u, v),
        },
        {"k": 4},
    )  # fmt: skip


def draw_cosine(rng: np.random.Generator, k: int) -> Draw:
    u, v = rng.normal(size=(2, 4)) * [[3.0], [0.4]]

    def distance(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return 1 - F.cosine_similarity(x, y, dim=-1)

    d = float(distance(torch.tensor(u), torch.tensor(v)))
    return Draw({"u": u, "v": v, "D": d, "c": 1 - d,
                 r"\frac{\partial D}{\partial v}": slope_of(distance, u, v)})  # fmt: skip


def draw_unit(rng: np.random.Generator, k: int) -> Draw:
    u, v = rng.normal(size=(2, 4))
    return Draw({"u": u / np.linalg.norm(u), "v": v / np.linalg.norm(v)})


def draw_bounds(rng: np.random.Generator, k: int) -> Draw:
    """Cosine distance: the best and the worst triplet, and others."""
    a, p, n = rng.normal(size=(3, 6, 3))
    p[:2], n[:2] = 2 * a[:2], -a[:2]
    p[2:4], n[2:4] = -a[2:4], 3 * a[2:4]
    m = (0.5, 2.0, 3.5, 5.0)[k]

    def distance(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return 1 - np.vecdot(x, y) / np.sqrt(np.vecdot(x, x) * np.vecdot(y, y))

    each = lossbook.triplet_margin_with_distance_loss(
        a, p, n, distance_function=distance, margin=m, reduction="none"
    )
    return Draw({"m": m, r"\ell": each.round(12)}, {"i": 6})


def draw_weighted(rng: np.random.Generator, k: int) -> Draw:
    u, v = rng.normal(size=(2, 4))
    w = torch.tensor(rng.uniform(0.2, 3, 4), requires_grad=True)
    d = (w * (torch.tensor(u) - torch.tensor(v)) ** 2).sum().sqrt()
    d.backward()
    return Draw(
        {
            "u": u, "v": v, "w": w.detach().numpy(), "D": d.item(), "K": 4,
            r"\frac{\partial D}{\partial w}": w.grad.numpy(),
        },
        {"k": 4},
    )  # fmt: skip


LOSS, GRAD = "triplet_margin_with_distance_loss", "triplet_margin_with_distance_loss_grad"
BINDINGS = [
    Binding(f"{SLUG}-def", draw, defines=LOSS),
    Binding(f"{SLUG}-mean", draw, defines=LOSS),
    Binding(f"{SLUG}-swap", draw_swap, defines=LOSS),
    Binding(f"{SLUG}-active", draw_active),
    Binding(f"{SLUG}-grad", draw, defines=GRAD),
    Binding(f"{SLUG}-lq", draw_lq),
    Binding(f"{SLUG}-lq-grad", draw_lq),
    Binding(f"{SLUG}-cosine", draw_cosine),
    Binding(f"{SLUG}-cosine-grad", draw_cosine),
    Binding(f"{SLUG}-unit", draw_unit),
    Binding(f"{SLUG}-exchanged", draw_exchanged, defines=LOSS),
    Binding(f"{SLUG}-bounds", draw_bounds, defines=LOSS),
    Binding(f"{SLUG}-weighted", draw_weighted),
    Binding(f"{SLUG}-weighted-grad", draw_weighted),
]

SOURCE = [
    SourceFormula(
        "17",
        "TripletMarginWithDistanceLoss(a,p,n)=max(0,distance(a,p)−distance(a,n)+margin)",
        r"\ell_i = \max(0, D(a_i, p_i) - D(a_i, n_i) + m)",
        f"{SLUG}-def", holds=True,
        reason="식은 맞다. distance가 거리여야 한다는 말과 기본값, swap, 축약이 빠졌다",
    ),
    SourceFormula(
        "17",
        "distance는 사용자 정의 거리 함수",
        r"\ell_i = \max(0, D(a_i, p_i) - D(a_i, n_i) + m)",
        f"{SLUG}-exchanged", holds=False,
        reason="distance에 유사도 1 - D를 넣으면 양성과 음성이 자리를 바꾼 손실이 된다",
    ),
]  # fmt: skip
