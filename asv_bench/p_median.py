"""p-median on TSPLIB points: distances floored, as the published tables have them.

    python asv_bench/p_median.py DATA [--names rl1304 u1060] [--sites 5 10 50] [--time-limit S]

DATA is a folder with NAME.tsp or NAME.tsp.xz. Prints value, bound, gap, what closed it, seconds, memory.
"""

import argparse
import time
from pathlib import Path

import sitewright as sw
from sitewright.instances import read

NAMES, SITES = ("rl1304", "u1060", "pcb3038", "rl5934"), (5, 10, 50, 100, 500)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--names", nargs="+", default=NAMES)
    parser.add_argument("--sites", nargs="+", type=int, default=SITES)
    parser.add_argument("--time-limit", type=float, default=600.0)
    args = parser.parse_args()
    for name in args.names:
        found = [f for f in (args.data / f"{name}.tsp", args.data / f"{name}.tsp.xz") if f.exists()]
        if not found:
            print(f"{name}: skipped, {args.data} has no {name}.tsp")
            continue
        for p in args.sites:
            problem = read(found[0], p=p, rounding="floor")
            started, cpu = time.perf_counter(), time.process_time()
            plan = sw.solve(problem, time_limit=args.time_limit, gap=1e-9)
            accepted = plan.verify(problem).accepted
            print(
                f"{name:<8} p={p:<4} {plan.status.value:<8} {plan.objective:>12.0f} bound {plan.bound:>14.2f}"
                f" gap {plan.gap:.1e} {plan.certificate.solver or 'prices alone':<16}"
                f" {time.perf_counter() - started:6.1f} s {time.process_time() - cpu:6.1f} CPU s"
                f" {plan.peak_mib:5.0f} MiB {'accepted' if accepted else 'REFUSED'}",
                flush=True,
            )


if __name__ == "__main__":
    main()
