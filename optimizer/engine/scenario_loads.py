r"""Within each scenario, what a site serves stays within its capacity (and what it can scrub).

.. math:: \sum_{i \in s} demand_i \, serve_{ij} \le capacity_j \, open_j \quad \text{for each scenario } s
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.decision import TOLERANCE, Decision
from sitewright.optimizer.model.columns import Columns, Rows
from sitewright.optimizer.model.site_loads import site_loads
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.base import Kind, Rule

# What limits a site, and what a customer asks of it.
LIMITS = (("capacity", "demand"), ("scrubbing", "attack_traffic"))


@dataclass(frozen=True, eq=False)
class ScenarioLoads(Rule):
    """A rule of stacked problems, whose limits are `n_scenarios` times those of each scenario."""

    name: ClassVar[str] = "scenario_loads"
    kind: ClassVar[Kind] = "load"

    n_scenarios: int
    scenario: NDArray[np.int64]  # (customers of the stacked problem,)

    def sentence(self) -> str:
        return "in every scenario, no site holds more than it can"

    @property
    def blocks(self) -> list[slice]:
        """The rows of each scenario: they stand together, in order."""
        start = np.searchsorted(self.scenario, np.arange(self.n_scenarios + 1))
        return [slice(int(a), int(b)) for a, b in pairwise(start)]

    def binds_loads(self, problem: Problem) -> bool:
        return any(np.isfinite(problem.numbers(name, np.inf)).any() for name, _ in LIMITS)

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        for name, of_customer in LIMITS:
            limit, weight = problem.numbers(name, np.inf) / self.n_scenarios, problem.numbers(of_customer)
            for s in range(self.n_scenarios if np.isfinite(limit).any() else 0):
                yield from site_loads(self.name, columns, limit, np.where(self.scenario == s, weight, 0.0))

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        for name, of_customer in LIMITS:
            limit, weight = problem.numbers(name, np.inf) / self.n_scenarios, problem.numbers(of_customer)
            for s in range(self.n_scenarios):
                load = decision.load(np.where(self.scenario == s, weight, 0.0))
                for j in np.flatnonzero(load > limit * (1 + TOLERANCE) + TOLERANCE):
                    yield f"in scenario {s}, site {problem.sites[j]} carries {load[j]:.6g} over its {limit[j]:.6g}"
