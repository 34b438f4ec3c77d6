"""Latency on a CUDA card: one thread a place finds its legs, then one thread a pair takes the best of a few sums.

The hub matrix is small and stays in cache. Only vectors go up, and only the result comes down.
"""

from typing import Any

import numpy as np
from numba import cuda

from sitewright.kernels._card import room_for
from sitewright.kernels._grid import line_grid, pair_grid
from sitewright.kernels.great_circle import EARTH_RADIUS_KM, unit_vectors
from sitewright.kernels.latency.cpu import LEGS, nearest_hubs
from sitewright.kernels.latency.ends import FibreEnds

_nearest_hubs = cuda.jit(device=True)(nearest_hubs)


@cuda.jit
def _legs(xyz, hubs, diameter, access_mult, hub, km):  # type: ignore[no-untyped-def]
    k = cuda.grid(1)
    if k < xyz.shape[1]:
        _nearest_hubs(xyz[0, k], xyz[1, k], xyz[2, k], hubs, diameter, access_mult, hub[k], km[k])


@cuda.jit
def _to_transit(hub, km, length, transit, leg, reach):  # type: ignore[no-untyped-def]
    k = cuda.grid(1)
    if k < hub.shape[0]:
        for p in range(LEGS):
            leg[p, k] = km[k, p]
        for t in range(transit.shape[0]):
            best = leg[0, k] + length[hub[k, 0], transit[t]]
            for p in range(1, LEGS):
                best = min(best, leg[p, k] + length[hub[k, p], transit[t]])
            reach[t, k] = best


@cuda.jit
def _pairs(  # type: ignore[no-untyped-def]
    hub_i, leg_i, reach_i, code_i, china_i, hub_j, leg_j, reach_j, code_j, china_j, length, constants, out
):
    j, first = cuda.grid(2)
    if j < out.shape[1]:
        for i in range(first, out.shape[0], cuda.gridsize(2)[1]):
            best = constants[5]
            for p in range(LEGS):
                for q in range(LEGS):
                    best = min(best, leg_i[p, i] + length[hub_i[i, p], hub_j[j, q]] + leg_j[q, j])
            if code_i[0, i] == code_j[0, j]:
                best += constants[2]
            elif code_i[1, i] == code_j[1, j]:
                best += constants[3]
            else:
                best += constants[4]
            for t in range(reach_i.shape[0]):
                best = min(best, reach_i[t, i] + reach_j[t, j])
            ingress = china_i[0, i] * china_j[1, j] + china_i[1, i] * china_j[0, j]
            out[i, j] = constants[0] + constants[1] * best + ingress


def run(fibre: FibreEnds, out: Any, threads: int | None) -> None:
    """Write the round trips between the two sides of `fibre` into `out`; `threads` is the CPU's."""
    home, place, network = fibre.home, fibre.place, fibre.network
    if not out.size:
        return
    kind = np.dtype(out.dtype).type
    hubs = cuda.to_device(unit_vectors(network.hub_lat, network.hub_lon))
    length, transit = cuda.to_device(network.length.astype(kind)), cuda.to_device(network.transit.astype(np.int32))
    ends: list[Any] = []
    for end in (home, place):
        n = end.xyz.shape[1]
        hub, km = cuda.device_array((n, LEGS), np.int32), cuda.device_array((n, LEGS), np.float64)
        leg, reach = cuda.device_array((LEGS, n), kind), cuda.device_array((len(network.transit), n), kind)
        grid = line_grid(n)
        _legs[grid](cuda.to_device(end.xyz), hubs, 2 * EARTH_RADIUS_KM, network.access_mult, hub, km)
        _to_transit[grid](hub, km, length, transit, leg, reach)
        code = cuda.to_device(np.stack([end.country, end.region]))
        ends += [hub, leg, reach, code, cuda.to_device(np.stack([end.china, end.ingress]).astype(kind))]
    constants = [network.base_ms, fibre.ms_per_km, 0.0, network.intra_km, network.inter_km, np.inf]
    device = room_for(out)
    _pairs[pair_grid(*out.shape)](*ends, length, cuda.to_device(np.array(constants, dtype=kind)), device)
    if device is not out:
        device.copy_to_host(out)
