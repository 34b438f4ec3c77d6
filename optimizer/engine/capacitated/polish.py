"""Now and then the best of the plans that a tree came by is bettered by its parts, and by those of earlier ones.

Plans that are made from choices of the tree lie far apart, and each leads to another that no part betters; plans made
by disturbing the incumbent mostly lead back to it.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.engine.capacitated.bundles import Bundles, Solve
from sitewright.optimizer.engine.capacitated.descent import opening_costs
from sitewright.optimizer.engine.capacitated.instance import CapacitatedInstance
from sitewright.optimizer.engine.capacitated.parts import Parts

# Choices of the tree between two plans that are bettered; plans between two that are put together.
EVERY, TOGETHER = 10, 4
# Sites that open one by one where those that a tree chose are too few for whole customers.
SPARE = 3
# Customers of a part, one after the other, and of the best plan so far.
SIZES, LARGER = (30, 45), 60


class Polish:
    """Hears of plans and betters the best.

    Parameters
    ----------
    cost
        (customers, sites) EUR/yr, +inf where a customer may not be served.
    u
        (customers,) prices of a good bound.
    keeps
        Whether open sites keep the site rules.
    take
        Is given each plan that was bettered.
    solve
        Solves a model of parts of plans, from the solution given.
    patience
        After so many plans that led to no better one, ten more choices of the tree go by before the next.
    """

    def __init__(
        self,
        a: CapacitatedInstance,
        cost: NDArray[np.float64],
        u: NDArray[np.float64],
        *,
        keeps: Callable[[NDArray[np.bool_]], bool],
        take: Callable[[Decision], None],
        solve: Solve,
        seed: int,
        patience: int,
        stop: Callable[[], bool],
    ) -> None:
        self.patience = patience
        self.take, self.solve, self.stop = take, solve, stop
        self.must = a.sites.state[: a.n_sites] == 1
        # Sites by what opening them costs at the prices, those closed by rule left out.
        rho = opening_costs(a, u)[: a.n_sites]
        self.cheapest = np.argsort(rho, kind="stable")
        self.cheapest = self.cheapest[a.sites.state[self.cheapest] != 0]
        self.bundles = Bundles(a, cost)
        self.parts = Parts(a, cost, u, keeps=keeps, tell=self.bundles.add, seed=seed, stop=stop)
        self.choices, self.polished, self.stalled = 0, 0, 0
        self._lowest = np.inf
        self._best: tuple[float, NDArray[np.bool_], NDArray[np.int64]] | None = None

    def hear(self, decision: Decision, value: float) -> None:
        """Take note of a plan of whole customers."""
        self._lowest = min(self._lowest, value)
        if self._best is None or value < self._best[0]:
            site = np.empty(len(decision.customer), np.int64)
            site[decision.customer] = decision.site
            self._best = value, decision.open, site

    def wider(self, is_open: NDArray[np.bool_]) -> Iterator[NDArray[np.bool_]]:
        """Return open sites, then these and one more, and so on, until the solve is to stop."""
        yield is_open
        for j in self.cheapest[~is_open[self.cheapest]][:SPARE]:
            if self.stop():
                return
            is_open = is_open.copy()
            is_open[j] = True
            yield is_open

    def now_and_then(self, best: Decision | None) -> None:
        """Count a choice of the tree, and better a plan if it is time to."""
        self.choices += 1
        if self.choices >= EVERY * (1 + self.stalled // self.patience):
            self.choices, before = 0, self._lowest
            self.run(best)
            self.stalled = 0 if self._lowest < before else self.stalled + 1

    def run(self, best: Decision | None) -> None:
        """Better the best plan heard of, and now and then put together a plan from all that were seen."""
        if self._best is None or self.stop():
            return
        _, is_open, site = self._best
        self._better(is_open, site)
        self.polished += 1
        if self.polished % TOGETHER == 0 and best is not None:
            site = np.empty(len(best.customer), np.int64)
            site[best.customer] = best.site
            new = None if self.stop() else self.bundles.put_together(site, self.solve)
            if new is not None:
                is_open = self.must.copy()
                is_open[new] = True
                self._offer(is_open, new)
                self._better(is_open, new)
        # What was bettered is not taken up again.
        self._best = None

    def _better(self, is_open: NDArray[np.bool_], site: NDArray[np.int64]) -> None:
        before = self._lowest
        for size in (*SIZES, LARGER):
            if size == LARGER and not self._lowest < before:
                break
            is_open, site = self.parts.improve(is_open, site, size=size)
            self._offer(is_open, site)

    def _offer(self, is_open: NDArray[np.bool_], site: NDArray[np.int64]) -> None:
        self.take(Decision(is_open.copy(), np.arange(len(site)), site.copy(), np.ones(len(site))))
