r"""A site that opens is used: its load is at least a share of its capacity, and at least so many MW.

.. math:: \sum_i demand_i \, serve_{ij} \ge \max(share \cdot capacity_j, mw) \, open_j
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.decision import TOLERANCE, Decision
from sitewright.optimizer.errors import Flaw
from sitewright.optimizer.model.columns import Columns, Rows
from sitewright.optimizer.model.site_loads import site_loads
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.base import Kind, Rule, share_flaws
from sitewright.optimizer.rules.scope import SiteScope


@dataclass(frozen=True)
class MinimumUse(Rule):
    """Least load of each open site of the scope, as a share of its capacity or in MW, whichever is more."""

    name: ClassVar[str] = "minimum_use"
    kind: ClassVar[Kind] = "load"

    share: float = 0.0
    mw: float = 0.0
    within: SiteScope = SiteScope()

    def binds_loads(self, problem: Problem) -> bool:
        return bool((self.least(problem) > 0).any())

    def sentence(self) -> str:
        share = [f"{self.share:.6g} of its capacity"] if self.share > 0 else []
        mw = [f"{self.mw:g} MW"] if self.mw > 0 else []
        return f"an open site of {self.within} carries at least {' and '.join(share + mw) or 'nothing'}"

    def flaws(self, problem: Problem) -> Iterator[Flaw]:
        yield from self.within.flaws(problem, self.name)
        yield from share_flaws(self.name, share=self.share)
        if not 0 <= self.mw < np.inf:
            yield Flaw(f"rule {self.name!r}, mw", "be a number of MW, not negative", str(self.mw), "give MW")
        if self.share > 0 and np.isinf(problem.numbers("capacity", np.inf)[self.within.mask(problem)]).any():
            fix = "give mw instead, every site a capacity, or the scope of those that have one"
            yield Flaw(f"rule {self.name!r}, share", "speak of sites with a finite capacity", "a site without", fix)

    def least(self, problem: Problem) -> NDArray[np.float64]:
        """Return what each site carries at least if it is open, MW. Shape (sites,)."""
        capacity = problem.numbers("capacity", np.inf)
        share = np.where(np.isfinite(capacity), self.share * np.where(np.isfinite(capacity), capacity, 0.0), 0.0)
        return np.where(self.within.mask(problem), np.maximum(share, self.mw), 0.0)

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        least = self.least(problem)
        # As a limit on the negative load; a site without a minimum has none.
        yield from site_loads(self.name, columns, np.where(least > 0, -least, np.inf), -problem.numbers("demand"))

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        least, load = self.least(problem), decision.load(problem.numbers("demand"))
        for j in np.flatnonzero(decision.open & (load < least * (1 - TOLERANCE) - TOLERANCE)):
            yield f"site {problem.sites[j]} carries {load[j]:.6g} MW, it must carry at least {least[j]:.6g} MW"
