"""A case whose tables are one NetCDF file, data.nc, with the variables of `sitewright.optimizer.schema`."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.io.case_toml import CaseFile
from sitewright.optimizer.problem import Problem

FILE = "data.nc"
TABLES = ("customers.csv", "sites.csv", "sizes.csv", "partners.csv", "rtt.csv")


def read_netcdf(folder: Path, flaws: list[Flaw]) -> xr.Dataset | None:
    """Return the dataset of data.nc, in memory; None, with a flaw added, if it cannot be read."""
    beside = [name for name in TABLES if (folder / name).exists()]
    if beside:
        flaws.append(Flaw(FILE, "be the only data", f"{', '.join(beside)} beside it", f"keep {FILE}, or the tables"))
        return None
    try:
        raw = (folder / FILE).read_bytes()
    except OSError as error:
        flaws.append(Flaw(FILE, "be readable", str(error.strerror or error), "check the file and its permissions"))
        return None
    try:
        # Undecoded: some versions of xarray turn a latency in ms into time deltas.
        with xr.open_dataset(io.BytesIO(raw), engine="h5netcdf", decode_times=False, decode_timedelta=False) as data:
            return data.load()
    except Exception as error:  # HDF5, h5netcdf and xarray have no common class for broken bytes
        flaws.append(Flaw(FILE, "be NetCDF 4", str(error) or type(error).__name__, "write it with xarray's to_netcdf"))
        return None


def problem_of(head: CaseFile, data: xr.Dataset, flaws: list[Flaw]) -> Problem | None:
    """Return the problem without the rules of case.toml; None, with every flaw added, if there is something wrong.

    The haul price and the penalties are those of case.toml, unless data.nc holds the service cost itself.
    """
    if head.latency != "given":
        fix = f'write latency = "given": {FILE} holds it, or holds service_cost'
        flaws.append(Flaw("case.toml, [model] latency", f"be 'given' beside {FILE}", repr(head.latency), fix))
    # NetCDF's text comes back as objects.
    for name in map(str, data.variables):
        if data[name].dtype.kind in "OS":
            data[name] = data[name].astype(str)
    if "service_cost" not in data:
        data = data.assign(_prices(head, data, flaws))
    try:
        problem = Problem(data.assign_attrs(head.attrs()), name=head.name)
    except InvalidProblem as error:
        # Where something else is wrong, the service cost was not computed: no flaw of the user's.
        own = [f for f in error.flaws if f.where != "variable 'service_cost'" or "latency" not in data]
        flaws += [replace(flaw, where=f"{FILE}, {flaw.where}") for flaw in own or error.flaws]
        return None
    return None if flaws else problem


def _prices(head: CaseFile, data: xr.Dataset, flaws: list[Flaw]) -> dict[str, Any]:
    prices: dict[str, Any] = {"haul_price": ((), head.haul_price.value, head.haul_price.attrs())}
    n = data.sizes.get("customer", 0)
    segment = data["segment"].values.astype(str) if "segment" in data else np.full(n, "")
    if not head.penalties or segment.shape != (n,):
        # No segments in case.toml: nothing is penalised, unless data.nc says so.
        return prices | {k: ("customer", np.zeros(n)) for k in ("penalty_rate", "penalty_free") if k not in data}
    for label in sorted(set(segment.tolist()) - set(head.penalties)):
        fix = f"add [segments.{label or '…'}], or correct the label"
        must = f"name a segment of case.toml ({', '.join(head.penalties)})"
        flaws.append(Flaw(f"{FILE}, variable 'segment'", must, repr(label), fix))
    for k, name in enumerate(("penalty_rate", "penalty_free")):
        values = [head.penalties[s][k].value if s in head.penalties else 0.0 for s in segment.tolist()]
        prices[name] = ("customer", np.array(values), next(iter(head.penalties.values()))[k].attrs())
    return prices
