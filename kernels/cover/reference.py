"""Cover and dominance in slow Python, with sets: the oracle."""

import numpy as np
from numpy.typing import ArrayLike


def cover(distance: ArrayLike, radius: float) -> list[set[int]]:
    d = np.asarray(distance)
    return [{i for i in range(d.shape[0]) if float(d[i, j]) <= radius} for j in range(d.shape[1])]


def dominated(sets: list[set[int]], weight: list[float]) -> list[bool]:
    out = []
    for a, mine in enumerate(sets):
        rivals = [b for b in range(len(sets)) if b != a and mine <= sets[b] and weight[b] <= weight[a]]
        out.append(any(sets[b] != mine or weight[b] < weight[a] or b < a for b in rivals))
    return out
