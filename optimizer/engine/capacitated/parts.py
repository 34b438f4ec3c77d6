"""Better plans by parts: a few open sites near each other are sited anew with all that they serve, to the optimum.

After POPMUSIC (Taillard, Voss, in: Essays and Surveys in Metaheuristics, 2002): a part that can be bettered is put back
in the plan, and the parts around what changed are looked at again; the rest of the plan stays as it is. A part is a
problem of the same kind, small enough for the tree of 0-1 knapsacks, and the plan's own cost there is its cut-off.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.capacitated.chains import Chains
from sitewright.optimizer.engine.capacitated.incumbent import Mask
from sitewright.optimizer.engine.capacitated.instance import CapacitatedInstance
from sitewright.optimizer.engine.capacitated.piece import Sites, at_prices, piece_of
from sitewright.optimizer.engine.capacitated.whole import Node, Whole
from sitewright.optimizer.engine.capacitated.whole_tree import WholeTree

# Closed sites that a part may open; nodes that it is worth, and steps of the bound at the first.
OTHERS, NODES, FIRST = 30, 60, 200
# A part has at least a site for so many of the customers asked for, though sites hold more.
BY_SITE = 6
# Parts that are looked at together, whatever the number of threads, so that the plans do not depend on it.
BATCH = 4


@dataclass(frozen=True, eq=False)
class _Part:
    """Open sites, the one they were chosen for among them, and all customers they serve."""

    seed: int
    inside: Sites
    customers: Sites

    @property
    def key(self) -> bytes:
        return self.inside.tobytes() + self.customers.tobytes()


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
    threads
        How many parts to look at at the same time.
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
        threads: int,
        stop: Callable[[], bool],
    ) -> None:
        self.a, self.cost, self.u, self.keeps, self.tell, self.stop = a, cost, u, keeps, tell, stop
        self.threads = threads
        self.rng = np.random.default_rng(seed)
        # Parts that were looked at, by their sites and customers.
        self.seen: set[bytes] = set()

    def improve(self, is_open: Mask, site: Sites, *, size: int, around: Sites | None = None) -> tuple[Mask, Sites]:
        """Return a plan of which no part of `size` customers or some more was found to have a cheaper one.

        Where sites are given it begins with the parts around these alone.
        """
        is_open, site = is_open.copy(), site.copy()
        waiting = self.rng.permutation(np.unique(site) if around is None else around).tolist()
        with ThreadPoolExecutor(self.threads) as pool:
            while waiting and not self.stop():
                batch, changed = self._batch(waiting, site, size), False
                # All see the plan as it is now.
                for part, found in zip(batch, list(pool.map(partial(self._sited, is_open, site), batch)), strict=True):
                    put = None if found is None else self._put(is_open, site, part, found)
                    if put is not None:
                        moved = put[1] != site
                        touched = np.unique(np.concatenate([site[moved], put[1][moved]]))
                        (is_open, site), changed = put, True
                        self.tell(site)
                        waiting += [j for j in self.rng.permutation(touched).tolist() if j not in waiting]
                    elif found is not None and changed:
                        # Another of the batch took a site that this one would open, or the last that rules allow.
                        self.seen.discard(part.key)
                        waiting.append(part.seed)
        return is_open, site

    def without(self, is_open: Mask, site: Sites, j: int, *, size: int) -> tuple[Mask, Sites] | None:
        """Return a plan with site j closed and the part around it sited anew, None if none was found.

        It is dearer as a rule.
        """
        part = self._around(j, site, size)
        found = None if part is None else self._sited(is_open, site, part, dear=j)
        if part is None or found is None or np.any(found == j):
            return None
        return self._put(is_open, site, part, found)

    def _batch(self, waiting: list[int], site: Sites, size: int) -> list[_Part]:
        """Take parts that have no site in common, and were not looked at, off those that wait."""
        batch: list[_Part] = []
        later: list[int] = []
        taken = np.zeros(self.a.n_sites, dtype=bool)
        while waiting and len(batch) < BATCH:
            part = self._around(waiting.pop(0), site, size)
            if part is None or part.key in self.seen:
                continue
            if taken[part.inside].any():
                later.append(part.seed)
                continue
            taken[part.inside] = True
            self.seen.add(part.key)
            batch.append(part)
        waiting[:0] = later
        return batch

    def _put(self, is_open: Mask, site: Sites, part: _Part, found: Sites) -> tuple[Mask, Sites] | None:
        """Return a plan with the sites found for a part, None if it breaks rules or opens a site that others use."""
        new_open, new_site = is_open.copy(), site.copy()
        new_site[part.customers] = -1
        if np.isin(new_site, found).any():
            return None
        new_open[part.inside] = self.a.sites.state[part.inside] == 1
        new_site[part.customers] = found
        new_open[found] = True
        return (new_open, new_site) if self.keeps(new_open) else None

    def _around(self, seed: int, site: Sites, size: int) -> _Part | None:
        """Return a part: the sites whose customers and the seed's could most cheaply change places.

        There is none where the seed serves nobody.
        """
        mine = np.flatnonzero(site == seed)
        used, at, count = np.unique(site, return_inverse=True, return_counts=True)
        if not len(mine):
            return None
        away = (self.cost[np.ix_(mine, used)] - self.cost[mine, seed][:, None]).mean(axis=0)
        back = np.bincount(at, self.cost[:, seed] - self.cost[np.arange(len(site)), site]) / count
        order = np.argsort(np.where(used == seed, -np.inf, away + back), kind="stable")
        enough = int(np.searchsorted(np.cumsum(count[order]), size)) + 1
        inside: Sites = np.sort(used[order[: max(enough, 2, size // BY_SITE)]])
        return _Part(seed, inside, np.flatnonzero(np.isin(site, inside)))

    def _sited(self, is_open: Mask, site: Sites, piece: _Part, dear: int = -1) -> Sites | None:
        """Return a cheaper site for each customer of a part, None if none was found.

        The site `dear` costs more than all the part.
        """
        a, inside, customers = self.a, piece.inside, piece.customers
        others = np.flatnonzero(~is_open & (a.sites.state[: a.n_sites] != 0))
        # Sites that must be open and serve nobody are at hand everywhere; the rest of the plan opens so many.
        idle = is_open & (a.sites.state[: a.n_sites] == 1)
        idle[site] = False
        rest = int(is_open.sum() - idle.sum()) - len(inside)
        if len(others) > OTHERS:
            part, cost = piece_of(a, self.cost, customers, others, rest)
            node = Node(self.u[customers], part.sites.state, np.isfinite(cost))
            rho = Whole(part, at_prices(node), cost).at(node)[3]
            others = others[np.argsort(rho, kind="stable")[:OTHERS]]
        columns = np.sort(np.concatenate([inside, others, np.flatnonzero(idle)]))
        part, cost = piece_of(a, self.cost, customers, columns, rest)
        everyone, price = np.arange(len(customers)), part.sites.price
        place = np.searchsorted(columns, site[customers])
        price[columns == dear] += cost[everyone, place].sum() + price.sum()
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
            Whole(part, at_prices(root), cost),
            root,
            cutoff=lambda: value[0] - 2 * least,
            pack=pack,
            threads=1,
            deep=True,
            first=FIRST,
        )
        tree.run(report=lambda bound: None, stop=lambda: self.stop() or tree.nodes >= NODES)
        return columns[best[0]] if best else None
