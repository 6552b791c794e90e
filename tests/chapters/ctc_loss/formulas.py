"""What the formulas of the chapter on CTC mean: every path is enumerated, the blank is in the middle."""

from __future__ import annotations

from itertools import pairwise, product
from typing import Any

import numpy as np

import lossbook
from booktools.formulas import Binding, Draw, SourceFormula, Table

Random = np.random.Generator
BLANK, CLASSES = 2, 4
TARGETS = (((1, 3), 5), ((3, 3), 5), ((4,), 4), ((1, 3, 1), 5))
STEP = 1e-30


def collapse(path: tuple[int, ...]) -> tuple[int, ...]:
    runs = [k for t, k in enumerate(path) if t == 0 or path[t - 1] != k]
    return tuple(k for k in runs if k != BLANK)


def negative_log(paths: set[tuple[int, ...]], p: Any) -> Any:
    return -np.log(sum(np.prod([p[t, k - 1] for t, k in enumerate(path)]) for path in paths))


def symbols(rng: Random, number: int) -> dict[str, Any]:
    """Everything the chapter names, from the definitions: sums over paths, no recursion."""
    z, size = TARGETS[number]
    x = rng.normal(size=(size, CLASSES))
    p = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
    states = [BLANK, *(s for label in z for s in (label, BLANK))]
    alpha, beta = np.zeros((2, size, len(states)))

    def legal(path: tuple[int, ...]) -> bool:
        return all(
            b - a in (0, 1) or (b - a == 2 and states[b] not in (BLANK, states[a]))
            for a, b in pairwise(path)
        )

    for t in range(size):
        for path in filter(legal, product(range(len(states)), repeat=t + 1)):
            if path[0] < 2:
                alpha[t, path[-1]] += np.prod([p[i, states[s] - 1] for i, s in enumerate(path)])
        for path in filter(legal, product(range(len(states)), repeat=size - t)):
            if path[-1] >= len(states) - 2:
                after = [p[t + i, states[s] - 1] for i, s in enumerate(path) if i]
                beta[t, path[0]] += np.prod(after)
    paths = {path for path in product(range(1, CLASSES + 1), repeat=size) if collapse(path) == z}
    slope, gamma = np.zeros((2, size, CLASSES))
    for t, k in product(range(size), range(CLASSES)):
        turned = p.astype(complex)
        turned[t, k] *= np.exp(1j * STEP)
        slope[t, k] = negative_log(paths, turned).imag / STEP
        through = {path for path in paths if path[t] == k + 1}
        gamma[t, k] = np.exp(negative_log(paths, p) - negative_log(through, p)) if through else 0
    call = (np.log(p)[:, None], np.array([z]) - 1, np.array([size]), np.array([len(z)]))
    options: dict[str, Any] = {"blank": BLANK - 1, "reduction": "sum"}
    return {
        "p": Table(p, outside=0.0), "z": np.array(z), "z'": Table(np.array(states), outside=-1.0),
        r"\alpha": Table(alpha, outside=0.0), r"\beta": Table(beta, outside=0.0),
        r"\gamma": Table(gamma), r"\varnothing": BLANK, "U": len(z), "T": size,
        r"\mathcal B^{-1}(z)": paths, r"p(z \mid X)": float(np.exp(-negative_log(paths, p))),
        r"\ell": float(lossbook.ctc_loss(*call, **options)),
        r"\frac{\partial \ell}{\partial \log p}": Table(slope),
        r"\frac{\partial \ell}{\partial x}": lossbook.ctc_loss_grad(*call, **options)[:, 0],
    }  # fmt: skip


def every_frame(rng: Random, k: int) -> Draw:
    names = symbols(rng, k)
    return Draw(names, {"t": names["T"], "s": 2 * names["U"] + 1, "k": CLASSES})


def inside_frames(rng: Random, k: int) -> Draw:
    """As `every_frame`, but a state beyond the trellis is an error."""
    draw = every_frame(rng, k)
    strict = {name: Table(draw.symbols[name].values) for name in (r"\alpha", r"\beta")}
    return Draw({**draw.symbols, **strict}, draw.indices)


def later_frames(rng: Random, k: int) -> Draw:
    names = symbols(rng, k)
    return Draw(names, {"t": range(2, names["T"] + 1), "s": 2 * names["U"] + 1})


def earlier_frames(rng: Random, k: int) -> Draw:
    names = symbols(rng, k)
    return Draw(names, {"t": range(1, names["T"]), "s": 2 * names["U"] + 1})


def batch(rng: Random, k: int) -> Draw:
    """Targets of different lengths, one of them empty."""
    lengths = np.array([[2, 0, 3], [1, 4, 0], [0, 2, 1], [3, 1, 2]][k])
    x = rng.normal(size=(8, 3, 5))
    log_p = x - np.log(np.exp(x).sum(axis=2, keepdims=True))
    call = (log_p, rng.integers(1, 5, (3, 4)), np.array([8, 8, 8]), lengths)
    return Draw(
        {"L": lossbook.ctc_loss(*call), r"\ell": lossbook.ctc_loss(*call, reduction="none"),
         "U": lengths, "N": 3},
        {"n": 3},
    )  # fmt: skip


BINDINGS = [
    Binding("ctc-loss-def", every_frame, defines="ctc_loss"),
    Binding("ctc-loss-alpha-start", every_frame),
    Binding("ctc-loss-alpha", later_frames),
    Binding("ctc-loss-total", every_frame, defines="ctc_loss"),
    Binding("ctc-loss-beta-end", every_frame),
    Binding("ctc-loss-beta", earlier_frames),
    Binding("ctc-loss-any-frame", inside_frames),
    Binding("ctc-loss-gamma", every_frame),
    Binding("ctc-loss-log-grad", every_frame),
    Binding("ctc-loss-grad", every_frame, defines="ctc_loss_grad"),
    Binding("ctc-loss-mean", batch, defines="ctc_loss"),
]

SOURCE = [
    SourceFormula(
        "02", "기본적으로 가능한 모든 정렬을 고려하여 손실을 계산합니다",
        r"\ell = -\sum_{\pi \in \mathcal B^{-1}(z)} \log \prod_{t=1}^{T} p_t(\pi_t)", "ctc-loss-def",
        holds=False, reason="정렬마다 손실을 더하는 것이 아니라 확률을 더한 뒤 로그를 취한다",
    ),
]  # fmt: skip
