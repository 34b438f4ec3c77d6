"""Nearest open sites on the CPU: SIMD passes over a row while it lies in the first-level cache.

A running best with its index does not become SIMD; a minimum does, and so does the first index that reaches it. So each
row is read from memory once and from the cache three times more.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sitewright.kernels._blocks import run_blocks

# The order of a minimum does not change it, and nothing here is NaN; infinities stay infinities.
_FAST = {"nogil": True, "cache": True, "fastmath": {"nnan", "nsz", "reassoc"}}


@njit(**_FAST)
def _least(row, closed, least):  # type: ignore[no-untyped-def]
    for j in range(len(row)):
        x = row[j] + closed[j]
        least = x if x < least else least
    return least


@njit(**_FAST)
def _least_without(row, closed, without, inf):  # type: ignore[no-untyped-def]
    least = inf
    for j in range(len(row)):
        x = row[j] + closed[j]
        x = x if np.int32(j) != without else inf
        least = x if x < least else least
    return least


@njit(**_FAST)
def _first_at(row, closed, value, without):  # type: ignore[no-untyped-def]
    first = np.int32(2147483647)
    for j in range(len(row)):
        here = np.int32(j) if row[j] + closed[j] == value else np.int32(2147483647)
        here = here if np.int32(j) != without else np.int32(2147483647)
        first = here if here < first else first
    return first


@njit(nogil=True, cache=True)
def _dense(cost, closed, inf, site, best, second_site, second):  # type: ignore[no-untyped-def]
    for i in range(cost.shape[0]):
        row = cost[i]
        one = _least(row, closed, inf)
        at = np.int32(-1)
        if one < inf:
            at = _first_at(row, closed, one, at)
        two = _least_without(row, closed, at, inf)
        next_at = np.int32(-1)
        if two < inf:
            next_at = _first_at(row, closed, two, at)
        site[i], best[i], second_site[i], second[i] = at, one, next_at, two


@njit(nogil=True, cache=True)
def _few(cost, columns, inf, site, best, second_site, second):  # type: ignore[no-untyped-def]
    for i in range(cost.shape[0]):
        row = cost[i]
        one = two = inf
        at = next_at = np.int32(-1)
        for k in range(len(columns)):
            x = row[columns[k]]
            if x < two:
                if x < one:
                    two, next_at = one, at
                    one, at = x, columns[k]
                else:
                    two, next_at = x, columns[k]
        site[i], best[i], second_site[i], second[i] = at, one, next_at, two


def run(cost: NDArray[Any], columns: NDArray[np.int32], threads: int | None) -> tuple[NDArray[Any], ...]:
    """Return (site, cost, second site, second cost), each of shape (customers,)."""
    n, m = cost.shape
    inf = cost.dtype.type(np.inf)
    out = np.empty(n, np.int32), np.empty(n, cost.dtype), np.empty(n, np.int32), np.empty(n, cost.dtype)
    # A column of its own costs a whole line of the cache, so that only few are cheaper than all.
    few = len(columns) * 32 < m
    closed = np.full(m, inf)
    closed[columns] = 0

    def block(first: int, end: int) -> None:
        rows = slice(first, end)
        if few:
            _few(cost[rows], columns, inf, *(x[rows] for x in out))
        else:
            _dense(cost[rows], closed, inf, *(x[rows] for x in out))

    run_blocks(n, 16 * len(columns) if few else m, block, threads)
    return out
