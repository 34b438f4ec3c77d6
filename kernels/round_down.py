"""A float32 matrix that is nowhere above the float64 one: bounds taken with it hold for the original."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sitewright.kernels._blocks import run_blocks
from sitewright.kernels._check import numbers


def round_down(cost: ArrayLike, *, threads: int | None = None) -> NDArray[Any]:
    """Return each entry as the greatest float32 that is not above it; +inf stays. Shape as given.

    A Lagrangian bound, or one of dual ascent, rises with every entry of the cost matrix: a plan that costs at least so
    much with the smaller entries costs no less with the original ones. So a bound taken with this matrix, of half the
    memory, is a bound for the float64 matrix as well. It is lower by 1.2e-7 of the service cost at most (2^-23, a unit
    in the last place; below 1.2e-38 by 1.4e-45).

    Raises
    ------
    InvalidProblem
        If it is no array of numbers.
    """
    if isinstance(cost, np.ndarray) and cost.dtype == np.float32:
        return cost
    exact = numbers("cost", cost).reshape(np.shape(cost))
    out = np.empty(exact.shape, np.float32)
    flat, low = exact.reshape(-1), out.reshape(-1)

    def block(first: int, end: int) -> None:
        rows = slice(first, end)
        with np.errstate(over="ignore"):
            low[rows] = flat[rows]
        above = low[rows] > flat[rows]
        low[rows][above] = np.nextafter(low[rows][above], np.float32(-np.inf))

    run_blocks(len(flat), 1, block, threads)
    return out
