"""`python -m bench [NAME …]`: time every loss against torch on the same arrays, in one run."""

from __future__ import annotations

import argparse
import statistics
import time
import tracemalloc
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

import lossbook
from bench.cases import CASES

Call = Callable[[], Any]


def calls(name: str, args: tuple[Any, ...], options: dict[str, Any]) -> dict[str, dict[str, Call]]:
    """Return library → what is timed ("forward", "both") → call; torch makes as many gradients."""
    loss, grad = getattr(lossbook, name), getattr(lossbook, f"{name}_grad")
    theirs = getattr(torch.nn.functional, name, None)
    found: dict[str, dict[str, Call]] = {
        "lossbook": {
            "forward": lambda: loss(*args, **options),
            "both": lambda: (loss(*args, **options), grad(*args, **options)),
        }
    }
    if theirs is not None:
        tensors = [torch.from_numpy(arg) for arg in args]
        gradients = grad(*args, **options)
        count = len(gradients) if isinstance(gradients, tuple) else 1
        leaves = [tensor.clone().requires_grad_() for tensor in tensors[:count]]

        def both() -> None:
            for leaf in leaves:
                leaf.grad = None
            theirs(*leaves, *tensors[count:], **options).backward()

        found["torch"] = {"forward": lambda: theirs(*tensors, **options), "both": both}
    return found


def medians(timed: dict[str, Call], rounds: int) -> dict[str, float]:
    """Time the calls in turn and return each one's median seconds."""
    times: dict[str, list[float]] = {key: [] for key in timed}
    for _ in range(rounds + 1):
        for key, call in timed.items():
            start = time.perf_counter()
            call()
            times[key].append(time.perf_counter() - start)
    return {key: statistics.median(values[1:]) for key, values in times.items()}


def peak_memory(call: Call, args: tuple[Any, ...]) -> float:
    """Return the peak of new memory during a call, in units of its inputs."""
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return float(peak / sum(np.asarray(arg).nbytes for arg in args))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", help="losses (default: all)")
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000, 10_000_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    warnings.simplefilter("ignore")
    print(f"{'loss':34} {'size':>9} {'dtype':8} {'forward':>8} {'both':>8} {'memory':>8}")
    for title, make in CASES.items():
        name = title.partition(" ")[0]
        if (options.names and name not in options.names) or not hasattr(lossbook, name):
            continue
        for size in options.sizes:
            for dtype in ("float32", "float64"):
                args, keywords = make(np.random.default_rng(0), size, dtype)
                rounds = options.rounds if size > 10_000 else 300
                found = calls(name, args, keywords)
                row = []
                for what in ("forward", "both"):
                    times = medians({key: call[what] for key, call in found.items()}, rounds)
                    row.append(times["lossbook"] / times.get("torch", np.nan))
                memory = peak_memory(found["lossbook"]["forward"], args)
                print(f"{title:34} {size:9} {dtype:8} {row[0]:8.2f} {row[1]:8.2f} {memory:8.2f}", flush=True)


if __name__ == "__main__":
    main()
