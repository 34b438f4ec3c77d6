"""Write a problem's data as CSV or NetCDF, for `sitewright.instances.read`. A case folder holds rules too."""

import csv
from io import BytesIO, StringIO
from pathlib import Path

from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.io.atomic import write_whole
from sitewright.optimizer.problem import Problem

IN_CSV = ("demand", "service_cost", "fixed_cost", "capacity")


def write(problem: Problem, path: str | Path) -> None:
    """Write the data to a .csv or .nc file, so that they read back bit by bit.

    Raises
    ------
    InvalidProblem
        If the path ends otherwise, or if the problem holds what the file cannot: rules of its own, or in CSV other
        variables than costs, demand and capacity.
    """
    path = Path(path)
    writers = {".csv": _csv, ".nc": _netcdf}
    flaws = [
        Flaw(f"rule {rule.name!r}", f"be left out: {path.suffix} files hold no rules", "one", "write the data alone")
        for rule in problem.rules
    ]
    if path.suffix not in writers:
        flaws = [Flaw(str(path), "end in .csv or .nc", repr(path.suffix), "choose one of them")]
    if path.suffix == ".csv":
        flaws += _not_for_csv(problem)
    if flaws:
        raise InvalidProblem(flaws)
    content = writers[path.suffix](problem)
    write_whole(path, lambda part: part.write_bytes(content))


def _not_for_csv(problem: Problem) -> list[Flaw]:
    fix = "write .nc instead, or drop it"
    others = sorted(set(map(str, problem.data.data_vars)) - set(IN_CSV))
    flaws = [Flaw(f"variable {name!r}", f"be one of {', '.join(IN_CSV)}", "another", fix) for name in others]
    for label in sorted({"fixed_cost", "capacity"} & set(problem.customers.tolist())):
        flaws.append(Flaw(f"customer {label!r}", "not be called as a row of the sites", repr(label), "rename it"))
    return flaws


def _csv(problem: Problem) -> bytes:
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["customer", "demand", *problem.sites.tolist()])
    for name in ("fixed_cost", "capacity"):
        if problem.has(name):
            writer.writerow([name, "", *problem.numbers(name).tolist()])
    rows = zip(problem.customers, problem.numbers("demand"), problem.numbers("service_cost"), strict=True)
    for customer, demand, cost in rows:
        writer.writerow([str(customer), float(demand), *cost.tolist()])
    return out.getvalue().encode()


def _netcdf(problem: Problem) -> bytes:
    out = BytesIO()
    problem.data.to_netcdf(out, engine="h5netcdf")
    return out.getvalue()
