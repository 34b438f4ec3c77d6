r"""If one site opens, at least one of some others opens too.

.. math:: open_a \le \sum_{j \in then} open_j
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
class IfThen(Rule):
    """If `if_open` opens, so does at least one of `then_open`."""

    name: ClassVar[str] = "if_then"
    kind: ClassVar[Kind] = "site"

    if_open: str
    then_open: tuple[str, ...]

    def sentence(self) -> str:
        return f"if {self.if_open} opens, so does {' or '.join(self.then_open)}"

    def flaws(self, problem: Problem) -> Iterator[Flaw]:
        yield from SiteScope(sites=(self.if_open, *self.then_open)).flaws(problem, self.name)
        if not self.then_open:
            yield Flaw(
                f"rule {self.name!r}, then_open", "name at least one site", "none", "name a site, or forbid if_open"
            )

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        a = np.flatnonzero(problem.sites == self.if_open)
        then = np.setdiff1d(np.flatnonzero(np.isin(problem.sites, self.then_open)), a)
        if self.if_open not in self.then_open:
            yield row(self.name, [*a, *then], [-1.0] + [1.0] * len(then), lower=0.0)

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        is_open = set(problem.sites[decision.open].tolist())
        if self.if_open in is_open and is_open.isdisjoint(self.then_open):
            yield f"{self.if_open} is open, but none of {', '.join(self.then_open)}"
