"""Customers of one nearest site together, in tasks of bounded size: what a task adds to belongs to one open site."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

# Rows of a task at most: a site with more customers is shared among the threads.
ROWS = 4096


def tasks(position: NDArray[np.int64], n_open: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the customers by nearest site (a stable order), and (site, first, end) of each task. Shape (tasks, 3)."""
    # NumPy sorts 16 bits in linear time.
    order = np.argsort(position.astype(np.uint16) if n_open < 1 << 16 else position, kind="stable")
    bounds = np.concatenate([[0], np.cumsum(np.bincount(position, minlength=n_open))])
    rows = [
        (r, a, min(a + ROWS, int(bounds[r + 1])))
        for r in range(n_open)
        for a in range(int(bounds[r]), int(bounds[r + 1]), ROWS)
    ]
    return order, np.array(rows, dtype=np.int64).reshape(-1, 3)


def runs(groups: NDArray[np.int64], rows: int) -> list[tuple[int, int]]:
    """Return the (first, end) of runs of tasks with some `rows` customers each, by the tasks alone."""
    run_of = groups[:, 1] // rows
    cuts = [0, *(np.flatnonzero(np.diff(run_of)) + 1).tolist(), len(groups)] if len(groups) else [0]
    return list(pairwise(cuts))
