"""Making a matrix: in memory, on a card, on Dask or in a store, by the kernel's code for a run of rows."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.kernels._backends import Backend, load, must_run
from sitewright.kernels._blocks import row_spans, thread_count
from sitewright.kernels._check import float_type
from sitewright.kernels._memory import available, limit_given, refuse_above
from sitewright.optimizer.errors import Flaw, InvalidProblem

# Bytes of a tile: large enough to keep a disk and a network busy, small enough that a worker holds several.
TILE = 32 << 20

Span = tuple[int, int]
Part = Callable[[slice], tuple[Any, ...]]


@dataclass(frozen=True)
class Target:
    """Where a matrix goes; the arguments that all making kernels share."""

    dtype: Any = np.float64
    backend: Backend = "cpu"
    threads: int | None = None
    keep: bool = False
    tile_store: str | os.PathLike[str] | None = None
    max_memory: int | None = None


def make(kernel: str, part: Part, shape: tuple[int, int], target: Target, blocks: Sequence[Span] | None = None) -> Any:
    """Return the matrix that ``run(*part(rows), out, threads)`` of the kernel's backend fills, wherever it was wanted.

    `blocks` are the row spans that the input comes in, where it is on Dask or in tiles.

    Raises
    ------
    InvalidProblem
        If the backend cannot run here, or does not go with the other arguments.
    TooLarge
        If the matrix, or a tile of one that goes to Dask or a store, would not fit.
    """
    kind = float_type(target.dtype)
    must_run(target.backend)
    thread_count(target.threads)
    limit = limit_given(target.max_memory)
    # Blocks on Dask are made by the CPU's code.
    module = load(kernel, "cpu" if target.backend == "dask" else target.backend)
    if target.keep and target.backend != "cuda":
        flaw = Flaw("argument 'keep'", "be False without a card", f"backend {target.backend!r}", "use backend='cuda'")
        raise InvalidProblem([flaw])
    if target.tile_store is not None:
        return _store(module, part, shape, kind, target, limit)
    if target.backend == "dask":
        return _dask(kernel, part, shape, kind, blocks or row_spans(shape[0], _tile_rows(shape, kind, limit)), limit)
    if target.backend == "cuda":
        return _card(module, part, shape, kind, target, limit)
    ways = ["tile_store=FOLDER (tiles on disk)", "backend='dask' (many machines)", "backend='cuda' with keep=True"]
    refuse_above(shape, kind, limit, available(), ways)
    out = np.empty(shape, kind)
    for a, b in blocks or [(0, shape[0])]:
        module.run(*part(slice(a, b)), out[a:b], target.threads)
    return out


def _card(module: Any, part: Part, shape: tuple[int, int], kind: Any, target: Target, limit: int | None) -> Any:
    from sitewright.kernels._card import empty, free

    ways = ["backend='cpu' with tile_store=FOLDER (tiles on disk)", "backend='dask' (many machines)"]
    refuse_above(shape, kind, limit, free() if target.keep else min(free(), available()), ways)
    out = empty(shape, kind) if target.keep else np.empty(shape, kind)
    module.run(*part(slice(0, shape[0])), out, target.threads)
    return out


def _tile_rows(shape: tuple[int, int], kind: "np.dtype[Any]", limit: int | None) -> int:
    """Return the rows of a tile: whole words of 64 customers, so that bits of a tile fit with those of the next."""
    most = TILE if limit is None else min(TILE, limit)
    rows = max(64, most // max(1, shape[1] * kind.itemsize) // 64 * 64)
    tile = min(rows, shape[0]), shape[1]
    refuse_above(tile, kind, limit, available(), ["fewer sites: a tile holds 64 customers and all sites"])
    return rows


def _dask(kernel: str, part: Part, shape: tuple[int, int], kind: Any, blocks: Sequence[Span], limit: int | None) -> Any:
    """Return a dask array of row blocks that are made where they are needed."""
    import dask
    import dask.array as da

    n_sites = shape[1]
    for a, b in blocks:
        refuse_above((b - a, n_sites), kind, limit, np.inf, ["smaller chunks of the latency"])
    # What every block needs goes to the cluster once: it is the same object, whichever rows are asked for.
    nothing = part(slice(0, 0)), part(slice(0, 0))
    shared = {id(x): dask.delayed(x) for x, y in zip(*map(_pieces, nothing), strict=True) if x is y}
    out = []
    for a, b in blocks:
        task = dask.delayed(_block, pure=False)(
            kernel, [_lazy(x, shared) for x in part(slice(a, b))], (b - a, n_sites), kind
        )
        out.append(da.from_delayed(task, (b - a, n_sites), kind))
    return da.concatenate(out) if out else da.zeros(shape, dtype=kind)


def _pieces(part: tuple[Any, ...]) -> Iterator[Any]:
    """Yield the arrays and data classes that a part consists of, and those inside its own data classes."""
    for x in part:
        if is_dataclass(x):
            yield from (y for f in fields(x) if is_dataclass(y := getattr(x, f.name)))
        elif isinstance(x, np.ndarray):
            yield x


def _lazy(piece: Any, shared: dict[int, Any]) -> Any:
    """Return a piece of a part for a task, with what is shared in its place."""
    import dask

    if id(piece) in shared or not is_dataclass(piece):
        return shared.get(id(piece), piece)
    values = [shared.get(id(x), x) for x in (getattr(piece, f.name) for f in fields(piece))]
    return dask.delayed(type(piece))(*values)


def _block(kernel: str, part: Sequence[Any], shape: tuple[int, int], kind: "np.dtype[Any]") -> NDArray[Any]:
    out = np.empty(shape, kind)
    whole = [np.ascontiguousarray(x) if isinstance(x, np.ndarray) and x.ndim == 2 else x for x in part]
    import_module(f"sitewright.kernels.{kernel}.cpu").run(*whole, out, 1)
    return out


def _store(module: Any, part: Part, shape: tuple[int, int], kind: Any, target: Target, limit: int | None) -> Any:
    """Return a Zarr array of row tiles; it appears under its name only when it is whole."""
    if target.backend != "cpu":
        fix = "leave out tile_store, or use backend='cpu'"
        raise InvalidProblem([Flaw("argument 'tile_store'", "go with backend 'cpu'", repr(target.backend), fix)])
    try:
        import zarr
    except ImportError:
        fix = "install sitewright[tiles]"
        raise InvalidProblem([Flaw("argument 'tile_store'", "have zarr to write with", "not installed", fix)]) from None
    path = Path(os.fspath(target.tile_store or ""))
    if path.exists():
        fix = "remove it, or give another name"
        raise InvalidProblem([Flaw("argument 'tile_store'", "name what is not there yet", f"{path}, which is", fix)])
    rows = min(_tile_rows(shape, kind, limit), max(1, shape[0]))
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
