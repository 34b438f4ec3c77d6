"""Problems with rules over loads that the exact engines do not hold: a bound, a search, and the MIP of what is left."""

import numpy as np

from sitewright.optimizer.cost import cost_split
from sitewright.optimizer.decision import Decision
from sitewright.optimizer.engine.assign import assign, from_values
from sitewright.optimizer.engine.lagrangian import Relaxation, RootBound, least_open, root_bound
from sitewright.optimizer.engine.search import Search
from sitewright.optimizer.engine.state import State
from sitewright.optimizer.errors import Infeasible
from sitewright.optimizer.model.build import build, site_model
from sitewright.optimizer.model.columns import Columns, Rows, row
from sitewright.optimizer.plan import Certificate
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.solver.answer import Answer, Outcome
from sitewright.optimizer.solver.process import solve_model

PRICES = "prices and the number of sites"
# Candidates that the MIP tries first, where there are more than twice as many.
SHORTLIST = 24


class ByLoads:
    """One solve in progress: the stages, and what they share beyond the state."""

    def __init__(self, problem: Problem, state: State, *, seed: int, threads: int, solver: str) -> None:
        self.problem, self.state = problem, state
        self.seed, self.threads, self.solver = seed, threads, solver
        self.cost = np.where(problem.allowed, problem.data["service_cost"].values, np.inf)
        self.search = Search(problem, self.cost)
        self.solver_bound, self.solver_used = -np.inf, ""

    def run(self) -> None:
        """Solve as far as the limits allow.

        Raises
        ------
        Infeasible
            If it is proved that there is no plan.
        """
        self.root = self.bound_and_search()
        if not self.state.proved and not self.state.stop():
            self.close(self.root)

    @property
    def certificate(self) -> Certificate:
        return Certificate(self.root.multipliers, self.root.plain, self.solver_bound, self.solver_used)

    def take(self, decision: Decision | None) -> None:
        """Take a decision as the incumbent if it keeps every rule and is better."""
        if decision is None or any(True for r in self.problem.all_rules for _ in r.broken(self.problem, decision)):
            return
        self.state.improve(decision, sum(cost_split(self.problem, decision).values()))

    def vouch(self, solver: str, bound: float) -> None:
        """Take a solver's word for a bound, and remember whose word it is."""
        if bound > self.solver_bound:
            self.solver_bound, self.solver_used = bound, solver
        self.state.raise_bound(min(bound, self.state.incumbent))

    def vouch_prices(self, root: RootBound) -> None:
        """Take a bound of prices; what rests on the number of sites, the checker cannot recompute."""
        if root.bound > root.plain + 1e-9 * abs(root.plain):
            self.vouch(PRICES, min(root.bound, self.state.incumbent))
        else:
            self.state.raise_bound(min(root.bound, self.state.incumbent))

    def bound_and_search(self) -> RootBound:
        state, problem = self.state, self.problem
        state.enter("bound")
        self.at_least = least_open(problem, time_limit=state.left)
        # Without the rules a local optimum is quick, and near enough to the optimum to aim the subgradient at.
        relaxation = Relaxation(problem)
        everything = ~relaxation.closed
        loose = Search(problem, self.cost, keep_rules=False)
        target = loose.price(
            loose.improve(_cheapest(relaxation, everything), banned=relaxation.closed, stop=state.stop)
        )
        root = root_bound(problem, target=target, at_least=self.at_least, stop=state.stop)
        self.vouch_prices(root)
        state.enter("search")
        self.master(root)
        if state.decision is not None and not state.proved and not state.stop():
            # The first target knew neither rules nor capacities; a true incumbent leads to better prices.
            state.enter("bound")
            root = root_bound(
                problem,
                target=state.incumbent,
                start=root.multipliers,
                at_least=self.at_least,
                stop=state.stop,
            )
            self.vouch_prices(root)
            state.enter("search")
            self.master(root)
        return root

    def master(self, root: RootBound) -> None:
        """Choose sites under all site rules at the root's prices: a sharper bound, and a set to search from."""
        state, problem, search = self.state, self.problem, self.search
        if state.stop():
            return
        answer = solve_model(
            site_model(problem, root.reduced, closed=root.closed),
            time_limit=state.left,
            gap=1e-6,
            seed=self.seed,
            threads=self.threads,
            stop=state.stop,
        )
        if answer.outcome is Outcome.INFEASIBLE:
            rules = "; ".join(r.sentence() for r in problem.all_rules if r.kind == "site")
            raise Infeasible([f"no set of sites keeps all site rules and holds the demand: {rules}"], proof="highs")
        self.vouch("highs", float(root.multipliers.sum()) + answer.bound)
        if answer.values is None:
            return
        start = answer.values[: problem.n_sites] > 0.5
        best = search.improve(start, banned=root.closed, stop=state.stop) if search.keeps_rules(start) else start
        # The prices know of capacity and the search does not: either may have the better set.
        for is_open in [start] if np.array_equal(best, start) else [best, start]:
            if not state.stop():
                self.take(assign(problem, is_open, self.cost, time_limit=state.left, stop=state.stop))

    def close(self, root: RootBound) -> None:
        """Hand what the bound could not decide to the MIP solver, with the incumbent as its start."""
        state = self.state
        state.enter("mip")
        closed = root.proved_closed(state.incumbent) if state.decision is not None else root.closed
        # A better incumbent from the sites that look best proves most others closed, for little (expansion-2015 on two
        # cores: the stage takes 0.5 s, and 6.9 s without).
        price = np.where(root.forced, -np.inf, root.reduced)
        best = np.zeros_like(closed)
        best[np.argsort(price, kind="stable")[: root.forced.sum() + SHORTLIST]] = True
        if state.decision is not None and (~closed & ~best & ~state.decision.open).sum() > SHORTLIST:
            self.mip(root, closed | ~(best | state.decision.open), say=False)
            closed = root.proved_closed(state.incumbent)
        if state.stop():
            return
        answer = self.mip(root, closed)
        if answer.outcome is Outcome.INFEASIBLE and state.decision is None:
            raise Infeasible(["the rules together admit no plan"], proof=self.solver)
        # Sites were closed because no plan with them beats the incumbent: infeasible means it is the best there is.
        self.vouch(self.solver, state.incumbent if answer.outcome is Outcome.INFEASIBLE else answer.bound)

    def mip(self, root: RootBound, closed: "np.ndarray[tuple[int], np.dtype[np.bool_]]", *, say: bool = True) -> Answer:
        """Solve without the closed sites and take the best plan; `say` the bounds where they hold for every plan."""
        state, problem = self.state, self.problem
        model = build(problem, closed=closed, cuts=_cuts(problem, root, state.incumbent, self.at_least))
        answer = solve_model(
            model,
            solver=self.solver,
            time_limit=state.left,
            gap=state.gap / 2,
            seed=self.seed,
            threads=self.threads,
            hint=_hint(problem, model.columns, state.decision),
            stop=state.stop,
            on_bounds=lambda incumbent, bound: state.say(incumbent, bound if say else None),
        )
        if answer.values is not None:
            is_open = answer.values[: problem.n_sites] > 0.5
            serve = answer.values[model.columns.first_pair :]
            self.take(from_values(problem, is_open, serve, model.columns))
            if not state.cancel.cancelled:
                self.take(assign(problem, is_open, self.cost, time_limit=60.0))
        return answer


def _cheapest(
    relaxation: Relaxation, usable: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Return an open set to start from: the forced sites, or the one that serves everyone for least."""
    if relaxation.forced.any():
        return relaxation.forced.copy()
    reach = np.where(np.isfinite(relaxation.cost), relaxation.cost, 1e15).sum(axis=0) + relaxation.fixed
    one = np.zeros(len(usable), dtype=bool)
    one[np.argmin(np.where(usable, reach, np.inf))] = True
    return one


def _cuts(problem: Problem, root: RootBound, cutoff: float, at_least: int) -> list[Rows]:
    """Return rows over sites and partners that every plan worth finding keeps; they let the solver prune early.

    Open sites hold the whole demand, are so many, and their Lagrangian bound stays below the incumbent.
    """
    n = problem.n_sites
    total = problem.numbers("demand").sum()
    cover = np.minimum(problem.numbers("capacity", np.inf), total)
    cuts = [row("cover", np.arange(n), cover, lower=total * (1 - 1e-9))]
    cuts.append(row("count", np.arange(n), 1.0, lower=at_least))
    if np.isfinite(cutoff):
        price = np.concatenate([root.reduced, problem.numbers("partner_fee")])
        room = cutoff - float(root.multipliers.sum())
        cuts.append(row("cutoff", np.arange(len(price)), price, upper=room + 1e-7 * max(1.0, abs(cutoff))))
    return cuts


def _hint(
    problem: Problem, columns: Columns, decision: Decision | None
) -> "np.ndarray[tuple[int], np.dtype[np.float64]] | None":
    if decision is None:
        return None
    shares = np.zeros((problem.n_customers, problem.n_sites))
    shares[decision.customer, decision.site] = decision.share
    used = np.zeros(problem.n_partners)
    partners = problem.partner_of[decision.open]
    used[partners[partners >= 0]] = 1.0
    return np.concatenate([decision.open.astype(np.float64), used, shares[columns.pair_customer, columns.pair_site]])
