"""Does the plan say the same thing everywhere?"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from sitewright.optimizer.fingerprint import input_hash
from sitewright.optimizer.verify.costs import wrong_cost
from sitewright.optimizer.verify.facts import Facts
from sitewright.optimizer.verify.latency import wrong_figures
from sitewright.optimizer.verify.report import Finding
from sitewright.optimizer.verify.ties import wrong_ties

if TYPE_CHECKING:
    from sitewright.optimizer.plan import Plan
    from sitewright.optimizer.problem import Problem


def check_consistency(facts: Facts, plan: "Plan", problem: "Problem") -> Iterator[Finding]:
    """Yield what contradicts itself: input, labels, partners, gap, status, latency figures, loads, ties."""
    if plan.input_hash != input_hash(problem):
        yield Finding("input", "the plan was made from other data or other rules than these")
    named = [site for site, is_open in zip(facts.sites, facts.open, strict=True) if is_open]
    if list(plan.open_sites) != named:
        said, found = ", ".join(plan.open_sites), ", ".join(named)
        yield Finding("open sites", f"the plan names {said}, its decision opens {found}")
    used = {p for p, is_open in zip(facts.words("site_partner", "site"), facts.open, strict=True) if is_open and p}
    if sorted(plan.partners) != sorted(used):
        yield Finding("partners", f"the plan names {sorted(plan.partners)}, its open sites need {sorted(used)}")
    pairs = facts.i * len(facts.sites) + facts.j
    if len(np.unique(pairs)) != len(pairs):
        yield Finding("assignment", "a pair of customer and site stands twice")
    link = wrong_cost(facts)
    if link is not None:
        customer, site = facts.customers[facts.i[link]], facts.sites[facts.j[link]]
        yield Finding("service cost", f"of {customer} at {site} is not what its components give")
    yield from (Finding("latency", sentence) for sentence in wrong_figures(plan.latency, facts))
    yield from (Finding("load", sentence) for sentence in _wrong_loads(facts, plan))
    yield from (Finding("ties", sentence) for sentence in wrong_ties(facts, plan))
    yield from _check_gap(plan)


def _wrong_loads(facts: Facts, plan: "Plan") -> Iterator[str]:
    load = np.zeros(len(facts.sites))
    np.add.at(load, facts.j, facts.mw)
    given = {facts.sites[j]: float(load[j]) for j in np.flatnonzero(facts.open | (load != 0))}
    said = given if plan.said_load is None else plan.said_load
    for site in sorted({*said, *given}):
        plan_mw, data_mw = said.get(site, 0.0), given.get(site, 0.0)
        if not abs(plan_mw - data_mw) <= 1e-9 * max(1.0, data_mw):
            yield f"of {site}: the plan says {plan_mw:.6g} MW, its assignment gives {data_mw:.6g} MW"


def _check_gap(plan: "Plan") -> Iterator[Finding]:
    short = plan.objective - plan.bound
    if plan.objective_kind == "coverage":
        short = -short  # the bound comes from above
    gap = max(0.0, short) / max(abs(plan.objective), 1e-9)
    if plan.gap != gap and not abs(gap - plan.gap) <= 1e-9:
        yield Finding("gap", f"the plan says {plan.gap:.3e}, its objective and bound give {gap:.3e}")
    kept = gap <= plan.gap_asked * (1 + 1e-9)
    for part, claim in (("status", plan.status.value), ("stop reason", plan.stop_reason)):
        if claim in ("optimal", "proved") and not kept:
            yield Finding(part, f"called {claim} with a gap of {gap:.3e}, asked was {plan.gap_asked:.3e}")
