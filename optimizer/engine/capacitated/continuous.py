r"""The continuous knapsacks of all sites at given prices: what each gains, and whom it serves.

With gains :math:`g_i = u_i - c_{ij} > 0` and demands :math:`d_i` a site of capacity q gains

.. math:: v = \min_{w \ge 0} \; w q + \sum_i \max(0, g_i - w d_i),

a convex function of the price w of its MW, made of lines. Where the tangents of two prices meet is the next price,
until it lies on one of them. The last price of a site is where the next search begins: some four passes do, each a sum
without branches, where selection by partition moves the items about. The pairs lie site by site, as far as their costs
do not exceed the price of the customer by more than a margin; they are gathered anew when a price leaves it.
"""

import numpy as np
from numba import njit

_FAST = {"nogil": True, "cache": True}
# Sums may be taken in any order, and so in vectors.
_SUMS = {"fastmath": {"reassoc", "nsz", "contract"}, **_FAST}

# How far beyond its price a customer's pairs are gathered, by its price less its least cost.
MARGIN = 0.15
# Part of the pairs gathered that must gain, or else they are gathered anew.
USED = 0.3
# The second price tried, by the first.
STEP = 1.05
# By so much of a price is it worth lowering.
EASED = 1e-3
# Prices this close, by the price, are the same.
SAME = 1e-9


@njit(**_FAST)
def gather(near, u, work):  # type: ignore[no-untyped-def]
    """Write the pairs near the prices site by site."""
    start, site, cost = near
    base, count, who, at, limit, _gain, _weight, _full, _mw = work
    count[:] = 0
    for i in range(len(u)):
        first = start[i]
        if first == start[i + 1]:
            limit[i] = np.inf
            continue
        limit[i] = u[i] + MARGIN * max(0.0, u[i] - cost[first])
        for k in range(first, start[i + 1]):
            if cost[k] >= limit[i]:
                break
            j = site[k]
            p = base[j] + count[j]
            who[p], at[p] = i, cost[k]
            count[j] += 1


@njit(**_FAST)
def items(who, cost, u, demand, gain, weight):  # type: ignore[no-untyped-def]
    """Write the gains and demands of the customers that gain; return how many. Both hold one more than there are."""
    n = 0
    for p in range(len(who)):
        i = who[p]
        g = u[i] - cost[p]
        gain[n], weight[n] = g, demand[i]
        n += g > 0.0
    return n


@njit(**_SUMS)
def above(gain, weight, w):  # type: ignore[no-untyped-def]
    """Return the demand of those who gain at a price of a MW, and their gain before it."""
    held, worth = 0.0, 0.0
    for k in range(len(gain)):
        keep = 1.0 if gain[k] > w * weight[k] else 0.0
        held += keep * weight[k]
        worth += keep * gain[k]
    return held, worth


@njit(**_FAST)
def price_of(gain, weight, most, worth, room, guess):  # type: ignore[no-untyped-def]
    """Return (price of a MW, value) of a knapsack that cannot hold all: `most` MW that gain `worth`."""
    # Tangents on both sides of the least: what is held, and what that gains.
    low_held, low_worth, high_held, high_worth = most, worth, 0.0, 0.0
    w = guess if guess > 0.0 else 0.5 * worth / most
    tries = 0
    while True:
        held, sum_of = above(gain, weight, w)
        tries += 1
        if held > room:
            if tries > 2 and held >= low_held:
                break
            low_held, low_worth = held, sum_of
            w *= STEP
        else:
            # Customers without demand gain at any price.
            if tries > 2 and held <= high_held and sum_of <= high_worth:
                break
            high_held, high_worth = held, sum_of
            w /= STEP
        if tries > 1:
            w = (low_worth - high_worth) / (low_held - high_held)
    return w, w * room + (sum_of - w * held)


@njit(**_FAST)
def knapsacks(near, demand, capacity, u, state, work, rho):  # type: ignore[no-untyped-def]
    """Take what each site gains off `rho`; `work` keeps the MW that would gain, and the price of a MW of full sites.

    A closed site, of state 0, is left out.
    """
    base, count, who, at, limit, gain, weight, full, mw = work
    for i in range(len(u)):
        if u[i] > limit[i]:
            gather(near, u, work)
            break
    used, listed = 0, 0
    for j in range(len(capacity)):
        mw[j] = 0.0
        if state[j] == 0:
            continue
        a, b = base[j], base[j] + count[j]
        n = items(who[a:b], at[a:b], u, demand, gain, weight)
        used += n
        listed += b - a
        mw[j], value = above(gain[:n], weight[:n], 0.0)
        if mw[j] > capacity[j]:
            full[j], value = price_of(gain[:n], weight[:n], mw[j], value, capacity[j], full[j])
        rho[j] -= value
    if used < USED * listed:
        limit[:] = -np.inf


@njit(**_FAST)
def ease(demand, capacity, u, state, work):  # type: ignore[no-untyped-def]
    """Lower the prices by what a MW costs at every site; return whether that was worth it.

    A MW less dear for customers is as much less dear at the sites while all are full, so that the bound stays, or rises
    where they hold more than the demand. But many more pairs gain at prices that have drifted up.
    """
    _base, _count, _who, _at, _limit, _gain, _weight, full, mw = work
    least = np.inf
    for j in range(len(capacity)):
        if state[j] != 0:
            least = min(least, full[j] if mw[j] > capacity[j] else 0.0)
    if least == np.inf or least <= 0.0:
        return False
    worth = False
    for i in range(len(u)):
        worth = worth or least * demand[i] > EASED * abs(u[i])
    if worth:
        for i in range(len(u)):
            u[i] -= least * demand[i]
    return worth


@njit(**_FAST)
def leave(j, y, demand, capacity, u, work, g):  # type: ignore[no-untyped-def]
    """Take off `g` the part `y` of whom site j serves; customers at its very price share what room is left."""
    base, count, who, at, _limit, _gain, _weight, full, mw = work
    w = full[j] if mw[j] > capacity[j] else 0.0
    left, same = capacity[j], 0.0
    for p in range(base[j], base[j] + count[j]):
        i = who[p]
        net, d = u[i] - at[p], w * demand[i]
        if net > 0.0 and net >= d * (1.0 - SAME):
            if w > 0.0 and net <= d * (1.0 + SAME):
                same += demand[i]
            else:
                left -= demand[i]
                g[i] -= y
    if same > 0.0:
        part = y * min(1.0, max(0.0, left) / same)
        for p in range(base[j], base[j] + count[j]):
            i = who[p]
            net, d = u[i] - at[p], w * demand[i]
            if net > 0.0 and d * (1.0 - SAME) <= net <= d * (1.0 + SAME):
                g[i] -= part
