r"""Budget: the yearly cost of open sites and of partners stays within a sum.

.. math:: \sum_j (fixed\_cost_j + site\_fee_{p(j)}) open_j + \sum_p fee_p use_p \le at\_most
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sitewright.optimizer.cost import site_cost
from sitewright.optimizer.decision import TOLERANCE, Decision
from sitewright.optimizer.errors import Flaw
from sitewright.optimizer.model.columns import Columns, Rows, row
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.base import Kind, Rule


@dataclass(frozen=True)
class Budget(Rule):
    """Fixed cost of the open sites and all partner fees together, in EUR a year."""

    name: ClassVar[str] = "budget"
    kind: ClassVar[Kind] = "site"

    at_most: float

    def sentence(self) -> str:
        return f"open sites and partners cost at most {self.at_most:,.0f} EUR/yr"

    def flaws(self, problem: Problem) -> Iterator[Flaw]:
        if not 0 <= self.at_most < np.inf:
            yield Flaw(
                f"rule {self.name!r}, at_most", "be a sum in EUR/yr", str(self.at_most), "give the budget in EUR/yr"
            )

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        cost = np.concatenate([site_cost(problem), problem.numbers("partner_fee")])
        used = np.flatnonzero(cost)
        yield row(self.name, used, cost[used], upper=self.at_most)

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        partners = np.unique(problem.partner_of[decision.open])
        spent = problem.numbers("fixed_cost")[decision.open].sum()
        for p in partners[partners >= 0]:
            with_p = int((decision.open & (problem.partner_of == p)).sum())
            spent += problem.numbers("partner_fee")[p] + with_p * problem.numbers("partner_site_fee")[p]
        if spent > self.at_most * (1 + TOLERANCE) + TOLERANCE:
            yield f"open sites and partners cost {spent:,.0f} EUR/yr, the budget is {self.at_most:,.0f}"
