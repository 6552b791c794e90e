"""가우시안 음의 로그 가능도 장의 계산: 열흘의 예보, 엥겔 자료의 띠, 훈련 두 가지."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from scipy.optimize import minimize
from scipy.special import ndtri

from lossbook import gaussian_nll_loss, gaussian_nll_loss_grad
from lossbook.data import load_engel

Array = np.ndarray[Any, np.dtype[Any]]

# --- ten forecasts

ERRORS = np.array([1.5, -1.5, 0.5, -0.5, 0.0, -6.0, 2.0, 0.0, 6.0, -2.0])
"""예보 - 실제 (도). 앞의 닷새는 맑은 날, 뒤의 닷새는 전선이 지나는 날입니다."""
FRONT = np.arange(10) >= 5
BANDS = {
    "가람: 늘 ±1": np.full(10, 1.0),
    "나래: 맑으면 ±1, 전선이면 ±4": np.where(FRONT, 4.0, 1.0),
    "늘 ±3": np.full(10, 3.0),
    "늘 ±30": np.full(10, 30.0),
}
"""열흘 동안 말한 표준편차 (도)."""


def coverage(error: Array, deviation: Array, level: float = 0.95) -> float:
    """오차가 정규분포의 `level` 띠 안에 든 비율."""
    return float(np.mean(np.abs(error) <= ndtri((1 + level) / 2) * deviation))


# --- Engel's households


class Band(NamedTuple):
    """평균은 a + b·u, 로그 분산은 c + d·ln u. 단위는 천 프랑입니다."""

    a: float
    b: float
    c: float
    d: float

    def mean(self, u: Array) -> Array:
        return self.a + self.b * u

    def deviation(self, u: Array) -> Array:
        return np.exp((self.c + self.d * np.log(u)) / 2)


def households() -> tuple[Array, Array]:
    """235가구의 소득과 식비 (천 프랑)."""
    engel = load_engel()
    return engel["income"] / 1000, engel["foodexp"] / 1000


def band_fit(u: Array, y: Array, widening: bool = True) -> Band:
    """이 장의 손실을 가장 작게 하는 띠. `widening`이 거짓이면 너비가 일정합니다."""
    line = np.column_stack([np.ones_like(u), u])
    spread = np.column_stack([np.ones_like(u), np.log(u)])[:, : 1 + widening]

    def objective(theta: Array) -> tuple[float, Array]:
        x, v = line @ theta[:2], np.exp(spread @ theta[2:])
        dx, _, dv = gaussian_nll_loss_grad(x, y, v)
        return gaussian_nll_loss(x, y, v), np.concatenate([line.T @ dx, spread.T @ (dv * v)])

    start = np.zeros(3 + widening)
    start[:2] = np.linalg.lstsq(line, y, rcond=None)[0]
    start[2] = np.log(np.mean((line @ start[:2] - y) ** 2))
    theta = minimize(objective, start, jac=True, method="BFGS", options={"gtol": 1e-8}).x
    return Band(theta[0], theta[1], theta[2], theta[3] if widening else 0.0)


def thirds(u: Array) -> Array:
    """소득이 낮은, 가운데, 높은 3분의 1: 0, 1, 2."""
    return np.digitize(u, np.quantile(u, [1 / 3, 2 / 3]))


SPLITS = 20


@cache
def held_out() -> Array:
    """절반으로 맞추고 절반에서 잰 것: (나눔, 너비가 일정/변함, 손실과 세 집단의 적중률)."""
    u, y = households()
    third = thirds(u)
    result = np.empty((SPLITS, 2, 4))
    for split in range(SPLITS):
        order = np.random.default_rng(split).permutation(len(u))
        train, test = order[: len(u) // 2], order[len(u) // 2 :]
        for row, widening in enumerate((False, True)):
            band = band_fit(u[train], y[train], widening)
            error, deviation = band.mean(u[test]) - y[test], band.deviation(u[test])
            inside = [
                coverage(error[third[test] == k], deviation[third[test] == k]) for k in range(3)
            ]
            result[split, row] = [gaussian_nll_loss(error, 0 * error, deviation**2), *inside]
    return result


# --- what the wrong space looks like while it trains


class Training(NamedTuple):
    """걸음마다의 손실, 95 % 띠의 적중률, 분산이 0인 가구의 비율."""

    loss: Array
    inside: Array
    stuck: Array


@cache
def training(slot: str, steps: int = 500) -> Training:
    """엥겔 자료에 직선과 띠를 Adam으로 맞춥니다. `slot`은 손실의 `var` 자리에 넣는 것입니다."""
    u, y = (torch.tensor(column) for column in households())
    theta = torch.tensor([0.0, 0.0, 0.3 if slot == "relu" else 0.0, 0.0], requires_grad=True)
    optimizer = torch.optim.Adam([theta], lr=0.05)
    records = []
    for _ in range(steps):
        x, s = theta[0] + theta[1] * u, theta[2] + theta[3] * u.log()
        if slot == "relu":  # 분산을 relu로 양수로 만들기
            var = s.relu()
            deviation = var.sqrt()
        else:
            deviation = s.exp()  # 모델이 내놓는 표준편차
            var = deviation**2 if slot == "variance" else deviation
        loss = F.gaussian_nll_loss(x, y, var)
        inside = coverage((x - y).detach().numpy(), deviation.detach().numpy())
        records.append((loss.item(), inside, (var == 0).double().mean().item()))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return Training(*np.array(records).T)


# --- a network whose variance outruns its mean

BETAS = (0.0, 0.5, 1.0)
SEEDS = (0, 1, 2)
NOISE = 0.25
"""온도계의 흔들림 (도)."""


class Networks(NamedTuple):
    """(β, 씨앗)마다: 걸음마다의 RMSE (도), 마지막 평균과 표준편차 (도), 마지막 손실 (nat)."""

    rmse: Array
    mean: Array
    deviation: Array
    loss: Array


def four_days() -> tuple[Array, Array, Array]:
    """나흘 동안 72번 잰 기온: 시각 (일), 참값 (도), 잰 값 (도)."""
    day = np.linspace(0, 4, 72)
    truth = 22 + 5 * np.sin(2 * np.pi * day)
    return day, truth, truth + NOISE * np.random.default_rng(0).normal(size=72)


def beta_nll(x: torch.Tensor, y: torch.Tensor, v: torch.Tensor, beta: Any) -> torch.Tensor:
    """β-NLL: 표본마다의 손실에 분산의 β제곱을 곱하되, 곱한 무게는 미분하지 않습니다."""
    return v.detach() ** beta * F.gaussian_nll_loss(x, y, v, reduction="none")


def weights(inputs: int, outputs: int, key: int) -> torch.Tensor:
    """씨앗마다 다르고 β마다 같은 첫 가중치. 모양은 (9, inputs, outputs)."""
    drawn = [
        torch.rand(inputs, outputs, generator=torch.Generator().manual_seed(10 * seed + key),
                   dtype=torch.float64)
        for seed in SEEDS
    ]  # fmt: skip
    return ((2 * torch.stack(drawn * len(BETAS)) - 1) / inputs**0.5).requires_grad_()


@cache
def networks(steps: int = 900, hidden: int = 32) -> Networks:
    """작은 신경망 아홉 개(β 셋 × 씨앗 셋)를 나란히 훈련합니다."""
    day, truth, observed = four_days()
    u = torch.tensor(day / 2 - 1)[None, :, None]
    y = torch.tensor((observed - 22) / 5)
    layers = [
        (weights(1, hidden, 1), weights(1, hidden, 2)),
        (weights(hidden, hidden, 3), weights(1, hidden, 4)),
        (weights(hidden, 2, 5), weights(1, 2, 6)),
    ]
    beta = torch.tensor(BETAS, dtype=torch.float64).repeat_interleave(len(SEEDS))[:, None]
    optimizer = torch.optim.Adam([part for layer in layers for part in layer], lr=0.005)
    rmse = []
    for step in range(steps + 1):
        hidden_units = u
        for weight, bias in layers[:-1]:
            hidden_units = torch.tanh(hidden_units @ weight + bias)
        output = hidden_units @ layers[-1][0] + layers[-1][1]
        x, v = output[..., 0], F.softplus(output[..., 1])
        error = 22 + 5 * x.detach().numpy() - truth
        rmse.append(np.sqrt(np.mean(error**2, axis=1)))
        if step < steps:
            optimizer.zero_grad()
            beta_nll(x, y, v, beta).mean(dim=1).sum().backward()
            optimizer.step()
    mean, deviation = 22 + 5 * x.detach().numpy(), 5 * np.sqrt(v.detach().numpy())
    loss = gaussian_nll_loss(mean, np.tile(observed, (9, 1)), deviation**2, reduction="none")
    grid = (len(BETAS), len(SEEDS))
    return Networks(
        np.array(rmse).T.reshape(*grid, -1), mean.reshape(*grid, -1),
        deviation.reshape(*grid, -1), loss.mean(axis=1).reshape(grid),
    )  # fmt: skip
