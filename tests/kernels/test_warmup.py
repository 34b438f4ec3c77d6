"""Warm-up compiles what a first call would."""

import subprocess
import sys

from sitewright.kernels import warmup
from tests.kernels.test_layout import FOLDERS

CALLS = """
import numpy as np
from numba.core.registry import CPUDispatcher
from sitewright.instances.network import load_network
from sitewright.kernels import Places, cost, great_circle_latency, latency, warmup
from sitewright.kernels.cost import cpu as a
from sitewright.kernels.great_circle import cpu as b
from sitewright.kernels.latency import cpu as c

def compiled():
    return {f"{m.__name__}.{n}": len(f.signatures) for m in (a, b, c) for n, f in vars(m).items()
            if isinstance(f, CPUDispatcher)}

warmup()
before = compiled()
home, place = Places([0.0] * 3, [1.0] * 3, ["DEU"] * 3), Places([0.0] * 2, [1.0] * 2, ["USA"] * 2)
customer, site = np.ones(3), np.ones(2)
for dtype in (np.float32, np.float64):
    great_circle_latency(home, place, dtype=dtype)
    ms = latency(home, place, load_network(), dtype=dtype)
    for allowed in (None, ms > 0):
        cost(latency=ms, demand=customer, energy_price=site, network_price=site, haul_price=1.0, penalty_rate=customer,
             penalty_free=customer, allowed=allowed, dtype=dtype)
print(before == compiled(), sum(before.values()) > 0)
"""


def test_every_kernel_is_named_in_both_types_with_its_time() -> None:
    """Fails if `sitewright warmup` leaves out a kernel or a type."""
    done = warmup()
    assert sorted(name for name, _ in done) == sorted(f"{k} {t}" for t in ("float64", "float32") for k in FOLDERS)
    assert all(seconds >= 0 for _, seconds in done)


def test_nothing_is_left_to_compile_after_warm_up() -> None:
    """Fails if a call compiles anew because warm-up gave the kernel other types, another layout or no mask."""
    done = subprocess.run([sys.executable, "-c", CALLS], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]
