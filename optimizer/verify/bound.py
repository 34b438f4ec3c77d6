r"""The part of the bound that needs no solver: Lagrangian relaxation, recomputed from the raw data.

For any prices u of serving the customers,

.. math:: L(u) = \sum_i u_i + \min_{y \in Y} \sum_j (f_j + v_j(u)) y_j, \qquad
   v_j = \min \Big\{ \sum_i (c_{ij} - u_i) x_i : 0 \le x \le 1, \; \sum_i d_i x_i \le q_j \Big\}

is at most the cost of any plan: give each plan's shares to x and its open sites to y (Cornuejols, Fisher, Nemhauser,
Management Science 23, 1977). The pair rules take pairs out of :math:`v_j`; `sitewright.optimizer.verify.site_choice`
says what is kept of Y. Leaving a rule out can only lower the minimum, so the bound stays valid.

The knapsack :math:`v_j` is never solved in floating point. For any :math:`\lambda \ge 0`, weak duality gives

.. math:: v_j \ge -\lambda q_j + \sum_i \min(0, c_{ij} - u_i + \lambda d_i)

with equality at the ratio of the customer that fills the site: that ratio is looked for by sorting, and a wrong one
would cost sharpness, never validity.

Rounding: float32 costs become float64 exactly; sums are exactly rounded (`math.fsum`); what a product, difference or
sum can be off, half an ulp of each, is added up and taken off at the end. So the figure errs on the low side only.
"""

from math import fsum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.verify.allowed import allowed_pairs
from sitewright.optimizer.verify.facts import Facts
from sitewright.optimizer.verify.site_choice import HALF_ULP, Sites, cheapest_choice

if TYPE_CHECKING:
    from sitewright.optimizer.problem import Problem

# Pairs that are looked at together: 64 MiB in float64.
BLOCK_PAIRS = 2**23
FEWER_PASSES = 16

# Prices beyond this say nothing of money, and their sums may overflow.
HUGE_PRICE = 1e18


def lagrangian_bound(problem: "Problem", multipliers: NDArray[np.float64]) -> float:
    """Return a true lower bound on the cost of every plan, EUR/yr.

    Parameters
    ----------
    multipliers
        Price u_i of serving each customer, EUR/yr. Any numbers give a valid bound. Shape (customers,).

    Raises
    ------
    InvalidProblem
        If there is not one finite price for each customer.
    """
    facts = Facts.of(problem)
    u = np.asarray(multipliers, dtype=np.float64)
    if u.shape != facts.demand.shape or not np.all(np.abs(u) < HUGE_PRICE):
        found = f"shape {u.shape}" if u.shape != facts.demand.shape else "infinite or not a number"
        must = f"be {len(facts.demand)} finite prices, one a customer"
        raise InvalidProblem([Flaw("argument 'multipliers'", must, found, "give the prices of the certificate")])
    sites = _site_costs(facts, u)
    prices = fsum(u.tolist())
    return cheapest_choice(facts, sites, prices, HALF_ULP * abs(prices))


def _site_costs(facts: Facts, u: NDArray[np.float64]) -> Sites:
    """Return the cost of opening each site at these prices, and how far its rounding may be off."""
    n_customers, n_sites = facts.data["service_cost"].shape
    capacity = facts.values("capacity", "site", np.inf)
    site_fee, partner = facts.by_partner("partner_site_fee"), facts.words("site_partner", "site")
    fixed = facts.values("fixed_cost", "site").tolist()
    value, error = np.empty(n_sites), np.empty(n_sites)
    # From row blocks on Dask, all must be read for each block of columns: few passes, as wide as memory bears.
    many = FEWER_PASSES if hasattr(facts.data["service_cost"].data, "__dask_graph__") else 1
    width = max(1, many * BLOCK_PAIRS // n_customers)
    for first in range(0, n_sites, width):
        block = slice(first, min(first + width, n_sites))
        # Column by column in memory: each is read several times below.
        terms = np.asfortranarray(facts.columns("service_cost", block).astype(np.float64) - u[:, None])
        gains = (terms < 0) & allowed_pairs(facts, block)
        for k, j in enumerate(range(block.start, block.stop)):
            who = np.flatnonzero(gains[:, k])
            v, off = knapsack_bound(terms[who, k], facts.demand[who], float(capacity[j]))
            fee = site_fee.get(partner[j], 0.0)
            value[j] = fsum([v, fixed[j], fee])
            error[j] = off + HALF_ULP * abs(float(value[j]))
    return Sites(value, error)


def knapsack_bound(terms: NDArray[np.float64], demand: NDArray[np.float64], capacity: float) -> tuple[float, float]:
    """Return a lower bound on the knapsack and how far its rounding may be off.

    `terms` are the negative c_ij - u_i. A term that rounded to zero or above was so before rounding, and counts for
    nothing at any ratio: it need not be here.
    """
    ratio = _filling_ratio(terms, demand, capacity)
    if ratio == 0.0:
        total = fsum(terms.tolist())
        return total, HALF_ULP * (float(np.abs(terms).sum()) + abs(total))
    paid = ratio * demand
    left = terms + paid
    rent = ratio * capacity
    total = fsum([-rent, *np.minimum(left, 0.0).tolist()])
    size = float(np.abs(terms).sum()) + float(paid.sum()) + float(np.abs(left).sum())
    return total, HALF_ULP * (size + rent + abs(total))


def _filling_ratio(terms: NDArray[np.float64], demand: NDArray[np.float64], capacity: float) -> float:
    """Return what a MW of the site is worth: the gain per MW of the customer that fills it, 0 if none does."""
    if demand.sum() <= capacity:
        return 0.0
    needs = demand > 0
    with np.errstate(over="ignore"):
        worth = -terms[needs] / demand[needs]
    order = np.argsort(-worth, kind="stable")
    last = int(np.searchsorted(np.cumsum(demand[needs][order]), capacity))
    found = float(worth[order][min(last, len(order) - 1)])
    return found if np.isfinite(found) else 0.0
