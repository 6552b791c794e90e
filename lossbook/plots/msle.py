"""평균 제곱 로그 오차 장의 그림. 최적 상수와 실제 자료의 숫자는 `msle_fits`에서 옵니다."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook import l1_loss, mse_loss, msle, msle_grad
from lossbook.plots import msle_fits as fits
from lossbook.plots import style
from lossbook.plots.figure import Figure, figure, panel
from lossbook.plots.msle_fits import Array
from lossbook.plots.slider import Slider, slider_figure

FORECAST = "예측 x (회)"
LOOKS: dict[str, dict[str, Any]] = {
    "mse": {"color": style.ORANGE, "ls": style.LINES[1]},
    "mae": {"color": style.TEAL, "ls": style.LINES[2]},
    "msle": {"color": style.BLUE, "ls": style.LINES[0]},
    "fixed": {"color": style.VIOLET, "ls": style.LINES[3]},
}
"""One look for each loss, in every figure of the chapter."""


def each(x: Array, y: float) -> Array:
    """평균 제곱 로그 오차의 항들."""
    return np.asarray(msle(x, np.full_like(x, y), reduction="none"))


def losses(actual: float = 100.0, at: float = 50.0) -> Figure:
    """실제값이 100일 때 세 손실. x = 50의 손실이 1이 되도록 눈금을 맞췄습니다."""
    x, edge = np.linspace(0, 300, 301), np.array([at])
    goal = np.full_like(x, actual)
    curves = {
        "mse": ("제곱 오차", mse_loss(x, goal, "none") / mse_loss(edge, [actual])),
        "mae": ("절대 오차", l1_loss(x, goal, "none") / l1_loss(edge, [actual])),
        "msle": ("제곱 로그 오차", each(x, actual) / each(edge, actual)),
    }
    axes = panel(title="실제값 100, x = 50의 손실을 1로", xlabel=FORECAST,
                 ylabel="손실 / x = 50의 손실", wide=True)  # fmt: skip
    for look, (name, values) in curves.items():
        axes.plot(x, values, label=name, **LOOKS[look])
    axes.axvline(actual - at, **style.REFERENCE)
    axes.axvline(actual + at, **style.REFERENCE)
    axes.set_ylim(-0.15, 7.2)
    axes.legend(loc="upper center", bbox_to_anchor=(0.4, 1))
    return figure(
        axes,
        alt="실제값 100에서 세 손실은 x = 50에서 모두 1이다. x = 150에서 제곱 오차와 절대 오차는 "
        "다시 1이지만 제곱 로그 오차는 3분의 1쯤이고, 그 오른쪽에서 점점 눕는다.",
    )


def shape() -> Figure:
    """실제값을 움직이는 슬라이더: 예측의 축에서는 눕는 곡선, 로그 축에서는 늘 같은 포물선."""
    actual = np.arange(0, 41, dtype=float)
    x, z = np.linspace(0, 120, 241), np.linspace(0, 5, 201)
    bends = np.e * (1 + actual) - 1
    thirty = np.array([30.0])
    slopes = [float(msle_grad(thirty, [y], reduction="none")[0]) for y in actual]
    slider = Slider(
        "실제값 y", actual, 10.0,
        readout=[
            f"꺾이는 점 x = {b:.1f}, x = 30에서 기울기 {s:.4f}"
            for b, s in zip(bends, slopes, strict=True)
        ],
    )  # fmt: skip
    left = panel(title="예측을 가로축으로", xlabel=FORECAST, ylabel="손실")
    slider.line(left, x, [each(x, y) for y in actual], label="손실", **LOOKS["msle"])
    marks = np.array([each(np.array([b]), y) for b, y in zip(bends, actual, strict=True)])
    slider.points(left, bends[:, None], marks, color=style.ORANGE, label="x = e(1 + y) - 1")
    right = panel(title="ln(1 + x)를 가로축으로", xlabel="z = ln(1 + x)", ylabel="손실")
    rows = [each(np.expm1(z), y) for y in actual]
    slider.line(right, z, rows, label="손실", **LOOKS["msle"])
    slider.points(right, np.log1p(bends)[:, None], marks, color=style.ORANGE,
                  label="같은 점")  # fmt: skip
    for axes in (left, right):
        axes.set_ylim(-0.3, 9)
        axes.legend(loc="upper center")
    return slider_figure(
        left, right, slider=slider,
        alt="실제값을 0에서 40까지 바꾸는 두 칸의 그림. 왼쪽에서 손실은 주황 점까지 위로 굽다가 "
        "그 뒤로 눕는다. 오른쪽에서는 언제나 같은 포물선이 옆으로 옮겨 갈 뿐이다.",
    )  # fmt: skip


def hit() -> Figure:
    """영상 하나의 조회수를 키우는 슬라이더: 평균, 중앙값, 평균 제곱 로그 오차의 답."""
    hits = np.array([7, 15, 31, 63, 127, 255, 511, 1023, 2047, 4095], dtype=float)
    samples = [np.append(fits.VIEWS[:-1], top) for top in hits]
    answers = {
        "mse": ("평균 (MSE)", np.array([y.mean() for y in samples])),
        "mae": ("중앙값 (MAE)", np.array([np.median(y) for y in samples])),
        "msle": ("MSLE의 답", np.array([fits.log_mean(y) for y in samples])),
    }
    slider = Slider(
        "대박 영상의 조회수", hits, 511.0,
        readout=[
            "평균 {:.1f}, 중앙값 {:g}, MSLE {:.2f}".format(*values)
            for values in zip(*(values for _, values in answers.values()), strict=True)
        ],
    )  # fmt: skip
    top = panel(title="세 대표값", xlabel="대박 영상의 조회수 (회)", ylabel="대표값 + 1 (회)")
    for look, (name, values) in answers.items():
        top.loglog(hits, 1 + values, label=name, **LOOKS[look])
        slider.points(top, hits[:, None], 1 + values[:, None], color=LOOKS[look]["color"])
    top.set_ylim(2, 3000)
    top.legend(loc="upper left")
    c = np.geomspace(1, 1100, 181) - 1
    below = panel(title="대표값 c의 MSLE", xlabel="대표값 c + 1 (회)", ylabel="다섯 영상의 MSLE")
    rows = [np.mean([each(c, y) for y in sample], axis=0) for sample in samples]
    slider.line(below, 1 + c, rows, label="MSLE", **LOOKS["msle"])
    bottom = answers["msle"][1]
    depth = [np.mean([each(np.array([b]), y) for y in sample])
             for b, sample in zip(bottom, samples, strict=True)]  # fmt: skip
    slider.points(below, 1 + bottom[:, None], np.array(depth)[:, None], color=style.BLUE)
    below.set_xscale("log")
    below.set_ylim(0, 26)
    below.legend(loc="upper center")
    return slider_figure(
        top, below, slider=slider,
        alt="대박 영상의 조회수를 7에서 4095까지 키우는 두 칸의 그림. 왼쪽 로그 눈금에서 평균은 거의 "
        "나란히 오르고 중앙값은 그대로이며 MSLE의 답은 천천히 오른다. "
        "오른쪽에서 MSLE의 골짜기 바닥이 조금씩 오른쪽으로 옮겨 간다.",
    )  # fmt: skip


def descent() -> Figure:
    """경사 하강: 예측을 바로 움직일 때와 ln(1 + 예측)을 움직일 때."""
    steps = np.arange(61)
    panels = []
    for title, walk, rate in (
        ("예측 x를 움직임 (학습률 1000)", fits.descend, 1000.0),
        ("ln(1 + x)를 움직임 (학습률 0.1)", fits.descend_in_log, 0.1),
    ):
        axes = panel(title=title, xlabel="걸음", ylabel=FORECAST, height=3.6)
        for start, look in ((10000.0, "mse"), (1.0, "msle")):
            path = walk(start, rate, 60)
            axes.plot(steps, path, label=f"{start:g}에서 출발", **LOOKS[look])
        axes.axhline(fits.GOAL, **style.REFERENCE)
        axes.set_yscale("log")
        axes.set_ylim(0.7, 60000)
        axes.legend(loc="lower right")
        panels.append(axes)
    return figure(
        *panels,
        alt="왼쪽: 예측을 바로 움직이면 1에서 출발한 경로는 첫걸음에 4000 가까이 튀어 오르고, "
        "10000에서 출발한 경로는 거의 움직이지 않는다. "
        "오른쪽: ln(1 + x)를 움직이면 두 경로 모두 100에 다가간다.",
    )


def histogram() -> Figure:
    """RAND 건강보험 실험의 진료 횟수와 세 손실의 최적 상수."""
    y = fits.groups()[0]
    counts = np.bincount(y.astype(int), minlength=21)
    axes = panel(title="한 해의 진료 횟수 (20회까지)", xlabel="진료 횟수 (회)",
                 ylabel="사람과 해의 수", wide=True)  # fmt: skip
    axes.bar(np.arange(21), counts[:21], color=style.GREY, alpha=0.5, width=0.9)
    for look, name, value in (
        ("mae", "중앙값 (MAE)", np.median(y)),
        ("msle", "MSLE의 답", fits.log_mean(y)),
        ("mse", "평균 (MSE)", np.mean(y)),
    ):
        axes.axvline(value, label=f"{name} {value:.2f}", lw=2, **LOOKS[look])
    axes.set_xticks(range(0, 21, 4))
    axes.legend(loc="upper right")
    return figure(
        axes,
        alt="진료 횟수의 막대그래프. 0회가 가장 많고 오른쪽으로 긴 꼬리가 있다. "
        "중앙값 1, MSLE의 답 1.62, 평균 2.86이 차례로 서 있다.",
    )


def totals() -> Figure:
    """20번 나눈 시험 자료에서 예측의 합 / 실제의 합."""
    scores = fits.visit_run()[:, :, 0]
    axes = panel(title="시험 자료의 총합을 얼마나 맞히나", xlabel="나눈 번호 (씨앗)",
                 ylabel="예측의 합 / 실제의 합", wide=True)  # fmt: skip
    for column, (name, look) in enumerate(zip(fits.METHODS, LOOKS, strict=True)):
        axes.plot(np.arange(fits.SEEDS), scores[:, column], marker="o", ms=4, label=name,
                  **LOOKS[look])  # fmt: skip
    axes.axhline(1, **style.REFERENCE)
    axes.set_ylim(0.45, 1.35)
    axes.set_xticks(range(0, 20, 4))
    axes.legend(loc="upper right", ncols=2)
    return figure(
        axes,
        alt="자료를 20번 나눌 때마다 잰 예측의 합과 실제의 합의 비. MSE와 보정한 MSLE는 1 곁에, "
        "MSLE는 0.59 곁에, MAE는 0.54 곁에 모여 있고 겹치지 않는다.",
    )
