r"""Exchanges of sites: open one, close one, or both, each served exactly, as far as prices do not rule it out.

With site k open as well, the prices w of capacity say that to close site j costs at least :math:`w_j q_j` more service,
which is to be less than the fixed cost saved. They are the prices after k has opened, so that few closings are left to
try; and of these most end early, since what the customers placed so far cost beyond their prices adds to that bound.
"""

import numpy as np
from numba import njit

from sitewright.optimizer.engine.capacitated.transport import close, copy, cost_of, open_up

_FAST = {"nogil": True, "cache": True}


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
