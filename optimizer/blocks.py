"""Variables over pairs that lie in row blocks on Dask: what is read of them, and what is worked out where they lie."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray


def in_blocks(matrix: Any) -> bool:
    """Return whether an array, of xarray or bare, lies on Dask."""
    return hasattr(matrix.data if isinstance(matrix, xr.DataArray) else matrix, "__dask_graph__")


def pairs(matrix: xr.DataArray, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[Any]:
    """Return the entries of some pairs, in the matrix's type. Shape (pairs,)."""
    if in_blocks(matrix):
        found = matrix.data.vindex[i, j].compute() if len(i) else np.empty(0, matrix.dtype)
        return np.asarray(found)
    return np.asarray(matrix.values[i, j])


def row_blocks(matrix: xr.DataArray) -> Iterator[xr.DataArray]:
    """Yield a matrix block by block, each in memory; the whole at once where it is in memory."""
    if not in_blocks(matrix):
        yield matrix
        return
    from sitewright.kernels import _tiles

    for first, end in _tiles.spans(matrix.data):
        yield matrix[first:end].compute()


def first_bad_block(matrix: xr.DataArray, is_bad: Callable[[NDArray[Any]], bool]) -> xr.DataArray | None:
    """Return the first block that `is_bad` says is, in memory; None if all are good."""
    if not in_blocks(matrix):
        return matrix if is_bad(matrix.values) else None
    from sitewright.kernels import _tiles

    bad = _tiles.each(matrix.data, _told, extra=(is_bad,))
    for (first, end), told in zip(_tiles.spans(matrix.data), bad, strict=True):
        if told:
            return matrix[first:end].compute()
    return None


def _told(tile: NDArray[Any], is_bad: Callable[[NDArray[Any]], bool], threads: int | None) -> bool:
    return is_bad(tile)
