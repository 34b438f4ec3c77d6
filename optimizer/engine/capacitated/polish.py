"""Now and then the best of the plans that a tree came by is bettered by its parts, and by those of earlier ones.

Plans that are made from choices of the tree lie far apart, and each leads to another that no part betters. Plans made
by disturbing the best mostly lead back to it; so its sites are closed where a bound leaves hope for those then open.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.engine.capacitated.bundles import Bundles, Solve
from sitewright.optimizer.engine.capacitated.descent import opening_costs
from sitewright.optimizer.engine.capacitated.exchanges import Exchanges
from sitewright.optimizer.engine.capacitated.incumbent import Mask
from sitewright.optimizer.engine.capacitated.instance import CapacitatedInstance
from sitewright.optimizer.engine.capacitated.parts import Parts
from sitewright.optimizer.engine.capacitated.piece import Sites

# Choices of the tree between two plans that are bettered; plans between two that are put together.
EVERY, TOGETHER = 10, 4
# Sites that open one by one where those that a tree chose are too few for whole customers.
SPARE = 3
# Customers of a part, one after the other, and of the best plan so far.
SIZES, LARGER = (30, 45), 60
# Plans bettered in vain before that is done more rarely, where plans are what lacks and elsewhere, and there before
# sites of the best one are closed.
PATIENT, HASTY = 10, 2


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
    deep
        Whether plans are what lacks: then they are bettered more often, and sites of the best one are closed.
    threads
        How many parts or exchanges to look at at the same time.
    """

    def __init__(
        self,
        a: CapacitatedInstance,
        cost: NDArray[np.float64],
        u: NDArray[np.float64],
        *,
        keeps: Callable[[Mask], bool],
        take: Callable[[Decision], None],
        solve: Solve,
        seed: int,
        deep: bool,
        threads: int,
        stop: Callable[[], bool],
    ) -> None:
        self.deep, self.patience = deep, PATIENT if deep else HASTY
        self.take, self.solve, self.stop = take, solve, stop
        self.must = a.sites.state[: a.n_sites] == 1
        # Sites by what opening them costs at the prices, those closed by rule left out.
        rho = opening_costs(a, u)[: a.n_sites]
        self.cheapest = np.argsort(rho, kind="stable")
        self.cheapest = self.cheapest[a.sites.state[self.cheapest] != 0]
        self.bundles = Bundles(a, cost)
        self.parts = Parts(a, cost, u, keeps=keeps, tell=self.bundles.add, seed=seed, threads=threads, stop=stop)
        self.exchanges = Exchanges(a, cost, u, keeps=keeps, threads=threads, stop=stop)
        self.choices, self.polished, self.stalled = 0, 0, 0
        # The best plan, what it costs, and which of its sites to close, unless that is not known yet.
        self._lowest = np.inf
        self._best: tuple[Mask, Sites] | None = None
        self._left: list[int] | None = None
        # The best heard of since one was bettered.
        self._heard: tuple[float, Mask, Sites] | None = None

    def hear(self, decision: Decision, value: float) -> None:
        """Take note of a plan of whole customers."""
        site = np.empty(len(decision.customer), np.int64)
        site[decision.customer] = decision.site
        if value < self._lowest:
            self._lowest, self._best, self._left = value, (decision.open, site), None
        if self._heard is None or value < self._heard[0]:
            self._heard = value, decision.open, site

    def wider(self, is_open: Mask) -> Iterator[Mask]:
        """Return open sites, then these and one more, and so on, until the solve is to stop."""
        yield is_open
        for j in self.cheapest[~is_open[self.cheapest]][:SPARE]:
            if self.stop():
                return
            is_open = is_open.copy()
            is_open[j] = True
            yield is_open

    def now_and_then(self) -> None:
        """Count a choice of the tree, and better a plan if it is time to."""
        self.choices += 1
        if self.choices >= EVERY * (1 + self.stalled // self.patience):
            self.choices, before = 0, self._lowest
            self.run()
            self.stalled = 0 if self._lowest < before else self.stalled + 1

    def run(self) -> None:
        """Better the best plan heard of, and now and then put together a plan from all that were seen."""
        if self._heard is None or self.stop():
            return
        self._better(*self._heard[1:])
        self.polished += 1
        if self.polished % TOGETHER == 0 and self._best is not None:
            new = None if self.stop() else self.bundles.put_together(self._best[1], self.solve)
            if new is not None:
                is_open = self.must.copy()
                is_open[new] = True
                self._offer(is_open, new)
                self._better(is_open, new)
        if self.deep and self.stalled >= self.patience:
            # Until then other plans lead further in the same time.
            self._close()
        # What was bettered is not taken up again.
        self._heard = None

    def _better(self, is_open: Mask, site: Sites) -> None:
        before = self._lowest
        for size in (*SIZES, LARGER):
            if size == LARGER and not self._lowest < before:
                break
            is_open, site = self.parts.improve(is_open, site, size=size)
            self._offer(is_open, site)

    def _close(self) -> None:
        """Close sites of the best plan, one after the other, as long as there is one worth it."""
        while self._best is not None and not self.stop():
            if self._left is None:
                self._left = self.exchanges.worth_closing(*self._best, self._lowest)
            if not self._left:
                break
            self._without(*self._best, self._left.pop(0))

    def _without(self, is_open: Mask, site: Sites, j: int) -> None:
        """Close a site of a plan and better what is around it."""
        plan = self.parts.without(is_open, site, j, size=LARGER)
        if plan is None:
            return
        for size in (SIZES[0], LARGER):
            moved = plan[1] != site
            around = np.union1d(site[moved], plan[1][moved])
            plan = self.parts.improve(*plan, size=size, around=around)
        self._offer(*plan)

    def _offer(self, is_open: Mask, site: Sites) -> None:
        self.take(Decision(is_open.copy(), np.arange(len(site)), site.copy(), np.ones(len(site))))
