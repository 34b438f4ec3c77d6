"""A conflict in sentences with numbers."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.cost import site_cost
from sitewright.optimizer.errors import Infeasible, LimitReached
from sitewright.optimizer.explain.measured import least_latency, least_mean, least_missing
from sitewright.optimizer.explain.oracle import Means
from sitewright.optimizer.explain.shortage import Sites
from sitewright.optimizer.explain.without import removable, without
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import (
    Budget,
    LatencyLimit,
    LatencyShare,
    MeanLatency,
    MeanOfSites,
    MutualExclusion,
    PartnerCount,
    SiteCount,
)
from sitewright.optimizer.rules.base import Rule

Floats = NDArray[np.float64]
# Customers or sites that a sentence names.
SHOWN = 5


def sentences(problem: Problem, rules: Sequence[Rule], means: Means) -> Iterator[str]:
    """Yield what is wrong with these rules together: counts first, then what each limit would have to be at least."""
    only = _only(problem, rules)
    found = [*_stranded(only, rules)] or [*_short(only, rules)]
    if not found:
        for rule in rules:
            found += _limit(problem, rule, [r for r in rules if r is not rule], means)
    yield from found or [_together(rules)]


def _together(rules: Sequence[Rule]) -> str:
    asked = "; ".join(rule.sentence() for rule in rules)
    return f"no plan keeps these together: {asked}" if asked else "the data alone admit no plan"


def _only(problem: Problem, rules: Sequence[Rule]) -> Problem:
    keep = {id(rule) for rule in rules}
    return without(problem, [rule for rule in removable(problem) if id(rule) not in keep])


def _stranded(only: Problem, rules: Sequence[Rule]) -> Iterator[str]:
    """Name the customers whom these rules leave no site."""
    closed = np.zeros(only.n_sites, dtype=bool)
    for rule in only.all_rules:
        for name in ("must_close", "outside"):
            if hasattr(rule, name):
                closed |= getattr(rule, name)(only)
        if isinstance(rule, SiteCount) and rule.at_most == 0:
            closed |= rule.within.mask(only)
    stranded = np.flatnonzero(~(only.allowed & ~closed).any(axis=1))
    if not len(stranded):
        return
    names = ", ".join(only.customers[stranded[:SHOWN]]) + (", …" if len(stranded) > SHOWN else "")
    mw = only.numbers("demand")[stranded].sum()
    text = f"{len(stranded)} of {only.n_customers} customers ({mw:.6g} MW) may use no site: {names}"
    worst = stranded[0]
    for rule in rules:
        forbids = rule.forbids(only)
        if forbids is not None and forbids[worst].any():
            text += (
                f"; {rule.name} leaves {only.customers[worst]} {int((~forbids[worst]).sum())} of {only.n_sites} sites"
            )
        if isinstance(rule, LatencyLimit):
            nearest = only.numbers("latency")[stranded].min(axis=1)
            away = f"{nearest.min():.1f} to {nearest.max():.1f} ms away"
            text += f" (the nearest site is {away}, the limit is {rule.at_most_ms:g} ms)"
    if closed.any():
        text += f"; {int(closed.sum())} sites must stay closed"
    yield text


def _short(only: Problem, rules: Sequence[Rule]) -> Iterator[str]:
    """Name the group of customers whose sites hold least of its demand, if they cannot hold it all."""
    if not np.isfinite(only.numbers("capacity", np.inf)).any():
        return
    sites, short = Sites(only), []
    for group in sites.groups:
        held = sites.most_held(group) if group.mw > 0 else group.mw
        if held is not None and held < group.mw * (1 - 1e-6):
            short.append((held / group.mw, group, held))
        if short and group is sites.groups[0]:
            break  # all customers together: nothing says more
    if short:
        _, group, held = min(short, key=lambda s: s[0])
        limits = [rule.sentence() for rule in rules if rule.kind == "site"]
        where = f"the {int(group.sites.sum())} sites that they may use"
        under = f", where {' and '.join(limits)}," if limits else ""
        n = int(group.customers.sum())
        yield f"{group.name} ({n} customers) need {group.mw:.6g} MW, but {where}{under} hold at most {held:.6g} MW"


def _limit(problem: Problem, rule: Rule, others: Sequence[Rule], means: Means) -> Iterator[str]:
    """Say what the limit of a rule would have to be if the other rules of the conflict are kept."""
    free = _only(problem, others)
    under = f"under {' and '.join(r.name for r in others) or 'no other rule'}, "
    for found in _needed(problem, free, rule, means):
        yield under + found


def _needed(problem: Problem, free: Problem, rule: Rule, means: Means) -> Iterator[str]:
    sites, nothing, nobody = Sites(free), np.zeros(problem.n_sites), np.zeros(problem.n_partners)
    if isinstance(rule, Budget):
        least = sites.least(site_cost(problem), problem.numbers("partner_fee"))
        if least is not None and least > rule.at_most:
            yield f"open sites and partners cost at least {least:,.0f} EUR/yr, the budget is {rule.at_most:,.0f}"
    elif isinstance(rule, PartnerCount):
        least = sites.least(nothing, np.ones(problem.n_partners))
        if least is not None and least > rule.at_most + 1e-6:
            yield f"at least {np.ceil(least - 1e-6):.0f} partners are used, {rule.at_most} may be"
    elif isinstance(rule, SiteCount | MutualExclusion):
        inside = rule.within.mask(problem) if isinstance(rule, SiteCount) else np.isin(problem.sites, rule.sites)
        where = f" ({rule.within})" if isinstance(rule, SiteCount) else f" of {', '.join(rule.sites)}"
        least = sites.least(inside.astype(float), nobody)
        if least is not None and rule.at_most is not None and least > rule.at_most + 1e-6:
            yield f"at least {np.ceil(least - 1e-6):.0f} sites must open{where}, {rule.at_most} may"
        negative = sites.least(-inside.astype(float), nobody)
        if isinstance(rule, SiteCount) and negative is not None and -negative < rule.at_least - 1e-6:
            yield f"at most {np.floor(-negative + 1e-6) + 0.0:.0f} sites can open{where}, {rule.at_least} must"
    elif isinstance(rule, MeanLatency | LatencyShare):
        with suppress(Infeasible, LimitReached):
            yield from _latency(free, rule, means.briefly())
    elif isinstance(rule, MeanOfSites):
        with suppress(Infeasible, LimitReached):
            mean = least_mean(free, rule, means.briefly())
            if mean > rule.at_most:
                least_there_is = f"the mean {rule.word} of {rule.customers} is {mean:.4g} {rule.unit} at least"
                yield f"{least_there_is}, the limit is {rule.at_most:g} {rule.unit}"


def _latency(free: Problem, rule: MeanLatency | LatencyShare, means: Means) -> Iterator[str]:
    if isinstance(rule, MeanLatency):
        ms = least_latency(free, rule, means)
        if ms > rule.at_most_ms:
            least = f"the mean round trip of {rule.customers} is {ms:.3f} ms at least"
            yield f"{least}, the limit is {rule.at_most_ms:g} ms"
        return
    share = 1.0 - least_missing(free, rule, means)
    if share < rule.at_least:
        most = f"{share:.4%} of the demand of {rule.customers} at most is within {rule.within_ms:g} ms"
        yield f"{most}, {rule.at_least:.4%} must be"
