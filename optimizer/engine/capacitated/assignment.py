"""One site for each customer within the capacities of given open sites: generalised assignment, by local search.

What exceeds a capacity is priced. Shifts of one customer and swaps of two go on until none saves; the caller then lets
the price fall where all fits, so that cheaper sets are seen, and rise where something does not (strategic oscillation:
Glover, Decision Sciences 8, 1977).
"""

import numpy as np
from numba import njit

_FAST = {"nogil": True, "cache": True}


@njit(**_FAST)
def over(load, capacity):  # type: ignore[no-untyped-def]
    """Return what a load exceeds a capacity by; a hair is rounding."""
    return max(0.0, load - capacity * (1.0 + 1e-9))


@njit(**_FAST)
def shifts(site, load, cost, demand, capacity, price):  # type: ignore[no-untyped-def]
    """Move each customer to where it saves most; return how many moved."""
    n, m = cost.shape
    moved = 0
    for i in range(n):
        a, d = site[i], demand[i]
        relief = over(load[a], capacity[a]) - over(load[a] - d, capacity[a])
        best, to = -1e-9 * (1.0 + abs(cost[i, a])), -1
        for k in range(m):
            if k != a and cost[i, k] < np.inf:
                more = over(load[k] + d, capacity[k]) - over(load[k], capacity[k])
                change = cost[i, k] - cost[i, a] + price * (more - relief)
                if change < best:
                    best, to = change, k
        if to >= 0:
            load[a] -= d
            load[to] += d
            site[i] = to
            moved += 1
    return moved


@njit(**_FAST)
def swaps(site, load, cost, demand, capacity, price):  # type: ignore[no-untyped-def]
    """Exchange the sites of two customers wherever that saves; return how many."""
    n = len(site)
    moved = 0
    for i in range(n):
        for h in range(i + 1, n):
            a, b = site[i], site[h]
            if a == b or cost[i, b] == np.inf or cost[h, a] == np.inf:
                continue
            change = cost[i, b] + cost[h, a] - cost[i, a] - cost[h, b]
            d = demand[i] - demand[h]
            if change >= 0.0 and (d == 0.0 or (load[a] <= capacity[a] and load[b] <= capacity[b])):
                continue
            change += price * (over(load[a] - d, capacity[a]) - over(load[a], capacity[a]))
            change += price * (over(load[b] + d, capacity[b]) - over(load[b], capacity[b]))
            if change < -1e-9 * (1.0 + abs(cost[i, a])):
                load[a] -= d
                load[b] += d
                site[i], site[h] = b, a
                moved += 1
    return moved


@njit(**_FAST)
def improve(site, cost, demand, capacity, price, swapped):  # type: ignore[no-untyped-def]
    """Search from an assignment, in place, at a price of a MW too many; return (cost of service, whether all fits)."""
    n, m = cost.shape
    load = np.zeros(m)
    for i in range(n):
        load[site[i]] += demand[i]
    for _ in range(20):
        moved = shifts(site, load, cost, demand, capacity, price)
        if swapped:
            moved += swaps(site, load, cost, demand, capacity, price)
        if moved == 0:
            break
    load[:] = 0.0
    total = 0.0
    for i in range(n):
        load[site[i]] += demand[i]
        total += cost[i, site[i]]
    fits = True
    for j in range(m):
        fits = fits and over(load[j], capacity[j]) == 0.0
    return total, fits
