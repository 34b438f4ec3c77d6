"""Great circle on the CPU: serial blocks of rows, written so that LLVM turns the inner loop into SIMD.

`math.asin` would keep it scalar (measured: 1.1 GB/s against 17). Half the chord, squared, never exceeds 1/2 because the
far half of the sphere is measured from the antipode; there a short polynomial stands for the arcsine.
"""

from math import pi, sqrt
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sitewright.kernels._blocks import run_blocks

# asin(sqrt(q)) / sqrt(q) on [0, 1/2], ascending powers: interpolation at the Chebyshev nodes in extended precision.
# Relative error 9e-8 in float32, 5e-15 in float64. One type all the way: a float64 constant would halve the lanes.
SERIES_F4 = (
    np.float32(1),
    np.float32(0.166669548),
    np.float32(0.0748811439),
    np.float32(0.0464808494),
    np.float32(0.0167313889),
    np.float32(0.0755397528),
    np.float32(-0.0900862142),
    np.float32(0.109673984),
)
SERIES_F8 = (
    0.999999999999997,
    0.16666666666972144,
    0.07499999948307545,
    0.04464289158858577,
    0.03038074416197597,
    0.022397329767083085,
    0.01700819996081049,
    0.017202301661939146,
    -0.009982609640644569,
    0.11291679829173518,
    -0.34939586838117975,
    0.8998681619414128,
    -1.5600443008588627,
    1.8513279687613249,
    -1.3176566772162914,
    0.450697660446167,
)


def distance_f4(ax, ay, az, bx, by, bz, diameter, half_turn, zero, quarter):  # type: ignore[no-untyped-def]
    """Return the arc between unit vectors a and b; all in float32. Plain, so that CUDA compiles it too."""
    # The fold: beyond a quarter of a turn, measure from the antipode of b.
    far = ax * bx + ay * by + az * bz < zero
    dx = ax + bx if far else ax - bx
    dy = ay + by if far else ay - by
    dz = az + bz if far else az - bz
    q = quarter * (dx * dx + dy * dy + dz * dz)
    c = SERIES_F4
    ratio = ((((((c[7] * q + c[6]) * q + c[5]) * q + c[4]) * q + c[3]) * q + c[2]) * q + c[1]) * q + c[0]
    arc = diameter * sqrt(q) * ratio
    return half_turn - arc if far else arc


def distance_f8(ax, ay, az, bx, by, bz, diameter, half_turn, zero, quarter):  # type: ignore[no-untyped-def]
    """Return the arc between unit vectors a and b; all in float64. Plain, so that CUDA compiles it too."""
    # The fold: beyond a quarter of a turn, measure from the antipode of b.
    far = ax * bx + ay * by + az * bz < zero
    dx = ax + bx if far else ax - bx
    dy = ay + by if far else ay - by
    dz = az + bz if far else az - bz
    q = quarter * (dx * dx + dy * dy + dz * dz)
    c = SERIES_F8
    low = ((((((c[7] * q + c[6]) * q + c[5]) * q + c[4]) * q + c[3]) * q + c[2]) * q + c[1]) * q + c[0]
    high = ((((((c[15] * q + c[14]) * q + c[13]) * q + c[12]) * q + c[11]) * q + c[10]) * q + c[9]) * q + c[8]
    q4 = (q * q) * (q * q)
    ratio = low + high * (q4 * q4)
    arc = diameter * sqrt(q) * ratio
    return half_turn - arc if far else arc


# "contract" lets a product and a sum become one instruction; nothing else about the arithmetic is loosened.
_FAST = {"nogil": True, "cache": True, "fastmath": {"contract"}}
_distance_f4 = njit(**_FAST)(distance_f4)
_distance_f8 = njit(**_FAST)(distance_f8)


@njit(**_FAST)
def _rows_f4(a, b, diameter, half_turn, zero, quarter, out):  # type: ignore[no-untyped-def]
    bx, by, bz = b[0], b[1], b[2]
    for i in range(out.shape[0]):
        ax, ay, az, row = a[0, i], a[1, i], a[2, i], out[i]
        for j in range(len(row)):
            row[j] = _distance_f4(ax, ay, az, bx[j], by[j], bz[j], diameter, half_turn, zero, quarter)


@njit(**_FAST)
def _rows_f8(a, b, diameter, half_turn, zero, quarter, out):  # type: ignore[no-untyped-def]
    bx, by, bz = b[0], b[1], b[2]
    for i in range(out.shape[0]):
        ax, ay, az, row = a[0, i], a[1, i], a[2, i], out[i]
        for j in range(len(row)):
            row[j] = _distance_f8(ax, ay, az, bx[j], by[j], bz[j], diameter, half_turn, zero, quarter)


def run(a: NDArray[np.float64], b: NDArray[np.float64], radius: float, out: NDArray[Any], threads: int | None) -> None:
    """Write the arcs between unit vectors `a` (3, customers) and `b` (3, sites) into `out`."""
    kind = out.dtype.type
    rows = _rows_f4 if kind is np.float32 else _rows_f8
    constants = kind(2 * radius), kind(pi * radius), kind(0), kind(0.25)
    a, b = a.astype(kind), b.astype(kind)

    def block(first: int, end: int) -> None:
        rows(a[:, first:end], b, *constants, out[first:end])

    run_blocks(out.shape[0], out.shape[1], block, threads)
