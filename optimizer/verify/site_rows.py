r"""The site rules as rows :math:`\sum_j a_j y_j \le b` that every plan keeps: a price may stand on each.

Written from the rules' sentences, apart from the rows that the optimizer hands its solver. Where a rule speaks of
partners, a fee may be due in a row once one of the partner's sites is open; leaving it out only widens the row.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.verify.facts import SLACK, Facts

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class SiteRow:
    """Sum of `of_site` over the open sites, and of the fees of their partners if `with_fees`, is at most `limit`.

    `sorted_out` rows are kept by `sitewright.optimizer.verify.kept_rules` already: a price on them could add nothing.
    """

    rule: str
    of_site: Floats  # (sites,)
    limit: float
    with_fees: bool = False
    sorted_out: bool = False


def site_rows(facts: Facts) -> list[SiteRow]:
    """Return all rows; the order is that of the rules, so that prices can be told by their place."""
    rows = [row for rule in facts.rules if rule.name in _READERS for row in _READERS[rule.name](facts, rule)]
    demand = float(facts.demand.sum())
    holds = np.minimum(facts.values("capacity", "site", np.inf), demand)
    if demand > 0 and (holds < demand).any():
        # A capacity counts as kept within SLACK.
        rows.append(SiteRow("capacity", -holds, -demand * (1 - 3 * SLACK)))
    return rows


def _most(rule: str, mask: Mask, limit: float, *, sorted_out: bool = False) -> Iterator[SiteRow]:
    if np.count_nonzero(mask) > limit:
        yield SiteRow(rule, mask.astype(np.float64), float(limit), sorted_out=sorted_out)


def _least(rule: str, mask: Mask, limit: float, *, sorted_out: bool = False) -> Iterator[SiteRow]:
    if limit > 0:
        yield SiteRow(rule, -mask.astype(np.float64), -float(limit), sorted_out=sorted_out)


def _count(facts: Facts, rule: Any) -> Iterator[SiteRow]:
    mask = facts.sites_in(rule.within)
    everywhere = bool(mask.all())
    yield from _least(rule.name, mask, rule.at_least, sorted_out=everywhere)
    if rule.at_most is not None:
        yield from _most(rule.name, mask, rule.at_most, sorted_out=everywhere)


def _status(facts: Facts, rule: Any) -> Iterator[SiteRow]:
    status, sizes = facts.words("status", "site"), facts.words("size_of", "site")
    kept = ("forced",) if rule.existing_may_close else ("forced", "existing")
    for j, word in enumerate(status):
        if word in kept:
            # An existing site may have changed its size.
            its = np.array([k == j or (s != "" and s == sizes[j]) for k, s in enumerate(sizes)])
            yield from _least(rule.name, its, 1, sorted_out=True)


def _one_of(variable: str) -> Any:
    def rows(facts: Facts, rule: Any) -> Iterator[SiteRow]:
        words = np.array(facts.words(variable, "site"))
        for word in sorted(set(words.tolist()) - {""}):
            yield from _most(rule.name, words == word, 1, sorted_out=True)

    return rows


def _budget(facts: Facts, rule: Any) -> Iterator[SiteRow]:
    fee = facts.by_partner("partner_site_fee")
    spent = facts.values("fixed_cost", "site") + [fee.get(p, 0.0) for p in facts.words("site_partner", "site")]
    yield SiteRow(rule.name, spent, rule.at_most * (1 + 2 * SLACK) + SLACK, with_fees=True)


def _quota(facts: Facts, rule: Any) -> Iterator[SiteRow]:
    places = np.array(facts.words("jurisdiction", "site"))
    for place in sorted(set(places.tolist()) - {""}):
        if place in rule.jurisdictions or not rule.jurisdictions:
            yield from _most(rule.name, places == place, rule.at_most)


def _if_then(facts: Facts, rule: Any) -> Iterator[SiteRow]:
    if rule.if_open not in rule.then_open:
        sites = np.array(facts.sites)
        yield SiteRow(rule.name, (sites == rule.if_open) - np.isin(sites, rule.then_open).astype(np.float64), 0.0)


def _exclusion(facts: Facts, rule: Any) -> Iterator[SiteRow]:
    yield from _most(rule.name, np.isin(facts.sites, rule.sites), rule.at_most)


def _partner_sites(facts: Facts, rule: Any) -> Iterator[SiteRow]:
    partners = np.array(facts.words("site_partner", "site"))
    for name, limit in facts.by_partner("partner_max_sites", np.inf).items():
        yield from _most(rule.name, partners == name, limit)


def _partner_exclusive(facts: Facts, rule: Any) -> Iterator[SiteRow]:
    partners, places = np.array(facts.words("site_partner", "site")), np.array(facts.words("jurisdiction", "site"))
    for name, exclusive in facts.partner_lists("partner_exclusive").items():
        for j in np.flatnonzero((partners == name) & np.isin(places, exclusive)):
            others = (places == places[j]) & (partners != name)
            n = float(np.count_nonzero(others))
            of_site = others.astype(np.float64)
            of_site[j] = n
            yield SiteRow(rule.name, of_site, n)


def _commitment(facts: Facts, rule: Any) -> Iterator[SiteRow]:
    partners, capacity = np.array(facts.words("site_partner", "site")), facts.values("capacity", "site")
    for name, least in facts.by_partner("partner_commitment").items():
        its = partners == name
        if np.isfinite(capacity[its]).all():
            for j in np.flatnonzero(its & (capacity < least * (1 - SLACK))):
                of_site = np.where(its, -capacity, 0.0)
                of_site[j] += least * (1 - 2 * SLACK)
                yield SiteRow(rule.name, of_site, 0.0)


_READERS = {
    "site_count": _count,
    "site_status": _status,
    "one_option_per_metro": _one_of("metro"),
    "one_size_per_site": _one_of("size_of"),
    "budget": _budget,
    "jurisdiction_quota": _quota,
    "if_then": _if_then,
    "mutual_exclusion": _exclusion,
    "partner_sites": _partner_sites,
    "partner_exclusive": _partner_exclusive,
    "partner_commitment": _commitment,
}
