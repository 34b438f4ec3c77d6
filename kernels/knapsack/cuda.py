"""Knapsacks on a CUDA card: bisection on each site's price of capacity, all sites at once, a pass a step.

Only length-I and length-J vectors cross the bus. A price is bisected by its bits, so that 64 steps find the very
number: the ratio of the customer that is served in part, as on the CPU, whatever the data.
"""

from typing import Any

import numpy as np
from numba import cuda
from numpy.typing import NDArray

from sitewright.kernels._card import add_parts, on_card, strips
from sitewright.kernels._grid import line_grid
from sitewright.kernels.knapsack.fill import LEAST, MOST


@cuda.jit(device=True)
def _saving(u, c):  # type: ignore[no-untyped-def]
    return u - np.float64(c)


@cuda.jit(device=True)
def _ratio(saving, mw):  # type: ignore[no-untyped-def]
    return saving / mw if mw > 0 else np.inf


@cuda.jit
def _loads(cost, u, demand, price, rows, load, value):  # type: ignore[no-untyped-def]
    """Of each strip: the MW that pay more than the price, and what all pay beyond it."""
    j = cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x
    k = cuda.blockIdx.y
    if j < cost.shape[1]:
        mw = more = 0.0
        for i in range(k * rows, min(cost.shape[0], (k + 1) * rows)):
            s = _saving(u[i], cost[i, j])
            if s > 0:
                if _ratio(s, demand[i]) > price[j]:
                    mw += demand[i]
                over = s - price[j] * demand[i]
                if over > 0:
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


@cuda.jit(device=True)
def _at(u, c, mw, price):  # type: ignore[no-untyped-def]
    """Whether a customer's ratio is the price itself."""
    s = _saving(u, c)
    return s > 0 and mw > 0 and s / mw == price


@cuda.jit
def _ties(cost, u, demand, price, rows, load):  # type: ignore[no-untyped-def]
    j = cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x
    k = cuda.blockIdx.y
    if j < cost.shape[1]:
        mw = 0.0
        for i in range(k * rows, min(cost.shape[0], (k + 1) * rows)):
            if _at(u[i], cost[i, j], demand[i], price[j]):
                mw += demand[i]
        load[k, j] = mw


@cuda.jit
def _share(cost, u, demand, price, left, rows, load, last, part):  # type: ignore[no-untyped-def]
    """Give what capacity is left to the customers at the price, in their order, until one is served in part.

    A strip whose customers all fit is passed over by its load.
    """
    j = cuda.grid(1)
    if j < cost.shape[1] and price[j] > 0:
        room = left[j]
        for k in range(load.shape[0]):
            if load[k, j] <= room:
                room -= load[k, j]
                continue
            for i in range(k * rows, min(cost.shape[0], (k + 1) * rows)):
                if _at(u[i], cost[i, j], demand[i], price[j]):
                    if demand[i] > room:
                        last[j], part[j] = i, max(0.0, room) / demand[i]
                        return
                    room -= demand[i]


@cuda.jit
def _count(cost, u, demand, price, last, columns, out):  # type: ignore[no-untyped-def]
    i = cuda.grid(1)
    if i < cost.shape[0]:
        n = 0.0
        for k in range(columns.shape[0]):
            j = columns[k]
            s = _saving(u[i], cost[i, j])
            if s > 0:
                ratio = _ratio(s, demand[i])
                if ratio > price[j] or (ratio == price[j] and i < last[j]):
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

    load, value = at(np.zeros(m))
    full = load > capacity
    _greatest[grid, block](matrix, at_u, at_d, rows, parts[0])
    most = np.minimum(parts[0].copy_to_host().max(axis=0), MOST)
    # Bits of floats that are not negative rise with them: the least price at which what pays more fits.
    low, high = np.zeros(m, np.int64), np.where(full, most, 0.0).view(np.int64)
    while np.any(high - low > 1):
        middle = low + (high - low) // 2
        fits = at(middle.view(np.float64))[0] <= capacity
        low, high = np.where(fits, low, middle), np.where(fits, middle, high)
    price = high.view(np.float64)
    price = np.where(price < LEAST, 0.0, price)
    load, value = at(price)
    left = np.where(price > 0, capacity, load) - load
    last, part = cuda.to_device(np.full(m, -1)), cuda.to_device(np.zeros(m))
    at_price = cuda.to_device(price)
    _ties[grid, block](matrix, at_u, at_d, at_price, rows, parts[0])
    _share[line_grid(m)](matrix, at_u, at_d, at_price, cuda.to_device(left), rows, parts[0], last, part)
    with np.errstate(over="ignore"):
        value -= price * np.where(price > 0, capacity, 0.0)
    return value, price, last.copy_to_host(), part.copy_to_host(), exact, taken


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
    vectors = [cuda.to_device(x) for x in (u, demand, price, last, columns)]
    _count[line_grid(n)](on_card(cost), *vectors, out)
    result: NDArray[np.float64] = out.copy_to_host()
    return result
