"""What the formulas of the chapter '10. Hinge embedding loss' mean."""

from __future__ import annotations

import warnings

import numpy as np
import torch

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula

SLUG = "hinge-embedding-loss"
MARGINS = (1.0, 0.4, 2.5, 1.7)


def pairs(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Distances on both sides of every margin, none on it, with both labels; one of them is 0."""
    x = np.concatenate([rng.uniform(0, 3, 7), [0.0, 0.13, 0.21, 2.91, 2.83]])
    y = np.concatenate([rng.choice([-1.0, 1.0], 7), [-1.0, -1.0, 1.0, -1.0, 1.0]])
    return x, y


def draw(rng: np.random.Generator, k: int) -> Draw:
    """Pairs of both kinds within and beyond the margin."""
    x, y = pairs(rng)
    m = MARGINS[k]
    return Draw(
        {
            "x": x, "y": y, "m": m, "N": x.size,
            r"\ell": lossbook.hinge_embedding_loss(x, y, m, "none"),
            "L": lossbook.hinge_embedding_loss(x, y, m),
            r"\frac{\partial \ell}{\partial x}": lossbook.hinge_embedding_loss_grad(x, y, m, "sum"),
            r"\frac{\partial L}{\partial x}": lossbook.hinge_embedding_loss_grad(x, y, m),
        },
        {"n": x.size},
    )  # fmt: skip


def draw_negative(rng: np.random.Generator, k: int) -> Draw:
    """As `draw`, with inputs below zero, which are no distances but have a loss."""
    drawn = draw(rng, k)
    x, y, m = drawn.symbols["x"] - 1.1, drawn.symbols["y"], drawn.symbols["m"]
    loss = lossbook.hinge_embedding_loss(x, y, m, "none")
    return Draw({**drawn.symbols, "x": x, r"\ell": loss}, drawn.indices)


def draw_any_label(rng: np.random.Generator, k: int) -> Draw:
    """Labels of which some are neither 1 nor -1."""
    x, y = pairs(rng)
    y[:4] = [0.0, 0.0, 2.0, -0.5]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loss = lossbook.hinge_embedding_loss(x, y, MARGINS[k], "none")
    return Draw({"x": x, "y": y, "m": MARGINS[k], r"\ell": loss}, {"n": x.size})


def draw_other_label(rng: np.random.Generator, k: int) -> Draw:
    x, _ = pairs(rng)
    y = rng.choice([0.0, 2.0, 0.5, -3.0], x.size)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loss = lossbook.hinge_embedding_loss(x, y, MARGINS[k], "none")
    return Draw({"x": x, "y": y, "m": MARGINS[k], r"\ell": loss}, {"n": x.size})


def draw_points(rng: np.random.Generator, k: int) -> Draw:
    """Embeddings with their distances; the gradient of a point comes from autograd."""
    a, b = rng.normal(size=(2, 6, 3 + k))
    y = np.array([1.0, -1.0, 1.0, -1.0, -1.0, -1.0])
    b[1] = a[1] + 0.1
    b[5] = a[5] + 7
    point = torch.tensor(a, requires_grad=True)
    x = (point - torch.tensor(b)).norm(dim=1)
    m = 1.5
    torch.nn.functional.hinge_embedding_loss(x, torch.tensor(y), m, reduction="sum").backward()
    distance = x.detach().numpy()
    slope = lossbook.hinge_embedding_loss_grad(distance, y, m, "sum")
    return Draw(
        {
            "a": a, "b": b, "x": distance,
            r"\frac{\partial \ell}{\partial x}": slope,
            r"\frac{\partial \ell}{\partial a}": point.grad.numpy(),
        },
        {"n": 6},
    )  # fmt: skip


def best(share: float, m: float, square: bool) -> float:
    """The distance with the least mean loss when a share of the pairs is of the same person."""
    x = np.linspace(0, 1.5 * m, 3001)
    same, other = (
        lossbook.hinge_embedding_loss(x, np.full_like(x, y), m, "none") for y in (1, -1)
    )  # fmt: skip
    if square:
        same, other = same**2 / 2, other**2 / 2
    return float(x[np.argmin(share * same + (1 - share) * other)])


SHARES = (0.8, 0.3, 0.55, 0.45)


def draw_best(rng: np.random.Generator, k: int) -> Draw:
    m = (1.0, 2.5, 0.8, 1.6)[k]
    return Draw({r"\eta": SHARES[k], "m": m, "x^*": best(SHARES[k], m, square=False)})


def draw_best_square(rng: np.random.Generator, k: int) -> Draw:
    m = (1.0, 2.5, 0.8, 1.6)[k]
    return Draw({r"\eta": SHARES[k], "m": m, "x^*": best(SHARES[k], m, square=True)})


def draw_hadsell(rng: np.random.Generator, k: int) -> Draw:
    """Hadsell's loss, written with torch."""
    x, y = pairs(rng)
    distance, m = torch.tensor(x), MARGINS[k]
    h = torch.where(torch.tensor(y) == 1, distance**2, torch.relu(m - distance) ** 2) / 2
    loss = lossbook.hinge_embedding_loss(x, y, m, "none")
    return Draw({"x": x, "y": y, "m": m, "h": h.numpy(), r"\ell": loss}, {"n": x.size})


def draw_scale(rng: np.random.Generator, k: int) -> Draw:
    x, y = pairs(rng)

    def loss(x: float, y: float, m: float) -> float:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a mutant may swap the arguments
            return float(lossbook.hinge_embedding_loss(np.array([x]), np.array([y]), m, "sum"))

    c = (0.01, 3.0, 1.7, 20.0)[k]
    return Draw({"x": x, "y": y, "m": MARGINS[k], "c": c, r"\ell": loss}, {"n": x.size})


def draw_triplet(rng: np.random.Generator, k: int) -> Draw:
    """Distances to a positive and to a negative, the negative within the margin and beyond."""
    a, p, q = rng.normal(size=(3, 9, 4))
    q[0] = a[0] + 0.01
    x, z = (np.linalg.norm(a - other, axis=1) for other in (p, q))
    m = (2.0, 0.7, 3.0, 4.5)[k]
    t = lossbook.triplet_margin_loss(a, p, q, margin=m, eps=0.0, reduction="none")
    return Draw({"x": x, "z": z, "m": m, "t": t}, {"n": 9})


KINK = "꺾인 점 x = m의 기울기는 약속이라 시험하지 않는다 (pytorch/pytorch#184572)"
TIE = "η = ½이면 0과 m 사이의 모든 거리가 가장 좋아 하나로 정해지지 않는다"
LOSS, GRAD = "hinge_embedding_loss", "hinge_embedding_loss_grad"

BINDINGS = [
    Binding(f"{SLUG}-def", draw_negative, defines=LOSS),
    Binding(f"{SLUG}-mean", draw, defines=LOSS),
    Binding(
        f"{SLUG}-grad", draw, defines=GRAD,
        survivors={
            r"\begin{cases}1 & y_n = 1 \\ - 1 & y_n = - 1,x_n \le m \\ 0 & y_n = - 1,x_n > m \end{cases}": KINK,
            r"\begin{cases}1 & y_n = 1 \\ - 1 & y_n = - 1,x_n < m \\ 0 & y_n = - 1,x_n \ge m \end{cases}": KINK,
        },
    ),
    Binding(f"{SLUG}-mean-grad", draw, defines=GRAD),
    Binding(f"{SLUG}-distance", draw_points),
    Binding(f"{SLUG}-chain", draw_points),
    Binding(f"{SLUG}-torch", draw_any_label, defines=LOSS),
    Binding(f"{SLUG}-other", draw_other_label, defines=LOSS),
    Binding(
        f"{SLUG}-optimum", draw_best,
        survivors={
            r"\begin{cases}0 & \eta > \frac 1 2 \\ m & \eta \le \frac 1 2 \end{cases}": TIE,
            r"\begin{cases}0 & \eta \ge \frac 1 2 \\ m & \eta < \frac 1 2 \end{cases}": TIE,
        },
    ),
    Binding(f"{SLUG}-hadsell", draw_hadsell),
    Binding(f"{SLUG}-square", draw_hadsell),
    Binding(f"{SLUG}-square-optimum", draw_best_square),
    Binding(f"{SLUG}-scale", draw_scale, defines=LOSS),
    Binding(f"{SLUG}-triplet", draw_triplet),
]  # fmt: skip

SOURCE = [
    SourceFormula(
        "10",
        "HingeEmbeddingLoss(x,y)={xmax(0,margin−x)if y=1if y=−1",
        r"\ell_n = \begin{cases} x_n & y_n = 1 \\ \max(0, m - x_n) & y_n = -1 \end{cases}",
        f"{SLUG}-def", holds=True,
        reason="두 갈래를 갈라 적으면 옳다. 기본값과 x ≥ 0이 빠졌다",
    ),
    SourceFormula(
        "10",
        "x는 예측 유사도, y는 실제 유사도(1 또는 -1), margin은 마진",
        r"\ell_n = \begin{cases} 1 - x_n & y_n = 1 \\ \max(0, m - (1 - x_n)) & y_n = -1 \end{cases}",
        f"{SLUG}-def", holds=False,
        reason="x가 유사도라면 거리 1 − x로 바꾸어야 하므로 원문의 식과 다르다",
    ),
    SourceFormula(
        "10",
        "HingeEmbeddingLoss(x,y)={xmax(0,margin−x)if y=1if y=−1",
        r"\ell_n = x_n \max(0, m - x_n)",
        f"{SLUG}-def", holds=False,
        reason="글자대로 곱으로 읽으면 틀리다",
    ),
]  # fmt: skip
