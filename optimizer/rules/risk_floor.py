r"""Risk floor: sites with too much natural hazard, or too many hours without grid power, stay closed.

.. math:: open_j = 0 \quad \text{where } hazard_j > hazard\_at\_most \text{ or } saidi_j > outage\_at\_most\_h
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
from sitewright.optimizer.rules.scope import SiteScope


@dataclass(frozen=True)
class RiskFloor(Rule):
    """Hazard is an index from 0 to 10, an outage is hours a year. What is not known counts as too much."""

    name: ClassVar[str] = "risk_floor"
    kind: ClassVar[Kind] = "site"

    hazard_at_most: float | None = None
    outage_at_most_h: float | None = None
    within: SiteScope = SiteScope()

    def sentence(self) -> str:
        limits = [] if self.hazard_at_most is None else [f"a hazard of at most {self.hazard_at_most:g}"]
        if self.outage_at_most_h is not None:
            limits.append(f"at most {self.outage_at_most_h:g} h a year without grid power")
        return f"open sites have {' and '.join(limits) or 'any risk'} ({self.within})"

    def flaws(self, problem: Problem) -> Iterator[Flaw]:
        yield from self.within.flaws(problem, self.name)
        for field, variable, limit in self._limits():
            if not problem.has(variable):
                yield Flaw(f"rule {self.name!r}", f"have the variable {variable!r}", "none", f"add {variable!r}")
            if not 0 <= limit < np.inf:
                yield Flaw(f"rule {self.name!r}, {field}", "be 0 or more", str(limit), "correct the limit")

    def too_risky(self, problem: Problem) -> NDArray[np.bool_]:
        """Return which sites the rule closes. Shape (sites,)."""
        risky = np.zeros(problem.n_sites, dtype=bool)
        for _, variable, limit in self._limits():
            risky |= ~(problem.numbers(variable) <= limit)
        return risky & self.within.mask(problem)

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        for j in np.flatnonzero(self.too_risky(problem)):
            yield row(self.name, j, 1.0, upper=0.0)

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        for j in np.flatnonzero(self.too_risky(problem) & decision.open):
            found = [f"{variable} {problem.numbers(variable)[j]:g}" for _, variable, _ in self._limits()]
            yield f"site {problem.sites[j]} is open with {', '.join(found)}: {self.sentence()}"

    def _limits(self) -> Iterator[tuple[str, str, float]]:
        if self.hazard_at_most is not None:
            yield "hazard_at_most", "hazard", self.hazard_at_most
        if self.outage_at_most_h is not None:
            yield "outage_at_most_h", "saidi_h", self.outage_at_most_h
