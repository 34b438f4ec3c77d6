r"""Jurisdiction quota: no more than so many open sites under the law of one country.

.. math:: \sum_{j : jurisdiction_j = k} open_j \le at\_most \quad \forall k
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.errors import Flaw
from sitewright.optimizer.model.columns import Columns, Rows, row
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.base import Kind, Rule
from sitewright.optimizer.rules.scope import SiteScope


@dataclass(frozen=True)
class JurisdictionQuota(Rule):
    """At most `at_most` open sites in each of `jurisdictions` (in each there is, if none is named)."""

    name: ClassVar[str] = "jurisdiction_quota"
    kind: ClassVar[Kind] = "site"

    at_most: int
    jurisdictions: tuple[str, ...] = ()

    def sentence(self) -> str:
        return f"at most {self.at_most} sites open in each of {', '.join(self.jurisdictions) or 'the jurisdictions'}"

    def flaws(self, problem: Problem) -> Iterator[Flaw]:
        if not problem.has("jurisdiction"):
            yield Flaw(
                f"rule {self.name!r}", "have the variable 'jurisdiction'", "none", "add 'jurisdiction' to the sites"
            )
        if self.at_most < 0:
            yield Flaw(f"rule {self.name!r}, at_most", "be 0 or more", str(self.at_most), "give a number of sites")
        yield from SiteScope(jurisdictions=self.jurisdictions).flaws(problem, self.name)

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        place = problem.text("jurisdiction")
        for k in self.jurisdictions or np.unique(place):
            yield row(self.name, np.flatnonzero(place == k), 1.0, upper=self.at_most)

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        places, counts = np.unique(problem.text("jurisdiction")[decision.open], return_counts=True)
        for place, n in zip(places, counts, strict=True):
            if n > self.at_most and (not self.jurisdictions or place in self.jurisdictions):
                yield f"{n} sites open in {place}, at most {self.at_most} may"
