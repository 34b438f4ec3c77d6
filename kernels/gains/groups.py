"""Customers of one nearest site together, in tasks of bounded size: what a task adds to belongs to one open site."""

import numpy as np
from numpy.typing import NDArray

# Rows of a task at most: a site with more customers is shared among the threads.
ROWS = 4096


def tasks(position: NDArray[np.int64], n_open: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the customers by nearest site (a stable order), and (site, first, end) of each task. Shape (tasks, 3)."""
    order = np.argsort(position, kind="stable")
    bounds = np.searchsorted(position[order], np.arange(n_open + 1))
    rows = [
        (r, a, min(a + ROWS, int(bounds[r + 1])))
        for r in range(n_open)
        for a in range(int(bounds[r]), int(bounds[r + 1]), ROWS)
    ]
    return order, np.array(rows, dtype=np.int64).reshape(-1, 3)
