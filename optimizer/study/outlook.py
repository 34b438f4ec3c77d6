"""What a choice of sites costs over scenarios: the answer of a two-stage problem."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sitewright.optimizer.study.scenario_set import Scenario

MEASURES = ("expected", "cvar", "worst")


@dataclass(frozen=True, eq=False)
class ScenarioOutcome:
    """What one scenario costs to serve, EUR/yr, and who is served from where."""

    name: str
    probability: float
    service_cost: float
    decision: Decision


@dataclass(frozen=True, eq=False)
class Outlook:
    """Sites chosen for all scenarios together.

    Attributes
    ----------
    value
        Cost of the sites plus the measure of the service costs, EUR/yr; no choice of sites has less than `bound`.
    site_cost
        EUR/yr, whatever happens: fixed costs and partners.
    proof
        Whose word the bound is, beyond what prices prove: a solver's name, or "".
    """

    measure: str
    alpha: float
    value: float
    bound: float
    gap: float
    optimal: bool
    open_sites: tuple[str, ...]
    site_cost: float
    outcomes: tuple[ScenarioOutcome, ...]
    proof: str = ""
    wall_s: float = 0.0

    @classmethod
    def of(
        cls,
        problem: Problem,
        measure: str,
        alpha: float,
        site_cost: float,
        outcomes: tuple[ScenarioOutcome, ...],
        is_open: NDArray[np.bool_],
    ) -> "Outlook":
        """Return the outlook of a choice of sites, with nothing proved yet."""
        opened = tuple(problem.sites[is_open].tolist())
        made = cls(measure, alpha, 0.0, -np.inf, np.inf, False, opened, site_cost, outcomes)
        object.__setattr__(made, "value", made.measured(measure))
        return made

    def measured(self, measure: str) -> float:
        """Return the cost of these sites by another measure, EUR/yr."""
        cost = np.array([o.service_cost for o in self.outcomes])
        chance = np.array([o.probability for o in self.outcomes])
        if measure == "worst":
            return self.site_cost + float(cost.max())
        if measure == "expected":
            return self.site_cost + float(cost @ chance)
        worst = np.argsort(-cost, kind="stable")
        before = np.cumsum(chance[worst]) - chance[worst]
        weight = np.clip((1 - self.alpha) - before, 0.0, chance[worst])
        return self.site_cost + float(cost[worst] @ weight) / float(weight.sum())

    def findings(self, problem: Problem, scenarios: "Sequence[Scenario]") -> list[str]:
        """Check every scenario by code that shares nothing with the solve: its rules, and its cost."""
        from sitewright.optimizer.verify import CHECKS
        from sitewright.optimizer.verify.costs import recompute_costs
        from sitewright.optimizer.verify.facts import Facts

        found = []
        for scenario, outcome in zip(scenarios, self.outcomes, strict=True):
            facts = Facts.of(scenario.of(problem), SimpleNamespace(decision=outcome.decision))  # type: ignore[arg-type]
            for rule in facts.rules:
                found += [f"{scenario.name}, {rule.name}: {sentence}" for sentence in CHECKS[rule.name](facts, rule)]
            cost = sum(recompute_costs(facts).values())
            if not abs(cost - self.site_cost - outcome.service_cost) <= 1e-9 * max(1.0, abs(cost)):
                found.append(f"{scenario.name}: costs {cost:.10g}, not {self.site_cost + outcome.service_cost:.10g}")
        return found

    def document(self) -> dict[str, Any]:
        """Return the outlook as plain JSON types. Money in EUR/yr."""
        keys = ("measure", "alpha", "value", "gap", "optimal", "site_cost", "proof", "wall_s")
        head = {"schema": "sitewright-outlook/1"} | {key: getattr(self, key) for key in keys}
        head |= {"bound": self.bound if np.isfinite(self.bound) else None, "open_sites": list(self.open_sites)}
        head |= {f"by_{name}": self.measured(name) for name in MEASURES}
        listed = [{k: getattr(o, k) for k in ("name", "probability", "service_cost")} for o in self.outcomes]
        return head | {"scenarios": listed}
