"""Knapsacks on the CPU: one pass finds the sites that are full; for those, the customers that pay, and a selection."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sitewright.kernels._blocks import run_blocks, run_tasks, sum_blocks
from sitewright.kernels.knapsack.fill import fill, search

# Full sites in hand at once: neighbours share lines of the cache.
GROUP = 32
# Candidates in memory at once, of 24 bytes each: of all full sites there may be more than the matrix has entries.
MOST = 1 << 23

_FAST = {"nogil": True, "cache": True, "fastmath": {"contract"}}


@njit(**_FAST)
def _totals(cost, u, demand, total):  # type: ignore[no-untyped-def]
    m = cost.shape[1]
    value, load, count = total[:m], total[m : 2 * m], total[2 * m :]
    for i in range(cost.shape[0]):
        row, price, mw = cost[i], u[i], demand[i]
        for j in range(m):
            d = np.float64(row[j]) - price
            gains = d < 0.0
            value[j] += d if gains else 0.0
            load[j] += mw if gains else 0.0
            count[j] += 1.0 if gains else 0.0


@njit(nogil=True, cache=True)
def _gather(cost, u, demand, columns, start, customer, saving, mw):  # type: ignore[no-untyped-def]
    at = start.copy()
    for i in range(cost.shape[0]):
        for k in range(len(columns)):
            s = u[i] - np.float64(cost[i, columns[k]])
            if s > 0.0:
                customer[at[k]], saving[at[k]], mw[at[k]] = i, s, demand[i]
                at[k] += 1


@njit(nogil=True, cache=True)
def _served(cost, u, demand, price, last, columns, out):  # type: ignore[no-untyped-def]
    for i in range(cost.shape[0]):
        times = 0.0
        for k in range(len(columns)):
            j = columns[k]
            s = u[i] - np.float64(cost[i, j])
            if s > 0.0:
                ratio = s / demand[i] if demand[i] > 0.0 else np.inf
                times += 1.0 if ratio > price[j] or (ratio == price[j] and i < last[j]) else 0.0
        out[i] = times


def totals(
    cost: NDArray[Any], u: NDArray[np.float64], demand: NDArray[np.float64], threads: int | None
) -> NDArray[np.float64]:
    """Return each site's sum of negative differences, the MW and the number of those customers. Shape (3, sites)."""
    n, m = cost.shape

    def block(first: int, end: int, total: NDArray[np.float64]) -> None:
        _totals(cost[first:end], u[first:end], demand[first:end], total)

    return sum_blocks(n, 3 * m, block, threads).reshape(3, m)


def candidates(
    cost: NDArray[Any],
    u: NDArray[np.float64],
    demand: NDArray[np.float64],
    columns: NDArray[np.int64],
    threads: int | None,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the customers that gain from each of the columns: (start, customer, saving, MW), customers ascending."""
    count = np.zeros(len(columns), np.int64)
    groups = [slice(k, k + GROUP) for k in range(0, len(columns), GROUP)]
    for group in groups:
        count[group] = (cost[:, columns[group]] < u[:, None]).sum(axis=0)
    start = np.concatenate([[0], np.cumsum(count)])
    lists = np.empty(start[-1], np.int64), np.empty(start[-1]), np.empty(start[-1])
    run_tasks(groups, lambda k, g: _gather(cost, u, demand, columns[g], start[:-1][g], *lists), threads)
    return start, *lists


def pack(
    sums: NDArray[np.float64],
    capacity: NDArray[np.float64],
    wanted: NDArray[np.int64],
    lists_of: Callable[[NDArray[np.int64]], tuple[Any, ...]],
    n_customers: int,
    nodes: int,
    threads: int | None,
) -> tuple[Any, ...]:
    """Return what `run` does, from the totals and the candidates of the sites wanted, some sites at a time."""
    m = len(capacity)
    taken = np.zeros((m, n_customers if nodes else 0), np.bool_)
    out = sums[0].copy(), np.zeros(m), np.full(m, -1), np.zeros(m), np.ones(m, np.bool_), taken
    batch = (np.cumsum(sums[2, wanted]) - sums[2, wanted]) // MOST
    for some in (wanted[batch == b] for b in np.unique(batch)):
        _pack_some(some, lists_of(some), capacity, nodes, threads, *out)
    return out


def _pack_some(
    some: NDArray[np.int64], lists: tuple[Any, ...], capacity: Any, nodes: int, threads: int | None, *out: Any
) -> None:
    start, customer, saving, mw = lists
    value, price, last, part, exact, taken = out

    def site(k: int, j: np.int64) -> None:
        here = slice(start[k], start[k + 1])
        value[j], price[j], last[j], part[j] = fill(customer[here], saving[here], mw[here], capacity[j])
        if nodes:
            least, chosen, exact[j] = search(saving[here], mw[here], capacity[j], nodes)
            value[j] = least if exact[j] else value[j]
            taken[j, customer[here][chosen]] = True

    run_tasks(list(some), site, threads)


def run(
    cost: NDArray[Any],
    u: NDArray[np.float64],
    demand: NDArray[np.float64],
    capacity: NDArray[np.float64],
    nodes: int,
    threads: int | None,
) -> tuple[Any, ...]:
    """Return (value, price, last, part, exact, taken) of each site; with `nodes`, of the 0-1 knapsack."""
    sums = totals(cost, u, demand, threads)
    full = np.flatnonzero(sums[1] > capacity)
    out = pack(
        sums, capacity, full, lambda some: candidates(cost, u, demand, some, threads), cost.shape[0], nodes, threads
    )
    if nodes:
        loose = np.setdiff1d(np.arange(len(capacity)), full)
        out[5][loose] = (cost[:, loose] < u[:, None]).T
    return out


def served(
    cost: NDArray[Any],
    u: NDArray[np.float64],
    demand: NDArray[np.float64],
    price: NDArray[np.float64],
    last: NDArray[np.int64],
    columns: NDArray[np.int64],
    threads: int | None,
) -> NDArray[np.float64]:
    """Return how many of the columns serve each customer whole. Shape (customers,)."""
    out = np.empty(cost.shape[0])

    def block(first: int, end: int) -> None:
        _served(cost[first:end], u[first:end], demand[first:end], price, last - first, columns, out[first:end])

    run_blocks(cost.shape[0], 1 + 16 * len(columns), block, threads)
    return out
