"""Why a plan is what it is: rules that bind, regrets, ranges."""

import time

from sitewright.optimizer.explain.answer import Explanation
from sitewright.optimizer.explain.binding import AskedOfRules, price_of_rule
from sitewright.optimizer.explain.oracle import Means
from sitewright.optimizer.explain.regret import Asked, chunks, questions, regrets
from sitewright.optimizer.explain.stable import stable, stable_energy
from sitewright.optimizer.explain.without import removable
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.progress import Progress
from sitewright.optimizer.study.executor import Executor, OnDone

# Parts that the regrets are asked in, for each thread or worker: few, since a part learns from itself alone.
PARTS = 2


def why_so(problem: Problem, plan: Plan, means: Means, executor: Executor) -> Explanation:
    """Return what each rule, site and partner does to a plan of least cost."""

    def on_done(stage: str) -> OnDone:
        def say(done: int, of: int) -> None:
            if means.on_progress is not None:
                elapsed = time.monotonic() - means.started
                means.on_progress(Progress(elapsed, f"{stage} {done}/{of}", plan.objective, plan.bound))

        return say

    which = chunks(questions(problem), PARTS * means.threads)
    shared = Asked(problem, plan, means.gap)
    parts = executor.map(regrets, shared, which, stop=lambda: means.spent, on_done=on_done("regrets"))
    found = sorted((r for part in parts for r in part), key=lambda r: (not r.used, r.low, r.kind, r.name))
    of_rules = AskedOfRules(problem, plan, means.gap, means.seed, means.patience)
    rules = list(range(len(removable(problem))))
    bindings = executor.map(price_of_rule, of_rules, rules, stop=lambda: means.spent, on_done=on_done("rules"))
    return Explanation(
        problem.name,
        None,
        plan,
        tuple(sorted(bindings, key=lambda b: (-b.low, -b.high))),
        tuple(found),
        (*(stable(problem, plan, regret) for regret in found), *stable_energy(problem, plan, found)),
    )
