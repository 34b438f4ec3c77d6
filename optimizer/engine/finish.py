"""The plan made from what a solve knows at its end."""

import platform
from collections.abc import Mapping
from importlib.metadata import version

import numpy as np

from sitewright.optimizer.blocks import pairs
from sitewright.optimizer.cost import cost_split, partners_used
from sitewright.optimizer.decision import Decision
from sitewright.optimizer.engine.state import State
from sitewright.optimizer.fingerprint import input_hash
from sitewright.optimizer.plan import Certificate, Plan, Status, Tie
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.progress import relative_gap
from sitewright.optimizer.solver.process import resources


def make_plan(
    problem: Problem,
    decision: Decision,
    state: State,
    certificate: Certificate,
    *,
    objective: float | None = None,
    stop_reason: str,
    ties: tuple[Tie, ...],
    seed: int,
    threads: int,
    solver: str,
    objective_kind: str,
    p: int | None,
    radius: float | None = None,
    capacity_prices: Mapping[str, float] | None = None,
    cpu_started: float,
    backend: str = "cpu",
) -> Plan:
    """Return the plan. `objective` is its cost if not given."""
    split = cost_split(problem, decision)
    if objective is None:
        objective = sum(split.values())
    cpu, peak = resources()
    # Rounding may leave the bound an ulp above the cost of the plan that proves it.
    bound = max(-state.bound, objective) if state.maximise else min(state.bound, objective)
    gap = relative_gap(objective, bound, maximise=state.maximise)
    state.enter("done")
    return Plan(
        status=Status.OPTIMAL if gap <= state.gap else Status.FEASIBLE,
        problem_name=problem.name,
        open_sites=tuple(problem.sites[decision.open].tolist()),
        partners=tuple(problem.partners[partners_used(problem, decision.open)].tolist()),
        decision=decision,
        objective=objective,
        bound=bound,
        gap=gap,
        gap_asked=state.gap,
        cost_split=split,
        latency=latency_by_segment(problem, decision),
        certificate=certificate,
        stop_reason=stop_reason,
        timings=dict(state.timings) | {"wall": state.elapsed, "cpu": cpu - cpu_started},
        versions={"python": platform.python_version()}
        | {name: version(name) for name in ("sitewright", "numpy", "numba", "ortools", "xarray")},
        input_hash=input_hash(problem),
        seed=seed,
        threads=threads,
        backend=backend,
        solver=solver,
        customers=problem.customers,
        sites=problem.sites,
        demand=problem.numbers("demand"),
        ties=ties,
        objective_kind=objective_kind,
        p=p,
        radius=radius,
        peak_mib=peak,
        capacity_prices=dict(capacity_prices or {}),
    )


def latency_by_segment(problem: Problem, decision: Decision) -> dict[str, dict[str, float]]:
    """Return the demand-weighted mean, p50, p95 and the worst round trip in ms, for all and for each segment."""
    if not problem.has("latency"):
        return {}
    ms = pairs(problem.data["latency"], decision.customer, decision.site).astype(np.float64)
    mw = problem.numbers("demand")[decision.customer] * decision.share
    segment = problem.text("segment")[decision.customer]
    groups = {"all": np.ones(len(ms), dtype=bool)}
    groups |= {str(s): segment == s for s in np.unique(segment) if s}
    out = {}
    for name, who in groups.items():
        who = who & (mw > 0)  # nobody waits where nothing is asked for, and 0 x inf is no number
        order = np.argsort(ms[who], kind="stable")
        x, w = ms[who][order], mw[who][order]
        total = w.sum()
        if total > 0:
            below = np.cumsum(w) / total
            at = [min(int(np.searchsorted(below, q - 1e-12)), len(x) - 1) for q in (0.5, 0.95)]
            worst = float(x.max())
            out[name] = {"mean": float(w @ x / total), "p50": float(x[at[0]]), "p95": float(x[at[1]]), "worst": worst}
    return out
