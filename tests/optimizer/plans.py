"""Plans made by hand from a decision, without the engine."""

from dataclasses import dataclass
from math import fsum

import numpy as np

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.fingerprint import input_hash
from sitewright.optimizer.plan import Certificate, Plan, Status


@dataclass
class Only:
    """As much of a plan as the rules look at."""

    decision: Decision


def decide(problem, open_sites, served):
    """Return a decision from labels: `served` maps a customer to its site, or to shares by site."""
    sites, customers = problem.sites.tolist(), problem.customers.tolist()
    links = []
    for customer, where in served.items():
        for site, share in (where if isinstance(where, dict) else {where: 1.0}).items():
            links.append((customers.index(customer), sites.index(site), float(share)))
    i, j, share = (np.array(x) for x in zip(*sorted(links), strict=True))
    return Decision(np.isin(problem.sites, open_sites), i, j, share)


def plan_of(problem, decision, *, split, latency, multipliers, root_bound, bound, gap_asked=1e-6):
    """Return the plan that an honest engine would have written down."""
    objective = fsum(split.values())
    gap = (objective - bound) / objective
    opened = problem.sites[decision.open].tolist()
    partners = (
        set(problem.data["site_partner"].values[decision.open].tolist()) - {""} if "partner" in problem.data else ()
    )
    return Plan(
        status=Status.OPTIMAL if gap <= gap_asked else Status.FEASIBLE,
        problem_name=problem.name,
        open_sites=tuple(opened),
        partners=tuple(sorted(partners)),
        decision=decision,
        objective=objective,
        bound=bound,
        gap=gap,
        gap_asked=gap_asked,
        cost_split=split,
        latency=latency,
        certificate=Certificate(np.asarray(multipliers, dtype=float), root_bound, bound, "highs"),
        stop_reason="proved" if gap <= gap_asked else "time limit",
        timings={},
        versions={},
        input_hash=input_hash(problem),
        seed=0,
        threads=1,
        backend="cpu",
        solver="highs",
        customers=problem.customers,
        sites=problem.sites,
        demand=problem.data["demand"].values.astype(float),
    )
