"""The exact engine without capacities, against brute force, and each stage against what it claims."""

import itertools

import numpy as np
import pytest
import xarray as xr

import sitewright as sw
from sitewright.instances import generate
from sitewright.optimizer.engine import uncapacitated
from sitewright.optimizer.engine.uncapacitated import interchange
from sitewright.optimizer.engine.uncapacitated.bound import Point, plain_bound, raise_bound
from sitewright.optimizer.engine.uncapacitated.instance import instance_of
from sitewright.optimizer.engine.uncapacitated.live import live_pairs
from sitewright.optimizer.engine.uncapacitated.merge import merge
from sitewright.optimizer.engine.uncapacitated.prefix import build_prefix
from sitewright.optimizer.model.build import build
from sitewright.optimizer.objective import with_objective
from sitewright.optimizer.solver.process import solve_model
from tests import oracle
from tests.brute_force import solve_as_brute_force


def ruled(seed: int) -> sw.Problem:
    """Nine sites of three partners or none, under rules of every kind that touch sites."""
    rng = np.random.default_rng(seed)
    n, m = 12, 9
    data = {
        "demand": ("customer", rng.integers(1, 5, n).astype(float)),
        "fixed_cost": ("site", rng.integers(5, 60, m).astype(float)),
        "service_cost": (("customer", "site"), rng.integers(1, 40, (n, m)) + rng.choice([0.0, 0.25], (n, m))),
        "site_partner": ("site", rng.choice(["", "a", "b", "c"], m)),
        "jurisdiction": ("site", rng.choice(["DEU", "FRA", "NLD"], m)),
        "metro": ("site", rng.choice(["", "x", "y"], m)),
        "status": ("site", rng.choice(["candidate", "candidate", "candidate", "candidate", "forced", "forbidden"], m)),
        "partner_fee": ("partner", rng.integers(0, 30, 3).astype(float)),
        "partner_site_fee": ("partner", rng.integers(0, 9, 3).astype(float)),
        "partner_max_sites": ("partner", rng.integers(1, 4, 3).astype(float)),
    }
    coords = {"customer": [f"c{i}" for i in range(n)], "site": [f"s{j}" for j in range(m)], "partner": list("abc")}
    sites = coords["site"]
    rules = [
        sw.rules.SiteCount(at_least=int(rng.integers(1, 4)), at_most=int(rng.integers(3, 7))),
        sw.rules.Budget(at_most=float(rng.integers(60, 200))),
        sw.rules.JurisdictionQuota(at_most=int(rng.integers(1, 4))),
        sw.rules.IfThen(if_open=sites[0], then_open=(sites[1], sites[2])),
        sw.rules.MutualExclusion(sites=tuple(sites[3:6]), at_most=1),
        sw.rules.PartnerCount(at_most=int(rng.integers(1, 4))),
    ]
    return sw.Problem(xr.Dataset(data, coords=coords), tuple(rules), f"ruled-{seed}")


@pytest.mark.parametrize("pairs", [0, 60_000])
@pytest.mark.parametrize("seed", range(20))
def test_with_every_site_rule_it_finds_what_brute_force_finds(
    seed: int, pairs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fails if a rule is lost in the bound, the search, the tree or the residual MIP, or a sound plan is cut off."""
    monkeypatch.setattr(uncapacitated, "MIP_PAIRS", pairs)
    monkeypatch.setattr(uncapacitated, "TRY", 0)
    monkeypatch.setattr(uncapacitated, "MIP_GAP", np.inf)
    solve_as_brute_force(ruled(seed), rel=1e-9)


@pytest.mark.parametrize("pairs", [0, 60_000])
def test_a_p_median_is_proved_as_the_compact_mip_proves_it(pairs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if the tree, or the residual MIP, cuts off the optimum."""
    monkeypatch.setattr(uncapacitated, "MIP_PAIRS", pairs)
    points = np.random.default_rng(5).random((100, 2))
    cost = np.rint(1000 * np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1)))
    problem = with_objective(sw.Problem.from_arrays(service_cost=cost, fixed_cost=np.zeros(100)), "p-median", 9)
    plan = sw.solve(problem)
    model = build(problem)
    answer = solve_model(model, gap=1e-9)
    assert answer.values is not None
    assert plan.objective == pytest.approx(float(model.cost @ answer.values), rel=1e-9)
    assert plan.status is sw.Status.OPTIMAL and plan.bound == plan.objective
    assert len(plan.open_sites) == 9


def test_threads_change_nothing() -> None:
    """Fails if the order in which threads finish nodes decides which plan or bound comes out."""
    problem = generate("koerkel_ghosh", n=40, seed=3)
    one, two = (sw.solve(problem, threads=t, solver="highs") for t in (1, 2))
    assert one.open_sites == two.open_sites
    assert (one.objective, one.bound) == (two.objective, two.bound)
    assert np.array_equal(one.certificate.multipliers, two.certificate.multipliers)


def test_a_stop_in_the_tree_leaves_a_plan_and_a_true_bound() -> None:
    """Fails if a stop in the tree loses the plan, or claims a bound that open nodes do not have."""
    problem, token = generate("koerkel_ghosh", n=60, seed=1), sw.CancelToken()

    def stop(event: sw.Progress) -> None:
        if event.stage == "tree":
            token.cancel()

    short, whole = sw.solve(problem, cancel=token, on_progress=stop), sw.solve(problem, gap=1e-9)
    assert whole.status is sw.Status.OPTIMAL
    assert short.bound <= whole.objective <= short.objective
    assert short.status is sw.Status.FEASIBLE and short.stop_reason == "cancelled"
    assert short.verify(problem).accepted


def test_customers_that_differ_by_scale_are_made_one() -> None:
    """Fails if merging changes the optimum, or the prices handed back prove less for customers than for groups."""
    rng = np.random.default_rng(2)
    rows = rng.random((30, 15)) * 100
    rows[3, 2] = np.inf
    of = rng.integers(0, 30, 400)
    cost = rows[of] * rng.pareto(1.5, 400)[:, None].clip(0.01)
    assert len(merge(cost).cost) == len(np.unique(of))
    problem = sw.Problem.from_arrays(service_cost=cost, fixed_cost=np.full(15, 900.0))
    plan = sw.solve(problem)
    report = plan.verify(problem)
    assert report.accepted
    best = min(
        np.min(cost[:, s], axis=1).sum() + 900.0 * len(s)
        for k in (1, 2, 3, 4, 5, 6)
        for s in map(list, itertools.combinations(range(15), k))
        if np.isfinite(np.min(cost[:, s], axis=1)).all()
    )
    assert plan.objective == pytest.approx(best)
    assert plan.certificate.root_bound == pytest.approx(best, rel=0.02)


def test_a_partner_of_all_sites_that_may_have_none_leaves_no_plan() -> None:
    """Fails if a limit of 0 on the number of sites, which a partner's row says, ends in a division by zero."""
    data = {
        "demand": ("customer", [1.0]),
        "fixed_cost": ("site", [0.0, 0.0]),
        "service_cost": (("customer", "site"), [[1.0, 1.0]]),
        "site_partner": ("site", ["a", "a"]),
        "partner_fee": ("partner", [0.0]),
        "partner_site_fee": ("partner", [0.0]),
        "partner_max_sites": ("partner", [0.0]),
    }
    problem = sw.Problem(xr.Dataset(data, {"customer": ["c0"], "site": ["s0", "s1"], "partner": ["a"]}))
    with pytest.raises(sw.Infeasible):
        sw.solve(problem)


@pytest.mark.parametrize("seed", range(5))
def test_what_a_move_saves_is_what_it_saves(seed: int) -> None:
    """Fails if the memory of the search is not mended for every customer that a move touches."""
    rng = np.random.default_rng(seed)
    n, m, big = 40, 14, 1e5
    cost, fixed = rng.random((n, m)) * 100, rng.random(m) * 50
    cost[rng.random((n, m)) < 0.1] = np.inf
    prefix = build_prefix(cost, np.ones(m, bool), np.full(n, np.inf))
    is_open = np.zeros(m, np.int8)
    is_open[:4] = 1
    memory = interchange.begin(cost, prefix.rows, is_open, m, big)

    def price(mask: np.ndarray) -> float:
        return float(np.minimum(cost[:, mask], big).min(axis=1).sum() + fixed[mask].sum())

    for _ in range(30):
        now = is_open.astype(bool)
        saved, opens = interchange.gains(fixed, memory), memory[0][: int(memory[2][0])]
        for row, column in itertools.product(range(len(saved)), range(m + 1)):
            trial = now.copy()
            if column < m and now[column]:
                continue
            trial[opens[row : row + 1] if row < len(opens) else []] = False
            trial[[column] if column < m else []] = True
            if trial.any():
                assert saved[row, column] == pytest.approx(price(now) - price(trial), abs=1e-6)
        into = int(rng.choice(np.flatnonzero(~now)))
        out = int(rng.choice(opens)) if rng.random() < 0.7 else -1
        if now.sum() == m - 1 and out < 0:
            break
        interchange.move(into, out, cost, prefix.rows, is_open, big, memory)


@pytest.mark.parametrize("in_memory", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_a_move_mends_the_memory_for_far_customers_too(seed: int, in_memory: bool) -> None:
    """Fails if a move misses a customer whose nearest sites lie beyond the near end of its row, or one at the end."""
    rng = np.random.default_rng(seed)
    n, m, big = 60, 14, 1e5
    cost = rng.integers(1, 30, (n, m)).astype(float)  # with ties
    cost[rng.random((n, m)) < 0.1] = np.inf
    prefix = build_prefix(cost, np.ones(m, bool), np.sort(cost, axis=1)[:, 3])
    matrix = cost if in_memory else cost[:, :0]
    is_open = (rng.random(m) < 0.4).astype(np.int8)
    memory = interchange.begin(matrix, prefix.rows, is_open, m, big)
    for _ in range(30):
        opens, closed = np.flatnonzero(is_open), np.flatnonzero(is_open == 0)
        into = int(rng.choice(closed)) if len(closed) and rng.random() < 0.7 else -1
        out = int(rng.choice(opens)) if len(opens) > 1 and rng.random() < 0.7 else -1
        if into < 0 and out < 0:
            continue
        interchange.move(into, out, matrix, prefix.rows, is_open, big, memory)
        near = np.sort(np.where(is_open == 1, np.minimum(cost, big), big), axis=1)[:, :2]
        if not in_memory:
            near = np.minimum(near, np.minimum(prefix.top, big)[:, None])
        np.testing.assert_allclose(np.stack(memory[3:5], axis=1), near)
        fresh = interchange.begin(matrix, prefix.rows, is_open, m, big)
        np.testing.assert_allclose(memory[6], fresh[6], atol=1e-6)  # what each addition saves


@pytest.mark.parametrize("seed", range(5))
def test_a_walk_of_kicks_says_what_its_best_set_costs(seed: int) -> None:
    """Fails if a way back leaves the memory wrong, or a kick moves a site that is decided or breaks the count."""
    rng = np.random.default_rng(seed)
    n, m, big = 60, 20, 1e5
    cost, fixed, count = rng.random((n, m)) * 100, rng.random(m) * 50, 6
    cost[rng.random((n, m)) < 0.1] = np.inf
    prefix = build_prefix(cost, np.ones(m, bool), np.full(n, np.inf))
    locked, is_open = np.zeros(m, np.int8), np.zeros(m, np.int8)
    locked[[2, 9]] = 1  # one open, one closed
    is_open[:count] = 1
    best, arrays = is_open.copy(), (cost, prefix.rows)

    def price(mask: np.ndarray) -> float:
        return float(np.minimum(cost[:, mask == 1], big).min(axis=1).sum() + fixed[mask == 1].sum())

    memory = interchange.begin(*arrays, is_open, 8, big)
    least = start = price(is_open)
    for _ in range(5):
        draws = rng.random((20, 40))
        least = interchange.iterate(
            fixed, locked, count, count, 1e-9, 5.0, draws, least, best, *arrays, is_open, big, memory
        )
        assert least == pytest.approx(price(best))
        for mask in (best, is_open):
            assert mask.sum() == count
            assert mask[2] == 1 and mask[9] == 0
        fresh = interchange.begin(*arrays, is_open, 8, big)
        for kept, anew in zip(memory[3:5], fresh[3:5], strict=True):
            np.testing.assert_allclose(kept, anew)
        np.testing.assert_allclose(interchange.gains(fixed, memory)[-1], interchange.gains(fixed, fresh)[-1], atol=1e-6)
    assert least < start
    others = [s for s in itertools.combinations([j for j in range(m) if j not in (2, 9)], count - 1)]
    assert least == pytest.approx(min(price(np.isin(np.arange(m), [2, *s]).astype(np.int8)) for s in others))


def test_short_calls_raise_the_bound_as_far_as_long_ones() -> None:
    """Fails if a call forgets how many steps were in vain before it: then their length never shrinks."""
    problem = generate("euclidean_p_median", seed=3, n=200, p=4)
    instance = instance_of(problem, uncapacitated.usable_cost(problem))
    prefix = build_prefix(instance.cost, np.ones(200, bool), np.full(200, np.inf))
    best = sw.solve(problem).objective
    found = []
    for steps in (50, 2):
        point = Point(instance.cost.min(axis=1), np.zeros(len(instance.rows)), instance.state.copy())
        for _ in range(0, 500, steps):
            raise_bound(instance, prefix, point, steps=steps, cutoff=np.inf, target=1.0005 * best, factor=1.0)
        found.append((best - point.value) / best)
    assert max(found) < 1e-3


@pytest.mark.parametrize("seed", range(20))
def test_no_point_bounds_above_the_optimum(seed: int) -> None:
    """Fails if prices of rows, or sites decided by reduced cost, prove more than is true."""
    problem = ruled(seed)
    best = oracle.best(problem)
    if best is None:
        return
    cost = problem.data["service_cost"].values
    instance = instance_of(problem, cost)
    rng = np.random.default_rng(seed)
    for top in (np.full(len(cost), np.inf), np.sort(cost, axis=1)[:, 4]):
        prefix = build_prefix(cost, instance.state[: instance.n_sites] != 0, top)
        u = rng.random(len(cost)) * np.minimum(prefix.top, 60.0)
        assert plain_bound(instance, prefix, u) <= best + 1e-6
        lam = rng.normal(0, 20, len(instance.rows))
        lam[(lam > 0) & np.isinf(instance.rows.upper)] = 0.0
        lam[(lam < 0) & np.isinf(instance.rows.lower)] = 0.0
        point = Point(u, lam, instance.state.copy())
        assert raise_bound(instance, prefix, point, steps=60, cutoff=np.inf, target=best) <= best + 1e-6
        # Aiming below the optimum by the cut-off alone must not lose it: it is worth exactly that.
        point = Point(u.copy(), lam * 0, instance.state.copy())
        assert raise_bound(instance, prefix, point, steps=60, cutoff=best + 1e-6, target=best) <= best + 1e-6


def test_a_pair_dies_by_the_bound_of_its_own_prices() -> None:
    """Fails if reduced costs of the prices at hand are added to a better bound of others: that kills live pairs."""
    problem = generate("koerkel_ghosh", n=30, seed=4)
    cost = problem.data["service_cost"].values
    instance = instance_of(problem, cost)
    prefix = build_prefix(cost, np.ones(30, bool), np.full(30, np.inf))
    best = sw.solve(problem)
    point = Point(cost.min(axis=1) + 300.0, np.zeros(0), instance.state.copy())
    raise_bound(instance, prefix, point, steps=1, cutoff=np.inf, target=best.objective)
    point.value = best.objective - 1.0  # as if earlier prices had been better
    live = live_pairs(instance, point, best.objective, scale=prefix.scale, threads=1)
    kept = {(i, int(j)) for i in range(30) for j in live.site[live.start[i] : live.start[i + 1]]}
    used = zip(best.decision.customer.tolist(), best.decision.site.tolist(), strict=True)
    assert set(used) <= kept


def test_forgetting_dead_pairs_keeps_the_prices() -> None:
    """Fails if prices are held below the dearest pair that is left: then each node begins far below its parent."""
    rng = np.random.default_rng(2)
    cost = np.where(rng.random((60, 60)) < 0.1, rng.integers(0, 5, (60, 60)).astype(float), 40_000.0)
    cost[np.arange(60), np.arange(60)] = 1.0
    problem = sw.Problem.from_arrays(service_cost=cost, fixed_cost=np.full(60, 3000.0))
    instance, best = instance_of(problem, cost), sw.solve(problem, time_limit=20).objective
    prefix = build_prefix(cost, np.ones(60, bool), np.full(60, np.inf))
    point = Point(np.full(60, 500.0), np.zeros(0), instance.state.copy())
    root = raise_bound(instance, prefix, point, steps=300, cutoff=np.inf, target=best)
    raise_bound(instance, prefix, point, steps=50, cutoff=best, target=best)
    live = live_pairs(instance, point, best, scale=prefix.scale, threads=1)
    assert live.cost.max() < point.u.max() and (point.state == -1).any()
    child = Point(point.u.copy(), point.lam.copy(), point.state.copy())
    assert raise_bound(instance, live, child, steps=1, cutoff=best, target=best) >= root - 1e-6 * root
