"""What the formulas of the chapter on CTC mean.

Symbols are coded from one: ∅ is 1. α and β come from `lossbook.ctc_loss` alone: a path that ends
in the blank after label u has read the first u labels one frame earlier.
"""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula, Table
from lossbook.decoding import collapse

CASES = (
    ((1, 2, 1), 5, 3),
    ((1, 1, 2), 6, 4),
    ((2, 2), 4, 3),
    ((3,), 3, 4),
    ((1, 2, 2, 1), 6, 3),
)
"""Labels, frames and symbols: repeats, T = U + r + 1, unused symbols, a single label."""


def probability(log_p: np.ndarray, labels: tuple[int, ...]) -> float:
    """p(labels | frames) from lossbook; no frames read as nothing."""
    if not len(log_p):
        return float(not labels)
    return float(
        np.exp(-lossbook.ctc_loss(log_p, list(labels), [len(log_p)], [len(labels)], reduction="sum"))
    )


def forward(log_p: np.ndarray, labels: tuple[int, ...]) -> np.ndarray:
    table = np.zeros((len(log_p), 2 * len(labels) + 1))
    for t, u in product(range(len(log_p)), range(len(labels) + 1)):
        table[t, 2 * u] = np.exp(log_p[t, 0]) * probability(log_p[:t], labels[:u])
        if u:
            table[t, 2 * u - 1] = probability(log_p[: t + 1], labels[:u]) - table[t, 2 * u]
    return table


def backward(log_p: np.ndarray, labels: tuple[int, ...], z: np.ndarray) -> np.ndarray:
    return forward(log_p[::-1], labels[::-1])[::-1, ::-1] / np.exp(log_p[:, z])


def sample(rng: np.random.Generator, k: int) -> Draw:
    labels, frames, symbols = CASES[k]
    scores = rng.normal(size=(frames, symbols))
    log_p = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
    p, z = np.exp(log_p), np.zeros(2 * len(labels) + 1, int)
    z[1::2] = labels
    alpha, beta = forward(log_p, labels), backward(log_p, labels, z)
    posterior = alpha * beta / (alpha * beta).sum(axis=1, keepdims=True)
    gamma = np.stack([posterior[:, z == c].sum(axis=1) for c in range(symbols)], axis=1)
    args = log_p, list(labels), [frames], [len(labels)]
    loss = lossbook.ctc_loss(*args, reduction="sum")
    slope = lossbook.ctc_loss_grad(*args, reduction="sum")

    def preimage(word: np.ndarray) -> set[tuple[int, ...]]:
        return {
            tuple(c + 1 for c in path)
            for path in product(range(symbols), repeat=frames)
            if collapse(path) == tuple(int(c) - 1 for c in word)
        }

    def reachable(state: int) -> set[int]:
        """States one frame later: z is 0 where z′ holds ∅, and counts from 0."""
        skips = state + 1 < len(z) and z[state - 1] != z[state + 1]
        ahead = {state, state + 1, state + 2} if skips else {state, state + 1}
        return {j for j in ahead if j <= len(z)}

    return Draw(
        {
            r"\ell": loss, "T": frames, "U": len(labels), "z": np.array(labels) + 1,
            r"z'": Table(z + 1, outside=1), r"\varnothing": 1, "p": Table(p),
            "A(z)": len(preimage(np.array(labels) + 1)),
            "r": sum(a == b for a, b in pairwise(labels)), r"p(z \mid X)": np.exp(-loss), r"\mathcal B^{-1}": preimage,
            r"\mathcal N": lambda s: reachable(int(s)),
            r"\alpha": Table(alpha, outside=0.0), r"\beta": Table(beta, outside=0.0),
            r"\hat\beta": Table(p[:, z] * beta, outside=0.0), r"\gamma": Table(gamma),
            r"\frac{\partial \ell}{\partial \log p}": Table(slope - p),
            r"\frac{\partial \ell}{\partial x}": slope,
        },
        {"t": frames, "s": len(z), "j": len(z), "k": symbols},
    )  # fmt: skip


def within(rng: np.random.Generator, k: int) -> Draw:
    """The same sample without zeros around α and β: a sum must not run beyond them."""
    found = sample(rng, k)
    bare = {name: Table(found.symbols[name].values) for name in (r"\alpha", r"\beta")}
    return Draw({**found.symbols, **bare}, found.indices)


def later(rng: np.random.Generator, k: int) -> Draw:
    """The same sample for the frames that have one before them."""
    found = sample(rng, k)
    return Draw(found.symbols, {**found.indices, "t": range(2, CASES[k][1] + 1)})


def earlier(rng: np.random.Generator, k: int) -> Draw:
    """The same sample for the frames that have one after them."""
    found = sample(rng, k)
    return Draw(found.symbols, {**found.indices, "t": range(1, CASES[k][1])})


def batch(rng: np.random.Generator, k: int) -> Draw:
    scores = rng.normal(size=(9, 4, 5))
    log_p = scores - np.logaddexp.reduce(scores, axis=2, keepdims=True)
    lengths = np.array([3, 0, 1, 2 + k % 3])
    args = log_p, rng.integers(1, 5, (4, 4)), [9, 4, 7, 8], lengths
    return Draw(
        {
            r"\ell": lossbook.ctc_loss(*args, reduction="none"), "L": lossbook.ctc_loss(*args),
            "U": lengths, "N": 4,
        },
        {"n": 4},
    )  # fmt: skip


BINDINGS = [
    Binding("ctc-loss-def", sample, defines="ctc_loss", draws=len(CASES)),
    Binding("ctc-loss-count", sample, draws=len(CASES)),
    Binding("ctc-loss-alpha-start", sample, draws=len(CASES)),
    Binding("ctc-loss-alpha", later, draws=len(CASES)),
    Binding("ctc-loss-total", sample, draws=len(CASES)),
    Binding("ctc-loss-beta-end", sample, draws=len(CASES)),
    Binding("ctc-loss-beta-hat", sample, draws=len(CASES)),
    Binding("ctc-loss-beta", earlier, draws=len(CASES)),
    Binding("ctc-loss-any-frame", within, draws=len(CASES)),
    Binding("ctc-loss-gamma", sample, draws=len(CASES)),
    Binding("ctc-loss-log-grad", sample, draws=len(CASES)),
    Binding("ctc-loss-grad", sample, defines="ctc_loss_grad", draws=len(CASES)),
    Binding("ctc-loss-mean", batch, defines="ctc_loss"),
]

SOURCE: list[SourceFormula] = []
