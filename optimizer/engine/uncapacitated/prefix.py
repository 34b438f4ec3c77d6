"""The near sites of every customer, nearest first: all that a bound and a search look at.

A Lagrangian bound reads the pairs that cost less than the customer's price, which are few. So the matrix is read once,
and each row's near end is kept, sorted; `top` is the cost up to which it holds every site. Prices stay below `top`.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sitewright import kernels
from sitewright.kernels._backends import backend_for


@njit(nogil=True, cache=True)
def _turn(start, site, cost, by_site, row, at):  # type: ignore[no-untyped-def]
    """Write the pairs site by site; `by_site` holds where each begins, and is left where each ends."""
    for i in range(len(start) - 1):
        for k in range(start[i], start[i + 1]):
            to = by_site[site[k]]
            row[to], at[to] = i, cost[k]
            by_site[site[k]] += 1


@dataclass(frozen=True, eq=False)
class Prefix:
    """Sorted near ends of the rows of a cost matrix, in compressed rows."""

    start: NDArray[np.int64]  # (customers + 1,)
    site: NDArray[np.int32]  # (pairs,)
    cost: NDArray[Any]  # (pairs,), ascending in each row, in the type of the matrix
    top: NDArray[np.float64]  # (customers,): every live site that costs no more is here; +inf where all are
    scale: NDArray[np.float64]  # (customers,): how far prices may move, relative to the mean; see `spread`
    n_sites: int

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        return self.start, self.site, self.cost

    @cached_property
    def rows(self) -> tuple[NDArray[Any], ...]:
        """The pairs by customer, `top`, and the pairs by site: where each site begins, customers, costs."""
        count = np.bincount(self.site, minlength=self.n_sites)
        by_site = np.concatenate([[0], np.cumsum(count)])
        row, at = np.empty(len(self.site), np.int32), np.empty_like(self.cost)
        _turn(*self.arrays, by_site[:-1].copy(), row, at)
        return *self.arrays, self.top, by_site, row, at

    def among(self, live: NDArray[np.bool_]) -> "Prefix":
        """Return the pairs of some of the sites. `live` has shape (sites,)."""
        keep = live[self.site]
        start = np.concatenate([[0], np.cumsum(keep)])[self.start]
        site, cost = self.site[keep], self.cost[keep]
        return Prefix(start, site, cost, self.top, spread(start, cost), self.n_sites)


def build_prefix(
    cost: Any,
    live: NDArray[np.bool_],
    top: NDArray[np.float64] | None = None,
    *,
    rank: int | None = None,
    scale: NDArray[np.float64] | None = None,
    threads: int | None = None,
) -> Prefix:
    """Return the pairs of the sites in `live`, shape (sites,), up to a cost `top`, shape (customers,), or a rank.

    `cost` lies in memory, on a card or on Dask, and stays there.
    """
    near = kernels.near_ends(cost, live, rank=rank, top=top, backend=backend_for(cost), threads=threads)
    scale = spread(near.start, near.cost) if scale is None else scale
    return Prefix(near.start, near.site, near.cost, near.top, scale, len(live))


def spread(start: NDArray[np.int64], near: NDArray[Any]) -> NDArray[np.float64]:
    """Return how far apart the ends of each row are, by the mean of all rows: large customers have large prices."""
    some = np.diff(start) > 1
    if not some.any():
        return np.ones(len(start) - 1)
    out = np.zeros(len(start) - 1)
    out[some] = near[start[1:][some] - 1].astype(np.float64) - near[start[:-1][some]]
    mean = out[some].mean()
    return np.clip(out / mean, 1e-3, 1e3) if mean > 0 else np.ones(len(out))
