r"""Number of open sites, in all or within a scope (a region, a jurisdiction, a partner, …).

.. math:: at\_least \le \sum_{j \in S} open_j \le at\_most
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
class SiteCount(Rule):
    """At least and at most so many sites open within the scope."""

    name: ClassVar[str] = "site_count"
    kind: ClassVar[Kind] = "site"

    at_least: int = 0
    at_most: int | None = None
    within: SiteScope = SiteScope()

    def sentence(self) -> str:
        limits = [f"at least {self.at_least}"] if self.at_least else []
        limits += [f"at most {self.at_most}"] if self.at_most is not None else []
        return f"{' and '.join(limits) or 'any number of'} sites open ({self.within})"

    def flaws(self, problem: Problem) -> Iterator[Flaw]:
        yield from self.within.flaws(problem, self.name)
        n = int(self.within.mask(problem).sum())
        if not 0 <= self.at_least <= n:
            fix = f"choose a number from 0 to {n}"
            yield Flaw(
                f"rule {self.name!r}, at_least", f"lie between 0 and the {n} sites there are", str(self.at_least), fix
            )
        if self.at_most is not None and self.at_most < max(self.at_least, 0):
            fix = "raise at_most or lower at_least"
            yield Flaw(f"rule {self.name!r}, at_most", f"be at least {max(self.at_least, 0)}", str(self.at_most), fix)

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        upper = np.inf if self.at_most is None else self.at_most
        yield row(self.name, np.flatnonzero(self.within.mask(problem)), 1.0, lower=self.at_least, upper=upper)

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        n = int((decision.open & self.within.mask(problem)).sum())
        if n < self.at_least:
            yield f"{n} sites open ({self.within}), at least {self.at_least} must"
        if self.at_most is not None and n > self.at_most:
            yield f"{n} sites open ({self.within}), at most {self.at_most} may"
