"""Better plans by parts: a few open sites near each other are sited anew with all that they serve, to the optimum.

After POPMUSIC (Taillard, Voss, in: Essays and Surveys in Metaheuristics, 2002): a part that can be bettered is put back
in the plan, and the parts around what changed are looked at again; the rest of the plan stays as it is. A part is a
problem of the same kind, small enough for the tree of 0-1 knapsacks, and the plan's own cost there is its cut-off.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.capacitated.bound import Point
from sitewright.optimizer.engine.capacitated.chains import Chains
from sitewright.optimizer.engine.capacitated.cuts import no_cuts
from sitewright.optimizer.engine.capacitated.instance import CapacitatedInstance
from sitewright.optimizer.engine.capacitated.whole import Node, Whole
from sitewright.optimizer.engine.capacitated.whole_tree import WholeTree
from sitewright.optimizer.model.columns import stack

# Closed sites that a part may open; nodes that it is worth, and steps of the bound at the first.
OTHERS, NODES, FIRST = 30, 60, 200
# A part has at least a site for so many of the customers asked for, though sites hold more.
BY_SITE = 6

Sites = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Parts:
    """Looks for better parts of plans.

    Parameters
    ----------
    cost
        (customers, sites) EUR/yr, +inf where a customer may not be served.
    u
        (customers,) prices of a good bound.
    keeps
        Whether open sites keep the site rules.
    tell
        Hears each customer's site in each better plan.
    """

    def __init__(
        self,
        a: CapacitatedInstance,
        cost: NDArray[np.float64],
        u: NDArray[np.float64],
        *,
        keeps: Callable[[Mask], bool],
        tell: Callable[[Sites], None],
        seed: int,
        stop: Callable[[], bool],
    ) -> None:
        self.a, self.cost, self.u, self.keeps, self.tell, self.stop = a, cost, u, keeps, tell, stop
        self.rng = np.random.default_rng(seed)
        # Parts that were looked at, by their sites and customers.
        self.seen: set[bytes] = set()

    def improve(self, is_open: Mask, site: Sites, *, size: int) -> tuple[Mask, Sites]:
        """Return a plan of which no part of `size` customers or some more was found to have a cheaper one."""
        is_open, site = is_open.copy(), site.copy()
        waiting = self.rng.permutation(np.unique(site)).tolist()
        while waiting and not self.stop():
            seed = waiting.pop(0)
            inside = self._around(seed, site, size)
            if not len(inside):
                continue
            customers = np.flatnonzero(np.isin(site, inside))
            key = inside.tobytes() + customers.tobytes()
            if key in self.seen:
                continue
            self.seen.add(key)
            found = self._sited(is_open, site, inside, customers)
            if found is None:
                continue
            new_open, new_site = is_open.copy(), site.copy()
            new_open[inside] = self.a.sites.state[inside] == 1
            new_site[customers] = found
            new_open[found] = True
            if not self.keeps(new_open):
                continue
            moved = new_site != site
            touched = np.unique(np.concatenate([site[moved], new_site[moved]]))
            is_open, site = new_open, new_site
            self.tell(site)
            waiting += [j for j in self.rng.permutation(touched).tolist() if j not in waiting]
        return is_open, site

    def _around(self, seed: int, site: Sites, size: int) -> Sites:
        """Return the sites of a part: those whose customers and the seed's could most cheaply change places."""
        mine = np.flatnonzero(site == seed)
        used, at, count = np.unique(site, return_inverse=True, return_counts=True)
        if not len(mine):
            return used[:0]
        away = (self.cost[np.ix_(mine, used)] - self.cost[mine, seed][:, None]).mean(axis=0)
        back = np.bincount(at, self.cost[:, seed] - self.cost[np.arange(len(site)), site]) / count
        order = np.argsort(np.where(used == seed, -np.inf, away + back), kind="stable")
        enough = int(np.searchsorted(np.cumsum(count[order]), size)) + 1
        near: Sites = np.sort(used[order[: max(enough, 2, size // BY_SITE)]])
        return near

    def _sited(self, is_open: Mask, site: Sites, inside: Sites, customers: Sites) -> Sites | None:
        """Return a cheaper site for each customer of a part, None if none was found."""
        a = self.a
        others = np.flatnonzero(~is_open & (a.sites.state[: a.n_sites] != 0))
        # Sites that must be open and serve nobody are at hand everywhere; the rest of the plan opens so many.
        idle = is_open & (a.sites.state[: a.n_sites] == 1)
        idle[site] = False
        rest = int(is_open.sum() - idle.sum()) - len(inside)
        if len(others) > OTHERS:
            part, cost = self._part(customers, others, rest)
            node = Node(self.u[customers], part.sites.state, np.isfinite(cost))
            rho = Whole(part, _at(node), cost).at(node)[3]
            others = others[np.argsort(rho, kind="stable")[:OTHERS]]
        columns = np.sort(np.concatenate([inside, others, np.flatnonzero(idle)]))
        part, cost = self._part(customers, columns, rest)
        everyone, price = np.arange(len(customers)), part.sites.price
        place = np.searchsorted(columns, site[customers])
        # Sites that must be open are paid for in any case.
        must = part.sites.state == 1
        opened = must.copy()
        opened[place] = True
        now = float(cost[everyone, place].sum() + price[opened].sum())
        best: list[Sites] = []
        value = [now]
        chains = Chains(cost, part.demand, seed=0)

        def pack(open_here: Mask, at: Sites) -> None:
            open_here = open_here | must
            column = np.flatnonzero(open_here)
            if not len(column):
                return
            within = cost[:, column]
            begin = np.where(open_here[at], np.searchsorted(column, at), np.argmin(within, axis=1))
            begin = np.minimum(begin, len(column) - 1)
            found = chains.search(open_here, column, within, part.capacity[column], begin)
            if found is None:
                return
            opened = must.copy()
            opened[found] = True
            cheaper = float(cost[everyone, found].sum() + price[opened].sum())
            if cheaper < value[0] - least and opened.sum() <= part.sites.high:
                value[0] = cheaper
                best[:] = [found]

        least = 1e-9 * max(1.0, abs(now))
        root = Node(self.u[customers].copy(), part.sites.state.copy(), np.isfinite(cost))
        tree = WholeTree(
            Whole(part, _at(root), cost),
            root,
            cutoff=lambda: value[0] - 2 * least,
            pack=pack,
            threads=1,
            deep=True,
            first=FIRST,
        )
        tree.run(report=lambda bound: None, stop=lambda: self.stop() or tree.nodes >= NODES)
        return columns[best[0]] if best else None

    def _part(self, customers: Sites, columns: Sites, rest: int) -> tuple[CapacitatedInstance, NDArray[np.float64]]:
        """Return the problem of some customers and sites where so many others are open, and its costs.

        Of the site rules it knows how many sites may be open.
        """
        a, demand = self.a, self.a.demand[customers]
        cost = np.ascontiguousarray(self.cost[np.ix_(customers, columns)])
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


def _at(node: Node) -> Point:
    """Return a node's prices without any of site rules."""
    return Point(node.u, np.zeros(0), node.state)
