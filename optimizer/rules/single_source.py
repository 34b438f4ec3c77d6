r"""Single sourcing: a customer of the scope is served from one site alone.

.. math:: serve_{ij} \in \{0, 1\}
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.errors import Flaw
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.base import Kind, Rule
from sitewright.optimizer.rules.scope import CustomerScope


@dataclass(frozen=True)
class SingleSource(Rule):
    """No customer of the scope is split over sites."""

    name: ClassVar[str] = "single_source"
    kind: ClassVar[Kind] = "load"

    customers: CustomerScope = CustomerScope()

    def binds_loads(self, problem: Problem) -> bool:
        return False

    def sentence(self) -> str:
        return f"{self.customers} each served from one site alone"

    def flaws(self, problem: Problem) -> Iterator[Flaw]:
        yield from self.customers.flaws(problem, self.name)

    def single_source(self, problem: Problem) -> NDArray[np.bool_]:
        return self.customers.mask(problem)

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        split = (decision.sources(problem.n_customers) > 1) & self.customers.mask(problem)
        for i in np.flatnonzero(split):
            sites = ", ".join(problem.sites[decision.site[decision.customer == i]])
            yield f"customer {problem.customers[i]} is split over {sites}, it must have one site"
