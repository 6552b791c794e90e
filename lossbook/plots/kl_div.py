"""쿨백–라이블러 발산 장의 그림. 그려지는 숫자는 `kl_div_fits`에서 옵니다."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook import kl_div
from lossbook.plots import kl_div_fits as fits
from lossbook.plots import style
from lossbook.plots.figure import Figure, figure, panel
from lossbook.plots.kl_div_fits import Array, divergence
from lossbook.plots.slider import Slider, slider_figure

FORWARD: dict[str, Any] = {"color": style.BLUE, "ls": style.LINES[0]}
REVERSE: dict[str, Any] = {"color": style.ORANGE, "ls": style.LINES[1]}
NAMES = ("순방향 D(P‖Q)", "역방향 D(Q‖P)")

SERVED = np.arange(1, 75) / 100
"""Share of the first dish that the kitchen prepares; the third gets the rest of 0.75."""


def menus() -> Array:
    """What the kitchen prepares for every slider value."""
    return np.stack([SERVED, np.full_like(SERVED, 0.25), 0.75 - SERVED], axis=1)


def lunch() -> Figure:
    """급식실의 비율을 옮기며 보는 요리마다의 항과 두 방향의 발산."""
    menu = menus()
    chosen = np.broadcast_to(fits.CHOSEN, menu.shape)
    terms = kl_div(np.log(menu), chosen, reduction="none")
    curves = divergence(menu, chosen), divergence(chosen, menu)
    readout = [
        f"준비 {q[0]:.2f}, {q[1]:.2f}, {q[2]:.2f}: D(P‖Q) = {a:.4f}, D(Q‖P) = {b:.4f}"
        for q, a, b in zip(menu, *curves, strict=True)
    ]
    slider = Slider("급식실이 준비한 비빔밥의 비율", SERVED, 0.25, format="{:.2f}", readout=readout)
    left = panel(title="요리마다의 항", xlabel="요리", ylabel="P ln(P/Q) (nat)", height=3.4)
    slider.bars(left, np.arange(3), terms, label="항")
    left.axhline(0, color=style.INK, lw=0.8)
    left.set_xticks(range(3), fits.DISHES)
    left.set_ylim(-0.35, 1.3)
    right = panel(
        title="두 방향의 발산", xlabel="준비한 비빔밥의 비율", ylabel="발산 (nat)", height=3.4
    )
    for name, values, look in zip(NAMES, curves, (FORWARD, REVERSE), strict=True):
        right.plot(SERVED, values, label=name, **look)
        slider.points(
            right, SERVED[:, None], values[:, None], color=look["color"], label=f"_{name}"
        )
    right.set_ylim(-0.05, 1.3)
    right.legend(loc="upper center")
    return slider_figure(
        left, right, slider=slider,
        alt="왼쪽: 비빔밥, 돈가스, 카레의 항을 나타내는 막대. 모자라게 준비한 요리는 양수, 넘치게 "
        "준비한 요리는 음수이다. 오른쪽: 비빔밥의 비율에 따른 두 방향의 발산. 둘 다 0.5에서 0이고, "
        "순방향은 양 끝에서 더 가파르게 오른다. 슬라이더를 움직이면 막대와 두 점이 함께 움직인다.",
    )  # fmt: skip


DISTANCES = np.arange(0, 61) / 10


def pots() -> Figure:
    """두 무리의 거리를 벌리며 보는 한 솥의 맵기."""
    seen = np.abs(fits.SPICE) <= 7
    found = [fits.valleys(float(distance)) for distance in DISTANCES]
    best = {name: np.array([each[2 + i] for each in found]) for i, name in enumerate(NAMES)}
    readout = [
        f"솥의 평균과 표준편차: 순방향 {a[0]:.1f}, {a[1]:.1f} / 역방향 {b[0]:.1f}, {b[1]:.1f}"
        .replace("-", "−")
        for a, b in zip(*best.values(), strict=True)
    ]  # fmt: skip
    slider = Slider("두 무리의 거리", DISTANCES, 6.0, format="{:.1f}", readout=readout)
    left = panel(
        title="원하는 맵기와 한 솥", xlabel="맵기 (0이 보통)", ylabel="확률 / 눈금 간격", height=3.6
    )
    spacing = fits.SPICE[1] - fits.SPICE[0]
    wanted = np.array([fits.two_groups(float(distance)) for distance in DISTANCES]) / spacing
    slider.area(
        left, fits.SPICE[seen], np.zeros(seen.sum()), wanted[:, seen], color=style.GREY,
        alpha=0.35, label="원하는 맵기 P",
    )  # fmt: skip
    looks = (FORWARD, REVERSE)
    for (name, pairs), look in zip(best.items(), looks, strict=True):
        pot = fits.bell(pairs[:, :1], pairs[:, 1:]) / spacing
        slider.line(left, fits.SPICE[seen], pot[:, seen], label=name[:3] + "의 솥 Q", **look)
    left.set_ylim(0, 0.75)
    left.legend(loc="upper right")
    right = panel(
        title="솥의 평균을 정해 두었을 때", xlabel="솥의 평균 맵기",
        ylabel="가장 작은 발산 (nat)", height=3.6,
    )  # fmt: skip
    for i, (name, look) in enumerate(zip(NAMES, looks, strict=True)):
        curve = np.array([each[i] for each in found])
        slider.line(right, fits.MEANS, curve, label=name, **look)
        slider.points(
            right, best[name][:, :1], curve.min(axis=1)[:, None], color=look["color"],
            label=f"_{name}",
        )  # fmt: skip
    right.set_ylim(-0.1, 3)
    right.legend(loc="upper center")
    return slider_figure(
        left, right, slider=slider,
        alt="왼쪽: 봉우리가 둘인 분포와 그것에 맞춘 종 모양 둘. 거리가 멀면 순방향의 종은 두 봉우리를 "
        "함께 덮는 낮고 넓은 모양이고, 역방향의 종은 높은 봉우리 하나에 꼭 맞는 좁은 모양이다. "
        "오른쪽: 솥의 평균에 따른 가장 작은 발산. 순방향은 골짜기가 하나이고, 역방향은 거리가 벌어지면 "
        "골짜기가 여럿으로 갈라진다.",
    )  # fmt: skip


SHARE = np.arange(1, 100) / 100
TOP = 2.0


def bernoulli() -> Figure:
    """요리가 둘일 때의 발산 지도와 p = 0.5에서 자른 단면."""
    p, q = np.meshgrid(SHARE, SHARE, indexing="ij")
    table = divergence(np.stack([q, 1 - q], axis=-1), np.stack([p, 1 - p], axis=-1))
    left = panel(
        title="D(p‖q)의 지도", xlabel="급식실이 준비한 비율 q", ylabel="학생이 고른 비율 p",
        height=3.7,
    )  # fmt: skip
    image = left.imshow(
        table, origin="lower", extent=(0.005, 0.995, 0.005, 0.995), vmin=0, vmax=TOP, aspect="auto"
    )
    left.grid(False)
    left.axhline(0.5, **{**style.REFERENCE, "color": "white"})
    left.figure.colorbar(image, ax=left, label="발산 (nat), 2에서 자름")
    right = panel(title="p = 0.5에서 자른 단면", xlabel="q", ylabel="발산 (nat)", height=3.7)
    half = np.full((len(SHARE), 2), 0.5)
    two = np.stack([SHARE, 1 - SHARE], axis=1)
    right.plot(SHARE, divergence(two, half), label="D(0.5‖q)", **FORWARD)
    right.plot(SHARE, divergence(half, two), label="D(q‖0.5)", **REVERSE)
    right.axhline(np.log(2), **style.REFERENCE)
    right.text(0.42, np.log(2) + 0.04, "ln 2", path_effects=style.HALO)
    right.set_ylim(-0.05, TOP)
    right.legend(loc="upper center")
    return figure(
        left, right,
        alt="왼쪽: 가로축 q, 세로축 p인 발산의 열지도. 대각선에서 0이고 왼쪽 위와 오른쪽 아래 "
        "구석에서 가장 크다. 오른쪽: p = 0.5인 단면. D(0.5‖q)는 q가 0이나 1로 가면 끝없이 오르고, "
        "D(q‖0.5)는 ln 2에서 멈춘다.",
    )  # fmt: skip


HEATS = np.arange(10, 101, 2) / 10
EXAMPLE = 0.6
"""The picture shown is the 3 to which the teacher gives nearest to this probability."""


def example() -> tuple[Array, Array]:
    """A picture of a 3 from the first shuffle's test images, and the teacher's logits."""
    room = fits.classroom()
    logits = np.round(room.teacher[0, fits.TAUGHT :].numpy(), 1)
    pixels = room.x[0, fits.TAUGHT :].numpy()
    threes = np.flatnonzero((fits.truth()[0] == 3) & (logits.argmax(axis=1) == 3))
    sure = fits.softened(logits[threes], 1.0)[:, 3]
    at = threes[np.argmin(np.abs(sure - EXAMPLE))]
    return pixels[at].reshape(8, 8), logits[at]


def temperature() -> Figure:
    """온도를 올리면 드러나는 교사의 둘째, 셋째 대답."""
    picture, logits = example()
    rows = np.array([fits.softened(logits, heat) for heat in HEATS])
    order = np.argsort(-logits)[:3]
    readout = [", ".join(f"{digit}: {100 * row[digit]:.1f} %" for digit in order) for row in rows]
    slider = Slider("온도 T", HEATS, 4.0, format="{:.1f}", readout=readout)
    left = panel(title="교사가 본 사진", xlabel="가로 픽셀", ylabel="세로 픽셀", height=3.4)
    left.imshow(picture, cmap="gray_r")
    left.grid(False)
    right = panel(title="교사의 대답", xlabel="숫자", ylabel="확률", height=3.4)
    right.plot(range(10), rows[0], "_", color=style.GREY, ms=16, mew=2.5, label="T = 1", ls="none")
    slider.bars(right, np.arange(10), rows, label="지금의 온도")
    right.set_xticks(range(10))
    right.set_ylim(0, 1)
    right.legend(loc="upper right")
    return slider_figure(
        left, right, slider=slider,
        alt="왼쪽: 손글씨 숫자 3의 사진. 오른쪽: 교사가 숫자 열 개에 준 확률의 막대. 온도를 올리면 "
        "3의 막대가 낮아지고 다른 숫자들의 막대가 차례로 드러난다.",
    )  # fmt: skip


TEMPERATURES = np.geomspace(1, 32, 21)


def gradient_scale() -> Figure:
    """온도에 따른 기울기의 크기: T²을 곱하지 않을 때와 곱할 때."""
    plain = np.array([fits.gradient_size(heat) for heat in TEMPERATURES])
    axes = panel(
        title="훈련을 시작할 때의 기울기", xlabel="온도 T (로그 눈금)",
        ylabel="기울기 성분의 크기의 평균 (로그 눈금)", wide=True,
    )  # fmt: skip
    axes.loglog(TEMPERATURES, plain, label="그대로")
    axes.loglog(TEMPERATURES, TEMPERATURES**2 * plain, label="T²을 곱함")
    hard = fits.gradient_size(None)
    axes.axhline(hard, **style.REFERENCE, label="레이블의 교차 엔트로피")
    axes.set_xticks([1, 2, 4, 8, 16, 32])
    axes.legend(loc="lower left")
    return figure(
        axes,
        alt="가로축은 온도, 세로축은 기울기의 크기, 둘 다 로그 눈금. 그대로 두면 온도가 커질수록 "
        "곧게 내려가 T = 32에서는 거의 천분의 일이 되고, T²을 곱하면 거의 평평하다.",
    )


KINDS = ("레이블", "T = 1", "T = 2", "T = 4", "T = 10")


def distillation() -> Figure:
    """목표에 따른 학생의 정확도와, 한 번도 보지 못한 3을 맞힌 비율. 씨앗 다섯 개."""
    panels = []
    for title, missing, ylabel in (
        ("사진 100장으로 배운 학생", -1, "시험 정확도"),
        ("3을 한 장도 보지 못한 학생", 3, "시험의 3을 맞힌 비율"),
    ):
        digit = None if missing < 0 else missing
        rows = np.array([fits.accuracy(run.logits, digit) for run in fits.students(missing)])
        axes = panel(title=title, xlabel="무엇을 보고 배웠나", ylabel=ylabel, height=3.5)
        for seed, column in enumerate(rows.T):
            axes.plot(
                range(len(KINDS)), column, "o", ms=5, color=style.GREY,
                label="씨앗 하나" if seed == 0 else f"_씨앗 {seed}",
            )  # fmt: skip
        axes.plot(range(len(KINDS)), rows.mean(axis=1), label="다섯 씨앗의 평균")
        axes.set_xticks(range(len(KINDS)), KINDS)
        axes.legend(loc="lower right" if missing < 0 else "upper left")
        panels.append(axes)
    panels[0].set_ylim(0.8, 1)
    panels[1].set_ylim(-0.05, 1.05)
    return figure(
        *panels,
        alt="왼쪽: 레이블만 본 학생, 온도 1, 2, 4, 10의 교사를 본 학생의 시험 정확도. 온도가 오를수록 "
        "높아진다. 오른쪽: 훈련에서 3을 뺀 학생이 3을 맞힌 비율. 레이블만 본 학생은 0이고, "
        "온도 10의 교사를 본 학생은 대부분 맞힌다.",
    )  # fmt: skip


def wrong_space() -> Figure:
    """첫째 인수에 로그 확률, 확률, 로짓을 넣은 훈련."""
    left = panel(title="화면에 찍히는 훈련 손실", xlabel="갱신 횟수", ylabel="손실", height=3.5)
    right = panel(
        title="시험 사진에서 교사와의 발산", xlabel="갱신 횟수",
        ylabel="진짜 발산 (nat, 로그 눈금)", height=3.5,
    )  # fmt: skip
    for space in fits.SPACES:
        run = fits.student(space=space)
        left.plot(np.arange(fits.STEPS), run.losses, label=f"{space}을 넣음")
        right.plot(np.arange(0, fits.STEPS, 10), run.gaps, label=f"{space}을 넣음")
    left.axhline(0, **style.REFERENCE)
    left.set_ylim(-4, 2)
    left.legend(loc="lower right")
    right.set_yscale("log")
    right.legend(loc="upper left")
    right.set_ylim(0.01, 60)
    return figure(
        left, right,
        alt="왼쪽: 로그 확률을 넣으면 손실이 0 위에서 0으로 내려가고, 확률을 넣으면 음수에서 천천히 "
        "내려가고, 로짓을 넣으면 그림 밖으로 곤두박질한다. 오른쪽: 교사와의 진짜 발산은 로그 확률에서만 "
        "줄고 나머지 둘에서는 커진다.",
    )  # fmt: skip
