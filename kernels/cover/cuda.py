"""Cover on a CUDA card: a thread makes one word of one site, a thread judges one pair of rows."""

from typing import Any

import numpy as np
from numba import cuda
from numpy.typing import NDArray

from sitewright.kernels._card import WIDE, on_card


@cuda.jit
def _pack(distance, edge, bits):  # type: ignore[no-untyped-def]
    j = cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x
    n, m = distance.shape
    if j < m:
        for w in range(cuda.blockIdx.y, bits.shape[0], cuda.gridDim.y):
            word = np.uint64(0)
            for b in range(min(64, n - 64 * w)):
                if distance[64 * w + b, j] <= edge:
                    word |= np.uint64(1) << np.uint64(b)
            bits[w, j] = word


@cuda.jit
def _pairs(bits, weight, out):  # type: ignore[no-untyped-def]
    b = cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x
    n = bits.shape[1]
    if b < n:
        for a in range(cuda.blockIdx.y, n, cuda.gridDim.y):
            if a == b or weight[b] > weight[a]:
                continue
            inside, same = True, True
            for w in range(bits.shape[0]):
                if bits[w, a] & ~bits[w, b]:
                    inside = False
                    break
                same = same and bits[w, a] == bits[w, b]
            if inside and not (same and weight[b] == weight[a] and b > a):
                out[a] = 1  # every thread that writes here writes the same


def run(distance: Any, edge: Any, threads: int | None) -> NDArray[np.uint64]:
    """Return the bits; `threads` is the CPU's. Shape (sites, words)."""
    n, m = distance.shape
    if not n or not m:
        return np.zeros((m, -(-n // 64)), np.uint64)
    bits = cuda.device_array((-(-n // 64), m), np.uint64)
    _pack[(-(-m // WIDE), min(bits.shape[0], 65535)), WIDE](on_card(distance), edge, bits)
    return np.ascontiguousarray(bits.copy_to_host().T)


def dominated(bits: NDArray[np.uint64], weight: NDArray[np.float64], threads: int | None) -> NDArray[np.bool_]:
    """Return whether another row has all bits of a row at no greater weight. Shape (rows,)."""
    n = len(bits)
    if not n:
        return np.zeros(0, np.bool_)
    out = cuda.to_device(np.zeros(n, np.uint8))
    # Words first, so that neighbours read together.
    words = cuda.to_device(np.ascontiguousarray(bits.T))
    _pairs[(-(-n // WIDE), min(n, 65535)), WIDE](words, cuda.to_device(weight), out)
    result: NDArray[np.bool_] = out.copy_to_host().astype(np.bool_)
    return result
