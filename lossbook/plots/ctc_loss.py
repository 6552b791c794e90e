"""CTC 손실 장의 그림: 격자, 정렬의 수, 손글씨 숫자 줄을 읽는 망."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from math import comb
from typing import Any

import numpy as np
from matplotlib.collections import LineCollection

from lossbook import ctc_loss, ctc_loss_grad
from lossbook.decoding import collapse, greedy_decode
from lossbook.losses.ctc_loss import _arrived, _start
from lossbook.plots import style
from lossbook.plots.digit_lines import CHECKPOINTS, Run, character_accuracy, train
from lossbook.plots.figure import Figure, figure, panel
from lossbook.plots.slider import Slider, frames_figure

Array = np.ndarray[Any, np.dtype[Any]]

LETTERS = "∅ab"
FRAMES = np.array(
    [
        [0.3, 0.6, 0.1],
        [0.4, 0.4, 0.2],
        [0.3, 0.1, 0.6],
        [0.5, 0.2, 0.3],
        [0.2, 0.7, 0.1],
        [0.6, 0.3, 0.1],
    ]
)
"""The chapter's example: six frames over ∅, a and b."""
ABA, AAB = (1, 2, 1), (1, 1, 2)
LONGEST = 10
SEEDS = (0, 1, 2)


# --- the trellis


def extended(labels: tuple[int, ...]) -> Array:
    """z′: the labels with a blank before, between and after them."""
    z = np.zeros(2 * len(labels) + 1, int)
    z[1::2] = labels
    return z


@np.errstate(divide="ignore")
def forward_backward(probabilities: Array, labels: tuple[int, ...]) -> tuple[Array, Array]:
    """α and β, each of shape (T, 2U + 1); β leaves out the emission at its own frame."""
    z = extended(labels)[:, np.newaxis]
    emitted = np.log(probabilities)[:, z]
    alpha, beta = np.empty_like(emitted), np.empty_like(emitted)
    column = _start(z, emitted.dtype)
    for t in range(len(emitted)):
        alpha[t] = column = _arrived(column, z) + emitted[t]
    column = np.full_like(column, -np.inf)
    column[-2:] = 0
    for t in reversed(range(len(emitted))):
        beta[t] = column
        column = _arrived((column + emitted[t])[::-1], z[::-1])[::-1]
    return np.exp(alpha[:, :, 0]), np.exp(beta[:, :, 0])


def moves(labels: tuple[int, ...]) -> list[tuple[int, int]]:
    """Every step (from state, to state) that the trellis allows."""
    z = extended(labels)
    skips = [(s - 2, s) for s in range(2, len(z)) if z[s] != z[s - 2]]
    stays = [(s, s) for s in range(len(z))]
    return sorted(stays + [(s - 1, s) for s in range(1, len(z))] + skips)


def live_steps(alive: Array, labels: tuple[int, ...]) -> list[list[tuple[int, int]]]:
    """Segments from (t, state) to (t + 1, state) that complete paths use."""
    return [
        [(t + 1, a), (t + 2, b)]
        for t in range(len(alive) - 1)
        for a, b in moves(labels)
        if alive[t, a] and alive[t + 1, b]
    ]


def walk(path: tuple[int, ...]) -> list[int]:
    """The state (from 0) in which a path stands at each frame."""
    return [2 * len(collapse(path[: t + 1])) - (symbol > 0) for t, symbol in enumerate(path)]


def _lattice(title: str, labels: tuple[int, ...], shown: Array, alive: Array, **size: Any) -> Any:
    """A panel with one cell for each frame and state, and every step of a complete path."""
    axes = _cells(title, labels, shown, **size)
    axes.add_collection(
        LineCollection(live_steps(alive, labels), color=style.ORANGE, linewidths=1.2, alpha=0.7)
    )
    at, state = np.nonzero(alive)
    axes.plot(at + 1, state, "o", color=style.ORANGE, ms=3.5)
    return axes


def _cells(title: str, labels: tuple[int, ...], shown: Array, **size: Any) -> Any:
    """The empty trellis: frames from left to right, the states of z′ from top to bottom."""
    axes = panel(title=title, xlabel="프레임 t", ylabel="자리 s와 그 기호", **size)
    frames, states = shown.shape
    axes.imshow(shown.T, vmin=0, vmax=1, cmap="Blues", aspect="auto",
                extent=(0.5, frames + 0.5, states - 0.5, -0.5))  # fmt: skip
    axes.set_xticks(range(1, frames + 1))
    axes.set_yticks(
        range(states), [f"{s + 1} {LETTERS[k]}" for s, k in enumerate(extended(labels))]
    )
    axes.grid(False)
    return axes


def _values(axes: Any, cells: Array) -> None:
    for (t, s), value in np.ndenumerate(cells):
        if value > 0:
            ink = "#ffffff" if value > 0.55 else "#000000"
            text = f"{value:.2f}".lstrip("0") if value < 0.995 else "1"
            axes.text(t + 1.45, s - 0.42, text, ha="right", va="top", color=ink, size=9)


EXAMPLES = {ABA: (1, 1, 2, 2, 0, 1), AAB: (1, 1, 0, 1, 2, 0)}
"""The path that the trellis of each word shows."""
FOLLOWED = 3
"""The state whose sum the slider of the forward recursion writes out: the b of `aba`."""


def trellis() -> Figure:
    """`aba`와 `aab`의 격자: 허락된 걸음, 경로 하나, 같은 글자 사이의 막힌 걸음."""
    panels = []
    for labels, path in EXAMPLES.items():
        alpha, beta = forward_backward(FRAMES, labels)
        alive = alpha * beta > 0
        word, name = ("".join(LETTERS[k] for k in symbols) for symbols in (labels, path))
        axes = _lattice(f"정답이 {word}일 때", labels, 0.25 * alive, alive, height=4.4)
        axes.plot(range(1, len(path) + 1), walk(path), "o-", lw=3.2, ms=7, label=f"경로 {name}")
        panels.append(axes)
    barred = [[(t, 1), (t + 1, 3)] for t in range(2, 4)]
    panels[1].add_collection(
        LineCollection(barred, color=style.INK, linewidths=1.6, linestyles="--", label="막힌 걸음")
    )
    panels[1].plot([2.5, 3.5], [2, 2], "x", color=style.INK, ms=9, mew=2)
    for axes in panels:
        axes.legend(loc="lower left")
    return figure(
        *panels,
        alt="두 격자. 가로는 프레임 여섯, 세로는 공백을 끼워 넣은 정답의 일곱 자리이고, 가는 선은 "
        "완성된 경로가 지나는 걸음, 굵은 선은 경로 하나이다. aba에서 경로 aabb∅a는 a에서 b로 공백을 "
        "건너뛴다. aab에서는 a에서 a로 건너뛰는 걸음이 막혀 있어 경로 aa∅ab∅가 공백을 거친다.",
    )


def forward_steps() -> Figure:
    """순방향 계산이 격자를 한 열씩 채우는 슬라이더."""
    alpha, _ = forward_backward(FRAMES, ABA)
    frames = []
    for T in range(1, len(FRAMES) + 1):
        filled = np.where(np.arange(len(FRAMES))[:, np.newaxis] < T, alpha, 0)
        axes = _cells(f"aba의 α, 프레임 {T}까지", ABA, filled, wide=True, height=4)
        arriving = [[(T - 1, a), (T, b)] for a, b in moves(ABA) if T > 1 and alpha[T - 2, a] > 0]
        axes.add_collection(LineCollection(arriving, color=style.ORANGE, linewidths=1.4))
        followed = [each for each in arriving if each[1][1] == FOLLOWED and len(FRAMES) != T]
        axes.add_collection(LineCollection(followed, color=style.BLUE, linewidths=3.2))
        at, state = np.nonzero(filled)
        axes.plot(at + 1, state, "o", color=style.ORANGE, ms=3.5)
        for t, s in zip(at, state, strict=True):
            ink = "#ffffff" if filled[t, s] > 0.55 else "#000000"
            text = f"{filled[t, s]:.3f}".lstrip("0")
            axes.text(t + 1, s - 0.44, text, ha="left", va="top", color=ink, size=9)
        frames.append(figure(axes, alt=f"aba의 격자를 프레임 {T}까지 채운 순방향 확률"))
    times = np.arange(1, len(FRAMES) + 1)
    slider = Slider("프레임 t", times, 3, readout=_forward_readout(alpha))
    return frames_figure(
        frames, slider=slider,
        alt="aba의 격자를 왼쪽 열부터 채우는 순방향 계산. 슬라이더를 한 칸 옮기면 앞 열에서 머무름, "
        "한 칸, 건너뜀으로 이어진 선이 나타나고 새 열의 칸마다 그 합에 이번 기호의 확률을 곱한 수가 "
        "적힌다. 마지막 열의 아래 두 칸을 더하면 정답의 확률이다.",
    )  # fmt: skip


def _forward_readout(alpha: Array) -> list[str]:
    """One sum of each column in full."""
    lines = [f"첫 열: α(1) = {alpha[0, 0]:.3f}, α(2) = {alpha[0, 1]:.3f}"]
    for t in range(1, len(alpha) - 1):
        stay, step, skip = alpha[t - 1, FOLLOWED - np.arange(3)]
        lines.append(
            f"α(4) = {FRAMES[t, 2]:g} × ({stay:.3f} + {step:.3f} + {skip:.3f}) = {alpha[t, FOLLOWED]:.3f}"
        )
    last, blank = alpha[-1, -2:]
    return [*lines, f"α(6) + α(7) = {last:.3f} + {blank:.3f} = {last + blank:.3f}"]


def past_and_future() -> Figure:
    """α, β, 그리고 둘의 곱을 프레임마다 합이 1이 되게 나누어 견줍니다."""
    alpha, beta = forward_backward(FRAMES, ABA)
    alive = alpha * beta > 0
    tables = {
        "α: 과거만 본 자리": alpha,
        "β: 미래만 본 자리": beta,
        "αβ: 과거와 미래를 다 본 자리": alpha * beta,
    }
    panels = []
    for title, cells in tables.items():
        share = cells / cells.sum(axis=1, keepdims=True)
        axes = _lattice(title, ABA, share, alive, height=3.9)
        _values(axes, share)
        panels.append(axes)
    return figure(
        *panels,
        alt="aba의 격자 세 개. α는 위쪽 자리에 몰려 시작해 아래로 퍼지고, β는 아래쪽 끝에서 "
        "거꾸로 퍼지며, 둘의 곱은 왼쪽 위에서 오른쪽 아래로 내려가는 좁은 띠가 된다.",
    )


# --- how many alignments


def alignment_counts(labels: tuple[int, ...] = AAB) -> Array:
    """Number of paths that collapse to the labels, for T = 1 … LONGEST."""
    repeats = sum(a == b for a, b in pairwise(labels))
    room = len(labels) - repeats
    return np.array([comb(T + room, 2 * len(labels)) for T in range(1, LONGEST + 1)])


def uniform_losses(labels: tuple[int, ...] = AAB) -> Array:
    """Loss of the labels when every frame gives 1/3 to ∅, a and b, for T = 1 … LONGEST."""
    third = np.full((LONGEST, 3), -np.log(3))
    return np.array(
        [
            ctc_loss(third[:T], list(labels), [T], [len(labels)], reduction="sum")
            for T in range(1, LONGEST + 1)
        ]
    )


def alignments() -> Figure:
    """프레임이 늘면 `aab`의 정렬이 몇 개가 되는지 보는 슬라이더."""
    counts, losses = alignment_counts(), uniform_losses()
    lengths = np.arange(1, LONGEST + 1)
    frames = []
    for T in lengths:
        alpha, beta = forward_backward(np.full((T, 3), 1 / 3), AAB)
        alive = alpha * beta > 0
        left = _lattice(f"aab의 격자, T = {T}", AAB, 0.25 * alive, alive, height=3.9)
        left.set_xlim(0.5, LONGEST + 0.5)
        left.set_xticks(lengths)
        right = panel(title="균등한 예측의 손실", xlabel="프레임 수 T", ylabel="손실 (nat)",
                      height=3.9)  # fmt: skip
        right.plot(lengths, losses, "o-")
        right.axvspan(0.5, 3.5, color=style.GREY, alpha=0.2, lw=0)
        right.text(2, 2.2, "손실 = ∞\n정렬 0개", ha="center", va="center")
        right.plot(T, losses[T - 1] if counts[T - 1] else 2.6, "o", color=style.ORANGE, ms=12)
        right.set_xlim(0.5, LONGEST + 0.5)
        right.set_ylim(0, 5)
        right.set_xticks(lengths)
        frames.append(figure(left, right, alt=f"프레임이 {T}개일 때 aab의 격자와 균등 손실"))
    readout = [
        f"정렬 {n}개, 손실 {loss:.3f}" if n else "정렬 0개, 손실 ∞"
        for n, loss in zip(counts, losses, strict=True)
    ]
    slider = Slider("프레임 수 T", lengths, 4, readout=readout)
    return frames_figure(
        frames, slider=slider,
        alt="프레임 수를 1에서 10까지 바꾸면 aab의 격자에서 완성된 경로가 지나는 걸음과, 균등한 "
        "예측의 손실이 달라진다. 3까지는 경로가 없고 손실이 무한대이며, 4에서 경로가 하나 생긴다.",
    )  # fmt: skip


# --- why everything is blank at first

ORDINARY = (3, 1, 4, 1, 5)
ORDINARY_FRAMES = 45


def constant_losses(blanks: Array) -> Array:
    """Loss of five digits in 45 frames if every frame gives the same answer: q to ∅."""
    rows = np.column_stack([blanks, np.repeat((1 - blanks)[:, None] / 10, 10, axis=1)])
    log_probs = np.broadcast_to(np.log(rows), (ORDINARY_FRAMES, *rows.shape))
    targets = np.tile(ORDINARY, (len(blanks), 1))
    lengths = np.full(len(blanks), ORDINARY_FRAMES), np.full(len(blanks), len(ORDINARY))
    return np.asarray(ctc_loss(log_probs, targets, *lengths, reduction="none"))


BLANKS = np.linspace(0.4, 0.99, 60)


def constant_answer() -> Figure:
    """프레임을 구별하지 못하는 망에게 가장 이로운 공백 확률."""
    losses = constant_losses(BLANKS)
    best = losses.argmin()
    axes = panel(title="모든 프레임에 같은 대답을 할 때", xlabel="공백에 준 확률 q",
                 ylabel="손실 (nat)", wide=True, height=3.2)  # fmt: skip
    axes.plot(BLANKS, losses)
    axes.plot(BLANKS[best], losses[best], "o", color=style.ORANGE, ms=10)
    axes.annotate(f"가장 낮은 곳: q = {BLANKS[best]:.2f}", (BLANKS[best], losses[best]), (0, 26),
                  textcoords="offset points", ha="center", path_effects=style.HALO)  # fmt: skip
    axes.set_xlim(BLANKS[0], 1)
    return figure(
        axes,
        alt="가로축은 모든 프레임에서 공백에 준 확률, 세로축은 숫자 다섯 개를 45프레임에서 읽는 "
        "손실. 곡선은 공백의 확률이 0.9에 가까운 곳에서 가장 낮다.",
    )


# --- the network that reads digit lines


@cache
def trained(seed: int) -> Run:
    """The run of a seed; trained once in a session."""
    return train(seed)


def occupancy(run: Run, iteration: int, line: int) -> Array:
    """γ of one test line: shape (T, C)."""
    log_probs, labels = _one(run, iteration, line)
    slope = ctc_loss_grad(log_probs, labels, [len(log_probs)], [len(labels)], reduction="sum")
    return np.asarray(np.exp(log_probs) - slope)


def _one(run: Run, iteration: int, line: int) -> tuple[Array, list[int]]:
    lines = run.lines
    return run.log_probs[iteration][: lines.widths[line], line], list(lines.labels[line])


def written(labels: tuple[int, ...]) -> str:
    """Labels of a digit line as digits: label k stands for the digit k - 1."""
    return "".join(str(k - 1) for k in labels)


def shortened(digits: str) -> str:
    """What fits into a title."""
    return f"{digits[:8]}…" if len(digits) > 8 else digits or "빈 줄"


def _strip(title: str, cells: Array, ylabel: str, **look: Any) -> Any:
    axes = panel(title=title, xlabel="프레임 t (화소 열)", ylabel=ylabel, wide=True, height=2.7)
    axes.imshow(cells, aspect="auto", vmin=0, vmax=1, **look,
                extent=(0.5, cells.shape[1] + 0.5, len(cells) - 0.5, -0.5))  # fmt: skip
    axes.grid(False)
    return axes


def reading(seed: int = 0, line: int = 0) -> Figure:
    """숫자 줄 위에서 프레임별 확률이 훈련 동안 어떻게 바뀌는지 보는 슬라이더."""
    run = trained(seed)
    frames = []
    truth = written(run.lines.labels[line])
    for iteration in CHECKPOINTS:
        log_probs, labels = _one(run, iteration, line)
        said = shortened(written(greedy_decode(log_probs)))
        loss = ctc_loss(log_probs, labels, [len(log_probs)], [len(labels)], reduction="sum")
        image = run.lines.images[line, :, : len(log_probs)]
        top = _strip("입력: 이어 붙인 손글씨 숫자", image, "화소 행", cmap="Greys")
        top.set_yticks([])
        tables = {
            f"망의 대답 p: {said} (탐욕 해독), 손실 {loss:.1f}": np.exp(log_probs),
            f"정답 {truth}을 알 때의 몫 γ": occupancy(run, iteration, line),
        }
        strips = [_strip(title, cells.T, "기호") for title, cells in tables.items()]
        for axes in strips:
            axes.set_yticks([0, 3, 6, 9], ["∅", "2", "5", "8"])
        alt = f"훈련 {iteration}회 뒤의 프레임별 확률과 정답을 알 때의 몫"
        frames.append(figure(top, *strips, alt=alt))
    slider = Slider("훈련 반복", CHECKPOINTS, 100, format="{:.0f}회")
    return frames_figure(
        frames, slider=slider,
        alt="위: 손글씨 숫자를 이어 붙인 줄. 가운데: 프레임마다 열한 기호의 확률. 아래: 정답을 "
        "알 때 각 기호의 몫. 훈련 초반에는 모든 프레임이 공백에 몰리고, 끝나면 숫자마다 좁은 "
        "봉우리가 하나씩 서며 가운데와 아래가 거의 같아진다.",
    )  # fmt: skip


def accuracies(run: Run) -> Array:
    """Share of characters right, by checkpoint, read greedily."""
    return np.array([character_accuracy(read(run, k), run.lines.labels) for k in CHECKPOINTS])


def read(run: Run, iteration: int) -> list[tuple[int, ...]]:
    """Greedy readings of all test lines."""
    lines = range(len(run.lines.labels))
    return [greedy_decode(_one(run, iteration, line)[0]) for line in lines]


def blank_share(run: Run, iteration: int) -> float:
    """Share of frames in which the blank is the most probable symbol."""
    lines = range(len(run.lines.labels))
    best = [_one(run, iteration, line)[0].argmax(axis=1) for line in lines]
    return float(np.mean(np.concatenate(best) == 0))


def learning() -> Figure:
    """씨앗 셋의 훈련 손실, 글자 정확도, 공백 프레임의 비율."""
    losses = panel(title="훈련 손실", xlabel="반복", ylabel="손실 (nat / 글자)", height=3.6)
    shares = panel(title="읽은 결과", xlabel="반복", ylabel="비율", height=3.6)
    for seed in SEEDS:
        run = trained(seed)
        losses.plot(np.arange(1, len(run.losses) + 1), run.losses, lw=1.4, label=f"씨앗 {seed}")
        color = style.PALETTE[seed]
        right = accuracies(run)
        shares.plot(CHECKPOINTS, right, "o-", color=color, label=f"글자 정확도, 씨앗 {seed}")
        blanks = [blank_share(run, k) for k in CHECKPOINTS]
        shares.plot(CHECKPOINTS, blanks, "s:", color=color, label=f"공백 비율, 씨앗 {seed}")
    losses.axhline(constant_losses(BLANKS).min() / len(ORDINARY), **style.REFERENCE)
    losses.set_ylim(0, 8)
    losses.legend()
    shares.set_ylim(-0.05, 1.05)
    shares.legend(fontsize=9)
    return figure(
        losses, shares,
        alt="왼쪽: 훈련 손실은 몇 번 만에 점선 높이의 평지로 떨어져 한동안 머물다가 다시 떨어진다. "
        "오른쪽: 그 평지에서 공백 비율은 1에 가깝고 글자 정확도는 0이며, 뒤이어 정확도가 1 가까이 "
        "오르고 공백 비율은 0.85 곁에 남는다.",
    )  # fmt: skip


def decoder_tree() -> Figure:
    """프레임 (.6, .4) 두 개의 네 경로와, 경로가 모이는 글자열."""
    paths = {"∅∅": ("", 0.36), "∅a": ("a", 0.24), "a∅": ("a", 0.24), "aa": ("a", 0.16)}
    axes = panel(title="가장 좋은 경로와 가장 좋은 글자열", xlabel="확률", ylabel="글자열",
                 wide=True, height=2.8)  # fmt: skip
    left = {"": 0.0, "a": 0.0}
    for path, (word, probability) in paths.items():
        row = 0 if word else 1
        axes.barh(row, probability, left=left[word], height=0.55,
                  color=style.BLUE if word else style.ORANGE, edgecolor=style.PAPER)  # fmt: skip
        axes.text(left[word] + probability / 2, row, f"{path}\n{probability:g}", ha="center",
                  va="center", color="#ffffff")  # fmt: skip
        left[word] += probability
    axes.set_yticks([0, 1], ["a", "빈 줄"])
    axes.grid(axis="y", visible=False)
    return figure(
        axes,
        alt="빈 줄로 축약되는 경로는 확률 0.36인 하나뿐이고, a로 축약되는 경로는 0.24, 0.24, "
        "0.16의 셋으로 합이 0.64이다. 경로 하나로는 빈 줄이 이기지만 글자열로는 a가 이긴다.",
    )
