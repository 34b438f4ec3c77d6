"""Covering within a radius with few customers at a time: those that speak for the others are found as they are missed.

A choice of sites that covers the active customers within the radius but misses others brings those in; none missed, the
choice covers all. If the active customers alone cannot be covered, all of them cannot (Chen, Handler, Operations
Research Letters 6, 1987; Chen, Chen, Computers and Operations Research 36, 2009).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sitewright.kernels import cover
from sitewright.optimizer.engine.radius.master import Solver, cover_model
from sitewright.optimizer.engine.radius.reach import Reach
from sitewright.optimizer.engine.radius.reduce import Reduced, reduce_cover
from sitewright.optimizer.engine.radius.site_rows import SiteRows
from sitewright.optimizer.engine.radius.swap import find_cover
from sitewright.optimizer.solver.answer import Answer, Outcome

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

# Relative to the sum of the weights: what a proof by weights must exceed, so that no rounding can undo it.
MARGIN = 1e-9

# Work of the search for a start of the MIP.
HINT_WORK = 3e8


@dataclass(frozen=True, eq=False)
class Weights:
    """Weights of customers, and for each site the weight that it covers: they bound the number of sites from below."""

    customer: Floats  # (customers,)
    covered: Floats  # (sites,)

    @cached_property
    def total(self) -> float:
        return float(self.customer.sum())

    def excess(self, rules: SiteRows) -> float:
        """Return the total less the most that sites can cover under their count: above 0, not all can be covered."""
        usable = np.sort(self.covered[~rules.closed])[::-1]
        return self.total - float(usable[: rules.most].sum()) - MARGIN * self.total

    def least(self, rules: SiteRows) -> float:
        """Return a lower bound on how many sites it takes."""
        gains = np.sort(np.minimum(0.0, 1.0 - self.covered[~rules.closed & ~rules.forced]))[: rules.most]
        return self.total + float((1.0 - self.covered[rules.forced]).sum() + gains.sum()) - MARGIN * self.total

    def useless(self, most: int) -> Mask:
        """Return the sites that are open in no choice of at most `most` sites that covers all. Shape (sites,)."""
        slack = 1.0 - self.covered
        below = np.sort(np.minimum(slack, 0.0))[: max(0, most - 1)].sum()
        useless: Mask = slack + below > most - self.total + 1e-6 * max(1.0, self.total)
        return useless


@dataclass(frozen=True, eq=False)
class Relaxed:
    """The fewest sites in fractions. `weights` is None where even fractions cannot cover all under the rules."""

    weights: Weights | None
    sites: Ints
    share: Floats


class Covering:
    """Customers that are active so far, and the covering problems over them."""

    def __init__(self, reach: Reach, rules: SiteRows, solver: Solver) -> None:
        self.reach, self.rules, self.solver = reach, rules, solver
        self.active = np.empty(0, dtype=np.int64)
        self.rows = np.empty((0, reach.shape[1]), dtype=reach.matrix.dtype)

    def add(self, customers: Ints) -> None:
        new = np.setdiff1d(customers, self.active)
        self.active = np.concatenate([self.active, new])
        self.rows = np.concatenate([self.rows, self.reach.matrix[new]])

    def reduced(self, radius: float, out: Mask) -> Reduced:
        """Return the problem over the active customers without the sites `out`."""
        bits = cover(self.rows, radius, threads=self.reach.threads).bits
        return reduce_cover(
            bits, len(self.active), self.rules.group, out | self.rules.closed, threads=self.reach.threads
        )

    def relax(self, radius: float) -> Relaxed | None:
        """Return the relaxation, over all customers or until it needs more sites than allowed; None if stopped."""
        while True:
            reduced = self.reduced(radius, np.zeros(self.reach.shape[1], dtype=bool))
            answer = self.solver(cover_model(reduced, self.rules, count=False, integer=False))
            if answer.outcome is Outcome.INFEASIBLE:
                return Relaxed(None, reduced.sites[:0], np.empty(0))
            if answer.values is None or answer.duals is None:
                return None
            weights = self.weigh(reduced, answer.duals, radius)
            share = answer.values[: len(reduced.sites)]
            used = np.flatnonzero(share > 1e-9)
            relaxed = Relaxed(weights, reduced.sites[used], share[used])
            if weights.excess(self.rules) > 0 or not self._miss(relaxed.sites, relaxed.share, radius):
                return relaxed

    def weigh(self, reduced: Reduced, duals: Floats, radius: float) -> Weights:
        """Return the prices of the covering rows as weights of customers."""
        price = np.maximum(0.0, duals[len(duals) - len(reduced.rows) :])
        used = np.flatnonzero(price)
        customer = np.zeros(self.reach.shape[0])
        customer[self.active[reduced.rows[used]]] = price[used]
        return Weights(customer, price[used] @ (self.rows[reduced.rows[used]] <= radius))

    def find(self, radius: float, n_sites: int, out: Mask, *, work: float) -> Mask | None:
        """Return so many sites that cover all within the radius, looked for by swaps; None proves nothing.

        Knows no site rules. Customers that a cover of the active ones misses become active.
        """
        while not self.solver.stop():
            reduced = self.reduced(radius, out)
            found = find_cover(reduced.mask, n_sites, work=work, seed=self.solver.seed)
            if found is None:
                return None
            is_open = np.zeros(self.reach.shape[1], dtype=bool)
            is_open[reduced.sites[found]] = True
            self.fill(is_open, np.flatnonzero(~(out | self.rules.closed)), n_sites - int(is_open.sum()))
            # Many at once: a search is cheap, and its covers are loose.
            if not self._miss(np.flatnonzero(is_open), np.ones(int(is_open.sum())), radius, each=10):
                return is_open
        return None

    def choose(self, radius: float, out: Mask) -> tuple[Outcome, Mask | None]:
        """Return sites that cover all within the radius and keep all rules, or that there are none, or neither.

        `out` are sites that no such choice opens. A stop leaves both open.
        """
        attempt = self._at_most if self.rules.plain else self._any
        outcome, _, is_open = self._until_all(radius, out, attempt)
        if is_open is not None and self.rules.plain:
            self.fill(is_open, np.flatnonzero(~self.rules.closed), self.rules.most - int(is_open.sum()))
        return outcome, is_open

    def fewest(self, radius: float, out: Mask, *, gap: float) -> tuple[Outcome, float, Mask | None]:
        """Return the fewest sites, without `out`, that cover all and keep all rules, and a bound on their number."""
        return self._until_all(
            radius,
            out,
            lambda reduced: self.solver(cover_model(reduced, self.rules, count=True, integer=True), gap=gap),
        )

    def _until_all(
        self, radius: float, out: Mask, attempt: Callable[[Reduced], Answer]
    ) -> tuple[Outcome, float, Mask | None]:
        """Attempt to cover the active customers until that covers all."""
        while True:
            reduced = self.reduced(radius, out)
            answer = attempt(reduced)
            if answer.values is None:
                return answer.outcome, answer.bound, None
            is_open = self._expand(reduced, answer.values)
            opened = np.flatnonzero(is_open)
            if not self._miss(opened, np.ones(len(opened)), radius):
                return answer.outcome, answer.bound, is_open
            if answer.outcome is Outcome.STOPPED:
                return answer.outcome, answer.bound, None

    def _any(self, reduced: Reduced) -> Answer:
        """Take the first choice that keeps all rules."""
        return self.solver(cover_model(reduced, self.rules, count=True, integer=True), gap=1.0)

    def _at_most(self, reduced: Reduced) -> Answer:
        """Look for the fewest sites until they are few enough, or cannot be.

        As a count to be lowered, not a row to be kept: HiGHS prunes by cost twice as fast as by rows. A cover with one
        site more makes its cut-off.
        """
        model, most = cover_model(reduced, self.rules, count=False, integer=True), self.rules.most
        hint = None
        one_more = find_cover(reduced.mask, most + 1, work=HINT_WORK, seed=self.solver.seed)
        if one_more is not None:
            hint = np.zeros(model.columns.n_columns)
            hint[: len(one_more)] = one_more
        answer = self.solver(model, hint=hint, enough=most)
        if answer.values is not None and answer.values[: len(reduced.sites)].sum() < most + 0.5:
            return replace(answer, outcome=Outcome.OPTIMAL)
        proved = answer.outcome is Outcome.INFEASIBLE or answer.bound > most + 1e-6
        return Answer(Outcome.INFEASIBLE if proved else Outcome.STOPPED, None, answer.bound, answer.detail)

    def _expand(self, reduced: Reduced, values: Floats) -> Mask:
        """Return the open sites that a solution of the MIP means."""
        n = len(reduced.sites)
        is_open = np.zeros(self.reach.shape[1], dtype=bool)
        is_open[reduced.sites[values[:n] > 0.5]] = True
        for members, count in zip(reduced.fillers, np.rint(values[n:]).astype(int), strict=False):
            self.fill(is_open, members, int(count))
        return is_open

    def fill(self, is_open: Mask, members: Ints, count: int) -> None:
        """Open so many more of the members: each time the nearest to whoever is farthest from an open site."""
        far = self.reach.nearest(is_open)[1] if count > 0 else np.empty(0)
        for _ in range(count):
            free = members[~is_open[members]]
            if not len(free):
                return
            site = free[np.argmin(self.reach.matrix[np.argmax(far), free])]
            is_open[site] = True
            far = np.minimum(far, self.reach.matrix[:, site])

    def _miss(self, sites: Ints, share: Floats, radius: float, *, each: int = 1) -> bool:
        """Make active whom the sites do not cover: of those nearest to the same site, the worst. Return whether any.

        `each` is how many near the same site become active at once.
        """
        covered = self.reach.shares_within(sites, share, radius)
        missed = np.flatnonzero(covered < 1 - 1e-6)
        missed = missed[~np.isin(missed, self.active)]
        if not len(missed):
            return False
        is_open = np.zeros(self.reach.shape[1], dtype=bool)
        is_open[sites] = True
        site, far = self.reach.nearest(is_open)
        order = missed[np.lexsort((-far[missed], covered[missed], site[missed]))]
        first = np.searchsorted(site[order], site[order])  # where the customers of the same site begin
        self.add(order[np.arange(len(order)) - first < each])
        return True
