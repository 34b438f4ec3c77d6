"""Matrices in row blocks (customer tiles, all sites): on Dask, or in a store on disk that is read tile by tile."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np

from sitewright.kernels._blocks import row_spans
from sitewright.optimizer.errors import Flaw, InvalidProblem


def spans(matrix: Any) -> list[tuple[int, int]]:
    """Return the (first, end) rows of each tile.

    Raises
    ------
    InvalidProblem
        If a tile does not hold all columns: rechunking would move the whole matrix.
    """
    n, m = matrix.shape
    if not hasattr(matrix, "__dask_graph__"):
        rows, columns = matrix.chunks
        if columns >= m:
            return row_spans(n, max(1, int(rows)))
    elif len(matrix.chunks[1]) <= 1:
        ends = np.cumsum([0, *matrix.chunks[0]]).tolist()
        return list(pairwise(ends))
    must = "hold all sites in each chunk"
    raise InvalidProblem([Flaw("the matrix", must, f"chunks {matrix.chunks}", "make it with chunks=(rows, all sites)")])


def each(
    matrix: Any, function: Callable[..., Any], *vectors: Any, threads: int | None = None, extra: Any = ()
) -> list[Any]:
    """Return ``function(tile, *parts, *extra, threads)`` for each tile in order; a part is the tile's rows of a vector.

    On Dask, by the scheduler in force, one thread a task. From a store, one tile after another while the next is read.
    """
    if hasattr(matrix, "__dask_graph__"):
        import dask

        return list(dask.compute(*_tasks(matrix, function, vectors, extra)))
    return list(_in_turn(matrix, function, vectors, threads, extra))


def total(
    zero: Any, matrix: Any, function: Callable[..., Any], *vectors: Any, threads: int | None = None, extra: Any = ()
) -> Any:
    """Return the sum of what `each` returns, `zero` for no tile: arrays, or tuples of arrays.

    No more than a few of them are ever held: from a store they are added in order, and on Dask in pairs by the
    workers, so that one comes back.
    """
    if not hasattr(matrix, "__dask_graph__"):
        for part in _in_turn(matrix, function, vectors, threads, extra):
            zero = _add(zero, part)
        return zero
    import dask

    add, parts = dask.delayed(_add, pure=False), _tasks(matrix, function, vectors, extra)
    while len(parts) > 1:
        parts = [add(*parts[k : k + 2]) if k + 1 < len(parts) else parts[k] for k in range(0, len(parts), 2)]
    return dask.compute(*parts)[0] if parts else zero


def _add(one: Any, other: Any) -> Any:
    return tuple(a + b for a, b in zip(one, other, strict=True)) if isinstance(one, tuple) else one + other


def _tasks(matrix: Any, function: Callable[..., Any], vectors: Any, extra: Any) -> list[Any]:
    import dask

    rows, call = spans(matrix), dask.delayed(function, pure=False)
    blocks = matrix.to_delayed()[:, 0] if len(rows) else []
    shared = [dask.delayed(x) if isinstance(x, np.ndarray) else x for x in extra]
    return [call(block, *(v[a:b] for v in vectors), *shared, 1) for block, (a, b) in zip(blocks, rows, strict=True)]


def _in_turn(matrix: Any, function: Callable[..., Any], vectors: Any, threads: int | None, extra: Any) -> Iterator[Any]:
    rows = spans(matrix)
    with ThreadPoolExecutor(1) as reader:
        ahead = [reader.submit(_read, matrix, span) for span in rows[:1]]
        for k, (a, b) in enumerate(rows):
            tile = ahead.pop().result()
            if k + 1 < len(rows):
                ahead.append(reader.submit(_read, matrix, rows[k + 1]))
            yield function(tile, *(v[a:b] for v in vectors), *extra, threads)


def _read(matrix: Any, span: tuple[int, int]) -> Any:
    return np.ascontiguousarray(matrix[span[0] : span[1]])
