"""`python -m bench.mutation [NAME …]`: mutate the losses with cosmic-ray; print what survives.

Needs `pip install cosmic-ray`, which the book does not. pytest collects the tests of a module once;
each mutant of `lossbook/losses/NAME.py` then runs them in a forked process whose functions have
the mutated code. A private module runs the tests of a few losses that use it.
"""

from __future__ import annotations

import argparse
import difflib
import gc
import importlib
import inspect
import mmap
import os
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FunctionType, ModuleType

import pytest
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names
from hypothesis import Phase, settings

LOSSES = Path("lossbook/losses")
USERS = {
    "_binary": ("binary_cross_entropy", "binary_cross_entropy_with_logits"),
    "_blocks": ("huber_loss",),
    "_classes": ("cross_entropy", "nll_loss", "multi_margin_loss"),
    "_logistic": ("multilabel_soft_margin_loss", "soft_margin_loss"),
    "_margins": (
        "multi_margin_loss", "multilabel_margin_loss", "hinge_embedding_loss",
        "margin_ranking_loss", "soft_margin_loss",
    ),
    "_pairs": ("l1_loss", "mse_loss", "smooth_l1_loss", "huber_loss", "mape"),
    "_relative": ("mape", "mpe"),
    "_samples": ("rmse", "msle", "mape", "mpe"),
    "_triplets": ("triplet_margin_loss", "triplet_margin_with_distance_loss"),
    "_vectors": (
        "cosine_embedding_loss", "triplet_margin_loss", "triplet_margin_with_distance_loss",
    ),
}  # fmt: skip
ALL_USERS = (
    "huber_loss", "l1_loss", "cross_entropy", "poisson_nll_loss", "margin_ranking_loss",
    "multi_margin_loss", "triplet_margin_loss", "gaussian_nll_loss", "rmse",
)  # fmt: skip
PAIRS = ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "Pow_Mul")
OPERATORS = (
    "ReplaceComparisonOperator", "ReplaceUnaryOperator_USub", "ReplaceUnaryOperator_Delete",
    "NumberReplacer", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr",
    "ReplaceOrWithAnd", "AddNot", *(f"ReplaceBinaryOperator_{pair}" for pair in PAIRS),
)  # fmt: skip
SECONDS = 300


def mutants(path: Path) -> Iterator[str]:
    """Yield every mutated source of a file."""
    source = path.read_text(encoding="utf-8")
    seen = {source}
    for name in operator_names():
        if not name.partition("/")[2].startswith(OPERATORS) or "_Is" in name:
            continue
        occurrence = 0
        while (mutated := mutate_code(source, get_operator(name)(), occurrence)) is not None:
            occurrence += 1
            if mutated not in seen:
                seen.add(mutated)
                yield mutated


def mutate(module: ModuleType, source: str) -> None:
    """Give the functions of a loaded module the code, and the module the constants, of a source.

    The function objects stay, so that whoever imported them runs the mutant.
    """

    def kept(value: object) -> object:
        if isinstance(value, FunctionType):
            return vars(module).get(value.__name__, value)
        return value

    names = dict(vars(module))
    exec(compile(source, str(module.__file__), "exec"), names)
    for name, new in names.items():
        old = vars(module).get(name)
        if isinstance(old, FunctionType) and old.__module__ == module.__name__:
            old, new = inspect.unwrap(old), inspect.unwrap(new)
            old.__code__ = new.__code__
            old.__defaults__ = new.__defaults__ and tuple(map(kept, new.__defaults__))
            old.__kwdefaults__ = new.__kwdefaults__ and {
                key: kept(value) for key, value in new.__kwdefaults__.items()
            }
        elif not name.startswith("__"):
            setattr(module, name, new)


class Mutation:
    """A pytest plugin that runs the collected tests once for each mutant."""

    def __init__(self, path: Path, losses: Sequence[str], workers: int) -> None:
        self.losses = losses
        self.module = importlib.import_module(".".join(path.with_suffix("").parts))
        self.made = list(mutants(path))
        self.workers = workers
        self.alive: list[str] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        session.items = [item for item in session.items if self.concerns(item.name)]
        session.items.sort(key=lambda item: hasattr(getattr(item, "obj", None), "hypothesis"))
        self.kills = {item: mmap.mmap(-1, 1) for item in session.items}
        gc.freeze()
        if self.fails(session, self.module.__loader__.get_source(self.module.__name__)):  # type: ignore[union-attr]
            raise pytest.UsageError("the tests fail without a mutant")
        running: dict[int, str] = {}
        for mutated in self.made:
            if len(running) == self.workers:
                self.wait(running)
            running[self.start(session, mutated)] = mutated
        while running:
            self.wait(running)
        return True

    def concerns(self, test: str) -> bool:
        """Of the tests with one case per loss, keep those of the losses that use the module."""
        functions = re.findall(r"\b\w+?(?=_grad\b|\b)", test.partition("[")[2])
        known = [name for name in functions if (LOSSES / f"{name}.py").exists()]
        return not known or any(name in self.losses for name in known)

    def fails(self, session: pytest.Session, source: str) -> bool:
        return os.waitpid(self.start(session, source), 0)[1] != 0

    def start(self, session: pytest.Session, source: str) -> int:
        session.items.sort(key=lambda item: self.kills[item][0], reverse=True)
        child = os.fork()
        if child:
            return child
        status = 1
        try:
            signal.alarm(SECONDS)
            mutate(self.module, source)
            status = self.run(session)
        finally:
            os._exit(status)

    def run(self, session: pytest.Session) -> int:
        """Run the tests, those first that found most mutants; return 1 at the first failure."""
        for item, following in zip(session.items, [*session.items[1:], None], strict=True):
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed:
                self.kills[item][0] = min(self.kills[item][0] + 1, 255)
                return 1
        return 0

    def wait(self, running: dict[int, str]) -> None:
        child, status = os.wait()
        mutated = running.pop(child)
        if status == 0:
            self.alive.append(mutated)


def report(path: Path, workers: int) -> None:
    names = USERS.get(path.stem, ALL_USERS) if path.stem.startswith("_") else (path.stem,)
    named = (*names, "contract", path.stem.removeprefix("_"))
    tests = [file for name in named if Path(file := f"tests/losses/test_{name}.py").exists()]
    mutation = Mutation(path, names, workers)
    with open(os.devnull, "w") as nothing:
        kept = os.dup(1)
        os.dup2(nothing.fileno(), 1)
        status = pytest.main(["-q", "-p", "no:nbval", "-n", "0", *tests], plugins=[mutation])
        os.dup2(kept, 1)
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise SystemExit(f"{path}: the tests do not run without a mutant ({status})")
    source = path.read_text(encoding="utf-8").splitlines()
    print(f"{path}: {len(mutation.made)} mutants, {len(mutation.alive)} survive", flush=True)
    for mutated in mutation.alive:
        lines = difflib.unified_diff(source, mutated.splitlines(), n=0, lineterm="")
        print(*("    " + line for line in list(lines)[2:]), sep="\n", flush=True)


def in_a_process_of_its_own(path: Path, workers: int) -> None:
    """pytest keeps what it has imported, so each module starts afresh."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            report(path, workers)
            status = 0
        finally:
            sys.stdout.flush()
            os._exit(status)
    if os.waitpid(child, 0)[1] != 0:
        print(f"{path}: not measured", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.mutation", description=__doc__)
    parser.add_argument("names", nargs="*", help="modules of lossbook.losses (default: all)")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    without_shrinking = (Phase.explicit, Phase.generate)
    settings.register_profile("mutation", phases=without_shrinking, database=None)
    settings.load_profile("mutation")
    names = options.names or sorted(path.stem for path in LOSSES.glob("*.py"))
    for name in names:
        if name != "__init__":
            in_a_process_of_its_own(LOSSES / f"{name}.py", options.workers)


if __name__ == "__main__":
    main()
