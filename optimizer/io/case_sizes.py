"""Sites that may open in several sizes: sizes.csv turns a site into options, of which at most one opens."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import xarray as xr

from sitewright.optimizer.errors import Flaw
from sitewright.optimizer.io.case_columns import SIZES
from sitewright.optimizer.io.case_table import Array, check_columns, check_labels, known_arrays
from sitewright.optimizer.io.tables import Table, row_of
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import IfThen, MutualExclusion, Rule, SiteScope

FILE = "sizes.csv"


@dataclass(frozen=True)
class Size:
    """A further size of a site: what it holds, MW, and costs, EUR/yr, in all."""

    label: str
    capacity: float
    fixed_cost: float


def read_sizes(table: Table, sites: Mapping[str, Array], flaws: list[Flaw]) -> dict[str, list[Size]]:
    """Return the further sizes of each site that has some. Flaws are added to `flaws`.

    `sites` are the columns of sites.csv, whose own capacity is the first size.
    """
    check_columns(table, SIZES, flaws)
    if any(c.name not in table.header for c in SIZES):
        return {}
    cells = known_arrays(table, SIZES, flaws)
    ids = sites["id"].tolist()
    check_labels(table, "site", cells["site"].tolist(), ids, flaws)
    first = dict(zip(ids, sites["capacity_mw"].astype(float).tolist(), strict=True))
    sizes: dict[str, list[Size]] = {}
    seen = {site: {label_of(site, mw)} for site, mw in first.items()}
    for k, site in enumerate(cells["site"].tolist()):
        mw, cost = float(cells["capacity_mw"][k]), float(cells["fixed_cost_eur_yr"][k])
        if site not in first or np.isnan([mw, cost]).any():
            continue  # has its flaw already
        if np.isinf(first[site]):
            must, fix = "be a further size", "give the site a capacity_mw in sites.csv: its first size"
            flaws.append(Flaw(row_of(table, k, "site"), must, f"{site!r}, which has no limit", fix))
        label = label_of(site, mw)
        if label in seen[site]:
            must = "differ from the site's other sizes, that of sites.csv included"
            flaws.append(Flaw(row_of(table, k, "capacity_mw"), must, f"{mw:g} MW again", "merge the rows"))
        seen[site].add(label)
        sizes.setdefault(site, []).append(Size(label, mw, cost))
    return sizes


def label_of(site: str, mw: float) -> str:
    """Return what an option is called: ``frankfurt/40 MW``."""
    return f"{site}/{mw:g} MW"


def with_sizes(data: xr.Dataset, sizes: Mapping[str, list[Size]]) -> xr.Dataset:
    """Return the data with each site that has further sizes as one option for each of its sizes."""
    at, labels, capacity, cost, size_of, mw = [], [], [], [], [], data["capacity"].values
    for j, site in enumerate(data["site"].values.tolist()):
        more = sizes.get(site, [])
        own = Size(label_of(site, mw[j]) if more else site, float(mw[j]), float(data["fixed_cost"].values[j]))
        for size in (own, *more):
            at.append(j)
            labels.append(size.label)
            capacity.append(size.capacity)
            cost.append(size.fixed_cost)
            size_of.append(site if more else "")
    out = data.isel(site=at).assign_coords(site=labels)
    given: dict[str, Any] = {"capacity": capacity, "fixed_cost": cost, "size_of": size_of}
    if "site_name" in data:
        names = out["site_name"].values.tolist()
        shown = zip(names, size_of, capacity, strict=True)
        given["site_name"] = [f"{name} ({held:g} MW)" if name and site else name for name, site, held in shown]
    return out.assign({n: ("site", v, dict(data[n].attrs) if n in data else {}) for n, v in given.items()})


def of_sizes(rule: Rule, problem: Problem) -> Iterator[Rule]:
    """Yield rules that say of the options what the rule says of sites: a site's id stands for all of its sizes."""
    options: dict[str, list[str]] = {}
    for site, option in zip(problem.text("size_of").tolist(), problem.sites.tolist(), strict=True):
        if site:
            options.setdefault(site, []).append(option)

    def spread(sites: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(option for site in sites for option in options.get(site, [site]))

    if isinstance(rule, IfThen):
        for site in spread((rule.if_open,)):
            yield IfThen(site, spread(rule.then_open))
    elif isinstance(rule, MutualExclusion):
        yield replace(rule, sites=spread(rule.sites))
    else:
        scopes = {f.name: getattr(rule, f.name) for f in fields(rule)}
        named = {name: replace(s, sites=spread(s.sites)) for name, s in scopes.items() if isinstance(s, SiteScope)}
        yield replace(rule, **named) if named else rule
