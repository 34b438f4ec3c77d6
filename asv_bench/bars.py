"""The bars of the CPU kernels, as ratios within one run: `python asv_bench/bars.py [--json FILE] [--small]`.

Each kernel stands beside the physical limit that it is held to, measured in the same run with the same two threads.
Nothing is asserted; a table is printed.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from best_of import best_of
from machine import machine
from numba import njit

from sitewright.instances.network import load_network
from sitewright.kernels import Places, gains, great_circle, latency, nearest, reduced, warmup
from sitewright.kernels._blocks import run_tasks
from sitewright.kernels.great_circle import EARTH_RADIUS_KM, unit_vectors
from sitewright.kernels.great_circle import cpu as great_circle_cpu

THREADS = 2
COUNTRIES = np.array(["DEU", "CHN", "USA", "NLD", "SGP"])
COMPILE = """
import time, sitewright.kernels as k
import numba
cpu, wall = time.process_time(), time.perf_counter()
k.warmup()
print(time.process_time() - cpu, time.perf_counter() - wall)
"""


@njit(nogil=True)
def _fill(part):  # type: ignore[no-untyped-def]
    for k in range(len(part)):
        part[k] = 1.0


@njit(nogil=True, fastmath=True)
def _sum(part):  # type: ignore[no-untyped-def]
    total = part.dtype.type(0)
    for k in range(len(part)):
        total += part[k]
    return total


def halves(function: Any, matrix: Any) -> float:
    """Return the seconds of a function on both halves of a matrix at once: what memory itself allows."""
    flat = matrix.reshape(-1)
    parts = np.array_split(flat, THREADS)
    function(flat[:1])
    return best_of(lambda: run_tasks(parts, lambda k, part: function(part), THREADS))


def numpy_great_circle(a: Any, b: Any) -> Any:
    """Return km by broadcasting, as one would write it (haversine)."""
    p, q = np.radians(a, dtype=np.float32), np.radians(b, dtype=np.float32)
    d = p[:, None, :] - q[None, :, :]
    h = np.sin(d[..., 0] / 2) ** 2 + np.cos(p[:, None, 0]) * np.cos(q[None, :, 0]) * np.sin(d[..., 1] / 2) ** 2
    return 2 * np.float32(EARTH_RADIUS_KM) * np.arcsin(np.sqrt(h))


def of_great_circle(n: int, m: int) -> list[list[str]]:
    rng = np.random.default_rng(1)
    a, b = (np.column_stack([rng.uniform(-60, 70, k), rng.uniform(-180, 180, k)]) for k in (n, m))
    u, v, out = unit_vectors(*a.T), unit_vectors(*b.T), np.zeros((n, m), np.float32)
    fill = halves(_fill, out)
    place = best_of(lambda: great_circle_cpu.run(u, v, EARTH_RADIUS_KM, out, THREADS))
    fresh = best_of(lambda: np.empty((n, m), np.float32).fill(1))
    call = best_of(lambda: great_circle(*a.T, *b.T, dtype=np.float32, threads=THREADS))
    size, work = f"float32 {n} x {m}", out.nbytes
    rows = [
        ["great_circle", size, "of a fill of the same array", f"{fill / place:.0%}", ">= 60 %", rate(work, place)],
        ["great_circle", size, "new array, of NumPy's fill of one", f"{fresh / call:.0%}", "", rate(work, call)],
    ]
    slow = best_of(lambda: numpy_great_circle(a, b), 1)
    rows.append(["great_circle", size, "times NumPy broadcasting", f"{slow / call:.0f}", ">= 20", f"{slow:.2f} s"])
    try:
        from sklearn.metrics.pairwise import haversine_distances
    except ImportError:
        return [*rows, ["great_circle", size, "times scikit-learn", "skipped: not installed", ">= 10", ""]]
    slow = best_of(lambda: haversine_distances(np.radians(a), np.radians(b)), 1)
    return [*rows, ["great_circle", size, "times scikit-learn", f"{slow / call:.0f}", ">= 10", f"{slow:.2f} s"]]


def of_reading(n: int, m: int) -> list[list[str]]:
    rng = np.random.default_rng(2)
    cost, prices = rng.random((n, m), dtype=np.float32), np.full(n, 0.3)
    limit = halves(_sum, cost)
    size = f"float32 {n} x {m}"
    rows = [["read (sum)", size, "", "100%", "", rate(cost.nbytes, limit)]]
    took = best_of(lambda: reduced(cost, prices, threads=THREADS))
    rows.append(["reduced", size, "of a read", f"{limit / took:.0%}", ">= 90 %", rate(cost.nbytes, took)])
    for n_open in (m // 20, m // 2):
        chosen = np.sort(rng.choice(m, n_open, replace=False))
        near = nearest(cost, chosen)
        for name, call in (
            ("nearest", lambda c=chosen: nearest(cost, c, threads=THREADS)),
            ("gains", lambda c=chosen, near=near: gains(cost, c, near, threads=THREADS)),
        ):
            took = best_of(call)
            rows.append(
                [f"{name}, {n_open} open", size, "of a read", f"{limit / took:.0%}", ">= 75 %", rate(cost.nbytes, took)]
            )
    return rows


def points(rng: Any, n: int) -> Places:
    lat, lon = rng.uniform(-60, 70, n), rng.uniform(-180, 180, n)
    return Places(lat, lon, COUNTRIES[rng.integers(0, len(COUNTRIES), n)])


def alone(n: int, m: int) -> None:
    """Print the seconds of a latency matrix and the peak memory of it in bytes; for a process of its own."""
    rng, network = np.random.default_rng(3), load_network()
    home, sites = points(rng, n), points(rng, m)
    latency(points(rng, 2), sites, network, dtype=np.float32)

    # What is held now, not the most that was: making the places took more than they do.
    before = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    # Twice: the first time, a virtual machine may still have to be given the memory.
    took = best_of(lambda: latency(home, sites, network, dtype=np.float32, threads=THREADS), 2)
    print(took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before)


def of_latency(n: int, m: int) -> list[list[str]]:
    size, command = f"float32 {n} x {m}", [sys.executable, __file__, "--alone", str(n), str(m)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    took, peak = (float(x) for x in done.stdout.split())
    rng, network = np.random.default_rng(4), load_network()
    home, sites = points(rng, 2000), points(rng, m)
    exact = latency(home, sites, network)
    off = float(np.abs(latency(home, sites, network, dtype=np.float32) - exact).max())
    return [
        ["latency", size, "seconds, nothing merged", f"{took:.2f}", "<= 25; merged <= 3", rate(4 * n * m, took)],
        ["latency", size, "peak memory, of the output", f"{peak / (4 * n * m):.0%}", "<= 110 %", ""],
        ["latency", f"float32 2000 x {m}", "ms from float64, at most", f"{off:.5f}", "<= 0.05", ""],
    ]


def of_compiling() -> list[list[str]]:
    rows = []
    with tempfile.TemporaryDirectory() as cache:
        for state, bar in (("an empty cache", "<= 20"), ("the cache", "<= 1")):
            environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
            done = subprocess.run(
                [sys.executable, "-c", COMPILE], env=environment, capture_output=True, text=True, check=True
            )
            found = f"{float(done.stdout.split()[0]):.2f}"
            rows.append(["all kernels", "", f"CPU seconds from {state}", found, bar, ""])
    return rows


def rate(work: int, seconds: float) -> str:
    return f"{work / seconds / 1e9:.1f} GB/s"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", type=Path, help="write the table there too, for page.py")
    options.add_argument("--small", action="store_true", help="tiny sizes, to see that it runs")
    options.add_argument("--alone", type=int, nargs=2, help=argparse.SUPPRESS)
    given = options.parse_args()
    warmup()
    if given.alone:
        alone(*given.alone)
        return
    few = 100 if given.small else 1
    rows = of_great_circle(10_000 // few, 2000)
    rows += of_reading(200_000 // few, 460) + of_reading(50_000 // few, 2000)
    rows += of_latency(1_400_000 // few, 460)
    rows += of_compiling() if not given.small else []
    heading = ["kernel", "size", "measure", "found", "bar", "rate"]
    print(machine())
    wide = [max(len(row[k]) for row in [heading, *rows]) for k in range(len(heading))]
    for row in [heading, *rows]:
        print("  ".join(cell.ljust(w) for cell, w in zip(row, wide, strict=True)).rstrip())
    if given.json:
        given.json.write_text(json.dumps({"machine": machine(), "heading": heading, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
