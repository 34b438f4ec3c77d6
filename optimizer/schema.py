"""The variables that a problem's dataset may hold: dimensions, units, ranges. One table, checked in one place."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sitewright.optimizer.blocks import first_bad_block
from sitewright.optimizer.errors import Flaw

STATUSES = ("candidate", "existing", "forced", "forbidden")


@dataclass(frozen=True)
class Variable:
    """What one variable must look like. `units` is "" for text."""

    name: str
    dims: tuple[str, ...]
    units: str
    long_name: str
    low: float = 0.0
    high: float = np.inf
    infinite: bool = False  # may hold +inf
    unknown: bool = False  # may hold NaN: not known

    @property
    def is_text(self) -> bool:
        return self.units == ""


_SITE, _CUSTOMER, _PARTNER, _PAIR = ("site",), ("customer",), ("partner",), ("customer", "site")

# Numbers beyond this lose their cents in float64 and break solver tolerances.
HUGE = 1e15

VARIABLES = {
    v.name: v
    for v in (
        Variable("demand", _CUSTOMER, "MW", "IT power that the customer needs"),
        Variable("fixed_cost", _SITE, "EUR/yr", "yearly cost of having the site open"),
        Variable("service_cost", _PAIR, "EUR/yr", "yearly cost of serving the customer's whole demand", infinite=True),
        Variable("latency", _PAIR, "ms", "round-trip time", infinite=True),
        Variable("capacity", _SITE, "MW", "IT power that the site can hold", infinite=True),
        Variable("status", _SITE, "", "candidate, existing, forced or forbidden"),
        Variable("metro", _SITE, "", "metro of the site option; at most one option of a metro opens"),
        Variable("size_of", _SITE, "", "site that the option is a size of; at most one of its sizes opens"),
        Variable("jurisdiction", _SITE, "", "country whose law holds at the site"),
        Variable("regime", _SITE, "", "legal regime of the jurisdiction"),
        Variable("region", _SITE, "", "region that the site belongs to"),
        Variable("scrubbing", _SITE, "Gbit/s", "attack traffic that the site can clean", infinite=True),
        Variable("attack_traffic", _CUSTOMER, "Gbit/s", "attack traffic that the customer draws"),
        Variable("grid", _SITE, "", "power grid that the site hangs on; empty stands alone"),
        Variable("hazard_zone", _SITE, "", "zone that one natural event strikes as a whole; empty stands alone"),
        Variable("hazard", _SITE, "1", "natural hazard, an index from 0 to 10; NaN is not known", 0, 10, unknown=True),
        Variable("saidi_h", _SITE, "h/yr", "hours without grid power; NaN is not known", unknown=True),
        Variable("carbon", _SITE, "g/kWh", "CO2 for a kWh of the local grid; NaN is not known", unknown=True),
        Variable("site_partner", _SITE, "", "partner that the site option needs; empty for an own build"),
        Variable("segment", _CUSTOMER, "", "customer segment"),
        Variable("residency", _CUSTOMER, "", "residency class of the customer's data; empty for none"),
        Variable("country", _CUSTOMER, "", "country of the customer"),
        Variable("customer_lat", _CUSTOMER, "degrees", "latitude of the customer", -90, 90),
        Variable("customer_lon", _CUSTOMER, "degrees", "longitude of the customer", -180, 180),
        Variable("site_lat", _SITE, "degrees", "latitude of the site", -90, 90),
        Variable("site_lon", _SITE, "degrees", "longitude of the site", -180, 180),
        Variable("pue", _SITE, "1", "energy that the site draws for its IT energy, a ratio", 1, 5),
        Variable("energy_price", _SITE, "EUR/MW/yr", "energy for a year of one MW of IT power, PUE included"),
        Variable("network_price", _SITE, "EUR/MW/yr", "transit at the site for one MW of IT power"),
        Variable("haul_price", (), "EUR/MW/ms/yr", "backbone for one MW of IT power over one ms of round trip"),
        Variable("penalty_rate", _CUSTOMER, "EUR/MW/ms/yr", "cost of each ms of latency above penalty_free"),
        Variable("penalty_free", _CUSTOMER, "ms", "latency up to which there is no penalty"),
        Variable("partner_fee", _PARTNER, "EUR/yr", "fee once the partner is used at all"),
        Variable("partner_site_fee", _PARTNER, "EUR/yr", "fee for each open site with the partner"),
        Variable("partner_max_sites", _PARTNER, "sites", "most sites that the partner can offer", infinite=True),
        Variable("partner_commitment", _PARTNER, "MW", "least capacity to take once the partner is used"),
        Variable("partner_metros", _PARTNER, "", "metros where the partner operates, separated by |; empty for all"),
        Variable("partner_exclusive", _PARTNER, "", "jurisdictions where no one else may be used, separated by |"),
    )
}

# What the cost kernel needs to compute service_cost.
COST_COMPONENTS = ("energy_price", "network_price", "haul_price", "penalty_rate", "penalty_free")


def check(data: xr.Dataset) -> Iterator[Flaw]:
    """Yield every flaw of the dataset: dimensions, labels, types, ranges. Row numbers are labels, not positions."""
    for dim in ("customer", "site"):
        if dim not in data.sizes or data.sizes[dim] == 0:
            yield Flaw(f"dimension {dim!r}", "have at least one entry", "none", f"give the problem a {dim}")
            return
    for dim in ("customer", "site", "partner"):
        if dim in data.sizes:
            yield from _check_labels(data, dim)
    for name in ("demand", "fixed_cost", "service_cost"):
        if name not in data:
            fix = f"add the variable {name!r}"
            if name == "service_cost":
                fix += f", or latency with {', '.join(COST_COMPONENTS)}"
            yield Flaw(f"variable {name!r}", "be present", "nothing", fix)
    for name in map(str, data.data_vars):
        if name in VARIABLES:
            yield from _check_variable(data, VARIABLES[name])


def _check_labels(data: xr.Dataset, dim: str) -> Iterator[Flaw]:
    if dim not in data.coords:
        yield Flaw(f"dimension {dim!r}", "have labels", "none", f"set the coordinate {dim!r}")
        return
    labels, counts = np.unique(data[dim].values.astype(str), return_counts=True)
    for label in labels[counts > 1]:
        yield Flaw(f"{dim} {str(label)!r}", "appear once", f"{counts[labels == label][0]} times", "make the ids unique")
    if "" in labels:
        yield Flaw(f"dimension {dim!r}", "have no empty id", "an empty id", "give every row an id")


def _check_variable(data: xr.Dataset, v: Variable) -> Iterator[Flaw]:
    array = data[v.name]
    if array.dims != v.dims:
        transposed = len(array.dims) == 2 and array.dims == v.dims[::-1]
        fix = (
            "transpose the matrix: customers are rows, sites are columns" if transposed else "give it these dimensions"
        )
        yield Flaw(f"variable {v.name!r}", f"have dimensions {v.dims}", str(array.dims), fix)
        return
    units = array.attrs.get("units")
    if not v.is_text and units is not None and units != v.units:
        yield Flaw(f"variable {v.name!r}", f"be in {v.units}", repr(units), f"convert the values to {v.units}")
    if v.is_text:
        if v.name == "status":
            yield from _bad(array, v, ~np.isin(array.values.astype(str), STATUSES), f"be one of {', '.join(STATUSES)}")
        return
    if array.dtype.kind not in "fiub":
        yield Flaw(f"variable {v.name!r}", "be numbers", f"type {array.dtype}", "convert it to float64")
        return
    bad = first_bad_block(array, partial(_is_bad, v=v))
    if bad is not None:
        yield from _bad_numbers(bad, v)


def _is_bad(values: NDArray[Any], v: Variable) -> bool:
    return any(True for _ in _bad_numbers(xr.DataArray(values, dims=v.dims), v))


def _bad_numbers(array: xr.DataArray, v: Variable) -> Iterator[Flaw]:
    values = array.values
    if not v.unknown:
        yield from _bad(array, v, np.isnan(values), f"be a number in {v.units}")
    if not v.infinite:
        yield from _bad(array, v, np.isinf(values), f"be a finite number in {v.units}")
    high = HUGE if np.isinf(v.high) else v.high
    with np.errstate(invalid="ignore"):
        outside = (values < v.low) | ((values > high) & ~np.isinf(values))
    yield from _bad(array, v, outside, f"lie between {v.low:g} and {high:g} {v.units}")


def _bad(
    array: xr.DataArray, v: Variable, bad: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]", must: str
) -> Iterator[Flaw]:
    """One flaw for the first bad cell, with the count of the others."""
    where = np.argwhere(bad)
    if not len(where):
        return
    first = tuple(int(k) for k in where[0])
    labels = ", ".join(
        f"{d} {array[d].values[k]!s}" if d in array.coords else f"{d} {k}" for d, k in zip(v.dims, first, strict=True)
    )
    more = f" (and {len(where) - 1} more)" if len(where) > 1 else ""
    found = f"{array.values[first]!s}{more}"
    yield Flaw(f"variable {v.name!r}" + (f", {labels}" if labels else ""), must, found, "correct the value")
