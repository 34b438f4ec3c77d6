"""Matrices in row blocks (customer tiles, all sites): on Dask, or in a store on disk that is read tile by tile."""

from collections.abc import Callable
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
    rows = spans(matrix)
    if hasattr(matrix, "__dask_graph__"):
        import dask

        call = dask.delayed(function, pure=False)
        blocks = matrix.to_delayed()[:, 0] if len(rows) else []
        shared = [dask.delayed(x) if isinstance(x, np.ndarray) else x for x in extra]
        tasks = [
            call(block, *(v[a:b] for v in vectors), *shared, 1) for block, (a, b) in zip(blocks, rows, strict=True)
        ]
        return list(dask.compute(*tasks))
    out = []
    with ThreadPoolExecutor(1) as reader:
        ahead = [reader.submit(_read, matrix, span) for span in rows[:1]]
        for k, (a, b) in enumerate(rows):
            tile = ahead.pop().result()
            if k + 1 < len(rows):
                ahead.append(reader.submit(_read, matrix, rows[k + 1]))
            out.append(function(tile, *(v[a:b] for v in vectors), *extra, threads))
    return out


def _read(matrix: Any, span: tuple[int, int]) -> Any:
    return np.ascontiguousarray(matrix[span[0] : span[1]])
