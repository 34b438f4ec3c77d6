r"""A partner can offer no more than so many sites.

.. math:: \sum_{j : p(j) = p} open_j \le max\_sites_p \, use_p
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.model.columns import Columns, Rows, row
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.base import Kind, Rule


@dataclass(frozen=True)
class PartnerSites(Rule):
    """Implied by the variable `partner_max_sites`."""

    name: ClassVar[str] = "partner_sites"
    kind: ClassVar[Kind] = "site"

    def sentence(self) -> str:
        return "no more sites with a partner than it can offer"

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        for p, limit in enumerate(problem.numbers("partner_max_sites")):
            sites = np.flatnonzero(problem.partner_of == p)
            if len(sites) > limit:
                yield row(self.name, [*sites, columns.use(p)], [1.0] * len(sites) + [-float(limit)], upper=0.0)

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        for p, limit in enumerate(problem.numbers("partner_max_sites")):
            n = int((decision.open & (problem.partner_of == p)).sum())
            if n > limit:
                yield f"{n} sites open with partner {problem.partners[p]}, it offers at most {limit:g}"
