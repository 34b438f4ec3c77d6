"""Gains of a matrix in row blocks: sums over sites leave a block, and are added in order."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.kernels import _tiles
from sitewright.kernels.gains import cpu


def run(
    cost: Any, near: NDArray[Any], second: NDArray[Any], position: NDArray[np.int64], n_open: int, threads: int | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (add, loss), of shapes (sites,) and (open, sites)."""
    add, loss = np.zeros(cost.shape[1]), np.zeros((n_open, cost.shape[1]))
    for part in _tiles.each(cost, cpu.run, near, second, position, threads=threads, extra=(n_open,)):
        add += part[0]
        loss += part[1]
    return add, loss
