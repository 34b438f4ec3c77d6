"""The cheapest cover of few rows, and the prices of sites by which a choice in fractions is cheaper than any cover.

Exact and small: some tens of rows, and the sites told apart by what they cover of these alone.
"""

import numpy as np
from numba import njit

# How a search for the cheapest cover says that it gave up.
GAVE_UP = -1.0

# Orders of the rows in which prices are raised before the search; costs nearer than HAIR are one.
ORDERS, HAIR = 6, 1e-12


@njit(nogil=True, cache=True)
def grow(row_start, row_sites, site_start, site_rows, x, worth, seed, size):  # type: ignore[no-untyped-def]
    """Return a row and those most tied to it: that share most of the choice x with the rows taken before."""
    tie = np.zeros(len(row_start) - 1)
    taken = np.zeros(len(tie), np.bool_)
    out = np.empty(size, np.int64)
    row, k = seed, 0
    while row >= 0:
        out[k], taken[row] = row, True
        k += 1
        if k == size:
            break
        for a in range(row_start[row], row_start[row + 1]):
            j = row_sites[a]
            if x[j] > 0.0:
                for b in range(site_start[j], site_start[j + 1]):
                    tie[site_rows[b]] += x[j]
        row, best = -1, 0.0
        for i in range(len(tie)):
            if worth[i] and not taken[i] and tie[i] > best:
                row, best = i, tie[i]
    return out[:k]


@njit(nogil=True, cache=True)
def _links(mask):  # type: ignore[no-untyped-def]
    n, m = mask.shape
    start, out, k = np.zeros(n + 1, np.int64), np.empty(n * m, np.int64), 0
    for i in range(n):
        for j in range(m):
            if mask[i, j]:
                out[k] = j
                k += 1
        start[i + 1] = k
    return start, out[:k]


@njit(nogil=True, cache=True)
def _ascend(row_start, row_sites, site_start, site_rows, cost, open_row):  # type: ignore[no-untyped-def]
    """Return prices of the open rows, of which no site covers more than its cost, and what is left of the costs."""
    n = len(row_start) - 1
    best, best_u = -1.0, np.zeros(n)
    key = (row_start[1:] - row_start[:-1]).astype(np.float64)
    for turn in range(ORDERS):
        left, u = cost.copy(), np.zeros(n)
        for i in np.argsort(key):
            if open_row[i]:
                u[i] = np.inf
                for b in range(row_start[i], row_start[i + 1]):
                    u[i] = min(u[i], left[row_sites[b]])
                for b in range(row_start[i], row_start[i + 1]):
                    left[row_sites[b]] -= u[i]
        if u.sum() > best:
            best, best_u = u.sum(), u
        for i in range(n):
            key[i] = 0.5 * key[i] + 0.1 * u[i] * ((turn * 7919 + i * 104729) % 101)
    left = cost.copy()
    for j in range(len(cost)):
        for a in range(site_start[j], site_start[j + 1]):
            left[j] -= best_u[site_rows[a]]
    return best_u, left


@njit(nogil=True, cache=True)
def cheapest(row_start, row_sites, site_start, site_rows, cost, open_row, target, nodes, chosen):  # type: ignore[no-untyped-def]
    """Return the cost of the cheapest cover of the open rows, or `target` if none is cheaper; GAVE_UP after `nodes`.

    `chosen`, of shape (sites,), becomes that cover. Depth first: over the sites of the row that has fewest worth
    trying, each without those tried before it. A site costs what its rows' prices leave of its cost, and the prices of
    what it covers again.
    """
    n, m = len(row_start) - 1, len(site_start) - 1
    chosen[:] = False
    u, left = _ascend(row_start, row_sites, site_start, site_rows, cost, open_row)
    floor = u.sum()
    budget = target - floor
    count = np.where(open_row, 0, 1)
    bare = int(open_row.sum())
    if bare == 0 or budget <= HAIR:
        return min(floor, target)
    barred = np.zeros(m, np.int64)
    site, extra = np.zeros((n + 1, m), np.int64), np.zeros((n + 1, m))
    width, at, spent = np.zeros(n + 1, np.int64), np.zeros(n + 1, np.int64), np.zeros(n + 2)
    best, depth, fresh, seen = target, 0, True, 0
    while depth >= 0:
        if fresh:
            seen += 1
            if seen > nodes:
                return GAVE_UP
            rest = budget - spent[depth]
            row, fewest = -1, m + 1
            for i in range(n):
                if count[i] == 0:
                    k = 0
                    for b in range(row_start[i], row_start[i + 1]):
                        if barred[row_sites[b]] == 0 and left[row_sites[b]] < rest:
                            k += 1
                    if k < fewest:
                        row, fewest = i, k
            k = 0
            for b in range(row_start[row], row_start[row + 1]):
                j = row_sites[b]
                if barred[j] == 0 and left[j] < rest:
                    more = left[j]
                    for a in range(site_start[j], site_start[j + 1]):
                        if count[site_rows[a]] > 0:
                            more += u[site_rows[a]]
                    if more < rest - HAIR:
                        place = k
                        while place > 0 and extra[depth, place - 1] > more:
                            extra[depth, place], site[depth, place] = extra[depth, place - 1], site[depth, place - 1]
                            place -= 1
                        extra[depth, place], site[depth, place] = more, j
                        k += 1
            width[depth], at[depth], fresh = k, 0, False
        else:
            j = site[depth, at[depth]]
            for a in range(site_start[j], site_start[j + 1]):
                i = site_rows[a]
                count[i] -= 1
                bare += count[i] == 0
            barred[j] += 1
            at[depth] += 1
        if at[depth] < width[depth] and spent[depth] + extra[depth, at[depth]] < budget - HAIR:
            j = site[depth, at[depth]]
            for a in range(site_start[j], site_start[j + 1]):
                i = site_rows[a]
                bare -= count[i] == 0
                count[i] += 1
            spent[depth + 1] = spent[depth] + extra[depth, at[depth]]
            if bare == 0:
                budget = spent[depth + 1]
                best = floor + budget
                chosen[:] = False
                for d in range(depth + 1):
                    chosen[site[d, at[d]]] = True
            else:
                depth += 1
                fresh = True
        else:
            for k in range(at[depth]):
                barred[site[depth, k]] -= 1
            depth -= 1
    return best


@njit(nogil=True, cache=True)
def _exchange(inverse, value, cost, column, gain):  # type: ignore[no-untyped-def]
    """Bring a column into the basis; return whether one had to go, without which the LP has no end."""
    d = inverse @ column
    out, least = -1, np.inf
    for t in range(len(d)):
        if d[t] > 1e-9 and value[t] / d[t] < least:
            out, least = t, value[t] / d[t]
    if out < 0:
        return False
    value -= least * d
    value[out] = least
    pivot = inverse[out] / d[out]
    for t in range(len(d)):
        if t != out and d[t] != 0.0:
            inverse[t] -= d[t] * pivot
    inverse[out], cost[out] = pivot, gain
    return True


@njit(nogil=True, cache=True)
def separate(mask, x, start, steps, nodes):  # type: ignore[no-untyped-def]
    """Return the least cost of the choice x that was found, and the prices of it: by these, any cover costs at least 1.

    The most covers that fit into x in fractions are an LP, its columns the covers, which come as they are needed; its
    duals are prices by which x is cheapest: the local cuts of Applegate, Bixby, Chvatal and Cook ("TSP cuts which do
    not conform to the template paradigm", 2001). Asked are prices half way from the best so far, which steadies them.

    Parameters
    ----------
    mask
        Which site covers which row; each row has one. Shape (rows, sites).
    x
        Above 0. Shape (sites,).
    start
        Prices to begin with, above 0. Shape (sites,).
    """
    n, m = mask.shape
    row_start, row_sites = _links(mask)
    site_start, site_rows = _links(mask.T)
    open_row, chosen = np.ones(n, np.bool_), np.zeros(m, np.bool_)
    inverse, cost = np.eye(m), np.zeros(m)
    value = x * (1.0 + 1e-7 * np.arange(m) / m)
    dual, unit = np.zeros(m), np.zeros(m)
    least, best = np.inf, np.ones(m)
    for step in range(steps):
        price = start if step == 0 else 0.5 * (best + dual)
        for again in range(2):
            found = cheapest(
                row_start, row_sites, site_start, site_rows, price, open_row, price.sum() + 1.0, nodes, chosen
            )
            if found == GAVE_UP:
                return least, best
            if found > 0.0 and (price * x).sum() / found < least:
                least, best = (price * x).sum() / found, price / found
            if dual[chosen].sum() < 1.0 - 1e-7:
                break
            if again == 1:
                return least, best
            price = dual
        if not _exchange(inverse, value, cost, chosen.astype(np.float64), 1.0):
            return least, best
        for _ in range(m):
            dual = cost @ inverse
            worst = np.argmin(dual)
            unit[:] = 0.0
            unit[worst] = 1.0
            if dual[worst] > -1e-9 or not _exchange(inverse, value, cost, unit, 0.0):
                break
        dual = np.maximum(dual, 0.0)
        fit = (cost * value).sum()
        if fit > 1.0 - 1e-4 or (least < 1.0 and least - fit < 0.1 * (1.0 - least)):
            break
    return least, best


@njit(nogil=True, cache=True)
def lift(mask, price, order, nodes):  # type: ignore[no-untyped-def]
    """Lower prices from 1 one by one, as far as any cover still costs 1; sites that another outdoes cost no more.

    Shape of `mask` (rows, sites); of `price` (sites,), changed; `order` are the sites to lower.
    """
    row_start, row_sites = _links(mask)
    site_start, site_rows = _links(mask.T)
    chosen, done = np.zeros(len(price), np.bool_), np.ones(len(price), np.bool_)
    done[order] = False
    for j in order:
        outdone = False
        for k in range(len(price)):
            if done[k] and not (mask[:, j] & ~mask[:, k]).any():
                price[j], outdone = min(price[j], price[k]), True
        if not outdone:
            rest = cheapest(row_start, row_sites, site_start, site_rows, price, ~mask[:, j], 1.0, nodes, chosen)
            if rest != GAVE_UP:
                price[j] = max(0.0, 1.0 - rest)
        done[j] = True
