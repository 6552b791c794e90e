"""Read the data of a figure back: what matplotlib drew, or what the browser will draw."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossbook.plots.figure import Figure

Array = NDArray[np.float64]


def series(
    figure: Figure, label: str, panel: int = 0, axes: tuple[str, str] | None = None
) -> tuple[Array, Array]:
    """Return x and y of a series by its label.

    Parameters
    ----------
    figure
        Any figure of the book.
    label
        The label given to ``plot``, ``scatter``, ``bar`` or to ``slider.line`` and its siblings.
    panel
        Which panel.
    axes
        Expected names of the horizontal and the vertical axis; asserted if given.

    Returns
    -------
    x, y
        Shape (n,) for what stays, (K, n) for what moves with a slider. Moving data are read from
        the HTML and hence rounded; for bars, x are the middles and y the heights.
    """
    canvas = figure.panels[panel]
    if axes is not None:
        found = (canvas.get_xlabel(), canvas.get_ylabel())
        assert found == axes, f"panel {panel}: axes are named {found}, expected {axes}"
    marks = _rows(figure).get("marks", [])
    moving = [mark for mark in marks if (mark["name"], mark["panel"]) == (label, panel)]
    if moving:
        return _moving(moving)
    drawn = _drawn(canvas)
    if label not in drawn:
        known = sorted(drawn) + [mark["name"] for mark in marks]
        raise AssertionError(f"panel {panel} has no series {label!r}; it has {known}")
    return drawn[label]


def slider_values(figure: Figure) -> list[str]:
    """Return the slider's values as the reader sees them."""
    return list(_rows(figure)["values"])


def readouts(figure: Figure) -> list[str]:
    """Return the line below the slider for every slider value."""
    return list(_rows(figure)["readout"])


def _rows(figure: Figure) -> dict[str, Any]:
    found = re.search(r'<script type="application/json">(.*?)</script>', figure.html, re.DOTALL)
    return json.loads(found[1]) if found else {}


def _moving(marks: list[dict[str, Any]]) -> tuple[Array, Array]:
    def array(rows: list[list[float | None]]) -> Array:
        values = np.array(rows, dtype=float)
        return values[0] if len(values) == 1 else values

    if len(marks) == 1:
        return array(marks[0]["x"]), array(marks[0]["y"])
    middles = np.array([np.mean(array(mark["x"])) for mark in marks])
    return middles, np.stack([array(mark["y"])[..., 2] for mark in marks], axis=-1)


def _drawn(axes: Any) -> dict[str, tuple[Array, Array]]:
    found: dict[str, tuple[Array, Array]] = {}
    for each in axes.figure.axes:
        for line in each.get_lines():
            x, y = line.get_data()
            found[line.get_label()] = (np.asarray(x, float), np.asarray(y, float))
        for collection in each.collections:
            offsets = np.asarray(collection.get_offsets(), float)
            found[collection.get_label()] = (offsets[:, 0], offsets[:, 1])
        for bars in each.containers:
            boxes = [bar for bar in bars if hasattr(bar, "get_height")]
            middles = np.array([box.get_x() + box.get_width() / 2 for box in boxes])
            found[bars.get_label()] = (middles, np.array([box.get_height() for box in boxes]))
    return found
