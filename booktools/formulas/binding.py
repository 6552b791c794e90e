"""The table label → meaning that every chapter keeps in tests/chapters/<module>/formulas.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from booktools.formulas.tokens import key

Random = np.random.Generator


@dataclass(frozen=True)
class Draw:
    """One input: symbols of the formula (LaTeX → value) and how far each index runs.

    The left side is a symbol like the others; bind it to what `lossbook` returns.
    Indices count from one: ``indices={"n": 5}`` means n = 1..5; a range is taken as it is.
    """

    symbols: Mapping[str, Any]
    indices: Mapping[str, int | range] = field(default_factory=dict)

    @property
    def names(self) -> dict[str, Any]:
        return {key(name): value for name, value in self.symbols.items()}

    @property
    def ranges(self) -> dict[str, range]:
        return {
            index: size if isinstance(size, range) else range(1, size + 1)
            for index, size in self.indices.items()
        }


@dataclass(frozen=True)
class Binding:
    """What a labelled formula claims.

    `draw(rng, k)` makes the k-th input, k = 0 … draws-1: mix random and edge inputs, with N ≠ C,
    unequal weights, large ε, both branches of every case and values at the very edge.
    `defines` names the function of lossbook that the left side is; `survivors` lists mutants
    (as the report writes them) that mean the same as the formula, each with the reason.
    """

    label: str
    draw: Callable[[Random, int], Draw]
    defines: str = ""
    draws: int = 4
    survivors: Mapping[str, str] = field(default_factory=dict)

    def inputs(self) -> list[Draw]:
        return [self.draw(np.random.default_rng(seed), seed) for seed in range(self.draws)]


@dataclass(frozen=True)
class SourceFormula:
    """A formula of the source document, judged by the same evaluator under a label's binding.

    `quote` stands in the source document letter for letter; `latex` is how it reads literally.
    `holds` is the verdict of the spec: most are refuted, some are right.
    """

    section: str
    quote: str
    latex: str
    label: str
    holds: bool
    reason: str
