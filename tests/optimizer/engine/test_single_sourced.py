"""The bound of 0-1 knapsacks, and the engine that uses it, against brute force."""

import itertools
import time
from dataclasses import replace

import numpy as np
import pytest

import sitewright as sw
from sitewright.optimizer.engine.capacitated import single
from sitewright.optimizer.engine.capacitated.bound import Point
from sitewright.optimizer.engine.capacitated.instance import capacitated, least_open
from sitewright.optimizer.engine.capacitated.reduced import reduced_costs
from sitewright.optimizer.engine.capacitated.root import first_prices
from sitewright.optimizer.engine.capacitated.whole import Node, Whole
from sitewright.optimizer.engine.capacitated.whole_tree import WholeTree
from sitewright.optimizer.engine.uncapacitated import usable_cost
from sitewright.optimizer.model.build import build
from sitewright.optimizer.solver.process import solve_model
from tests.brute_force import solve_as_brute_force


def whole(seed: int, n: int = 6, m: int = 4) -> sw.Problem:
    """Whole customers at sites that are tight; whole MW in every other case, sites alike in every third."""
    rng = np.random.default_rng(seed)
    demand = rng.integers(2, 9, n).astype(float) + (0.0 if seed % 2 else rng.random(n))
    capacity = np.full(m, 13.0) if seed % 3 == 0 else rng.integers(9, 22, m).astype(float)
    cost = rng.integers(1, 30, (n, m)).astype(float)
    cost[rng.random((n, m)) < 0.1] = np.inf
    return sw.Problem.from_arrays(
        service_cost=cost,
        fixed_cost=rng.integers(5, 40, m).astype(float),
        demand=demand,
        capacity=capacity,
        rules=(sw.rules.SingleSource(),),
    )


def hard(seed: int) -> sw.Problem:
    """Some hundred nodes: most of the cost is that of sites which hold two to four customers."""
    rng = np.random.default_rng(seed)
    return sw.Problem.from_arrays(
        service_cost=rng.integers(1, 100, (25, 12)).astype(float),
        fixed_cost=rng.integers(100, 300, 12).astype(float),
        demand=rng.integers(10, 30, 25).astype(float),
        capacity=rng.integers(40, 110, 12).astype(float),
        rules=(sw.rules.SingleSource(),),
    )


def plans(problem: sw.Problem) -> list[tuple[float, tuple[int, ...]]]:
    """Return the cost of every assignment of whole customers that fits."""
    cost, fixed = problem.data["service_cost"].values, problem.numbers("fixed_cost")
    demand, capacity = problem.numbers("demand"), problem.numbers("capacity")
    found = []
    for pick in itertools.product(range(problem.n_sites), repeat=problem.n_customers):
        at = np.array(pick)
        load = np.bincount(at, demand, minlength=problem.n_sites)
        value = cost[np.arange(len(at)), at].sum()
        if np.all(load <= capacity + 1e-9) and np.isfinite(value):
            found.append((float(value + fixed[np.unique(at)].sum()), pick))
    return sorted(found)


def test_nothing_is_packed_while_nodes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if a plan found in a batch may lower the cut-off of the rest of it: threads would decide what is found."""
    problem = hard(0)
    a, cost = capacitated(problem, usable_cost(problem), threads=1), usable_cost(problem).astype(float)
    point = Point(first_prices(a), np.zeros(len(a.rows)), a.sites.state.copy())
    busy, packed = [], []
    process = WholeTree._process  # noqa: SLF001

    def slowly(tree: WholeTree, node: Node) -> object:
        busy.append(node)
        time.sleep(0.01 * len(busy))
        found = process(tree, node)
        busy.remove(node)
        return found

    monkeypatch.setattr(WholeTree, "_process", slowly)
    tree = WholeTree(
        Whole(a, point, cost),
        Node(point.u, point.state, np.isfinite(cost)),
        cutoff=lambda: 3000.0,
        pack=lambda is_open, site: packed.append(len(busy)),
        threads=4,
        deep=True,
    )
    tree.run(report=lambda bound: None, stop=lambda: tree.nodes > 60)
    assert len(packed) > 10
    assert not any(packed)


@pytest.mark.parametrize("seed", range(16))
def test_no_plan_costs_less_than_its_reduced_costs_say(seed: int) -> None:
    """Fails if a rounded knapsack saves too little, or a pair is dearer than the plans that use it."""
    problem = whole(seed)
    every = plans(problem)
    a, cost = capacitated(problem, usable_cost(problem), threads=1), usable_cost(problem).astype(float)
    point = Point(first_prices(a), np.zeros(len(a.rows)), a.sites.state.copy())
    target = every[0][0] if every else float(a.sites.big)
    bound, node = Whole(a, point, cost), Node(point.u, point.state, np.isfinite(cost))
    bound.climb(node, cutoff=np.inf, target=target, steps=300)
    costs = bound.reduced(node)
    for value, pick in every:
        used = max(costs.bound + costs.pair[i, j] for i, j in enumerate(pick))
        assert max(costs.bound, used) <= value + 1e-6
        opened = sorted(set(pick))
        flat = costs.offset + costs.flat[opened].sum()
        assert flat <= value + 1e-6


@pytest.mark.parametrize("seed", range(24))
def test_whole_customers_are_sited_as_brute_force_does(seed: int) -> None:
    """Fails if a pair or a site is decided that the best plan needs otherwise."""
    solve_as_brute_force(whole(seed, n=5), rel=1e-9)


def test_alike_sites_are_counted_and_unlike_ones_are_not() -> None:
    """Fails if four sites of 10 MW are not asked for 31, or a row is made that says nothing of typical sites."""
    free = np.full(5, -1, np.int8)
    assert least_open(np.full(5, 10.0), 31.0, free) == 4
    assert least_open(np.full(5, 10.0), 30.0, free) == 1
    assert least_open(np.array([40.0, 5.0, 5.0, 5.0, 5.0]), 50.0, free) == 1
    assert least_open(np.full(5, 10.0), 51.0, free) == 1


def test_whole_customers_are_bounded_no_lower_than_shared_ones() -> None:
    """Fails if rounding takes a MW from each demand, or sites that open whole cost less than shares of them."""
    problem = whole(7, n=40, m=8)
    a, cost = capacitated(problem, usable_cost(problem), threads=1), usable_cost(problem).astype(float)
    a = replace(a, capacity=a.capacity * 8, demand=a.demand * 7, need=a.need * 7)
    for k in range(5):
        u = first_prices(a) * (1 + k / 2)
        point = Point(u, np.zeros(len(a.rows)), a.sites.state.copy())
        bound = Whole(a, point, cost)
        assert np.array_equal(bound.grains, np.repeat(a.demand[:, None], 8, axis=1))
        assert bound.at(Node(u, point.state, np.isfinite(cost)))[0] >= reduced_costs(a, point).bound - 1e-9


def test_sites_that_hold_far_more_than_the_demand_are_counted_in_whole_mw() -> None:
    """Fails if rounding takes part of the need, so that open sets pass that cannot hold the demand."""
    n, m = 60, 80
    problem = sw.Problem.from_arrays(
        service_cost=np.ones((n, m)),
        fixed_cost=np.ones(m),
        demand=np.full(n, 100.0),
        capacity=np.full(m, 1000.0),
        rules=(sw.rules.SingleSource(),),
    )
    a, cost = capacitated(problem, usable_cost(problem), threads=1), usable_cost(problem).astype(float)
    bound = Whole(a, Point(first_prices(a), np.zeros(len(a.rows)), a.sites.state.copy()), cost)
    assert np.array_equal(bound.held, a.capacity) and bound.need == 6000


def test_a_number_of_sites_that_is_kept_is_not_priced() -> None:
    """Fails if a node whose sites are decided pays for the number of them, and so never meets the cost of its plan."""
    problem = whole(3)
    a = capacitated(problem, usable_cost(problem), threads=1)
    assert a.sites.low > 1
    cost = np.where(np.isfinite(a.unit), a.unit * a.demand[:, None], np.inf)
    point = Point(first_prices(a), np.zeros(len(a.rows)), a.sites.state.copy())
    bound = Whole(a, point, cost)
    state = np.full(a.n_sites, 1, np.int8)
    decided = Node(point.u.copy(), state, np.isfinite(cost))
    free = Node(point.u.copy(), a.sites.state.copy(), np.isfinite(cost))
    plain, low = bound.at(decided)[0], bound.at(free)[0]
    bound.price(np.append(np.zeros(len(a.rows) - 1), -1000.0))
    assert bound.at(decided)[0] == pytest.approx(plain)
    assert bound.at(free)[0] != pytest.approx(low)


@pytest.mark.parametrize(("guessed", "small"), [(1, 0), (5, 0), (2000, 0), (5, 10**6)])
def test_guesses_and_mips_lead_to_the_same_plan(monkeypatch: pytest.MonkeyPatch, guessed: int, small: int) -> None:
    """Fails if a guess that was not decided, or the tree that goes on with it, is taken for a proof."""
    problem = hard(1)
    best = solve_model(build(problem), time_limit=60.0, gap=0.0, seed=0, threads=1).bound
    for name, value in (("SOON", 1), ("GUESSED", guessed), ("SMALL", small), ("WIDE", 0.0)):
        monkeypatch.setattr(single, name, value)
    plan = sw.solve(problem, threads=1, gap=1e-6)
    assert plan.status is sw.Status.OPTIMAL
    assert plan.objective == pytest.approx(best)
    assert plan.bound <= best + 1e-3
