r"""A partner may be exclusive in a country: with one of its sites open there, nobody else's and no own build may be.

.. math:: open_j + open_k \le 1 \quad \text{for } j, k \in country, \; p(j) = p, \; p(k) \ne p
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.errors import Flaw
from sitewright.optimizer.model.columns import Columns, Rows, row
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.base import Kind, Rule


@dataclass(frozen=True)
class PartnerExclusive(Rule):
    """Implied by the variable `partner_exclusive`, a list of jurisdictions for each partner."""

    name: ClassVar[str] = "partner_exclusive"
    kind: ClassVar[Kind] = "site"

    def sentence(self) -> str:
        return "where a partner is exclusive, no other option opens beside its own"

    def flaws(self, problem: Problem) -> Iterator[Flaw]:
        if not problem.has("jurisdiction"):
            fix = "add 'jurisdiction' to the sites"
            yield Flaw("variable 'partner_exclusive'", "come with the variable 'jurisdiction'", "none", fix)

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        for _, _, its, others in self._camps(problem):
            for j in its:
                for k in others:
                    yield row(self.name, [j, k], 1.0, upper=1.0)

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        for partner, country, its, others in self._camps(problem):
            ours, theirs = its[decision.open[its]], others[decision.open[others]]
            if len(ours) and len(theirs):
                yield (
                    f"partner {partner} is exclusive in {country} and has {problem.sites[ours[0]]} open there,"
                    f" but {', '.join(problem.sites[theirs])} is open too"
                )

    def _camps(self, problem: Problem) -> Iterator[tuple[str, str, NDArray[np.int64], NDArray[np.int64]]]:
        place = problem.text("jurisdiction")
        for p, listed in enumerate(problem.text("partner_exclusive")):
            for country in filter(None, str(listed).split("|")):
                inside = place == country
                its = np.flatnonzero(inside & (problem.partner_of == p))
                yield str(problem.partners[p]), country, its, np.flatnonzero(inside & (problem.partner_of != p))
