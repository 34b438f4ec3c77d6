"""Which rules bind: the plan solved again without each, and what it would then cost less."""

from collections.abc import Callable
from dataclasses import dataclass

from sitewright.optimizer.engine import solve
from sitewright.optimizer.errors import LimitReached
from sitewright.optimizer.explain.without import removable, without
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.progress import CancelToken
from sitewright.optimizer.rules.base import Rule


@dataclass(frozen=True, eq=False)
class Binding:
    """What one rule costs: the plan would cost between `low` and `high` less without it, EUR/yr.

    `binds` says whether that is more than nothing, None if the two leave it open.
    """

    rule: Rule
    low: float
    high: float
    open_sites: tuple[str, ...]

    @property
    def binds(self) -> bool | None:
        return True if self.low > 0 else False if self.high <= 0 else None


@dataclass(frozen=True, eq=False)
class AskedOfRules:
    """What all questions share; `patience` is in seconds for one solve."""

    problem: Problem
    plan: Plan
    gap: float
    seed: int
    patience: float


class Halt(CancelToken):
    """A token that asks a `stop` of somewhere else."""

    def __init__(self, stop: Callable[[], bool]) -> None:
        super().__init__()
        self._stop = stop

    @property
    def cancelled(self) -> bool:
        return super().cancelled or self._stop()


def price_of_rule(asked: AskedOfRules, k: int, stop: Callable[[], bool]) -> Binding:
    """Return what the k-th removable rule costs."""
    rule = removable(asked.problem)[k]
    base, slack = asked.plan, 2 * asked.gap * abs(asked.plan.objective)
    bound, cost, sites = float("-inf"), base.objective, base.open_sites
    try:
        plan = solve(
            without(asked.problem, [rule]),
            gap=asked.gap,
            seed=asked.seed,
            threads=1,
            ties=False,
            time_limit=asked.patience,
            cancel=Halt(stop),
        )
        bound, cost, sites = plan.bound, plan.objective, plan.open_sites
    except LimitReached as error:
        bound = error.bound
    # The plan keeps all rules, so it is one without the rule, too: what is within the gap is nothing.
    low, high = (max(0.0, value) for value in (base.bound - cost, base.objective - bound))
    return Binding(rule, 0.0 if low <= slack else low, 0.0 if high <= slack else high, sites)
