"""Which rules bind: the least cost without each, and so what it costs."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sitewright.optimizer.explain.without import removable, without
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.progress import CancelToken
from sitewright.optimizer.rules.base import Rule
from sitewright.optimizer.study.choices import Choices


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
    last = time.monotonic() + asked.patience

    def enough() -> bool:
        return stop() or time.monotonic() > last

    least = Choices(without(asked.problem, [rule]), base, asked.gap, enough).least()
    cost, bound = min(least.high, base.objective), least.low
    chosen = base.decision.open if least.choice is None else least.choice.open
    sites = tuple(asked.problem.sites[chosen].tolist())
    # The plan keeps all rules, so it is one without the rule, too: what is within the gap is nothing.
    low, high = (max(0.0, value) for value in (base.bound - cost, base.objective - bound))
    return Binding(rule, 0.0 if low <= slack else low, 0.0 if high <= slack else high, sites)
