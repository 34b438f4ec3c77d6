"""A float32 matrix that is nowhere above the float64 one: bounds taken with it hold for the original."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sitewright.kernels._blocks import run_blocks


def round_down(cost: ArrayLike, *, threads: int | None = None) -> NDArray[Any]:
    """Return each entry as the greatest float32 that is not above it; +inf stays. Shape as given.

    A Lagrangian bound rises with every entry of the cost matrix, so one that is taken with this matrix, of half the
    memory, is a bound for the float64 matrix as well. It is lower by 6e-8 of the service cost at most.
    """
    exact = np.ascontiguousarray(cost, dtype=np.float64)
    out = np.empty(exact.shape, np.float32)
    flat, low = exact.reshape(len(exact), -1), out.reshape(len(exact), -1)

    def block(first: int, end: int) -> None:
        rows = slice(first, end)
        with np.errstate(over="ignore"):
            low[rows] = flat[rows]
        above = low[rows] > flat[rows]
        low[rows][above] = np.nextafter(low[rows][above], np.float32(-np.inf))

    run_blocks(*flat.shape, block, threads)
    return out
