r"""Status: forced and existing sites are open, forbidden sites are closed.

.. math:: open_j = 1 \;(forced, existing), \quad open_j = 0 \;(forbidden)

The status of a site with several sizes is that of its options; where one of them is forced or existing, one of all its
sizes is open: an existing site may change its size.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.model.columns import Columns, Rows, row
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.base import Kind, Rule


@dataclass(frozen=True)
class SiteStatus(Rule):
    """Implied by the variable `status`. With `existing_may_close`, existing sites are only candidates."""

    name: ClassVar[str] = "site_status"
    kind: ClassVar[Kind] = "site"

    existing_may_close: bool = False

    def sentence(self) -> str:
        kept = "forced" if self.existing_may_close else "forced and existing"
        return f"{kept} sites open, forbidden sites closed"

    def must_open(self, problem: Problem) -> NDArray[np.bool_]:
        """Return which options are open in every plan; one with other sizes is not by itself. Shape (sites,)."""
        must = self._kept(problem)
        for sizes in problem.sizes:
            must[sizes] = False
        return must

    def must_open_one(self, problem: Problem) -> Iterator[NDArray[np.int64]]:
        """Yield the options of each site of several sizes that must be open in one of them. Shape (options,)."""
        kept = self._kept(problem)
        for sizes in problem.sizes:
            if kept[sizes].any():
                yield sizes

    def _kept(self, problem: Problem) -> NDArray[np.bool_]:
        kept = ("forced",) if self.existing_may_close else ("forced", "existing")
        return np.isin(problem.text("status", "candidate"), kept)

    def must_close(self, problem: Problem) -> NDArray[np.bool_]:
        closed: NDArray[np.bool_] = problem.text("status", "candidate") == "forbidden"
        return closed

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        for j in np.flatnonzero(self.must_open(problem)):
            yield row(self.name, j, 1.0, lower=1.0)
        for sizes in self.must_open_one(problem):
            yield row(self.name, sizes, 1.0, lower=1.0)
        for j in np.flatnonzero(self.must_close(problem)):
            yield row(self.name, j, 1.0, upper=0.0)

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        status = problem.text("status", "candidate")
        for j in np.flatnonzero(self.must_open(problem) & ~decision.open):
            yield f"site {problem.sites[j]} is {status[j]} but closed"
        for sizes in self.must_open_one(problem):
            if not decision.open[sizes].any():
                yield f"site {problem.text('size_of')[sizes[0]]} must be open but is closed in all of its sizes"
        for j in np.flatnonzero(self.must_close(problem) & decision.open):
            yield f"site {problem.sites[j]} is forbidden but open"
