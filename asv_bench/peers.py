"""The exact engine beside its peers, on the same data in the same run: CPU seconds and peak memory of each.

    python asv_bench/peers.py [--pbp COMMAND] [--time-limit S] [CASE ...]

A case is ``ufl:N:X`` or ``p-median:N:P`` (points in the unit square, see `sitewright.instances.generators`). Peers are
HiGHS by OR-Tools on the compact strong model, and pbp-pmedian where its command is given (a p-median solver; it lives
best in an environment of its own). One thread each. A peer that the limit stops is shown with its seconds so far.
"""

import argparse
import json
import resource
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

import sitewright as sw
from sitewright.instances import generate
from sitewright.optimizer.engine.warmup import warmup
from sitewright.optimizer.model.build import build
from sitewright.optimizer.solver.process import resources, solve_model

CASES = ("ufl:300:100", "ufl:1000:100", "p-median:300:20", "p-median:1000:50")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", default=CASES)
    parser.add_argument("--pbp")
    parser.add_argument("--time-limit", type=float, default=200.0)
    args = parser.parse_args()
    warmup()
    for case in args.cases:
        kind, n, more = case.split(":")
        if kind == "ufl":
            problem = generate("euclidean_ufl", seed=1, n=int(n), x=float(more))
        else:
            problem = generate("euclidean_p_median", seed=1, n=int(n), p=int(more))
        value, ours = _ours(problem)
        print(f"{case:<18} {'sitewright':<12} {value:>12.0f} {ours:8.2f} CPU s", flush=True)
        found, spent = _compact(problem, args.time_limit)
        _tell(case, "HiGHS", found, spent, spent / ours)
        if args.pbp and kind == "p-median":
            found, spent = _pbp(problem, args.pbp, int(more), args.time_limit)
            _tell(case, "pbp-pmedian", found, spent, spent / ours)


def _ours(problem: sw.Problem) -> tuple[float, float]:
    before = resources()[0]
    plan = sw.solve(problem, threads=1, gap=1e-9, ties=False)
    spent = resources()[0] - before
    assert plan.status is sw.Status.OPTIMAL and plan.verify(problem).accepted
    return plan.objective, spent


def _compact(problem: sw.Problem, limit: float) -> tuple[str, float]:
    before = resources()[0]
    answer = solve_model(build(problem), solver="highs", time_limit=limit, gap=1e-9, threads=1)
    spent = resources()[0] - before
    return answer.outcome.value if answer.outcome.value != "optimal" else f"{answer.bound:.0f}", spent


def _pbp(problem: sw.Problem, command: str, p: int, limit: float) -> tuple[str, float]:
    with tempfile.TemporaryDirectory() as room:
        matrix, report = Path(room) / "matrix.csv", Path(room) / "report.json"
        np.savetxt(matrix, problem.data["service_cost"].values.T, fmt="%d", delimiter=",")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        words = [command, str(matrix), "-p", str(p), "--tolerances", "none", "--time-limit", str(limit)]
        done = subprocess.run([*words, "--json", str(report)], capture_output=True, text=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        if not report.exists():
            return f"failed: {done.stderr[-200:]}", spent
        found = json.loads(report.read_text())
    return f"{found['f_star']:.0f}, {found['t_base_s']:.1f} s of it in the solve alone", spent


def _tell(case: str, name: str, found: str, spent: float, ratio: float) -> None:
    print(f"{case:<18} {name:<12} {found:>12} {spent:8.2f} CPU s, {ratio:.0f} times", flush=True)


if __name__ == "__main__":
    started = time.perf_counter()
    main()
    print(f"{time.perf_counter() - started:.0f} s in all")
