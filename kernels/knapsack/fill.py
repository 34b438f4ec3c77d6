"""One site's knapsack: the customers that gain from it, given as lists."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

# Prices of capacity between which a product with a demand keeps its digits; below it none is as good.
LEAST, MOST = 1e-290, 1e300


@njit(nogil=True, cache=True)
def _critical(ratio, mw, index, capacity):  # type: ignore[no-untyped-def]
    """Return the position in `index` of the first item that does not fit whole, best ratios first, and what is left.

    `index` is partitioned around it: the items before it are those that fit.
    """
    low, high, left = 0, len(index) - 1, capacity
    while low < high:
        # The middle of three: sorted lists are common here.
        mid = (low + high) // 2
        for a, b in ((low, mid), (mid, high), (low, mid)):
            x, y = index[a], index[b]
            if ratio[y] > ratio[x] or (ratio[y] == ratio[x] and y < x):
                index[a], index[b] = y, x
        p = index[mid]
        index[mid], index[high] = index[high], p
        edge, ahead = low, 0.0
        for k in range(low, high):
            x = index[k]
            if ratio[x] > ratio[p] or (ratio[x] == ratio[p] and x < p):
                index[k], index[edge] = index[edge], x
                ahead += mw[x]
                edge += 1
        index[high], index[edge] = index[edge], p
        if ahead > left:
            high = edge - 1
        elif ahead + mw[p] > left:
            return edge, left - ahead
        else:
            left -= ahead + mw[p]
            low = edge + 1
    if low == high and mw[index[low]] <= left:
        return low + 1, left - mw[index[low]]
    return low, left


@njit(nogil=True, cache=True)
def _fill(saving, mw, capacity):  # type: ignore[no-untyped-def]
    ratio = np.empty(len(mw))
    for k in range(len(mw)):
        ratio[k] = saving[k] / mw[k] if mw[k] > 0.0 else np.inf
    index = np.arange(len(mw))
    at, left = _critical(ratio, mw, index, capacity)
    if at >= len(index):
        return -saving.sum(), 0.0, -1, 0.0
    last = index[at]
    if ratio[last] < LEAST:
        return -saving.sum(), 0.0, -1, 0.0
    price = min(ratio[last], MOST)
    value = -price * capacity
    for k in range(len(mw)):
        more = saving[k] - price * mw[k]
        value -= more if more > 0.0 else 0.0
    return value, price, last, max(0.0, left) / mw[last]


@njit(nogil=True, cache=True)
def _search(saving, mw, capacity, nodes):  # type: ignore[no-untyped-def]
    """Depth first over items in the order given, best ratio first: take while it fits, and come back to leave out."""
    n = len(mw)
    # As they were before each item was taken: adding and taking away again would drift.
    now_at, left_at = np.empty(n), np.empty(n)
    inside, best_inside = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    best, now, left, k, used = -1.0, 0.0, capacity, 0, 0
    while True:
        used += 1
        if used > nodes:
            return best, best_inside, False
        # The best that the items from k on could still add.
        room, bound, q = left, now, k
        while q < n and mw[q] <= room:
            room -= mw[q]
            bound += saving[q]
            q += 1
        if q < n:
            bound += saving[q] * (room / mw[q])
        # A part in 10^12 better is no better: without it, equal sums in other orders would all be searched.
        if bound > best + 1e-12 * abs(best):
            while k < n and mw[k] <= left:
                now_at[k], left_at[k] = now, left
                left -= mw[k]
                now += saving[k]
                inside[k] = True
                k += 1
            if k < n:
                k += 1  # it does not fit: leave it out
                if k < n:
                    continue
            if now > best:
                best = now
                best_inside[:] = inside
        k = min(k, n) - 1
        while k >= 0 and not inside[k]:
            k -= 1
        if k < 0:
            return best, best_inside, True
        inside[k] = False
        now, left = now_at[k], left_at[k]
        k += 1


def fill(
    customer: NDArray[np.int64], saving: NDArray[np.float64], mw: NDArray[np.float64], capacity: float
) -> tuple[float, float, int, float]:
    """Return (value, price, last, part) of the continuous knapsack."""
    value, price, last, part = _fill(saving, mw, capacity)
    return value, price, int(customer[last]) if last >= 0 else -1, part


def search(
    saving: NDArray[np.float64], mw: NDArray[np.float64], capacity: float, nodes: int
) -> tuple[float, NDArray[Any], bool]:
    """Return (value, the positions taken, whether proved) of the 0-1 knapsack.

    What fits is summed in float64, so the capacity is widened by what that may lose: no set that fits is missed.
    """
    with np.errstate(over="ignore"):
        ratio = np.divide(saving, mw, out=np.full(len(mw), np.inf), where=mw > 0)
    order = np.argsort(-ratio, kind="stable")
    room = capacity * (1 + 2 * (len(mw) + 2) * 2.0**-53)
    best, inside, proved = _search(saving[order], mw[order], room, nodes)
    # Ratios that lost their digits order nothing.
    sound = bool(np.all((mw == 0) | ((ratio > LEAST) & (ratio < MOST))))
    # Lowered by the tolerance of the search.
    return -max(best, 0.0) * (1 + 2e-12), np.sort(order[inside]), bool(proved) and sound
