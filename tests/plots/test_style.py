"""The palette is measured: contrast on both themes, and colours that the colour-blind can tell."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from lossbook.plots import style

SIMULATIONS = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.303900]],
}  # fmt: skip
"""Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB (doi:10.1109/TVCG.2009.113)."""


def oklab(color, simulation):
    rgb = np.array(to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(simulation) @ linear, 0, 1)
    to_lms = [[0.4122214708, 0.5363325363, 0.0514459929],
              [0.2119034982, 0.6806995451, 0.1073969566],
              [0.0883024619, 0.2817188376, 0.6299787005]]  # fmt: skip
    to_lab = [[0.2104542553, 0.793617785, -0.0040720468],
              [1.9779984951, -2.428592205, 0.4505937099],
              [0.0259040371, 0.7827717662, -0.8086757660]]  # fmt: skip
    return 100 * np.array(to_lab) @ np.cbrt(np.array(to_lms) @ seen)


def distance(first, second):
    return min(np.linalg.norm(oklab(first, s) - oklab(second, s)) for s in SIMULATIONS.values())


@pytest.mark.parametrize("color", [*style.PALETTE, style.GREY])
@pytest.mark.parametrize("ground", ["#ffffff", style.DARK_BACKGROUND])
def test_contrast(color, ground):
    assert style.contrast(color, ground) >= 3


def test_contrast_measures():
    assert style.contrast("black", "white") == pytest.approx(21)
    assert style.contrast("#ffe680", "white") < 3, "a planted pale yellow is refused"


def test_colors_are_told_apart():
    pairs = combinations(style.PALETTE, 2)
    close = [(a, b, round(distance(a, b), 1)) for a, b in pairs if distance(a, b) < 8]
    assert not close
    assert min(distance(a, b) for a, b in combinations(style.PALETTE[:3], 2)) >= 10
    assert distance("#d62728", "#8c6d1f") < 8, "a planted red beside brown is refused"


def test_every_colour_has_its_own_dash():
    assert len(set(style.LINES)) == len(style.PALETTE)


def test_font_has_what_the_book_writes():
    assert set("가힣−δβσμλγτεθπℓ½²₁ŷ‖∂Σ∞≤≥→⁻⁹∅") <= style.characters()
    assert "∇" not in style.characters()


def test_ink_on():
    assert style.ink_on("#002b62") == "#ffffff"
    assert style.ink_on("#f3db42") == "#000000"


@pytest.mark.parametrize(
    ("value", "label"),
    [
        (1, "1"),
        (0.01, "0.01"),
        (1e-8, "10⁻⁸"),
        (2e6, "2×10⁶"),
        (-5, "−5"),
        (-1e7, "−10⁷"),
        (0, "0"),
    ],
)
def test_power_ticks(value, label):
    assert style.power_ticks()(value, 0) == label
