"""Rows that what a site serves stays within a limit of it: capacity, scrubbing."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.model.columns import Columns, Rows


def site_loads(rule: str, columns: Columns, limit: NDArray[np.float64], weight: NDArray[np.float64]) -> Iterator[Rows]:
    """Yield one row for each site with a finite limit: the weights of its customers are at most that, if it is open.

    `limit` has shape (sites,), `weight`, of a customer served in full, shape (customers,).
    """
    limited = np.flatnonzero(np.isfinite(limit))
    if not len(limited):
        return
    by_site = np.argsort(columns.pair_site, kind="stable")
    first = np.searchsorted(columns.pair_site[by_site], np.arange(len(limit) + 1))
    parts: list[Any] = []
    values: list[Any] = []
    count = []
    for j in limited:
        pairs = by_site[first[j] : first[j + 1]]
        parts += [[j], columns.serve[pairs]]
        values += [[-limit[j]], weight[columns.pair_customer[pairs]]]
        count.append(1 + len(pairs))
    start = np.concatenate([[0], np.cumsum(count)])
    none, zero = np.full(len(limited), -np.inf), np.zeros(len(limited))
    yield Rows(rule, none, zero, start, np.concatenate(parts), np.concatenate(values))
