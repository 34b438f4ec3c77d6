"""Compile every CPU kernel once, for container images and benchmarks."""

import time
from functools import partial

import numpy as np


def warmup() -> list[tuple[str, float]]:
    """Compile all CPU kernels for float64 and float32, or load them from the cache; return (kernel, seconds)."""
    from sitewright.kernels import FibreNetwork, Places, cost, great_circle, latency

    place = Places([0.0], [0.0], ["DEU"])
    zero, hub = np.zeros(1), np.zeros(1, dtype=np.int64)
    network = FibreNetwork(zero, zero, np.zeros((1, 1)), hub, {"DEU": "WEu"}, {}, 1.0, 1.0, 1.0, 1.0)
    out = []
    for dtype in (np.float64, np.float32):
        ms = np.ones((1, 1), dtype)
        jobs = {
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
        for name, job in jobs.items():
            started = time.perf_counter()
            job()
            out.append((f"{name} {np.dtype(dtype).name}", time.perf_counter() - started))
    return out
