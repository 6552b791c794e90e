"""Font, palette and matplotlib settings that every figure of the book shares.

Text and axes are drawn in ``INK`` and masked with ``PAPER``. Both are placeholders: the SVG
carries ``currentColor`` and the page's background in their place, so one picture serves the light
and the dark theme.
"""

from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib import patheffects
from matplotlib.colors import to_rgb
from matplotlib.font_manager import fontManager
from matplotlib.ft2font import FT2Font
from matplotlib.ticker import FuncFormatter

FONTS = Path(__file__).parent / "fonts"

INK = "#1b1e24"
PAPER = "#fdfefc"
CSS_COLORS = {
    INK: "currentColor",
    PAPER: "var(--pst-color-background,var(--jp-layout-color0,Canvas))",
}
DARK_BACKGROUND = "#121212"
"""Background of the site's dark theme; the palette is measured against it and against white."""

BLUE, ORANGE, TEAL, ORCHID, GOLD, VIOLET = PALETTE = (
    "#2272b4", "#b84300", "#36a386", "#d262e8", "#a39000", "#8919fa",
)  # fmt: skip
GREY = "#808080"
"""For what is only there for reference: the 0-1 loss, an asymptote, an old state."""

LINES = ("-", (0, (5, 2)), (0, (1.2, 1.6)), (0, (6, 2, 1.2, 2)), (0, (9, 2.5)), (0, (3, 1, 1, 1)))

REFERENCE: dict[str, Any] = {"color": GREY, "linestyle": (0, (3, 3)), "linewidth": 1.4}
"""Style of a fixed reference line: ``ax.axvline(1, **REFERENCE)``."""

MAP = {"label": "_map"}
"""For a region filled by a colour scale, as in a heat map: ``ax.fill(…, color=…, **MAP)``."""

HALO = [patheffects.withStroke(linewidth=3, foreground=PAPER)]
"""For text that lies on lines: ``ax.text(…, path_effects=HALO)``."""

RC: dict[str, Any] = {
    "font.family": "Pretendard",
    "font.size": 10.5,
    "text.color": INK,
    "text.parse_math": False,
    "axes.labelcolor": INK,
    "axes.labelsize": 10.5,
    "axes.titlesize": 11,
    "axes.edgecolor": INK,
    "axes.facecolor": "none",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "axes.formatter.useoffset": False,
    "axes.formatter.use_mathtext": False,
    "axes.formatter.limits": (-5, 6),
    "axes.prop_cycle": cycler(color=PALETTE, linestyle=LINES),
    "axes.xmargin": 0.02,
    "grid.color": INK,
    "grid.alpha": 0.13,
    "grid.linewidth": 0.8,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 10.5,
    "ytick.labelsize": 10.5,
    "xtick.major.pad": 7,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
    "lines.linewidth": 2.2,
    "lines.markersize": 6,
    "lines.solid_capstyle": "round",
    "lines.dash_capstyle": "butt",
    "lines.scale_dashes": True,
    "patch.edgecolor": "none",
    "patch.facecolor": BLUE,
    "hatch.color": PAPER,
    "scatter.edgecolors": "none",
    "image.cmap": "cividis",
    "image.interpolation": "none",
    "legend.frameon": True,
    "legend.facecolor": PAPER,
    "legend.edgecolor": "none",
    "legend.framealpha": 0.8,
    "legend.fontsize": 10.5,
    "legend.handlelength": 2.4,
    "legend.borderpad": 0.3,
    "legend.labelspacing": 0.35,
    "figure.titlesize": 12,
    "figure.titleweight": "bold",
    "figure.labelsize": 10.5,
    "figure.labelweight": "normal",
    "figure.facecolor": "none",
    "figure.dpi": 72,
    "savefig.facecolor": "none",
    "svg.fonttype": "path",
    "svg.hashsalt": "lossbook",
    "path.simplify": True,
    "path.simplify_threshold": 0.1,
}


@cache
def _register_fonts() -> None:
    for path in sorted(FONTS.glob("*.otf")):
        fontManager.addfont(path)


def apply() -> None:
    """글꼴과 색을 포함한 책의 그림 설정을 matplotlib 전체에 적용합니다.

    `panel`이 부릅니다. 연습 문제에서 `matplotlib.pyplot`으로 그리는 그림도 한글이 깨지지 않습니다.
    """
    _register_fonts()
    mpl.rcParams.update(RC)


@cache
def characters() -> frozenset[str]:
    """글꼴 두 벌(보통, 굵게)에 모두 들어 있는 문자의 집합입니다."""
    maps = [FT2Font(str(path)).get_charmap() for path in sorted(FONTS.glob("*.otf"))]
    return frozenset(chr(code) for code in set.intersection(*(set(m) for m in maps)))


def luminance(color: Any) -> float:
    """색의 상대 휘도입니다(WCAG 2.2, 0은 검정, 1은 흰색)."""
    rgb = np.array(to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(first: Any, second: Any) -> float:
    """두 색의 명암비입니다(WCAG 2.2, 1에서 21 사이)."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def ink_on(color: Any) -> str:
    """열지도의 칸처럼 색이 정해진 바탕 위에 쓸 글자색을 고릅니다: 검정 또는 흰색."""
    return max("#000000", "#ffffff", key=lambda ink: contrast(ink, color))


_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _power_label(value: float, _position: int | None = None) -> str:
    if 1e-3 <= abs(value) < 1e5:
        return f"{value:g}".replace("-", "−")
    if value == 0:
        return "0"
    mantissa, exponent = f"{abs(value):.0e}".split("e")
    power = "10" + str(int(exponent)).translate(_SUPERSCRIPTS)
    sign = "−" if value < 0 else ""
    return sign + (power if mantissa == "1" else f"{mantissa}×{power}")


def power_ticks() -> FuncFormatter:
    """로그 축의 눈금 이름을 수식 없이 씁니다: 0.01, 1, 100, 10⁻⁵."""
    return FuncFormatter(_power_label)
