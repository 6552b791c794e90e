"""「11. MultiLabelMarginLoss」의 그림."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from lossbook import multilabel_margin_loss, multilabel_margin_loss_grad
from lossbook.plots import multilabel_margin_loss_fits as fits
from lossbook.plots import style
from lossbook.plots.figure import Figure, figure, panel
from lossbook.plots.geometry import FLAT, arrows
from lossbook.plots.slider import Slider, slider_figure

Array = np.ndarray[Any, np.dtype[Any]]

TAGS = ("바다", "개", "아이", "자동차")
SCORES = np.array([3.0, 1.5, 0.0, -0.5])
RIGHT, WRONG = (0, 2), (1, 3)
TARGET = np.array([0, 2, -1, -1])
HEIGHTS = np.array([3.0, 1.0, 2.0, 0.0])
"""The lane of each tag on the score line: the right ones above the wrong ones."""
STRETCH = 2.0
"""Arrows are drawn this many times as long as −gradient."""

ALBUM = ("바다", "아이", "모래", "개", "자동차", "산", "눈")
ALBUM_SCORES = np.array([2.2, 0.6, 1.3, 1.4, -0.9, 0.4, -1.6])
ALBUM_TARGET = np.array([0, 1, 2, -1, -1, -1, -1])
ALBUM_RIGHT, ALBUM_WRONG = slice(0, 3), slice(3, 7)

SCORE_AXIS = "점수"
OFFSET_AXIS = "정답에만 더한 수 t"


def child_scores() -> Array:
    """The score of the child that the slider goes through."""
    return np.arange(-15, 46) / 10


def score_line() -> Figure:
    """아이의 점수를 옮기며 보는 활성 쌍, 화살표, 손실."""
    child = child_scores()
    x = np.repeat(SCORES[np.newaxis], len(child), axis=0)
    x[:, 2] = child
    y = np.repeat(TARGET[np.newaxis], len(child), axis=0)
    loss = multilabel_margin_loss(x, y, "none")
    step = -multilabel_margin_loss_grad(x, y, "sum")
    gaps = x[:, RIGHT, np.newaxis] - x[:, np.newaxis, WRONG]
    active = gaps < 1
    slider = Slider(
        "아이의 점수", child, start=0.0, format="{:.1f}",
        readout=[
            f"손실 {value:.3f}, 활성 쌍 {count}개, 아이의 기울기 {round(-4 * pull[2])}/4".replace(
                "-", "−"
            ).replace("기울기 0/4", "기울기 0")
            for value, count, pull in zip(loss, active.sum(axis=(1, 2)), step, strict=True)
        ],
    )  # fmt: skip
    line = panel(title="점수의 줄", xlabel=SCORE_AXIS, ylabel="태그", height=3.7)
    lane = (HEIGHTS[2] + 0.5 + np.array([-0.4, 0.4])) / 6.2
    line.axvspan(SCORES[1] + 1, 5, *lane, **FLAT)
    ends = np.full((len(child), 4, 3, 2), np.nan)
    for pair, (j, i) in enumerate(product(RIGHT, WRONG)):
        on = active.reshape(len(child), 4)[:, pair]
        ends[on, pair, 0] = np.stack([x[on, j], np.full(on.sum(), HEIGHTS[j])], axis=1)
        ends[on, pair, 1] = np.stack([x[on, i], np.full(on.sum(), HEIGHTS[i])], axis=1)
    path = ends.reshape(len(child), -1, 2)
    slider.line(line, path[..., 0], path[..., 1], color=style.GOLD, lw=1.6, ls=style.LINES[2],
                label="활성 쌍")  # fmt: skip
    tails = np.stack([x, np.broadcast_to(HEIGHTS, x.shape)], axis=-1)
    steps = np.stack([STRETCH * step, np.zeros_like(step)], axis=-1)
    slider.line(
        line, *arrows(tails, steps, 0.2), color=style.INK, lw=2, ls="-", label="−기울기 × 2"
    )
    for tags, name, color, marker in (
        (RIGHT, "정답", style.BLUE, "o"), (WRONG, "오답", style.ORANGE, "s")
    ):  # fmt: skip
        slider.points(line, x[:, tags], np.broadcast_to(HEIGHTS[list(tags)], (len(child), 2)),
                      color=color, marker=marker, label=name)  # fmt: skip
    line.set_xlim(-2, 5)
    line.set_ylim(-0.5, 5.7)
    line.set_yticks(HEIGHTS, TAGS)
    line.legend(loc="upper center", ncols=2)
    bowl = panel(title="이 사진의 손실", xlabel="아이의 점수", ylabel="손실", height=3.7)
    bowl.axvspan(SCORES[1] + 1, 5, **FLAT)
    bowl.plot(child, loss, label="손실")
    slider.points(bowl, child[:, np.newaxis], loss[:, np.newaxis], color=style.INK, label="지금")
    bowl.set_xlim(-2, 5)
    bowl.set_ylim(-0.08, 1.8)
    bowl.legend(loc="upper right")
    return slider_figure(
        line, bowl, slider=slider,
        alt="왼쪽: 네 태그가 저마다의 줄에서 점수를 가로로 나타낸다. 정답인 바다는 3, 아이는 슬라이더를 "
        "따라 움직이고 오답인 개는 1.5, 자동차는 −0.5에 있다. 차이가 1보다 작은 정답과 오답이 "
        "점선으로 이어지고 화살표가 정답은 오른쪽, 오답은 왼쪽을 가리킨다. 아이가 2.5를 넘으면 선도 "
        "화살표도 없다. 오른쪽: 손실은 0.5와 2.5에서 꺾이며 내려가 2.5부터 0이다.",
    )  # fmt: skip


def pair_table(x: Array = ALBUM_SCORES) -> Array:
    """The hinges of all pairs of the album, right tags in rows: each from lossbook, two classes at a time."""
    pairs = np.array([[(j, i) for i in x[ALBUM_WRONG]] for j in x[ALBUM_RIGHT]]).reshape(-1, 2)
    only_first = np.tile([0, -1], (len(pairs), 1))
    hinges = 2 * multilabel_margin_loss(pairs, only_first, "none")
    return np.asarray(hinges).reshape(3, 4)


def pair_matrix() -> Figure:
    """정답과 오답의 모든 쌍의 벌점. 활성인 칸에 테두리를 두릅니다."""
    hinges = pair_table()
    axes = panel(title="쌍마다의 벌점", xlabel="오답과 그 점수", ylabel="정답과 그 점수", wide=True,
                 height=3.6)  # fmt: skip
    image = axes.imshow(hinges, vmin=0, vmax=2, cmap="cividis", aspect="auto")
    axes.grid(False)
    for (row, column), hinge in np.ndenumerate(hinges):
        colour = image.cmap(image.norm(hinge))
        axes.text(column, row, f"{hinge:.1f}", ha="center", va="center",
                  color=style.ink_on(colour))  # fmt: skip
    rows, columns = np.nonzero(hinges > 0)
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1], [np.nan, np.nan]]) * 0.44
    frames = np.stack([columns, rows], axis=1)[:, np.newaxis] + square
    axes.plot(*frames.reshape(-1, 2).T, color=style.ORCHID, ls="-", lw=3, label="활성인 쌍")
    names = [f"{tag} {score:g}".replace("-", "−")
             for tag, score in zip(ALBUM, ALBUM_SCORES, strict=True)]  # fmt: skip
    axes.set_xticks(range(4), names[ALBUM_WRONG])
    axes.set_yticks(range(3), names[ALBUM_RIGHT])
    axes.set_ylim(2.5, -1.25)
    axes.spines["left"].set_visible(False)
    axes.legend(loc="upper right")
    axes.figure.colorbar(image, ax=axes, label="쌍의 벌점")
    return figure(
        axes,
        alt="세로는 정답 바다 2.2, 아이 0.6, 모래 1.3, 가로는 오답 개 1.4, 자동차 −0.9, 산 0.4, 눈 "
        "−1.6. 벌점이 0보다 큰 다섯 칸에 테두리가 있다: 바다와 개 0.2, 아이와 개 1.8, 아이와 산 0.8, "
        "모래와 개 1.1, 모래와 산 0.1.",
    )


def moved(offsets: Array, everywhere: bool = False) -> tuple[Array, Array]:
    """Loss and number of active pairs when the right scores (or all) are raised."""
    raised = np.arange(len(ALBUM)) < (len(ALBUM) if everywhere else 3)
    x = ALBUM_SCORES + offsets[:, np.newaxis] * raised
    y = np.repeat(ALBUM_TARGET[np.newaxis], len(x), axis=0)
    pulls = multilabel_margin_loss_grad(x, y, "sum")[:, ALBUM_WRONG]
    return multilabel_margin_loss(x, y, "none"), np.rint(len(ALBUM) * pulls.sum(axis=1))


def offset() -> Figure:
    """정답의 점수를 함께 올릴 때의 손실과 활성 쌍의 수."""
    t = np.linspace(-3, 3, 241)
    loss, active = moved(t)
    flat_from = 1 - (ALBUM_SCORES[ALBUM_RIGHT].min() - ALBUM_SCORES[ALBUM_WRONG].max())
    heights = panel(title="손실", xlabel=OFFSET_AXIS, ylabel="손실", height=3.4)
    counts = panel(title="활성인 쌍", xlabel=OFFSET_AXIS, ylabel="쌍의 수", height=3.4)
    for axes, moving, still in zip(
        (heights, counts), (loss, active), moved(t, everywhere=True), strict=True
    ):
        axes.axvspan(flat_from, 3, **FLAT)
        axes.plot(t, moving, label="정답에만 더함")
        axes.plot(t, still, label="모든 점수에 더함", **style.REFERENCE)
        axes.legend(loc="upper right")
    heights.set_ylim(-0.3, 8)
    counts.set_ylim(-0.5, 17)
    counts.set_yticks(range(0, 13, 3))
    return figure(
        heights, counts,
        alt="왼쪽: 정답에 더하는 수를 −3에서 3으로 키우면 손실은 꺾은선을 그리며 내려가 1.8부터 0이다. "
        "모든 점수에 더하면 손실은 그대로다. 오른쪽: 활성인 쌍은 12개에서 하나씩 줄어 1.8에서 0이 된다.",
    )  # fmt: skip


def training() -> Figure:
    """번호를 넣은 훈련과 멀티 핫을 그대로 넣은 훈련의 손실과 F1."""
    panels = (
        panel(title="훈련 손실", xlabel="걸음", ylabel="손실", height=3.6),
        panel(title="맞힌 정도", xlabel="걸음", ylabel="검증 micro-F1", height=3.6),
    )
    for kind, name, color, line in (
        ("indices", "번호", style.BLUE, style.LINES[0]),
        ("onehot", "멀티 핫을 그대로", style.ORANGE, style.LINES[1]),
    ):
        for seed in fits.SEEDS:
            record = fits.trained(kind, seed)
            label = f"{name}, 씨앗 {seed}"
            shown = name if seed == 0 else "_" + label
            for axes, column in zip(panels, ("loss", "f1"), strict=True):
                axes.plot(record["step"], record[column], color=color, ls=line, lw=1.6, label=shown)
    panels[0].set_ylim(-0.3, 9)
    panels[0].legend(loc="upper right")
    panels[1].set_ylim(0, 1.25)
    panels[1].set_yticks(np.arange(0, 1.1, 0.2))
    panels[1].legend(loc="upper right")
    return figure(
        *panels,
        alt="왼쪽: 번호를 넣은 손실은 1.5에서 0.04로 천천히 내려가고, 멀티 핫을 그대로 넣은 손실은 7에서 "
        "첫 20걸음에 0 가까이 떨어져 0에 붙는다. 오른쪽: 번호를 넣은 모델의 F1은 0.9 가까이 오르고 멀티 "
        "핫을 넣은 모델은 0.2 근처에서 움직이지 않는다.",
    )


CUTS = np.linspace(-6, 8, 141)


def thresholds() -> Figure:
    """문턱에 따른 시험 F1."""
    axes = panel(
        title="어디에서 자를까", xlabel="문턱", ylabel="시험 micro-F1", wide=True, height=3.6
    )
    for kind, shift, name, color, line in (
        ("indices", 0, "11, 번호", style.BLUE, style.LINES[0]),
        ("indices", 3, "11, 모든 점수에 3을 더함", style.TEAL, style.LINES[3]),
        ("logits", 0, "08, 멀티 핫", style.ORANGE, style.LINES[1]),
    ):
        for seed in fits.SEEDS:
            scores, truth = fits.trained(kind, seed)["test"] + shift, fits.pictures(seed)[2][1]
            f1 = [fits.micro_f1(scores > cut, truth) for cut in CUTS]
            axes.plot(CUTS, f1, color=color, ls=line, lw=1.5,
                      label=name if seed == 0 else f"_{name}, 씨앗 {seed}")  # fmt: skip
    axes.axvline(0, **style.REFERENCE)
    axes.set_ylim(0, 1.32)
    axes.set_yticks(np.arange(0, 1.1, 0.2))
    axes.legend(loc="upper left")
    return figure(
        axes,
        alt="가로축은 문턱, 세로축은 시험 F1. 08로 배운 모델의 곡선은 0 근처에서 가장 높고 평평하다. 11로 "
        "배운 모델의 곡선은 1 근처에서 0.86으로 가장 높고 0에서는 0.74다. 모든 점수에 3을 더하면 같은 "
        "곡선이 오른쪽으로 3만큼 옮겨 간다.",
    )
