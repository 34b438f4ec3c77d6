r"""A site may open in one of several sizes, each an option with its own capacity and fixed cost; at most one opens.

.. math:: \sum_{j \in sizes(s)} open_j \le 1 \quad \text{for each site } s
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.model.columns import Columns, Rows, row
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.base import Kind, Rule


@dataclass(frozen=True)
class OneSizePerSite(Rule):
    """Implied by the variable `size_of`; options for which it is empty stand alone."""

    name: ClassVar[str] = "one_size_per_site"
    kind: ClassVar[Kind] = "site"

    def sentence(self) -> str:
        return "a site opens in at most one of its sizes"

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        for sizes in problem.sizes:
            yield row(self.name, sizes, 1.0, upper=1.0)

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        for sizes in problem.sizes:
            opened = problem.sites[sizes[decision.open[sizes]]].tolist()
            if len(opened) > 1:
                yield f"site {problem.text('size_of')[sizes[0]]} is open in {len(opened)} sizes: {', '.join(opened)}"
