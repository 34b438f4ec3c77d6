"""What a decision costs, recomputed from the data in float64, and how it splits."""

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.blocks import pairs
from sitewright.optimizer.decision import Decision
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.schema import COST_COMPONENTS


def site_cost(problem: Problem) -> NDArray[np.float64]:
    """Return the yearly cost of opening each site: fixed cost and its partner's fee per site. Shape (sites,)."""
    partner, cost = problem.partner_of, problem.numbers("fixed_cost").copy()
    with_partner = partner >= 0
    cost[with_partner] += problem.numbers("partner_site_fee")[partner[with_partner]]
    return cost


def partners_used(problem: Problem, is_open: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the indices of the partners that have an open site."""
    used = np.unique(problem.partner_of[is_open])
    return used[used >= 0]


def cost_split(problem: Problem, decision: Decision) -> dict[str, float]:
    """Return the yearly cost in EUR by kind: fixed, partner, then energy, network and penalty, or service in one.

    The service cost splits only where the data hold the components it was made from.
    """
    is_open = decision.open
    fixed = problem.numbers("fixed_cost")[is_open].sum()
    partner = site_cost(problem)[is_open].sum() - fixed
    partner += problem.numbers("partner_fee")[partners_used(problem, is_open)].sum()
    split = {"fixed": float(fixed), "partner": float(partner)}
    i, j, share = decision.customer, decision.site, decision.share
    if not all(problem.has(name) for name in ("latency", *COST_COMPONENTS)):
        return split | {"service": float(share @ pairs(problem.data["service_cost"], i, j).astype(np.float64))}
    mw = problem.numbers("demand")[i] * share
    ms = pairs(problem.data["latency"], i, j).astype(np.float64)
    late = np.maximum(0.0, ms - problem.numbers("penalty_free")[i])
    return split | {
        "energy": float(mw @ problem.numbers("energy_price")[j]),
        "network": float(mw @ (problem.numbers("network_price")[j] + float(problem.data["haul_price"]) * ms)),
        "penalty": float(mw @ (problem.numbers("penalty_rate")[i] * late)),
    }
