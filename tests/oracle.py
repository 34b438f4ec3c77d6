"""The slow truth: every open set is tried, and its assignment solved by SciPy. Shares no code with the optimizer.

It reads `problem.data` and the fields of `problem.rules`, and knows the rules by the names of their classes.
"""

import itertools
from types import SimpleNamespace

import numpy as np
from scipy.optimize import linprog

SLACK = 1e-6


def best(problem):
    """Return the least cost over all open sets and assignments, or None if no plan exists."""
    d = problem.data
    costs = []
    for bits in itertools.product([False, True], repeat=d.sizes["site"]):
        is_open = np.array(bits)
        if is_open.any() and site_rules_hold(problem, is_open):
            value = serve(problem, is_open)
            if value is not None:
                costs.append(value + site_costs(d, is_open))
    return min(costs) if costs else None


def best_of_radius(problem, objective, radius=None):
    """Return the best p-center, coverage or set-cover value over all open sets, or None if no plan exists."""
    d = problem.data
    distance = d["latency" if "latency" in d else "service_cost"].values
    found = []
    for bits in itertools.product([False, True], repeat=d.sizes["site"]):
        is_open = np.array(bits)
        if is_open.any() and site_rules_hold(problem, is_open):
            value = _value_of_radius(problem, is_open, distance, objective, radius)
            found += [] if value is None else [value]
    return (max if objective == "coverage" else min)(found) if found else None


def _value_of_radius(problem, is_open, distance, objective, radius):
    """Return what an open set is worth at best, or None if it can serve no one in the way that is asked for."""
    if objective == "coverage":
        demand = problem.data["demand"].values.astype(float)
        missed = np.where(distance <= distance.dtype.type(radius), 0.0, demand[:, None])
        value = serve(problem, is_open, np.where(np.isinf(distance), np.inf, missed))
        return None if value is None else demand.sum() - value
    if objective == "set-cover":
        near = distance <= distance.dtype.type(radius)
        return None if serve(problem, is_open, np.where(near, 0.0, np.inf)) is None else int(is_open.sum())
    for worst in np.unique(distance[np.isfinite(distance)]):
        if serve(problem, is_open, np.where(distance <= worst, 0.0, np.inf)) is not None:
            return float(worst)
    return None


def keeps_all_rules(problem, decision):
    """Return whether a decision is one that a plan may hold."""
    d = problem.data
    if not site_rules_hold(problem, decision.open):
        return False
    share = np.zeros((d.sizes["customer"], d.sizes["site"]))
    np.add.at(share, (decision.customer, decision.site), decision.share)
    if np.any(share < 0) or np.any(np.abs(share.sum(axis=1) - 1) > SLACK) or np.any(share[:, ~decision.open] > 0):
        return False
    if np.any(share[without_backup(problem, decision.open)] > 0):
        return False
    if np.any(share[forbidden_pairs(problem)] > 0) or np.any((share > 0).sum(axis=1)[single_sourced(problem)] > 1):
        return False
    limits = load_limits(problem) + least_loads(problem, decision.open)
    return all((weight * share)[share > 0].sum() <= limit + SLACK for weight, limit in limits)


def site_costs(d, is_open):
    """Return the yearly cost of an open set without what serving costs."""
    total = d["fixed_cost"].values[is_open].sum()
    names = _labels(d, "partner")
    used = [names.index(p) for p in _text(d, "site_partner", "site")[is_open] if p]
    total += sum(_numbers(d, "partner_fee", "partner")[p] for p in set(used))
    return total + sum(_numbers(d, "partner_site_fee", "partner")[p] for p in used)


def site_rules_hold(problem, is_open):
    return _data_allow(problem, is_open) and all(_rule_allows(problem, rule, is_open) for rule in problem.rules)


def _data_allow(problem, is_open):
    """Return whether the rules that the data imply allow an open set."""
    d = problem.data
    may_close = any(getattr(rule, "existing_may_close", False) for rule in problem.rules)
    kept = ["forced"] if may_close else ["forced", "existing"]
    status, metro = _text(d, "status", "site"), _text(d, "metro", "site")
    size_of = _text(d, "size_of", "site")
    if any(s and (is_open & (size_of == s)).sum() > 1 for s in size_of):
        return False
    settled = [is_open[j] or bool(size_of[j] and is_open[size_of == size_of[j]].any()) for j in range(len(is_open))]
    if is_open[status == "forbidden"].any() or not np.array(settled)[np.isin(status, kept)].all():
        return False
    named = [m for m in metro[is_open] if m]
    if len(set(named)) < len(named):
        return False
    partner, place = _text(d, "site_partner", "site"), _text(d, "jurisdiction", "site")
    for p, name in enumerate(_labels(d, "partner")):
        its = is_open & (partner == name)
        if its.sum() > _numbers(d, "partner_max_sites", "partner", np.inf)[p]:
            return False
        capacity = _numbers(d, "capacity", "site", np.inf)[its].sum()
        if its.any() and capacity < _numbers(d, "partner_commitment", "partner")[p]:
            return False
        metros = _text(d, "partner_metros", "partner")[p]
        if metros and any(m not in metros.split("|") for m in metro[its]):
            return False
        for country in filter(None, _text(d, "partner_exclusive", "partner")[p].split("|")):
            there = is_open & (place == country)
            if set(partner[there]) > {name}:
                return False
    return True


def _rule_allows(problem, rule, is_open):
    d = problem.data
    kind, opened = type(rule).__name__, set(np.array(_labels(d, "site"))[is_open])
    place, partner = _text(d, "jurisdiction", "site")[is_open].tolist(), _text(d, "site_partner", "site")[is_open]
    match kind:
        case "SiteCount":
            n = (is_open & in_scope(d, rule.within, "site")).sum()
            return rule.at_least <= n and (rule.at_most is None or n <= rule.at_most)
        case "Budget":
            return site_costs(d, is_open) <= rule.at_most * (1 + SLACK) + SLACK
        case "JurisdictionQuota":
            return all(place.count(k) <= rule.at_most for k in rule.jurisdictions or set(place))
        case "IfThen":
            return rule.if_open not in opened or bool(opened & set(rule.then_open))
        case "MutualExclusion":
            return len(opened & set(rule.sites)) <= rule.at_most
        case "PartnerCount":
            return len(set(partner) - {""}) <= rule.at_most
        case "RiskFloor":
            low = _numbers(d, "hazard", "site") <= (np.inf if rule.hazard_at_most is None else rule.hazard_at_most)
            return bool((low | ~in_scope(d, rule.within, "site"))[is_open].all())
        case "SurviveLoss" | "WorstAttack":
            return survives(problem, rule, is_open)
    return True


def serve(problem, is_open, price=None):
    """Return the least service cost for an open set, or None; of another price than that of the data, if given."""
    d = problem.data
    sites = np.flatnonzero(is_open)
    price = d["service_cost"].values if price is None else price
    bad = forbidden_pairs(problem) | without_backup(problem, is_open)
    cost = np.where(bad, np.inf, price)[:, sites]
    limits = load_limits(problem) + least_loads(problem, is_open)
    limits = [(np.where(np.isinf(cost), 0.0, weight[:, sites]), limit) for weight, limit in limits]
    alone = np.flatnonzero(single_sourced(problem))
    found = []
    for pick in itertools.product(range(len(sites)), repeat=len(alone)):
        if np.isfinite(cost[alone, pick]).all():
            value = _transport(cost, limits, alone, np.array(pick, dtype=int))
            found += [] if value is None else [value]
    return min(found) if found else None


def _transport(cost, limits, alone, pick):
    """Return the least cost of shares, those of the customers `alone` being decided, or None."""
    n, m = cost.shape
    low, high = np.zeros((n, m)), np.where(np.isinf(cost), 0.0, 1.0)
    high[alone], low[alone, pick], high[alone, pick] = 0.0, 1.0, 1.0
    price = np.where(np.isinf(cost), 0.0, cost)
    if len(alone) == n:
        kept = all((weight * low).sum() <= limit + SLACK for weight, limit in limits)
        return float((price * low).sum()) if kept else None
    rows = np.array([weight.ravel() for weight, _ in limits]) if limits else None
    upper = [limit for _, limit in limits] if limits else None
    bounds = np.column_stack([low.ravel(), high.ravel()])
    answer = linprog(price.ravel(), rows, upper, np.kron(np.eye(n), np.ones(m)), np.ones(n), bounds)
    return answer.fun if answer.success else None


def forbidden_pairs(problem):
    """Return which customer may not use which site. Shape (customers, sites)."""
    d = problem.data
    bad = np.isinf(d["service_cost"].values)
    for rule in problem.rules:
        kind = type(rule).__name__
        if kind == "Residency":
            for i, data in enumerate(_text(d, "residency", "customer")):
                for j, regime in enumerate(_text(d, "regime", "site")):
                    bad[i, j] |= bool(data) and regime not in rule.allowed[data]
        elif kind == "LatencyLimit":
            bad |= in_scope(d, rule.customers, "customer")[:, None] & (d["latency"].values > rule.at_most_ms)
        elif kind == "LegalExclusion":
            bad |= in_scope(d, rule.customers, "customer")[:, None] & in_scope(d, rule.sites, "site")[None, :]
        elif kind == "MeanLatency":
            # Any power that is never served would make the mean infinite.
            counts = in_scope(d, rule.customers, "customer") & (d["demand"].values > 0)
            bad |= counts[:, None] & np.isinf(d["latency"].values)
        elif kind == "MeanOfSites":
            counts = in_scope(d, rule.customers, "customer") & (d["demand"].values > 0)
            bad |= counts[:, None] & np.isnan(d[rule.of].values)
    return bad


def load_limits(problem):
    """Return each limit on shares as weights, shape (customers, sites), and what they may add up to."""
    d, limits = problem.data, []
    demand, n = d["demand"].values.astype(float), d.sizes["site"]
    for j, capacity in enumerate(_numbers(d, "capacity", "site", np.inf)):
        if np.isfinite(capacity):
            limits.append((np.outer(demand, np.arange(n) == j), capacity))
    for j, most in enumerate(_numbers(d, "scrubbing", "site", np.inf)):
        if np.isfinite(most):
            limits.append((np.outer(d["attack_traffic"].values, np.arange(n) == j), most))
    for rule in problem.rules:
        kind = type(rule).__name__
        if kind == "JointExposure":
            mw = np.where(in_scope(d, rule.customers, "customer"), demand, 0.0)
            for j in range(n):
                if mw.sum() > 0 and (rule.cause != "partner" or fate(d, "partner", j) is not None):
                    hangs = np.array([same_fate(d, rule.cause, j, k) for k in range(n)])
                    limits.append((np.outer(mw / mw.sum(), hangs), rule.at_most))
        if kind == "MeanOfSites":
            mw = np.where(in_scope(d, rule.customers, "customer"), demand, 0.0)
            each = [0.0 if np.isnan(x) else float(x) for x in d[rule.of].values]
            if rule.of == "carbon" and "pue" in d:
                each = [x * float(pue) for x, pue in zip(each, d["pue"].values, strict=True)]
            if mw.sum() > 0:
                limits.append((np.outer(mw / mw.sum(), each), rule.at_most))
        if kind in ("MeanLatency", "LatencyShare"):
            ms, mw = d["latency"].values, np.where(in_scope(d, rule.customers, "customer"), demand, 0.0)
            if mw.sum() > 0:
                mw = mw / mw.sum()
                if kind == "MeanLatency":
                    limits.append((mw[:, None] * np.where(np.isinf(ms), 0.0, ms), rule.at_most_ms))
                else:
                    limits.append((-mw[:, None] * (ms <= rule.within_ms), -rule.at_least))
    return limits


def least_loads(problem, is_open):
    """Return what open sites must carry, as limits on what they do not."""
    d, limits, n = problem.data, [], len(is_open)
    for rule in problem.rules:
        if type(rule).__name__ == "MinimumUse":
            for j in np.flatnonzero(is_open & in_scope(d, rule.within, "site")):
                least = max(rule.mw, rule.share * d["capacity"].values[j] if rule.share else 0.0)
                limits.append((-np.outer(d["demand"].values.astype(float), np.arange(n) == j), -least))
    return limits


def single_sourced(problem):
    """Return which customers must have one site. Shape (customers,)."""
    d = problem.data
    alone = np.zeros(d.sizes["customer"], dtype=bool)
    for rule in problem.rules:
        if type(rule).__name__ == "SingleSource":
            alone |= in_scope(d, rule.customers, "customer")
    return alone


def emergency_pairs(problem, at_most_ms):
    """Return who may be served from where once sites are lost: law holds, limits of latency are the emergency's own."""
    d = problem.data
    law = [rule for rule in problem.rules if type(rule).__name__ in ("Residency", "LegalExclusion")]
    good = ~forbidden_pairs(SimpleNamespace(data=d, rules=law))
    return good if at_most_ms is None else good & (d["latency"].values <= at_most_ms)


def fate(d, cause, j):
    """Return what a site is lost with, or None if it stands alone."""
    name = {"partner": "site_partner"}.get(cause, cause)
    return None if cause == "site" else (_text(d, name, "site")[j] or None)


def same_fate(d, cause, j, k):
    return j == k or (fate(d, cause, j) is not None and fate(d, cause, j) == fate(d, cause, k))


def without_backup(problem, is_open):
    """Return which pairs lack a second site under some backup rule. Shape (customers, sites)."""
    d, m = problem.data, len(is_open)
    bad = np.zeros((d.sizes["customer"], m), dtype=bool)
    for rule in problem.rules:
        if type(rule).__name__ == "Backup":
            good, who = emergency_pairs(problem, rule.at_most_ms), in_scope(d, rule.customers, "customer")
            for i, j in itertools.product(np.flatnonzero(who), range(m)):
                there = [k for k in np.flatnonzero(is_open & good[i]) if not same_fate(d, rule.another, j, k)]
                bad[i, j] |= not there
    return bad


def survives(problem, rule, is_open):
    """Return whether enough is served after each loss, by a linear program for each."""
    d, m = problem.data, len(is_open)
    if type(rule).__name__ == "WorstAttack":
        opened = np.flatnonzero(is_open)
        gone = [set(c) for c in itertools.combinations(opened, min(rule.sites, len(opened)))]
    else:
        gone = [set()]
        for j in range(m):
            if rule.of != "partner" or fate(d, "partner", j) is not None:
                gone.append({k for k in range(m) if same_fate(d, rule.of, j, k)})
    good = emergency_pairs(problem, rule.at_most_ms)
    demand = np.where(in_scope(d, rule.customers, "customer"), d["demand"].values, 0.0)
    capacity = np.minimum(_numbers(d, "capacity", "site", np.inf), demand.sum())
    for lost in gone:
        left = [j for j in np.flatnonzero(is_open) if j not in lost]
        if most_served(good[:, left], demand, capacity[left]) < rule.at_least * demand.sum() - SLACK:
            return False
    return True


def most_served(good, demand, capacity):
    """Return the MW that sites can serve at most."""
    n, k = good.shape
    if k == 0:
        return 0.0
    rows = np.vstack([np.kron(np.eye(n), np.ones(k)), np.kron(np.ones(n), np.eye(k))])
    upper = np.where(good, np.inf, 0.0).ravel()
    answer = linprog(-np.ones(n * k), rows, [*demand, *capacity], bounds=[(0, most) for most in upper])
    return -answer.fun


SCOPED = {
    "site": {
        "metros": "metro",
        "jurisdictions": "jurisdiction",
        "regimes": "regime",
        "regions": "region",
        "partners": "site_partner",
    },
    "customer": {"segments": "segment", "residency": "residency", "countries": "country"},
}


def in_scope(d, scope, dim):
    """Return whom a scope speaks of: those that match all of its fields that are given."""
    fields = [(scope.sites if dim == "site" else scope.customers, np.array(_labels(d, dim)))]
    fields += [(getattr(scope, field), _text(d, name, dim)) for field, name in SCOPED[dim].items()]
    if dim == "site":
        fields.append((scope.status, np.array([s or "candidate" for s in _text(d, "status", dim)])))
    return np.array([all(not f or label[k] in f for f, label in fields) for k in range(d.sizes[dim])], dtype=bool)


def _labels(d, dim):
    return [str(x) for x in d[dim].values] if dim in d.sizes else []


def _text(d, name, dim):
    return d[name].values.astype(str) if name in d else np.full(d.sizes.get(dim, 0), "")


def _numbers(d, name, dim, default=0.0):
    return d[name].values if name in d else np.full(d.sizes.get(dim, 0), default)
