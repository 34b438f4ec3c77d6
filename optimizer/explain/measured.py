"""A problem in which a plan costs what a rule limits: its bound says what the limit would have to be at least."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import LatencyShare, MeanLatency, MeanOfSites
from sitewright.optimizer.rules.mean_of_sites import site_values
from sitewright.optimizer.schema import COST_COMPONENTS

if TYPE_CHECKING:
    from sitewright.optimizer.explain.oracle import Means


def measured(
    problem: Problem,
    *,
    sites: NDArray[np.float64] | None = None,
    partners: NDArray[np.float64] | None = None,
    pairs: NDArray[np.float64] | None = None,
) -> Problem:
    """Return the problem with other costs; what is not given costs nothing.

    Parameters
    ----------
    sites, partners, pairs
        Cost of an open site, of a used partner, of serving a customer from a site. Not negative.
        Shapes (sites,), (partners,), (customers, sites). Pairs that the problem forbids stay forbidden.
    """
    data = problem.data.drop_vars([c for c in COST_COMPONENTS if c in problem.data])
    forbidden = ~np.isfinite(data["service_cost"].values)
    serve = np.zeros(forbidden.shape) if pairs is None else pairs
    data = data.assign(
        service_cost=(("customer", "site"), np.where(forbidden, np.inf, serve)),
        fixed_cost=("site", np.zeros(problem.n_sites) if sites is None else sites),
    )
    if problem.n_partners:
        fee = np.zeros(problem.n_partners) if partners is None else partners
        data = data.assign(partner_fee=("partner", fee), partner_site_fee=("partner", np.zeros(problem.n_partners)))
    return Problem(data, problem.rules, problem.name)


def least_latency(problem: Problem, rule: MeanLatency, means: "Means") -> float:
    """Return a lower bound on the mean that the rule limits, in ms. Raises as `sitewright.solve` does."""
    weight = _weight(problem, rule)
    ms = problem.numbers("latency")
    with np.errstate(invalid="ignore"):
        pairs = np.where(weight[:, None] > 0, weight[:, None] * ms, 0.0)
    return _bound(measured(problem, pairs=pairs), means)


def least_mean(problem: Problem, rule: MeanOfSites, means: "Means") -> float:
    """Return a lower bound on the mean that the rule limits, in its unit."""
    weight, each = _weight(problem, rule)[:, None], site_values(problem, rule.of)[None, :]
    pairs = np.where(weight > 0, np.where(np.isnan(each), np.inf, weight * each), 0.0)
    return _bound(measured(problem, pairs=pairs), means)


def least_missing(problem: Problem, rule: LatencyShare, means: "Means") -> float:
    """Return a lower bound on the share that is not within the rule's round trip."""
    far = problem.data["latency"].values > rule.within_ms
    return _bound(measured(problem, pairs=_weight(problem, rule)[:, None] * far), means)


def beyond(free: Problem, rule: MeanLatency | LatencyShare | MeanOfSites, means: "Means") -> bool:
    """Return whether it is proved that no plan of `free`, the problem without the rule, keeps the rule."""
    if isinstance(rule, MeanLatency):
        return least_latency(free, rule, means) > rule.at_most_ms * (1 + 1e-5)
    if isinstance(rule, MeanOfSites):
        return least_mean(free, rule, means) > rule.at_most * (1 + 1e-5)
    return least_missing(free, rule, means) > 1 - rule.at_least + 1e-5


# Costs of a few units would be lost in tolerances that are made for money.
SCALE = 1e6


def _bound(problem: Problem, means: "Means") -> float:
    data = problem.data.assign(service_cost=problem.data["service_cost"] * SCALE)
    return means.solve(Problem(data, problem.rules, problem.name)).bound / SCALE


def _weight(problem: Problem, rule: MeanLatency | LatencyShare | MeanOfSites) -> NDArray[np.float64]:
    weight = np.where(rule.customers.mask(problem), problem.numbers("demand"), 0.0)
    total = weight.sum()
    return weight / total if total > 0 else weight
