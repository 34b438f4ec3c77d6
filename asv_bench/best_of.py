"""How long a call takes: the best of a few, so that what else runs on the machine counts least."""

import time
from collections.abc import Callable
from typing import Any


def best_of(call: Callable[[], Any], times: int = 5) -> float:
    """Return seconds."""
    best = float("inf")
    for _ in range(times):
        started = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - started)
    return best
