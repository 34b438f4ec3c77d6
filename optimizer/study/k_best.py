"""The k best distinct choices of sites, with proof that none is missing, and the sites that all good ones share."""

from dataclasses import dataclass

import numpy as np

from sitewright.optimizer.engine.arguments import check_arguments
from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.explain.oracle import Means
from sitewright.optimizer.objective import with_objective
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.progress import CancelToken, OnProgress
from sitewright.optimizer.study.asking import ask_choices
from sitewright.optimizer.study.choices import Choice, Choices, with_sites


@dataclass(frozen=True, eq=False)
class SiteSet:
    """One choice of sites. `cost` is its least cost, EUR/yr; `extra` what it costs above the best, as a share."""

    open_sites: tuple[str, ...]
    cost: float
    extra: float
    choice: Choice


@dataclass(frozen=True, eq=False)
class Survivor:
    """A site of the best plan: without it, no plan costs less than `without_low`, and one costs `without_high`.

    `in_all` says whether every plan within the share opens it; None if the two bounds leave it open.
    """

    site: str
    in_all: bool | None
    without_low: float
    without_high: float


@dataclass(frozen=True, eq=False)
class KBest:
    """The cheapest choices of sites.

    Attributes
    ----------
    sets
        Cheapest first.
    others_cost
        Proved: every choice of sites that is not listed costs at least this, EUR/yr.
    complete
        Proved: none is missing, neither among the k best nor within the share.
    within
        The share above the best that was asked for, None for no limit.
    survivors
        Of each site of the best plan, whether all plans within the share open it; empty without `within`.
    """

    problem_name: str
    plan: Plan
    sets: tuple[SiteSet, ...]
    others_cost: float
    complete: bool
    within: float | None
    survivors: tuple[Survivor, ...]

    def _repr_html_(self) -> str:
        """What a notebook shows of the choices."""
        from sitewright.optimizer.report.notebook_answers import k_best_html

        return k_best_html(self)


def k_best(
    problem: Problem,
    k: int = 10,
    *,
    within: float | None = None,
    p: int | None = None,
    time_limit: float | None = None,
    gap: float = 1e-6,
    threads: int = 2,
    seed: int = 0,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
) -> KBest:
    """Return the k cheapest distinct choices of sites, each with the best assignment for it.

    Parameters
    ----------
    k
        How many at most.
    within
        Only those that cost at most so much more than the best, as a share: 0.02 for 2 %. Also tells which sites all
        of these open, however many there are: each site of the best plan is closed, and the least cost found.
    p
        Exactly so many sites open.
    time_limit
        Seconds for everything; what is not settled by then is said to be open.
    gap, threads, seed, on_progress, cancel
        As in `sitewright.solve`. Costs closer than the gap may be listed in either order.

    Raises
    ------
    InvalidProblem
        If an argument is wrong.
    Infeasible, LimitReached
        As `sitewright.solve`.
    """
    check_arguments(problem, time_limit=time_limit, gap=gap, threads=threads, seed=seed, solver="highs")
    _check(k, within)
    problem = with_objective(problem, "cost", p)
    means = Means(time_limit, gap, threads, seed, on_progress, cancel or CancelToken())
    plan = means.solve(problem)
    choices = ask_choices(problem, plan, means, "k best")
    found, rest = choices.cheapest(1)
    best = found[0]
    limit = np.inf if within is None else best.cost * (1 + within)
    survivors = (
        () if within is None else tuple(_survivor(choices, best, int(j), limit) for j in np.flatnonzero(best.open))
    )
    found, rest = choices.cheapest(k, limit)
    last = found[-1].cost if len(found) == k else limit
    return KBest(
        problem.name,
        plan,
        tuple(
            SiteSet(tuple(problem.sites[c.open].tolist()), c.cost, c.cost / best.cost - 1 if best.cost else 0.0, c)
            for c in found
        ),
        _others(choices, found, rest),
        bool(rest >= last * (1 - gap)),
        within,
        survivors,
    )


def _others(choices: Choices, found: list[Choice], rest: float) -> float:
    """Return what any set that is not listed costs at least: one that was priced and left out, or never priced."""
    listed = {id(c) for c in found}
    return min([rest, *(c.cost for c in choices.known if id(c) not in listed)])


def _survivor(choices: Choices, best: Choice, j: int, limit: float) -> Survivor:
    closed = np.arange(len(best.open)) == j
    rows, admits = with_sites(closed, at_most=0)
    least = choices.least([rows], admits, beyond=choices.above(limit))
    in_all = True if least.low > limit else False if least.high <= limit else None
    return Survivor(str(choices.problem.sites[j]), in_all, least.low, least.high)


def _check(k: int, within: float | None) -> None:
    flaws = []
    if not isinstance(k, int | np.integer) or isinstance(k, bool) or k < 1:
        flaws.append(Flaw("argument 'k'", "be a whole number from 1", repr(k), "say how many to list"))
    if within is not None and not 0 <= within < np.inf:
        flaws.append(Flaw("argument 'within'", "be a share, 0 or more", repr(within), "give 0.02 for 2 %"))
    if flaws:
        raise InvalidProblem(flaws)
