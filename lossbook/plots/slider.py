"""Figures that a reader moves: Python computes every number, the browser only redraws.

The picture for the start value is embedded as an image: it shows without scripts, in print and in
an untrusted notebook. The script turns it into inline SVG and swaps path data.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossbook.plots.figure import Figure, View, arrange, cells, check_alt, views_of_panels

MOST_VALUES = 101


@dataclass(frozen=True)
class Mark:
    """A line, a set of points or a bar whose data depend on the slider.

    `x` and `y` have shape (n,) if they stay and (K, n) if they move, K being the number of
    slider values.
    """

    artist: Any
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    name: str
    closed: bool = False


@dataclass
class Slider:
    """그림을 움직이는 슬라이더입니다.

    칸에 그릴 때 `ax.plot` 대신 `slider.line`, `slider.points`, `slider.bars`, `slider.area`를 쓰면
    그것이 슬라이더를 따라 움직입니다. 나머지는 보통의 matplotlib입니다.

    Parameters
    ----------
    label
        무엇을 바꾸는지와 그 단위: "δ (임계값)".
    values
        슬라이더가 서는 자리 K개. 로그 간격이어도 됩니다.
    start
        처음 값. `values` 가운데 하나입니다.
    format
        값을 적는 방법: "{:.2f}" 또는 함수.
    readout
        값마다 한 줄, K개의 글: "손실 = 2.16". 없으면 값만 보입니다.
    """

    label: str
    values: ArrayLike
    start: float
    format: str | Callable[[float], str] = "{:g}"
    readout: Sequence[str] | None = None
    marks: dict[str, Mark] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        values = np.asarray(self.values, float)
        if not self.label.strip():
            raise ValueError("label: 슬라이더의 이름이 비어 있습니다. 무엇을 바꾸는지 적으십시오.")
        if values.ndim != 1 or not 2 <= values.size <= MOST_VALUES:
            raise ValueError(
                f"values: 모양이 {values.shape}입니다. 값 2개에서 {MOST_VALUES}개가 든 1차원 "
                "배열이어야 합니다."
            )
        if not np.isclose(values, self.start, rtol=1e-9, atol=1e-12).any():
            raise ValueError(f"start: {self.start}은(는) values에 없습니다. 그 가운데 고르십시오.")
        if self.readout is not None and len(self.readout) != values.size:
            raise ValueError(
                f"readout: 글이 {len(self.readout)}개입니다. 값과 같은 {values.size}개여야 합니다."
            )
        self.values = values

    @property
    def index(self) -> int:
        """Position of the start value."""
        return int(np.argmin(np.abs(np.asarray(self.values) - self.start)))

    @property
    def texts(self) -> list[str]:
        """The values as the reader sees them."""
        write = self.format if callable(self.format) else self.format.format
        return [write(value).replace("-", "−") for value in np.asarray(self.values).tolist()]

    def line(self, ax: Any, x: ArrayLike, y: ArrayLike, **style: Any) -> Any:
        """움직이는 선: `ax.plot`과 같고, `x`나 `y`(또는 둘 다)의 모양이 (K, n)입니다."""
        rows_x, rows_y = self._rows(x), self._rows(y)
        (artist,) = ax.plot(self._first(rows_x), self._first(rows_y), **style)
        self._add(ax, Mark(artist, rows_x, rows_y, str(artist.get_label())))
        return artist

    def points(self, ax: Any, x: ArrayLike, y: ArrayLike, **style: Any) -> Any:
        """움직이는 점들: `x`와 `y`의 모양은 (n,) 또는 (K, n)입니다."""
        look = {"linestyle": "none", "marker": "o", "markersize": 9, **style}
        return self.line(ax, x, y, **look)

    def bars(
        self, ax: Any, x: ArrayLike, heights: ArrayLike, width: float = 0.8, **style: Any
    ) -> Any:
        """움직이는 막대: `heights`의 모양은 (K, C), `x`는 막대 C개의 자리입니다."""
        at, rows = np.asarray(x, float), self._rows(heights)
        bars = ax.bar(at, self._first(rows), width, **style)
        for bar, middle, height in zip(bars, at, rows.T, strict=True):
            zero = np.zeros_like(height)
            left, right = middle - width / 2, middle + width / 2
            corners = np.array([left, right, right, left])
            rows_y = np.stack([zero, zero, height, height], axis=-1)
            self._add(ax, Mark(bar, corners, rows_y, str(bars.get_label()), closed=True))
        return bars

    def area(self, ax: Any, x: ArrayLike, low: ArrayLike, high: ArrayLike, **style: Any) -> Any:
        """움직이는 띠: `low`와 `high` 사이를 칠합니다. 모양은 (n,) 또는 (K, n)입니다."""
        xs = np.asarray(x, float)
        low, high = np.broadcast_arrays(low, high)
        outline = self._rows(np.concatenate([low, high[..., ::-1]], axis=-1))
        around = np.concatenate([xs, xs[::-1]])
        look = {"alpha": 0.25, "linewidth": 0, **style}
        (artist,) = ax.fill(around, self._first(outline), **look)
        self._add(ax, Mark(artist, around, outline, str(artist.get_label()), closed=True))
        return artist

    def _rows(self, data: ArrayLike) -> NDArray[np.float64]:
        rows = np.asarray(data, float)
        if (rows.ndim == 2 and len(rows) != np.size(self.values)) or rows.ndim not in (1, 2):
            raise ValueError(
                f"자료의 모양이 {rows.shape}입니다. 움직이지 않으면 (n,), 움직이면 "
                f"({np.size(self.values)}, n)이어야 합니다."
            )
        return rows

    def _first(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        return rows if rows.ndim == 1 else rows[self.index]

    def _add(self, ax: Any, mark: Mark) -> None:
        name = f"mark{len(self.marks)}"
        mark.artist.set_gid(name)
        self.marks[name] = mark
        x, y = np.broadcast_arrays(mark.x, mark.y)
        corners = np.column_stack([x.ravel(), y.ravel()])
        ax.update_datalim(corners[np.isfinite(corners).all(axis=1)])
        ax.autoscale_view()


def slider_figure(*panels: Any, slider: Slider, alt: str) -> Figure:
    """슬라이더로 움직이는 그림입니다.

    Parameters
    ----------
    *panels
        `panel`이 돌려준 칸. 슬라이더 하나가 모든 칸을 함께 움직입니다.
    slider
        움직이는 선과 점을 그린 `Slider`.
    alt
        그림 설명(20자 이상). 슬라이더를 움직이면 무엇이 달라지는지도 적습니다.
    """
    if not any(max(mark.x.ndim, mark.y.ndim) == 2 for mark in slider.marks.values()):
        raise ValueError("slider: 움직이는 것이 없습니다. slider.line(ax, …) 등으로 그리십시오.")
    if not {mark.artist.axes for mark in slider.marks.values()} <= set(panels):
        raise ValueError("slider: 움직이는 것이 그려진 칸이 panels에 없습니다.")
    drawings = views_of_panels(panels, alt)
    views = [view for views in drawings for view in views]
    names = list(slider.marks)
    body = cells([[_as_image(view) for view in drawing] for drawing in drawings])
    data = {
        "marks": [
            {
                "name": mark.name,
                "panel": panels.index(mark.artist.axes),
                "x": _numbers(mark.x, mark.artist.axes.xaxis),
                "y": _numbers(mark.y, mark.artist.axes.yaxis),
                "closed": mark.closed,
            }
            for mark in slider.marks.values()
        ],
        "views": [
            {"x": view.x, "y": view.y, "ids": {i: names.index(n) for n, i in view.ids.items()}}
            for view in views
        ],
    }
    return Figure(tuple(panels), alt, _element(slider, body, data, alt), body)


def frames_figure(frames: Sequence[Figure], *, slider: Slider, alt: str) -> Figure:
    """슬라이더 값마다 미리 그린 그림을 바꾸어 보여 줍니다: 열지도, 격자, 이미지.

    Parameters
    ----------
    frames
        슬라이더 값 K개에 하나씩, `figure`가 돌려준 그림.
    slider
        `Slider`.
    alt
        그림 설명(20자 이상).
    """
    check_alt(alt)
    if len(frames) != np.size(slider.values):
        raise ValueError(
            f"frames: 그림이 {len(frames)}개입니다. 슬라이더 값과 같은 "
            f"{np.size(slider.values)}개여야 합니다."
        )
    start = frames[slider.index]
    drawings = views_of_panels(start.panels, alt)
    body = cells([[_as_image(view) for view in drawing] for drawing in drawings])
    data = {"frames": [None if frame is start else frame.body for frame in frames]}
    panels = tuple(axes for frame in frames for axes in frame.panels)
    return Figure(panels, alt, _element(slider, body, data, alt), body)


def _as_image(view: View) -> View:
    source = quote(view.svg, safe=" !$&'()*+,-./:;=?@[]^_`{|}~")
    image = (
        f'<img alt="" src="data:image/svg+xml,{source}" '
        'style="display:block;width:100%;height:auto;background:#fff">'
    )
    return View(image, view.ids, view.x, view.y)


def _numbers(rows: NDArray[np.float64], axis: Any) -> list[list[float | None]]:
    """Rows for JSON: a four-thousandth of the axis, or 4 digits on a logarithmic one."""
    low, high = axis.get_view_interval()
    decimals = int(np.ceil(-np.log10(abs(high - low) / 4000)))
    logarithmic = axis.get_scale() == "log"

    def short(value: float) -> float | None:
        if not np.isfinite(value) or (logarithmic and value <= 0):
            return None
        short = float(f"{value:.4g}") if logarithmic else round(value, decimals)
        return int(short) if short == int(short) and abs(short) < 1e9 else short

    return [[short(value) for value in row] for row in np.atleast_2d(rows).tolist()]


def _element(slider: Slider, body: str, data: dict[str, Any], alt: str) -> str:
    texts = slider.texts
    data = {
        "label": slider.label,
        "values": texts,
        "start": slider.index,
        "readout": slider.readout and list(slider.readout),
        **data,
    }
    rows = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    picture = arrange(body).replace('<img alt=""', f'<img alt="{escape(alt)}"', 1)
    return (
        f'<loss-figure role="group" aria-label="움직이는 그림: {escape(slider.label)}" '
        f'data-lm-suppress-shortcuts="true" style="display:block;margin:1em 0">{picture}'
        f'<script type="application/json">{rows}</script><script>{_script()}</script></loss-figure>'
    )


@cache
def _script() -> str:
    return Path(__file__).with_suffix(".js").read_text(encoding="utf-8").strip()
