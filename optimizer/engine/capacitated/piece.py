"""The problem of some customers and sites alone, for those who search by parts."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.capacitated.bound import Point
from sitewright.optimizer.engine.capacitated.cuts import no_cuts
from sitewright.optimizer.engine.capacitated.instance import CapacitatedInstance
from sitewright.optimizer.engine.capacitated.whole import Node
from sitewright.optimizer.model.columns import stack

Sites = NDArray[np.int64]


def piece_of(
    a: CapacitatedInstance, cost: NDArray[np.float64], customers: Sites, columns: Sites, rest: int
) -> tuple[CapacitatedInstance, NDArray[np.float64]]:
    """Return the problem of some customers and sites where so many other sites are open, and its costs.

    Of the site rules it knows how many sites may be open.
    """
    demand = a.demand[customers]
    cost = np.ascontiguousarray(cost[np.ix_(customers, columns)])
    none, total = stack("sites", []), float(demand.sum())
    sites = replace(
        a.sites,
        cost=cost,
        price=a.sites.price[columns],
        rows=none,
        low=max(1, a.sites.low - rest),
        high=min(len(columns), a.sites.high - rest),
        state=a.sites.state[columns],
    )
    capacity = np.minimum(a.capacity[columns], total)
    unit = cost / np.where(demand > 0, demand, 1.0)[:, None]
    cuts, need = no_cuts(*unit.shape), total * (1 - 1e-9)
    part = replace(a, sites=sites, rows=none, cuts=cuts, demand=demand, capacity=capacity, need=need, unit=unit)
    return part, cost


def at_prices(node: Node) -> Point:
    """Return a node's prices without any of site rules."""
    return Point(node.u, np.zeros(0), node.state)
