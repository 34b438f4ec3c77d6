r"""The cheapest set of sites at given site costs, bounded from below under the site rules that sorting can handle.

.. math:: \min_{y \in Y} \sum_j r_j y_j + \sum_p fee_p \, use_p

Kept of Y are the rules of `sitewright.optimizer.verify.kept_rules`, and that the open sites hold the whole demand. That
and the partner fees enter by prices of their own, so that what is left is sorting:

- the fee of a partner is shared out over its sites by weights :math:`w_j \ge 0` of which no permitted set of its sites
  gathers more than :math:`fee_p`; then :math:`\sum_j w_j y_j \le fee_p use_p`;
- :math:`\pi (D - \sum_j \min(q_j, D) y_j) \le 0` for any plan and any :math:`\pi \ge 0`.

Weights and prices are looked for in floating point; any of them gives a valid bound, and the best is kept.
"""

from dataclasses import dataclass
from math import fsum

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.verify.facts import SLACK, Facts
from sitewright.optimizer.verify.kept_rules import Kept, kept_rules

# Half an ulp of 1, with a margin for the rounding of the error sums themselves.
HALF_ULP = 2.0**-53 * 1.01


@dataclass(frozen=True, eq=False)
class Sites:
    """Cost of opening each site and how far its rounding may be off, EUR/yr. Shapes (sites,)."""

    cost: NDArray[np.float64]
    error: NDArray[np.float64]


def cheapest_choice(facts: Facts, sites: Sites, offset: float, error: float) -> float:
    """Return a lower bound on `offset` plus the cost of any set of sites that keeps the site rules.

    `error` is how far `offset` may be off.
    """
    rules = kept_rules(facts)
    best = choice_value(sites, rules, np.zeros_like(sites.cost), 0.0, offset, error)
    demand = fsum(facts.demand.tolist())
    hold = np.minimum(facts.values("capacity", "site", np.inf), demand)
    if not demand > 0 or np.all(hold >= demand):
        return best
    # A capacity counts as kept within SLACK, so no more than this is sure to be held.
    asked = demand * (1 - SLACK)
    # L is concave in pi: where the chosen sites hold too little, a higher price is better. Doubling, then halving.
    low, high = 0.0, None
    price = max(float(np.max(np.abs(sites.cost) / np.maximum(hold, 1e-9 * demand))), 1e-9) / 64
    for _ in range(48):
        value, held = _priced(sites, rules, price, hold, asked, offset, error)
        best = max(best, value)
        if held < asked:
            low = price
        else:
            high = price
        if high is None:
            price *= 4
        elif high - low <= 1e-9 * high:
            break
        else:
            price = (low + high) / 2
    return best


def _priced(
    sites: Sites, rules: Kept, price: float, hold: NDArray[np.float64], demand: float, offset: float, error: float
) -> tuple[float, float]:
    """Return the bound at a price of a MW that is held, and the MW that the chosen sites hold."""
    credit = price * hold
    owed = price * demand
    total = fsum([offset, owed])
    off = error + HALF_ULP * (owed + abs(total))
    value = choice_value(sites, rules, credit, HALF_ULP * float(credit.sum()), total, off)
    taken = choose(with_fees(sites.cost - credit, rules), rules)
    return value, float(hold[taken].sum())


def choice_value(
    sites: Sites, rules: Kept, credit: NDArray[np.float64], credit_error: float, offset: float, error: float
) -> float:
    """Return offset + the least cost, less what all roundings together may be off."""
    before = sites.cost - credit
    cost = with_fees(before, rules)
    chosen = cost[choose(cost, rules)].tolist()
    total = fsum([offset, *chosen])
    off = [error, credit_error, HALF_ULP * abs(total), *sites.error.tolist()]
    off += (HALF_ULP * np.abs(before)).tolist() + (HALF_ULP * np.abs(cost)).tolist()
    return float(np.nextafter(total - 1.01 * fsum(off), -np.inf))


def with_fees(cost: NDArray[np.float64], rules: Kept) -> NDArray[np.float64]:
    """Return the costs with each partner's fee shared out over its sites, in proportion to what they gain."""
    cost = cost.copy()
    for fee, offered, its in rules.fees:
        must = rules.forced[its]
        if must.any():
            weight, gathered = must.astype(np.float64), float(must.sum())  # used in any case: the fee is due
        else:
            weight = np.where(rules.group[its] >= 0, np.maximum(0.0, -cost[its]), 0.0)
            gathered = _most_gathered(weight, rules.group[its], offered)
        if gathered > 0:
            # A hair less than the fee, so that rounding cannot make the weights exceed it.
            cost[its] += fee * (1 - 1e-12) * (weight / gathered)
    return cost


def _most_gathered(weight: NDArray[np.float64], group: NDArray[np.int64], offered: float) -> float:
    """Return the largest sum of weights with one site a group and at most `offered` sites."""
    best: dict[int, float] = {}
    for g, w in zip(group.tolist(), weight.tolist(), strict=True):
        best[g] = max(best.get(g, 0.0), w)
    ranked = sorted(best.values(), reverse=True)
    return fsum(ranked[: int(min(offered, len(ranked)))])


def choose(cost: NDArray[np.float64], rules: Kept) -> NDArray[np.int64]:
    """Return the sites of the cheapest choice: those forced, and the best of each group as the count allows."""
    forced = np.flatnonzero(rules.forced)
    free = np.flatnonzero(~rules.forced & (rules.group >= 0))
    order = free[np.lexsort((cost[free], rules.group[free]))]
    first = np.ones(len(order), dtype=bool)
    first[1:] = rules.group[order][1:] != rules.group[order][:-1]
    best = order[first]
    best = best[np.argsort(cost[best], kind="stable")]
    wanted = int((cost[best] < 0).sum())
    wanted = max(wanted, rules.at_least - len(forced))
    wanted = max(0, min(wanted, rules.at_most - len(forced), len(best)))
    return np.concatenate([forced, best[:wanted]])
