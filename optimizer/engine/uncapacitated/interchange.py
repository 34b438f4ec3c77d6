"""Local search over open sites: the best of all additions, drops and swaps, until none saves anything.

What each move saves is kept in memory and mended only for the customers that a move touches (Resende, Werneck, Annals
of Operations Research 150, 2007). A swap saves ``add[j] - drop[r] + extra[r, j]`` and the difference of fixed costs.
A customer that no open site may serve costs `big`.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

_FAST = {"nogil": True, "cache": True}


@njit(**_FAST)
def _two_nearest(i, matrix, start, site, cost, is_open, opens, n_open, big):  # type: ignore[no-untyped-def]
    first, near = -1, big
    for k in range(start[i], start[i + 1]):
        if is_open[site[k]]:
            if first >= 0:
                return first, near, min(np.float64(cost[k]), big)
            first, near = site[k], min(np.float64(cost[k]), big)
    first, near, second = -1, big, big
    for t in range(n_open):
        x = np.float64(matrix[i, opens[t]])
        if x < near or first < 0:
            first, near, second = opens[t], min(x, big), near
        elif x < second:
            second = x
    return first, near, second


@njit(**_FAST)
def _contribute(i, sign, start, site, cost, near, second, of, slot, add, drop, extra):  # type: ignore[no-untyped-def]
    a, b, s = near[i], second[i], slot[of[i]]
    drop[s] += sign * (b - a)
    row = extra[s]
    for k in range(start[i], start[i + 1]):
        x, j = np.float64(cost[k]), site[k]
        if x >= b:
            break
        if x < a:
            add[j] += sign * (a - x)
            row[j] += sign * (b - a)
        else:
            row[j] += sign * (b - x)


@njit(**_FAST)
def begin(matrix, start, site, cost, is_open, slots, big):  # type: ignore[no-untyped-def]
    """Return the memory of a search from `is_open`, with room for so many open sites."""
    n, m = matrix.shape
    opens, slot, size = np.empty(slots, np.int64), np.full(m, -1, np.int64), np.zeros(1, np.int64)
    for j in range(m):
        if is_open[j]:
            opens[size[0]], slot[j] = j, size[0]
            size[0] += 1
    near, second, of = np.empty(n), np.empty(n), np.empty(n, np.int64)
    add, drop, extra = np.zeros(m), np.zeros(slots), np.zeros((slots, m))
    for i in range(n):
        of[i], near[i], second[i] = _two_nearest(i, matrix, start, site, cost, is_open, opens, size[0], big)
        _contribute(i, 1.0, start, site, cost, near, second, of, slot, add, drop, extra)
    return opens, slot, size, near, second, of, add, drop, extra


@njit(nogil=True, cache=True, fastmath={"nnan", "nsz", "reassoc"})
def _highest(a, b):  # type: ignore[no-untyped-def]
    """Return the greatest sum of two entries; without NaN to look for, as fast as memory."""
    best = np.float64(-1e300)
    for j in range(len(a)):
        x = a[j] + b[j]
        best = x if x > best else best
    return best


@njit(**_FAST)
def best_move(fixed, is_open, locked, low, high, memory):  # type: ignore[no-untyped-def]
    """Return (saved, site to open or -1, site to close or -1); outside the limits, the best step towards them."""
    opens, n_open, add, drop, extra = memory[0], memory[2][0], memory[6], memory[7], memory[8]
    best, into, out = 0.0, -1, -1
    if n_open < low or n_open > high:
        best = -np.inf
    gain = np.empty(len(add))
    for j in range(len(add)):
        gain[j] = -1e300 if is_open[j] or locked[j] else add[j] - fixed[j]
        if n_open < high and gain[j] > max(best, -1e299):
            best, into = gain[j], j
    if n_open < low:
        return best, into, out
    for s in range(n_open):
        r = opens[s]
        if locked[r]:
            continue
        base = fixed[r] - drop[s]
        if n_open > low and base > best:
            best, into, out = base, -1, r
        if n_open <= high:
            row = extra[s]
            most = _highest(gain, row)
            if base + most > best and most > -1e299:
                for j in range(len(add)):
                    if gain[j] + row[j] == most:
                        best, into, out = base + most, j, r
                        break
    return best, into, out


@njit(**_FAST)
def move(into, out, matrix, start, site, cost, is_open, big, memory):  # type: ignore[no-untyped-def]
    """Open `into` and close `out` (-1 for neither), and mend the memory."""
    opens, slot, size, near, second, of, add, drop, extra = memory
    n = len(near)
    hit, hits = np.empty(n, np.int64), 0
    for i in range(n):
        # Where the second nearest closes, its cost tells: it need not be remembered by name.
        loses = out >= 0 and (of[i] == out or matrix[i, out] <= second[i])
        if loses or (into >= 0 and matrix[i, into] < second[i]):
            hit[hits] = i
            hits += 1
            _contribute(i, -1.0, start, site, cost, near, second, of, slot, add, drop, extra)
    if into >= 0:
        is_open[into] = 1
    if out >= 0:
        is_open[out] = 0
    s = slot[out] if out >= 0 else size[0]
    if out >= 0:
        slot[out] = -1
    if into < 0:
        # The last one takes the place of the closed one.
        last = size[0] - 1
        if s != last:
            opens[s], drop[s] = opens[last], drop[last]
            extra[s, :] = extra[last, :]
            slot[opens[s]] = s
        size[0] = last
    else:
        opens[s], slot[into], drop[s] = into, s, 0.0
        extra[s, :] = 0.0
        size[0] += out < 0
    for t in range(hits):
        i = hit[t]
        of[i], near[i], second[i] = _two_nearest(i, matrix, start, site, cost, is_open, opens, size[0], big)
        _contribute(i, 1.0, start, site, cost, near, second, of, slot, add, drop, extra)


@njit(**_FAST)
def descend(fixed, locked, low, high, floor, moves, matrix, start, site, cost, is_open, big, memory):  # type: ignore[no-untyped-def]
    """Make the best move until it saves no more than `floor`, so many times at most; return how many were made."""
    opens, size = memory[0], memory[2]
    for k in range(moves):
        saved, into, out = best_move(fixed, is_open, locked, low, high, memory)
        inside = low <= size[0] <= high
        if (into < 0 and out < 0) or (inside and saved <= floor) or (out < 0 and size[0] == len(opens)):
            return k
        move(into, out, matrix, start, site, cost, is_open, big, memory)
    return moves


def gains(fixed: NDArray[np.float64], memory: tuple[NDArray[Any], ...]) -> NDArray[np.float64]:
    """Return what each move saves. Shape (open + 1, sites + 1): close the row's site, open the column's; last: none."""
    opens, _, size, _, _, _, add, drop, extra = memory
    n = int(size[0])
    out = np.zeros((n + 1, len(add) + 1))
    out[:, :-1] = add - fixed
    out[:-1, :-1] += extra[:n]
    out[:-1] += (fixed[opens[:n]] - drop[:n])[:, None]
    return out
