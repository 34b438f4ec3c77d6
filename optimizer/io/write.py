"""Write a plan in the format that the file's name asks for."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.io.plan_geojson import flaws_of_geojson, write_plan_geojson
from sitewright.optimizer.io.plan_json import write_plan_json
from sitewright.optimizer.io.plan_netcdf import write_plan_netcdf
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem

SUFFIXES = (".json", ".nc", ".geojson", ".html")


def check_targets(targets: Sequence[Path], problem: Problem | None = None) -> None:
    """Raise InvalidProblem if a plan (of the problem, if known) cannot be written there; asked before a solve."""
    flaws = [flaw for target in targets for flaw in _flaws(target)]
    if problem is not None and any(target.suffix == ".geojson" for target in targets):
        flaws += flaws_of_geojson(problem)
    if flaws:
        raise InvalidProblem(flaws)


def _flaws(target: Path) -> Iterator[Flaw]:
    where = f"output {target}"
    if target.suffix not in SUFFIXES:
        fix = f"end the name with {', '.join(SUFFIXES)}"
        yield Flaw(where, f"end with {', '.join(SUFFIXES)}", repr(target.suffix), fix)
    if target.is_dir():
        yield Flaw(where, "be a file", "a folder", "choose another name")
    if not target.parent.is_dir():
        yield Flaw(where, "lie in a folder that exists", f"no {target.parent}", "make the folder")
    else:
        try:
            # Rights, full disks and odd file systems: only trying tells.
            tempfile.TemporaryFile(dir=target.parent).close()
        except OSError as error:
            yield _unwritable(target, error)


def _unwritable(target: Path, error: OSError) -> Flaw:
    found, fix = str(error.strerror or error), "choose a folder that you may write to"
    return Flaw(f"output {target}", "be writable", found, fix)


def write_plan(plan: Plan, problem: Problem, target: Path, *, case: str | None = None, **asked: Any) -> None:
    """Write JSON, NetCDF, GeoJSON or the HTML report, whole or not at all.

    `case` is what a person typed for the problem; the report tells how to do it again. `asked` is what else the
    report shows; see `sitewright.report_html`.

    Raises
    ------
    InvalidProblem
        If the name has another ending, the file cannot be written, or GeoJSON lacks coordinates.
    """
    check_targets([target], problem)
    try:
        if target.suffix == ".json":
            write_plan_json(plan, target)
        elif target.suffix == ".nc":
            write_plan_netcdf(plan, problem, target)
        elif target.suffix == ".geojson":
            write_plan_geojson(plan, problem, target)
        else:
            from sitewright.optimizer.report import write_report  # loads jinja2

            write_report(plan, problem, target, case=case, **asked)
    except OSError as error:
        raise InvalidProblem([_unwritable(target, error)]) from error
