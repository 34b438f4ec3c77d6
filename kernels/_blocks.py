"""Row blocks on a thread pool. Each block writes its own rows, so results do not depend on the number of threads."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from sitewright.optimizer.errors import Flaw, InvalidProblem

# Matrix entries in a block: some 0.1 ms of work, which hides the hand-over, and still dozens of blocks for 5000 x 5000.
ENTRIES = 1 << 18


def run_blocks(n_rows: int, n_columns: int, block: Callable[[int, int], None], threads: int | None) -> None:
    """Call ``block(first, end)`` until all rows are done; `block` must release the GIL to gain from threads.

    Where the blocks begin depends on the shape alone. `threads` is all processors if not given.
    """
    rows = max(1, ENTRIES // max(1, n_columns))
    workers = min(thread_count(threads), -(-n_rows // rows))
    starts, lock = iter(range(0, n_rows, rows)), Lock()

    def drain() -> None:
        while True:
            with lock:
                first = next(starts, None)
            if first is None:
                return
            block(first, min(first + rows, n_rows))

    if workers <= 1:
        drain()
        return
    # A pool of its own for each call: nothing is left behind for a fork to inherit.
    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(drain) for _ in range(workers)]:
            done.result()


def thread_count(threads: int | None) -> int:
    """Return the threads to use: all processors that this process may run on, if not given."""
    if threads is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if isinstance(threads, bool) or not isinstance(threads, int) or threads < 1:
        flaw = Flaw(
            "argument 'threads'", "be a positive whole number", repr(threads), "leave it out for all processors"
        )
        raise InvalidProblem([flaw])
    return threads
