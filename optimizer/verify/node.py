r"""The Lagrangian bound where some sites are decided and prices stand on rows of the rules, too.

For prices u of the customers, any sign, and :math:`\lambda, \mu \ge 0` of the rows :math:`\sum_j a_{rj} y_j \le b_r`
(`sitewright.optimizer.verify.site_rows`) and :math:`\sum_{ij} w_{sij} x_{ij} \le g_s` (`…pair_rows`),

.. math:: L = \sum_i u_i - \sum_r \lambda_r b_r - \sum_s \mu_s g_s +
   \min_{y \in Y} \sum_j \Big(f_j + \sum_r \lambda_r a_{rj} + v_j\Big) y_j, \qquad
   v_j = \min_x \sum_i \Big(c_{ij} + \sum_s \mu_s w_{sij} - u_i\Big) x_i

is at most the cost of any plan that keeps the decisions: weak duality, as in `sitewright.optimizer.verify.bound`, whose
knapsack and whose care with rounding this shares.
"""

from dataclasses import dataclass, replace
from math import fsum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.verify.allowed import allowed_pairs
from sitewright.optimizer.verify.bound import knapsack_bound
from sitewright.optimizer.verify.decisions import Counting, Decisions
from sitewright.optimizer.verify.facts import Facts
from sitewright.optimizer.verify.kept_rules import kept_rules
from sitewright.optimizer.verify.pair_rows import pair_rows
from sitewright.optimizer.verify.site_choice import HALF_ULP, Sites, choice_value, choose, with_fees
from sitewright.optimizer.verify.site_rows import site_rows

if TYPE_CHECKING:
    from sitewright.optimizer.problem import Problem

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Bound:
    """What prices prove under decisions, and the site costs it rests on."""

    value: float
    sites: Sites
    offset: float
    error: float


class Nodes:
    """One problem, ready for bounds under many decisions. Keeps its pairs in memory, in float64."""

    def __init__(self, problem: "Problem") -> None:
        self.facts = facts = Facts.of(problem)
        self.rows, self.pair_rows = site_rows(facts), pair_rows(facts)
        self.priced = [row for row in self.rows if not row.sorted_out]
        self.counting, self.kept = Counting(facts, self.rows), kept_rules(facts)
        everything = slice(0, len(facts.sites))
        allowed = allowed_pairs(facts, everything)
        # A column a site: each is read several times.
        self.cost = np.asfortranarray(np.where(allowed, facts.cost, np.inf).astype(np.float64))
        self.weights = [np.asfortranarray(np.where(allowed, row.of_pair(everything), 0.0)) for row in self.pair_rows]
        self.capacity = facts.values("capacity", "site", np.inf)
        fee = facts.by_partner("partner_site_fee")
        self.fixed = facts.values("fixed_cost", "site")
        self.site_fee = np.array([fee.get(p, 0.0) for p in facts.words("site_partner", "site")])
        self.row_matrix = np.array([row.of_site for row in self.priced]).reshape(-1, len(facts.sites))
        self.limits = np.array([row.limit for row in self.priced] + [row.limit for row in self.pair_rows])

    @property
    def n_prices(self) -> int:
        """Prices of rows: of site rows first, then of pair rows."""
        return len(self.limits)

    def bound(self, decisions: Decisions, u: Floats, prices: Floats) -> Bound:
        """Return a true lower bound on the cost of every plan that keeps the decisions, EUR/yr.

        `u` of the customers, any finite numbers; `prices` of the rows, none negative.
        """
        lam, mu = prices[: len(self.priced)], prices[len(self.priced) :]
        n = len(self.facts.sites)
        cost, error = np.full(n, np.inf), np.zeros(n)
        for j in np.flatnonzero(~decisions.closed).tolist():
            value, off = self._service(j, u, mu)
            terms = [value, float(self.fixed[j]), float(self.site_fee[j]), *(lam * self.row_matrix[:, j]).tolist()]
            cost[j] = fsum(terms)
            error[j] = off + HALF_ULP * (fsum(map(abs, terms)) + abs(float(cost[j])))
        owed = (prices * self.limits).tolist()
        total = fsum([*u.tolist(), *(-x for x in owed)])
        slip = HALF_ULP * (fsum(map(abs, owed)) + abs(total))
        cost[decisions.closed] = 0.0  # they are not chosen
        sites = Sites(cost, error)
        kept = self.kept.decided(decisions.forced, decisions.closed)
        return Bound(choice_value(sites, kept, np.zeros(n), 0.0, total, slip), sites, total, slip)

    def _service(self, j: int, u: Floats, mu: Floats) -> tuple[float, float]:
        """Return the knapsack of a site, and how far its rounding may be off."""
        who = np.flatnonzero(self.cost[:, j] < np.inf)
        terms = self.cost[who, j] - u[who]
        off = 0.0
        if mu.any():
            paid = [price * weight[who, j] for price, weight in zip(mu, self.weights, strict=True)]
            terms = terms + sum(paid)
            # Products, sums and the difference, each half an ulp of what went in; of all pairs, for a term that
            # rounded to zero may have been below it.
            size = np.abs(self.cost[who, j]) + np.abs(u[who]) + sum(np.abs(x) for x in paid)
            off = (len(paid) + 4) * HALF_ULP * float(np.sum(size))
        gains = terms < 0
        value, slip = knapsack_bound(terms[gains], self.facts.demand[who[gains]], float(self.capacity[j]))
        return value, slip + off

    def settle(self, decisions: Decisions, bound: Bound, cutoff: float) -> Decisions | None:
        """Decide the sites whose other choice costs more than the cut-off by these prices; None if no choice is left.

        A site that opens joins the best choice of one site fewer; one that closes leaves a choice without it.
        """
        kept = self.kept.decided(decisions.forced, decisions.closed)
        cost = with_fees(bound.sites.cost, kept)
        taken = np.zeros(len(cost), dtype=bool)
        taken[choose(cost, kept)] = True
        fewer = replace(kept, at_least=kept.at_least - 1, at_most=kept.at_most - 1)
        rest = fsum([bound.offset, *cost[choose(cost, fewer)].tolist()])
        # All that rounding can have cost, many times over.
        margin = 4 * (bound.error + float(bound.sites.error.sum())) + 1e-12 * (abs(rest) + float(np.abs(cost).sum()))
        free = decisions.free
        closed = free & ~taken & (rest + cost - margin > cutoff)
        forced = np.zeros_like(taken)
        for j in np.flatnonzero(free & taken):
            without = kept.decided(kept.forced, np.arange(len(cost)) == j)
            other = fsum([bound.offset, *cost[choose(cost, without)].tolist()])
            forced[j] = other - margin > cutoff
        if not closed.any() and not forced.any():
            return decisions
        return self.counting.follow(Decisions(decisions.forced | forced, decisions.closed | closed))
