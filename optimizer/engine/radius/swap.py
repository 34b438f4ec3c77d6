"""A cover of all rows by p sites, looked for by swaps; rows that stay uncovered gain weight until they are not.

After the idea of Zhang, Lü, Su and Li, "Vertex weighting-based tabu search for p-center problem", IJCAI 2020. Quick to
find what there is; finding nothing proves nothing.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

FAR = 1 << 60

# Most swaps for each row and site.
SWAPS_A_LINE = 100


@njit(nogil=True, cache=True)
def _search(site_start, site_rows, row_start, row_sites, p, iterations, rng, is_open):  # type: ignore[no-untyped-def]
    """Swap until no row is uncovered; return whether that came about.

    value[j] is the weight that opening a closed site j would cover, or that closing an open one would uncover: what a
    site gains by opening is what it would lose by closing next.
    """
    n_sites, n_rows = len(site_start) - 1, len(row_start) - 1
    weight = np.ones(n_rows, np.int64)
    count = np.zeros(n_rows, np.int64)
    holder = np.zeros(n_rows, np.int64)  # the sum of the numbers of open sites that cover the row: of one, its number
    value = np.zeros(n_sites, np.int64)
    for j in range(n_sites):
        value[j] = site_start[j + 1] - site_start[j]
    bare = np.arange(n_rows)  # uncovered rows, the first n_bare entries
    place = np.arange(n_rows)
    n_bare = n_rows
    opened = np.empty(p, np.int64)
    eased = np.zeros(n_sites, np.int64)  # what opening u takes off the loss of closing
    turn = np.empty(2, np.int64)
    last_opened, last_closed = -1, -1
    step = -p
    while n_bare > 0 and step < iterations:
        if step < 0:
            # The first p steps open the site that covers most.
            best_u, best, ties = -1, -FAR, 0
            for j in range(n_sites):
                if not is_open[j] and value[j] >= best:
                    ties = 1 if value[j] > best else ties + 1
                    if rng.integers(0, ties) == 0:
                        best_u, best = j, value[j]
            slot = p + step
            turn[0], turn[1] = -1, best_u
            opened[slot] = best_u
        else:
            row = bare[rng.integers(0, n_bare)]
            best_u, best, slot, ties = -1, FAR, -1, 0
            for a in range(row_start[row], row_start[row + 1]):
                u = row_sites[a]
                if u == last_closed:
                    continue
                for b in range(site_start[u], site_start[u + 1]):
                    r = site_rows[b]
                    if count[r] == 1:
                        eased[holder[r]] += weight[r]
                for k in range(p):
                    v = opened[k]
                    change = value[v] - eased[v] - value[u]
                    if v != last_opened and change <= best:
                        ties = 1 if change < best else ties + 1
                        if rng.integers(0, ties) == 0:
                            best, best_u, slot = change, u, k
                for b in range(site_start[u], site_start[u + 1]):
                    r = site_rows[b]
                    if count[r] == 1:
                        eased[holder[r]] = 0
            if best_u < 0:
                last_opened = last_closed = -1
                step += 1
                continue
            turn[0], turn[1] = opened[slot], best_u
            opened[slot] = best_u
            last_opened, last_closed = best_u, turn[0]
        # Open first: closing then changes fewer counts to 0 and back.
        for way in range(1, -1, -1):
            site = turn[way]
            if site < 0:
                continue
            is_open[site] = way == 1
            for b in range(site_start[site], site_start[site + 1]):
                r = site_rows[b]
                if way == 1:
                    if count[r] == 0:
                        for a in range(row_start[r], row_start[r + 1]):
                            if row_sites[a] != site:
                                value[row_sites[a]] -= weight[r]
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
                            if row_sites[a] != site:
                                value[row_sites[a]] += weight[r]
                        bare[n_bare], place[r] = r, n_bare
                        n_bare += 1
                    elif count[r] == 1:
                        value[holder[r]] += weight[r]
        if step >= 0 and best >= 0:
            for k in range(n_bare):
                r = bare[k]
                weight[r] += 1
                for a in range(row_start[r], row_start[r + 1]):
                    value[row_sites[a]] += 1
        step += 1
    return n_bare == 0


def find_cover(mask: Mask, p: int, *, work: float, seed: int) -> Mask | None:
    """Return p open sites that cover all rows, or None if none were found.

    Parameters
    ----------
    mask
        Which site covers which row. Shape (rows, sites).
    work
        Numbers looked at before the search gives up, 3e8 a second or so; of small problems far fewer.
    """
    rows, sites = mask.shape
    if p >= sites:
        return np.ones(sites, dtype=bool) if mask.any(axis=1).all() else None
    if p < 1 or not mask.any(axis=1).all():
        return None
    row, row_sites = np.nonzero(mask)
    site, site_rows = np.nonzero(mask.T)
    row_start = np.searchsorted(row, np.arange(rows + 1))
    site_start = np.searchsorted(site, np.arange(sites + 1))
    is_open = np.zeros(sites, dtype=bool)
    # A swap looks at the sites of a row, for each at its rows and at the open sites; small problems are soon exhausted.
    iterations = int(min(work / (len(row) / rows * (len(row) / sites + p)), SWAPS_A_LINE * (rows + sites)))
    found = _search(site_start, site_rows, row_start, row_sites, p, iterations, np.random.default_rng(seed), is_open)
    return is_open if found else None
