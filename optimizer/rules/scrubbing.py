r"""Scrubbing: the attack traffic of the customers that a site serves stays within what it can clean.

.. math:: \sum_i attack_i \, serve_{ij} \le scrubbing_j \, open_j
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sitewright.optimizer.decision import TOLERANCE, Decision
from sitewright.optimizer.errors import Flaw
from sitewright.optimizer.model.columns import Columns, Rows
from sitewright.optimizer.model.site_loads import site_loads
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.base import Kind, Rule


@dataclass(frozen=True)
class Scrubbing(Rule):
    """Implied by the variable `scrubbing`, in Gbit/s: a second capacity of a site; infinite is no limit."""

    name: ClassVar[str] = "scrubbing"
    kind: ClassVar[Kind] = "load"

    def binds_loads(self, problem: Problem) -> bool:
        return bool(np.isfinite(problem.numbers("scrubbing", np.inf)).any())

    def sentence(self) -> str:
        return "no site is sent more attack traffic than it can scrub"

    def flaws(self, problem: Problem) -> Iterator[Flaw]:
        if problem.has("scrubbing") and not problem.has("attack_traffic"):
            fix = "add 'attack_traffic', in Gbit/s, to the customers"
            yield Flaw("variable 'scrubbing'", "come with the variable 'attack_traffic'", "none", fix)

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        yield from site_loads(
            self.name, columns, problem.numbers("scrubbing", np.inf), problem.numbers("attack_traffic")
        )

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        limit, load = problem.numbers("scrubbing", np.inf), decision.load(problem.numbers("attack_traffic"))
        for j in np.flatnonzero(load > limit * (1 + TOLERANCE) + TOLERANCE):
            yield f"site {problem.sites[j]} is sent {load[j]:.6g} Gbit/s of attacks, it can scrub {limit[j]:.6g}"
