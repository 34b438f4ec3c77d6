r"""What sites alone can prove: a small MIP over open sites, to which every plan's open sites are a solution.

It holds the site rules and, of each group of customers :math:`G` with the sites :math:`S(G)` that it may use,

.. math:: \sum_{j \in S(G)} y_j \ge 1, \qquad \sum_{j \in S(G)} \min(q_j, D_G) \, y_j \ge D_G

where :math:`D_G` is the group's demand; and of a rule that the share :math:`s` of demand is served within a round trip

.. math:: \sum_i w_i z_i \ge s, \qquad z_i \le \sum_{j \; near \; i} y_j, \quad z_i \le 1.

Customers who may use the same sites are a group, so are those of a residency
class, a segment, a country, and all together. Nothing about who is served from where: what it proves fits a sentence.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.model.choice import choice_model
from sitewright.optimizer.model.columns import Rows, row
from sitewright.optimizer.model.rounded import rounded_rows
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import LatencyShare
from sitewright.optimizer.solver.answer import Outcome
from sitewright.optimizer.solver.process import solve_model

# Most groups of customers who may use the same sites: beyond, their rows would cost more than they prove.
GROUPS = 400
SECONDS = 1.0

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Group:
    """Customers, and the sites that at least one of them may use; `alike` if each may use all of these."""

    name: str
    customers: Mask
    sites: Mask
    mw: float
    alike: bool


@dataclass(frozen=True, eq=False)
class Sites:
    """The questions to the sites of one problem."""

    problem: Problem

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The named groups first, then those by allowed sites."""
        problem, allowed = self.problem, self.problem.allowed
        out = [self._group("all customers", np.ones(problem.n_customers, dtype=bool))]
        for kind, name in (("residency", "{} data"), ("segment", "segment {}"), ("country", "{}")):
            labels = problem.text(kind)
            for k in filter(None, np.unique(labels).tolist()):
                out.append(self._group(f"customers of {name.format(k)}", np.asarray(labels == k)))
        _, first, member = np.unique(np.packbits(allowed, axis=1), axis=0, return_index=True, return_inverse=True)
        if len(first) <= GROUPS:
            for g, i in enumerate(first):
                who, name = member.ravel() == g, str(problem.customers[i])
                others = int(who.sum()) - 1
                out.append(self._group(f"{name} and {others} more" if others else name, who))
        return tuple(out)

    def _group(self, name: str, who: Mask) -> Group:
        allowed = self.problem.allowed[who]
        sites = np.asarray(allowed.any(axis=0))
        mw = float(self.problem.numbers("demand")[who].sum())
        return Group(name, who, sites, mw, alike=bool((allowed == sites).all()))

    def possible(self) -> bool:
        """Return False if it is proved that no set of sites will do."""
        return self.least(np.zeros(self.problem.n_sites), np.zeros(self.problem.n_partners)) is not None

    def least(self, sites: Floats, partners: Floats) -> float | None:
        """Return a lower bound on a sum over open sites and used partners, None if no set of sites will do."""
        rows, near = self.needs(), self._near()
        return self._solve(np.concatenate([sites, partners]), [*rows, *near], self._n_near)

    def most_held(self, group: Group) -> float | None:
        """Return the most MW of a group that open sites can hold, None if the site rules admit no sites at all."""
        capacity = self.problem.numbers("capacity", np.inf)
        hold = np.where(group.sites, np.minimum(capacity, group.mw), 0.0)
        found = self._solve(np.concatenate([-hold, np.zeros(self.problem.n_partners)]), [], 0)
        return None if found is None else min(-found, group.mw)

    def needs(self) -> list[Rows]:
        """Return the rows of the groups over the sites, which the open sites of every plan keep."""
        capacity, everything = self.problem.numbers("capacity", np.inf), np.arange(self.problem.n_sites)
        rows = []
        for group in self.groups:
            hold = np.where(group.sites, np.minimum(capacity, group.mw), 0.0)
            if group.mw > 0 and (hold < group.mw).any():
                rows.append(row("needs", everything, hold / group.mw, lower=1.0 - 1e-9))
            if 0 < hold.max(initial=0.0) < group.mw:
                rows += rounded_rows("needs", hold, group.mw * (1.0 - 1e-9))
            if group.alike:
                rows.append(row("needs", everything, group.sites.astype(float), lower=1.0))
        return rows

    @property
    def _shares(self) -> list[LatencyShare]:
        return [rule for rule in self.problem.all_rules if isinstance(rule, LatencyShare)]

    @property
    def _n_near(self) -> int:
        return len(self._shares) * self.problem.n_customers

    def _near(self) -> Iterator[Rows]:
        """Yield the rows of latency shares, with a column for each customer and share."""
        problem, n = self.problem, self.problem.n_customers
        for k, rule in enumerate(self._shares):
            first = problem.n_sites + problem.n_partners + k * n
            weight = np.where(rule.customers.mask(problem), problem.numbers("demand"), 0.0)
            if not weight.sum() > 0:
                continue
            yield row("needs", first + np.arange(n), weight / weight.sum(), lower=rule.at_least - 1e-9)
            near = problem.allowed & (problem.data["latency"].values <= rule.within_ms)
            for i in np.flatnonzero(weight):
                sites = np.flatnonzero(near[i])
                yield row("needs", [first + i, *sites], [-1.0] + [1.0] * len(sites), lower=0.0)

    def _solve(self, cost: Floats, rows: list[Rows], more: int) -> float | None:
        full = np.concatenate([cost, np.zeros(more)])
        model = choice_model(self.problem, full, rows, more=np.ones(more))
        answer = solve_model(model, time_limit=SECONDS, gap=1e-9)
        return None if answer.outcome is Outcome.INFEASIBLE else answer.bound
