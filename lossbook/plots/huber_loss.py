"""후버 손실 장의 그림. 그려지는 숫자는 `huber_fits`에서 옵니다."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import norm

from lossbook.plots import style
from lossbook.plots.figure import Figure, figure, label_line, panel
from lossbook.plots.huber_fits import (
    DELAYS,
    DRAGGED,
    FITS,
    LIFTS,
    LINE_X,
    LINE_Y,
    PLACES,
    SHARES,
    Array,
    asymptotic_variance,
    contamination_of,
    contamination_run,
    crime,
    design,
    huber,
    huber_fit,
    l1_fit,
    lifted,
    lines,
    moved,
    mse_fit,
    pseudo,
    pseudo_pull,
    pull,
    sensitivity,
)
from lossbook.plots.slider import Slider, slider_figure

ERROR_AXIS = "오차 e = x - y"
ERRORS = np.linspace(-5, 5, 201)
SLIDER = np.arange(1, 41) / 10
LOOKS: dict[str, dict[str, Any]] = {
    "square": {"color": style.ORANGE, "ls": style.LINES[1]},
    "absolute": {"color": style.TEAL, "ls": style.LINES[2]},
    "huber": {"color": style.BLUE, "ls": style.LINES[0]},
}
"""One look for each loss, in every figure of the chapter."""
PSEUDO: dict[str, Any] = {"color": style.VIOLET, "ls": style.LINES[3]}


# --- the loss itself


def tangent(delta: float = 1.5) -> Figure:
    """포물선의 접선이 후버 손실의 직선 부분이 됩니다."""
    error = np.linspace(-1, 4, 201)
    axes = panel(
        title=f"δ = {delta:g}에서 갈아타기", xlabel=ERROR_AXIS, ylabel="손실", wide=True
    )
    axes.plot(error, error**2 / 2, label="포물선 ½e²", **LOOKS["square"])
    axes.plot(error, delta * np.abs(error), label="그냥 δ|e|", **LOOKS["absolute"])
    axes.plot(error, huber(error, delta), label="후버 손실", **LOOKS["huber"])
    axes.plot([delta], [delta**2 / 2], "o", color=style.INK, ms=8)
    axes.annotate("여기서 값 ½δ², 기울기 δ", (delta, delta**2 / 2), (12, -8),
                  textcoords="offset points", va="top", path_effects=style.HALO)  # fmt: skip
    axes.annotate("", (3.2, delta * 3.2), (3.2, delta * 3.2 - delta**2 / 2),
                  arrowprops={"arrowstyle": "<->", "color": style.INK})  # fmt: skip
    axes.annotate("½δ²만큼 내림", (3.2, delta * 3.2 - delta**2 / 2), (0, -8),
                  textcoords="offset points", va="top", path_effects=style.HALO)  # fmt: skip
    axes.set_ylim(-0.2, 6.5)
    axes.legend(loc="upper left")
    return figure(
        axes,
        alt="포물선 ½e²과 직선 δ|e|는 e = δ에서 만나지 않는다. 직선을 ½δ²만큼 내리면 e = δ에서 "
        "포물선에 접하고, 후버 손실은 그 점까지 포물선을, 그 뒤로는 접선을 따라간다.",
    )


def balance(delta: float = 2.0) -> Figure:
    """배달 지연 다섯 개의 가운데: 손실의 바닥과 힘의 평형."""
    centers = np.linspace(-1, 8, 361)
    grid = centers[:, None] - DELAYS
    sums = {
        "absolute": (np.abs(grid).sum(1), "절댓값 (바닥 2)"),
        "huber": (huber(grid, delta).sum(1), f"후버, δ = {delta:g} (바닥 7/3)"),
        "square": (0.5 * (grid**2).sum(1), "제곱의 반 (바닥 4)"),
    }
    losses = panel(
        title="손실의 합", xlabel="대표값 c (분)", ylabel="최솟값을 뺀 손실의 합", height=3.6
    )
    for look, (values, name) in sums.items():
        losses.plot(centers, values - values.min(), label=name, **LOOKS[look])
    losses.set_ylim(-0.6, 24)
    losses.legend(loc="upper center")
    pulls = panel(title="힘의 합", xlabel="대표값 c (분)", ylabel="기울기의 합", height=3.6)
    pulls.plot(centers, np.sign(grid).sum(1), label="절댓값", **LOOKS["absolute"])
    pulls.plot(centers, pull(grid, delta).sum(1), label=f"후버, δ = {delta:g}", **LOOKS["huber"])
    pulls.plot(centers, grid.sum(1), label="제곱의 반", **LOOKS["square"])
    pulls.axhline(0, **style.REFERENCE)
    pulls.set_ylim(-12, 12)
    pulls.legend(loc="lower right")
    return figure(
        losses, pulls,
        alt="왼쪽: 0, 1, 2, 4, 13분 지연에서 대표값 c에 따른 손실의 합. 절댓값은 2에서, 후버는 "
        "7/3에서, 제곱은 4에서 바닥이다. 오른쪽: 기울기의 합이 0을 지나는 자리가 각각의 바닥이다.",
    )  # fmt: skip


def densities(k: float = 1.0) -> Figure:
    """정규분포, 후버의 가장 불리한 분포, 라플라스 분포."""
    z = np.linspace(-6, 6, 241)
    eps = contamination_of(k)
    curves = {
        "square": (norm.pdf(z), "정규분포"),
        "absolute": (np.exp(-np.abs(z)) / 2, "라플라스 분포"),
        "huber": ((1 - eps) * norm.pdf(0) * np.exp(-huber(z, k)), f"가장 불리한 분포 (k = {k:g})"),
    }
    axis = "오차 (표준편차 단위)"
    density = panel(title="밀도 (로그 눈금)", xlabel=axis, ylabel="밀도", height=3.6)
    loss = panel(title="음의 로그 밀도", xlabel=axis, ylabel="0에서의 값을 뺀 값", height=3.6)
    for look, (values, name) in curves.items():
        density.plot(z, values, label=name, **LOOKS[look])
        loss.plot(z, -np.log(values / values[len(z) // 2]), label=name, **LOOKS[look])
    for axes in (density, loss):
        axes.axvline(-k, **style.REFERENCE)
        axes.axvline(k, **style.REFERENCE)
    density.set_yscale("log")
    density.set_ylim(1e-6, 1)
    density.legend(loc="lower center")
    loss.set_ylim(-0.3, 13)
    loss.legend(loc="upper center")
    return figure(
        density, loss,
        alt="왼쪽 로그 눈금의 밀도: 정규분포는 포물선처럼 떨어지고, 가장 불리한 분포는 가운데만 "
        "포물선이고 바깥은 라플라스 분포처럼 직선으로 떨어진다. "
        "오른쪽 음의 로그 밀도는 제곱, 후버, 절댓값이다. 세로 점선은 -k와 k이다.",
    )  # fmt: skip


def shape() -> Figure:
    """δ를 움직이며 보는 손실과 기울기."""
    four = np.array([4.0])
    slider = Slider(
        "δ (갈아타는 오차)", SLIDER, 1.0,
        readout=[
            f"오차가 4일 때 손실 {huber(four, d)[0]:.3f}, 기울기 {pull(four, d)[0]:g}"
            for d in SLIDER
        ],
    )  # fmt: skip
    losses = panel(title="손실", xlabel=ERROR_AXIS, ylabel="손실")
    losses.plot(ERRORS, ERRORS**2 / 2, label="½e²", **LOOKS["square"])
    losses.plot(ERRORS, np.abs(ERRORS), label="|e|", **LOOKS["absolute"])
    slider.line(losses, ERRORS, [huber(ERRORS, d) for d in SLIDER], label="후버", **LOOKS["huber"])
    losses.set_ylim(-0.2, 8.2)
    losses.legend(loc="upper center")
    slopes = panel(title="기울기", xlabel=ERROR_AXIS, ylabel="기울기")
    slopes.plot(ERRORS, ERRORS, label="½e²", **LOOKS["square"])
    slopes.plot(ERRORS, np.sign(ERRORS), label="|e|", **LOOKS["absolute"])
    slider.line(slopes, ERRORS, [pull(ERRORS, d) for d in SLIDER], label="후버", **LOOKS["huber"])
    slopes.set_ylim(-5.2, 5.2)
    slopes.legend(loc="upper left")
    return slider_figure(
        losses, slopes, slider=slider,
        alt="δ를 0.1에서 4까지 바꾸는 두 칸의 그림. 왼쪽 손실은 가운데에서 ½e²과 겹치다가 "
        "δ를 넘으면 접선을 따라가고, 오른쪽 기울기는 e를 따라가다가 δ와 -δ에서 평평해진다.",
    )  # fmt: skip


def pseudo_huber(delta: float = 1.0) -> Figure:
    """후버와 유사 후버(pseudo-Huber)의 손실과 기울기."""
    losses = panel(title="손실", xlabel=ERROR_AXIS, ylabel="손실")
    losses.plot(ERRORS, huber(ERRORS, delta), label="후버", **LOOKS["huber"])
    losses.plot(ERRORS, pseudo(ERRORS, delta), label="유사 후버", **PSEUDO)
    losses.legend(loc="upper center")
    slopes = panel(title="기울기", xlabel=ERROR_AXIS, ylabel="기울기")
    slopes.plot(ERRORS, pull(ERRORS, delta), label="후버", **LOOKS["huber"])
    slopes.plot(ERRORS, pseudo_pull(ERRORS, delta), label="유사 후버", **PSEUDO)
    slopes.legend(loc="upper left")
    return figure(
        losses, slopes,
        alt="왼쪽: 유사 후버의 손실은 어디서나 후버보다 작거나 같다. 오른쪽: 후버의 기울기는 δ에서 "
        "꺾여 평평해지고, 유사 후버의 기울기는 δ에 천천히 다가간다.",
    )  # fmt: skip


# --- one point


WIDTH_OF_VIEW = np.array([0.0, 41.0])


def _two_lines(slider: Slider, axes: Any, ends: Array, x: Array, y: Array) -> None:
    """Points and lines of both losses for every slider value; x and y have shape (K, 10)."""
    pairs = list(zip(x, y, strict=True))
    squares = np.array([mse_fit(*pair) for pair in pairs])
    hubers = np.array([huber_fit(*pair, 1.0) for pair in pairs])
    others = np.arange(len(LINE_X)) != DRAGGED
    axes.plot(LINE_X[others], LINE_Y[others], "o", color=style.GREY, ms=6)
    star = {"color": style.INK, "marker": "*", "markersize": 13}
    slider.points(axes, x[:, [DRAGGED]], y[:, [DRAGGED]], **star)
    for name, fits, look in (("MSE", squares, "square"), ("후버, δ = 1", hubers, "huber")):
        slider.line(axes, ends, fits[:, :1] + fits[:, 1:] * ends, label=name, **LOOKS[look])
    axes.legend(loc="upper left")


def drag() -> Figure:
    """점 하나를 위로 끄는 슬라이더: 두 직선과, 그 점이 당기는 힘."""
    y = np.array([lifted(lift) for lift in LIFTS])
    x = np.tile(LINE_X, (len(LIFTS), 1))
    residual = LIFTS + LINE_Y[DRAGGED] - design(LINE_X)[DRAGGED] @ huber_fit(LINE_X, LINE_Y, 1.0)
    slider = Slider(
        "별표 점을 올린 높이", LIFTS, 8.0,
        readout=[
            f"당기는 힘: 제곱 {r:.1f}, 후버 {-pull(np.array([-r]), 1.0)[0]:.1f}" for r in residual
        ],
    )  # fmt: skip
    ends = np.array([0.5, 10.5])
    axes = panel(title="점 하나를 위로", xlabel="설명 변수 u", ylabel="y", height=3.6)
    _two_lines(slider, axes, ends, x, y)
    axes.set_ylim(0, 28)
    force = panel(title="그 점이 당기는 힘", xlabel="올린 높이", ylabel="기울기의 크기", height=3.6)
    force.plot(LIFTS, np.abs(residual), label="½e²", **LOOKS["square"])
    force.plot(LIFTS, np.abs(pull(residual, 1.0)), label="후버, δ = 1", **LOOKS["huber"])
    force.set_xticks(range(0, 21, 5))
    slider.points(force, LIFTS[:, None], np.abs(residual)[:, None], color=style.ORANGE)
    slider.points(force, LIFTS[:, None], np.abs(pull(residual, 1.0))[:, None], color=style.BLUE)
    force.legend(loc="upper left")
    return slider_figure(
        axes, force, slider=slider,
        alt="왼쪽: 별표 점 하나를 위로 올리면 MSE 직선은 따라 올라가고 후버 직선은 거의 그대로다. "
        "오른쪽: 그 점이 당기는 힘은 제곱에서는 높이에 비례해 커지고, 후버에서는 1에서 멈춘다.",
    )  # fmt: skip


def slide_away() -> Figure:
    """점 하나를 옆으로 끄는 슬라이더: 지렛점은 후버도 끌고 갑니다."""
    pairs = [moved(place) for place in PLACES]
    x, y = np.array([a for a, _ in pairs]), np.array([b for _, b in pairs])
    slopes = [(mse_fit(a, b)[1], huber_fit(a, b, 1.0)[1]) for a, b in pairs]
    slider = Slider(
        "별표 점의 u", PLACES, 9.0,
        readout=[f"회귀 계수: MSE {m:.2f}, 후버 {h:.2f}" for m, h in slopes],
    )  # fmt: skip
    axes = panel(title="점 하나를 옆으로", xlabel="설명 변수 u", ylabel="y", wide=True)
    _two_lines(slider, axes, WIDTH_OF_VIEW, x, y)
    axes.set_ylim(-3, 15)
    return slider_figure(
        axes, slider=slider,
        alt="높이가 2인 별표 점 하나를 u = 9에서 40까지 오른쪽으로 끈다. 멀리 가면 MSE 직선과 "
        "후버 직선이 모두 그 점 쪽으로 눕는다.",
    )  # fmt: skip


def influence() -> Figure:
    """새로 온 수 하나가 대표값을 얼마나 옮기는지."""
    arrivals, shifts = sensitivity()
    axes = panel(
        title="수 하나의 영향력", xlabel="새로 들어온 수 (표준편차 단위)",
        ylabel="대표값이 옮겨 간 거리의 21배", wide=True,
    )  # fmt: skip
    for look, name in (("square", "평균"), ("absolute", "중앙값"), ("huber", "후버, δ = 1.345")):
        axes.plot(arrivals, shifts[look], label=name, **LOOKS[look])
    axes.set_ylim(-6.5, 6.5)
    axes.set_xticks(range(-8, 9, 4))
    axes.legend(loc="upper left")
    return figure(
        axes,
        alt="가로축은 새로 들어온 수, 세로축은 대표값이 옮겨 간 거리의 21배. 평균은 끝없이 커지는 "
        "직선, 중앙값은 0을 지나자마자 멈추는 계단, "
        "후버는 가운데에서 직선이다가 평평해지는 곡선이다.",
    )


# --- the price of robustness


def insurance() -> Figure:
    """보험료와 보험금: k에 따른 점근 분산."""
    ks = np.arange(0.1, 4.01, 0.05)
    axes = panel(
        title="보험료와 보험금", xlabel="k = δ / 표준편차", ylabel="점근 분산 (작을수록 좋음)",
        wide=True,
    )  # fmt: skip
    for share, label in ((0.0, "깨끗한 정규분포"), (0.05, "5 % 오염"), (0.1, "10 % 오염")):
        variances = [asymptotic_variance(k, share) for k in ks]
        label_line(axes, axes.plot(ks, variances, label=label)[0], 3.5, dy=10)
    axes.axvline(1.345, **style.REFERENCE)
    axes.text(1.39, 1.78, "k = 1.345", path_effects=style.HALO)
    axes.set_ylim(0.95, 1.9)
    return figure(
        axes,
        alt="가로축은 k, 세로축은 점근 분산. 깨끗한 정규분포에서는 k가 클수록 1로 내려간다. "
        "오염된 분포에서는 k가 1과 2 사이일 때 가장 낮고 그 뒤로 다시 올라간다.",
    )


# --- real data


ROUND = np.array([5, 6, 8, 10, 12.5, 16, 20, 25, 32, 40])
DELTAS = np.concatenate([np.outer([0.01, 0.1, 1.0, 10.0], ROUND).ravel(), [500.0]])


def statecrime() -> Figure:
    """빈곤율과 살인율: δ를 따라 움직이는 후버 직선과 움직이지 않는 두 직선."""
    x, y, dc = crime("poverty")
    fits = np.array([huber_fit(x, y, delta) for delta in DELTAS])
    slider = Slider(
        "δ (10만 명당 건수)", DELTAS, 1.0,
        readout=[f"후버의 회귀 계수 {fit[1]:.3f}" for fit in fits],
    )  # fmt: skip
    ends = np.array([7.5, 23.5])
    axes = panel(title="51곳의 빈곤율과 살인율", xlabel="빈곤율 poverty (%)",
                 ylabel="살인율 (10만 명당)", wide=True)  # fmt: skip
    axes.plot(x[~dc], y[~dc], "o", color=style.GREY, ms=5)
    axes.plot(x[dc], y[dc], "*", color=style.INK, ms=13)
    axes.annotate("워싱턴 D.C.", (x[dc][0], y[dc][0]), (10, 0),
                  textcoords="offset points", va="center")  # fmt: skip
    for name, fit, look in (("MSE", mse_fit(x, y), "square"), ("L1", l1_fit(x, y), "absolute")):
        axes.plot(ends, fit[0] + fit[1] * ends, label=name, **LOOKS[look])
    slider.line(axes, ends, fits[:, :1] + fits[:, 1:] * ends, label="후버", **LOOKS["huber"])
    axes.set_ylim(-1, 26)
    axes.legend(loc="upper left")
    return slider_figure(
        axes, slider=slider,
        alt="가로축은 빈곤율, 세로축은 살인율. 워싱턴 D.C.가 홀로 위에 있다. "
        "δ를 500으로 올리면 후버 직선은 MSE 직선과 겹치고, 0.05로 내리면 L1 직선에 가까워진다.",
    )  # fmt: skip


def leverage() -> Figure:
    """single 열: 지렛점 하나가 있을 때와 뺐을 때의 세 직선."""
    x, y, dc = crime("single")
    ends = np.array([20.0, 50.0])
    panels = []
    for title, keep in (("워싱턴 D.C. 포함", np.full(len(x), True)), ("워싱턴 D.C. 제외", ~dc)):
        axes = panel(
            title=title, xlabel="한부모 가정 비율 single (%)", ylabel="살인율 (10만 명당)",
            height=3.6,
        )  # fmt: skip
        axes.plot(x[~dc], y[~dc], "o", color=style.GREY, ms=4)
        axes.plot(x[dc], y[dc], "*", color=style.INK, ms=12 if keep[dc] else 0)
        for (name, line), look in zip(lines(x[keep], y[keep]).items(), LOOKS, strict=True):
            axes.plot(ends, line[0] + line[1] * ends, label=name, **LOOKS[look])
        axes.set_ylim(-1, 26)
        axes.legend(loc="upper left")
        panels.append(axes)
    return figure(
        *panels,
        alt="가로축은 한부모 가정 비율, 세로축은 살인율. 왼쪽 워싱턴 D.C.를 넣은 그림에서 "
        "별표 하나가 오른쪽 위에 떨어져 있고 세 직선 모두 그쪽으로 기운다. "
        "오른쪽 뺀 그림에서는 세 직선 모두 완만하다.",
    )


def contamination() -> Figure:
    """더러워진 훈련 목표의 비율과 깨끗한 시험 자료의 MAE."""
    errors = contamination_run()
    percent = 100 * np.array(SHARES)
    axes = panel(
        title="당뇨 자료: 오염과 예측 오차", xlabel="10배로 잘못 적힌 훈련 목표 (%)",
        ylabel="시험 MAE (로그 눈금, 20번 나눈 평균과 범위)", wide=True,
    )  # fmt: skip
    looks = [*LOOKS.values(), PSEUDO]
    for column, (name, look) in enumerate(zip(FITS, looks, strict=True)):
        mean = errors[:, :, column].mean(0)
        line = axes.plot(percent, mean, marker="o", label=name, **look)[0]
        low, high = errors[:, :, column].min(0), errors[:, :, column].max(0)
        axes.fill_between(percent, low, high, color=line.get_color(), alpha=0.12, lw=0)
    axes.set_yscale("log")
    axes.set_yticks([40, 60, 100, 200, 300])
    axes.set_xticks(percent)
    axes.legend(loc="upper left")
    return figure(
        axes,
        alt="가로축은 10배로 잘못 적힌 훈련 목표의 비율, 세로축은 깨끗한 시험 자료의 평균 절대 "
        "오차. MSE는 비율이 늘수록 가파르게 오르고 δ = 500인 후버도 따라 오른다. "
        "L1과 δ = 50인 후버는 거의 평평하다.",
    )
