"""Uncapacitated location with random costs after Koerkel (1989) and Ghosh (2003): a wide gap, many near-optima."""

import numpy as np

from sitewright.optimizer.problem import Problem

FIXED = {"a": (100, 200), "b": (1000, 2000), "c": (10_000, 20_000)}


def koerkel_ghosh(*, seed: int, n: int = 50, kind: str = "b") -> Problem:
    """Service costs U{1000 … 2000}; fixed costs U{100 … 200} (a), U{1000 … 2000} (b) or U{10 000 … 20 000} (c)."""
    rng = np.random.default_rng(seed)
    low, high = FIXED[kind]
    cost = rng.integers(1000, 2001, (n, n)).astype(np.float64)
    fixed = rng.integers(low, high + 1, n).astype(np.float64)
    return Problem.from_arrays(service_cost=cost, fixed_cost=fixed, name=f"koerkel-ghosh-{kind}-{n}-{seed}")
