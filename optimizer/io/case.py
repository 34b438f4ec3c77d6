"""Read a case, a folder of case.toml and CSV tables or one NetCDF file, into a problem.

docs/case-format.md describes the files.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from sitewright.optimizer import schema
from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.io.case_columns import CUSTOMERS, PARTNERS, SITES, Column
from sitewright.optimizer.io.case_latency import missing, modelled, overridden
from sitewright.optimizer.io.case_netcdf import FILE as NETCDF
from sitewright.optimizer.io.case_netcdf import problem_of, read_netcdf
from sitewright.optimizer.io.case_numbers import weakest
from sitewright.optimizer.io.case_sizes import FILE as SIZES_FILE
from sitewright.optimizer.io.case_sizes import of_sizes, read_sizes, with_sizes
from sitewright.optimizer.io.case_table import (
    Array,
    check_columns,
    check_ids,
    check_labels,
    extra_arrays,
    known_arrays,
)
from sitewright.optimizer.io.case_toml import CaseFile, read_case_toml
from sitewright.optimizer.io.tables import Table, read_table
from sitewright.optimizer.problem import Problem

HOURS_A_YEAR = 8760
KWH_A_MWH = 1000

# What a table's own extra columns are called in the dataset: those of sites keep their names.
_PREFIX = {"customer": "customer_", "site": "", "partner": "partner_"}


def load(case: str | Path) -> Problem:
    """Return the problem of a case.

    Parameters
    ----------
    case
        A case folder, or the name of a bundled case (`sitewright instances` lists them). A folder of that name in
        the working directory goes first.

    Raises
    ------
    InvalidProblem
        With every flaw of every file: file, row, column, what was found, and the fix.
    """
    folder = case_folder(case)
    flaws: list[Flaw] = []
    head = read_case_toml(folder / "case.toml", flaws)
    # A rule that cannot be read keeps no one from checking the others against the data.
    of_rules = [flaw for flaw in flaws if flaw.where.startswith("case.toml, [[rules]]")]
    flaws = [flaw for flaw in flaws if flaw not in of_rules]
    try:
        problem = _from_netcdf(folder, head, flaws) if (folder / NETCDF).exists() else _from_tables(folder, head, flaws)
    except InvalidProblem as error:
        raise InvalidProblem([*error.flaws, *of_rules]) from None
    rules = [(where, one) for where, rule in (head.rules if head else ()) for one in of_sizes(rule, problem)]
    of_rules += [replace(flaw, where=f"{where}: {flaw.where}") for where, rule in rules for flaw in rule.flaws(problem)]
    if of_rules:
        raise InvalidProblem(of_rules)
    return problem.with_rules(*(rule for _, rule in rules))


def _from_netcdf(folder: Path, head: CaseFile | None, flaws: list[Flaw]) -> Problem:
    """Return the problem of data.nc, without the rules of case.toml. `flaws` holds those of case.toml."""
    data = read_netcdf(folder, flaws)
    problem = problem_of(head, data, flaws) if head is not None and data is not None else None
    if problem is None:
        raise InvalidProblem(flaws)
    return problem


def _from_tables(folder: Path, head: CaseFile | None, flaws: list[Flaw]) -> Problem:
    """Return the problem of the CSV files, without the rules of case.toml. `flaws` holds those of case.toml."""
    tables = {"customer": read_table(folder / "customers.csv", flaws), "site": read_table(folder / "sites.csv", flaws)}
    if (folder / "partners.csv").exists():
        tables["partner"] = read_table(folder / "partners.csv", flaws)
    rtt = read_table(folder / "rtt.csv", flaws) if (folder / "rtt.csv").exists() else None
    further = read_table(folder / SIZES_FILE, flaws) if (folder / SIZES_FILE).exists() else None
    cells = {dim: _cells(table, _COLUMNS[dim], flaws) for dim, table in tables.items() if table is not None}
    customers, sites = cells.get("customer"), cells.get("site")
    known = {dim: table for dim, table in tables.items() if table is not None}
    _check_references(known, cells, head, flaws)
    sizes = read_sizes(further, sites, flaws) if further is not None and sites is not None else {}
    if customers is None or sites is None or head is None:
        raise InvalidProblem(flaws)
    if flaws and rtt is None:
        raise InvalidProblem(flaws)
    ids = customers["id"].tolist(), sites["id"].tolist()
    latency = np.full((len(ids[0]), len(ids[1])), np.nan)
    if not flaws:
        latency, flaws = modelled(head.latency, customers, sites, (known["customer"], known["site"]))
    measured = np.zeros(latency.shape, dtype=bool)
    if rtt is not None:
        latency, measured = overridden(latency, rtt, *ids, flaws)
    if not flaws:
        flaws = missing(latency, *ids)
    if flaws:
        raise InvalidProblem(flaws)
    data = _dataset(head, known, cells, latency, measured)
    return Problem(with_sizes(data, sizes) if sizes else data, name=head.name)


_COLUMNS: dict[str, tuple[Column, ...]] = {"customer": CUSTOMERS, "site": SITES, "partner": PARTNERS}


def case_folder(case: str | Path) -> Path:
    """Return the folder of a case: the path itself, or the bundled case of that name."""
    from sitewright.instances.cases import bundled, folder_of

    path = Path(case)
    if path.is_dir():
        return path
    if str(case) in bundled():
        return folder_of(str(case))
    where, names = f"case {str(case)!r}", ", ".join(bundled())
    if path.is_file():
        fix = "give the folder that holds case.toml; instance files are read by sitewright.read"
        raise InvalidProblem([Flaw(where, "be a folder", "a file", fix)])
    fix = "correct the path, or see `sitewright instances`"
    raise InvalidProblem([Flaw(where, f"be a case folder or a bundled case ({names})", "neither", fix)])


def _cells(table: Table, columns: tuple[Column, ...], flaws: list[Flaw]) -> dict[str, Array] | None:
    """Return the columns that the model knows, or None if some are not there."""
    before = len(flaws)
    check_columns(table, columns, flaws)
    absent = len(flaws) > before
    present = [c for c in columns if c.name in table.header or c.default is not None]
    arrays = known_arrays(table, present, flaws)
    if "id" in table.header:
        check_ids(table, arrays["id"].tolist(), flaws)
    return None if absent else arrays


def _check_references(
    tables: Mapping[str, Table], cells: Mapping[str, dict[str, Array] | None], head: CaseFile | None, flaws: list[Flaw]
) -> None:
    """Check the labels of one table that another must hold, and the names of extra columns; what is broken is left."""
    customers, sites, partners = (cells.get(dim) or {} for dim in ("customer", "site", "partner"))
    if head is not None and head.penalties and customers:
        check_labels(tables["customer"], "segment", customers["segment"].tolist(), list(head.penalties), flaws)
    if sites and (partners or "partner" not in tables):
        check_labels(tables["site"], "partner", sites["partner"].tolist(), _known(partners, "id"), flaws)
    for column, of_sites in (("metros", "metro"), ("exclusive_in", "jurisdiction")):
        if partners and sites:
            check_labels(tables["partner"], column, partners[column].tolist(), _known(sites, of_sites), flaws)
    for k, metro in enumerate(sites["metro"].tolist() if sites else ()):
        if "|" in metro:
            where = f"sites.csv, row {tables['site'].lines[k]}, column metro"
            flaws.append(Flaw(where, "not hold |, which separates metros", repr(metro), "rename the metro"))
    taken = {*schema.VARIABLES, *tables, "latency_source"} | {c.variable for cs in _COLUMNS.values() for c in cs}
    for dim, table in tables.items():
        for name, _ in extra_arrays(table, _COLUMNS[dim]):
            variable = _PREFIX[dim] + name
            if variable in taken:
                where = f"{table.file}, column {name}"
                # Customers have a country; of a site it is the country whose law holds.
                fix = "rename it to 'jurisdiction'" if (dim, name) == ("site", "country") else "rename it"
                flaws.append(Flaw(where, "not be called like a variable of the model", repr(name), fix))
            taken.add(variable)


def _known(arrays: Mapping[str, Array], column: str) -> list[str]:
    return sorted(set(arrays[column].tolist())) if column in arrays else []


def _dataset(
    head: CaseFile,
    tables: Mapping[str, Table],
    cells: Mapping[str, dict[str, Array] | None],
    latency: "np.ndarray[Any, np.dtype[np.float64]]",
    measured: "np.ndarray[Any, np.dtype[np.bool_]]",
) -> xr.Dataset:
    variables: dict[str, Any] = {}
    for dim, table in tables.items():
        arrays, plural = cells[dim] or {}, f"{dim}s"
        for c in _COLUMNS[dim]:
            # A text column that the file leaves out stays out: an empty `residency` would ask for no rule at all.
            if c.name in table.header or c.name in ("status", "segment") or (c.number and not c.optional):
                variables[c.variable] = (dim, arrays[c.name], head.columns.get((plural, c.name), {}))
        for name, array in extra_arrays(table, _COLUMNS[dim]):
            variables[_PREFIX[dim] + name] = (dim, array, head.columns.get((plural, name), {}))
    sites, segment = cells["site"] or {}, variables["segment"][1].tolist()
    price = HOURS_A_YEAR * KWH_A_MWH * sites["energy_eur_kwh"].astype(float) * sites["pue"].astype(float)
    words = [head.columns.get(("sites", c), {}) for c in ("energy_eur_kwh", "pue")]
    made = {"evidence": weakest(words), "source": " × ".join(filter(None, (w.get("source") for w in words)))}
    variables["energy_price"] = ("site", price, made)
    for k, name in enumerate(("penalty_rate", "penalty_free")):
        values = [head.penalties[s][k].value if s in head.penalties else 0.0 for s in segment]
        first = next(iter(head.penalties.values()))[k].attrs() if head.penalties else {}
        variables[name] = ("customer", np.array(values), first)
    variables["haul_price"] = ((), head.haul_price.value, head.haul_price.attrs())
    of_model = {"fibre": "fibre-graph model", "great-circle": "great circle at two thirds of the speed of light"}
    source = {"evidence": "modelled", "source": of_model[head.latency]} if head.latency in of_model else {}
    variables["latency"] = (("customer", "site"), latency, source or {"evidence": "measured", "source": "rtt.csv"})
    variables["latency_source"] = (("customer", "site"), np.where(measured, "measured", "modelled"))
    coords = {dim: variables.pop(dim)[1] for dim in tables}
    return xr.Dataset(variables, coords=coords, attrs=head.attrs())
