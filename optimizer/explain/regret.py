"""What it costs to force a site, or a partner, in or out: exactly, each question lifted by the answers before.

`sitewright.solve` would start each question anew; here the set priced for one gives a cut to all that come after.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.study.choices import Choices, Least, with_sites

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Regret:
    """What a site or a partner costs where the plan has it otherwise.

    Attributes
    ----------
    kind
        "site" or "partner".
    name
        Its label.
    used
        Whether the plan has it: then it is forced out, else in.
    low, high
        Between these lies what the best plan with it forced costs more, EUR/yr; equal where it is settled; inf where no
        plan has it so.
    open_sites
        The plan that costs `high` more; None if there is none, or none was found.
    load
        MW that this plan serves from the site or the partner's sites.
    """

    kind: str
    name: str
    used: bool
    low: float
    high: float
    open_sites: tuple[str, ...] | None
    load: float = 0.0


@dataclass(frozen=True, eq=False)
class Asked:
    """What all questions share."""

    problem: Problem
    plan: Plan
    gap: float


def questions(problem: Problem) -> list[tuple[str, int]]:
    """Return every site and partner, those of a metro together: what one teaches helps its neighbours."""
    metro = problem.text("metro")
    sites = sorted(range(problem.n_sites), key=lambda j: (metro[j], j))
    return [("partner", p) for p in range(problem.n_partners)] + [("site", j) for j in sites]


def regrets(asked: Asked, which: Sequence[tuple[str, int]], stop: Callable[[], bool]) -> list[Regret]:
    """Return the regret of each, in order. The work of one thread, or of one worker of a cluster."""
    choices = Choices(asked.problem, asked.plan, asked.gap, stop)
    return [_regret(choices, asked, kind, k) for kind, k in which]


def _regret(choices: Choices, asked: Asked, kind: str, k: int) -> Regret:
    problem, base = asked.problem, asked.plan.decision.open
    inside = np.arange(problem.n_sites) == k if kind == "site" else problem.partner_of == k
    used = bool((base & inside).any())
    if used:
        rows, admits = with_sites(inside, at_most=0)
        least = choices.least([rows], admits, guesses=list(_without(problem, base, inside)))
    else:
        rows, admits = with_sites(inside, at_least=1)
        least = choices.least([rows], admits, guesses=list(_with(base, inside)))
    label = str((problem.sites if kind == "site" else problem.partners)[k])
    return _of_least(kind, label, used, least, inside, asked)


def _of_least(kind: str, label: str, used: bool, least: Least, inside: Mask, asked: Asked) -> Regret:
    problem = asked.problem
    low, high = (max(0.0, value - asked.plan.objective) for value in (least.low, least.high))
    if least.settled(asked.gap):
        low = high
    sites = None if least.choice is None else tuple(problem.sites[least.choice.open].tolist())
    load = 0.0
    if least.choice is not None:
        load = float(least.choice.decision.load(problem.numbers("demand"))[inside].sum())
    return Regret(kind, label, used, low, high, sites, load)


def _with(base: Mask, inside: Mask) -> Iterator[Mask]:
    """Yield the plan's sites with one of the others added, or in the place of one of them."""
    for j in np.flatnonzero(inside)[:8]:
        one = np.arange(len(base)) == j
        yield base | one
        for k in np.flatnonzero(base):
            yield (base & (np.arange(len(base)) != k)) | one


def _without(problem: Problem, base: Mask, inside: Mask) -> Iterator[Mask]:
    """Yield the plan's sites without those, alone and with each other site in their place."""
    left = base & ~inside
    yield left
    for j in np.flatnonzero(~base & ~inside):
        yield left | (np.arange(len(base)) == j)


def chunks(which: Sequence[Any], n: int) -> list[list[Any]]:
    """Return the questions in n parts of neighbours, or a few more."""
    size = max(1, -(-len(which) // max(1, n)))
    return [list(which[k : k + size]) for k in range(0, len(which), size)]
