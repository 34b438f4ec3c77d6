"""The choices of a problem, asked within the means of a command."""

import time

from sitewright.optimizer.explain.oracle import Means
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.progress import Progress
from sitewright.optimizer.study.choices import Choices


def ask_choices(problem: Problem, plan: Plan, means: Means, stage: str) -> Choices:
    """Return the choices around a plan, which stop with the means and tell the progress of `stage`."""

    def say(high: float, low: float) -> None:
        if means.on_progress is not None:
            means.on_progress(Progress(time.monotonic() - means.started, stage, high, low))

    return Choices(problem, plan, means.gap, lambda: means.spent, say)
