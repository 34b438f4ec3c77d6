r"""Mutual exclusion: of these sites, no more than so many open together.

.. math:: \sum_{j \in S} open_j \le at\_most
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
class MutualExclusion(Rule):
    """At most `at_most` of `sites` open."""

    name: ClassVar[str] = "mutual_exclusion"
    kind: ClassVar[Kind] = "site"

    sites: tuple[str, ...]
    at_most: int = 1

    def sentence(self) -> str:
        return f"at most {self.at_most} of {', '.join(self.sites)} open"

    def flaws(self, problem: Problem) -> Iterator[Flaw]:
        yield from SiteScope(sites=self.sites).flaws(problem, self.name)
        if not self.sites or self.at_most < 0:
            found = f"at_most {self.at_most} of {len(self.sites)} sites"
            yield Flaw(f"rule {self.name!r}", "name sites and a number of 0 or more", found, "name the sites")

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        yield row(self.name, np.flatnonzero(np.isin(problem.sites, self.sites)), 1.0, upper=self.at_most)

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        both = [str(s) for s in problem.sites[decision.open] if s in self.sites]
        if len(both) > self.at_most:
            yield f"{', '.join(both)} are open together, at most {self.at_most} of them may"
