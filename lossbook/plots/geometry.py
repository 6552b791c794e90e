"""마진 손실의 장이 함께 쓰는 그림 조각: 화살표, 손실이 0인 영역, 가로세로 눈금이 같은 평면."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.plots import style
from lossbook.plots.figure import panel

Array = np.ndarray[Any, np.dtype[np.float64]]

FLAT: dict[str, Any] = {"color": style.GREY, "alpha": 0.18, "linewidth": 0, "label": "손실 0"}
"""Where the loss is zero: ``ax.axvspan(1, 3, **FLAT)``, ``ax.fill(x, y, **FLAT)``, ``slider.area``."""


def plane(*, title: str, xlabel: str, ylabel: str, reach: float, height: float = 3.6) -> Any:
    """가로세로 눈금이 같고 원점이 가운데인 칸. 원이 원으로, 직각이 직각으로 보입니다."""
    axes = panel(title=title, xlabel=xlabel, ylabel=ylabel, height=height)
    axes.set_xlim(-reach, reach)
    axes.set_ylim(-reach, reach)
    axes.set_aspect("equal", anchor="S")
    return axes


def circle(center: ArrayLike, radius: ArrayLike, corners: int = 120) -> tuple[Array, Array]:
    """원의 x와 y: `ax.plot`, `ax.fill`, `slider.line`에 넣습니다.

    `center`는 (2,)나 (K, 2), `radius`는 수 하나나 (K,)이고, 결과의 모양은 (corners,)나 (K, corners)입니다.
    """
    turn = np.linspace(0, 2 * np.pi, corners)
    middle = np.asarray(center, float)[..., np.newaxis, :]
    reach = np.asarray(radius, float)[..., np.newaxis]
    return middle[..., 0] + reach * np.cos(turn), middle[..., 1] + reach * np.sin(turn)


def arrows(tails: ArrayLike, steps: ArrayLike, head: float = 0.12) -> tuple[Array, Array]:
    """화살표들을 선 하나로 그릴 x와 y. `ax.plot(*arrows(…))`, `slider.line(ax, *arrows(…))`.

    Parameters
    ----------
    tails, steps
        시작점과 변위. 화살표 하나는 (2,), 여럿은 (n, 2), 슬라이더를 따라 움직이면 (K, n, 2)입니다.
    head
        화살촉의 길이(자료의 단위). 변위가 더 짧으면 변위만큼 줄어듭니다.

    Returns
    -------
    x, y
        화살표마다 점 여섯: 시작, 끝, 촉, 끝, 촉, 그리고 다음 화살표와 떼어 놓는 nan.
        모양은 (6n,)이나 (K, 6n)입니다.
    """
    start, step = (np.atleast_2d(np.asarray(a, float)) for a in np.broadcast_arrays(tails, steps))
    end = start + step
    length = np.linalg.norm(step, axis=-1, keepdims=True)
    along = step / np.where(length > 0, length, 1) * np.minimum(head, length)
    across = np.stack([-along[..., 1], along[..., 0]], axis=-1) / 2
    corners = [start, end, end - along + across, end, end - along - across, np.full_like(end, np.nan)]
    path = np.stack(corners, axis=-2)
    flat = path.reshape(*path.shape[:-3], -1, 2)
    return flat[..., 0], flat[..., 1]


def sideways(x: ArrayLike, y: ArrayLike, step: ArrayLike, head: float = 0.12) -> tuple[Array, Array]:
    """슬라이더 값마다 (x, y)에서 가로로 step만큼 가는 화살표 하나. 셋의 모양은 (K,)나 ()입니다."""
    x, y, step = np.broadcast_arrays(*(np.asarray(a, float) for a in (x, y, step)))
    tails, steps = np.stack([x, y], axis=-1), np.stack([step, np.zeros_like(step)], axis=-1)
    return arrows(tails[..., np.newaxis, :], steps[..., np.newaxis, :], head)
