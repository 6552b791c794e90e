"""What the formulas of the chapter '11. MultiLabelMarginLoss' mean. Classes count from one."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import label_ranking_loss

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula

SLUG = "multilabel-margin-loss"
SCORES = (
    np.array([2.0, 1.5, 0.0, -0.5, 0.3]),
    np.array([0.1, 0.2, 0.4, 0.8]),
    np.array([0.0, -1.7, 3.1, 0.9, 0.6, 2.5]),
    np.array([5.0, 1.0, 4.5, -2.0, 0.2]),
)
LABELS = ((1, 3), (4, 1), (2, 4, 5), (1, 3))
"""Right classes: pairs in and out of order, active and inactive, all inactive in the last."""


def row(labels: tuple[int, ...], classes: int) -> np.ndarray:
    """Class numbers from zero, padded by -1."""
    return np.array([*(j - 1 for j in labels), *[-1] * (classes - len(labels))])


def pair(x_j: float, x_i: float) -> float:
    """The penalty of one pair: both classes alone, without their 1/C."""
    return 2 * float(lossbook.multilabel_margin_loss(np.array([x_j, x_i]), np.array([0, -1])))


def draw(rng: np.random.Generator, k: int) -> Draw:
    x = SCORES[k] + rng.uniform(-0.05, 0.05, SCORES[k].shape)
    labels, C = LABELS[k], len(x)
    y = row(labels, C)
    return Draw(
        {
            "x": x, "C": C, "J": set(labels),
            "h": np.array([[pair(a, b) for b in x] for a in x]),
            r"\ell": lossbook.multilabel_margin_loss(x, y),
            r"\frac{\partial \ell}{\partial x}": lossbook.multilabel_margin_loss_grad(x, y),
        },
        {"i": C, "j": C, "c": C},
    )  # fmt: skip


def draw_sequence(rng: np.random.Generator, k: int) -> Draw:
    """Labels in the order written, one of them twice."""
    found = draw(rng, k)
    labels = (*LABELS[k], LABELS[k][k % 2])
    y = row(labels, found.symbols["C"])
    loss = lossbook.multilabel_margin_loss(found.symbols["x"], y)
    return Draw(
        {**found.symbols, "K": len(labels), "y": np.array(labels), r"\ell": loss}, found.indices
    )


def draw_rows(rng: np.random.Generator, k: int) -> Draw:
    x = rng.normal(0, 1.5, (3, 5))
    labels = ((1,), (2, 5, 4), (3, 1))
    y = np.stack([row(chosen, 5) for chosen in labels])
    return Draw(
        {
            "x": x, "C": 5, "N": 3, "J": [set(chosen) for chosen in labels],
            r"\ell": lossbook.multilabel_margin_loss(x, y, "none"),
            "L": lossbook.multilabel_margin_loss(x, y),
            r"\frac{\partial \ell}{\partial x}": lossbook.multilabel_margin_loss_grad(x, y, "sum"),
            r"\frac{\partial L}{\partial x}": lossbook.multilabel_margin_loss_grad(x, y),
        },
        {"n": 3, "c": 5, "i": 5},
    )  # fmt: skip


def draw_shift(rng: np.random.Generator, k: int) -> Draw:
    found = draw(rng, k)
    return Draw({**found.symbols, "t": (3.7, -2.1, 0.4, 11.0)[k]}, found.indices)


def draw_ranking(rng: np.random.Generator, k: int) -> Draw:
    """The last but one has a single right class that ties with all others: there r = its bound."""
    found = draw(rng, k)
    x, labels = np.array(found.symbols["x"]), LABELS[k]
    if k == 2:
        x, labels = np.full(6, 0.5), (3,)
    y = row(labels, len(x))
    truth = [[float(c in labels) for c in range(1, len(x) + 1)]]
    return Draw(
        {"x": x, "C": len(x), "J": set(labels), "m": len(labels),
         "r": label_ranking_loss(truth, [x]), r"\ell": lossbook.multilabel_margin_loss(x, y)},
        found.indices if k != 2 else {"i": 6},
    )  # fmt: skip


def draw_probabilities(rng: np.random.Generator, k: int) -> Draw:
    """Scores behind a softmax: every pair is active."""
    labels, C = LABELS[k], len(SCORES[k])
    p = rng.dirichlet(np.ones(C))
    P = sum(p[j - 1] for j in labels)
    loss = lossbook.multilabel_margin_loss(p, row(labels, C))
    return Draw({"C": C, "m": len(labels), "P": P, r"\ell": loss}, {})


KINK = "다른 것은 차이가 정확히 1인 꺾인 점뿐이고, 그곳의 기울기는 약속이라 검사하지 않는다"
AT_KINK = (
    r"\begin{cases}- \frac 1 C \# \{i \notin J : x_c - x_i < 1 \}& c \in J \\ \frac 1 C \# "
    r"\{j \in J : x_j - x_c \le 1 \}& \text{그 밖의 경우}\end{cases}",
    r"\begin{cases}- \frac 1 C \# \{i \notin J : x_c - x_i \le 1 \}& c \in J \\ \frac 1 C \# "
    r"\{j \in J : x_j - x_c < 1 \}& \text{그 밖의 경우}\end{cases}",
)
SAME_SET = r"\frac 1 C \sum_{k = 1}^K \sum_{i \notin y}\max(0,1 -(x_{y_k}- x_i))"

BINDINGS = [
    Binding(f"{SLUG}-pair", draw, defines="multilabel_margin_loss"),
    Binding(f"{SLUG}-def", draw, defines="multilabel_margin_loss"),
    Binding(f"{SLUG}-mean", draw_rows, defines="multilabel_margin_loss"),
    Binding(f"{SLUG}-sequence", draw_sequence, defines="multilabel_margin_loss",
            survivors={SAME_SET: "적은 번호 y의 모임이 곧 J이다"}),
    Binding(f"{SLUG}-grad", draw, defines="multilabel_margin_loss_grad",
            survivors=dict.fromkeys(AT_KINK, KINK)),
    Binding(f"{SLUG}-mean-grad", draw_rows, defines="multilabel_margin_loss_grad"),
    Binding(f"{SLUG}-balance", draw, defines="multilabel_margin_loss_grad"),
    Binding(f"{SLUG}-shift", draw_shift, defines="multilabel_margin_loss"),
    Binding(f"{SLUG}-ranking", draw_ranking),
    Binding(f"{SLUG}-bound", draw_ranking),
    Binding(f"{SLUG}-probabilities", draw_probabilities),
]  # fmt: skip

QUOTE = "MultiLabelMarginLoss(x,y)=∑j\ue020=yi(max(0,1−(xyi−xj)))"
"""The stroke of ≠ became a character of the private use area that no font shows."""
SOURCE = [
    SourceFormula(
        "11", QUOTE, r"\ell = \sum_{k=1}^{K} \max(0, 1 - (x_{y_k} - x_{y_k}))",
        f"{SLUG}-sequence", holds=False,
        reason="글자대로 j = y_i이면 자기 자신과 견주어 쌍마다 1이 된다",
    ),
    SourceFormula(
        "11", QUOTE, r"\ell = \sum_{k=1}^{K} \sum_{j=1,\, j \ne y_k}^{C} \max(0, 1 - (x_{y_k} - x_j))",
        f"{SLUG}-sequence", holds=False,
        reason="≠를 되살려도 정답끼리 겨루고 1/C가 없다",
    ),
    SourceFormula(
        "11", QUOTE, r"\ell = \sum_{k=1}^{K} \sum_{j \notin J} \max(0, 1 - (x_{y_k} - x_j))",
        f"{SLUG}-sequence", holds=False,
        reason="정답이 아닌 것만 더해도 1/C가 없다",
    ),
]  # fmt: skip
