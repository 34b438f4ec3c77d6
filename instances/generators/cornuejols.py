"""Capacitated location after Cornuejols, Sridharan and Thizy (European Journal of Operational Research 50, 1991)."""

import numpy as np

from sitewright.optimizer.problem import Problem


def cornuejols(
    *, seed: int, customers: int = 50, sites: int = 20, r: float = 5.0, single_source: bool = False
) -> Problem:
    """Unit cost 10 x Euclid on the unit square; demand U[5, 35]; capacity U[10, 160] rescaled to r x total demand;
    fixed cost U[0, 90] + U[100, 110] x sqrt(capacity before rescaling).
    """
    rng = np.random.default_rng(seed)
    home, place = rng.random((customers, 2)), rng.random((sites, 2))
    unit = 10 * np.hypot(*(home[:, None] - place[None]).transpose(2, 0, 1))
    demand = rng.uniform(5, 35, customers)
    capacity = rng.uniform(10, 160, sites)
    fixed = rng.uniform(0, 90, sites) + rng.uniform(100, 110, sites) * np.sqrt(capacity)
    from sitewright.optimizer.rules import SingleSource

    return Problem.from_arrays(
        service_cost=unit * demand[:, None],
        fixed_cost=fixed,
        demand=demand,
        capacity=capacity * r * demand.sum() / capacity.sum(),
        rules=(SingleSource(),) if single_source else (),
        name=f"cornuejols-{customers}-{sites}-{r:g}-{seed}",
    )
