"""Customers whose costs are the same up to scale, made one: exact, and what turns millions of them into thousands.

Where the rows of two customers are proportional, each open set sends both to the same site; so their costs add up to
one row, a plan for it is a plan for both, and its price is shared out in the same proportion.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sitewright.kernels._blocks import run_blocks
from sitewright.optimizer.blocks import in_blocks

# Two rows are one up to scale if they differ by no more than some roundings of their type.
ULPS = 8.0


@njit(nogil=True, cache=True)
def _key(cost, first, out):  # type: ignore[no-untyped-def]
    """Hash each row divided by its first finite positive entry, rounded so that noise does not show."""
    for i in range(cost.shape[0]):
        unit = 0.0
        for j in range(cost.shape[1]):
            if cost[i, j] > 0 and cost[i, j] < np.inf:
                unit = np.float64(cost[i, j])
                break
        h = np.uint64(1469598103934665603)
        for j in range(cost.shape[1]):
            x = np.float64(cost[i, j])
            word = np.uint64(0xFFFFFFFF)
            if x < np.inf and unit > 0:
                word = np.uint64(np.int64(np.rint(min(max(x / unit, -1e9), 1e9) * 16384.0)) & 0x7FFFFFFFFFFFFFFF)
            elif x < np.inf:
                word = np.uint64(0)
            h = (h ^ word) * np.uint64(1099511628211)
        out[first + i] = h


@njit(nogil=True, cache=True)
def _alike(cost, order, start, tolerance, leader):  # type: ignore[no-untyped-def]
    """Give each customer the first one of its hash class that it is proportional to."""
    m = cost.shape[1]
    for g in range(len(start) - 1):
        for a in range(start[g], start[g + 1]):
            i = order[a]
            leader[i] = i
            for b in range(start[g], a):
                k = order[b]
                if leader[k] != k:
                    continue
                if _proportional(cost[i], cost[k], m, tolerance):
                    leader[i] = k
                    break


@njit(nogil=True, cache=True)
def _proportional(x, y, m, tolerance):  # type: ignore[no-untyped-def]
    unit_x, unit_y = 0.0, 0.0
    for j in range(m):
        if x[j] > 0 and x[j] < np.inf:
            unit_x, unit_y = np.float64(x[j]), np.float64(y[j])
            break
    if unit_x > 0 and not (unit_y > 0 and unit_y < np.inf):
        return False
    for j in range(m):
        a, b = np.float64(x[j]), np.float64(y[j])
        if (a == np.inf) != (b == np.inf):
            return False
        if a < np.inf and abs(a * unit_y - b * unit_x) > tolerance * max(abs(a * unit_y), abs(b * unit_x)):
            return False
    return True


@njit(nogil=True, cache=True)
def _add(cost, of, out, size):  # type: ignore[no-untyped-def]
    for i in range(cost.shape[0]):
        row, total = out[of[i]], 0.0
        for j in range(cost.shape[1]):
            row[j] += cost[i, j]
            total += cost[i, j] if cost[i, j] < np.inf else 0.0
        size[i] = total


@dataclass(frozen=True, eq=False)
class Merged:
    """The merged rows, and who is in them."""

    cost: NDArray[Any]  # (groups, sites)
    group: NDArray[np.int64]  # (customers,)
    weight: NDArray[np.float64]  # (customers,): its share of its group's cost; those of a group add up to 1
    error: float = 0.0  # by what part of itself a bound of the merged rows may be too high

    def prices(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return each customer's part of its group's price. Shapes (groups,) -> (customers,)."""
        return u[self.group] * self.weight


def merge(cost: NDArray[Any], *, threads: int | None = None) -> Merged:
    """Return the problem with proportional customers made one; all rows as they are if none are, or from Dask."""
    n, m = cost.shape
    if in_blocks(cost):
        return Merged(cost, np.arange(n), np.ones(n))  # customers alike may lie in different blocks
    key = np.empty(n, np.uint64)
    run_blocks(n, m, lambda a, b: _key(cost[a:b], a, key), threads)
    order = np.argsort(key, kind="stable")
    edges = np.flatnonzero(np.diff(key[order])) + 1
    leader = np.arange(n)
    tolerance = ULPS * float(np.finfo(cost.dtype).eps)
    if len(edges) + 1 < n:
        _alike(cost, order, np.concatenate([[0], edges, [n]]), tolerance, leader)
    leaders, group = np.unique(leader, return_inverse=True)
    if len(leaders) == n:
        return Merged(cost, np.arange(n), np.ones(n))
    total, size = np.zeros((len(leaders), m)), np.empty(n)
    _add(cost, group, total, size)
    whole = np.bincount(group, size, minlength=len(leaders))[group]
    count = np.bincount(group, minlength=len(leaders))[group]
    weight = np.divide(size, whole, out=1.0 / count, where=whole > 0)
    return Merged(total, group, weight, tolerance)
