"""The objectives of a radius: p-center, coverage and set cover, each with all site rules inside the exact method.

reach      distances, and who is served from where
site_rows  the site rules as rows
covering   covering within a radius: relaxed, searched for (swap), exact (reduce, tree, cuts, master)
center, fewest, most   one objective each
loaded     all three where rules speak of loads
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.assign import is_free
from sitewright.optimizer.engine.finish import make_plan
from sitewright.optimizer.engine.radius.center import Center
from sitewright.optimizer.engine.radius.covering import Covering
from sitewright.optimizer.engine.radius.fewest import Fewest
from sitewright.optimizer.engine.radius.loaded import Loaded
from sitewright.optimizer.engine.radius.master import Solver
from sitewright.optimizer.engine.radius.most import Most
from sitewright.optimizer.engine.radius.reach import Reach
from sitewright.optimizer.engine.radius.site_rows import SiteRows
from sitewright.optimizer.engine.state import State
from sitewright.optimizer.errors import Infeasible, LimitReached
from sitewright.optimizer.plan import Certificate, Plan
from sitewright.optimizer.problem import Problem

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Settings:
    """What the caller chose."""

    objective: str
    p: int | None
    radius: float | None
    seed: int
    threads: int
    solver: str
    backend: str = "cpu"


def solve_radius(problem: Problem, state: State, settings: Settings, cpu_started: float) -> Plan:
    """Bring the state as far as the limits let it, and return the plan.

    Raises
    ------
    Infeasible
        If it is proved that no plan keeps all rules.
    LimitReached
        If a limit or a cancel came before any plan.
    """
    sign = -1.0 if state.maximise else 1.0
    certificate = _prove(problem, state, settings)
    stop_reason = state.reason
    if state.decision is None:
        worse = {"p-center": "reaches everyone in less than", "coverage": "covers more MW than"}
        no_plan = worse.get(settings.objective, "opens fewer sites than")
        raise LimitReached(stop_reason, bound=sign * state.bound, no_plan=no_plan)
    return make_plan(
        problem,
        state.decision,
        state,
        certificate,
        objective=sign * state.incumbent,
        stop_reason=stop_reason,
        ties=(),
        seed=settings.seed,
        threads=settings.threads,
        solver=settings.solver,
        objective_kind=settings.objective,
        p=settings.p,
        radius=settings.radius,
        cpu_started=cpu_started,
    )


def _prove(problem: Problem, state: State, settings: Settings) -> Certificate:
    """Run the solve that the objective asks for, and return what proves its bound."""
    reach, rules = Reach(problem, threads=settings.threads), SiteRows.of(problem)
    solver = Solver(settings.solver, settings.threads, settings.seed, state.stop, lambda: state.left)
    radius = reach.limit(settings.radius) if settings.radius is not None else np.inf
    least, none = reach.least(~rules.closed), np.zeros(problem.n_customers)
    _refuse_stranded(problem, least, np.inf if settings.objective == "coverage" else radius)
    if not is_free(problem):
        return _loaded(reach, least, solver, state, settings.objective, radius)
    covering = Covering(reach, rules, solver)
    run: Most | Fewest | Center
    if settings.objective == "coverage":
        run = Most(reach, rules, solver, state, radius, none)
    elif settings.objective == "set-cover":
        run = Fewest(covering, state, radius, none)
    else:
        run = Center(covering, state, least, none)
    run.solve()
    # Nothing to say of a solver that was not asked, or could not tell.
    word = covering.word if np.isfinite(run.solver_bound) else ""
    return Certificate(run.weights, run.root_bound, run.solver_bound, word)


def _refuse_stranded(problem: Problem, least: Floats, radius: float) -> None:
    stranded = np.flatnonzero((least > radius) | np.isinf(least))
    if len(stranded):
        names = ", ".join(problem.customers[stranded[:5]]) + (", …" if len(stranded) > 5 else "")
        where = "at all" if np.isinf(radius) else f"within {radius:g}"
        sentence = f"{len(stranded)} customers have no site that they may use {where}: {names}"
        raise Infeasible([sentence], proof="counting")


def _loaded(reach: Reach, least: Floats, solver: Solver, state: State, objective: str, radius: float) -> Certificate:
    """Solve with the assignment in the MIP; weights prove no more than what the site rules and the pairs do."""
    demand = reach.problem.numbers("demand")
    if objective == "coverage":
        far = least > radius
        loaded = Loaded(reach, solver, state, np.where(far, demand, 0.0), float(demand[~far].sum()) * (1 + 1e-9))
        state.raise_bound(-loaded.root_bound)
        loaded.most(radius)
    elif objective == "set-cover":
        loaded = Loaded(reach, solver, state, np.eye(1, len(demand))[0], 1.0)
        state.raise_bound(1.0)
        loaded.fewest(radius)
    else:
        loaded = Loaded(reach, solver, state, np.zeros(len(demand)), -np.inf)
        loaded.center(least)
    sign = -1.0 if objective == "coverage" else 1.0
    return Certificate(loaded.weights, loaded.root_bound, sign * loaded.solver_bound, solver.name)


__all__ = ["Settings", "solve_radius"]
