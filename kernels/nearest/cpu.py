"""Nearest open sites on the CPU: three SIMD passes over a row, two of them while it lies in the first-level cache.

A running best with its index does not become SIMD, nor does a minimum of floats; a minimum of integers does. So a cost
is read as the integer of the same bits, turned so that integers order as the floats do, and the next row is fetched
meanwhile.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from sitewright.kernels._blocks import run_blocks

# Entries to look ahead; of a wider row, the next one.
AHEAD = 2048

_FAST = {"nogil": True, "cache": True}


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
def _fetch_some(flat, first, end):  # type: ignore[no-untyped-def]
    for at in range(first, min(end, len(flat)), 64 // flat.itemsize):
        _fetch(flat, at)


@njit(**_FAST)
def _least(bits, shut, lowest, highest, key):  # type: ignore[no-untyped-def]
    least = highest
    for j in range(len(bits)):
        x = bits[j]
        # Negative floats order backwards; and -0.0, the lowest integer, becomes that of 0.0.
        turned = type(x)(lowest - x)
        x = x if x >= 0 else turned
        x = x if x > shut[j] else shut[j]
        key[j] = x
        least = x if x < least else least
    return least


@njit(**_FAST)
def _where(key, value, highest):  # type: ignore[no-untyped-def]
    """Return the first and the last index of `value`, and the least above it."""
    none, least = type(value)(len(key)), highest
    first, last = none, type(value)(-1)
    for j in range(len(key)):
        x = key[j]
        here = type(value)(j) if x == value else none
        first = here if here < first else first
        here = type(value)(j) if x == value else type(value)(-1)
        last = here if here > last else last
        x = x if x != value else highest
        least = x if x < least else least
    return first, last, least


@njit(**_FAST)
def _first(key, value):  # type: ignore[no-untyped-def]
    none = type(value)(len(key))
    first = none
    for j in range(len(key)):
        here = type(value)(j) if key[j] == value else none
        first = here if here < first else first
    return first


@njit(**_FAST)
def _dense(bits, shut, lowest, highest, cost, inf, site, best, second_site, second):  # type: ignore[no-untyped-def]
    n, m = cost.shape
    key, flat, third = np.empty(m, bits.dtype), bits.reshape(n * m), m // 3
    for i in range(n):
        ahead = (i + max(1, AHEAD // m)) * m
        _fetch_some(flat, ahead, ahead + third)
        one = _least(bits[i], shut, lowest, highest, key)
        _fetch_some(flat, ahead + third, ahead + 2 * third)
        at, last, two = _where(key, one, highest)
        _fetch_some(flat, ahead + 2 * third, ahead + m)
        next_at = at
        if last == at:
            next_at = _first(key, two)
        else:
            next_at += 1
            while key[next_at] != one:
                next_at += 1
        # What is closed is the highest integer, beyond +inf, and is found where too few are open.
        a = cost[i, at] if shut[at] == lowest else inf
        b = cost[i, next_at] if next_at < m and shut[next_at] == lowest else inf
        site[i], best[i] = at if a < inf else -1, a
        second_site[i], second[i] = next_at if b < inf else -1, b


@njit(nogil=True, cache=True)
def _few(cost, columns, inf, site, best, second_site, second):  # type: ignore[no-untyped-def]
    for i in range(cost.shape[0]):
        row = cost[i]
        one = two = inf
        at = next_at = np.int32(-1)
        for k in range(len(columns)):
            x = row[columns[k]]
            if x < two:
                if x < one:
                    two, next_at = one, at
                    one, at = x, columns[k]
                else:
                    two, next_at = x, columns[k]
        site[i], best[i], second_site[i], second[i] = at, one, next_at, two


def run(cost: NDArray[Any], columns: NDArray[np.int32], threads: int | None) -> tuple[NDArray[Any], ...]:
    """Return (site, cost, second site, second cost), each of shape (customers,)."""
    n, m = cost.shape
    inf = cost.dtype.type(np.inf)
    out = np.full(n, -1, np.int32), np.full(n, inf), np.full(n, -1, np.int32), np.full(n, inf)
    if not len(columns):
        return out
    # A column alone costs a few instructions and a line of memory, all columns in SIMD a fraction of each.
    if 4 * len(columns) + 200 < m:
        run_blocks(
            n,
            16 * len(columns),
            lambda a, b: _few(cost[a:b], columns, inf, *(x[a:b] for x in out)),
            threads,
            light=True,
        )
        return out
    whole = np.dtype(f"i{cost.itemsize}")
    lowest, highest = whole.type(np.iinfo(whole).min), whole.type(np.iinfo(whole).max)
    shut, bits = np.full(m, highest), cost.view(whole)
    shut[columns] = lowest

    def block(first: int, end: int) -> None:
        rows = slice(first, end)
        _dense(bits[rows], shut, lowest, highest, cost[rows], inf, *(x[rows] for x in out))

    run_blocks(n, m, block, threads, light=True)
    return out
