"""Progress events, and the token that stops a solve from another thread."""

import threading
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """Where a solve stands. `incumbent` is +inf and `bound` -inf while there is none."""

    elapsed: float  # seconds
    stage: str  # presolve, search, bound, mip, ties, done
    incumbent: float  # in the unit of the objective, as bound: EUR/yr, ms, MW or sites
    bound: float
    maximise: bool = False  # of coverage the bound comes from above: -inf and +inf while there is none

    @property
    def gap(self) -> float:
        return relative_gap(self.incumbent, self.bound, maximise=self.maximise)


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


def relative_gap(objective: float, bound: float, *, maximise: bool = False) -> float:
    """Return ``(objective - bound) / |objective|``, 0 at least; +inf while either is missing."""
    if abs(objective) == float("inf") or abs(bound) == float("inf"):
        return float("inf")
    short = bound - objective if maximise else objective - bound
    return max(0.0, short) / max(abs(objective), 1e-9)
