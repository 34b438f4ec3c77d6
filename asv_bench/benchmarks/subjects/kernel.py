"""What every subject measures: time, peak memory, and the bytes of its matrix by the second."""

import time
from typing import ClassVar

import numpy as np

from benchmarks.subjects import BACKENDS, DTYPES, SIZES, ready


class _Kernel:
    subject: ClassVar[str]
    params = (BACKENDS, SIZES, DTYPES)
    param_names = ("backend", "customers_sites", "dtype")

    def setup(self, backend, size, dtype):
        self.call = ready(self.subject, backend, size, dtype)

    def time_call(self, backend, size, dtype):
        self.call()

    def peakmem_call(self, backend, size, dtype):
        self.call()

    def track_gbps(self, backend, size, dtype):
        best = np.inf
        for _ in range(3):
            started = time.perf_counter()
            self.call()
            best = min(best, time.perf_counter() - started)
        return size[0] * size[1] * np.dtype(dtype).itemsize / best / 1e9

    track_gbps.unit = "GB/s"
