"""Local search over open sites: the best of all additions, drops and swaps, until none saves anything.

What each move saves is kept in memory and mended only for the customers that a move touches (Resende, Werneck, Annals
of Operations Research 150, 2007). A swap saves ``add[j] - drop[r] + extra[r, j]`` and the difference of fixed costs.
A customer that no open site may serve costs `big`. `rows` are the near sites by customer and by site (`Prefix.rows`);
`matrix` tells of the others. Where it has no columns, because it is not in memory, a customer costs its row's `top`
beyond them, which is the least that it can be.

Each open site remembers the best site to swap it for; a move makes only those look again whose customers it touched.
The others may have missed a better one: before a set is said to be a local optimum, all look again.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

_FAST = {"nogil": True, "cache": True}


@njit(**_FAST)
def _two_nearest(i, matrix, start, site, cost, top, is_open, opens, n_open, big):  # type: ignore[no-untyped-def]
    first, near = -1, big
    for k in range(start[i], start[i + 1]):
        if is_open[site[k]]:
            if first >= 0:
                return first, near, min(np.float64(cost[k]), big)
            first, near = site[k], min(np.float64(cost[k]), big)
    if not matrix.shape[1]:
        far = min(top[i], big)
        return (first, near, max(near, far)) if first >= 0 else (first, far, far)
    first, near, second = -1, big, big
    for t in range(n_open):
        x = np.float64(matrix[i, opens[t]])
        if x < near or first < 0:
            first, near, second = opens[t], min(x, big), near
        elif x < second:
            second = x
    return first, near, second


@njit(**_FAST)
def _contribute(i, sign, start, site, cost, near, second, of, slot, add, drop, extra, swap):  # type: ignore[no-untyped-def]
    # A customer of nobody has a = b, so all that it adds to a swap is 0, wherever it goes.
    a, b, s = near[i], second[i], slot[of[i]]
    swap[s] = -1
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
def begin(matrix, rows, is_open, slots, big):  # type: ignore[no-untyped-def]
    """Return the memory of a search from `is_open`, with room for so many open sites."""
    start, site, cost, top, by_site, _, _ = rows
    n, m = len(start) - 1, len(by_site) - 1
    opens, slot, size = np.empty(slots, np.int64), np.full(m, -1, np.int64), np.zeros(1, np.int64)
    for j in range(m):
        if is_open[j]:
            opens[size[0]], slot[j] = j, size[0]
            size[0] += 1
    near, second, of = np.empty(n), np.empty(n), np.empty(n, np.int64)
    add, drop, extra, swap = np.zeros(m), np.zeros(slots), np.zeros((slots, m)), np.full(slots, -1, np.int64)
    for i in range(n):
        of[i], near[i], second[i] = _two_nearest(i, matrix, start, site, cost, top, is_open, opens, size[0], big)
        _contribute(i, 1.0, start, site, cost, near, second, of, slot, add, drop, extra, swap)
    return opens, slot, size, near, second, of, add, drop, extra, swap, np.empty(n, np.int64), np.zeros(n, np.bool_)


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
    opens, n_open, add, drop, extra, swap = memory[0], memory[2][0], memory[6], memory[7], memory[8], memory[9]
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
            row, j = extra[s], swap[s]
            if j < 0 or gain[j] < -1e299:
                j = swap[s] = _where(gain, row, _highest(gain, row))
            if base + gain[j] + row[j] > best and gain[j] > -1e299:
                best, into, out = base + gain[j] + row[j], j, r
    return best, into, out


@njit(**_FAST)
def _where(a, b, most):  # type: ignore[no-untyped-def]
    for j in range(len(a)):
        if a[j] + b[j] >= most:
            return j
    return 0


@njit(**_FAST)
def _touched(into, out, matrix, rows, near, second, of, hit, seen):  # type: ignore[no-untyped-def]
    """Write the customers whose nearest two sites change into `hit`; return how many they are.

    A site that matters to a customer is near it, unless its second nearest open one is not: then the matrix tells.
    """
    _, _, _, top, by_site, row, at = rows
    hits = 0
    if into >= 0:
        for k in range(by_site[into], by_site[into + 1]):
            i = row[k]
            if at[k] < second[i]:
                hit[hits], seen[i] = i, True
                hits += 1
    if out >= 0:
        for k in range(by_site[out], by_site[out + 1]):
            i = row[k]
            # Where the second nearest closes, its cost tells: it need not be remembered by name.
            if not seen[i] and (of[i] == out or at[k] <= second[i]):
                hit[hits], seen[i] = i, True
                hits += 1
    if matrix.shape[1]:
        for i in range(len(second)):
            if second[i] > top[i] and not seen[i]:
                loses = out >= 0 and (of[i] == out or matrix[i, out] <= second[i])
                if loses or (into >= 0 and matrix[i, into] < second[i]):
                    hit[hits], seen[i] = i, True
                    hits += 1
    for t in range(hits):
        seen[hit[t]] = False
    return hits


@njit(**_FAST)
def move(into, out, matrix, rows, is_open, big, memory):  # type: ignore[no-untyped-def]
    """Open `into` and close `out` (-1 for neither), and mend the memory."""
    start, site, cost, top, _, _, _ = rows
    opens, slot, size, near, second, of, add, drop, extra, swap, hit, seen = memory
    hits = _touched(into, out, matrix, rows, near, second, of, hit, seen)
    for t in range(hits):
        _contribute(hit[t], -1.0, start, site, cost, near, second, of, slot, add, drop, extra, swap)
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
            extra[s, :], swap[s] = extra[last, :], swap[last]
            slot[opens[s]] = s
        size[0] = last
    else:
        opens[s], slot[into], drop[s], swap[s] = into, s, 0.0, -1
        extra[s, :] = 0.0
        size[0] += out < 0
    for t in range(hits):
        i = hit[t]
        of[i], near[i], second[i] = _two_nearest(i, matrix, start, site, cost, top, is_open, opens, size[0], big)
        _contribute(i, 1.0, start, site, cost, near, second, of, slot, add, drop, extra, swap)


@njit(**_FAST)
def descend(fixed, locked, low, high, floor, moves, whole, matrix, rows, is_open, big, memory):  # type: ignore[no-untyped-def]
    """Make the best move until it saves no more than `floor`, so many times at most; return how many were made.

    If fewer were made and `whole`, the set is a local optimum.
    """
    opens, size, swap = memory[0], memory[2], memory[9]
    sure = False
    for k in range(moves):
        while True:
            saved, into, out = best_move(fixed, is_open, locked, low, high, memory)
            inside = low <= size[0] <= high
            none = (into < 0 and out < 0) or (inside and saved <= floor) or (out < 0 and size[0] == len(opens))
            if not none or sure or not whole:
                break
            swap[:], sure = -1, True
        if none:
            return k
        sure = False
        move(into, out, matrix, rows, is_open, big, memory)
    return moves


@njit(**_FAST)
def price(fixed, is_open, near):  # type: ignore[no-untyped-def]
    """Return what the open set costs."""
    total = 0.0
    for i in range(len(near)):
        total += near[i]
    for j in range(len(fixed)):
        if is_open[j]:
            total += fixed[j]
    return total


@njit(**_FAST)
def _kick(i, most, draws, locked, matrix, rows, is_open, big, memory):  # type: ignore[no-untyped-def]
    """Swap the nearest open sites of a customer for others drawn from the same part of its row."""
    start, site = rows[0], rows[1]
    outs, n, k = np.empty(most, np.int64), 0, start[i]
    while k < start[i + 1] and n < most:
        if is_open[site[k]] and not locked[site[k]]:
            outs[n] = site[k]
            n += 1
        k += 1
    width, d = k - start[i], 0
    for t in range(n):
        for _ in range(8):
            j = site[start[i] + int(draws[d] * width)]
            d = (d + 1) % len(draws)
            if not is_open[j] and not locked[j]:
                move(j, outs[t], matrix, rows, is_open, big, memory)
                break
    return n


@njit(**_FAST)
def _return(kept, matrix, rows, is_open, big, memory):  # type: ignore[no-untyped-def]
    """Move back to a set."""
    a, b, m = 0, 0, len(kept)
    while True:
        while a < m and (is_open[a] or not kept[a]):
            a += 1
        while b < m and (kept[b] or not is_open[b]):
            b += 1
        if a == m and b == m:
            return
        # Closed first where there is none to swap with, so that no more are open than there is room for.
        move(a if a < m else -1, b if b < m else -1, matrix, rows, is_open, big, memory)


@njit(**_FAST)
def iterate(  # type: ignore[no-untyped-def]
    fixed, locked, low, high, floor, heat, draws, least, best, matrix, rows, is_open, big, memory
):
    """Kick and descend once for each row of `draws`, from the set in `is_open` on; return what the best set costs.

    `best` is a set that costs `least`, and gets any better one. The walk goes on from a set that costs no more than
    the last, or little more than the best: by a draw of mean `heat`. `is_open` is left where it stands.
    """
    kept = is_open.copy()
    now = price(fixed, is_open, memory[3])
    for row in draws:
        i, k = int(row[0] * len(memory[3])), 2 + int(row[1] * 5)
        if not _kick(i, k, row[3:], locked, matrix, rows, is_open, big, memory):
            continue
        descend(fixed, locked, low, high, floor, 1000, False, matrix, rows, is_open, big, memory)
        value = price(fixed, is_open, memory[3])
        if value < least - floor:
            descend(fixed, locked, low, high, floor, 1000, True, matrix, rows, is_open, big, memory)
            value = least = price(fixed, is_open, memory[3])
            best[:] = is_open
        if value <= max(now, least - heat * np.log(1.0 - row[2])):
            now = value
            kept[:] = is_open
        else:
            _return(kept, matrix, rows, is_open, big, memory)
    return least


def gains(fixed: NDArray[np.float64], memory: tuple[NDArray[Any], ...]) -> NDArray[np.float64]:
    """Return what each move saves. Shape (open + 1, sites + 1): close the row's site, open the column's; last: none."""
    opens, size, add, drop, extra = memory[0], memory[2], memory[6], memory[7], memory[8]
    n = int(size[0])
    out = np.zeros((n + 1, len(add) + 1))
    out[:, :-1] = add - fixed
    out[:-1, :-1] += extra[:n]
    out[:-1] += (fixed[opens[:n]] - drop[:n])[:, None]
    return out
