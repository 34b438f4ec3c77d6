"""Progress events, and the token that stops a solve from another thread."""

import threading
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """Where a solve stands. `incumbent` is +inf and `bound` -inf while there is none."""

    elapsed: float  # seconds
    stage: str  # presolve, search, bound, mip, ties, done
    incumbent: float  # EUR/yr
    bound: float  # EUR/yr

    @property
    def gap(self) -> float:
        return relative_gap(self.incumbent, self.bound)


OnProgress = Callable[[Progress], None]


class CancelToken:
    """Give one to `solve`, and call `cancel` from any thread: the solve returns its best plan within a second."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        self._event.set()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()


def relative_gap(objective: float, bound: float) -> float:
    """Return ``(objective - bound) / |objective|``, 0 at least; +inf while either is missing."""
    if abs(objective) == float("inf") or abs(bound) == float("inf"):
        return float("inf")
    return max(0.0, objective - bound) / max(abs(objective), 1e-9)
