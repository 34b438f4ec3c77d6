"""Scenarios: what demand and latency may turn out to be, and how likely."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import MinimumUse
from sitewright.optimizer.schema import COST_COMPONENTS

# Standard deviation of ln(measured / modelled latency) of the bundled fibre model on pairs that it had not seen.
LATENCY_LN_SD = 0.23


@dataclass(frozen=True, eq=False)
class Scenario:
    """One way in which the world may turn out.

    Attributes
    ----------
    demand
        What each customer's demand is multiplied by: one number, or shape (customers,).
    latency
        What each round trip is multiplied by: one number, or shape (customers, sites).
    """

    name: str
    probability: float
    demand: ArrayLike = 1.0
    latency: ArrayLike = 1.0

    def of(self, problem: Problem) -> Problem:
        """Return the problem as it is in this scenario. Service costs follow demand and latency."""
        data = problem.data.copy()
        shape = (problem.n_customers, problem.n_sites)
        grown = np.broadcast_to(np.asarray(self.demand, dtype=np.float64), shape[:1])
        slower = np.broadcast_to(np.asarray(self.latency, dtype=np.float64), shape)
        for name in ("demand", "attack_traffic"):
            if name in data:
                data[name] = data[name].copy(data=data[name].values * grown)
        cost = data["service_cost"].values
        made = all(name in data for name in ("latency", *COST_COMPONENTS))
        if not made:
            if np.any(slower != 1.0) and "latency" in data:
                fix = "give the components of the service cost, or scenarios of demand alone"
                must = f"come with {', '.join(COST_COMPONENTS)}, which say what a ms costs"
                raise InvalidProblem([Flaw("argument 'scenarios', latency", must, "service_cost alone", fix)])
            data["service_cost"] = data["service_cost"].copy(data=_times(cost, grown[:, None]))
            return replace(problem, data=data, name=f"{problem.name}, {self.name}")
        data["latency"] = data["latency"].copy(data=data["latency"].values * slower)
        new = Problem(data.drop_vars("service_cost"), name=problem.name).data["service_cost"]
        data["service_cost"] = new.copy(data=np.where(np.isinf(cost), np.inf, new.values))
        return replace(problem, data=data, name=f"{problem.name}, {self.name}")


def demand_scenarios(
    problem: Problem,
    factors: Mapping[str, float | Mapping[str, float]],
    *,
    probabilities: Sequence[float] | None = None,
) -> tuple[Scenario, ...]:
    """Return a scenario for each name: a factor on all demand, or one for each segment (1 for those not named).

    Equally likely if no `probabilities` are given.
    """
    segment = problem.text("segment")
    made = []
    for k, (name, factor) in enumerate(factors.items()):
        chance = 1.0 / len(factors) if probabilities is None else float(probabilities[k])
        by_segment = factor if isinstance(factor, Mapping) else {str(s): factor for s in np.unique(segment)}
        made.append(Scenario(name, chance, np.array([by_segment.get(str(s), 1.0) for s in segment])))
    return tuple(made)


def latency_scenarios(problem: Problem, n: int, *, seed: int = 0, ln_sd: float = LATENCY_LN_SD) -> tuple[Scenario, ...]:
    """Return `n` equally likely draws of the latency model's own error, lognormal with median 1.

    All options of one metro share their draw: it is the way between two places that is not known.
    """
    rng = np.random.default_rng(seed)
    metro = problem.text("metro")
    _, place = np.unique(np.where(metro == "", problem.sites, metro), return_inverse=True)
    draws = [np.exp(ln_sd * rng.standard_normal((problem.n_customers, int(place.max()) + 1))) for _ in range(n)]
    return tuple(Scenario(f"latency {k}", 1.0 / n, latency=draw[:, place]) for k, draw in enumerate(draws))


def crossed(first: Sequence[Scenario], second: Sequence[Scenario]) -> tuple[Scenario, ...]:
    """Return every pair of scenarios of two kinds that do not depend on each other."""
    made = []
    for a in first:
        for b in second:
            both: list[NDArray[np.float64]] = [
                np.asarray(x, dtype=float) * np.asarray(y, dtype=float)
                for x, y in ((a.demand, b.demand), (a.latency, b.latency))
            ]
            made.append(Scenario(f"{a.name}, {b.name}", a.probability * b.probability, *both))
    return tuple(made)


def check_scenarios(scenarios: Sequence[Scenario]) -> None:
    """Raise InvalidProblem unless there are scenarios, with names of their own, whose probabilities add up to 1."""
    flaws = []
    total = sum(s.probability for s in scenarios)
    if any(not s.probability > 0 for s in scenarios) or abs(total - 1.0) > 1e-9:
        fix = "give each scenario a positive probability"
        flaws.append(Flaw("argument 'scenarios'", "have probabilities that add up to 1", f"{total:g}", fix))
    if len({s.name for s in scenarios}) < len(scenarios):
        names = ", ".join(s.name for s in scenarios)
        flaws.append(Flaw("argument 'scenarios'", "have names of their own", names, "rename some"))
    for s in scenarios:
        for what, factor in (("demand", s.demand), ("latency", s.latency)):
            values = np.asarray(factor, dtype=np.float64)
            if not np.all((values >= 0) & np.isfinite(values)):
                fix = "give factors: 1.3 for 30 % more"
                flaws.append(Flaw(f"scenario {s.name!r}, {what}", "be factors of 0 or more", str(factor)[:60], fix))
    if flaws:
        raise InvalidProblem(flaws)


def stacked(parts: Sequence[Problem], labels: Sequence[str], weights: Sequence[float]) -> xr.Dataset:
    """Return the data of scenario x customer rows: customers ``scenario/customer``, service costs times the weights.

    Capacities and commitments count once for each scenario: `ScenarioLoads` keeps them within each.
    """
    made, n = [], len(parts)
    for part, label, weight in zip(parts, labels, weights, strict=True):
        data = part.data.drop_vars([name for name in COST_COMPONENTS if name in part.data])
        data["service_cost"] = data["service_cost"].copy(data=_times(data["service_cost"].values, weight))
        made.append(data.assign_coords(customer=[f"{label}/{i}" for i in part.customers]))
    one = xr.concat(made, "customer", data_vars="minimal", coords="minimal", compat="override", join="override")
    for name in ("capacity", "scrubbing", "partner_commitment"):
        if name in one:
            one[name] = one[name].copy(data=one[name].values * n)
    return one


def _times(cost: NDArray[np.floating[Any]], factor: ArrayLike) -> NDArray[np.float64]:
    """Return the costs times a factor, which may be 0; a forbidden pair stays forbidden."""
    made = np.full(cost.shape, np.inf)
    np.multiply(cost, factor, out=made, where=np.isfinite(cost))
    return made


def check_minimum_use(problem: Problem) -> None:
    """Refuse a rule on the least load of a site: whether it holds as demand changes is not yet asked here.

    Raises
    ------
    InvalidProblem
        If the problem has such a rule.
    """
    if any(isinstance(rule, MinimumUse) for rule in problem.rules):
        fix = "leave the rule out, and solve the scenario or period that it matters in"
        raise InvalidProblem([Flaw("argument 'problem'", "have no rule minimum_use", "one", fix)])
