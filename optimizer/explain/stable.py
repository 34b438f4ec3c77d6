r"""Up to what change of its fixed cost, fee or energy price the plan's sites stay the best choice, by the regrets.

A rise :math:`\delta` of the fixed cost of an open site raises the cost of all plans that open it alike, so the plan
stays optimal up to its regret of forcing the site out; a fall for a closed one, up to its regret of forcing it in. A
budget counts fixed costs, too: a rise may not exceed what is left of it, and a fall may let in plans that exceeded it.
Such a plan costs more than the budget :math:`B` plus the cheapest service of everyone, so up to a fall of
:math:`B + \sum_i \min_j c_{ij} - cost(plan)` it is no cheaper.

An energy price acts by the MW that are served from the site, which may change with it, so its range has two ends. Any
other choice of sites differs from the plan's in some site, so it costs more by the least regret :math:`\rho` of all at
least. With load :math:`l_j` in the plan, :math:`q_j` the most that the site can serve and :math:`m_j` the least that is
left to it when the plan's other sites are full, the plan stays optimal up to a rise of :math:`\rho / l_j` and a fall of
:math:`\rho / (q_j - l_j)`, and no more from a rise of :math:`regret_j / m_j` on; one without site j up to a fall of
:math:`regret_j / q_j`, and no more from :math:`regret_j / l'_j` on, with :math:`l'_j` its load in the plan then.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sitewright.optimizer.explain.ease import spending
from sitewright.optimizer.explain.regret import Regret
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import Budget


@dataclass(frozen=True)
class Stable:
    """A number of the data, and how far it may change before another choice of sites is as cheap.

    Attributes
    ----------
    variable, name
        "fixed_cost" or "energy_price" of a site or "partner_fee" of a partner, and which.
    value
        As it is, EUR/yr; of an energy price EUR/MW/yr.
    sign
        +1 for a rise, -1 for a fall; in a direction that is not listed the plan stays optimal without limit.
    low, high
        The plan stays optimal up to a change of `low`, proved; from `high` on it does not. inf where no change matters.
    """

    variable: str
    name: str
    value: float
    sign: int
    low: float
    high: float


def stable(problem: Problem, plan: Plan, regret: Regret) -> Stable:
    """Return how far the fixed cost of a site, or the fee of a partner, may change."""
    of_site = regret.kind == "site"
    names = problem.sites if of_site else problem.partners
    variable = "fixed_cost" if of_site else "partner_fee"
    value = float(problem.numbers(variable)[names.tolist().index(regret.name)])
    low, high = regret.low, regret.high
    budgets = [rule.at_most for rule in problem.rules if isinstance(rule, Budget)]
    if budgets and regret.used:
        left = max(0.0, min(budgets) - spending(problem, plan.decision))
        low, high = min(low, left), min(high, left)
    elif budgets:
        service = float(np.where(problem.allowed, problem.data["service_cost"].values, np.inf).min(axis=1).sum())
        low = min(low, max(0.0, min(budgets) + service - plan.objective))
    if not regret.used:
        low, high = _below(value, low), _below(value, high)
    return Stable(variable, regret.name, value, 1 if regret.used else -1, float(low), float(high))


def stable_energy(problem: Problem, plan: Plan, regrets: Sequence[Regret]) -> Iterator[Stable]:
    """Yield how far the energy price of each site may change; nothing where the data have no energy prices."""
    if not problem.has("energy_price"):
        return
    demand, price = problem.numbers("demand"), problem.numbers("energy_price")
    most = np.minimum(problem.numbers("capacity", np.inf), demand.sum())
    load, at = plan.decision.load(demand), {str(site): j for j, site in enumerate(problem.sites)}
    least = min((r.low for r in regrets if r.kind == "site"), default=np.inf)
    for regret in regrets:
        if regret.kind != "site":
            continue
        j = at[regret.name]
        value = float(price[j])
        if not regret.used:
            low, high = _by_load(regret.low, most[j]), _by_load(regret.high, regret.load)
            yield Stable("energy_price", regret.name, value, -1, _below(value, low), _below(value, high))
            continue
        left = demand.sum() - most[plan.decision.open].sum() + most[j]
        yield Stable("energy_price", regret.name, value, 1, _by_load(least, load[j]), _by_load(regret.high, left))
        fall = _below(value, _by_load(least, most[j] - load[j]))
        yield Stable("energy_price", regret.name, value, -1, fall, np.inf)


def _by_load(cost: float, mw: float) -> float:
    """Return the change of price that makes up the cost at a load, inf where there is none to speak of."""
    return float(cost / mw) if mw > 1e-9 else np.inf


def _below(value: float, fall: float) -> float:
    """Return the fall, inf where it is more than the value: prices are not negative."""
    return np.inf if fall > value else float(fall)
