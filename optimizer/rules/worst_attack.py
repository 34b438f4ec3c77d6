r"""Worst attack: whichever r of the open sites an attacker removes, the others still serve so much of the demand.

.. math:: \min_{R : |R| = r} \; \max \Big\{ \sum_{i \in C} \sum_{j \notin R} d_i x_{ij} \Big\} \ge at\_least \; d(C)

with shares x within the capacities of the sites left, over pairs of the emergency, as in `survive_loss`. Of the rows

.. math:: \sum_{j \notin R} \min(capacity_j, d(S \cap R_j)) \, open_j \ge at\_least \; d(C) - d(C \setminus S) = need

`cuts` finds those for attacks R that succeed, with what they say of the number of sites (`rerouting.count_rows`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.errors import Flaw
from sitewright.optimizer.model.columns import Columns, Rows
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rerouting import Rerouting, count_rows, loss_rows
from sitewright.optimizer.rules.base import Kind, Rule, latency_flaws, share_flaws
from sitewright.optimizer.rules.scope import CustomerScope

# Attacks for which a proof is written down at once, of those on sites that were open in some plan.
MOST_ROWS = 300


@dataclass(frozen=True)
class WorstAttack(Rule):
    """After the loss of any `sites` open sites at once, the share `at_least` of the scope's demand can be served.

    Emergency pairs as for `SurviveLoss`. Exact by trying every such set of open sites.
    """

    name: ClassVar[str] = "worst_attack"
    kind: ClassVar[Kind] = "site"
    lazy: ClassVar[bool] = True

    sites: int
    at_least: float
    at_most_ms: float | None = None
    customers: CustomerScope = CustomerScope()

    def sentence(self) -> str:
        near = "" if self.at_most_ms is None else f" within {self.at_most_ms:g} ms"
        what = f"{self.at_least:.4g} of the demand of {self.customers} is served{near}"
        return f"whichever {self.sites} open sites an attacker removes, {what}"

    def flaws(self, problem: Problem) -> Iterator[Flaw]:
        yield from self.customers.flaws(problem, self.name)
        yield from share_flaws(self.name, at_least=self.at_least)
        if self.sites < 1:
            fix = "say how many sites an attacker removes"
            yield Flaw(f"rule {self.name!r}, sites", "be at least 1", str(self.sites), fix)
        if self.at_most_ms is not None:
            yield from latency_flaws(self.name, problem, at_most_ms=self.at_most_ms)

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        way = self._way(problem)
        if way.least > 0:
            yield from count_rows(self.name, way, way.demand > 0, self.sites)

    def cuts(self, problem: Problem, is_open: NDArray[np.bool_], seen: NDArray[np.bool_]) -> Iterator[Rows]:
        way = self._way(problem)
        proofs: dict[bytes, list[NDArray[np.int64]]] = {}
        for lost, short in way.struck(is_open, self._attacks(is_open)):
            proofs.setdefault(short.proof.tobytes(), []).append(lost)
        for key, attacks in proofs.items():
            proof = np.frombuffer(key, dtype=bool)
            yield from count_rows(self.name, way, proof, self.sites)
            wider = list(islice(combinations(np.flatnonzero(seen | is_open), self.sites), MOST_ROWS))
            together = {tuple(lost) for lost in attacks} | set(wider)
            yield from loss_rows(self.name, way, proof, [np.array(lost, dtype=np.int64) for lost in sorted(together)])

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        way = self._way(problem)
        for lost, short in way.struck(decision.open, self._attacks(decision.open)):
            names = ", ".join(problem.sites[lost]) or "nothing at all"
            yield f"after an attack on {names}, {way.missing(short):.6g} MW that must be served cannot be"

    def _attacks(self, is_open: NDArray[np.bool_]) -> Iterator[NDArray[np.int64]]:
        sites = np.flatnonzero(is_open)
        return (np.array(lost, dtype=np.int64) for lost in combinations(sites, min(self.sites, len(sites))))

    def _way(self, problem: Problem) -> Rerouting:
        who = self.customers.mask(problem)
        return Rerouting.of(problem, at_most_ms=self.at_most_ms, who=who, at_least=self.at_least)
