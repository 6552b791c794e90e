"""음의 로그 가능도 손실 장의 그림. 훈련한 모델은 `nll_loss_fits`에서 옵니다."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook import nll_loss, nll_loss_grad
from lossbook.plots import nll_loss_fits as fits
from lossbook.plots import style
from lossbook.plots.figure import Figure, figure, panel
from lossbook.plots.nll_loss_fits import Array
from lossbook.plots.slider import Slider, slider_figure

KINDS = ("휴대폰", "우산", "지갑", "이어폰")
SAID = np.array([
    [0.50, 0.20, 0.20, 0.10],
    [0.10, 0.80, 0.05, 0.05],
    [0.20, 0.20, 0.50, 0.10],
    [0.60, 0.10, 0.25, 0.05],
    [0.55, 0.05, 0.20, 0.20],
])  # fmt: skip
"""Probabilities that the model gives to five objects found in one night."""
FOUND = np.array([0, 1, 2, 0, 3])
OBJECTS = [f"{number}: {KINDS[kind]}" for number, kind in enumerate(FOUND, 1)]

NUMBERS = np.array([10, 20, 50, 100, 200, 500, 1000, 2000])
UMBRELLAS = 0.3
THETA = np.arange(1, 200) / 200
LOOKS: dict[str, dict[str, Any]] = {
    name: {"color": color, "ls": dashes}
    for name, color, dashes in zip(fits.INPUTS, style.PALETTE, style.LINES, strict=False)
}
"""One look for each input of the loss, in every figure of the chapter."""


# --- likelihood of a data set


def umbrellas(theta: Array, number: int) -> Array:
    """Mean loss for each θ of `number` objects of which 30 % are umbrellas."""
    x = np.log(np.stack([1 - theta, theta], axis=1))
    is_umbrella = (np.arange(number) < UMBRELLAS * number).astype(int)
    rows = np.stack([nll_loss(x, np.full(len(x), kind), reduction="none") for kind in (0, 1)])
    return np.asarray(rows[is_umbrella].mean(axis=0))


def likelihoods() -> Figure:
    """우산이 30 %인 자료의 가능도와 평균 손실. 슬라이더로 자료의 수를 바꿉니다."""
    means = np.array([umbrellas(THETA, number) for number in NUMBERS])
    best = means.min(axis=1)
    with np.errstate(under="ignore"):
        relative = np.exp(-NUMBERS[:, np.newaxis] * (means - best[:, np.newaxis]))
        products = np.exp(-NUMBERS * best)
    slider = Slider(
        "주운 물건의 수 N", NUMBERS, start=10, format="{:.0f}",
        readout=[
            f"가장 큰 가능도 {product:.0e}, 그때의 평균 손실 {mean:.4f}".replace("-", "−")
            for product, mean in zip(products, best, strict=True)
        ],
    )  # fmt: skip
    left = panel(title="가능도", xlabel="우산일 확률 θ", ylabel="가장 큰 값으로 나눈 가능도")
    slider.line(left, THETA, relative, label="가능도")
    left.axvline(UMBRELLAS, **style.REFERENCE)
    left.set_ylim(-0.05, 1.1)
    left.legend(loc="upper right")
    right = panel(title="평균 손실", xlabel="우산일 확률 θ", ylabel="평균 손실 (nat)")
    slider.line(right, THETA, means, color=style.ORANGE, ls=style.LINES[1], label="평균 손실")
    right.axvline(UMBRELLAS, **style.REFERENCE)
    right.set_ylim(0.4, 2.4)
    right.legend(loc="upper center")
    return slider_figure(
        left, right, slider=slider,
        alt="왼쪽: 우산일 확률 θ에 따른 가능도. θ = 0.3에서 가장 크고 자료가 많아질수록 봉우리가 "
        "좁아진다. 오른쪽: 평균 손실은 θ = 0.3에서 가장 작고 자료의 수가 바뀌어도 그대로다.",
    )  # fmt: skip


PRECISIONS: dict[str, type[np.floating[Any]]] = {
    "float16의 곱": np.float16, "float32의 곱": np.float32, "float64의 곱": np.float64,
}  # fmt: skip
NIGHT = (0.5, 0.8, 0.5)
"""Probabilities that model A gives to the right answers of one night."""
NIGHTS = 600


def products(dtype: type[np.floating[Any]]) -> Array:
    """밤마다 세 확률을 하나씩 곱해 나간 값. 이 정밀도로 계산합니다."""
    return np.asarray(np.multiply.accumulate(np.tile(np.array(NIGHT, dtype), NIGHTS)))


def underflow() -> Figure:
    """물건이 늘어날 때 가능도의 곱과 로그의 합."""
    number = np.arange(1, 3 * NIGHTS + 1)
    axes = panel(
        title="밤마다 0.5, 0.8, 0.5를 곱하면", xlabel="물건의 수",
        ylabel="가능도의 로그 (nat)", wide=True,
    )  # fmt: skip
    axes.plot(number, np.cumsum(np.log(np.tile(NIGHT, NIGHTS))), color=style.GREY, lw=6,
              alpha=0.35, ls="-", label="로그의 합")  # fmt: skip
    for name, dtype in PRECISIONS.items():
        product = products(dtype).astype(np.float64)
        alive = product > 0
        (line,) = axes.plot(number[alive], np.log(product[alive]), label=name)
        end = number[alive][-1], np.log(product[alive][-1])
        axes.plot(*end, "x", color=line.get_color(), ms=9, mew=2.5)
        axes.annotate(f"{end[0] + 1}개째에 0", end, (8, 6), textcoords="offset points",
                      path_effects=style.HALO)  # fmt: skip
    axes.set_xlim(-30, 1900)
    axes.legend(loc="lower left")
    return figure(
        axes,
        alt="가로축은 물건의 수, 세로축은 가능도의 로그. 로그의 합은 직선으로 끝까지 내려간다. "
        "float16, float32, float64로 곱한 값은 차례로 50개, 200개, 1400개에 못 미쳐 "
        "0이 되어 선이 끊긴다.",
    )


# --- the gather and its gradient


def _table(axes: Any, values: Array, format: str) -> None:
    """A heat map with the number in each cell and a frame around the right answers."""
    bound = np.abs(values).max()
    image = axes.imshow(values, cmap="cividis", vmin=-bound, vmax=bound, aspect="auto")
    axes.grid(False)
    for row, column in np.ndindex(values.shape):
        color = style.ink_on(image.cmap(image.norm(values[row, column])))
        text = f"{values[row, column]:{format}}".replace("-", "−")
        axes.text(column, row, text, ha="center", va="center", color=color, fontsize=10.5)
    for row, column in enumerate(FOUND):
        square = np.array([[-0.44, 0.44, 0.44, -0.44, -0.44], [-0.44, -0.44, 0.44, 0.44, -0.44]])
        axes.plot(column + square[0], row + square[1], color=style.ORANGE, ls="-", lw=2.6,
                  label="_정답")  # fmt: skip
    axes.set_xticks(range(len(KINDS)), KINDS)
    axes.set_yticks(range(len(OBJECTS)), OBJECTS)


def gradients() -> Figure:
    """로그 확률 표, 손실의 기울기, 로그 소프트맥스를 거친 기울기."""
    x = np.log(SAID)
    slope = nll_loss_grad(x, FOUND)
    names = {
        "로그 확률 x": (x, ".2f"),
        "x에 대한 기울기": (slope, "+.2f"),
        "로짓에 대한 기울기": (fits.through_log_softmax(x, slope), "+.2f"),
    }
    panels = []
    for title, (values, format) in names.items():
        axes = panel(title=title, xlabel="종류", ylabel="물건 (주황 칸이 정답)", height=3.4)
        _table(axes, values + 0.0, format)
        panels.append(axes)
    return figure(
        *panels,
        alt="물건 다섯 줄, 종류 네 칸의 표 셋. 로그 확률 표, 정답 칸에만 −0.20이 있는 기울기 표, "
        "모든 칸에 값이 있고 줄의 합이 0인 로짓의 기울기 표.",
    )


PROBABILITY = np.linspace(0.002, 0.998, 250)


def pulls() -> Figure:
    """손실에 넣은 것에 따라 정답의 로짓을 올리는 힘."""
    gap = np.log(PROBABILITY / (1 - PROBABILITY))
    z = np.stack([gap, np.zeros_like(gap)], axis=1)
    labels = np.zeros(len(z), dtype=int)
    p = np.stack([PROBABILITY, 1 - PROBABILITY], axis=1)
    slope = nll_loss_grad(z, labels, reduction="sum")
    forces = {
        "log_softmax(z)": fits.through_log_softmax(np.log(p), slope),
        "softmax(z)": p * (slope - (p * slope).sum(axis=1, keepdims=True)),
        "z 그대로": slope,
    }
    axes = panel(
        title="정답의 로짓을 올리는 힘", xlabel="정답에 준 확률", ylabel="기울기의 크기", wide=True
    )
    for name, force in forces.items():
        axes.plot(PROBABILITY, -force[:, 0], label=name, **LOOKS[name])
    axes.set_ylim(-0.05, 1.3)
    axes.legend(loc="upper right", ncols=3)
    return figure(
        axes,
        alt="가로축은 정답에 준 확률, 세로축은 기울기의 크기. 로그 확률을 넣으면 1에서 0으로 곧게 "
        "줄고, 확률을 넣으면 양쪽 끝에서 0인 언덕이고, 로짓을 넣으면 언제나 1이다.",
    )


# --- what 'mean' divides by


RARE_WEIGHTS = np.arange(1, 31)


def shares() -> Figure:
    """이어폰의 가중치에 따라 물건 다섯이 평균에서 차지하는 몫."""
    x = np.log(SAID)
    weights = [np.array([1.0, 1.0, 1.0, weight]) for weight in RARE_WEIGHTS]
    share = np.array([-nll_loss_grad(x, FOUND, w)[np.arange(5), FOUND] for w in weights])
    mean = np.array([nll_loss(x, FOUND, w) for w in weights])
    total = np.array([nll_loss(x, FOUND, w, reduction="sum") for w in weights])
    slider = Slider(
        "이어폰의 가중치", RARE_WEIGHTS, start=1, format="{:.0f}",
        readout=[
            f"합 {s:.3f} ÷ 무게의 합 {w.sum() + 1:.0f} = 평균 {m:.3f}"
            for s, w, m in zip(total, weights, mean, strict=True)
        ],
    )  # fmt: skip
    left = panel(title="평균에서 차지하는 몫", xlabel="물건", ylabel="몫")
    slider.bars(left, np.arange(5), share, label="몫")
    left.set_xticks(range(5), [KINDS[kind] for kind in FOUND])
    left.set_ylim(0, 1)
    left.legend(loc="upper left")
    right = panel(title="무엇으로 나누었나", xlabel="이어폰의 가중치", ylabel="손실 (nat)")
    right.plot(RARE_WEIGHTS, mean, color=style.BLUE, ls="-", label="무게의 합 ('mean')")
    right.plot(RARE_WEIGHTS, total / 5, color=style.ORANGE, ls=style.LINES[1], label="물건의 수 5")
    slider.points(right, RARE_WEIGHTS[:, np.newaxis], mean[:, np.newaxis], label="_지금")
    rare = nll_loss(x, FOUND, reduction="none").max()
    right.axhline(rare, **style.REFERENCE, label="이어폰의 벌점")
    right.set_ylim(0, 15)
    right.legend(loc="upper left")
    return slider_figure(
        left, right, slider=slider,
        alt="왼쪽: 이어폰의 가중치를 올리면 이어폰의 막대는 1에 다가가고 나머지 네 막대는 0에 "
        "다가간다. 오른쪽: 무게의 합으로 나눈 평균은 이어폰의 벌점 아래에서 평평해지고, "
        "물건의 수로 나눈 값은 곧게 올라간다.",
    )  # fmt: skip


SIZES = 2 ** np.arange(11)
RARE_SHARE = 0.05
RARE_WEIGHT = 20.0


def batches() -> Figure:
    """묶음의 크기에 따라 드문 물건 하나가 실제로 받는 무게."""
    real = [fits.weight_in_batches(int(size), RARE_SHARE, RARE_WEIGHT) for size in SIZES]
    axes = panel(
        title="가중치 20이 실제로 몇 배인가", xlabel="묶음의 크기",
        ylabel="흔한 물건 하나의 몇 배", wide=True,
    )  # fmt: skip
    axes.semilogx(SIZES, real, marker="o", base=2, label="묶음마다 무게의 합으로 나눔")
    axes.axhline(RARE_WEIGHT, label="묶음마다 물건의 수로 나눔", color=style.ORANGE,
                 ls=style.LINES[1])  # fmt: skip
    axes.set_xticks(SIZES[::2], [str(size) for size in SIZES[::2]])
    axes.set_ylim(0, 23)
    axes.legend(loc="lower right")
    return figure(
        axes,
        alt="가로축은 묶음의 크기, 세로축은 드문 물건 하나가 흔한 물건 하나의 몇 배로 세어지는지. "
        "무게의 합으로 나누면 크기 1에서 1배이고 천천히 20배에 다가간다. "
        "물건의 수로 나누면 언제나 20배다.",
    )


# --- training and real data


def training() -> Figure:
    """손실에 무엇을 넣느냐에 따른 훈련 손실과 시험 정확도. 씨앗마다 선 하나."""
    step = np.arange(fits.STEPS + 1)
    losses = panel(title="훈련 손실", xlabel="걸음", ylabel="손실", height=3.8)
    accuracy = panel(title="시험 정확도", xlabel="걸음", ylabel="맞힌 비율", height=3.8)
    for name, look in LOOKS.items():
        for seed in fits.SEEDS:
            run = fits.trained(name, seed)
            label = name if seed == 0 else f"_{name}, 씨앗 {seed}"
            losses.plot(step, run.losses, label=label, lw=1.6, **look)
            accuracy.plot(step, run.accuracy, label=label, lw=1.6, **look)
    losses.set_ylim(-8, 8)
    losses.axhline(0, **style.REFERENCE)
    losses.legend(loc="lower right")
    accuracy.set_ylim(-0.55, 1.03)
    accuracy.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1])
    accuracy.legend(loc="lower right")
    return figure(
        losses, accuracy,
        alt="왼쪽: 로그 확률을 넣은 훈련 손실은 2.3에서 0 쪽으로 내려간다. 확률을 넣으면 -1과 0 "
        "사이에 머물고, 로짓을 넣으면 끝없이 내려가며, 축을 틀리면 6.4에서 시작한다. "
        "오른쪽: 정확도는 로그 확률이 가장 높고, 로짓은 몇 걸음 만에 멈춘다.",
    )  # fmt: skip


def class_weight() -> Figure:
    """드문 클래스의 가중치를 옮기며 보는 확률, 재현율, 정밀도."""
    reports = [fits.report(0, float(weight)) for weight in fits.WEIGHTS]
    said = np.array([r.said for r in reports])
    labels = fits.visits()[1][fits.halves(0)[1]]
    truth = np.bincount(labels, minlength=3) / len(labels)
    slider = Slider(
        "'10회 이상'의 가중치", fits.WEIGHTS, start=1, format="{:g}",
        readout=[
            f"시험 손실 {r.loss:.3f}, 가중치를 되돌리면 {r.undone:.3f}" for r in reports
        ],
    )  # fmt: skip
    left = panel(title="말한 확률의 평균", xlabel="한 해 진료 횟수", ylabel="확률")
    slider.bars(left, np.arange(3), said, label="모델이 말한 확률")
    left.plot(np.arange(3), truth, "D", color=style.INK, ms=8, label="실제 비율")
    left.set_xticks(range(3), fits.VISITS)
    left.set_ylim(0, 0.95)
    left.legend(loc="upper right")
    right = panel(title="10회 이상을 얼마나 찾아내나", xlabel="가중치", ylabel="비율")
    recall, precision = (np.array([getattr(r, name) for r in reports])
                         for name in ("recall", "precision"))  # fmt: skip
    right.semilogx(fits.WEIGHTS, recall, label="재현율", color=style.BLUE, ls=style.LINES[0])
    right.semilogx(fits.WEIGHTS, precision, label="정밀도", color=style.ORANGE, ls=style.LINES[1])
    at = fits.WEIGHTS[:, np.newaxis]
    slider.points(right, at, recall[:, np.newaxis], color=style.BLUE, label="_재현율")
    slider.points(right, at, precision[:, np.newaxis], color=style.ORANGE, label="_정밀도")
    right.set_xticks([1, 2, 5, 10, 20, 50])
    right.set_ylim(-0.03, 1.03)
    right.legend(loc="upper left")
    return slider_figure(
        left, right, slider=slider,
        alt="왼쪽: 가중치를 올리면 10회 이상의 막대가 실제 비율 0.06을 훌쩍 넘어 0.7까지 커진다. "
        "오른쪽: 재현율은 0에서 1로 오르고 정밀도는 내려간다.",
    )  # fmt: skip
