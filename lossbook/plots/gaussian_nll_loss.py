"""가우시안 음의 로그 가능도 장의 그림. 훈련과 회귀는 `gaussian_nll_loss_fits`에서 옵니다."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtri

from lossbook import gaussian_nll_loss, gaussian_nll_loss_grad
from lossbook.plots import style
from lossbook.plots.figure import Figure, figure, panel
from lossbook.plots.gaussian_nll_loss_fits import (
    BETAS,
    NOISE,
    SEEDS,
    Array,
    band_fit,
    four_days,
    households,
    networks,
    training,
)
from lossbook.plots.slider import Slider, slider_figure

TEMPERATURE = "내일 최고 기온 (도)"
VARIANCE = "분산 v (도², 로그 눈금)"
VARIANCES = np.geomspace(1e-2, 1e2, 201)
FORECAST, ACTUAL = 21.0, 23.0
EDGE = float(ndtri(0.975))
"""1.96: 정규분포의 95 %가 든 띠의 반너비를 표준편차로 잰 것."""


def _loss(error: Any, v: Any, full: bool = False) -> Array:
    error, v = np.broadcast_arrays(np.asarray(error, float), np.asarray(v, float))
    return np.asarray(gaussian_nll_loss(error, 0 * error, v, full=full, reduction="none"))


# --- density and penalty


def heights() -> Figure:
    """두 예보의 밀도와 벌점: 같은 21도, 다른 띠."""
    y = np.linspace(11, 31, 401)
    density = panel(title="말한 밀도", xlabel=TEMPERATURE, ylabel="밀도 (1/도)", height=3.6)
    penalty = panel(title="벌점 = -ln 밀도", xlabel=TEMPERATURE, ylabel="벌점 (nat)", height=3.6)
    for deviation in (1.0, 3.0):
        cost = _loss(FORECAST - y, deviation**2, full=True)
        density.plot(y, np.exp(-cost), label=f"21 ± {deviation:g}도")
        penalty.plot(y, cost, label=f"21 ± {deviation:g}도")
    for axes in (density, penalty):
        axes.axvline(ACTUAL, **style.REFERENCE)
        axes.set_xticks([11, 15, 19, 23, 27, 31])
        axes.legend(loc="upper left" if axes is density else "upper center")
    penalty.set_ylim(0, 14)
    return figure(
        density, penalty,
        alt="왼쪽: 21 ± 1도의 밀도는 좁고 높으며 21 ± 3도의 밀도는 넓고 낮다. 오른쪽: 벌점은 두 "
        "포물선이고 21 ± 1도의 것이 바닥이 낮지만 훨씬 가파르다. 세로 점선은 실제 기온 23도이다.",
    )  # fmt: skip


def price() -> Figure:
    """말한 표준편차가 틀린 만큼 더 내는 평균 벌점."""
    ratio = np.geomspace(1 / 4, 4, 201)
    nodes, share = np.polynomial.hermite_e.hermegauss(20)
    share = share / share.sum()
    extra = np.array([share @ (_loss(nodes, r**2) - _loss(nodes, 1.0)) for r in ratio])
    axes = panel(
        title="허풍의 값, 겸손의 값", xlabel="말한 표준편차 / 참 표준편차 (로그 눈금)",
        ylabel="더 내는 평균 벌점 (nat)", wide=True,
    )  # fmt: skip
    axes.semilogx(ratio, extra, label="더 내는 벌점")
    marks = np.array([1 / 3, 3.0])
    axes.plot(marks, np.interp(marks, ratio, extra), "o", color=style.INK, label="3배 틀림")
    axes.axvline(1, **style.REFERENCE)
    axes.set_xticks([0.25, 0.33, 0.5, 1, 2, 3, 4])
    axes.set_ylim(-0.2, 7)
    axes.legend(loc="upper right")
    return figure(
        axes,
        alt="가로축은 말한 표준편차를 참 표준편차로 나눈 비, 세로축은 더 내는 평균 벌점. 비가 1일 "
        "때 0이고, 1보다 작은 쪽은 가파르게, 큰 쪽은 천천히 오른다.",
    )


def valleys() -> Figure:
    """오차마다 분산에 따른 손실: 바닥은 오차의 제곱에 있습니다."""
    v = np.geomspace(1e-8, 1e2, 301)
    axes = panel(title="분산에 따른 손실", xlabel=VARIANCE, ylabel="손실 (nat)", wide=True)
    for error in (2.0, 1.0, 0.5, 0.0):
        axes.semilogx(v, _loss(error, v), label=f"오차 {error:g}도")
        if error:
            axes.plot([error**2], [_loss(error, error**2)], "o", color=style.INK, ms=6)
    axes.axvline(1e-6, **style.REFERENCE)
    axes.annotate("eps = 1e-6", (1e-6, 5), (6, 0), textcoords="offset points",
                  path_effects=style.HALO)  # fmt: skip
    axes.set_ylim(-8, 8)
    axes.legend(loc="lower right")
    return figure(
        axes,
        alt="가로축은 로그 눈금의 분산, 세로축은 손실. 오차가 2, 1, 0.5인 곡선은 분산이 오차의 "
        "제곱인 곳에서 바닥이고 왼쪽은 가파른 벽, 오른쪽은 완만한 비탈이다. 오차가 0인 곡선은 "
        "eps까지 직선으로 내려가다가 그 아래에서 평평하다.",
    )


def moving() -> Figure:
    """분산을 옮기며 보는 밀도, 손실, 기울기. 예보는 21도, 실제는 23도입니다."""
    variances = np.round(np.geomspace(0.05, 10, 60), 2)
    start = variances[np.argmin(np.abs(variances - 1))]
    error = FORECAST - ACTUAL
    cost = _loss(error, variances)
    ones = np.ones_like(variances)
    by_mean, _, by_variance = gaussian_nll_loss_grad(
        FORECAST * ones, ACTUAL * ones, variances, reduction="sum"
    )
    slider = Slider(
        "분산 v (도²)", variances, start=start, format="{:.2f}",
        readout=[
            f"손실 {c:.3f}, 평균의 기울기 {m:+.2f}, 분산의 기울기 {s:+.2f}".replace("-", "−")
            for c, m, s in zip(cost, by_mean, by_variance, strict=True)
        ],
    )  # fmt: skip
    y = np.linspace(14, 28, 141)
    density = panel(title="말한 밀도", xlabel=TEMPERATURE, ylabel="밀도 (1/도)")
    bells = np.exp(-_loss(FORECAST - y, variances[:, None], full=True))
    slider.line(density, y, bells, label="밀도")
    at = np.exp(-_loss(error, variances, full=True))[:, None]
    slider.points(density, np.full_like(at, ACTUAL), at, color=style.ORANGE, label="실제 23도")
    density.set_ylim(0, 0.8)
    density.legend(loc="upper left")
    loss = panel(title="손실", xlabel=VARIANCE, ylabel="손실 (nat)")
    loss.semilogx(variances, cost, label="손실")
    slider.points(loss, variances[:, None], cost[:, None], color=style.ORANGE, label="지금")
    loss.set_ylim(0, 8)
    loss.legend(loc="upper right")
    slope = panel(title="기울기", xlabel=VARIANCE, ylabel="기울기")
    slope.semilogx(variances, by_mean, label="평균으로 미분 (nat/도)")
    slope.semilogx(variances, by_variance, label="분산으로 미분 (nat/도²)")
    for rows, color in ((by_mean, style.BLUE), (by_variance, style.ORANGE)):
        slider.points(slope, variances[:, None], rows[:, None], color=color)
    slope.axhline(0, **style.REFERENCE)
    slope.set_ylim(-10, 4)
    slope.legend(loc="lower right")
    for axes in (loss, slope):
        axes.set_xticks([0.1, 1, 10])
    return slider_figure(
        density, loss, slope, slider=slider,
        alt="세 칸. 첫째: 21도를 가운데로 한 밀도와 실제 23도의 점. 분산을 키우면 낮고 넓어진다. "
        "둘째: 분산에 따른 손실 곡선 위의 점이 v = 4에서 바닥에 닿는다. 셋째: 평균의 기울기는 "
        "분산이 클수록 0에 가까워지고, 분산의 기울기는 v = 4에서 음수에서 양수로 바뀐다.",
    )  # fmt: skip


# --- Engel's households


def engel() -> Figure:
    """너비가 일정한 띠와 소득에 따라 벌어지는 띠."""
    u, y = households()
    ends = np.linspace(u.min(), u.max(), 101)
    panels = []
    for title, widening in (("너비가 일정한 띠", False), ("너비도 배운 띠", True)):
        band = band_fit(u, y, widening)
        axes = panel(title=title, xlabel="소득 (천 프랑)", ylabel="식비 (천 프랑)", height=3.8)
        inside = np.abs(band.mean(u) - y) <= EDGE * band.deviation(u)
        middle, half = band.mean(ends), EDGE * band.deviation(ends)
        axes.fill_between(ends, middle - half, middle + half, color=style.BLUE, alpha=0.15, lw=0,
                          label="95 % 띠")  # fmt: skip
        axes.plot(ends, middle, color=style.BLUE, label="평균")
        axes.plot(u[inside], y[inside], "o", color=style.GREY, ms=3, label="띠 안")
        axes.plot(u[~inside], y[~inside], "s", color=style.ORANGE, ms=5, label="띠 밖")
        axes.set_ylim(-0.1, 4.5)
        axes.legend(loc="upper left")
        panels.append(axes)
    return figure(
        *panels,
        alt="가로축은 소득, 세로축은 식비. 왼쪽은 너비가 일정한 띠로 소득이 낮은 가구는 모두 안에, "
        "높은 가구 몇은 밖에 있다. 오른쪽은 소득이 늘수록 벌어지는 깔때기 모양의 띠이고 밖의 "
        "점이 고르게 흩어져 있다.",
    )


def wrong_space() -> Figure:
    """표준편차를 분산 자리에 넣은 훈련: 손실은 같고 띠는 다릅니다."""
    losses = panel(title="훈련 손실", xlabel="걸음", ylabel="손실 (nat)", height=3.6)
    inside = panel(title="95 % 띠의 적중률", xlabel="걸음", ylabel="띠 안에 든 비율", height=3.6)
    for slot, name in (("variance", "분산을 넣음"), ("deviation", "표준편차를 넣음")):
        run = training(slot)
        steps = np.arange(len(run.loss))[:251]
        losses.plot(steps, run.loss[:251], label=name)
        inside.plot(steps, run.inside[:251], label=name)
    inside.axhline(0.95, **style.REFERENCE)
    inside.set_ylim(0, 1.05)
    losses.legend(loc="upper right")
    inside.legend(loc="center right")
    return figure(
        losses, inside,
        alt="왼쪽: 두 훈련의 손실이 같은 값으로 내려간다. 오른쪽: 분산을 넣은 쪽의 적중률은 점선 "
        "0.95 근처에 머물고, 표준편차를 넣은 쪽은 0.2 아래로 떨어진다.",
    )  # fmt: skip


def starving() -> Figure:
    """나흘의 기온: 평균이 굶은 신경망과 β-NLL로 배운 신경망."""
    day, _, observed = four_days()
    runs = networks()
    panels = []
    for index, name in ((0, "NLL (β = 0)"), (1, "β-NLL (β = 0.5)")):
        mean, half = runs.mean[index, 0], EDGE * runs.deviation[index, 0]
        axes = panel(title=name, xlabel="날 (일)", ylabel="기온 (도)", height=3.4)
        axes.fill_between(day, mean - half, mean + half, color=style.BLUE, alpha=0.15, lw=0,
                          label="95 % 띠")  # fmt: skip
        axes.plot(day, observed, "o", color=style.GREY, ms=3, label="잰 값")
        axes.plot(day, mean, color=style.BLUE, label="예측한 평균")
        axes.set_xticks(range(5))
        axes.set_ylim(8, 40)
        axes.legend(loc="upper right")
        panels.append(axes)
    axes = panel(title="씨앗 셋의 RMSE", xlabel="걸음", ylabel="RMSE (도, 로그 눈금)", wide=True)
    for row, beta in enumerate(BETAS):
        for seed in SEEDS:
            axes.plot(
                runs.rmse[row, seed], color=style.PALETTE[row], ls=style.LINES[row], lw=1.4,
                label=f"β = {beta:g}" if seed == 0 else f"_{beta:g}, {seed}",
            )  # fmt: skip
    axes.axhline(NOISE, **style.REFERENCE)
    axes.set_yscale("log")
    axes.set_yticks([0.2, 0.5, 1, 2, 5])
    axes.set_ylim(0.12, 8)
    axes.legend(loc="lower left")
    return figure(
        *panels, axes,
        alt="첫째 칸: β = 0인 신경망의 평균은 나흘의 물결 가운데 일부만 따라가고 나머지에서는 넓은 "
        "띠로 덮는다. 둘째 칸: β = 0.5인 신경망은 물결을 모두 따라가고 띠가 좁다. 셋째 칸: "
        "β = 0의 RMSE 세 줄은 2도 근처에 머물고 β = 0.5와 1의 여섯 줄은 0.3도 아래로 내려간다.",
    )  # fmt: skip
