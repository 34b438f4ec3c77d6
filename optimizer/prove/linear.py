"""The best prices where all sites are decided: those of the transport between them, which steps alone near slowly.

Where loads cannot be kept, breaking a row has a price that no plan below the target could pay: then that price is the
proof. Whatever the solver says, prices are prices: the checker recomputes what they prove.
"""

from collections.abc import Callable
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.errors import SolverFailed
from sitewright.optimizer.model.build import Model, tidy
from sitewright.optimizer.model.columns import Columns, Rows, stack
from sitewright.optimizer.prove.ascent import Prices
from sitewright.optimizer.solver.process import solve_model
from sitewright.optimizer.verify.decisions import Decisions
from sitewright.optimizer.verify.node import Nodes

# What breaking a row by all of its limit costs, in targets.
DEAR = 10.0


def linear_prices(nodes: Nodes, decisions: Decisions, target: float, *, stop: Callable[[], bool]) -> Prices | None:
    """Return the prices of the linear program of who is served from the open sites; None if the solver has none."""
    sites = np.flatnonzero(decisions.forced)
    cost = nodes.cost[:, sites]
    customer, site = np.nonzero(np.isfinite(cost))
    n, k, first = len(cost), len(nodes.weights), len(nodes.priced)
    columns = Columns(0, 0, customer, site, n_further=n + k)
    short, broken = np.split(columns.first_further + np.arange(n + k), [n])
    limits, demand, pairs = nodes.limits[first:], nodes.facts.demand, columns.serve
    # Everyone is served, or falls short; a site of no limit has a row without one.
    served = _block(
        "service", np.r_[customer, np.arange(n)], np.r_[pairs, short], np.ones(len(pairs) + n), np.ones(n), 1
    )
    row = np.r_[np.repeat(np.arange(k), len(pairs)), np.arange(k)]
    weight = np.concatenate([*(w[customer, sites[site]] for w in nodes.weights), -np.ones(k)])
    priced = _block("priced", row, np.r_[np.tile(pairs, k), broken], weight, limits, -np.inf)
    holds = _block("capacity", site, pairs, demand[customer], nodes.capacity[sites], -np.inf)
    dear = DEAR * abs(target)
    prices = np.r_[cost[customer, site], np.full(n, dear), dear / np.maximum(1e-9, np.abs(limits))]
    upper = np.r_[np.ones(len(pairs)), np.full(n + k, np.inf)]
    model = Model(
        columns, prices, upper, np.zeros(len(upper), dtype=bool), tidy(stack("leaf", [served, priced, holds]))
    )
    with suppress(SolverFailed):
        answer = solve_model(model, stop=stop)
        if answer.duals is not None:
            # Rows of sites are kept here, or nothing would be left: they need no price.
            paid = np.r_[np.zeros(first), np.maximum(0.0, -answer.duals[n : n + k])]
            return Prices(answer.duals[:n].copy(), paid)
    return None


def _block(
    rule: str,
    row: NDArray[np.int64],
    column: NDArray[np.int64],
    value: NDArray[np.float64],
    high: NDArray[np.float64],
    low: float,
) -> Rows:
    """Return rows from triplets, each with its upper limit and all with one lower."""
    order = np.argsort(row, kind="stable")
    start = np.searchsorted(row[order], np.arange(len(high) + 1))
    return Rows(rule, np.full(len(high), float(low)), high, start, column[order], value[order])
