"""들어가는 장의 그림."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from lossbook import cross_entropy, cross_entropy_grad, margin_ranking_loss, mse_loss
from lossbook.plots.figure import Figure, figure, panel
from lossbook.plots.slider import Slider, slider_figure

Array = np.ndarray[Any, np.dtype[Any]]


def binary_cross_entropy_of_margin(margin: Array) -> Array:
    """Cross entropy of two logits (0, m) when the second class is right."""
    logits = np.stack([np.zeros_like(margin), margin], axis=1)
    right = np.ones(margin.shape, dtype=int)
    return np.asarray(cross_entropy(logits, right, reduction="none"))


def surrogates() -> Figure:
    """0-1 손실과 그것을 위에서 덮는 대리 손실들."""
    margin = np.linspace(-3, 3, 241)
    axes = panel(
        title="맞히는 정도와 벌의 크기", xlabel="마진 m = y·f (오른쪽이 정답 쪽)", ylabel="손실",
        wide=True,
    )  # fmt: skip
    axes.step(margin, (margin <= 0).astype(float), color="0.5", label="0-1 손실 (틀리면 1)")
    axes.plot(margin, binary_cross_entropy_of_margin(margin) / np.log(2), label="교차 엔트로피 ÷ ln 2")
    zero, one = np.zeros_like(margin), np.ones_like(margin)
    hinge = margin_ranking_loss(margin, zero, one, margin=1, reduction="none")
    axes.plot(margin, hinge, label="힌지 손실")
    axes.plot(margin, mse_loss(margin, one, reduction="none"), label="제곱 오차 (1 - m)²")
    axes.set_ylim(-0.1, 5)
    axes.legend()
    return figure(
        axes,
        alt="가로축은 마진, 세로축은 손실. 0-1 손실은 마진 0에서 1에서 0으로 떨어지는 계단이고, "
        "교차 엔트로피, 힌지, 제곱 오차의 곡선은 모두 그 계단 위에 있다. "
        "제곱 오차는 마진이 1보다 커지면 다시 올라간다.",
    )


SEEDS = (0, 1, 2)
TRAINED_ON, HELD_OUT = 200, 1000


@cache
def overfitting_run(seed: int = 0) -> dict[str, Array]:
    """Loss and accuracy of an over-parameterised network trained on few digits.

    `wrong` is the mean loss of the held-out digits that the network gets wrong at that step.
    """
    import torch
    from sklearn.datasets import load_digits

    digits = load_digits()
    order = np.random.default_rng(seed).permutation(len(digits.target))
    data = torch.tensor(digits.data[order] / 16, dtype=torch.float32)
    labels = torch.tensor(digits.target[order])
    train, held_out = slice(0, TRAINED_ON), slice(TRAINED_ON, TRAINED_ON + HELD_OUT)
    torch.manual_seed(seed)
    network = torch.nn.Sequential(
        torch.nn.Linear(64, 128), torch.nn.ReLU(),
        torch.nn.Linear(128, 128), torch.nn.ReLU(),
        torch.nn.Linear(128, 10),
    )  # fmt: skip
    optimizer = torch.optim.Adam(network.parameters(), lr=0.003)
    loss = torch.nn.CrossEntropyLoss()
    record: dict[str, list[float]] = {
        "train": [], "validation": [], "accuracy": [], "wrong": []
    }  # fmt: skip
    for _ in range(301):
        train_loss = loss(network(data[train]), labels[train])
        with torch.no_grad():
            scores = network(data[held_out])
            record["train"].append(float(train_loss))
            terms = torch.nn.functional.cross_entropy(scores, labels[held_out], reduction="none")
            right = scores.argmax(1) == labels[held_out]
            record["validation"].append(float(terms.mean()))
            record["accuracy"].append(float(right.float().mean()))
            record["wrong"].append(float(terms[~right].mean()))
        optimizer.zero_grad()
        train_loss.backward()
        optimizer.step()
    return {name: np.array(values) for name, values in record.items()}


def overfitting() -> Figure:
    """훈련 손실은 계속 내려가는데 검증 손실은 다시 오르는 모습."""
    losses = panel(title="손실", xlabel="갱신 횟수", ylabel="교차 엔트로피 (nat)")
    accuracy = panel(title="정확도", xlabel="갱신 횟수", ylabel="검증 자료에서 맞힌 비율")
    for seed in SEEDS:
        run = overfitting_run(seed)
        steps = np.arange(len(run["train"]))
        first = seed == SEEDS[0]
        losses.plot(
            steps, run["train"], color="C0", linestyle="-", label="훈련" if first else "_"
        )
        losses.plot(
            steps, run["validation"], color="C1", linestyle="--", label="검증" if first else "_"
        )
        accuracy.plot(steps, run["accuracy"], color="C1", linestyle="--")
    losses.set_ylim(0, 0.8)
    losses.legend()
    accuracy.set_ylim(0, 1)
    return figure(
        losses, accuracy,
        alt="왼쪽: 세 번의 실행에서 훈련 손실은 0으로 내려가고, 검증 손실은 바닥을 지난 뒤 천천히 "
        "다시 오른다. 오른쪽: 검증 정확도는 초반에 오른 뒤 거의 평평하다.",
    )  # fmt: skip


def mean_minus_target() -> Figure:
    """교차 엔트로피의 기울기는 예측 확률에서 목표를 뺀 것이다."""
    logits = np.array([[2.0, 1.0, 0.2, -1.0]])
    target = np.array([1])
    gradient = np.asarray(cross_entropy_grad(logits, target))[0]
    classes = np.arange(4)
    one_hot = (classes == target[0]).astype(float)
    probability = np.exp(-np.asarray(cross_entropy(logits.repeat(4, 0), classes, reduction="none")))
    names = ["고양이", "개 (정답)", "새", "말"]
    left = panel(title="예측과 목표", xlabel="클래스", ylabel="확률")
    left.bar(classes - 0.2, probability, width=0.4, label="예측 p")
    left.bar(classes + 0.2, one_hot, width=0.4, label="목표 (원-핫)", hatch="//", alpha=0.7)
    left.set_xticks(classes, names)
    left.set_ylim(0, 1.3)
    left.legend()
    right = panel(title="기울기 = 예측 - 목표", xlabel="클래스", ylabel="로짓에 대한 기울기")
    right.bar(classes, gradient)
    right.axhline(0, color="0.5", lw=1)
    right.set_xticks(classes, names)
    return figure(
        left, right,
        alt="왼쪽: 네 클래스의 예측 확률 막대와 정답인 개에서만 1인 목표 막대. "
        "오른쪽: 두 막대의 차이인 기울기. 정답인 개에서 음수, 나머지에서 양수이고 합은 0이다.",
    )  # fmt: skip


LEARNING_RATES = np.concatenate([[0.01], np.round(np.arange(0.1, 2.51, 0.1), 1)])
STEPS = 20


def descent(gradient: Any, rate: float) -> Array:
    """Positions of gradient descent from 3."""
    path = [3.0]
    for _ in range(STEPS):
        path.append(path[-1] - rate * float(gradient(path[-1])))
    return np.array(path)


def logistic_gradient(score: float) -> Any:
    """Derivative of the cross entropy of (0, m) with class 0 right: softplus."""
    return np.asarray(cross_entropy_grad(np.array([[0.0, score]]), np.array([0])))[0, 1]


def learning_rate_paths() -> tuple[Array, Array]:
    """Losses along the descent on θ²/2 and on softplus, one row per learning rate."""
    quadratic = [descent(lambda value: value, rate) ** 2 / 2 for rate in LEARNING_RATES]
    logistic = [
        -binary_log_probability(descent(logistic_gradient, rate)) for rate in LEARNING_RATES
    ]
    return np.array(quadratic), np.array(logistic)


def binary_log_probability(score: Array) -> Array:
    """log of the probability of class 0 for logits (0, score)."""
    logits = np.stack([np.zeros_like(score), score], axis=1)
    return -np.asarray(cross_entropy(logits, np.zeros(score.shape, dtype=int), reduction="none"))


def learning_rate() -> Figure:
    """학습률에 따라 두 손실에서 경사 하강법이 어떻게 되는지 보는 슬라이더."""
    steps = np.arange(STEPS + 1)
    named = zip(*learning_rate_paths(), strict=True)
    slider = Slider(
        "학습률",
        LEARNING_RATES,
        start=0.5,
        format="{:.2f}",
        readout=[f"20걸음 뒤: 제곱 {a[-1]:.3g}, 로지스틱 {b[-1]:.3g}" for a, b in named],
    )
    panels = []
    titles = ("제곱 손실 θ²/2", "로지스틱 손실 ln(1 + exp θ)")
    for title, rows in zip(titles, learning_rate_paths(), strict=True):
        axes = panel(title=title, xlabel="걸음", ylabel="손실 (로그 눈금)")
        axes.set_yscale("log")
        axes.set_ylim(1e-6, 1e4)
        slider.line(axes, steps, np.maximum(rows, 1e-6), marker="o", markersize=4, label="손실")
        axes.axhline(rows[0, 0], color="0.5", linewidth=1, linestyle=":")
        panels.append(axes)
    return slider_figure(
        *panels,
        slider=slider,
        alt="학습률을 바꾸면 20걸음 동안 손실이 어떻게 변하는지 보여 주는 그림. 제곱 손실은 "
        "학습률이 2를 넘으면 걸음마다 커지고, 로지스틱 손실은 2를 넘어도 줄어든다. "
        "점선은 출발할 때의 손실이다.",
    )
