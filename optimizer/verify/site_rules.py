"""Site rules, checked on the set of open sites."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from sitewright.optimizer.verify.facts import SLACK, Facts

Check = Callable[[Facts, Any], Iterator[str]]


def _opened(facts: Facts, labels: list[str]) -> list[str]:
    return [label for label, is_open in zip(labels, facts.open, strict=True) if is_open]


def _partners(facts: Facts) -> Counter[str]:
    """Count the open sites of each partner that is used."""
    return Counter(p for p in _opened(facts, facts.words("site_partner", "site")) if p)


def site_status(facts: Facts, rule: Any) -> Iterator[str]:
    sizes = facts.words("size_of", "site")
    opened = set(_opened(facts, sizes)) - {""}
    rows = zip(facts.sites, facts.words("status", "site"), sizes, facts.open, strict=True)
    for name, status, site, is_open in rows:
        if status == "forbidden" and is_open:
            yield f"forbidden site {name} is open"
        kept = status == "forced" or (status == "existing" and not rule.existing_may_close)
        # An existing site may have changed its size.
        if kept and not is_open and site not in opened:
            yield f"{status} site {name} is closed"


def one_option_per_metro(facts: Facts, rule: Any) -> Iterator[str]:
    for metro, count in Counter(_opened(facts, facts.words("metro", "site"))).items():
        if metro and count > 1:
            yield f"{count} options are open in metro {metro}"


def one_size_per_site(facts: Facts, rule: Any) -> Iterator[str]:
    for site, count in Counter(_opened(facts, facts.words("size_of", "site"))).items():
        if site and count > 1:
            yield f"{site} is open in {count} sizes"


def site_count(facts: Facts, rule: Any) -> Iterator[str]:
    count = int(np.count_nonzero(facts.open & facts.sites_in(rule.within)))
    if count < rule.at_least or (rule.at_most is not None and count > rule.at_most):
        yield f"{count} sites are open in {rule.within}, allowed are {rule.at_least} to {rule.at_most}"


def budget(facts: Facts, rule: Any) -> Iterator[str]:
    spent = float(facts.values("fixed_cost", "site")[facts.open].sum())
    fee, per_site = facts.by_partner("partner_fee"), facts.by_partner("partner_site_fee")
    spent += sum(fee[name] + count * per_site[name] for name, count in _partners(facts).items())
    if spent > rule.at_most * (1 + SLACK) + SLACK:
        yield f"sites and partners cost {spent:,.0f}, the budget is {rule.at_most:,.0f}"


def jurisdiction_quota(facts: Facts, rule: Any) -> Iterator[str]:
    for place, count in Counter(_opened(facts, facts.words("jurisdiction", "site"))).items():
        if count > rule.at_most and (place in rule.jurisdictions or not rule.jurisdictions):
            yield f"{count} sites are open in {place}, quota {rule.at_most}"


def if_then(facts: Facts, rule: Any) -> Iterator[str]:
    names = _opened(facts, facts.sites)
    if rule.if_open in names and not any(name in names for name in rule.then_open):
        yield f"{rule.if_open} is open without any of {', '.join(rule.then_open)}"


def mutual_exclusion(facts: Facts, rule: Any) -> Iterator[str]:
    names = [name for name in _opened(facts, facts.sites) if name in rule.sites]
    if len(names) > rule.at_most:
        yield f"{', '.join(names)} are open together, at most {rule.at_most} may be"


def partner_use(facts: Facts, rule: Any) -> Iterator[str]:
    for name in _partners(facts):
        if name not in facts.partner_names:
            yield f"an open site needs partner {name}, which the data do not know"


def partner_metros(facts: Facts, rule: Any) -> Iterator[str]:
    texts = dict(zip(facts.partner_names, facts.words("partner_metros", "partner"), strict=True))
    rows = zip(facts.sites, facts.words("metro", "site"), facts.words("site_partner", "site"), facts.open, strict=True)
    for site, metro, partner, is_open in rows:
        if is_open and texts.get(partner) and metro not in texts[partner].split("|"):
            yield f"{site} is open with {partner}, who does not operate in {metro}"


def partner_sites(facts: Facts, rule: Any) -> Iterator[str]:
    limits = facts.by_partner("partner_max_sites", np.inf)
    for name, count in _partners(facts).items():
        if count > limits[name]:
            yield f"{count} sites are open with {name}, who offers {limits[name]:g}"


def partner_exclusive(facts: Facts, rule: Any) -> Iterator[str]:
    lists = facts.partner_lists("partner_exclusive")
    places, partners = facts.words("jurisdiction", "site"), facts.words("site_partner", "site")
    for place in sorted(set(_opened(facts, places))):
        there = {
            p for p, where, is_open in zip(partners, places, facts.open, strict=True) if is_open and where == place
        }
        for name in sorted(there):
            if name and place in lists[name] and len(there) > 1:
                others = ", ".join(sorted(p or "an own build" for p in there - {name}))
                yield f"{name} is exclusive in {place}, but {others} is open there too"


def partner_commitment(facts: Facts, rule: Any) -> Iterator[str]:
    least = facts.by_partner("partner_commitment")
    capacity, partners = facts.values("capacity", "site"), np.array(facts.words("site_partner", "site"))
    for name in _partners(facts):
        taken = float(capacity[facts.open & (partners == name)].sum())
        if taken < least[name] * (1 - SLACK):
            yield f"{name} gets {taken:g} MW and demands {least[name]:g}"


def partner_count(facts: Facts, rule: Any) -> Iterator[str]:
    used = sorted(_partners(facts))
    if len(used) > rule.at_most:
        yield f"partners {', '.join(used)} are used, at most {rule.at_most} may be"


def risk_floor(facts: Facts, rule: Any) -> Iterator[str]:
    inside = facts.sites_in(rule.within)
    for variable, limit in (("hazard", rule.hazard_at_most), ("saidi_h", rule.outage_at_most_h)):
        found = facts.values(variable, "site")
        for j in np.flatnonzero(facts.open & inside):
            if limit is not None and not found[j] <= limit:
                yield f"{facts.sites[j]} is open with {variable} {found[j]:g}, limit {limit:g}"


SITE_RULES: dict[str, Check] = {
    "site_status": site_status,
    "one_option_per_metro": one_option_per_metro,
    "one_size_per_site": one_size_per_site,
    "site_count": site_count,
    "risk_floor": risk_floor,
    "budget": budget,
    "jurisdiction_quota": jurisdiction_quota,
    "if_then": if_then,
    "mutual_exclusion": mutual_exclusion,
    "partner_use": partner_use,
    "partner_metros": partner_metros,
    "partner_sites": partner_sites,
    "partner_exclusive": partner_exclusive,
    "partner_commitment": partner_commitment,
    "partner_count": partner_count,
}
