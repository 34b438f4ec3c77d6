r"""Backup: whoever is served from a site has another open site near enough, which the same event does not take away.

With :math:`B_i` the sites that customer i may use in an emergency, and g the groups of sites that are lost together,

.. math:: \sum_{j \in g} serve_{ij} \le \sum_{k \in B_i \setminus g} open_k

No second assignment is needed: open sites are whole numbers, so the least share served from g asks for one outside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.errors import Flaw
from sitewright.optimizer.lost_together import Cause, cause_flaws, lost_together
from sitewright.optimizer.model.columns import Columns, Rows
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rerouting import emergency_pairs
from sitewright.optimizer.rules.base import Kind, Rule, latency_flaws
from sitewright.optimizer.rules.scope import CustomerScope


@dataclass(frozen=True)
class Backup(Rule):
    """Each customer of the scope has a second site in `another` jurisdiction (site, partner, grid, hazard zone).

    The second site keeps residency and legal exclusions, and lies within `at_most_ms`; the limits of latency of normal
    service do not hold for it. How much it can hold is for `SurviveLoss` to ask.
    """

    name: ClassVar[str] = "backup"
    kind: ClassVar[Kind] = "load"

    another: Cause = "site"
    at_most_ms: float | None = None
    customers: CustomerScope = CustomerScope()

    def sentence(self) -> str:
        near = "" if self.at_most_ms is None else f" within {self.at_most_ms:g} ms"
        return f"{self.customers} have a second open site{near}, in another {self.another.replace('_', ' ')}"

    def flaws(self, problem: Problem) -> Iterator[Flaw]:
        yield from self.customers.flaws(problem, self.name)
        yield from cause_flaws(self.name, problem, self.another)
        if self.at_most_ms is not None:
            yield from latency_flaws(self.name, problem, at_most_ms=self.at_most_ms)

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        group = lost_together(problem, self.another)
        second = emergency_pairs(problem, self.at_most_ms)
        served = np.flatnonzero(self.customers.mask(problem)[columns.pair_customer])
        # One row for each customer and group that may serve it.
        key = columns.pair_customer[served] * (int(group.max()) + 1) + group[columns.pair_site[served]]
        keys, of_key = np.unique(key, return_inverse=True)
        if not len(keys):
            return
        customer, lost = np.divmod(keys, int(group.max()) + 1)
        row_of, site = np.nonzero(second[customer] & (group != lost[:, None]))
        rows = np.concatenate([of_key, row_of])
        order = np.argsort(rows, kind="stable")
        column = np.concatenate([columns.serve[served], site])[order]
        value = np.concatenate([np.ones(len(served)), -np.ones(len(site))])[order]
        start = np.searchsorted(rows[order], np.arange(len(keys) + 1))
        yield Rows(self.name, np.full(len(keys), -np.inf), np.zeros(len(keys)), start, column, value)

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        for i, j in self._without(problem, decision):
            near = "" if self.at_most_ms is None else f" within {self.at_most_ms:g} ms"
            another = f"in another {self.another.replace('_', ' ')}"
            yield f"customer {problem.customers[i]}, served from {problem.sites[j]}, has no second site{near} {another}"

    def _without(self, problem: Problem, decision: Decision) -> Iterator[tuple[int, int]]:
        group = lost_together(problem, self.another)
        second = emergency_pairs(problem, self.at_most_ms) & decision.open
        inside = self.customers.mask(problem)[decision.customer] & (decision.share > 0)
        i, j = decision.customer[inside], decision.site[inside]
        there = (second[i] & (group != group[j][:, None])).any(axis=1)
        for k in np.flatnonzero(~there):
            yield int(i[k]), int(j[k])
