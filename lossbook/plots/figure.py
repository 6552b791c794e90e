"""Panels and figures: matplotlib's drawing as inline SVG for notebook and site.

One panel is one matplotlib figure with one axes. Panels stand side by side where there is room
and stack on a phone. All styling is inline, so a figure looks the same in JupyterLab, VS Code,
Colab and on the site.
"""

import hashlib
import io
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from matplotlib.figure import Figure as MplFigure
from matplotlib.text import Text
from matplotlib.ticker import LogFormatter, LogLocator, NullFormatter

from lossbook.plots import style

HALF_WIDTH = 4.3
"""Width of a panel in inches; shown at 358 px, its 10.5 pt text has 12 px."""
WIDE_WIDTH = 8.4
BREAKPOINT = 640
"""A wide panel is drawn twice; the narrow drawing shows where fewer pixels than this are free."""
HEADER = 36.0
"""Points above the axes, for the title and the name of the vertical axis."""
SHORTEST_ALT = 20

Transform = tuple[float, float, bool]
"""Slope and offset from data to SVG units, and whether the data pass through log10 first."""


@dataclass(frozen=True)
class View:
    """One drawing of a panel."""

    svg: str
    ids: Mapping[str, str]
    """Name given to an artist (``set_gid``) → id in the SVG."""
    x: Transform
    y: Transform


@dataclass(frozen=True)
class Figure:
    """노트북과 웹 쪽에 SVG로 나타나는 그림입니다.

    `figure`, `slider_figure`, `frames_figure`가 만듭니다.

    Attributes
    ----------
    panels
        matplotlib의 `Axes`. 그려진 자료를 검사할 때 씁니다.
    alt
        그림을 볼 수 없는 독자를 위한 설명.
    html
        노트북에 나타나는 HTML.
    body
        칸들만의 HTML.
    """

    panels: tuple[Any, ...]
    alt: str
    html: str
    body: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"그림: {self.alt}"


def panel(
    *, title: str, xlabel: str, ylabel: str, wide: bool = False, height: float | None = None
) -> Any:
    """그림의 한 칸을 만들고, 그 위에 그릴 `Axes`를 돌려줍니다.

    Parameters
    ----------
    title
        칸의 제목. 왼쪽 위에 굵게 적힙니다.
    xlabel, ylabel
        축의 이름과 단위. `ylabel`은 세우지 않고 축 위에 가로로 적힙니다.
    wide
        참이면 두 칸 너비를 씁니다. 휴대 전화에서는 한 칸 너비로 다시 그려집니다.
    height
        높이(인치). 없으면 한 칸은 3.2, 두 칸은 3.9입니다.

    Returns
    -------
    matplotlib.axes.Axes
        `plot`, `scatter`, `imshow`, `annotate` 등 matplotlib의 모든 방법으로 그릴 수 있습니다.
    """
    style.apply()
    size = (WIDE_WIDTH, height or 3.9) if wide else (HALF_WIDTH, height or 3.2)
    canvas: Any = MplFigure(figsize=size, layout="constrained")
    canvas.get_layout_engine().set(w_pad=0.03, h_pad=0.03)
    canvas.suptitle(title)
    axes = canvas.add_subplot()
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    return axes


def figure(*panels: Any, alt: str) -> Figure:
    """`panel`로 만든 칸들을 한 그림으로 묶습니다.

    Parameters
    ----------
    *panels
        `panel`이 돌려준 `Axes`.
    alt
        그림이 무엇을 보여 주는지 적은 20자 이상의 글. 그림을 볼 수 없는 독자가 읽습니다.

    Returns
    -------
    Figure
        셀의 마지막 줄에 두면 그림이 나타납니다.

    Raises
    ------
    ValueError
        제목, 축 이름, 범례, `alt`가 빠졌거나 글꼴에 없는 문자가 쓰였을 때.
    """
    body = cells(views_of_panels(panels, alt))
    html = (
        f'<figure class="loss-plot" role="img" aria-label="{escape(alt)}" style="margin:1em 0">'
        f"{arrange(body)}</figure>"
    )
    return Figure(tuple(panels), alt, html, body)


def views_of_panels(panels: Sequence[Any], alt: str) -> list[list[View]]:
    """Check and draw all panels: for each panel its one or two views."""
    if not panels:
        raise ValueError("panels: 칸이 없습니다. panel(…)로 만든 칸을 하나 이상 주십시오.")
    check_alt(alt)
    return [_views(axes) for axes in panels]


def cells(drawings: Sequence[Sequence[View]]) -> str:
    """The HTML of the panels, one after the other."""
    return "".join(_cell([view.svg for view in views]) for views in drawings)


def arrange(body: str) -> str:
    """Put the panels side by side where they fit, one below the other elsewhere."""
    return (
        '<div class="loss-views" style="display:flex;flex-wrap:wrap;justify-content:center;'
        f'gap:20px 24px">{body}</div>'
    )


def _cell(svgs: Sequence[str]) -> str:
    if len(svgs) == 1:
        return f'<div style="flex:1 1 320px;min-width:0;max-width:460px">{svgs[0]}</div>'
    narrow, wide = svgs
    clipped = "max-width:100%;overflow:hidden"
    return (
        '<div style="flex:1 1 100%;min-width:0;max-width:860px">'
        f'<div style="width:calc(({BREAKPOINT}.5px - 100%)*9999);{clipped}">{narrow}</div>'
        f'<div style="width:calc((100% - {BREAKPOINT}.5px)*9999);{clipped}">{wide}</div></div>'
    )


def _views(axes: Any) -> list[View]:
    _check_names(axes)
    _check_characters(axes.figure)
    for each in axes.figure.axes:
        _plain_log_ticks(each)
    views = []
    for size in sizes(axes):
        resize(axes, *size)
        views.append(_draw(axes))
    _check_characters(axes.figure)
    _check_legend(axes)
    return views


def sizes(axes: Any) -> list[tuple[float, float]]:
    """The sizes in inches at which a panel is drawn: for a wide one a narrow drawing first."""
    width, height = map(float, axes.figure.get_size_inches())
    narrow = (HALF_WIDTH, min(height, 3.6))
    return [narrow, (width, height)] if width > HALF_WIDTH else [(width, height)]


def resize(axes: Any, width: float, height: float) -> None:
    """Give a panel this size in inches; title and axis name keep their place in points."""
    canvas = axes.figure
    canvas.set_size_inches(width, height)
    canvas.get_layout_engine().set(rect=(0, 0, 1, 1 - HEADER / (72 * height)))
    corner = {"x": 0, "ha": "left", "va": "top"}
    title = canvas.suptitle(canvas.get_suptitle(), y=1, **corner)
    name = canvas.supylabel(
        axes.get_ylabel(), y=1 - 19 / (72 * height), rotation=0, alpha=0.8, **corner
    )
    for placed_by_hand in (title, name):
        placed_by_hand.set_in_layout(False)
    axes.yaxis.label.set_visible(False)


def _draw(axes: Any) -> View:
    canvas = axes.figure
    stream = io.StringIO()
    style.apply()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # _check_characters raises instead
        canvas.savefig(
            stream, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type"))
        )
    gids = {str(a.get_gid()) for a in axes.findobj() if a.get_gid()}
    svg, ids = _clean(stream.getvalue(), gids)
    height = canvas.get_figheight() * 72
    return View(svg, ids, _transform(axes, "x", height), _transform(axes, "y", height))


def _transform(axes: Any, name: str, height: float) -> Transform:
    index = "xy".index(name)
    scale, limits = (
        (axes.get_xscale(), axes.get_xlim()) if index == 0 else (axes.get_yscale(), axes.get_ylim())
    )
    corners = list(zip(axes.get_xlim(), axes.get_ylim(), strict=True))
    low, high = (axes.transData.transform(corner)[index] for corner in corners)
    if index == 1:
        low, high = height - low, height - high
    forward = axes.xaxis.get_transform() if index == 0 else axes.yaxis.get_transform()
    first, last = forward.transform(limits)
    slope = (high - low) / (last - first)
    return float(slope), float(low - slope * first), scale == "log"


_DROP = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>", re.DOTALL)
_REFERENCE = re.compile(r'(?:url\(#|href="#)([^")]+)')
_NUMBER = re.compile(r"-?\d+\.\d{3,}")


def _clean(svg: str, gids: set[str]) -> tuple[str, dict[str, str]]:
    """Make matplotlib's SVG fit for a page: no stray ids, theme colours, no fixed size."""
    svg = _DROP.sub("", svg)
    prefix = "p" + hashlib.sha1(svg.encode()).hexdigest()[:8]
    used = sorted(set(_REFERENCE.findall(svg)) | (gids & set(re.findall(r' id="([^"]+)"', svg))))
    short = {name: f"{prefix}-{index}" for index, name in enumerate(used)}
    svg = re.sub(r' id="([^"]*)"', lambda m: f' id="{short[m[1]]}"' if m[1] in short else "", svg)
    svg = _REFERENCE.sub(lambda m: m[0][: -len(m[1])] + short[m[1]], svg)
    svg = re.sub(r' (?:d|x|y)="[^"]*"', lambda m: _NUMBER.sub(_two_decimals, m[0]), svg)
    svg = re.sub(r"\s*\n\s*", " ", svg).replace("> <", "><").strip()
    svg = re.sub(
        r'<svg [^>]*?(viewBox="[^"]*")[^>]*>',
        r'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        r'\1 aria-hidden="true" style="display:block;width:100%;height:auto">',
        svg,
        count=1,
    )
    for color, css in style.CSS_COLORS.items():
        svg = svg.replace(color, css)
    return svg, {gid: short[gid] for gid in sorted(gids) if gid in short}


def _two_decimals(match: re.Match[str]) -> str:
    return f"{float(match[0]):.2f}".rstrip("0").rstrip(".")


def _plain_log_ticks(axes: Any) -> None:
    for axis in (axes.xaxis, axes.yaxis):
        if not isinstance(axis.get_major_formatter(), LogFormatter):
            continue
        axis.set_major_formatter(style.power_ticks())
        axis.set_minor_formatter(NullFormatter())
        low, high = axis.get_view_interval()
        if axis.get_scale() == "log" and high <= 100 * low:
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)))


def check_alt(alt: str) -> None:
    """Raise unless `alt` is long enough to describe a figure."""
    if len(alt.strip()) < SHORTEST_ALT:
        raise ValueError(
            f"alt: 그림 설명이 {len(alt.strip())}자입니다. 그림이 무엇을 보여 주는지 "
            f"{SHORTEST_ALT}자 이상으로 적으십시오."
        )


def _check_names(axes: Any) -> None:
    title = axes.figure.get_suptitle()
    names = {"title": title, "xlabel": axes.get_xlabel(), "ylabel": axes.get_ylabel()}
    for name, text in names.items():
        if not text.strip():
            raise ValueError(f"{name}: 비어 있습니다. '{title}' 칸에 적으십시오.")


def _check_characters(canvas: Any) -> None:
    for text in {t.get_text() for t in canvas.findobj(Text)}:
        if "$" in text:
            raise ValueError(
                f"'{text}': 그림에는 수식($)을 쓸 수 없습니다. δ, x², ½ 같은 문자로 적으십시오."
            )
        for character in set(text) - style.characters() - {"\n"}:
            raise ValueError(
                f"'{text}': 문자 {character!r}(U+{ord(character):04X})가 글꼴 Pretendard에 "
                "없습니다. 다른 문자로 바꾸십시오."
            )


def _check_legend(axes: Any) -> None:
    labels = {label for each in axes.figure.axes for label in each.get_legend_handles_labels()[1]}
    legends = [each.get_legend() for each in axes.figure.axes]
    shown = {text.get_text() for legend in legends if legend for text in legend.get_texts()}
    shown |= {text.get_text() for each in axes.figure.axes for text in each.texts}
    missing = sorted(labels - shown)
    if len(labels) > 1 and missing:
        raise ValueError(
            f"'{axes.figure.get_suptitle()}' 칸의 범례에 {', '.join(missing)}이(가) 없습니다. "
            "ax.legend()를 부르거나 선 곁에 이름을 적으십시오."
        )


def label_line(axes: Any, line: Any, x: float, *, dx: float = 0, dy: float = 8) -> Any:
    """선 곁에 그 선의 이름을 적습니다. 범례보다 읽기 쉽습니다.

    Parameters
    ----------
    axes, line
        칸과, `label=`이 있는 선.
    x
        이름을 적을 가로 자리. 선의 자료가 있는 범위 안의 값입니다.
    dx, dy
        선에서 떨어진 거리(포인트).
    """
    xs, ys = np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)
    order = np.argsort(xs)
    return axes.annotate(
        line.get_label(),
        (x, np.interp(x, xs[order], ys[order])),
        (dx, dy),
        textcoords="offset points",
        ha="center" if dx == 0 else ("left" if dx > 0 else "right"),
        va="center",
        path_effects=style.HALO,
    )
