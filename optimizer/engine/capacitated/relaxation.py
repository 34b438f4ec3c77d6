r"""The compiled loops of the Lagrangian bound of a capacitated problem under site rules.

Relaxing "every customer is served" at prices u and the site rules at prices lambda leaves

.. math:: L(u, \lambda) = \sum_i u_i - \sum_r \lambda_r b_r + \min_y \sum_j
   \Big(f_j + \sum_r \lambda_r a_{rj} + v_j(u)\Big) y_j, \qquad \sum_j \min(q_j, D) y_j \ge D, \; 0 \le y \le 1

over the sites that are not decided yet, where :math:`v_j` is the continuous knapsack of site j over
:math:`c_{ij} - u_i` within its capacity :math:`q_j` (Geoffrion, McBride, AIIE Transactions 10, 1978; Cornuejols,
Sridharan, Thizy, European Journal of Operational Research 50, 1991). Its best value is that of the strong linear
program. Columns and their states are those of `sitewright.optimizer.engine.uncapacitated.relaxation`.
"""

import numpy as np
from numba import njit

from sitewright.optimizer.engine.capacitated.continuous import ease, knapsacks, leave

_FAST = {"nogil": True, "cache": True}

FREE, CLOSED, OPEN = -1, 0, 1


@njit(**_FAST)
def pack(ratio, who, weight, low, high, room, guess):  # type: ignore[no-untyped-def]
    """Take items best ratio first until the room is used up; return (end, share of the item there, ratio, value).

    Items low to high are partitioned so that those before `end` are taken whole. `guess` is where to cut first.
    """
    a, b, left, value, pivot = low, high, room, 0.0, guess
    while a < b:
        i, k, g = a, a, b
        above, worth, same = 0.0, 0.0, 0.0
        while k < g:
            r = ratio[k]
            if r > pivot:
                x = who[k]
                ratio[k], who[k] = ratio[i], who[i]
                ratio[i], who[i] = r, x
                above += weight[x]
                worth += r * weight[x]
                i += 1
                k += 1
            elif r < pivot:
                g -= 1
                x = who[k]
                ratio[k], who[k] = ratio[g], who[g]
                ratio[g], who[g] = r, x
            else:
                same += weight[who[k]]
                k += 1
        if above > left:
            b = i
        elif above + same > left:
            value += worth
            left -= above
            while i < g and weight[who[i]] <= left:
                left -= weight[who[i]]
                value += pivot * weight[who[i]]
                i += 1
            if i < g:
                return i, left / weight[who[i]], pivot, value + pivot * left
            return i, 0.0, pivot, value
        else:
            value += worth + pivot * same
            left -= above + same
            a = g
        if a < b:
            x, y, z = ratio[a], ratio[(a + b) // 2], ratio[b - 1]
            pivot = max(min(x, y), min(max(x, y), z))
    return a, 0.0, 0.0, value


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
    end, part, ratio, worth = pack(spare, order, held, 0, n, left, -1.0)
    for k in range(end):
        pick[order[k]] = 1.0
    if end < n and part > 0.0:
        pick[order[end]] = part
        return value - worth, -ratio
    # The sites taken hold the need exactly: the dearest of them sets the price.
    for k in range(end):
        ratio = min(ratio, spare[k]) if k else spare[k]
    return value - worth, -ratio


@njit(**_FAST)
def evaluate(near, demand, capacity, held, need, rows, price, u, lam, state, work, rho, pick):  # type: ignore[no-untyped-def]
    """Return (L, price of a MW held); `rho` gets the cost of each column, `pick` the choice."""
    at, column, value, lower, upper = rows
    rho[:] = price
    total = 0.0
    for r in range(len(lam)):
        if lam[r] != 0.0:
            total -= lam[r] * (upper[r] if lam[r] > 0 else lower[r])
            for k in range(at[r], at[r + 1]):
                rho[column[k]] += lam[r] * value[k]
    for i in range(len(u)):
        total += u[i]
    knapsacks(near, demand, capacity, u, state, work, rho)
    m = len(held)
    best, pi = choose(rho, state, held, need, np.empty(m, np.int64), np.empty(m), pick)
    return total + best, pi


@njit(**_FAST)
def slopes(demand, capacity, u, rows, lam, work, pick, g, h):  # type: ignore[no-untyped-def]
    """Fill g and h with a supergradient of L in u and in lambda."""
    g[:] = 1.0
    for j in range(len(capacity)):
        if pick[j] > 0.0:
            leave(j, pick[j], demand, capacity, u, work, g)
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
    total = 0.0
    for j in range(len(held)):
        total += held[j] if state[j] != CLOSED else 0.0
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
def inner(a, b, weight):  # type: ignore[no-untyped-def]
    """Return the inner product in which each entry counts with its weight."""
    total = 0.0
    for i in range(len(a)):
        total += weight[i] * a[i] * b[i]
    return total


@njit(**_FAST)
def volume(  # type: ignore[no-untyped-def]
    near,
    top,
    scale,
    demand,
    capacity,
    held,
    need,
    shared,
    rows,
    row_scale,
    price,
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
    work,
):
    """Raise L from (u, lam) in place, and decide what the cut-off allows; return (the best L, columns decided).

    L is +inf if no plan is left. v, w and y are the averages of the slopes and of the choices, in the manner of
    Barahona and Anbil (Mathematical Programming 87, 2000); `pace` holds (step factor, weight of a new slope; 0 starts
    the averages anew) and gets (.., .., price of a MW held) of the best.
    """
    n, m, n_rows = len(u), len(price), len(lam)
    pick, now = np.zeros(m), np.empty(m)
    g, h, t, z = np.empty(n), np.empty(n_rows), np.empty(n), np.empty(n_rows)
    lower, upper = rows[3], rows[4]
    if not hold(held, need, state):
        return np.inf, 0
    floor(near, top, state, u)
    best, pi = evaluate(near, demand, capacity, held, need, rows, price, u, lam, state, work, rho, pick)
    # Where whole customers leave room unused, high prices bound more later.
    if shared and ease(demand, capacity, u, state, work):
        best, pi = evaluate(near, demand, capacity, held, need, rows, price, u, lam, state, work, rho, pick)
    pace[2] = pi
    if best > cutoff:
        return best, 0
    decided = fix(best, rho, pi, held, state, cutoff)
    slopes(demand, capacity, u, rows, lam, work, pick, g, h)
    factor, most = pace[0], pace[1]
    if most == 0.0:
        v[:], w[:], y[:], most = g, h, pick, 0.1
    stalled, before = 0, best
    for step in range(steps):
        norm = inner(v, v, scale) + inner(w, w, row_scale)
        if norm < 1e-12:
            break
        size = factor * (target - best) / norm
        for i in range(n):
            t[i] = u[i] + size * scale[i] * v[i]
        floor(near, top, state, t)
        for r in range(n_rows):
            z[r] = lam[r] + size * row_scale[r] * w[r]
            # A price of one side of a row ends at zero; the other side's begins there.
            if z[r] * lam[r] < 0 or (z[r] > 0 and upper[r] == np.inf) or (z[r] < 0 and lower[r] == -np.inf):
                z[r] = 0.0
        bound, pi = evaluate(near, demand, capacity, held, need, rows, price, t, z, state, work, now, pick)
        if bound == np.inf:
            return bound, decided
        slopes(demand, capacity, t, rows, z, work, pick, g, h)
        both = inner(v, g, scale) + inner(w, h, row_scale)
        spread = norm - 2 * both + inner(g, g, scale) + inner(h, h, row_scale)
        # The weight that makes the average shortest, within limits that tighten as progress slows.
        weight = min(max((norm - both) / spread, most / 10), most) if spread > 1e-12 else most
        v[:] = weight * g + (1 - weight) * v
        w[:] = weight * h + (1 - weight) * w
        y[:] = weight * pick + (1 - weight) * y
        if bound > best:
            if both >= 0:
                factor = min(factor * 1.5, 2.0)
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
