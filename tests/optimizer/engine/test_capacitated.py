"""The exact engine with capacities, against brute force, and each stage against what it claims."""

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

import sitewright as sw
from sitewright.instances import generate
from sitewright.optimizer.engine.capacitated import descent, transport
from sitewright.optimizer.engine.capacitated.assignment import improve
from sitewright.optimizer.engine.capacitated.bound import Point, plain_bound, raise_bound
from sitewright.optimizer.engine.capacitated.instance import CapacitatedInstance, capacitated
from sitewright.optimizer.engine.capacitated.reduced import reduced_costs
from sitewright.optimizer.engine.capacitated.root import first_prices
from sitewright.optimizer.engine.capacitated.tree import Tree
from sitewright.optimizer.engine.uncapacitated import usable_cost
from sitewright.optimizer.model.build import build
from sitewright.optimizer.model.columns import row, stack
from sitewright.optimizer.solver.process import solve_model
from tests.brute_force import solve_as_brute_force
from tests.optimizer.engine.test_uncapacitated import ruled


def limited(seed: int) -> sw.Problem:
    """Nine sites of limited capacity under two rules that touch sites; some pairs forbidden, some demands zero."""
    problem, rng = ruled(seed), np.random.default_rng(seed + 1000)
    data, n, m = problem.data.copy(), problem.n_customers, problem.n_sites
    total = float(data["demand"].sum())
    capacity = rng.integers(max(2, int(total / 4)), int(total * 0.9) + 3, m).astype(float)
    data["capacity"] = ("site", np.where(rng.random(m) < 0.15, total, capacity))
    cost = np.where(rng.random((n, m)) < 0.12, np.inf, data["service_cost"].values)
    data["service_cost"] = (("customer", "site"), cost)
    if seed % 3 == 0:
        data["demand"] = ("customer", np.where(rng.random(n) < 0.2, 0.0, data["demand"].values))
    data["partner_commitment"] = ("partner", rng.integers(0, 12, 3).astype(float))
    two = rng.choice(len(problem.rules), 2, replace=False)
    return sw.Problem(data, tuple(problem.rules[k] for k in two), f"limited-{seed}")


def arrays(problem: sw.Problem) -> CapacitatedInstance:
    return capacitated(problem, usable_cost(problem), threads=1)


@pytest.mark.parametrize("seed", range(40))
def test_with_every_site_rule_it_finds_what_brute_force_finds(seed: int) -> None:
    """Fails if a rule or a capacity is lost in the bound, the search or the tree, or a sound plan is cut off."""
    solve_as_brute_force(limited(seed))


@pytest.mark.parametrize("r", [1.5, 3.0, 8.0])
def test_it_proves_what_the_compact_mip_proves(r: float) -> None:
    """Fails if the tree cuts off the optimum, or the engine ends with a plan that a MIP solver betters."""
    problem = generate("cornuejols", seed=int(r), customers=40, sites=20, r=r)
    plan, model = sw.solve(problem), build(problem)
    answer = solve_model(model, gap=1e-9)
    assert answer.values is not None
    assert plan.objective == pytest.approx(float(model.cost @ answer.values), rel=1e-6)
    assert plan.status is sw.Status.OPTIMAL
    assert plan.verify(problem).accepted


@pytest.mark.parametrize("seed", range(20))
def test_transport_is_cheapest_and_stays_so_when_sites_open_and_close(seed: int) -> None:
    """Fails if a path takes more than there is, or prices of capacity stop being dual after a move."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(3, 15)), int(rng.integers(3, 7))
    unit = np.where(rng.random((n, m)) < 0.1, np.inf, 10 * rng.random((n, m)))
    demand = rng.integers(1, 6, n).astype(float) if seed % 2 else 5 * rng.random(n) + 0.1
    capacity = rng.integers(1, 8, m).astype(float) * demand.sum() / (2 * m)
    state = transport.begin(n, m)
    state[0][:-1] = 1
    everyone = np.arange(n)

    def check(served: bool) -> bool:
        is_open = state[0] == 1
        exact = cheapest(unit, np.where(is_open, capacity, 0.0), demand)
        assert served == (exact is not None)
        if exact is not None:
            assert transport.cost_of(unit, state) == pytest.approx(exact)
            assert np.all(state[1].sum(axis=1) <= capacity * (1 + 1e-9))
            assert state[1].sum(axis=0) == pytest.approx(demand)
            u = np.empty(n)
            transport.prices(unit, demand, state, u)
            assert u.sum() - state[3][is_open] @ capacity[is_open] == pytest.approx(exact)
        return exact is not None

    if check(transport.serve(everyone, unit, capacity, demand, state)):
        transport.open_up(m - 1, unit, capacity, demand, state)
        check(True)
        before, room = transport.cost_of(unit, state), capacity[1:].sum() >= demand.sum() * (1 + 1e-9)
        kept = state[0].copy()
        kept[0] = 0
        exact = cheapest(unit, np.where(kept == 1, capacity, 0.0), demand)
        trial = tuple(x.copy() for x in state)
        if exact is not None and room:
            short = transport.close(0, unit, capacity, demand, trial, exact - before - 1e-6 * abs(before) - 1e-9)
            assert short == np.inf
        added = transport.close(0, unit, capacity, demand, state, np.inf)
        assert exact is None or added == pytest.approx(exact - before, abs=1e-7)
        check(added < np.inf)


def cheapest(unit: np.ndarray, capacity: np.ndarray, demand: np.ndarray) -> float | None:
    """Return the cost of the transportation problem by SciPy, None if it has no solution."""
    n, m = unit.shape
    answer = linprog(
        np.where(np.isinf(unit), 0.0, unit).ravel(),
        A_ub=np.kron(np.ones(n), np.eye(m)),
        b_ub=capacity,
        A_eq=np.kron(np.eye(n), np.ones(m)),
        b_eq=demand,
        bounds=[(0, 0 if np.isinf(x) else None) for x in unit.ravel()],
    )
    return float(answer.fun) if answer.success else None


@pytest.mark.parametrize("seed", range(6))
def test_the_best_prices_bound_as_the_strong_linear_program_does(seed: int) -> None:
    """Fails if a knapsack or the capacity row is relaxed too far, or a bound lies above what it bounds."""
    problem = generate("cornuejols", seed=seed, customers=25, sites=12, r=2.0 + seed)
    instance = arrays(problem)
    point = Point(first_prices(instance), np.zeros(instance.n_prices), instance.sites.state.copy())
    model = build(problem)
    model.integer[:] = False
    row = np.concatenate([-problem.numbers("capacity"), np.zeros(model.columns.n_columns - 12)])
    best = strong_value(model, row, -problem.numbers("demand").sum())
    for _ in range(20):
        value = raise_bound(instance, point, steps=50, cutoff=np.inf, target=best * 1.001, factor=1.0)
    assert value <= best * (1 + 1e-9)
    assert value >= best * (1 - 1e-3)
    assert plain_bound(instance, point.u, slack=0.0) == pytest.approx(value, rel=1e-12)


def strong_value(model, row: np.ndarray, limit: float) -> float:
    """Return the value of the linear program with one more row of at most `limit`, by SciPy."""
    rows, n = model.rows, model.columns.n_columns
    matrix = np.zeros((len(rows), n))
    matrix[np.repeat(np.arange(len(rows)), np.diff(rows.start)), rows.column] = rows.value
    same = rows.lower == rows.upper
    low, high = np.isfinite(rows.lower) & ~same, np.isfinite(rows.upper) & ~same
    answer = linprog(
        model.cost,
        A_ub=np.vstack([matrix[high], -matrix[low], row[None]]),
        b_ub=np.concatenate([rows.upper[high], -rows.lower[low], [limit]]),
        A_eq=matrix[same],
        b_eq=rows.upper[same],
        bounds=np.column_stack([np.zeros(n), model.upper]),
    )
    assert answer.success
    return float(answer.fun)


def test_threads_change_nothing() -> None:
    """Fails if the order in which threads finish nodes decides which plan or bound comes out."""
    problem = generate("cornuejols", seed=4, customers=80, sites=50, r=6.0)
    one, two = (sw.solve(problem, threads=t) for t in (1, 2))
    assert one.open_sites == two.open_sites
    assert (one.objective, one.bound) == (two.objective, two.bound)
    assert np.array_equal(one.certificate.multipliers, two.certificate.multipliers)


def test_a_stop_in_the_tree_leaves_a_plan_and_a_true_bound() -> None:
    """Fails if a stop in the tree loses the plan, or claims a bound that open nodes do not have."""
    problem, token = generate("cornuejols", seed=7, customers=100, sites=60, r=6.0), sw.CancelToken()

    def stop(event: sw.Progress) -> None:
        if event.stage == "tree":
            token.cancel()

    short, whole = sw.solve(problem, cancel=token, on_progress=stop), sw.solve(problem, gap=1e-9)
    assert whole.status is sw.Status.OPTIMAL
    assert short.bound <= whole.objective <= short.objective
    assert short.status is sw.Status.FEASIBLE and short.stop_reason == "cancelled"
    assert short.verify(problem).accepted
    assert whole.objective - short.bound < 0.05 * whole.objective


def test_a_stop_right_before_a_dive_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C may come at any time; here it lost the plan."""
    dives, dive = [], vars(Tree)["_dive"]

    def stopped(self, node, stop):
        dives.append(node)
        return dive(self, node, lambda: True)

    monkeypatch.setattr(Tree, "_dive", stopped)
    plan = sw.solve(generate("cornuejols", customers=60, sites=40, r=6.0, seed=2), ties=False)
    assert dives
    assert plan.status is sw.Status.OPTIMAL


def test_a_shortage_that_only_pairs_cause_is_infeasible() -> None:
    """Fails if the engine searches for ever where each customer has a site but together they have too little."""
    cost = np.array([[1.0, np.inf, 5.0], [1.0, np.inf, np.inf], [1.0, 2.0, np.inf]])
    problem = sw.Problem.from_arrays(
        service_cost=cost, fixed_cost=[1, 1, 1], demand=[2.0, 2.0, 2.0], capacity=[1.5, 9.0, 9.0]
    )
    with pytest.raises(sw.Infeasible):
        sw.solve(problem)


@pytest.mark.parametrize("seed", range(16))
def test_whole_customers_are_served_as_the_compact_mip_serves_them(seed: int) -> None:
    """Fails if a pair or a site is decided that the best plan needs, or a customer is split."""
    some = sw.rules.CustomerScope(customers=("c0", "c1", "c2", "c3")) if seed % 2 else sw.rules.CustomerScope()
    problem = limited(seed).with_rules(sw.rules.SingleSource(customers=some))
    model = build(problem)
    answer = solve_model(model, gap=1e-9)
    if answer.values is None:
        with pytest.raises(sw.Infeasible):
            sw.solve(problem)
        return
    plan = sw.solve(problem)
    assert plan.status is sw.Status.OPTIMAL
    assert plan.objective == pytest.approx(float(model.cost @ answer.values), rel=1e-6)
    assert plan.bound <= plan.objective
    assert plan.verify(problem).accepted


@pytest.mark.parametrize("steps", [0, 1, 30])
def test_averaged_choices_hold_the_demand(steps: int) -> None:
    """Fails if the averages of a new point, or of one that begins anew, begin with anything but a choice."""
    instance = arrays(generate("cornuejols", seed=1, customers=20, sites=8, r=3.0))
    point = Point(first_prices(instance), np.zeros(instance.n_prices), instance.sites.state.copy())
    for _ in range(2):
        raise_bound(instance, point, steps=steps, cutoff=np.inf, target=2 * abs(point.u.sum()))
        assert point.y is not None
        assert instance.capacity @ point.y[:8] >= instance.need * (1 - 1e-9)
        point.y[:] = 0.0
        point.begin_anew()


@pytest.mark.parametrize("seed", range(3))
def test_what_was_bounded_before_changes_no_bit(seed: int) -> None:
    """Fails if scratch memory carries something over: then threads change the tree by which node had it before."""
    instance = arrays(generate("cornuejols", seed=seed, customers=300, sites=30, r=4.0))

    def raised(u: np.ndarray, steps: int, target: float) -> Point:
        point = Point(u.copy(), np.zeros(instance.n_prices), instance.sites.state.copy())
        raise_bound(instance, point, steps=steps, cutoff=np.inf, target=target)
        return point

    begin = first_prices(instance)
    far = 1.3 * abs(begin.sum())
    near = raised(begin, 400, far)
    # From good prices on, where a bit soon makes a difference.
    once = raised(near.u, 400, 1.01 * near.value)
    raised(begin, 7, far)
    assert np.array_equal(once.u, raised(near.u, 400, 1.01 * near.value).u)


@pytest.mark.parametrize("seed", range(6))
def test_reduced_costs_never_exceed_what_a_choice_costs(seed: int) -> None:
    """Fails if a pair's reduced cost promises more than the best plan that uses it pays on top of the bound."""
    problem = generate("cornuejols", seed=seed, customers=8, sites=5, r=2.5, single_source=True)
    instance = arrays(problem)
    point = Point(first_prices(instance), np.zeros(instance.n_prices), instance.sites.state.copy())
    raise_bound(instance, point, steps=60, cutoff=np.inf, target=2 * abs(point.u.sum()), factor=1.0)
    costs = reduced_costs(instance, point)
    for j in range(5):
        for value, forced in ((costs.site[j], ("open", j)), (costs.pair[j, j], ("pair", j))):
            assert costs.bound + max(value, 0.0) <= cheapest_with(problem, *forced) * (1 + 1e-9)


def cheapest_with(problem: sw.Problem, kind: str, j: int) -> float:
    """Return the cost of the best plan that opens site j, or serves customer j from site j; by a MIP solver."""
    model = build(problem)
    column = j if kind == "open" else model.columns.first_pair + j * problem.n_sites + j
    more = row("forced", [column], [1.0], lower=1.0)
    answer = solve_model(replace(model, rows=stack("all", [model.rows, more])), gap=1e-9)
    return np.inf if answer.values is None else float(model.cost @ answer.values)


def test_local_search_packs_customers_where_room_is_tight() -> None:
    """Fails if swaps are not looked at, or an assignment that exceeds a capacity counts as one."""
    demand, capacity = np.array([3.0, 3.0, 2.0, 2.0, 2.0]), np.array([6.0, 6.0])
    cost = np.array([[1.0, 9.0], [9.0, 1.0], [1.0, 2.0], [2.0, 1.0], [1.0, 2.0]])
    site, price, found = np.zeros(5, np.int64), 1.0, []
    for _ in range(20):
        value, fits = improve(site, cost, demand, capacity, price, True)
        assert value == pytest.approx(cost[np.arange(5), site].sum())
        assert fits == bool(np.all(np.bincount(site, demand, minlength=2) <= capacity))
        found += [value] if fits else []
        price *= 0.6 if fits else 1.7
    ways = [np.array(w) for w in itertools.product((0, 1), repeat=5)]
    kept = [w for w in ways if np.all(np.bincount(w, demand, minlength=2) <= capacity)]
    assert min(found) == min(cost[np.arange(5), w].sum() for w in kept)


def test_few_moves_that_serve_many_customers_are_tried_between_two_looks_at_the_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Fails if a descent over very many customers cannot be stopped within a second."""
    tried: list[int] = []
    usual = descent.first_better

    def counted(*given: Any) -> Any:
        tried.append(given[-1])
        return usual(*given)

    monkeypatch.setattr(descent, "first_better", counted)
    problem = generate("cornuejols", customers=40, sites=12, r=3.0, seed=1)
    plan = sw.solve(problem)
    assert max(tried) > 3
    tried.clear()
    monkeypatch.setattr(descent, "SERVED", 3 * problem.n_customers)
    assert sw.solve(problem).objective == pytest.approx(plan.objective)
    assert max(tried) == 3


def test_a_stop_before_the_first_plan_still_leaves_one() -> None:
    """Fails if a service that gives an engine no time for its prices gets no plan."""
    problem, token = generate("cornuejols", seed=7, customers=60, sites=30, r=4.0), sw.CancelToken()

    def stop(event: sw.Progress) -> None:
        if event.stage == "bound" and np.isfinite(event.bound):
            token.cancel()

    plan = sw.solve(problem, cancel=token, on_progress=stop)
    assert plan.status is sw.Status.FEASIBLE and plan.verify(problem).accepted


def test_a_full_site_says_what_one_more_megawatt_is_worth() -> None:
    """Fails if the price is another's, or less than what more capacity saves."""
    cost = np.array([[10.0, 30.0], [10.0, 50.0]])

    def solve(capacity: float) -> sw.Plan:
        return sw.solve(
            sw.Problem.from_arrays(service_cost=cost, fixed_cost=[5, 5], demand=[1.0, 1.0], capacity=[capacity, 9.0])
        )

    plan = solve(1.25)
    assert plan.capacity_prices == pytest.approx({"s0": 20.0})
    assert solve(1.30).objective == pytest.approx(plan.objective - 0.05 * 20.0)
    assert solve(2.0).capacity_prices == {}
