"""평균 제곱 오차 장의 그림. 그려지는 숫자는 `mse_fits`에서 옵니다."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook import mse_loss_grad
from lossbook.plots import style
from lossbook.plots.figure import Figure, figure, label_line, panel
from lossbook.plots.mse_fits import (
    ERRORS,
    NEIGHBOURS,
    STEPS,
    USAGE,
    bias_and_variance,
    constant_loss,
    descents,
    excess,
    negative_log_likelihood,
    normal_equations,
    patients,
    squared,
)
from lossbook.plots.slider import Slider, slider_figure

CENTERS = np.linspace(-1, 11, 241)
GUESSES = np.arange(0, 41) / 4
LARGEST = np.arange(0, 51).astype(float)
SIGMAS = (3.0, 4.0, 6.0)


# --- the loss itself


def slope() -> Figure:
    """포물선과 접선: 오차를 옮기면 접선의 기울기가 오차의 두 배로 변합니다."""
    error = np.linspace(-4, 4, 161)
    places = np.arange(-16, 17) / 4
    height = squared(places)
    slopes = np.asarray(mse_loss_grad(places, np.zeros_like(places), "sum"))
    slider = Slider(
        "오차 e (kWh)", places, 2.0,
        readout=[
            f"손실 {h:.4g}, 기울기 {s:g}".replace("-", "−")
            for h, s in zip(height, slopes, strict=True)
        ],
    )  # fmt: skip
    near = np.array([-1.0, 1.0])
    loss = panel(title="손실", xlabel="오차 e = x - y (kWh)", ylabel="손실 (kWh²)", height=3.6)
    loss.plot(error, squared(error), label="손실 e²")
    slider.line(
        loss, places[:, None] + near, height[:, None] + slopes[:, None] * near,
        label="접선", color=style.ORANGE, ls=style.LINES[1],
    )  # fmt: skip
    slider.points(loss, places[:, None], height[:, None], color=style.INK, markersize=8)
    loss.set_xlim(-5.2, 5.2)
    loss.set_ylim(-4, 25)
    loss.legend(loc="upper center")
    pull = panel(title="기울기", xlabel="오차 e = x - y (kWh)", ylabel="기울기 (kWh)", height=3.6)
    pull.plot(error, mse_loss_grad(error, np.zeros_like(error), "sum"), label="기울기 2e")
    slider.points(pull, places[:, None], slopes[:, None], color=style.INK, markersize=8)
    pull.axhline(0, **style.REFERENCE)
    pull.legend(loc="upper left")
    return slider_figure(
        loss, pull, slider=slider,
        alt="왼쪽: 포물선 e² 위의 점과 그 접선. 오차를 0에서 멀리 옮길수록 접선이 가팔라진다. "
        "오른쪽: 접선의 기울기 2e는 원점을 지나는 직선이다.",
    )  # fmt: skip


def shares() -> Figure:
    """오차 네 개가 손실에서 차지하는 몫: 절댓값으로 잴 때와 제곱으로 잴 때."""
    axes = panel(
        title="누가 손실을 차지하나", xlabel="오차 (kWh)", ylabel="합에서 차지하는 몫 (%)",
        wide=True,
    )  # fmt: skip
    place = np.arange(len(ERRORS))
    parts = ((np.abs(ERRORS), "절댓값", -0.2), (squared(ERRORS), "제곱", 0.2))
    for (sizes, name, shift), color in zip(parts, (style.GREY, style.BLUE), strict=True):
        percent = 100 * sizes / sizes.sum()
        axes.bar(place + shift, percent, 0.38, label=name, color=color)
        for at, value in zip(place + shift, percent, strict=True):
            axes.annotate(f"{value:.1f}", (at, value), (0, 3), textcoords="offset points",
                          ha="center", path_effects=style.HALO)  # fmt: skip
    axes.set_xticks(place, [f"{error:g}".replace("-", "−") for error in ERRORS])
    axes.set_ylim(0, 85)
    axes.legend(loc="upper left")
    return figure(
        axes,
        alt="오차 0.5, -1, 2, -4의 몫. 절댓값으로 재면 -4의 몫은 절반 남짓이고, 제곱으로 재면 "
        "-4 하나가 4분의 3을 차지한다.",
    )


# --- the mean, seen


def squares() -> Figure:
    """대표값을 끌며 보는 정사각형 네 개의 넓이."""
    means = constant_loss(GUESSES, USAGE)
    below = np.maximum(GUESSES[:, None] - USAGE, 0).sum(1)
    above = np.maximum(USAGE - GUESSES[:, None], 0).sum(1)
    slider = Slider(
        "대표값 c (kWh)", GUESSES, 7.0, format="{:.2f}",
        readout=[
            f"변의 합: 왼쪽 {b:g}, 오른쪽 {a:g} / 넓이의 평균 {m:.2f}"
            for b, a, m in zip(below, above, means, strict=True)
        ],
    )  # fmt: skip
    boxes = panel(
        title="정사각형 네 개", xlabel="사용량 (kWh)", ylabel="변의 길이 (kWh)", height=4.4
    )
    boxes.axhline(0, color=style.INK, lw=0.8)
    for number in USAGE:
        side = np.abs(GUESSES - number)
        base = np.full_like(GUESSES, number)
        x = np.stack([base, GUESSES, GUESSES, base, base], 1)
        y = np.stack([0 * side, 0 * side, side, side, 0 * side], 1)
        slider.line(boxes, x, y, label=f"{number:g} kWh인 날")
    boxes.plot(USAGE, 0 * USAGE, "o", color=style.INK, ms=7)
    boxes.set_aspect("equal")
    boxes.set_xlim(-0.6, 10.6)
    boxes.set_ylim(-0.6, 13.4)
    boxes.legend(loc="upper left", ncols=2, columnspacing=1)
    curve = panel(
        title="넓이의 평균", xlabel="대표값 c (kWh)", ylabel="평균 제곱 오차 (kWh²)", height=4.4
    )
    curve.plot(CENTERS, constant_loss(CENTERS, USAGE), label="평균 제곱 오차")
    curve.axhline(USAGE.var(), label=f"사용량의 분산 {USAGE.var():g}", **style.REFERENCE)
    slider.points(curve, GUESSES[:, None], means[:, None], color=style.INK)
    curve.set_ylim(0, 70)
    curve.legend(loc="upper left")
    return slider_figure(
        boxes, curve, slider=slider,
        alt="왼쪽: 대표값 c에서 사용량 0, 1, 2, 10까지를 한 변으로 하는 정사각형 네 개. "
        "오른쪽: 네 넓이의 평균은 c의 포물선이고 c = 3.25에서 가장 낮다.",
    )  # fmt: skip


def outlier() -> Figure:
    """넷째 날의 사용량을 0에서 50까지 끌면 바닥이 따라갑니다."""
    days = np.stack([np.array([*USAGE[:3], last]) for last in LARGEST])
    means, medians = days.mean(1), np.median(days, axis=1)
    bottoms = np.array(
        [constant_loss(np.array([m]), d)[0] for m, d in zip(means, days, strict=True)]
    )
    errors = squared(days - means[:, None])
    share = 100 * errors[:, -1] / errors.sum(1)
    slider = Slider(
        "넷째 날의 사용량 (kWh)", LARGEST, 10.0,
        readout=[
            f"평균 {m:g}, 넷째 날이 차지하는 손실의 몫 {s:.0f} %"
            for m, s in zip(means, share, strict=True)
        ],
    )  # fmt: skip
    centers = np.linspace(-2, 18, 121)
    curve = panel(
        title="바닥이 끌려간다", xlabel="대표값 c (kWh)", ylabel="평균 제곱 오차 (kWh²)", height=3.6
    )
    slider.line(curve, centers, [constant_loss(centers, d) for d in days], label="평균 제곱 오차")
    slider.points(curve, means[:, None], bottoms[:, None], color=style.INK)
    curve.set_ylim(0, 640)
    curve.legend(loc="upper left")
    follow = panel(
        title="평균과 중앙값", xlabel="넷째 날의 사용량 (kWh)", ylabel="대표값 (kWh)", height=3.6
    )
    follow.plot(LARGEST, means, label="평균")
    follow.plot(LARGEST, medians, label="중앙값", color=style.TEAL, ls=style.LINES[2])
    slider.points(follow, LARGEST[:, None], means[:, None], color=style.INK)
    follow.legend(loc="upper left")
    return slider_figure(
        curve, follow, slider=slider,
        alt="왼쪽: 넷째 날의 사용량을 키우면 평균 제곱 오차의 포물선이 오른쪽 위로 옮겨 간다. "
        "오른쪽: 평균은 기울기 1/4인 직선을 따라 끝없이 커지고 중앙값은 1.5에서 멈춘다.",
    )  # fmt: skip


def likelihood() -> Figure:
    """정규분포의 종을 끌면 네 자료의 밀도가 변하고, 음의 로그 가능도는 포물선이 됩니다."""
    from scipy.stats import norm

    sigma = SIGMAS[1]
    heights = norm.pdf(USAGE[None], GUESSES[:, None], sigma)
    scores = [negative_log_likelihood(c, USAGE, sigma) for c in GUESSES]
    slider = Slider(
        "종의 가운데 c (kWh)", GUESSES, 7.0, format="{:.2f}",
        readout=[f"네 밀도의 곱의 음의 로그: {score:.2f} nat" for score in scores],
    )  # fmt: skip
    grid = np.linspace(-4, 14, 181)
    bell = panel(title=f"종과 자료, σ = {sigma:g}", xlabel="사용량 (kWh)", ylabel="밀도 (1/kWh)",
                 height=3.6)  # fmt: skip
    slider.line(bell, grid, norm.pdf(grid[None], GUESSES[:, None], sigma), label="정규분포")
    for column, number in enumerate(USAGE):
        top = heights[:, column]
        slider.line(bell, np.array([number, number]), np.stack([0 * top, top], 1),
                    color=style.ORANGE, ls="-", label="자료의 밀도" if column == 0 else f"_{number:g}")  # fmt: skip
    bell.set_ylim(0, 0.14)
    bell.legend(loc="upper left")
    score = panel(title="음의 로그 가능도", xlabel="종의 가운데 c (kWh)", ylabel="음의 로그 가능도 (nat)",
                  height=3.6)  # fmt: skip
    for width in SIGMAS:
        values = [negative_log_likelihood(c, USAGE, width) for c in CENTERS]
        score.plot(CENTERS, values, label=f"σ = {width:g}")
    score.axvline(USAGE.mean(), **style.REFERENCE)
    slider.points(score, GUESSES[:, None], np.array(scores)[:, None], color=style.INK)
    score.set_ylim(9, 26)
    score.legend(loc="upper left")
    return slider_figure(
        bell, score, slider=slider,
        alt="왼쪽: 가운데가 c인 정규분포의 종과 사용량 0, 1, 2, 10에서 종까지의 높이. "
        "오른쪽: σ가 3, 4, 6인 음의 로그 가능도는 모두 포물선이고 바닥은 한결같이 3.25이다.",
    )  # fmt: skip


# --- real data


def descent() -> Figure:
    """당뇨 자료: 손실은 일찍 바닥에 닿고, 회귀 계수는 한참 뒤에 제자리를 찾습니다."""
    best = normal_equations(*patients())
    step = np.arange(1, STEPS + 1)
    high = panel(
        title="바닥보다 높은 만큼", xlabel="걸음", ylabel="손실 - 가장 낮은 손실", height=3.6
    )
    where = panel(title="s1의 회귀 계수", xlabel="걸음", ylabel="표준편차 1만큼의 효과", height=3.6)
    for rate, weights in descents().items():
        high.loglog(step, excess(weights[1:]), label=f"η = {rate:g}")
        if rate < 0.25:
            where.semilogx(step, weights[1:, 4], label=f"η = {rate:g}")
    for axes in (high, where):
        axes.axvline(100, **style.REFERENCE)
    high.set_ylim(1e-2, 1e5)
    high.legend(loc="lower left")
    where.axhline(best[4], label="정규방정식", **style.REFERENCE)
    where.set_ylim(-44, 34)
    where.legend(loc="upper left", ncols=2, columnspacing=1)
    return figure(
        high, where,
        alt="왼쪽: 학습률 0.01, 0.1, 0.24는 걸음마다 손실이 줄고 0.25는 커진다. 오른쪽: 세로 점선인 "
        "100걸음에서 s1의 회귀 계수는 가로 점선인 정규방정식의 값에 한참 못 미친다.",
    )  # fmt: skip


def bias_variance(seed: int = 0) -> Figure:
    """당뇨 자료: 이웃의 수를 늘리면 분산은 줄고 편향은 늡니다."""
    bias, variance, total = bias_and_variance(seed)
    count = np.arange(1, NEIGHBOURS + 1)
    axes = panel(
        title="이웃 k명의 평균으로 예측하기", xlabel="이웃의 수 k",
        ylabel="시험 환자의 평균 제곱 오차", wide=True,
    )  # fmt: skip
    looks: tuple[tuple[Any, str, float, float], ...] = (
        (total, "합: 손실", 6.0, 18), (bias, "편향² + 잡음", 4.0, -14),
        (variance, "분산", 6.0, 14),
    )  # fmt: skip
    for values, name, at, dy in looks:
        line = axes.semilogx(count, values, label=name)[0]
        label_line(axes, line, at, dy=dy)
    axes.axvline(count[total.argmin()], **style.REFERENCE)
    axes.set_ylim(0, 7200)
    return figure(
        axes,
        alt="가로축은 이웃의 수 k. 분산은 k에 거의 반비례해 줄고, 편향의 제곱은 k가 10을 넘으면 늘어난다. "
        "합은 그 사이에서 가장 낮다.",
    )
