"""Points uniform in the unit square, customers = sites, integer costs of 10 000 x distance (Ahn et al. 1988)."""

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import SiteCount

SCALE = 10_000


def euclidean_ufl(*, seed: int, n: int = 100, x: float = 100.0) -> Problem:
    """Uncapacitated: every site costs sqrt(n) / x times the scale."""
    fixed = np.full(n, np.floor(SCALE * np.sqrt(n) / x))
    return Problem.from_arrays(
        service_cost=_distances(seed, n), fixed_cost=fixed, name=f"euclidean-ufl-{n}-{x:g}-{seed}"
    )


def euclidean_p_median(*, seed: int, n: int = 100, p: int = 5) -> Problem:
    """p-median: sites cost nothing, exactly p open."""
    rule = SiteCount(at_least=p, at_most=p)
    name = f"euclidean-p-median-{n}-{p}-{seed}"
    return Problem.from_arrays(service_cost=_distances(seed, n), fixed_cost=np.zeros(n), rules=(rule,), name=name)


def _distances(seed: int, n: int) -> NDArray[np.float64]:
    points = np.random.default_rng(seed).random((n, 2))
    distance: NDArray[np.float64] = np.floor(SCALE * np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1)))
    return distance
