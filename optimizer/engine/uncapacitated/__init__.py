"""Exact siting without capacities: least cost and p-median, under every pair and site rule.

near ends of the rows (`prefix`) -> prices and a bound (`root`), open sets beside (`incumbent`, `interchange`) -> sites
decided by reduced cost (`relaxation`) -> what is left by MIP where it is small (`residual`), else by branch and bound
(`tree`).
"""

import numpy as np
from numpy.typing import NDArray

from sitewright import kernels
from sitewright.optimizer.decision import Decision
from sitewright.optimizer.engine.assign import cheapest, nearest
from sitewright.optimizer.engine.state import State
from sitewright.optimizer.engine.uncapacitated.bound import Point, plain_bound, raise_bound
from sitewright.optimizer.engine.uncapacitated.incumbent import Incumbent
from sitewright.optimizer.engine.uncapacitated.instance import instance_of
from sitewright.optimizer.engine.uncapacitated.live import live_pairs
from sitewright.optimizer.engine.uncapacitated.matrix import at_hand, usable_cost
from sitewright.optimizer.engine.uncapacitated.merge import merge
from sitewright.optimizer.engine.uncapacitated.prefix import Prefix, build_prefix
from sitewright.optimizer.engine.uncapacitated.residual import close_by_mip
from sitewright.optimizer.engine.uncapacitated.root import climb, first_plan, polish
from sitewright.optimizer.engine.uncapacitated.tree import Tree
from sitewright.optimizer.errors import Infeasible
from sitewright.optimizer.plan import Certificate
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.base import Rule

__all__ = ["Uncapacitated", "usable_cost"]

# Live pairs beyond which a MIP would stall in its first linear program.
MIP_PAIRS = 60_000
# Relative gap beyond which the linear program is too weak for its cost: many quick Lagrangian nodes do better.
MIP_GAP = 0.0005
# Nodes of the tree that are tried before a MIP where so few sites are open that each decides much.
TRY, FEW = 256, 128
TREE, PRICES = "branch and bound", "prices of the site rules"


class Uncapacitated:
    """One solve in progress."""

    def __init__(
        self,
        problem: Problem,
        state: State,
        *,
        seed: int,
        threads: int,
        solver: str,
        on_card: bool = False,
    ) -> None:
        self.problem, self.state = problem, state
        self.seed, self.threads, self.solver = seed, threads, solver
        self.cost = usable_cost(problem)
        self.merged = merge(self.cost, threads=threads)
        merged = self.merged.cost
        matrix = at_hand(merged)
        if on_card:
            # Taken there once; the passes that follow leave it there.
            alike = merged is self.cost
            self.cost = kernels.upload(self.cost)
            merged = self.cost if alike else kernels.upload(merged)
        self.instance = instance_of(problem, merged)
        rules = [rule for rule in problem.all_rules if rule.kind == "site"]
        self.incumbent = Incumbent(
            self.instance,
            state.gap,
            matrix=matrix,
            keeps=lambda is_open: keeps_all(problem, rules, is_open),
            partner_of=problem.partner_of,
            report=self._better,
            stop=state.stop,
        )
        self.multipliers = np.zeros(problem.n_customers)
        self.root_bound, self.word, self.word_bound = -np.inf, "", -np.inf

    def run(self) -> None:
        """Solve as far as the limits allow.

        Raises
        ------
        Infeasible
            If it is proved that there is no plan.
        """
        if not self._solve():
            raise Infeasible(["the rules together admit no plan"], proof=self.word or TREE)

    @property
    def certificate(self) -> Certificate:
        return Certificate(self.multipliers, self.root_bound, self.word_bound, self.word)

    def _solve(self) -> bool:
        """Return False if it is proved that there is no plan."""
        instance, state, best = self.instance, self.state, self.incumbent
        if instance.low > instance.high:
            self.word = "counting"
            return False
        state.enter("search")
        guess = instance.high if instance.high < instance.n_sites // 2 else max(1, instance.n_sites // 50)
        prefix = self._near(guess)
        first_plan(instance, best, prefix)
        if best.open.any() and 3 * best.open.sum() < 2 * guess:
            prefix = self._near(int(best.open.sum()))
        state.enter("bound")
        point = Point(self._first_prices(prefix), np.zeros(len(instance.rows)), instance.state.copy())
        climb(instance, prefix, best, point, seed=self.seed, report=self._raise, stop=state.stop)
        if np.isfinite(point.u).all():
            self.multipliers = self.merged.prices(point.u)
            self.root_bound = self._safe(plain_bound(instance, prefix, point.u))
        polish(instance, prefix, best, point, seed=self.seed)
        if np.isfinite(best.value) and not state.stop() and point.value <= best.cutoff:
            raise_bound(instance, prefix, point, steps=50, cutoff=best.cutoff, target=best.value)
        if self.root_bound >= self.word_bound - 1e-9 * abs(self.word_bound):
            self.word, self.word_bound = "", -np.inf
        self._vouch(TREE, point.value)
        if state.stop() or point.value > best.cutoff:
            return self._closed(point.value)
        live = prefix
        if np.isfinite(best.value):
            live = live_pairs(instance, point, best.cutoff, scale=prefix.scale, threads=self.threads)
        state.enter("tree")
        tree = Tree(instance, prefix, live, best, point, threads=self.threads)
        suits = self._mip_suits(len(live.cost), point.value)
        tree.run(
            seed=self.seed,
            report=lambda bound: self._vouch(TREE, bound),
            stop=state.stop,
            most=(TRY if best.open.sum() <= FEW else 0) if suits else None,
        )
        if tree.open and suits and not state.stop():
            state.enter("mip")
            bound = close_by_mip(
                instance,
                point,
                live,
                best,
                solver=self.solver,
                time_limit=state.left,
                seed=self.seed,
                threads=self.threads,
                stop=state.stop,
                on_bounds=lambda value, bound: state.say(bound=min(bound, best.value)),
            )
            self._vouch(self.solver, bound)
            if state.stop() or bound >= best.cutoff:
                return self._closed(bound)
            state.enter("tree")
            tree.run(seed=self.seed, report=lambda bound: self._vouch(TREE, bound), stop=state.stop)
        self._vouch(TREE, tree.bound)
        return self._closed(tree.bound)

    def _mip_suits(self, pairs: int, bound: float) -> bool:
        gap = (self.incumbent.value - bound) / max(1.0, abs(self.incumbent.value))
        return pairs <= MIP_PAIRS and gap < MIP_GAP

    def _closed(self, bound: float) -> bool:
        """Return False if nothing is left and nothing was found: there is no plan."""
        return np.isfinite(self.incumbent.value) or bound < np.inf

    def _near(self, n_open: int) -> Prefix:
        """Keep four times as many near sites of each customer as there are sites for each one that is open."""
        instance = self.instance
        rank = max(12, 4 * instance.n_sites // n_open)
        live = instance.state[: instance.n_sites] != 0
        return build_prefix(instance.cost, live, rank=rank, threads=self.threads)

    def _first_prices(self, prefix: Prefix) -> NDArray[np.float64]:
        """Start each customer's price between its nearest site and its nearest open one."""
        start, near = prefix.start, prefix.cost
        first = np.where(np.diff(start) > 0, near[np.minimum(start[:-1], len(near) - 1)] if len(near) else 0.0, 0.0)
        is_open = self.incumbent.open
        if not is_open.any():
            return np.asarray(first, dtype=np.float64)
        _, reach = cheapest(self.instance.cost, is_open)
        reach = np.where(np.isfinite(reach), reach, first)
        return np.minimum(np.maximum(first, reach), prefix.top)

    def _better(self, is_open: NDArray[np.bool_], value: float) -> None:
        decision = nearest(self.problem, is_open, self.cost)
        if decision is not None:
            self.state.improve(decision, value)

    def _raise(self, bound: float) -> None:
        """Take note of a bound of prices alone, those of the site rules included."""
        self.state.raise_bound(min(self._safe(bound), self.incumbent.value))
        self.word, self.word_bound = PRICES, self.state.bound

    def _safe(self, bound: float) -> float:
        """Take off what merging rows that are alike within rounding may have added; nothing to speak of in float64."""
        return bound - self.merged.error * abs(bound) if self.merged.error > 1e-12 else bound

    def _vouch(self, word: str, bound: float) -> None:
        """Take note of a bound; what exceeds the root's is the word of whoever says so."""
        bound = self._safe(self._ceiling() if bound > self.incumbent.cutoff else bound)
        if bound == np.inf:
            return
        self.state.raise_bound(bound)
        if bound > max(self.word_bound, self.root_bound) + 1e-9 * abs(bound):
            self.word, self.word_bound = word, bound

    def _ceiling(self) -> float:
        """Return what a bound can prove: plans above the cut-off were not looked at."""
        best = self.incumbent
        if not np.isfinite(best.value):
            return np.inf
        return best.value if best.exact else best.cutoff


def keeps_all(problem: Problem, rules: list[Rule], is_open: NDArray[np.bool_]) -> bool:
    """Return whether an open set keeps all site rules."""
    none = np.empty(0, dtype=np.int64)
    decision = Decision(is_open, none, none, np.empty(0))
    return bool(is_open.any()) and not any(True for rule in rules for _ in rule.broken(problem, decision))
