"""교차 엔트로피 손실의 그림."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np

from lossbook import cross_entropy, cross_entropy_grad
from lossbook.plots import style
from lossbook.plots.figure import Figure, figure, panel
from lossbook.plots.links import softmax
from lossbook.plots.slider import Slider, slider_figure

Array = np.ndarray[Any, np.dtype[Any]]

TRUTH = 0.7
CLASSES = 10
SMOOTHING = 0.1
FLOOR = float(np.log1p((CLASSES - 1) / np.e))
"""Smallest loss that probabilities fed as logits can reach."""


def logarithmic(probability: Array) -> Array:
    """Cross entropy of a model that gives the right one of two classes this probability."""
    logits = np.log(np.stack([probability, 1 - probability], axis=1))
    right = np.zeros(len(probability), dtype=int)
    return np.asarray(cross_entropy(logits, right, reduction="none"))


def penalties() -> Figure:
    """벌점을 정하는 세 방법과, 각 방법에서 가장 이로운 대답."""
    said = np.linspace(0.002, 0.998, 250)
    rules: dict[str, Callable[[Array], Array]] = {
        "로그 -ln p": logarithmic,
        "제곱 (1 - p)²": lambda p: (1 - p) ** 2,
        "직선 1 - p": lambda p: 1 - p,
    }
    left = panel(title="벌점을 정하는 세 방법", xlabel="정답에 준 확률 p", ylabel="벌점", height=3.4)
    right = panel(
        title="비가 올 확률이 70 %일 때의 평균 벌점", xlabel="비가 온다고 말한 확률",
        ylabel="평균 벌점",
        height=3.4,
    )  # fmt: skip
    for name, rule in rules.items():
        left.plot(said, rule(said), label=name)
        mean = TRUTH * rule(said) + (1 - TRUTH) * rule(1 - said)
        (line,) = right.plot(said, mean, label=name)
        lowest = np.argmin(mean)
        right.plot(said[lowest], mean[lowest], "o", color=line.get_color(), clip_on=False)
    right.axvline(TRUTH, **style.REFERENCE)
    left.set_ylim(-0.1, 4.2)
    right.set_ylim(0, 2.1)
    left.legend()
    right.legend(loc="upper center")
    return figure(
        left, right,
        alt="왼쪽: 정답에 준 확률이 0에 가까워지면 로그 벌점은 끝없이 커지고, 제곱과 직선의 "
        "벌점은 1에 머문다. 오른쪽: 비가 올 확률이 0.7일 때 로그와 제곱의 평균 벌점은 0.7이라고 "
        "말할 때 가장 작고, 직선의 평균 벌점은 1이라고 말할 때 가장 작다.",
    )  # fmt: skip


WEATHER = ("맑음", "흐림", "비", "눈")
RATIO = np.array([1 / 2, 1 / 4, 1 / 8, 1 / 8])
CLEAR = np.arange(1, 50) / 50


def bits(probabilities: Array, target: Any) -> Array:
    """Cross entropy in bits, one value per row of the model's probabilities."""
    nats = cross_entropy(np.log(probabilities), target, reduction="none")
    return np.asarray(nats / np.log(2))


def code_lengths() -> Figure:
    """모델의 확률로 지은 부호의 길이. 너비가 날씨의 비율이라 넓이가 평균 길이입니다."""
    others = RATIO[1:] / RATIO[1:].sum()
    said = np.column_stack([CLEAR, (1 - CLEAR)[:, np.newaxis] * others])
    lengths = np.stack([bits(said, np.full(len(said), c)) for c in range(4)], axis=1)
    mean, entropy = bits(said, np.tile(RATIO, (len(said), 1))), bits(RATIO, RATIO)
    readout = [
        f"평균 {value:.3f} bit = 엔트로피 {entropy:.3f} + 낭비 {value - entropy:.3f}" for value in mean
    ]
    slider = Slider("모델이 말한 맑음의 확률", CLEAR, start=0.2, format="{:.2f}", readout=readout)
    boxes = panel(
        title="칠한 넓이가 평균 길이", xlabel="너비: 날씨의 비율 P", ylabel="높이: 부호의 길이 (bit)"
    )
    edges = np.concatenate([[0], np.cumsum(RATIO)])
    for c in range(4):
        high = np.repeat(lengths[:, c : c + 1], 2, axis=1)
        slider.area(
            boxes, edges[c : c + 2], 0 * high, high, color=style.BLUE, alpha=0.4, label="모델의 부호"
        )
    own = np.repeat(-np.log2(RATIO), 2)
    boxes.plot(np.repeat(edges, 2)[1:-1], own, **style.REFERENCE, label="P에 맞춘 부호")
    for edge in edges[1:-1]:
        boxes.axvline(edge, color=style.INK, lw=0.6, label="_")
    boxes.set_xticks((edges[:-1] + edges[1:]) / 2, WEATHER)
    boxes.grid(False, axis="x")
    boxes.set_xlim(0, 1)
    boxes.set_ylim(0, 8)
    boxes.legend(*(found[-2:] for found in boxes.get_legend_handles_labels()), loc="upper left")
    curve = panel(title="평균 길이", xlabel="모델이 말한 맑음의 확률", ylabel="평균 길이 (bit)")
    curve.plot(CLEAR, mean, label="교차 엔트로피")
    curve.axhline(entropy, **style.REFERENCE, label="엔트로피 1.75")
    slider.points(curve, CLEAR[:, np.newaxis], mean[:, np.newaxis], color=style.BLUE, label="_")
    curve.set_ylim(1.4, 4.4)
    curve.legend(loc="upper center")
    return slider_figure(
        boxes, curve,
        slider=slider,
        alt="왼쪽: 너비가 맑음 1/2, 흐림 1/4, 비 1/8, 눈 1/8인 네 막대. 높이는 모델의 확률로 지은 부호의 "
        "길이다. 맑음의 확률을 키우면 맑음의 막대는 낮아지고 나머지 셋은 높아진다. 오른쪽: 넓이의 합인 "
        "평균 길이. 맑음의 확률이 0.5일 때 1.75 bit로 가장 작다.",
    )  # fmt: skip


CORNERS = np.array([[0.5, np.sqrt(3) / 2], [0.0, 0.0], [1.0, 0.0]])
"""Places of 고양이 (the right class), 개 and 새 in the triangle of probabilities."""
LEVELS = (0.0, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
ARROW = 0.25
STARTS = np.array([[0.02, 0.96, 0.02], [0.02, 0.7, 0.28], [0.02, 0.28, 0.7], [0.1, 0.1, 0.8]])
RATE, STEPS = 0.5, 40


def gradient(probabilities: Array) -> Array:
    """Gradient at logits with these probabilities; the first class is right."""
    right = np.zeros(len(probabilities), dtype=int)
    return np.asarray(cross_entropy_grad(np.log(probabilities), right, reduction="sum"))


def descent(start: Array) -> Array:
    """Probabilities along gradient descent on the logits, the first class being right."""
    logits = np.log(start)[np.newaxis]
    path = [softmax(logits)[0]]
    for _ in range(STEPS):
        logits = logits - RATE * cross_entropy_grad(logits, [0])
        path.append(softmax(logits)[0])
    return np.array(path)


def grid() -> Array:
    """Probabilities of three classes in steps of 1/8, corners and edges left out."""
    steps = range(1, 7)
    return np.array([(a, b, 8 - a - b) for a in steps for b in steps if a + b < 8]) / 8


def _triangle(title: str) -> Any:
    axes = panel(
        title=title, xlabel="왼쪽 꼭짓점: 개 100 %, 오른쪽 꼭짓점: 새 100 %",
        ylabel="위 꼭짓점: 고양이(정답) 100 %", height=4.2,
    )  # fmt: skip

    colors = mpl.colormaps["cividis_r"](np.linspace(0.05, 0.95, len(LEVELS)))
    shares = np.exp(-np.array([*LEVELS, np.inf]))
    for color, level, high, low in zip(colors, LEVELS, shares, shares[1:], strict=False):
        band = [(high, 1 - high, 0), (high, 0, 1 - high), (low, 0, 1 - low), (low, 1 - low, 0)]
        axes.fill(*(np.array(band) @ CORNERS).T, color=color, linewidth=0, **style.MAP)
        if low > 0.04:
            at = np.array([(low, 0, 1 - low)]) @ CORNERS
            following = LEVELS[LEVELS.index(level) + 1]
            axes.annotate(f"{following:g}", at[0], (5, 0), textcoords="offset points", va="center")
    axes.set_aspect("equal", anchor="S")
    axes.set_xlim(-0.03, 1.08)
    axes.set_ylim(-0.03, 0.89)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return axes


def simplex() -> Figure:
    """세 클래스의 확률 삼각형: 손실의 띠, 기울기의 화살표, 경사 하강법의 길."""
    arrows = _triangle("손실과 당기는 방향")
    shares = grid()
    at, pull = shares @ CORNERS, -ARROW * gradient(shares) @ CORNERS
    arrows.quiver(
        *at.T, *pull.T, angles="xy", scale_units="xy", scale=1, color="white", width=0.008,
        edgecolor="black", linewidth=0.5,
    )  # fmt: skip
    paths = _triangle("경사 하강법이 지나간 길")
    for start in STARTS:
        walked = descent(start) @ CORNERS
        paths.plot(*walked.T, "o-", color="white", mec="black", mew=0.5, ms=3.5, lw=1, label="_")
    return figure(
        arrows, paths,
        alt="꼭짓점이 고양이(정답), 개, 새인 확률 삼각형 두 개. 손실의 띠는 가로로 누워 있고 위로 "
        "갈수록 손실이 작다. 왼쪽: 기울기를 뒤집은 화살표는 모두 정답 꼭짓점을 향하고, "
        "멀수록 길다. 오른쪽: 로짓을 움직이는 경사 하강법의 길은 휘어 있고 점 사이의 "
        "간격이 처음에는 짧다.",
    )  # fmt: skip


GAPS = np.linspace(-10, 10, 201)
TICKS = (-10, -5, 0, 5, 10)


def gap_logits(gap: Array) -> Array:
    """Logits whose first entry is `gap`, the other nine being 0."""
    logits = np.zeros((len(gap), CLASSES))
    logits[:, 0] = gap
    return logits


def loss_of_gap(gap: Array, kind: str) -> tuple[Array, Array]:
    """Loss and its derivative along the right logit: 'ce', 'double' or 'smooth'."""
    logits, right = gap_logits(gap), np.zeros(len(gap), dtype=int)
    if kind == "double":
        p = softmax(logits)
        inner = cross_entropy_grad(p, right, reduction="sum")
        slope = p * (inner - np.sum(p * inner, axis=1, keepdims=True))
        return np.asarray(cross_entropy(p, right, reduction="none")), slope[:, 0]
    ε = SMOOTHING if kind == "smooth" else 0.0
    value = cross_entropy(logits, right, reduction="none", label_smoothing=ε)
    slope = cross_entropy_grad(logits, right, reduction="sum", label_smoothing=ε)
    return np.asarray(value), np.asarray(slope)[:, 0]


NAMES = {"ce": "교차 엔트로피", "double": "소프트맥스 두 번", "smooth": "레이블 스무딩 0.1"}


def gap() -> Figure:
    """정답 로짓과 나머지의 차에 따른 손실과 기울기, 클래스 10개."""
    axis = "정답 로짓 - 나머지 로짓"
    value = panel(title="손실", xlabel=axis, ylabel="손실 (nat)", height=3.6)
    slope = panel(title="정답 로짓에 대한 기울기", xlabel=axis, ylabel="기울기", height=3.6)
    for kind, name in NAMES.items():
        losses, slopes = loss_of_gap(GAPS, kind)
        value.plot(GAPS, losses, label=name)
        slope.plot(GAPS, slopes, label=name)
    best = np.log((1 - SMOOTHING) / (SMOOTHING / CLASSES) + 1)
    lowest, _ = loss_of_gap(np.array([best]), "smooth")
    value.plot(best, lowest[0], "o", color=style.TEAL, label="_")
    value.annotate(
        f"최소: {best:.2f}", (best, lowest[0]), (0, -26), textcoords="offset points", ha="center",
        path_effects=style.HALO,
    )  # fmt: skip
    value.axhline(FLOOR, **style.REFERENCE)
    slope.axhline(0, **style.REFERENCE)
    value.set_ylim(-1.6, 8.5)
    slope.set_ylim(-1.1, 0.8)
    for axes in (value, slope):
        axes.set_xticks(TICKS)
    value.legend(loc="upper right")
    slope.legend(loc="upper left")
    return figure(
        value, slope,
        alt="왼쪽: 로짓의 차가 커지면 교차 엔트로피는 0으로, 소프트맥스를 두 번 쓴 손실은 바닥 "
        "1.46으로 내려가고, 레이블 스무딩은 4.51에서 가장 작다가 다시 오른다. 오른쪽: 차가 "
        "크게 음수일 때 교차 엔트로피의 기울기는 -1에 가깝지만 소프트맥스 두 번의 기울기는 0이다.",
    )  # fmt: skip


ANIMALS = ("고양이", "개", "새", "말")
LOGITS = np.array([2.0, 1.0, 0.0, -1.0])
TEMPERATURES = np.geomspace(0.25, 4, 41)


def temperature() -> Figure:
    """온도를 바꾸면 확률과 손실이 어떻게 되는지 보는 슬라이더."""
    scaled = LOGITS / TEMPERATURES[:, np.newaxis]
    losses = {
        name: np.asarray(cross_entropy(scaled, np.full(41, label), reduction="none"))
        for label, name in enumerate(ANIMALS[:3])
    }
    readout = [
        "손실: " + ", ".join(f"정답이 {name}면 {row[k]:.3f}" for name, row in losses.items())
        for k in range(41)
    ]
    slider = Slider("온도 T", TEMPERATURES, start=1.0, format="{:.2f}", readout=readout)
    bars = panel(title="로짓을 T로 나눈 뒤의 확률", xlabel="클래스", ylabel="확률")
    slider.bars(bars, np.arange(4), softmax(scaled), width=0.6, label="확률")
    bars.set_xticks(range(4), ANIMALS)
    bars.set_ylim(0, 1.05)
    curves = panel(title="정답에 따른 손실", xlabel="온도 T (로그 눈금)", ylabel="손실 (nat)")
    curves.set_xscale("log")
    for name, row in losses.items():
        (line,) = curves.plot(TEMPERATURES, row, label=f"정답이 {name}")
        slider.points(
            curves, TEMPERATURES[:, np.newaxis], row[:, np.newaxis], color=line.get_color(),
            label="_",
        )  # fmt: skip
    curves.axhline(np.log(4), **style.REFERENCE)
    curves.set_ylim(-0.2, 8.5)
    curves.set_xlim(0.2, 5)
    curves.set_xticks([0.25, 0.5, 1, 2, 4])
    curves.legend()
    return slider_figure(
        bars, curves,
        slider=slider,
        alt="온도를 낮추면 가장 큰 로짓인 고양이의 막대가 1에 가까워지고, 높이면 네 막대가 고르게 "
        "된다. 정답이 고양이면 온도가 낮을수록, 개나 새면 온도가 높을수록 손실이 작아지는 쪽이며, "
        "온도가 높으면 모두 점선 ln 4에 가까워진다.",
    )  # fmt: skip


SHARES = np.arange(1, 26) * 0.02


def smoothing() -> Figure:
    """스무딩의 몫을 바꾸면 목표와 손실의 골짜기가 어떻게 옮겨 가는지 보는 슬라이더."""
    targets = np.tile((SHARES / CLASSES)[:, np.newaxis], CLASSES)
    targets[:, 0] += 1 - SHARES
    right = np.zeros(len(GAPS), dtype=int)
    losses = np.array([
        cross_entropy(gap_logits(GAPS), right, reduction="none", label_smoothing=share)
        for share in SHARES
    ])  # fmt: skip
    best = np.log(targets[:, 0] / targets[:, 1])
    lowest = np.array([
        cross_entropy(gap_logits(at[np.newaxis]), [0], label_smoothing=share)
        for at, share in zip(best, SHARES, strict=True)
    ])  # fmt: skip
    readout = [
        f"가장 좋은 차 {at:.2f}, 그때의 손실 {low:.3f}"
        for at, low in zip(best, lowest, strict=True)
    ]
    slider = Slider("스무딩 ε", SHARES, start=0.1, format="{:.2f}", readout=readout)
    bars = panel(title="목표 확률", xlabel="클래스 (0번이 정답)", ylabel="목표 확률")
    slider.bars(bars, np.arange(CLASSES), targets, width=0.7, label="목표")
    bars.set_ylim(0, 1.02)
    bars.set_xticks(range(CLASSES))
    curve = panel(title="손실", xlabel="정답 로짓 - 나머지 로짓", ylabel="손실 (nat)")
    plain, _ = loss_of_gap(GAPS, "ce")
    curve.plot(GAPS, plain, label="스무딩 없음", **style.REFERENCE)
    slider.line(curve, GAPS, losses, color=style.TEAL, linestyle="-", label="스무딩 ε")
    slider.points(curve, best[:, np.newaxis], lowest[:, np.newaxis], color=style.TEAL, label="_")
    curve.set_ylim(-0.3, 8.5)
    curve.set_xticks(TICKS)
    curve.legend(loc="upper right")
    return slider_figure(
        bars, curve,
        slider=slider,
        alt="왼쪽: 정답 하나와 나머지 아홉 클래스의 목표 확률. 오른쪽: 로짓의 차에 따른 손실. ε을 "
        "키우면 정답의 목표가 낮아지고, 손실의 골짜기가 왼쪽으로 옮겨 가며 높아진다.",
    )  # fmt: skip


SEEDS = (0, 1, 2, 3, 4)
TRAINED_ON, UPDATES = 500, 200


class Run(NamedTuple):
    """One training: the objective at every update, and the answers on the test digits."""

    losses: Array
    logits: Array
    labels: Array


@cache
def trained(kind: str, seed: int) -> Run:
    """One small network on 500 digits; kind is 'ce', 'double' or 'smooth'."""
    import torch
    import torch.nn.functional as F
    from sklearn.datasets import load_digits

    digits = load_digits()
    order = np.random.default_rng(seed).permutation(len(digits.target))
    x = torch.tensor(digits.data[order] / 16)
    y = torch.tensor(digits.target[order])
    torch.manual_seed(seed)
    network = torch.nn.Sequential(
        torch.nn.Linear(64, 32, dtype=torch.float64), torch.nn.ReLU(),
        torch.nn.Linear(32, CLASSES, dtype=torch.float64),
    )  # fmt: skip
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    losses = []
    for _ in range(UPDATES):
        logits = network(x[:TRAINED_ON])
        if kind == "double":
            logits = logits.softmax(dim=1)
        ε = SMOOTHING if kind == "smooth" else 0.0
        loss = F.cross_entropy(logits, y[:TRAINED_ON], label_smoothing=ε)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    with torch.no_grad():
        held_out = network(x[TRAINED_ON:])
    return Run(np.array(losses), held_out.numpy(), y[TRAINED_ON:].numpy())


def answers(kind: str) -> tuple[Array, Array]:
    """Confidence of every test answer of all seeds, and whether it was right."""
    runs = [trained(kind, seed) for seed in SEEDS]
    confidence = np.concatenate([softmax(run.logits).max(axis=1) for run in runs])
    right = np.concatenate([run.logits.argmax(axis=1) == run.labels for run in runs])
    return confidence, right


def reliability(confidence: Array, right: Array, bins: int = 10) -> tuple[Array, Array, Array]:
    """Mean confidence, share of right answers and number of answers of each non-empty bin."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    counts = np.bincount(place, minlength=bins)
    used = counts > 0
    said = np.bincount(place, confidence, bins)[used] / counts[used]
    came = np.bincount(place, right, bins)[used] / counts[used]
    return said, came, counts[used]


def calibration_error(confidence: Array, right: Array) -> float:
    """Mean distance between confidence and accuracy, bins weighted by their answers."""
    said, came, counts = reliability(confidence, right)
    return float(np.abs(said - came) @ counts / counts.sum())


FEWEST = 20


def training() -> Figure:
    """손글씨 숫자에서 세 손실의 학습 곡선과 신뢰도 그림."""
    curves = panel(title="훈련 손실", xlabel="갱신 횟수", ylabel="자기 손실 (nat)", height=3.8)
    honest = panel(
        title="말한 확률과 맞힌 비율", xlabel="말한 확률", ylabel="맞힌 비율", height=3.8
    )
    colors = dict(zip(NAMES, (style.BLUE, style.ORANGE, style.TEAL), strict=True))
    dashes = dict(zip(NAMES, style.LINES, strict=False))
    for kind, name in NAMES.items():
        for seed in SEEDS:
            curves.plot(
                trained(kind, seed).losses, color=colors[kind], linestyle=dashes[kind], lw=1.3,
                label=name if seed == SEEDS[0] else "_",
            )  # fmt: skip
        said, came, counts = reliability(*answers(kind))
        enough = counts >= FEWEST
        honest.plot(
            said[enough], came[enough], color=colors[kind], linestyle=dashes[kind],
            marker="ovs"[list(NAMES).index(kind)], label=name,
        )  # fmt: skip
    curves.axhline(FLOOR, **style.REFERENCE)
    curves.annotate(
        f"바닥 {FLOOR:.4f}", (UPDATES, FLOOR), (0, -11), textcoords="offset points", ha="right",
        path_effects=style.HALO,
    )  # fmt: skip
    honest.plot([0, 1], [0, 1], label="_", **style.REFERENCE)
    curves.set_ylim(-0.05, 2.6)
    honest.set_ylim(0, 1.03)
    curves.legend(loc="upper right", ncols=1)
    honest.legend(loc="lower right")
    return figure(
        curves, honest,
        alt="왼쪽: 씨앗 다섯 개의 훈련 손실. 교차 엔트로피는 0 가까이, 레이블 스무딩은 0.5 가까이 "
        "내려가고, 소프트맥스를 두 번 쓴 손실은 바닥 1.4612를 넘지 못한다. 오른쪽: 말한 확률과 "
        "맞힌 비율. 레이블 스무딩의 곡선은 대각선 위에, 소프트맥스 두 번의 곡선은 아래에 있다.",
    )  # fmt: skip
