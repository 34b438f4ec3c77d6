r"""Expansion over time: which sites open, and which are extended, in which period, as demand grows.

.. math:: \min \sum_t (1 + r)^{-t} \Big( \text{sites, partners, modules of } t + \sum_{ij} c_{ijt} \, x_{ijt} \Big)

Sites and modules stay once they are there. Every rule holds in every period. No period costs less than its own
Lagrangian bound, and a site open in a period is so in all that follow: that closes sites by reduced cost.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.cost import cost_split, partners_used
from sitewright.optimizer.decision import Decision
from sitewright.optimizer.engine.assign import assign, from_values
from sitewright.optimizer.engine.lagrangian import least_open, root_bound
from sitewright.optimizer.engine.presolve import impossible
from sitewright.optimizer.errors import Flaw, Infeasible, InvalidProblem, LimitReached
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.progress import relative_gap
from sitewright.optimizer.solver.answer import Outcome
from sitewright.optimizer.solver.process import solve_model
from sitewright.optimizer.study.expansion_model import ExpansionModel, expansion_model
from sitewright.optimizer.study.periods import Extension, Period, check_periods
from sitewright.optimizer.study.scenario_set import Scenario, check_minimum_use
from sitewright.optimizer.study.serving import serving_problem

# Sites that a first MIP is restricted to, for a plan that closes most others.
SHORTLIST = 24


@dataclass(frozen=True, eq=False)
class PeriodPlan:
    """What stands in one period. Costs in EUR/yr, not discounted."""

    name: str
    open_sites: tuple[str, ...]
    opened: tuple[str, ...]  # in this period
    modules: dict[str, int]  # of each site that has some
    partners: tuple[str, ...]
    cost: float
    decision: Decision


@dataclass(frozen=True, eq=False)
class Expansion:
    """A plan for all periods. `value` and `bound` are discounted to the first period, EUR."""

    value: float
    bound: float
    gap: float
    optimal: bool
    discount: float
    extension: Extension
    periods: tuple[PeriodPlan, ...]
    proof: str
    wall_s: float

    def findings(self, problem: Problem, periods: Sequence[Period]) -> list[str]:
        """Check every period by code that shares nothing with the solve: its rules, its cost, and its steps."""
        from sitewright.optimizer.verify import CHECKS
        from sitewright.optimizer.verify.costs import recompute_costs
        from sitewright.optimizer.verify.facts import Facts

        found, before = [], set(problem.sites[problem.text("status") == "existing"].tolist())
        modules: dict[str, int] = {}
        total = 0.0
        for t, (period, plan) in enumerate(zip(periods, self.periods, strict=True)):
            part = _extended(Scenario(period.name, 1.0, period.demand).of(problem), plan.modules, self.extension)
            facts = Facts.of(part, SimpleNamespace(decision=plan.decision))  # type: ignore[arg-type]
            for rule in facts.rules:
                found += [f"{period.name}, {rule.name}: {sentence}" for sentence in CHECKS[rule.name](facts, rule)]
            split = recompute_costs(facts)
            more = self.extension.cost * sum(plan.modules.values())
            total += (sum(split.values()) + more) / (1 + self.discount) ** t
            spent = split["fixed"] + split["partner"] + more
            opened, added = set(plan.open_sites) - before, sum(plan.modules.values()) - sum(modules.values())
            kept = all(plan.modules.get(site, 0) >= n for site, n in modules.items())
            kept &= all(n <= self.extension.at_most and site in plan.open_sites for site, n in plan.modules.items())
            if (t and not before <= set(plan.open_sites)) or not kept:
                found.append(f"{period.name}: a site or a module is gone, or stands where it may not")
            for what, is_, limit in (("opened", len(opened), period.opens), ("added", added, period.extensions)):
                if limit is not None and is_ > limit:
                    found.append(f"{period.name}: {is_} {what}, at most {limit} may be")
            if period.budget is not None and spent > period.budget * (1 + 1e-6) + 1e-6:
                found.append(f"{period.name}: costs {spent:,.0f}, the budget is {period.budget:,.0f}")
            before, modules = set(plan.open_sites), plan.modules
        if not abs(total - self.value) <= 1e-9 * max(1.0, abs(total)):
            found.append(f"costs {total:.10g} in all, not {self.value:.10g}")
        return found

    def document(self) -> dict[str, Any]:
        """Return the expansion as plain JSON types. Money in EUR, that of a period in EUR/yr."""
        keys = ("value", "gap", "optimal", "discount", "proof", "wall_s")
        head = {"schema": "sitewright-expansion/1"} | {key: getattr(self, key) for key in keys}
        head["bound"] = self.bound if np.isfinite(self.bound) else None
        keys = ("name", "open_sites", "opened", "modules", "partners", "cost")
        return head | {"periods": [{key: getattr(p, key) for key in keys} for p in self.periods]}


def expand(
    problem: Problem,
    periods: Sequence[Period],
    *,
    extension: Extension | None = None,
    discount: float = 0.0,
    time_limit: float | None = None,
    gap: float = 1e-4,
    threads: int = 2,
    seed: int = 0,
    solver: str = "highs",
) -> Expansion:
    """Return the cheapest expansion, with a proof of how good it is.

    Parameters
    ----------
    periods
        One for each year, see `Period` and `growth_periods`.
    extension
        Modules that may be added to sites with a finite capacity; none if not given.
    discount
        Rate a year at which later money counts less.
    time_limit, gap, threads, seed, solver
        As for `sitewright.solve`.

    Raises
    ------
    InvalidProblem
        If an argument is wrong, or a rule asks what is left after a loss, or for a least load: not yet possible here.
    Infeasible
        If it is proved that no expansion keeps all rules.
    LimitReached
        If the time limit came before any plan.
    """
    check_periods(periods, extension, discount)
    lazy = [rule.name for rule in problem.rules if rule.lazy]
    if lazy:
        fix = "leave the rule out, and ask `attack` of the plan of each period"
        raise InvalidProblem([Flaw("argument 'problem'", "have no rule on losses", ", ".join(lazy), fix)])
    check_minimum_use(problem)
    parts = [Scenario(p.name, 1.0, p.demand).of(problem) for p in periods]
    run = _Run(problem, parts, tuple(periods), extension or Extension(1.0, 0.0, 0), discount)
    run.limits = time_limit, gap, threads, seed, solver
    run.run()
    return run.answer()


class _Run:
    """One run: bounds of the periods, then MIPs with what they leave open."""

    def __init__(
        self,
        problem: Problem,
        parts: list[Problem],
        periods: tuple[Period, ...],
        extension: Extension,
        discount: float,
    ) -> None:
        self.problem, self.parts, self.periods, self.extension = problem, parts, periods, extension
        self.discount, self.started = discount, time.monotonic()
        self.weights = (1.0 + discount) ** -np.arange(len(parts), dtype=np.float64)
        self.existing = problem.text("status", "candidate") == "existing"
        self.limits: tuple[float | None, float, int, int, str] = (None, 1e-4, 2, 0, "highs")
        self.bound, self.best, self.proof = -np.inf, None, ""  # type: float, Expansion | None, str

    @property
    def left(self) -> float | None:
        return None if self.limits[0] is None else max(0.0, self.limits[0] - (time.monotonic() - self.started))

    @property
    def value(self) -> float:
        return np.inf if self.best is None else self.best.value

    def run(self) -> None:
        # With all the modules that there may be, for nothing: a bound must not know less room than a plan.
        most = {str(s): self.extension.at_most for s in self.problem.sites}
        roomy = [_extended(part, most, self.extension) for part in self.parts]
        reasons = [f"{part.name}: {reason}" for part in roomy for reason in impossible(part)]
        if reasons:
            raise Infeasible(reasons, proof="counting")
        roots = [
            root_bound(part, target=_guess(part), at_least=least_open(part, time_limit=self.left)) for part in roomy
        ]
        self.bound = float(self.weights @ [root.bound for root in roots])
        never = np.array([root.closed for root in roots])
        # Whatever is open in a period is so until the end.
        extra = np.cumsum((self.weights[:, None] * [root.extra for root in roots])[::-1], axis=0)[::-1]
        price = np.where(roots[-1].forced | self.existing, -np.inf, roots[-1].reduced)
        few = np.ones(self.problem.n_sites, dtype=bool)
        few[np.argsort(price, kind="stable")[: int(np.isinf(price).sum()) + SHORTLIST]] = False
        if (~few).sum() < self.problem.n_sites:
            self._mip(never | few)
        margin = 1e-7 * max(1.0, abs(self.value)) if np.isfinite(self.value) else 0.0
        closed = never | (self.bound + extra > self.value + margin)
        answer = self._mip(closed) if self.left != 0.0 else None
        if answer is not None:
            if answer.outcome is Outcome.INFEASIBLE and self.best is None:
                raise Infeasible(["the rules and limits together admit no expansion"], proof=self.limits[4])
            proved = self.value if answer.outcome is Outcome.INFEASIBLE else answer.bound
            if proved > self.bound:
                self.bound, self.proof = min(proved, self.value), self.limits[4]

    def _mip(self, closed: NDArray[np.bool_]) -> Any:
        made = expansion_model(
            self.parts,
            self.periods,
            self.extension,
            weights=self.weights,
            closed=closed,
            existing=self.existing,
        )
        _, gap, threads, seed, solver = self.limits
        answer = solve_model(made.model, solver=solver, time_limit=self.left, gap=gap / 2, threads=threads, seed=seed)
        if answer.values is not None:
            self._take(made, answer.values)
        return answer

    def _take(self, made: ExpansionModel, values: NDArray[np.float64]) -> None:
        """Serve each period at least cost from what stands in it, and keep the whole if it is better."""
        plans, total, before = [], 0.0, self.existing
        for t, part in enumerate(self.parts):
            is_open, modules, serve = made.period(values, t)
            counts = {str(self.problem.sites[j]): int(modules[j]) for j in np.flatnonzero(modules)}
            whole = _extended(part, counts, self.extension)
            serving = serving_problem(whole)
            cost = np.where(serving.allowed, serving.data["service_cost"].values, np.inf)
            decision = assign(serving, is_open, cost) or from_values(part, is_open, serve, made.parts[t])
            price = sum(cost_split(whole, decision).values()) + self.extension.cost * int(modules.sum())
            if any(True for rule in whole.all_rules for _ in rule.broken(whole, decision)):
                return
            total += float(self.weights[t]) * price
            names = tuple(self.problem.sites[is_open].tolist()), tuple(self.problem.sites[is_open & ~before].tolist())
            used = tuple(self.problem.partners[partners_used(self.problem, is_open)].tolist())
            plans.append(PeriodPlan(self.periods[t].name, *names, counts, used, price, decision))
            before = is_open
        if total < self.value:
            self.best = Expansion(total, -np.inf, np.inf, False, self.discount, self.extension, tuple(plans), "", 0.0)

    def answer(self) -> Expansion:
        if self.best is None:
            raise LimitReached("time limit", bound=self.bound)
        bound = min(self.bound, self.value)
        gap, wall = relative_gap(self.value, bound), time.monotonic() - self.started
        return replace(self.best, bound=bound, gap=gap, optimal=gap <= self.limits[1], proof=self.proof, wall_s=wall)


def _extended(part: Problem, modules: dict[str, int], extension: Extension) -> Problem:
    """Return a period's problem with the modules that stand on its sites."""
    if not part.has("capacity") or not any(modules.values()):
        return part
    more = extension.mw * np.array([modules.get(str(site), 0) for site in part.sites])
    data = part.data.copy()
    data["capacity"] = data["capacity"].copy(data=data["capacity"].values + more)
    return replace(part, data=data)


def _guess(part: Problem) -> float:
    """Return a cost to aim the bound at: what the sites of least cost for all demand come to."""
    cost = np.where(part.allowed, part.data["service_cost"].values, np.inf)
    return float(1.5 * cost.min(axis=1)[np.isfinite(cost.min(axis=1))].sum() + np.median(part.numbers("fixed_cost")))
