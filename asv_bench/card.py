"""Measure a CUDA card: `python asv_bench/card.py`. With NUMBA_ENABLE_CUDASIM=1, see at a tiny size that it runs.

Prints GB/s (of the whole matrix), the fraction of a plain copy on the card (read and written), and the time of a
Lagrangian pass: `reduced` and `served`, the matrix on the card all the while; then a solve without and with the card.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
from best_of import best_of
from machine import machine
from numba import cuda
from numba.core import config

import sitewright as sw
from sitewright.kernels import gains, great_circle, latency, near_ends, nearest, reduced, served, survey
from sitewright.kernels._backends import why_no_cuda

SIZES = [(1_400_000, 460), (100_000, 10_000)]
TINY = [(40, 12)]
# Customers, sites and open sites of the solve, and the seconds that it may take.
SOLVED, TINY_SOLVED, LIMIT = (20_000, 460, 23), (8, 6, 2), 120.0


@cuda.jit
def _copy(source, target):  # type: ignore[no-untyped-def]
    for k in range(cuda.grid(1), source.shape[0], cuda.gridsize(1)):
        target[k] = source[k]


def of_copy(entries: int) -> float:
    """Return the bytes that a plain copy reads and writes in a second."""
    source, target = (cuda.device_array(entries, np.float32) for _ in range(2))
    blocks = 2 if config.ENABLE_CUDASIM else 4096

    def copy() -> None:
        _copy[blocks, 8 if config.ENABLE_CUDASIM else 256](source, target)
        cuda.synchronize()

    copy()
    return 8 * entries / best_of(copy)


def of_size(n: int, m: int, limit: float) -> list[str]:
    from benchmarks.subjects.making import points

    from sitewright.instances.network import load_network

    a, b, network = points(n, 1), points(m, 2), load_network()
    on_card: Any = {"backend": "cuda", "dtype": np.float32, "keep": True}

    def waited(call: Any) -> Any:
        made = call()
        cuda.synchronize()
        return made

    matrix = waited(lambda: latency(a, b, network, **on_card))
    prices, chosen = np.full(n, 60.0), np.arange(0, m, max(1, m // 20))
    near = nearest(matrix, chosen, backend="cuda")
    calls = {
        "great_circle": lambda: waited(lambda: great_circle(a.lat, a.lon, b.lat, b.lon, **on_card)),
        "latency": lambda: waited(lambda: latency(a, b, network, **on_card)),
        "nearest": lambda: nearest(matrix, chosen, backend="cuda"),
        "gains": lambda: gains(matrix, chosen, near, backend="cuda"),
        "reduced": lambda: reduced(matrix, prices, backend="cuda"),
        "served": lambda: served(matrix, prices, chosen, backend="cuda"),
        "near_ends": lambda: near_ends(matrix, np.ones(m, np.bool_), rank=min(m, 40), backend="cuda"),
        "survey": lambda: survey(matrix, backend="cuda"),
    }
    seconds, times = {}, 1 if config.ENABLE_CUDASIM else 5
    for name, call in calls.items():
        call()
        seconds[name] = best_of(call, times)
    lines = [f"{n} x {m} float32"]
    for name, took in seconds.items():
        speed = 4 * n * m / took
        lines.append(f"  {name:13s} {took * 1e3:10.2f} ms  {speed / 1e9:8.1f} GB/s  {speed / limit:5.0%} of a copy")
    both = seconds["reduced"] + seconds["served"]
    return [*lines, f"  Lagrangian pass (reduced + served): {both * 1e3:.2f} ms"]


def of_solve(n: int, m: int, p: int) -> list[str]:
    from benchmarks.subjects.making import points

    from sitewright.instances.network import load_network

    ms = latency(points(n, 1), points(m, 2), load_network(), dtype=np.float32)
    problem = sw.Problem.from_arrays(service_cost=ms, fixed_cost=np.zeros(m), rules=[sw.rules.SiteCount(p, p)])
    lines = [f"solve of {n} x {m} float32, {p} open"]
    for backend in ("cpu", "cuda"):
        sw.solve(problem, backend=backend, time_limit=LIMIT, threads=1)  # compiles
        plan = sw.solve(problem, backend=backend, time_limit=LIMIT, threads=1)
        lines.append(f"  {backend:5s} {plan.timings['wall']:8.2f} s  gap {plan.gap:.2g}")
    return lines


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.parse_args()
    if why_no_cuda():
        sys.exit(f"not measured: {why_no_cuda()}")
    simulated = bool(config.ENABLE_CUDASIM)
    if simulated:
        sys.path.append(str(Path(__file__).parents[1]))
        from tests.kernels.simulator import tame

        tame()
        print("NOT RUN ON A CARD: numba's simulator, at a tiny size. The figures say nothing about CUDA.")
    else:
        name = cuda.get_current_device().name
        print(name.decode() if isinstance(name, bytes) else name)
    print(machine())
    limit = of_copy(64 if simulated else 1 << 28)
    print(f"plain copy: {limit / 1e9:.3g} GB/s")
    for size in TINY if simulated else SIZES:
        print("\n".join(of_size(*size, limit)))
    print("\n".join(of_solve(*(TINY_SOLVED if simulated else SOLVED))))


if __name__ == "__main__":
    main()
