"""마진 손실 한눈에: 아홉 손실을 여유 하나로 옮겨 적은 곡선과 그림."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import lossbook
from lossbook import catalog
from lossbook.catalog import Section
from lossbook.plots import style
from lossbook.plots.figure import Figure, panel
from lossbook.plots.geometry import FLAT, sideways
from lossbook.plots.slider import Slider, slider_figure
from lossbook.plots.triplet_margin_with_distance_loss_fits import cosine, cosine_grad

Array = np.ndarray[Any, np.dtype[Any]]

SLACK = np.arange(-20, 31) / 10
"""Positions of the slider: how far on the right side an example is."""
SPAN = np.linspace(-2, 3, 201)


@dataclass(frozen=True)
class Member:
    """One of the nine losses as a function of the slack s ∈ [low, high].

    `arguments` places the examples in the loss's own space; `toward` says along which direction
    its first differentiable input that moves with s does so.
    """

    slug: str
    slack: str
    arguments: Callable[[Array], tuple[Array, ...]]
    moving: int
    toward: Callable[[Array], Array]
    low: float = -2.0
    high: float = 3.0
    options: tuple[tuple[str, Any], ...] = ()
    gradient_options: tuple[tuple[str, Any], ...] = ()

    @property
    def section(self) -> Section:
        return catalog.section(self.slug)

    @property
    def title(self) -> str:
        """Number and Korean name, as the chapters call one another."""
        return f"{self.section.number} {self.section.korean.removesuffix(' 손실')}"

    def loss(self, slack: Array) -> Array:
        """The loss of each example, nan where no example has this slack."""
        inside = self.inside(slack)
        found = np.full(slack.shape, np.nan)
        loss = getattr(lossbook, self.section.module)
        found[inside] = loss(
            *self.arguments(slack[inside]), reduction="none", **dict(self.options)
        )
        return found

    def slope(self, slack: Array) -> Array:
        """∂ℓ/∂s by the chain rule from the loss's own gradient."""
        inside = self.inside(slack)
        found = np.full(slack.shape, np.nan)
        gradient = getattr(lossbook, f"{self.section.module}_grad")(
            *self.arguments(slack[inside]), reduction="sum",
            **dict(self.options + self.gradient_options),
        )  # fmt: skip
        own = gradient[self.moving] if isinstance(gradient, tuple) else gradient
        step = own * self.toward(slack[inside])
        found[inside] = step.sum(axis=-1) if step.ndim == 2 else step
        return found

    def inside(self, slack: Array) -> Array:
        return np.asarray((slack >= self.low - 1e-12) & (slack <= self.high + 1e-12))


def _column(*columns: Array) -> Array:
    return np.column_stack(np.broadcast_arrays(*columns)).astype(float)


def _direction(cosine: Array) -> Array:
    return _column(cosine, np.sqrt(np.maximum(1 - cosine**2, 0)))


def _tangent(cosine: Array) -> Array:
    """How `_direction(cosine)` moves when the cosine falls at speed 1."""
    return _column(-np.ones_like(cosine), cosine / np.sqrt(1 - cosine**2))


def _ones(s: Array) -> Array:
    return np.ones_like(s)


FAMILY = (
    Member("margin-ranking-loss", "이겨야 할 점수 − 져야 할 점수",
           lambda s: (s, 0 * s, _ones(s)), 0, _ones),
    Member("hinge-embedding-loss", "다른 쌍의 거리",
           lambda s: (s, -_ones(s)), 0, _ones, low=0.0),
    Member("multilabel-margin-loss", "맞는 꼬리표 − 틀린 꼬리표",
           lambda s: (_column(s, 0 * s), np.tile([0, -1], (s.size, 1))), 0,
           lambda s: _column(_ones(s), 0 * s)),
    Member("soft-margin-loss", "레이블 × 점수", lambda s: (s, _ones(s)), 0, _ones),
    Member("multilabel-soft-margin-loss", "켜져야 할 꼬리표의 로짓",
           lambda s: (_column(s), _column(_ones(s))), 0, lambda s: _column(_ones(s))),
    Member("cosine-embedding-loss", "다른 쌍의 −코사인",
           lambda s: (_column(_ones(s), 0 * s), _direction(-s), -_ones(s)), 1, lambda s: _tangent(-s),
           low=-0.95, high=0.95),
    Member("multi-margin-loss", "정답 클래스 − 다른 클래스",
           lambda s: (_column(s, 0 * s), np.zeros(s.size, dtype=np.int64)), 0,
           lambda s: _column(_ones(s), 0 * s)),
    Member("triplet-margin-loss", "음성의 거리 − 양성의 거리",
           lambda s: (_column(0 * s), _column(3 + 0 * s), _column(3 + s)), 2,
           lambda s: _column(_ones(s))),
    Member("triplet-margin-with-distance-loss", "음성의 코사인 거리 − 양성의 코사인 거리",
           lambda s: (_column(_ones(s), 0 * s), _direction(0.5 + 0 * s), _direction(0.5 - s)), 2,
           lambda s: _tangent(0.5 - s), low=-0.45, high=1.45,
           options=(("distance_function", cosine),),
           gradient_options=(("distance_grad", cosine_grad),)),
)  # fmt: skip


def zero_from(member: Member) -> float:
    """The smallest slack from which on the loss is zero; nan if it never is."""
    s = np.linspace(member.low, member.high, 2001)
    loss = member.loss(s)
    zero = np.flatnonzero(loss > 1e-9)
    return float(s[zero[-1] + 1]) if zero.size and zero[-1] + 1 < s.size else float("nan")


def kinks(member: Member) -> list[float]:
    """Slacks at which the slope jumps."""
    s = np.linspace(member.low, member.high, 2002)
    jump = np.abs(np.diff(member.slope(s)))
    return [float((s[i] + s[i + 1]) / 2) for i in np.flatnonzero(jump > 0.2)]


def family() -> Figure:
    """아홉 손실을 같은 축에: 여유를 옮기면 아홉 점과 −기울기 화살표가 함께 움직입니다."""
    slider = Slider("여유 s", SLACK, start=-0.5, format="{:.1f}", readout=[
        "회색에 든 손실: " + (", ".join(
            member.section.number for member in FAMILY if zero_from(member) <= s + 1e-9
        ) or "없음") for s in SLACK
    ])  # fmt: skip
    panels = []
    for member in FAMILY:
        axes = panel(
            title=member.title, xlabel=f"여유 s: {member.slack}",
            ylabel="손실", height=2.9,
        )  # fmt: skip
        start = zero_from(member)
        if np.isfinite(start):
            axes.axvspan(start, 3, **FLAT)
        axes.plot(SPAN, member.loss(SPAN), label="손실")
        inside = member.inside(SLACK)
        loss, slope = member.loss(SLACK), member.slope(SLACK)
        spot = np.where(inside, SLACK, np.nan)
        slider.line(
            axes, *sideways(spot, loss, -slope, head=0.18), color=style.ORANGE, ls="-", lw=2.6,
            label="−기울기",
        )  # fmt: skip
        slider.points(
            axes, spot[:, np.newaxis], loss[:, np.newaxis], color=style.ORANGE, label="_지금"
        )
        axes.set_xlim(-2, 3)
        axes.set_ylim(-0.15, 3.1)
        axes.legend(loc="upper right")
        panels.append(axes)
    return slider_figure(
        *panels, slider=slider,
        alt="아홉 손실의 곡선을 같은 축에 그린 아홉 칸. 09와 14는 여유 0에서, 10, 11, 15, 16, 17은 여유 1에서 "
        "꺾여 회색의 0이 되고, 11과 15는 기울기가 절반이다. 12와 13은 매끄럽고 회색이 없다. 17의 코사인 "
        "거리는 여유가 −0.5와 1.5 사이뿐이다. 여유를 옮기면 점과 화살표가 함께 움직인다.",
    )  # fmt: skip
