"""Cover on the CPU: 64 rows become one word a column; dominance compares words and stops at the first that differs."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sitewright.kernels._blocks import run_blocks, run_tasks


@njit(nogil=True, cache=True)
def _pack(rows, edge, word):  # type: ignore[no-untyped-def]
    one, none = np.uint64(1), np.uint64(0)
    for b in range(rows.shape[0]):
        row, bit = rows[b], one << np.uint64(b)
        for j in range(len(word)):
            word[j] |= bit if row[j] <= edge else none


@njit(nogil=True, cache=True)
def _dominated(bits, weight, count, first, end, out):  # type: ignore[no-untyped-def]
    n, words = bits.shape
    for a in range(first, end):
        for b in range(n):
            # A row with fewer bits cannot hold this one's; of equal rows, only the first may.
            if b == a or count[b] < count[a] or weight[b] > weight[a]:
                continue
            if count[b] == count[a] and weight[b] == weight[a] and b > a:
                continue
            w = 0
            while w < words and not (bits[a, w] & ~bits[b, w]):
                w += 1
            if w == words:
                out[a] = True
                break


def run(distance: NDArray[Any], edge: Any, threads: int | None) -> NDArray[np.uint64]:
    """Return the bits. Shape (sites, words)."""
    n, m = distance.shape
    words = np.zeros((-(-n // 64), m), np.uint64)

    def word(k: int, w: int) -> None:
        _pack(distance[64 * w : 64 * w + 64], edge, words[w])

    run_tasks(range(len(words)), word, threads)
    return np.ascontiguousarray(words.T)


def dominated(bits: NDArray[np.uint64], weight: NDArray[np.float64], threads: int | None) -> NDArray[np.bool_]:
    """Return whether another row has all bits of a row at no greater weight. Shape (rows,)."""
    out = np.zeros(len(bits), np.bool_)
    count = np.bitwise_count(bits).sum(axis=1, dtype=np.int64)
    run_blocks(len(bits), max(1, len(bits)), lambda a, b: _dominated(bits, weight, count, a, b, out), threads)
    return out
