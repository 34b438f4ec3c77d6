"""What the bounds must not exceed, in rational arithmetic: every float is a fraction, and nothing is rounded."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

# What breaks a careless sum: the greatest float32, neighbours that cancel, digits that float32 lacks, denormals, zeros.
HARD = [0.0, -0.0, 1.0, -1.0, 0.1, 1 / 3, 1e-45, -1e-45, 1.4e-38, 2.0**24, 2.0**24 + 2, 1e7 + 0.3, 1e30, -1e30, 1e38]
HARD += [1 + 2.0**-23, 1 - 2.0**-24, 1 + 2.0**-52, -1e38, 123456.789, 123456.79]


@st.composite
def hard_numbers(draw: st.DrawFn, shape: tuple[int, ...], low: float = -1e38) -> NDArray[np.float64]:
    """Adversarial floats from `low` to 1e38, mixed with plain ones."""
    hard = [x for x in HARD if x >= low]
    number = st.sampled_from(hard) | st.floats(max(low, -1e38), 1e38) | st.floats(max(low, -10.0), 10.0)
    size = int(np.prod(shape))
    return np.array(draw(st.lists(number, min_size=size, max_size=size))).reshape(shape)


def savings(cost: NDArray[Any], prices: Sequence[float] | NDArray[Any], j: int) -> list[Fraction]:
    """Return max(0, u - c) of every customer at site j."""
    pairs = zip(prices, cost[:, j], strict=True)
    return [max(Fraction(0), Fraction(float(u)) - Fraction(float(c))) if c < np.inf else Fraction(0) for u, c in pairs]


def reduced(cost: NDArray[Any], prices: NDArray[Any]) -> list[Fraction]:
    """Return each site's sum of min(0, c - u)."""
    return [-sum(savings(cost, prices, j), Fraction(0)) for j in range(cost.shape[1])]


def knapsack(saving: list[Fraction], demand: Sequence[float] | NDArray[Any], capacity: float) -> Fraction:
    """Return the continuous knapsack's value, by taking the best per MW first."""
    items = [(s, Fraction(float(d))) for s, d in zip(saving, demand, strict=True)]
    total = sum((s for s, d in items if d == 0), Fraction(0))
    left = Fraction(capacity) if capacity < np.inf else sum((d for _, d in items), Fraction(0))
    for s, d in sorted((x for x in items if x[1] > 0), key=lambda x: x[0] / x[1], reverse=True):
        take = min(d, left)
        total, left = total + s * take / d, left - take
    return -total


def whole_knapsack(saving: list[Fraction], demand: Sequence[float] | NDArray[Any], capacity: float) -> Fraction:
    """Return the 0-1 knapsack's value, over all sets of customers."""
    mw, best = [Fraction(float(d)) for d in demand], Fraction(0)
    for size in range(len(mw) + 1):
        for chosen in combinations(range(len(mw)), size):
            if capacity == np.inf or sum((mw[i] for i in chosen), Fraction(0)) <= Fraction(capacity):
                best = max(best, sum((saving[i] for i in chosen), Fraction(0)))
    return -best


def least_cost(cost: NDArray[Any], fixed: NDArray[Any]) -> Fraction | None:
    """Return the least cost of an uncapacitated plan, over all sets of sites; None if there is no plan."""
    n, m = cost.shape
    best = None
    for size in range(m + 1):
        for chosen in combinations(range(m), size):
            nearest = [min((float(cost[i, j]) for j in chosen), default=np.inf) for i in range(n)]
            if np.inf not in nearest:
                total = sum(map(Fraction, nearest), sum((Fraction(float(fixed[j])) for j in chosen), Fraction(0)))
                best = total if best is None else min(best, total)
    return best
