"""Near ends on the CPU: the cost at a rank by partition, then one pass that counts and one that copies and sorts."""

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


def run(
    cost: NDArray[Any],
    live: NDArray[np.bool_],
    rank: int | None,
    top: NDArray[np.float64] | None,
    threads: int | None,
) -> tuple[NDArray[Any], ...]:
    """Return (start, site, cost, top); a `top` that is given is written to."""
    n, m = cost.shape
    tops = _ranked(cost, int(rank or 0), threads) if top is None else top
    count = np.empty(n, np.int64)
    run_blocks(n, m, lambda a, b: _count(cost[a:b], live, tops[a:b], count[a:b]), threads)
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(count)])
    site, near = np.empty(start[-1], np.int32), np.empty(start[-1], cost.dtype)
    run_blocks(n, m, lambda a, b: _fill(cost[a:b], live, tops[a:b], start, a, site, near), threads)
    return start, site, near, tops


def _ranked(cost: NDArray[Any], rank: int, threads: int | None) -> NDArray[np.float64]:
    """Return what each customer's site of that rank costs. Shape (customers,)."""
    n, m = cost.shape
    out = np.empty(n)

    def block(first: int, end: int) -> None:
        out[first:end] = np.partition(cost[first:end], rank, axis=1)[:, rank]

    run_blocks(n, m, block, threads)
    return out
