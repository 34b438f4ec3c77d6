"""What the stages of a solve hand on: clock, limits, incumbent, bound."""

import time
from dataclasses import dataclass, field

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.progress import CancelToken, OnProgress, Progress, relative_gap


@dataclass(eq=False)
class State:
    """The running state of one solve. Only `improve` and `raise_bound` change what is known.

    What is to be maximised is kept with a minus sign; progress events are told without it.
    """

    time_limit: float | None
    gap: float
    cancel: CancelToken
    on_progress: OnProgress | None
    started: float = field(default_factory=time.monotonic)
    maximise: bool = False
    stage: str = "presolve"
    decision: Decision | None = None
    incumbent: float = float("inf")
    bound: float = float("-inf")
    timings: dict[str, float] = field(default_factory=dict)
    _entered: float = field(default_factory=time.monotonic)
    _said: tuple[str, float, float] | None = None

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.started

    @property
    def left(self) -> float | None:
        return None if self.time_limit is None else max(0.0, self.time_limit - self.elapsed)

    def stop(self) -> bool:
        return self.cancel.cancelled or (self.time_limit is not None and self.elapsed >= self.time_limit)

    @property
    def proved(self) -> bool:
        return relative_gap(self.incumbent, self.bound) <= self.gap

    @property
    def reason(self) -> str:
        """Why the solve ended, if it does now."""
        if self.proved:
            return "proved"
        if self.cancel.cancelled:
            return "cancelled"
        return "time limit" if self.stop() else "solver stopped"

    def enter(self, stage: str) -> None:
        now = time.monotonic()
        self.timings[self.stage] = self.timings.get(self.stage, 0.0) + now - self._entered
        self.stage, self._entered = stage, now
        self.say()

    def improve(self, decision: Decision, objective: float) -> None:
        if objective < self.incumbent:
            self.decision, self.incumbent = decision, objective
            self.say()

    def raise_bound(self, bound: float) -> None:
        if bound > self.bound:
            self.bound = bound
            self.say()

    def say(self, incumbent: float | None = None, bound: float | None = None) -> None:
        """Send a progress event, unless it would repeat the last one."""
        best = min(self.incumbent, float("inf") if incumbent is None else incumbent)
        low = max(self.bound, float("-inf") if bound is None else bound)
        if self.on_progress is not None and self._said != (self.stage, best, low):
            self._said = (self.stage, best, low)
            sign = -1.0 if self.maximise else 1.0
            self.on_progress(Progress(self.elapsed, self.stage, sign * best, sign * low, self.maximise))
