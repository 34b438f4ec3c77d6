"""Ejection chains: assignments that fit, never dearer than where they began, and mostly the best there is."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import sitewright as sw
from sitewright.optimizer.engine.capacitated import chains, single, whole_tree
from sitewright.optimizer.engine.capacitated.chains import Chains, improve
from sitewright.optimizer.engine.state import State
from tests.brute_force import solve_as_brute_force
from tests.optimizer.engine.test_single_sourced import whole

Floats = NDArray[np.float64]


def drawn(seed: int, slack: float = 1.3) -> tuple[Floats, Floats, Floats]:
    """Return costs of seven customers at four sites, some +inf, demands, and capacities that hold a little more."""
    rng = np.random.default_rng(seed)
    demand = rng.integers(1, 9, 7).astype(float)
    capacity = np.floor(rng.uniform(0.6, 1.4, 4) * slack * demand.sum() / 4)
    cost = np.where(rng.random((7, 4)) < 0.15, np.inf, rng.integers(1, 60, (7, 4)).astype(float))
    return cost, demand, capacity


def cheapest(cost: Floats, demand: Floats, capacity: Floats) -> float:
    """Return what the best assignment costs, by trying all."""
    best = np.inf
    for way in itertools.product(range(len(capacity)), repeat=len(demand)):
        if np.all(np.bincount(way, demand, minlength=len(capacity)) <= capacity):
            best = min(best, float(cost[np.arange(len(demand)), list(way)].sum()))
    return best


def search(
    cost: Floats, demand: Floats, capacity: Floats, begin: NDArray[np.int64], seed: int = 0
) -> NDArray[np.int64] | None:
    m = len(capacity)
    return Chains(cost, demand, seed=seed).search(np.ones(m, dtype=bool), np.arange(m), cost, capacity, begin)


@settings(deadline=None)  # the first example compiles
@given(st.integers(0, 10**6))
def test_what_is_found_fits_and_is_no_dearer_than_a_beginning_that_fits(seed: int) -> None:
    """Fails if a load is counted wrongly along a chain, or a good beginning is lost."""
    cost, demand, capacity = drawn(seed)
    begin = np.random.default_rng(seed).integers(0, 4, 7)
    found = search(cost, demand, capacity, begin)
    started = float(cost[np.arange(7), begin].sum())
    fitted = bool(np.all(np.bincount(begin, demand, minlength=4) <= capacity))
    if found is None:
        assert not (fitted and np.isfinite(started))
        return
    value = float(cost[np.arange(7), found].sum())
    assert np.all(np.bincount(found, demand, minlength=4) <= capacity)
    assert cheapest(cost, demand, capacity) <= value < np.inf
    if fitted:
        assert value <= started


def test_it_finds_the_best_of_nearly_all_small_cases() -> None:
    """Fails if chains of some length, or prices of what is too much, do not work."""
    best = [cheapest(*drawn(seed)) for seed in range(60)]
    found = [search(*drawn(seed), np.zeros(7, np.int64)) for seed in range(60)]
    values = [
        np.inf if site is None else float(drawn(seed)[0][np.arange(7), site].sum()) for seed, site in enumerate(found)
    ]
    solvable = np.isfinite(best)
    assert solvable.sum() > 30
    assert np.mean(np.isclose(np.array(values)[solvable], np.array(best)[solvable])) > 0.9


def test_an_assignment_that_fits_is_kept_though_every_chain_leads_to_what_does_not() -> None:
    """Fails if the beginning is not looked at: a leaf of the tree is decided, and may be the only plan."""
    cost, demand, capacity = np.array([[1.0, 2.0], [1.0, 2.0]]), np.ones(2), np.ones(2)
    near, site, price = np.array([[0, 1], [0, 1]]), np.array([0, 1]), np.full(2, 1e-6)
    value = improve(site, near, cost, demand, capacity, price, 1, 3, 100, 1000, np.zeros((1, 2)))
    assert value == 3.0
    np.testing.assert_array_equal(site, [0, 1])


def test_the_same_seed_finds_the_same() -> None:
    """Fails if a search depends on anything but its arguments."""
    rng = np.random.default_rng(3)
    cost, demand, capacity = rng.random((60, 8)), rng.integers(1, 9, 60).astype(float), np.full(8, 40.0)
    one, other = (search(cost, demand, capacity, np.zeros(60, np.int64), seed=5) for _ in range(2))
    assert one is not None and other is not None
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("seed", range(20))
def test_a_search_that_plunges_proves_what_brute_force_finds(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if a plunge loses a node, or a choice that is wholly decided is not taken as it is."""
    monkeypatch.setattr(single, "LARGE", 0)
    # Weak bounds and short plunges: else a handful of nodes do. Once a bound met its cut-off, and never ended.
    for name, few in (("PLUNGE", 2), ("FIRST", 2), ("FEWER_STEPS", 2)):
        monkeypatch.setattr(whole_tree, name, few)
    solve_as_brute_force(whole(seed), rel=1e-9)


def test_a_search_takes_so_many_steps_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if the steps grow with the problem without end: a solve cannot be stopped within a search."""
    asked: list[int] = []

    def improved(*given: Any) -> float:
        asked.append(given[-2])
        return np.inf

    monkeypatch.setattr(chains, "improve", improved)
    n, m = 3000, 60
    cost = np.random.default_rng(1).random((n, m))
    assert search(cost, np.ones(n), np.full(m, 60.0), np.zeros(n, np.int64)) is None
    assert asked == [chains.ALL] and chains.WORK * n * m > chains.ALL


def test_a_solve_that_is_stopped_before_it_has_a_plan_makes_one_more_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if a stop right before the first search leaves nothing to write, or if searches go on after a plan."""
    monkeypatch.setattr(single, "LARGE", 0)
    rng = np.random.default_rng(0)
    problem = sw.Problem.from_arrays(
        service_cost=rng.integers(1, 30, (60, 8)).astype(float),
        fixed_cost=np.full(8, 40.0),
        demand=rng.integers(2, 9, 60).astype(float),
        capacity=np.full(8, 70.0),
        rules=(sw.rules.SingleSource(),),
    )
    token = sw.CancelToken()
    state = State(None, 1e-6, token, None)
    run = single.SingleSourced(problem, state, seed=0, threads=1, solver="highs")
    every = np.ones(8, dtype=bool)
    served = run.best.serve(every)
    assert served is not None and run.packing.chains is not None and run.best.look is not None
    token.cancel()
    run.best.look(every, served, 0.0)
    assert state.decision is not None
    before = run.packing.chains.rng.bit_generator.state
    run.best.look(every, served, 0.0)
    assert run.packing.chains.rng.bit_generator.state == before
