r"""What weights of customers prove of a radius objective, recomputed from the raw data; no solver is believed.

For weights :math:`w_i \ge 0`, let :math:`a_j = \sum_{i \in I_j} w_i` be what site j covers of them: :math:`I_j` are the
customers that may use it and lie within the radius. Minima over Y are those of
`sitewright.optimizer.verify.site_choice`.

set cover
    Each customer is covered, so :math:`\sum_j a_j y_j \ge \sum_i w_i`, and the number of open sites is at least
    :math:`\sum_i w_i + \min_{y \in Y} \sum_j (1 - a_j) y_j`; being whole, at least that rounded up.
p-center
    With :math:`I_j` the customers STRICTLY within a radius R: if :math:`\sum_i w_i + \min_{y \in Y} \sum_j (-a_j) y_j`
    is above 0, the sites that the rules allow cannot cover all, and no plan has a worst latency below R.
coverage
    With :math:`w_i \le d_i`: a customer counts for :math:`d_i` where covered, which is at most
    :math:`d_i - w_i + w_i \sum_{j : i \in I_j} y_j`. So no plan covers more than
    :math:`\sum_i (d_i - w_i) - \min_{y \in Y} \sum_j (-a_j) y_j`.

These are weak duality for the covering LPs (Balas, Ho, Mathematical Programming Study 12, 1980). Rounding: sums are
exactly rounded and what they may be off is taken off, so that each figure errs on the safe side.
"""

from dataclasses import replace
from math import ceil, fsum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.verify.allowed import allowed_pairs
from sitewright.optimizer.verify.facts import Facts, not_longer
from sitewright.optimizer.verify.site_choice import HALF_ULP, Sites, cheapest_choice

if TYPE_CHECKING:
    from sitewright.optimizer.problem import Problem

Floats = NDArray[np.float64]

# Pairs that are looked at together.
BLOCK_PAIRS = 2**22

# Weights beyond this say nothing of customers, and their sums may overflow.
HUGE_WEIGHT = 1e15


def fewest_sites(problem: "Problem", weights: Floats, radius: float) -> float:
    """Return a number of sites below which none have everyone within the radius."""
    facts, w = _checked(problem, weights)
    covered = _covered(facts, w, radius, strictly=False)
    total = fsum(w.tolist())
    sites = Sites(1.0 - covered, HALF_ULP * (covered + np.abs(1.0 - covered)))
    return float(ceil(cheapest_choice(_without_fees(facts), sites, total, HALF_ULP * total)))


def none_within(problem: "Problem", weights: Floats, radius: float) -> bool:
    """Return whether the weights prove that no plan has everyone strictly within the radius."""
    facts, w = _checked(problem, weights)
    covered = _covered(facts, w, radius, strictly=True)
    total = fsum(w.tolist())
    return cheapest_choice(_without_fees(facts), Sites(-covered, HALF_ULP * covered), total, HALF_ULP * total) > 0.0


def most_covered(problem: "Problem", weights: Floats, radius: float) -> float:
    """Return how many MW no plan covers more than. Weights above a customer's demand are taken for the demand."""
    facts, w = _checked(problem, weights)
    w = np.minimum(w, facts.demand)
    covered = _covered(facts, w, radius, strictly=False)
    rest = facts.demand - w
    left = fsum(rest.tolist())
    error = HALF_ULP * (float(rest.sum()) * 1.01 + left)
    return -cheapest_choice(_without_fees(facts), Sites(-covered, HALF_ULP * covered), -left, error)


def _covered(facts: Facts, w: Floats, radius: float, *, strictly: bool) -> Floats:
    """Return the weight that each site covers, exactly rounded. Shape (sites,)."""
    matrix = np.asarray(facts.data["latency"].values) if "latency" in facts.data else facts.cost
    who = np.flatnonzero(w)
    covered = np.zeros(len(facts.sites))
    width = max(1, BLOCK_PAIRS // len(facts.customers))
    for first in range(0, len(facts.sites), width):
        block = slice(first, min(first + width, len(facts.sites)))
        distance = matrix[:, block][who]
        near = distance < np.float64(radius) if strictly else not_longer(distance, radius)
        near &= np.isfinite(distance) & allowed_pairs(facts, block)[who]
        for k, j in enumerate(range(block.start, block.stop)):
            covered[j] = fsum(w[who[near[:, k]]].tolist())
    return covered


def _checked(problem: "Problem", weights: Floats) -> tuple[Facts, Floats]:
    facts = Facts.of(problem)
    w = np.asarray(weights, dtype=np.float64)
    if w.shape != facts.demand.shape or not np.all((w >= 0) & (w < HUGE_WEIGHT)):
        found = f"shape {w.shape}" if w.shape != facts.demand.shape else "negative, infinite or not a number"
        must = f"be {len(facts.demand)} weights from 0 up, one a customer"
        raise InvalidProblem([Flaw("argument 'multipliers'", must, found, "give the weights of the certificate")])
    return facts, w


def _without_fees(facts: Facts) -> Facts:
    """Return the facts with partners free of charge: what is bounded here is no cost."""
    return replace(facts, data=facts.data.drop_vars("partner_fee", errors="ignore"))
