"""A capacitated problem as bare arrays: those of the uncapacitated one, demands, capacities, and the need to hold."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.assign import single_sourced
from sitewright.optimizer.engine.capacitated.cuts import Cuts, no_cuts
from sitewright.optimizer.engine.capacitated.workplace import Workplaces
from sitewright.optimizer.engine.uncapacitated.instance import Instance, instance_of
from sitewright.optimizer.engine.uncapacitated.prefix import Prefix, build_prefix
from sitewright.optimizer.model.columns import Rows, row, stack
from sitewright.optimizer.problem import Problem

# Pairs beyond which only the near end of each row is kept: 12 bytes each, and up to 36 for each thread.
MOST_PAIRS = 60_000_000


@dataclass(frozen=True, eq=False)
class CapacitatedInstance:
    """What the stages read. `sites` holds costs, prices of columns, states, and the rows for propagation."""

    sites: Instance
    near: Prefix
    rows: Rows  # priced: those of the site rules, and the number of sites where it is limited
    demand: NDArray[np.float64]  # (customers,), MW
    capacity: NDArray[np.float64]  # (sites,), MW; no more than the whole demand
    need: float  # MW that the open sites must hold
    unit: NDArray[np.float64]  # (customers, sites): cost of a MW; of the whole customer where it has no demand
    cuts: Cuts  # priced, too
    shared: bool = True  # whether all demand may be shared: whole customers leave room unused

    @property
    def n_sites(self) -> int:
        return self.sites.n_sites

    @cached_property
    def workplaces(self) -> Workplaces:
        """Scratch memory for these pairs and cuts."""
        return Workplaces(self.near, self.cuts)

    @cached_property
    def row_arrays(self) -> tuple[NDArray[Any], ...]:
        """The rows, and the cuts as rows without columns: `cut_arrays` has these."""
        rows, most = self.rows, self.cuts.most
        start = np.concatenate([rows.start, np.full(len(most), rows.start[-1])])
        lower = np.concatenate([rows.lower, np.full(len(most), -np.inf)])
        return start, rows.column, rows.value, lower, np.concatenate([rows.upper, most])

    @cached_property
    def cut_arrays(self) -> tuple[NDArray[Any], ...]:
        """By site: where its cuts begin, which they are, MW for each; then the customers of each cut."""
        start, cut, value = self.cuts.by_site
        return start, cut, value, self.cuts.customers.view(np.uint8)

    @property
    def problem(self) -> tuple[Any, ...]:
        """What the loops of `relaxation` share."""
        return self.near.arrays, self.demand, self.capacity, self.need, self.sites.price

    @property
    def n_prices(self) -> int:
        """Of rows and cuts."""
        return len(self.rows) + len(self.cuts)

    def numbered(self, low: int, high: int) -> "CapacitatedInstance":
        """Return the problem of so many open sites at least and at most, with one row more."""
        m = self.n_sites
        count = row("count", np.arange(m), np.ones(m), lower=low, upper=high)
        sites, rows = replace(self.sites, low=low, high=high), stack("sites", [self.rows, count])
        part = replace(self, sites=sites, rows=rows)
        # Pairs and cuts are the same, so that one lot of scratch memory will do: it is large.
        part.__dict__["workplaces"] = self.workplaces
        return part

    @property
    def counted_only(self) -> bool:
        return self.sites.counted_only


def capacitated(problem: Problem, cost: NDArray[Any], *, threads: int) -> CapacitatedInstance:
    """Return the arrays of a problem. `cost` has +inf for pairs that a rule forbids, shape (customers, sites)."""
    sites = replace(instance_of(problem, cost, cover=False), step=0.0)
    demand = problem.numbers("demand")
    total = float(demand.sum())
    capacity = np.minimum(problem.numbers("capacity", np.inf), total)
    sites = replace(sites, low=max(sites.low, least_open(capacity, total, sites.state)))
    blocks, m = [sites.rows], sites.n_sites
    if sites.low > 1 or sites.high < m:
        # In the measure of the other rows, whose largest coefficient is 1.
        blocks.append(row("count", np.arange(m), np.ones(m), lower=sites.low, upper=sites.high))
    live = sites.state[:m] != 0
    rank = max(12, MOST_PAIRS // len(cost)) if cost.size > MOST_PAIRS else m
    near = build_prefix(cost, live, rank=rank, threads=threads)
    unit = cost.astype(np.float64) / np.where(demand > 0, demand, 1.0)[:, None]
    # A hair less than all: the sum of rounded capacities may fall short of the sum of rounded demands by an ulp.
    need = total * (1 - 1e-9)
    shared = not single_sourced(problem).any()
    return CapacitatedInstance(
        sites,
        near,
        stack("sites", blocks),
        demand,
        capacity,
        need,
        unit,
        no_cuts(*cost.shape),
        shared,
    )


def least_open(capacity: NDArray[np.float64], total: float, state: NDArray[np.int8]) -> int:
    """Return how many sites hold the demand at least, 1 where typical sites would need more anyway.

    Of sites that are much alike it takes a whole number, which the prices of capacity do not know.
    """
    held = np.sort(capacity[state[: len(capacity)] != 0])[::-1]
    if not len(held) or not total > 0:
        return 1
    least = int(np.searchsorted(np.cumsum(held), total * (1 - 1e-6))) + 1
    # Beyond the last, nothing holds it: the bound says so.
    return least if least <= len(held) and least * float(np.median(held)) > total else 1
