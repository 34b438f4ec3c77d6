"""The site rules that a choice of sites keeps exactly, by sorting: all others enter a bound by prices, or not at all.

Status, risk floors, where partners operate and whether they offer any site, one option per metro, one size per site,
the number of open sites (where a rule counts all of them), and partner fees.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.verify.facts import Facts


@dataclass(frozen=True, eq=False)
class Kept:
    """What is kept of the site rules."""

    forced: NDArray[np.bool_]  # (sites,)
    group: NDArray[np.int64]  # (sites,): at most one site of a group is open; -1 for sites that must be closed
    at_least: int
    at_most: int
    fees: list[tuple[float, float, NDArray[np.int64]]]  # of each partner: its fee, how many sites it offers, which

    def decided(self, forced: NDArray[np.bool_], closed: NDArray[np.bool_]) -> "Kept":
        """Return the same with more sites open and closed for sure; no site may be both."""
        return replace(self, forced=forced, group=np.where(closed, -1, self.group))


def kept_rules(facts: Facts) -> Kept:
    """Read the rules that sorting can handle."""
    n = len(facts.sites)
    status, metro, sizes = (facts.words(name, "site") for name in ("status", "metro", "size_of"))
    forced, closed = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    # Whoever must be served is served from an open site.
    one_a_metro, one_a_site, at_least, at_most = False, False, min(1, len(facts.demand)), n
    for rule in facts.rules:
        if rule.name == "site_status":
            kept = ("forced",) if rule.existing_may_close else ("forced", "existing")
            # A site of several sizes is open in one of them: none of its options is by itself.
            alone = np.array([not site or sizes.count(site) == 1 for site in sizes])
            forced |= alone & np.array([s in kept for s in status])
            closed |= np.array([s == "forbidden" for s in status])
        elif rule.name == "partner_metros":
            texts = dict(zip(facts.partner_names, facts.words("partner_metros", "partner"), strict=True))
            lists = [texts.get(p, "") for p in facts.words("site_partner", "site")]
            closed |= np.array([bool(t) and m not in t.split("|") for t, m in zip(lists, metro, strict=True)])
        elif rule.name == "partner_sites":
            limits = facts.by_partner("partner_max_sites", np.inf)
            closed |= np.array([limits.get(p, np.inf) < 1 for p in facts.words("site_partner", "site")])
        elif rule.name == "risk_floor":
            inside = facts.sites_in(rule.within)
            for variable, limit in (("hazard", rule.hazard_at_most), ("saidi_h", rule.outage_at_most_h)):
                if limit is not None:
                    closed |= inside & ~(facts.values(variable, "site") <= limit)
        elif rule.name == "one_option_per_metro":
            one_a_metro = True
        elif rule.name == "one_size_per_site":
            one_a_site = True
        elif rule.name == "site_count" and facts.sites_in(rule.within).all():
            at_least = max(at_least, rule.at_least)
            at_most = min(at_most, n if rule.at_most is None else rule.at_most)
    taken = {metro[j] for j in np.flatnonzero(forced)} - {""} if one_a_metro else set()
    names: dict[str, int] = {}
    group = np.empty(n, dtype=np.int64)
    for j, site in enumerate(facts.sites):
        by_metro = one_a_metro and bool(metro[j])
        # Keys of a site's own hold a character that no metro can: labels are free text.
        own = f"\0\0{sizes[j]}" if one_a_site and sizes[j] else f"\0{site}"
        group[j] = names.setdefault(metro[j] if by_metro else own, len(names))
        if closed[j] or (by_metro and metro[j] in taken and not forced[j]):
            group[j] = -1
    partner, limited = np.array(facts.words("site_partner", "site")), "partner_sites" in {r.name for r in facts.rules}
    offers = facts.by_partner("partner_max_sites", np.inf)
    fees = [
        (fee, offers[p] if limited else np.inf, np.flatnonzero(partner == p))
        for p, fee in facts.by_partner("partner_fee").items()
        if fee > 0
    ]
    return Kept(forced, group, at_least, at_most, fees)
