"""Answers to questions about a plan, made by hand: a report only reads them."""

import numpy as np

from sitewright.optimizer.explain.answer import Explanation
from sitewright.optimizer.explain.binding import Binding
from sitewright.optimizer.explain.regret import Regret
from sitewright.optimizer.explain.stable import Stable
from sitewright.optimizer.progress import Progress
from sitewright.optimizer.study.frontier import Frontier, Point

EVENTS = (
    Progress(0.0, "presolve", np.inf, -np.inf),
    Progress(0.1, "bound", np.inf, 50.0),
    Progress(0.4, "search", 120.0, 90.0),
    Progress(0.9, "done", 100.0, 100.0),
)

FRONTIER = Frontier(
    "scattered",
    "mean-latency",
    "ms",
    (
        Point(8.0, None, np.inf, np.inf, (), settled=True),
        Point(9.0, None, np.inf, 100.0, (), settled=False),
        Point(10.0, 9.9, 400.0, 300.0, ("0", "1"), settled=False),
        Point(20.0, 19.0, 200.0, 200.0, ("0",), settled=True),
    ),
)


def answers_to(problem, plan, name):
    """Return all that a report can be asked for: the plan is set beside itself, under a name."""
    sites, used = problem.sites.tolist(), set(plan.open_sites)
    swapped = {site: tuple(s for s in sites if (s in used) is (s != site)) for site in sites}
    regrets = [Regret("site", s, s in used, 1000.0 * k, 1000.0 * k + 90, swapped[s]) for k, s in enumerate(sites, 1)]
    regrets.sort(key=lambda r: not r.used)
    ranges = [Stable("fixed_cost", r.name, 5e5, 1 if r.used else -1, r.low, r.high) for r in regrets]
    energy = [Stable("energy_price", s, 5e5, 1, 70.0, 90.0) for s in plan.open_sites]
    bindings = [Binding(rule, 5e5, 5.01e5, tuple(sites[:1])) for rule in problem.all_rules[:1]]
    bindings += [Binding(rule, 0.0, 0.0, plan.open_sites) for rule in problem.all_rules[1:]]
    points = tuple(Point(9.0 + k, 9.0 + k, 900.0 - k, 890.0 - k, plan.open_sites, k > 1) for k in range(4))
    return {
        "compare": {name: plan},
        "frontier": Frontier(problem.name, "mean-latency", "ms", points),
        "explanation": Explanation(problem.name, None, plan, tuple(bindings), tuple(regrets), (*ranges, *energy)),
        "events": EVENTS,
    }
