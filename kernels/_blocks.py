"""Row blocks on a thread pool. Each block writes its own rows, so results do not depend on the number of threads."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.errors import Flaw, InvalidProblem

# Matrix entries in a block: some 0.1 ms of work, which hides the hand-over, and still dozens of blocks for 5000 x 5000.
ENTRIES = 1 << 18
# So many times more where an entry takes no longer than its way from memory: with more blocks, the threads would meet
# at the interpreter's lock too often (measured: 8 % slower).
LIGHT = 4
# Most parts of a sum: enough for any machine's threads, few enough that adding them costs nothing.
PARTS = 64

T = TypeVar("T")


def run_blocks(
    n_rows: int, n_columns: int, block: Callable[[int, int], None], threads: int | None, light: bool = False
) -> None:
    """Call ``block(first, end)`` until all rows are done; `block` must release the GIL to gain from threads.

    Where the blocks begin depends on the shape alone. `threads` is all processors if not given.
    """
    run_tasks(row_spans(n_rows, _rows(n_columns, light)), lambda k, span: block(*span), threads)


def sum_blocks(
    n_rows: int,
    n_columns: int,
    block: Callable[[int, int, NDArray[np.float64]], None],
    threads: int | None,
    light: bool = False,
) -> NDArray[np.float64]:
    """Return the sum over row blocks of what ``block(first, end, row)`` adds to a row of zeros. Shape (columns,).

    The rows are added in the order of the blocks, of which there are `PARTS` at most.
    """
    spans = row_spans(n_rows, max(_rows(n_columns, light), -(-n_rows // PARTS)))
    part = np.zeros((len(spans), n_columns))
    run_tasks(spans, lambda k, span: block(*span, part[k]), threads)
    return np.asarray(part.sum(axis=0))


def _rows(n_columns: int, light: bool) -> int:
    return max(1, ENTRIES * (LIGHT if light else 1) // max(1, n_columns))


def row_spans(n_rows: int, rows: int) -> list[tuple[int, int]]:
    """Return the (first, end) of blocks of `rows` rows; the last may be shorter."""
    return [(first, min(first + rows, n_rows)) for first in range(0, n_rows, rows)]


def run_tasks(tasks: Sequence[T], run: Callable[[int, T], None], threads: int | None) -> None:
    """Call ``run(k, task)`` for each task, each on the next free thread."""
    workers = min(thread_count(threads), len(tasks))
    numbered, lock = iter(enumerate(tasks)), Lock()

    def drain() -> None:
        while True:
            with lock:
                task = next(numbered, None)
            if task is None:
                return
            run(*task)

    if workers <= 1:
        drain()
        return
    # A pool of its own for each call: nothing is left behind for a fork to inherit. The caller works too.
    with ThreadPoolExecutor(workers - 1) as pool:
        others = [pool.submit(drain) for _ in range(workers - 1)]
        drain()
        for done in others:
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
