r"""Legal exclusion: these customers may not be served from these sites.

.. math:: serve_{ij} = 0 \quad \text{for } i \in C, j \in S
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
from sitewright.optimizer.rules.scope import CustomerScope, SiteScope


@dataclass(frozen=True)
class LegalExclusion(Rule):
    """No customer of the scope is served from a site of the scope; `reason` is quoted to people."""

    name: ClassVar[str] = "legal_exclusion"
    kind: ClassVar[Kind] = "pair"

    customers: CustomerScope = CustomerScope()
    sites: SiteScope = SiteScope()
    reason: str = ""

    def sentence(self) -> str:
        return f"{self.customers} not served from {self.sites}" + (f" ({self.reason})" if self.reason else "")

    def flaws(self, problem: Problem) -> Iterator[Flaw]:
        yield from self.customers.flaws(problem, self.name)
        yield from self.sites.flaws(problem, self.name)

    def forbids(self, problem: Problem) -> NDArray[np.bool_]:
        return np.outer(self.customers.mask(problem), self.sites.mask(problem))

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        bad = self.customers.mask(problem)[decision.customer] & self.sites.mask(problem)[decision.site]
        for i, j in zip(decision.customer[bad], decision.site[bad], strict=True):
            customer, site = problem.customers[i], problem.sites[j]
            yield f"customer {customer} is served from {site}, excluded: {self.reason or 'by law'}"
