r"""Service: every customer's demand is served in full, over allowed pairs, from open sites.

.. math:: \sum_j serve_{ij} = 1, \qquad 0 \le serve_{ij} \le open_j

The second family is the strong form: its relaxation is far tighter than ``sum_i serve_ij <= n open_j``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sitewright.optimizer.blocks import pairs
from sitewright.optimizer.decision import TOLERANCE, Decision
from sitewright.optimizer.model.columns import Columns, Rows
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.base import Kind, Rule


@dataclass(frozen=True)
class Service(Rule):
    """Always implied."""

    name: ClassVar[str] = "service"
    kind: ClassVar[Kind] = "load"

    def binds_loads(self, problem: Problem) -> bool:
        return False

    def sentence(self) -> str:
        return "every customer is served in full, from open sites that it may use"

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        serve, n, k = columns.serve, problem.n_customers, len(columns.pair_customer)
        start = np.searchsorted(columns.pair_customer, np.arange(n + 1))
        yield Rows(self.name, np.ones(n), np.ones(n), start, serve, np.ones(k))
        column = np.empty(2 * k, np.int64)
        column[0::2], column[1::2] = columns.pair_site, serve
        value = np.tile([-1.0, 1.0], k)
        yield Rows(self.name, np.full(k, -np.inf), np.zeros(k), np.arange(0, 2 * k + 1, 2), column, value)

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        served = np.bincount(decision.customer, decision.share, minlength=problem.n_customers)
        for i in np.flatnonzero(np.abs(served - 1.0) > TOLERANCE):
            yield f"customer {problem.customers[i]} has {served[i]:.4%} of its demand served, it must be 100 %"
        impossible = ~((decision.share >= 0) & (decision.share <= 1 + TOLERANCE))
        forbidden = ~np.isfinite(pairs(problem.data["service_cost"], decision.customer, decision.site))
        for k in np.flatnonzero(impossible | ~decision.open[decision.site] | forbidden):
            customer, site = problem.customers[decision.customer[k]], problem.sites[decision.site[k]]
            if impossible[k]:
                yield f"customer {customer} has the impossible share {decision.share[k]:g} at {site}"
            if not decision.open[decision.site[k]]:
                yield f"customer {customer} is served from {site}, which is closed"
            if forbidden[k]:
                yield f"customer {customer} is served from {site}, a forbidden pair"
