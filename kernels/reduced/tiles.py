"""Reduced costs of a matrix in row blocks: only length-J sums leave a block, and `_tiles` adds them up."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.kernels import _tiles
from sitewright.kernels.reduced import cpu


def run(cost: Any, u: NDArray[Any], threads: int | None) -> NDArray[np.float64]:
    """Return the sums as computed. Shape (sites,)."""
    result: NDArray[np.float64] = _tiles.total(np.zeros(cost.shape[1]), cost, cpu.run, u, threads=threads)
    return result


def served(cost: Any, u: NDArray[Any], columns: NDArray[np.int64], threads: int | None) -> NDArray[np.int32]:
    """Return how many of the columns lie below the price. Shape (customers,)."""
    parts = _tiles.each(cost, cpu.served, u, threads=threads, extra=(columns,))
    return np.concatenate([np.zeros(0, np.int32), *parts])
