"""Service cost on the CPU: serial blocks of rows, one read of the latency and one write of the cost."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sitewright.kernels._blocks import run_blocks
from sitewright.kernels.latency.cpu import rows_of
from sitewright.kernels.latency.ends import FibreEnds


def price(ms, demand, rate, free, site, haul, zero, inf):  # type: ignore[no-untyped-def]
    """Return the cost of one pair; all in one type. Plain, so that CUDA compiles it too."""
    late = ms - free
    total = demand * (site + haul * ms + rate * (late if late > zero else zero))
    # Unreachable is forbidden even for a customer without demand, where 0 x inf would be NaN.
    return inf if ms == inf else total


_FAST = {"nogil": True, "cache": True, "fastmath": {"contract"}}
_price = njit(**_FAST)(price)


@njit(**_FAST)
def _rows(ms, demand, rate, free, site, haul, zero, inf, mask, masked, out):  # type: ignore[no-untyped-def]
    for i in range(out.shape[0]):
        d, r, f, row, times = demand[i], rate[i], free[i], out[i], ms[i]
        for j in range(len(row)):
            row[j] = _price(times[j], d, r, f, site[j], haul, zero, inf)
        if masked:
            # A second loop over a row that is still in cache: both stay SIMD.
            allowed = mask[i]
            for j in range(len(row)):
                row[j] = row[j] if allowed[j] else inf


def run(
    ms: NDArray[Any] | FibreEnds,
    demand: NDArray[np.float64],
    rate: NDArray[np.float64],
    free: NDArray[np.float64],
    mask: NDArray[np.bool_] | None,
    site: NDArray[np.float64],
    haul: float,
    out: NDArray[Any],
    threads: int | None,
) -> None:
    """Write the service cost into `out`; `site` is the price of a MW at each site, `mask` says what is allowed."""
    kind = out.dtype.type
    d, r, f, s = (x.astype(kind) for x in (demand, rate, free, site))
    constants = kind(haul), kind(0), kind(np.inf)
    allowed = np.empty((0, 0), np.bool_) if mask is None else mask
    fibre = rows_of(ms, kind, threads) if isinstance(ms, FibreEnds) else None

    def block(first: int, end: int) -> None:
        rows = slice(first, end)
        if fibre is None:
            times = ms[rows]  # type: ignore[index]
        else:
            # Only as many as fit the second-level cache, so they never reach memory.
            times = np.empty((end - first, out.shape[1]), out.dtype)
            fibre(first, end, times)
        _rows(times, d[rows], r[rows], f[rows], s, *constants, allowed[rows], mask is not None, out[rows])

    run_blocks(out.shape[0], out.shape[1], block, threads)
