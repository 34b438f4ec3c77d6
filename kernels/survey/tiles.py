"""Survey of a matrix in row blocks: each block answers for its customers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.kernels import _tiles
from sitewright.kernels.survey import cpu


def run(cost: Any, threads: int | None) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return (largest magnitude, whether a cost is no whole number) of each row. Shapes (customers,)."""
    parts = [(np.zeros(0), np.zeros(0, np.bool_)), *_tiles.each(cost, _of_tile, threads=threads)]
    return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


def _of_tile(tile: NDArray[Any], threads: int | None) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    return cpu.run(np.ascontiguousarray(tile), threads)
