"""Whole customers packed into given open sites: by shifts and swaps where pairs are few, beyond by ejection chains.

In between they take turns: plans packed in different ways lead to different better ones.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.capacitated.assignment import improve
from sitewright.optimizer.engine.capacitated.chains import Chains
from sitewright.optimizer.engine.capacitated.incumbent import Mask

# How the price of what exceeds a capacity moves; customers beyond whom looking at every two takes too long.
CHEAPER, DEARER, MOST_SWAPPED = 0.6, 1.7, 2000
# Pairs beyond which chains pack one set of so many.
SOME, TURN = 2500, 4


class Packing:
    """Searches for whole assignments to open sets.

    Parameters
    ----------
    cost
        (customers, sites) EUR/yr, +inf where a customer may not be served.
    demand
        (customers,) MW.
    always
        Whether chains pack every set.
    """

    def __init__(
        self,
        cost: NDArray[np.float64],
        demand: NDArray[np.float64],
        *,
        always: bool,
        seed: int,
        stop: Callable[[], bool],
    ) -> None:
        self.demand, self.stop, self.searches = demand, stop, 0
        self.turn = 1 if always else TURN
        self.chains = Chains(cost, demand, seed=seed) if always or cost.size > SOME else None

    def search(
        self,
        is_open: Mask,
        column: NDArray[np.int64],
        cost: NDArray[np.float64],
        capacity: NDArray[np.float64],
        site: NDArray[np.int64],
        *,
        price: float,
        rounds: int,
        late: bool,
    ) -> NDArray[np.int64] | None:
        """Return each customer's site, None if nothing fits; `site`, by column, may exceed capacities.

        Columns of `cost` and `capacity` are the sites `column`, the open ones among them. Chains cannot be stopped, and
        begin no search that is `late`.
        """
        self.searches += 1
        if self.chains is not None and self.searches % self.turn == 0:
            return None if late else self.chains.search(is_open, column, cost, capacity, site)
        demand, everyone = self.demand, np.arange(len(site))
        best_site, value = site.copy(), np.inf
        if np.all(np.bincount(site, demand, minlength=len(column)) <= capacity * (1 + 1e-9)):
            value = float(cost[everyone, site].sum())
        for _ in range(rounds):
            if self.stop():
                break
            found, fits = improve(site, cost, demand, capacity, max(price, 1e-9), len(demand) <= MOST_SWAPPED)
            if fits and found < value:
                value, best_site = found, site.copy()
            price *= CHEAPER if fits else DEARER
        return column[best_site] if np.isfinite(value) else None
