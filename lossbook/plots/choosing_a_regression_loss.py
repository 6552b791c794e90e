"""회귀 손실 고르기 장의 그림."""

from __future__ import annotations

import numpy as np

from lossbook.plots import choosing_fits as fits
from lossbook.plots import style
from lossbook.plots.figure import Figure, figure, panel
from lossbook.plots.slider import Slider, slider_figure

NAMES = {
    "MSE": "MSE, RMSE",
    "후버": "후버, 스무스 L1",
    "MSLE": "MSLE",
    "L1": "L1",
    "MAPE": "MAPE (0회 제외)",
}
MOST_SHOWN = 12


def minima() -> Figure:
    """방문 횟수의 분포와, 상수 예보를 옮길 때의 손실."""
    y = fits.visits()
    counts = panel(
        title="한 사람의 한 해 방문",
        xlabel="방문 횟수 (회)",
        ylabel="사람의 비율 (%)",
        height=4.2,
    )
    shown = np.arange(MOST_SHOWN + 1)
    share = [100 * float(np.mean(y == number)) for number in shown]
    counts.bar(shown, share, color=style.GREY, label="자료")
    counts.axvline(float(y.mean()), color=style.BLUE, label="평균")
    counts.axvline(float(np.median(y)), color=style.ORCHID, linestyle="--", label="중앙값")
    counts.set_ylim(0, 35)
    counts.legend(loc="upper right")

    heights = panel(
        title="상수 하나로 예보할 때의 손실",
        xlabel="예보 c (회)",
        ylabel="손실 / 가장 작은 손실",
        height=4.2,
    )
    for color, (name, label) in zip(style.PALETTE, NAMES.items(), strict=False):
        best = fits.constants()[name]
        grid = np.sort(np.append(np.linspace(0, 4, 81), best))
        known = fits.known(name, y)
        values = np.array([fits.LOSSES[name](np.full(known.size, c), known) for c in grid])
        lowest = values[grid == best][0]
        heights.plot(grid, values / lowest, label=label)
        heights.plot([best], [1.0], "o", color=color, label=f"_{name}")
    heights.set_ylim(0.95, 2.6)
    heights.legend(loc="upper center")
    return figure(
        counts,
        heights,
        alt="왼쪽은 방문 횟수의 막대그림으로 0회가 가장 많고 오른쪽으로 길게 끌린다. 오른쪽은 예보 "
        "c를 옮길 때의 손실 다섯 가지로, L1과 MAPE는 1회, MSLE는 1.6회, 후버는 1.7회, MSE는 "
        "2.9회에서 가장 낮다.",
    )


def typing_errors() -> Figure:
    """기록의 일부에 0이 두 개 더 붙을 때의 최적 상수."""
    shares, rows = fits.mistyped_constants()
    totals = [fits.mistyped(share).mean() for share in shares]
    slider = Slider(
        "잘못 적은 기록 (%)",
        100 * shares,
        start=1.0,
        format="{:.1f}",
        readout=[
            f"MSE {row[0]:.2f}회, L1 {row[3]:.2f}회. 잘못 적은 자료의 평균 {total:.2f}회"
            for row, total in zip(rows, totals, strict=True)
        ],
    )
    ax = panel(
        title="기록의 일부에 0이 두 개 더 붙으면",
        xlabel="손실",
        ylabel="가장 좋은 상수 예보 (회)",
        wide=True,
    )
    place = np.arange(len(fits.MODELS))
    slider.bars(ax, place, rows, label="잘못 적은 자료")
    ax.plot(place, rows[0], "D", color=style.ORANGE, label="바르게 적은 자료")
    ax.set_xticks(place, fits.MODELS)
    ax.set_ylim(0, 9)
    ax.legend(loc="upper right")
    return slider_figure(
        ax,
        slider=slider,
        alt="손실 다섯 가지의 가장 좋은 상수 예보를 나타낸 막대. 잘못 적은 기록의 비율을 올리면 "
        "MSE의 막대만 2.9회에서 8회 넘게 자라고, L1은 1회에서 2회로 한 번 뛰며, 후버와 MSLE는 "
        "조금 움직이고 MAPE는 그대로다.",
    )
