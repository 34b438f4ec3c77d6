"""Nearest open sites on a CUDA card: the threads of a block share a row and then compare what they found."""

from typing import Any

import numpy as np
from numba import cuda
from numpy.typing import NDArray

from sitewright.kernels._card import on_card
from sitewright.kernels._grid import lanes

# Threads of a row: a warp, which reads one line of memory at a time.
LANES = lanes(32)


@cuda.jit(device=True)
def _before(x, at, y, by):  # type: ignore[no-untyped-def]
    """Whether site `at` at cost x comes before site `by` at cost y; -1 is no site."""
    return at >= 0 and (by < 0 or x < y or (x == y and at < by))


@cuda.jit
def _rows(cost, columns, inf, site, best, second_site, second):  # type: ignore[no-untyped-def]
    at = cuda.shared.array((2, LANES), np.int32)
    value = cuda.shared.array((2, LANES), np.float64)
    t = cuda.threadIdx.x
    for i in range(cuda.blockIdx.x, cost.shape[0], cuda.gridDim.x):
        at[0, t] = at[1, t] = -1
        value[0, t] = value[1, t] = np.inf
        for k in range(t, columns.shape[0], LANES):
            j = columns[k]
            x = cost[i, j]
            if x < inf:
                if x < value[0, t]:
                    value[1, t], at[1, t] = value[0, t], at[0, t]
                    value[0, t], at[0, t] = x, j
                elif x < value[1, t]:
                    value[1, t], at[1, t] = x, j
        cuda.syncthreads()
        half = LANES // 2
        while half > 0:
            if t < half:
                for k in range(2):
                    x, j = value[k, t + half], at[k, t + half]
                    if _before(x, j, value[0, t], at[0, t]):
                        value[1, t], at[1, t] = value[0, t], at[0, t]
                        value[0, t], at[0, t] = x, j
                    elif _before(x, j, value[1, t], at[1, t]):
                        value[1, t], at[1, t] = x, j
            cuda.syncthreads()
            half //= 2
        if t == 0:
            site[i], best[i], second_site[i], second[i] = at[0, 0], value[0, 0], at[1, 0], value[1, 0]
        cuda.syncthreads()


def run(cost: Any, columns: NDArray[np.int32], threads: int | None) -> tuple[NDArray[Any], ...]:
    """Return (site, cost, second site, second cost), each of shape (customers,); `threads` is the CPU's."""
    n = cost.shape[0]
    kinds = (np.int32, cost.dtype, np.int32, cost.dtype)
    if not n or not len(columns):
        return tuple(np.full(n, -1 if kind is np.int32 else np.inf, kind) for kind in kinds)
    out = [cuda.device_array(n, kind) for kind in kinds]
    inf = np.dtype(cost.dtype).type(np.inf)
    _rows[min(n, 65535), LANES](on_card(cost), cuda.to_device(columns), inf, *out)
    return tuple(x.copy_to_host() for x in out)
