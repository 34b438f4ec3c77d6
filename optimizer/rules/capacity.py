r"""Capacity: the load of a site stays within what it can hold.

.. math:: \sum_i demand_i \, serve_{ij} \le capacity_j \, open_j
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sitewright.optimizer.decision import TOLERANCE, Decision
from sitewright.optimizer.model.columns import Columns, Rows
from sitewright.optimizer.model.site_loads import site_loads
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.base import Kind, Rule


@dataclass(frozen=True)
class Capacity(Rule):
    """Implied by the variable `capacity`; an infinite capacity is no limit."""

    name: ClassVar[str] = "capacity"
    kind: ClassVar[Kind] = "load"

    def binds_loads(self, problem: Problem) -> bool:
        return problem.has("capacity") and bool(np.isfinite(problem.numbers("capacity")).any())

    def sentence(self) -> str:
        return "no site holds more than its capacity"

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        yield from site_loads(self.name, columns, problem.numbers("capacity"), problem.numbers("demand"))

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        capacity, load = problem.numbers("capacity"), decision.load(problem.numbers("demand"))
        for j in np.flatnonzero(load > capacity * (1 + TOLERANCE) + TOLERANCE):
            yield f"site {problem.sites[j]} holds {load[j]:.6g} MW, its capacity is {capacity[j]:.6g} MW"
