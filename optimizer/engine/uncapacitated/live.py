"""The pairs that a plan below the cut-off may use; all others can be forgotten.

A plan that serves i from j, where :math:`c_{ij} > u_i`, costs at least L, and :math:`c_{ij} - u_i`, and what opening j
adds: beyond the cut-off, the pair is dead. A customer's sites dearer than one that is open for sure are dead as well.
Without the dead pairs, prices may rise higher, and the bound with them.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sitewright.optimizer.engine.uncapacitated.bound import Point, extras
from sitewright.optimizer.engine.uncapacitated.instance import Instance
from sitewright.optimizer.engine.uncapacitated.prefix import Prefix, build_prefix


@njit(nogil=True, cache=True)
def _keep(start, site, cost, u, state, room, begin, kept, near):  # type: ignore[no-untyped-def]
    """Write the live pairs, and where each row begins; only the latter while the outputs are empty."""
    n = 0
    for i in range(len(u)):
        begin[i] = n
        for k in range(start[i], start[i + 1]):
            j = site[k]
            if state[j] != 0 and cost[k] - u[i] <= room[j]:
                if len(kept):
                    kept[n], near[n] = j, cost[k]
                n += 1
            if state[j] == 1:
                break
    begin[len(u)] = n


def live_pairs(instance: Instance, point: Point, cutoff: float, *, scale: NDArray[np.float64], threads: int) -> Prefix:
    """Return the live pairs at a point; rows that lack a site lack it for good, so `top` is +inf."""
    room = cutoff - point.here - extras(instance, point)[: instance.n_sites]
    live = point.state[: instance.n_sites] != 0
    top = point.u + max(0.0, float(room[live].max(initial=0.0)))
    near = build_prefix(instance.cost, live, top, scale=scale, threads=threads)
    begin = np.empty(len(point.u) + 1, np.int64)
    arrays = (*near.arrays, point.u, point.state, room, begin)
    _keep(*arrays, near.site[:0], near.cost[:0])
    site, cost = np.empty(begin[-1], np.int32), np.empty(begin[-1], near.cost.dtype)
    _keep(*arrays, site, cost)
    return Prefix(begin, site, cost, np.full(len(point.u), np.inf), scale, instance.n_sites)
