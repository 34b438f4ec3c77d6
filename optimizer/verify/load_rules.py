"""Load rules, checked on who is served from where."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from sitewright.optimizer.verify.facts import SLACK, Facts

Check = Callable[[Facts, Any], Iterator[str]]


def service(facts: Facts, rule: Any) -> Iterator[str]:
    total = np.zeros(len(facts.customers))
    np.add.at(total, facts.i, facts.share)
    for i in np.flatnonzero(~(np.abs(total - 1.0) <= SLACK)):
        yield f"{facts.customers[i]} has {total[i]:.6f} of its demand served"
    for k in np.flatnonzero(~facts.open[facts.j]):
        yield f"{facts.customers[facts.i[k]]} is served from {facts.sites[facts.j[k]]}, which is closed"
    for k in np.flatnonzero(~((facts.share >= 0.0) & (facts.share <= 1.0 + SLACK))):
        yield f"{facts.customers[facts.i[k]]} has the share {facts.share[k]:g} at {facts.sites[facts.j[k]]}"
    for k in np.flatnonzero(~np.isfinite(facts.link_cost)):
        yield f"{facts.customers[facts.i[k]]} may not be served from {facts.sites[facts.j[k]]}"


def capacity(facts: Facts, rule: Any) -> Iterator[str]:
    load = np.zeros(len(facts.sites))
    np.add.at(load, facts.j, facts.mw)
    limit = facts.values("capacity", "site", np.inf)
    for j in np.flatnonzero(load > limit * (1 + SLACK) + SLACK):
        yield f"{facts.sites[j]} carries {load[j]:.6g} MW over its {limit[j]:.6g} MW"


def minimum_use(facts: Facts, rule: Any) -> Iterator[str]:
    load = np.bincount(facts.j, facts.mw, minlength=len(facts.sites))
    holds, inside = facts.values("capacity", "site", np.inf), facts.sites_in(rule.within)
    for j in np.flatnonzero(facts.open & inside):
        # A share of no limit would be no number that a site could carry.
        asked = max(rule.mw, rule.share * holds[j] if rule.share > 0 else 0.0)
        if not load[j] >= asked * (1 - SLACK) - SLACK:
            yield f"{facts.sites[j]} is open for {load[j]:.6g} MW, at least {asked:.6g} MW are asked"


def single_source(facts: Facts, rule: Any) -> Iterator[str]:
    who = facts.customers_in(rule.customers)
    count = np.bincount(facts.i, minlength=len(facts.customers))
    for i in np.flatnonzero(who & (count > 1)):
        yield f"{facts.customers[i]} is served from {count[i]} sites"


def mean_latency(facts: Facts, rule: Any) -> Iterator[str]:
    # Without power on it, a link says nothing of the mean, however long it is.
    inside = facts.customers_in(rule.customers)[facts.i] & (facts.mw > 0)
    if inside.any():
        mean = float(np.average(facts.latency[inside], weights=facts.mw[inside]))
        if not mean <= rule.at_most_ms * (1 + SLACK):
            yield f"the mean round trip is {mean:.3f} ms, limit {rule.at_most_ms:g}"


def latency_share(facts: Facts, rule: Any) -> Iterator[str]:
    inside = facts.customers_in(rule.customers)[facts.i] & (facts.mw > 0)
    if inside.any():
        near = inside & facts.within(rule.within_ms)
        share = float(facts.mw[near].sum() / facts.mw[inside].sum())
        if share < rule.at_least - SLACK:
            yield f"{share:.4%} of the demand is within {rule.within_ms:g} ms, {rule.at_least:.4%} must be"


def mean_of_sites(facts: Facts, rule: Any) -> Iterator[str]:
    value = facts.values(rule.of, "site", np.nan)
    if rule.of == "carbon":
        value = value * facts.values("pue", "site", 1.0)  # of the grid, for a kWh of IT energy
    inside = facts.customers_in(rule.customers)[facts.i] & (facts.mw > 0)
    if inside.any():
        mean = float(np.average(value[facts.j[inside]], weights=facts.mw[inside]))
        if not mean <= rule.at_most * (1 + SLACK):
            yield f"the mean {rule.of} is {mean:.4g}, limit {rule.at_most:g}"


def scrubbing(facts: Facts, rule: Any) -> Iterator[str]:
    sent = np.zeros(len(facts.sites))
    np.add.at(sent, facts.j, facts.values("attack_traffic", "customer")[facts.i] * facts.share)
    limit = facts.values("scrubbing", "site", np.inf)
    for j in np.flatnonzero(sent > limit * (1 + SLACK) + SLACK):
        yield f"{facts.sites[j]} draws {sent[j]:.6g} Gbit/s of attacks and can scrub {limit[j]:.6g}"


LOAD_RULES: dict[str, Check] = {
    "service": service,
    "capacity": capacity,
    "scrubbing": scrubbing,
    "single_source": single_source,
    "minimum_use": minimum_use,
    "mean_latency": mean_latency,
    "latency_share": latency_share,
    "mean_of_sites": mean_of_sites,
}
