"""Write a plan in the format that the file's name asks for."""

from pathlib import Path

from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.io.plan_geojson import write_plan_geojson
from sitewright.optimizer.io.plan_json import write_plan_json
from sitewright.optimizer.io.plan_netcdf import write_plan_netcdf
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem

SUFFIXES = (".json", ".nc", ".geojson")


def check_target(target: Path) -> None:
    """Raise InvalidProblem if a plan cannot be written there; asked before a solve, not after it."""
    flaws = []
    if target.suffix not in SUFFIXES:
        fix = f"end the name with {', '.join(SUFFIXES)}"
        flaws.append(Flaw(f"output {target}", f"end with {', '.join(SUFFIXES)}", repr(target.suffix), fix))
    if not target.parent.is_dir():
        flaws.append(Flaw(f"output {target}", "lie in a folder that exists", f"no {target.parent}", "make the folder"))
    if flaws:
        raise InvalidProblem(flaws)


def write_plan(plan: Plan, problem: Problem, target: Path) -> None:
    """Write JSON, NetCDF or GeoJSON, whole or not at all."""
    check_target(target)
    if target.suffix == ".json":
        write_plan_json(plan, target)
    elif target.suffix == ".nc":
        write_plan_netcdf(plan, problem, target)
    else:
        write_plan_geojson(plan, problem, target)
