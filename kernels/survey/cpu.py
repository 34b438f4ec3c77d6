"""Survey on the CPU: one pass."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sitewright.kernels._blocks import run_blocks


@njit(nogil=True, cache=True)
def _rows(cost, largest, broken):  # type: ignore[no-untyped-def]
    for i in range(cost.shape[0]):
        most, odd = cost.dtype.type(0), False
        for j in range(cost.shape[1]):
            x = cost[i, j]
            usable = x < np.inf
            most = max(most, abs(x) if usable else most)
            odd |= usable & (x != np.rint(x))
        largest[i], broken[i] = most, odd


def run(cost: NDArray[Any], threads: int | None) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return (largest magnitude, whether a cost is no whole number) of each row. Shapes (customers,)."""
    n, m = cost.shape
    largest, broken = np.zeros(n), np.zeros(n, np.bool_)
    if m:
        run_blocks(n, m, lambda a, b: _rows(cost[a:b], largest[a:b], broken[a:b]), threads, light=True)
    return largest, broken
