"""Small random problems with every kind of data and rule, for tests and fuzzing."""

import numpy as np
import xarray as xr

from sitewright.optimizer import rules as R
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.schema import STATUSES


def ruled(*, seed: int, customers: int = 4, sites: int = 5) -> Problem:
    """Random status, partners, metros, jurisdictions, residency, capacities, latency, and a few random rules.

    May be infeasible: that is for the solver to prove.
    """
    rng = np.random.default_rng(seed)
    latency = rng.integers(5, 80, (customers, sites)).astype(np.float64)
    demand = rng.integers(1, 6, customers).astype(np.float64)
    cost = np.round(latency * demand[:, None] * rng.uniform(0.5, 1.5), 2)
    cost[rng.random(cost.shape) < 0.08] = np.inf
    data = xr.Dataset(
        {
            "demand": ("customer", demand),
            "service_cost": (("customer", "site"), cost),
            "latency": (("customer", "site"), latency),
            "segment": ("customer", rng.choice(["china-linked", "general"], customers)),
            "residency": ("customer", rng.choice(["", "eu"], customers, p=[0.7, 0.3])),
            "fixed_cost": ("site", rng.integers(20, 120, sites).astype(np.float64)),
            "capacity": ("site", rng.integers(3, 15, sites).astype(np.float64)),
            "status": ("site", rng.choice(list(STATUSES), sites, p=[0.8, 0.08, 0.06, 0.06])),
            "metro": ("site", [f"m{k}" for k in rng.integers(0, sites, sites)]),
            "jurisdiction": ("site", rng.choice(["DEU", "SGP", "FRA"], sites)),
            "regime": ("site", rng.choice(["EU", "OTHER"], sites, p=[0.7, 0.3])),
            "site_partner": ("site", rng.choice(["", "a", "b"], sites, p=[0.5, 0.3, 0.2])),
            "partner_fee": ("partner", rng.integers(0, 40, 2).astype(np.float64)),
            "partner_site_fee": ("partner", rng.integers(0, 10, 2).astype(np.float64)),
            "partner_max_sites": ("partner", [1.0, np.inf]),
            "partner_commitment": ("partner", rng.choice([0.0, 6.0], 2)),
            "partner_exclusive": ("partner", rng.choice(["", "DEU"], 2)),
        },
        coords={
            "customer": [f"c{i}" for i in range(customers)],
            "site": [f"s{j}" for j in range(sites)],
            "partner": ["a", "b"],
        },
    )
    chosen: list[R.Rule] = [R.Residency(allowed={"eu": ("EU",)})]
    menu: list[R.Rule] = [
        R.SiteCount(at_least=1, at_most=int(rng.integers(2, sites + 1))),
        R.Budget(at_most=float(rng.integers(80, 400))),
        R.JurisdictionQuota(at_most=2),
        R.IfThen(if_open="s0", then_open=("s1", "s2")),
        R.MutualExclusion(sites=("s1", "s2")),
        R.PartnerCount(at_most=1),
        R.LatencyLimit(at_most_ms=70.0),
        R.MeanLatency(at_most_ms=float(rng.integers(25, 60))),
        R.LatencyShare(within_ms=50.0, at_least=0.6),
        R.SingleSource(),
        R.LegalExclusion(customers=R.CustomerScope(customers=("c0",)), sites=R.SiteScope(sites=("s0",)), reason="law"),
    ]
    chosen += [rule for rule in menu if rng.random() < 0.3]
    return Problem(data, tuple(chosen), f"ruled-{seed}")
