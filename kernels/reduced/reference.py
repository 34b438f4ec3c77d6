"""Reduced costs in slow NumPy, site by site in extended precision: the oracle."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def reduced(cost: ArrayLike, prices: ArrayLike) -> NDArray[np.longdouble]:
    c, u = np.asarray(cost).astype(np.longdouble), np.asarray(prices).astype(np.longdouble)
    return np.array(
        [
            sum((min(c[i, j] - u[i], np.longdouble(0)) for i in range(len(u))), np.longdouble(0))
            for j in range(c.shape[1])
        ],
        dtype=np.longdouble,
    )


def served(cost: ArrayLike, prices: ArrayLike, open_sites: list[int]) -> NDArray[np.int64]:
    c, u = np.asarray(cost), np.asarray(prices)
    return np.array([sum(bool(c[i, j] < u[i]) for j in open_sites) for i in range(len(u))], dtype=np.int64)
