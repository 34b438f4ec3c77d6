"""p-center: the least worst latency, by a search over radii; at each, can so few sites cover everyone?

First in fractions, where an LP decides and its prices are a proof that can be checked; then in whole sites, by a MIP.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.radius.covering import TREE_GAP, Covering, Relaxed
from sitewright.optimizer.engine.state import State
from sitewright.optimizer.errors import Infeasible
from sitewright.optimizer.solver.answer import Outcome

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

# Sites that a first plan opens at most: more would cost more than they tell.
MOST_SPREAD = 1000

# Work of a search for a cover: at each of many radii, and right below the incumbent where no proof is in sight; where
# neither a cover nor a proof came of it, MORE times as much, up to DEEP, some minutes. A fresh start finds some covers
# soon or late: the work is shared among STARTS.
QUICK, LONG, MORE, DEEP, STARTS = 3e7, 4e9, 4, 5e10, 4

# Most swaps of each start for each row and site, at LONG.
A_LINE = 500

# The MIP solver is asked, before all else was, where the LP with cuts lacks no more sites than that of a proof.
LACK = 1.4

# Nodes of a tree that is to raise the bound.
FEW_NODES = 300

# How near to the least radius of fractions is near enough, and to that of cuts and small trees.
NEAR, NEAR_CUTS = 5e-4, 2e-3


@dataclass
class Center:
    """One search. `root_bound` is what `weights` prove, `solver_bound` what the solver adds by its word."""

    covering: Covering
    state: State
    least: Floats  # how far the nearest site that may open is from each customer
    weights: Floats
    root_bound: float = -np.inf
    solver_bound: float = -np.inf

    def solve(self) -> None:
        """Raise the bound and lower the incumbent until they meet, or a limit is reached.

        Raises
        ------
        Infeasible
            If no sites serve everyone under the rules.
        """
        state = self.state
        state.enter("bound")
        self.trivial()
        self.spread()
        if state.decision is None:
            self.any_plan()
        self.fractions()
        state.enter("search")
        self.descend()
        if not state.proved:
            state.enter("tree" if self.covering.rules.plain else "mip")
            self.whole()

    def any_plan(self) -> None:
        """Find a plan that serves everyone at all.

        Raises
        ------
        Infeasible
            If there is none.
        """
        covering = self.covering
        outcome, is_open = covering.choose(covering.reach.farthest, covering.rules.closed)
        if is_open is not None:
            self.take(is_open)
        elif outcome is Outcome.INFEASIBLE:
            rules = "; ".join(covering.rules.sentences(covering.reach.problem)) or "none"
            sentence = f"no set of sites serves every customer and keeps all site rules: {rules}"
            raise Infeasible([sentence], proof=covering.solver.name)

    def take(self, is_open: Mask) -> None:
        decision = self.covering.reach.decision(is_open)
        if decision is not None:
            far = self.covering.reach.matrix[decision.customer, decision.site]
            self.state.improve(decision, float(far.max()))

    def trivial(self) -> None:
        """Nobody can be nearer than to the nearest site of all."""
        least = self.least
        worst = int(np.argmax(least))
        self.weights = np.zeros(len(least))
        self.weights[worst] = 1.0
        self.root_bound = float(least[worst])
        self.state.raise_bound(self.root_bound)
        self.covering.add(np.array([worst]))

    def spread(self) -> None:
        """Open the site nearest to whoever is farthest, again and again, and make those customers active.

        (Gonzalez, Theoretical Computer Science 38, 1985.) Where only the number of sites is ruled, that is a plan.
        """
        reach, rules = self.covering.reach, self.covering.rules
        far = np.full(reach.shape[0], np.inf)
        is_open, seen, farthest = rules.forced.copy(), [], int(self.covering.active[0])
        if is_open.any():
            far = reach.nearest(is_open)[1]
        while int(is_open.sum()) < min(rules.most, MOST_SPREAD):
            row = np.where(is_open | rules.closed, np.inf, reach.matrix[farthest])
            site = int(np.argmin(row))
            if not np.isfinite(row[site]):
                break
            is_open[site] = True
            seen.append(farthest)
            far = np.minimum(far, reach.matrix[:, site])
            farthest = int(np.argmax(far))
        self.covering.add(np.unique([*seen, farthest]))
        if rules.plain and int(is_open.sum()) == rules.most:
            self.take(is_open)

    def fractions(self) -> None:
        """Raise the bound to the least radius within which fractions of sites can cover all, or nearly there."""
        high = self.state.incumbent
        while high - self.state.bound > NEAR * high and not self.state.stop():
            radius = self._between(self.state.bound, high)
            relaxed = self.covering.relax(radius) if radius is not None else None
            if radius is None or relaxed is None:
                return
            if not self._excluded(radius, relaxed):
                high = radius

    def descend(self) -> None:
        """Lower the incumbent by looking for covers, where nothing but the number of sites is ruled."""
        covering, state = self.covering, self.state
        low = state.bound
        while covering.rules.plain and state.incumbent - low > NEAR * state.incumbent and not state.stop():
            radius = self._between(low, state.incumbent)
            if radius is None:
                return
            is_open = covering.find(radius, covering.rules.most, work=QUICK)
            if is_open is not None:
                self.take(is_open)
            else:
                # No proof, but below that there is less to be found.
                low = np.nextafter(radius, np.inf)

    def rise(self) -> None:
        """Raise the bound by small trees, and by cuts, at radii where these may do."""
        covering, state, high = self.covering, self.state, self.state.incumbent
        while high - state.bound > NEAR_CUTS * high and not state.stop():
            radius = self._between(state.bound, high)
            if radius is None:
                return
            outcome, is_open = covering.few(radius, covering.rules.most, work=QUICK, nodes=FEW_NODES, lack=0.0)
            if is_open is not None:
                self.take(is_open)
            if outcome is Outcome.INFEASIBLE:
                self.solver_bound = self._next(radius)
                state.raise_bound(self.solver_bound)
            else:
                high = radius

    def whole(self) -> None:
        """Close what is left between bound and incumbent, with whole sites."""
        work, tried, risen = LONG, -np.inf, False
        while not self.state.proved and not self.state.stop():
            # A good plan is at hand where only the number is ruled: then one proof, right below it, is all it takes.
            plain = self.covering.rules.plain
            radius = (
                self._below(self.state.incumbent) if plain else self._between(self.state.bound, self.state.incumbent)
            )
            if radius is None or radius < self.state.bound:
                radius = self.state.bound
            relaxed = self.covering.relax(radius)
            if relaxed is None:
                return
            if self._excluded(radius, relaxed):
                continue
            assert relaxed.weights is not None
            out = relaxed.weights.useless(self.covering.rules.most)
            # No proof is in sight: a better plan is the more likely.
            wide = plain and self._wide(relaxed)
            if wide and (is_open := self._search(radius, work)) is not None:
                self.take(is_open)
                continue
            if wide and radius == tried and work < DEEP:
                if not risen:
                    self.rise()
                risen, work = True, work * MORE
                continue
            outcome, is_open = self.covering.choose(radius, out, lack=LACK if wide and work < DEEP else np.inf)
            if is_open is not None:
                self.take(is_open)
            elif outcome is Outcome.INFEASIBLE:
                self.solver_bound = self._next(radius)
                self.state.raise_bound(self.solver_bound)
            elif wide and work < DEEP:
                tried, work = radius, work * MORE
            else:
                return

    def _search(self, radius: float, work: float) -> Mask | None:
        most = self.covering.rules.most
        return self.covering.find(radius, most, work=work, starts=STARTS, a_line=A_LINE * work / LONG)

    def _wide(self, relaxed: Relaxed) -> bool:
        """Return whether prices prove too few sites for a tree to do the rest."""
        return relaxed.weights is None or self.covering.rules.most - relaxed.weights.total >= TREE_GAP

    def _excluded(self, radius: float, relaxed: Relaxed) -> bool:
        """Raise the bound past a radius within which not even fractions cover all; return whether it is one."""
        if relaxed.weights is None:
            self.solver_bound = self._next(radius)
            self.state.raise_bound(self.solver_bound)
            return True
        if relaxed.weights.excess(self.covering.rules) <= 0:
            return False
        self.root_bound, self.weights = self._next(radius), relaxed.weights.customer
        self.state.raise_bound(self.root_bound)
        return True

    def _next(self, radius: float) -> float:
        """Return the next distance of an active customer: up to there, covering is no easier than within `radius`."""
        rows = self.covering.rows
        return min(float(rows[rows > radius].min(initial=np.inf)), self.state.incumbent)

    def _below(self, high: float) -> float | None:
        """Return the greatest distance of an active customer below `high`, or None."""
        rows = self.covering.rows
        radius = float(rows[rows < high].max(initial=-np.inf))
        return radius if np.isfinite(radius) else None

    def _between(self, low: float, high: float) -> float | None:
        """Return a distance of an active customer from `low` to below `high`, about in their middle, or None."""
        rows = self.covering.rows
        some = rows[(rows >= low) & (rows < high)]
        if not len(some):
            return None
        least = float(some.min())
        return float(some[some <= (least + float(some.max())) / 2].max(initial=least))
