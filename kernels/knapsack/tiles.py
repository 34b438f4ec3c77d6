"""Knapsacks of a matrix in row blocks: totals first, then the customers that gain from a full site leave a block."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.kernels import _tiles
from sitewright.kernels.knapsack import cpu


def run(
    cost: Any,
    u: NDArray[np.float64],
    demand: NDArray[np.float64],
    capacity: NDArray[np.float64],
    nodes: int,
    threads: int | None,
) -> tuple[Any, ...]:
    """Return (value, price, last, part, exact, taken) of each site; with `nodes`, of the 0-1 knapsack."""
    n, m = cost.shape
    sums = _tiles.total(np.zeros((3, m)), cost, cpu.totals, u, demand, threads=threads)
    # Of whole customers, the lists of all sites are wanted: they say who is taken.
    wanted = np.arange(m) if nodes else np.flatnonzero(sums[1] > capacity)

    def lists_of(some: NDArray[np.int64]) -> tuple[Any, ...]:
        parts = _tiles.each(cost, cpu.candidates, u, demand, threads=threads, extra=(some,))
        return _join([(first, part) for (first, _), part in zip(_tiles.spans(cost), parts, strict=True)], len(some))

    return cpu.pack(sums, capacity, wanted, lists_of, n, nodes, threads)


def _join(parts: list[Any], n_lists: int) -> tuple[Any, ...]:
    """Return the lists of all blocks as one, customers numbered through."""
    owner = [np.zeros(0, np.int64)] + [np.repeat(np.arange(n_lists), np.diff(part[0])) for _, part in parts]
    customer = [np.zeros(0, np.int64)] + [part[1] + first for first, part in parts]
    saving, mw = ([np.zeros(0)] + [part[k] for _, part in parts] for k in (2, 3))
    order = np.argsort(np.concatenate(owner), kind="stable")
    start = np.searchsorted(np.concatenate(owner)[order], np.arange(n_lists + 1))
    return start, *(np.concatenate(x)[order] for x in (customer, saving, mw))


def served(
    cost: Any,
    u: NDArray[np.float64],
    demand: NDArray[np.float64],
    price: NDArray[np.float64],
    last: NDArray[np.int64],
    columns: NDArray[np.int64],
    threads: int | None,
) -> NDArray[np.float64]:
    """Return how many of the columns serve each customer whole. Shape (customers,)."""
    number = np.arange(cost.shape[0])
    parts = _tiles.each(cost, _served, u, demand, number, threads=threads, extra=(price, last, columns))
    return np.concatenate([np.zeros(0), *parts])


def _served(cost: Any, u: Any, demand: Any, number: Any, price: Any, last: Any, columns: Any, threads: Any) -> Any:
    first = number[0] if len(number) else 0
    return cpu.served(cost, u, demand, price, last - first, columns, threads)
