"""「13. Multilabel soft margin loss」의 그림."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook import (
    cross_entropy_grad,
    hinge_embedding_loss,
    hinge_embedding_loss_grad,
    multilabel_soft_margin_loss,
    multilabel_soft_margin_loss_grad,
)
from lossbook.plots import multilabel_soft_margin_loss_fits as fits
from lossbook.plots import style
from lossbook.plots.figure import Figure, figure, panel
from lossbook.plots.geometry import FLAT, arrows, plane, sideways
from lossbook.plots.links import sigmoid, softmax
from lossbook.plots.slider import Slider, slider_figure

Array = np.ndarray[Any, np.dtype[Any]]

LOGITS = np.linspace(-6, 6, 61)
ARTICLES = ((1.0, "태그가 붙은 기사"), (0.0, "붙지 않은 기사"), (0.5, "편집자가 반반인 기사"))
STRETCH = 3.0
"""How much longer than the slope the arrows of `pull` are drawn."""
HINGE_FLAT = {**FLAT, "label": "힌지의 손실 0"}


def one_label(x: Array, target: float) -> Array:
    column = x[:, np.newaxis]
    return np.asarray(
        multilabel_soft_margin_loss(column, np.full_like(column, target), reduction="none")
    )


def one_slope(x: Array, target: float) -> Array:
    column = x[:, np.newaxis]
    slope = multilabel_soft_margin_loss_grad(column, np.full_like(column, target), reduction="sum")
    return np.asarray(slope[:, 0])


def hinge(x: Array, target: float) -> Array:
    """max(0, 1 - x) where the tag is there, max(0, 1 + x) where it is not."""
    toward = x if target == 1 else -x
    return np.asarray(hinge_embedding_loss(toward, -np.ones_like(x), reduction="none"))


def pull() -> Figure:
    """태그 하나의 점수를 옮기며 보는 손실과, 내려가는 쪽의 화살표."""
    slopes = [one_slope(LOGITS, target) for target, _ in ARTICLES]
    readout = [
        "미는 힘: 붙은 기사 {:+.3f}, 붙지 않은 기사 {:+.3f}, 반반인 기사 {:+.3f}".format(
            *(-slope[k] for slope in slopes)
        ).replace("-", "−")
        for k in range(LOGITS.size)
    ]
    slider = Slider("점수 (로짓)", LOGITS, start=-2.0, format="{:.1f}", readout=readout)
    panels = []
    for (target, title), slope in zip(ARTICLES, slopes, strict=True):
        axes = panel(title=title, xlabel="점수 (로짓)", ylabel="손실 (nat)")
        height = one_label(LOGITS, target)
        if target != 0.5:
            axes.axvspan(*((1, 6) if target == 1 else (-6, -1)), **HINGE_FLAT)
            axes.plot(LOGITS, hinge(LOGITS, target), label="힌지 (견주기)", **style.REFERENCE)
        axes.plot(LOGITS, height, color=style.BLUE, ls="-", label="이 손실")
        slider.line(
            axes, *sideways(LOGITS, height, -STRETCH * slope, head=0.5),
            color=style.ORANGE, ls="-", lw=3, label="−기울기 (3배)",
        )  # fmt: skip
        slider.points(axes, LOGITS[:, np.newaxis], height[:, np.newaxis], color=style.INK,
                      label="_지금")  # fmt: skip
        axes.set_xlim(-6.2, 6.2)
        axes.set_ylim(-0.4, 9.6)
        axes.legend(loc={1.0: "upper right", 0.0: "upper left"}.get(target, "upper center"))
        panels.append(axes)
    return slider_figure(
        *panels, slider=slider,
        alt="점수를 옮기는 그림 세 칸. 태그가 붙은 기사에서는 점수가 낮을수록 손실이 커지고 화살표가 "
        "오른쪽을 향한다. 붙지 않은 기사에서는 좌우가 뒤집힌다. 반반인 기사에서는 0에서 손실이 가장 "
        "작고 화살표가 0 쪽을 향한다. 회색 힌지는 점수 1을 넘으면 손실이 정확히 0이지만 이 손실의 "
        "화살표는 짧아질 뿐 사라지지 않는다.",
    )  # fmt: skip


def slopes() -> Figure:
    """목표마다의 손실과, 이미 맞힌 쪽에서 남는 힘."""
    x = np.linspace(-6, 12, 181)
    losses = panel(title="손실", xlabel="로짓 x", ylabel="손실 (nat)", height=3.6)
    for target in (1.0, 0.0, 0.5):
        losses.plot(LOGITS, one_label(LOGITS, target), label=f"y = {target:g}")
    losses.set_ylim(-0.2, 7.8)
    losses.legend(loc="upper center")
    force = panel(
        title="y = 1인 기울기의 크기", xlabel="로짓 x", ylabel="|기울기| (로그 눈금)", height=3.6
    )
    force.axvspan(1, 12, **HINGE_FLAT)
    force.plot(x, np.abs(one_slope(x, 1.0)), label="이 손실")
    left = x[x < 1]
    slope = hinge_embedding_loss_grad(left, -np.ones_like(left), reduction="sum")
    force.plot(left, np.abs(slope), label="힌지", color=style.GREY, ls=style.LINES[1])
    force.set_yscale("log")
    force.set_ylim(3e-6, 3e2)
    force.legend(loc="upper right")
    return figure(
        losses, force,
        alt="왼쪽: 목표가 1이면 손실은 로짓이 커질수록 0으로 내려가고, 0이면 반대이며, 0.5이면 로짓 0에서 "
        "가장 작다. 오른쪽: 목표가 1일 때 기울기의 크기는 로짓이 음수이면 1에 가깝고, 양수이면 로그 "
        "눈금에서 곧게 내려가 로짓 12에서 6×10⁻⁶쯤이다. 힌지의 기울기는 1에서 끊긴다.",
    )  # fmt: skip


GRID = np.stack(np.meshgrid(np.linspace(-3, 3, 5), np.linspace(-3, 3, 5)), axis=-1).reshape(-1, 2)
SPORT = 1.5
"""Logit of the second tag, which stays."""
LOVED = np.array([1.0, 0.0])


def steps_of_both(x: Array) -> dict[str, Array]:
    """−gradient for the article with the first tag only, times 1.6 so that it is seen."""
    y = np.broadcast_to(LOVED, x.shape)
    return {
        "이 손실": -1.6 * 2 * multilabel_soft_margin_loss_grad(x, y, reduction="sum"),
        "소프트맥스": -1.6 * cross_entropy_grad(x, y, reduction="sum"),
    }


def two_tags() -> Figure:
    """태그 두 개의 점수 평면: 이 손실은 축마다 따로, 소프트맥스는 차이로 민다."""
    logits = np.linspace(-3, 3, 61)
    spots = np.stack([logits, np.full_like(logits, SPORT)], axis=1)
    moving, field = steps_of_both(spots), steps_of_both(GRID)
    readout = [
        "아래로 미는 힘: 이 손실 {:.2f}, 소프트맥스 {:.2f}".format(
            *(-step[k, 1] / 1.6 for step in moving.values())
        )
        for k in range(logits.size)
    ]
    slider = Slider("정치 태그의 로짓", logits, start=-2.0, format="{:.1f}", readout=readout)
    panels = []
    for name in moving:
        axes = plane(title=name, xlabel="정치 태그의 로짓", ylabel="스포츠 태그의 로짓", reach=4.9)
        axes.plot(*arrows(GRID, field[name], head=0.25), color=style.GREY, ls="-", lw=1.2,
                  label="−기울기")  # fmt: skip
        slider.line(axes, *arrows(spots[:, np.newaxis], moving[name][:, np.newaxis], head=0.4),
                    color=style.ORANGE, ls="-", lw=3.5, label="지금의 −기울기")  # fmt: skip
        slider.points(axes, spots[:, :1], spots[:, 1:], color=style.INK, label="_지금")
        axes.axhline(0, **style.REFERENCE)
        axes.axvline(0, **style.REFERENCE)
        axes.legend(loc="upper left", ncols=2)
        panels.append(axes)
    return slider_figure(
        *panels, slider=slider,
        alt="가로축은 정치, 세로축은 스포츠 태그의 로짓이고 정답은 정치만이다. 왼쪽 이 손실의 화살표는 "
        "오른쪽 아래를 향하고, 점을 가로로 옮겨도 아래로 미는 길이가 그대로다. 오른쪽 소프트맥스의 "
        "화살표는 모두 오른쪽 아래 45도이고, 점이 오른쪽으로 가면 함께 짧아진다.",
    )  # fmt: skip


def weighted() -> Figure:
    """드문 태그의 가중치를 따라 도는 공유 방향과 태그마다의 손실."""
    theta = fits.shared()
    u, y = fits.articles()
    found = [fits.shared_logits(row) for row in theta]
    losses = np.array([fits.label_losses(x) for x in found])
    slider = Slider(
        "드문 태그의 가중치", fits.WEIGHTS, start=1.0, format="{:.2f}",
        readout=[
            f"손실: 흔한 태그 {common:.2f}, 드문 태그 {rare:.2f}. 찾아낸 드문 태그 {fits.recall(x):.2f}"
            for (common, rare), x in zip(losses, found, strict=True)
        ],
    )  # fmt: skip
    map_ = plane(title="기사와 나누어 쓰는 방향", xlabel="낱말 1의 빈도 (표준화)",
                 ylabel="낱말 2의 빈도 (표준화)", reach=6.2)  # fmt: skip
    shown = np.arange(len(y)) < 500
    for tag, name, marker, color, size in (
        (0, "드문 태그 없음", "o", style.GREY, 2.5), (1, "드문 태그", "^", style.ORCHID, 5.5)
    ):  # fmt: skip
        map_.plot(*u[shown & (y[:, 1] == tag)].T, marker, color=color, ms=size, label=name)
    origin = np.zeros((len(theta), 1, 2))
    along = theta[:, np.newaxis, :2] / np.linalg.norm(theta[:, np.newaxis, :2], axis=2, keepdims=True)
    slider.line(map_, *arrows(origin, 2.6 * along, head=0.4), color=style.BLUE, ls="-", lw=4,
                label="나누어 쓰는 방향")  # fmt: skip
    map_.legend(loc="lower left")
    rates = panel(title="태그마다의 손실", xlabel="드문 태그의 가중치 (로그 눈금)",
                  ylabel="손실 (nat)", height=3.6)  # fmt: skip
    alone = fits.label_losses(np.column_stack([np.ones(len(u)), u]) @ fits.separate(1.0).T)
    for c, (name, color) in enumerate((("흔한 태그", style.BLUE), ("드문 태그", style.ORCHID))):
        rates.plot(fits.WEIGHTS, losses[:, c], color=color, ls=style.LINES[0], label=name)
        rates.plot(fits.WEIGHTS, np.full(len(theta), alone[c]), color=color, ls=style.LINES[2],
                   label=f"{name}, 제 방향")  # fmt: skip
        slider.points(rates, fits.WEIGHTS[:, np.newaxis], losses[:, [c]], color=color, label="_지금")
    rates.set_xscale("log")
    rates.set_ylim(0, 1.1)
    rates.legend(loc="upper left", ncols=2)
    return slider_figure(
        map_, rates, slider=slider,
        alt="왼쪽: 낱말 두 개의 빈도 평면에서 드문 태그가 붙은 기사는 위쪽에 모여 있다. 가중치를 키우면 "
        "화살표가 오른쪽에서 위로 돌아간다. 오른쪽: 가중치 2와 3 사이에서 흔한 태그의 손실이 오르고 "
        "드문 태그의 손실이 내린다. 태그마다 제 방향이 있는 모델의 손실은 점선이고 수평이다.",
    )  # fmt: skip


def mistaken() -> Figure:
    """옳은 목표와 -1이 든 목표로 배우는 100걸음."""
    looks = (("multilabel", "멀티 핫"), ("padded", "−1로 채운 번호"), ("signs", "−1과 1"))
    losses = panel(title="훈련 손실", xlabel="걸음", ylabel="손실 (nat)", height=3.6)
    scores = panel(title="시험의 마이크로 F1", xlabel="걸음", ylabel="마이크로 F1", height=3.6)
    for kind, name in looks:
        record = fits.watched(kind)
        losses.plot(record.losses, label=name)
        scores.plot(fits.SCORED, record.f1, label=name)
    losses.axhline(0, **style.REFERENCE)
    losses.legend(loc="lower left")
    scores.set_ylim(-0.03, 1.0)
    scores.legend(loc="upper left")
    return figure(
        losses, scores,
        alt="왼쪽: 멀티 핫의 손실은 0 위에 머물고, −1이 든 두 목표의 손실은 0 아래로 점점 빨리 떨어져 "
        "수백까지 내려간다. 오른쪽: 멀티 핫의 F1은 0.7쯤으로 오르고, −1로 채운 번호는 0.2에, −1과 1은 "
        "0에 멈춘다.",
    )  # fmt: skip


SHOWN = 6


def samples() -> Figure:
    """나란한 두 숫자 여섯 장과 그 레이블 집합."""
    images, sets = fits.pictures(0)[1]
    gap = np.full((8, 2), np.nan)
    strip = np.hstack([part for image in images[:SHOWN] for part in (image, gap)][:-1])
    axes = panel(title="시험 그림 여섯 장과 레이블 집합", xlabel="레이블 집합", ylabel="화소 8줄",
                 wide=True, height=1.9)  # fmt: skip
    axes.imshow(1 - strip, cmap="gray", vmin=0, vmax=1)
    axes.grid(visible=False)
    axes.set_yticks([])
    names = ["{" + ", ".join(map(str, np.flatnonzero(row))) + "}" for row in sets[:SHOWN]]
    axes.set_xticks(7.5 + 18 * np.arange(SHOWN), names)
    return figure(
        axes,
        alt="손글씨 숫자 두 개를 나란히 붙인 그림 여섯 장. 아래에 레이블 집합: " + ", ".join(names) + ".",
    )


SIZES = ("0개", "1개", "2개", "3개 이상")


def sizes(sets: Array) -> Array:
    """Share of the pictures with 0, 1, 2 and more digits."""
    count = np.minimum(np.sum(sets, axis=1).astype(int), 3)
    return np.bincount(count, minlength=4) / len(count)


def answers() -> Figure:
    """시험 그림에서 부른 숫자의 개수, 말한 확률을 믿어도 되는지."""
    x, y = fits.pooled("multilabel")
    counts = panel(title="그림마다 부른 숫자의 개수", xlabel="숫자의 개수", ylabel="그림의 비율", height=3.8)
    places = np.arange(4)
    for shift, share, name, color in (
        (-0.2, sizes(y), "정답", style.GREY), (0.2, sizes(x > 0), "로짓 > 0", style.BLUE)
    ):  # fmt: skip
        counts.bar(places + shift, share, 0.38, color=color, label=name)
    counts.set_xticks(places, SIZES)
    counts.set_ylim(0, 1.12)
    counts.legend(loc="upper left")
    honest = panel(title="확률을 믿어도 되나", xlabel="말한 확률 (칸의 평균)",
                   ylabel="정말 있는 비율", height=3.8)  # fmt: skip
    honest.plot([0, 1], [0, 1], label="말한 그대로", **style.REFERENCE)
    for p, name in (
        (sigmoid(x), "시그모이드"), (softmax(fits.pooled("softmax")[0]), "소프트맥스 몫")
    ):  # fmt: skip
        said, true, _ = fits.reliability(p, y)
        honest.plot(said, true, marker="o", ms=5, label=name)
    honest.set_ylim(0, 1.05)
    honest.legend(loc="lower right")
    return figure(
        counts, honest,
        alt="왼쪽: 정답은 숫자가 하나이거나 둘뿐인데 로짓 0으로 부르면 0개와 3개 이상도 나온다. 오른쪽: "
        "시그모이드의 확률은 대각선 가까이에 있고, 소프트맥스가 나눈 몫은 절반쯤에서 이미 정말 있는 "
        "비율이 1에 가깝다.",
    )  # fmt: skip
