"""The objectives of a radius: their value, and what their certificate proves, from the raw data."""

from collections.abc import Iterator
from math import fsum
from typing import TYPE_CHECKING

import numpy as np

from sitewright.optimizer.errors import InvalidProblem
from sitewright.optimizer.verify.cover_bound import fewest_sites, most_covered, none_within
from sitewright.optimizer.verify.facts import SLACK, Facts, not_longer
from sitewright.optimizer.verify.report import Finding

if TYPE_CHECKING:
    from sitewright.optimizer.plan import Plan
    from sitewright.optimizer.problem import Problem

OF_RADIUS = ("p-center", "coverage", "set-cover")


def recompute_radius(facts: Facts, plan: "Plan") -> float:
    """Return the worst distance over which anyone is served, the MW within the radius, or the number of open sites."""
    if plan.objective_kind == "set-cover":
        return float(np.count_nonzero(facts.open))
    distance = _distances(facts)
    if plan.objective_kind == "p-center":
        return float(distance[facts.share > 0].astype(np.float64).max(initial=0.0))
    near = not_longer(distance, _radius(plan))
    return fsum(facts.mw[near].tolist())


def beyond_radius(facts: Facts, plan: "Plan") -> Iterator[str]:
    """Yield who is served over more than the radius of a set cover, or over no way at all."""
    distance = _distances(facts)
    near = not_longer(distance, _radius(plan)) if plan.objective_kind == "set-cover" else np.isfinite(distance)
    for k in np.flatnonzero(~near & (facts.share > 0)):
        yield f"{facts.customers[facts.i[k]]} is {distance[k]:.10g} from {facts.sites[facts.j[k]]}"


def check_radius_certificate(problem: "Problem", plan: "Plan", objective: float) -> tuple[float, list[Finding]]:
    """Return the bound that the weights prove, and what is wrong with the claims.

    Without weights that prove anything: -inf, of coverage +inf. `objective` is what the checker found for the plan.
    """
    certificate = plan.certificate
    nothing = np.inf if plan.objective_kind == "coverage" else -np.inf
    try:
        if plan.objective_kind == "coverage":
            proved = most_covered(problem, certificate.multipliers, _radius(plan))
        elif plan.objective_kind == "set-cover":
            proved = fewest_sites(problem, certificate.multipliers, _radius(plan))
        else:
            # The weights prove one radius or nothing: the one that is claimed.
            stands = none_within(problem, certificate.multipliers, certificate.root_bound)
            proved = certificate.root_bound if stands else nothing
    except InvalidProblem as error:
        return nothing, [Finding("certificate", str(error))]
    return proved, [Finding("certificate", sentence) for sentence in _wrong(plan, proved, objective)]


def _wrong(plan: "Plan", proved: float, objective: float) -> Iterator[str]:
    claimed = plan.certificate
    # With the sign of coverage turned, all bounds are lower ones.
    sign = -1.0 if plan.objective_kind == "coverage" else 1.0
    known, root, value = sign * proved, sign * claimed.root_bound, sign * objective
    if not root <= known + _slack(known):
        yield f"claims a bound of {claimed.root_bound:.10g}, the weights prove {proved:.10g}"
    top = value + 2 * SLACK * max(1.0, abs(value))
    if known > top:
        yield f"proves {proved:.10g}, better than the plan's own {objective:.10g} can be"
    if not sign * plan.bound <= top:
        yield f"the plan claims a bound of {plan.bound:.10g}, its own objective is {objective:.10g}"
    word = sign * claimed.solver_bound
    if word > top:
        yield f"the solver's bound {claimed.solver_bound:.10g} is better than the plan's own {objective:.10g} can be"
    if word != -np.inf and not claimed.solver:
        yield f"a bound of {claimed.solver_bound:.10g} is claimed on the word of a solver that is not named"
    vouched = max(known, root, word)
    if not sign * plan.bound <= vouched + _slack(vouched):
        yield f"the plan claims a bound of {plan.bound:.10g}, its certificate vouches for {sign * vouched:.10g}"


def _slack(value: float) -> float:
    return 1e-7 * max(1.0, abs(value)) if np.isfinite(value) else 0.0


def _distances(facts: Facts) -> "np.ndarray[tuple[int], np.dtype[np.floating]]":
    """Return how far each link is, in the precision of the data."""
    values = facts.data["latency"].values if "latency" in facts.data else facts.data["service_cost"].values
    found: np.ndarray[tuple[int], np.dtype[np.floating]] = np.asarray(values)[facts.i, facts.j]
    return found


def _radius(plan: "Plan") -> float:
    return float("nan") if plan.radius is None else plan.radius
