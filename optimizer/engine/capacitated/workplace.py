"""Scratch memory of the bound, one for each thread that is at work: it is too large to make anew for every node."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

Workplace = tuple[NDArray[Any], ...]


class Workplaces:
    """Hands out scratch memory as `relaxation.knapsacks` takes it: (base, end, part, full, mw, ratio, who)."""

    def __init__(self, site: NDArray[np.int32], n_sites: int) -> None:
        self._count = np.bincount(site, minlength=n_sites)
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
        m, pairs = len(self._count), int(self._count.sum())
        base = np.concatenate([[0], np.cumsum(self._count)]).astype(np.int64)
        return (
            base,
            base[:-1].copy(),
            np.zeros(m),
            np.zeros(m),
            np.zeros(m),
            np.empty(pairs),
            np.empty(pairs, np.int32),
        )
