"""The least change of a rule's limit: no plan can do with less, as the sites alone prove."""

from dataclasses import replace

import numpy as np

from sitewright.optimizer.cost import site_cost
from sitewright.optimizer.explain.shortage import Sites
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import Budget, LatencyLimit, MutualExclusion, PartnerCount, SiteCount
from sitewright.optimizer.rules.base import Rule

# A sum that is rounded up to cents is not below what it was a bound of.
CENT = 0.01


def least_ease(free: Problem, rule: Rule) -> Rule | None:
    """Return the rule with a limit below which no plan of `free`, the problem without the rule, can stay.

    There may be no plan at the limit itself: that is for a solve to tell. None where nothing is known.
    """
    nothing, nobody = np.zeros(free.n_sites), np.zeros(free.n_partners)
    if isinstance(rule, LatencyLimit):
        nearest = np.where(free.allowed, free.numbers("latency"), np.inf).min(axis=1)
        least_ms = float(nearest[rule.customers.mask(free)].max())
        return replace(rule, at_most_ms=least_ms) if 0 < least_ms < np.inf else None
    if isinstance(rule, Budget):
        least = Sites(free).least(site_cost(free), free.numbers("partner_fee"))
        return None if least is None else Budget(round(least + CENT / 2, 2))
    if isinstance(rule, PartnerCount):
        least = Sites(free).least(nothing, np.ones(free.n_partners))
        return None if least is None else PartnerCount(_whole(least))
    if isinstance(rule, SiteCount) and rule.at_most is not None:
        least = Sites(free).least(rule.within.mask(free).astype(float), nobody)
        return None if least is None or _whole(least) < rule.at_least else replace(rule, at_most=_whole(least))
    if isinstance(rule, MutualExclusion):
        least = Sites(free).least(np.isin(free.sites, rule.sites).astype(float), nobody)
        return None if least is None else replace(rule, at_most=_whole(least))
    return None


def _whole(least: float) -> int:
    return int(np.ceil(least - 1e-6))
