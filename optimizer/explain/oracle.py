"""Can these rules be kept together? Asked by counting first, then of the sites alone, then by a solve."""

import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property

from sitewright.optimizer.engine import solve
from sitewright.optimizer.engine.presolve import impossible
from sitewright.optimizer.errors import Infeasible, LimitReached
from sitewright.optimizer.explain.measured import beyond
from sitewright.optimizer.explain.shortage import Sites
from sitewright.optimizer.explain.without import removable, without
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.progress import CancelToken, OnProgress
from sitewright.optimizer.rules import LatencyShare, MeanLatency, MeanOfSites
from sitewright.optimizer.rules.base import Rule

# Any plan will do where the question is only whether there is one.
ANY = 0.999
# Seconds for the least latency that there can be.
FOR_LATENCY = 0.7


@dataclass(frozen=True)
class Means:
    """What a question may cost, as in `solve`; `time_limit` is for all of its solves together."""

    time_limit: float | None = None
    gap: float = 1e-6
    threads: int = 2
    seed: int = 0
    on_progress: OnProgress | None = None
    cancel: CancelToken = field(default_factory=CancelToken)
    patience: float = 1.8  # seconds for one solve of many
    started: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float | None:
        return None if self.time_limit is None else self.started + self.time_limit - time.monotonic()

    @property
    def spent(self) -> bool:
        return self.cancel.cancelled or (self.left is not None and self.left <= 0)

    def briefly(self, seconds: float | None = None) -> "Means":
        """Return the same means for no longer than so many seconds from now, `patience` if not given."""
        seconds = self.patience if seconds is None else seconds
        left = seconds if self.left is None else min(seconds, self.left)
        return replace(self, time_limit=max(left, 1e-3), started=time.monotonic())

    def solve(self, problem: Problem, *, gap: float | None = None) -> Plan:
        """Solve at least cost with what is left. Raises as `sitewright.solve` does."""
        if self.spent:
            raise LimitReached("cancelled" if self.cancel.cancelled else "time limit", bound=float("-inf"))
        return solve(
            problem,
            time_limit=self.left,
            gap=self.gap if gap is None else gap,
            threads=self.threads,
            seed=self.seed,
            ties=False,
            on_progress=self.on_progress,
            cancel=self.cancel,
        )


@dataclass(frozen=True, eq=False)
class Oracle:
    """Answers about sets of rules of one problem, given as positions in `rules`; what was learnt is remembered."""

    problem: Problem
    means: Means
    kept: list[frozenset[int]] = field(default_factory=list)  # sets that a plan keeps; so are their subsets
    refused: dict[frozenset[int], str] = field(default_factory=dict)  # proved sets, and by whom; so are their supersets
    reached: dict[int, bool] = field(default_factory=dict)  # limits of latency that all other rules leave within reach

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        return removable(self.problem)

    @property
    def everything(self) -> frozenset[int]:
        return frozenset(range(len(self.rules)))

    def only(self, keep: Collection[int]) -> Problem:
        """Return the problem with these of the removable rules alone."""
        return without(self.problem, [rule for k, rule in enumerate(self.rules) if k not in keep])

    def quickly(self, keep: frozenset[int]) -> bool:
        """Return True if counting, or the sites alone, prove that no plan keeps these rules. False proves nothing."""
        if self._known(keep) is not None:
            return self._known(keep) is True
        problem = self.only(keep)
        if any(True for _ in impossible(problem)):
            self.refused[keep] = "counting"
        elif not Sites(problem).possible():
            self.refused[keep] = "sites"
        return keep in self.refused

    def by_latency(self, keep: frozenset[int]) -> bool:
        """Return True if the least latency there can be proves that no plan keeps these rules; False proves nothing."""
        for k in sorted(keep):
            rule = self.rules[k]
            if not isinstance(rule, MeanLatency | LatencyShare | MeanOfSites) or self.reached.get(k, False):
                continue
            with suppress(Infeasible, LimitReached):
                if beyond(self.only(keep - {k}), rule, self.means.briefly(FOR_LATENCY)):
                    self.refused[keep] = "highs"
                    return True
            self.reached[k] = keep == self.everything  # with fewer rules, it would be reached even more easily
        return False

    def hopeless(self) -> bool:
        """Return True if it is soon proved that no plan keeps all rules, where a solve may take long to find that."""
        if self.quickly(self.everything):
            return True
        if not any(isinstance(rule, MeanLatency | LatencyShare | MeanOfSites) for rule in self.problem.rules):
            return False
        try:
            self.learn(self.means.briefly().solve(self.problem, gap=ANY))
        except Infeasible as error:
            self.refused[self.everything] = error.proof
            return True
        except LimitReached:
            return self.by_latency(self.everything)
        return False

    def infeasible(self, keep: frozenset[int]) -> bool | None:
        """Return whether no plan keeps these rules; None where a limit came before an answer."""
        known = self._known(keep)
        if known is not None or self.quickly(keep) or self.by_latency(keep):
            return True if known is None else known
        try:
            self.learn(self.means.briefly().solve(self.only(keep), gap=ANY))
        except Infeasible as error:
            self.refused[keep] = error.proof
            return True
        except LimitReached:
            return None
        return False

    def learn(self, plan: Plan) -> None:
        """Take note of which rules a plan keeps."""
        keeps = (k for k, rule in enumerate(self.rules) if not any(rule.broken(self.problem, plan.decision)))
        self.kept.append(frozenset(keeps))

    def _known(self, keep: frozenset[int]) -> bool | None:
        if any(keep <= some for some in self.kept):
            return False
        return True if any(keep >= some for some in self.refused) else None
