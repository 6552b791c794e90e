"""`python -m bench.mutation [NAME …]`: mutate the losses with cosmic-ray; print what survives.

Needs `pip install cosmic-ray`, which the book does not. Each mutant of `lossbook/losses/NAME.py`
runs the tests of that loss in a process of its own; a private module runs those of a few losses.
"""

from __future__ import annotations

import argparse
import difflib
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any

import hypothesis
import matplotlib
import mpmath
import numpy
import pytest
import scipy.special
import sklearn.metrics
import torch
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ALREADY_IMPORTED = (hypothesis, matplotlib, mpmath, numpy, scipy.special, sklearn.metrics, torch)
LOSSES = Path("lossbook/losses")
SHARED = ("huber_loss", "l1_loss", "cross_entropy", "nll_loss", "triplet_margin_loss")
PAIRS = ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "Pow_Mul")
OPERATORS = (
    "ReplaceComparisonOperator", "ReplaceUnaryOperator_USub", "ReplaceUnaryOperator_Delete",
    "NumberReplacer", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr",
    "ReplaceOrWithAnd", "AddNot", *(f"ReplaceBinaryOperator_{pair}" for pair in PAIRS),
)  # fmt: skip
SECONDS = 120


def mutants(path: Path) -> Iterator[str]:
    """Yield every mutated source of a file."""
    source = path.read_text(encoding="utf-8")
    seen = {source}
    for name in operator_names():
        if not name.partition("/")[2].startswith(OPERATORS):
            continue
        occurrence = 0
        while (mutated := mutate_code(source, get_operator(name)(), occurrence)) is not None:
            occurrence += 1
            if mutated not in seen:
                seen.add(mutated)
                yield mutated


def survives(path: Path, mutated: str) -> bool:
    """Run the tests on a mutant in a forked process and say whether they all pass."""
    child = os.fork()
    if child == 0:
        run_child(path, mutated)
    return os.waitpid(child, 0)[1] == 0


def run_child(path: Path, mutated: str) -> None:
    original = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> CodeType | None:
        if Path(self.path) == path.resolve():
            return compile(mutated, self.path, "exec")
        return original(self, fullname)

    signal.alarm(SECONDS)
    status: Any = 1
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        setattr(SourceFileLoader, "get_code", get_code)  # noqa: B010
        names = SHARED if path.stem.startswith("_") else (path.stem,)
        tests = [f"tests/losses/test_{name}.py" for name in names]
        status = pytest.main(["-x", "-q", "-p", "no:nbval", "-n", "0", *tests])
    finally:
        os._exit(int(status))


def report(path: Path, workers: int) -> None:
    made = list(mutants(path))
    source = path.read_text(encoding="utf-8").splitlines()
    with ThreadPoolExecutor(workers) as pool:
        alive = list(pool.map(lambda mutated: survives(path, mutated), made))
    print(f"{path}: {len(made)} mutants, {sum(alive)} survive", flush=True)
    for mutated in (code for code, lives in zip(made, alive, strict=True) if lives):
        lines = difflib.unified_diff(source, mutated.splitlines(), n=0, lineterm="")
        print(*("    " + line for line in list(lines)[2:]), sep="\n", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.mutation", description=__doc__)
    parser.add_argument("names", nargs="*", help="modules of lossbook.losses (default: all)")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    names = options.names or sorted(path.stem for path in LOSSES.glob("*.py"))
    for name in names:
        if name != "__init__":
            report(LOSSES / f"{name}.py", options.workers)


if __name__ == "__main__":
    main()
