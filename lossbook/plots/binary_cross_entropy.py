"""이진 교차 엔트로피 손실의 그림. 그려지는 숫자는 `binary_cross_entropy_fits`에서 옵니다."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook import binary_cross_entropy, binary_cross_entropy_grad
from lossbook.plots import style
from lossbook.plots.binary_cross_entropy_fits import (
    SPACES,
    Array,
    on_logits,
    through_sigmoid,
    trained,
)
from lossbook.plots.figure import Figure, figure, panel
from lossbook.plots.slider import Slider, slider_figure

SAID = 0.8
"""What the filter of the chapter says about two mails."""
SOFT = 0.3
SPAM: dict[str, Any] = {"color": style.ORANGE, "ls": style.LINES[1]}
HAM: dict[str, Any] = {"color": style.BLUE, "ls": style.LINES[0]}
"""One look for each target, in every figure of the chapter."""
PROBABILITY = "스팸일 확률 x"


def losses(x: Array, target: float) -> Array:
    return np.asarray(binary_cross_entropy(x, np.full_like(x, target), reduction="none"))


def slopes(x: Array, target: float) -> Array:
    return np.asarray(binary_cross_entropy_grad(x, np.full_like(x, target), reduction="sum"))


def penalties() -> Figure:
    """같은 대답 80 %의 두 벌점."""
    x = np.linspace(0.005, 0.995, 199)
    ax = panel(title="같은 대답, 두 벌점", xlabel=PROBABILITY, ylabel="벌점 (nat)", wide=True)
    for target, look, name in ((1.0, SPAM, "정말 스팸: -ln x"), (0.0, HAM, "보통 메일: -ln(1 - x)")):
        ax.plot(x, losses(x, target), label=name.replace("-", "−"), **look)
        height = losses(np.array([SAID]), target)[0]
        ax.plot([SAID], [height], "o", color=look["color"], ms=9)
        ax.annotate(f"{height:.3f}", (SAID, height), (-8, 6), textcoords="offset points",
                    ha="right", path_effects=style.HALO)  # fmt: skip
    ax.axvline(SAID, **style.REFERENCE)
    ax.set_ylim(-0.1, 4.6)
    ax.legend(loc="upper center")
    return figure(
        ax,
        alt="가로축은 필터가 말한 스팸일 확률, 세로축은 벌점. 정말 스팸일 때의 벌점은 왼쪽에서 "
        "높고 1에서 0이 된다. 보통 메일일 때의 벌점은 0에서 0이고 오른쪽에서 높다. 0.8에 세운 "
        "세로선이 두 곡선과 0.223과 1.609에서 만난다.",
    )


def curves() -> Figure:
    """확률에 따른 손실과, 로그 눈금에서 본 기울기의 크기."""
    x = np.linspace(0.002, 0.998, 499)
    left = panel(title="손실", xlabel=PROBABILITY, ylabel="손실 (nat)", height=3.6)
    soft: dict[str, Any] = {"color": style.TEAL, "ls": style.LINES[2]}
    for target, look in ((1.0, SPAM), (0.0, HAM), (SOFT, soft)):
        left.plot(x, losses(x, target), label=f"목표 {target:g}", **look)
    left.set_ylim(-0.1, 5)
    left.legend(loc="upper center")
    tiny = np.geomspace(1e-15, 0.5, 301)
    right = panel(
        title="목표가 1일 때 기울기의 크기", xlabel=PROBABILITY, ylabel="|∂ℓ/∂x|", height=3.6
    )
    right.loglog(tiny, 1 / tiny, label="손실의 도함수 1/x", **style.REFERENCE)
    right.loglog(tiny, np.abs(slopes(tiny, 1.0)), label="PyTorch의 기울기", **SPAM)
    right.axvline(1e-12, **style.REFERENCE)
    right.legend(loc="lower left")
    return figure(
        left, right,
        alt="왼쪽: 목표가 1, 0, 0.3일 때 확률에 따른 손실. 바닥은 확률이 목표와 같은 곳이다. 오른쪽: "
        "목표가 1일 때 기울기의 크기. 확률이 작아질수록 1/x로 커지다가 10의 -12제곱에서 멈춘다.",
    )  # fmt: skip


def soft_target() -> Figure:
    """목표를 움직이면 바닥이 따라옵니다."""
    x = np.linspace(0.005, 0.995, 199)
    targets = np.arange(0, 41) / 40
    bottoms = np.array([losses(np.array([t]), t)[0] for t in targets])
    slider = Slider(
        "목표 y (스팸이라고 한 사람의 비율)", targets, 0.75, format="{:.3f}",
        readout=[f"바닥은 x = {t:.3f}, 그때 손실 {b:.4f}"
                 for t, b in zip(targets, bottoms, strict=True)],
    )  # fmt: skip
    left = panel(title="목표가 y일 때의 손실", xlabel=PROBABILITY, ylabel="손실 (nat)")
    slider.line(left, x, [losses(x, t) for t in targets], label="손실", color=style.BLUE, ls="-")
    slider.points(left, targets[:, None], bottoms[:, None], color=style.ORANGE, label="바닥")
    left.set_ylim(-0.1, 4)
    left.legend(loc="upper center")
    right = panel(title="바닥의 높이: 엔트로피", xlabel="목표 y", ylabel="가장 작은 손실 (nat)")
    right.plot(targets, bottoms, label="바닥의 높이", **style.REFERENCE)
    slider.points(right, targets[:, None], bottoms[:, None], color=style.ORANGE, label="_지금")
    right.set_ylim(-0.03, 0.85)
    right.legend(loc="upper left")
    return slider_figure(
        left, right, slider=slider,
        alt="왼쪽: 목표 y가 정해졌을 때 확률 x에 따른 손실과 그 바닥. 슬라이더로 y를 움직이면 바닥이 "
        "x = y를 따라간다. 오른쪽: 바닥의 높이는 y가 0이나 1이면 0이고 0.5에서 0.693으로 가장 높다.",
    )  # fmt: skip


LOGITS = np.concatenate(
    [np.arange(-110, -40, 10), np.arange(-40, 41), np.arange(50, 111, 10)]
).astype(np.float32)
"""Where the slider stands."""
FINE = np.sort(np.concatenate([np.linspace(-110, 110, 881), [16.6, 16.65]])).astype(np.float32)


def saturation() -> Figure:
    """float32에서 시그모이드를 거친 손실과 기울기. 슬라이더로 로짓을 옮깁니다."""
    slider = Slider("로짓 z", LOGITS, 17, readout=[_words(z) for z in LOGITS])
    panels = []
    for part, (title, name) in enumerate((("손실", "손실 (nat)"), ("기울기", "∂ℓ/∂z"))):
        ax = panel(title=f"float32의 {title}", xlabel="로짓 z", ylabel=name, height=3.6)
        for target, look, who in ((0.0, HAM, "보통 메일 (0)"), (1.0, SPAM, "스팸 (1)")):
            truth = on_logits(FINE.astype(np.float64), target)[part]
            ax.plot(FINE, truth, label="참값" if target == 0 else "_참값", **style.REFERENCE)
            ax.plot(FINE, through_sigmoid(FINE, target)[part], label=who, **look)
            now = through_sigmoid(LOGITS, target)[part]
            slider.points(ax, LOGITS[:, None], now[:, None], color=look["color"], label=f"_{who}")
        panels.append(ax)
    panels[0].set_ylim(-5, 165)
    panels[0].legend(loc="upper center")
    panels[1].legend(loc="lower right")
    return slider_figure(
        *panels, slider=slider,
        alt="왼쪽: 로짓에 따른 손실. 보통 메일의 손실은 로짓이 16.6을 넘는 순간 100으로 뛰고, 스팸의 "
        "손실은 로짓이 -88 아래일 때 100이 된다. 오른쪽: 기울기. 보통 메일의 기울기는 16.6에서 "
        "1에서 0으로 떨어지고, 스팸의 기울기는 -28 아래에서 -1에서 0으로 사라진다. "
        "슬라이더를 움직이면 점이 두 곡선을 따라간다.",
    )  # fmt: skip


def _words(z: Any) -> str:
    """Loss and slope of both targets at one logit."""
    parts = []
    for target, who in ((0.0, "보통 메일"), (1.0, "스팸")):
        loss, slope = (float(value) for value in through_sigmoid(z, target))
        parts.append(f"{who}: 손실 {loss + 0:.4g}, 기울기 {slope + 0:.2g}")
    return " · ".join(parts).replace("-", "−")


def wrong_space(seed: int = 0) -> Figure:
    """손실에 확률을 넣을 때와, 확률이 아닌 것을 넣을 때의 훈련."""
    left = panel(title="훈련 손실 (로그 눈금)", xlabel="걸음", ylabel="손실 (nat)", height=3.6)
    right = panel(title="훈련 정확도", xlabel="걸음", ylabel="맞힌 비율", height=3.6)
    for space in SPACES:
        run = trained(space)
        left.plot(run.losses[seed], label=space)
        right.plot(run.accuracy[seed], label=space)
    left.set_yscale("log")
    left.set_ylim(0.03, 60)
    left.legend(loc="upper right")
    right.set_ylim(0.3, 1.02)
    right.legend(loc="center right")
    return figure(
        left, right,
        alt="왼쪽: 훈련 손실. 확률을 넣으면 0.04까지 내려가고, 시그모이드를 두 번 쓰면 0.55 위에서 "
        "멈추고, 로짓을 잘라 넣으면 계단처럼 내려가다 0.5에서 멈춘다. 오른쪽: 훈련 정확도. "
        "시그모이드를 두 번 쓰면 처음부터 끝까지 0.37이다.",
    )  # fmt: skip


def training() -> Figure:
    """설명 변수를 원래 단위로 넣을 때와 표준화할 때, 열 씨앗의 훈련 손실."""
    panels = []
    for raw, title in ((True, "원래 단위"), (False, "표준화")):
        ax = panel(title=title, xlabel="걸음", ylabel="훈련 손실 (로그 눈금)", height=3.6)
        for space, name, look in (
            ("확률", "시그모이드 + BCE", {"color": style.BLUE, "ls": "-"}),
            ("로짓", "로짓을 받는 손실", {"color": style.ORANGE, "ls": style.LINES[1]}),
        ):
            for seed, row in enumerate(trained(space, raw).losses):
                label = name if seed == 0 else f"_{name} {seed}"
                ax.plot(row, label=label, lw=1.3, **look)
        ax.set_yscale("log")
        ax.set_ylim(0.02, 3e4)
        ax.legend(loc="upper right")
        panels.append(ax)
    return figure(
        *panels,
        alt="왼쪽: 설명 변수를 원래 단위로 넣으면 시그모이드와 BCE를 이은 훈련은 열 씨앗 가운데 아홉이 "
        "37이나 63 근처의 수평선에서 멈추고, 로짓을 받는 손실은 모두 0.1 근처까지 내려간다. "
        "오른쪽: 표준화하면 두 훈련의 곡선이 겹친다.",
    )
