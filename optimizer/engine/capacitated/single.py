"""Exact siting with capacities and customers that must have one site: a plan by local search, the rest by a MIP.

The prices, and a tree over the sites, are those of shared demand, whose bounds hold here too. Whole customers let
reduced costs decide pairs as well as sites, so that what is left is a small MIP; it is solved on the pairs that look
best first, since a better plan decides more of the others (cut-and-solve: Climer, Zhang, Artificial Intelligence 170,
2006; on this problem Yang, Chu, Chen, European Journal of Operational Research 221, 2012).
"""

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.cost import cost_split
from sitewright.optimizer.decision import Decision
from sitewright.optimizer.engine.assign import from_values, single_sourced
from sitewright.optimizer.engine.capacitated.bound import Point
from sitewright.optimizer.engine.capacitated.engine import TREE, Capacitated
from sitewright.optimizer.engine.capacitated.hint import hint_of
from sitewright.optimizer.engine.capacitated.incumbent import Mask, Served
from sitewright.optimizer.engine.capacitated.packing import Packing
from sitewright.optimizer.engine.capacitated.polish import Polish
from sitewright.optimizer.engine.capacitated.reduced import Reduced, kept_rows, reduced_costs
from sitewright.optimizer.engine.capacitated.starts import best_start
from sitewright.optimizer.engine.capacitated.whole import Node, Whole, countable
from sitewright.optimizer.engine.capacitated.whole_tree import WholeTree
from sitewright.optimizer.engine.state import State
from sitewright.optimizer.errors import Infeasible
from sitewright.optimizer.model.build import Model, build
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.solver.answer import Answer, Outcome
from sitewright.optimizer.solver.process import solve_model

WHOLE = "0-1 knapsacks"
# Rounds of the local search for one open set, and from a choice of the tree.
ROUNDS, AGAIN = 40, 6
# Pairs that the first MIP is given, by customer; steps of the bound of 0-1 knapsacks.
FIRST, STEPS = 6, 600
# Nodes of its tree before guesses and the first MIP, and in all where site rules have prices: these stay as they are,
# so that the tree may be long. Seconds to put parts of plans together, and for a MIP that more follows.
SOON, FEW, MOMENT, MINUTE = 100, 3000, 10.0, 60.0
# The first guess of what the best plan costs beyond the bound, as a part of it; nodes that a guess is worth, and up to
# which the next one is twice as far from the bound.
GUESS, GUESSED, CHEAP = 5e-4, 2000, 300
# Pairs that the MIP may close before the tree where the gap is as wide as this part.
SMALL, WIDE = 400, 5e-3
# Pairs beyond which plans are what lacks, and no MIP ends a guess that was not decided within fewer nodes.
LARGE, GUESSED_DEEP = 20_000, 1500
# Nodes of the tree that bounds plans with shared demand, and where plans are bettered by parts.
NODES, FEWER_NODES = 3000, 200


class SingleSourced(Capacitated):
    """One solve in progress."""

    def __init__(self, problem: Problem, state: State, *, seed: int, threads: int, solver: str) -> None:
        super().__init__(problem, state, seed=seed, threads=threads, solver=solver)
        self.single = single_sourced(problem)
        self.best.look = self._look
        # Whole customers make whole sums, where all costs are whole.
        whole = bool(np.all(self.cost[np.isfinite(self.cost)] % 1 == 0) and np.all(self.instance.sites.price % 1 == 0))
        self._usable = np.where(np.isfinite(self.cost), self.cost, np.inf).astype(np.float64)
        self._found: tuple[float, Reduced] | None = None
        self.deep = self._usable.size > LARGE
        self.packing = Packing(self._usable, self.instance.demand, always=self.deep, seed=seed, stop=state.stop)
        self.polish: Polish | None = None
        self._prices = np.zeros(len(self.cost))
        self.step = 1.0 if whole and self.single.all() else 0.0

    @property
    def cutoff(self) -> float:
        """No plan that costs more than this is looked for."""
        value = self.state.incumbent
        if not np.isfinite(value):
            return self.instance.sites.big
        if self.step:
            return value - self.step + 1e-6
        return value - max(self.state.gap / 2, 5e-10) * max(1.0, abs(value))

    @property
    def capacity_prices(self) -> dict[str, float]:
        """Whole customers have no such prices."""
        return {}

    def _better(self, decision: Decision, value: float) -> None:
        """Plans that share demand are none here; `_look` has seen their sites."""

    def _look(self, is_open: Mask, served: Served, value: float) -> None:
        """Pack whole customers into the sites of a plan that shares demand, unless that costs too much already.

        The search begins at the site with the largest share of each customer.
        """
        demand = self.instance.demand
        if value >= self.cutoff:
            return
        cost = np.where(served.open, served.unit * np.where(demand > 0, demand, 1.0)[:, None], np.inf)
        site = np.argmax(served.state[1], axis=0)
        site = np.where(demand > 0, site, np.argmin(cost, axis=1))
        price = float(np.median(served.state[3][served.open])) + 1e-3 * float(self.best.value) / max(demand.sum(), 1e-9)
        # Every two customers are looked at in each round.
        rounds = int(np.clip(ROUNDS * (300 / len(demand)) ** 2, 4, ROUNDS))
        self._pack(is_open, served.column, cost, served.capacity, site, price, rounds)

    def _again(self, is_open: Mask, site: NDArray[np.int64]) -> None:
        """Search for a whole assignment from a choice of the tree, which is taken as it is if it fits.

        Where chains find none, more sites open.
        """
        for wider in [is_open] if self.polish is None or not self.deep else self.polish.wider(is_open):
            if self._at(wider, site):
                break
        if self.polish is not None:
            self.polish.now_and_then()

    def _at(self, is_open: Mask, site: NDArray[np.int64]) -> bool:
        """Search for a whole assignment to open sites from one that may use others; return whether one was found."""
        demand, column = self.instance.demand, np.flatnonzero(is_open)
        if not len(column):
            return False
        cost = self.cost[:, column].astype(np.float64)
        place = np.minimum(np.searchsorted(column, site), len(column) - 1)
        place = np.where(is_open[site], place, np.argmin(cost, axis=1))
        if not np.isfinite(cost[np.arange(len(site)), place]).all():
            return False
        price = 1e-3 * abs(self.state.bound) / max(demand.sum(), 1e-9)
        return self._pack(is_open, column, cost, self.instance.capacity[column], place, price, AGAIN)

    def _pack(
        self,
        is_open: Mask,
        column: NDArray[np.int64],
        cost: NDArray[np.float64],
        capacity: NDArray[np.float64],
        site: NDArray[np.int64],
        price: float,
        rounds: int,
    ) -> bool:
        """Search for a whole assignment to an open set from the one given, which may exceed capacities.

        Return whether one was found.
        """
        # A solve that is stopped before it has a plan makes one more search.
        late = self.state.stop() and np.isfinite(self.state.incumbent)
        found = self.packing.search(is_open, column, cost, capacity, site, price=price, rounds=rounds, late=bool(late))
        if found is not None:
            self._take(Decision(is_open.copy(), np.arange(len(site)), found, np.ones(len(site))))
        return found is not None

    def _take(self, decision: Decision) -> None:
        if any(True for rule in self.problem.all_rules for _ in rule.broken(self.problem, decision)):
            return
        value = sum(cost_split(self.problem, decision).values())
        if self.polish is not None:
            self.polish.hear(decision, value)
        self.state.improve(decision, value)

    def _close(self, point: Point) -> bool:
        """Return False if it is proved that there is no plan."""
        state = self.state
        self._raise(point.value)
        if point.value > self.cutoff:
            return self._ended(point.value)
        costs = self._costs(point)
        if costs.bound > self.cutoff:
            return self._ended(costs.bound)
        state.enter("tree")
        shared = Point(point.u.copy(), point.lam.copy(), point.state.copy(), point.value)
        tree = self._whole_tree(point)
        if tree is not None and self.deep:
            self.polish = self._polish()
        if np.isfinite(self.best.value):
            bound = self._branch(shared, report=self._shared, most=FEWER_NODES if self.deep else NODES)
            self._shared(min(bound, self.best.cutoff))
        if state.stop() or state.proved:
            return True
        for most in (SOON, FEW if len(self.instance.sites.rows) else np.inf):
            if tree is not None:
                if np.isfinite(state.incumbent):
                    self._run(tree, most)
                    if tree.bound > self.cutoff:
                        return self._ended(tree.bound)
                if most == SOON:
                    self.polish = self._polish() if self.polish is None else self.polish
                    if self._suits_mip(point) and not self._last(point, MINUTE):
                        return False
                    if state.proved:
                        return True
                    tree = self._guessed(point, tree)
                    if tree.bound > self.cutoff:
                        return self._ended(np.inf)
            elif most == SOON and not state.stop() and self._first(point, MINUTE):
                state.say()
        return state.stop() or self._last(point, np.inf)

    def _last(self, point: Point, seconds: float) -> bool:
        """Solve the MIP on all pairs left, for so long; return False if it is proved that there is no plan."""
        state, costs = self.state, self._costs(point)
        if max(costs.bound, point.value) > self.cutoff:
            return self._ended(max(costs.bound, point.value))
        live, closed = self._left(costs)
        limit = min(seconds, np.inf if state.left is None else state.left)
        answer = self._mip(costs, live, closed, time_limit=limit if limit < np.inf else None, whole=True)
        if answer.outcome is Outcome.INFEASIBLE:
            if state.decision is None:
                raise Infeasible(["the rules together admit no plan"], proof=self.solver)
            return self._ended(np.inf)
        return self._ended(answer.bound)

    def _suits_mip(self, point: Point) -> bool:
        """Return whether few pairs are left and a wide gap, for which the tree needs very many nodes."""
        state = self.state
        wide = state.incumbent - state.bound > WIDE * abs(state.incumbent)
        return bool(np.isfinite(state.incumbent) and wide and self._left(self._costs(point))[0].sum() <= SMALL)

    def _guessed(self, point: Point, tree: WholeTree) -> WholeTree:
        """Look for plans that cost hardly more than the bound, then for dearer ones.

        A low cut-off decides what the incumbent cannot. A tree that ends without a plan below it proves it a bound.
        Return the tree to go on with: the one given, or that of a guess beyond the best plan.
        """
        state, part = self.state, GUESS
        while not state.stop():
            step = part * max(1.0, abs(state.bound))
            guess = state.bound + step
            # More than half of the way, the tree for all plans does as well.
            other = self._whole_tree(point, guess) if guess + step * (not self.deep) < self.cutoff else None
            if other is None:
                break
            self._run(other, GUESSED_DEEP if self.deep else GUESSED)
            if self.cutoff <= guess:
                return other
            if other.bound == np.inf:
                self._knapsacks(guess)
            elif not self.deep:
                break
            # Dearer guesses ask for far more nodes: the next one goes no further than it must.
            part *= 2 if self.deep or other.nodes < CHEAP else 1
        return tree

    def _whole_tree(self, point: Point, guess: float = np.inf) -> WholeTree | None:
        """Return a tree on sites and pairs with bounds of 0-1 knapsacks, None where the tables are large.

        It looks for plans below the cut-off that cost no more than `guess`.
        """
        if not (self.single.all() and countable(self.instance)):
            return None
        whole = Whole(self.instance, point, self._usable)
        # Prices of shared demand may be far lower than those of whole customers, who leave room unused.
        root = Node(self._prices.copy(), point.state.copy(), np.isfinite(self._usable), point.value)
        return WholeTree(
            whole,
            root,
            cutoff=lambda: min(self.cutoff, guess),
            pack=self._again,
            threads=self.threads,
            deep=self.deep,
        )

    def _polish(self) -> Polish:
        """Return what betters plans by their parts, after the best so far."""
        state = self.state
        polish = Polish(
            self.instance,
            self.cost.astype(np.float64),
            self._prices,
            keeps=self.best.keeps,
            take=self._take,
            solve=self._together,
            seed=self.seed,
            deep=self.deep,
            threads=self.threads,
            stop=state.stop,
        )
        if state.decision is not None:
            polish.hear(state.decision, state.incumbent)
            polish.run()
        return polish

    def _together(self, model: Model, hint: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Solve a model of parts of plans for a moment."""
        state = self.state
        answer = solve_model(
            model,
            solver=self.solver,
            time_limit=MOMENT if state.left is None else min(MOMENT, state.left),
            gap=state.gap / 2,
            seed=self.seed,
            threads=self.threads,
            hint=hint,
            stop=state.stop,
        )
        return answer.values

    def _run(self, tree: WholeTree, most: float) -> None:
        """Branch until so many nodes were bounded."""
        tree.run(report=self._knapsacks, stop=lambda: self.state.stop() or tree.nodes >= most)
        if tree.bound < np.inf:
            self._knapsacks(tree.bound)

    def _knapsacks(self, bound: float) -> None:
        """Take note of a bound of 0-1 knapsacks for plans below the cut-off."""
        bound = min(bound, self.state.incumbent)
        self.state.raise_bound(bound)
        if bound > max(self.word_bound, self.root_bound) + 1e-9 * abs(bound):
            self.word, self.word_bound = WHOLE, bound

    def _shared(self, bound: float) -> None:
        """Take note of a bound on plans that share demand, and so on all."""
        bound = min(bound, self.best.cutoff, self.state.incumbent)
        self.state.raise_bound(bound)
        if bound > max(self.word_bound, self.root_bound) + 1e-9 * abs(bound):
            self.word, self.word_bound = TREE, bound

    def _ended(self, bound: float) -> bool:
        """Take note of a bound that holds for plans below the cut-off."""
        value = self.state.incumbent
        if not np.isfinite(value):
            return bound < self.instance.sites.big
        if bound > self.cutoff:
            # Plans above the cut-off were not looked at.
            bound = value if self.step else self.cutoff
        if bound > max(self.root_bound, self.word_bound):
            self.word, self.word_bound = self.solver, bound
        self.state.raise_bound(bound)
        return True

    def _first(self, point: Point, seconds: float) -> bool:
        """Solve the MIP on the best pairs of each customer alone."""
        costs = self._costs(point)
        live, closed = self._left(costs)
        if live.sum() <= 2 * FIRST * len(live):
            return False
        rank = np.where(live, costs.pair + np.maximum(costs.site, 0.0)[None] / 10, np.inf)
        limit = np.partition(rank, FIRST - 1, axis=1)[:, FIRST - 1]
        some = live & (rank <= limit[:, None])
        if self.state.decision is not None:
            some[self.state.decision.customer, self.state.decision.site] = True
        left = self.state.left
        self._mip(costs, some, closed, time_limit=seconds if left is None else min(seconds, left / 3), whole=False)
        return True

    def _costs(self, point: Point) -> Reduced:
        """Return the reduced costs, by 0-1 knapsacks where all customers are whole and these are small."""
        if not (self.single.all() and countable(self.instance)):
            return reduced_costs(self.instance, point)
        if self._found is not None and self._found[0] == self.cutoff:
            return self._found[1]
        whole = Whole(self.instance, point, self._usable)
        target = self.state.incumbent if np.isfinite(self.state.incumbent) else point.value + 0.05 * abs(point.value)
        node = best_start(whole, point, cutoff=self.cutoff, target=target)
        self._prices = node.u
        for _ in range(3):
            whole.climb(node, cutoff=self.cutoff, target=target, steps=STEPS)
            costs = whole.reduced(node)
            if costs.bound > self.cutoff:
                break
            self._knapsacks(costs.bound)
            live, _ = self._left(costs)
            before = node.live.sum()
            node.live &= live
            self._usable = whole.usable(node)
            if live.sum() > 0.98 * before or self.state.stop():
                break
        if costs.bound < point.value:
            # Grains may lose more than whole customers gain.
            costs = reduced_costs(self.instance, point)
        self._found = self.cutoff, costs
        return costs

    def _left(self, costs: Reduced) -> tuple[Mask, Mask]:
        """Return the pairs that a plan below the cut-off may use, and the sites that none opens."""
        margin = 1e-9 * max(1.0, abs(self.cutoff))
        live = np.isfinite(self._usable) & (~self.single[:, None] | (costs.bound + costs.pair <= self.cutoff + margin))
        state = costs.state
        closed = (state == 0) | ((state != 1) & (costs.bound + np.maximum(costs.site, 0.0) > self.cutoff + margin))
        return live & ~closed, closed

    def _mip(self, costs: Reduced, live: Mask, closed: Mask, *, time_limit: float | None, whole: bool) -> Answer:
        """Solve on the pairs given and take the best plan; `whole` says that its bound holds for every plan."""
        state, problem = self.state, self.problem
        model = build(problem, live=live, closed=closed, cuts=kept_rows(self.instance, costs, state.incumbent))
        answer = solve_model(
            model,
            solver=self.solver,
            time_limit=time_limit,
            gap=state.gap / 2,
            seed=self.seed,
            threads=self.threads,
            hint=hint_of(problem, model.columns, state.decision, live),
            stop=state.stop,
            on_bounds=lambda value, bound: state.say(value, min(bound, state.incumbent) if whole else None),
        )
        if answer.values is not None:
            is_open = answer.values[: problem.n_sites] > 0.5
            self._take(from_values(problem, is_open, answer.values[model.columns.first_pair :], model.columns))
        return answer
