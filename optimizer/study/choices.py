"""The choices of sites of a problem, cheapest first: one small MIP over sites, lifted by the cuts of every set priced.

`sitewright.solve` answers one question well. What is asked after it (the next best sets, the cost of forcing a site in
or out) are hundreds of questions about the same costs, so what one answer learns, a cut, is kept for all others. The
set that the MIP proposes is priced exactly, gives a cut, and is not proposed again; its bound holds for all other sets.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.cost import partners_used
from sitewright.optimizer.decision import Decision
from sitewright.optimizer.model.build import tidy
from sitewright.optimizer.model.choice import choice_model, site_rows
from sitewright.optimizer.model.columns import Rows, row, stack
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.solver.answer import Outcome
from sitewright.optimizer.solver.process import solve_model
from sitewright.optimizer.study.nearby import Nearby
from sitewright.optimizer.study.prices import Cut, Pricing

Mask = NDArray[np.bool_]
# Cuts in one MIP: at first, and at most. More of them cost more than they lift.
STARTING, CUTS = 6, 60
# Sets that a question tries before its MIP.
GUESSES = 4


@dataclass(frozen=True, eq=False)
class Choice:
    """A set of open sites with its least cost, EUR/yr."""

    open: Mask
    cost: float
    decision: Decision


@dataclass(frozen=True, eq=False)
class Least:
    """The least cost under a question: between `low` and `high`, equal within the gap where it was settled."""

    low: float
    high: float
    choice: Choice | None

    def settled(self, gap: float) -> bool:
        # Where no plan was found, a difference of inf is no difference within the gap.
        return self.low == self.high or bool(np.isfinite(self.high) and self.high - self.low <= gap * abs(self.high))


@dataclass(eq=False)
class Choices:
    """What is known of all choices of one problem. Not to be shared between threads."""

    problem: Problem
    plan: Plan
    gap: float = 1e-6
    stop: Callable[[], bool] = lambda: False
    say: Callable[[float, float], None] = lambda high, low: None
    known: list[Choice] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)
    _seen: list[Mask] = field(default_factory=list)
    _latest: int = 1  # cuts that the last set gave

    def __post_init__(self) -> None:
        # Here, since `explain` asks choices, too.
        from sitewright.optimizer.explain.shortage import Sites

        self.pricing = Pricing(self.problem)
        self._of_rules = tidy(stack("sites", [site_rows(self.problem), *Sites(self.problem).needs()]))
        self._scale = max(1.0, abs(self.plan.objective))
        self.cuts.append(self.pricing.cut(self.plan.certificate.multipliers))
        self.take(self.plan.decision.open)

    def inherit(self, other: "Choices") -> None:
        """Take over the prices of the same problem under another limit: they give cuts here, too."""
        for cut in other.cuts[-CUTS:]:
            self.cuts.append(self.pricing.cut(cut.u, cut.row_prices))

    def take(self, is_open: Mask) -> Choice | None:
        """Price a set of open sites, and keep it if it can serve everyone under all rules."""
        cost, decision, cuts = self.pricing.price(is_open)
        self._seen.append(is_open)
        self.cuts += cuts
        self._latest = max(1, len(cuts))
        if decision is None or any(True for r in self.problem.all_rules for _ in r.broken(self.problem, decision)):
            return None
        choice = Choice(is_open, cost, decision)
        self.known.append(choice)
        return choice

    def least(
        self,
        rows: Sequence[Rows] = (),
        admits: Callable[[Mask], bool] = lambda is_open: True,
        *,
        guesses: Sequence[Mask] = (),
        beyond: float = np.inf,
        separate: Callable[[Mask], list[Rows]] = lambda is_open: [],
    ) -> Least:
        """Return the least cost of any choice under further rows over sites and partners.

        Parameters
        ----------
        admits
            Says of a set whether it keeps the rows.
        guesses
            Sets that may be good; the one that the cuts say most for is priced first.
        beyond
            A cost that is too high to be of interest: the search ends once the bound is above it.
        separate
            Returns further rows that a set breaks, none if `admits` has nothing against it.
        """
        best = self._near(guesses, admits)
        walk = _Walk(rows, [s for s in self._seen if admits(s)], self._promising(best), len(self._seen))
        while True:
            high = np.inf if best is None else best.cost
            is_open = self._next(walk, min(high, beyond))
            self.say(high, min(walk.low, high))
            if is_open is None:
                return Least(min(walk.low, high), high, best)
            further = separate(is_open)
            if further:
                walk.rows = [*walk.rows, *further]
                continue
            choice = self.take(is_open)
            if choice is not None and choice.cost < high:
                best = choice

    def cheapest(self, k: int, limit: float = np.inf) -> tuple[list[Choice], float]:
        """Return the k cheapest sets of at most `limit`, and what every set that was not priced costs at least."""
        walk = _Walk((), list(self._seen), self._promising(None), len(self._seen))
        while True:
            found = sorted((c for c in self.known if c.cost <= limit), key=lambda c: c.cost)[:k]
            last = found[-1].cost if len(found) == k else self.above(limit)
            is_open = self._next(walk, last)
            self.say(last, min(walk.low, last))
            if is_open is None:
                return found, walk.low
            self.take(is_open)

    def above(self, limit: float) -> float:
        """Return a hair more than a limit: what is proved to cost as much costs more than the limit."""
        return limit * (1 + 4 * self.gap)

    def _next(self, walk: "_Walk", enough: float) -> Mask | None:
        """Return the next set to price, None if no set left costs less than `enough` (or the search was stopped)."""
        if len(self._seen) > walk.priced:
            walk.seen += self._seen[walk.priced :]
            newest = range(len(self.cuts) - self._latest, len(self.cuts))
            walk.active = list(dict.fromkeys([*walk.active, *newest]))[-CUTS:]
        walk.priced = len(self._seen)
        while not self.stop():
            bound, is_open = self._propose(walk, enough)
            walk.low = max(walk.low, bound)
            slack = self.gap * abs(enough) if np.isfinite(enough) else 0.0
            if is_open is None or walk.low >= enough - slack:
                return None
            told = self._values(is_open)
            most = int(np.argmax(told))
            if most in walk.active or told[most] <= walk.low + self.gap * self._scale:
                return is_open
            walk.active.append(most)  # a cut that is known says more about this set than those in use
        return None

    def _near(self, guesses: Sequence[Mask], admits: Callable[[Mask], bool]) -> Choice | None:
        """Return the best set known under a question, once those near it and near the guesses were tried."""
        tried = set(map(bytes, self._seen))
        for _ in range(GUESSES if len(guesses) else 0):
            known = [c for c in self.known if admits(c.open)]
            best = min(known, key=lambda c: c.cost, default=None)
            cuts = sorted({len(self.cuts) - 1, *self._promising(best)})
            near = Nearby(self._constants[cuts], self._weights[cuts], self.problem.partner_of, self._of_rules)
            asked = [g for g in guesses if admits(g)]
            told_of = near.values(np.array(asked)) if asked else np.empty(0)
            starts = list(islice((asked[k] for k in np.argsort(told_of, kind="stable") if near.keeps(asked[k])), 1))
            if best is not None:
                starts.append(best.open)
            found = [g for start in starts if (g := near.descend(start, admits, tried)) is not None]
            if not found or self.stop():
                break
            told = [float(self._values(g).max()) for g in found]
            if best is not None and min(told) >= best.cost:
                break
            guess = found[int(np.argmin(told))]
            tried.add(guess.tobytes())
            self.take(guess)
        return min((c for c in self.known if admits(c.open)), key=lambda c: c.cost, default=None)

    def _point(self, is_open: Mask) -> NDArray[np.float64]:
        used = np.zeros(self.problem.n_partners)
        used[partners_used(self.problem, is_open)] = 1.0
        return np.concatenate([is_open, used])

    def _values(self, is_open: Mask) -> NDArray[np.float64]:
        """Return what each cut says of a set. Shape (cuts,)."""
        return np.asarray(self._constants + self._weights @ self._point(is_open))

    @property
    def _constants(self) -> NDArray[np.float64]:
        return np.array([cut.constant for cut in self.cuts])

    @property
    def _weights(self) -> NDArray[np.float64]:
        return np.array([cut.weight for cut in self.cuts])

    def _promising(self, best: Choice | None) -> list[int]:
        """Return the cuts to start with: the first, and those that say most about the best set that is known."""
        if best is None:
            best = min(self.known, key=lambda c: c.cost, default=None)
        about = self.plan.decision.open if best is None else best.open
        order = np.argsort(-self._values(about), kind="stable")[:STARTING].tolist()
        return sorted({0, *order})

    def _propose(self, walk: "_Walk", enough: float) -> tuple[float, Mask | None]:
        """Return a bound on all sets under the rows that were not seen yet, and the most promising one.

        None if there is none of at most `enough`, which is then the bound.
        """
        n = self.problem.n_sites
        level = n + self.problem.n_partners
        columns, sites = np.arange(level + 1), np.arange(n)
        lifted = []
        for c in (self.cuts[k] for k in walk.active):
            lifted.append(row("cut", columns, [*(-c.weight / self._scale), 1.0], lower=c.constant / self._scale))
        priced = [row("priced", sites, np.where(s, -1.0, 1.0), lower=1.0 - float(s.sum())) for s in walk.seen]
        # Nothing dearer than what is known is of interest: the solver may cut it off from the start.
        cost, more = np.zeros(level + 1), np.array([enough / self._scale])
        cost[-1] = 1.0
        rows = [*lifted, *priced, *walk.rows]
        model = choice_model(self.problem, cost, rows, more=more, of_rules=self._of_rules)
        answer = solve_model(model, gap=self.gap / 4, stop=self.stop)
        if answer.outcome is Outcome.INFEASIBLE:
            return enough, None
        if answer.values is None:
            return -np.inf, None
        return answer.bound * self._scale, answer.values[:n] > 0.5


@dataclass(eq=False)
class _Walk:
    """One question in progress: its rows, the sets that were priced under it, the cuts in use, the bound so far."""

    rows: Sequence[Rows]
    seen: list[Mask]
    active: list[int]
    priced: int  # sets priced by any question when this one last looked
    low: float = -np.inf


def with_sites(inside: Mask, *, at_least: int = 0, at_most: int | None = None) -> tuple[Rows, Callable[[Mask], bool]]:
    """Return the row and the test of a question: so many of these sites open."""
    most = np.inf if at_most is None else float(at_most)
    rows = row("asked", np.flatnonzero(inside), 1.0, lower=float(at_least), upper=most)
    return rows, lambda is_open: at_least <= int((is_open & inside).sum()) <= most
