r"""The compiled loops of the Lagrangian bound of whole customers: a 0-1 knapsack a site, and one over the sites.

Sites are closed by a knapsack, too: those closed save what they cost, and may take no more than the capacity in excess
of the demand. All knapsacks are integral, over grains; see `whole`.
"""

import numpy as np
from numba import njit

_FAST = {"nogil": True, "cache": True}

FREE, CLOSED, OPEN = -1, 0, 1
# Weight of a new slope at most; first part of the way that a step goes; after how many steps without a gain it shrinks.
MOST, FACTOR, PATIENCE, SHRINK = 0.3, 0.5, 12, 0.7


@njit(**_FAST)
def longer(without, within, saving, best):  # type: ignore[no-untyped-def]
    """Fill in the better of leaving an item and taking it, for each room. Plain slices are worked on four at a time."""
    for c in range(len(best)):
        x, y = without[c], within[c] + saving
        best[c] = y if y > x else x


@njit(**_FAST)
def fill(saving, weight, ratio, order, core, k, room, table, taken):  # type: ignore[no-untyped-def]
    """Mark in `taken` the items that save the most within the room; return (saved, saved by shares, price of room).

    Items that no best choice leaves, or takes, by the price of shares, are decided; the rest goes by dynamic
    programming. All savings are above zero, and no item exceeds the room. `order` gets the items, those that save most
    by grain first, if they do not all fit.
    """
    total, all_saved = 0, 0.0
    for a in range(k):
        total += weight[a]
        all_saved += saving[a]
    if total <= room:
        taken[:k] = True
        return all_saved, all_saved, 0.0
    # Insertion: the items come nearly in order.
    for a in range(k):
        r = saving[a] / max(weight[a], 1e-9)
        ratio[a] = r
        b = a
        while b > 0 and ratio[order[b - 1]] < r:
            order[b] = order[b - 1]
            b -= 1
        order[b] = a
    left, best, price, shares = room, 0.0, -1.0, 0.0
    for b in range(k):
        a = order[b]
        taken[a] = weight[a] <= left
        if taken[a]:
            left -= weight[a]
            best += saving[a]
            shares += saving[a] if price < 0.0 else 0.0
        elif price < 0.0:
            price = ratio[a]
            shares += left * price
    # What is decided: the greedy choice is as good as any that decides it otherwise.
    within, worth, rest = room, 0.0, 0
    n = 0
    for b in range(k):
        a = order[b]
        net = saving[a] - price * weight[a]
        if shares - abs(net) > best:
            core[n] = a
            rest += weight[a]
            n += 1
        elif net > 0.0:
            within -= weight[a]
            worth += saving[a]
    if n == 0 or within < 0:
        return best, shares, price
    # Of the room that is left after some items, only what the others may fill is looked at.
    low = max(0, within - rest)
    table[0, low : within + 1] = 0.0
    for b in range(n):
        w, s = weight[core[b]], saving[core[b]]
        rest -= w
        low = max(0, within - rest)
        old, new = table[b], table[b + 1]
        middle = max(low, min(w, within + 1))
        new[low:middle] = old[low:middle]
        longer(old[middle : within + 1], old[middle - w : within + 1 - w], s, new[middle : within + 1])
    if worth + table[n, within] <= best:
        return best, shares, price
    best = worth + table[n, within]
    for a in range(k):
        taken[a] = saving[a] > price * weight[a]
    c = within
    for b in range(n - 1, -1, -1):
        taken[core[b]] = table[b + 1, c] > table[b, c]
        if taken[core[b]]:
            c -= weight[core[b]]
    return best, shares, price


@njit(**_FAST)
def gather(j, cost, u, grains, room, who, saving, weight):  # type: ignore[no-untyped-def]
    """List the customers that site j saves with; return how many."""
    k = 0
    for i in range(len(u)):
        s = u[i] - cost[i, j]
        if s > 0.0 and grains[i, j] <= room:
            who[k], saving[k], weight[k] = i, s, grains[i, j]
            k += 1
    return k


@njit(**_FAST)
def choose(rho, state, held, room, table, pick):  # type: ignore[no-untyped-def]
    """Fill `pick` with the cheapest columns that leave out no more than `room`; return (value, by shares, price).

    `held` are the grains of each site; the room is what all sites that are not closed hold beyond the need.
    """
    m = len(held)
    item, saving, weight, out = np.empty(m, np.int64), np.empty(m), np.empty(m, np.int64), np.zeros(m, np.bool_)
    value, k = 0.0, 0
    for j in range(len(rho)):
        free = state[j] == FREE
        pick[j] = 1.0 if state[j] == OPEN or (free and (rho[j] < 0.0 or j < m)) else 0.0
        value += rho[j] if pick[j] > 0.0 else 0.0
        if j < m and free and rho[j] > 0.0 and held[j] <= room:
            item[k], saving[k], weight[k] = j, rho[j], held[j]
            k += 1
    ratio, order, core = np.empty(k), np.empty(k, np.int64), np.empty(k, np.int64)
    saved, shares, price = fill(saving, weight, ratio, order, core, k, room, table, out)
    for a in range(k):
        if out[a]:
            pick[item[a]] = 0.0
    return value - saved, value - shares, price


@njit(**_FAST)
def first_line(n, m):  # type: ignore[no-untyped-def]
    """Return the order in which sites look at customers where there were no prices before. Shape (sites, customers)."""
    line = np.empty((m, n), np.int64)
    for j in range(m):
        line[j] = np.arange(n)
    return line


@njit(**_FAST)
def evaluate(cost, grains, room, held, need, price, u, state, table, rho, taken, pick, line):  # type: ignore[no-untyped-def]
    """Return (L without offset, the same by shares of sites, price of a grain left out) at prices u.

    `line` holds the customers in the order in which each site looks at them, that of the last prices if there were any:
    little has to be sorted then.
    """
    n, m = cost.shape
    who, saving, weight, some = np.empty(n, np.int64), np.empty(n), np.empty(n, np.int64), np.empty(n, np.bool_)
    ratio, order, core, rest = np.empty(n), np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    rho[:] = price
    taken[:] = False
    excess = -need
    for j in range(m):
        if state[j] == CLOSED:
            continue
        excess += held[j]
        k, other, q, here = 0, 0, room[j], line[j]
        for z in range(n):
            i = here[z]
            s = u[i] - cost[i, j]
            if s > 0.0 and grains[i, j] <= q:
                who[k], saving[k], weight[k] = i, s, grains[i, j]
                order[k] = k
                k += 1
            else:
                rest[other] = i
                other += 1
        value, _, _ = fill(saving, weight, ratio, order, core, k, q, table, some)
        rho[j] -= value
        mine = taken[j]
        for a in range(k):
            mine[who[a]] = some[a]
            here[a] = who[order[a]]
        for a in range(other):
            here[k + a] = rest[a]
    if excess < 0:
        return np.inf, np.inf, 0.0
    total = 0.0
    for i in range(n):
        total += u[i]
    value, shares, pi = choose(rho, state, held, excess, table, pick)
    return total + value, total + shares, pi


@njit(**_FAST)
def hold(held, need, state):  # type: ignore[no-untyped-def]
    """Open the sites without which the rest cannot hold the need; return False if all together cannot."""
    excess = -need
    for j in range(len(held)):
        excess += held[j] if state[j] != CLOSED else 0
    for j in range(len(held)):
        if state[j] == FREE and held[j] > excess:
            state[j] = OPEN
    return excess >= 0


@njit(**_FAST)
def decide(shares, rho, pi, held, need, state, cutoff):  # type: ignore[no-untyped-def]
    """Decide the free columns whose other choice costs more than the cut-off; return False if the need is not held.

    The sites that must be open were open, for `choose` lets none of these be closed, and the price says nothing of it.
    """
    m = len(held)
    for j in range(len(rho)):
        if state[j] == FREE:
            net = rho[j] - (pi * held[j] if j < m else 0.0)
            if shares + abs(net) > cutoff:
                state[j] = OPEN if net < 0.0 else CLOSED
    return hold(held, need, state)


@njit(**_FAST)
def climb(cost, grains, room, held, need, price, cutoff, goal, near, steps, state, u, x, y, table):  # type: ignore[no-untyped-def]
    """Raise L from u in place, and decide what the cut-off allows; return the best L, +inf if no plan is left.

    x, y get the averages of who is served from where and of the columns chosen, in the manner of Barahona and Anbil
    (Mathematical Programming 87, 2000). Steps go half the way to `goal`, but no further than
    the part `near` of the best.
    """
    n, m = cost.shape
    rho, now, pick = np.empty(len(price)), np.empty(len(price)), np.empty(len(price))
    taken, g, v, t = np.empty((m, n), np.bool_), np.empty(n), np.empty(n), np.empty(n)
    if not hold(held, need, state):
        return np.inf
    line = first_line(n, m)
    best, shares, pi = evaluate(cost, grains, room, held, need, price, u, state, table, rho, taken, pick, line)
    stalled, factor = 0, FACTOR
    for step in range(steps + 1):
        if step == 0:
            bound, both, norm = best, 0.0, 0.0
        else:
            norm = 0.0
            for i in range(n):
                norm += v[i] * v[i]
            if norm < 1e-9:
                break
            size = factor * (min(goal - best, near * max(1.0, abs(best)))) / norm
            for i in range(n):
                t[i] = u[i] + size * v[i]
            bound, its_shares, its_pi = evaluate(
                cost, grains, room, held, need, price, t, state, table, now, taken, pick, line
            )
        if bound == np.inf:
            return bound
        g[:] = 1.0
        for j in range(m):
            if pick[j] > 0.0:
                for i in range(n):
                    if taken[j, i]:
                        g[i] -= 1.0
        if step == 0:
            v[:] = g
            weight = 1.0
        else:
            own = 0.0
            both = 0.0
            for i in range(n):
                both += v[i] * g[i]
                own += g[i] * g[i]
            spread = norm - 2 * both + own
            weight = min(max((norm - both) / spread, MOST / 10), MOST) if spread > 1e-12 else MOST
            for i in range(n):
                v[i] = weight * g[i] + (1 - weight) * v[i]
        for j in range(len(price)):
            y[j] = weight * pick[j] + (1 - weight) * y[j]
        for j in range(m):
            for i in range(n):
                x[j, i] = (1 - weight) * x[j, i] + (weight if pick[j] > 0.0 and taken[j, i] else 0.0)
        if step > 0:
            if bound > best:
                if both > 0:
                    factor = min(factor * 1.3, 2.0)
                best, stalled = bound, 0
                u[:], rho[:] = t, now
                shares, pi = its_shares, its_pi
            else:
                stalled += 1
                if stalled >= PATIENCE:
                    factor, stalled = factor * SHRINK, 0
                    if factor < 1e-3:
                        break
                continue
        if best > cutoff:
            break
        if not decide(shares, rho, pi, held, need, state, cutoff):
            return np.inf
    return best


@njit(**_FAST)
def tables(saving, weight, room, best):  # type: ignore[no-untyped-def]
    """Fill best[k, c] with the most saved by the first k items within c grains."""
    best[0, : room + 1] = 0.0
    for k in range(len(saving)):
        w, s = weight[k], saving[k]
        for c in range(room + 1):
            x = best[k, c]
            if c >= w and best[k, c - w] + s > x:
                x = best[k, c - w] + s
            best[k + 1, c] = x


@njit(**_FAST)
def with_and_without(cost, grains, room, u, state, taking, leaving):  # type: ignore[no-untyped-def]
    """Fill in by how much each site's knapsack costs more if it takes a customer, and if it leaves it."""
    n, m = cost.shape
    who, saving, weight = np.empty(n, np.int64), np.empty(n), np.empty(n, np.int64)
    place = np.empty(n, np.int64)
    for j in range(m):
        taking[:, j] = np.inf
        leaving[:, j] = 0.0
        if state[j] == CLOSED:
            continue
        k = gather(j, cost, u, grains, room[j], who, saving, weight)
        q = room[j]
        place[:] = -1
        for a in range(k):
            place[who[a]] = a
        ahead, behind = np.empty((k + 1, q + 1)), np.empty((k + 1, q + 1))
        tables(saving[:k], weight[:k], q, ahead)
        tables(saving[:k][::-1], weight[:k][::-1], q, behind)
        whole = ahead[k, q]
        for i in range(n):
            if cost[i, j] == np.inf or grains[i, j] > q:
                continue
            a, w = place[i], grains[i, j]
            s = u[i] - cost[i, j]
            if a < 0:
                taking[i, j] = max(0.0, whole - s - ahead[k, q - w])
                continue
            rest = k - 1 - a
            more, less = 0.0, 0.0
            for c in range(q + 1):
                x = ahead[a, c]
                less = max(less, x + behind[rest, q - c])
                if c <= q - w:
                    more = max(more, x + behind[rest, q - w - c])
            taking[i, j] = max(0.0, whole - s - more)
            leaving[i, j] = max(0.0, whole - less)
