"""Latency on the CPU: each row finds its length to every hub once, then each pair takes the best of a few sums."""

from collections.abc import Callable
from math import asin, inf, sqrt
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sitewright.kernels._blocks import run_blocks
from sitewright.kernels.great_circle import EARTH_RADIUS_KM, unit_vectors
from sitewright.kernels.latency.ends import FibreEnds
from sitewright.kernels.latency.network import FibreNetwork

LEGS = 3
# A hub is near enough within this factor of the nearest hub's distance, or within this many km.
NEAR_FACTOR, NEAR_KM = 2.5, 150.0
# Pairs of a row in hand at once: they stay in the first-level cache over all passes.
TILE = 512

# "contract" lets a product and a sum become one instruction; nothing else about the arithmetic is loosened.
_FAST = {"nogil": True, "cache": True, "fastmath": {"contract"}}


def nearest_hubs(x, y, z, hubs, diameter, access_mult, hub, km):  # type: ignore[no-untyped-def]
    """Write the hubs of a place's legs, nearest first, and their effective km; +inf for a leg that is not used.

    Plain, so that CUDA compiles it too. Chords order as arcs do, so only three arcsines are taken.
    """
    first = second = third = inf
    h_1 = h_2 = h_3 = 0
    for h in range(hubs.shape[1]):
        dx, dy, dz = x - hubs[0, h], y - hubs[1, h], z - hubs[2, h]
        chord2 = dx * dx + dy * dy + dz * dz
        if chord2 < third:
            if chord2 < second:
                third, h_3 = second, h_2
                if chord2 < first:
                    second, h_2, first, h_1 = first, h_1, chord2, h
                else:
                    second, h_2 = chord2, h
            else:
                third, h_3 = chord2, h
    hub[0], hub[1], hub[2] = h_1, h_2, h_3
    km[0], km[1], km[2] = first, second, third
    limit = inf
    for k in range(LEGS):
        if km[k] < inf:
            arc = diameter * asin(min(1.0, 0.5 * sqrt(km[k])))
            if k == 0:
                limit = max(NEAR_FACTOR * arc, NEAR_KM)
            km[k] = max(arc, 1.0) * access_mult if arc <= limit else inf


_nearest_hubs = njit(nogil=True, cache=True)(nearest_hubs)


@njit(nogil=True, cache=True)
def _legs(xyz, hubs, diameter, access_mult, hub, km):  # type: ignore[no-untyped-def]
    for k in range(xyz.shape[1]):
        _nearest_hubs(xyz[0, k], xyz[1, k], xyz[2, k], hubs, diameter, access_mult, hub[k], km[k])


@njit(**_FAST)
def _to_hubs(leg, from_0, from_1, from_2, to_hub):  # type: ignore[no-untyped-def]
    leg_0, leg_1, leg_2 = leg[0], leg[1], leg[2]
    for h in range(len(to_hub)):
        a, b, c = leg_0 + from_0[h], leg_1 + from_1[h], leg_2 + from_2[h]
        ab = a if a < b else b
        to_hub[h] = ab if ab < c else c


@njit(**_FAST)
def _direct(to_hub, hub, leg, row):  # type: ignore[no-untyped-def]
    h_0, h_1, h_2, leg_0, leg_1, leg_2 = hub[0], hub[1], hub[2], leg[0], leg[1], leg[2]
    for j in range(len(row)):
        a, b, c = to_hub[h_0[j]] + leg_0[j], to_hub[h_1[j]] + leg_1[j], to_hub[h_2[j]] + leg_2[j]
        ab = a if a < b else b
        row[j] = ab if ab < c else c


@njit(**_FAST)
def _add_penalty(country, region, code, intra, inter, zero, row):  # type: ignore[no-untyped-def]
    countries, regions = code[0], code[1]
    for j in range(len(row)):
        penalty = intra if regions[j] == region else inter
        row[j] += zero if countries[j] == country else penalty


@njit(**_FAST)
def _via(to_transit, reach, row):  # type: ignore[no-untyped-def]
    # A few hundred pairs at a time, so that they stay in the first-level cache over all hubs; and four hubs a pass, so
    # that they are read and written a quarter as often (the list of hubs is padded to that).
    for start in range(0, len(row), TILE):
        best = row[start : start + TILE]
        end = start + len(best)
        for t in range(0, len(to_transit), 4):
            t_0, t_1, t_2, t_3 = to_transit[t], to_transit[t + 1], to_transit[t + 2], to_transit[t + 3]
            r_0, r_1, r_2, r_3 = (
                reach[t, start:end],
                reach[t + 1, start:end],
                reach[t + 2, start:end],
                reach[t + 3, start:end],
            )
            for j in range(len(best)):
                a, b, c, d = t_0 + r_0[j], t_1 + r_1[j], t_2 + r_2[j], t_3 + r_3[j]
                # Not min(): numba's is scalar, for the sake of NaN.
                ab = a if a < b else b
                cd = c if c < d else d
                abcd = ab if ab < cd else cd
                old = best[j]
                best[j] = old if old < abcd else abcd


@njit(**_FAST)
def _to_ms(base, per_km, china, ingress, ends, row):  # type: ignore[no-untyped-def]
    chinas, ingresses = ends[0], ends[1]
    for j in range(len(row)):
        row[j] = base + per_km * row[j] + (china * ingresses[j] + ingress * chinas[j])


@njit(**_FAST)
def _rows(  # type: ignore[no-untyped-def]
    hub_i, leg_i, code_i, china_i, hub_j, leg_j, code_j, china_j, length, transit, reach, constants, out
):
    base, per_km, intra, inter, zero = constants[0], constants[1], constants[2], constants[3], constants[4]
    to_hub = np.empty(length.shape[0], out.dtype)
    to_transit = np.empty(len(transit), out.dtype)
    for i in range(out.shape[0]):
        _to_hubs(leg_i[i], length[hub_i[i, 0]], length[hub_i[i, 1]], length[hub_i[i, 2]], to_hub)
        for t in range(len(transit)):
            to_transit[t] = to_hub[transit[t]]
        _direct(to_hub, hub_j, leg_j, out[i])
        _add_penalty(code_i[0, i], code_i[1, i], code_j, intra, inter, zero, out[i])
        _via(to_transit, reach, out[i])
        _to_ms(base, per_km, china_i[0, i], china_i[1, i], china_j, out[i])


def run(fibre: FibreEnds, out: NDArray[Any], threads: int | None) -> None:
    """Write the round trips between the two sides of `fibre` into `out`."""
    rows = rows_of(fibre, out.dtype.type, threads)
    run_blocks(out.shape[0], out.shape[1], lambda first, end: rows(first, end, out[first:end]), threads)


def rows_of(fibre: FibreEnds, kind: Any, threads: int | None) -> Callable[[int, int, NDArray[Any]], None]:
    """Return ``rows(first, end, out)``, which writes a run of rows; what all rows share is worked out here."""
    home, place, network = fibre.home, fibre.place, fibre.network
    hub_i, leg_i = access_legs(home.xyz, network, threads)
    hub_j, leg_j = access_legs(place.xyz, network, threads)
    # Repeating a transit hub changes no minimum.
    transit = np.concatenate([network.transit, np.repeat(network.transit[:1], -len(network.transit) % 4)])
    reach = np.min(leg_j[:, :, None] + network.length[hub_j][:, :, transit], axis=1).T
    far = (
        np.ascontiguousarray(hub_j.T),
        np.ascontiguousarray(leg_j.T, dtype=kind),
        np.stack([place.country, place.region]),
        np.stack([place.china, place.ingress]).astype(kind),
        network.length.astype(kind),
        transit.astype(np.uint32),
        np.ascontiguousarray(reach, dtype=kind),
        np.array([network.base_ms, fibre.ms_per_km, network.intra_km, network.inter_km, 0.0], dtype=kind),
    )
    leg_i, code_i = leg_i.astype(kind), np.stack([home.country, home.region])
    china_i = np.stack([home.china, home.ingress]).astype(kind)

    def rows(first: int, end: int, out: NDArray[Any]) -> None:
        some = slice(first, end)
        _rows(hub_i[some], leg_i[some], code_i[:, some], china_i[:, some], *far, out)

    return rows


def access_legs(
    xyz: NDArray[np.float64], network: FibreNetwork, threads: int | None
) -> tuple[NDArray[np.uint32], NDArray[np.float64]]:
    """Return the hubs of up to three legs of each place and their effective km. Shapes (places, 3)."""
    hubs = unit_vectors(network.hub_lat, network.hub_lon)
    # Unsigned: numba reads an unsigned index without asking whether it counts from the end.
    hub, km = np.empty((xyz.shape[1], LEGS), np.uint32), np.empty((xyz.shape[1], LEGS))

    def block(first: int, end: int) -> None:
        rows = slice(first, end)
        _legs(xyz[:, rows], hubs, 2 * EARTH_RADIUS_KM, network.access_mult, hub[rows], km[rows])

    run_blocks(len(hub), hubs.shape[1], block, threads)
    return hub, km
