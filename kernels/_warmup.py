"""Compile every CPU kernel once, for container images and benchmarks."""

import time
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable


def warmup() -> list[tuple[str, float]]:
    """Compile all CPU kernels for float64 and float32, or load them from the cache; return (kernel, seconds)."""
    out = []
    for dtype in (np.float64, np.float32):
        for name, job in {**_making(dtype), **_reading(dtype)}.items():
            started = time.perf_counter()
            job()
            out.append((f"{name} {np.dtype(dtype).name}", time.perf_counter() - started))
    return out


def _making(dtype: Any) -> "dict[str, Callable[[], Any]]":
    """Return a call of each kernel that makes a matrix."""
    from sitewright.kernels import FibreNetwork, Places, cost, great_circle, latency

    place = Places([0.0], [0.0], ["DEU"])
    zero, hub = np.zeros(1), np.zeros(1, dtype=np.int64)
    network = FibreNetwork(zero, zero, np.zeros((1, 1)), hub, {"DEU": "WEu"}, {}, 1.0, 1.0, 1.0, 1.0)
    terms: dict[str, Any] = {"demand": zero, "energy_price": zero, "network_price": zero, "haul_price": 1.0}
    terms |= {"penalty_rate": zero, "penalty_free": zero, "latency": np.ones((1, 1), dtype)}
    return {
        "great_circle": lambda: great_circle(zero, zero, zero, zero, dtype=dtype),
        "latency": lambda: latency(place, place, network, dtype=dtype),
        "cost": lambda: cost(**terms, dtype=dtype),
    }


def _reading(dtype: Any) -> "dict[str, Callable[[], Any]]":
    """Return a call of each kernel that reads a matrix; 40 sites, so that few open ones take the other way round."""
    from sitewright.kernels import ascent, cover, dominated, gains, near_ends, nearest, order, reduced, served, survey

    matrix, prices, fixed = np.ones((5, 40), dtype), np.full(5, 2.0), np.ones(40)
    return {
        "nearest": lambda: [nearest(matrix, [0]), nearest(matrix, [0, 1])],
        "gains": lambda: gains(matrix, [0, 1], nearest(matrix, [0, 1])),
        "reduced": lambda: [reduced(matrix, prices), served(matrix, prices, [0])],
        "knapsack": lambda: [_knapsacks(matrix, prices, whole) for whole in (False, True)],
        "ascent": lambda: ascent(matrix, fixed),
        "cover": lambda: dominated(cover(matrix, 1.0).bits),
        "order": lambda: order(matrix, 2),
        "near_ends": lambda: near_ends(matrix, [0], rank=1),
        "survey": lambda: survey(matrix),
    }


def _knapsacks(matrix: Any, prices: Any, whole: bool) -> Any:
    from sitewright.kernels import knapsack, knapsack_served

    packed = knapsack(matrix, prices, prices, np.full(matrix.shape[1], 3.0), whole=whole)
    return knapsack_served(matrix, prices, prices, packed, [0])
