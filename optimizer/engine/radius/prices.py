"""Prices of rows, and how many sites they prove that a cover takes: the volume algorithm on the covering problem.

With a price u_i >= 0 for each row and a_j the prices of the rows that site j covers, each cover has at least
sum_i u_i + sum_j min(0, 1 - a_j) sites. The prices that prove most are climbed to along averaged subgradients (Barahona
and Anbil, Mathematical Programming 87, 2000); the averaged choice of sites comes near to an optimum of the LP.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

# How much of the newest choice goes into the average, at first and at least; each hundred steps it shrinks.
NEWEST, LEAST_NEW = 0.05, 0.005

# Steps without a better bound before they are shortened, and the rise within a hundred, of what is missing, below which
# more are not worth it.
PATIENCE, SLOW = 20, 0.01


@njit(nogil=True, cache=True)
def _links(mask):  # type: ignore[no-untyped-def]
    n, m = mask.shape
    row_start, site_start = np.zeros(n + 1, np.int64), np.zeros(m + 1, np.int64)
    for i in range(n):
        for j in range(m):
            if mask[i, j]:
                row_start[i + 1] += 1
                site_start[j + 1] += 1
    row_start, site_start = np.cumsum(row_start), np.cumsum(site_start)
    row_sites, site_rows = np.empty(row_start[n], np.int64), np.empty(row_start[n], np.int64)
    place, k = site_start.copy(), 0
    for i in range(n):
        for j in range(m):
            if mask[i, j]:
                row_sites[k] = j
                k += 1
                site_rows[place[j]] = i
                place[j] += 1
    return row_start, row_sites, site_start, site_rows


@dataclass(frozen=True, eq=False)
class Links:
    """Which site covers which row, both ways: sites of row i are ``row_sites[row_start[i] : row_start[i + 1]]``."""

    row_start: Ints
    row_sites: Ints
    site_start: Ints
    site_rows: Ints

    @classmethod
    def of(cls, mask: Mask) -> "Links":
        """Make them of a mask of shape (rows, sites)."""
        return cls(*_links(np.ascontiguousarray(mask)))

    @property
    def arrays(self) -> tuple[Ints, Ints, Ints, Ints]:
        return self.row_start, self.row_sites, self.site_start, self.site_rows


@njit(nogil=True, cache=True)
def climb(row_start, row_sites, site_start, site_rows, row_on, site_on, joint, u, target, steps):  # type: ignore[no-untyped-def]
    """Return the best bound, its prices, what each site then covers, and the averaged choice of sites.

    Rows and sites that are not `on` are as if they were not there. `joint` are the sites of one more row, the last
    entry of `u`; none, no row.
    """
    n, m = len(row_start) - 1, len(site_start) - 1
    covered, best_covered = np.zeros(m), np.zeros(m)
    choice, average = np.zeros(m), np.zeros(m)
    lack, mean_lack = np.ones(n + 1), np.ones(n + 1)
    in_joint = np.zeros(m, np.bool_)
    for j in joint:
        in_joint[j] = True
    on = np.empty(n + 1, np.int64)
    n_on = 0
    for i in range(n + 1):
        if row_on[i] if i < n else len(joint) > 0:
            on[n_on] = i
            n_on += 1
        else:
            u[i] = 0.0
    best, best_u, length, newest = -np.inf, u.copy(), 0.1, NEWEST
    poor, before = 0, -np.inf
    for step in range(steps):
        covered[:] = 0.0
        bound = 0.0
        for k in range(n_on):
            i = on[k]
            price = u[i]
            if price > 0.0:
                bound += price
                if i < n:
                    for b in range(row_start[i], row_start[i + 1]):
                        covered[row_sites[b]] += price
                else:
                    for j in joint:
                        covered[j] += price
        lack[:] = 1.0
        for j in range(m):
            choice[j] = 0.0
            if covered[j] > 1.0 and site_on[j]:
                bound += 1.0 - covered[j]
                choice[j] = 1.0
                for b in range(site_start[j], site_start[j + 1]):
                    lack[site_rows[b]] -= 1.0
                if in_joint[j]:
                    lack[n] -= 1.0
        old, new, both = 0.0, 0.0, 0.0
        for k in range(n_on):
            i = on[k]
            old += mean_lack[i] * mean_lack[i]
            new += lack[i] * lack[i]
            both += mean_lack[i] * lack[i]
        share = 1.0
        if step > 0:
            # The mix of least norm, within limits.
            apart = old + new - 2.0 * both
            share = (old - both) / apart if apart > 1e-12 else newest
            share = max(newest / 10.0, min(newest, share))
        for j in range(m):
            average[j] += share * (choice[j] - average[j])
        for k in range(n_on):
            i = on[k]
            mean_lack[i] += share * (lack[i] - mean_lack[i])
        if bound > best:
            best, poor = bound, 0
            best_u[:] = u
            best_covered[:] = covered
            if both > 0.0:
                length = min(2.0, 1.1 * length)
            if best > target:
                break
        else:
            poor += 1
            if poor >= PATIENCE:
                length, poor = 0.7 * length, 0
        if step % 100 == 99:
            if step > 100 and best - before < SLOW * (target - best):
                break
            before, newest = best, max(LEAST_NEW, 0.8 * newest)
        norm = 0.0
        for k in range(n_on):
            i = on[k]
            if mean_lack[i] > 0.0 or best_u[i] > 0.0:
                norm += mean_lack[i] * mean_lack[i]
        if norm < 1e-9:
            break
        stride = length * (max(target - best, 0.02) + 0.1) / norm
        for k in range(n_on):
            i = on[k]
            u[i] = max(0.0, best_u[i] + stride * mean_lack[i])
    return best, best_u, best_covered, average


@njit(nogil=True, cache=True)
def settle(row_start, row_sites, site_start, site_rows, u):  # type: ignore[no-untyped-def]
    """Return prices near to those given by which no site covers more than 1: the sum of them bounds any cover.

    Lowered in the sites that cover most, then raised row by row while that is possible.
    """
    n, m = len(row_start) - 1, len(site_start) - 1
    u = u.copy()
    covered = np.zeros(m)
    for i in range(n):
        for b in range(row_start[i], row_start[i + 1]):
            covered[row_sites[b]] += u[i]
    for j in np.argsort(-covered):
        if covered[j] > 1.0:
            part = 1.0 / covered[j]
            for b in range(site_start[j], site_start[j + 1]):
                i = site_rows[b]
                less = u[i] * (1.0 - part)
                if less > 0.0:
                    u[i] -= less
                    for c in range(row_start[i], row_start[i + 1]):
                        covered[row_sites[c]] -= less
    for i in np.argsort(row_start[1:] - row_start[:-1]):
        room = 1.0
        for b in range(row_start[i], row_start[i + 1]):
            room = min(room, 1.0 - covered[row_sites[b]])
        if room > 0.0:
            u[i] += room
            for b in range(row_start[i], row_start[i + 1]):
                covered[row_sites[b]] += room
    return u


@njit(nogil=True, cache=True)
def candidates(row_start, row_sites, site_start, site_rows, u, x, dearest, tries):  # type: ignore[no-untyped-def]
    """Return pairs of rows that the choice x covers by one site in half, the dearest first. Shape (pairs, 2)."""
    n = len(row_start) - 1
    score = np.zeros(tries)
    pair = np.full((tries, 2), -1)
    together = np.zeros(n)
    common = np.zeros(n, np.int64)
    for r in dearest:
        together[:] = 0.0
        common[:] = 0
        for a in range(row_start[r], row_start[r + 1]):
            j = row_sites[a]
            for b in range(site_start[j], site_start[j + 1]):
                together[site_rows[b]] += x[j]
                common[site_rows[b]] += 1
        for s in range(n):
            own = row_start[s + 1] - row_start[s]
            if s == r or not 0 < common[s] < min(own, row_start[r + 1] - row_start[r]):
                continue
            value = min(together[s], 1.0 - together[s]) * (u[r] + u[s] + 0.05)
            k = tries
            twin = False
            for t in range(tries):
                twin = twin or (pair[t, 0] == s and pair[t, 1] == r)
            while k > 0 and value > score[k - 1]:
                k -= 1
            if k < tries and not twin:
                for t in range(tries - 1, k, -1):
                    score[t] = score[t - 1]
                    pair[t] = pair[t - 1]
                score[k], pair[k, 0], pair[k, 1] = value, r, s
    return pair


@njit(nogil=True, cache=True)
def _common(row_start, row_sites, r, s):  # type: ignore[no-untyped-def]
    """Return the sites of both rows."""
    out = np.empty(row_start[r + 1] - row_start[r], np.int64)
    k, a, b = 0, row_start[r], row_start[s]
    while a < row_start[r + 1] and b < row_start[s + 1]:
        if row_sites[a] == row_sites[b]:
            out[k] = row_sites[a]
            k += 1
        if row_sites[a] <= row_sites[b]:
            a += 1
        else:
            b += 1
    return out[:k]


@njit(nogil=True, cache=True)
def best_pair(row_start, row_sites, site_start, site_rows, u, pairs, bound, target, steps):  # type: ignore[no-untyped-def]
    """Try pairs; return the joint sites of the best, the bounds of its two children and their prices.

    The best has the greatest product of rises. In the joint child, the rows that contain the new one are off.
    """
    n, m = len(row_start) - 1, len(site_start) - 1
    links = (row_start, row_sites, site_start, site_rows)
    best = -1.0
    best_joint = np.empty(0, np.int64)
    best_bounds, best_prices = np.zeros(2), np.zeros((2, n + 1))
    none = np.empty(0, np.int64)
    for k in range(len(pairs)):
        if pairs[k, 0] < 0:
            break
        joint = _common(row_start, row_sites, pairs[k, 0], pairs[k, 1])
        row_on, site_on = np.ones(n, np.bool_), np.ones(m, np.bool_)
        count = np.zeros(n, np.int64)
        for j in joint:
            site_on[j] = False
            for b in range(site_start[j], site_start[j + 1]):
                count[site_rows[b]] += 1
        price = np.append(u, 0.0)
        for i in range(n):
            if count[i] == len(joint):
                row_on[i] = False
                price[n] += u[i]
        first, first_price, _, _ = climb(*links, row_on, np.ones(m, np.bool_), joint, price, target, steps)
        row_on[:] = True
        other, other_price, _, _ = climb(*links, row_on, site_on, none, np.append(u, 0.0), target, steps)
        missing = target - bound
        value = min(missing, max(1e-4, first - bound)) * min(missing, max(1e-4, other - bound))
        if value > best:
            best, best_joint = value, joint
            best_bounds[0], best_bounds[1] = first, other
            best_prices[0], best_prices[1] = first_price, other_price
        if min(first, other) > target:
            break
    return best_joint, best_bounds, best_prices


def first_prices(links: Links) -> Floats:
    """Return prices to start from: of each row, the share that it has in its largest site. Shape (rows,)."""
    if not len(links.row_sites):
        return np.zeros(len(links.row_start) - 1)
    size = np.diff(links.site_start)[links.row_sites]
    return 1.0 / np.maximum.reduceat(size, links.row_start[:-1])
