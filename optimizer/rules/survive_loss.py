r"""Survive a loss (N-1): whatever one of them is lost, what is left of the open sites still serves the customers.

For each loss g (a site, or all sites of a partner, jurisdiction, grid or hazard zone) there are shares x within

.. math:: \sum_{i \in C} \sum_{j \notin g} d_i x_{ij} \ge at\_least \; d(C), \quad \sum_j x_{ij} \le 1, \quad
   \sum_i d_i x_{ij} \le capacity_j open_j \quad (j \notin g)

over pairs of the emergency. Without x, by max-flow min-cut, for every subset S of the customers C:

.. math:: \sum_{j \notin g} \min(capacity_j, d(S \cap R_j)) \, open_j \ge at\_least \; d(C) - d(C \setminus S)

where :math:`R_j` are the customers that may use j. The rows are too many to write down: `cuts` finds those that count.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.errors import Flaw
from sitewright.optimizer.lost_together import Cause, cause_flaws, loss_name, losses
from sitewright.optimizer.model.columns import Columns, Rows
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rerouting import Rerouting, count_rows, loss_rows
from sitewright.optimizer.rules.base import Kind, Rule, latency_flaws, share_flaws
from sitewright.optimizer.rules.scope import CustomerScope

# So many losses have their rows from the start; so many have those of a proof at once, else those of sites seen open.
FIRST_ROWS, MOST_ROWS = 60, 400


@dataclass(frozen=True)
class SurviveLoss(Rule):
    """After the loss `of` any one site (partner, jurisdiction, grid, hazard zone) the share `at_least` is still served.

    Within capacity, residency and legal exclusions, and an emergency round trip of `at_most_ms`; limits of latency of
    normal service do not hold then, and demand may be split. Customers outside the scope may be dropped.
    """

    name: ClassVar[str] = "survive_loss"
    kind: ClassVar[Kind] = "site"
    lazy: ClassVar[bool] = True

    of: Cause = "site"
    at_most_ms: float | None = None
    at_least: float = 1.0
    customers: CustomerScope = CustomerScope()

    def sentence(self) -> str:
        near = "" if self.at_most_ms is None else f" within {self.at_most_ms:g} ms"
        of = self.of.replace("_", " ")
        return f"after the loss of any one {of}, {self.at_least:.4g} of the demand of {self.customers} is served{near}"

    def flaws(self, problem: Problem) -> Iterator[Flaw]:
        yield from self.customers.flaws(problem, self.name)
        yield from cause_flaws(self.name, problem, self.of)
        yield from share_flaws(self.name, at_least=self.at_least)
        if self.at_most_ms is not None:
            yield from latency_flaws(self.name, problem, at_most_ms=self.at_most_ms)

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        way, events = self._way(problem), losses(problem, self.of)
        if way.least > 0:
            yield from count_rows(self.name, way, way.demand > 0, self._least_lost)
            if len(events) <= FIRST_ROWS:
                yield from loss_rows(self.name, way, way.demand > 0, events)

    def cuts(self, problem: Problem, is_open: NDArray[np.bool_], seen: NDArray[np.bool_]) -> Iterator[Rows]:
        way, events = self._way(problem), losses(problem, self.of)
        proofs = {short.proof.tobytes(): short.proof for _, short in way.struck(is_open, events)}
        if len(events) > MOST_ROWS:
            events = [lost for lost in events if (seen | is_open)[lost].any()]
        for proof in proofs.values():
            yield from count_rows(self.name, way, proof, self._least_lost)
            yield from loss_rows(self.name, way, proof, [np.empty(0, np.int64), *events])

    @property
    def _least_lost(self) -> int:
        """How many of the largest open sites are lost at worst, for sure: no partner takes away an own build."""
        return 0 if self.of == "partner" else 1

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        way = self._way(problem)
        for lost, short in way.struck(decision.open, losses(problem, self.of)):
            what = loss_name(problem, self.of, lost)
            yield f"after the loss of {what}, {way.missing(short):.6g} MW that must be served cannot be"

    def _way(self, problem: Problem) -> Rerouting:
        who = self.customers.mask(problem)
        return Rerouting.of(problem, at_most_ms=self.at_most_ms, who=who, at_least=self.at_least)
