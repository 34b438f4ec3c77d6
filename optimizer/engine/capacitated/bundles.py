"""Plans put together anew: of the bundles of customers that sites served in plans seen, the cheapest that serve all.

A bundle fits its site, so what is left is set partitioning, whose linear program is nearly tight. Plans that are good
in different places make one that is good in all.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.capacitated.instance import CapacitatedInstance
from sitewright.optimizer.model.build import Model
from sitewright.optimizer.model.columns import Columns, Rows, row, stack

# Bundles that are kept: those of the plans seen last.
MOST = 4000

Sites = NDArray[np.int64]
# Given a model and a solution to start from, returns a better one, or none.
Solve = Callable[[Model, NDArray[np.float64]], NDArray[np.float64] | None]


class Bundles:
    """The bundles of the plans seen; `cost` has shape (customers, sites), EUR/yr."""

    def __init__(self, a: CapacitatedInstance, cost: NDArray[np.float64]) -> None:
        self.cost, self.high = cost, a.sites.high
        self.must = a.sites.state[: a.n_sites] == 1
        # Sites that must be open are paid for in any case.
        self.price = np.where(self.must, 0.0, a.sites.fixed)
        self._kept: dict[tuple[int, bytes], Sites] = {}

    def add(self, site: Sites) -> None:
        """Take note of a plan, each customer's site."""
        order = np.argsort(site, kind="stable")
        used, start = np.unique(site[order], return_index=True)
        for j, customers in zip(used.tolist(), np.split(order, start[1:]), strict=True):
            key = j, customers.tobytes()
            self._kept.pop(key, None)
            self._kept[key] = customers
        while len(self._kept) > MOST:
            del self._kept[next(iter(self._kept))]

    def put_together(self, site: Sites, solve: Solve) -> Sites | None:
        """Return each customer's site in a plan cheaper than the one given, None if none was found."""
        self.add(site)
        at = np.array([j for j, _ in self._kept])
        members = list(self._kept.values())
        cost = np.array([self.cost[c, j].sum() for j, c in zip(at, members, strict=True)]) + self.price[at]
        hint = np.array([bool((site[c] == j).all()) for j, c in zip(at, members, strict=True)], dtype=np.float64)
        hint *= np.array([len(c) for c in members]) == np.bincount(site, minlength=len(self.price))[at]
        values = solve(self._model(cost, at, members), hint)
        if values is None or not cost @ np.round(values) < cost @ hint - 1e-9 * max(1.0, abs(float(cost @ hint))):
            return None
        new = site.copy()
        for k in np.flatnonzero(values > 0.5):
            new[members[k]] = at[k]
        return new

    def _model(self, cost: NDArray[np.float64], at: Sites, members: list[Sites]) -> Model:
        """Return: every customer is in one bundle, and every site serves one at most."""
        n, k, none = len(self.cost), len(at), np.empty(0, np.int64)
        column = np.repeat(np.arange(k), [len(c) for c in members])
        served = _rows("served", np.concatenate(members), column, n, 1.0)
        once = _rows("once", at, np.arange(k), len(self.price), 0.0)
        paid = np.flatnonzero(~self.must[at])
        number = row("count", paid, np.ones(len(paid)), upper=self.high - int(self.must.sum()))
        ones = np.ones(k)
        return Model(Columns(k, 0, none, none), cost, ones, ones > 0, stack("bundles", [served, once, number]))


def _rows(rule: str, rows: Sites, column: Sites, n: int, lower: float) -> Rows:
    """Return n rows of ones, each `lower` at least and 1 at most; entry e stands in row `rows[e]`."""
    order = np.argsort(rows, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n))]).astype(np.int64)
    return Rows(rule, np.full(n, lower), np.ones(n), start, column[order], np.ones(len(order)))
