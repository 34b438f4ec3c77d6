"""Compile every CPU kernel once, for container images and benchmarks."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np


def warmup() -> list[tuple[str, float]]:
    """Compile all CPU kernels for float64 and float32, or load them from the cache; return (kernel, seconds)."""
    import sitewright.kernels as k
    from sitewright.kernels import FibreNetwork, Places, cost, great_circle, latency

    place = Places([0.0], [0.0], ["DEU"])
    zero, hub = np.zeros(1), np.zeros(1, dtype=np.int64)
    network = FibreNetwork(zero, zero, np.zeros((1, 1)), hub, {"DEU": "WEu"}, {}, 1.0, 1.0, 1.0, 1.0)
    out = []
    for dtype in (np.float64, np.float32):
        ms = np.ones((1, 1), dtype)
        jobs: dict[str, Callable[[], Any]] = {
            "great_circle": partial(great_circle, zero, zero, zero, zero, dtype=dtype),
            "latency": partial(latency, place, place, network, dtype=dtype),
            "cost": partial(
                cost,
                latency=ms,
                demand=zero,
                energy_price=zero,
                network_price=zero,
                haul_price=1.0,
                penalty_rate=zero,
                penalty_free=zero,
                dtype=dtype,
            ),
        }
        c, two = np.ones((5, 40), dtype), np.array([2.0, 2.0, 2.0, 2.0, 2.0])
        near = k.nearest(c, [0, 1])

        def knapsacks(c: Any = c, two: Any = two) -> None:
            for whole in (False, True):
                packed = k.knapsack(c, two, two, np.full(40, 3.0), whole=whole)
                k.knapsack_served(c, two, two, packed, [0])

        jobs |= {
            "nearest": lambda c=c: [k.nearest(c, [0]), k.nearest(c, [0, 1])],
            "gains": partial(k.gains, c, [0, 1], near),
            "reduced": lambda c=c, two=two: [k.reduced(c, two), k.served(c, two, [0])],
            "knapsack": knapsacks,
            "ascent": partial(k.ascent, c, np.ones(40)),
            "cover": lambda c=c: k.dominated(k.cover(c, 1.0).bits),
            "order": partial(k.order, c, 2),
        }
        for name, job in jobs.items():
            started = time.perf_counter()
            job()
            out.append((f"{name} {np.dtype(dtype).name}", time.perf_counter() - started))
    return out
