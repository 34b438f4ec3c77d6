r"""The compiled loops of the Lagrangian bound of an uncapacitated problem under site rules.

Relaxing "every customer is served" at prices u and the site rules at prices lambda leaves

.. math:: L(u, \lambda) = \sum_i u_i - \sum_r \lambda_r b_r + \min_y \sum_j
   \Big(f_j + \sum_r \lambda_r a_{rj} + \sum_i \min(0, c_{ij} - u_i)\Big) y_j

over the sites that are not decided yet, with at least `low` and at most `high` of them open. It is raised by the volume
algorithm (Barahona, Anbil, Mathematical Programming 87, 2000): steps along an average of the slopes, while the same
average of the choices y nears a solution of the linear program.

Columns are the sites, then the partners (which serve nobody and are not counted). A column's state is -1 while it is
free, 0 closed, 1 open.
"""

import numpy as np
from numba import njit

_FAST = {"nogil": True, "cache": True}

FREE, CLOSED, OPEN = -1, 0, 1


@njit(**_FAST)
def choose(rho, state, n_sites, low, high, pick):  # type: ignore[no-untyped-def]
    """Fill `pick` with the best choice; return (value, sites open, dearest free site taken, cheapest one left)."""
    value, forced, below, k = 0.0, 0, 0, 0
    work = np.empty(n_sites)
    for j in range(len(rho)):
        pick[j] = state[j] == OPEN or (state[j] == FREE and rho[j] < 0)
        if state[j] == OPEN or (pick[j] and j >= n_sites):
            value += rho[j]
        if j < n_sites:
            forced += state[j] == OPEN
            if state[j] == FREE:
                work[k] = rho[j]
                k += 1
                below += rho[j] < 0
    take = min(max(below, low - forced), high - forced)
    if take > k or take < 0:
        return np.inf, forced, np.inf, np.inf
    worst, after = -np.inf, np.inf
    if take == below:
        for j in range(n_sites):
            if state[j] == FREE:
                if rho[j] < 0:
                    value += rho[j]
                    worst = max(worst, rho[j])
                else:
                    after = min(after, rho[j])
        return value, forced + take, worst, after
    if take > 0:
        worst = np.partition(work[:k], take - 1)[take - 1]
    left = take
    for j in range(n_sites):
        if state[j] == FREE:
            pick[j] = rho[j] < worst
            if pick[j]:
                value += rho[j]
                left -= 1
    for j in range(n_sites):
        if state[j] == FREE and rho[j] >= worst:
            if rho[j] == worst and left > 0:
                pick[j] = 1
                value += rho[j]
                left -= 1
            else:
                after = min(after, rho[j])
    return value, forced + take, worst, after


@njit(**_FAST)
def evaluate(start, site, cost, ends, rows, price, u, lam, state, n_sites, low, high, rho, end, pick):  # type: ignore[no-untyped-def]
    """Return (L, sites open, dearest free site taken, cheapest one left); `end` gets where each row's gains end.

    `ends` is where each row ends, start[1:] or before.
    """
    at, column, value, lower, upper = rows
    rho[:] = price
    total = 0.0
    for r in range(len(lam)):
        if lam[r] != 0.0:
            total -= lam[r] * (upper[r] if lam[r] > 0 else lower[r])
            for k in range(at[r], at[r + 1]):
                rho[column[k]] += lam[r] * value[k]
    for i in range(len(u)):
        price_i = u[i]
        total += price_i
        k, last = start[i], ends[i]
        while k < last:
            d = cost[k] - price_i
            if d >= 0:
                break
            rho[site[k]] += d
            k += 1
        end[i] = k
    best, count, worst, after = choose(rho, state, n_sites, low, high, pick)
    return total + best, count, worst, after


@njit(**_FAST)
def slopes(start, site, rows, lam, end, pick, g, h):  # type: ignore[no-untyped-def]
    """Fill g and h with a supergradient of L in u and in lambda."""
    for i in range(len(g)):
        n = 0
        for k in range(start[i], end[i]):
            n += pick[site[k]]
        g[i] = 1.0 - n
    at, column, value, lower, upper = rows
    for r in range(len(lam)):
        x = 0.0
        for k in range(at[r], at[r + 1]):
            x += value[k] * pick[column[k]]
        if lam[r] > 0 or (lam[r] == 0 and x > upper[r]):
            h[r] = x - upper[r]
        elif lam[r] < 0 or (lam[r] == 0 and x < lower[r]):
            h[r] = x - lower[r]
        else:
            h[r] = 0.0


@njit(**_FAST)
def limits(start, site, cost, top, ends, state, lo, hi):  # type: ignore[no-untyped-def]
    """Fill the range where the best price of each customer lies: its cheapest site, and one that is open for sure.

    Where the far end of a row was cut off, no plan that is looked for uses it: prices may rise above it.
    """
    for i in range(len(lo)):
        first, last = np.inf, top[i] if ends[i] == start[i + 1] else np.inf
        for k in range(start[i], ends[i]):
            s = state[site[k]]
            if s != CLOSED and first == np.inf:
                first = cost[k]
            if s == OPEN:
                last = min(last, cost[k])
                break
        lo[i] = min(first, last)
        hi[i] = last


@njit(**_FAST)
def extra(j, rho, pick, n_sites, count, low, high, worst, after):  # type: ignore[no-untyped-def]
    """Return how much dearer the best choice gets when a free column is decided against it."""
    if pick[j]:
        if j < n_sites and (count == low or (count == high and after < 0)):
            return after - rho[j]
        return -rho[j]
    if j < n_sites and (count == high or (count == low and worst > 0)):
        return rho[j] - worst
    return rho[j]


@njit(**_FAST)
def fix(bound, rho, state, pick, n_sites, count, low, high, worst, after, cutoff):  # type: ignore[no-untyped-def]
    """Decide the free columns whose other choice costs more than the cut-off; return how many."""
    n = 0
    for j in range(len(rho)):
        if state[j] == FREE and bound + extra(j, rho, pick, n_sites, count, low, high, worst, after) > cutoff:
            state[j] = pick[j]
            n += 1
    return n


@njit(**_FAST)
def cut_off(start, site, cost, u, state, room, ends):  # type: ignore[no-untyped-def]
    """Cut off the far ends of rows whose pairs cost more than `room` of their site allows above the price u."""
    for i in range(len(u)):
        k = ends[i]
        while k > start[i] and (state[site[k - 1]] == CLOSED or cost[k - 1] - u[i] > room[site[k - 1]]):
            k -= 1
        ends[i] = k


@njit(**_FAST)
def propagate(rows, state, n_sites, low, high):  # type: ignore[no-untyped-def]
    """Decide the columns that the rows and the count leave one choice; return False if they admit no choice at all."""
    at, column, value, lower, upper = rows
    changed = True
    while changed:
        changed = False
        is_open, free = 0, 0
        for j in range(n_sites):
            is_open += state[j] == OPEN
            free += state[j] == FREE
        if is_open > high or is_open + free < low:
            return False
        if free and (is_open == high or is_open + free == low):
            for j in range(n_sites):
                if state[j] == FREE:
                    state[j] = CLOSED if is_open == high else OPEN
            changed = True
        for r in range(len(lower)):
            least, most = 0.0, 0.0
            for k in range(at[r], at[r + 1]):
                a, s = value[k], state[column[k]]
                if s == OPEN:
                    least += a
                    most += a
                elif s == FREE:
                    least += min(a, 0.0)
                    most += max(a, 0.0)
            slack = 1e-7 * max(1.0, abs(least), abs(most))
            if least > upper[r] + slack or most < lower[r] - slack:
                return False
            for k in range(at[r], at[r + 1]):
                j, a = column[k], value[k]
                if state[j] != FREE:
                    continue
                if least + abs(a) > upper[r] + slack:
                    state[j] = CLOSED if a > 0 else OPEN
                    changed = True
                elif most - abs(a) < lower[r] - slack:
                    state[j] = OPEN if a > 0 else CLOSED
                    changed = True
    return True


@njit(**_FAST)
def forget(rows, state, lam):  # type: ignore[no-untyped-def]
    """Take back the prices of rows that what is decided has made idle: there they could only lower the bound."""
    at, column, value, lower, upper = rows
    for r in range(len(lam)):
        least, most = 0.0, 0.0
        for k in range(at[r], at[r + 1]):
            a, s = value[k], state[column[k]]
            least += a if s == OPEN else min(a, 0.0) if s == FREE else 0.0
            most += a if s == OPEN else max(a, 0.0) if s == FREE else 0.0
        if (lam[r] > 0 and most <= upper[r]) or (lam[r] < 0 and least >= lower[r]):
            lam[r] = 0.0


@njit(**_FAST)
def inner(a, b, weight):  # type: ignore[no-untyped-def]
    """Return the inner product in which each entry counts with its weight."""
    total = 0.0
    for i in range(len(a)):
        total += weight[i] * a[i] * b[i]
    return total


@njit(**_FAST)
def volume(  # type: ignore[no-untyped-def]
    start,
    site,
    cost,
    top,
    ends,
    scale,
    row_scale,
    rows,
    price,
    n_sites,
    low,
    high,
    cutoff,
    target,
    steps,
    state,
    u,
    lam,
    v,
    w,
    y,
    rho,
    pace,
):
    """Raise L from (u, lam) in place, and decide what the cut-off allows; return the best L, +inf if no plan is left.

    `scale` and `row_scale` say in what measure prices of customers and of rows tend to move; steps are taken in it.
    v, w and y are the averages of the slopes and of the choices; `pace` holds (step factor, weight of a new slope;
    0 starts the averages anew), gets (.., .., sites open, dearest free site taken, cheapest one left) of the best, and
    keeps (.., steps in vain, steps since the last look at progress, the best then) for a next call, however short both.
    """
    if not propagate(rows, state, n_sites, low, high):
        return np.inf
    forget(rows, state, lam)
    n, m, n_rows = len(u), len(price), len(lam)
    end, pick, now = np.empty(n, np.int64), np.zeros(m, np.int8), np.empty(m)
    g, h, t, z = np.empty(n), np.empty(n_rows), np.empty(n), np.empty(n_rows)
    lo, hi = np.empty(n), np.empty(n)
    lower, upper = rows[3], rows[4]
    limits(start, site, cost, top, ends, state, lo, hi)
    for i in range(n):
        u[i] = min(max(u[i], lo[i]), hi[i])
    best, count, worst, after = evaluate(
        start, site, cost, ends, rows, price, u, lam, state, n_sites, low, high, rho, end, pick
    )
    pace[2], pace[3], pace[4] = count, worst, after
    if best == np.inf or best > cutoff:
        return best
    moved = fix(best, rho, state, pick, n_sites, count, low, high, worst, after, cutoff)
    slopes(start, site, rows, lam, end, pick, g, h)
    factor, most = pace[0], pace[1]
    if most == 0.0:
        v[:], w[:], y[:], most = g, h, pick, 0.1
        pace[5], pace[6], pace[7] = 0, 0, best
    for _ in range(steps):
        if moved:
            if not propagate(rows, state, n_sites, low, high):
                return np.inf
            limits(start, site, cost, top, ends, state, lo, hi)
        norm = inner(v, v, scale) + inner(w, w, row_scale)
        if norm < 1e-9:
            break
        size = factor * (target - best) / norm
        for i in range(n):
            t[i] = min(max(u[i] + size * scale[i] * v[i], lo[i]), hi[i])
        for r in range(n_rows):
            z[r] = lam[r] + size * row_scale[r] * w[r]
            # A price of one side of a row ends at zero; the other side's begins there.
            if z[r] * lam[r] < 0 or (z[r] > 0 and upper[r] == np.inf) or (z[r] < 0 and lower[r] == -np.inf):
                z[r] = 0.0
        bound, count, worst, after = evaluate(
            start, site, cost, ends, rows, price, t, z, state, n_sites, low, high, now, end, pick
        )
        if bound == np.inf:
            return bound
        slopes(start, site, rows, z, end, pick, g, h)
        both = inner(v, g, scale) + inner(w, h, row_scale)
        spread = norm - 2 * both + inner(g, g, scale) + inner(h, h, row_scale)
        # The weight that makes the average shortest, within limits that tighten as progress slows.
        weight = min(max((norm - both) / spread, most / 10), most) if spread > 1e-12 else most
        v[:] = weight * g + (1 - weight) * v
        w[:] = weight * h + (1 - weight) * w
        y[:] = weight * pick + (1 - weight) * y
        moved = 0
        if bound > best:
            if both >= 0:
                factor = min(factor * 1.5, 2.0)
            best, pace[5] = bound, 0
            u[:], lam[:], rho[:] = t, z, now
            pace[2], pace[3], pace[4] = count, worst, after
            if best > cutoff:
                break
            moved = fix(best, rho, state, pick, n_sites, count, low, high, worst, after, cutoff)
        else:
            pace[5] += 1
            if pace[5] >= 10:
                factor, pace[5] = max(factor * 0.66, 1e-4), 0
        pace[6] += 1
        if pace[6] == 50:
            if best - pace[7] < 0.01 * (target - best):
                most = max(most / 2, 0.003)
            pace[6], pace[7] = 0, best
    pace[0], pace[1] = factor, most
    return best
