r"""Mean latency: the demand-weighted mean round trip of the scope stays within a limit.

.. math:: \sum_{i \in C} \sum_j demand_i \, latency_{ij} \, serve_{ij} \le at\_most \sum_{i \in C} demand_i

A pair without a way between the two (infinite latency) is forbidden: the least share of it makes the mean infinite.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.decision import TOLERANCE, Decision
from sitewright.optimizer.errors import Flaw
from sitewright.optimizer.model.columns import Columns, Rows, row
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.base import Kind, Rule, latency_flaws
from sitewright.optimizer.rules.scope import CustomerScope


@dataclass(frozen=True)
class MeanLatency(Rule):
    """Demand-weighted mean round trip over the scope, in ms."""

    name: ClassVar[str] = "mean_latency"
    kind: ClassVar[Kind] = "load"
    holds_in_emergency: ClassVar[bool] = False

    at_most_ms: float
    customers: CustomerScope = CustomerScope()

    def sentence(self) -> str:
        return f"mean round trip of {self.customers} at most {self.at_most_ms:g} ms"

    def flaws(self, problem: Problem) -> Iterator[Flaw]:
        yield from self.customers.flaws(problem, self.name)
        yield from latency_flaws(self.name, problem, at_most_ms=self.at_most_ms)

    def forbids(self, problem: Problem) -> NDArray[np.bool_]:
        counts = self.customers.mask(problem) & (problem.numbers("demand") > 0)
        no_way: NDArray[np.bool_] = np.isinf(problem.data["latency"].values)
        return no_way & counts[:, None]

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        weight = np.where(self.customers.mask(problem), problem.numbers("demand"), 0.0)
        total = weight.sum()
        if total > 0:
            # In ms, not MW ms: a row of plain size is what solver tolerances are made for.
            value = weight[columns.pair_customer] / total
            ms = problem.data["latency"].values[columns.pair_customer, columns.pair_site]
            pairs = np.flatnonzero((value > 0) & np.isfinite(ms))
            yield row(self.name, columns.serve[pairs], value[pairs] * ms[pairs], upper=self.at_most_ms)

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        served = problem.numbers("demand")[decision.customer] * decision.share
        inside = self.customers.mask(problem)[decision.customer] & (served > 0)
        i, j, served = decision.customer[inside], decision.site[inside], served[inside]
        if inside.any():
            mean = float(served @ problem.data["latency"].values[i, j] / served.sum())
            if mean > self.at_most_ms * (1 + TOLERANCE):
                yield f"mean round trip of {self.customers} is {mean:.3f} ms, limit {self.at_most_ms:g} ms"
