"""빠르기 쪽의 그림: bench가 잰 비율."""

from __future__ import annotations

from lossbook.data import load_speed
from lossbook.plots import style
from lossbook.plots.figure import Figure, figure, panel

LARGE, SMALL = 10_000_000, 1_000
WHAT = {"forward": "손실", "both": "손실과 기울기"}


def measured(size: int, dtype: str, what: str, library: str = "torch") -> dict[str, float]:
    """Return loss → time of lossbook divided by the time of the library."""
    return {
        row["loss"]: float(row[what])
        for row in load_speed()
        if (int(row["size"]), row["dtype"], row["library"]) == (size, dtype, library) and row[what]
    }


def _ratios(size: int, title: str) -> Figure:
    names = list(measured(size, "float32", "forward"))[::-1]
    height = 0.27 * len(names) + 1.3
    ax = panel(
        title=title, xlabel="lossbook의 시간 ÷ PyTorch의 시간 (한 스레드)", ylabel="손실",
        wide=True, height=height,
    )  # fmt: skip
    for what, marker in zip(WHAT, ("o", "s"), strict=True):
        for dtype, filled in (("float32", True), ("float64", False)):
            ratios = measured(size, dtype, what)
            color = style.BLUE if what == "forward" else style.ORANGE
            ax.plot(
                [ratios[name] for name in names], range(len(names)), linestyle="none",
                marker=marker, color=color, markerfacecolor=color if filled else style.PAPER,
                label=f"{WHAT[what]}, {dtype}",
            )  # fmt: skip
    ax.axvline(1, **style.REFERENCE)
    ax.set_xscale("log")
    ax.set_yticks(range(len(names)), names)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.02), ncols=2)
    return figure(
        ax,
        alt=f"손실마다 {size:,}개의 원소에서 잰 시간의 비율을 로그 눈금의 점으로 찍은 그림. "
        "세로 점선이 1이고, 왼쪽에 있는 점은 lossbook이 더 빠른 것이다.",
    )


def large() -> Figure:
    """원소가 천만 개일 때의 비율."""
    return _ratios(LARGE, "원소 10,000,000개")


def small() -> Figure:
    """원소가 천 개일 때의 비율."""
    return _ratios(SMALL, "원소 1,000개")
