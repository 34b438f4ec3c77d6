"""Row blocks: all rows once, and results that do not depend on how the work was split."""

import threading
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sitewright.kernels import FibreNetwork, Places, _blocks, cost, great_circle, latency
from sitewright.optimizer.errors import InvalidProblem

COUNTRIES = np.array(["DEU", "CHN", "USA", "JPN"])


def places(n: int, seed: int) -> Places:
    rng = np.random.default_rng(seed)
    return Places(rng.uniform(-60, 70, n), rng.uniform(-180, 180, n), COUNTRIES[rng.integers(0, 4, n)])


HOME, PLACE = places(331, 1), places(67, 2)


def all_kernels(network: FibreNetwork, dtype: Any, threads: int) -> list[NDArray[Any]]:
    km = great_circle(HOME.lat, HOME.lon, PLACE.lat, PLACE.lon, dtype=dtype, threads=threads)
    ms = latency(HOME, PLACE, network, dtype=dtype, threads=threads)
    customers, sites = np.linspace(0, 90, len(HOME)), np.linspace(1, 2, len(PLACE))
    eur = cost(
        latency=ms,
        demand=customers,
        energy_price=sites,
        network_price=sites,
        haul_price=0.1,
        penalty_rate=customers,
        penalty_free=customers,
        allowed=ms < 200,
        dtype=dtype,
        threads=threads,
    )
    return [km, ms, eur]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_no_bit_depends_on_the_number_of_threads_or_blocks(
    dtype: str, network: FibreNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fails if blocks overlap, leave a gap, or share scratch memory: one block against 111 on 1, 2 and 4 threads."""
    whole = all_kernels(network, dtype, 1)
    monkeypatch.setattr(_blocks, "ENTRIES", 3 * len(PLACE))
    for threads in (1, 2, 4):
        for one, other in zip(whole, all_kernels(network, dtype, threads), strict=True):
            assert one.tobytes() == other.tobytes()


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize(("n", "m"), [(0, 5), (1, 5), (7, 5), (8, 0), (9, 1000)])
def test_every_row_is_visited_once(n: int, m: int, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if the last, shorter block is lost, or rows wider than a block are."""
    monkeypatch.setattr(_blocks, "ENTRIES", 10)
    seen, lock = np.zeros(n, dtype=int), threading.Lock()

    def block(first: int, end: int) -> None:
        with lock:
            seen[first:end] += 1

    _blocks.run_blocks(n, m, block, threads)
    assert seen.tolist() == [1] * n


def test_an_error_in_a_block_reaches_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if a thread dies unseen and its rows stay unset."""
    monkeypatch.setattr(_blocks, "ENTRIES", 1)

    def block(first: int, end: int) -> None:
        if first == 5:
            raise RuntimeError("row 5")

    with pytest.raises(RuntimeError, match="row 5"):
        _blocks.run_blocks(9, 1, block, 2)


@pytest.mark.parametrize("threads", [0, -1, 1.5, True, "2"])
def test_a_number_of_threads_that_cannot_be_is_refused(threads: Any) -> None:
    """Fails if a wrong number silently becomes another."""
    with pytest.raises(InvalidProblem, match="'threads'"):
        _blocks.thread_count(threads)
    assert _blocks.thread_count(None) >= 1
