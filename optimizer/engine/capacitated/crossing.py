"""Plans crossed: where the best of those found differ, a small tree looks for the best mixture of them.

Searches from choices of the tree end at plans that lie a few exchanges of sites apart, and together open not many more
sites than one of them does. So some sites near each other that not all of them open are left free, the others stay as
in the best plan, and branch and bound does the rest (Rothberg, INFORMS Journal on Computing 19, 2007, mixes solutions
by a MIP).
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.capacitated.bound import Point, raise_bound, steps_at_once
from sitewright.optimizer.engine.capacitated.incumbent import Incumbent
from sitewright.optimizer.engine.capacitated.instance import CapacitatedInstance
from sitewright.optimizer.engine.capacitated.tree import Tree

# Plans without which there is nothing to cross; sites left free at first, and at least.
ENOUGH, FREE, FEWEST = 5, 12, 6
# Pairs beyond which a small tree is not small.
MOST_PAIRS = 10_000_000
# Steps at the first node, between two looks at what they bound, and nodes of a tree. One that ends within half as many
# leaves more sites free the next time, one that does not end fewer.
STEPS, ROUND, NODES = 150, 25, 150


class Crossing:
    """Crosses the plans that an incumbent holds, from the prices of the root."""

    def __init__(self, instance: CapacitatedInstance, best: Incumbent, root: Point, *, threads: int, seed: int) -> None:
        self.instance, self.best, self.threads = instance, best, threads
        self.root = Point(root.u.copy(), root.lam.copy(), root.state.copy())
        self.free = FREE
        self._rng = np.random.default_rng(seed)
        # Mixtures that were looked through, and the cut-off then.
        self._seen: dict[bytes, float] = {}

    def run(self, stop: Callable[[], bool]) -> None:
        """Look for a better plan among mixtures of those that the incumbent holds, and take it."""
        best, m = self.best, self.instance.n_sites
        differing = self._differing()
        if not len(differing):
            return
        free = self._near(differing)
        state = self.root.state.copy()
        kept = state[:m] == -1
        kept[free] = False
        state[:m][kept] = best.open[kept]
        key = state.tobytes()
        if self._seen.get(key) == best.cutoff:
            return
        nodes, ended = self._search(state, stop)
        if ended:
            self._seen[key] = best.cutoff
            if nodes < NODES // 2 and len(free) == self.free:
                self.free += 2
        elif not stop():
            self.free = max(FEWEST, self.free - 2)

    def _differing(self) -> NDArray[np.int64]:
        """Return the undecided sites that some but not all open: of the plans held, or of some of them and the best."""
        best, rng = self.best, self._rng
        plans = [is_open for _cost, is_open in best.plans.values()]
        if len(plans) < ENOUGH or len(self.instance.near.site) > MOST_PAIRS:
            return np.empty(0, np.int64)
        if rng.random() < 0.5:
            few = rng.choice(len(plans), int(rng.integers(2, len(plans) + 1)), replace=False)
            plans = [plans[k] for k in few]
        opened = np.array([best.open, *plans])
        some = opened.any(axis=0) & ~opened.all(axis=0)
        return np.flatnonzero(some & (self.root.state[: self.instance.n_sites] == -1))

    def _near(self, sites: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return as many of some sites as are to be free: the best for the customers near one of them."""
        unit, center = self.instance.unit, int(self._rng.choice(sites))
        customers = max(1, len(unit) // max(1, int(self.best.open.sum())))
        mine = np.argsort(unit[:, center], kind="stable")[:customers]
        away = unit[np.ix_(mine, sites)].mean(axis=0)
        away[sites == center] = -np.inf
        return sites[np.argsort(away, kind="stable")[: self.free]]

    def _search(self, state: NDArray[np.int8], stop: Callable[[], bool]) -> tuple[int, bool]:
        """Return how many nodes it took to look through the mixtures that a state leaves, and whether that ended."""
        instance, best, root = self.instance, self.best, self.root
        few = replace(instance, near=instance.near.among(state[: instance.n_sites] != 0))
        point = Point(root.u.copy(), root.lam.copy(), state)
        steps = steps_at_once(few, ROUND)
        for _ in range(0, STEPS, steps):
            value = raise_bound(few, point, steps=steps, cutoff=best.cutoff, target=best.value, factor=1.0)
            if value > best.cutoff:
                return 0, True
            if stop():
                return 0, False
        tree = Tree([(few, point)], best, threads=self.threads)
        tree.run(report=lambda bound: None, stop=stop, most=NODES, dive=False)
        return tree.nodes, not tree.open
