"""The formulas of the source document whose chapters are still to come, judged against PyTorch.

As printed they have lost their fractions, powers and signs; `latex` reads them literally, letter by
letter. Sections with a chapter judge theirs in tests/chapters/<module>/formulas.py.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from booktools.formulas import Binding, Draw
from booktools.formulas.check import problem

SOURCE = Path(__file__).parents[1] / "data" / "source-document.md"
SPACE = re.compile(r"[\s\u200b\ue020]+")  # U+E020: what is left of a ≠
SIZE = 5
LITERAL_SQUARE = r"(y_i - \hat y_i) \cdot 2"


def tensor(values: Any) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def values(rng: np.random.Generator) -> dict[str, Any]:
    """Symbols of every formula, and under r the value that PyTorch gives."""
    y, guess = rng.uniform(1, 3, SIZE), rng.uniform(1.5, 4, SIZE)
    score, label = rng.normal(0, 2, SIZE), np.array([1.0, 0.0, 1.0, 1.0, 0.0])
    p, q = rng.dirichlet(np.ones(SIZE), 2)
    chance, spread = rng.uniform(0.1, 0.9, SIZE), rng.uniform(0.3, 2, SIZE)
    a, b, c = rng.normal(size=(3, SIZE))
    sign = 2 * label - 1
    names = {"y": y, r"\hat y": guess, "x": score, "t": label, "P": p, "Q": q, "c": chance, "v": spread,
             "z": sign, "n": SIZE, "k": 2, "m": 1.0, "a": float(np.linalg.norm(a - b)),
             "b": float(np.linalg.norm(a - c)), "d": np.abs(score)}  # fmt: skip
    ty, tg, ts, tl, tc = map(tensor, (y, guess, score, label, chance))
    counts = np.array([0.0, 3.0, 1.0, 2.0, 5.0])
    rate = torch.distributions.Poisson(tensor(guess))
    triplet = [tensor(v)[None] for v in (a, b, c)]
    names |= {
        "w": counts,
        "nll": -score[1], "poisson": -rate.log_prob(tensor(counts)).numpy(),
        "gauss": F.gaussian_nll_loss(tg, ty, tensor(spread), reduction="none", eps=1e-12).numpy(),
        "kl": F.kl_div(tensor(q).log(), tensor(p), reduction="sum").item(),
        "bce": F.binary_cross_entropy(tc, tl, reduction="none").numpy(),
        "logits": F.binary_cross_entropy_with_logits(ts, tl, reduction="none").numpy(),
        "rank": F.margin_ranking_loss(ts, tg, tensor(sign), margin=0.4, reduction="none").numpy(),
        "hinge": F.hinge_embedding_loss(ts.abs(), tensor(sign), reduction="none").numpy(),
        "multi": F.multi_margin_loss(ts[None], torch.tensor([1])).item(),
        "labels": F.multilabel_margin_loss(ts[None], torch.tensor([[1, -1, 0, 0, 0]])).item(),
        "soft": F.soft_margin_loss(ts, tensor(sign), reduction="sum").item(),
        "multisoft": F.multilabel_soft_margin_loss(ts[None], tl[None]).item(),
        "triplet": F.triplet_margin_loss(*triplet, eps=0).item(),
        "cce": F.cross_entropy(tensor(q).log()[None], tensor(p)[None]).item(),
        "log": F.binary_cross_entropy(tc, tl).item(),
        "mae": F.l1_loss(tg, ty).item(), "mse": F.mse_loss(tg, ty).item(),
        "rmse": F.mse_loss(tg, ty).sqrt().item(),
        "msle": F.mse_loss(tg.log1p(), ty.log1p()).item(),
        "mape": (100 * ((ty - tg) / ty).abs()).mean().item(),
        "mpe": (100 * (ty - tg) / ty).mean().item(),
    }  # fmt: skip
    return names


# (quotation, what it should be, its literal reading, whether that reading is right)
JUDGED = [
    ("NLLLoss(x,class)=−x[class]", "nll", "r = -x_k", True),
    ("PoissonNLLLoss(x,y)=x−y∗log(x)+log(y!)", "poisson",
     r"r_i = \hat y_i - w_i \cdot \log(\hat y_i) + \log(w_i!)", True),
    ("GaussianNLLLoss(x,y,var)=2∗var(x−y)2+21log(var)", "gauss",
     r"r_i = 2 \cdot v_i (\hat y_i - y_i) \cdot 2 + 21 \cdot \log(v_i)", False),
    ("DKL(P∣∣Q)=∑iP(i)logQ(i)P(i)", "kl", r"r = \sum_i P_i \log(Q_i) \cdot P_i", False),
    ("BCELoss(x,y)=y∗log(x)+(1−y)∗log(1−x)", "bce",
     r"r_i = t_i \cdot \log(c_i) + (1 - t_i) \cdot \log(1 - c_i)", False),
    ("BCEWithLogitsLoss(x,y)=y∗log(1+exp(−x))+(1−y)∗log(1+exp(x))", "logits",
     r"r_i = t_i \cdot \log(1 + \exp(-x_i)) + (1 - t_i) \cdot \log(1 + \exp(x_i))", True),
    ("MarginRankingLoss(x1,x2,y)=max(0,−y∗(x1−x2)+margin)", "rank",
     r"r_i = \max(0, -z_i \cdot (x_i - \hat y_i) + 0.4)", True),
    ("HingeEmbeddingLoss(x,y)={xmax(0,margin−x)if y=1if y=−1", "hinge",
     r"r_i = d_i \cdot \max(0, m - d_i)", False),
    ("MultiLabelMarginLoss(x,y)=∑j=yi(max(0,1−(xyi−xj)))", "labels",
     r"r = \sum_{j : j = k} \max(0, 1 - (x_k - x_j))", False),
    ("SoftMarginLoss(x,y)=∑ilog(1+exp(−yi∗xi))", "soft",
     r"r = \sum_i \log(1 + \exp(-z_i \cdot x_i))", True),
    ("MultiLabelSoftMarginLoss(x,y)=−n1∑i(yi∗log(xi)+(1−yi)∗log(1−xi))", "multisoft",
     r"r = -n \cdot 1 \cdot \sum_i (t_i \cdot \log(c_i) + (1 - t_i) \cdot \log(1 - c_i))", False),
    ("MultiMarginLoss(x,y)=∑j=yi(max(0,1−(xyi−xj)))", "multi",
     r"r = \sum_{j : j = k} \max(0, 1 - (x_k - x_j))", False),
    ("TripletMarginLoss(a,p,n)=max(0,∣∣a−p∣∣22−∣∣a−n∣∣22+margin)", "triplet",
     r"r = \max(0, a^2 - b^2 + m)", False),
    ("TripletMarginWithDistanceLoss(a,p,n)=max(0,distance(a,p)−distance(a,n)+margin)", "triplet",
     r"r = \max(0, a - b + m)", True),
    ("CategoricalCrossEntropy(y,y^)=−∑iyi∗log(yi^)", "cce",
     r"r = -\sum_i P_i \cdot \log(Q_i)", True),
    ("LogLoss(y,y^)=−n1∑i=1n[yi∗log(yi^)+(1−yi)∗log(1−yi^)]", "log",
     r"r = -n \cdot 1 \cdot \sum_{i=1}^{n} [t_i \cdot \log(c_i) + (1 - t_i) \cdot \log(1 - c_i)]",
     False),
    ("MAE(y,y^)=n1∑i=1n∣yi−yi^∣", "mae", r"r = n \cdot 1 \cdot \sum_{i=1}^{n} |y_i - \hat y_i|", False),
    (r"MAE\ =\ \frac{1}{n}\sum_{i=0}^{n}|y_{i}- \sum_{j=0}^{M}x_{ij}W_{j}|", "mae",
     r"r = \frac{1}{n} \sum_{i=0}^{n} |y_i - \hat y_i|", False),
    ("MSE(y,y^)=n1∑i=1n(yi−yi^)2", "mse", r"r = n \cdot 1 \cdot \sum_{i=1}^{n} " + LITERAL_SQUARE,
     False),
    (r"MSE\ =\ \frac{1}{n}\sum_{i=0}^{n}(y_{i}- \sum_{j=0}^{M}x_{ij}W_{j})^{2}", "mse",
     r"r = \frac{1}{n} \sum_{i=0}^{n} (y_i - \hat y_i)^2", False),
    ("RMSE=n1∑i=1n(yi−yi^)2", "rmse", r"r = n \cdot 1 \cdot \sum_{i=1}^{n} " + LITERAL_SQUARE, False),
    ("MSLE=n1∑i=1n(log(1+yi)−log(1+yi^))2", "msle",
     r"r = n \cdot 1 \cdot \sum_{i=1}^{n} (\log(1 + y_i) - \log(1 + \hat y_i)) \cdot 2", False),
    ("MAPE=n100∑i=1n∣∣∣∣yiyi−yi^∣∣∣∣", "mape",
     r"r = n \cdot 100 \cdot \sum_{i=1}^{n} |y_i \cdot y_i - \hat y_i|", False),
    ("MPE=n100∑i=1nyiyi−yi^", "mpe",
     r"r = n \cdot 100 \cdot \sum_{i=1}^{n} (y_i \cdot y_i - \hat y_i)", False),
]  # fmt: skip


def bound(target: str) -> Binding:
    def draw(rng: np.random.Generator, k: int) -> Draw:
        names = values(rng)
        symbols = {name: value for name, value in names.items() if len(name) == 1 or "\\" in name}
        return Draw({**symbols, "r": names[target]}, {"i": SIZE, "j": SIZE})

    return Binding(target, draw)


@pytest.mark.parametrize(
    ("quote", "target", "latex", "right"), JUDGED, ids=[entry[0][:24] for entry in JUDGED]
)
def test_formula_of_the_source_document(quote, target, latex, right):
    document = SPACE.sub("", SOURCE.read_text(encoding="utf-8"))
    assert SPACE.sub("", quote) in document, "quote the source document letter for letter"
    found = problem(latex, bound(target))
    assert (found is None) == right, found
    if "i=0" not in latex:
        assert found is None or "cannot be read" not in found, found
