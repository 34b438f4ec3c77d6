"""Service cost on a CUDA card: one thread a pair."""

from typing import Any

import numpy as np
from numba import cuda
from numpy.typing import NDArray

from sitewright.kernels._card import on_card, room_for
from sitewright.kernels._grid import pair_grid
from sitewright.kernels.cost.cpu import price
from sitewright.kernels.latency import cuda as latency
from sitewright.kernels.latency.ends import FibreEnds

_price = cuda.jit(device=True)(price)


@cuda.jit
def _pairs(ms, demand, rate, free, site, haul, zero, inf, mask, masked, out):  # type: ignore[no-untyped-def]
    j, first = cuda.grid(2)
    if j < out.shape[1]:
        for i in range(first, out.shape[0], cuda.gridsize(2)[1]):
            if ms[i, j] == inf or (masked and not mask[i, j]):
                out[i, j] = inf
            else:
                out[i, j] = _price(ms[i, j], demand[i], rate[i], free[i], site[j], haul, zero, inf)


def run(
    ms: Any,
    demand: NDArray[np.float64],
    rate: NDArray[np.float64],
    free: NDArray[np.float64],
    mask: NDArray[np.bool_] | None,
    site: NDArray[np.float64],
    haul: float,
    out: Any,
    threads: int | None,
) -> None:
    """Write the service cost into `out`; `site` is the price of a MW at each site, `mask` says what is allowed."""
    if not out.size:
        return
    kind = np.dtype(out.dtype).type
    device = room_for(out)
    if isinstance(ms, FibreEnds):
        # The latency goes where the cost will be, and each thread puts one for the other.
        latency.run(ms, device, threads)
        ms = device
    vectors = (cuda.to_device(x.astype(kind)) for x in (demand, rate, free, site))
    constants = kind(haul), kind(0), kind(np.inf)
    allowed = cuda.to_device(np.ones((1, 1), np.bool_) if mask is None else mask)
    _pairs[pair_grid(*out.shape)](on_card(ms), *vectors, *constants, allowed, mask is not None, device)
    if device is not out:
        device.copy_to_host(out)
