"""What the formulas of the chapter '09. Margin Ranking Loss' mean."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula

SLUG = "margin-ranking-loss"
MARGINS = (0.5, 1.3, 0.8, 2.0)
SHARES = (0.75, 0.2, 0.55, 0.45)


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def symbols(x: np.ndarray, y: np.ndarray, m: float) -> Draw:
    one, two = x
    gap = np.where(y > 0, one - two, two - one)
    slopes = lossbook.margin_ranking_loss_grad(one, two, y, m, "sum")
    means = lossbook.margin_ranking_loss_grad(one, two, y, m)
    smooth = lossbook.soft_margin_loss_grad(one - two, y, "sum")
    return Draw(
        {
            "x": x, "y": y, "m": m, "g": gap, "N": y.size, r"\sigma": sigmoid, "k": 3.0,
            r"\ell": lossbook.margin_ranking_loss(one, two, y, m, "none"),
            "L": lossbook.margin_ranking_loss(one, two, y, m),
            "r": lossbook.soft_margin_loss(one - two, y, "none"),
            r"\frac{\partial \ell}{\partial x}": np.stack(slopes),
            r"\frac{\partial L}{\partial x}": np.stack(means),
            r"\frac{\partial r}{\partial x}": np.stack([smooth, -smooth]),
        },
        {"n": y.size},
    )  # fmt: skip


def draw(rng: np.random.Generator, k: int) -> Draw:
    """Pairs of both labels: right, wrong, tied, right but short of the margin; no kink."""
    m = MARGINS[k]
    x = rng.normal(0, 2, (2, 9))
    y = np.array([1, -1, 1, -1, 1, -1, 1, -1, 1])
    x[0, :4] = x[1, :4] + y[:4] * np.array([0.0, 0.0, 0.6 * m, 0.4 * m])
    x[0, 4:6] = x[1, 4:6] + y[4:6] * np.array([1.7 * m, -0.9 * m])
    return symbols(x, y, m)


def draw_edge(rng: np.random.Generator, k: int) -> Draw:
    """The same for the loss alone: some gaps are exactly the margin."""
    pairs = draw(rng, k)
    x, y = np.array(pairs.symbols["x"]), np.array(pairs.symbols["y"])
    x[:, 2:4] = [[MARGINS[k], 0], [0, MARGINS[k]]]
    return symbols(x, y, MARGINS[k])


def lowest(mean: Callable[[np.ndarray], np.ndarray]) -> float:
    """The place of the least value of a mean loss that is convex in the gap."""
    gaps = np.linspace(-4, 4, 8001)
    return float(gaps[np.argmin(mean(gaps))])


def votes(share: float, loss: Callable[..., np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    def mean(gaps: np.ndarray) -> np.ndarray:
        one = np.ones_like(gaps)
        return np.asarray(share * loss(gaps, one) + (1 - share) * loss(gaps, -one))

    return mean


def draw_majority(rng: np.random.Generator, k: int) -> Draw:
    m, share = MARGINS[k], SHARES[k]

    def loss(gaps: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.asarray(lossbook.margin_ranking_loss(gaps, 0 * gaps, y, m, "none"))

    return Draw({"g^*": lowest(votes(share, loss)), "m": m, "P": share})


def draw_logit(rng: np.random.Generator, k: int) -> Draw:
    """The zero of the mean slope of RankNet, by bisection."""
    share, (low, high) = SHARES[k], (-9.0, 9.0)
    for _ in range(100):
        middle = (low + high) / 2
        gap = np.array([middle, middle])
        by_gap = lossbook.soft_margin_loss_grad(gap, np.array([1.0, -1.0]), "sum")
        low, high = (middle, high) if by_gap @ [share, 1 - share] < 0 else (low, middle)
    return Draw({"g^*": (low + high) / 2, "P": share})


BINDINGS = [
    Binding(f"{SLUG}-gap", draw),
    Binding(f"{SLUG}-cases", draw_edge, defines="margin_ranking_loss"),
    Binding(f"{SLUG}-def", draw_edge, defines="margin_ranking_loss"),
    Binding(f"{SLUG}-mean", draw_edge, defines="margin_ranking_loss"),
    Binding(
        f"{SLUG}-grad", draw, defines="margin_ranking_loss_grad",
        survivors={r"- y_n \mathbf 1[g_n \le m]": "the gradient at the kink is nobody's promise"},
    ),
    Binding(f"{SLUG}-grad-second", draw, defines="margin_ranking_loss_grad"),
    Binding(f"{SLUG}-mean-grad", draw, defines="margin_ranking_loss_grad"),
    Binding(f"{SLUG}-scale", draw, defines="margin_ranking_loss"),
    Binding(f"{SLUG}-bound", draw_edge, defines="margin_ranking_loss"),
    Binding(
        f"{SLUG}-majority", draw_majority,
        survivors=dict.fromkeys(
            (
                r"\begin{cases}m & P > \frac 1 2 \\ - m & P \le \frac 1 2 \end{cases}",
                r"\begin{cases}m & P \ge \frac 1 2 \\ - m & P < \frac 1 2 \end{cases}",
            ),
            "at one half every gap from -m to m is a minimum",
        ),
    ),
    Binding(f"{SLUG}-ranknet", draw),
    Binding(f"{SLUG}-ranknet-grad", draw),
    Binding(f"{SLUG}-logit", draw_logit),
]  # fmt: skip

SOURCE = [
    SourceFormula(
        "09",
        "MarginRankingLoss(x1,x2,y)=max(0,−y∗(x1−x2)+margin)",
        r"\ell_n = \max(0, -y_n \cdot (x_{1,n} - x_{2,n}) + m)",
        f"{SLUG}-def", holds=True,
        reason="식은 맞다. 마진의 기본값이 0이라는 말이 없다",
    ),
    SourceFormula(
        "09",
        "x1과 x2는 입력 샘플, y는 실제 순위(-1 또는 1), margin은 마진",
        r"\ell_n = \max(0, x_{1,n} - x_{2,n} + m)",
        f"{SLUG}-def", holds=False,
        reason="y를 짝의 레이블이 아니라 늘 -1인 순위로 읽으면 y = 1인 짝에서 틀린다",
    ),
]  # fmt: skip
