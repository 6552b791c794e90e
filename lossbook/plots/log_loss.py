"""로그 손실 장의 그림. 그려지는 숫자는 `log_loss_fits`와 `lossbook`에서 옵니다."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook import log_loss
from lossbook.plots import log_loss_fits as fits
from lossbook.plots import style
from lossbook.plots.cross_entropy import reliability
from lossbook.plots.figure import Figure, figure, panel
from lossbook.plots.links import sigmoid
from lossbook.plots.slider import Slider, slider_figure

LOOKS: tuple[dict[str, Any], ...] = tuple(
    {"color": color, "ls": line} for color, line in zip(style.PALETTE, style.LINES, strict=False)
)
MARKERS = "os^D"
SAID, CAME = "말한 확률", "실제로 이긴 비율"


def desks() -> Figure:
    """열 경기의 세 기자: 왼쪽은 신뢰도 그림, 오른쪽은 로그 손실을 둘로 나눈 막대."""
    left = panel(title="신뢰도 그림", xlabel=SAID, ylabel=CAME, height=3.6)
    right = panel(title="로그 손실의 두 몫", xlabel="기자", ylabel="로그 손실 (nat)", height=3.6)
    left.plot([0, 1], [0, 1], label="말한 대로", **style.REFERENCE)
    bottoms, tops = [], []
    for (name, p), look, marker in zip(fits.DESKS.items(), LOOKS, MARKERS, strict=False):
        said, came, _ = reliability(p, fits.WON)
        left.plot(said, came, marker, color=look["color"], ms=8, label=name)
        uncertainty, resolution, miscalibration = fits.decompose(p, fits.WON)
        bottoms.append(uncertainty - resolution)
        tops.append(miscalibration)
    at = np.arange(len(bottoms))
    right.bar(at, bottoms, 0.55, color=style.BLUE, label="불확실성 − 분해능")
    right.bar(at, tops, 0.55, bottom=bottoms, color=style.ORANGE, hatch="//", label="보정 손실")
    right.axhline(fits.entropy(fits.WON.mean()), label="기준 비율 H(π)", **style.REFERENCE)
    right.set_xticks(at, list(fits.DESKS))
    right.set_ylim(0, 1.6)
    left.set_xlim(-0.02, 1.02)
    left.set_ylim(-0.02, 1.02)
    left.legend(loc="upper left")
    right.legend(loc="upper left")
    return figure(
        left, right,
        alt="왼쪽: 말한 확률과 실제로 이긴 비율. 김 기자의 점 하나와 최 기자의 점 둘은 대각선에 놓여 있고, "
        "박 기자의 두 점은 같은 높이에서 바깥으로 밀려나 있다. 오른쪽: 로그 손실의 막대. 최 기자는 "
        "기준 비율의 선보다 낮고, 박 기자는 최 기자의 막대 위에 보정 손실이 얹혀 선을 넘는다.",
    )  # fmt: skip


def baseline() -> Figure:
    """기준 비율에 따른 기준선 H(π)와 언제나 0.5라고 말하는 예보."""
    rate = np.linspace(0.001, 0.999, 499)
    half = 0 * rate + 0.5
    ax = panel(title="아무것도 모르는 예보의 로그 손실", xlabel="기준 비율 π",
               ylabel="로그 손실 (nat)", wide=True, height=3.2)  # fmt: skip
    ax.plot(rate, [fits.entropy(r) for r in rate], label="언제나 π: H(π)", **LOOKS[0])
    ax.plot(rate, log_loss(half, np.ones(len(rate), int), reduction="none"),
            label="언제나 0.5: ln 2", **LOOKS[1])  # fmt: skip
    ax.axhline(0.3, label="로그 손실 0.3", **style.REFERENCE)
    for r in (0.05, 0.5):
        ax.plot(r, fits.entropy(r), "o", color=style.INK, ms=6, label=f"_π = {r}")
        ax.annotate(f"H({r}) = {fits.entropy(r):.4f}", (r, fits.entropy(r)), (9, -12),
                    textcoords="offset points", path_effects=style.HALO)  # fmt: skip
    ax.set_ylim(0, 1)
    ax.legend(loc="upper right", ncols=3)
    return figure(
        ax,
        alt="가로축은 기준 비율, 세로축은 로그 손실. H(π)는 양 끝에서 0이고 0.5에서 ln 2로 가장 높은 "
        "산 모양이며, 언제나 0.5라고 말하는 예보는 높이 ln 2의 수평선이다. 높이 0.3의 점선은 "
        "π = 0.5에서는 산보다 낮고 π = 0.05에서는 산보다 높다.",
    )  # fmt: skip


def scale() -> Figure:
    """최 기자의 로짓에 배율을 곱하는 슬라이더: 신뢰도 그림과 로그 손실."""
    p, won = fits.DESKS["최 기자"], fits.WON
    loud = [sigmoid(s * fits.logit(p)) for s in fits.SCALES]
    losses = np.array([log_loss(each, won) for each in loud])
    dots = [reliability(each, won, bins=100)[:2] for each in loud]
    parts = [fits.decompose(each, won) for each in loud]
    slider = Slider(
        "로짓의 배율", fits.SCALES, 1.0, format="{:.2f}",
        readout=[
            f"불확실성 {u:.3f} − 분해능 {r:.3f} + 보정 손실 {c:.3f} = {loss:.3f}, "
            f"정확도 {fits.accuracy(each, won):.1f}"
            for (u, r, c), loss, each in zip(parts, losses, loud, strict=True)
        ],
    )  # fmt: skip
    left = panel(title="신뢰도 그림", xlabel=SAID, ylabel=CAME)
    left.plot([0, 1], [0, 1], label="말한 대로", **style.REFERENCE)
    slider.points(left, np.array([x for x, _ in dots]), np.array([y for _, y in dots]),
                  color=style.ORANGE, label="두 묶음")  # fmt: skip
    left.set_xlim(-0.02, 1.02)
    left.set_ylim(-0.02, 1.02)
    left.legend(loc="upper left")
    right = panel(title="열 경기의 로그 손실", xlabel="로짓의 배율 (로그 눈금)",
                  ylabel="로그 손실 (nat)")  # fmt: skip
    right.semilogx(fits.SCALES, losses, label="로그 손실", **LOOKS[0])
    right.axhline(fits.entropy(won.mean()), label="기준 비율 H(π)", **style.REFERENCE)
    slider.points(right, fits.SCALES[:, None], losses[:, None], color=style.ORANGE, label="_지금")
    right.set_ylim(0.4, 2.2)
    right.legend(loc="upper left")
    return slider_figure(
        left, right, slider=slider,
        alt="왼쪽: 말한 확률과 실제로 이긴 비율의 두 점. 배율이 1이면 대각선에 놓이고, 키우면 좌우로 "
        "벌어지고, 줄이면 0.5로 모인다. 높이는 그대로다. 오른쪽: 배율에 따른 로그 손실. 1에서 가장 "
        "낮고, 2를 조금 넘으면 기준 비율의 선보다 높아진다.",
    )  # fmt: skip


def monitoring() -> Figure:
    """같은 훈련을 네 가지 입력으로 채점한 기록: 로그 손실과 정확도."""
    logits, y = fits.training()
    left = panel(title="기록한 로그 손실", xlabel="걸음", ylabel="로그 손실 (nat, 로그 눈금)",
                 height=3.8)  # fmt: skip
    right = panel(title="0.5에서 가른 정확도", xlabel="걸음", ylabel="정확도", height=3.8)
    for kind, look in zip(fits.INPUTS, LOOKS, strict=False):
        scored = [fits.recorded(z, kind) for z in logits]
        left.semilogy([log_loss(p, y) for p in scored], label=kind, **look)
        right.plot([fits.accuracy(p, y) for p in scored], label=kind, **look)
    left.axhline(fits.entropy(y.mean()), label="기준 비율 H(π)", **style.REFERENCE)
    left.set_yticks([0.1, 0.3, 1, 3, 10])
    left.set_ylim(0.05, 400)
    right.set_ylim(0.2, 1.02)
    left.legend(loc="upper right")
    right.legend(loc="lower right")
    return figure(
        left, right,
        alt="왼쪽: 걸음에 따른 로그 손실. 확률을 넣은 것은 0.1 아래로 내려가고, 0과 1을 넣은 것은 1보다 "
        "위에서 계단처럼 움직이고, 시그모이드를 두 번 한 것은 0.5 가까이에서, 로짓을 0과 1 사이로 "
        "줄인 것은 0.4 가까이에서 멈춘다. 오른쪽: 정확도. 시그모이드를 두 번 한 것은 0.63에서 움직이지 않는다.",
    )  # fmt: skip


def tumours() -> Figure:
    """유방 종양 자료: 왼쪽은 확신한 만큼 맞는지, 오른쪽은 로짓의 배율에 따른 로그 손실."""
    left = panel(title="확신한 만큼 맞는가", xlabel="틀릴 것이라고 말한 확률 (로그 눈금)",
                 ylabel="실제로 틀린 비율 (로그 눈금)", height=3.8)  # fmt: skip
    left.loglog([1e-4, 0.5], [1e-4, 0.5], label="말한 대로", **style.REFERENCE)
    right = panel(title="로짓의 배율과 로그 손실", xlabel="로짓의 배율 (로그 눈금)",
                  ylabel="로그 손실 (nat)", height=3.8)  # fmt: skip
    shown = ("로지스틱 회귀", "나이브 베이즈", "나이브 베이즈 + 온도")
    for model, look, marker in zip(shown, LOOKS, MARKERS, strict=False):
        p, y = fits.pooled(model)
        said, wrong = fits.overconfidence(p, y)
        left.plot(said, wrong, marker=marker, ms=6, label=model, **look)
        losses = [log_loss(sigmoid(s * fits.logit(p)), y) for s in fits.SCALES]
        right.semilogx(fits.SCALES, losses, label=model, **look)
    right.axhline(fits.entropy(y.mean()), label="기준 비율 H(π)", **style.REFERENCE)
    right.axvline(1, color=style.INK, lw=0.9, label="_배율 1")
    left.set_xlim(2e-8, 0.9)
    left.set_ylim(5e-4, 0.9)
    right.set_ylim(0, 1.5)
    left.legend(loc="lower left")
    right.legend(loc="upper left")
    return figure(
        left, right,
        alt="왼쪽: 틀릴 것이라고 말한 확률과 실제로 틀린 비율. 로지스틱 회귀와 온도로 고친 나이브 베이즈는 "
        "대각선 곁에 있고, 나이브 베이즈는 틀릴 확률이 천만분의 일이라고 말한 묶음에서도 2 %쯤 "
        "틀려 대각선보다 훨씬 위에 있다. 오른쪽: 로짓의 배율에 따른 로그 손실. 로지스틱 회귀와 "
        "온도로 고친 것은 1 가까이에서, 나이브 베이즈는 0.14에서 가장 낮다.",
    )  # fmt: skip
