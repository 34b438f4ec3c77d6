"""Survey on a CUDA card: the threads of a block share a row."""

from typing import Any

import numpy as np
from numba import cuda
from numpy.typing import NDArray

from sitewright.kernels._card import on_card
from sitewright.kernels._grid import lanes, row_grid

# Threads of a row: a warp, which reads one line of memory at a time.
LANES = lanes(32)


@cuda.jit
def _rows(cost, inf, largest, broken):  # type: ignore[no-untyped-def]
    most = cuda.shared.array(1, np.float64)
    odd = cuda.shared.array(1, np.int32)
    t = cuda.threadIdx.x
    for i in range(cuda.blockIdx.x, cost.shape[0], cuda.gridDim.x):
        if t == 0:
            most[0], odd[0] = 0.0, 0
        cuda.syncthreads()
        mine, odds = 0.0, 0
        for j in range(t, cost.shape[1], LANES):
            x = np.float64(cost[i, j])
            if x < inf:
                mine = max(mine, abs(x))
                if x % 1.0 != 0.0:
                    odds += 1
        cuda.atomic.max(most, 0, mine)
        cuda.atomic.add(odd, 0, odds)
        cuda.syncthreads()
        if t == 0:
            largest[i], broken[i] = most[0], odd[0] > 0
        cuda.syncthreads()


def run(cost: Any, threads: int | None) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return (largest magnitude, whether a cost is no whole number) of each row; `threads` is the CPU's."""
    n, m = cost.shape
    if not n or not m:
        return np.zeros(n), np.zeros(n, np.bool_)
    largest, broken = cuda.device_array(n, np.float64), cuda.device_array(n, np.bool_)
    _rows[row_grid(n, LANES)](on_card(cost), np.inf, largest, broken)
    return largest.copy_to_host(), broken.copy_to_host()
