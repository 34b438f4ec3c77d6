"""`sitewright bench`: solve every instance below a folder and compare with published values."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from sitewright.optimizer.cli.source import Source, open_problem
from sitewright.optimizer.errors import Flaw, InvalidProblem, SitewrightError

SKIP = (".opt", ".bub", ".md", ".csv.md", ".sol", ".log")
SLACK = 1e-6  # published values are printed with few decimals


def bench(
    folder: Path,
    /,
    source: Source = Source(),
    *,
    optima: Path | None = None,
    time_limit: float = 60.0,
    gap: float = 1e-7,
    threads: int = 2,
    json_: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Solve all instances below a folder, check the plans, and compare them with published optima.

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
    if not folder.exists():
        raise InvalidProblem([Flaw(str(folder), "exist", "nothing", "give a folder of instance files")])
    published = _published(optima) if optima is not None else {}
    files = [folder] if folder.is_file() else sorted(f for f in folder.rglob("*") if f.is_file() and _is_instance(f))
    if not files:
        raise InvalidProblem([Flaw(str(folder), "hold instance files", "none", "give another folder")])
    rows = []
    for file in files:
        row = _solve(file, source, time_limit, gap, threads)
        known = _known(published, file, source)
        row |= {"published": known, "verdict": _verdict(row, known)}
        rows.append(row)
        if not json_:
            print(_line(row), flush=True)
    if json_:
        print(json.dumps({"schema": "sitewright-bench/1", "instances": rows}))
    elif rows:
        proved = sum(r["verdict"].startswith("proved") for r in rows)
        accepted = sum(r["accepted"] is True for r in rows)
        cpu = sum(r["cpu_s"] or 0.0 for r in rows)
        say = f"{len(rows)} instances, {proved} proved, {accepted} accepted by the checker, {cpu:.1f} CPU s"
        print(say, file=sys.stderr)
    return 1 if any(r["verdict"] in ("WRONG", "REFUSED", "failed") for r in rows) else 0


def _is_instance(file: Path) -> bool:
    return file.suffix not in SKIP and not file.name.lower().startswith(("readme", "opt-readme", "capinfo"))


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
    empty = dict.fromkeys(("objective", "bound", "gap", "wall_s", "cpu_s", "peak_mib"))
    row: dict[str, Any] = {"instance": str(file), **empty, "accepted": None}
    with tempfile.TemporaryDirectory(prefix="sitewright-") as scratch:
        plan = Path(scratch) / "plan.json"
        done = subprocess.run([*command, "-o", str(plan)], capture_output=True, text=True, check=False)
        row["exit"] = done.returncode
        if plan.is_file():
            row["accepted"], row["findings"] = _check(plan, file, source)
    if done.stdout:
        document = json.loads(done.stdout)
        row |= {k: document[k] for k in empty} | {"status": document["status"]}
    else:
        row["status"] = {2: "unreadable", 3: "infeasible", 5: "limit"}.get(done.returncode, "failed")
        row["message"] = done.stderr.strip()[-500:]
    return row


def _check(plan: Path, file: Path, source: Source) -> tuple[bool, list[str]]:
    """Return whether the independent checker accepts the plan, and what it finds wrong with it."""
    from sitewright.optimizer.io.plan_json import read_plan_json

    try:
        problem = open_problem(str(file), source)
        report = read_plan_json(plan, problem).verify(problem)
    except SitewrightError as error:
        return False, [str(error)]
    return report.accepted, [str(finding) for finding in report.findings]


def _known(published: dict[tuple[str, str], float | None], file: Path, source: Source) -> float | None:
    """Return the published value: of the file's set, which its folder is named for, else of its name alone."""
    stem = _stem(file)
    # The capacity is not in the file (capa, capb, capc): published values have it in their name, capa_8000.
    name = f"{stem}_{source.capacity}" if source.capacity not in (None, "ignore") else stem
    return published.get((file.parent.name, name), published.get(("", name)))


def _published(optima: Path) -> dict[tuple[str, str], float | None]:
    """Return the published values by (set, name), and by ("", name): None there where sets differ on it."""
    from sitewright.instances.optima import read_optima

    out: dict[tuple[str, str], float | None] = {}
    for record in read_optima(optima):
        if record.value is not None:
            out[record.set, record.instance] = record.value
            before = out.get(("", record.instance), record.value)
            same = before is not None and abs(before - record.value) <= SLACK * max(1.0, abs(record.value))
            out["", record.instance] = record.value if same else None
    return out


def _stem(file: Path) -> str:
    return file.name.removesuffix(".xz").removesuffix(".gz").rsplit(".", 1)[0]


def _verdict(row: dict[str, Any], known: float | None) -> str:
    """Return proved, equal, better, worse or WRONG, against the published value; REFUSED if the checker says so."""
    if row["objective"] is None:
        return str(row["status"])
    if row["accepted"] is False:
        return "REFUSED"
    proved = row["status"] == "optimal"
    if known is None:
        return "proved" if proved else "open"
    slack = SLACK * max(1.0, abs(known))
    if row["bound"] > known + slack:
        return "WRONG"  # a bound above a value that somebody reached
    difference = row["objective"] - known
    if proved:
        return "proved" if abs(difference) <= slack else ("proved, better" if difference < 0 else "WRONG")
    return "equal" if abs(difference) <= slack else ("better" if difference < 0 else "worse")


def _line(row: dict[str, Any]) -> str:
    if row["objective"] is None:
        return f"{Path(row['instance']).name:<24} {row['verdict']}: {row.get('message', '')[:90]}"
    refused = f": {row['findings'][0]}" if row["verdict"] == "REFUSED" else ""
    known = f"{row['published']:.6f}" if row["published"] is not None else "-"
    return (
        f"{Path(row['instance']).name:<24} {row['objective']:>16.6f} {known:>16} bound {row['bound']:>16.6f}"
        f" gap {row['gap']:.1e} {row['cpu_s']:7.1f} CPU s {row['peak_mib']:6.0f} MiB {row['verdict']}{refused}"
    )
