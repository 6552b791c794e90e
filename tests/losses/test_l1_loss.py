"""l1_loss against torch, on its edges, on the worked numbers, and as mathematics."""

from __future__ import annotations

import numpy as np

from tests.losses.against_torch import Case

INF, NAN = np.inf, np.nan
BAD = np.array([[INF, -INF, NAN], [1e308, -1e308, 5e-324]])
SILENT = [(BAD, -BAD), (BAD[:0], BAD[:0])]

RNG = np.random.default_rng(0)
FAULT_CASES = [
    Case("l1_loss", (2 * A, B), {"weight": W, "reduction": reduction})
    for A, B, W in [RNG.normal(size=(3, 5, 3))]
    for reduction in ("mean", "sum")
]
FAULTS = [
    ("np.abs(x - y)", "(x - y)"),
    ("weight=w, total=weight_sum(w)", "weight=w"),
    ("sign(x - y)", "sign(y - x)"),
    ("sign(x - y)", "(x - y)"),
]
