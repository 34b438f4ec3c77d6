"""Making a matrix: in memory, on a card, on Dask or in a store, by the kernel's code for a run of rows."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.kernels._backends import Backend, load, must_run
from sitewright.kernels._blocks import row_spans
from sitewright.kernels._check import float_type
from sitewright.kernels._memory import refuse_above
from sitewright.optimizer.errors import Flaw, InvalidProblem

# Bytes of a tile: large enough to keep a disk and a network busy, small enough that a worker holds several.
TILE = 32 << 20


@dataclass(frozen=True)
class Target:
    """Where a matrix goes; the arguments that all making kernels share."""

    dtype: Any = np.float64
    backend: Backend = "cpu"
    threads: int | None = None
    keep: bool = False
    tile_store: str | os.PathLike[str] | None = None
    max_memory: int | None = None


def make(kernel: str, part: Callable[[slice], tuple[Any, ...]], shape: tuple[int, int], target: Target) -> Any:
    """Return the matrix that ``run(*part(rows), out, threads)`` of the kernel's backend fills, wherever it was wanted.

    Raises
    ------
    InvalidProblem
        If the backend cannot run here, does not go with the other arguments, or the matrix is too large.
    """
    kind = float_type(target.dtype)
    must_run(target.backend)
    # Blocks on Dask are made by the CPU's code.
    module = load(kernel, "cpu" if target.backend == "dask" else target.backend)
    if target.keep and target.backend != "cuda":
        flaw = Flaw("argument 'keep'", "be False without a card", f"backend {target.backend!r}", "use backend='cuda'")
        raise InvalidProblem([flaw])
    if target.tile_store is not None:
        if target.backend != "cpu":
            fix = "leave out tile_store, or use backend='cpu'"
            raise InvalidProblem([Flaw("argument 'tile_store'", "go with backend 'cpu'", repr(target.backend), fix)])
        return _store(module, part, shape, kind, target)
    if target.backend == "dask":
        return _dask(kernel, part, shape, kind)
    refuse_above(shape, kind, target.max_memory)
    if target.backend == "cuda" and target.keep:
        from numba import cuda

        out = cuda.device_array(shape, kind)
    else:
        out = np.empty(shape, kind)
    module.run(*part(slice(0, shape[0])), out, target.threads)
    return out


def _tile_rows(shape: tuple[int, int], kind: "np.dtype[Any]") -> int:
    # Whole words of 64 customers: bits of a tile fit together with those of the next.
    return max(64, TILE // max(1, shape[1] * kind.itemsize) // 64 * 64)


def _block(kernel: str, part: tuple[Any, ...], shape: tuple[int, int], kind: "np.dtype[Any]") -> NDArray[Any]:
    out = np.empty(shape, kind)
    import_module(f"sitewright.kernels.{kernel}.cpu").run(*part, out, 1)
    return out


def _dask(kernel: str, part: Callable[[slice], tuple[Any, ...]], shape: tuple[int, int], kind: "np.dtype[Any]") -> Any:
    """Return a dask array of row blocks that are made where they are needed."""
    import dask
    import dask.array as da

    n, m = shape
    blocks = []
    for a, b in row_spans(n, _tile_rows(shape, kind)):
        task = dask.delayed(_block, pure=False)(kernel, part(slice(a, b)), (b - a, m), kind)
        blocks.append(da.from_delayed(task, (b - a, m), kind))
    return da.concatenate(blocks) if blocks else da.zeros(shape, dtype=kind)


def _store(
    module: Any, part: Callable[[slice], tuple[Any, ...]], shape: tuple[int, int], kind: Any, target: Target
) -> Any:
    """Return a Zarr array of row tiles; it appears under its name only when it is whole."""
    try:
        import zarr
    except ImportError:
        fix = "install sitewright[tiles]"
        raise InvalidProblem([Flaw("argument 'tile_store'", "have zarr to write with", "not installed", fix)]) from None
    path = Path(os.fspath(target.tile_store or ""))
    if path.exists():
        fix = "remove it, or give another name"
        raise InvalidProblem([Flaw("argument 'tile_store'", "name what is not there yet", f"{path}, which is", fix)])
    rows = min(_tile_rows(shape, kind), max(1, shape[0]))
    refuse_above((rows, shape[1]), kind, target.max_memory)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        tiles = zarr.create_array(store=str(partial), shape=shape, chunks=(rows, max(1, shape[1])), dtype=kind)
        out = np.empty((rows, shape[1]), kind)
        for a, b in row_spans(shape[0], rows):
            module.run(*part(slice(a, b)), out[: b - a], target.threads)
            tiles[a:b] = out[: b - a]
        partial.rename(path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return zarr.open_array(store=str(path), mode="r")
