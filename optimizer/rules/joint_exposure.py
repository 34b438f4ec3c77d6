r"""Joint exposure: no single event takes away more than so much of the demand.

For each group g of sites that are lost together (of one jurisdiction, partner, grid, hazard zone; or each site alone)

.. math:: \sum_{i \in C} \sum_{j \in g} demand_i \, serve_{ij} \le at\_most \sum_{i \in C} demand_i
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.decision import TOLERANCE, Decision
from sitewright.optimizer.errors import Flaw
from sitewright.optimizer.lost_together import Cause, cause_flaws, loss_name, losses
from sitewright.optimizer.model.columns import Columns, Rows, row
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.base import Kind, Rule, share_flaws
from sitewright.optimizer.rules.scope import CustomerScope


@dataclass(frozen=True)
class JointExposure(Rule):
    """At most the share `at_most` (0 to 1) of the scope's demand hangs on any one `cause`."""

    name: ClassVar[str] = "joint_exposure"
    kind: ClassVar[Kind] = "load"

    cause: Cause
    at_most: float
    customers: CustomerScope = CustomerScope()

    def sentence(self) -> str:
        cause = self.cause.replace("_", " ")
        return f"at most {self.at_most:.4g} of the demand of {self.customers} served from any one {cause}"

    def flaws(self, problem: Problem) -> Iterator[Flaw]:
        yield from self.customers.flaws(problem, self.name)
        yield from cause_flaws(self.name, problem, self.cause)
        yield from share_flaws(self.name, at_most=self.at_most)

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        weight = self._weight(problem)
        value = weight[columns.pair_customer]
        for lost in losses(problem, self.cause):
            pairs = np.flatnonzero(np.isin(columns.pair_site, lost) & (value > 0))
            if len(pairs):
                yield row(self.name, columns.serve[pairs], value[pairs], upper=self.at_most)

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        share = np.bincount(
            decision.site, self._weight(problem)[decision.customer] * decision.share, minlength=problem.n_sites
        )
        for lost in losses(problem, self.cause):
            exposed = float(share[lost].sum())
            if exposed > self.at_most + TOLERANCE:
                what = loss_name(problem, self.cause, lost)
                yield f"{exposed:.4%} of the demand of {self.customers} hangs on {what}, at most {self.at_most:.4%} may"

    def _weight(self, problem: Problem) -> NDArray[np.float64]:
        """Return each customer's part of the scope's demand. Shape (customers,)."""
        weight = np.where(self.customers.mask(problem), problem.numbers("demand"), 0.0)
        return weight / max(float(weight.sum()), np.finfo(float).tiny)
