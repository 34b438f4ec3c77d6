r"""A partner is used, and its fee is due, once a site option that needs it opens.

.. math:: open_j \le use_{p(j)}
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.errors import Flaw
from sitewright.optimizer.model.columns import Columns, Rows
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.base import Kind, Rule


@dataclass(frozen=True)
class PartnerUse(Rule):
    """Implied by the variable `site_partner`. Ties site options to partners; nothing breaks it by itself."""

    name: ClassVar[str] = "partner_use"
    kind: ClassVar[Kind] = "site"

    def sentence(self) -> str:
        return "a site option with a partner opens only with that partner under contract"

    def flaws(self, problem: Problem) -> Iterator[Flaw]:
        for name in np.unique(problem.text("site_partner")):
            if name and name not in problem.partners:
                known = ", ".join(problem.partners) or "none"
                yield Flaw("variable 'site_partner'", f"name a partner ({known})", repr(str(name)), "add the partner")

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        sites = np.flatnonzero(problem.partner_of >= 0)
        n = len(sites)
        if n:
            column = np.column_stack([sites, columns.n_sites + problem.partner_of[sites]]).ravel()
            value = np.tile([1.0, -1.0], n)
            yield Rows(self.name, np.full(n, -np.inf), np.zeros(n), np.arange(0, 2 * n + 1, 2), column, value)

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        # A decision has no word of its own on partners: an open site with a partner IS its use.
        return iter(())
