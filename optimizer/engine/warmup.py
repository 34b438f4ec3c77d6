"""Compile the loops of the exact engine once, for container images."""

import time

import numpy as np

from sitewright.optimizer.engine import solve
from sitewright.optimizer.engine.capacitated.chains import Chains
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import MutualExclusion, SingleSource


def warmup() -> list[tuple[str, float]]:
    """Solve small problems that go through every stage, in both types of matrix; return (what, seconds)."""
    out = []
    rng = np.random.default_rng(0)
    for dtype in (np.float64, np.float32):
        started = time.perf_counter()
        cost = np.rint(1000 + 1000 * rng.random((40, 40))).astype(dtype)
        cost[-1] = 2 * cost[0]
        problem = Problem.from_arrays(service_cost=cost, fixed_cost=np.full(40, 1500.0))
        solve(problem)
        solve(problem, rules=[MutualExclusion(sites=("s0", "s1"), at_most=1)])
        solve(problem, objective="p-center", p=4)
        capacity = np.full(40, 4.0)
        tight = Problem.from_arrays(service_cost=cost, fixed_cost=np.full(40, 1500.0), capacity=capacity)
        solve(tight)
        solve(tight, rules=[SingleSource()])
        every, sites = np.ones(40, dtype=bool), np.arange(40)
        Chains(cost.astype(np.float64), np.ones(40), seed=0).search(
            every, sites, cost.astype(np.float64), capacity, sites
        )
        out.append((f"exact engine {np.dtype(dtype).name}", time.perf_counter() - started))
    return out
