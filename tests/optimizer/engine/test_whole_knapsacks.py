"""The compiled 0-1 knapsacks against brute force, and where their prices start."""

import itertools

import numpy as np
import pytest

from sitewright.optimizer.engine.capacitated import knapsack
from sitewright.optimizer.engine.capacitated.bound import Point
from sitewright.optimizer.engine.capacitated.instance import capacitated
from sitewright.optimizer.engine.capacitated.root import first_prices
from sitewright.optimizer.engine.capacitated.starts import STEPS, best_start
from sitewright.optimizer.engine.capacitated.whole import Node, Whole
from sitewright.optimizer.engine.uncapacitated import usable_cost
from tests.optimizer.engine.test_single_sourced import hard, whole


@pytest.mark.parametrize("seed", range(40))
def test_a_knapsack_saves_what_the_best_choice_does(seed: int) -> None:
    """Fails if a room is left out that some choice needs, or items that are marked are not those that save so much."""
    rng = np.random.default_rng(seed)
    k, room = int(rng.integers(1, 11)), int(rng.integers(1, 40))
    weight = rng.integers(0, min(room, 15) + 1, k)
    saving = rng.random(k) * 10 + 0.01 + (weight if seed % 2 else 0)
    taken, order = np.zeros(k, np.bool_), np.empty(k, np.int64)
    best, shares, _ = knapsack.fill(
        saving, weight, np.empty(k), order, np.empty(k, np.int64), k, room, np.empty((k + 2, room + 2)), taken
    )
    exact = max(
        saving[list(some)].sum()
        for size in range(k + 1)
        for some in itertools.combinations(range(k), size)
        if weight[list(some)].sum() <= room
    )
    assert best == pytest.approx(exact)
    assert shares >= best - 1e-9
    assert weight[taken].sum() <= room
    assert saving[taken].sum() == pytest.approx(best)


def test_an_order_of_earlier_prices_changes_no_bound() -> None:
    """Fails if a customer is lost or counted twice where a site takes up the order of the last prices."""
    problem = whole(4, n=40, m=6)
    a, cost = capacitated(problem, usable_cost(problem), threads=1), usable_cost(problem).astype(float)
    bound = Whole(a, Point(first_prices(a), np.zeros(len(a.rows)), a.sites.state.copy()), cost)
    state, live = a.sites.state.copy(), np.asfortranarray(cost)
    line, rng = knapsack.first_line(*cost.shape), np.random.default_rng(0)
    u = first_prices(a)
    for _ in range(20):
        u = u * rng.uniform(0.7, 1.4, len(u))
        values = []
        for used in (line, knapsack.first_line(*cost.shape)):
            rho, pick, taken = np.empty(6), np.empty(6), np.empty((6, 40), np.bool_)
            at = bound.grains, bound.room, bound.held, bound.need, a.sites.price[:6], u, state[:6]
            value = knapsack.evaluate(live, *at, np.empty((80, bound.room.max() + 200)), rho, taken, pick, used)
            values.append((value, rho))
        assert values[0][0] == pytest.approx(values[1][0])
        assert values[0][1] == pytest.approx(values[1][1])
        assert np.array_equal(np.sort(line, axis=1), knapsack.first_line(*cost.shape))


def test_prices_start_where_the_bound_rises_most() -> None:
    """Fails if a start is worse than the prices given, or none is better where these are too high."""
    gained = []
    for seed in range(4):
        problem = hard(seed)
        a, cost = capacitated(problem, usable_cost(problem), threads=1), usable_cost(problem).astype(float)
        point = Point(3 * first_prices(a), np.zeros(len(a.rows)), a.sites.state.copy())
        bound, plain = Whole(a, point, cost), Node(point.u.copy(), point.state.copy(), np.isfinite(cost))
        target = 1.1 * bound.at(Node(first_prices(a), point.state.copy(), plain.live))[0]
        bound.climb(plain, cutoff=np.inf, target=target, steps=STEPS)
        node = best_start(bound, point, cutoff=np.inf, target=target)
        assert np.inf > node.value >= plain.value
        gained.append(node.value - plain.value)
    assert max(gained) > 1.0
