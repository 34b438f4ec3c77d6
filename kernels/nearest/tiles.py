"""Nearest open sites of a matrix in row blocks: each block answers for its customers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.kernels import _tiles
from sitewright.kernels.nearest import cpu


def run(cost: Any, columns: NDArray[np.int32], threads: int | None) -> tuple[NDArray[Any], ...]:
    """Return (site, cost, second site, second cost), each of shape (customers,)."""
    none = cpu.run(np.empty((0, cost.shape[1]), cost.dtype), columns, 1)
    parts = _tiles.each(cost, cpu.run, threads=threads, extra=(columns,))
    return tuple(np.concatenate(column) for column in zip(none, *parts, strict=True))
