r"""No more than so many partners in all.

.. math:: \sum_p use_p \le at\_most
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


@dataclass(frozen=True)
class PartnerCount(Rule):
    """At most `at_most` partners used."""

    name: ClassVar[str] = "partner_count"
    kind: ClassVar[Kind] = "site"

    at_most: int

    def sentence(self) -> str:
        return f"at most {self.at_most} partners"

    def flaws(self, problem: Problem) -> Iterator[Flaw]:
        if self.at_most < 0:
            yield Flaw(f"rule {self.name!r}, at_most", "be 0 or more", str(self.at_most), "give a number of partners")
        if not problem.n_partners:
            yield Flaw(f"rule {self.name!r}", "have partners in the data", "none", "add partners, or drop the rule")

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        yield row(self.name, columns.n_sites + np.arange(problem.n_partners), 1.0, upper=self.at_most)

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        used = {str(problem.partners[p]) for p in problem.partner_of[decision.open] if p >= 0}
        if len(used) > self.at_most:
            yield f"{len(used)} partners used ({', '.join(sorted(used))}), at most {self.at_most} may"
