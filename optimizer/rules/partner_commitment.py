r"""A partner may demand a least capacity once it is used.

.. math:: \sum_{j : p(j) = p} capacity_j \, open_j \ge commitment_p \, use_p
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sitewright.optimizer.decision import TOLERANCE, Decision
from sitewright.optimizer.errors import Flaw
from sitewright.optimizer.model.columns import Columns, Rows, row
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.base import Kind, Rule


@dataclass(frozen=True)
class PartnerCommitment(Rule):
    """Implied by the variable `partner_commitment`, in MW of capacity of the partner's open sites."""

    name: ClassVar[str] = "partner_commitment"
    kind: ClassVar[Kind] = "site"

    def sentence(self) -> str:
        return "a partner that is used gets at least the capacity it demands"

    def flaws(self, problem: Problem) -> Iterator[Flaw]:
        if (
            np.any(problem.numbers("partner_commitment") > 0)
            and not np.isfinite(problem.numbers("capacity", np.inf)).all()
        ):
            fix = "give every site a finite capacity"
            yield Flaw("variable 'partner_commitment'", "come with finite capacities", "none", fix)

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        capacity = problem.numbers("capacity")
        for p, least in enumerate(problem.numbers("partner_commitment")):
            if least > 0:
                sites = np.flatnonzero(problem.partner_of == p)
                yield row(self.name, [*sites, columns.use(p)], [*capacity[sites], -least], lower=0.0)

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        capacity = problem.numbers("capacity")
        for p, least in enumerate(problem.numbers("partner_commitment")):
            its = decision.open & (problem.partner_of == p)
            taken = capacity[its].sum()
            if its.any() and taken < least * (1 - TOLERANCE):
                yield f"partner {problem.partners[p]} gets {taken:g} MW, it demands {least:g} MW"
