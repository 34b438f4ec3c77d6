"""A cover of all rows by p sites, looked for by swaps; rows that stay uncovered gain weight until they are not.

After Zhang, Lü, Su and Li, "Vertex weighting-based tabu search for p-center problem", IJCAI 2020. Quick to find what
there is; finding nothing proves nothing.
"""

from collections.abc import Callable

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sitewright.optimizer.engine.radius.prices import Links

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

FAR = 1 << 60

# Work between two looks at the clock, half a second or so.
TURN = 2e8


@njit(nogil=True, cache=True)
def _flip(site, opens, links, weight, count, holder, value, bare, place, n_bare):  # type: ignore[no-untyped-def]
    """Open or close a site; return how many rows are uncovered then."""
    row_start, row_sites, site_start, site_rows = links
    for b in range(site_start[site], site_start[site + 1]):
        r = site_rows[b]
        if opens:
            if count[r] == 0:
                for a in range(row_start[r], row_start[r + 1]):
                    value[row_sites[a]] -= weight[r]
                # What others lose by it, the site itself would uncover by closing.
                value[site] += weight[r]
                n_bare -= 1
                end = bare[n_bare]
                bare[place[r]], place[end] = end, place[r]
            elif count[r] == 1:
                value[holder[r]] -= weight[r]
            count[r] += 1
            holder[r] += site
        else:
            count[r] -= 1
            holder[r] -= site
            if count[r] == 0:
                for a in range(row_start[r], row_start[r + 1]):
                    value[row_sites[a]] += weight[r]
                value[site] -= weight[r]
                bare[n_bare], place[r] = r, n_bare
                n_bare += 1
            elif count[r] == 1:
                value[holder[r]] += weight[r]
    return n_bare


@njit(nogil=True, cache=True)
def _best_swap(row, links, weight, count, holder, value, opened, last, eased, held, changed):  # type: ignore[no-untyped-def]
    """Return the change of the best swap, the site of the row that it opens and the one it closes; -1 if there is none.

    Of equal swaps, the one whose sites have rested longest. Only open sites that share a row with the newcomer lose
    less by closing than they would alone: all others are compared once.
    """
    row_start, row_sites, site_start, site_rows = links
    best, best_in, best_out = FAR, -1, -1
    least, cheapest = FAR, -1
    for v in opened:
        if v != last[0] and (value[v] < least or (value[v] == least and changed[v] < changed[cheapest])):
            least, cheapest = value[v], v
    if cheapest < 0:
        return best, best_in, best_out
    for a in range(row_start[row], row_start[row + 1]):
        u = row_sites[a]
        if u == last[1]:
            continue
        n_held = 0
        for b in range(site_start[u], site_start[u + 1]):
            r = site_rows[b]
            if count[r] == 1:
                if eased[holder[r]] == 0:
                    held[n_held] = holder[r]
                    n_held += 1
                eased[holder[r]] += weight[r]
        loss, out = least, cheapest
        for k in range(n_held):
            v = held[k]
            rest = value[v] - eased[v]
            if v != last[0] and (rest < loss or (rest == loss and changed[v] < changed[out])):
                loss, out = rest, v
            eased[v] = 0
        change = loss - value[u]
        if change < best or (change == best and changed[u] < changed[best_in]):
            best, best_in, best_out = change, u, out
    return best, best_in, best_out


@njit(nogil=True, cache=True)
def _search(links, rng, swaps, is_open, opened, weight, count, holder, value, bare, place, changed, last):  # type: ignore[no-untyped-def]
    """Swap until no row is uncovered; return whether that came about.

    value[j] is the weight that opening a closed site j would cover, or that closing an open one would uncover.
    holder[r] is the sum of the numbers of open sites that cover row r: of one, its number.
    """
    row_start, row_sites, _, _ = links
    n_bare = int((count == 0).sum())
    eased, held = np.zeros(len(value), np.int64), np.empty(len(count), np.int64)
    slot = np.empty(len(value), np.int64)
    for k in range(len(opened)):
        slot[opened[k]] = k
    for _ in range(swaps):
        if n_bare == 0:
            break
        row = bare[rng.integers(0, n_bare)]
        best, u, v = _best_swap(row, links, weight, count, holder, value, opened, last, eased, held, changed)
        if u < 0:
            last[0] = last[1] = -1
            continue
        # Open first: closing then changes fewer counts to 0 and back.
        n_bare = _flip(u, True, links, weight, count, holder, value, bare, place, n_bare)
        n_bare = _flip(v, False, links, weight, count, holder, value, bare, place, n_bare)
        is_open[u], is_open[v] = True, False
        slot[u] = slot[v]
        opened[slot[u]] = u
        last[0], last[1], last[2] = u, v, last[2] + 1
        changed[u] = changed[v] = last[2]
        if best >= 0:
            for k in range(n_bare):
                r = bare[k]
                weight[r] += 1
                for a in range(row_start[r], row_start[r + 1]):
                    value[row_sites[a]] += 1
    return n_bare == 0


@njit(nogil=True, cache=True)
def _begin(links, rng, first, opened, is_open, weight, count, holder, value, bare, place):  # type: ignore[no-untyped-def]
    """Open the sites `first`, then whichever covers most, until there are as many as `opened` has room for."""
    n_bare = len(count)
    for k in range(len(opened)):
        site = first[k] if k < len(first) else -1
        if site < 0:
            best, ties = -1, 0
            for j in range(len(value)):
                if not is_open[j] and value[j] >= best:
                    ties = 1 if value[j] > best else ties + 1
                    if rng.integers(0, ties) == 0:
                        site, best = j, value[j]
        n_bare = _flip(site, True, links, weight, count, holder, value, bare, place, n_bare)
        opened[k], is_open[site] = site, True


def find_cover(
    mask: Mask,
    p: int,
    *,
    work: float,
    seed: int,
    most: float = np.inf,
    first: Ints | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Mask | None:
    """Return p open sites that cover all rows, or None if none were found.

    Parameters
    ----------
    mask
        Which site covers which row. Shape (rows, sites).
    work
        Numbers looked at before the search gives up, 4e8 a second or so.
    most
        Swaps before it gives up.
    first
        Sites that are open in the beginning; of too many, the first p.
    """
    rows, sites = mask.shape
    if p >= sites:
        return np.ones(sites, dtype=bool) if mask.any(axis=1).all() else None
    if p < 1 or not mask.any(axis=1).all():
        return None
    links, rng = Links.of(mask).arrays, np.random.default_rng(seed)
    is_open, opened = np.zeros(sites, dtype=bool), np.empty(p, dtype=np.int64)
    weight, count, holder = np.ones(rows, dtype=np.int64), np.zeros(rows, np.int64), np.zeros(rows, np.int64)
    value, bare, place = mask.sum(axis=0), np.arange(rows), np.arange(rows)
    changed, last = np.zeros(sites, dtype=np.int64), np.array([-1, -1, 0])
    begin = np.empty(0, dtype=np.int64) if first is None else first
    _begin(links, rng, begin, opened, is_open, weight, count, holder, value, bare, place)
    # A swap looks at all open sites, and at the rows of each site of a row.
    each = p + len(links[1]) / rows * (len(links[1]) / sites)
    left = max(1, int(min(work / each, most)))
    while left > 0 and not stop():
        swaps = min(left, max(1, int(TURN / each)))
        if _search(links, rng, swaps, is_open, opened, weight, count, holder, value, bare, place, changed, last):
            return is_open
        left -= swaps
    return None
