"""Round-trip latency between every customer and every site, modelled over a coarse fibre network.

`override` puts a user's own measurements over the model; `great_circle_latency` is the fallback without a network.
"""

from os import PathLike
from typing import Any

import numpy as np

from sitewright.kernels._backends import Backend
from sitewright.kernels._make import Target, make
from sitewright.kernels.latency.ends import FibreEnds, ends
from sitewright.kernels.latency.fallback import FIBRE_KM_PER_MS, great_circle_latency
from sitewright.kernels.latency.network import FibreNetwork
from sitewright.kernels.latency.override import override
from sitewright.kernels.latency.places import Places

__all__ = ["FIBRE_KM_PER_MS", "FibreNetwork", "Places", "great_circle_latency", "latency", "override"]


def latency(
    customers: Places,
    sites: Places,
    network: FibreNetwork,
    *,
    backend: Backend = "cpu",
    dtype: Any = np.float64,
    threads: int | None = None,
    keep: bool = False,
    tile_store: str | PathLike[str] | None = None,
    max_memory: int | None = None,
) -> Any:
    r"""Return the modelled round trip between every customer and every site, in ms.

    .. math::
        rtt_{ij} &= a_0 + 2 K_{ij} / 199.86 + ingress_{ij} \\
        K_{ij} &= \min(direct_{ij} + penalty_{ij},\; via_{ij}) \\
        direct_{ij} &= \min_{h, k} (leg_{ih} + H_{hk} + leg_{kj}), \quad
        via_{ij} = \min_t (to_{it} + to_{tj})

    Each place is joined to its up to 3 nearest hubs: a hub counts if it is within 2.5 times the distance of the
    nearest, or within 150 km; a leg weighs max(km, 1) x `access_mult`. H is the length between hubs, so customers and
    sites are never on the way of others. The penalty is 0 inside a country, `intra_km` inside a region, `inter_km`
    across; paths via a transit hub t have none. The ingress is added between mainland China and everywhere else.

    Parameters
    ----------
    customers, sites
        Where they are, and in which country.
    network
        `sitewright.instances.network.load_network()` for the bundled one.
    backend
        "cpu", "cuda" (a file of this folder each), or "dask": the CPU's code in row blocks, made where they are needed.
    dtype
        float32 or float64, of the arithmetic and of the result; float32 is within 0.001 ms of float64. Access legs are
        float64 in both.
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
        ms; +inf where the network has no path. Shape (customers, sites), C-contiguous.

    Raises
    ------
    InvalidProblem
        If a country has no latency region, or the backend cannot run here.
    TooLarge
        If the matrix, or a tile of it, would not fit.

    Notes
    -----
    Of the bundled network: median absolute error 9.9 ms on held-out metros, where the great circle has 17.5 and two
    hosts of one city differ by 5.2. ln(measured / modelled) has a standard deviation of 0.23. Differences of some
    ms between two sites are inside the error.
    """
    fibre = fibre_ends(customers, sites, network)
    target = Target(dtype, backend, threads, keep, tile_store, max_memory)
    return make("latency", lambda rows: (fibre.part(rows),), (len(customers), len(sites)), target)


def fibre_ends(customers: Places, sites: Places, network: FibreNetwork) -> FibreEnds:
    """Return both sides of the matrix as the backends want them."""
    return FibreEnds(
        ends("customers", customers, network), ends("sites", sites, network), network, 2.0 / FIBRE_KM_PER_MS
    )
