"""Row blocks: all rows once, and results that do not depend on how the work was split."""

import threading
from typing import Any

import numpy as np
import pytest

from sitewright.kernels import _blocks
from sitewright.kernels.gains import groups
from sitewright.optimizer.errors import InvalidProblem
from tests.kernels.calls import MAKING, READING, places

HOME, PLACE = places(331, 1), places(67, 2)
MATRIX = np.random.default_rng(3).uniform(0, 1000, (331, 67))


def bits(results: Any) -> list[bytes]:
    """Return every result to the last bit; the bound of an ascent is a plain float."""
    return [np.asarray(x).tobytes() for x in results]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", MAKING)
def test_no_bit_of_a_matrix_depends_on_threads_or_blocks(
    name: str, dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fails if blocks overlap, leave a gap, or share scratch memory: one block against 111 on 1, 2 and 4 threads."""
    one = bits([MAKING[name](HOME, PLACE, dtype=dtype, threads=1)])
    monkeypatch.setattr(_blocks, "ENTRIES", 3 * len(PLACE))
    for threads in (1, 2, 4):
        assert bits([MAKING[name](HOME, PLACE, dtype=dtype, threads=threads)]) == one


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", READING)
def test_no_bit_of_a_pass_depends_on_threads(name: str, dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if threads add to one sum, or sums are added as threads finish: many blocks on 1, 2 and 4 threads."""
    monkeypatch.setattr(_blocks, "ENTRIES", 3 * MATRIX.shape[1])
    monkeypatch.setattr(groups, "ROWS", 5)
    matrix = MATRIX.astype(dtype)
    one = bits(READING[name](matrix, threads=1))
    for threads in (2, 4, 4, 4):
        assert bits(READING[name](matrix, threads=threads)) == one


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
