"""How far every customer is from every site that it may use, as one matrix; copied only where a pair is forbidden."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sitewright.kernels import nearest
from sitewright.optimizer.decision import Decision
from sitewright.optimizer.problem import Problem

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Reach:
    """Distances of a problem: latency in ms, or the service cost where the data hold no latency.

    Attributes
    ----------
    matrix
        float32 or float64, as in the data; +inf where a rule forbids the pair or there is no way between the two.
        Shape (customers, sites).
    """

    def __init__(self, problem: Problem, *, threads: int) -> None:
        self.problem, self.threads = problem, threads
        values = problem.data["latency" if problem.has("latency") else "service_cost"].values
        if values.dtype not in (np.float32, np.float64):
            values = values.astype(np.float64)
        usable = problem.allowed & np.isfinite(values) if problem.has("latency") else problem.allowed
        self.matrix = values if usable.all() else np.where(usable, values, values.dtype.type(np.inf))

    @property
    def shape(self) -> tuple[int, int]:
        return self.matrix.shape[0], self.matrix.shape[1]

    @property
    def farthest(self) -> float:
        """A radius within which lies whoever can be reached at all."""
        return float(np.finfo(self.matrix.dtype).max)

    def limit(self, radius: float) -> float:
        """Return a radius in the precision of the data: in float32 data, 20.1 is the float32 next to it."""
        return float(self.matrix.dtype.type(radius))

    def nearest(self, is_open: Mask) -> tuple[Ints, NDArray[np.float64]]:
        """Return the nearest open site of each customer, -1 without one, and how far it is. Shapes (customers,)."""
        found = nearest(self.matrix, is_open, threads=self.threads)
        return found.site.astype(np.int64), found.cost.astype(np.float64)

    def decision(self, is_open: Mask) -> Decision | None:
        """Serve every customer from its nearest open site (the cheapest of equally near ones); None if one has none."""
        site, far = self.nearest(is_open)
        if np.any(site < 0):
            return None
        if self.problem.has("latency"):
            opened = np.flatnonzero(is_open)
            cost = self.problem.data["service_cost"].values
            for block in self._blocks(len(opened)):
                equal = self.matrix[block][:, opened] == far[block, None]
                price = np.where(equal, cost[block][:, opened], np.inf)
                site[block] = opened[np.argmin(price, axis=1)]
        return Decision(is_open.copy(), np.arange(len(site)), site, np.ones(len(site)))

    def shares_within(self, sites: Ints, share: NDArray[np.float64], radius: float) -> NDArray[np.float64]:
        """Return how much of the sites' opening lies within a radius of each customer. Shape (customers,)."""
        out = np.empty(self.shape[0])
        for block in self._blocks(len(sites)):
            out[block] = (self.matrix[block][:, sites] <= radius) @ share
        return out

    def least(self, usable: Mask) -> NDArray[np.float64]:
        """Return how far the nearest usable site is from each customer. Shape (customers,)."""
        out = np.full(self.shape[0], np.inf)
        for block in self._blocks(self.shape[1]):
            rows = self.matrix[block] if usable.all() else self.matrix[block][:, usable]
            out[block] = rows.min(axis=1, initial=np.inf)
        return out

    def _blocks(self, width: int) -> Iterator[slice]:
        """Yield slices of customers of some 16 MB each."""
        rows = max(1, (1 << 21) // max(1, width))
        for first in range(0, self.shape[0], rows):
            yield slice(first, min(first + rows, self.shape[0]))
