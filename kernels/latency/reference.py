"""Latency in slow NumPy, pair by pair from the words of the model: the oracle. Shares no code with the kernels."""

import numpy as np
from numpy.typing import NDArray

from sitewright.kernels.great_circle.reference import great_circle
from sitewright.kernels.latency.network import FibreNetwork, Places


def latency(customers: Places, sites: Places, network: FibreNetwork) -> NDArray[np.float64]:
    out = np.empty((len(customers), len(sites)))
    for i in range(len(customers)):
        for j in range(len(sites)):
            a, b = str(customers.country[i]), str(sites.country[j])
            out[i, j] = _round_trip(_legs(customers, i, network), _legs(sites, j, network), a, b, network)
    return out


def _legs(places: Places, k: int, network: FibreNetwork) -> dict[int, float]:
    km = great_circle([places.lat[k]], [places.lon[k]], network.hub_lat, network.hub_lon)[0]
    nearest = sorted(range(len(km)), key=lambda h: float(km[h]))[:3]
    limit = max(2.5 * km[nearest[0]], 150.0)
    return {h: max(float(km[h]), 1.0) * network.access_mult for h in nearest if km[h] <= limit}


def _pair(home: dict[int, float], place: dict[int, float], network: FibreNetwork) -> float:
    return min(a + float(network.length[p, q]) + b for p, a in home.items() for q, b in place.items())


def _round_trip(home: dict[int, float], place: dict[int, float], a: str, b: str, network: FibreNetwork) -> float:
    via = min(_pair(home, {int(t): 0.0}, network) + _pair({int(t): 0.0}, place, network) for t in network.transit)
    penalty = network.inter_km
    if network.region_of[a] == network.region_of[b]:
        penalty = network.intra_km
    if a == b:
        penalty = 0.0
    ms = network.base_ms + 2 * min(_pair(home, place, network) + penalty, via) / 199.86
    if (a == "CHN") != (b == "CHN"):
        ms += network.ingress_ms.get(network.region_of[b if a == "CHN" else a], 0.0)
    return ms
