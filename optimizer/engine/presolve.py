"""Proofs of infeasibility by counting, in sentences with numbers, before anything is solved."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from sitewright.optimizer.blocks import in_blocks
from sitewright.optimizer.engine.assign import cheapest
from sitewright.optimizer.engine.uncapacitated.matrix import usable_cost
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import Budget, SiteCount, SiteStatus


def impossible(problem: Problem) -> Iterator[str]:
    """Yield a sentence for each reason why no plan can exist. Nothing found proves nothing."""
    usable = ~_closed(problem)
    yield from _unreachable(problem, usable)
    yield from _short_of_capacity(problem, usable)
    yield from _forced_too_many(problem)


def _closed(problem: Problem) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    closed = np.zeros(problem.n_sites, dtype=bool)
    for rule in problem.all_rules:
        if isinstance(rule, SiteStatus):
            closed |= rule.must_close(problem)
    return closed


def _unreachable(problem: Problem, usable: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Iterator[str]:
    stranded = np.flatnonzero(~_reachable(problem, usable))
    if not len(stranded):
        return
    names = ", ".join(problem.customers[stranded[:5]]) + (", …" if len(stranded) > 5 else "")
    sentence = f"{len(stranded)} customers may use no site at all: {names}"
    for rule in () if in_blocks(problem.data["service_cost"]) else problem.all_rules:
        forbids = rule.forbids(problem)
        if forbids is not None and (forbids | ~usable)[stranded].all(axis=1).any():
            sentence += f"; {rule.name} alone shuts out some of them ({rule.sentence()})"
    yield sentence


def _reachable(problem: Problem, usable: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Any:
    """Return which customers may use a site that may open. Shape (customers,)."""
    if in_blocks(problem.data["service_cost"]):
        return np.isfinite(cheapest(usable_cost(problem), usable)[1])
    return (problem.allowed & usable).any(axis=1)


def _short_of_capacity(problem: Problem, usable: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Iterator[str]:
    """Compare the demand of each class of customers with the most that its sites can hold, under the site count."""
    if not problem.has("capacity"):
        return
    demand, capacity = problem.numbers("demand"), problem.numbers("capacity")
    counts = [r.at_most for r in problem.all_rules if isinstance(r, SiteCount) and r.at_most is not None]
    # Only a count over all sites limits every class; counts within a scope are left to the MIP.
    whole = [
        r.at_most
        for r in problem.all_rules
        if isinstance(r, SiteCount) and r.at_most is not None and r.within.mask(problem).all()
    ]
    most = min(whole) if counts and whole else problem.n_sites
    allowed = problem.allowed & usable
    classes, member = np.unique(problem.text("residency"), return_inverse=True)
    groups = [("all customers", np.ones(problem.n_customers, dtype=bool))]
    groups += [(f"customers with {name} data", member == k) for k, name in enumerate(classes) if name]
    for name, who in groups:
        held = np.sort(capacity[allowed[who].any(axis=0)])[::-1][:most]
        need = demand[who].sum()
        if need > held.sum() * (1 + 1e-9):
            limit = f" the {most} largest of" if most < problem.n_sites else ""
            yield f"{name} need {need:.6g} MW, but{limit} the sites that they may use hold {held.sum():.6g} MW"


def _forced_too_many(problem: Problem) -> Iterator[str]:
    forced = np.zeros(problem.n_sites, dtype=bool)
    for rule in problem.all_rules:
        if isinstance(rule, SiteStatus):
            forced |= rule.must_open(problem)
    cost = float(problem.numbers("fixed_cost")[forced].sum())
    for rule in problem.all_rules:
        if isinstance(rule, SiteCount) and rule.at_most is not None:
            n = int((forced & rule.within.mask(problem)).sum())
            if n > rule.at_most:
                yield f"{n} sites are forced or existing ({rule.within}), but at most {rule.at_most} may be open"
        if isinstance(rule, Budget) and cost > rule.at_most * (1 + 1e-6):
            yield f"forced and existing sites cost {cost:,.0f} EUR/yr, the budget is {rule.at_most:,.0f}"
