"""Gains in slow Python, by serving everyone anew after each move: the oracle."""

import numpy as np
from numpy.typing import ArrayLike


def service_cost(cost: ArrayLike, open_sites: list[int]) -> float:
    return float(sum(min((row[j] for j in open_sites), default=np.inf) for row in np.asarray(cost, dtype=np.float64)))
