r"""Latency share: at least so much of the scope's demand is served within a round trip.

.. math:: \sum_{i \in C} \sum_{j : latency_{ij} \le within} demand_i \, serve_{ij} \ge at\_least \sum_{i \in C} demand_i
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sitewright.optimizer.decision import TOLERANCE, Decision
from sitewright.optimizer.errors import Flaw
from sitewright.optimizer.model.columns import Columns, Rows, row
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.base import Kind, Rule, latency_flaws
from sitewright.optimizer.rules.scope import CustomerScope


@dataclass(frozen=True)
class LatencyShare(Rule):
    """At least the share `at_least` (0 to 1) of the scope's demand is served within `within_ms`."""

    name: ClassVar[str] = "latency_share"
    kind: ClassVar[Kind] = "load"

    within_ms: float
    at_least: float
    customers: CustomerScope = CustomerScope()

    def sentence(self) -> str:
        return f"{self.at_least:.4g} of the demand of {self.customers} served within {self.within_ms:g} ms"

    def flaws(self, problem: Problem) -> Iterator[Flaw]:
        yield from self.customers.flaws(problem, self.name)
        yield from latency_flaws(self.name, problem, within_ms=self.within_ms)
        if not 0 <= self.at_least <= 1:
            fix = "give 0.95 for 95 %"
            yield Flaw(f"rule {self.name!r}, at_least", "be a share from 0 to 1", str(self.at_least), fix)

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        weight = np.where(self.customers.mask(problem), problem.numbers("demand"), 0.0)
        if weight.sum() > 0:
            near = problem.data["latency"].values[columns.pair_customer, columns.pair_site] <= self.within_ms
            value = np.where(near, weight[columns.pair_customer], 0.0) / weight.sum()
            pairs = np.flatnonzero(value)
            yield row(self.name, columns.serve[pairs], value[pairs], lower=self.at_least)

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        inside = self.customers.mask(problem)[decision.customer]
        i, j = decision.customer[inside], decision.site[inside]
        served = problem.numbers("demand")[i] * decision.share[inside]
        if served.sum() > 0:
            near = problem.data["latency"].values[i, j] <= self.within_ms
            share = float(served[near].sum() / served.sum())
            if share < self.at_least - TOLERANCE:
                said = f"{share:.4%} of the demand of {self.customers} is within {self.within_ms:g} ms"
                yield f"{said}, {self.at_least:.4%} must be"
