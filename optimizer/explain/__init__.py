"""Why there is no plan, and why the plan is what it is.

Without a plan: `conflict` asks the `oracle` which rules cannot be kept together (`shortage`: what sites alone can
prove); `say` puts it into sentences; `infeasible` has each rule give way alone (`ease`, `least_ease`). With a plan,
`feasible`: `binding` rules, the `regret` of each site and partner, and `stable` ranges.
"""

from sitewright.optimizer.engine.arguments import check_arguments
from sitewright.optimizer.engine.warmup import warmup
from sitewright.optimizer.errors import Infeasible
from sitewright.optimizer.explain.answer import Explanation
from sitewright.optimizer.explain.conflict_answer import Conflict, Relaxation
from sitewright.optimizer.explain.feasible import why_so
from sitewright.optimizer.explain.infeasible import why_infeasible
from sitewright.optimizer.explain.oracle import Means, Oracle
from sitewright.optimizer.objective import with_objective
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.progress import CancelToken, OnProgress
from sitewright.optimizer.rules import SiteCount
from sitewright.optimizer.study.executor import executor_for

__all__ = ["Conflict", "Explanation", "Relaxation", "explain"]


def explain(
    problem: Problem,
    *,
    p: int | None = None,
    time_limit: float | None = None,
    patience: float = 1.8,
    gap: float = 1e-6,
    threads: int = 2,
    seed: int = 0,
    cluster: str | None = None,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
) -> Explanation:
    """Say why there is no plan, or why the plan is what it is.

    Without a plan: which rules are in conflict, with numbers, and what each of them would have to be. With one: which
    rules bind and what each costs, the regret of every site and partner, and how far their costs may change.

    Parameters
    ----------
    p
        Exactly so many sites open.
    time_limit
        Seconds for all solves together.
    patience
        Seconds for each of the many solves of an explanation; what is not settled by then is said to be open.
    gap, seed, on_progress, cancel
        As in `sitewright.solve`, of each solve.
    threads
        Of the MIP solver where one problem is solved; where many are, so many at once.
    cluster
        Address of a Dask cluster that asks many questions at once, in place of threads here.

    Raises
    ------
    InvalidProblem
        If an argument is wrong.
    LimitReached
        If a limit or a cancel came before it was known whether there is a plan.
    """
    check_arguments(problem, time_limit=time_limit, gap=gap, threads=threads, seed=seed, solver="highs")
    if p is not None and SiteCount(at_least=p, at_most=p) in problem.rules:
        p = None  # of two like rules, neither would be enough alone
    problem = with_objective(problem, "cost", p)
    means = Means(time_limit, gap, threads, seed, on_progress, cancel or CancelToken(), patience)
    oracle = Oracle(problem, means)
    if not oracle.hopeless():
        try:
            plan = means.solve(problem)
        except Infeasible as error:
            oracle.refused[oracle.everything] = error.proof
        else:
            return why_so(problem, plan, means, executor_for(cluster, threads))
    # Not on the clock of the first question: on a new machine, compiling takes longer than anyone's patience.
    warmup()
    return Explanation(problem.name, why_infeasible(oracle), None)
