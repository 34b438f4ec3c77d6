"""A model as MathOpt's protobuf wire bytes, written straight from arrays.

Python expressions take a second for every few thousand rows; this takes 0.1 s for 800 000 nonzeros. Field numbers are
those of ortools/math_opt/model.proto and sparse_containers.proto (OR-Tools 9.15, Apache-2.0).
"""

import struct

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.model.build import Model


def model_bytes(model: Model) -> bytes:
    """Return the ModelProto of a minimisation."""
    n, rows = model.columns.n_columns, model.rows
    zeros = np.zeros(n)
    variables = _ints(1, np.arange(n)) + _doubles(2, zeros) + _doubles(3, model.upper) + _bools(4, model.integer)
    objective = _double(2, model.offset) + _message(3, _sparse_vector(np.arange(n), model.cost))
    bounds = _ints(1, np.arange(len(rows))) + _doubles(2, rows.lower) + _doubles(3, rows.upper)
    row_of = np.repeat(np.arange(len(rows)), np.diff(rows.start))
    matrix = _ints(1, row_of) + _ints(2, rows.column) + _doubles(3, rows.value)
    return _message(2, variables) + _message(3, objective) + _message(4, bounds) + _message(5, matrix)


def hint_bytes(values: NDArray[np.float64]) -> bytes:
    """Return a SolutionHintProto that gives every variable a value. Shape (columns,)."""
    return _message(1, _ints(1, np.arange(len(values))) + _doubles(2, values))


def varints(values: NDArray[np.int64]) -> bytes:
    """Return non-negative integers below 2**35 as protobuf varints, one after the other."""
    values = np.asarray(values, dtype=np.int64)
    size = 1 + (values >= 1 << 7).astype(np.int64) + (values >= 1 << 14) + (values >= 1 << 21) + (values >= 1 << 28)
    at = np.concatenate([[0], np.cumsum(size)])
    out = np.empty(at[-1], dtype=np.uint8)
    for k in range(int(size.max(initial=0))):
        has = np.flatnonzero(size > k)
        more = (size[has] > k + 1).astype(np.int64) << 7
        out[at[has] + k] = (values[has] >> (7 * k)) & 0x7F | more
    return out.tobytes()


def _sparse_vector(ids: NDArray[np.int64], values: NDArray[np.float64]) -> bytes:
    used = np.flatnonzero(values)
    return _ints(1, ids[used]) + _doubles(2, values[used])


def _message(field: int, body: bytes) -> bytes:
    return varints(np.array([field << 3 | 2, len(body)])) + body


def _ints(field: int, values: NDArray[np.int64]) -> bytes:
    return _message(field, varints(values))


def _doubles(field: int, values: NDArray[np.float64]) -> bytes:
    return _message(field, np.ascontiguousarray(values, dtype="<f8").tobytes())


def _bools(field: int, values: NDArray[np.bool_]) -> bytes:
    return _message(field, values.astype(np.uint8).tobytes())


def _double(field: int, value: float) -> bytes:
    return varints(np.array([field << 3 | 1])) + struct.pack("<d", value)
