r"""Cuts: what prices of one open set say about the cost of every other.

For prices u of serving each customer and :math:`\lambda` of the rows of load rules other than capacity, with
:math:`c' = c - \lambda A`,

.. math:: cost(y) \ge \sum_i u_i + \lambda b + \sum_j (f_j + v_j) \, y_j + fees(y), \qquad
   v_j = \min \Big\{ \sum_i (c'_{ij} - u_i) x_i : \sum_i d_i x_i \le q_j, \; 0 \le x \le 1 \Big\}

for every open set y: the Lagrangian bound, which is a cut of Benders' for the set whose linear program gave the prices
(Geoffrion, Graves, Management Science 20, 1974). It is recomputed from the data, so it holds whatever a solver said.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sitewright.kernels import knapsack
from sitewright.optimizer.cost import cost_split, site_cost
from sitewright.optimizer.decision import Decision
from sitewright.optimizer.engine.assign import assign, from_values, is_free, nearest
from sitewright.optimizer.errors import SolverFailed
from sitewright.optimizer.model.build import Model, live_columns, tidy
from sitewright.optimizer.model.columns import Columns, Rows, stack
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import Service
from sitewright.optimizer.solver.answer import Outcome
from sitewright.optimizer.solver.process import solve_model

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
# Breaking a row by all of its limit costs so many times what everything else does at least.
DEAR = (2.0, 20.0, 300.0)


@dataclass(frozen=True, eq=False)
class Cut:
    """No plan costs less than `constant` and the `weight` of its open sites and used partners together.

    Shape of `weight`: (sites + partners,). `u` and `row_prices` are what it was made of.
    """

    constant: float
    weight: Floats
    u: Floats
    row_prices: Floats | None


@dataclass(frozen=True, eq=False)
class Pricing:
    """Open sets of one problem, priced exactly, with the cut that each gives."""

    problem: Problem

    @cached_property
    def cost(self) -> Floats:
        return np.where(self.problem.allowed, self.problem.data["service_cost"].values, np.inf).astype(np.float64)

    @cached_property
    def full(self) -> Columns:
        return live_columns(self.problem, self.problem.allowed)

    @cached_property
    def rows(self) -> Rows:
        """Of the load rules, over the columns of all allowed pairs; those of service come by themselves."""
        rules = [r for r in self.problem.all_rules if r.kind == "load" and not isinstance(r, Service)]
        return stack("load", [block for rule in rules for block in rule.rows(self.problem, self.full)])

    @cached_property
    def relaxed(self) -> NDArray[np.int64]:
        """Which rows are relaxed in a cut: all but those of capacity, which the knapsacks keep."""
        rules = [r for r in self.problem.all_rules if r.kind == "load" and not isinstance(r, Service)]
        names = [b.rule for r in rules for b in r.rows(self.problem, self.full) for _ in range(len(b))]
        return np.flatnonzero(np.array(names, dtype=object) != "capacity")

    def price(self, is_open: Mask) -> tuple[float, Decision | None, tuple[Cut, ...]]:
        """Return the least cost with exactly these sites open, the decision, and cuts; inf and None if none is."""
        if is_free(self.problem):
            return self._free(is_open)
        model = self._assignment(is_open)
        answer = solve_model(model, gap=1e-9)
        if answer.outcome is Outcome.INFEASIBLE:
            return np.inf, None, tuple(self._short(model))
        if answer.values is None or answer.duals is None:
            other = assign(self.problem, is_open, self.cost)
            return self._worth(other), other, ()
        n = self.problem.n_customers
        cut = (self.cut(answer.duals[:n], answer.duals[n:]),)
        serve = answer.values[model.columns.first_pair :]
        decision = from_values(self.problem, is_open, serve, model.columns)
        if any(True for r in self.problem.all_rules for _ in r.broken(self.problem, decision)):
            whole = assign(self.problem, is_open, self.cost)  # shares that must be whole are not yet
            return self._worth(whole), whole, cut
        return self._worth(decision), decision, cut

    def cut(self, u: Floats, row_prices: Floats | None = None) -> Cut:
        """Return the cut of any prices. Shapes (customers,), (rows,)."""
        problem = self.problem
        c, weight = self.cost, np.concatenate([site_cost(problem), problem.numbers("partner_fee")])
        constant = float(u.sum())
        if row_prices is not None and len(self.relaxed):
            price = np.zeros(len(self.rows))
            price[self.relaxed] = row_prices[self.relaxed]
            bound = np.where(price > 0, self.rows.lower, self.rows.upper)
            price[~np.isfinite(bound)] = 0.0
            constant += float(price @ np.where(np.isfinite(bound), bound, 0.0))
            worth = np.bincount(
                self.rows.column,
                np.repeat(price, np.diff(self.rows.start)) * self.rows.value,
                minlength=self.full.n_columns,
            )
            weight = weight - worth[: self.full.first_pair]
            c = c.copy()
            c[self.full.pair_customer, self.full.pair_site] -= worth[self.full.first_pair :]
        # The kernel asks for costs that are not negative; a shift of a customer's costs and price changes nothing.
        shift = np.maximum(0.0, -c.min(axis=1))
        packed = knapsack(
            c + shift[:, None],
            u + shift,
            problem.numbers("demand"),
            problem.numbers("capacity", np.inf),
            threads=1,
        )
        weight[: problem.n_sites] += packed.value
        return Cut(constant, weight, u, row_prices)

    def _short(self, model: Model) -> Iterator[Cut]:
        """Yield cuts of a set that cannot keep the rows, by what it costs where breaking them has a price.

        A high one keeps out the set and its neighbours, one near the truth says more of sets that can keep the rows.
        """
        if not len(self.relaxed):
            return
        rows, more = model.rows, np.arange(2 * len(self.relaxed)).reshape(-1, 2) + model.columns.n_columns
        first = self.problem.n_customers + self.relaxed
        ends = np.stack([rows.lower[first], rows.upper[first]])
        size = np.where(np.isfinite(ends), np.abs(ends), 1.0).max(axis=0)
        near = float(self.cost.min(axis=1).sum()) + float(np.abs(site_cost(self.problem)).max())
        unit = (near if np.isfinite(near) else 1.0) / size.clip(1.0)
        row_of = np.concatenate([np.repeat(np.arange(len(rows)), np.diff(rows.start)), np.repeat(first, 2)])
        column = np.concatenate([rows.column, more.ravel()])
        value = np.concatenate([rows.value, np.tile([1.0, -1.0], len(first))])
        order = np.argsort(row_of, kind="stable")
        start = np.searchsorted(row_of[order], np.arange(len(rows) + 1))
        loose = replace(rows, start=start, column=column[order], value=value[order])
        upper = np.concatenate([model.upper, np.full(more.size, np.inf)])
        columns, whole = replace(model.columns, n_further=more.size), np.zeros(len(upper), dtype=bool)
        for times in DEAR:
            cost = np.concatenate([model.cost, np.repeat(times * unit, 2)])
            with suppress(SolverFailed):  # no cut, then: the set alone is kept out
                answer = solve_model(Model(columns, cost, upper, whole, tidy(loose)))
                if answer.duals is not None:
                    n = self.problem.n_customers
                    yield self.cut(answer.duals[:n], answer.duals[n:])

    def _free(self, is_open: Mask) -> tuple[float, Decision | None, tuple[Cut, ...]]:
        decision = nearest(self.problem, is_open, self.cost)
        if decision is None:
            return np.inf, None, ()
        # Any price between a customer's nearest and second open site gives the set its exact cost.
        part = np.sort(self.cost[:, is_open], axis=1)
        second = part[:, 1] if part.shape[1] > 1 else np.full(len(part), np.inf)
        u = np.where(np.isfinite(second), second, part[:, 0])
        return self._worth(decision), decision, (self.cut(u),)

    def _worth(self, decision: Decision | None) -> float:
        return np.inf if decision is None else sum(cost_split(self.problem, decision).values())

    def _assignment(self, is_open: Mask) -> Model:
        """Return the linear program of who is served from these sites."""
        live = is_open[self.full.pair_site]
        columns = Columns(
            self.problem.n_sites, self.problem.n_partners, self.full.pair_customer[live], self.full.pair_site[live]
        )
        at = np.concatenate([np.arange(self.full.first_pair), np.full(len(live), -1)])
        at[self.full.first_pair :][live] = columns.serve
        column = at[self.rows.column]
        keep = column >= 0
        row_of = np.repeat(np.arange(len(self.rows)), np.diff(self.rows.start))[keep]
        start = np.searchsorted(row_of, np.arange(len(self.rows) + 1))
        load = replace(self.rows, start=start, column=column[keep], value=self.rows.value[keep])
        n = self.problem.n_customers
        first = np.searchsorted(columns.pair_customer, np.arange(n + 1))
        served = Rows("service", np.ones(n), np.ones(n), first, columns.serve, np.ones(len(columns.serve)))
        upper = np.concatenate([is_open, np.ones(columns.n_columns - len(is_open))]).astype(np.float64)
        pairs = self.cost[columns.pair_customer, columns.pair_site]
        cost = np.concatenate([np.zeros(columns.first_pair), pairs])
        whole = np.zeros(columns.n_columns, dtype=bool)
        return Model(columns, cost, upper, whole, tidy(stack("assignment", [served, load])))
