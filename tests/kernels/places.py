"""Where a matrix can lie: how the contract tests put one there, and how they look at one that was made there."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray

# Rows of a tile: no divisor of anything, so that blocks end inside words, groups and spans.
ROWS = 7


@dataclass(frozen=True)
class Place:
    """A matrix in memory, on Dask or in tiles, and the backend that takes it there."""

    name: str

    @property
    def options(self) -> dict[str, Any]:
        return {"backend": "cpu" if self.name == "tiles" else self.name}

    def put(self, matrix: NDArray[Any], rows: int = ROWS) -> Any:
        """Return the matrix, laid there in tiles of `rows` rows."""
        if self.name == "dask":
            import dask.array as da

            return da.from_array(matrix, chunks=(rows, max(1, matrix.shape[1])))
        if self.name == "tiles":
            return tiles(matrix, (rows, max(1, matrix.shape[1])))
        return matrix


PLACES = ("cpu", "cuda", "dask", "tiles")


def tiles(matrix: NDArray[Any], chunks: tuple[int, int]) -> Any:
    """Return the matrix as a Zarr array that lives in memory."""
    array = zarr.create_array(
        store=zarr.storage.MemoryStore(), shape=matrix.shape, chunks=chunks, dtype=matrix.dtype, compressors=None
    )
    if matrix.size:
        array[:] = matrix
    return array


def whole(matrix: Any) -> NDArray[Any]:
    """Return a matrix as NumPy, wherever it was made; the lazy one of Dask is computed, in this thread."""
    if hasattr(matrix, "__dask_graph__"):
        return np.ascontiguousarray(matrix.compute(scheduler="synchronous"))
    if hasattr(matrix, "copy_to_host"):
        return np.asarray(matrix.copy_to_host())
    return np.asarray(matrix[:])
