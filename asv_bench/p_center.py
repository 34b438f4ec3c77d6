"""Prove p-centers of the field, each in a process of its own, and compare with published radii.

    python asv_bench/p_center.py DATA [--optima CSV] [--time-limit S] [--only TEXT]

DATA is a folder that holds `orlib_pmed/` (pmed1.txt … pmed40.txt of the OR-Library) and `tsplib/` (rl1323.tsp, …),
packed by xz or not; what is missing is named and skipped. TSPLIB distances are not rounded. The CSV has the columns
instance ("pmed1", "rl1323 p=10"), problem ("p-center") and best_known.
"""

import argparse
import csv
import json
import resource
import subprocess
import sys
from pathlib import Path

TSPLIB = {
    "rl1323": (10, 20, 30, 40, 50, 60, 70, 80, 90, 100),
    "pcb3038": (10, 20, 30, 40, 50, 100, 150, 200, 250, 300, 350, 400, 450, 500),
    "usa13509": (5, 10, 15, 20, 25, 30, 50, 100, 1000),
}


def tasks(data: Path) -> list[tuple[str, Path, int | None]]:
    """Return the (name, file, p) that there are; p is None where the file holds it."""
    wanted: list[tuple[str, str, int | None]] = [(f"pmed{k}", f"orlib_pmed/pmed{k}.txt", None) for k in range(1, 41)]
    wanted += [(f"{name} p={p}", f"tsplib/{name}.tsp", p) for name, ps in TSPLIB.items() for p in ps]
    found, missing = [], []
    for name, file, p in wanted:
        there = [f for f in (data / file, data / f"{file}.xz") if f.is_file()]
        if there:
            found.append((name, there[0], p))
        else:
            missing.append(name)
    if missing:
        print(f"skipped, not below {data}: {', '.join(missing)}", file=sys.stderr)
    return found


def prove(file: Path, p: int | None, limit: float) -> dict[str, object]:
    """Return the plan's document; CPU seconds count the solver's process too."""
    command = [sys.executable, "-c", "from sitewright.optimizer.cli import main; main()"]
    command += ["solve", str(file), "--objective", "p-center", "--json", "-q"]
    command += ["--time-limit", str(limit), *([] if p is None else ["--p", str(p), "--rounding", "none"])]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if not done.stdout:
        return {"status": f"exit {done.returncode}: {done.stderr.strip()[-200:]}", "all_cpu_s": cpu}
    document: dict[str, object] = json.loads(done.stdout)
    return document | {"all_cpu_s": cpu}


def published(optima: Path | None) -> dict[str, float]:
    if optima is None:
        return {}
    with optima.open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["problem"] == "p-center"]
    names = {r["instance"].split()[0] if r["instance"].startswith("pmed") else r["instance"]: r for r in rows}
    return {name: float(r["best_known"]) for name, r in names.items()}


def verdict(document: dict[str, object], known: float | None) -> str:
    value, proved = float(str(document["objective"])), document["status"] == "optimal"
    if known is None:
        return "proved" if proved else "open"
    # Published radii have two decimals.
    against = "equal" if abs(value - known) <= 0.01 else ("better" if value < known else "worse")
    return f"{'proved' if proved else 'open'}, {against}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--optima", type=Path)
    parser.add_argument("--time-limit", type=float, default=60.0)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    known = published(given.optima)
    for name, file, p in tasks(given.data):
        if given.only not in name:
            continue
        document = prove(file, p, given.time_limit)
        if "objective" not in document:
            print(f"{name:<16} {document['status']}", flush=True)
            continue
        print(
            f"{name:<16} {document['objective']:12.3f} published {known.get(name, float('nan')):10.2f}"
            f" bound {document['bound']:12.3f} {document['all_cpu_s']:7.1f} CPU s {document['wall_s']:7.1f} s"
            f" {document['peak_mib']:6.0f} MiB  {verdict(document, known.get(name))}",
            flush=True,
        )


if __name__ == "__main__":
    main()
