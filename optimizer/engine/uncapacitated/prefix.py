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

from sitewright.kernels._blocks import run_blocks

_FAST = {"nogil": True, "cache": True}


@njit(**_FAST)
def _count(cost, live, top, out):  # type: ignore[no-untyped-def]
    for i in range(cost.shape[0]):
        n, usable = 0, 0
        for j in range(cost.shape[1]):
            if live[j] and cost[i, j] < np.inf:
                usable += 1
                n += cost[i, j] <= top[i]
        out[i] = n
        if n == usable:
            top[i] = np.inf


@njit(**_FAST)
def _fill(cost, live, top, start, first, site, near):  # type: ignore[no-untyped-def]
    for i in range(cost.shape[0]):
        a = start[first + i]
        k = a
        for j in range(cost.shape[1]):
            if live[j] and cost[i, j] <= top[i] and cost[i, j] < np.inf:
                site[k], near[k] = j, cost[i, j]
                k += 1
        order = np.argsort(near[a:k], kind="mergesort")
        site[a:k], near[a:k] = site[a:k][order], near[a:k][order]


@njit(**_FAST)
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


def build_prefix(
    cost: NDArray[Any],
    live: NDArray[np.bool_],
    top: NDArray[np.float64],
    *,
    scale: NDArray[np.float64] | None = None,
    threads: int | None = None,
) -> Prefix:
    """Return the pairs that cost at most `top`, shape (customers,), of the sites in `live`, shape (sites,)."""
    n, m = cost.shape
    count, top = np.empty(n, np.int64), top.copy()
    run_blocks(n, m, lambda a, b: _count(cost[a:b], live, top[a:b], count[a:b]), threads)
    start = np.concatenate([[0], np.cumsum(count)])
    site, near = np.empty(start[-1], np.int32), np.empty(start[-1], cost.dtype)
    run_blocks(n, m, lambda a, b: _fill(cost[a:b], live, top[a:b], start, a, site, near), threads)
    return Prefix(start, site, near, top, spread(start, near) if scale is None else scale, m)


def spread(start: NDArray[np.int64], near: NDArray[Any]) -> NDArray[np.float64]:
    """Return how far apart the ends of each row are, by the mean of all rows: large customers have large prices."""
    some = np.diff(start) > 1
    if not some.any():
        return np.ones(len(start) - 1)
    out = np.zeros(len(start) - 1)
    out[some] = near[start[1:][some] - 1].astype(np.float64) - near[start[:-1][some]]
    mean = out[some].mean()
    return np.clip(out / mean, 1e-3, 1e3) if mean > 0 else np.ones(len(out))


def ranked(cost: NDArray[Any], rank: int, *, threads: int | None = None) -> NDArray[np.float64]:
    """Return what each customer's site of that rank costs (0 is the cheapest); +inf beyond the last."""
    n, m = cost.shape
    if rank >= m:
        return np.full(n, np.inf)
    out = np.empty(n)

    def block(first: int, end: int) -> None:
        out[first:end] = np.partition(cost[first:end], rank, axis=1)[:, rank]

    run_blocks(n, m, block, threads)
    return out
