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
    ax = panel(
        title=title, xlabel="시간의 비: lossbook ÷ PyTorch", ylabel="손실 (float32, 스레드 하나)",
        height=0.24 * len(names) + 1.2,
    )  # fmt: skip
    for what, marker in zip(WHAT, ("o", "s"), strict=True):
        ratios = measured(size, "float32", what)
        ax.plot(
            [ratios[name] for name in names], range(len(names)), marker, label=WHAT[what]
        )  # fmt: skip
    ax.axvline(1, **style.REFERENCE)
    ax.set_xscale("log")
    ax.set_yticks(range(len(names)), names)
    ax.tick_params(axis="y", labelsize=8.5)
    ax.set_ylim(-2.6, len(names) - 0.4)
    ax.legend(loc="lower left", ncols=2)
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
