r"""Latency limit: no customer of the scope is served over a longer round trip.

.. math:: serve_{ij} = 0 \quad \text{where } latency_{ij} > at\_most
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.errors import Flaw
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.base import Kind, Rule, latency_flaws
from sitewright.optimizer.rules.scope import CustomerScope


@dataclass(frozen=True)
class LatencyLimit(Rule):
    """Worst round trip in ms for each customer of the scope."""

    name: ClassVar[str] = "latency_limit"
    kind: ClassVar[Kind] = "pair"
    holds_in_emergency: ClassVar[bool] = False

    at_most_ms: float
    customers: CustomerScope = CustomerScope()

    def sentence(self) -> str:
        return f"{self.customers} served within {self.at_most_ms:g} ms"

    def flaws(self, problem: Problem) -> Iterator[Flaw]:
        yield from self.customers.flaws(problem, self.name)
        yield from latency_flaws(self.name, problem, at_most_ms=self.at_most_ms)

    def forbids(self, problem: Problem) -> NDArray[np.bool_]:
        too_far: NDArray[np.bool_] = problem.data["latency"].values > self.at_most_ms
        return too_far & self.customers.mask(problem)[:, None]

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        latency = problem.data["latency"].values[decision.customer, decision.site]
        bad = (latency > self.at_most_ms) & self.customers.mask(problem)[decision.customer]
        for i, j, ms in zip(decision.customer[bad], decision.site[bad], latency[bad], strict=True):
            customer, site = problem.customers[i], problem.sites[j]
            yield f"customer {customer} is served from {site} in {ms:.1f} ms, limit {self.at_most_ms:g} ms"
