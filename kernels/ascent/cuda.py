"""Dual ascent on a CUDA card: one block of threads takes the customers in turn and shares each row.

One of the card's many processors works, since every step waits for the one before; the matrix stays where it is.
"""

from typing import Any

import numpy as np
from numba import cuda
from numpy.typing import NDArray

from sitewright.kernels._card import on_card
from sitewright.kernels._grid import lanes

LANES = lanes(64)


@cuda.jit(device=True)
def _share(least, t):  # type: ignore[no-untyped-def]
    """Bring both rows' minima to entry 0."""
    cuda.syncthreads()
    half = LANES // 2
    while half > 0:
        if t < half:
            least[0, t] = min(least[0, t], least[0, t + half])
            least[1, t] = min(least[1, t], least[1, t + half])
        cuda.syncthreads()
        half //= 2


@cuda.jit
def _turn(cost, slack, prices, blocked, first, moved):  # type: ignore[no-untyped-def]
    least = cuda.shared.array((2, LANES), np.float64)
    t = cuda.threadIdx.x
    for i in range(cost.shape[0]):
        if not first and blocked[i]:
            continue
        least[0, t] = least[1, t] = np.inf
        price = -np.inf if first else prices[i]
        for j in range(t, cost.shape[1], LANES):
            c = np.float64(cost[i, j])
            if c <= price:
                least[0, t] = min(least[0, t], slack[j])
            else:
                least[1, t] = min(least[1, t], c)
        _share(least, t)
        room, level = least[0, 0], least[1, 0]
        cuda.syncthreads()
        if first:
            if t == 0:
                prices[i] = level
                blocked[i] = level == np.inf
            continue
        step = min(room, level - price)
        if step > 0 and step < np.inf:
            for j in range(t, cost.shape[1], LANES):
                if cost[i, j] <= price:
                    slack[j] -= step
        cuda.syncthreads()
        if t == 0:
            if step > 0 and step < np.inf:
                prices[i] = level if level - price <= room else price + step
                moved[0] += 1
            if not step > 0 or room == step:
                blocked[i] = True


def run(cost: Any, fixed: NDArray[np.float64], passes: int) -> tuple[Any, Any, Any, int]:
    """Return (prices at the start, prices, slack, passes times customers)."""
    n = cost.shape[0]
    if not n or not cost.shape[1]:
        return np.full(n, np.inf), np.full(n, np.inf), fixed.copy(), 0
    matrix, slack = on_card(cost), cuda.to_device(fixed.copy())
    prices, blocked = cuda.to_device(np.zeros(n)), cuda.to_device(np.zeros(n, np.bool_))
    moved, done = np.zeros(1, np.int64), 0
    count = cuda.to_device(moved)
    _turn[1, LANES](matrix, slack, prices, blocked, True, count)
    first = prices.copy_to_host()
    while done < passes:
        done += 1
        count.copy_to_device(np.zeros(1, np.int64))
        _turn[1, LANES](matrix, slack, prices, blocked, False, count)
        count.copy_to_host(moved)
        if not moved[0]:
            break
    return first, prices.copy_to_host(), slack.copy_to_host(), done * n
