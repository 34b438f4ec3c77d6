"""Scratch memory of the bound, one for each thread that is at work: it is too large to make anew for every node."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.uncapacitated.prefix import Prefix

Workplace = tuple[NDArray[Any], ...]


class Workplaces:
    """Hands out scratch memory as `relaxation.knapsacks` takes it."""

    def __init__(self, near: Prefix, *, charged: bool = False) -> None:
        self._near, self._charged = near, charged
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
        near, m, pairs, most = self._near, len(self._count), len(self._near.site), int(self._count.max(initial=0)) + 1
        base = np.concatenate([[0], np.cumsum(self._count)]).astype(np.int64)
        return (
            base,
            np.zeros(m, np.int64),  # pairs gathered
            np.empty(pairs, np.int32),  # their customers, site by site from `base` on
            np.empty(pairs, near.cost.dtype),
            np.full(len(near.start) - 1, -np.inf),  # the cost up to which each customer's pairs are gathered
            np.empty(most),  # gains and
            np.empty(most),  # demands at one site
            np.zeros(m),  # price of a MW at each full site
            np.zeros(m),  # MW that would gain at each site
            np.empty(most, np.int32),  # customers at one site
            np.empty(pairs if self._charged else 0),  # what cuts add for those who gain, site by site from `base` on
        )
