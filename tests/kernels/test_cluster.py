"""Dask on processes that cannot hold the matrix: every pass gives the CPU's answer, and no worker dies of it."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import pytest
from distributed import Client, LocalCluster
from numpy.typing import NDArray

from sitewright.kernels import great_circle, order, warmup
from tests.kernels.calls import READING, places

# 288 MiB in tiles of 8 MiB; a worker gets 96 MiB beyond what it holds when it has loaded its code.
HOME, PLACE = places(73_728, 1), places(1024, 2)
TILE, HEADROOM = 8 << 20, 96 << 20
# What comes back is small beside the matrix: not so the full order, or who is taken of whole customers.
PASSES = {name: call for name, call in READING.items() if name not in ("order", "whole knapsack")}
PASSES["order"] = lambda matrix, **options: [order(matrix, 2, **options)]


def confine(n_bytes: int) -> int:
    """Run on a worker: load all code, then forbid it to take `n_bytes` more; return its process."""
    import resource

    warmup()
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmData:"):
            limit = int(line.split()[1]) * 1024 + n_bytes
            resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    return os.getpid()


def try_to_hold(n_bytes: int) -> bool:
    """Run on a worker: whether it can hold as much."""
    try:
        return bool(np.ones(n_bytes, np.uint8).any())
    except MemoryError:
        return False


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": ":0"}
    with LocalCluster(**options) as cluster, Client(cluster) as client:
        yield client


@pytest.fixture(scope="module")
def matrix() -> NDArray[Any]:
    return np.asarray(great_circle(HOME.lat, HOME.lon, PLACE.lat, PLACE.lon, dtype=np.float32))


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to RLIMIT_DATA")


@pytest.fixture(scope="module")
def confined(client: Client, matrix: NDArray[Any]) -> Iterator[dict[str, int]]:
    """Workers that are known not to be able to hold the matrix, and must be the same ones in the end."""
    before = client.run(confine, HEADROOM)
    assert not any(client.run(try_to_hold, matrix.nbytes).values())
    assert all(client.run(try_to_hold, TILE).values())
    yield before
    # A worker that died would have been started anew.
    assert client.run(os.getpid) == before


def test_a_matrix_that_no_worker_can_hold_is_made_and_read(confined: dict[str, int], matrix: NDArray[Any]) -> None:
    """Fails if a task makes or reads more than its block, or partial answers are put together in another order."""
    options = {"dtype": np.float32, "backend": "dask", "max_memory": TILE}
    lazy = great_circle(HOME.lat, HOME.lon, PLACE.lat, PLACE.lon, **options)
    assert lazy.numblocks == (36, 1) and lazy.nbytes == matrix.nbytes == 3 * HEADROOM
    for name, call in PASSES.items():
        same(name, call(lazy, backend="dask"), call(matrix))


def test_tiles_on_disk_are_read_by_the_worker_that_needs_them(
    confined: dict[str, int], matrix: NDArray[Any], tmp_path: Path
) -> None:
    """Fails if tiles go through the client, or a worker opens more than its own."""
    options = {"dtype": np.float32, "tile_store": tmp_path / "tiles", "max_memory": TILE}
    stored = great_circle(HOME.lat, HOME.lon, PLACE.lat, PLACE.lon, **options)
    lazy = da.from_zarr(stored)
    assert lazy.numblocks == (36, 1)
    for name in ("nearest", "reduced"):
        same(name, PASSES[name](lazy, backend="dask"), PASSES[name](matrix))


def same(name: str, found: list[Any], right: list[Any]) -> None:
    for one, other in zip(found, right, strict=True):
        if np.asarray(other).dtype.kind == "f":
            assert np.allclose(one, other, rtol=1e-6, atol=0), name
        else:
            assert np.array_equal(one, other), name
