"""Where a matrix goes that a kernel makes: the same numbers everywhere, a limit of memory, and nothing half done."""

import tracemalloc
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import pytest

from sitewright.kernels import _make, great_circle
from sitewright.kernels._backends import why_no_cuda
from sitewright.kernels.great_circle import cpu
from sitewright.optimizer.errors import InvalidProblem, TooLarge
from tests.kernels.calls import MAKING, READING, places, terms
from tests.kernels.places import tiles, whole

HOME, PLACE = places(150, 1), places(40, 2)
needs_cuda = pytest.mark.skipif(bool(why_no_cuda()), reason="no card, and NUMBA_ENABLE_CUDASIM is not set")


@pytest.fixture
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiles of 64 customers, the fewest that a tile holds."""
    monkeypatch.setattr(_make, "TILE", 1)


@pytest.mark.usefixtures("small_tiles")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", MAKING)
def test_blocks_are_the_whole_matrix_to_the_bit(name: str, dtype: str, tmp_path: Path) -> None:
    """Fails if a block gets another block's customers, or its own copy of the sites differs."""
    right = MAKING[name](HOME, PLACE, dtype=dtype)
    lazy = MAKING[name](HOME, PLACE, dtype=dtype, backend="dask")
    stored = MAKING[name](HOME, PLACE, dtype=dtype, tile_store=tmp_path / "tiles")
    assert lazy.chunks == ((64, 64, 22), (40,)) and stored.chunks == (64, 40)
    for found in (lazy, stored):
        assert found.dtype == dtype
        assert whole(found).tobytes() == right.tobytes()


@pytest.mark.usefixtures("small_tiles")
@pytest.mark.parametrize("name", ["latency", "cost of a fibre latency"])
def test_what_all_blocks_need_is_in_the_graph_once(name: str) -> None:
    """Fails if each task carries its own hub matrix and sites: then the graph is as large as the matrix."""
    graph = MAKING[name](HOME, PLACE, backend="dask").__dask_graph__()
    large = [x for x in _objects(dict(graph)) if type(x).__name__ == "FibreNetwork"]
    assert len(large) == 1


def _objects(value: Any) -> list[Any]:
    """Return what the tasks of a graph hold, task by task."""
    if isinstance(value, dict):
        return [x for v in value.values() for x in _objects(v)]
    if isinstance(value, list | tuple):
        return [x for v in value for x in _objects(v)]
    if hasattr(value, "args"):
        return [x for v in (*value.args, *value.kwargs.values()) for x in _objects(v)]
    return [getattr(value, "value", value)]


def test_a_latency_on_dask_or_in_tiles_is_read_by_its_own_blocks(tmp_path: Path) -> None:
    """Fails if a latency that does not fit into memory is rechunked, or read as a whole."""
    ms = MAKING["latency"](HOME, PLACE)
    right = terms(150, 40, ms)
    lazy = terms(150, 40, da.from_array(ms, chunks=(70, 40)), backend="dask")
    assert lazy.chunks == ((70, 70, 10), (40,))
    assert whole(lazy).tobytes() == right.tobytes()
    with pytest.raises(TooLarge, match=r"70 x 40 float64 needs 21.9 KiB.*smaller chunks of the latency"):
        terms(150, 40, da.from_array(ms, chunks=(70, 40)), backend="dask", max_memory=20_000)
    for store in (None, tmp_path / "cost"):
        assert whole(terms(150, 40, tiles(ms, (70, 40)), tile_store=store)).tobytes() == right.tobytes()


def test_a_latency_whose_chunks_split_sites_is_refused() -> None:
    """Fails if the whole matrix is moved to join the halves of its rows."""
    ms = np.ones((6, 4))
    with pytest.raises(InvalidProblem, match=r"hold all sites in each chunk.*chunks=\(rows, all sites\)"):
        terms(6, 4, da.from_array(ms, chunks=(6, 2)), backend="dask")
    with pytest.raises(InvalidProblem, match="hold all sites in each chunk"):
        terms(6, 4, tiles(ms, (6, 2)))


def test_a_latency_that_lies_where_the_backend_does_not_read_is_refused() -> None:
    """Fails if tiles are sent to a card in one piece, or a dask array is computed on the way to the CPU."""
    ms = np.ones((6, 4))
    with pytest.raises(InvalidProblem, match=r"found a dask array. Fix: use backend='dask'"):
        terms(6, 4, da.from_array(ms, chunks=(3, 4)))
    with pytest.raises(InvalidProblem, match=r"found tiles. Fix: use backend='cpu'"):
        terms(6, 4, tiles(ms, (3, 4)), backend="dask")


@pytest.mark.parametrize("name", MAKING)
def test_a_matrix_above_the_limit_is_refused_with_the_number_and_the_ways_out(name: str) -> None:
    """Fails if a kernel does not ask, or the message leaves a user without a next step. 150 x 40 x 8 bytes."""
    options = {"max_memory": 47_999}
    with pytest.raises(TooLarge) as caught:
        MAKING[name](HOME, PLACE, **options)
    assert str(caught.value) == (
        "150 x 40 float64 needs 46.9 KiB, but argument 'max_memory' allows 46.9 KiB. Fix: use dtype=np.float32 (half "
        "of it), or tile_store=FOLDER (tiles on disk), or backend='dask' (many machines), or backend='cuda' with "
        "keep=True"
    )
    assert MAKING[name](HOME, PLACE, max_memory=48_000).shape == (150, 40)
    # The ways out are ways out.
    assert MAKING[name](HOME, PLACE, dtype=np.float32, **options).shape == (150, 40)
    assert whole(MAKING[name](HOME, PLACE, backend="dask", **options)).shape == (150, 40)


@pytest.mark.parametrize("name", MAKING)
def test_a_tile_above_the_limit_is_refused_too(name: str, tmp_path: Path) -> None:
    """Fails if a limit is silently passed by a tile: 64 customers x 40 sites x 8 bytes is the smallest."""
    for options in ({"backend": "dask"}, {"tile_store": tmp_path / "tiles"}):
        with pytest.raises(TooLarge, match=r"64 x 40 float64 needs 20 KiB, but argument 'max_memory' allows 19.5 KiB"):
            MAKING[name](HOME, PLACE, max_memory=20_000, **options)
        assert whole(MAKING[name](HOME, PLACE, max_memory=20_480, **options)).shape == (150, 40)


@needs_cuda
@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("name", MAKING)
def test_a_card_has_a_limit_too_and_keeps_what_it_is_told_to(name: str, keep: bool) -> None:
    """Fails if the card is filled without asking, or a kept matrix differs from one that came back."""
    with pytest.raises(TooLarge, match=r"150 x 40 float64 needs 46.9 KiB.*use dtype=np.float32.*tile_store=FOLDER"):
        MAKING[name](HOME, PLACE, max_memory=1000, backend="cuda", keep=keep)
    some, few = places(9, 1), places(4, 2)
    found = MAKING[name](some, few, backend="cuda", keep=keep)
    assert isinstance(found, np.ndarray) != keep
    assert np.allclose(whole(found), MAKING[name](some, few), rtol=1e-12)


@needs_cuda
def test_a_card_is_asked_for_its_own_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if a matrix for the card is measured by the memory of the machine."""
    monkeypatch.setattr("sitewright.kernels._card.free", lambda: 1000.0)
    with pytest.raises(TooLarge, match="but there are 1000 bytes"):
        great_circle([0.0] * 20, [0.0] * 20, [0.0] * 20, [0.0] * 20, backend="cuda", keep=True)


def test_what_is_free_is_the_limit_if_none_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if a matrix larger than the machine is begun, and the machine dies instead of the call."""
    zeros = np.zeros(1_000_000)
    with pytest.raises(TooLarge, match=r"1000000 x 1000000 float64 needs 7.45e\+03 GiB, but there are"):
        great_circle(zeros, zeros, zeros, zeros)
    monkeypatch.setattr(_make, "available", lambda: 100.0)
    with pytest.raises(TooLarge, match="5 x 5 float64 needs 200 bytes, but there are 100 bytes"):
        great_circle([0.0] * 5, [0.0] * 5, [0.0] * 5, [0.0] * 5)


@pytest.mark.parametrize("limit", [-1, "8 GB", True, np.nan])
def test_a_limit_that_is_no_number_of_bytes_is_refused(limit: Any) -> None:
    """Fails if a limit that cannot be is none."""
    with pytest.raises(InvalidProblem, match="'max_memory': must be a number of bytes"):
        great_circle([0.0], [0.0], [0.0], [0.0], max_memory=limit)


@pytest.mark.parametrize("name", MAKING)
def test_arguments_that_do_not_go_together_are_refused(name: str, tmp_path: Path) -> None:
    """Fails if `keep` or `tile_store` is silently ignored."""
    for options in ({}, {"backend": "dask"}, {"tile_store": tmp_path / "tiles"}):
        with pytest.raises(InvalidProblem, match=r"'keep': must be False without a card.*use backend='cuda'"):
            MAKING[name](HOME, PLACE, keep=True, **options)
    with pytest.raises(InvalidProblem, match="'tile_store': must go with backend 'cpu', found 'dask'"):
        MAKING[name](HOME, PLACE, backend="dask", tile_store=tmp_path / "tiles")
    (tmp_path / "mine").mkdir()
    with pytest.raises(InvalidProblem, match=r"'tile_store': must name what is not there yet, found .*mine, which is"):
        MAKING[name](HOME, PLACE, tile_store=tmp_path / "mine")
    assert [p.name for p in tmp_path.iterdir()] == ["mine"] and not list((tmp_path / "mine").iterdir())


@pytest.mark.usefixtures("small_tiles")
@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_tiles_that_are_interrupted_leave_nothing_behind(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fails if half a matrix stands under the name of a whole one, or blocks the next try."""
    run, done = cpu.run, []

    def until_the_second(*arguments: Any) -> None:
        if done:
            raise error
        done.append(1)
        run(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(cpu, "run", until_the_second)
        with pytest.raises(type(error)):
            MAKING["great_circle"](HOME, PLACE, tile_store=tmp_path / "tiles")
    assert done and not list(tmp_path.iterdir())
    assert MAKING["great_circle"](HOME, PLACE, tile_store=tmp_path / "tiles").shape == (150, 40)


def test_tiles_without_zarr_say_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if a user without the extra is left with an ImportError."""
    monkeypatch.setitem(__import__("sys").modules, "zarr", None)
    with pytest.raises(InvalidProblem, match=r"install sitewright\[tiles\]"):
        MAKING["great_circle"](HOME, PLACE, tile_store=tmp_path / "tiles")


def test_a_matrix_in_tiles_is_never_whole_in_memory(tmp_path: Path) -> None:
    """Fails if making it, or a pass over it, holds it: 32 MiB in 16 tiles, where NumPy's peak must stay below half."""
    home, place = places(8192, 1), places(512, 2)
    limit = 2 << 20
    MAKING["great_circle"](places(1, 1), place)  # compiled before it is measured
    tracemalloc.start()
    stored = MAKING["great_circle"](home, place, dtype=np.float64, tile_store=tmp_path / "tiles", max_memory=limit)
    peaks = {"making": tracemalloc.get_traced_memory()[1]}
    for name in ("nearest", "gains", "reduced", "ascent", "cover"):
        tracemalloc.reset_peak()
        READING[name](stored)
        peaks[name] = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert stored.nchunks == 16 and stored.nbytes == 32 << 20
    assert max(peaks.values()) < stored.nbytes / 2, peaks
