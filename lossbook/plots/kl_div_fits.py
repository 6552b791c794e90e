"""쿨백–라이블러 발산 장의 계산: 급식, 한 솥의 맵기, 손글씨 숫자의 지식 증류."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from lossbook import kl_div, kl_div_grad

Array = np.ndarray[Any, np.dtype[Any]]

DISHES = ("비빔밥", "돈가스", "카레")
CHOSEN = np.array([0.5, 0.25, 0.25])
"""What the class chooses, P."""
PREPARED = np.array([0.25, 0.25, 0.5])
"""What the kitchen prepares, Q."""


def divergence(q: Array, p: Array) -> Array:
    """D(P‖Q) along the last axis, from probabilities."""
    with np.errstate(divide="ignore"):
        log_q = np.log(q)
    x, y = np.broadcast_arrays(log_q, p)
    return np.asarray(kl_div(x, y, "none").sum(axis=-1))


# --- one pot for two groups

SPICE = np.linspace(-10, 10, 401)
SHARES = (0.6, 0.4)
SPREAD = 0.8


def bell(mean: Any, sd: Any) -> Array:
    """A normal distribution on the grid of SPICE, as probabilities that add up to one."""
    height = np.exp(-((SPICE - np.asarray(mean)) ** 2) / (2 * np.asarray(sd) ** 2))
    return np.asarray(height / height.sum(axis=-1, keepdims=True))


def two_groups(distance: float = 6.0) -> Array:
    """Which spiciness the class wants: 60 % around -distance/2, 40 % around distance/2."""
    mild, hot = (bell(sign * distance / 2, SPREAD) for sign in (-1, 1))
    return np.asarray(SHARES[0] * mild + SHARES[1] * hot)


def log_bell(mean: Any, sd: Any) -> Array:
    """Logarithm of `bell`, exact where the bell itself is zero."""
    exponent = -((SPICE - np.asarray(mean)) ** 2) / (2 * np.asarray(sd) ** 2)
    top = exponent.max(axis=-1, keepdims=True)
    total = np.log(np.exp(exponent - top).sum(axis=-1, keepdims=True)) + top
    return np.asarray(exponent - total)


def fit(reverse: bool, starts: Any, distance: float = 6.0, steps: int = 400) -> Array:
    """경사 하강법(Adam)으로 종 하나를 두 무리에 맞춥니다. 출발점마다 (평균, 표준편차, 손실)."""
    import torch
    import torch.nn.functional as F

    spice, p = torch.tensor(SPICE), torch.tensor(two_groups(distance))
    mean = torch.tensor(starts, dtype=torch.float64)[:, None].requires_grad_()
    log_sd = torch.zeros_like(mean).requires_grad_()
    optimizer = torch.optim.Adam([mean, log_sd], lr=0.1)
    for _ in range(steps):
        log_q = F.log_softmax(-((spice - mean) ** 2) / (2 * torch.exp(2 * log_sd)), dim=1)
        log_p = p.log().expand_as(log_q)
        first, second = (log_p, log_q) if reverse else (log_q, log_p)
        loss = F.kl_div(first, second, reduction="none", log_target=True).sum(dim=1)
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
    found = torch.cat([mean, log_sd.exp(), loss[:, None]], dim=1)
    return np.asarray(found.detach().numpy())


MEANS = np.linspace(-5, 5, 81)
SDS = np.geomspace(0.5, 4.5, 60)


@cache
def valleys(distance: float) -> tuple[Array, Array, Array, Array]:
    """Least divergence for every mean (forward, reverse) and the best (mean, sd) of each."""
    p = two_groups(distance)
    log_q = log_bell(MEANS[:, None, None], SDS[:, None])
    log_p = np.broadcast_to(np.log(p), log_q.shape)
    forward = kl_div(log_q, log_p, "none", log_target=True).sum(axis=-1)
    reverse = kl_div(log_p, log_q, "none", log_target=True).sum(axis=-1)
    best = []
    for table in (forward, reverse):
        row, column = np.unravel_index(np.argmin(table), table.shape)
        best.append(np.array([MEANS[row], SDS[column]]))
    return forward.min(axis=1), reverse.min(axis=1), best[0], best[1]


# --- distillation on digits; arrays have a leading axis of seeds

SEEDS = 5
TAUGHT = 1000
"""Images that the teacher learns from; the others are for testing."""
IMAGES = 100
"""Images that a student sees."""
STEPS = 200


class Classroom(NamedTuple):
    x: Any
    y: Any
    teacher: Any
    """Logits of the teacher for every image, of shape (seeds, images, 10)."""


def network(hidden: int, first_seed: int) -> list[Any]:
    """Weights of one small network for each seed, with torch's default ranges."""
    import torch

    layers = []
    for fan_in, fan_out in ((64, hidden), (hidden, 10)):
        for rows in (fan_in, 1):
            draws = [
                np.random.default_rng((first_seed + seed, fan_in, rows)).uniform(
                    -1, 1, (rows, fan_out)
                )
                for seed in range(SEEDS)
            ]
            layers.append(torch.tensor(np.stack(draws) / np.sqrt(fan_in), requires_grad=True))
    return layers


def outputs(layers: list[Any], x: Any) -> Any:
    """Logits of all networks."""
    w1, b1, w2, b2 = layers
    return (x @ w1 + b1).relu() @ w2 + b2


@cache
def classroom(taught: int = TAUGHT) -> Classroom:
    """Five shuffles of the digits and a teacher for each, trained on the first labels."""
    import torch
    import torch.nn.functional as F
    from sklearn.datasets import load_digits

    digits = load_digits()
    orders = [np.random.default_rng(seed).permutation(len(digits.target)) for seed in range(SEEDS)]
    x = torch.tensor(np.stack([digits.data[order] / 16 for order in orders]))
    y = torch.tensor(np.stack([digits.target[order] for order in orders]))
    layers = network(64, 100)
    optimizer = torch.optim.Adam(layers, lr=0.01)
    for _ in range(100):
        logits = outputs(layers, x[:, :taught])
        loss = F.cross_entropy(logits.flatten(0, 1), y[:, :taught].flatten())
        optimizer.zero_grad()
        (SEEDS * loss).backward()
        optimizer.step()
    with torch.no_grad():
        return Classroom(x, y, outputs(layers, x))


def distillation(student: Any, teacher: Any, T: float) -> Any:
    """온도 T의 증류 손실. 이미지마다 하나이고, T²이 곱해져 있습니다."""
    import torch.nn.functional as F

    log_q = F.log_softmax(student / T, dim=-1)
    p = F.softmax(teacher.detach() / T, dim=-1)
    return T**2 * F.kl_div(log_q, p, reduction="none").sum(dim=-1)


SPACES = ("로그 확률", "확률", "로짓")


def wrong_space(student: Any, teacher: Any, space: str) -> Any:
    """T = 4에서 목표는 그대로 두고, 첫째 인수의 공간만 바꿉니다."""
    import torch.nn.functional as F

    z, p = student / 4, F.softmax(teacher / 4, dim=-1)
    inputs = {"로그 확률": z.log_softmax(dim=-1), "확률": z.softmax(dim=-1), "로짓": z}
    return F.kl_div(inputs[space], p, reduction="none").sum(dim=-1)


class Student(NamedTuple):
    losses: Array
    """Training loss before every step, averaged over seeds."""
    gaps: Array
    """Divergence from the teacher (T = 4) on the test images, every tenth step."""
    logits: Array
    """Of the test images."""


@cache
def student(
    T: float = 4.0, hard: float = 0.0, scale: float = 1.0, missing: int = -1,
    space: str = "", images: int = IMAGES, sgd: bool = False,
    taught: int = TAUGHT,
) -> Student:  # fmt: skip
    """Five students of 16 hidden units.

    `hard` is the weight of the labels' cross entropy, `scale` multiplies the teacher's loss,
    `taught` says how many labels the teacher has seen.
    """
    import torch
    import torch.nn.functional as F

    x, y, z = classroom(taught)
    kept = (y[:, :images] != missing).double()
    layers = network(16, 0)
    optimizer: Any = (torch.optim.SGD if sgd else torch.optim.Adam)(layers, lr=0.1 if sgd else 0.01)
    losses, gaps = [], []
    for step in range(STEPS):
        logits = outputs(layers, x[:, :images])
        soft = scale * distillation(logits, z[:, :images], T)
        if space:
            soft = wrong_space(logits, z[:, :images], space)
        labels = F.cross_entropy(logits.movedim(2, 1), y[:, :images], reduction="none")
        each = kept * (hard * labels + (1 - hard) * soft)
        loss = (each.sum(dim=1) / kept.sum(dim=1)).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item() / SEEDS)
        if space and step % 10 == 0:
            with torch.no_grad():
                gap = distillation(outputs(layers, x[:, TAUGHT:]), z[:, TAUGHT:], 4.0) / 16
            gaps.append(gap.mean().item())
    with torch.no_grad():
        return Student(
            np.array(losses), np.array(gaps), outputs(layers, x[:, TAUGHT:]).numpy()
        )  # fmt: skip


@cache
def students(missing: int = -1) -> tuple[Student, ...]:
    """Students of the labels and of the teacher at four temperatures."""
    images = IMAGES if missing < 0 else 3 * IMAGES
    options: tuple[dict[str, Any], ...] = (
        {"hard": 1.0}, {"T": 1.0}, {"T": 2.0}, {"T": 4.0}, {"T": 10.0},
    )  # fmt: skip
    return tuple(student(missing=missing, images=images, **each) for each in options)


def softened(logits: Array, T: float) -> Array:
    """Softmax of logits over T along the last axis."""
    powers = np.exp((logits - logits.max(axis=-1, keepdims=True)) / T)
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def gradient_size(T: float | None) -> float:
    """Mean absolute gradient in an untrained student's logits: of D at T, or of the labels' loss."""
    x, y, z = classroom()
    logits = outputs(network(16, 0), x[:, :IMAGES]).detach().numpy().reshape(-1, 10)
    if T is None:
        from lossbook import cross_entropy_grad

        labels = y[:, :IMAGES].numpy().ravel()
        return float(np.abs(cross_entropy_grad(logits, labels, reduction="sum")).mean())
    p = softened(z[:, :IMAGES].numpy().reshape(-1, 10), T)
    q = softened(logits, T)
    slope = kl_div_grad(np.log(q), p, "sum")
    return float(np.abs(slope - q * slope.sum(axis=1, keepdims=True)).mean() / T)


def truth() -> Array:
    """Labels of the test images, of shape (seeds, images)."""
    return np.asarray(classroom().y[:, TAUGHT:].numpy())


def accuracy(logits: Array, digit: int | None = None) -> Array:
    """Share of right answers of every seed, of all test images or of one digit's."""
    y = truth()
    counted = y == y if digit is None else y == digit
    return np.asarray(((logits.argmax(axis=-1) == y) & counted).sum(axis=1) / counted.sum(axis=1))


def told(values: Array) -> str:
    """Mean and range over the seeds, as the chapter's tables write them."""
    return f"{values.mean():.2f} ({values.min():.2f}–{values.max():.2f})"
