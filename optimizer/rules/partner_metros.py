r"""A partner offers site options only in the metros where it operates.

.. math:: open_j = 0 \quad \text{where } metro_j \notin metros(p(j))
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
class PartnerMetros(Rule):
    """Implied by the variable `partner_metros`; a partner with an empty list operates everywhere."""

    name: ClassVar[str] = "partner_metros"
    kind: ClassVar[Kind] = "site"

    def sentence(self) -> str:
        return "a partner's site options open only in metros where it operates"

    def flaws(self, problem: Problem) -> Iterator[Flaw]:
        if not problem.has("metro"):
            yield Flaw(
                "variable 'partner_metros'", "come with the variable 'metro'", "none", "add 'metro' to the sites"
            )

    def outside(self, problem: Problem) -> NDArray[np.bool_]:
        """Return which sites lie outside their partner's metros. Shape (sites,)."""
        metro, outside = problem.text("metro"), np.zeros(problem.n_sites, dtype=bool)
        for p, listed in enumerate(problem.text("partner_metros")):
            if listed:
                outside |= (problem.partner_of == p) & ~np.isin(metro, str(listed).split("|"))
        return outside

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        for j in np.flatnonzero(self.outside(problem)):
            yield row(self.name, j, 1.0, upper=0.0)

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        metro, partner = problem.text("metro"), problem.text("site_partner")
        for j in np.flatnonzero(decision.open & self.outside(problem)):
            yield f"site {problem.sites[j]} is open in {metro[j]}, where partner {partner[j]} does not operate"
