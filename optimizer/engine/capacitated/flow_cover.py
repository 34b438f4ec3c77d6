r"""Flow covers: cuts that make half-open sites costly together.

Customers J with demand D(J) get at most :math:`a_j = \min(q_j, D(J))` from site j. Where sites C could give more than
they need by an excess :math:`\lambda = \sum_{j \in C} a_j - D(J) > 0`, every plan keeps

.. math:: \sum_{j \in C \cup L} v_j + \sum_{j \in C} (a_j - \lambda)^+ (1 - y_j)
          - \sum_{j \in L} (\max(a_j, \max_C a) - \lambda) \, y_j \le D(J)

with :math:`v_j` the MW that J gets from j and any sites L outside C, if :math:`\lambda < \max_C a` (Padberg, Van Roy,
Wolsey, Operations Research 33, 1985; for facility location Aardal, Pochet, Wolsey, Mathematics of Operations Research
20, 1995). Around each site that is open in part, J is grown by the sites that serve the same customers, and C by the
sites that are most open and give all they can.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sitewright.optimizer.engine.capacitated.cuts import Cuts

_FAST = {"nogil": True, "cache": True}
# Sites around which J is grown, at most, and parts of a customer that these must serve.
SITES = 10
PARTS = (0.01, 0.25, 0.5, 0.75, 0.99)
# Shares below this are noise of the averages.
LEAST = 0.01
# A cut must be missed by so much of its demand.
MISSED = 1e-3


@njit(**_FAST)
def cover(v, a, y, ids, need, order, into):  # type: ignore[no-untyped-def]
    """Return (by how much the best cover found is missed, its excess), with 1 for C and 2 for L in `into`."""
    n = len(ids)
    key = np.empty(n)
    for q in range(n):
        j = ids[q]
        key[q] = 1.0 - y[j] + max(0.0, a[j] * y[j] - v[j]) / a[j]
    order[:n] = np.argsort(key)
    total, most, best, best_n, excess = 0.0, 0.0, 0.0, 0, 0.0
    for q in range(n):
        total += a[ids[order[q]]]
        most = max(most, a[ids[order[q]]])
        over = total - need
        if over <= 1e-9 * need or most <= over:
            continue
        missed = -need
        for k in range(n):
            j = ids[order[k]]
            if k <= q:
                missed += v[j] + max(0.0, a[j] - over) * (1.0 - y[j])
            else:
                missed += max(0.0, v[j] - (max(a[j], most) - over) * y[j])
        if missed > best:
            best, best_n, excess = missed, q + 1, over
    most = 0.0
    for k in range(n):
        j = ids[order[k]]
        if k < best_n:
            into[j] = 1
            most = max(most, a[j])
        elif v[j] > (max(a[j], most) - excess) * y[j]:
            into[j] = 2
    return best, excess


@njit(**_FAST)
def around(first, row, site, share, demand, capacity, y, parts, most_sites, customers, into):  # type: ignore[no-untyped-def]
    """Fill `customers` and `into` with the cut missed most around a site; return (missed, excess)."""
    n, m = len(row) - 1, len(y)
    chosen, h = np.zeros(m, np.bool_), np.zeros(n)
    v, a, common = np.zeros(m), np.zeros(m), np.zeros(m)
    ids, order, kind = np.empty(m, np.int64), np.empty(m, np.int64), np.zeros(m, np.int8)
    best, best_excess = 0.0, 0.0
    new = first
    for _ in range(most_sites):
        chosen[new] = True
        common[:] = 0.0
        for i in range(n):
            for k in range(row[i], row[i + 1]):
                if site[k] == new:
                    h[i] += share[k]
            if h[i] > 0.0:
                for k in range(row[i], row[i + 1]):
                    if not chosen[site[k]]:
                        common[site[k]] += min(h[i], share[k]) * demand[i]
        for part in parts:
            need, count = 0.0, 0
            for i in range(n):
                if h[i] >= part:
                    need += demand[i]
                    for k in range(row[i], row[i + 1]):
                        if v[site[k]] == 0.0:
                            ids[count] = site[k]
                            count += 1
                        v[site[k]] += share[k] * demand[i]
            for q in range(count):
                a[ids[q]] = min(capacity[ids[q]], need)
                kind[ids[q]] = 0
            if need > 0.0:
                missed, excess = cover(v, a, y, ids[:count], need, order, kind)
                if missed > MISSED * need and missed / np.sqrt(need) > best:
                    best, best_excess = missed / np.sqrt(need), excess
                    into[:] = 0
                    for q in range(count):
                        into[ids[q]] = kind[ids[q]]
                    for i in range(n):
                        customers[i] = h[i] >= part
            for q in range(count):
                v[ids[q]] = 0.0
        new = np.argmax(common)
        if common[new] <= 0.0:
            break
    return best, best_excess


def flow_covers(
    x: NDArray[np.float32], y: NDArray[np.float64], demand: NDArray[np.float64], capacity: NDArray[np.float64]
) -> Cuts:
    """Return cuts that a choice misses.

    Parameters
    ----------
    x, y
        Parts of customers served, shape (sites, customers), and of sites open, shape (sites,).
    demand, capacity
        MW, shapes (customers,) and (sites,).
    """
    n, m = len(demand), len(y)
    part = np.where((x >= LEAST) & (demand > 0)[None], x, 0.0).T.astype(np.float64)
    part /= np.maximum(part.sum(axis=1, keepdims=True), 1e-9)
    customer, site = np.nonzero(part)
    row = np.searchsorted(customer, np.arange(n + 1))
    share = part[customer, site]
    found: dict[bytes, tuple[float, NDArray[np.bool_], NDArray[np.int8], float]] = {}
    for first in np.flatnonzero(y > LEAST):
        customers, into = np.zeros(n, bool), np.zeros(m, np.int8)
        missed, excess = around(first, row, site, share, demand, capacity, y, PARTS, SITES, customers, into)
        if missed > 0.0:
            found[customers.tobytes() + into.tobytes()] = missed, customers, into, excess
    return stacked(list(found.values()), demand, capacity)


def stacked(
    found: list[tuple[float, NDArray[np.bool_], NDArray[np.int8], float]],
    demand: NDArray[np.float64],
    capacity: NDArray[np.float64],
) -> Cuts:
    """Return the cuts of customers J, of sites in C (1) and L (2), and of an excess."""
    customers = np.array([f[1] for f in found]).reshape(-1, len(demand))
    into = np.array([f[2] for f in found]).reshape(-1, len(capacity))
    excess = np.array([f[3] for f in found])[:, None]
    need = (customers * demand).sum(axis=1)[:, None]
    a = np.minimum(capacity[None], need)
    most = np.where(into == 1, a, 0.0).max(axis=1, initial=0.0)[:, None]
    closed = np.where(into == 1, np.maximum(a - excess, 0.0), 0.0)
    value = -closed - np.where(into == 2, np.maximum(a, most) - excess, 0.0)
    return Cuts(customers, into > 0, value, need[:, 0] - closed.sum(axis=1))
