"""Objectives: what a plan minimises. Each turns a problem into one of least cost."""

import numpy as np

from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import SiteCount
from sitewright.optimizer.schema import COST_COMPONENTS

OBJECTIVES = ("cost", "p-median")


def with_objective(problem: Problem, objective: str, p: int | None) -> Problem:
    """Return the problem of least cost that the objective means.

    cost
        As the data say; `p`, if given, asks for exactly p open sites.
    p-median
        Least demand-weighted latency (or service cost, without latency data) with exactly p sites open; opening and
        partners cost nothing (Hakimi, Operations Research 12, 1964).

    Raises
    ------
    InvalidProblem
        If the objective is unknown, or p is missing, below 1 or above the number of sites.
    """
    flaws = []
    if objective not in OBJECTIVES:
        fix = f"use one of {', '.join(OBJECTIVES)}"
        flaws.append(Flaw("argument 'objective'", f"be one of {', '.join(OBJECTIVES)}", repr(objective), fix))
    whole = isinstance(p, int | np.integer) and not isinstance(p, bool)
    if p is not None and not (whole and 1 <= p <= problem.n_sites):
        fix = f"choose a whole number from 1 to {problem.n_sites}"
        flaws.append(Flaw("argument 'p'", f"lie between 1 and the {problem.n_sites} sites there are", repr(p), fix))
    counted = any(isinstance(rule, SiteCount) for rule in problem.rules)
    if objective == "p-median" and p is None and not counted:
        flaws.append(Flaw("argument 'p'", "be given for a p-median", "nothing", "say how many sites to open"))
    if flaws:
        raise InvalidProblem(flaws)
    if p is not None:
        problem = problem.with_rules(SiteCount(at_least=int(p), at_most=int(p)))
    if objective == "cost":
        return problem
    data = problem.data.drop_vars([c for c in COST_COMPONENTS if c in problem.data])
    if "latency" in data:
        weighted = data["demand"] * data["latency"]
        data["service_cost"] = weighted.where(np.isfinite(problem.data["service_cost"]), np.inf)
    for name in ("fixed_cost", "partner_fee", "partner_site_fee"):
        if name in data:
            data[name] = data[name] * 0.0
    data = data.assign({n: data[n].assign_attrs(units="EUR/yr") for n in ("service_cost", "fixed_cost")})
    return Problem(data, problem.rules, problem.name)
