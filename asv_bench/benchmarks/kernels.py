"""The dense kernels as a person calls them, checks and allocation included; GB/s counts bytes of the result."""

import time

import numpy as np

from sitewright.instances.network import load_network
from sitewright.kernels import Places, cost, great_circle, latency, warmup

# A case of a continent, and one with wide rows; both under a second for a single run on two cores.
SIZES = [(4000, 460), (1000, 5000)]
DTYPES = ["float32", "float64"]
COUNTRIES = np.array(["DEU", "CHN", "USA", "NLD", "SGP"])


class _Kernel:
    """What the subjects share: compile on tiny arrays, so that no timing holds a compilation."""

    params = (SIZES, DTYPES)
    param_names = ("customers_sites", "dtype")

    def setup(self, size, dtype):
        warmup()
        self.dtype = np.dtype(dtype)
        self.rng = np.random.default_rng(1)
        self.prepare(*size)

    def time_call(self, size, dtype):
        self.call()

    def peakmem_call(self, size, dtype):
        self.call()

    def track_gbps(self, size, dtype):
        best = np.inf
        for _ in range(5):
            started = time.perf_counter()
            out = self.call()
            best = min(best, time.perf_counter() - started)
        return out.nbytes / best / 1e9

    track_gbps.unit = "GB/s"

    def points(self, n):
        lat, lon = self.rng.uniform(-60, 70, n), self.rng.uniform(-180, 180, n)
        return Places(lat, lon, COUNTRIES[self.rng.integers(0, len(COUNTRIES), n)])


class GreatCircle(_Kernel):
    def prepare(self, n, m):
        self.home, self.place = self.points(n), self.points(m)

    def call(self):
        return great_circle(self.home.lat, self.home.lon, self.place.lat, self.place.lon, dtype=self.dtype)


class Latency(_Kernel):
    def prepare(self, n, m):
        self.home, self.place, self.network = self.points(n), self.points(m), load_network()

    def call(self):
        return latency(self.home, self.place, self.network, dtype=self.dtype)


class Cost(_Kernel):
    def prepare(self, n, m):
        self.data = {
            "latency": self.rng.uniform(5, 300, (n, m)).astype(self.dtype),
            "allowed": self.rng.random((n, m)) < 0.9,
            "demand": self.rng.uniform(5, 35, n),
            "energy_price": self.rng.uniform(4e5, 1e6, m),
            "network_price": self.rng.uniform(1e4, 1e5, m),
            "haul_price": 500.0,
            "penalty_rate": self.rng.uniform(0, 900, n),
            "penalty_free": self.rng.uniform(10, 80, n),
        }

    def call(self):
        return cost(**self.data, dtype=self.dtype)


class FirstCall:
    """What a new process pays for its kernels, the import included, where the machine code is cached."""

    def setup(self):
        warmup()

    def timeraw_warmup(self):
        return "from sitewright.kernels import warmup; warmup()"
