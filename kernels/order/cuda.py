"""Order on a CUDA card: a thread counts what comes before its entry, and that count is the entry's place.

Quadratic in the sites, without memory of its own and the same on every run; the row stays in cache meanwhile.
"""

from typing import Any

import numpy as np
from numba import cuda
from numpy.typing import NDArray

from sitewright.kernels._card import WIDE, on_card


@cuda.jit
def _places(cost, out):  # type: ignore[no-untyped-def]
    j = cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x
    m, k = cost.shape[1], out.shape[1]
    if j < m:
        for i in range(cuda.blockIdx.y, cost.shape[0], cuda.gridDim.y):
            x, place = cost[i, j], 0
            for q in range(m):
                y = cost[i, q]
                if y < x or (y == x and q < j):
                    place += 1
            if place < k:
                out[i, place] = j


def run(cost: Any, k: int, threads: int | None) -> NDArray[np.int32]:
    """Return the first `k` columns of each row by rising value; `threads` is the CPU's. Shape (customers, k)."""
    n, m = cost.shape
    if not n or not k:
        return np.zeros((n, k), np.int32)
    out = cuda.device_array((n, k), np.int32)
    _places[(-(-m // WIDE), min(n, 65535)), WIDE](on_card(cost), out)
    result: NDArray[np.int32] = out.copy_to_host()
    return result
