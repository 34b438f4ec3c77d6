"""What a notebook shows of a problem and of a plan: a few lines and small tables, in the notebook's own style."""

import numpy as np

from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.report.costs import WORDS
from sitewright.optimizer.report.names import listed
from sitewright.optimizer.report.page import environment
from sitewright.optimizer.report.verdict import certainty

# Longer tables are cut: a notebook is read at a glance.
ROWS = 12


def plan_html(plan: Plan) -> str:
    """Return verdict, open sites with their load, cost and latency; names are labels, since a plan knows no others."""
    load = plan.load.values
    served = np.bincount(plan.decision.site, minlength=len(plan.sites))[plan.decision.open]
    rows = [(site, float(mw), int(n)) for site, mw, n in zip(plan.open_sites, load, served, strict=True)]
    return (
        environment()
        .get_template("notebook_plan.html")
        .render(
            plan=plan,
            opened=listed(list(plan.open_sites)),
            certainty=certainty(plan),
            rows=rows[:ROWS],
            left=len(rows) - ROWS,
            costs=[(WORDS.get(kind, (kind.capitalize(),))[0], value) for kind, value in plan.cost_split.items()],
            total=sum(plan.cost_split.values()),
        )
    )


def problem_html(problem: Problem) -> str:
    """Return sizes, demand, how many pairs are allowed, and the rules that were asked for."""
    allowed, capacity = problem.allowed, problem.numbers("capacity", np.inf)
    return (
        environment()
        .get_template("notebook_problem.html")
        .render(
            problem=problem,
            demand=float(problem.numbers("demand").sum()),
            room=float(capacity.sum()) if np.isfinite(capacity).all() else None,
            share=float(allowed.mean()),
            rules=[rule.sentence() for rule in problem.rules][:ROWS],
            left=len(problem.rules) - ROWS,
            implied=len(problem.all_rules) - len(problem.rules),
        )
    )
