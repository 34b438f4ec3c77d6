"""Dual ascent on the CPU: two SIMD looks at a row, and a third to pay, for each step of a customer."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

# The order of a minimum does not change it, and nothing here is NaN; infinities stay infinities.
_FAST = {"nogil": True, "cache": True, "fastmath": {"nnan", "nsz", "reassoc"}}


@njit(**_FAST)
def _look(row, slack, price, inf):  # type: ignore[no-untyped-def]
    room = level = inf
    for j in range(len(row)):
        c = np.float64(row[j])
        left = slack[j] if c <= price else inf
        above = c if c > price else inf
        room = left if left < room else room
        level = above if above < level else level
    return room, level


@njit(nogil=True, cache=True)
def _pay(row, slack, price, step):  # type: ignore[no-untyped-def]
    for j in range(len(row)):
        s = slack[j]
        slack[j] = s - step if row[j] <= price else s


@njit(**_FAST)
def _least(row, inf):  # type: ignore[no-untyped-def]
    least = inf
    for j in range(len(row)):
        c = np.float64(row[j])
        least = c if c < least else least
    return least


@njit(nogil=True, cache=True)
def _start(cost, inf, prices):  # type: ignore[no-untyped-def]
    for i in range(cost.shape[0]):
        prices[i] = _least(cost[i], inf)


@njit(nogil=True, cache=True)
def _turn(cost, slack, prices, blocked, inf):  # type: ignore[no-untyped-def]
    """Give each customer that is not blocked one step; return how many moved. Slack only falls: blocked is for good."""
    moved = 0
    for i in range(cost.shape[0]):
        if blocked[i]:
            continue
        room, level = _look(cost[i], slack, prices[i], inf)
        step = min(room, level - prices[i])
        if step > 0 and step < inf:
            _pay(cost[i], slack, prices[i], step)
            # To the level itself, not to a rounded sum that may miss it.
            prices[i] = level if level - prices[i] <= room else prices[i] + step
            moved += 1
        if not step > 0 or room == step:
            blocked[i] = True
    return moved


def start(cost: NDArray[Any], threads: int | None) -> NDArray[np.float64]:
    """Return each customer's least cost. Shape (customers,)."""
    prices = np.empty(cost.shape[0])
    _start(cost, np.inf, prices)
    return prices


def turn(
    cost: NDArray[Any], prices: NDArray[np.float64], blocked: NDArray[np.bool_], slack: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64], int]:
    """Return (prices, blocked, slack, moved) after one step of each customer; the arguments stay as they are."""
    prices, blocked, slack = prices.copy(), blocked.copy(), slack.copy()
    return prices, blocked, slack, int(_turn(cost, slack, prices, blocked, np.inf))


def run(cost: NDArray[Any], fixed: NDArray[np.float64], passes: int) -> tuple[Any, Any, Any, int]:
    """Return (prices at the start, prices, slack, passes times customers)."""
    first = start(cost, None)
    prices, slack, done = first.copy(), fixed.copy(), 0
    blocked = ~np.isfinite(prices)
    while done < passes:
        done += 1
        if not _turn(cost, slack, prices, blocked, np.inf):
            break
    return first, prices, slack, done * cost.shape[0]
