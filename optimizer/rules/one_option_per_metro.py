r"""One metro may offer several site options (own build, partner A, partner B); at most one opens.

.. math:: \sum_{j \in metro} open_j \le 1
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
class OneOptionPerMetro(Rule):
    """Implied by the variable `metro`; sites with an empty metro stand alone."""

    name: ClassVar[str] = "one_option_per_metro"
    kind: ClassVar[Kind] = "site"

    def sentence(self) -> str:
        return "at most one site option open in a metro"

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        metros, member = np.unique(problem.text("metro"), return_inverse=True)
        for m, metro in enumerate(metros):
            options = np.flatnonzero(member == m)
            if metro and len(options) > 1:
                yield row(self.name, options, 1.0, upper=1.0)

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        metro = problem.text("metro")
        taken: dict[str, str] = {}
        for j in np.flatnonzero(decision.open & (metro != "")):
            if metro[j] in taken:
                yield f"metro {metro[j]} has two options open: {taken[metro[j]]} and {problem.sites[j]}"
            taken[str(metro[j])] = str(problem.sites[j])
