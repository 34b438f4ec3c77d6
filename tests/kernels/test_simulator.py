"""The CUDA simulator, where the tests of the kernels lean on it."""

import threading
import time
from typing import Any

import numpy as np
import pytest
from numba import float64
from numba.core import config

if config.ENABLE_CUDASIM:
    from numba.cuda.simulator.kernelapi import FakeCUDAShared


@pytest.mark.skipif(not config.ENABLE_CUDASIM, reason="NUMBA_ENABLE_CUDASIM is not set")
def test_the_threads_of_a_block_share_one_array(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if a thread that is stopped while it makes the array lets another make a second one."""
    empty = np.empty

    def slowly(*args: Any, **options: Any) -> Any:
        time.sleep(0.01)
        return empty(*args, **options)

    monkeypatch.setattr(np, "empty", slowly)
    block, got = FakeCUDAShared(0), []

    def ask() -> None:
        one = block.array(4, float64)
        two = block.array(4, float64)
        got.append((id(one), id(two)))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(got)) == 1
    assert got[0][0] != got[0][1]
