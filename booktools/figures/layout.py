"""Find what a reader could not read: texts that collide or are cut off, colours that vanish."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.collections import QuadMesh
from matplotlib.colors import to_hex, to_rgba
from matplotlib.contour import ContourSet
from matplotlib.legend import Legend
from matplotlib.text import Text

from lossbook.plots import style
from lossbook.plots.figure import Figure, resize, sizes

TOLERANCE = 1.5
"""Points by which texts may overlap or leave the panel."""
HIDDEN_SHARE = 0.12
"""Share of a line that may lie under a legend."""
LEAST_CONTRAST = 3.0
LEAST_TEXT_CONTRAST = 4.5


class _TextRecorder(RendererAgg):  # type: ignore[misc]
    """Remembers the texts that are really drawn; tick labels outside the limits are not."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__(width, height, 72)
        self.drawn: dict[int, Text] = {}

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float,
        ismath: Any = False, mtext: Any = None,
    ) -> None:  # fmt: skip
        if mtext is not None and s.strip():
            self.drawn[id(mtext)] = mtext
        super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)


def layout_problems(figure: Figure) -> list[str]:
    """Name texts that overlap, leave the panel or hide a line, at every width of a panel."""
    return list(dict.fromkeys(p for axes in figure.panels for p in _panel_problems(axes)))


def _panel_problems(axes: Any) -> Iterator[str]:
    canvas = axes.figure
    title = canvas.get_suptitle()
    for width, height in sizes(axes):
        resize(axes, width, height)
        renderer = _TextRecorder(72 * width, 72 * height)
        style.apply()
        canvas.draw(renderer)
        where = f"panel {title!r} at {width:g} in"
        boxes = [(t.get_text(), t.get_window_extent(renderer)) for t in renderer.drawn.values()]
        for text, box in boxes:
            beyond = max(-box.x0, -box.y0, box.x1 - canvas.bbox.x1, box.y1 - canvas.bbox.y1)
            if beyond > TOLERANCE:
                yield f"{where}: {text!r} leaves the panel by {beyond:.0f} pt"
        for (first, a), (second, b) in combinations(boxes, 2):
            if _depth(a, b) > TOLERANCE:
                yield f"{where}: {first!r} and {second!r} overlap by {_depth(a, b):.0f} pt"
        for legend in canvas.findobj(Legend):
            box = legend.get_window_extent(renderer)
            for line in axes.get_lines():
                share = _share_under(box, line, axes)
                if share > HIDDEN_SHARE and not line.get_label().startswith("_"):
                    yield f"{where}: the legend hides {share:.0%} of line {line.get_label()!r}"


def _depth(a: Any, b: Any) -> float:
    return float(min(min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)))


def _share_under(box: Any, line: Any, axes: Any) -> float:
    points = line.get_transform().transform(line.get_xydata())
    points = points[np.isfinite(points).all(axis=1)]
    if len(points) < 2:
        return 0.0
    steps = np.hypot(*np.diff(points, axis=0).T)
    at = np.concatenate([[0], np.cumsum(steps)])
    even = np.linspace(0, at[-1], 400)
    x, y = np.interp(even, at, points[:, 0]), np.interp(even, at, points[:, 1])
    area = axes.bbox
    seen = (x >= area.x0) & (x <= area.x1) & (y >= area.y0) & (y <= area.y1)
    under = seen & (x > box.x0) & (x < box.x1) & (y > box.y0) & (y < box.y1)
    return float(under.sum() / max(seen.sum(), 1))


def color_problems(figure: Figure) -> list[str]:
    """Name colours that the light or the dark theme hides. Heat maps bring their own ground."""
    return [problem for axes in figure.panels for problem in _colors_of(axes)]


def _colors_of(axes: Any) -> Iterator[str]:
    title = axes.figure.get_suptitle()
    if axes.images or any(map(_is_map, [*axes.collections, *axes.patches])):
        return
    for text in axes.texts:
        ground = _ground(axes, text)
        if not text.get_text().strip() or to_hex(text.get_color()) == style.INK:
            continue
        if ground is None or style.contrast(text.get_color(), ground) < LEAST_TEXT_CONTRAST:
            yield (
                f"panel {title!r}: text {text.get_text()!r} is coloured {text.get_color()} on "
                f"{ground or 'the page'}; texts keep style.INK so that both themes show them, "
                "and style.ink_on(color) on a coloured box"
            )
    visible = {to_hex(color) for color in _mark_colors(axes) if to_rgba(color)[3] > 0}
    for color in sorted(visible - {style.INK, style.PAPER}):
        for name, ground in (("white", "#ffffff"), ("dark", style.DARK_BACKGROUND)):
            ratio = style.contrast(color, ground)
            if ratio < LEAST_CONTRAST:
                yield (
                    f"panel {title!r}: colour {color} has contrast {ratio:.1f} on the {name} "
                    f"background; at least {LEAST_CONTRAST:g} is needed: take one of style.PALETTE"
                )


def _is_map(artist: Any) -> bool:
    filled_contour = isinstance(artist, ContourSet) and bool(artist.filled)
    marked = artist.get_label() == style.MAP["label"]
    return filled_contour or marked or isinstance(artist, QuadMesh)


def _ground(axes: Any, text: Text) -> str | None:
    """Colour of the box that a text stands on."""
    boxes: list[Any] = [text.get_bbox_patch()] if text.get_bbox_patch() else []
    extent = text.get_window_extent()
    middle = ((extent.x0 + extent.x1) / 2, (extent.y0 + extent.y1) / 2)
    boxes += [patch for patch in axes.patches if patch.contains_point(middle)]
    return to_hex(boxes[-1].get_facecolor()) if boxes else None


def _mark_colors(axes: Any) -> Iterable[Any]:
    for line in axes.get_lines():
        if line.get_linestyle() != "None":
            yield line.get_color()
        if line.get_marker() not in ("None", "", None):
            yield line.get_markerfacecolor()
    yield from (patch.get_facecolor() for patch in axes.patches)
    for collection in axes.collections:
        if collection.get_array() is None:
            yield from (*collection.get_facecolor(), *collection.get_edgecolor())
