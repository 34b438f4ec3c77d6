"""Gains on a CUDA card: a block takes one task's rows and a run of columns, so that neighbours read together."""

from typing import Any

import numpy as np
from numba import cuda
from numpy.typing import NDArray

from sitewright.kernels._card import WIDE, add_parts, on_card
from sitewright.kernels.gains.groups import tasks


@cuda.jit
def _groups(cost, order, groups, near, second, add, loss):  # type: ignore[no-untyped-def]
    j = cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x
    if j < cost.shape[1]:
        for k in range(cuda.blockIdx.y, groups.shape[0], cuda.gridDim.y):
            more = lost = 0.0
            for q in range(groups[k, 1], groups[k, 2]):
                i = order[q]
                c, a, b = cost[i, j], near[i], second[i]
                if c < a:
                    more += a - c
                else:
                    lost += min(c, b) - a
            add[k, j], loss[k, j] = more, lost


@cuda.jit
def _by_site(groups, part, total):  # type: ignore[no-untyped-def]
    j = cuda.grid(1)
    if j < part.shape[1]:
        for k in range(groups.shape[0]):
            total[groups[k, 0], j] += part[k, j]


def run(
    cost: Any, near: NDArray[Any], second: NDArray[Any], position: NDArray[np.int64], n_open: int, threads: int | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (add, loss), of shapes (sites,) and (open, sites); `threads` is the CPU's."""
    m = cost.shape[1]
    order, groups = tasks(position, n_open)
    if not len(groups) or not m:
        return np.zeros(m), np.zeros((n_open, m))
    add, loss = (cuda.device_array((len(groups), m), np.float64) for _ in range(2))
    wide, plan = -(-m // WIDE), cuda.to_device(groups)
    vectors = (cuda.to_device(x) for x in (near, second))
    _groups[(wide, min(65535, len(groups))), WIDE](on_card(cost), cuda.to_device(order), plan, *vectors, add, loss)
    total = cuda.to_device(np.zeros((n_open, m)))
    _by_site[wide, WIDE](plan, loss, total)
    return add_parts(add), total.copy_to_host()
