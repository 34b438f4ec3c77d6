"""Great circle on a CUDA card: one thread a pair, neighbours in a row to neighbouring threads."""

from math import pi
from typing import Any

import numpy as np
from numba import cuda
from numpy.typing import NDArray

from sitewright.kernels._card import room_for
from sitewright.kernels._grid import pair_grid
from sitewright.kernels.great_circle.cpu import distance_f4, distance_f8

_distance_f4 = cuda.jit(device=True)(distance_f4)
_distance_f8 = cuda.jit(device=True)(distance_f8)


@cuda.jit
def _pairs_f4(a, b, diameter, half_turn, zero, quarter, out):  # type: ignore[no-untyped-def]
    j, first = cuda.grid(2)
    if j < out.shape[1]:
        for i in range(first, out.shape[0], cuda.gridsize(2)[1]):
            out[i, j] = _distance_f4(
                a[0, i], a[1, i], a[2, i], b[0, j], b[1, j], b[2, j], diameter, half_turn, zero, quarter
            )


@cuda.jit
def _pairs_f8(a, b, diameter, half_turn, zero, quarter, out):  # type: ignore[no-untyped-def]
    j, first = cuda.grid(2)
    if j < out.shape[1]:
        for i in range(first, out.shape[0], cuda.gridsize(2)[1]):
            out[i, j] = _distance_f8(
                a[0, i], a[1, i], a[2, i], b[0, j], b[1, j], b[2, j], diameter, half_turn, zero, quarter
            )


def run(a: NDArray[np.float64], b: NDArray[np.float64], radius: float, out: Any, threads: int | None) -> None:
    """Write the arcs between unit vectors `a` (3, customers) and `b` (3, sites) into `out`; `threads` is the CPU's."""
    if not out.size:
        return
    kind = np.dtype(out.dtype).type
    pairs = _pairs_f4 if kind is np.float32 else _pairs_f8
    constants = kind(2 * radius), kind(pi * radius), kind(0), kind(0.25)
    device = room_for(out)
    pairs[pair_grid(*out.shape)](cuda.to_device(a.astype(kind)), cuda.to_device(b.astype(kind)), *constants, device)
    if device is not out:
        device.copy_to_host(out)
