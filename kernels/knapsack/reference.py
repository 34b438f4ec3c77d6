"""Knapsacks in slow Python: sorting for the continuous one, all subsets for the whole one. The oracle."""

from itertools import product

import numpy as np
from numpy.typing import ArrayLike


def continuous(saving: ArrayLike, mw: ArrayLike, capacity: float) -> float:
    pairs = [(float(s), float(d)) for s, d in zip(np.asarray(saving), np.asarray(mw), strict=True) if s > 0]
    free = sum(s for s, d in pairs if d == 0)
    total, left = free, capacity
    for s, d in sorted((p for p in pairs if p[1] > 0), key=lambda p: -p[0] / p[1]):
        take = min(1.0, left / d)
        total, left = total + take * s, left - take * d
    return -total


def whole(saving: ArrayLike, mw: ArrayLike, capacity: float) -> float:
    s, d = np.asarray(saving, dtype=np.float64), np.asarray(mw, dtype=np.float64)
    chosen = [x for x in product((0, 1), repeat=len(s)) if np.dot(x, d) <= capacity]
    return -max(float(np.dot(x, np.where(np.isfinite(s), s, -1e300))) for x in chosen)
