"""Set cover: the fewest sites that have every customer within a radius.

The location set covering problem of Toregas, Swain, ReVelle and Bergman, Operations Research 19, 1971.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.radius.covering import TREE_GAP, Covering
from sitewright.optimizer.engine.state import State
from sitewright.optimizer.errors import Infeasible
from sitewright.optimizer.solver.answer import Outcome

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

# Work of a search for a cover with one site less.
WORK = 1e8


def whole_above(bound: float) -> float:
    """Return the least whole number that is not below a bound, itself good to a hair."""
    return float(np.ceil(bound - 1e-6)) if np.isfinite(bound) else bound


@dataclass
class Fewest:
    """One solve. `root_bound` is what `weights` prove, `solver_bound` what the solver adds by its word."""

    covering: Covering
    state: State
    radius: float
    weights: Floats
    root_bound: float = -np.inf
    solver_bound: float = -np.inf

    def solve(self) -> None:
        """Raise the bound and lower the incumbent until they meet, or a limit is reached.

        Raises
        ------
        Infeasible
            If no sites cover all under the rules.
        """
        self.state.enter("search")
        self.first()
        self.state.enter("bound")
        most = int(min(self.state.incumbent - 1, self.covering.rules.most))
        relaxed = self.covering.relax(self.radius, most) if not self.state.stop() else None
        if relaxed is None:
            return
        if relaxed.weights is None:
            raise Infeasible([self._sentence()], proof="highs")
        least = relaxed.weights.least(self.covering.rules)
        self.root_bound, self.weights = float(np.ceil(least)), relaxed.weights.customer
        self.state.raise_bound(self.root_bound)
        self.state.enter("search")
        self.descend()
        if self.state.proved or self.state.stop():
            return
        if self._only_fewest() and self.state.incumbent - 1 - least < TREE_GAP:
            self.state.enter("tree")
            self.close()
            return
        self.state.enter("mip")
        known = np.isfinite(self.state.incumbent)
        # Worth finding are only choices of fewer sites than are known to do.
        out = relaxed.weights.useless(int(self.state.incumbent) - 1) if known else self.covering.rules.closed
        outcome, bound, is_open = self.covering.fewest(self.radius, out, gap=self.state.gap)
        if is_open is not None:
            self.take(is_open)
        if outcome is Outcome.INFEASIBLE:
            if self.state.decision is None:
                raise Infeasible([self._sentence()], proof=self.covering.solver.name)
            self.solver_bound = self.state.incumbent
        else:
            # That no choice of fewer sites opens a site of `out` says nothing of choices of as many as the incumbent.
            self.solver_bound = min(whole_above(bound), self.state.incumbent)
        self.state.raise_bound(self.solver_bound)

    def take(self, is_open: Mask) -> None:
        decision = self.covering.reach.decision(is_open)
        if decision is not None:
            self.state.improve(decision, float(is_open.sum()))

    def first(self) -> None:
        """Open, for whoever is farthest and not covered yet, the site that reaches most active customers."""
        covering, rules = self.covering, self.covering.rules
        reach = covering.reach
        is_open, seen = rules.forced.copy(), []
        far = reach.nearest(is_open)[1]
        while far.max() > self.radius and not self.state.stop():
            farthest = int(np.argmax(far))
            row = np.where(rules.closed, np.inf, reach.matrix[farthest])
            near = np.flatnonzero(row <= self.radius)
            if not len(near):
                name = reach.problem.customers[farthest]
                raise Infeasible([f"no site that may open is within {self.radius:g} of {name}"], proof="counting")
            seen.append(farthest)
            some = reach.matrix[:: max(1, reach.shape[0] // 500)][:, near] <= self.radius
            open_far = far[:: max(1, reach.shape[0] // 500)] > self.radius
            site = near[np.argmax(open_far @ some)]
            is_open[site] = True
            far = np.minimum(far, reach.matrix[:, site])
        covering.add(np.unique([*seen, 0]))
        if self._only_fewest() and far.max() <= self.radius:
            self.take(is_open)

    def descend(self) -> None:
        """Look for covers half way down to the bound, where no rule stands in the way of any choice."""
        low = int(self.root_bound)
        while self._only_fewest() and low < self.state.incumbent and not self.state.stop():
            n_sites = (low + int(self.state.incumbent) - 1) // 2
            is_open = self.covering.find(self.radius, n_sites, work=WORK)
            if is_open is None:
                # No proof, but with that few there is less to be found.
                low = n_sites + 1
            else:
                self.take(is_open)

    def close(self) -> None:
        """Cover with one site less for as long as that can be done."""
        while not self.state.proved and not self.state.stop():
            outcome, is_open = self.covering.few(self.radius, int(self.state.incumbent) - 1, work=WORK)
            if is_open is not None:
                self.take(is_open)
            elif outcome is Outcome.INFEASIBLE:
                self.solver_bound = self.state.incumbent
                self.state.raise_bound(self.solver_bound)
            else:
                return

    def _only_fewest(self) -> bool:
        return self.covering.rules.plain and len(self.covering.rules.count) == 0

    def _sentence(self) -> str:
        rules = "; ".join(self.covering.rules.sentences(self.covering.reach.problem))
        return f"no set of sites has every customer within {self.radius:g} and keeps all site rules: {rules or 'none'}"
