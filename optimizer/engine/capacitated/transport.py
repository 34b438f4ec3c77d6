r"""The cheapest service from given open sites: a transportation problem, by shortest paths over the sites.

A MW of customer i costs :math:`p_{ij}` at site j. Moving a MW from site j to site k costs the least
:math:`p_{ik} - p_{ij}` over the customers that j serves, so that a path over sites frees room where it is needed
(successive shortest paths: Busacker, Gowen 1961; on the sites alone: Tomizawa, Networks 1, 1971). Prices of capacity
:math:`w_j \ge 0` keep every move's reduced cost at least 0, so each path is found by Dijkstra's method; they are also
the dual solution. Closing a site places its customers anew; opening one draws load to it while that pays.

A state is (open, mw, load, w, move, by, fresh): flags, MW of each customer at each site (sites, customers), load of
each site, prices, and per pair of open sites the cheapest move, whose it is, and whether the row is up to date.

An exchange opens one site, closes one, or both. With site k open as well, the prices say that to close site j costs at
least :math:`w_j q_j` more service, which is to be less than the fixed cost saved: few closings are left to try. Of
these most end early, since what the customers placed so far cost beyond their prices adds to that bound.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

_FAST = {"nogil": True, "cache": True}

# MW, as a part of the customer's demand, below which a share is rounding.
DUST = 1e-11


def begin(n_customers: int, n_sites: int) -> tuple[NDArray[Any], ...]:
    """Return a state with no site open and nobody served."""
    return (
        np.zeros(n_sites, np.int8),
        np.zeros((n_sites, n_customers)),
        np.zeros(n_sites),
        np.zeros(n_sites),
        np.full((n_sites, n_sites), np.inf),
        np.full((n_sites, n_sites), -1),
        np.zeros(n_sites, np.int8),
    )


@njit(**_FAST)
def refresh(j, unit, state):  # type: ignore[no-untyped-def]
    """Find the cheapest moves from site j to the other open ones."""
    is_open, mw, _load, w, move, by, fresh = state
    if fresh[j]:
        return
    m = len(w)
    for k in range(m):
        move[j, k] = np.inf
        by[j, k] = -1
    for i in range(mw.shape[1]):
        if mw[j, i] > 0.0:
            here = unit[i, j]
            for k in range(m):
                if is_open[k]:
                    d = unit[i, k] - here
                    if d < move[j, k]:
                        move[j, k], by[j, k] = d, i
    fresh[j] = 1


@njit(**_FAST)
def look(j, k, unit, state):  # type: ignore[no-untyped-def]
    """Find the cheapest move from site j to site k."""
    _is_open, mw, _load, _w, move, by, _fresh = state
    move[j, k] = np.inf
    by[j, k] = -1
    for i in range(mw.shape[1]):
        if mw[j, i] > 0.0:
            d = unit[i, k] - unit[i, j]
            if d < move[j, k]:
                move[j, k], by[j, k] = d, i


@njit(**_FAST)
def give(i, j, amount, unit, state):  # type: ignore[no-untyped-def]
    """Serve so much more of customer i from site j."""
    is_open, mw, load, w, move, by, fresh = state
    before = mw[j, i]
    mw[j, i] = before + amount
    load[j] += amount
    if before == 0.0 and fresh[j]:
        here = unit[i, j]
        for k in range(len(w)):
            if is_open[k]:
                d = unit[i, k] - here
                if d < move[j, k]:
                    move[j, k], by[j, k] = d, i


@njit(**_FAST)
def take(i, j, amount, dust, state):  # type: ignore[no-untyped-def]
    """Serve so much less of customer i from site j."""
    _is_open, mw, load, _w, _move, _by, fresh = state
    left = mw[j, i] - amount
    if left <= dust:
        load[j] -= mw[j, i]
        mw[j, i] = 0.0
        fresh[j] = 0
    else:
        load[j] -= amount
        mw[j, i] = left


@njit(**_FAST)
def place(i, amount, unit, capacity, demand, state):  # type: ignore[no-untyped-def]
    """Serve `amount` more of customer i at least cost; return what that adds, +inf if the open sites cannot."""
    is_open, mw, load, w, move, by, _fresh = state
    m, added = len(w), 0.0
    dist, back, done = np.empty(m), np.empty(m, np.int64), np.empty(m, np.int8)
    dust = DUST * demand[i]
    while amount > dust:
        for j in range(m):
            dist[j] = unit[i, j] + w[j] if is_open[j] else np.inf
            back[j] = -1
            done[j] = 0
        goal = -1
        while True:
            j, near = -1, np.inf
            for k in range(m):
                if not done[k] and dist[k] < near:
                    j, near = k, dist[k]
            if j < 0:
                return np.inf
            if load[j] < capacity[j] * (1.0 - 1e-13):
                goal = j
                break
            done[j] = 1
            refresh(j, unit, state)
            for k in range(m):
                if is_open[k] and not done[k]:
                    d = near + max(0.0, move[j, k] + w[k] - w[j])
                    if d < dist[k]:
                        dist[k], back[k] = d, j
        flow = min(amount, capacity[goal] - load[goal])
        k = goal
        while back[k] >= 0:
            j = back[k]
            flow = min(flow, mw[j, by[j, k]])
            k = j
        top = dist[goal]
        k = goal
        while back[k] >= 0:
            j = back[k]
            x = by[j, k]
            give(x, k, flow, unit, state)
            take(x, j, flow, DUST * demand[x], state)
            k = j
        give(i, k, flow, unit, state)
        amount -= flow
        # The goal has room, and so no price.
        added += flow * top
        for j in range(m):
            if done[j]:
                w[j] += top - dist[j]
    return added


@njit(**_FAST)
def serve(order, unit, capacity, demand, state):  # type: ignore[no-untyped-def]
    """Serve customers in the order given; return False if the open sites cannot serve them all."""
    served = True
    for i in order:
        served = served and place(i, demand[i], unit, capacity, demand, state) < np.inf
    return served


@njit(**_FAST)
def close(j, unit, capacity, demand, state, most):  # type: ignore[no-untyped-def]
    """Close a site and place its customers anew; return what that adds to the cost of service.

    Return +inf, with the state left as it is then, if the other sites cannot serve them, or it adds more than `most`.
    """
    is_open, mw, load, w, _move, _by, fresh = state
    is_open[j] = 0
    left = mw[j].copy()
    mw[j] = 0.0
    load[j] = 0.0
    fresh[j] = 0
    w[j] = 0.0
    # The prices of the other sites, which rise as they fill up, say what each customer costs at least.
    u, added = np.zeros(len(left)), 0.0
    for i in range(len(left)):
        if left[i] > 0.0:
            u[i] = np.inf
            for k in range(len(w)):
                if is_open[k]:
                    u[i] = min(u[i], unit[i, k] + w[k])
            added += left[i] * (u[i] - unit[i, j])
    for i in range(len(left)):
        if added > most or added == np.inf:
            return np.inf
        if left[i] > 0.0:
            added += place(i, left[i], unit, capacity, demand, state) - left[i] * u[i]
    return added if added <= most else np.inf


@njit(**_FAST)
def open_up(k, unit, capacity, demand, state):  # type: ignore[no-untyped-def]
    """Open a site and draw load to it from where that saves most."""
    is_open, mw, load, w, move, by, _fresh = state
    m = len(w)
    is_open[k] = 1
    w[k] = 0.0
    for j in range(m):
        if is_open[j] and j != k:
            look(j, k, unit, state)
            w[k] = max(w[k], w[j] - move[j, k])
    dist, back, done = np.empty(m), np.empty(m, np.int64), np.empty(m, np.int8)
    while w[k] > 0.0 and load[k] < capacity[k] * (1.0 - 1e-13):
        for j in range(m):
            dist[j] = w[j] if is_open[j] and j != k and load[j] > 0.0 else np.inf
            back[j] = -1
            done[j] = 0
        while True:
            j, near = -1, np.inf
            for x in range(m):
                if not done[x] and dist[x] < near:
                    j, near = x, dist[x]
            if j < 0 or near >= w[k] or j == k:
                break
            done[j] = 1
            refresh(j, unit, state)
            for x in range(m):
                if is_open[x] and not done[x]:
                    d = near + max(0.0, move[j, x] + w[x] - w[j])
                    if d < dist[x]:
                        dist[x], back[x] = d, j
        top = min(dist[k], w[k])
        saves = dist[k] < w[k] - 1e-12 * abs(w[k])
        if saves:
            flow = capacity[k] - load[k]
            x = k
            while back[x] >= 0:
                flow = min(flow, mw[back[x], by[back[x], x]])
                x = back[x]
            x = k
            while back[x] >= 0:
                j = back[x]
                i = by[j, x]
                give(i, x, flow, unit, state)
                take(i, j, flow, DUST * demand[i], state)
                x = j
        for j in range(m):
            if done[j]:
                w[j] = max(0.0, w[j] - min(dist[j], top))
            elif is_open[j]:
                w[j] = max(0.0, w[j] - top)
        if not saves:
            w[k] = 0.0


@njit(**_FAST)
def cost_of(unit, state):  # type: ignore[no-untyped-def]
    """Return the cost of the service."""
    is_open, mw, _load, w, _move, _by, _fresh = state
    total = 0.0
    for j in range(len(w)):
        if is_open[j]:
            for i in range(mw.shape[1]):
                if mw[j, i] > 0.0:
                    total += mw[j, i] * unit[i, j]
    return total


@njit(**_FAST)
def prices(unit, demand, state, u):  # type: ignore[no-untyped-def]
    """Fill `u` with the price of each customer that the prices of capacity imply, EUR a year."""
    is_open, _mw, _load, w, _move, _by, _fresh = state
    for i in range(len(u)):
        best = np.inf
        for j in range(len(w)):
            if is_open[j]:
                best = min(best, unit[i, j] + w[j])
        u[i] = demand[i] * best


@njit(**_FAST)
def copy(source, target):  # type: ignore[no-untyped-def]
    """Make one state the same as another; rows of sites that are closed in both hold nothing."""
    for j in range(len(source[0])):
        if source[0][j] or target[0][j]:
            target[1][j] = source[1][j]
            target[4][j] = source[4][j]
            target[5][j] = source[5][j]
        target[0][j] = source[0][j]
        target[2][j] = source[2][j]
        target[3][j] = source[3][j]
        target[6][j] = source[6][j]


@njit(**_FAST)
def first_better(  # type: ignore[no-untyped-def]
    source, opened, trial, unit, capacity, demand, fixed, locked, into, first, skip, need, limit, most
):
    """Return the first exchange that makes service and fixed costs less than a limit, and where to go on.

    Parameters
    ----------
    source, opened, trial
        States of transport: the one to start from, and two to work in. `trial` is left with the exchange made.
    unit, capacity, demand
        EUR a MW, shape (customers, sites), and MW.
    fixed, locked
        EUR/yr of each site, and whether it must stay open.
    into
        The sites to open, in the order in which to try them; -1 for none.
    first, skip
        Where to begin: an index of `into`, and how many exchanges with that site were tried.
    need
        MW that the open sites must hold.
    most
        After so many sites opened or closed, return without an exchange.

    Returns
    -------
    found, into, out, first, skip
        Whether there is one; the sites that open and close, -1 for none; where to go on.
    """
    m = len(fixed)
    held, paid, tried = 0.0, 0.0, 0
    for j in range(m):
        if source[0][j]:
            held += capacity[j]
            paid += fixed[j]
    gain = np.empty(m)
    while first < len(into):
        if tried >= most:
            return False, -1, -1, first, skip
        k, room = into[first], held - need
        copy(source, opened)
        base = paid
        if k >= 0:
            open_up(k, unit, capacity, demand, opened)
            room += capacity[k]
            base += fixed[k]
            # Not where the search goes on with a site: it would never get further.
            tried += skip == 0
        base += cost_of(unit, opened)
        if skip == 0:
            skip = 1
            if k >= 0 and base < limit:
                copy(opened, trial)
                return True, k, -1, first, skip
        for j in range(m):
            can = opened[0][j] and not locked[j] and j != k and capacity[j] <= room
            gain[j] = fixed[j] - opened[3][j] * capacity[j] if can else -np.inf
        order = np.argsort(-gain)
        while skip <= m and base - gain[order[skip - 1]] < limit:
            if tried >= most:
                return False, -1, -1, first, skip
            j = order[skip - 1]
            copy(opened, trial)
            tried += 1
            skip += 1
            if base - fixed[j] + close(j, unit, capacity, demand, trial, limit - base + fixed[j]) < limit:
                return True, k, j, first, skip
        first, skip = first + 1, 0
    return False, -1, -1, first, skip
