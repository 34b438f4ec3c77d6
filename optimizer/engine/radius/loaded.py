"""The objectives of a radius where rules speak of loads: capacities, mean latency, shares within a latency.

The open sites then no longer decide who is served from where, and the MIP holds the assignment, a column a live pair.
Its bound is the solver's word; the certificate proves what the pairs alone do.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.engine.assign import from_values
from sitewright.optimizer.engine.radius.center import Center
from sitewright.optimizer.engine.radius.covering import Covering
from sitewright.optimizer.engine.radius.fewest import whole_above
from sitewright.optimizer.engine.radius.master import Solver
from sitewright.optimizer.engine.radius.reach import Reach
from sitewright.optimizer.engine.radius.site_rows import SiteRows
from sitewright.optimizer.engine.state import State
from sitewright.optimizer.errors import Infeasible
from sitewright.optimizer.model.build import Model, build
from sitewright.optimizer.model.columns import Rows, row, stack
from sitewright.optimizer.solver.answer import Answer, Outcome

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass
class Loaded:
    """One solve. The state minimises; `solver_bound` is the solver's word, in its sign."""

    reach: Reach
    solver: Solver
    state: State
    weights: Floats
    root_bound: float
    solver_bound: float = -np.inf

    def center(self, least: Floats) -> None:
        """Search the radii for the least one within which a plan exists.

        First without assignment: sites that cover all, keep the site rules and hold the demand. Often the loads ask for
        no more than that. `least` is how far the nearest usable site is from each customer.
        """
        relaxed = self._relaxed(least)
        self._vouch(relaxed.state.bound)
        self.weights, self.root_bound = relaxed.weights, relaxed.root_bound
        self.state.enter("mip")
        values = np.unique(self.reach.matrix[np.isfinite(self.reach.matrix)])
        if relaxed.state.decision is not None:
            self._fit(relaxed.state.decision.open, values)
        while not self.state.stop() and not self.state.proved:
            low, high = np.searchsorted(values, [self.state.bound, self.state.incumbent])
            if low == high:
                raise Infeasible(["the rules together admit no plan"], proof=self.solver.name)
            radius = float(values[(low + high - 1) // 2])
            answer, model = self._try(radius)
            if answer.outcome is Outcome.INFEASIBLE:
                above = values[values > radius]
                self._vouch(min(float(above[0]) if len(above) else np.inf, self.state.incumbent))
                if not len(above) and self.state.decision is None:
                    raise Infeasible(["the rules together admit no plan"], proof=self.solver.name)
            elif (decision := self._decision(model, answer)) is not None:
                self.state.improve(decision, self._worst(decision))
            else:
                return

    def _relaxed(self, least: Floats) -> Center:
        """Return the search for the least radius where loads count only in sum, as far as it came."""
        rules = SiteRows.of(self.reach.problem)
        hold = self._hold()
        rules = replace(rules, rules=stack("sites", [rules.rules, *hold]))
        state = State(self.state.left, self.state.gap, self.state.cancel, None)
        run = Center(Covering(self.reach, rules, self.solver), state, least, np.zeros(len(least)))
        run.solve()
        return run

    def _fit(self, is_open: Mask, values: Floats) -> None:
        """Find the least radius at which the open sites serve everyone and keep the rules of loads."""
        low, high = int(np.searchsorted(values, self.state.bound)), len(values)
        middle = low
        while low < high and not self.state.stop():
            model = self._model((self.reach.matrix <= values[middle]) & is_open).fixed(is_open)
            answer = self.solver(replace(model, cost=np.zeros_like(model.cost)), gap=1.0)
            decision = self._decision(model, answer)
            if decision is None:
                low = middle + 1
            else:
                self.state.improve(decision, self._worst(decision))
                high = middle
            middle = (low + high) // 2

    def fewest(self, radius: float) -> None:
        """Open the fewest sites with everyone served within the radius."""
        self.state.enter("mip")
        model = self._model(self.reach.matrix <= radius)
        cost = np.zeros_like(model.cost)
        cost[: model.columns.n_sites] = 1.0
        answer = self._solve(replace(model, cost=cost))
        decision = self._decision(model, answer)
        if decision is not None:
            self.state.improve(decision, float(decision.open.sum()))
        self._vouch(min(whole_above(answer.bound), self.state.incumbent))

    def most(self, radius: float) -> None:
        """Serve the most demand within the radius."""
        self.state.enter("mip")
        model = self._model(np.isfinite(self.reach.matrix))
        i, j = model.columns.pair_customer, model.columns.pair_site
        demand = self.reach.problem.numbers("demand")
        cost = np.zeros_like(model.cost)
        cost[model.columns.first_pair :] = np.where(self.reach.matrix[i, j] <= radius, -demand[i], 0.0)
        answer = self._solve(replace(model, cost=cost))
        decision = self._decision(model, answer)
        if decision is not None:
            near = self.reach.matrix[decision.customer, decision.site] <= radius
            covered = demand[decision.customer[near]] @ decision.share[near]
            self.state.improve(decision, -float(covered))
        self._vouch(min(answer.bound, self.state.incumbent))

    def _model(self, live: Mask) -> Model:
        problem = self.reach.problem
        return build(problem, live=live, cuts=self._hold())

    def _hold(self) -> list[Rows]:
        """Return what the capacities say of the sites alone; the solver does not see it by itself."""
        problem = self.reach.problem
        total = problem.numbers("demand").sum()
        if not total > 0 or not problem.has("capacity"):
            return []
        hold = np.minimum(problem.numbers("capacity", np.inf), total)
        return [row("hold", np.arange(problem.n_sites), hold, lower=total * (1 - 1e-9))]

    def _solve(self, model: Model) -> Answer:
        answer = self.solver(model, gap=self.state.gap / 2)
        if answer.outcome is Outcome.INFEASIBLE:
            raise Infeasible(["the rules together admit no plan"], proof=self.solver.name)
        return answer

    def _try(self, radius: float) -> tuple[Answer, Model]:
        model = self._model(self.reach.matrix <= radius)
        return self.solver(replace(model, cost=np.zeros_like(model.cost)), gap=1.0), model

    def _decision(self, model: Model, answer: Answer) -> Decision | None:
        if answer.values is None:
            return None
        problem = self.reach.problem
        is_open = answer.values[: problem.n_sites] > 0.5
        decision = from_values(problem, is_open, answer.values[model.columns.first_pair :], model.columns)
        kept = not any(True for rule in problem.all_rules for _ in rule.broken(problem, decision))
        return decision if kept else None

    def _worst(self, decision: Decision) -> float:
        return float(self.reach.matrix[decision.customer, decision.site].max())

    def _vouch(self, bound: float) -> None:
        if np.isfinite(bound):
            self.solver_bound = max(self.solver_bound, bound)
            self.state.raise_bound(bound)
