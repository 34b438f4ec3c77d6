"""Order on the CPU: NumPy's stable sort of whole rows; for the first few, a short sorted list kept along the row."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sitewright.kernels._blocks import run_blocks

# Longer lists cost more to keep than a sort of the row.
FEW = 64


@njit(nogil=True, cache=True)
def _first(cost, out, value):  # type: ignore[no-untyped-def]
    k = out.shape[1]
    for i in range(cost.shape[0]):
        row, at = cost[i], out[i]
        for j in range(k):
            x, p = row[j], j
            while p > 0 and x < value[p - 1]:
                value[p], at[p] = value[p - 1], at[p - 1]
                p -= 1
            value[p], at[p] = x, j
        worst = value[k - 1]
        for j in range(k, len(row)):
            x = row[j]
            if x < worst:
                p = k - 1
                while p > 0 and x < value[p - 1]:
                    value[p], at[p] = value[p - 1], at[p - 1]
                    p -= 1
                value[p], at[p] = x, j
                worst = value[k - 1]


def run(cost: NDArray[Any], k: int, threads: int | None) -> NDArray[np.int32]:
    """Return the first `k` columns of each row by rising value. Shape (customers, k)."""
    out = np.empty((cost.shape[0], k), np.int32)

    def block(first: int, end: int) -> None:
        if 0 < k <= FEW:
            _first(cost[first:end], out[first:end], np.empty(k, cost.dtype))
        elif k:
            # NumPy sorts without the GIL.
            out[first:end] = np.argsort(cost[first:end], axis=1, kind="stable")[:, :k]

    run_blocks(cost.shape[0], cost.shape[1], block, threads)
    return out
