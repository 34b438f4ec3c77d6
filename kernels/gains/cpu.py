"""Gains on the CPU: rows of one nearest site in pairs, one read of the matrix with the next pair already on its way."""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from sitewright.kernels._blocks import ENTRIES, LIGHT, PARTS, run_tasks
from sitewright.kernels.gains.groups import runs, tasks

# Columns in hand at once: both sums stay in the first-level cache.
TILE = 1024
# Columns between two looks ahead, and entries to look ahead: more at once than the processor keeps on its way are lost.
PIECE, AHEAD = 512, 2048

_FAST = {"nogil": True, "cache": True, "fastmath": {"contract"}}


@intrinsic
def _fetch(typing, array, at):  # type: ignore[no-untyped-def]
    """Ask for the line of memory that holds entry `at`, and go on without waiting for it."""

    def code(context, builder, signature, args):  # type: ignore[no-untyped-def]
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        entry = builder.gep(context.make_array(signature.args[0])(context, builder, args[0]).data, [args[1]])
        shape = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        fetch = builder.module.declare_intrinsic("llvm.prefetch", [byte], shape)
        # To read, to be kept in all caches, as data.
        builder.call(fetch, [builder.bitcast(entry, byte), number(0), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(array, at), code


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
    n, m = cost.shape
    flat, line = cost.reshape(n * m), 64 // cost.itemsize
    wide = -(-m // max(1, -(-m // TILE)))
    for a in range(0, m, max(1, wide)):
        b = min(m, a + wide)
        ahead = 2 * max(1, AHEAD // (2 * wide))
        for k in range(0, len(order) - 1, 2):
            i, q = order[k], order[k + 1]
            for s in range(a, b, PIECE):
                e = min(b, s + PIECE)
                # The rows lie here and there, so the processor cannot look ahead by itself.
                for p in range(k + ahead, min(k + ahead + 2, len(order))):
                    for at in range(order[p] * m + s, order[p] * m + e, line):
                        _fetch(flat, at)
                _two(cost[i, s:e], cost[q, s:e], near[i], near[q], second[i], second[q], zero, add[s:e], loss[s:e])
        if len(order) % 2:
            i = order[len(order) - 1]
            _one(cost[i, a:b], near[i], second[i], zero, add[a:b], loss[a:b])


@njit(**_FAST)
def _run(cost, order, groups, near, second, zero, add, loss):  # type: ignore[no-untyped-def]
    for k in range(len(groups)):
        _group(cost, order[groups[k, 1] : groups[k, 2]], near, second, zero, add, loss[k])


def run(
    cost: NDArray[Any],
    near: NDArray[Any],
    second: NDArray[Any],
    position: NDArray[np.int64],
    n_open: int,
    threads: int | None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (add, loss), of shapes (sites,) and (open, sites); `position` is the nearest among the open ones."""
    n, m = cost.shape
    order, groups = tasks(position, n_open)
    parts = runs(groups, max(1, ENTRIES * LIGHT // max(1, m), -(-n // PARTS)))
    add, loss = np.zeros((len(parts), m)), np.zeros((len(groups), m))
    zero = cost.dtype.type(0)

    def run_of_groups(k: int, some: tuple[int, int]) -> None:
        here = slice(*some)
        _run(cost, order, groups[here], near, second, zero, add[k], loss[here])

    run_tasks(parts, run_of_groups, threads)
    if np.array_equal(groups[:, 0], np.arange(n_open)):
        return add.sum(axis=0), loss
    total = np.zeros((n_open, m))
    starts = np.flatnonzero(np.diff(groups[:, 0], prepend=-1))
    if len(starts):
        total[groups[starts, 0]] = np.add.reduceat(loss, starts, axis=0)
    return add.sum(axis=0), total
