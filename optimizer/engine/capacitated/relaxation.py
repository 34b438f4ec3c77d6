r"""The compiled loops of the Lagrangian bound of a capacitated problem under site rules.

Relaxing "every customer is served" at prices u, and the site rules and cuts at prices lambda, leaves

.. math:: L(u, \lambda) = \sum_i u_i - \sum_r \lambda_r b_r + \min_y \sum_j
   \Big(f_j + \sum_r \lambda_r a_{rj} + v_j(u)\Big) y_j, \qquad \sum_j \min(q_j, D) y_j \ge D, \; 0 \le y \le 1

over the sites that are not decided yet, where :math:`v_j` is the continuous knapsack of site j over
:math:`c_{ij} - u_i` within its capacity :math:`q_j` (Geoffrion, McBride, AIIE Transactions 10, 1978; Cornuejols,
Sridharan, Thizy, European Journal of Operational Research 50, 1991). Its best value is that of the strong linear
program. Columns and their states are those of `sitewright.optimizer.engine.uncapacitated.relaxation`.

With gains :math:`g_i = u_i - c_{ij} > 0` and demands :math:`d_i` a site of capacity q gains

.. math:: v = \min_{w \ge 0} \; w q + \sum_i \max(0, g_i - w d_i),

a convex function of the price w of its MW, made of lines. Where the tangents of two prices meet is the next price,
until it lies on one of them. The pairs lie site by site, as far as they cost no more than the customer's price and a
margin. A price of a cut (see `cuts`) makes MW dearer for its customers at its sites.

`problem` = (pairs as in `Prefix.arrays`, demand, capacity, need, price of each column), `rows` = (start, column, value,
lower, upper), the last of them the cuts, `cuts` = what binds these to pairs, `work` = scratch as in `Workplaces`.
"""

import numpy as np
from numba import njit

_FAST = {"nogil": True, "cache": True}
# Sums may be taken in any order, and so in vectors.
_SUMS = {"fastmath": {"reassoc", "nsz", "contract"}, **_FAST}

# How far beyond its price a customer's pairs are gathered, by its price less its least cost; part of them that must
# gain, or else they are gathered anew.
MARGIN, USED = 0.15, 0.3
# Prices tried, beside that of the step before; by so much is one worth lowering; so close are they the same.
STEP, EASED, SAME = 1.02, 1e-3, 1e-9

FREE, CLOSED, OPEN = -1, 0, 1


@njit(**_FAST)
def gather(near, demand, cuts, u, work):  # type: ignore[no-untyped-def]
    """Write the pairs near the prices site by site, and which of them each cut binds."""
    start, site, cost = near
    base, count, who, at, weight, _net, limit, _full, _mw, _part, bound, begin = work
    count[:] = 0
    for i in range(len(u)):
        first, last = start[i], start[i + 1]
        limit[i] = u[i] + MARGIN * max(0.0, u[i] - cost[first]) if first < last else np.inf
        for k in range(first, last):
            if cost[k] >= limit[i]:
                break
            p = base[site[k]] + count[site[k]]
            who[p], at[p], weight[p] = i, cost[k], demand[i]
            count[site[k]] += 1
    at_site, row, _worth, customers = cuts
    n = 0
    for j in range(len(count)):
        for e in range(at_site[j], at_site[j + 1]):
            begin[e] = n
            for p in range(base[j], base[j] + count[j]):
                bound[n] = p
                n += customers[row[e], who[p]]
    begin[-1] = n


@njit(**_SUMS)
def gains(who, at, u, net, a, n):  # type: ignore[no-untyped-def]
    """Write what each of the n pairs from a on gains."""
    for k in range(n):
        # Whole arrays and indices without a sign: a slice is counted by an atomic, and the sign forbids vectors.
        p = np.uint64(a + k)
        net[p] = u[who[p]] - at[p]


@njit(**_FAST)
def charge(j, cuts, prices, work):  # type: ignore[no-untyped-def]
    """Take what the prices of the cuts add off the gains at site j."""
    weight, net, bound, begin = work[4], work[5], work[10], work[11]
    start, row = cuts[:2]
    for e in range(start[j], start[j + 1]):
        w = prices[row[e]]
        if w > 0.0:
            for k in range(begin[e], begin[e + 1]):
                net[bound[k]] -= w * weight[bound[k]]


@njit(**_SUMS)
def above(net, weight, a, n, w):  # type: ignore[no-untyped-def]
    """Return the demand of those who gain at a price of a MW, and their gain before it."""
    held, worth = 0.0, 0.0
    for k in range(n):
        p = np.uint64(a + k)
        keep = 1.0 if net[p] > w * weight[p] else 0.0
        held += keep * weight[p]
        worth += keep * net[p]
    return held, worth


@njit(**_SUMS)
def around(net, weight, a, n, low, high):  # type: ignore[no-untyped-def]
    """Return how many gain, and what `above` says at no price and at two."""
    many, all_held, all_worth, low_held, low_worth, high_held, high_worth = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(n):
        p = np.uint64(a + k)
        g, d = net[p], weight[p]
        keep = 1.0 if g > 0.0 else 0.0
        many += keep
        all_held += keep * d
        all_worth += keep * g
        keep = 1.0 if g > low * d else 0.0
        low_held += keep * d
        low_worth += keep * g
        keep = 1.0 if g > high * d else 0.0
        high_held += keep * d
        high_worth += keep * g
    return many, (all_held, all_worth), (low_held, low_worth), (high_held, high_worth)


@njit(**_FAST)
def price_of(net, weight, a, n, room, left, right):  # type: ignore[no-untyped-def]
    """Return (price of a MW, value) of a knapsack: its least lies between tangents that hold too much, and not."""
    while True:
        w = (left[1] - right[1]) / (left[0] - right[0])
        held, worth = above(net, weight, a, n, w)
        # On one of the two there is none lower. Customers without demand gain at any price.
        if held >= left[0] or (held <= right[0] and worth <= right[1]):
            break
        if held > room:
            left = held, worth
        else:
            right = held, worth
    return w, w * room + (worth - w * held)


@njit(**_FAST)
def knapsacks(problem, cuts, prices, u, state, work, rho):  # type: ignore[no-untyped-def]
    """Take what each site gains off `rho`; `work` keeps the MW that would gain, and the price of a MW of full sites.

    A closed site is left out.
    """
    near, demand, capacity, _need, _price = problem
    base, count, who, at, weight, net, limit, full, mw = work[:9]
    for i in range(len(u)):
        if u[i] > limit[i]:
            gather(near, demand, cuts, u, work)
            break
    used, listed = 0.0, 0
    for j in range(len(capacity)):
        mw[j] = 0.0
        if state[j] == CLOSED:
            continue
        a, n, room = base[j], count[j], capacity[j]
        gains(who, at, u, net, a, n)
        if cuts[0][j] < cuts[0][j + 1]:
            charge(j, cuts, prices, work)
        many, everyone, low, high = around(net, weight, a, n, full[j] / STEP, full[j] * STEP)
        used, listed = used + many, listed + n
        mw[j], value = everyone
        if mw[j] > room:
            # The price of the step before is near: what holds too much, and what not?
            left, right = (low, high) if low[0] > room else (everyone, low)
            if high[0] > room:
                left, right = high, (0.0, 0.0)
            full[j], value = price_of(net, weight, a, n, room, left, right)
        rho[j] -= value
    if used < USED * listed:
        limit[:] = -np.inf


@njit(**_FAST)
def ease(demand, capacity, u, state, work):  # type: ignore[no-untyped-def]
    """Lower the prices by what a MW costs at every site; return whether that was worth it.

    A MW less dear for customers is as much less dear at the sites while all are full, so that the bound stays, or rises
    where they hold more than the demand. But many more pairs gain at prices that have drifted up.
    """
    full, mw = work[7], work[8]
    dear = np.where(mw > capacity, full, 0.0)[state[: len(mw)] != CLOSED]
    least = dear.min() if len(dear) else 0.0
    worth = least > 0.0 and bool(np.any(least * demand > EASED * np.abs(u)))
    if worth:
        u -= least * demand
    return worth


@njit(**_SUMS)
def shares(j, capacity, work):  # type: ignore[no-untyped-def]
    """Write what part of each of its pairs site j serves. Those at its very price share the room left."""
    base, count, _who, _at, weight, net, _limit, full, mw, part = work[:10]
    w = full[j] if mw[j] > capacity[j] else 0.0
    sure, same = 0.0, 0.0
    for k in range(count[j]):
        p = np.uint64(base[j] + k)
        g, d = net[p], w * weight[p]
        sure += weight[p] if g > d * (1.0 + SAME) else 0.0
        same += weight[p] if g >= d * (1.0 - SAME) else 0.0
    same -= sure
    last = min(1.0, max(0.0, capacity[j] - sure) / same) if w > 0.0 and same > 0.0 else 0.0
    for k in range(count[j]):
        p = np.uint64(base[j] + k)
        g, d = net[p], w * weight[p]
        part[p] = 1.0 if g > d * (1.0 + SAME) else (last if g >= d * (1.0 - SAME) else 0.0)


@njit(**_FAST)
def choose(rho, state, held, need, pick):  # type: ignore[no-untyped-def]
    """Fill `pick` with the cheapest shares of columns that hold the need; return (value, price of a MW held)."""
    value, left, dear = 0.0, need, np.full(len(held), np.inf)
    for j in range(len(rho)):
        pick[j] = 0.0
        if state[j] == OPEN or (state[j] == FREE and rho[j] < 0.0):
            pick[j] = 1.0
            value += rho[j]
            left -= held[j] if j < len(held) else 0.0
        elif state[j] == FREE and j < len(held) and held[j] > 0.0:
            dear[j] = rho[j] / held[j]
    if left <= 0.0:
        return value, 0.0
    for j in np.argsort(dear):
        if dear[j] == np.inf:
            break
        pick[j] = min(1.0, left / held[j])
        value += pick[j] * rho[j]
        left -= held[j]
        # The dearest of the sites taken sets the price.
        if left <= 0.0:
            return value, dear[j]
    return np.inf, 0.0


@njit(**_FAST)
def evaluate(problem, rows, cuts, u, lam, state, work, rho, pick):  # type: ignore[no-untyped-def]
    """Return (L, price of a MW held); `rho` gets the cost of each column, `pick` the choice."""
    _near, _demand, capacity, need, price = problem
    at, column, value, lower, upper = rows
    start, row, worth, customers = cuts
    prices = lam[len(lam) - len(customers) :]
    rho[:] = price
    total, m = u.sum(), len(capacity)
    for r in range(len(lam)):
        if lam[r] != 0.0:
            total -= lam[r] * (upper[r] if lam[r] > 0 else lower[r])
            for k in range(at[r], at[r + 1]):
                rho[column[k]] += lam[r] * value[k]
    for j in range(m):
        for e in range(start[j], start[j + 1]):
            rho[j] += prices[row[e]] * worth[e]
    knapsacks(problem, cuts, prices, u, state, work, rho)
    best, pi = choose(rho, state, capacity, need, pick)
    return total + best, pi


@njit(**_FAST)
def slopes(problem, rows, cuts, lam, work, pick, g, h, taken):  # type: ignore[no-untyped-def]
    """Fill g and h with a supergradient of L in u and in lambda, and `taken` with the pairs chosen, unless empty."""
    capacity = problem[2]
    at, column, value, lower, upper = rows
    start, row, worth, customers = cuts
    base, count, who, weight, part, bound, begin = work[0], work[1], work[2], work[4], work[9], work[10], work[11]
    g[:], h[:], taken[:] = 1.0, 0.0, 0.0
    after = len(lam) - len(customers)
    for j in range(len(capacity)):
        if pick[j] > 0.0:
            shares(j, capacity, work)
            for p in range(base[j], base[j] + count[j]):
                g[who[p]] -= pick[j] * part[p]
            if taken.size:
                for p in range(base[j], base[j] + count[j]):
                    taken[j, who[p]] = pick[j] * part[p]
            for e in range(start[j], start[j + 1]):
                mw = worth[e]
                for k in range(begin[e], begin[e + 1]):
                    mw += part[bound[k]] * weight[bound[k]]
                h[after + row[e]] += pick[j] * mw
    for r in range(len(lam)):
        x = h[r]
        for k in range(at[r], at[r + 1]):
            x += value[k] * pick[column[k]]
        if lam[r] > 0 or (lam[r] == 0 and x > upper[r]):
            h[r] = x - upper[r]
        elif lam[r] < 0 or (lam[r] == 0 and x < lower[r]):
            h[r] = x - lower[r]
        else:
            h[r] = 0.0


@njit(**_FAST)
def decide(bound, rho, pi, held, need, state, cutoff):  # type: ignore[no-untyped-def]
    """Decide columns whose other choice costs or lacks too much; return how many, -1 if all hold too little."""
    n, m = 0, len(held)
    for j in range(len(rho)):
        if state[j] == FREE:
            net = rho[j] - (pi * held[j] if j < m else 0.0)
            if bound + abs(net) > cutoff:
                state[j] = OPEN if net < 0.0 else CLOSED
                n += 1
    total = held[state[:m] != CLOSED].sum()
    for j in range(m):
        if state[j] == FREE and total - held[j] < need:
            state[j] = OPEN
    return n if total >= need else -1


@njit(**_FAST)
def floor(near, top, state, u):  # type: ignore[no-untyped-def]
    """Lift each price to the cheapest site left, below which it proves nothing, and keep it within its row's end."""
    start, site, cost = near
    for i in range(len(u)):
        k = start[i]
        while k < start[i + 1] and state[site[k]] == CLOSED:
            k += 1
        if k < start[i + 1]:
            u[i] = max(u[i], cost[k])
        u[i] = min(u[i], top[i])


@njit(**_SUMS)
def inner(a, b, weight):  # type: ignore[no-untyped-def]
    """Return the inner product in which each entry counts with its weight."""
    total = 0.0
    for k in range(len(a)):
        total += weight[k] * a[k] * b[k]
    return total


@njit(**_FAST)
def volume(  # type: ignore[no-untyped-def]
    problem, rows, cuts, scale, top, shared, cutoff, target, steps, state, u, lam, averages, rho, pace, work
):
    """Raise L from (u, lam) in place, and decide what the cut-off allows; return (the best L, columns decided).

    L is +inf if no plan is left. `scale` says how far the prices move, first those of customers, which may be as high
    as `top`. `averages` are those of the slopes, of the choices, and of the pairs chosen, unless empty, in the manner
    of Barahona and Anbil (Mathematical Programming 87, 2000); `pace` holds (step factor, weight of a new slope, below
    zero where the averages start anew) and gets (.., .., price of a MW held) of the best.
    """
    near, demand, held, need, price = problem
    (v, y, x), (lower, upper) = averages, rows[3:]
    n, m = len(u), len(price)
    pick, now, taken = np.zeros(m), np.empty(m), np.empty_like(x)
    p, g, t = np.concatenate((u, lam)), np.empty(len(v)), np.empty(len(v))
    if decide(-np.inf, rho, 0.0, held, need, state, cutoff) < 0:
        return np.inf, 0
    # What another point left in the scratch memory would change the rounding.
    work[6][:], work[7][:] = -np.inf, 0.0
    floor(near, top, state, p[:n])
    best, pi = evaluate(problem, rows, cuts, p[:n], lam, state, work, rho, pick)
    # Where whole customers leave room unused, high prices bound more later.
    if shared and ease(demand, held, p[:n], state, work):
        best, pi = evaluate(problem, rows, cuts, p[:n], lam, state, work, rho, pick)
    u[:], pace[2] = p[:n], pi
    if best > cutoff:
        return best, 0
    decided = decide(best, rho, pi, held, need, state, cutoff)
    slopes(problem, rows, cuts, lam, work, pick, g[:n], g[n:], taken)
    factor, most, stalled, before = pace[0], pace[1], 0, best
    if most < 0.0:
        v[:], y[:], x[:], most = g, pick, taken, -most
    for step in range(steps):
        norm = inner(v, v, scale)
        if norm < 1e-12 or decided < 0:
            break
        size = factor * (target - best) / norm
        t[:] = p + size * scale * v
        floor(near, top, state, t[:n])
        z = t[n:]
        for r in range(len(lam)):
            # A price of one side of a row ends at zero; the other side's begins there.
            if z[r] * lam[r] < 0 or (z[r] > 0 and upper[r] == np.inf) or (z[r] < 0 and lower[r] == -np.inf):
                z[r] = 0.0
        bound, pi = evaluate(problem, rows, cuts, t[:n], z, state, work, now, pick)
        if bound == np.inf:
            return bound, decided
        slopes(problem, rows, cuts, z, work, pick, g[:n], g[n:], taken)
        both = inner(v, g, scale)
        spread = norm - 2 * both + inner(g, g, scale)
        # The weight that makes the average shortest, within limits that tighten as progress slows.
        weight = min(max((norm - both) / spread, most / 10), most) if spread > 1e-12 else most
        v[:] = weight * g + (1 - weight) * v
        y[:] = weight * pick + (1 - weight) * y
        x[:] = weight * taken + (1 - weight) * x
        if bound > best:
            factor = min(factor * 1.5, 2.0) if both >= 0 else factor
            best, stalled = bound, 0
            p[:], u[:], lam[:], rho[:], pace[2] = t, t[:n], z, now, pi
            if best > cutoff:
                break
            more = decide(best, rho, pi, held, need, state, cutoff)
            decided = decided + more if more >= 0 else -1
        else:
            stalled += 1
            if stalled >= 10:
                factor, stalled = max(factor * 0.66, 1e-4), 0
        if step % 50 == 49:
            if best - before < 0.01 * (target - best):
                most = max(most / 2, 0.003)
            before = best
    pace[0], pace[1] = factor, most
    return best if decided >= 0 else np.inf, decided
