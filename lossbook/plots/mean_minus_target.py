"""예측 평균 − 목표: 가능도 손실의 장이 함께 쓰는 그림. 손실마다 기울기가 같은 꼴입니다."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

import lossbook
from lossbook.plots import style
from lossbook.plots.figure import Figure, panel
from lossbook.plots.links import sigmoid, softmax, through_log_softmax, through_softmax
from lossbook.plots.slider import Slider, slider_figure

Array = np.ndarray[Any, np.dtype[Any]]

LOGITS = np.linspace(-4, 4, 41)
OTHERS = (0.0, 0.0)
"""Logits of the two classes that stay while the logit of class 0 moves."""


@dataclass(frozen=True)
class Case:
    """What one loss shows: its value and slope along the natural parameter of its distribution."""

    axis: str
    mean_axis: str
    parameter: Array
    mean: Array
    target: float
    loss: Array
    slope: Array


def _picture(case: Case, start: float) -> Figure:
    """왼쪽은 예측 평균과 목표의 차이, 오른쪽은 손실과 접선. 슬라이더로 매개변수를 옮깁니다."""
    theta, mean, loss, slope = (
        column[:, np.newaxis] for column in (case.parameter, case.mean, case.loss, case.slope)
    )
    readout = [
        f"예측 평균 {m:.2f} − 목표 {case.target:g} = {m - case.target:+.2f}, "
        f"손실의 기울기 {s:+.2f}".replace("-", "−")
        for m, s in zip(case.mean, case.slope, strict=True)
    ]
    slider = Slider(case.axis, case.parameter, start=start, format="{:.1f}", readout=readout)
    left = panel(title="예측 평균 − 목표", xlabel=case.axis, ylabel=case.mean_axis)
    left.plot(case.parameter, case.mean, label="예측 평균")
    left.axhline(case.target, **style.REFERENCE, label=f"목표 {case.target:g}")
    gap = np.concatenate([mean, np.full_like(mean, case.target)], axis=1)
    slider.line(left, np.repeat(theta, 2, axis=1), gap, color=style.ORANGE, ls="-", lw=5, label="차이")
    left.margins(y=0.12)
    left.legend(loc="best")

    right = panel(title="손실과 그 접선", xlabel=case.axis, ylabel="손실 (nat)")
    right.plot(case.parameter, case.loss, label="손실")
    reach = np.ptp(case.parameter) / 8 * np.array([-1, 1])
    slider.line(
        right, theta + reach, loss + slope * reach,
        color=style.ORANGE, ls="-", label="접선",
    )  # fmt: skip
    slider.points(right, theta, loss, color=style.ORANGE, label="_지금")
    right.set_xlim(left.get_xlim())
    right.margins(y=0.12)
    right.legend(loc="best")
    return slider_figure(
        left, right, slider=slider,
        alt=f"왼쪽: {case.axis}에 따른 예측 평균의 곡선과 목표 {case.target:g}의 수평선, 그 차이를 "
        "나타내는 굵은 선분. 오른쪽: 손실의 곡선과 접선. 슬라이더를 움직이면 차이가 0이 되는 "
        "곳에서 접선이 눕고, 차이의 부호를 따라 접선의 기울기가 바뀐다.",
    )  # fmt: skip


def cross_entropy() -> Figure:
    """01: 정답 클래스의 로짓을 옮깁니다. 목표는 1입니다."""
    logits = three_logits()
    labels = np.zeros(len(logits), dtype=int)
    return _picture(
        Case(
            "정답 클래스의 로짓", "정답 클래스의 확률", LOGITS, softmax(logits)[:, 0], 1,
            lossbook.cross_entropy(logits, labels, reduction="none"),
            lossbook.cross_entropy_grad(logits, labels, reduction="sum")[:, 0],
        ),
        start=-1,
    )  # fmt: skip


def nll_loss() -> Figure:
    """03: 틀린 클래스의 로짓을 옮깁니다. 목표는 0입니다."""
    p = softmax(three_logits())
    labels = np.ones(len(p), dtype=int)
    slope = lossbook.nll_loss_grad(np.log(p), labels, reduction="sum")
    return _picture(
        Case(
            "틀린 클래스의 로짓", "틀린 클래스의 확률", LOGITS, p[:, 0], 0,
            lossbook.nll_loss(np.log(p), labels, reduction="none"),
            through_log_softmax(p, slope)[:, 0],
        ),
        start=1,
    )  # fmt: skip


def poisson_nll_loss() -> Figure:
    """04: 로그 강도를 옮깁니다. 목표는 세 번입니다."""
    rate = np.linspace(-1, 2.2, 33)
    count = np.full_like(rate, 3.0)
    return _picture(
        Case(
            "로그 강도 ln λ", "강도 λ", rate, np.exp(rate), 3,
            lossbook.poisson_nll_loss(rate, count, reduction="none"),
            lossbook.poisson_nll_loss_grad(rate, count, reduction="sum"),
        ),
        start=0,
    )  # fmt: skip


def gaussian_nll_loss() -> Figure:
    """05: 분산이 1일 때 평균을 옮깁니다. 목표는 2입니다."""
    mean = np.linspace(-1, 5, 31)
    target, var = np.full_like(mean, 2.0), np.ones_like(mean)
    return _picture(
        Case(
            "예측한 평균 μ", "예측한 평균 μ", mean, mean, 2,
            lossbook.gaussian_nll_loss(mean, target, var, reduction="none"),
            lossbook.gaussian_nll_loss_grad(mean, target, var, reduction="sum")[0],
        ),
        start=3.6,
    )  # fmt: skip


def kl_div() -> Figure:
    """06: 목표 분포에서 0.6인 클래스의 로짓을 옮깁니다."""
    p = softmax(three_logits())
    target = np.tile([0.6, 0.3, 0.1], (len(p), 1))
    slope = lossbook.kl_div_grad(np.log(p), target, reduction="sum")
    return _picture(
        Case(
            "첫째 클래스의 로짓", "첫째 클래스의 확률", LOGITS, p[:, 0], 0.6,
            lossbook.kl_div(np.log(p), target, reduction="none").sum(axis=1),
            through_log_softmax(p, slope)[:, 0],
        ),
        start=-1,
    )  # fmt: skip


def binary_cross_entropy() -> Figure:
    """07: 로짓을 옮기고 시그모이드로 바꾼 확률을 손실에 넣습니다. 목표는 1입니다."""
    p = sigmoid(LOGITS)
    target = np.ones_like(p)
    slope = lossbook.binary_cross_entropy_grad(p, target, reduction="sum")
    return _picture(
        Case(
            "로짓 z (확률은 σ(z))", "양성의 확률", LOGITS, p, 1,
            lossbook.binary_cross_entropy(p, target, reduction="none"),
            slope * p * (1 - p),
        ),
        start=-1,
    )  # fmt: skip


def binary_cross_entropy_with_logits() -> Figure:
    """08: 로짓을 그대로 손실에 넣습니다. 목표는 0입니다."""
    target = np.zeros_like(LOGITS)
    return _picture(
        Case(
            "로짓 x", "양성의 확률", LOGITS, sigmoid(LOGITS), 0,
            lossbook.binary_cross_entropy_with_logits(LOGITS, target, reduction="none"),
            lossbook.binary_cross_entropy_with_logits_grad(LOGITS, target, reduction="sum"),
        ),
        start=1,
    )  # fmt: skip


def categorical_cross_entropy() -> Figure:
    """18: 소프트맥스로 바꾼 확률을 손실에 넣습니다. 첫째 클래스의 목표 확률은 0.8입니다."""
    p = softmax(three_logits())
    target = np.tile([0.8, 0.1, 0.1], (len(p), 1))
    slope = lossbook.categorical_cross_entropy_grad(p, target, reduction="sum")
    return _picture(
        Case(
            "첫째 클래스의 로짓", "첫째 클래스의 확률", LOGITS, p[:, 0], 0.8,
            lossbook.categorical_cross_entropy(p, target, reduction="none"),
            through_softmax(p, slope)[:, 0],
        ),
        start=-1,
    )  # fmt: skip


def log_loss() -> Figure:
    """19: 로짓을 옮기고 시그모이드로 바꾼 확률을 손실에 넣습니다. 표본은 양성입니다."""
    p = sigmoid(LOGITS)
    labels = np.ones(len(p), dtype=int)
    slope = lossbook.log_loss_grad(p, labels, reduction="sum")
    return _picture(
        Case(
            "로짓 z (확률은 σ(z))", "양성의 확률", LOGITS, p, 1,
            lossbook.log_loss(p, labels, reduction="none"),
            slope * p * (1 - p),
        ),
        start=-2,
    )  # fmt: skip


def three_logits() -> Array:
    """Logits of three classes of which the first moves."""
    return np.column_stack([LOGITS, *(np.full_like(LOGITS, other) for other in OTHERS)])
