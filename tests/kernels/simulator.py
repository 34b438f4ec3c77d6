"""What numba's CUDA simulator must be kept from, for tests that run on it."""

import inspect
import sys
import threading
from typing import Any

import numpy as np
from numba.core import types
from numba.cuda.simulator.kernelapi import FakeCUDAShared
from numba.np import numpy_support

LOCK = threading.Lock()


def tame() -> None:
    """Make the simulator quick, and safe between its threads."""
    # It polls its threads without rest; at Python's 5 ms a turn, they mostly wait (14 s went to 1).
    sys.setswitchinterval(1e-6)
    # At a turn that short, threads are often stopped where the simulator is not safe.
    share_one_array()


def share_one_array() -> None:
    """Let one thread at a time ask for a block's shared array.

    The simulator looks whether the array was made, and makes it, in two steps: a thread that is stopped between them
    works on an array of its own, and its part of the block's result is whatever the memory held.
    """
    FakeCUDAShared.array = shared_array


def shared_array(block: Any, shape: Any, dtype: Any) -> Any:
    """Return the block's array for the line that asks, as the simulator itself tells them apart."""
    frame = inspect.currentframe()
    assert frame is not None and frame.f_back is not None
    line = frame.f_back.f_code.co_filename, frame.f_back.f_lineno
    if isinstance(dtype, types.Type):
        dtype = numpy_support.as_dtype(dtype)
    with LOCK:
        made = vars(block).setdefault("made", {})
        if line not in made:
            made[line] = np.empty(shape, dtype)
        return made[line]
