"""`sitewright bench`: solve every instance below a folder and compare with published values."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from sitewright.optimizer.cli.source import Source

SKIP = (".opt", ".bub", ".md", ".csv.md", ".sol", ".log")


def bench(
    folder: Path,
    /,
    source: Source = Source(),
    *,
    optima: Path | None = None,
    time_limit: float = 60.0,
    gap: float = 1e-7,
    threads: int = 2,
    json_: Annotated[bool, Parameter(name="--json")] = False,
) -> int:
    """Solve all instances below a folder and compare them with published optima.

    Parameters
    ----------
    folder
        Folder of instance files, searched recursively; or one file.
    optima
        CSV with the columns instance, best_known (and set).
    time_limit
        Seconds for each instance.
    gap
        Relative gap at which an instance counts as proved.
    threads
        Threads of the MIP solver.
    json_
        Print a JSON document on stdout instead of a table.
    """
    from sitewright.optimizer.errors import Flaw, InvalidProblem

    if not folder.exists():
        raise InvalidProblem([Flaw(str(folder), "exist", "nothing", "give a folder of instance files")])
    published = _published(optima) if optima is not None else {}
    files = [folder] if folder.is_file() else sorted(f for f in folder.rglob("*") if f.is_file())
    rows = []
    for file in files:
        if file.suffix in SKIP or file.name.lower().startswith(("readme", "opt-readme", "capinfo")):
            continue
        row = _solve(file, source, time_limit, gap, threads)
        known = published.get((file.parent.name, _stem(file)), published.get(("", _stem(file))))
        row |= {"published": known, "verdict": _verdict(row, known)}
        rows.append(row)
        if not json_:
            print(_line(row), flush=True)
    if json_:
        print(json.dumps({"schema": "sitewright-bench/1", "instances": rows}))
    elif rows:
        proved = sum(r["verdict"].startswith("proved") for r in rows)
        cpu = sum(r["cpu_s"] or 0.0 for r in rows)
        print(f"{len(rows)} instances, {proved} proved, {cpu:.1f} CPU s", file=sys.stderr)
    return 1 if any(r["verdict"] == "WRONG" for r in rows) else 0


def _solve(file: Path, source: Source, time_limit: float, gap: float, threads: int) -> dict[str, Any]:
    command = [
        sys.executable,
        "-c",
        "from sitewright.optimizer.cli import main; main()",
        "solve",
        str(file),
        "--json",
        "-q",
    ]
    command += ["--time-limit", str(time_limit), "--gap", str(gap), "--threads", str(threads)]
    for name, value in vars(source).items():
        if isinstance(value, bool):
            command += [f"--{'' if value else 'no-'}{name.replace('_', '-')}"]
        elif value is not None:
            command += [f"--{name.replace('_', '-')}", str(value)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    empty = dict.fromkeys(("objective", "bound", "gap", "wall_s", "cpu_s", "peak_mib"))
    row: dict[str, Any] = {"instance": str(file), "exit": done.returncode, **empty}
    if done.stdout:
        document = json.loads(done.stdout)
        row |= {k: document[k] for k in empty} | {"status": document["status"]}
    else:
        row["status"] = {2: "unreadable", 3: "infeasible", 5: "limit"}.get(done.returncode, "failed")
        row["message"] = done.stderr.strip()[-500:]
    return row


def _published(optima: Path) -> dict[tuple[str, str], float]:
    from sitewright.instances.optima import read_optima

    out: dict[tuple[str, str], float] = {}
    for record in read_optima(optima):
        if record.value is not None:
            out[record.set, record.instance] = record.value
            out["", record.instance] = record.value
    return out


def _stem(file: Path) -> str:
    return file.name.removesuffix(".xz").removesuffix(".gz").rsplit(".", 1)[0]


def _verdict(row: dict[str, Any], known: float | None) -> str:
    """Return proved, equal, better, worse or WRONG, against the published value."""
    if row["objective"] is None:
        return str(row["status"])
    proved = row["status"] == "optimal"
    if known is None:
        return "proved" if proved else "open"
    # Published values are printed with few decimals.
    slack = 1e-6 * max(1.0, abs(known))
    if row["bound"] > known + slack:
        return "WRONG"  # a bound above a value that somebody reached
    difference = row["objective"] - known
    if proved:
        return "proved" if abs(difference) <= slack else ("proved, better" if difference < 0 else "WRONG")
    return "equal" if abs(difference) <= slack else ("better" if difference < 0 else "worse")


def _line(row: dict[str, Any]) -> str:
    if row["objective"] is None:
        return f"{Path(row['instance']).name:<24} {row['verdict']}: {row.get('message', '')[:90]}"
    known = f"{row['published']:.6f}" if row["published"] is not None else "-"
    return (
        f"{Path(row['instance']).name:<24} {row['objective']:>16.6f} {known:>16} bound {row['bound']:>16.6f}"
        f" gap {row['gap']:.1e} {row['cpu_s']:7.1f} CPU s {row['peak_mib']:6.0f} MiB {row['verdict']}"
    )
