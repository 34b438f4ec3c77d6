r"""Residency: a customer's data may live only in the legal regimes that its residency class allows.

.. math:: serve_{ij} = 0 \quad \text{where } regime_j \notin allowed(residency_i)
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.errors import Flaw
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.base import Kind, Rule


@dataclass(frozen=True)
class Residency(Rule):
    """`allowed` maps a residency class to the regimes where its data may live; customers without a class are free."""

    name: ClassVar[str] = "residency"
    kind: ClassVar[Kind] = "pair"

    allowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def sentence(self) -> str:
        return "; ".join(f"{c} data live only in {', '.join(r)}" for c, r in self.allowed.items())

    def flaws(self, problem: Problem) -> Iterator[Flaw]:
        for variable in ("residency", "regime"):
            if not problem.has(variable):
                yield Flaw(
                    f"rule {self.name!r}", f"have the variable {variable!r}", "none", f"add {variable!r} to the data"
                )
        for label in np.unique(problem.text("residency")):
            if label and label not in self.allowed:
                fix = f"add {label!r} to the rule's `allowed`"
                yield Flaw(
                    f"rule {self.name!r}, allowed",
                    "cover every residency class of the customers",
                    repr(str(label)),
                    fix,
                )

    def forbids(self, problem: Problem) -> NDArray[np.bool_]:
        residency, regime = problem.text("residency"), problem.text("regime")
        forbidden = np.zeros((problem.n_customers, problem.n_sites), dtype=bool)
        for label, regimes in self.allowed.items():
            forbidden[np.ix_(residency == label, ~np.isin(regime, regimes))] = True
        return forbidden

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        residency, regime = problem.text("residency"), problem.text("regime")
        for i, j in zip(decision.customer, decision.site, strict=True):
            allowed = self.allowed.get(str(residency[i]))
            if allowed is not None and regime[j] not in allowed:
                yield (
                    f"customer {problem.customers[i]} ({residency[i]} data) is served from {problem.sites[j]} under"
                    f" regime {regime[j]!s}, allowed are {', '.join(allowed)}"
                )
