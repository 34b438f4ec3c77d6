"""Rules on what is left after a loss, checked by removing each in turn."""

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.verify.allowed import lawful_pairs
from sitewright.optimizer.verify.facts import SLACK, Facts, not_longer
from sitewright.optimizer.verify.most_served import most_served

Check = Callable[[Facts, Any], Iterator[str]]

_LABELS = {"partner": "site_partner", "jurisdiction": "jurisdiction", "grid": "grid", "hazard_zone": "hazard_zone"}


def backup(facts: Facts, rule: Any) -> Iterator[str]:
    opened = np.flatnonzero(facts.open)
    near, fate = _emergency(facts, rule.at_most_ms, opened), _fates(facts, rule.another)
    who = facts.customers_in(rule.customers)
    for i, j, share in zip(facts.i, facts.j, facts.share, strict=True):
        seconds = [k for k, ok in zip(opened, near[i], strict=True) if ok and fate[k] != fate[j]]
        if who[i] and share > 0 and not seconds:
            yield f"{facts.customers[i]} has nothing but {facts.sites[j]}: no second site in another {rule.another}"


def survive_loss(facts: Facts, rule: Any) -> Iterator[str]:
    fate = _fates(facts, rule.of)
    lost = [{fate[j]} for j in np.flatnonzero(facts.open) if rule.of != "partner" or fate[j][0]]
    gone = [[j for j in range(len(facts.sites)) if fate[j] in names] for names in [set(), *lost]]
    yield from _left(facts, rule, gone)


def worst_attack(facts: Facts, rule: Any) -> Iterator[str]:
    opened = np.flatnonzero(facts.open).tolist()
    yield from _left(facts, rule, combinations(opened, min(rule.sites, len(opened))))


def joint_exposure(facts: Facts, rule: Any) -> Iterator[str]:
    fate, who = _fates(facts, rule.cause), facts.customers_in(rule.customers)
    total = float(facts.demand[who].sum())
    hung: dict[tuple[str, str], float] = {}
    for i, j, mw in zip(facts.i, facts.j, facts.mw, strict=True):
        if who[i] and (rule.cause != "partner" or fate[j][0]):
            hung[fate[j]] = hung.get(fate[j], 0.0) + float(mw)
    for (label, site), mw in hung.items():
        if total > 0 and mw / total > rule.at_most + SLACK:
            yield f"{mw / total:.4%} of the demand hangs on {label or site}, limit {rule.at_most:.4%}"


def _left(facts: Facts, rule: Any, losses: Iterable[Iterable[int]]) -> Iterator[str]:
    """Yield what is served too little after each loss of sites."""
    opened = np.flatnonzero(facts.open)
    near = _emergency(facts, rule.at_most_ms, opened)
    demand = np.where(facts.customers_in(rule.customers), facts.demand, 0.0)
    capacity = facts.values("capacity", "site", np.inf)[opened]
    asked = rule.at_least * float(demand.sum())
    done = set()
    for loss in losses:
        left = ~np.isin(opened, list(loss))
        if left.tobytes() in done:
            continue
        done.add(left.tobytes())
        served = most_served(near[:, left], demand, capacity[left])
        if asked - served > SLACK * max(1.0, asked):
            names = ", ".join(facts.sites[j] for j in opened[~left]) or "nothing"
            yield f"with {names} lost, {served:.6g} MW can be served, {asked:.6g} MW must be"


def _emergency(facts: Facts, at_most_ms: float | None, sites: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which customer may use which of the sites when others are lost."""
    near = lawful_pairs(facts)[:, sites]
    if at_most_ms is not None:
        near &= not_longer(np.asarray(facts.data["latency"].values)[:, sites], at_most_ms)
    return near


def _fates(facts: Facts, cause: str) -> list[tuple[str, str]]:
    """Return of each site what it is lost with: a label, or, without one, itself."""
    if cause == "site":
        return [("", site) for site in facts.sites]
    labels = facts.words(_LABELS[cause], "site")
    return [(label, "") if label else ("", site) for label, site in zip(labels, facts.sites, strict=True)]


RESILIENCE_RULES: dict[str, Check] = {
    "backup": backup,
    "survive_loss": survive_loss,
    "worst_attack": worst_attack,
    "joint_exposure": joint_exposure,
}
