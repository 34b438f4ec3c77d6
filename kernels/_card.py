"""Matrices on a CUDA card: taken there once and kept, and sums over them in a fixed order."""

from typing import Any

import numpy as np
from numba import cuda
from numba.core import config
from numpy.typing import NDArray

from sitewright.kernels._backends import lies
from sitewright.kernels._grid import lanes, pair_grid

# Neighbours in a row that read together; and threads in flight that fill the largest card of today twice.
# (On the simulator few, so that a strip has more than one row of a small matrix.)
WIDE, IN_FLIGHT = lanes(128), 32 if config.ENABLE_CUDASIM else 1 << 19


def on_card(matrix: Any) -> Any:
    """Return the matrix on the card: as it is if it lies there, uploaded if not. Upload once and keep what you get."""
    return matrix if lies(matrix) == "card" else cuda.to_device(np.ascontiguousarray(matrix))


def empty(shape: tuple[int, int], kind: "np.dtype[Any]") -> Any:
    """Return a matrix on the card."""
    return cuda.device_array(shape, kind)


def free() -> float:
    """Return the bytes that are free on the card."""
    return float(cuda.current_context().get_memory_info()[0])


def room_for(out: Any) -> Any:
    """Return where a kernel writes: `out` itself if it lies on the card, else an array there of its shape."""
    return out if lies(out) == "card" else cuda.device_array(out.shape, out.dtype)


def strips(n_rows: int, n_columns: int) -> tuple[int, tuple[int, int], tuple[int, int]]:
    """Return (rows of a strip, blocks, threads): a thread goes down one column of one strip of rows."""
    wide = -(-n_columns // WIDE)
    count = max(1, min(n_rows, 65535, IN_FLIGHT // (wide * WIDE)))
    rows = -(-n_rows // count)
    return rows, (wide, -(-n_rows // rows)), (WIDE, 1)


@cuda.jit
def _rows(matrix, step, out):  # type: ignore[no-untyped-def]
    j, first = cuda.grid(2)
    if j < out.shape[1]:
        for k in range(first, out.shape[0], cuda.gridsize(2)[1]):
            out[k, j] = matrix[k * step, j]


def every(matrix: Any, step: int) -> NDArray[Any]:
    """Return each `step`-th row of a matrix on the card, in memory."""
    n, m = -(-matrix.shape[0] // step), matrix.shape[1]
    if not n or not m:
        return np.empty((n, m), matrix.dtype)
    out = empty((n, m), matrix.dtype)
    _rows[pair_grid(n, m)](matrix, step, out)
    result: NDArray[Any] = out.copy_to_host()
    return result


@cuda.jit
def _add(part, out):  # type: ignore[no-untyped-def]
    j = cuda.grid(1)
    if j < part.shape[1]:
        total = 0.0
        for k in range(part.shape[0]):
            total += part[k, j]
        out[j] = total


def add_parts(part: Any) -> NDArray[np.float64]:
    """Return the sum of the rows of a float64 matrix on the card, in their order. Shape (columns,)."""
    out = cuda.device_array(part.shape[1], np.float64)
    _add[-(-part.shape[1] // WIDE), WIDE](part, out)
    result: NDArray[np.float64] = out.copy_to_host()
    return result
