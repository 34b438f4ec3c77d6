"""The least cost under a limit that is moved, from the loosest on: what one value teaches, the next one starts from."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sitewright.optimizer.engine.presolve import impossible
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.base import Rule
from sitewright.optimizer.study.choices import Choices, Least

# Choices that were best at one value, tried first at the next.
KEPT = 8


@dataclass(frozen=True, eq=False)
class Moved:
    """A problem and its plan without the limit, and others worth trying; `rule` makes the limit.

    `patience` is in seconds for each value.
    """

    problem: Problem
    plan: Plan
    others: tuple[Plan, ...]
    rule: Callable[[float], Rule]
    gap: float
    patience: float | None


def least_costs(moved: Moved, limits: Sequence[float], stop: Callable[[], bool]) -> list[Least]:
    """Return the least cost under each limit, in order. `low` is inf where it is proved that there is no plan.

    A limit must bound a load rule from above: a plan under a tighter one keeps it.
    """
    found: dict[float, Least] = {}
    before: Choices | None = None
    low, first = -np.inf, [plan.decision.open for plan in (moved.plan, *moved.others)]
    guesses = first
    for limit in sorted(set(limits), reverse=True):
        problem = moved.problem.with_rules(moved.rule(limit))
        if any(True for _ in impossible(problem)):
            found[limit] = Least(np.inf, np.inf, None)
            continue
        last = None if moved.patience is None else time.monotonic() + moved.patience

        def enough(last: float | None = last) -> bool:
            return stop() or (last is not None and time.monotonic() > last)

        choices = Choices(problem, moved.plan, moved.gap, enough)
        if before is not None:
            choices.inherit(before)
        for other in moved.others:
            choices.take(other.decision.open)
        least = choices.least(guesses=guesses)
        low = max(low, least.low)
        found[limit] = Least(min(low, least.high), least.high, least.choice)
        best = sorted(choices.known, key=lambda c: c.cost)[:KEPT]
        guesses = [*(c.open for c in best), *first]
        before = choices
    # What a tighter limit admits, a looser one does.
    best_so_far: Least | None = None
    for limit in sorted(found):
        one = found[limit]
        if best_so_far is not None and best_so_far.high < one.high:
            one = found[limit] = Least(min(one.low, best_so_far.high), best_so_far.high, best_so_far.choice)
        best_so_far = one
    return [found[limit] for limit in limits]
