"""MAPE 장의 그림. 그려지는 숫자는 `lossbook`과 `mape_fits`에서 옵니다."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook import mape
from lossbook.plots import style
from lossbook.plots.figure import Figure, figure, label_line, panel
from lossbook.plots.mape_fits import (
    BEST,
    SALES,
    Array,
    durations,
    lognormal_points,
    mape_constant,
    pulls,
    scores,
    slow,
    split_run,
)
from lossbook.plots.slider import Slider, slider_figure

LOOKS: dict[str, dict[str, Any]] = {
    "MAPE": {"color": style.BLUE, "ls": style.LINES[0]},
    "MSE": {"color": style.ORANGE, "ls": style.LINES[1]},
    "MAE": {"color": style.TEAL, "ls": style.LINES[2]},
    "MSLE": {"color": style.ORCHID, "ls": style.LINES[3]},
}
"""One look for each loss, in every figure of the chapter."""
MARKERS = {"MAPE": "o", "MSE": "s", "MAE": "^", "MSLE": "D"}
ROLLS = "예측 c (개)"
LOWEST = np.arange(4.0, 61.0)
SIGMAS = np.arange(1, 31) / 20


def vees() -> Figure:
    """실제값마다의 손실: 실제값이 작을수록 가파르고, 예측 0에서는 모두 100 %."""
    forecast = np.arange(0.0, 401.0, 2.0)
    axes = panel(
        title="실제값 셋의 손실", xlabel="예측 x (개)", ylabel="백분율 오차 (%)", wide=True
    )
    for actual, at, dx in ((50.0, 180.0, 8), (100.0, 270.0, 8), (200.0, 330.0, 8)):
        loss = mape(forecast, np.full_like(forecast, actual), reduction="none")
        (line,) = axes.plot(forecast, loss, label=f"실제 {actual:.0f}개")
        label_line(axes, line, at, dx=dx, dy=-8)
    axes.plot([0], [100], "o", color=style.INK, ms=8)
    axes.annotate("예측 0: 100 %", (0, 100), (12, 12),
                  textcoords="offset points", path_effects=style.HALO)  # fmt: skip
    axes.axhline(100, **style.REFERENCE)
    axes.set_ylim(-8, 320)
    return figure(
        axes,
        alt="실제값이 50, 100, 200일 때 예측에 따른 백분율 오차는 실제값에서 0인 V자다. 실제값이 "
        "작을수록 V가 가파르다. 예측이 0이면 셋 모두 100 %이고, 오른쪽은 끝없이 올라간다.",
    )


def balance() -> Figure:
    """소금빵 닷새: MAPE의 바닥과 힘의 평형."""
    centers = np.arange(20.0, 220.5, 0.5)
    losses = panel(title="MAPE", xlabel=ROLLS, ylabel="MAPE (%)", height=3.6)
    losses.plot(centers, scores(centers, SALES), label="닷새의 MAPE", **LOOKS["MAPE"])
    best = mape_constant(SALES)
    losses.plot([best], scores(np.array([best]), SALES), "o", color=style.INK, ms=8)
    losses.annotate("바닥 60개", (best, 39), (0, -16), textcoords="offset points",
                    ha="center", path_effects=style.HALO)  # fmt: skip
    losses.set_ylim(20, 190)
    losses.legend(loc="upper left")
    force = panel(title="힘의 합", xlabel=ROLLS, ylabel="기울기 (%/개)", height=3.6)
    force.plot(centers, pulls(centers, SALES), label="MAPE의 기울기", **LOOKS["MAPE"])
    for day in SALES:
        force.axvline(day, **style.REFERENCE)
    force.axhline(0, color=style.INK, linewidth=0.8)
    force.set_ylim(-2, 2)
    force.legend(loc="lower right")
    return figure(
        losses, force,
        alt="왼쪽: 소금빵 닷새의 MAPE는 예측이 60개일 때 39 %로 가장 작다. 오른쪽: MAPE의 기울기는 "
        "판매량을 하나 지날 때마다 오르는 계단이고 60에서 음수에서 양수로 바뀐다. "
        "계단의 높이는 40에서 가장 크고 200에서 가장 작다.",
    )  # fmt: skip


def slow_day() -> Figure:
    """가장 적게 팔린 날을 움직이는 슬라이더: 그 하루가 예측을 정합니다."""
    centers = np.arange(2.0, 161.0)
    weeks = [slow(lowest) for lowest in LOWEST]
    best = np.array([mape_constant(week) for week in weeks])
    shares = [100 / week[0] / (1 / week).sum() for week in weeks]
    slider = Slider(
        "가장 적게 팔린 날 (개)", LOWEST, 40.0,
        readout=[
            f"그날의 목소리 {share:.0f} %, MAPE의 예측 {guess:.0f}개"
            for share, guess in zip(shares, best, strict=True)
        ],
    )  # fmt: skip
    curve = panel(title="MAPE", xlabel=ROLLS, ylabel="MAPE (%)", height=3.6)
    slider.line(curve, centers, [scores(centers, week) for week in weeks],
                label="닷새의 MAPE", **LOOKS["MAPE"])  # fmt: skip
    lows = [scores(np.array([guess]), week) for guess, week in zip(best, weeks, strict=True)]
    slider.points(curve, best[:, None], lows, color=style.INK)
    curve.axhline(100, **style.REFERENCE)
    curve.set_ylim(0, 250)
    curve.legend(loc="upper right")
    guesses = panel(
        title="가장 좋은 예측", xlabel="가장 적게 팔린 날 (개)", ylabel=ROLLS, height=3.6
    )
    for name in ("MSE", "MAE", "MAPE"):
        values = np.array([BEST[name](week) for week in weeks])
        guesses.plot(LOWEST, values, label=name, **LOOKS[name])
        slider.points(guesses, LOWEST[:, None], values[:, None], color=LOOKS[name]["color"])
    guesses.set_ylim(0, 135)
    guesses.legend(loc="upper left", ncol=3)
    return slider_figure(
        curve, guesses, slider=slider,
        alt="가장 적게 팔린 날을 4개에서 60개까지 움직인다. 왼쪽 MAPE 곡선의 바닥은 60에 있다가, "
        "그날이 23개 아래로 내려가면 그날의 판매량으로 옮겨 간다. 오른쪽에서 평균은 조금 줄고 "
        "중앙값 80은 그대로인데 MAPE의 예측만 바닥까지 떨어진다.",
    )  # fmt: skip


def lognormal() -> Figure:
    """퍼짐 σ를 움직이는 슬라이더: 로그정규분포에서 세 손실의 답."""
    demand = np.linspace(1, 400, 400)
    rows = [_density(demand, sigma) for sigma in SIGMAS]
    points = [lognormal_points(sigma) for sigma in SIGMAS]
    slider = Slider(
        "퍼짐 σ", SIGMAS, 0.7, "{:.2f}",
        readout=[
            f"평균 {p['MSE']:.0f}, 중앙값 {p['MAE']:.0f}, MAPE의 예측 {p['MAPE']:.0f}"
            for p in points
        ],
    )  # fmt: skip
    density = panel(
        title="수요의 분포 (중앙값 100)", xlabel="수요 y (개)", ylabel="밀도 (개당)", height=3.6
    )
    slider.line(density, demand, rows, label="밀도", color=style.INK)
    answers = panel(title="세 손실의 답", xlabel="퍼짐 σ", ylabel=ROLLS, height=3.6)
    for name, label in (("MSE", "평균 (MSE)"), ("MAE", "중앙값 (MAE)"), ("MAPE", "MAPE")):
        at = np.array([p[name] for p in points])
        tops = np.array([_density(a, s) for a, s in zip(at, SIGMAS, strict=True)])
        look = {"color": LOOKS[name]["color"], "marker": MARKERS[name], "markersize": 8}
        slider.points(density, at[:, None], tops[:, None], label=label, **look)
        answers.plot(SIGMAS, at, label=label, **LOOKS[name])
        slider.points(answers, SIGMAS[:, None], at[:, None], **look)
    density.set_ylim(0, 0.03)
    density.legend(loc="upper right")
    answers.set_ylim(0, 320)
    answers.legend(loc="upper left")
    return slider_figure(
        density, answers, slider=slider,
        alt="중앙값이 100인 로그정규분포의 퍼짐 σ를 0.05에서 1.5까지 키운다. 왼쪽 밀도에서 평균은 "
        "오른쪽으로, MAPE의 예측은 꼭대기를 따라 왼쪽으로 간다. 오른쪽에서 평균은 300을 넘고 "
        "중앙값은 100에 있고 MAPE의 예측은 0에 가까워진다.",
    )  # fmt: skip


def _density(y: Array | float, sigma: float, median: float = 100.0) -> Array:
    """Density of the log-normal distribution."""
    z = np.log(np.asarray(y) / median) / sigma
    return np.asarray(np.exp(-(z**2) / 2) / (np.sqrt(2 * np.pi) * sigma * np.asarray(y)))


def strikes() -> Figure:
    """파업 62건: 날수의 분포와 네 손실이 고른 수, 그리고 그 수들의 MAPE."""
    y = durations()
    counts = panel(
        title="파업이 이어진 날수", xlabel="이어진 날수 (일)", ylabel="파업 (건)", height=3.6
    )
    edges = np.arange(0, 221, 10)
    heights = np.histogram(y, edges)[0]
    counts.bar(edges[:-1] + 5, heights, 9, color=style.GREY, alpha=0.5)
    curve = panel(title="수 하나의 MAPE", xlabel="예측 c (일)", ylabel="MAPE (%)", height=3.6)
    centers = np.arange(0.0, 60.25, 0.25)
    curve.plot(centers, scores(centers, y), color=style.INK)
    curve.axhline(100, **style.REFERENCE)
    for name, best in BEST.items():
        guess = best(y)
        counts.plot([guess, guess], [0, 18], label=f"{name} {guess:.1f}일", **LOOKS[name])
        curve.plot([guess], scores(np.array([guess]), y), MARKERS[name],
                   color=LOOKS[name]["color"], ms=8, label=name)  # fmt: skip
    counts.set_ylim(0, 20)
    counts.set_yticks(range(0, 21, 5))
    counts.legend(loc="upper right")
    curve.set_ylim(0, 600)
    curve.legend(loc="upper left")
    return figure(
        counts, curve,
        alt="왼쪽: 파업은 대부분 50일 안에 끝나지만 200일을 넘는 것도 있다. 네 손실이 고른 수는 MSE "
        "42.7일, MAE 27일, MSLE 23.3일, MAPE 3일이다. 오른쪽: MAPE는 3일에서 80 %로 가장 작고, "
        "예측 0은 100 %, 나머지 세 수는 200 %를 넘는다.",
    )  # fmt: skip


def splits() -> Figure:
    """200번 나누어 본 시험 MAPE와 합계의 비."""
    runs = split_run()
    axes = panel(
        title="파업 자료를 200번 나누기", xlabel="예측의 합 / 실제의 합",
        ylabel="시험 MAPE (%, 로그 눈금)", wide=True,
    )  # fmt: skip
    for row, name in enumerate(BEST):
        axes.plot(runs[:, row, 3], runs[:, row, 1], MARKERS[name], ms=4,
                  color=LOOKS[name]["color"], label=name)  # fmt: skip
    axes.axvline(1, **style.REFERENCE)
    axes.axhline(100, **style.REFERENCE)
    axes.set_yscale("log")
    axes.set_xlim(-0.05, 3)
    axes.legend(loc="lower right")
    return figure(
        axes,
        alt="가로축은 예측의 합을 실제의 합으로 나눈 것, 세로축은 시험 MAPE. MAPE로 고른 점들은 "
        "왼쪽 아래 구석, 합의 비 0.07 근처에 모여 있고 MAPE는 대부분 100 % 아래다. MSE의 점들은 비 "
        "1 둘레에 넓게 퍼져 있고 MAPE는 100 %에서 900 % 사이다.",
    )
