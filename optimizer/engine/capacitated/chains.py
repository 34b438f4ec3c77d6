"""One site for each customer within the capacities of given open sites: generalised assignment, by ejection chains.

A customer moves to a site and may eject one from there, who moves on, and so on; what exceeds a capacity is priced. A
chain is followed only while it saves so far: each cycle that saves has a start from which all its parts save (Ahuja,
Orlin, Pallottino, Scaparra, Scutella, Management Science 50, 2004). Where no chain saves, prices of sites that hold too
much rise, or all fall if nobody does, and one customer is moved at random (the prices as in Yagiura, Ibaraki, Glover,
INFORMS Journal on Computing 16, 2004).
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

_FAST = {"nogil": True, "cache": True}

# How the price of a MW too many moves; rounds without a better assignment, after which the best is taken up again.
CHEAPER, DEARER, PATIENCE = 0.9, 1.3, 100
# Among so many of its nearest sites a customer is moved at random.
ANY = 6
# Rounds for up to 300 customers, and at most; sites by customer; customers of a chain; steps for a chain, in all by
# customer and open site, and at most: a search cannot be stopped, and takes a tenth of a second.
ROUNDS, MOST, NEAR, CHAIN, LOOK, WORK, ALL = 15, 120, 15, 5, 2000, 50, 8_000_000
# A MW too many costs so many times what it costs to move on by four sites.
DEAR = 4.0


@njit(**_FAST)
def over(load, capacity):  # type: ignore[no-untyped-def]
    """Return what a load exceeds a capacity by."""
    return max(0.0, load - capacity)


@njit(**_FAST)
def nearest(order, is_open, place, near):  # type: ignore[no-untyped-def]
    """Fill in the places of each customer's cheapest open sites, -1 where there are no more of them."""
    for i in range(len(near)):
        k = 0
        for j in order[i]:
            if j < 0 or k == near.shape[1]:
                break
            if is_open[j]:
                near[i, k] = place[j]
                k += 1
        near[i, k:] = -1


@njit(**_FAST)
def move(i, to, site, load, first, following, demand):  # type: ignore[no-untyped-def]
    """Move a customer to a site; `first` and `following` list who is at each."""
    at = site[i]
    if first[at] == i:
        first[at] = following[i]
    else:
        h = first[at]
        while following[h] != i:
            h = following[h]
        following[h] = following[i]
    load[at] -= demand[i]
    load[to] += demand[i]
    site[i] = to
    following[i] = first[to]
    first[to] = i


@njit(**_FAST)
def chain(start, site, load, first, following, near, cost, demand, capacity, price, least, most, path, work):  # type: ignore[no-untyped-def]
    """Look for a chain from a customer that saves; return (how many move, where the last one goes, steps).

    The customers are left in `path`; each but the last takes the site of the next.
    """
    tried, ejected, cost_so_far, used = work
    home = site[start]
    relief = price[home] * (over(load[home], capacity[home]) - over(load[home] - demand[start], capacity[home]))
    level, steps, length, last = 0, 0, 0, -1
    path[0], tried[0], ejected[0], cost_so_far[0] = start, -1, -1, -relief
    used[home] = True
    while level >= 0 and steps < most:
        i = path[level]
        steps += 1
        if ejected[level] >= 0:
            ejected[level] = following[ejected[level]]
        while ejected[level] < 0:
            tried[level] += 1
            k = near[i, tried[level]] if tried[level] < near.shape[1] else -1
            so_far = cost_so_far[level] + cost[i, k] - cost[i, site[i]] if k >= 0 else 0.0
            if so_far >= -least:
                # Sites further off cost more.
                tried[level] = -1
                break
            if k == home and level > 0:
                filled = over(load[k] - demand[start] + demand[i], capacity[k]) - over(load[k], capacity[k])
                if so_far + relief + price[k] * filled < -least:
                    length, last = level + 1, k
                    break
            if used[k]:
                continue
            if so_far + price[k] * (over(load[k] + demand[i], capacity[k]) - over(load[k], capacity[k])) < -least:
                length, last = level + 1, k
                break
            if level + 1 < len(path):
                ejected[level] = first[k]
        if length > 0:
            break
        if tried[level] < 0:
            if level > 0:
                used[site[i]] = False
            level -= 1
            continue
        k, h = near[i, tried[level]], ejected[level]
        filled = over(load[k] - demand[h] + demand[i], capacity[k]) - over(load[k], capacity[k])
        so_far = cost_so_far[level] + cost[i, k] - cost[i, site[i]] + price[k] * filled
        if so_far < -least:
            level += 1
            path[level], tried[level], ejected[level], cost_so_far[level] = h, -1, -1, so_far
            used[k] = True
    for depth in range(level + 1):
        used[site[path[depth]]] = False
    used[home] = False
    return length, last, steps


@njit(**_FAST)
def descend(site, load, first, following, near, cost, demand, capacity, price, least, most, room, path, work):  # type: ignore[no-untyped-def]
    """Follow chains that save until there is none, or no step is left; return the steps."""
    n, steps = len(site), 0
    waiting, left, start = np.ones(n, np.bool_), n, -1
    while left > 0 and steps < room:
        start = (start + 1) % n
        if not waiting[start]:
            continue
        waiting[start] = False
        left -= 1
        home = site[start]
        length, last, taken = chain(
            start, site, load, first, following, near, cost, demand, capacity, price, least, most, path, work
        )
        steps += taken
        for depth in range(length):
            to = site[path[depth + 1]] if depth + 1 < length else last
            move(path[depth], to, site, load, first, following, demand)
        for depth in range(-1, length):
            if length > 0:
                # Whoever is at a site that changed looks again.
                h = first[home if depth < 0 else site[path[depth]]]
                while h >= 0:
                    if not waiting[h]:
                        waiting[h] = True
                        left += 1
                    h = following[h]
    return steps


@njit(**_FAST)
def improve(site, near, cost, demand, capacity, price, rounds, depth, most, work, kicks):  # type: ignore[no-untyped-def]
    """Search from an assignment, in place; return the cost of the best that fits, +inf if none does.

    Parameters
    ----------
    site
        (customers,) column of each customer's site. Holds the best assignment after the call, if one fits.
    near
        (customers, k) columns that customers may use, cheapest first, then -1.
    cost
        (customers, columns) EUR/yr.
    demand, capacity
        MW.
    price
        (columns,) EUR/yr for a MW too many, positive. Updated in place.
    rounds, depth, most, work
        How often prices move; customers of a chain; steps for a chain; steps in all, after which rounds end.
    kicks
        (rounds, 2) in [0, 1): who is moved at random, and where.
    """
    n, m = cost.shape
    # A hair more is rounding.
    hold = capacity * (1.0 + 1e-9)
    load, first, following = np.zeros(m), np.full(m, -1, np.int64), np.full(n, -1, np.int64)
    path = np.empty(depth, np.int64)
    places = np.empty(depth, np.int64), np.empty(depth, np.int64), np.empty(depth), np.zeros(m, np.bool_)
    best, best_site, stalled, steps, least = np.inf, site.copy(), PATIENCE, 0, 0.0
    for i in range(n):
        least += 1e-9 * abs(cost[i, site[i]]) / n
    for done in range(rounds + 1):
        if stalled == PATIENCE:
            stalled = 0
            site[:] = best_site
            load[:], first[:] = 0.0, -1
            for i in range(n):
                load[site[i]] += demand[i]
                following[i] = first[site[i]]
                first[site[i]] = i
        if done > 0:
            # What is given may be good as it is.
            left = work - steps
            steps += descend(
                site, load, first, following, near, cost, demand, hold, price, least, most, left, path, places
            )
        fits, total = np.all(load <= hold), 0.0
        for i in range(n):
            total += cost[i, site[i]]
        stalled += 1
        if fits and total < best - least:
            best, stalled = total, 0
            best_site[:] = site
        for k in range(m):
            if fits:
                price[k] *= CHEAPER
            elif load[k] > hold[k]:
                price[k] *= DEARER
        if steps > work:
            break
        if 0 < done < rounds:
            i = int(kicks[done, 0] * n)
            k = near[i, int(kicks[done, 1] * min(ANY, near.shape[1]))]
            if k >= 0 and k != site[i]:
                move(i, k, site, load, first, following, demand)
    site[:] = best_site
    return best


class Chains:
    """Searches for whole assignments to open sets.

    Parameters
    ----------
    cost
        (customers, sites) EUR/yr, +inf where a customer may not be served.
    demand
        (customers,) MW.
    """

    def __init__(self, cost: NDArray[np.float64], demand: NDArray[np.float64], *, seed: int) -> None:
        order = np.argsort(cost, axis=1, kind="stable")
        self.order = np.where(np.isfinite(np.take_along_axis(cost, order, axis=1)), order, -1)
        self.demand, self.rng = demand, np.random.default_rng(seed)

    def search(
        self,
        is_open: NDArray[np.bool_],
        column: NDArray[np.int64],
        cost: NDArray[np.float64],
        capacity: NDArray[np.float64],
        site: NDArray[np.int64],
    ) -> NDArray[np.int64] | None:
        """Return each customer's site, None if nothing fits; `site` is where the search begins, by column.

        Columns of `cost` and `capacity` are the sites `column`, the open ones among them.
        """
        demand, everyone, n = self.demand, np.arange(len(site)), len(site)
        if not is_open.any() or demand.sum() > capacity[is_open[column]].sum() * (1 + 1e-9):
            return None
        place = np.full(len(is_open), -1)
        place[column] = np.arange(len(column))
        near = np.empty((n, min(NEAR, int(is_open.sum()))), np.int64)
        nearest(self.order, is_open, place, near)
        if near[:, 0].min() < 0:
            return None
        site = np.where(np.isfinite(cost[everyone, site]), site, near[:, 0])
        further = near[:, min(5, near.shape[1]) - 1]
        further = np.where(further < 0, near[:, 0], further)
        dear = DEAR * float((cost[everyone, further] - cost[everyone, near[:, 0]]).mean())
        floor = 1e-3 * float(np.abs(cost[everyone, site]).mean())
        price = np.full(len(column), max(dear, floor, 1e-9) / max(float(demand.mean()), 1e-9))
        rounds = int(np.clip(ROUNDS * 300 / n, ROUNDS, MOST))
        kicks = self.rng.random((rounds, 2))
        work = min(WORK * cost.size, ALL)
        value = improve(site, near, cost, demand, capacity, price, rounds, CHAIN, LOOK, work, kicks)
        return column[site] if np.isfinite(value) else None
