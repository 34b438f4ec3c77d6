"""Covering within a radius with few customers at a time: those that speak for the others are found as they are missed.

A choice of sites that covers the active customers within the radius but misses others brings those in; none missed, the
choice covers all. If the active customers alone cannot be covered, all of them cannot (Chen, Handler, Operations
Research Letters 6, 1987; Chen, Chen, Computers and Operations Research 36, 2009).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sitewright.kernels import cover
from sitewright.optimizer.engine.radius.cuts import CUTS, Cut, strengthen
from sitewright.optimizer.engine.radius.master import Solver, cover_model
from sitewright.optimizer.engine.radius.prices import Links, climb, first_prices, settle
from sitewright.optimizer.engine.radius.reach import Reach
from sitewright.optimizer.engine.radius.reduce import Reduced, reduce_cover
from sitewright.optimizer.engine.radius.site_rows import SiteRows
from sitewright.optimizer.engine.radius.swap import find_cover
from sitewright.optimizer.engine.radius.tree import TREE, few_cover
from sitewright.optimizer.solver.answer import Answer, Outcome

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

# Relative to the sum of the weights: what a proof by weights must exceed, so that no rounding can undo it.
MARGIN = 1e-9

# Where prices prove all but so many of the sites that it would take, a tree closes the gap; beyond that cuts and the
# MIP solver are worth more.
TREE_GAP = 1.2

# How far above a count an LP with cuts must be, so that the solver's tolerances cannot have lifted it there.
SURE = 1e-3

# Work of the search for a cover before it is left to the tree.
HINT_WORK = 1e8

# Steps of the prices; an averaged choice that covers a customer that much has not missed it.
CLIMB, NEARLY = 2000, 0.8

# Most swaps for each row and site, in a search that is not to be long: small problems are soon exhausted.
SWAPS_A_LINE = 100

# Pairs up to which a long search is for covers of all customers, active or not.
EVERYONE = 2e7

# Customers whom fractions make active at once.
MOST_NEW = 50

# What covers a customer, but for rounding.
ALL = 1 - 1e-6


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
        self.word = solver.name  # who last proved that no whole sites do
        self.active = np.empty(0, dtype=np.int64)
        self.rows = np.empty((0, reach.shape[1]), dtype=reach.matrix.dtype)
        self.found = np.empty(0, dtype=np.int64)  # the sites of the last cover that was found, of whichever radius
        self.searches = 0

    def add(self, customers: Ints) -> None:
        new = np.setdiff1d(customers, self.active)
        self.active = np.concatenate([self.active, new])
        self.rows = np.concatenate([self.rows, self.reach.matrix[new]])

    def reduced(self, radius: float, out: Mask) -> Reduced:
        """Return the problem over the active customers without the sites `out`."""
        bits = cover(self.rows, radius, threads=self.reach.threads).bits
        return reduce_cover(bits, len(self.active), self.rules.group, out | self.rules.closed)

    def relax(self, radius: float, most: int | None = None) -> Relaxed | None:
        """Return the relaxation, over all customers or until it needs more sites than allowed; None if stopped.

        Where only the number of sites is ruled it comes from prices, near to the LP's; else from the LP. Prices end
        once they prove more than `most` sites, by default those allowed.
        """
        while not self.solver.stop():
            reduced = self.reduced(radius, np.zeros(self.reach.shape[1], dtype=bool))
            if self.rules.plain:
                price, share, enough = *self._climb(reduced, self.rules.most if most is None else most), NEARLY
            else:
                answer = self.solver(cover_model(reduced, self.rules, count=False, integer=False))
                if answer.outcome is Outcome.INFEASIBLE:
                    return Relaxed(None, reduced.sites[:0], np.empty(0))
                if answer.values is None or answer.duals is None:
                    return None
                price = np.maximum(0.0, answer.duals[len(answer.duals) - len(reduced.rows) :])
                share, enough = answer.values[: len(reduced.sites)], ALL
            weights = self.weigh(reduced, price, radius)
            used = np.flatnonzero(share > 1e-9)
            relaxed = Relaxed(weights, reduced.sites[used], share[used])
            if weights.excess(self.rules) > 0 or not self._miss(relaxed.sites, relaxed.share, radius, enough=enough):
                return relaxed
        return None

    def _climb(self, reduced: Reduced, most: int) -> tuple[Floats, Floats]:
        """Return prices of the rows and shares of the sites; bare rows alone have a price, if there are any."""
        price = np.where(reduced.mask.any(axis=1), 0.0, 1.0)
        if price.any():
            return price, np.zeros(len(reduced.sites))
        links = Links.of(reduced.mask)
        on = np.ones(len(reduced.rows), dtype=bool), np.ones(len(reduced.sites), dtype=bool)
        none, start = np.empty(0, dtype=np.int64), np.append(first_prices(links), 0.0)
        _, price, _, share = climb(*links.arrays, *on, none, start, most + 0.01, CLIMB)
        return np.asarray(settle(*links.arrays, price[:-1])), share

    def weigh(self, reduced: Reduced, price: Floats, radius: float) -> Weights:
        """Return the prices of the covering rows as weights of customers."""
        used = np.flatnonzero(price)
        customer = np.zeros(self.reach.shape[0])
        customer[self.active[reduced.rows[used]]] = price[used]
        return Weights(customer, price[used] @ (self.rows[reduced.rows[used]] <= radius))

    def find(
        self, radius: float, n_sites: int, *, work: float, starts: int = 1, a_line: float = SWAPS_A_LINE
    ) -> Mask | None:
        """Return so many sites that cover all within the radius, looked for by swaps; None proves nothing.

        Knows no site rules. Customers that a cover of the active ones misses become active. The first of the `starts`,
        which share the work, is the last cover that was found; each ends after `a_line` swaps for each row and site.
        """
        works = [work / starts] * starts
        if starts == 1 or self.reach.matrix.size > EVERYONE:
            return self._few(radius, n_sites, works, 0, np.inf, a_line)[1]
        # Long searches that miss one customer after the other cost more than those for all of them; a proof does not.
        bits = cover(self.reach.matrix, radius, threads=self.reach.threads).bits
        reduced = reduce_cover(bits, self.reach.shape[0], self.rules.group, self.rules.closed)
        found = self._swap(reduced, n_sites, works, a_line)
        return None if found is None else self._opened(reduced, np.flatnonzero(found), n_sites)

    def few(
        self, radius: float, n_sites: int, *, work: float, nodes: float = np.inf, lack: float = np.inf
    ) -> tuple[Outcome, Mask | None]:
        """Return so many sites that cover all within the radius, or that there are none, or, stopped, neither.

        Knows no site rules but those that close sites. `nodes` limits the tree; the MIP is not asked where the LP with
        cuts lacks more than `lack` sites of a proof.
        """
        return self._few(radius, n_sites, [work], nodes, lack)

    def _few(
        self,
        radius: float,
        n_sites: int,
        works: Sequence[float],
        nodes: float,
        lack: float,
        a_line: float = SWAPS_A_LINE,
    ) -> tuple[Outcome, Mask | None]:
        while not self.solver.stop():
            reduced = self.reduced(radius, self.rules.closed)
            found = self._swap(reduced, n_sites, works, a_line)
            chosen = np.empty(0, dtype=np.int64)
            if found is not None:
                chosen = np.flatnonzero(found)
            elif nodes == 0:
                break
            else:
                outcome, chosen = self._exact(reduced, n_sites, nodes, lack)
                if outcome is not Outcome.OPTIMAL:
                    return outcome, None
            is_open = self._opened(reduced, chosen, n_sites)
            if not self._miss(np.flatnonzero(is_open), np.ones(int(is_open.sum())), radius):
                return Outcome.OPTIMAL, is_open
        return Outcome.STOPPED, None

    def _opened(self, reduced: Reduced, chosen: Ints, n_sites: int) -> Mask:
        """Return the chosen sites as a mask of all, with more of them if they are fewer than `n_sites`."""
        is_open = np.zeros(self.reach.shape[1], dtype=bool)
        is_open[reduced.sites[chosen]] = True
        self.fill(is_open, np.flatnonzero(~self.rules.closed), n_sites - int(is_open.sum()))
        return is_open

    def _swap(self, reduced: Reduced, n_sites: int, works: Sequence[float], a_line: float) -> Mask | None:
        """Look for a cover by swaps, first from the last one that was found, then from none; each from another seed."""
        first = np.flatnonzero(np.isin(reduced.sites, self.found))
        most = a_line * sum(reduced.mask.shape)
        for work in works:
            self.searches += 1
            found = find_cover(
                reduced.mask,
                n_sites,
                work=work,
                seed=self.solver.seed + self.searches,
                most=most,
                first=first,
                stop=self.solver.stop,
            )
            if found is not None:
                self.found = reduced.sites[found]
                return found
            first = first[:0]
        return None

    def _exact(self, reduced: Reduced, n_sites: int, nodes: float, lack: float) -> tuple[Outcome, Ints]:
        """Return so many of the sites that cover all rows, or that there are none, or, stopped, neither."""
        if n_sites - self._climb(reduced, n_sites)[0].sum() < TREE_GAP:
            outcome, chosen = few_cover(reduced.mask, n_sites, stop=self.solver.stop, nodes=nodes)
            self.word = TREE if outcome is Outcome.INFEASIBLE else self.word
            return outcome, chosen
        reduced = replace(reduced, fillers=())
        bound, cuts = strengthen(
            reduced.mask, lambda cuts: self._cut_off(reduced, cuts), n_sites + SURE, seed=self.solver.seed
        )
        if bound > n_sites + SURE:
            self.word = CUTS
            return Outcome.INFEASIBLE, np.empty(0, dtype=np.int64)
        if self.solver.stop() or n_sites - bound > lack:
            return Outcome.STOPPED, np.empty(0, dtype=np.int64)
        # As a count to be lowered, not a row to be kept: HiGHS prunes by cost twice as fast as by rows. A cover with
        # one site more makes its cut-off.
        model = cover_model(reduced, self.rules, count=False, integer=True, cuts=cuts)
        hint = find_cover(reduced.mask, n_sites + 1, work=HINT_WORK, seed=self.solver.seed)
        answer = self.solver(model, hint=None if hint is None else hint.astype(np.float64), enough=n_sites)
        if answer.values is not None and answer.values.sum() < n_sites + 0.5:
            return Outcome.OPTIMAL, np.flatnonzero(answer.values > 0.5)
        proved = answer.outcome is Outcome.INFEASIBLE or answer.bound > n_sites + 1e-6
        name = f"{CUTS} and {self.solver.name}" if cuts else self.solver.name
        self.word = name if proved else self.word
        return Outcome.INFEASIBLE if proved else Outcome.STOPPED, np.empty(0, dtype=np.int64)

    def _cut_off(self, reduced: Reduced, cuts: list[Cut]) -> tuple[Floats, Floats] | None:
        """Return the fewest sites in fractions, and the prices of the rows and cuts; None if stopped."""
        if self.solver.stop():
            return None
        answer = self.solver(cover_model(reduced, self.rules, count=False, integer=False, cuts=cuts))
        if answer.values is None or answer.duals is None:
            return None
        price = answer.duals[len(answer.duals) - len(reduced.rows) - len(cuts) :]
        return answer.values[: len(reduced.sites)], np.maximum(0.0, price)

    def choose(self, radius: float, out: Mask, *, lack: float = np.inf) -> tuple[Outcome, Mask | None]:
        """Return sites that cover all within the radius and keep all rules, or that there are none, or neither.

        `out` are sites that no such choice opens. A stop leaves both open, and `lack` may, as in `few`.
        """
        if self.rules.plain:
            return self.few(radius, self.rules.most, work=HINT_WORK, lack=lack)
        outcome, _, is_open = self._until_all(radius, out, self._any)
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

    def _miss(self, sites: Ints, share: Floats, radius: float, *, enough: float = ALL) -> bool:
        """Make active whom the sites do not cover: of those nearest to the same site, the worst. Return whether any.

        Whoever is covered less than `enough` counts as missed.
        """
        covered = self.reach.shares_within(sites, share, radius)
        missed = np.flatnonzero(covered < enough)
        missed = missed[~np.isin(missed, self.active)]
        if not len(missed):
            return False
        is_open = np.zeros(self.reach.shape[1], dtype=bool)
        is_open[sites] = True
        site, far = self.reach.nearest(is_open)
        order = missed[np.lexsort((-far[missed], covered[missed], site[missed]))]
        worst = np.sort(np.unique(site[order], return_index=True)[1])
        least = np.argsort(covered[order[worst]], kind="stable")
        # Fractions open so many sites that one for each would be most customers.
        self.add(order[worst[least[: max(MOST_NEW, self.rules.most // 2)]]] if enough < ALL else order[worst])
        return True
