"""Near ends on a CUDA card: a block of threads shares a row. Only the ends come down.

The cost at a rank is found by its bits, four at a time: floats that are read as whole numbers keep their order. A row's
near pairs are gathered as the threads meet them, and merged in runs of 1, 2, 4 and so on; cost and number of the site
together decide, so the order is the same on every run.
"""

from typing import Any

import numpy as np
from numba import cuda
from numba.core import config
from numpy.typing import NDArray

from sitewright.kernels._card import free, on_card
from sitewright.kernels._grid import lanes, row_grid

# Threads of a row: a warp, which reads one line of memory at a time.
LANES = lanes(32)
# Values of four bits, and pairs that are sorted together (on the simulator few, so that it takes some turns).
DIGITS, PAIRS = 16, 16 if config.ENABLE_CUDASIM else 1 << 26


@cuda.jit
def _ranked(bits, rank, high, most, out):  # type: ignore[no-untyped-def]
    """Write the bits of each row's entry of a rank, from the highest four (`high` is how far left they are)."""
    # Three in turn: one is counted in, the next is cleared, and the last may still be read by slower threads.
    counts = cuda.shared.array((3, DIGITS), np.int32)
    t, turn = cuda.threadIdx.x, 0
    for d in range(t, DIGITS, LANES):
        counts[0, d] = 0
    cuda.syncthreads()
    for i in range(cuda.blockIdx.x, bits.shape[0], cuda.gridDim.x):
        left, shift, found = rank, high, np.int64(0)
        while shift >= 0:
            after = (turn + 1) % 3
            for d in range(t, DIGITS, LANES):
                counts[after, d] = 0
            for j in range(t, bits.shape[1], LANES):
                # Of floats below zero, the bits but the sign fall as they rise.
                key = np.int64(bits[i, j])
                if key < 0:
                    key = key ^ most
                key = key >> shift
                if shift == high:
                    cuda.atomic.add(counts, (turn, key + 8), 1)
                elif key >> 4 == found:
                    cuda.atomic.add(counts, (turn, key & 15), 1)
            cuda.syncthreads()
            d = 0
            while left >= counts[turn, d]:
                left -= counts[turn, d]
                d += 1
            found = np.int64(d - 8 if shift == high else found * 16 + d)
            shift, turn = shift - 4, after
        if t == 0:
            out[i] = found ^ most if found < 0 else found


@cuda.jit
def _count(cost, live, top, inf, near, usable):  # type: ignore[no-untyped-def]
    count = cuda.shared.array(2, np.int32)
    t = cuda.threadIdx.x
    for i in range(cuda.blockIdx.x, cost.shape[0], cuda.gridDim.x):
        if t < 2:
            count[t] = 0
        cuda.syncthreads()
        n, k = 0, 0
        for j in range(t, cost.shape[1], LANES):
            x = cost[i, j]
            if live[j] and x < inf:
                k += 1
                if x <= top[i]:
                    n += 1
        cuda.atomic.add(count, 0, n)
        cuda.atomic.add(count, 1, k)
        cuda.syncthreads()
        if t == 0:
            near[i], usable[i] = count[0], count[1]
        cuda.syncthreads()


@cuda.jit
def _gather(cost, live, top, inf, first, start, site, near):  # type: ignore[no-untyped-def]
    """Write the pairs of the rows from `first`, in order; row k ends where `start` says that k + 1 begins.

    `site` and `near` have two sides, shape (2, pairs): each merging goes from one to the other, the last to side 0.
    """
    slot = cuda.shared.array(1, np.int32)
    t = cuda.threadIdx.x
    for i in range(first + cuda.blockIdx.x, first + start.shape[0] - 1, cuda.gridDim.x):
        a, n = start[i - first] - start[0], start[i - first + 1] - start[i - first]
        side, width = 0, 1
        while width < n:
            side, width = 1 - side, 2 * width
        if t == 0:
            slot[0] = 0
        cuda.syncthreads()
        for j in range(t, cost.shape[1], LANES):
            x = cost[i, j]
            if live[j] and x < inf and x <= top[i]:
                k = a + cuda.atomic.add(slot, 0, 1)
                site[side, k], near[side, k] = j, x
        cuda.syncthreads()
        width = 1
        while width < n:
            for k in range(t, n, LANES):
                # Its place among the neighbouring run is how many come before it there.
                x, j, run = near[side, a + k], site[side, a + k], k // width
                other = min(n, (run ^ 1) * width)
                low, high = other, min(n, other + width)
                while low < high:
                    middle = (low + high) // 2
                    y = near[side, a + middle]
                    if y < x or (y == x and site[side, a + middle] < j):
                        low = middle + 1
                    else:
                        high = middle
                to = a + (run // 2) * 2 * width + k - run * width + low - other
                site[1 - side, to], near[1 - side, to] = j, x
            cuda.syncthreads()
            side, width = 1 - side, 2 * width
        cuda.syncthreads()


def run(
    cost: Any,
    live: NDArray[np.bool_],
    rank: int | None,
    top: NDArray[np.float64] | None,
    threads: int | None,
) -> tuple[NDArray[Any], ...]:
    """Return (start, site, cost, top); `threads` is the CPU's."""
    n, m = cost.shape
    kind = np.dtype(cost.dtype)
    if not n or not m:
        return np.zeros(n + 1, np.int64), np.empty(0, np.int32), np.empty(0, kind), np.full(n, np.inf)
    matrix, alive, inf = on_card(cost), cuda.to_device(live), kind.type(np.inf)
    tops = _at_rank(matrix, int(rank or 0)) if top is None else top
    counts = [cuda.device_array(n, np.int32) for _ in range(2)]
    _count[row_grid(n, LANES)](matrix, alive, cuda.to_device(tops), inf, *counts)
    count, usable = (x.copy_to_host() for x in counts)
    tops = np.where(count == usable, np.inf, tops)
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(count, dtype=np.int64)])
    site, near = np.empty(start[-1], np.int32), np.empty(start[-1], kind)
    if len(site):
        _fill(matrix, alive, cuda.to_device(tops), inf, start, site, near)
    return start, site, near, tops


def _at_rank(matrix: Any, rank: int) -> NDArray[np.float64]:
    """Return what each customer's site of that rank costs. Shape (customers,)."""
    kind = np.dtype(matrix.dtype)
    whole: type[np.signedinteger[Any]] = np.int32 if kind.itemsize == 4 else np.int64
    out = cuda.device_array(matrix.shape[0], np.int64)
    high, most = 8 * kind.itemsize - 4, np.int64(np.iinfo(whole).max)
    _ranked[row_grid(matrix.shape[0], LANES)](matrix.view(whole), rank, high, most, out)
    found: NDArray[np.float64] = out.copy_to_host().astype(whole).view(kind).astype(np.float64)
    return found


def _fill(
    matrix: Any, live: Any, top: Any, inf: Any, start: NDArray[np.int64], site: NDArray[Any], near: NDArray[Any]
) -> None:
    """Write the pairs, some rows at a time: as many as fit into half of what is free beside the matrix."""
    n = len(start) - 1
    most = min(PAIRS, free() / 2 / (2 * (site.itemsize + near.itemsize)))
    room = max(int(most), int(np.diff(start).max()))
    sides = [cuda.device_array((2, min(room, len(site))), x.dtype) for x in (site, near)]
    first = 0
    while first < n:
        end = int(np.searchsorted(start, start[first] + room, side="right")) - 1
        a, b = int(start[first]), int(start[end])
        if a < b:
            part = cuda.to_device(start[first : end + 1])
            _gather[row_grid(end - first, LANES)](matrix, live, top, inf, first, part, *sides)
            for x, side in zip((site, near), sides, strict=True):
                side[0, : b - a].copy_to_host(x[a:b])
        first = end
