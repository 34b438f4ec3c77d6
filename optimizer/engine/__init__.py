"""The solve: arguments, proofs by counting, the engine that the class of the problem asks for, the plan."""

from dataclasses import replace
from functools import partial
from typing import Literal

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.engine.arguments import check_arguments, check_backend, check_solver
from sitewright.optimizer.engine.assign import is_free, only_capacity, single_sourced
from sitewright.optimizer.engine.capacitated import Capacitated, SingleSourced
from sitewright.optimizer.engine.cutting import solve_with_cuts
from sitewright.optimizer.engine.finish import make_plan
from sitewright.optimizer.engine.loads import ByLoads
from sitewright.optimizer.engine.presolve import impossible
from sitewright.optimizer.engine.radius import Settings, solve_radius
from sitewright.optimizer.engine.state import State
from sitewright.optimizer.engine.ties import find_ties
from sitewright.optimizer.engine.uncapacitated import Uncapacitated, usable_cost
from sitewright.optimizer.errors import Infeasible, LimitReached
from sitewright.optimizer.objective import OF_RADIUS, with_objective
from sitewright.optimizer.plan import Certificate, Plan, Tie
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.progress import CancelToken, OnProgress
from sitewright.optimizer.rules.base import Rule
from sitewright.optimizer.solver.process import resources


def solve(
    problem: Problem,
    *,
    objective: str = "cost",
    p: int | None = None,
    radius: float | None = None,
    rules: tuple[Rule, ...] | list[Rule] = (),
    time_limit: float | None = None,
    gap: float = 1e-6,
    threads: int = 2,
    seed: int = 0,
    solver: str = "highs",
    ties: bool = True,
    backend: Literal["cpu", "cuda", "dask"] = "cpu",
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
) -> Plan:
    """Choose the sites to open, and prove how good the choice is.

    Parameters
    ----------
    objective
        "cost", "p-median", "p-center", "coverage" or "set-cover", see `sitewright.optimizer.objective`.
    p
        Exactly so many sites open.
    radius
        Of "coverage" and "set-cover", in ms (in the unit of the service cost, without latency data).
    rules
        Rules on top of the problem's own.
    time_limit
        Seconds of wall clock; none if not given.
    gap
        Relative gap at which a plan counts as optimal.
    threads
        For the MIP solver.
    solver
        "highs", "scip" or "cp-sat" (the last only where every customer is single-sourced).
    ties
        Look for plans within the model's error, where the data say what that is.
    backend
        "dask" where the matrices lie on Dask in row blocks (some customers, all sites): larger than memory, in a Zarr
        store, or on a cluster. They stay there; what comes back are the near ends of the rows. "cuda" takes the
        service cost to a card once, where the engine's passes over it run, and finds what "cpu" finds; what is done
        before and after (merging, proofs by counting, ties, the search beyond the near ends) reads it in memory. Both
        for "cost" and "p-median" without capacities or rules over loads.
    on_progress
        Called with a `Progress` from this thread.
    cancel
        Stops the solve from another thread.

    Raises
    ------
    InvalidProblem
        If an argument is wrong.
    Infeasible
        If it is proved that no plan keeps all rules.
    LimitReached
        If a limit or a cancel came before any plan.
    TooLarge
        If the card has not the memory.
    """
    check_arguments(problem, time_limit=time_limit, gap=gap, threads=threads, seed=seed, solver=solver)
    cpu_started, _ = resources()
    problem = with_objective(problem.with_rules(*rules) if rules else problem, objective, p, radius)
    check_solver(problem, solver)
    check_backend(problem, backend, objective, ties=ties)
    state = State(time_limit, gap, cancel or CancelToken(), on_progress, maximise=objective == "coverage")
    state.say()
    reasons = list(impossible(problem))
    if reasons:
        raise Infeasible(reasons, proof="counting")
    settings = Settings(objective, p, radius, seed, threads, solver, backend)
    if not any(rule.lazy for rule in problem.rules):
        return _solve_written(problem, state, settings, cpu_started, ties=ties)
    plan = solve_with_cuts(
        problem,
        state,
        lambda part, its: _solve_written(part, its, settings, cpu_started),
        None if objective in OF_RADIUS else partial(_finish, problem, state, settings, cpu_started),
    )
    return replace(plan, ties=_ties(problem, plan.decision, state)) if ties and objective not in OF_RADIUS else plan


def _solve_written(
    problem: Problem, state: State, settings: Settings, cpu_started: float, *, ties: bool = False
) -> Plan:
    """Solve a problem whose rules are all written down as rows."""
    if settings.objective in OF_RADIUS:
        return solve_radius(problem, state, settings, cpu_started)
    kind = _engine_of(problem)
    more = {"on_card": True} if settings.backend == "cuda" else {}
    run = kind(problem, state, seed=settings.seed, threads=settings.threads, solver=settings.solver, **more)
    run.run()
    if state.decision is None:
        raise LimitReached(state.reason, bound=state.bound)
    stop_reason = state.reason
    found = _ties(problem, state.decision, state) if ties else ()
    return make_plan(
        problem,
        state.decision,
        state,
        run.certificate,
        stop_reason=stop_reason,
        ties=found,
        seed=settings.seed,
        threads=settings.threads,
        solver=settings.solver,
        objective_kind=settings.objective,
        p=settings.p,
        capacity_prices=run.capacity_prices if isinstance(run, Capacitated) else None,
        cpu_started=cpu_started,
        backend=settings.backend,
    )


def _finish(
    problem: Problem, state: State, settings: Settings, cpu_started: float, decision: Decision, certificate: Certificate
) -> Plan:
    """Return the plan of a decision that was found by choices of sites."""
    return make_plan(
        problem,
        decision,
        state,
        certificate,
        stop_reason=state.reason,
        ties=(),
        seed=settings.seed,
        threads=settings.threads,
        solver=settings.solver,
        objective_kind=settings.objective,
        p=settings.p,
        cpu_started=cpu_started,
    )


def _ties(problem: Problem, decision: Decision, state: State) -> tuple[Tie, ...]:
    """Return the plans that the data's own error cannot tell from this one, if the data say what it is."""
    if state.stop() or "model_error_ms" not in problem.data.attrs:
        return ()
    state.enter("ties")
    return find_ties(problem, decision, usable_cost(problem), stop=state.stop)


def _engine_of(problem: Problem) -> type[Uncapacitated] | type[Capacitated] | type[ByLoads]:
    if is_free(problem):
        return Uncapacitated
    if not only_capacity(problem):
        return ByLoads
    return SingleSourced if single_sourced(problem).any() else Capacitated
