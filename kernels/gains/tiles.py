"""Gains of a matrix in row blocks: sums over sites leave a block, and `_tiles` adds them up."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.kernels import _tiles
from sitewright.kernels.gains import cpu


def run(
    cost: Any, near: NDArray[Any], second: NDArray[Any], position: NDArray[np.int64], n_open: int, threads: int | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (add, loss), of shapes (sites,) and (open, sites)."""
    zero = np.zeros(cost.shape[1]), np.zeros((n_open, cost.shape[1]))
    add, loss = _tiles.total(zero, cost, cpu.run, near, second, position, threads=threads, extra=(n_open,))
    return add, loss
