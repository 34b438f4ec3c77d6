"""Service cost of every customer at every site: energy, network and latency penalty in one pass."""

from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sitewright.kernels._backends import Backend, lies, must_run, must_suit
from sitewright.kernels._check import cost_matrix, number, numbers, vector
from sitewright.kernels._make import Target, make
from sitewright.kernels._tiles import spans
from sitewright.kernels.latency import FibreNetwork, Places, fibre_ends
from sitewright.kernels.latency.ends import FibreEnds
from sitewright.optimizer.errors import Flaw, InvalidProblem

HUGE = float(np.finfo(np.float64).max)

__all__ = ["FibreLatency", "cost"]


def cost(
    *,
    latency: Any,
    demand: ArrayLike,
    energy_price: ArrayLike,
    network_price: ArrayLike,
    haul_price: float,
    penalty_rate: ArrayLike,
    penalty_free: ArrayLike,
    allowed: ArrayLike | None = None,
    backend: Backend = "cpu",
    dtype: Any = np.float64,
    threads: int | None = None,
    keep: bool = False,
    tile_store: str | PathLike[str] | None = None,
    max_memory: int | None = None,
) -> Any:
    r"""Return the yearly cost of serving each customer's WHOLE demand from each site, in EUR/yr.

    .. math:: c_{ij} = d_i \left(e_j + n_j + h\,l_{ij} + r_i \max(0, l_{ij} - f_i)\right)

    Parameters
    ----------
    latency
        Round trip l in ms; +inf is an unreachable pair. Shape (customers, sites). Or `FibreLatency`: then it is worked
        out on the way, block by block, and the cost is the only matrix there ever is. One on a card stays there, and
        one in tiles or on Dask is read by row blocks (whether they are at least 0 is not looked at there).
    demand
        d in MW. Shape (customers,).
    energy_price, network_price
        e (the climate's PUE included) and n in EUR/MW/yr. Shape (sites,).
    haul_price
        h in EUR/MW/ms/yr.
    penalty_rate, penalty_free
        r in EUR/MW/ms/yr, and f in ms. Shape (customers,).
    allowed
        False forbids the pair; all are allowed if not given. Shape (customers, sites).
    backend
        "cpu", "cuda" (a file of this folder each), or "dask": the CPU's code in row blocks, made where they are needed.
    dtype
        float32 or float64, of the result, and of the arithmetic where the latency has it too; float32 is within 1e-6
        of float64, relative.
    threads
        Of the CPU; all processors if not given. The result does not depend on it.
    keep
        With "cuda": leave the matrix on the card and return it as it lies there.
    tile_store
        A folder that does not exist yet: the matrix is written there in row tiles, and only a tile is in memory.
    max_memory
        Bytes that the matrix, or a tile, may take; what is free on this machine if not given.

    Returns
    -------
    ndarray, or an array on a card, a dask array, or a Zarr array of tiles
        EUR/yr, +inf where not allowed or not reachable. Shape (customers, sites), C-contiguous.

    Raises
    ------
    InvalidProblem
        If a shape or a number is wrong, or the backend cannot run here.
    TooLarge
        If the matrix, or a tile of it, would not fit.
    """
    ms = _round_trips(latency, backend)
    n, m = ms.shape
    d, rate, free = (
        vector(name, values, size=n, low=0, high=HUGE)
        for name, values in (("demand", demand), ("penalty_rate", penalty_rate), ("penalty_free", penalty_free))
    )
    energy = vector("energy_price", energy_price, size=m, low=0, high=HUGE)
    network = vector("network_price", network_price, size=m, low=0, high=HUGE)
    haul = number("haul_price", haul_price, low=0)
    mask = None if allowed is None else _mask(allowed, (n, m))
    price, where = energy + network, lies(ms)

    def part(rows: slice) -> tuple[Any, ...]:
        if isinstance(ms, FibreEnds):
            times: Any = ms.part(rows)
        elif where == "card":
            times = ms  # all rows at once there
        else:
            times = np.ascontiguousarray(ms[rows]) if where == "tiles" else ms[rows]
        return times, d[rows], rate[rows], free[rows], None if mask is None else mask[rows], price, haul

    blocks = spans(ms) if where in ("dask", "tiles") else None
    return make("cost", part, (n, m), Target(dtype, backend, threads, keep, tile_store, max_memory), blocks)


@dataclass(frozen=True, eq=False)
class FibreLatency:
    """What `sitewright.kernels.latency` would be called with: the latency as three small things, not as a matrix."""

    customers: Places
    sites: Places
    network: FibreNetwork


def _round_trips(latency: Any, backend: Backend) -> Any:
    """Return the latency as a C-contiguous float matrix, float32 stays float32; or what stands for it."""
    if isinstance(latency, FibreLatency):
        return fibre_ends(latency.customers, latency.sites, latency.network)
    latency = latency.data if hasattr(latency, "dims") else latency
    must_run(backend)
    must_suit(latency, backend, takes_numpy=("cpu", "cuda", "dask"))
    if lies(latency) != "numpy":
        return cost_matrix("latency", latency)
    ms = np.ascontiguousarray(latency) if isinstance(latency, np.ndarray) else numbers("latency", latency)
    if ms.dtype not in (np.float32, np.float64):
        ms = numbers("latency", ms)
    if np.ndim(latency) != 2:
        flaw = Flaw("argument 'latency'", "be a matrix", f"shape {np.shape(latency)}", "give customers x sites")
        raise InvalidProblem([flaw])
    # NaN is the smallest of all to min(), so one pass finds both.
    if ms.size and not ms.min() >= 0:
        i, j = np.argwhere(~(ms >= 0))[0]
        flaw = Flaw(f"argument 'latency', pair ({i}, {j})", "be at least 0 ms", str(ms[i, j]), "correct the value")
        raise InvalidProblem([flaw])
    return ms


def _mask(allowed: ArrayLike, shape: tuple[int, int]) -> NDArray[np.bool_]:
    mask = np.asarray(allowed)
    if mask.shape != shape or mask.dtype != np.bool_:
        found, fix = f"shape {mask.shape} of {mask.dtype}", "give True or False for each pair"
        raise InvalidProblem([Flaw("argument 'allowed'", f"be truth values of shape {shape}", found, fix)])
    return np.ascontiguousarray(mask)
