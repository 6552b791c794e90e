"""「08. Binary Cross-entropy loss, on logits」의 그림."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_grad,
)
from lossbook.plots import binary_cross_entropy_with_logits_fits as fits
from lossbook.plots import style
from lossbook.plots.figure import Figure, figure, panel
from lossbook.plots.links import sigmoid
from lossbook.plots.slider import Slider, slider_figure

Array = np.ndarray[Any, np.dtype[Any]]

LOGIT_AXIS = "로짓 x"
GIVEN = np.linspace(-6, 6, 121)
EVIDENCE = (("기준: 1 대 19", 1 / 19), ("저울: 3배", 3.0), ("카메라: 10배", 10.0))
BROKEN = 10.0
"""Height at which a relative error that is inf or nan is drawn."""
FLOOR = 1e-9


def evidence() -> Figure:
    """증거가 로짓을 더하며 옮기는 확률."""
    steps = np.cumsum([np.log(factor) for _, factor in EVIDENCE])
    axes = panel(
        title="증거가 옮기는 로짓", xlabel="로짓 (ln 승산)", ylabel="불량일 확률", wide=True
    )
    axes.plot(GIVEN, sigmoid(GIVEN), label="확률 σ(x)")
    axes.plot(steps, sigmoid(steps), "o", color=style.ORANGE, label="증거를 더한 뒤", ms=9)
    for (name, _), x in zip(EVIDENCE, steps, strict=True):
        axes.annotate(name, (x, sigmoid(x)), (-9, 7), textcoords="offset points",
                      ha="right", path_effects=style.HALO)  # fmt: skip
    axes.vlines(steps, 0, sigmoid(steps), **style.REFERENCE)
    axes.set_ylim(-0.03, 1.05)
    axes.legend(loc="upper left")
    return figure(
        axes,
        alt="로짓에 따른 확률의 S자 곡선 위에 점 셋. 기준 비율 1 대 19에서 로짓은 −2.94이고, 저울의 "
        "증거가 1.10을, 카메라의 증거가 2.30을 더해 로짓 0.46, 확률 0.61에 이른다.",
    )


def curves() -> Figure:
    """목표마다의 손실과 기울기."""
    looks = ((1.0, "y = 1 (불량)"), (0.0, "y = 0 (정상)"), (0.3, "y = 0.3"))
    losses = panel(title="손실", xlabel=LOGIT_AXIS, ylabel="손실 (nat)", height=3.6)
    slopes = panel(title="기울기 σ(x) − y", xlabel=LOGIT_AXIS, ylabel="기울기", height=3.6)
    losses.plot(GIVEN, np.maximum(-GIVEN, 0), label="꺾은선 max(−x, 0)", **style.REFERENCE)
    for target, name in looks:
        y = np.full_like(GIVEN, target)
        losses.plot(GIVEN, binary_cross_entropy_with_logits(GIVEN, y, reduction="none"), label=name)
        slope = binary_cross_entropy_with_logits_grad(GIVEN, y, reduction="sum")
        slopes.plot(GIVEN, slope, label=name)
    losses.set_ylim(-0.2, 8.2)
    losses.legend(loc="upper center")
    slopes.axhline(0, **style.REFERENCE)
    slopes.set_ylim(-1.1, 1.7)
    slopes.legend(loc="upper left")
    return figure(
        losses, slopes,
        alt="왼쪽: 목표가 1이면 손실은 로짓이 클수록 0으로 내려가고 왼쪽에서는 기울기가 −1인 직선에 "
        "붙는다. 목표가 0이면 좌우가 뒤집힌다. 목표가 0.3이면 로짓 −0.85에서 바닥이다. "
        "오른쪽: 기울기는 시그모이드를 목표만큼 내린 곡선이고 −1과 1 사이에 있다.",
    )  # fmt: skip


def literal(x: Array, y: Array) -> Array:
    """The formula of the source document as it stands, in the dtype of x."""
    one = np.ones((), x.dtype)
    with np.errstate(all="ignore"):
        return np.asarray(y * np.log(one + np.exp(-x)) + (one - y) * np.log(one + np.exp(x)))


def relative_errors(x: Array) -> dict[str, Array]:
    """Relative errors in float32 of three ways to compute the loss of y = 1."""
    small = x.astype(np.float32)
    y = np.ones_like(small)
    truth = binary_cross_entropy_with_logits(x, np.ones_like(x), reduction="none")
    with np.errstate(over="ignore"):
        probability = 1 / (1 + np.exp(-small))
    ways = {
        "식 그대로": literal(small, y),
        "시그모이드를 거쳐 07": binary_cross_entropy(probability, y, reduction="none"),
        "안정한 식": binary_cross_entropy_with_logits(small, y, reduction="none"),
    }
    return {
        name: np.abs(value.astype(float) / truth - 1) for name, value in ways.items()
    }


def precision() -> Figure:
    """float32에서 손실을 계산하는 세 방법의 상대 오차."""
    x = np.arange(-100.0, 101.0)
    axes = panel(
        title="y = 1인 손실의 상대 오차 (float32)", xlabel=LOGIT_AXIS,
        ylabel="상대 오차 (로그 눈금)", wide=True,
    )  # fmt: skip
    for (name, error), width in zip(relative_errors(x).items(), (4.5, 2.5, 1.6), strict=True):
        shown = np.where(np.isfinite(error), np.clip(error, FLOOR, None), BROKEN)
        axes.plot(x, shown, label=name, lw=width)
    axes.axhline(BROKEN, **style.REFERENCE)
    axes.annotate("inf 또는 nan", (0, BROKEN), (0, 5), textcoords="offset points",
                  ha="center", path_effects=style.HALO)  # fmt: skip
    axes.set_yscale("log")
    axes.set_ylim(2e-10, 1e7)
    axes.set_yticks(10.0 ** np.arange(-9, 2, 2))
    axes.legend(loc="upper right")
    return figure(
        axes,
        alt="가로축은 −100에서 100까지의 로짓, 세로축은 상대 오차. 식 그대로와 시그모이드를 거친 "
        "방법은 로짓이 0보다 커질수록 오차가 커져 17을 넘으면 1이 된다. 식 그대로는 양 끝에서 "
        "inf나 nan이다. 안정한 식은 88까지 10⁻⁶보다 작다.",
    )


def training() -> Figure:
    """로짓을 넣은 훈련과 시그모이드를 거친 확률을 넣은 훈련."""
    panels = (
        panel(title="훈련 손실", xlabel="걸음", ylabel="손실 (nat)", height=3.6),
        panel(title="찾아낸 불량 (재현율)", xlabel="걸음", ylabel="재현율", height=3.6),
    )
    for kind, name in (("logit", "로짓을 넣음"), ("sigmoid", "시그모이드를 거쳐 넣음")):
        record = fits.trained(kind)
        for axes, column in zip(panels, ("loss", "recall"), strict=True):
            axes.plot(record[column], label=name)
    panels[0].axhline(np.log(2), label="ln 2", **style.REFERENCE)
    panels[0].set_ylim(0, 1.35)
    panels[0].legend(loc="upper right")
    panels[1].set_ylim(-0.03, 0.6)
    panels[1].legend(loc="upper left")
    return figure(
        *panels,
        alt="왼쪽: 로짓을 넣은 손실은 0.11로 내려가고, 시그모이드를 거쳐 넣은 손실은 0.95에서 시작해 "
        "ln 2 바로 위에서 멈춘다. 오른쪽: 로짓을 넣은 모델의 재현율은 0.39까지 오르고 "
        "시그모이드를 거쳐 넣은 모델의 재현율은 끝까지 0이다.",
    )


def boundary() -> Figure:
    """pos_weight를 따라 옮겨 가는 경계와 재현율, 정밀도."""
    u, y = fits.parts()
    theta = fits.weighted_fits()
    plain = theta[list(fits.WEIGHTS).index(1.0)]
    shifts, logs = theta[:, 0] - plain[0], np.log(fits.WEIGHTS)
    x = fits.design(u) @ theta.T
    found = np.array([fits.recall_precision(column > 0, y) for column in x.T])
    moved = fits.design(u) @ plain + logs[:, np.newaxis]
    by_threshold = np.array([fits.recall_precision(row > 0, y) for row in moved])
    slider = Slider(
        "pos_weight p", fits.WEIGHTS, start=1.0,
        readout=[
            f"절편이 {shift:+.2f} 옮겨 감 (ln p = {log:+.2f}), "
            f"재현율 {recall:.2f}, 정밀도 {precise:.2f}".replace("-", "−")
            for shift, log, (recall, precise) in zip(shifts, logs, found, strict=True)
        ],
    )  # fmt: skip
    plane = panel(title="부품과 경계", xlabel="무게의 벗어남", ylabel="거칠기의 벗어남", height=3.8)
    shown = np.arange(len(y)) % 4 == 0
    for label, name, marker, color in (
        (0, "정상", "o", style.GREY), (1, "불량", "^", style.ORCHID)
    ):  # fmt: skip
        chosen = shown & (y == label)
        plane.plot(*u[chosen].T, marker, color=color, ms=3 if label == 0 else 6, label=name)
    ends = np.array([-3.5, 4.5])
    lines = -(theta[:, :1] + theta[:, 1:2] * ends) / theta[:, 2:]
    dashed = -(plain[0] + logs[:, np.newaxis] + plain[1] * ends) / plain[2]
    slider.line(plane, ends, lines, color=style.BLUE, ls=style.LINES[0], label="p로 맞춘 경계")
    slider.line(plane, ends, dashed, color=style.ORANGE, ls=style.LINES[1], label="ln p만 옮긴 경계")
    plane.set_xlim(-3.5, 4.5)
    plane.set_ylim(-3.6, 7.6)
    plane.legend(loc="upper right")
    rates = panel(title="재현율과 정밀도", xlabel="pos_weight p (로그 눈금)", ylabel="비율", height=3.8)
    for column, name, color in ((0, "재현율", style.BLUE), (1, "정밀도", style.TEAL)):
        rates.plot(fits.WEIGHTS, found[:, column], color=color, ls=style.LINES[0], label=name)
        rates.plot(fits.WEIGHTS, by_threshold[:, column], color=color, ls=style.LINES[2],
                   label=f"{name}, 문턱만 옮김")  # fmt: skip
        slider.points(rates, fits.WEIGHTS[:, np.newaxis], found[:, [column]], color=color,
                      label="_지금")  # fmt: skip
    rates.set_xscale("log")
    rates.set_ylim(-0.03, 1.5)
    rates.set_yticks(np.arange(0, 1.1, 0.2))
    rates.legend(loc="upper center")
    return slider_figure(
        plane, rates, slider=slider,
        alt="왼쪽: 무게와 거칠기의 평면에서 정상 부품은 가운데, 불량 부품은 오른쪽 위에 있다. p를 "
        "키우면 두 경계가 나란히 왼쪽 아래로 옮겨 간다. 오른쪽: p를 키우면 재현율은 오르고 정밀도는 "
        "내려가며, 문턱만 옮긴 점선이 실선과 거의 겹친다.",
    )  # fmt: skip


def inspected() -> Figure:
    """거친 숫자에서 8 찾기: 문턱의 곡선과 pos_weight의 점, 확률의 신뢰도."""
    y, x = fits.pooled()
    trade = panel(title="재현율과 정밀도", xlabel="재현율", ylabel="정밀도", height=3.8)
    cuts = np.linspace(-5, 1, 61)
    curve = np.array([fits.recall_precision(x[0] > cut, y) for cut in cuts])
    trade.plot(*curve.T, label="가중치 없이, 문턱만 바꿈")
    for (p, row), marker in zip(zip(fits.POS_WEIGHTS, x, strict=True), "os^D", strict=True):
        recall, precise = fits.recall_precision(row > 0, y)
        trade.plot([recall], [precise], marker, color=style.ORANGE, ms=9, label=f"p = {p:g}")
    trade.set_xlim(0, 1)
    trade.set_ylim(0, 0.9)
    trade.legend(loc="upper right")
    honest = panel(
        title="확률을 믿어도 되나", xlabel="말한 확률 (묶음의 평균)", ylabel="정말 8인 비율", height=3.8
    )
    honest.plot([0, 1], [0, 1], label="말한 그대로", **style.REFERENCE)
    ten = x[fits.POS_WEIGHTS.index(10.0)]
    for name, row in (
        ("p = 1", x[0]), ("p = 10", ten), ("p = 10, ln 10을 뺌", ten - np.log(10.0))
    ):  # fmt: skip
        honest.plot(*fits.reliability(row, y), marker="o", ms=5, label=name)
    honest.set_ylim(0, 1)
    honest.legend(loc="upper left")
    return figure(
        trade, honest,
        alt="왼쪽: 가중치 없이 맞춘 모델의 문턱을 바꾸며 그린 재현율과 정밀도의 곡선. pos_weight 1, 3, "
        "10, 30으로 맞춘 모델의 점 넷이 그 곡선 곁에 있다. 오른쪽: 가중치 없는 모델은 대각선을 "
        "따르고, p = 10인 모델은 대각선보다 훨씬 아래에 있으며, ln 10을 빼면 대각선으로 돌아온다.",
    )  # fmt: skip
