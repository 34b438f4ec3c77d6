"""What is benchmarked: each kernel as a person calls it, on a matrix that lies where its backend wants it."""

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.subjects.making import MAKING
from benchmarks.subjects.reading import READING

__all__ = ["BACKENDS", "DTYPES", "SIZES", "SUBJECTS", "ready"]

FULL = bool(os.environ.get("SITEWRIGHT_BENCH_FULL"))
BACKENDS = ["cpu", "cuda", "dask"]
# Small, so that a pass over all takes some two minutes; and the sizes that the bars are about.
SIZES = [(2000, 460), (500, 2000)] + ([(1_400_000, 460), (100_000, 2000), (20_000, 10_000)] if FULL else [])
DTYPES = ["float32", "float64"] if FULL else ["float32"]

SUBJECTS: dict[str, Callable[..., Callable[[], Any]]] = {**MAKING, **READING}


def ready(name: str, backend: str, size: tuple[int, int], dtype: str) -> Callable[[], Any]:
    """Return a call of the kernel that has run once, so that no timing holds a compilation.

    Raises
    ------
    NotImplementedError
        If the backend cannot run here: asv's own way to say so.
    """
    from sitewright.kernels._backends import why_not

    if why_not(backend):
        raise NotImplementedError(why_not(backend)[0])
    call = SUBJECTS[name](backend, *size, np.dtype(dtype))
    call()
    return call
