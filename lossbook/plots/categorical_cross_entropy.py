"""범주형 교차 엔트로피 손실의 그림과, 붓꽃으로 하는 훈련."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from lossbook import (
    categorical_cross_entropy,
    categorical_cross_entropy_grad,
    cross_entropy,
    cross_entropy_grad,
    log_loss,
)
from lossbook.plots import style
from lossbook.plots.figure import Figure, figure, panel
from lossbook.plots.links import softmax, through_softmax
from lossbook.plots.slider import Slider, slider_figure

Array = np.ndarray[Any, np.dtype[Any]]

HANDS = ("가위", "바위", "보")
VOTES = np.array([2.0, 6.0, 2.0])
"""Of ten pictures of a hand, how many the app called 가위, 바위 and 보; it was 바위."""
SCALES = np.arange(1, 61) / 20


def readings() -> Figure:
    """같은 세 수를 합으로 나누어 읽을 때와 소프트맥스로 읽을 때. 슬라이더는 세 수의 배율입니다."""
    scores = SCALES[:, np.newaxis] * VOTES
    rock = np.tile([0.0, 1.0, 0.0], (len(SCALES), 1))
    divided = categorical_cross_entropy(scores, rock, reduction="none")
    exponential = cross_entropy(scores, np.ones(len(SCALES), dtype=int), reduction="none")
    readout = [
        f"세 수 {a:.1f}, {b:.1f}, {c:.1f}: 나누면 손실 {d:.4f}, 소프트맥스이면 {e:.4f}"
        for (a, b, c), d, e in zip(scores, divided, exponential, strict=True)
    ]
    slider = Slider("세 수에 곱한 배율", SCALES, start=1.0, format="{:.2f}", readout=readout)
    shares = panel(title="읽어 낸 확률", xlabel="앱이 답한 손", ylabel="확률")
    slider.bars(
        shares, np.arange(3) - 0.2, scores / scores.sum(axis=1, keepdims=True), width=0.36,
        color=style.BLUE, label="합으로 나눔",
    )  # fmt: skip
    slider.bars(
        shares, np.arange(3) + 0.2, softmax(scores), width=0.36, color=style.ORANGE,
        hatch="//", label="소프트맥스",
    )  # fmt: skip
    shares.set_xticks(range(3), HANDS)
    shares.set_ylim(0, 1.3)
    shares.legend(loc="upper right", ncols=2)
    losses = panel(title="정답이 바위일 때의 손실", xlabel="세 수에 곱한 배율", ylabel="손실 (nat)")
    for name, row, color, dash in (
        ("합으로 나눔 (18)", divided, style.BLUE, style.LINES[0]),
        ("소프트맥스 (01)", exponential, style.ORANGE, style.LINES[1]),
    ):
        losses.plot(SCALES, row, color=color, linestyle=dash, label=name)
        slider.points(
            losses, SCALES[:, np.newaxis], row[:, np.newaxis], color=color, label=f"_{name}"
        )
    losses.set_ylim(-0.03, 1.2)
    losses.legend(loc="upper right")
    return slider_figure(
        shares, losses, slider=slider,
        alt="왼쪽: 세 수 2, 6, 2에 배율을 곱해 두 방법으로 읽은 확률. 합으로 나눈 막대는 움직이지 "
        "않고 소프트맥스의 막대는 배율이 크면 바위로 쏠린다. 오른쪽: 합으로 나눈 손실은 수평선, "
        "소프트맥스의 손실은 배율이 커지면 0으로 내려간다.",
    )  # fmt: skip


RIGHT = np.logspace(-20, -0.01, 200)
DOUBLE, SINGLE = (float(np.finfo(kind).eps) for kind in (np.float64, np.float32))


def three(right: Array) -> Array:
    """Probabilities of three hands of which the first is right."""
    return np.column_stack([right, (1 - right) / 2, (1 - right) / 2])


def plateaus() -> Figure:
    """정답의 확률이 0으로 갈 때, 자르는 손실은 값이 멈추고 기울기가 사라집니다."""
    p = three(RIGHT)
    logits, labels, target = np.log(p), np.zeros(len(p), dtype=int), np.eye(3)[np.zeros(len(p), int)]
    slope = categorical_cross_entropy_grad(p, target, reduction="sum")
    values = {
        "로짓 (PyTorch)": cross_entropy(logits, labels, reduction="none"),
        "float64 (scikit-learn)": log_loss(p, labels, reduction="none"),
        "1e-7 (Keras)": categorical_cross_entropy(p, target, reduction="none"),
        "float32 (scikit-learn)": log_loss(p.astype(np.float32), labels, reduction="none"),
    }
    left = panel(title="손실", xlabel="정답에 준 확률 (로그 눈금)", ylabel="손실 (nat)")
    left.set_xscale("log")
    for name, row in values.items():
        left.plot(RIGHT, row, label=name)
    left.set_ylim(-1, 62)
    left.legend(loc="upper right")
    pulls = panel(
        title="정답의 로짓을 당기는 힘", xlabel="정답에 준 확률 (로그 눈금)",
        ylabel="손실을 로짓으로 미분한 값",
    )  # fmt: skip
    pulls.set_xscale("log")
    pulls.plot(
        RIGHT, cross_entropy_grad(logits, labels, reduction="sum")[:, 0], label="로짓 (PyTorch)"
    )
    pulls.plot(
        RIGHT, through_softmax(p, slope)[:, 0], color=style.TEAL, linestyle=style.LINES[2],
        label="1e-7 (Keras)",
    )  # fmt: skip
    pulls.set_ylim(-1.1, 0.45)
    pulls.legend(loc="upper right")
    return figure(
        left, pulls,
        alt="왼쪽: 정답의 확률이 0에 가까워지면 로짓에서 계산한 손실은 계속 오르고, 자르는 세 손실은 "
        "16 근처와 36에서 멈춘다. 오른쪽: 로짓의 손실은 -1의 힘으로 당기고, Keras의 손실은 확률이 "
        "1e-7보다 작으면 힘이 0이다.",
    )  # fmt: skip


KINDS = {
    "right": "소프트맥스 → 18",
    "twice": "소프트맥스 → 01",
    "forgot": "로짓 → 18",
}
SEEDS = (0, 1, 2, 3, 4)
TRAINED_ON, UPDATES, RATE = 100, 200, 0.5
FLOOR = float(np.log1p(2 / np.e))
"""Smallest loss of three classes when probabilities are given for logits (chapter 01)."""


def keras_in_torch(
    input: Any, target: Any, *, label_smoothing: float = 0.0, eps: float = 1e-7,
    reduction: str = "mean",
) -> Any:  # fmt: skip
    """Keras 3의 범주형 교차 엔트로피를 torch로 옮겨 적은 것. 음수도 거절하지 않습니다."""
    import torch

    y = target * (1 - label_smoothing) + label_smoothing / target.shape[-1]
    q = input / input.sum(-1, keepdim=True)
    terms = -torch.sum(y * torch.log(torch.clip(q, eps, 1 - eps)), -1)
    return terms if reduction == "none" else getattr(terms, reduction)()


class Run(NamedTuple):
    """One training: loss and accuracy before every update, and the test accuracy after all."""

    losses: Array
    accuracies: Array
    tested: float
    pulled: int
    """Training samples whose logits still have a gradient in the end."""


@cache
def trained(kind: str, seed: int) -> Run:
    """붓꽃 세 종류를 나누는 층 하나. kind는 손실에 무엇을 넣는지 정합니다."""
    import torch
    import torch.nn.functional as F

    x, y, test_x, test_y = flowers(seed)
    one_hot = F.one_hot(y).double()
    loss_of: Any = {
        "logits": lambda z: F.cross_entropy(z, y),  # 01: 올바른 짝
        "right": lambda z: keras_in_torch(z.softmax(1), one_hot),  # 18: 올바른 짝
        "twice": lambda z: F.cross_entropy(z.softmax(1), y),  # 로짓 자리에 확률
        "forgot": lambda z: keras_in_torch(z, one_hot),  # 확률 자리에 로짓
    }[kind]
    torch.manual_seed(seed)
    layer = torch.nn.Linear(4, 3, dtype=torch.float64)
    losses, accuracies = [], []
    for _ in range(UPDATES):
        z = layer(x)
        loss = loss_of(z)
        slope_w, slope_b, slope_z = torch.autograd.grad(loss, [layer.weight, layer.bias, z])
        losses.append(loss.item())
        accuracies.append((z.argmax(1) == y).double().mean().item())
        with torch.no_grad():
            layer.weight -= RATE * slope_w
            layer.bias -= RATE * slope_b
    with torch.no_grad():
        tested = (layer(test_x).argmax(1) == test_y).double().mean().item()
    pulled = int((slope_z.abs().sum(1) > 0).sum())
    return Run(np.array(losses), np.array(accuracies), tested, pulled)


def flowers(seed: int) -> tuple[Any, Any, Any, Any]:
    """Iris, shuffled and scaled by the training part: features and labels of both parts."""
    import torch
    from sklearn.datasets import load_iris

    features, labels = load_iris(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(labels))
    x, y = features[order], torch.tensor(labels[order])
    first = x[:TRAINED_ON]
    scaled = torch.tensor((x - first.mean(axis=0)) / first.std(axis=0))
    return scaled[:TRAINED_ON], y[:TRAINED_ON], scaled[TRAINED_ON:], y[TRAINED_ON:]


def training() -> Figure:
    """붓꽃에서 올바른 짝 하나와 틀린 짝 둘: 자기 손실과 훈련 정확도."""
    curves = panel(
        title="훈련 손실", xlabel="갱신 횟수", ylabel="자기 손실 (nat, 로그 눈금)", height=3.8
    )
    shares = panel(title="훈련 정확도", xlabel="갱신 횟수", ylabel="맞힌 비율", height=3.8)
    for (kind, name), color, dash in zip(
        KINDS.items(), (style.BLUE, style.TEAL, style.ORANGE), style.LINES, strict=False
    ):
        for seed in SEEDS:
            run = trained(kind, seed)
            for axes, row in ((curves, run.losses), (shares, run.accuracies)):
                axes.plot(
                    row, color=color, linestyle=dash, lw=1.2,
                    label=name if seed == SEEDS[0] else f"_{name} {seed}",
                )  # fmt: skip
    curves.set_yscale("log")
    curves.axhline(np.log(3), **style.REFERENCE)
    curves.set_ylim(0.08, 60)
    curves.set_yticks([0.1, 1, 10])
    curves.legend(loc="upper right")
    shares.axhline(1 / 3, **style.REFERENCE)
    shares.set_ylim(-0.03, 1.5)
    shares.set_yticks([0, 0.25, 0.5, 0.75, 1])
    shares.legend(loc="upper right")
    return figure(
        curves, shares,
        alt="왼쪽: 씨앗 다섯 개의 훈련 손실. 확률을 18에 넣으면 0.1 근처로 고르게 내려가고, 확률을 "
        "01에 넣으면 0.6 위에서 기어가고, 로짓을 18에 넣으면 오르내리다 3과 8 사이에 굳는다. "
        "오른쪽: 정확도. 앞의 둘은 0.9를 넘고, 셋째는 0과 0.6 사이에 굳는다.",
    )  # fmt: skip
