"""Scratch memory of the bound, one for each thread that is at work: it is too large to make anew for every node."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.capacitated.cuts import Cuts
from sitewright.optimizer.engine.uncapacitated.prefix import Prefix

Workplace = tuple[NDArray[Any], ...]


class Workplaces:
    """Hands out scratch memory as `relaxation.knapsacks` takes it."""

    def __init__(self, near: Prefix, cuts: Cuts) -> None:
        self._near = near
        _start, cut, _value = cuts.by_site
        self._entries, self._bound = len(cut), int(cuts.customers.sum(axis=1)[cut].sum())
        self._count = np.bincount(near.site, minlength=near.n_sites)
        self._idle: list[Workplace] = []
        self._lock = threading.Lock()

    @contextmanager
    def one(self) -> Iterator[Workplace]:
        """Lend one."""
        with self._lock:
            work = self._idle.pop() if self._idle else None
        if work is None:
            work = self._make()
        try:
            yield work
        finally:
            with self._lock:
                self._idle.append(work)

    def _make(self) -> Workplace:
        near, m, pairs = self._near, len(self._count), len(self._near.site)
        base = np.concatenate([[0], np.cumsum(self._count)]).astype(np.int64)
        return (
            base,
            np.zeros(m, np.int64),  # pairs gathered
            np.empty(pairs, np.int32),  # their customers, site by site from `base` on
            np.empty(pairs, near.cost.dtype),
            np.empty(pairs),  # their demands, and
            np.empty(pairs),  # what they gain by the prices
            np.full(len(near.start) - 1, -np.inf),  # the cost up to which each customer's pairs are gathered
            np.zeros(m),  # price of a MW at each full site
            np.zeros(m),  # MW that would gain at each site
            np.empty(pairs),  # parts of them that are served
            np.empty(self._bound + 1, np.int64),  # pairs that cuts bind, cut by cut of each site
            np.zeros(self._entries + 1, np.int64),  # where each of these begins
        )
