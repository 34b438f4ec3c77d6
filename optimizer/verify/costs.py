"""The plan's cost, from the raw data, in exactly rounded sums."""

from math import fsum

import numpy as np

from sitewright.optimizer.verify.facts import Facts

COMPONENTS = ("latency", "energy_price", "network_price", "haul_price", "penalty_rate", "penalty_free")


def recompute_costs(facts: Facts) -> dict[str, float]:
    """Return the yearly cost by kind: fixed, partner, and energy, network and penalty (or service in one)."""
    fixed = fsum(facts.values("fixed_cost", "site")[facts.open])
    used = [p for p, is_open in zip(facts.words("site_partner", "site"), facts.open, strict=True) if is_open and p]
    fee, per_site = facts.by_partner("partner_fee"), facts.by_partner("partner_site_fee")
    partner = fsum([*(fee[p] for p in sorted(set(used))), *(per_site[p] for p in used)])
    split = {"fixed": fixed, "partner": partner}
    if not all(name in facts.data for name in COMPONENTS):
        return split | {"service": fsum(facts.share * facts.link_cost)}
    mw, ms = facts.mw, facts.latency
    over = ms - facts.values("penalty_free", "customer")[facts.i]
    network = facts.values("network_price", "site")[facts.j] + float(facts.data["haul_price"]) * ms
    return split | {
        "energy": fsum(mw * facts.values("energy_price", "site")[facts.j]),
        "network": fsum(mw * network),
        "penalty": fsum(mw * facts.values("penalty_rate", "customer")[facts.i] * np.where(over > 0, over, 0.0)),
    }


def wrong_cost(facts: Facts) -> int | None:
    """Return the first link whose cost is not what its components give, to the matrix's own precision."""
    if not all(name in facts.data for name in COMPONENTS):
        return None
    price = facts.values("energy_price", "site")[facts.j] + facts.values("network_price", "site")[facts.j]
    over = np.maximum(facts.latency - facts.values("penalty_free", "customer")[facts.i], 0.0)
    price += float(facts.data["haul_price"]) * facts.latency + facts.values("penalty_rate", "customer")[facts.i] * over
    made = facts.demand[facts.i] * price
    slack = 1e-5 if facts.data["service_cost"].dtype.itemsize < 8 else 1e-9
    bad = np.flatnonzero(~(np.abs(facts.link_cost - made) <= slack * np.maximum(1.0, np.abs(made))))
    return int(bad[0]) if len(bad) else None
