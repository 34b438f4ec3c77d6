"""Warm-up compiles what a first call would."""

import subprocess
import sys
from pathlib import Path

from sitewright.kernels import warmup
from tests.kernels.test_layout import FOLDERS

ROOT = Path(__file__).parents[2]

CALLS = """
import importlib
import numpy as np
from numba.core.registry import CPUDispatcher
from sitewright.kernels import KERNELS, dominated, warmup
from tests.kernels.calls import MAKING, READING, places

modules = [importlib.import_module(f"sitewright.kernels.{kernel}.cpu") for kernel in KERNELS]
modules.append(importlib.import_module("sitewright.kernels.knapsack.fill"))

def compiled():
    return {f"{m.__name__}.{n}": len(f.signatures) for m in modules for n, f in vars(m).items()
            if isinstance(f, CPUDispatcher)}

warmup()
before = compiled()
home, place = places(30, 1), places(40, 2)
for dtype in (np.float32, np.float64):
    for call in MAKING.values():
        matrix = call(home, place, dtype=dtype)
    for call in READING.values():
        call(matrix)
dominated(np.zeros((3, 2), np.uint64), [1, 2, 3])
print([name for name, n in compiled().items() if n != before[name]], sum(n > 0 for n in before.values()))
"""


def test_every_kernel_is_named_in_both_types_with_its_time() -> None:
    """Fails if `sitewright warmup` leaves out a kernel or a type."""
    done = warmup()
    assert sorted(name for name, _ in done) == sorted(f"{k} {t}" for t in ("float64", "float32") for k in FOLDERS)
    assert all(seconds >= 0 for _, seconds in done)


def test_nothing_is_left_to_compile_after_warm_up() -> None:
    """Fails if a call compiles anew because warm-up gave the kernel other types, another layout or no mask."""
    done = subprocess.run([sys.executable, "-c", CALLS], capture_output=True, text=True, check=True, cwd=ROOT)
    late, functions = done.stdout.rsplit(maxsplit=1)
    assert late == "[]" and int(functions) > len(FOLDERS)
