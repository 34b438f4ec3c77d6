"""The best prices of a small node: those of its linear program, which steps alone near slowly.

Where it cannot be kept, breaking a row has a price that no plan below the target could pay: then that price is the
proof. Whatever the solver says, prices are prices: the checker recomputes what they prove.
"""

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

Floats = NDArray[np.float64]

# What breaking a row by all of its limit costs, in targets.
DEAR = 10.0


def linear_prices(nodes: Nodes, decisions: Decisions, target: float) -> Prices | None:
    """Return the prices of the node's linear program, with its choice of sites; None if the solver has none."""
    sites = np.flatnonzero(~decisions.closed)
    cost = nodes.cost[:, sites]
    customer, site = np.nonzero(np.isfinite(cost))
    n, m, k = len(cost), len(sites), len(nodes.limits)
    columns = Columns(m, 0, customer, site, n_further=n + k)
    short, broken = columns.first_further + np.arange(n), columns.first_further + n + np.arange(k)
    priced = [
        _block("service", np.r_[customer, np.arange(n)], np.r_[columns.serve, short], np.ones(len(customer) + n), 1, 1),
        _rows(nodes, columns, sites, broken),
    ]
    kept = [_links(columns, decisions.forced[sites]), _holds(nodes, columns, sites), *_choice(nodes, decisions, sites)]
    size = np.maximum(1e-9, np.abs(nodes.limits))
    dear = DEAR * abs(target)
    opening = nodes.fixed[sites] + nodes.site_fee[sites]
    prices = np.r_[opening, cost[customer, site], np.full(n, dear), dear / size]
    upper = np.r_[np.ones(columns.first_further), np.full(n + k, np.inf)]
    model = Model(columns, prices, upper, np.zeros(len(upper), dtype=bool), tidy(stack("node", [*priced, *kept])))
    with suppress(SolverFailed):
        answer = solve_model(model)
        if answer.duals is not None and answer.values is not None:
            choice = np.zeros(len(nodes.facts.sites))
            choice[sites] = np.clip(answer.values[:m], 0.0, 1.0)
            return Prices(answer.duals[:n].copy(), np.maximum(0.0, -answer.duals[n : n + k]), choice=choice)
    return None


def _block(
    rule: str, row: NDArray[np.int64], column: NDArray[np.int64], value: Floats, low: float, high: float
) -> Rows:
    """Return rows of one pair of limits from triplets."""
    n = int(row.max()) + 1 if len(row) else 0
    order = np.argsort(row, kind="stable")
    start = np.searchsorted(row[order], np.arange(n + 1))
    return Rows(rule, np.full(n, float(low)), np.full(n, float(high)), start, column[order], value[order])


def _rows(nodes: Nodes, columns: Columns, sites: NDArray[np.int64], broken: NDArray[np.int64]) -> Rows:
    """Return the rows that have a price: of sites, then of pairs."""
    blocks = []
    for r, (limit, slack) in enumerate(zip(nodes.limits, broken, strict=True)):
        if r < len(nodes.priced):
            value, column = nodes.row_matrix[r, sites], np.arange(len(sites))
        else:
            weight = nodes.weights[r - len(nodes.priced)][:, sites]
            value, column = weight[columns.pair_customer, columns.pair_site], columns.serve
        used = np.flatnonzero(value)
        entries = np.r_[column[used], slack], np.r_[value[used], -1.0]
        blocks.append(Rows("priced", np.array([-np.inf]), np.array([limit]), np.array([0, len(entries[0])]), *entries))
    return stack("priced", blocks)


def _links(columns: Columns, forced: NDArray[np.bool_]) -> Rows:
    """Return that nobody is served from a site that is not open, where that is in doubt."""
    which = np.flatnonzero(~forced[columns.pair_site])
    row = np.repeat(np.arange(len(which)), 2)
    column = np.stack([columns.serve[which], columns.pair_site[which]], axis=1).ravel()
    return _block("link", row, column, np.tile([1.0, -1.0], len(which)), -np.inf, 0.0)


def _holds(nodes: Nodes, columns: Columns, sites: NDArray[np.int64]) -> Rows:
    """Return that no site serves more than it holds."""
    holds = nodes.capacity[sites]
    which = np.flatnonzero(np.isfinite(holds))
    at = np.full(len(sites), -1)
    at[which] = np.arange(len(which))
    pairs = np.flatnonzero(at[columns.pair_site] >= 0)
    row = np.r_[at[columns.pair_site[pairs]], np.arange(len(which))]
    value = np.r_[nodes.facts.demand[columns.pair_customer[pairs]], -holds[which]]
    return _block("capacity", row, np.r_[columns.serve[pairs], which], value, -np.inf, 0.0)


def _choice(nodes: Nodes, decisions: Decisions, sites: NDArray[np.int64]) -> list[Rows]:
    """Return what a choice of sites keeps exactly: sites open for sure, one of a group, how many."""
    forced, kept = np.flatnonzero(decisions.forced[sites]), nodes.kept
    one, m = np.ones(len(sites)), len(sites)
    _, group = np.unique(kept.group[sites], return_inverse=True)
    return [
        _block("forced", np.arange(len(forced)), forced, np.ones(len(forced)), 1.0, 1.0),
        _block("group", group, np.arange(m), one, -np.inf, 1.0),
        Rows(
            "count",
            np.array([float(kept.at_least)]),
            np.array([float(kept.at_most)]),
            np.array([0, m]),
            np.arange(m),
            one,
        ),
    ]
