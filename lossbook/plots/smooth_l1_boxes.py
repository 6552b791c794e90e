"""스무스 L1 장의 계산: 상자 네 수, 두 상자가 겹친 비율, 숫자 찾기 실험."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from lossbook import smooth_l1_loss, smooth_l1_loss_grad

Array = np.ndarray[Any, np.dtype[Any]]


def smooth_l1(error: Array, beta: float) -> Array:
    """Smooth L1 loss of each error."""
    return np.asarray(smooth_l1_loss(error, np.zeros_like(error), "none", beta))


def pull(error: Array, beta: float) -> Array:
    """Derivative of the Smooth L1 loss at each error."""
    return np.asarray(smooth_l1_loss_grad(error, np.zeros_like(error), "none", beta))


def best_number(labels: Array, beta: float) -> float:
    """The number whose Smooth L1 loss against the labels is smallest: bisection on the gradient."""
    low, high = float(labels.min()), float(labels.max())
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if pull(middle - labels, beta).sum() > 0 else (middle, high)
    return (low + high) / 2


# --- boxes: center x, center y, width, height


STD = np.array([0.1, 0.1, 0.2, 0.2])
"""What Fast R-CNN's successors divide the four offsets by."""


def encode(box: Array, anchor: Array) -> Array:
    """상자를 앵커에서 잰 네 오프셋 (t_x, t_y, t_w, t_h)로 바꿉니다."""
    box, anchor = np.asarray(box, float), np.asarray(anchor, float)
    shift = (box[..., :2] - anchor[..., :2]) / anchor[..., 2:]
    return np.concatenate([shift, np.log(box[..., 2:] / anchor[..., 2:])], axis=-1)


def decode(offset: Array, anchor: Array) -> Array:
    """네 오프셋을 상자 (가운데 x, 가운데 y, 너비, 높이)로 되돌립니다."""
    offset, anchor = np.asarray(offset, float), np.asarray(anchor, float)
    center = anchor[..., :2] + offset[..., :2] * anchor[..., 2:]
    return np.concatenate([center, anchor[..., 2:] * np.exp(offset[..., 2:])], axis=-1)


def iou(a: Array, b: Array) -> Array:
    """두 상자가 겹친 넓이를 합친 넓이로 나눈 비율입니다."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    low = np.maximum(a[..., :2] - a[..., 2:] / 2, b[..., :2] - b[..., 2:] / 2)
    high = np.minimum(a[..., :2] + a[..., 2:] / 2, b[..., :2] + b[..., 2:] / 2)
    shared = np.prod(np.maximum(high - low, 0), axis=-1)
    together = np.prod(a[..., 2:], axis=-1) + np.prod(b[..., 2:], axis=-1) - shared
    return np.asarray(shared / together)


def corners(box: Array) -> tuple[Array, Array]:
    """x and y of the closed outline of a box, or of each row of boxes."""
    x, y, w, h = np.moveaxis(np.asarray(box, float)[..., None], -2, 0)
    return x + w * np.array([-1, 1, 1, -1, -1]) / 2, y + h * np.array([-1, -1, 1, 1, -1]) / 2


# --- a digit of scikit-learn somewhere on a canvas


CANVAS = 24
ANCHOR = np.array([12.0, 12.0, 10.0, 10.0])
SEEDS, TRAIN, TEST = 5, 1000, 400
BETAS = (0.0, 1 / 9, 1 / 3, 1.0, 3.0)
SHARES = (0.0, 0.2)


class Scenes(NamedTuple):
    """Pictures with one digit each, their shadows on the two axes, and the true boxes."""

    pictures: Array
    shadows: Array
    boxes: Array


def _paste(digits: Array, count: int, random: np.random.Generator) -> Scenes:
    pictures = random.normal(0, 0.05, (count, CANVAS, CANVAS))
    boxes = np.zeros((count, 4))
    for picture, box, chosen in zip(
        pictures, boxes, random.integers(0, len(digits), count), strict=True
    ):
        tall, broad = random.integers(1, 3, 2)
        digit = np.repeat(np.repeat(digits[chosen] / 16, tall, axis=0), broad, axis=1)
        rows, columns = (np.nonzero(digit.max(axis) > 0.25)[0] for axis in (1, 0))
        digit = digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        h, w = digit.shape
        y, x = random.integers(0, CANVAS - h + 1), random.integers(0, CANVAS - w + 1)
        picture[y : y + h, x : x + w] += digit
        box[:] = x + w / 2, y + h / 2, w, h
    shadows = np.concatenate([pictures.mean(axis=1), pictures.mean(axis=2)], axis=1)
    return Scenes(pictures, shadows, boxes)


@cache
def scenes(seed: int) -> tuple[Scenes, Scenes]:
    """Training and test pictures of one seed; no digit is in both."""
    from sklearn.datasets import load_digits

    digits, random = load_digits().images, np.random.default_rng(seed)
    return _paste(digits[:1200], TRAIN, random), _paste(digits[1200:], TEST, random)


def labels(seed: int, share: float) -> Array:
    """Boxes of the training pictures; in the first `share` each file has its neighbour's box."""
    boxes = scenes(seed)[0].boxes.copy()
    wrong = round(share * len(boxes))
    boxes[:wrong] = np.roll(boxes[:wrong], 1, axis=0)
    return boxes


def loss(output: Any, target: Any, beta: float | None) -> Any:
    """The loss that a network is trained with: half the squared error where β is None."""
    if beta is None:
        return 0.5 * F.mse_loss(output, target, reduction="none")
    return F.smooth_l1_loss(output, target, reduction="none", beta=beta)


@cache
def predicted(beta: float | None, share: float, steps: int = 250) -> Array:
    """다섯 씨앗의 작은 신경망을 훈련하고 시험 그림의 상자를 예측합니다. 모양 (씨앗, 그림, 4)."""
    train = [scenes(seed)[0].shadows for seed in range(SEEDS)]
    test = [scenes(seed)[1].shadows for seed in range(SEEDS)]
    goal = np.array([encode(labels(seed, share), ANCHOR) for seed in range(SEEDS)])
    center, spread = goal.mean(axis=1, keepdims=True), goal.std(axis=1, keepdims=True)
    y = torch.tensor((goal - center) / spread)
    x, x_test = (
        torch.tensor(np.array([(b - a.mean(0)) / a.std(0) for a, b in zip(train, s, strict=True)]))
        for s in (train, test)
    )
    random = torch.Generator().manual_seed(0)

    def weights(rows: int, columns: int) -> Any:
        values = torch.randn(SEEDS, rows, columns, generator=random, dtype=torch.float64)
        return (values / rows**0.5).requires_grad_()

    hidden, output = weights(2 * CANVAS, 48), weights(48, 4)
    shifts = [torch.zeros(SEEDS, 1, n, dtype=torch.float64, requires_grad=True) for n in (48, 4)]

    def network(pictures: Any) -> Any:
        return torch.relu(pictures @ hidden + shifts[0]) @ output + shifts[1]

    update = torch.optim.Adam([hidden, output, *shifts])
    for step in range(steps):
        update.param_groups[0]["lr"] = 0.02 * (1 - step / steps)
        batch = torch.randint(0, TRAIN, (64,), generator=random)
        update.zero_grad()
        loss(network(x[:, batch]), y[:, batch], beta).mean(dim=(1, 2)).sum().backward()
        update.step()
    return decode(network(x_test).detach().numpy() * spread + center, ANCHOR)


def mean_iou(beta: float | None, share: float) -> Array:
    """Mean IoU with the true boxes of the test pictures, one number for each seed."""
    truth = np.array([scenes(seed)[1].boxes for seed in range(SEEDS)])
    return np.asarray(iou(predicted(beta, share), truth).mean(axis=1))
