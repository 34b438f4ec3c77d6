"""Pair rules, checked link by link."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from sitewright.optimizer.verify.facts import Facts

Check = Callable[[Facts, Any], Iterator[str]]


def residency(facts: Facts, rule: Any) -> Iterator[str]:
    classes, regimes = facts.words("residency", "customer"), facts.words("regime", "site")
    for i, j in zip(facts.i, facts.j, strict=True):
        if classes[i] and regimes[j] not in rule.allowed.get(classes[i], ()):
            yield f"{classes[i]} data of {facts.customers[i]} lie at {facts.sites[j]}, under regime {regimes[j]}"


def legal_exclusion(facts: Facts, rule: Any) -> Iterator[str]:
    who, where = facts.customers_in(rule.customers), facts.sites_in(rule.sites)
    for i, j in zip(facts.i, facts.j, strict=True):
        if who[i] and where[j]:
            yield f"{facts.customers[i]} is served from the excluded {facts.sites[j]}"


def latency_limit(facts: Facts, rule: Any) -> Iterator[str]:
    late = facts.customers_in(rule.customers)[facts.i] & ~facts.within(rule.at_most_ms)
    for k in np.flatnonzero(late):
        customer, site = facts.customers[facts.i[k]], facts.sites[facts.j[k]]
        yield f"{customer} reaches {site} in {facts.latency[k]:.2f} ms, limit {rule.at_most_ms:g}"


PAIR_RULES: dict[str, Check] = {
    "residency": residency,
    "legal_exclusion": legal_exclusion,
    "latency_limit": latency_limit,
}
