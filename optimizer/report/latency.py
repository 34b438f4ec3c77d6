"""How far the customers are: the distribution of round trips per segment, and the limits on it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import LatencyLimit, LatencyShare, MeanLatency

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Limit:
    """A round trip that means something for a segment.

    `kind` is "limit" (none may be above), "mean" (the mean may not), "share" (so much of the demand within) or "free"
    (no penalty up to there).
    """

    kind: str
    ms: float
    sentence: str


@dataclass(frozen=True, eq=False)
class Distribution:
    """The round trips of one segment, "all" for all.

    Attributes
    ----------
    ms, below
        Round trips in rising order, ms, and the share of the demand served within each. Shape (steps,).
    figures
        The plan's own mean, p50, p95 and worst, ms.
    customers, demand
        How many, and how many MW.
    limits
        What the rules and the penalties say of this segment.
    """

    segment: str
    ms: Array
    below: Array
    figures: dict[str, float]
    customers: int
    demand: float
    limits: tuple[Limit, ...]

    def within(self, ms: float) -> float:
        """Return the share of the demand that is served within so many ms."""
        k = int(np.searchsorted(self.ms, ms, side="right"))
        return float(self.below[k - 1]) if k else 0.0


def distributions(plan: Plan, problem: Problem) -> list[Distribution]:
    """Return one distribution for all and one for each segment; none without latency data."""
    if not problem.has("latency"):
        return []
    d = plan.decision
    ms = problem.data["latency"].values[d.customer, d.site].astype(np.float64)
    mw = plan.demand[d.customer] * d.share
    segment = problem.text("segment")
    out = []
    for name, figures in plan.latency.items():
        everyone = np.ones(problem.n_customers, dtype=bool) if name == "all" else segment == name
        here = everyone[d.customer] & (mw > 0)
        steps, at = np.unique(ms[here], return_inverse=True)
        power = np.bincount(at, mw[here], minlength=len(steps))
        below = np.cumsum(power) / power.sum()
        limits = tuple(_limits(problem, everyone)) if name != "all" or len(plan.latency) == 1 else ()
        demand = float(plan.demand[everyone].sum())
        out.append(Distribution(name, steps, below, dict(figures), int(everyone.sum()), demand, limits))
    return out


def _limits(problem: Problem, who: NDArray[np.bool_]) -> Iterator[Limit]:
    """Yield what holds for every one of these customers."""
    for rule in problem.all_rules:
        if isinstance(rule, LatencyLimit | MeanLatency | LatencyShare) and rule.customers.mask(problem)[who].all():
            if isinstance(rule, LatencyLimit):
                yield Limit("limit", rule.at_most_ms, f"nobody above {rule.at_most_ms:g} ms")
            elif isinstance(rule, MeanLatency):
                yield Limit("mean", rule.at_most_ms, f"mean at most {rule.at_most_ms:g} ms")
            else:
                yield Limit("share", rule.within_ms, f"{rule.at_least:.0%} within {rule.within_ms:g} ms")
    if problem.has("penalty_free"):
        free, rate = problem.numbers("penalty_free")[who], problem.numbers("penalty_rate")[who]
        if len(free) and (free == free[0]).all() and rate.max() > 0:
            yield Limit("free", float(free[0]), f"free up to {free[0]:g} ms")
