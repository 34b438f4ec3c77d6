"""Knapsacks on a CUDA card: bisection on each site's price of capacity, all sites at once, a pass a step.

Only length-I and length-J vectors cross the bus. The step count is fixed by the digits of a float64, not by the data.
"""

from typing import Any

import numpy as np
from numba import cuda
from numpy.typing import NDArray

from sitewright.kernels._card import add_parts, on_card, strips
from sitewright.kernels._grid import line_grid

STEPS = 64


@cuda.jit(device=True)
def _saving(u, c):  # type: ignore[no-untyped-def]
    return u - np.float64(c)


@cuda.jit
def _loads(cost, u, demand, price, rows, load, value):  # type: ignore[no-untyped-def]
    """Of each strip: the MW that pay more than the price, and what they pay beyond it."""
    j = cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x
    k = cuda.blockIdx.y
    if j < cost.shape[1]:
        mw = more = 0.0
        for i in range(k * rows, min(cost.shape[0], (k + 1) * rows)):
            s = _saving(u[i], cost[i, j])
            over = s - price[j] * demand[i]
            if s > 0 and over > 0:
                mw += demand[i]
                more -= over
        load[k, j], value[k, j] = mw, more


@cuda.jit
def _greatest(cost, u, demand, rows, part):  # type: ignore[no-untyped-def]
    j = cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x
    k = cuda.blockIdx.y
    if j < cost.shape[1]:
        most = 0.0
        for i in range(k * rows, min(cost.shape[0], (k + 1) * rows)):
            s = _saving(u[i], cost[i, j])
            if s > 0 and demand[i] > 0:
                most = max(most, s / demand[i])
        part[k, j] = most


@cuda.jit
def _at_price(cost, u, demand, low, high, rows, last):  # type: ignore[no-untyped-def]
    j = cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x
    k = cuda.blockIdx.y
    if j < cost.shape[1]:
        for i in range(k * rows, min(cost.shape[0], (k + 1) * rows)):
            s = _saving(u[i], cost[i, j])
            if s > 0 and demand[i] > 0 and s - low[j] * demand[i] > 0 and s - high[j] * demand[i] <= 0:
                cuda.atomic.min(last, j, i)


@cuda.jit
def _count(cost, u, demand, price, columns, out):  # type: ignore[no-untyped-def]
    i = cuda.grid(1)
    if i < cost.shape[0]:
        n = 0.0
        for k in range(columns.shape[0]):
            j = columns[k]
            s = _saving(u[i], cost[i, j])
            if s > 0 and s - price[j] * demand[i] > 0:
                n += 1.0
        out[i] = n


def run(
    cost: Any,
    u: NDArray[np.float64],
    demand: NDArray[np.float64],
    capacity: NDArray[np.float64],
    nodes: int,
    threads: int | None,
) -> tuple[Any, ...]:
    """Return (value, price, last, part, exact, taken) of each site; `nodes` and `threads` are the CPU's."""
    n, m = cost.shape
    exact, taken = np.ones(m, np.bool_), np.zeros((m, 0), np.bool_)
    if not n or not m:
        return np.zeros(m), np.zeros(m), np.full(m, -1), np.zeros(m), exact, taken
    rows, grid, block = strips(n, m)
    matrix, at_u, at_d = on_card(cost), cuda.to_device(u), cuda.to_device(demand)
    parts = [cuda.device_array((grid[1], m), np.float64) for _ in range(2)]

    def at(price: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        _loads[grid, block](matrix, at_u, at_d, cuda.to_device(price), rows, *parts)
        return add_parts(parts[0]), add_parts(parts[1])

    low = np.zeros(m)
    load, value = at(low)
    full = load > capacity
    _greatest[grid, block](matrix, at_u, at_d, rows, parts[0])
    high = np.where(full, parts[0].copy_to_host().max(axis=0), 0.0)
    for _ in range(STEPS):
        middle = (low + high) / 2
        if np.all((middle == low) | (middle == high)):
            break
        over = at(middle)[0] > capacity
        low, high = np.where(full & over, middle, low), np.where(full & ~over, middle, high)
    load, value = at(high)
    last = cuda.to_device(np.full(m, n, np.int64))
    _at_price[grid, block](matrix, at_u, at_d, cuda.to_device(low), cuda.to_device(high), rows, last)
    who = last.copy_to_host()
    who = np.where(full & (who < n), who, -1)
    mw = np.where(who >= 0, demand[who], np.inf)
    part = np.where(who >= 0, np.clip((np.where(full, capacity, 0.0) - load) / mw, 0.0, 1.0), 0.0)
    return value - np.where(full, high * np.where(full, capacity, 0.0), 0.0), high, who, part, exact, taken


def served(
    cost: Any,
    u: NDArray[np.float64],
    demand: NDArray[np.float64],
    price: NDArray[np.float64],
    last: NDArray[np.int64],
    columns: NDArray[np.int64],
    threads: int | None,
) -> NDArray[np.float64]:
    """Return how many of the columns serve each customer whole; `threads` is the CPU's. Shape (customers,)."""
    n = cost.shape[0]
    if not n or not len(columns):
        return np.zeros(n)
    out = cuda.device_array(n, np.float64)
    vectors = [cuda.to_device(x) for x in (u, demand, price, columns)]
    _count[line_grid(n)](on_card(cost), *vectors, out)
    result: NDArray[np.float64] = out.copy_to_host()
    return result
