"""Prove a plan's bound without a solver's word: a tree of decisions that the checker recomputes leaf by leaf.

ascent   prices that raise the bound of one node
linear   those of its linear program, where no site is left to decide
grow     the tree
"""

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sitewright.kernels._memory import available, size
from sitewright.optimizer.errors import Flaw, InvalidProblem, TooLarge
from sitewright.optimizer.objective import OF_RADIUS, with_objective
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.progress import CancelToken, OnProgress, Progress

if TYPE_CHECKING:
    from sitewright.optimizer.problem import Problem

__all__ = ["prove"]

# Nearer to the plan's cost than this part of it, rounding has its say.
NEAREST = 1e-7


def prove(
    problem: "Problem",
    plan: Plan,
    *,
    gap: float | None = None,
    time_limit: float | None = None,
    on_progress: OnProgress = lambda event: None,
    cancel: CancelToken | None = None,
) -> Plan:
    r"""Return the plan with a proof of its bound that anyone can recompute, no solver believed.

    A solve ends on the word of whoever closed it: a MIP solver, or a branch and bound of our own. The proof is a tree
    of decisions on sites, with prices in each node. By weak duality they bound what any plan of that node costs, and
    decide sites whose other choice would cost too much (Cornuejols, Fisher, Nemhauser, Management Science 23, 1977).
    `plan.verify` recomputes all of it from the raw data, in float64 with its rounding accounted for.

    Parameters
    ----------
    problem
        The problem that the plan was made for.
    plan
        A plan for least cost, or of p-median.
    gap
        Relative gap to prove. That of the plan if not given, but no less than 1e-7.
    time_limit
        Seconds, after which the plan comes with what is proved so far.
    on_progress
        Called with the bound that the tree proves so far, as stage "prove".
    cancel
        Stops as the time limit does.

    Returns
    -------
    Plan
        The same plan; its `certificate.proof` holds the tree, and what it proves as `certificate.proof.bound`.

    Raises
    ------
    InvalidProblem
        If the checker refuses the plan, its objective is one of a radius, or an argument is wrong.
    TooLarge
        If the pairs do not fit in memory.

    Notes
    -----
    Customers who must be served from one site, least uses, scrubbing and the rules of resilience are left out of the
    bounds, which stay valid: such plans may be proved to less than the gap asked for.
    """
    from sitewright.optimizer.prove.ascent import Prices
    from sitewright.optimizer.prove.grow import Grower
    from sitewright.optimizer.verify.node import Nodes

    _check(problem, plan, gap, time_limit)
    target = plan.objective - max(NEAREST, plan.gap if gap is None else gap) * abs(plan.objective)
    started = time.monotonic()

    def stop() -> bool:
        late = time_limit is not None and time.monotonic() - started > time_limit
        return late or (cancel is not None and cancel.cancelled)

    def report(bound: float) -> None:
        on_progress(Progress(time.monotonic() - started, "prove", plan.objective, bound))

    nodes = Nodes(with_objective(problem, plan.objective_kind, plan.p, plan.radius))
    grower = Grower(nodes, target, stop)
    first = np.asarray(plan.certificate.multipliers, dtype=np.float64)
    grower.run(Prices(first, np.zeros(nodes.n_prices)), report=report)
    return replace(plan, certificate=replace(plan.certificate, proof=grower.proof()))


def _check(problem: "Problem", plan: Plan, gap: float | None, time_limit: float | None) -> None:
    flaws = []
    if plan.objective_kind in OF_RADIUS:
        fix = "its certificate holds weights already: see plan.verify(problem)"
        flaws.append(Flaw("argument 'plan'", "be for least cost or p-median", f"one of {plan.objective_kind}", fix))
    for name, value, most in (("gap", gap, 1.0), ("time_limit", time_limit, np.inf)):
        if value is not None and not (isinstance(value, int | float) and 0 <= value <= most):
            must = "be a share from 0 to 1" if name == "gap" else "be a number of seconds"
            flaws.append(Flaw(f"argument {name!r}", must, repr(value), "correct it, or leave it out"))
    if flaws:
        raise InvalidProblem(flaws)
    report = plan.verify(problem)
    if not report.accepted:
        fix = "solve the problem again: there is nothing to prove about a plan that does not stand"
        raise InvalidProblem([Flaw("argument 'plan'", "be accepted by the checker", str(report.findings[0]), fix)])
    n, m = problem.data["service_cost"].shape
    # Costs, weights of a few rules, and a node's copies of them, 8 bytes each.
    need, free = 6 * 8.0 * n * m, available()
    if need > free:
        fix = "prove a smaller case, or give the process more memory"
        raise TooLarge(f"a proof of {n} x {m} pairs needs {size(need)}, there are {size(free)}. Fix: {fix}")
