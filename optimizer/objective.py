"""Objectives: what a plan is measured by, and the problem that each of them means."""

import numpy as np

from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import Budget, SiteCount
from sitewright.optimizer.schema import COST_COMPONENTS

# Those of a radius leave costs alone: `sitewright.optimizer.engine.radius` solves them.
OF_RADIUS = ("p-center", "coverage", "set-cover")
OBJECTIVES = ("cost", "p-median", *OF_RADIUS)


def with_objective(problem: Problem, objective: str, p: int | None, radius: float | None = None) -> Problem:
    """Return the problem that the objective means; for the first two, one of least cost.

    Distances are latencies in ms or, where the data hold none, service costs.

    cost
        As the data say; `p`, if given, asks for exactly p open sites.
    p-median
        Least demand-weighted latency (or service cost, without latency data) with exactly p sites open; opening and
        partners cost nothing (Hakimi, Operations Research 12, 1964).
    p-center
        Least worst distance of any customer from its site, with p sites open or under a rule that limits them
        (Hakimi 1964).
    coverage
        Most demand within `radius` of its site, MW, with p sites open or under a rule that limits them
        (Church, ReVelle, Papers of the Regional Science Association 32, 1974). Everyone is served, the rest from
        farther away.
    set-cover
        Fewest open sites with everyone within `radius` (Toregas and others, Operations Research 19, 1971).

    Raises
    ------
    InvalidProblem
        If the objective is unknown; p is missing, below 1 or above the number of sites; or the radius is missing, not a
        positive number, or given where it means nothing.
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
    limited = counted or any(isinstance(rule, Budget) for rule in problem.rules)
    if objective in ("p-center", "coverage") and p is None and not limited:
        fix = "say how many sites to open, or add a rule on their number or cost"
        flaws.append(Flaw("argument 'p'", f"be given for {objective}", "nothing", fix))
    if objective in ("coverage", "set-cover"):
        if radius is None or not 0 < radius < np.inf:
            fix = "give the radius in ms (in the unit of service_cost, without latency data)"
            flaws.append(Flaw("argument 'radius'", f"be a positive number for {objective}", repr(radius), fix))
    elif radius is not None:
        fix = "leave it out, or use objective 'coverage' or 'set-cover'"
        flaws.append(Flaw("argument 'radius'", f"not be given for {objective!r}", repr(radius), fix))
    if flaws:
        raise InvalidProblem(flaws)
    if p is not None:
        problem = problem.with_rules(SiteCount(at_least=int(p), at_most=int(p)))
    if objective == "cost" or objective in OF_RADIUS:
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
