"""평균 백분율 오차 장의 그림. 그려지는 숫자는 `mpe_fits`에서 옵니다."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook import mape, mpe
from lossbook.plots import style
from lossbook.plots.figure import Figure, figure, panel
from lossbook.plots.mpe_fits import (
    COOKS,
    FITS,
    HARAM,
    MEALS,
    STEPS,
    THREE_MEALS,
    Array,
    descent,
    design,
    engel,
    harmonic_mean,
    mape_constant,
    splits,
    terms,
)
from lossbook.plots.slider import Slider, slider_figure

SHIFTS = np.arange(-40.0, 41.0)
MPE_AXIS = "MPE (%)"
MAPE_AXIS = "MAPE (%)"
LOOKS: dict[str, dict[str, Any]] = {
    "MPE": {"color": style.BLUE, "ls": style.LINES[0]},
    "MAPE": {"color": style.ORANGE, "ls": style.LINES[1]},
}
MARKERS = dict(zip(FITS, "os^D", strict=True))


def shift() -> Figure:
    """모든 예측을 같은 수만큼 옮기는 슬라이더."""
    forecasts = HARAM + SHIFTS[:, None]
    heights = np.array([terms(forecast, THREE_MEALS) for forecast in forecasts])
    signed = np.array([mpe(forecast, THREE_MEALS) for forecast in forecasts])
    size = np.array([mape(forecast, THREE_MEALS) for forecast in forecasts])
    slider = Slider(
        "예측에 더한 인분", SHIFTS, 0.0, format="{:+.0f}",
        readout=[
            f"MPE {a:+.2f} %, MAPE {b:.2f} %".replace("-", "−")
            for a, b in zip(signed, size, strict=True)
        ],
    )  # fmt: skip
    days = panel(title="하루하루의 백분율 오차", xlabel="그날 먹은 인분", ylabel="오차 (%)")
    slider.bars(days, np.arange(3), heights, width=0.6, color=style.TEAL)
    days.axhline(0, color=style.INK, lw=0.8)
    days.set_xticks(range(3), [f"{meals:.0f}" for meals in THREE_MEALS])
    days.set_ylim(-95, 95)
    means = panel(title="사흘의 평균", xlabel="예측에 더한 인분", ylabel="평균 (%)")
    means.axhline(0, color=style.INK, lw=0.8)
    means.plot(SHIFTS, signed, label="MPE", **LOOKS["MPE"])
    means.plot(SHIFTS, size, label="MAPE", **LOOKS["MAPE"])
    slider.points(means, SHIFTS[:, None], signed[:, None], color=style.BLUE)
    slider.points(means, SHIFTS[:, None], size[:, None], color=style.ORANGE)
    means.set_ylim(-55, 75)
    means.legend(loc="upper center")
    return slider_figure(
        days, means, slider=slider,
        alt="왼쪽: 예측을 모두 올리면 사흘의 백분율 오차 막대가 함께 내려가고, 50인분인 날이 가장 "
        "빨리 내려간다. 오른쪽: MPE는 직선으로 내려가고 MAPE는 0 위에서 꺾인다.",
    )  # fmt: skip


def _cone(axes: Any, top: float) -> None:
    """The region |MPE| ≤ MAPE: its two edges and the line without bias."""
    axes.plot([-top, 0], [top, 0], label="모두 높게 예측", color=style.ORCHID, ls=style.LINES[3])
    axes.plot([0, top], [0, top], label="모두 낮게 예측", color=style.GOLD, ls=style.LINES[4])
    axes.axvline(0, **style.REFERENCE)


def cone() -> Figure:
    """세 조리사의 MPE와 MAPE: 가능한 자리는 쐐기 안뿐입니다."""
    axes = panel(title="치우침과 크기", xlabel=MPE_AXIS, ylabel=MAPE_AXIS, wide=True)
    _cone(axes, 14)
    cooks = {name: (forecast, MEALS) for name, forecast in COOKS.items()}
    cooks["하람"] = HARAM, THREE_MEALS
    for name, marker in zip(cooks, "os^", strict=True):
        forecast, actual = cooks[name]
        at = float(mpe(forecast, actual)), float(mape(forecast, actual))
        axes.plot(*([value] for value in at), marker, color=style.BLUE, ms=10, label=name)
        axes.annotate(name, at, (9, 8), textcoords="offset points", va="center",
                      path_effects=style.HALO)  # fmt: skip
    axes.set_xlim(-15, 15)
    axes.set_ylim(0, 23)
    axes.legend(loc="upper center", ncols=2)
    return figure(
        axes,
        alt="가로는 MPE, 세로는 MAPE. 가능한 자리는 원점에서 위로 벌어지는 쐐기이다. 보람은 왼쪽 "
        "변 위의 (-10, 10), 다온은 가운데의 (0, 10), 하람은 그 아래 (0, 6.67)에 있다.",
    )


def constants() -> Figure:
    """상수 하나로 예측할 때의 MPE와 MAPE: MPE가 0인 곳은 조화 평균입니다."""
    _, y = engel()
    centers = np.linspace(300, 900, 121)
    axes = panel(
        title="모든 가구에 같은 수를 예측하면", xlabel="예측한 식비 c (프랑)",
        ylabel="오차의 평균 (%)", wide=True,
    )  # fmt: skip
    axes.axhline(0, color=style.INK, lw=0.8)
    constant = [np.full_like(y, center) for center in centers]
    axes.plot(centers, [mpe(x, y) for x in constant], label="MPE", **LOOKS["MPE"])
    axes.plot(centers, [mape(x, y) for x in constant], label="MAPE", **LOOKS["MAPE"])
    marks = {
        "MAPE의 최소점": (mape_constant(y), "o", style.ORANGE),
        "조화 평균": (harmonic_mean(y), "s", style.TEAL),
        "중앙값 (MAE)": (float(np.median(y)), "^", style.ORCHID),
        "평균 (MSE)": (float(y.mean()), "D", style.VIOLET),
    }
    for name, (center, marker, color) in marks.items():
        at = [float(mpe(np.full_like(y, center), y))]
        axes.plot([center], at, marker, color=color, ms=9, label=name)
    axes.set_ylim(-150, 85)
    axes.legend(loc="lower left")
    return figure(
        axes,
        alt="상수 c를 300에서 900프랑까지 올리면 MPE는 직선으로 내려가 조화 평균에서 0을 지난다. "
        "MAPE의 최소점은 그 왼쪽이라 MPE가 양수이고, 중앙값과 평균은 오른쪽이라 음수이다.",
    )


def training() -> Figure:
    """MPE로 훈련하는 슬라이더: 직선이 자료를 떠나 끝없이 올라갑니다."""
    u, y = engel()
    weights = descent()
    forecasts = [design(u) @ w for w in weights]
    signed = np.array([mpe(x, y) for x in forecasts])
    size = np.array([mape(x, y) for x in forecasts])
    steps = np.arange(STEPS + 1)
    slider = Slider(
        "경사 하강법의 걸음", steps, 0.0,
        readout=[
            f"MPE {a:.1f} %, MAPE {b:.1f} %".replace("-", "−")
            for a, b in zip(signed, size, strict=True)
        ],
    )  # fmt: skip
    data = panel(title="소득과 식비", xlabel="소득 (1000프랑)", ylabel="식비 (프랑)", height=3.6)
    data.plot(u, y, "o", color=style.GREY, ms=3.5, label="가구")
    ends = np.array([0.3, 5.0])
    slider.line(data, ends, [design(ends) @ w for w in weights], label="예측", color=style.BLUE)
    data.set_ylim(0, 8000)
    data.legend(loc="upper left")
    scores = panel(title="두 평균", xlabel="걸음", ylabel="평균 (%)", height=3.6)
    scores.plot(steps, signed, label="MPE (줄이는 값)", **LOOKS["MPE"])
    scores.plot(steps, size, label="MAPE", **LOOKS["MAPE"])
    slider.points(scores, steps[:, None], signed[:, None], color=style.BLUE)
    slider.points(scores, steps[:, None], size[:, None], color=style.ORANGE)
    scores.legend(loc="upper left")
    return slider_figure(
        data, scores, slider=slider,
        alt="왼쪽: MPE를 줄이는 걸음마다 예측 직선이 위로 올라가 자료를 떠난다. 오른쪽: MPE는 "
        "직선으로 끝없이 내려가고, 같은 동안 MAPE는 끝없이 올라간다.",
    )  # fmt: skip


def _cloud(axes: Any, scores: Array) -> None:
    for column, name in enumerate(FITS):
        axes.plot(scores[:, column, 0], scores[:, column, 1], MARKERS[name], ms=6, alpha=0.8,
                  color=style.PALETTE[column], label=name)  # fmt: skip


def plane() -> Figure:
    """네 손실로 맞춘 직선의 MPE와 MAPE: 가구를 서른 번 나누어 잰 값."""
    scores = splits()
    whole = panel(title="쐐기 전체", xlabel=MPE_AXIS, ylabel=MAPE_AXIS, height=3.8)
    _cone(whole, 17)
    _cloud(whole, scores)
    whole.set_xlim(-18, 18)
    whole.set_ylim(0, 30)
    whole.legend(loc="upper center", ncols=2)
    near = panel(title="서른 번의 평균", xlabel=MPE_AXIS, ylabel=MAPE_AXIS, height=3.8)
    mean, error = scores.mean(axis=0), scores.std(axis=0)
    for column, name in enumerate(FITS):
        near.errorbar(*mean[column], xerr=error[column, 0], fmt=MARKERS[name], ms=9, lw=1.6,
                      color=style.PALETTE[column])  # fmt: skip
        near.plot(*([value] for value in mean[column]), MARKERS[name], ms=9,
                  color=style.PALETTE[column], label=name)  # fmt: skip
    near.axvline(0, **style.REFERENCE)
    near.set_ylim(11, 13.2)
    near.legend(loc="upper right")
    return figure(
        whole, near,
        alt="왼쪽: 시험 가구에서 잰 서른 번씩의 점이 모두 쐐기의 가운데 선 가까이에 모인다. "
        "오른쪽: 평균하면 MSE와 MAE의 직선은 MPE가 -3 % 근처, MSLE와 MAPE는 -1 % 근처이다. "
        "가로 막대는 표준편차이고 서로 크게 겹친다.",
    )  # fmt: skip
