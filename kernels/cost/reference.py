"""Service cost in slow NumPy, term by term: the oracle."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def cost(
    *,
    latency: Any,
    demand: Any,
    energy_price: Any,
    network_price: Any,
    haul_price: float,
    penalty_rate: Any,
    penalty_free: Any,
    allowed: Any = None,
) -> NDArray[np.float64]:
    ms, mw = np.asarray(latency, float), np.asarray(demand, float)[:, None]
    reach = np.isfinite(ms)
    ms = np.where(reach, ms, 0.0)
    energy = mw * np.asarray(energy_price, float)[None, :]
    network = mw * np.asarray(network_price, float)[None, :] + mw * haul_price * ms
    late = np.clip(ms - np.asarray(penalty_free, float)[:, None], 0.0, None)
    total = energy + network + mw * np.asarray(penalty_rate, float)[:, None] * late
    total[~reach] = np.inf
    if allowed is not None:
        total[~np.asarray(allowed)] = np.inf
    return np.asarray(total, dtype=np.float64)
