"""How far a rule must give way for one plan: the rule at the value that the plan needs, and a sentence that says so."""

from collections.abc import Callable
from dataclasses import replace
from math import ceil, floor
from typing import Any

import numpy as np

from sitewright.optimizer.cost import cost_split, partners_used
from sitewright.optimizer.decision import Decision
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import (
    Budget,
    Capacity,
    JurisdictionQuota,
    LatencyLimit,
    LatencyShare,
    MeanLatency,
    MeanOfSites,
    MutualExclusion,
    PartnerCount,
    SiteCount,
)
from sitewright.optimizer.rules.base import Rule

Eased = tuple[Rule | None, str]
# Sentences shown of all the ways in which a plan breaks a rule.
SHOWN = 3


def ease(problem: Problem, rule: Rule, decision: Decision) -> Eased:
    """Return the rule with a limit that the decision keeps, None if it has no such limit, and what to change."""
    how = _EASED.get(type(rule))
    eased = how(problem, rule, decision) if how is not None else None
    if eased is not None:
        return eased
    broken = list(rule.broken(problem, decision))
    more = f" (and {len(broken) - SHOWN} more)" if len(broken) > SHOWN else ""
    return None, f"give up that {rule.sentence()}: {'; '.join(broken[:SHOWN])}{more}"


def spending(problem: Problem, decision: Decision) -> float:
    """Return what a budget counts, EUR/yr: fixed cost and all partner fees."""
    split = cost_split(problem, decision)
    return split["fixed"] + split["partner"]


def _budget(problem: Problem, rule: Budget, decision: Decision) -> Eased:
    need = spending(problem, decision)
    return Budget(need), f"raise the budget from {rule.at_most:,.0f} to {ceil(need):,} EUR/yr"


def _site_count(problem: Problem, rule: SiteCount, decision: Decision) -> Eased:
    n = int((decision.open & rule.within.mask(problem)).sum())
    if n < rule.at_least:
        return replace(rule, at_least=n), f"ask for at least {n} sites instead of {rule.at_least} ({rule.within})"
    return replace(rule, at_most=n), f"let {n} sites open instead of {rule.at_most} ({rule.within})"


def _quota(problem: Problem, rule: JurisdictionQuota, decision: Decision) -> Eased:
    places, counts = np.unique(problem.text("jurisdiction")[decision.open], return_counts=True)
    named = rule.jurisdictions or places
    found = [(int(n), str(place)) for place, n in zip(places, counts, strict=True) if place in named]
    most, where = max(found, default=(rule.at_most, ""))
    return replace(rule, at_most=most), f"let {most} sites open in a jurisdiction ({where}) instead of {rule.at_most}"


def _exclusion(problem: Problem, rule: MutualExclusion, decision: Decision) -> Eased:
    n = int((decision.open & np.isin(problem.sites, rule.sites)).sum())
    return replace(rule, at_most=n), f"let {n} of {', '.join(rule.sites)} open together instead of {rule.at_most}"


def _partner_count(problem: Problem, rule: PartnerCount, decision: Decision) -> Eased:
    n = len(partners_used(problem, decision.open))
    return replace(rule, at_most=n), f"let {n} partners be used instead of {rule.at_most}"


def _latency_limit(problem: Problem, rule: LatencyLimit, decision: Decision) -> Eased:
    ms = problem.data["latency"].values[decision.customer, decision.site]
    inside = rule.customers.mask(problem)[decision.customer]
    worst = float(ms[inside].max(initial=0.0))
    late = int((inside & (ms > rule.at_most_ms)).sum())
    if not np.isfinite(worst):
        return None, f"give up {_unreached(rule, inside & ~np.isfinite(ms))}"
    change = f"from {rule.at_most_ms:g} to {_up(worst):g} ms ({late} customers need it)"
    return replace(rule, at_most_ms=worst), f"raise the latency limit of {rule.customers} {change}"


def _mean_latency(problem: Problem, rule: MeanLatency, decision: Decision) -> Eased:
    mw, ms = _served(problem, rule, decision)
    if not np.isfinite(ms).all():
        return None, f"give up {_unreached(rule, ~np.isfinite(ms))}"
    mean = float(mw @ ms / mw.sum())
    text = f"raise the mean round trip of {rule.customers} from {rule.at_most_ms:g} to {_up(mean):g} ms"
    return replace(rule, at_most_ms=mean), text


def _latency_share(problem: Problem, rule: LatencyShare, decision: Decision) -> Eased:
    mw, ms = _served(problem, rule, decision)
    share = float(mw[ms <= rule.within_ms].sum() / mw.sum())
    change = f"from {rule.at_least:.2%} to {_down(share):.2%}"
    return replace(rule, at_least=share), f"lower the share of {rule.customers} within {rule.within_ms:g} ms {change}"


def _mean_of_sites(problem: Problem, rule: MeanOfSites, decision: Decision) -> Eased:
    mean = rule.mean(problem, decision)
    if mean is None or not np.isfinite(mean):
        return None, f"give up that {rule.sentence()}: this plan serves them from where it is not known"
    text = f"raise the mean {rule.word} of {rule.customers} from {rule.at_most:g} to {_up(mean):g} {rule.unit}"
    return replace(rule, at_most=mean), text


def _unreached(rule: LatencyLimit | MeanLatency, far: Any) -> str:
    """Say that no limit is high enough: some round trips are infinite, those of customers without demand too."""
    return f"that {rule.sentence()}: {int(far.sum())} of their round trips in this plan have no finite length"


def _served(problem: Problem, rule: MeanLatency | LatencyShare, decision: Decision) -> tuple[Any, Any]:
    mw = problem.numbers("demand")[decision.customer] * decision.share
    inside = rule.customers.mask(problem)[decision.customer] & (mw > 0)
    return mw[inside], problem.numbers("latency")[decision.customer[inside], decision.site[inside]]


def _capacity(problem: Problem, rule: Capacity, decision: Decision) -> Eased:
    load, capacity = decision.load(problem.numbers("demand")), problem.numbers("capacity")
    over = [
        f"{problem.sites[j]} {load[j]:.6g} MW instead of {capacity[j]:.6g}" for j in np.flatnonzero(load > capacity)
    ]
    return None, f"let sites hold more: {', '.join(over[:SHOWN])}{', …' if len(over) > SHOWN else ''}"


def _up(value: float) -> float:
    """Return the value to one decimal, rounded up: a limit that a person sets must not be a hair too low."""
    return ceil(value * 10 - 1e-9) / 10


def _down(share: float) -> float:
    return floor(share * 1e4 + 1e-9) / 1e4


_EASED: dict[type[Rule], Callable[[Problem, Any, Decision], Eased]] = {
    Budget: _budget,
    SiteCount: _site_count,
    JurisdictionQuota: _quota,
    MutualExclusion: _exclusion,
    PartnerCount: _partner_count,
    LatencyLimit: _latency_limit,
    MeanLatency: _mean_latency,
    LatencyShare: _latency_share,
    MeanOfSites: _mean_of_sites,
    Capacity: _capacity,
}
