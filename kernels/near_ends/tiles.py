"""Near ends of a matrix in row blocks: each block answers for its customers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.kernels import _tiles
from sitewright.kernels.near_ends import cpu


def run(
    cost: Any,
    live: NDArray[np.bool_],
    rank: int | None,
    top: NDArray[np.float64] | None,
    threads: int | None,
) -> tuple[NDArray[Any], ...]:
    """Return (start, site, cost, top)."""
    if top is None:
        parts = _tiles.each(cost, _by_rank, threads=threads, extra=(live, rank))
    else:
        parts = _tiles.each(cost, _by_top, top, threads=threads, extra=(live,))
    none = (np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, cost.dtype), np.empty(0))
    count, site, near, tops = (np.concatenate([part[k] for part in [none, *parts]]) for k in range(4))
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(count)]), site, near, tops


def _by_rank(tile: NDArray[Any], live: NDArray[np.bool_], rank: int, threads: int | None) -> tuple[NDArray[Any], ...]:
    start, *rest = cpu.run(np.ascontiguousarray(tile), live, rank, None, threads)
    return np.diff(start), *rest


def _by_top(
    tile: NDArray[Any], top: NDArray[np.float64], live: NDArray[np.bool_], threads: int | None
) -> tuple[NDArray[Any], ...]:
    # A copy: what the scheduler hands out is not ours to write to.
    start, *rest = cpu.run(np.ascontiguousarray(tile), live, None, top.copy(), threads)
    return np.diff(start), *rest
