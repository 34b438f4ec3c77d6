"""Exchanges of two sites, by what whole customers cost at least at the sites then open.

Plans that a search by parts ends at differ in few sites, and are as good as the bound of 0-1 knapsacks for the sites
they open: it tells which sites to open much better than what is paid near them, for where sites are nearly full, it
matters everywhere who fits where.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from sitewright.optimizer.engine.capacitated.incumbent import Mask
from sitewright.optimizer.engine.capacitated.instance import CapacitatedInstance
from sitewright.optimizer.engine.capacitated.piece import Sites, at_prices, piece_of
from sitewright.optimizer.engine.capacitated.whole import Floats, Node, Whole

# Sites that may take the place of each; steps of the bound for an exchange, and times as many for what is open.
PLACES, STEPS, ROUNDS = 12, 60, 20


class Exchanges:
    """Looks for sites to exchange.

    Parameters
    ----------
    cost
        (customers, sites) EUR/yr, +inf where a customer may not be served.
    u
        (customers,) prices of a good bound.
    keeps
        Whether open sites keep the site rules.
    threads
        How many exchanges to look at at the same time.
    """

    def __init__(
        self,
        a: CapacitatedInstance,
        cost: Floats,
        u: Floats,
        *,
        keeps: Callable[[Mask], bool],
        threads: int,
        stop: Callable[[], bool],
    ) -> None:
        self.a, self.cost, self.u, self.keeps, self.threads, self.stop = a, cost, u, keeps, threads, stop

    def worth_closing(self, is_open: Mask, site: Sites, cutoff: float) -> list[int]:
        """Return the sites to close for which another may open at less than the cut-off, the best first."""
        u = self._bound(is_open, self.u, cutoff, ROUNDS)[1]
        pairs = [(int(j), k) for j in np.unique(site) for k in self._places(is_open, site, int(j))]

        def value(pair: tuple[int, int]) -> float:
            return np.inf if self.stop() else self._bound(_exchanged(is_open, *pair), u, cutoff, 1)[0]

        with ThreadPoolExecutor(self.threads) as pool:
            values = np.array(list(pool.map(value, pairs)))
        order = [e for e in np.argsort(values, kind="stable") if values[e] < cutoff]
        return list(dict.fromkeys(pairs[e][0] for e in order))

    def _places(self, is_open: Mask, site: Sites, j: int) -> list[int]:
        """Return the closed sites that are best for the customers of an open one, and hold enough in its place."""
        a, m = self.a, self.a.n_sites
        if a.sites.state[j] == 1:
            return []
        mine = np.flatnonzero(site == j)
        closed = np.flatnonzero(~is_open & (a.sites.state[:m] == -1))
        room = a.capacity[is_open].sum() - a.capacity[j] + a.capacity[closed]
        closed = closed[room >= a.need]
        paid = self.cost[np.ix_(mine, closed)].sum(axis=0) + a.sites.fixed[closed]
        best = closed[np.argsort(paid, kind="stable")[:PLACES]].tolist()
        return [k for k in best if self.keeps(_exchanged(is_open, j, k))]

    def _bound(self, is_open: Mask, u: Floats, cutoff: float, rounds: int) -> tuple[float, Floats]:
        """Return what a plan with these sites open costs at least, and the prices that say so."""
        everyone, column = np.arange(len(self.cost)), np.flatnonzero(is_open)
        piece, cost = piece_of(self.a, self.cost, everyone, column, 0)
        node = Node(u.copy(), np.ones(len(column), np.int8), np.isfinite(cost))
        whole = Whole(piece, at_prices(node), cost)
        for _ in range(rounds):
            whole.climb(node, cutoff=cutoff, target=cutoff, steps=STEPS)
            if node.value >= cutoff or self.stop():
                break
        return node.value, node.u


def _exchanged(is_open: Mask, j: int, k: int) -> Mask:
    is_open = is_open.copy()
    is_open[j], is_open[k] = False, True
    return is_open
