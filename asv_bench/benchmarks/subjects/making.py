"""Kernels that make a matrix. On Dask it is made block by block and reduced to its greatest entry, as a user would."""

from collections.abc import Callable
from typing import Any

import numpy as np

from sitewright.instances.network import load_network
from sitewright.kernels import FibreLatency, Places, cost, great_circle, latency

COUNTRIES = np.array(["DEU", "CHN", "USA", "NLD", "SGP"])


def points(n: int, seed: int) -> Places:
    """Return places all over the Earth."""
    rng = np.random.default_rng(seed)
    return Places(rng.uniform(-60, 70, n), rng.uniform(-180, 180, n), COUNTRIES[rng.integers(0, len(COUNTRIES), n)])


def target(backend: str, dtype: Any) -> dict[str, Any]:
    return {"backend": backend, "dtype": dtype, "keep": backend == "cuda"}


def made(matrix: Any) -> Any:
    """Have a dask array made; another is made already, and a card is waited for."""
    if hasattr(matrix, "__dask_graph__"):
        return matrix.max().compute()
    if not isinstance(matrix, np.ndarray):
        from numba import cuda

        cuda.synchronize()
    return matrix


def of_great_circle(backend: str, n: int, m: int, dtype: Any) -> Callable[[], Any]:
    a, b = points(n, 1), points(m, 2)
    return lambda: made(great_circle(a.lat, a.lon, b.lat, b.lon, **target(backend, dtype)))


def of_latency(backend: str, n: int, m: int, dtype: Any) -> Callable[[], Any]:
    a, b, network = points(n, 1), points(m, 2), load_network()
    return lambda: made(latency(a, b, network, **target(backend, dtype)))


def of_cost(backend: str, n: int, m: int, dtype: Any) -> Callable[[], Any]:
    rng = np.random.default_rng(3)
    terms = {
        "latency": FibreLatency(points(n, 1), points(m, 2), load_network()),
        "demand": rng.uniform(5, 35, n),
        "energy_price": rng.uniform(4e5, 1e6, m),
        "network_price": rng.uniform(1e4, 1e5, m),
        "haul_price": 500.0,
        "penalty_rate": rng.uniform(0, 900, n),
        "penalty_free": rng.uniform(10, 80, n),
    }
    return lambda: made(cost(**terms, **target(backend, dtype)))


MAKING = {"great_circle": of_great_circle, "latency": of_latency, "cost": of_cost}
