"""Which pairs the matrix and the pair rules leave, a block of sites at a time: the whole mask may not fit."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.verify.facts import Facts, not_longer


def allowed_pairs(facts: Facts, block: slice) -> NDArray[np.bool_]:
    """Return which customer may use which site of the block. Shape (customers, sites of the block)."""
    allowed: NDArray[np.bool_] = np.isfinite(facts.columns("service_cost", block))
    for rule in facts.rules:
        reader = _READERS.get(rule.name)
        if reader is not None:
            reader(facts, rule, block, allowed)
    return allowed


def lawful_pairs(facts: Facts) -> NDArray[np.bool_]:
    """Return which pairs law allows, whatever their latency. Shape (customers, sites)."""
    allowed: NDArray[np.bool_] = np.isfinite(facts.cost)
    for rule in facts.rules:
        if rule.name in ("residency", "legal_exclusion"):
            _READERS[rule.name](facts, rule, slice(None), allowed)
    return allowed


def _residency(facts: Facts, rule: Any, block: slice, allowed: NDArray[np.bool_]) -> None:
    classes = np.array(facts.words("residency", "customer"))
    regimes = facts.words("regime", "site")[block]
    for label in sorted(set(classes.tolist()) - {""}):
        outside = np.array([regime not in rule.allowed.get(label, ()) for regime in regimes])
        allowed[np.ix_(classes == label, outside)] = False


def _legal_exclusion(facts: Facts, rule: Any, block: slice, allowed: NDArray[np.bool_]) -> None:
    allowed[np.ix_(facts.customers_in(rule.customers), facts.sites_in(rule.sites)[block])] = False


def _latency_limit(facts: Facts, rule: Any, block: slice, allowed: NDArray[np.bool_]) -> None:
    near = not_longer(facts.columns("latency", block), rule.at_most_ms)
    allowed &= near | ~facts.customers_in(rule.customers)[:, None]


def _mean_latency(facts: Facts, rule: Any, block: slice, allowed: NDArray[np.bool_]) -> None:
    # The least share of demand over an infinite way makes the mean infinite.
    allowed &= np.isfinite(facts.columns("latency", block)) | ~_counted(facts, rule)[:, None]


def _mean_of_sites(facts: Facts, rule: Any, block: slice, allowed: NDArray[np.bool_]) -> None:
    known = ~np.isnan(facts.values(rule.of, "site", np.nan)[block])
    allowed &= known[None, :] | ~_counted(facts, rule)[:, None]


def _counted(facts: Facts, rule: Any) -> NDArray[np.bool_]:
    return facts.customers_in(rule.customers) & (facts.demand > 0)


_READERS = {
    "residency": _residency,
    "legal_exclusion": _legal_exclusion,
    "latency_limit": _latency_limit,
    "mean_latency": _mean_latency,
    "mean_of_sites": _mean_of_sites,
}
