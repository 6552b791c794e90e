"""포아송 음의 로그 가능도 장의 그림. 그려지는 숫자는 `poisson_fits`와 `lossbook`에서 옵니다."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import gammaln
from scipy.stats import binom

from lossbook import mse_loss, poisson_nll_loss
from lossbook.plots import poisson_fits as fits
from lossbook.plots import style
from lossbook.plots.figure import Figure, figure, panel
from lossbook.plots.slider import Slider, slider_figure

Array = np.ndarray[Any, np.dtype[Any]]

PIECES = np.array([2, 3, 4, 6, 10, 20, 60, 360, 3600])
MEANS = np.array([0.5, 0.7, 1, 1.4, 2, 2.8, 4, 5.6, 8, 11, 15, 20])
LOOKS: tuple[dict[str, Any], ...] = tuple(
    {"color": color, "ls": line} for color, line in zip(style.PALETTE, style.LINES, strict=False)
)


def slots(rate: float = 2.0) -> Figure:
    """한 시간을 칸으로 나누어 손님을 세는 슬라이더: 이항분포가 포아송 분포로 갑니다."""
    counts = np.arange(9)
    heights = np.array([binom.pmf(counts, n, rate / n) for n in PIECES])
    limit = fits.probability(counts, rate)
    slider = Slider(
        "한 시간을 나눈 칸의 수 n", PIECES, 4, format="{:.0f}",
        readout=[f"3명이 올 확률: 칸 {h[3]:.4f}, 포아송 {limit[3]:.4f}" for h in heights],
    )  # fmt: skip
    axes = panel(title="한 시간에 오는 손님 (평균 2명)", xlabel="손님 수 y", ylabel="확률",
                 wide=True)  # fmt: skip
    slider.bars(axes, counts, heights, color=style.BLUE, label="n칸으로 나누면")
    axes.plot(counts, limit, "o", color=style.INK, label="포아송 분포")
    axes.set_xticks(counts)
    axes.set_ylim(0, 0.55)
    axes.legend(loc="upper right")
    return slider_figure(
        axes, slider=slider,
        alt="손님 수 0명에서 8명까지의 확률. 둥근 점은 평균이 2인 포아송 분포, 막대는 한 시간을 "
        "n칸으로 나눈 이항분포. n을 키우면 막대의 끝이 둥근 점에 닿는다.",
    )  # fmt: skip


def losses() -> Figure:
    """개수가 0, 1, 3, 6일 때의 손실을 강도와 로그 강도에 대해 그립니다."""
    rate, log_rate = np.linspace(0.02, 10, 500), np.linspace(-3, 2.6, 281)
    left = panel(title="강도로 보면", xlabel="강도 λ (명)", ylabel="손실 (nat)", height=3.6)
    right = panel(title="로그 강도로 보면", xlabel="로그 강도 x = ln λ", ylabel="손실 (nat)",
                  height=3.6)  # fmt: skip
    for count, look in zip((0, 1, 3, 6), LOOKS, strict=False):
        of_rate = poisson_nll_loss(rate, np.full_like(rate, count), log_input=False,
                                   reduction="none")  # fmt: skip
        of_log = poisson_nll_loss(log_rate, np.full_like(log_rate, count), reduction="none")
        left.plot(rate, of_rate, label=f"y = {count}", **look)
        right.plot(log_rate, of_log, label=f"y = {count}", **look)
        if count:
            bottom = poisson_nll_loss(np.log([count]), [count], reduction="none")
            left.plot([count], bottom, "o", color=look["color"], label=f"_바닥 {count}")
            right.plot(np.log([count]), bottom, "o", color=look["color"], label=f"_바닥 {count}")
    for axes in (left, right):
        axes.set_ylim(-6, 12)
        axes.legend(loc="upper center", ncols=2)
    return figure(
        left, right,
        alt="개수 y가 0, 1, 3, 6일 때의 포아송 손실. 왼쪽은 강도 λ에 대한 곡선으로 λ = y에서 바닥이고 "
        "왼쪽 벽이 오른쪽보다 가파르다. y = 0이면 직선이다. 오른쪽은 로그 강도에 대한 곡선으로 "
        "왼쪽이 거의 직선이고 오른쪽이 지수로 솟는다.",
    )  # fmt: skip


def stirling() -> Figure:
    """log y!과 full=True가 더하는 것, 그리고 그 차이."""
    y = np.concatenate([np.linspace(0, 1, 101), np.linspace(1.0001, 6, 500)])
    exact = gammaln(y + 1)
    zero = np.zeros_like(y)
    added = poisson_nll_loss(zero, y, full=True, reduction="none") - poisson_nll_loss(
        zero, y, reduction="none"
    )
    whole = np.arange(7)
    left = panel(title="더하는 상수", xlabel="개수 y", ylabel="상수 (nat)", height=3.6)
    left.plot(y, exact, label="정확한 값 ln y!", **LOOKS[1])
    for part, name in ((y <= 1, "full=True"), (y > 1, "_full=True")):
        left.plot(y[part], added[part], label=name, **LOOKS[0])
    left.plot(whole, gammaln(whole + 1), "o", color=style.INK, ms=4, label="정수 y")
    left.legend(loc="upper left")
    right = panel(title="full=True − 정확한 값", xlabel="개수 y", ylabel="차이 (nat)", height=3.6)
    for part, name in ((y <= 1, "차이"), (y > 1, "_차이")):
        right.plot(y[part], (added - exact)[part], label=name, **LOOKS[0])
    at = np.arange(2.0, 7.0)
    term = poisson_nll_loss(0 * at, at, full=True, reduction="none") - 1  # e⁰ = 1
    right.plot(at, term - gammaln(at + 1), "o", color=style.INK, ms=4, label="정수 y")
    right.axhline(0, **style.REFERENCE)
    right.annotate("1을 지나자마자 뛰어내림", (1.02, -0.078), (12, 0), textcoords="offset points",
                   va="center", path_effects=style.HALO)  # fmt: skip
    right.set_ylim(-0.1, 0.16)
    right.legend(loc="upper right")
    return figure(
        left, right,
        alt="왼쪽: 개수 y에 따른 ln y!과 full=True가 더하는 상수. 1까지는 0이고 그 뒤로는 거의 겹친다. "
        "오른쪽: 둘의 차이. 0과 1 사이에서는 위로 볼록하고, 1을 지나자마자 아래로 뛰어내린 다음 "
        "천천히 0으로 다가간다.",
    )  # fmt: skip


def same_bottom() -> Figure:
    """평균을 옮기는 슬라이더: 바닥은 같고 굽은 정도가 다릅니다."""
    rate = np.linspace(0.1, 25, 499)
    bottoms, poisson, square, readout = [], [], [], []
    for mean in MEANS:
        y = fits.true_sample(mean)
        grid, sample = np.broadcast_arrays(rate[:, None], y)
        ours = poisson_nll_loss(grid, sample, log_input=False, eps=0.0, reduction="none").mean(1)
        theirs = mse_loss(grid, sample, reduction="none").mean(1) / 2
        at = np.full_like(y, y.mean())
        poisson.append(ours - poisson_nll_loss(at, y, log_input=False, eps=0.0))
        square.append(theirs - mse_loss(at, y) / 2)
        bottoms.append(y.mean())
        readout.append(f"표본 평균 {y.mean():.2f}, 바닥의 굽은 정도: 포아송 {1 / y.mean():.2f}, "
                       "제곱의 반 1")  # fmt: skip
    slider = Slider("참된 평균", MEANS, 4, format="{:g}", readout=readout)
    axes = panel(title="손님 30시간의 손실", xlabel="예보한 강도 λ (명)",
                 ylabel="평균 손실 − 최솟값", wide=True)  # fmt: skip
    slider.line(axes, rate, square, label="제곱 오차의 반", **LOOKS[1])
    slider.line(axes, rate, poisson, label="포아송", **LOOKS[0])
    slider.points(axes, np.array(bottoms)[:, None], np.zeros((len(MEANS), 1)),
                  color=style.INK, label="표본 평균")  # fmt: skip
    axes.set_ylim(-0.05, 1.5)
    axes.set_xlim(0, 25)
    axes.legend(loc="upper right")
    return slider_figure(
        axes, slider=slider,
        alt="가로축은 예보한 강도, 세로축은 손실에서 최솟값을 뺀 것. 포아송과 제곱 오차의 골짜기는 "
        "모두 표본 평균에서 바닥이다. 평균을 키우면 제곱의 골짜기는 모양이 그대로이고 "
        "포아송의 골짜기는 점점 넓어진다.",
    )  # fmt: skip


def spaces() -> Figure:
    """같은 모델을 세 가지 공간으로 훈련한 기록: 손실과 총합의 비."""
    left = panel(title="훈련 손실", xlabel="걸음", ylabel="손실 (nat)", height=3.6)
    right = panel(title="예보의 합 / 실제의 합", xlabel="걸음", ylabel="비 (로그 눈금)", height=3.6)
    for kind, look in zip(fits.KINDS, LOOKS, strict=False):
        loss, forecasts = fits.training(kind)
        left.plot(loss, label=kind, **look)
        right.plot(forecasts.mean(axis=1) / fits.GUESTS.mean(), label=kind, **look)
    left.legend(loc="upper right")
    right.axhline(1, **style.REFERENCE)
    right.set_yscale("log")
    right.set_yticks([0.3, 1, 3, 10, 30, 100])
    right.set_ylim(0.2, 2000)
    right.legend(loc="upper right")
    return figure(
        left, right,
        alt="왼쪽: 세 훈련의 손실이 모두 같은 높이로 내려간다. 오른쪽: 예보의 합을 실제의 합으로 나눈 "
        "비. 바른 것만 1로 가고, 강도를 log_input=True에 넣은 것은 0.3쯤, 로그 강도를 "
        "log_input=False에 넣은 것은 20보다 큰 값으로 간다.",
    )  # fmt: skip


def visits() -> Figure:
    """의사를 찾은 횟수: 왼쪽은 예보와 실제의 평균, 오른쪽은 횟수의 분포."""
    left = panel(title="예보 묶음의 평균", xlabel="평균 예보 (회)", ylabel="실제 평균 (회)",
                 height=3.8)  # fmt: skip
    left.plot([0, 6], [0, 6], **style.REFERENCE, label="예보 = 실제")
    for model, look, marker in (
        ("포아송", LOOKS[0], "o"), ("MSE", LOOKS[1], "s"), ("로그 뒤 MSE", LOOKS[2], "^"),
    ):  # fmt: skip
        left.plot(*fits.calibration(model), marker=marker, ms=5, label=model, **look)
    left.legend(loc="lower right")
    seen, said = fits.shares()
    counts = np.arange(len(seen))
    right = panel(title="횟수의 분포", xlabel="한 해에 의사를 찾은 횟수", ylabel="사람의 비율",
                  height=3.8)  # fmt: skip
    right.bar(counts, seen, color=style.GREY, alpha=0.55, label="실제")
    right.plot(counts, said, marker="o", ms=5, label="포아송 모델", **LOOKS[0])
    right.set_xticks(range(0, 16, 3))
    right.legend(loc="upper right")
    return figure(
        left, right,
        alt="왼쪽: 예보의 크기로 나눈 열 묶음의 평균 예보와 실제 평균. 포아송은 대각선 곁에 있고, "
        "MSE는 첫 묶음에서 대각선 위로 벗어나고, 로그 뒤 MSE는 모두 대각선보다 훨씬 위에 있다. "
        "오른쪽: 실제로는 0회가 31 %인데 포아송 모델은 8 %라고 말하고, 2회와 3회를 너무 많다고 말한다.",
    )  # fmt: skip
