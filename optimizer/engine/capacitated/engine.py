"""One solve in progress, where demand may be shared: the stages, and what they share beyond the state."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.engine.capacitated.bound import Point, plain_bound, raise_bound
from sitewright.optimizer.engine.capacitated.counting import by_number
from sitewright.optimizer.engine.capacitated.crossing import Crossing
from sitewright.optimizer.engine.capacitated.descent import descend, opening_costs
from sitewright.optimizer.engine.capacitated.incumbent import Incumbent
from sitewright.optimizer.engine.capacitated.instance import capacitated
from sitewright.optimizer.engine.capacitated.root import climb, first_prices
from sitewright.optimizer.engine.capacitated.strengthen import strengthen
from sitewright.optimizer.engine.capacitated.tree import Tree
from sitewright.optimizer.engine.state import State
from sitewright.optimizer.engine.uncapacitated import keeps_all, usable_cost
from sitewright.optimizer.errors import Infeasible
from sitewright.optimizer.model.build import site_model
from sitewright.optimizer.plan import Certificate
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.solver.answer import Outcome
from sitewright.optimizer.solver.process import solve_model

TREE, COVERS, PRICES = "branch and bound", "flow covers", "prices of the site rules"
# By so much may a plan exceed its capacities, and so the checker's bound falls short of ours.
CHECKERS_SLACK = 1e-6
# Nodes up to which the tree grows before the numbers of open sites are looked at again, if there is a better plan.
NUMBERED = (200, 1000, np.inf)


class Capacitated:
    """One solve in progress."""

    def __init__(self, problem: Problem, state: State, *, seed: int, threads: int, solver: str) -> None:
        self.problem, self.state = problem, state
        self.seed, self.threads, self.solver = seed, threads, solver
        self.cost = usable_cost(problem)
        self.instance = capacitated(problem, self.cost, threads=threads)
        rules = [rule for rule in problem.all_rules if rule.kind == "site"]
        self.best = Incumbent(
            self.instance,
            state.gap,
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

    @property
    def capacity_prices(self) -> dict[str, float]:
        """EUR/yr that one more MW of each full open site would save at most, with the best plan's sites open."""
        served = self.best.serve(self.best.open)
        if served is None:
            return {}
        names = self.problem.sites[served.column].tolist()
        # Of a site that could hold all demand, capacity is no limit.
        limited = self.problem.numbers("capacity", np.inf)[served.column] == served.capacity
        price = np.where(limited, served.state[3], 0.0)
        return {name: float(w) for name, w in zip(names, price, strict=True) if w > 1e-9 * abs(self.best.value)}

    def _solve(self) -> bool:
        """Return False if it is proved that there is no plan."""
        instance, state, best = self.instance, self.state, self.best
        state.enter("bound")
        usable = instance.sites.state[: instance.n_sites] != 0
        if best.serve(usable) is None:
            return False
        point = Point(first_prices(instance), np.zeros(len(instance.rows)), instance.sites.state.copy())
        climb(instance, best, point, seed=self.seed, report=self._raise, stop=state.stop)
        if np.isfinite(point.u).all():
            self.multipliers = point.u.copy()
            self.root_bound = plain_bound(instance, point.u, slack=CHECKERS_SLACK)
        if not np.isfinite(best.value) and not state.stop():
            self._by_rules(point)
        if self.root_bound >= self.word_bound - 1e-9 * abs(self.word_bound):
            self.word, self.word_bound = "", -np.inf
        return self._close(point)

    def _close(self, point: Point) -> bool:
        """Prove or better what the root found; return False if it is proved that there is no plan."""
        state, best = self.state, self.best
        self._vouch(PRICES, point.value)
        if state.stop() or point.value > best.cutoff:
            return self._closed(point.value)
        state.enter("cuts")
        self.instance = strengthen(
            self.instance,
            best,
            point,
            seed=self.seed,
            report=lambda bound: self._vouch(COVERS, bound),
            stop=state.stop,
        )
        if state.stop() or point.value > best.cutoff:
            return self._closed(point.value)
        state.enter("tree")
        bound = self._branch(point, report=lambda bound: self._vouch(TREE, bound))
        self._vouch(TREE, bound)
        return self._closed(bound)

    def _branch(self, point: Point, *, report: Callable[[float], None], most: float = np.inf) -> float:
        """Branch and bound, for so many nodes at most; return the bound for plans below the cut-off."""
        instance, state, best = self.instance, self.state, self.best
        # One step, to decide what the reduced costs of the best prices allow.
        value = raise_bound(instance, point, steps=1, cutoff=best.cutoff, target=best.cutoff)
        if value > best.cutoff:
            return value
        fewer = replace(instance, near=instance.near.among(point.state[: instance.n_sites] != 0))
        crossing = Crossing(fewer, best, point, threads=self.threads, seed=self.seed)
        # Where customers are whole, plans that share demand are none.
        cross = crossing.run if instance.shared else lambda stop: None
        tree, whole, tried = Tree([(fewer, point)], best, threads=self.threads), True, np.inf
        for nodes in NUMBERED:
            if not tree.open or tree.nodes >= most:
                break
            if whole and best.value < tried and not state.stop():
                tried = best.value
                parts = by_number(fewer, best, point, stop=state.stop)
                if not parts:
                    return best.cutoff
                whole = parts[0][0] is fewer
                tree = tree if whole else Tree(parts, best, threads=self.threads)
            tree.run(report=report, stop=state.stop, most=min(most, nodes), cross=cross)
        return tree.bound

    def _by_rules(self, point: Point) -> None:
        """Choose sites by the master problem, which keeps all site rules, at the prices found."""
        instance, state, best = self.instance, self.state, self.best
        m = instance.n_sites
        rho = opening_costs(instance, point.u)[:m]
        model = site_model(self.problem, rho, closed=instance.sites.state[:m] == 0)
        answer = solve_model(
            model,
            time_limit=state.left,
            gap=1e-6,
            seed=self.seed,
            threads=self.threads,
            stop=state.stop,
        )
        if answer.outcome is Outcome.INFEASIBLE:
            rules = "; ".join(r.sentence() for r in self.problem.all_rules if r.kind == "site")
            raise Infeasible([f"no set of sites keeps all site rules and holds the demand: {rules}"], proof="highs")
        if answer.values is not None:
            descend(best, answer.values[:m] > 0.5, np.ones(m, dtype=bool))

    def _closed(self, bound: float) -> bool:
        """Return False if nothing is left and nothing was found: there is no plan."""
        return np.isfinite(self.best.value) or bound < self.instance.sites.big

    def _better(self, decision: Decision, value: float) -> None:
        self.state.improve(decision, value)

    def _raise(self, bound: float) -> None:
        """Take note of a bound of prices alone, those of the site rules included."""
        self.state.raise_bound(min(bound, self.best.value))
        self.word, self.word_bound = PRICES, self.state.bound

    def _vouch(self, word: str, bound: float) -> None:
        """Take note of a bound; what exceeds the root's is the word of whoever says so."""
        if bound > self.best.cutoff:
            # Plans above the cut-off were not looked at.
            bound = self.best.cutoff if np.isfinite(self.best.value) else np.inf
        if bound == np.inf:
            return
        self.state.raise_bound(bound)
        if bound > max(self.word_bound, self.root_bound) + 1e-9 * abs(bound):
            self.word, self.word_bound = word, bound
