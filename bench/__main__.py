"""`python -m bench [NAME …]`: time every loss against other libraries on the same arrays."""

from __future__ import annotations

import argparse
import csv
import os
import statistics
import time
import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

import lossbook
from bench.cases import CASES
from bench.libraries import others, torch_calls

Call = Callable[[], Any]
TABLE = Path(lossbook.__file__).parent / "data" / "speed.csv"
FIELDS = ("loss", "size", "dtype", "library", "forward", "both", "memory")


def our_calls(name: str, args: tuple[Any, ...], options: dict[str, Any]) -> dict[str, Call]:
    loss, grad = getattr(lossbook, name), getattr(lossbook, f"{name}_grad")
    return {
        "forward": lambda: loss(*args, **options),
        "both": lambda: (loss(*args, **options), grad(*args, **options)),
    }


def ratio(ours: Call, theirs: Call, rounds: int) -> float:
    """Time both in turn; return the median of ours divided by the median of theirs."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds + 1):
        for call, kept in zip((ours, theirs), times, strict=True):
            start = time.perf_counter()
            call()
            kept.append(time.perf_counter() - start)
    return statistics.median(times[0][1:]) / statistics.median(times[1][1:])


def peak_memory(call: Call, args: tuple[Any, ...]) -> float:
    """Return the peak of new memory during a call, in units of its inputs."""
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return float(peak / sum(np.asarray(arg).nbytes for arg in args))


def rows(title: str, size: int, dtype: str, rounds: int) -> Iterator[dict[str, Any]]:
    """Yield a row for each library: ratios of time, and memory."""
    name = title.partition(" ")[0]
    args, options = CASES[title](np.random.default_rng(0), size, dtype)
    ours = our_calls(name, args, options)
    memory = peak_memory(ours["forward"], args)
    found = getattr(lossbook, f"{name}_grad")(*args, **options)
    gradients = len(found) if isinstance(found, tuple) else 1
    repeats = rounds if size > 10_000 else 60 * rounds
    large = size > 10_000 and dtype == "float32"
    for threads in (1, os.cpu_count() or 1) if large else (1,):
        torch.set_num_threads(threads)
        library = "torch" if threads == 1 else f"torch ({threads} threads)"
        theirs = torch_calls(name, args, options, gradients)
        times = {what: ratio(ours[what], theirs[what], repeats) for what in theirs}
        yield row(title, size, dtype, library, times, memory)
    torch.set_num_threads(1)
    for library, calls in others(name, args).items():
        times = {what: ratio(ours[what], call, repeats) for what, call in calls.items()}
        yield row(title, size, dtype, library, times, memory)


def row(
    title: str, size: int, dtype: str, library: str, times: dict[str, float], memory: float
) -> dict[str, Any]:
    numbers = {what: f"{value:.3g}" for what, value in times.items()}
    identity = {"loss": title, "size": size, "dtype": dtype, "library": library}
    return {**identity, "both": "", **numbers, "memory": f"{memory:.2f}"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", help="losses (default: all)")
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000, 10_000_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help=f"write {TABLE.name} for the book")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    found: list[dict[str, Any]] = []
    for title in CASES:
        name = title.partition(" ")[0]
        if (options.names and name not in options.names) or not hasattr(lossbook, name):
            continue
        for size in options.sizes:
            for dtype in ("float32", "float64"):
                for line in rows(title, size, dtype, options.rounds):
                    print(*(f"{line[field]!s:>12}" for field in FIELDS), flush=True)
                    found.append(line)
    if options.write:
        with TABLE.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(found)


if __name__ == "__main__":
    main()
