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
margin; they are gathered anew when a price leaves it. A price of a cut (see `cuts`) makes MW dearer for its customers
at its sites.

All loops take `problem` = (pairs as in `Prefix.arrays`, demand, capacity, need, price of each column), `rows` = (start,
column, value, lower, upper), the last of them the cuts, and what binds these to pairs as in `Cuts.arrays`.
"""

import numpy as np
from numba import njit

_FAST = {"nogil": True, "cache": True}
# Sums may be taken in any order, and so in vectors.
_SUMS = {"fastmath": {"reassoc", "nsz", "contract"}, **_FAST}

# How far beyond its price a customer's pairs are gathered, by its price less its least cost; part of them that must
# gain, or else they are gathered anew.
MARGIN, USED = 0.15, 0.3
# The second price tried, by the first; by so much of a price is it worth lowering; prices this close are the same.
STEP, EASED, SAME = 1.05, 1e-3, 1e-9

FREE, CLOSED, OPEN = -1, 0, 1


@njit(**_FAST)
def gather(near, u, work):  # type: ignore[no-untyped-def]
    """Write the pairs near the prices site by site."""
    start, site, cost = near
    base, count, who, at, limit = work[:5]
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
    w, tries = guess if guess > 0.0 else 0.5 * worth / most, 0
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
def charge(j, n, cuts, lam, demand, work):  # type: ignore[no-untyped-def]
    """Take what the prices of the cuts add off the n gains at site j, and keep it; return how many gain still."""
    gain, weight, served, dearer = work[5], work[6], work[9], work[10]
    start, row, _worth, customers = cuts
    first, a, left = len(lam) - len(customers), work[0][j], 0
    weight[:n] = 0.0
    for e in range(start[j], start[j + 1]):
        r = row[e]
        if lam[r] > 0.0:
            for p in range(n):
                weight[p] += lam[r] * customers[r - first, served[p]]
    for p in range(n):
        i = served[p]
        dearer[a + p] = weight[p] * demand[i]
        gain[left], weight[left] = gain[p] - dearer[a + p], demand[i]
        left += gain[left] > 0.0
    return left


@njit(**_FAST)
def knapsacks(problem, cuts, lam, u, state, work, rho):  # type: ignore[no-untyped-def]
    """Take what each site gains off `rho`; `work` keeps the MW that would gain, and the price of a MW of full sites.

    A closed site is left out.
    """
    near, demand, capacity, _need, _price = problem
    base, count, who, at, limit, gain, weight, full, mw, served, _dearer = work
    for i in range(len(u)):
        if u[i] > limit[i]:
            gather(near, u, work)
            break
    used, listed = 0, 0
    for j in range(len(capacity)):
        mw[j] = 0.0
        if state[j] == CLOSED:
            continue
        a, b, n = base[j], base[j] + count[j], 0
        for p in range(a, b):
            # Without a branch: whoever does not gain is written over by the next.
            i = who[p]
            g = u[i] - at[p]
            gain[n], weight[n], served[n] = g, demand[i], i
            n += g > 0.0
        if cuts[0][j] < cuts[0][j + 1]:
            n = charge(j, n, cuts, lam, demand, work)
        used, listed = used + n, listed + b - a
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
    full, mw = work[7], work[8]
    dear = np.where(mw > capacity, full, 0.0)[state[: len(mw)] != CLOSED]
    least = dear.min() if len(dear) else 0.0
    worth = least > 0.0 and bool(np.any(least * demand > EASED * np.abs(u)))
    if worth:
        u -= least * demand
    return worth


@njit(**_FAST)
def shares(j, demand, capacity, u, charged, work):  # type: ignore[no-untyped-def]
    """List whom site j serves, and what part of each; return how many. Those at its very price share the room left."""
    base, count, who, at, _limit, part, _weight, full, mw, served, dearer = work
    w = full[j] if mw[j] > capacity[j] else 0.0
    left, same, n, gains = capacity[j], 0.0, 0, base[j]
    for p in range(base[j], base[j] + count[j]):
        i = who[p]
        net = u[i] - at[p]
        if net <= 0.0:
            continue
        if charged:
            net -= dearer[gains]
            gains += 1
        d = w * demand[i]
        if net > 0.0 and net >= d * (1.0 - SAME):
            last = w > 0.0 and net <= d * (1.0 + SAME)
            served[n], part[n] = i, -1.0 if last else 1.0
            same, left = (same + demand[i], left) if last else (same, left - demand[i])
            n += 1
    for p in range(n):
        if part[p] < 0.0:
            part[p] = min(1.0, max(0.0, left) / same)
    return n


@njit(**_FAST)
def choose(rho, state, held, need, order, spare, pick):  # type: ignore[no-untyped-def]
    """Fill `pick` with the cheapest shares of columns that hold the need; return (value, price of a MW held)."""
    m = len(held)
    value, left, n, beyond = 0.0, need, 0, 0.0
    for j in range(len(rho)):
        taken = state[j] == OPEN or (state[j] == FREE and rho[j] < 0.0)
        pick[j] = 1.0 if taken else 0.0
        if taken:
            value += rho[j]
        if j < m:
            if taken:
                left -= held[j]
            elif state[j] == FREE and held[j] > 0.0:
                spare[n] = -rho[j] / held[j]
                order[n] = j
                n += 1
                beyond += held[j]
    if left <= 0.0:
        return value, 0.0
    if beyond < left:
        return np.inf, 0.0
    ratio = 0.0
    for k in np.argsort(-spare[:n]):
        j = order[k]
        ratio, part = spare[k], min(1.0, left / held[j])
        pick[j] = part
        value -= part * ratio * held[j]
        left -= held[j]
        if left <= 0.0:
            break
    # The dearest of the sites taken sets the price.
    return value, -ratio


@njit(**_FAST)
def evaluate(problem, rows, cuts, u, lam, state, work, rho, pick):  # type: ignore[no-untyped-def]
    """Return (L, price of a MW held); `rho` gets the cost of each column, `pick` the choice."""
    _near, _demand, capacity, need, price = problem
    at, column, value, lower, upper = rows
    start, row, worth, _customers = cuts
    rho[:] = price
    total, m = u.sum(), len(capacity)
    for r in range(len(lam)):
        if lam[r] != 0.0:
            total -= lam[r] * (upper[r] if lam[r] > 0 else lower[r])
            for k in range(at[r], at[r + 1]):
                rho[column[k]] += lam[r] * value[k]
    for j in range(m):
        for e in range(start[j], start[j + 1]):
            rho[j] += lam[row[e]] * worth[e]
    knapsacks(problem, cuts, lam, u, state, work, rho)
    best, pi = choose(rho, state, capacity, need, np.empty(m, np.int64), np.empty(m), pick)
    return total + best, pi


@njit(**_FAST)
def slopes(problem, rows, cuts, u, lam, work, pick, g, h, taken):  # type: ignore[no-untyped-def]
    """Fill g and h with a supergradient of L in u and in lambda, and `taken` with the pairs chosen, unless empty."""
    _near, demand, capacity, _need, _price = problem
    at, column, value, lower, upper = rows
    start, row, worth, customers = cuts
    first, part, served = len(lam) - len(customers), work[5], work[9]
    g[:], h[:], taken[:] = 1.0, 0.0, 0.0
    for j in range(len(capacity)):
        if pick[j] > 0.0:
            n = shares(j, demand, capacity, u, start[j] < start[j + 1], work)
            for p in range(n):
                g[served[p]] -= pick[j] * part[p]
            if taken.size:
                for p in range(n):
                    taken[j, served[p]] = pick[j] * part[p]
            for e in range(start[j], start[j + 1]):
                mw = worth[e]
                for p in range(n):
                    mw += part[p] * demand[served[p]] * customers[row[e] - first, served[p]]
                h[row[e]] += pick[j] * mw
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
def fix(bound, rho, pi, held, state, cutoff):  # type: ignore[no-untyped-def]
    """Decide the free columns whose other choice costs more than the cut-off; return how many."""
    n = 0
    for j in range(len(rho)):
        if state[j] == FREE:
            net = rho[j] - (pi * held[j] if j < len(held) else 0.0)
            if bound + abs(net) > cutoff:
                state[j] = OPEN if net < 0.0 else CLOSED
                n += 1
    return n


@njit(**_FAST)
def hold(held, need, state):  # type: ignore[no-untyped-def]
    """Open the sites without which the rest cannot hold the need; return False if all together cannot."""
    total = held[state[: len(held)] != CLOSED].sum()
    if total < need:
        return False
    for j in range(len(held)):
        if state[j] == FREE and total - held[j] < need:
            state[j] = OPEN
    return True


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


@njit(**_FAST)
def volume(  # type: ignore[no-untyped-def]
    problem, rows, cuts, scales, shared, cutoff, target, steps, state, u, lam, averages, rho, pace, work
):
    """Raise L from (u, lam) in place, and decide what the cut-off allows; return (the best L, columns decided).

    L is +inf if no plan is left. `scales` says how far prices of customers, and those of rows and cuts, move; the third
    is how high the former may be. `averages` are those of the slopes in both, of the choices, and of the pairs chosen,
    unless empty, in the manner of Barahona and Anbil (Mathematical Programming 87, 2000); `pace` holds (step factor,
    weight of a new slope; 0 starts the averages anew) and gets (.., .., price of a MW held) of the best.
    """
    near, demand, held, need, price = problem
    scale, row_scale, top = scales
    (v, w, y, x), (lower, upper) = averages, rows[3:]
    n, m = len(u), len(price)
    pick, now, taken = np.zeros(m), np.empty(m), np.empty_like(x)
    g, h, t, z = np.empty(n), np.empty(len(lam)), np.empty(n), np.empty(len(lam))
    if not hold(held, need, state):
        return np.inf, 0
    floor(near, top, state, u)
    best, pi = evaluate(problem, rows, cuts, u, lam, state, work, rho, pick)
    # Where whole customers leave room unused, high prices bound more later.
    if shared and ease(demand, held, u, state, work):
        best, pi = evaluate(problem, rows, cuts, u, lam, state, work, rho, pick)
    pace[2] = pi
    if best > cutoff:
        return best, 0
    decided = fix(best, rho, pi, held, state, cutoff)
    slopes(problem, rows, cuts, u, lam, work, pick, g, h, taken)
    factor, most = pace[0], pace[1]
    if most == 0.0:
        v[:], w[:], y[:], x[:], most = g, h, pick, taken, 0.1
    stalled, before = 0, best
    for step in range(steps):
        norm = np.sum(scale * v * v) + np.sum(row_scale * w * w)
        if norm < 1e-12:
            break
        size = factor * (target - best) / norm
        t[:] = u + size * scale * v
        floor(near, top, state, t)
        for r in range(len(lam)):
            z[r] = lam[r] + size * row_scale[r] * w[r]
            # A price of one side of a row ends at zero; the other side's begins there.
            if z[r] * lam[r] < 0 or (z[r] > 0 and upper[r] == np.inf) or (z[r] < 0 and lower[r] == -np.inf):
                z[r] = 0.0
        bound, pi = evaluate(problem, rows, cuts, t, z, state, work, now, pick)
        if bound == np.inf:
            return bound, decided
        slopes(problem, rows, cuts, t, z, work, pick, g, h, taken)
        both = np.sum(scale * v * g) + np.sum(row_scale * w * h)
        spread = norm - 2 * both + np.sum(scale * g * g) + np.sum(row_scale * h * h)
        # The weight that makes the average shortest, within limits that tighten as progress slows.
        weight = min(max((norm - both) / spread, most / 10), most) if spread > 1e-12 else most
        v[:] = weight * g + (1 - weight) * v
        w[:] = weight * h + (1 - weight) * w
        y[:] = weight * pick + (1 - weight) * y
        x[:] = weight * taken + (1 - weight) * x
        if bound > best:
            factor = min(factor * 1.5, 2.0) if both >= 0 else factor
            best, stalled = bound, 0
            u[:], lam[:], rho[:] = t, z, now
            pace[2] = pi
            if best > cutoff:
                break
            more = fix(best, rho, pi, held, state, cutoff)
            decided += more
            if more and not hold(held, need, state):
                return np.inf, decided
        else:
            stalled += 1
            if stalled >= 10:
                factor, stalled = max(factor * 0.66, 1e-4), 0
        if step % 50 == 49:
            if best - before < 0.01 * (target - best):
                most = max(most / 2, 0.003)
            before = best
    pace[0], pace[1] = factor, most
    return best, decided
