"""Which rules a plan presses against: what it uses of each limit that can be measured, and what is left.

A rule at its limit may be what keeps a cheaper plan away; whether it is, and by how much, takes another solve.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from sitewright.optimizer.cost import partners_used, site_cost
from sitewright.optimizer.decision import TOLERANCE
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.report.names import listed, site_names
from sitewright.optimizer.report.numbers import count, percent, short
from sitewright.optimizer.rules import (
    Budget,
    Capacity,
    JurisdictionQuota,
    LatencyLimit,
    LatencyShare,
    MeanLatency,
    MeanOfSites,
    PartnerCount,
    Rule,
    SiteCount,
)


@dataclass(frozen=True)
class Use:
    """What a plan uses of one limit, in words; `at_limit` where nothing is left."""

    rule: str
    sentence: str
    used: str
    left: str
    at_limit: bool


def uses(plan: Plan, problem: Problem) -> list[Use]:
    """Return the limits of the rules, those with nothing left first."""
    found = [use for rule in problem.all_rules for use in _MEASURES.get(type(rule), _none)(rule, plan, problem)]
    return sorted(found, key=lambda use: not use.at_limit)


def _none(rule: Rule, plan: Plan, problem: Problem) -> Iterator[Use]:
    return iter(())


def _use(rule: Rule, used: str, left: str, at_limit: bool) -> Use:
    return Use(rule.name, rule.sentence(), used, "" if at_limit else left, bool(at_limit))


def _capacity(rule: Capacity, plan: Plan, problem: Problem) -> Iterator[Use]:
    capacity, load = problem.numbers("capacity", np.inf), plan.decision.load(plan.demand)
    is_open = plan.decision.open
    full = is_open & (load >= capacity * (1 - TOLERANCE))
    names = site_names(problem)[full].tolist()
    used = f"{listed(names)} {'is' if len(names) == 1 else 'are'} full" if names else "no open site is full"
    room = float((capacity - load)[is_open].sum())
    yield _use(rule, used, f"{short(room)} MW" if np.isfinite(room) else "no limit everywhere", bool(names))


def _site_count(rule: SiteCount, plan: Plan, problem: Problem) -> Iterator[Use]:
    n = int((plan.decision.open & rule.within.mask(problem)).sum())
    left = [count(rule.at_most - n, "more site")] if rule.at_most is not None else []
    at_limit = n == rule.at_most or (rule.at_least > 0 and n == rule.at_least)
    yield _use(rule, count(n, "site"), ", ".join(left) or "no upper limit", at_limit)


def _budget(rule: Budget, plan: Plan, problem: Problem) -> Iterator[Use]:
    is_open = plan.decision.open
    spent = float(site_cost(problem)[is_open].sum())
    spent += float(problem.numbers("partner_fee")[partners_used(problem, is_open)].sum())
    left = rule.at_most - spent
    yield _use(rule, f"{short(spent)} EUR/yr", f"{short(left)} EUR/yr", left <= TOLERANCE * rule.at_most)


def _quota(rule: JurisdictionQuota, plan: Plan, problem: Problem) -> Iterator[Use]:
    places, counts = np.unique(problem.text("jurisdiction")[plan.decision.open], return_counts=True)
    named = np.isin(places, rule.jurisdictions) if rule.jurisdictions else np.ones(len(places), dtype=bool)
    full = places[named & (counts == rule.at_most)].tolist()
    yield _use(rule, f"{rule.at_most} in {listed(full)}" if full else "fewer in each", "some in each", bool(full))


def _partners(rule: PartnerCount, plan: Plan, problem: Problem) -> Iterator[Use]:
    n = len(plan.partners)
    yield _use(rule, count(n, "partner"), count(rule.at_most - n, "more partner"), n == rule.at_most)


def _served(rule: Any, plan: Plan, problem: Problem) -> tuple[Any, Any]:
    """Return round trip (ms) and power (MW) of the links of the rule's customers."""
    d = plan.decision
    mw = plan.demand[d.customer] * d.share
    who = rule.customers.mask(problem)[d.customer] & (mw > 0)
    return problem.data["latency"].values[d.customer, d.site][who].astype(float), mw[who]


def _latency_limit(rule: LatencyLimit, plan: Plan, problem: Problem) -> Iterator[Use]:
    ms, _ = _served(rule, plan, problem)
    if len(ms):
        left = rule.at_most_ms - float(ms.max())
        yield _use(rule, f"worst {ms.max():.1f} ms", f"{left:.1f} ms", left <= TOLERANCE * rule.at_most_ms)


def _mean_latency(rule: MeanLatency, plan: Plan, problem: Problem) -> Iterator[Use]:
    ms, mw = _served(rule, plan, problem)
    if len(ms):
        mean = float(ms @ mw / mw.sum())
        left = rule.at_most_ms - mean
        yield _use(rule, f"mean {mean:.1f} ms", f"{left:.1f} ms", left <= TOLERANCE * rule.at_most_ms)


def _latency_share(rule: LatencyShare, plan: Plan, problem: Problem) -> Iterator[Use]:
    ms, mw = _served(rule, plan, problem)
    if len(ms):
        share = float(mw[ms <= rule.within_ms].sum() / mw.sum())
        left = share - rule.at_least
        yield _use(rule, f"{percent(share)} within", percent(left), left <= TOLERANCE)


def _mean_of_sites(rule: MeanOfSites, plan: Plan, problem: Problem) -> Iterator[Use]:
    mean = rule.mean(problem, plan.decision)
    if mean is not None:
        left = rule.at_most - mean
        at_limit = left <= TOLERANCE * rule.at_most
        yield _use(rule, f"mean {mean:.4g} {rule.unit}", f"{left:.4g} {rule.unit}", at_limit)


_MEASURES: dict[type, Callable[[Any, Plan, Problem], Iterator[Use]]] = {
    Capacity: _capacity,
    SiteCount: _site_count,
    Budget: _budget,
    JurisdictionQuota: _quota,
    PartnerCount: _partners,
    LatencyLimit: _latency_limit,
    MeanLatency: _mean_latency,
    LatencyShare: _latency_share,
    MeanOfSites: _mean_of_sites,
}
