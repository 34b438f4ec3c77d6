"""Gains on the CPU: rows of one nearest site together, four at a time, one read of the matrix."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sitewright.kernels._blocks import run_tasks
from sitewright.kernels.gains.groups import tasks

# Columns in hand at once: both sums stay in the first-level cache.
TILE = 1024

_FAST = {"nogil": True, "cache": True, "fastmath": {"contract"}}


@njit(**_FAST)
def _one(row, a, b, zero, add, loss):  # type: ignore[no-untyped-def]
    for j in range(len(add)):
        c = row[j]
        save = a - c
        add[j] += np.float64(save if save > zero else zero)
        c = c if c > a else a
        c = c if c < b else b
        loss[j] += np.float64(c - a)


@njit(**_FAST)
def _two(r0, r1, a0, a1, b0, b1, zero, add, loss):  # type: ignore[no-untyped-def]
    for j in range(len(add)):
        c0, c1 = r0[j], r1[j]
        s0, s1 = a0 - c0, a1 - c1
        s0 = s0 if s0 > zero else zero
        s1 = s1 if s1 > zero else zero
        add[j] += np.float64(s0 + s1)
        c0 = c0 if c0 > a0 else a0
        c1 = c1 if c1 > a1 else a1
        c0 = c0 if c0 < b0 else b0
        c1 = c1 if c1 < b1 else b1
        loss[j] += np.float64((c0 - a0) + (c1 - a1))


@njit(**_FAST)
def _group(cost, order, near, second, zero, add, loss):  # type: ignore[no-untyped-def]
    n, m = len(order), cost.shape[1]
    for s in range(0, m, TILE):
        e = min(m, s + TILE)
        for k in range(0, n - 1, 2):
            i0, i1 = order[k], order[k + 1]
            r0, r1 = cost[i0, s:e], cost[i1, s:e]
            _two(r0, r1, near[i0], near[i1], second[i0], second[i1], zero, add[s:e], loss[s:e])
        if n % 2:
            i0 = order[n - 1]
            _one(cost[i0, s:e], near[i0], second[i0], zero, add[s:e], loss[s:e])


def run(
    cost: NDArray[Any],
    near: NDArray[Any],
    second: NDArray[Any],
    position: NDArray[np.int64],
    n_open: int,
    threads: int | None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (add, loss), of shapes (sites,) and (open, sites); `position` is the nearest among the open ones."""
    m = cost.shape[1]
    order, groups = tasks(position, n_open)
    add, loss = np.zeros((len(groups), m)), np.zeros((len(groups), m))
    zero = cost.dtype.type(0)

    def group(k: int, task: NDArray[np.int64]) -> None:
        _group(cost, order[task[1] : task[2]], near, second, zero, add[k], loss[k])

    run_tasks(list(groups), group, threads)
    total = np.zeros((n_open, m))
    np.add.at(total, groups[:, 0], loss)
    return add.sum(axis=0), total
