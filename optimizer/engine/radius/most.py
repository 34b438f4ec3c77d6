"""Coverage: the most demand within a radius of an open site.

The maximal covering location problem of Church and ReVelle, Papers of the Regional Science Association 32, 1974.
Customers whom the same sites cover count as one. Everyone must still be served from somewhere, so where rules forbid
pairs, an open site for each customer is a row of its own.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sitewright.kernels import cover, dominated
from sitewright.kernels.cover import pack
from sitewright.optimizer.engine.radius.master import Solver, cover_rows
from sitewright.optimizer.engine.radius.reach import Reach
from sitewright.optimizer.engine.radius.reduce import reduce_sites
from sitewright.optimizer.engine.radius.site_rows import SiteRows
from sitewright.optimizer.engine.state import State
from sitewright.optimizer.errors import Infeasible
from sitewright.optimizer.model.build import Model
from sitewright.optimizer.model.columns import Columns, Rows, stack
from sitewright.optimizer.solver.answer import Outcome

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

# Relative: what the certificate's bound is raised by, so that no rounding can make it claim too much.
MARGIN = 1e-12
# Rounds of swaps.
ROUNDS = 200


@dataclass(frozen=True, eq=False)
class Classes:
    """Customers whom the same sites cover: `member` is the class of each customer, -1 if no site covers it."""

    member: Ints  # (customers,)
    demand: Floats  # (classes,)
    mask: Mask  # (classes, sites)


@dataclass
class Most:
    """One solve at one radius; the state minimises the covered demand with a minus sign."""

    reach: Reach
    rules: SiteRows
    solver: Solver
    state: State
    radius: float
    weights: Floats
    root_bound: float = np.inf
    solver_bound: float = np.inf

    def solve(self) -> None:
        """Raise the covered demand and lower its bound until they meet, or a limit is reached.

        Raises
        ------
        Infeasible
            If no choice of sites can serve everyone under the rules.
        """
        state = self.state
        self.demand = self.reach.problem.numbers("demand")
        self.weights = np.zeros(len(self.demand))
        classes, service = self._classes(), self._service()
        wanted = np.concatenate([classes.mask, service])
        sites, fillers = reduce_sites(pack(wanted.T), len(wanted), self.rules.group, self.rules.closed)
        model = self._model(classes, service, sites, fillers)
        state.enter("bound")
        self._prove(classes, self.weights)
        if state.stop():
            return
        answer = self.solver(replace(model, integer=np.zeros_like(model.integer)))
        if answer.outcome is Outcome.INFEASIBLE:
            raise Infeasible([self._sentence()], proof="highs")
        if answer.duals is not None and answer.values is not None:
            first = len(model.rows) - len(service) - len(classes.demand)
            price = np.clip(-answer.duals[first : first + len(classes.demand)], 0.0, classes.demand)
            self._prove(classes, self._split(classes, price))
            state.enter("search")
            self._round(classes, sites, answer.values[: len(sites)])
        if state.proved or state.stop():
            return
        state.enter("mip")
        answer = self.solver(model, gap=state.gap / 2, hint=self._hint(model, classes, sites, fillers))
        if answer.outcome is Outcome.INFEASIBLE:
            raise Infeasible([self._sentence()], proof=self.solver.name)
        if answer.values is not None:
            self.take(self._opened(sites, fillers, answer.values))
        if np.isfinite(answer.bound):
            self.solver_bound = max(-answer.bound, -state.incumbent)
            state.raise_bound(-self.solver_bound)

    def take(self, is_open: Mask) -> None:
        decision = self.reach.decision(is_open)
        if decision is not None:
            near = self.reach.matrix[decision.customer, decision.site] <= self.radius
            self.state.improve(decision, -float(self.demand[decision.customer[near]].sum()))

    def _classes(self) -> Classes:
        covered = cover(self.reach.matrix, self.radius, threads=self.reach.threads)
        mask = covered.mask()  # (sites, customers)
        mask[self.rules.closed] = False
        keys = np.ascontiguousarray(pack(mask.T))
        rows = keys.view(np.dtype((np.void, keys.shape[1] * 8))).ravel()
        _, first, member = np.unique(rows, return_index=True, return_inverse=True)
        some = mask[:, first].any(axis=0)
        number = np.where(some, np.cumsum(some) - 1, -1)
        member = number[member]
        demand = np.bincount(member[member >= 0], self.demand[member >= 0], minlength=int(some.sum()))
        return Classes(member, demand.astype(np.float64), mask[:, first[some]].T)

    def _service(self) -> Mask:
        """Return which sites serve each customer at all, without rows that others imply. Shape (rows, sites)."""
        anywhere = cover(self.reach.matrix, self.reach.farthest, threads=self.reach.threads)
        rows = np.unique(anywhere.by_customer(), axis=0)
        rows = rows[~dominated(~rows, threads=self.reach.threads)]
        little = rows.astype("<u8", copy=False).view(np.uint8)
        return np.unpackbits(little, axis=1, bitorder="little")[:, : self.reach.shape[1]].astype(bool)

    def _model(self, classes: Classes, service: Mask, sites: Ints, fillers: tuple[Ints, ...]) -> Model:
        """Columns: sites, fillers, partners, then the covered share of each class. The last rows are of the classes."""
        representatives = np.array([members[0] for members in fillers], dtype=np.int64)
        rules = self.rules.project(sites, representatives, count=True)
        first = len(sites) + len(fillers) + self.rules.n_partners
        n, k = first + len(classes.demand), len(classes.demand)
        upper = np.ones(n)
        upper[len(sites) : len(sites) + len(fillers)] = [len(members) for members in fillers]
        cost, integer = np.zeros(n), np.ones(n, dtype=bool)
        cost[first:], integer[first:] = -classes.demand, False
        row, column = np.nonzero(classes.mask[:, sites])
        every = np.arange(k)
        rows, columns = np.concatenate([row, every]), np.concatenate([column, first + every])
        value = np.concatenate([np.full(len(row), -1.0), np.ones(k)])
        order = np.lexsort((columns, rows))
        start = np.searchsorted(rows[order], np.arange(k + 1))
        within = Rows("coverage", np.full(k, -np.inf), np.zeros(k), start, columns[order], value[order])
        none = np.empty(0, dtype=np.int64)
        blocks = [rules, within, cover_rows(service[:, sites])]
        return Model(Columns(n, 0, none, none), cost, upper, integer, stack("coverage", blocks))

    def _prove(self, classes: Classes, weights: Floats) -> None:
        """Take weights of customers, 0 to their demand, for the bound that they prove.

        What is covered is at most what the weights leave of the demand, and the weights that the open sites cover.
        """
        lonely = classes.member < 0
        weights = np.where(lonely, self.demand, weights)
        member = classes.member[~lonely]
        total = np.bincount(member, weights[~lonely], minlength=len(classes.demand))
        covered = np.sort((total @ classes.mask)[~self.rules.closed])[::-1][: self.rules.most].sum()
        bound = float((self.demand - weights).sum() + covered)
        bound += MARGIN * float(self.demand.sum())
        if bound < self.root_bound:
            self.root_bound, self.weights = bound, weights
            self.state.raise_bound(-bound)

    def _split(self, classes: Classes, price: Floats) -> Floats:
        """Return each class's price shared out over its customers by their demand."""
        rate = np.divide(price, classes.demand, out=np.zeros_like(price), where=classes.demand > 0)
        weights = np.zeros(len(self.demand))
        some = classes.member >= 0
        weights[some] = rate[classes.member[some]] * self.demand[some]
        return np.minimum(weights, self.demand)

    def _round(self, classes: Classes, sites: Ints, share: Floats) -> None:
        """Open the sites with the largest shares, then swap while that covers more; only the number being ruled."""
        if not self.rules.plain:
            return
        p = min(self.rules.most, len(sites))
        mask = classes.mask[:, sites]
        opened = np.argsort(-share, kind="stable")[:p]
        for _ in range(ROUNDS):
            if self.state.stop():
                break
            count = mask[:, opened].sum(axis=1)
            # Row v of `left`: the demand that is bare once the open site v has closed.
            left = np.where(count[:, None] - mask[:, opened] == 0, classes.demand[:, None], 0.0).T
            gain = left @ mask
            loss = left.sum(axis=1) - classes.demand[count == 0].sum()
            gain[:, opened] = -np.inf
            value = gain - loss[:, None]
            v, u = np.unravel_index(np.argmax(value), value.shape)
            if not value[v, u] > 1e-9 * max(1.0, float(classes.demand.sum())):
                break
            opened = np.concatenate([np.delete(opened, v), [u]])
        is_open = self.rules.forced.copy()
        is_open[sites[opened]] = True
        spare = np.flatnonzero(~is_open & ~self.rules.closed)[: max(0, self.rules.most - int(is_open.sum()))]
        is_open[spare] = True
        self.take(is_open)

    def _hint(self, model: Model, classes: Classes, sites: Ints, fillers: tuple[Ints, ...]) -> Floats | None:
        decision = self.state.decision
        if decision is None:
            return None
        values = np.zeros(model.columns.n_columns)
        values[: len(sites)] = decision.open[sites]
        for k, members in enumerate(fillers):
            values[len(sites) + k] = decision.open[members].sum()
        first = len(values) - len(classes.demand)
        values[first:] = classes.mask[:, sites[decision.open[sites]]].any(axis=1)
        return values

    def _opened(self, sites: Ints, fillers: tuple[Ints, ...], values: Floats) -> Mask:
        is_open = np.zeros(self.reach.shape[1], dtype=bool)
        is_open[sites[values[: len(sites)] > 0.5]] = True
        for k, members in enumerate(fillers):
            count = round(float(values[len(sites) + k]))
            is_open[members[~is_open[members]][:count]] = True
        return is_open

    def _sentence(self) -> str:
        rules = "; ".join(self.rules.sentences(self.reach.problem))
        return f"no set of sites serves every customer and keeps all site rules: {rules or 'none'}"
