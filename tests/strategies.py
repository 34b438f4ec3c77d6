"""Hypothesis strategies: tiny problems of every kind of data and rule, and decisions that may keep or break them.

Numbers lie on a coarse grid, so that nothing is nearer to a limit than a tolerance, unless it is on it.
"""

import numpy as np
import xarray as xr
from hypothesis import strategies as st

from sitewright.optimizer import rules as R
from sitewright.optimizer.decision import Decision
from sitewright.optimizer.problem import Problem

PLACES, REGIMES, PARTNERS = ("DEU", "FRA"), ("EU", "OTHER"), ("a", "b")
TEXTS = {
    "site": {
        "status": ("candidate", "candidate", "existing", "forced", "forbidden"),
        "metro": ("", "m", "n"),
        "size_of": ("", "", "x", "y"),
        "jurisdiction": ("", *PLACES),
        "regime": REGIMES,
        "region": ("north", "south"),
        "grid": ("", "nordic", "island"),
        "hazard_zone": ("", "coast", "valley"),
    },
    "customer": {"segment": ("retail", "cloud"), "residency": ("", "eu"), "country": PLACES},
    "partner": {"partner_metros": ("", "m", "m|n"), "partner_exclusive": ("", "DEU", "DEU|FRA")},
}


def _numbers(low, high, n):
    return st.lists(st.integers(low, high).map(float), min_size=n, max_size=n).map(np.array)


@st.composite
def problems(draw, max_customers=3, max_sites=4):
    """Problems that may have no plan at all."""
    n, m = draw(st.integers(1, max_customers)), draw(st.integers(1, max_sites))
    partners = draw(st.integers(0, 2))
    sizes = {"customer": n, "site": m, "partner": partners}
    pair = ("customer", "site")
    kind = draw(st.sampled_from([np.float64, np.float32]))
    cost, latency = (draw(_numbers(1, 40, n * m)).reshape(n, m).astype(kind) for _ in range(2))
    for matrix in (cost, latency):
        for k in draw(st.sets(st.integers(0, n * m - 1), max_size=1)):
            matrix.ravel()[k] = np.inf
    data = {
        "demand": ("customer", draw(_numbers(0, 5, n))),
        "fixed_cost": ("site", draw(_numbers(0, 60, m))),
        "service_cost": (pair, cost),
        "latency": (pair, latency),
    }
    if draw(st.booleans()):
        capacity = draw(_numbers(1, 12, m))
        data["capacity"] = ("site", np.where(capacity > 10, np.inf if not partners else 20.0, capacity))
    for dim, texts in TEXTS.items():
        for name, words in texts.items():
            if sizes[dim] and (name in ("metro", "jurisdiction") or draw(st.booleans())):
                data[name] = (dim, draw(st.lists(st.sampled_from(words), min_size=sizes[dim], max_size=sizes[dim])))
    if draw(st.booleans()):
        data["hazard"] = ("site", [draw(st.sampled_from([1.0, 4.0, 9.0, np.nan])) for _ in range(m)])
    if draw(st.booleans()):
        data["carbon"] = ("site", [draw(st.sampled_from([10.0, 40.0, 90.0, np.nan])) for _ in range(m)])
        if draw(st.booleans()):
            data["pue"] = ("site", [draw(st.sampled_from([1.0, 1.5])) for _ in range(m)])
    if draw(st.integers(0, 3)) == 0:
        data["scrubbing"] = ("site", np.where(draw(_numbers(0, 1, m)) > 0, draw(_numbers(1, 9, m)), np.inf))
        data["attack_traffic"] = ("customer", draw(_numbers(0, 5, n)))
    if partners:
        data["site_partner"] = (
            "site",
            draw(st.lists(st.sampled_from(("", *PARTNERS[:partners])), min_size=m, max_size=m)),
        )
        data["partner_fee"] = ("partner", draw(_numbers(0, 30, partners)))
        data["partner_site_fee"] = ("partner", draw(_numbers(0, 9, partners)))
        data["partner_max_sites"] = ("partner", draw(_numbers(0, 3, partners)))
        if "capacity" in data:
            data["partner_commitment"] = ("partner", draw(_numbers(0, 9, partners)))
    coords = {
        "customer": [f"c{i}" for i in range(n)],
        "site": [f"s{j}" for j in range(m)],
        "partner": list(PARTNERS[:partners]),
    }
    dataset = xr.Dataset(data, coords={dim: labels for dim, labels in coords.items() if labels})
    return Problem(dataset, tuple(draw(st.lists(rules(dataset), max_size=3))))


def _scope(dataset, kind, dim):
    """Scopes of labels that the data hold; often none, which is all."""
    own = "sites" if dim == "site" else "customers"
    fields = {own: dim, "metros": "metro", "jurisdictions": "jurisdiction", "regimes": "regime", "regions": "region"}
    fields |= {"partners": "site_partner", "status": "status"}
    fields |= {"segments": "segment", "residency": "residency", "countries": "country"}
    known = {f: v for f, v in fields.items() if f in kind.__dataclass_fields__ and v in dataset}
    some = {f: _some(dataset[v].values) for f, v in known.items()}
    one = st.sampled_from(sorted(some)).flatmap(lambda f: some[f].map(lambda labels: kind(**{f: labels})))
    two = st.fixed_dictionaries(dict(list(some.items())[:2])).map(lambda given: kind(**given))
    return st.one_of(st.just(kind()), one, two)


def _some(values):
    labels = sorted({str(x) for x in values})
    return st.lists(st.sampled_from(labels), min_size=1, max_size=2, unique=True).map(tuple)


def rules(dataset):
    """Rules that were asked for, with parameters that suit the data."""
    sites, n = _some(dataset["site"].values), dataset.sizes["site"]
    among = _scope(dataset, R.SiteScope, "site")
    who = _scope(dataset, R.CustomerScope, "customer")
    ms, few = st.integers(1, 40).map(lambda k: k + 0.5), st.integers(0, 2)
    built = [
        st.builds(R.LegalExclusion, customers=who, sites=among, reason=st.sampled_from(["", "law"])),
        st.builds(R.LatencyLimit, at_most_ms=ms, customers=who),
        st.builds(R.MeanLatency, at_most_ms=ms, customers=who),
        st.builds(R.LatencyShare, within_ms=ms, at_least=st.sampled_from([0.0, 0.4, 1.0]), customers=who),
        st.builds(R.SingleSource, customers=who),
        st.builds(R.SiteStatus, existing_may_close=st.booleans()),
        st.builds(R.SiteCount, at_least=st.just(0), at_most=st.one_of(st.none(), few), within=among),
        st.builds(R.SiteCount, at_least=st.integers(0, n)),
        st.builds(R.Budget, at_most=st.integers(0, 150).map(float)),
        st.builds(R.IfThen, if_open=sites.map(lambda s: s[0]), then_open=sites),
        st.builds(R.MutualExclusion, sites=sites, at_most=few),
    ]
    kinds = [of for of in ("carbon", "hazard") if of in dataset]
    if kinds:
        limit = st.sampled_from([0.5, 2.5, 7.5, 12.5, 36.5, 50.5, 101.5])
        built.append(st.builds(R.MeanOfSites, of=st.sampled_from(kinds), at_most=limit, customers=who))
    built += resilience(dataset, who, ms)
    if "jurisdiction" in dataset:
        some = st.one_of(st.just(()), _some(dataset["jurisdiction"].values))
        built.append(st.builds(R.JurisdictionQuota, at_most=few, jurisdictions=some))
    if {"residency", "regime"} <= set(dataset):
        allowed = st.sampled_from([("EU",), REGIMES, ()])
        built.append(st.builds(R.Residency, allowed=allowed.map(lambda regimes: {"eu": regimes})))
    share = st.just(0.0)
    if "capacity" in dataset and np.isfinite(dataset["capacity"].values).all():
        share = st.sampled_from([0.0, 0.25, 0.5])
    built.append(st.builds(R.MinimumUse, share=share, mw=st.integers(0, 5).map(float), within=among))
    if "partner" in dataset.sizes:
        built.append(st.builds(R.PartnerCount, at_most=few))
    return st.one_of(built)


def resilience(dataset, who, ms):
    """Rules on what is left after a loss, of causes that the data know."""
    known = {"jurisdiction": "jurisdiction", "grid": "grid", "hazard_zone": "hazard_zone", "partner": "site_partner"}
    cause = st.sampled_from(["site", *(name for name, variable in known.items() if variable in dataset)])
    near, share = st.one_of(st.none(), ms), st.sampled_from([0.0, 0.5, 1.0])
    floor = [st.builds(R.RiskFloor, hazard_at_most=st.sampled_from([4.0, 8.0]))] if "hazard" in dataset else []
    return [
        *floor,
        st.builds(R.JointExposure, cause=cause, at_most=st.sampled_from([0.4, 0.75, 1.0]), customers=who),
        st.builds(R.Backup, another=cause, at_most_ms=near, customers=who),
        st.builds(R.SurviveLoss, of=cause, at_most_ms=near, at_least=share, customers=who),
        st.builds(R.WorstAttack, sites=st.integers(1, 2), at_least=share, at_most_ms=near, customers=who),
    ]


@st.composite
def decisions(draw, problem):
    """Decisions of which a good part keeps most rules: the likely faults are one or two at a time."""
    n, m = problem.data.sizes["customer"], problem.data.sizes["site"]
    is_open = np.array(draw(st.lists(st.sampled_from([True, True, False]), min_size=m, max_size=m)))
    usable = np.flatnonzero(is_open).tolist() if is_open.any() and draw(st.integers(0, 4)) else list(range(m))
    links = []
    for i in range(n):
        first = draw(st.sampled_from(usable))
        second = draw(st.sampled_from([j for j in usable if j != first] or [first]))
        part = draw(st.sampled_from([1.0, 1.0, 0.5, 0.25])) if second != first else 1.0
        served = draw(st.sampled_from([1.0] * 9 + [0.5]))
        links += [(i, first, part * served)] + ([(i, second, (1 - part) * served)] if part < 1 else [])
    links.sort()
    customer, site, share = (np.array(x) for x in zip(*links, strict=True))
    return Decision(is_open, customer, site, share)


@st.composite
def problems_with_decisions(draw):
    problem = draw(problems())
    return problem, draw(decisions(problem))
