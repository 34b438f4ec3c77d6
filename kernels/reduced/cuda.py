"""Reduced costs on a CUDA card: neighbours in a row read together, and only length-J sums come down."""

from typing import Any

import numpy as np
from numba import cuda
from numpy.typing import NDArray

from sitewright.kernels._card import add_parts, on_card, strips
from sitewright.kernels._grid import line_grid


@cuda.jit
def _strips(cost, u, rows, part):  # type: ignore[no-untyped-def]
    j = cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x
    k = cuda.blockIdx.y
    if j < cost.shape[1]:
        total = 0.0
        for i in range(k * rows, min(cost.shape[0], (k + 1) * rows)):
            d = cost[i, j] - u[i]
            if d < 0:
                total += d
        part[k, j] = total


@cuda.jit
def _count(cost, u, columns, out):  # type: ignore[no-untyped-def]
    i = cuda.grid(1)
    if i < cost.shape[0]:
        n = 0
        for k in range(columns.shape[0]):
            if cost[i, columns[k]] < u[i]:
                n += 1
        out[i] = n


def run(cost: Any, u: NDArray[Any], threads: int | None) -> NDArray[np.float64]:
    """Return the sums as computed; `threads` is the CPU's. Shape (sites,)."""
    if not all(cost.shape):
        return np.zeros(cost.shape[1])
    rows, grid, block = strips(*cost.shape)
    part = cuda.device_array((grid[1], cost.shape[1]), np.float64)
    _strips[grid, block](on_card(cost), cuda.to_device(u), rows, part)
    return add_parts(part)


def served(cost: Any, u: NDArray[Any], columns: NDArray[np.int64], threads: int | None) -> NDArray[np.int32]:
    """Return how many of the columns lie below the price. Shape (customers,)."""
    if not cost.shape[0] or not len(columns):
        return np.zeros(cost.shape[0], np.int32)
    out = cuda.device_array(cost.shape[0], np.int32)
    _count[line_grid(cost.shape[0])](on_card(cost), cuda.to_device(u), cuda.to_device(columns), out)
    result: NDArray[np.int32] = out.copy_to_host()
    return result
